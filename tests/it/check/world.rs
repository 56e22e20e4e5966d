//! A sound world: one production VPC in two zones, all of it logged, every endpoint where it should be.

use std::collections::BTreeMap;

use flowtoll::check::{DEFAULT_NAME_PATTERN, NamePattern};
use flowtoll::model::report::Report;
use flowtoll::pipeline::{Observer, Settings, analyze};
use serde_json::{Value as Json, json};

/// The interface endpoints, each in both zones.
pub const SERVICES: [&str; 5] = ["ecr.api", "ecr.dkr", "ssm", "ssmmessages", "ec2messages"];
/// Fields of its flow log.
pub const FIELDS: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                          log-status vpc-id subnet-id pkt-srcaddr pkt-dstaddr flow-direction traffic-path resource-id";
/// 2026-03-10T00:00:00Z.
const START: i64 = 1_773_100_800;
/// Where the flow log puts its object.
pub const OBJECT: &str = "111122223333_vpcflowlogs_us-east-1_fl-0a_20260310T0000Z_0a1b2c3d.log";
/// Addresses of S3, DynamoDB, S3 in us-west-2, API Gateway, and one that many services share, by ip-ranges.
pub const S3: &str = "52.216.1.1";
pub const DYNAMODB: &str = "52.94.0.9";
pub const S3_WEST: &str = "52.92.128.5";
pub const API_GATEWAY: &str = "3.216.135.10";
pub const SHARED: &str = "52.94.224.10";
/// 2^30.
pub const GIB: u64 = 1 << 30;

/// Files of an inventory and rows of a log.
pub struct World {
    pub files: BTreeMap<String, Json>,
    pub logs: Vec<String>,
    pub fields: &'static str,
}

/// One record of an interface: `from` opens a connection to port 443 of `to`.
pub fn row(eni: &str, from: &str, to: &str, bytes: u64, action: &str) -> String {
    let (start, end) = (START + 60, START + 120);
    format!(
        "5 111122223333 {eni} {from} {to} 40000 443 6 10 {bytes} {start} {end} {action} OK vpc-1 - {from} {to} egress - -"
    )
}

/// The same of the client of a zone.
fn from_client(zone: &str, to: &str, bytes: u64, action: &str) -> String {
    let net = if zone == "a" { 1 } else { 2 };
    row(&format!("eni-{zone}"), &format!("10.0.{net}.10"), to, bytes, action)
}

/// The answer to such a record.
pub fn answer(eni: &str, from: &str, to: &str, bytes: u64) -> String {
    let (start, end) = (START + 60, START + 120);
    format!(
        "5 111122223333 {eni} {to} {from} 443 40000 6 10 {bytes} {start} {end} ACCEPT OK vpc-1 - {to} {from} ingress - -"
    )
}

fn tags(pairs: &[(&str, &str)]) -> Json {
    pairs.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

pub fn open_policy() -> String {
    json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}).to_string()
}

/// An interface endpoint with an interface at `10.0.1.{host}` and `10.0.2.{host}`.
pub fn interface_endpoint(service: &str, host: u8) -> (Json, Vec<Json>) {
    let id = format!("vpce-{service}");
    let enis: Vec<Json> = [("a", 1), ("b", 2)]
        .map(|(zone, net)| {
            json!({"NetworkInterfaceId": format!("eni-{service}-{zone}"), "InterfaceType": "vpc_endpoint", "VpcId": "vpc-1",
                "SubnetId": format!("subnet-{zone}"), "PrivateIpAddress": format!("10.0.{net}.{host}"),
                "Description": format!("VPC Endpoint Interface {id}"), "Groups": [{"GroupId": "sg-e"}]})
        })
        .into();
    let endpoint = json!({"VpcEndpointId": id, "VpcEndpointType": "Interface", "VpcId": "vpc-1", "State": "available",
        "ServiceName": format!("com.amazonaws.us-east-1.{service}"), "SubnetIds": ["subnet-a", "subnet-b"],
        "NetworkInterfaceIds": [format!("eni-{service}-a"), format!("eni-{service}-b")], "Groups": [{"GroupId": "sg-e"}],
        "PrivateDnsEnabled": true, "PolicyDocument": open_policy(), "CreationTimestamp": "2026-01-01T00:00:00Z",
        "Tags": tags(&[("Name", &format!("{service}-interface-endpoint-prod"))])});
    (endpoint, enis)
}

fn gateway_endpoint(service: &str) -> Json {
    json!({"VpcEndpointId": format!("vpce-{service}"), "VpcEndpointType": "Gateway", "VpcId": "vpc-1", "State": "available",
        "ServiceName": format!("com.amazonaws.us-east-1.{service}"), "RouteTableIds": ["rtb-a", "rtb-b"],
        "PolicyDocument": open_policy(), "Tags": tags(&[("Name", &format!("{service}-gateway-endpoint-prod"))])})
}

fn table(zone: &str) -> Json {
    json!({"RouteTableId": format!("rtb-{zone}"), "VpcId": "vpc-1",
        "Associations": [{"Main": false, "SubnetId": format!("subnet-{zone}")}],
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": format!("nat-{zone}"), "State": "active"},
            {"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-s3", "State": "active"},
            {"DestinationPrefixListId": "pl-ddb", "GatewayId": "vpce-dynamodb", "State": "active"}]})
}

fn subnet(id: &str, net: u8, zone: u8) -> Json {
    json!({"SubnetId": format!("subnet-{id}"), "VpcId": "vpc-1", "CidrBlock": format!("10.0.{net}.0/24"),
        "AvailabilityZone": format!("us-east-1{}", ['x', 'a', 'b'][usize::from(zone)]), "AvailabilityZoneId": format!("use1-az{zone}")})
}

fn client(zone: &str, net: u8) -> Json {
    json!({"NetworkInterfaceId": format!("eni-{zone}"), "InterfaceType": "interface", "VpcId": "vpc-1",
        "SubnetId": format!("subnet-{zone}"), "PrivateIpAddress": format!("10.0.{net}.10"), "Groups": [{"GroupId": "sg-c"}],
        "Attachment": {"InstanceId": format!("i-{zone}"), "DeviceIndex": 0}})
}

fn nat(zone: &str, net: u8) -> (Json, Json) {
    let gateway = json!({"NatGatewayId": format!("nat-{zone}"), "VpcId": "vpc-1", "SubnetId": format!("subnet-p{zone}"),
        "State": "available", "ConnectivityType": "public", "CreateTime": "2026-01-01T00:00:00Z",
        "NatGatewayAddresses": [{"NetworkInterfaceId": format!("eni-nat-{zone}"), "PrivateIp": format!("10.0.{net}.5"),
            "PublicIp": format!("203.0.113.{net}"), "IsPrimary": true}]});
    let eni = json!({"NetworkInterfaceId": format!("eni-nat-{zone}"), "InterfaceType": "nat_gateway", "VpcId": "vpc-1",
        "SubnetId": format!("subnet-p{zone}"), "PrivateIpAddress": format!("10.0.{net}.5")});
    (gateway, eni)
}

/// Rules for TCP 443, or for everything, with a block.
pub fn rule(protocol: &str, cidr: &str) -> Json {
    let mut rule = json!({"IpProtocol": protocol, "IpRanges": [{"CidrIp": cidr}]});
    if protocol != "-1" {
        rule["FromPort"] = json!(443);
        rule["ToPort"] = json!(443);
    }
    rule
}

impl World {
    pub fn sound() -> Self {
        let mut enis = vec![client("a", 1), client("b", 2)];
        let mut endpoints = vec![gateway_endpoint("s3"), gateway_endpoint("dynamodb")];
        let mut logs = Vec::new();
        for (service, host) in SERVICES.iter().zip(20..) {
            let (endpoint, own) = interface_endpoint(service, host);
            endpoints.push(endpoint);
            enis.extend(own);
            // 1 GiB from each zone: 1,460 GiB a month through each endpoint, which no NAT gateway would carry for less.
            for (eni, net) in [("eni-a", 1), ("eni-b", 2)] {
                logs.push(row(eni, &format!("10.0.{net}.10"), &format!("10.0.{net}.{host}"), GIB, "ACCEPT"));
            }
        }
        let (nat_a, nat_eni_a) = nat("a", 101);
        let (nat_b, nat_eni_b) = nat("b", 102);
        enis.extend([nat_eni_a, nat_eni_b]);
        for (eni, net) in [("eni-a", 1), ("eni-b", 2)] {
            logs.push(row(eni, &format!("10.0.{net}.10"), S3, 5000, "ACCEPT"));
            logs.push(answer(eni, &format!("10.0.{net}.10"), S3, 7000));
        }
        let everything = |number: u32, egress: bool| json!({"RuleNumber": number, "Egress": egress, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"});
        let format =
            FIELDS.split_whitespace().map(|field| format!("${{{field}}}")).collect::<Vec<_>>().join(" ");
        let all_subnets =
            ["subnet-a", "subnet-b", "subnet-pa", "subnet-pb"].map(|id| json!({"SubnetId": id}));
        let instances = ["a", "b"].map(|zone| {
            json!({"InstanceId": format!("i-{zone}"), "VpcId": "vpc-1", "State": {"Name": "running"},
                "IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/x"}})
        });
        let files = [
            (
                "describe-vpcs",
                json!({"Vpcs": [{"VpcId": "vpc-1", "OwnerId": "111122223333", "CidrBlock": "10.0.0.0/16",
                    "Tags": tags(&[("Env", "prod")])}]}),
            ),
            (
                "describe-subnets",
                json!({"Subnets": [subnet("a", 1, 1), subnet("b", 2, 2), subnet("pa", 101, 1), subnet("pb", 102, 2)]}),
            ),
            (
                "describe-route-tables",
                json!({"RouteTables": [table("a"), table("b"), {"RouteTableId": "rtb-p", "VpcId": "vpc-1",
                    "Associations": [{"Main": true}], "Routes": [
                        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]}]}),
            ),
            ("describe-nat-gateways", json!({"NatGateways": [nat_a, nat_b]})),
            ("describe-vpc-endpoints", json!({"VpcEndpoints": endpoints})),
            ("describe-network-interfaces", json!({"NetworkInterfaces": enis})),
            (
                "describe-managed-prefix-lists",
                json!({"PrefixLists": [
                    {"PrefixListId": "pl-s3", "PrefixListName": "com.amazonaws.us-east-1.s3", "Entries": [{"Cidr": "52.216.0.0/15"}]},
                    {"PrefixListId": "pl-ddb", "PrefixListName": "com.amazonaws.us-east-1.dynamodb", "Entries": [{"Cidr": "52.94.0.0/22"}]}]}),
            ),
            (
                "describe-flow-logs",
                json!({"FlowLogs": [{"FlowLogId": "fl-0a", "ResourceId": "vpc-1", "TrafficType": "ALL", "LogFormat": format,
                    "FlowLogStatus": "ACTIVE", "DeliverLogsStatus": "SUCCESS", "CreationTime": "2026-01-01T00:00:00Z"}]}),
            ),
            (
                "describe-security-groups",
                json!({"SecurityGroups": [
                    {"GroupId": "sg-e", "VpcId": "vpc-1", "IpPermissions": [rule("tcp", "10.0.0.0/16")], "IpPermissionsEgress": []},
                    {"GroupId": "sg-c", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": [rule("-1", "0.0.0.0/0")]}]}),
            ),
            (
                "describe-network-acls",
                json!({"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "Associations": all_subnets,
                    "Entries": [everything(100, false), everything(100, true)]}]}),
            ),
            (
                "describe-vpc-attribute",
                json!([{"VpcId": "vpc-1", "EnableDnsSupport": {"Value": true}},
                    {"VpcId": "vpc-1", "EnableDnsHostnames": {"Value": true}}]),
            ),
            ("describe-instances", json!({"Reservations": [{"Instances": instances}]})),
            ("describe-iam-instance-profile-associations", json!({"IamInstanceProfileAssociations": []})),
            (
                "bucket-policies/data",
                json!({"Statement": {"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}),
            ),
        ];
        let files = files.into_iter().map(|(name, answer)| (format!("{name}.json"), answer)).collect();
        Self { files, logs, fields: FIELDS }
    }

    /// An element of an answer, by the id in it.
    pub fn element(&mut self, call: &str, id: &str) -> &mut Json {
        let answer = self.files.get_mut(&format!("{call}.json")).expect(call);
        let list = answer.as_object_mut().expect("an object").values_mut().next().expect("a list");
        let list = list.as_array_mut().expect("a list");
        list.iter_mut()
            .find(|element| {
                element.as_object().is_some_and(|object| object.values().any(|value| value == id))
            })
            .unwrap_or_else(|| panic!("no {id} in {call}"))
    }

    /// The list of an answer.
    pub fn list(&mut self, call: &str) -> &mut Vec<Json> {
        let answer = self.files.get_mut(&format!("{call}.json")).expect(call);
        answer
            .as_object_mut()
            .expect("an object")
            .values_mut()
            .next()
            .expect("a list")
            .as_array_mut()
            .expect("a list")
    }

    /// An endpoint.
    pub fn endpoint(&mut self, id: &str) -> &mut Json {
        self.element("describe-vpc-endpoints", id)
    }

    /// The routes of a table.
    pub fn routes(&mut self, id: &str) -> &mut Vec<Json> {
        self.element("describe-route-tables", id)["Routes"].as_array_mut().expect("routes")
    }

    /// Takes out what an answer's element has with this id.
    pub fn remove(&mut self, call: &str, id: &str) {
        let has = |element: &Json| {
            element.as_object().is_some_and(|object| object.values().any(|value| value == id))
        };
        self.list(call).retain(|element| !has(element));
    }

    /// Adds an interface endpoint with its interfaces.
    pub fn add_endpoint(&mut self, service: &str, host: u8) {
        let (endpoint, enis) = interface_endpoint(service, host);
        self.list("describe-vpc-endpoints").push(endpoint);
        self.list("describe-network-interfaces").extend(enis);
    }

    /// A client of a zone sends bytes.
    pub fn send(&mut self, zone: &str, to: &str, bytes: u64) {
        self.logs.push(from_client(zone, to, bytes, "ACCEPT"));
    }

    /// The NAT gateway of a zone takes bytes from an address to one outside.
    pub fn pass_nat(&mut self, zone: &str, from: &str, to: &str, bytes: u64) {
        let net = if zone == "a" { 101 } else { 102 };
        let (start, end) = (START + 60, START + 120);
        self.logs.push(format!(
            "5 111122223333 eni-nat-{zone} {from} 10.0.{net}.5 40000 443 6 10 {bytes} {start} {end} ACCEPT OK vpc-1 - {from} {to} \
             ingress - -"
        ));
    }

    /// A client of a zone is turned away.
    pub fn reject(&mut self, zone: &str, to: &str) {
        self.logs.push(from_client(zone, to, 40, "REJECT"));
    }

    /// Writes the inventory, and the log where there is one.
    pub fn write(&self, folder: &std::path::Path) {
        for (name, answer) in &self.files {
            let path = folder.join("inventory").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("creating a folder");
            std::fs::write(path, answer.to_string()).expect("writing an answer");
        }
        if !self.logs.is_empty() {
            std::fs::create_dir_all(folder.join("logs")).expect("creating a folder");
            let text = format!("{}\n{}\n", self.fields, self.logs.join("\n"));
            std::fs::write(folder.join("logs").join(OBJECT), text).expect("writing a log");
        }
    }

    pub fn check(&self) -> Report {
        let folder = tempfile::tempdir().expect("a folder for the test");
        self.write(folder.path());
        let path = |name: &str| folder.path().join(name);
        let inputs = if self.logs.is_empty() { Vec::new() } else { vec![path("logs").display().to_string()] };
        let settings = Settings {
            inputs,
            inventory: Some(path("inventory")),
            names: Some(NamePattern::parse(DEFAULT_NAME_PATTERN).expect("a pattern")),
            threads: Some(1),
            ..Settings::default()
        };
        let report = analyze(&settings, &Silent).expect("a report");
        assert_eq!(report.ledger.malformed, 0, "{:?}", report.malformed_examples);
        report
    }
}

/// Hears nothing.
struct Silent;

impl Observer for Silent {
    fn listed(&self, _: usize, _: u64) {}
    fn advanced(&self, _: u64) {}
    fn remark(&self, _: &str) {}
}
