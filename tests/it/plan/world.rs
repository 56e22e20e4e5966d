//! Plans to be written down: that of the sample, and one with every kind of change.

use std::path::Path;

use flowtoll::check::{DEFAULT_NAME_PATTERN, NamePattern};
use flowtoll::inventory::Inventory;
use flowtoll::model::plan::{Action, Change, ZoneSubnet};
use flowtoll::model::report::Report;
use flowtoll::pipeline::{Observer, Settings, analyze_with_inventory};
use flowtoll::plan::{Wishes, Written, write};
use flowtoll::render::Lang;

/// The Region of all changes.
pub(super) const REGION: &str = "us-east-1";

struct Silent;

impl Observer for Silent {
    fn listed(&self, _objects: usize, _bytes: u64) {}
    fn advanced(&self, _bytes: u64) {}
    fn remark(&self, _text: &str) {}
}

/// The report of the sample, with its inventory.
pub(super) fn sample() -> (Report, Inventory) {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-logs").display().to_string();
    let settings = Settings { inputs: vec![inputs], ..Settings::default() };
    analyze_with_inventory(&settings, &Silent).expect("a report")
}

pub(super) fn wishes() -> Wishes {
    Wishes {
        names: NamePattern::parse(DEFAULT_NAME_PATTERN).expect("a pattern"),
        environment: None,
        buckets: Vec::new(),
        tables: Vec::new(),
        lang: Lang::En,
    }
}

/// A report with other changes. Their lines are those of the sample under other names.
pub(super) fn with(mut report: Report, changes: Vec<Change>) -> Report {
    let lines = report.advice.clone();
    report.advice = changes
        .iter()
        .map(|change| {
            let mut line = lines[0].clone();
            line.id.clone_from(&change.advice_id);
            line.action = change.action.name();
            line.service.clone_from(&change.service);
            line.companions.clone_from(&change.companions);
            line.depends_on.clone_from(&change.depends_on);
            line.vpc_id.clone_from(&change.vpc_id);
            line
        })
        .collect();
    report.plan.changes = changes;
    report
}

/// What changes are about.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    pub(super) account: String,
    pub(super) vpc: String,
    pub(super) subnets: [String; 2],
    pub(super) route_tables: [String; 2],
    /// A gateway endpoint for DynamoDB.
    pub(super) gateway: String,
    /// Interface endpoints in both subnets: one goes, one shrinks.
    pub(super) interfaces: [String; 2],
    pub(super) nat: String,
}

impl Ids {
    /// Ids of nothing that exists.
    pub(super) fn invented() -> Self {
        let text = str::to_owned;
        Self {
            account: text("111122223333"),
            vpc: text("vpc-0aaaaaaaaaaaaaaa1"),
            subnets: [text("subnet-0aaaaaaaaaaaaaaa1"), text("subnet-0aaaaaaaaaaaaaaa2")],
            route_tables: [text("rtb-0aaaaaaaaaaaaaaa1"), text("rtb-0aaaaaaaaaaaaaaa2")],
            gateway: text("vpce-0aaaaaaaaaaaaaaa1"),
            interfaces: [text("vpce-0aaaaaaaaaaaaaaa2"), text("vpce-0aaaaaaaaaaaaaaa3")],
            nat: text("nat-0aaaaaaaaaaaaaaa1"),
        }
    }
}

/// A change with nothing in it.
pub(super) fn change(ids: &Ids, action: Action, service: &str) -> Change {
    Change {
        advice_id: format!("{}/{}/{service}", action.name(), ids.vpc),
        action,
        vpc_id: Some(ids.vpc.clone()),
        account_id: Some(ids.account.clone()),
        region: Some(REGION.to_owned()),
        service: service.to_owned(),
        endpoint_type: None,
        service_names: Vec::new(),
        companions: Vec::new(),
        needs_gateway: false,
        vpc_endpoint_ids: Vec::new(),
        replaced_endpoint_ids: Vec::new(),
        zones: Vec::new(),
        zones_removed: Vec::new(),
        route_table_ids: Vec::new(),
        client_cidrs: Vec::new(),
        client_vpc_ids: vec![ids.vpc.clone()],
        nat_gateway_id: None,
        public_ips: Vec::new(),
        depends_on: Vec::new(),
    }
}

fn zone(name: &str, subnet: &str) -> ZoneSubnet {
    ZoneSubnet { zone_id: Some(name.to_owned()), subnet_id: Some(subnet.to_owned()) }
}

/// Every kind of change but central endpoints. What others need stands behind them, as largest savings first may have it.
pub(super) fn changes(ids: &Ids) -> Vec<Change> {
    let full = |service: &str| format!("com.amazonaws.{REGION}.{service}");
    let s3 = format!("{}/{}/s3", Action::AddGatewayEndpoint.name(), ids.vpc);
    let ecr = Change {
        endpoint_type: Some("Interface"),
        service_names: vec![full("ecr.api"), full("ecr.dkr")],
        companions: vec!["ecr.dkr".to_owned()],
        needs_gateway: true,
        zones: vec![zone("use1-az1", &ids.subnets[0]), zone("use1-az2", &ids.subnets[1])],
        client_cidrs: vec!["10.7.0.0/20".to_owned(), "10.7.16.0/20".to_owned(), "2001:db8:7::/64".to_owned()],
        depends_on: vec![s3.clone()],
        ..change(ids, Action::AddInterfaceEndpoint, "ecr.api")
    };
    let nat = Change {
        nat_gateway_id: Some(ids.nat.clone()),
        public_ips: vec!["198.51.100.7".to_owned()],
        depends_on: vec![s3.clone(), ecr.advice_id.clone()],
        ..change(ids, Action::RemoveNatGateway, "nat-gateway")
    };
    let s3 = Change {
        endpoint_type: Some("Gateway"),
        service_names: vec![full("s3")],
        route_table_ids: ids.route_tables.to_vec(),
        ..change(ids, Action::AddGatewayEndpoint, "s3")
    };
    let associate = Change {
        endpoint_type: Some("Gateway"),
        vpc_endpoint_ids: vec![ids.gateway.clone()],
        route_table_ids: vec![ids.route_tables[1].clone()],
        ..change(ids, Action::AssociateRouteTable, "dynamodb")
    };
    let remove = Change {
        endpoint_type: Some("Interface"),
        vpc_endpoint_ids: vec![ids.interfaces[0].clone()],
        needs_gateway: true,
        depends_on: vec![s3.advice_id.clone()],
        ..change(ids, Action::RemoveInterfaceEndpoint, "s3")
    };
    let shrink = Change {
        endpoint_type: Some("Interface"),
        vpc_endpoint_ids: vec![ids.interfaces[1].clone()],
        zones: vec![zone("use1-az1", &ids.subnets[0])],
        zones_removed: vec![zone("use1-az2", &ids.subnets[1])],
        ..change(ids, Action::ShrinkInterfaceEndpoint, "kms")
    };
    vec![nat, ecr, remove, shrink, s3, associate]
}

/// The plan with every kind of change, for things that do not exist.
pub(super) fn rich(inventory: &Inventory, wishes: &Wishes) -> Written {
    let (report, _) = sample();
    write(&with(report, changes(&Ids::invented())), inventory, wishes)
}

/// An inventory of what invented changes are about, as far as files need it.
pub(super) fn invented_inventory() -> Inventory {
    let ids = Ids::invented();
    let nat = serde_json::json!({ "NatGateways": [{
        "NatGatewayId": ids.nat, "VpcId": ids.vpc, "SubnetId": ids.subnets[0], "State": "available",
        "NatGatewayAddresses": [{ "PublicIp": "198.51.100.7", "PrivateIp": "10.7.0.9", "NetworkInterfaceId": "eni-0aaaaaaaaaaaaaaa1" }],
    }]});
    let tables = serde_json::json!({ "RouteTables": ids.route_tables.iter().map(|table| serde_json::json!({
        "RouteTableId": table, "VpcId": ids.vpc, "Associations": [],
        "Routes": [
            { "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": ids.nat, "State": "active" },
            { "DestinationIpv6CidrBlock": "64:ff9b::/96", "NatGatewayId": ids.nat, "State": "active" },
        ],
    })).collect::<Vec<_>>() });
    let vpcs = serde_json::json!({ "Vpcs": [{
        "VpcId": ids.vpc, "CidrBlock": "10.7.0.0/16", "OwnerId": ids.account, "Tags": [{ "Key": "Stage", "Value": "prod" }],
    }]});
    inventory_of(&[
        ("describe-nat-gateways.json", nat.to_string()),
        ("describe-route-tables.json", tables.to_string()),
        ("describe-vpcs.json", vpcs.to_string()),
    ])
}

/// An inventory of these files.
pub(super) fn inventory_of(files: &[(&str, String)]) -> Inventory {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of the inventory");
    }
    flowtoll::inventory::load(flowtoll::source::read_inventory(folder.path()).expect("the folder is read"))
}

/// The text of a file whose path ends like this.
pub(super) fn text<'w>(written: &'w Written, end: &str) -> &'w str {
    let file = written.files.iter().find(|file| file.path.ends_with(end));
    &file.unwrap_or_else(|| panic!("no {end} in {:?}", written.files)).text
}
