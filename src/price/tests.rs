//! The embedded book against facts, overrides against hand calculations, tiers against their laws.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::error::PriceErrorKind as Kind;
use super::tiers::{blended_shares, check, tiered_cost};
use super::{BOOK_DATE, Meter, PriceBook, Tier, embedded};

const TOKYO: &str = "ap-northeast-1";
const GB: u128 = 1 << 30;

fn usd(text: &str) -> Decimal {
    Decimal::from_str_exact(text).expect("a decimal in a test")
}

fn rate(book: &PriceBook, region: &str, meter: Meter) -> Decimal {
    book.rate(region, meter).expect("a priced meter").usd
}

fn with(text: &str) -> PriceBook {
    PriceBook::embedded().with_overrides(text, "prices.toml").expect("a valid file")
}

fn rejected(text: &str) -> super::PriceError {
    PriceBook::embedded().with_overrides(text, "prices.toml").expect_err("an invalid file")
}

#[test]
fn thirty_six_regions_are_priced_and_five_are_known_without_a_figure() {
    let book = PriceBook::embedded();
    let (priced, unpriced): (Vec<_>, Vec<_>) =
        book.regions().partition(|region| book.rate(region, Meter::NatGatewayHour).is_some());
    assert_eq!(priced.len(), 36);
    assert_eq!(unpriced, ["cn-north-1", "cn-northwest-1", "eusc-de-east-1", "me-west-1", "sa-west-1"]);
    for region in unpriced {
        assert!(Meter::ALL.into_iter().all(|meter| book.rate(region, meter).is_none()), "{region}");
        assert!(book.interface_endpoint_tiers(region).is_none(), "{region}");
        assert!(book.region_name(region).is_some(), "{region}");
    }
    assert_eq!(book.currency("cn-northwest-1"), Some("CNY"));
    assert!(priced.iter().all(|region| book.currency(region) == Some("USD")));
}

#[test]
fn every_figure_has_a_source_and_a_date_and_a_sane_size() {
    let book = PriceBook::embedded();
    let mut seen = 0;
    for region in book.regions().filter(|region| book.rate(region, Meter::NatGatewayHour).is_some()) {
        for meter in Meter::ALL {
            let Some(rate) = book.rate(region, meter) else {
                let may_be_missing = [Meter::CrossZoneGb, Meter::S3List1000, Meter::S3Get1000];
                assert!(may_be_missing.contains(&meter), "{region}: {meter:?} is missing");
                continue;
            };
            seen += 1;
            assert!(!rate.source.is_empty() && rate.date.is_some() && !rate.overridden, "{region} {meter:?}");
            assert!(rate.date.expect("dated").to_string().as_str() < BOOK_DATE, "{region} {meter:?}");
            assert!(rate.usd < Decimal::ONE, "{region} {meter:?}");
            assert_eq!(
                rate.usd.is_zero(),
                meter == Meter::InterfaceEndpointCrossZoneGb,
                "{region} {meter:?}"
            );
        }
        let tiers = book.interface_endpoint_tiers(region).expect("priced");
        assert_eq!(check(tiers), Ok(()), "{region}");
        assert_eq!(tiers.len(), 3, "{region}");
    }
    // 36 regions of 13 meters, less the nine whose transfer price was not found and the two for S3 requests in the four
    // regions that are newer than their source.
    assert_eq!(seen, 36 * 13 - 9 - 2 * 4);
}

#[test]
fn the_date_of_the_book_is_the_day_written_in_the_file() {
    let line = format!("collected = {BOOK_DATE}");
    assert!(embedded::PRICES_TOML.lines().any(|text| text == line));
}

#[test]
fn known_list_prices() {
    let book = PriceBook::embedded();
    for (region, meter, expected) in [
        (TOKYO, Meter::NatGatewayHour, "0.062"),
        (TOKYO, Meter::NatGatewayGb, "0.062"),
        (TOKYO, Meter::InterfaceEndpointHour, "0.014"),
        (TOKYO, Meter::InterfaceEndpointGb, "0.01"),
        (TOKYO, Meter::TransitGatewayAttachmentHour, "0.07"),
        (TOKYO, Meter::CrossZoneGb, "0.01"),
        (TOKYO, Meter::InterfaceEndpointCrossZoneGb, "0"),
        ("us-east-1", Meter::NatGatewayHour, "0.045"),
        ("us-east-1", Meter::NatGatewayGb, "0.045"),
        ("us-east-1", Meter::InterfaceEndpointHour, "0.01"),
        ("us-east-1", Meter::PublicIpv4Hour, "0.005"),
        ("us-east-1", Meter::S3List1000, "0.005"),
        ("us-east-1", Meter::S3Get1000, "0.0004"),
        (TOKYO, Meter::S3List1000, "0.0047"),
        (TOKYO, Meter::S3Get1000, "0.00037"),
        ("us-gov-west-1", Meter::GatewayLoadBalancerEndpointGb, "0.0044"),
        ("af-south-1", Meter::InterfaceEndpointHour, "0.01309"),
    ] {
        assert_eq!(rate(book, region, meter), usd(expected), "{region} {meter:?}");
    }
    assert!(book.rate("ap-east-2", Meter::CrossZoneGb).is_none());
    assert!(book.rate("nowhere-1", Meter::NatGatewayHour).is_none());
    assert!(!book.knows("nowhere-1"));
}

#[test]
fn a_rate_describes_itself() {
    let listed = PriceBook::embedded().rate(TOKYO, Meter::NatGatewayGb).expect("priced");
    assert_eq!(
        listed.describe(TOKYO, Meter::NatGatewayGb).en(),
        "NAT gateway 0.062 USD/GB (ap-northeast-1, 2025-10-28)"
    );
    assert_eq!(listed.confirmations, 2);
    let book = with("[default]\ndiscount_percent = 10\n[region.us-east-1]\nnat_gateway_hour = 0.04");
    let own = book.rate("us-east-1", Meter::NatGatewayHour).expect("priced");
    assert_eq!(
        own.describe("us-east-1", Meter::NatGatewayHour).en(),
        "NAT gateway 0.036 USD/hour (us-east-1, prices.toml, less 10 %)"
    );
    let discounted = book.rate(TOKYO, Meter::NatGatewayGb).expect("priced");
    assert_eq!(&*discounted.source, "AWS VPC pricing page feed, NAT gateway, less 10 % (prices.toml)");
    assert!(discounted.overridden);
}

/// A team's own calculation: a month of 730 h, NAT 0.062/h and 0.062/GB, endpoint 0.01/h and zone, 0.01/GB.
#[test]
fn a_month_by_hand() {
    let book = with(
        r#"
        [default]
        nat_gateway_hour = "0.062"
        nat_gateway_gb = "0.062"
        interface_endpoint_hour = 0.01
        interface_endpoint_gb = 0.01
        "#,
    );
    let month = Decimal::from(730);
    // 730 x 0.062 = 45.26: "about 45".
    assert_eq!(month * rate(&book, TOKYO, Meter::NatGatewayHour), usd("45.26"));
    let zone = month * rate(&book, TOKYO, Meter::InterfaceEndpointHour);
    // 730 x 0.01 = 7.30 in one zone, 14.60 in two.
    assert_eq!(zone, usd("7.30"));
    assert_eq!(zone * Decimal::from(2), usd("14.60"));
    // ECR takes 2 endpoints and SSM takes 3: 5 x 7.30 = 36.50 in one zone each: the note's "35" is 5 x 7.
    assert_eq!(zone * Decimal::from(5), usd("36.50"));
    // 100 GB: NAT 6.20, endpoint 1.00, in the one flat tier.
    let tiers = book.interface_endpoint_tiers(TOKYO).expect("priced");
    assert_eq!(tiered_cost(100 * GB, tiers), Some(usd("1")));
    assert_eq!(Decimal::from(100) * rate(&book, TOKYO, Meter::NatGatewayGb), usd("6.20"));
    // The list price in Tokyo is not 0.01 but 0.014 an hour: 730 x 0.014 = 10.22 a zone.
    assert_eq!(month * rate(PriceBook::embedded(), TOKYO, Meter::InterfaceEndpointHour), usd("10.22"));
}

#[test]
fn the_documented_example_is_applied_table_by_table() {
    let book = with(
        r#"
        # every region unless a region table says otherwise
        [default]
        nat_gateway_hour = "0.062"
        discount_percent = "12"
        [region.ap-northeast-1]
        interface_endpoint_hour = 0.01
        interface_endpoint_gb = [
            { from_gb = 0, to_gb = 1048576, usd_per_gb = "0.01" },
            { from_gb = 1_048_576, usd_per_gb = 5e-3 },
        ]
        [region.eu-west-1]
        discount_percent = 0
        [region.moon-1]
        nat_gateway_gb = 3
        "#,
    );
    // 0.062 less 12 %, 0.01 less 12 %, 0.005 less 12 %.
    assert_eq!(rate(&book, TOKYO, Meter::NatGatewayHour), usd("0.05456"));
    assert_eq!(rate(&book, TOKYO, Meter::InterfaceEndpointHour), usd("0.0088"));
    assert_eq!(rate(&book, TOKYO, Meter::InterfaceEndpointGb), usd("0.0088"));
    let tiers = book.interface_endpoint_tiers(TOKYO).expect("priced");
    assert_eq!(tiers.iter().map(|tier| tier.usd_per_gb).collect::<Vec<_>>(), [usd("0.0088"), usd("0.0044")]);
    // The list price of a meter no table names, less 12 %; without it where the region says 0.
    assert_eq!(rate(&book, TOKYO, Meter::NatGatewayGb), usd("0.05456"));
    assert_eq!(rate(&book, "eu-west-1", Meter::NatGatewayHour), usd("0.062"));
    assert_eq!(rate(&book, "eu-west-1", Meter::NatGatewayGb), usd("0.048"));
    assert!(!book.rate("eu-west-1", Meter::NatGatewayGb).expect("priced").overridden);
    // A new region has the default's figures and its own, and nothing else.
    assert_eq!(book.added_regions(), ["moon-1"]);
    assert_eq!(rate(&book, "moon-1", Meter::NatGatewayGb), usd("2.64"));
    assert_eq!(rate(&book, "moon-1", Meter::NatGatewayHour), usd("0.05456"));
    assert!(book.rate("moon-1", Meter::InterfaceEndpointHour).is_none());
    // And one that nothing names has the default's.
    assert_eq!(rate(&book, "nowhere-1", Meter::NatGatewayHour), usd("0.05456"));
    // A second file rules over the first.
    let later = book.with_overrides("[region.moon-1]\nnat_gateway_gb = 1", "second.toml").expect("valid");
    assert_eq!(rate(&later, "moon-1", Meter::NatGatewayGb), usd("1"));
}

#[test]
fn numbers_are_taken_as_written() {
    for (literal, expected) in [
        ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
        ("\" 0.10 \"", "0.1"),
        ("0", "0"),
        ("1_000", "1000"),
        ("+0.5", "0.5"),
        ("1.5e-3", "0.0015"),
        ("\"2E2\"", "200"),
    ] {
        let book = with(&format!("[default]\nnat_gateway_gb = {literal}"));
        assert_eq!(rate(&book, TOKYO, Meter::NatGatewayGb), usd(expected), "{literal}");
    }
}

#[test]
fn wrong_files_are_named_by_line_column_and_key() {
    let error = rejected("[default]\n\n  nat_gatway_hour = 1");
    assert_eq!((error.line, error.column, error.key.as_str()), (3, 3, "default.nat_gatway_hour"));
    let text = error.to_string();
    assert!(text.starts_with(
        "prices.toml:3:3: `default.nat_gatway_hour`: no such meter, did you mean `nat_gateway_hour`?"
    ));
    assert!(Meter::ALL.iter().all(|meter| text.contains(meter.key())) && text.contains("discount_percent"));
    assert!(matches!(
        rejected("[region.eu-west-1]\nelephants = 1").kind,
        Kind::UnknownMeter { suggestion: None, .. }
    ));

    let error = rejected("[region.eu-west-1]\nnat_gateway_gb = -0.01");
    assert_eq!(
        error.to_string(),
        "prices.toml:2:18: `region.eu-west-1.nat_gateway_gb`: -0.01 USD is out of range; a price is from 0 to 1000000"
    );
    assert!(matches!(rejected("a = [").kind, Kind::Syntax(_)));
    assert!(matches!(rejected("[defaults]\nnat_gateway_gb = 1").kind, Kind::UnknownTable));
    assert!(matches!(rejected("default = 3").kind, Kind::NotATable { found: "integer" }));
    assert!(matches!(rejected("[region]\neu-west-1 = 3").kind, Kind::NotATable { .. }));
    for literal in
        ["nan", "inf", "-inf", "\"NaN\"", "\"a lot\"", "true", "0x10", "1e40", "1e-29", "\"\"", "\"0,06\""]
    {
        let error = rejected(&format!("[default]\nnat_gateway_gb = {literal}"));
        assert!(matches!(error.kind, Kind::NotANumber { .. }), "{literal}: {error}");
    }
    for literal in ["-1", "\"-0.0001\"", "1000000.1"] {
        let error = rejected(&format!("[default]\nnat_gateway_gb = {literal}"));
        assert!(matches!(error.kind, Kind::PriceOutOfRange { .. }), "{literal}: {error}");
    }
    for literal in ["-1", "100.1"] {
        let error = rejected(&format!("[default]\ndiscount_percent = {literal}"));
        assert!(matches!(error.kind, Kind::DiscountOutOfRange { .. }), "{literal}: {error}");
    }
}

#[test]
fn wrong_tiers_are_rejected() {
    let tiers = |rows: &str| rejected(&format!("[default]\ninterface_endpoint_gb = [{rows}]")).kind;
    for (rows, message) in [
        ("", "the list of tiers is empty"),
        ("{from_gb=1,usd_per_gb=1}", "tier 1 begins at 1 GB, but must begin at 0 GB"),
        (
            "{from_gb=0,to_gb=5,usd_per_gb=1},{from_gb=6,usd_per_gb=1}",
            "tier 2 begins at 6 GB, but must begin at 5 GB",
        ),
        (
            "{from_gb=0,to_gb=5,usd_per_gb=1},{from_gb=4,usd_per_gb=1}",
            "tier 2 begins at 4 GB, but must begin at 5 GB",
        ),
        (
            "{from_gb=0,to_gb=0,usd_per_gb=1},{from_gb=0,usd_per_gb=1}",
            "tier 1 ends at 0 GB, before it begins",
        ),
        ("{from_gb=0,to_gb=5,usd_per_gb=1}", "the last tier ends at 5 GB"),
        ("{from_gb=0,usd_per_gb=1},{from_gb=5,usd_per_gb=1}", "tier 1 has no `to_gb`"),
    ] {
        let Kind::Tiers(text) = tiers(rows) else { panic!("{rows}") };
        assert!(text.starts_with(message), "{text}");
    }
    assert!(matches!(tiers("{from_gb=0}"), Kind::TierShape { .. }));
    assert!(matches!(tiers("{usd_per_gb=1}"), Kind::TierShape { .. }));
    assert!(matches!(tiers("3"), Kind::TierShape { .. }));
    assert!(matches!(tiers("{from_gb=0,until=3,usd_per_gb=1}"), Kind::TierShape { .. }));
    assert!(matches!(tiers("{from_gb=0.5,usd_per_gb=1}"), Kind::NotWholeGb { .. }));
    assert!(matches!(tiers("{from_gb=0,usd_per_gb=-1}"), Kind::PriceOutOfRange { .. }));
}

#[test]
fn each_byte_is_priced_in_its_tier() {
    let tiers = PriceBook::embedded().interface_endpoint_tiers(TOKYO).expect("priced");
    let cost = |bytes| tiered_cost(bytes, tiers).expect("priced");
    assert_eq!(cost(0), Decimal::ZERO);
    // 1 PB (1,048,576 GB) at 0.01 = 10,485.76.
    assert_eq!(cost(1_048_576 * GB), usd("10485.76"));
    // And one GB more at 0.006.
    assert_eq!(cost(1_048_577 * GB), usd("10485.766"));
    // 4 PB (4,194,304 GB) at 0.006 = 25,165.824; then 10 GB at 0.004.
    assert_eq!(cost(5_242_890 * GB), usd("10485.76") + usd("25165.824") + usd("0.04"));
    // One byte is 0.01 / 2^30, exact to 28 digits.
    assert_eq!(cost(1), usd("0.01") / Decimal::from(1_u64 << 30));
    // What no decimal can hold is unpriced, not a panic.
    assert_eq!(tiered_cost(u128::MAX, tiers), None);
    assert_eq!(crate::model::money::cost_of_bytes(1 << 96, usd("0.01")), None);
    // Bytes without a tier have no price.
    let open = &tiers[..1];
    assert_eq!(tiered_cost(1_048_577 * GB, open), None);
}

#[test]
fn shares_are_proportional_and_leave_no_residue() {
    let tiers = PriceBook::embedded().interface_endpoint_tiers(TOKYO).expect("priced");
    // 2 PB in all cost 10,485.76 + 1,048,576 x 0.006 = 16,777.216: a quarter of it is 4,194.304.
    let shares = blended_shares(&[1_572_864 * GB, 524_288 * GB, 0], tiers).expect("priced");
    assert_eq!(shares, [usd("12582.912"), usd("4194.304"), Decimal::ZERO]);
    assert_eq!(blended_shares(&[], tiers), Some(vec![]));
    assert_eq!(blended_shares(&[0, 0], tiers), Some(vec![Decimal::ZERO; 2]));
    assert_eq!(blended_shares(&[u128::MAX, 1], tiers), None);
}

fn any_tiers() -> impl Strategy<Value = Vec<Tier>> {
    (proptest::collection::vec(1_u64..5_000_000, 0..4), proptest::collection::vec(0_i64..1_000_000, 5))
        .prop_map(|(widths, mut prices)| {
            prices.sort_unstable_by_key(|price| std::cmp::Reverse(*price));
            let mut from_gb = 0;
            let mut tiers = Vec::new();
            for (index, price) in prices.iter().enumerate().take(widths.len() + 1) {
                let to_gb = widths.get(index).map(|width| from_gb + width);
                tiers.push(Tier { from_gb, to_gb, usd_per_gb: Decimal::new(*price, 5) });
                from_gb = to_gb.unwrap_or_default();
            }
            tiers
        })
}

proptest! {
    #[test]
    fn shares_add_up_in_any_order(tiers in any_tiers(), bytes in proptest::collection::vec(0_u128..1 << 60, 1..40)) {
        prop_assert_eq!(check(&tiers), Ok(()));
        let total = tiered_cost(bytes.iter().sum(), &tiers).expect("priced");
        let shares = blended_shares(&bytes, &tiers).expect("priced");
        prop_assert_eq!(shares.iter().sum::<Decimal>(), total);
        prop_assert_eq!(shares.iter().rev().sum::<Decimal>(), total);
        prop_assert!(shares.iter().all(|share| !share.is_sign_negative()));
    }

    #[test]
    fn cost_grows_with_bytes_and_is_linear_in_one_tier(bytes in 0_u128..1 << 70, more in 0_u128..1 << 40, tiers in any_tiers()) {
        prop_assert!(tiered_cost(bytes, &tiers) <= tiered_cost(bytes + more, &tiers));
        let flat = [Tier { from_gb: 0, to_gb: None, usd_per_gb: usd("0.01") }];
        prop_assert_eq!(tiered_cost(bytes, &flat), crate::model::money::cost_of_bytes(bytes, usd("0.01")));
    }

    #[test]
    fn no_override_text_panics(text in "(\\[(default|region\\.[a-z\"]{1,3}|region)\\]\n)?([a-z_]{1,20}|nat_gateway_gb|discount_percent) = [-0-9.e\"\\[\\]{}, é]{0,12}\n?.{0,20}") {
        let _ = PriceBook::embedded().with_overrides(&text, "x");
    }
}
