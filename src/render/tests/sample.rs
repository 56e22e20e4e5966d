//! Reports to render: one with something in every list, one of nothing, one without prices.

#![expect(clippy::unnecessary_wraps, clippy::too_many_lines, reason = "samples read best as one literal")]

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::model::plan::{Action, Change, Plan, RateLine, TierLine, UnknownTraffic, ZoneSubnet};
use crate::model::report::{
    AdviceLine, AttributionLine, Currency, DayLine, EndpointLine, Evidence, FindingLine, GroupLine, Ledger,
    MalformedExample, NatGatewayLine, Note, ObjectLine, Period, REPORT_SCHEMA, Report, Sources, Totals,
    UncheckedLine,
};
use crate::model::wording::{Lang, Wording};

pub(super) const GIB: u128 = 1 << 30;

/// A text in both languages.
fn both(en: &str, ja: &str) -> Wording {
    Wording::of(|lang| match lang {
        Lang::En => en.to_owned(),
        Lang::Ja => ja.to_owned(),
    })
}

pub(super) fn usd(text: &str) -> Option<Decimal> {
    Some(Decimal::from_str_exact(text).expect("a decimal in a test"))
}

pub(super) fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// A report of no record at all.
pub(super) fn empty() -> Report {
    Report {
        schema: REPORT_SCHEMA,
        period: Period {
            start: None,
            end: None,
            observed_hours: 0,
            hours_without_records: 0,
            month_hours: 730,
            month_factor: None,
        },
        sources: Sources {
            ip_ranges_date: "2026-08-22".to_owned(),
            price_book_date: "2026-11-22".to_owned(),
            price_override: None,
            inventory: None,
        },
        ledger: Ledger::default(),
        totals: Totals {
            nat_gateway_bytes: 0,
            nat_gateway_cost_month_usd: usd("0"),
            cross_zone_cost_month_usd: usd("0"),
            endpoint_cost_month_usd: usd("0"),
            cost_month_usd: usd("0"),
            saving_month_usd: usd("0"),
        },
        nat_gateways: vec![],
        endpoints: vec![],
        attribution: vec![],
        days: vec![],
        advice: vec![],
        plan: Plan {
            saving_month_usd: usd("0"),
            is_cheapest: true,
            availability: "multi-az",
            ..Plan::default()
        },
        unknown_services: vec![],
        rates: vec![],
        findings: vec![],
        names: BTreeMap::new(),
        unchecked: vec![],
        notes: vec![],
        objects: vec![],
        malformed_examples: vec![],
        groups: vec![],
        currencies: vec![],
    }
}

pub(super) fn nat_gateway() -> NatGatewayLine {
    NatGatewayLine {
        nat_gateway_id: "nat-0123456789abcdef0".to_owned(),
        name: text("egress-a"),
        vpc_id: text("vpc-0123456789abcdef0"),
        region: text("ap-northeast-1"),
        zone_id: text("apne1-az4"),
        connectivity: Some("public"),
        availability_mode: "zonal",
        vantage: Some("nat-inside"),
        vantage_hours: BTreeMap::from([("nat-inside", 24)]),
        bytes_out: 12 * GIB,
        bytes_in: 88 * GIB,
        coverage: Some(0.9921),
        bytes_cross_zone: 10 * GIB,
        hours_observed: 24,
        price_hour_usd: usd("0.062"),
        price_gb_usd: usd("0.062"),
        // 24 x 0.062 + 100 x 0.062
        cost_observed_usd: usd("7.688"),
        // 730 x 0.062 + 100 x 730/24 x 0.062
        cost_month_usd: usd("233.843333"),
        // 10 x 730/24 x 0.02
        cross_zone_cost_month_usd: usd("6.083333"),
    }
}

pub(super) fn endpoint() -> EndpointLine {
    EndpointLine {
        vpc_endpoint_id: "vpce-0123456789abcdef1".to_owned(),
        name: text("ssm"),
        endpoint_type: "Interface",
        service: "ssm".to_owned(),
        vpc_id: text("vpc-0123456789abcdef0"),
        region: text("ap-northeast-1"),
        zones: vec!["apne1-az1".to_owned(), "apne1-az4".to_owned()],
        bytes_out: 0,
        bytes_in: 0,
        idle: Some(true),
        cost_observed_usd: usd("0.672"),
        cost_month_usd: usd("20.44"),
    }
}

pub(super) fn client(interface: Option<&str>, service: &str, bytes_in: u128) -> AttributionLine {
    AttributionLine {
        interface_id: interface.map(str::to_owned),
        vpc_id: text("vpc-0123456789abcdef0"),
        subnet_id: text("subnet-0a1b2c3d4e5f60718"),
        zone_id: text("apne1-az4"),
        path: "nat-gateway",
        via: text("nat-0123456789abcdef0"),
        service: service.to_owned(),
        service_region: (service != "internet").then(|| "ap-northeast-1".to_owned()),
        bytes_out: 6 * GIB,
        bytes_in,
        estimated: false,
        cost_month_usd: usd("94.291667"),
    }
}

pub(super) fn advice() -> AdviceLine {
    AdviceLine {
        id: "add-gateway-endpoint/vpc-0123456789abcdef0/s3".to_owned(),
        action: "add-gateway-endpoint",
        vpc_id: text("vpc-0123456789abcdef0"),
        service: "s3".to_owned(),
        zones: vec![],
        bytes_month: 1520 * GIB,
        cost_now_usd: usd("94.291667"),
        cost_after_usd: usd("0"),
        saving_month_usd: usd("94.291667"),
        companions: vec![],
        depends_on: vec![],
        confidence: "high",
        summary: "Add a gateway endpoint for s3 to vpc-0123456789abcdef0 and its 2 route tables.".to_owned(),
        evidence: Evidence {
            bytes_observed: 50 * GIB,
            clients: vec!["eni-0aaaaaaaaaaaaaaa1".to_owned()],
            client_count: 3,
            route_table_ids: vec!["rtb-0aaaaaaaaaaaaaaa1".to_owned(), "rtb-0aaaaaaaaaaaaaaa2".to_owned()],
            via: vec!["nat-0123456789abcdef0".to_owned()],
            rates: vec![both(
                "NAT gateway 0.062 USD/GB (ap-northeast-1, 2025-10-28)",
                "NATゲートウェイ 0.062 USD/GB（ap-northeast-1、2025-10-28）",
            )],
            formula: Wording::same("50 GB x 30.416667 x 0.062 USD/GB"),
            arithmetic: vec![both(
                "through nat-0123456789abcdef0: 1,520.833333 GB x 0.062 USD/GB = 94.291667 USD",
                "nat-0123456789abcdef0 経由：1,520.833333 GB x 0.062 USD/GB = 94.291667 USD",
            )],
            break_even_gb_month: usd("0"),
            traffic_gb_month: usd("1520.833333"),
            confidence_reasons: vec![],
            break_even_gb_month_per_zone: None,
            bytes_excluded: 3 << 20,
            remarks: vec![both(
                "us-east-1: 3 MiB go to buckets of another Region.",
                "us-east-1：3 MiB は別のリージョンのバケット宛てです。",
            )],
            way_back: both(
                "delete the endpoint; the routes go with it",
                "エンドポイントを削除する（ルートも削除される）",
            ),
        },
    }
}

/// The change of [`advice`], as a plan has it.
fn change() -> Change {
    let place = ZoneSubnet { zone_id: text("apne1-az4"), subnet_id: None };
    Change {
        advice_id: advice().id,
        action: Action::AddGatewayEndpoint,
        vpc_id: text("vpc-0123456789abcdef0"),
        account_id: text("123456789012"),
        region: text("ap-northeast-1"),
        service: "s3".to_owned(),
        endpoint_type: Some("Gateway"),
        service_names: vec!["com.amazonaws.ap-northeast-1.s3".to_owned()],
        companions: vec![],
        needs_gateway: false,
        vpc_endpoint_ids: vec![],
        replaced_endpoint_ids: vec![],
        zones: vec![place.clone()],
        zones_removed: vec![place],
        route_table_ids: advice().evidence.route_table_ids,
        client_cidrs: vec!["10.0.1.0/24".to_owned()],
        client_vpc_ids: vec!["vpc-0123456789abcdef0".to_owned()],
        nat_gateway_id: None,
        public_ips: vec![],
        depends_on: vec![],
    }
}

fn unknown() -> UnknownTraffic {
    UnknownTraffic {
        vpc_id: "vpc-0123456789abcdef0".to_owned(),
        region: "ap-northeast-1".to_owned(),
        service: "aws-unknown".to_owned(),
        bytes_month: 100 * GIB,
        cost_now_usd: usd("6.2"),
        zones: vec!["apne1-az4".to_owned()],
        zones_needed: 1,
        break_even_gb_month: usd("196.538462"),
        endpoints_at_most: Some(0),
        saving_at_least_usd: usd("0"),
        saving_at_most_usd: usd("0"),
        clients: vec!["eni-0aaaaaaaaaaaaaaa1".to_owned()],
        text: both("No interface endpoint can pay.", "インターフェイスエンドポイントでは採算が取れません。"),
    }
}

fn rate() -> RateLine {
    RateLine {
        region: "ap-northeast-1".to_owned(),
        meter: "interface_endpoint_gb",
        title: "interface endpoint",
        unit: "GB",
        usd: "0.01".to_owned(),
        tiers: vec![
            TierLine { from_gb: 0, to_gb: Some(1_048_576), usd: "0.01".to_owned() },
            TierLine { from_gb: 1_048_576, to_gb: None, usd: "0.006".to_owned() },
        ],
        source: "aws-vpc".to_owned(),
        date: text("2025-11-04"),
    }
}

fn group(kind: &'static str, value: &str, bytes: u128) -> GroupLine {
    GroupLine {
        key: "tag:team".to_owned(),
        value: value.to_owned(),
        kind,
        clients: 1,
        bytes_out: bytes / 8,
        bytes_in: bytes / 8 * 7,
        nat_gateway_bytes: bytes,
        endpoint_bytes: 0,
        nat_data_cost_month_usd: usd("94.291667"),
        cross_zone_cost_month_usd: usd("3.041666"),
        endpoint_data_cost_month_usd: usd("0"),
        hours_cost_month_usd: usd("0"),
        cost_month_usd: usd("97.333333"),
    }
}

/// Something in every list.
pub(super) fn full() -> Report {
    let mut internet = client(Some("eni-0aaaaaaaaaaaaaaa1"), "internet", 44 * GIB);
    internet.estimated = true;
    let mut local = client(Some("eni-0aaaaaaaaaaaaaaa2"), "internal", 900);
    local.path = "local";
    local.via = None;
    local.service_region = None;
    local.bytes_out = 100;
    local.cost_month_usd = usd("0");
    let mut gateway = endpoint();
    gateway.vpc_endpoint_id = "vpce-0123456789abcdef2".to_owned();
    gateway.name = None;
    gateway.endpoint_type = "Gateway";
    gateway.service = "dynamodb".to_owned();
    gateway.zones = vec![];
    gateway.bytes_in = 700 << 20;
    gateway.idle = Some(false);
    gateway.cost_month_usd = usd("0");
    let mut silent = nat_gateway();
    silent.nat_gateway_id = "nat-0123456789abcdef9".to_owned();
    silent.name = None;
    silent.vantage = None;
    silent.vantage_hours = BTreeMap::new();
    (silent.bytes_out, silent.bytes_in, silent.bytes_cross_zone, silent.coverage) = (0, 0, 0, None);
    silent.cost_observed_usd = usd("1.488");
    silent.cost_month_usd = usd("45.26");
    silent.cross_zone_cost_month_usd = usd("0");
    let attributed = 100 * GIB + 1000;
    Report {
        period: Period {
            start: text("2026-11-01T00:00:00Z"),
            end: text("2026-11-02T00:00:00Z"),
            observed_hours: 24,
            hours_without_records: 0,
            month_hours: 730,
            month_factor: usd("30.416667"),
        },
        sources: Sources {
            price_override: text("prices.toml"),
            inventory: text("logs/inventory"),
            ..empty().sources
        },
        ledger: Ledger {
            objects_read: 288,
            objects_failed: 1,
            objects_skipped: 1,
            records: 1_000_010,
            ok: 999_000,
            nodata: 7,
            skipdata: 1,
            rejected: 1_000,
            malformed: 2,
            outside_period: 3,
            time_anomalies: 0,
            bytes_total: attributed + 2 * GIB + 5_000 + 40,
            bytes_attributed: attributed,
            bytes_duplicate_view: 2 * GIB,
            bytes_rejected: 5_000,
            bytes_unattributed: 40,
            bytes_path_unknown: 0,
        },
        totals: Totals {
            nat_gateway_bytes: 100 * GIB,
            nat_gateway_cost_month_usd: usd("279.103333"),
            cross_zone_cost_month_usd: usd("6.083333"),
            endpoint_cost_month_usd: usd("20.44"),
            cost_month_usd: usd("305.626666"),
            saving_month_usd: usd("94.291667"),
        },
        nat_gateways: vec![nat_gateway(), silent],
        endpoints: vec![endpoint(), gateway],
        attribution: vec![client(Some("eni-0aaaaaaaaaaaaaaa1"), "s3", 44 * GIB), internet, local],
        days: vec![DayLine {
            date: text("2026-11-01"),
            observed_hours: 24,
            nat_gateway_bytes: 100 * GIB,
            endpoint_bytes: 0,
            other_bytes: 1000,
            // 48 x 0.062 + 100 x 0.062
            nat_gateway_cost_usd: usd("9.176"),
            // 10 x 0.02
            cross_zone_cost_usd: usd("0.2"),
            // 2 x 24 x 0.014
            endpoint_cost_usd: usd("0.672"),
            cost_usd: usd("10.048"),
        }],
        advice: vec![advice()],
        plan: Plan { saving_month_usd: usd("94.291667"), changes: vec![change()], options: super::options::options(), ..empty().plan },
        unknown_services: vec![unknown()],
        rates: vec![rate()],
        findings: vec![FindingLine {
            id: "route-without-endpoint".to_owned(),
            severity: "high",
            resource_id: "rtb-0aaaaaaaaaaaaaaa3".to_owned(),
            title: "A route table bypasses the gateway endpoint".to_owned(),
            evidence: both(
                "12 GiB to s3 went through the NAT gateway",
                "s3 への 12 GiB がNATゲートウェイを経由しました",
            ),
            fix: both("associate the route table with the endpoint", "ルートテーブルをエンドポイントに関連付ける"),
            loss_month_usd: usd("54.42"),
            from_traffic: true,
        }],
        unchecked: vec![UncheckedLine {
            id: "endpoint-acl-closed".to_owned(),
            reason: both(
                "the inventory has no answer of describe-network-acls",
                "インベントリに describe-network-acls の結果がありません",
            ),
        }],
        names: BTreeMap::from([("subnet-0a1b2c3d4e5f60718".to_owned(), "prod-private-a".to_owned())]),
        notes: vec![Note {
            id: "no-pkt-fields".to_owned(),
            text: "The logs lack pkt-dstaddr; with it the services behind a NAT gateway would be exact.".to_owned(),
            bytes: Some(50 * GIB),
            code: "estimated-peers".to_owned(),
            parameters: BTreeMap::new(),
        }],
        objects: vec![
            ObjectLine {
                object: "AWSLogs/123456789012/vpcflowlogs/ap-northeast-1/2026/11/01/readme.txt".to_owned(),
                outcome: "skipped",
                reason: "not a VPC flow log".to_owned(),
            },
            ObjectLine {
                object: "AWSLogs/123456789012/vpcflowlogs/ap-northeast-1/2026/11/01/123456789012_vpcflowlogs_ap-northeast-1_fl-0123456789abcdef0_20261101T0005Z_0a1b2c3d.log.gz".to_owned(),
                outcome: "failed",
                reason: "gzip stream ends after 1,024 bytes".to_owned(),
            },
        ],
        malformed_examples: vec![MalformedExample {
            object: "a.log".to_owned(),
            line: 17,
            field: text("bytes"),
            reason: "`12x` is not a number".to_owned(),
        }],
        groups: vec![
            group("owner", "data", 50 * GIB),
            group("untagged", "(untagged)", 50 * GIB),
            GroupLine {
                nat_data_cost_month_usd: usd("0"),
                cross_zone_cost_month_usd: usd("0"),
                hours_cost_month_usd: usd("110.96"),
                cost_month_usd: usd("110.96"),
                ..group("not-allocated", "(not allocated)", 0)
            },
        ],
        currencies: vec![Currency { code: "JPY".to_owned(), units_per_usd: usd("150.5").expect("a rate"), decimals: 0 }],
        ..empty()
    }
}

/// The full report in a region without figures.
pub(super) fn unpriced() -> Report {
    let mut report = full();
    let totals = &mut report.totals;
    for amount in [
        &mut totals.nat_gateway_cost_month_usd,
        &mut totals.cross_zone_cost_month_usd,
        &mut totals.endpoint_cost_month_usd,
        &mut totals.cost_month_usd,
        &mut totals.saving_month_usd,
    ] {
        *amount = None;
    }
    for line in &mut report.nat_gateways {
        line.price_hour_usd = None;
        line.price_gb_usd = None;
        line.cost_observed_usd = None;
        line.cost_month_usd = None;
        line.cross_zone_cost_month_usd = None;
    }
    for line in &mut report.endpoints {
        line.cost_observed_usd = None;
        line.cost_month_usd = None;
    }
    for line in &mut report.attribution {
        line.cost_month_usd = None;
    }
    for day in &mut report.days {
        day.nat_gateway_cost_usd = None;
        day.cross_zone_cost_usd = None;
        day.endpoint_cost_usd = None;
        day.cost_usd = None;
    }
    report.advice.clear();
    report
}
