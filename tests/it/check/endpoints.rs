//! Rules about endpoints: where they fire, and where they must not.
//!
//! us-east-1: NAT gateway 0.045 USD per GB; interface endpoint 0.01 per zone-hour and GB; between zones 0.01 per GB and side. One hour
//! is observed, so a month is 730 of it: 1 GiB through a NAT gateway is 32.85 USD a month, one zone of an endpoint 7.30.

use serde_json::json;

use super::world::{API_GATEWAY, DYNAMODB, GIB, S3, S3_WEST, SHARED, World, interface_endpoint, row};
use super::{Sound, Spoilt};

/// An address of the internet.
const INTERNET: &str = "8.8.8.8";

fn as_participant(world: &mut World) {
    world.list("describe-vpc-endpoints").clear();
    for interface in world.list("describe-network-interfaces") {
        interface["OwnerId"] = json!("444455556666");
    }
}

fn without_route(world: &mut World, table: &str, endpoint: &str) {
    world.routes(table).retain(|route| route["GatewayId"] != endpoint);
}

fn unlist(world: &mut World, endpoint: &str, table: &str) {
    let tables = world.endpoint(endpoint)["RouteTableIds"].as_array_mut().expect("tables");
    tables.retain(|id| id != table);
}

fn second_vpc(world: &mut World) {
    world.list("describe-vpcs").push(
        json!({"VpcId": "vpc-2", "CidrBlock": "10.9.0.0/16", "Tags": [{"Key": "env", "Value": "prod"}]}),
    );
    world
        .list("describe-subnets")
        .push(json!({"SubnetId": "subnet-2", "VpcId": "vpc-2", "CidrBlock": "10.9.1.0/24",
        "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1"}));
    world.list("describe-vpc-endpoints").push(json!({"VpcEndpointId": "vpce-2", "VpcEndpointType": "Interface", "VpcId": "vpc-2",
        "State": "available", "ServiceName": "com.amazonaws.us-east-1.kms", "SubnetIds": ["subnet-2"], "PrivateDnsEnabled": true}));
}

/// An interface endpoint for S3, beside the gateway endpoint.
fn paid_s3(world: &mut World) {
    let (mut endpoint, enis) = interface_endpoint("s3", 30);
    endpoint["VpcEndpointId"] = json!("vpce-paid");
    let enis = enis.into_iter().map(|mut eni| {
        eni["Description"] = json!("VPC Endpoint Interface vpce-paid");
        eni
    });
    world.list("describe-vpc-endpoints").push(endpoint);
    world.list("describe-network-interfaces").extend(enis);
}

fn one_zone(world: &mut World) {
    let endpoint = world.endpoint("vpce-ssm");
    endpoint["SubnetIds"] = json!(["subnet-a"]);
    endpoint["NetworkInterfaceIds"] = json!(["eni-ssm-a"]);
    world.remove("describe-network-interfaces", "eni-ssm-b");
    world.send("b", "10.0.1.22", 1000);
}

fn tag(world: &mut World, key: &str, value: &str) {
    let name = format!("ssm-interface-endpoint-{value}");
    world.endpoint("vpce-ssm")["Tags"] =
        json!([{"Key": key, "Value": value}, {"Key": "Name", "Value": name}]);
}

/// Takes out what clients sent to the addresses of an endpoint.
fn silence(world: &mut World, host: u8) {
    world
        .logs
        .retain(|row| !row.contains(&format!("10.0.1.{host} ")) && !row.contains(&format!("10.0.2.{host} ")));
}

fn dns(world: &mut World, value: bool) {
    let answer = world.files.get_mut("describe-vpc-attribute.json").expect("the attribute");
    answer[1]["EnableDnsHostnames"]["Value"] = json!(value);
}

pub const SPOILT: [Spoilt; 25] = [
    Spoilt {
        rule: "gateway-endpoint-absent",
        resource: "vpc-1",
        severity: "high",
        loss: Some("32.85"),
        spoil: |world| {
            world.remove("describe-vpc-endpoints", "vpce-dynamodb");
            without_route(world, "rtb-a", "vpce-dynamodb");
            without_route(world, "rtb-b", "vpce-dynamodb");
            world.send("a", DYNAMODB, GIB);
        },
    },
    // The bytes come through a transit gateway from a VPC that the inventory does not have: no endpoint here would carry them, as
    // the advice says too.
    Spoilt {
        rule: "gateway-endpoint-absent",
        resource: "vpc-1",
        severity: "info",
        loss: None,
        spoil: |world| {
            world.remove("describe-vpc-endpoints", "vpce-dynamodb");
            without_route(world, "rtb-a", "vpce-dynamodb");
            without_route(world, "rtb-b", "vpce-dynamodb");
            world.pass_nat("a", "10.9.0.7", DYNAMODB, GIB);
        },
    },
    Spoilt {
        rule: "gateway-endpoint-not-routed",
        resource: "rtb-b",
        severity: "high",
        // The 12,000 bytes of the sound world's rows to S3 are in it too: 0.00 USD.
        loss: Some("32.85"),
        spoil: |world| {
            unlist(world, "vpce-s3", "rtb-b");
            without_route(world, "rtb-b", "vpce-s3");
            world.send("b", S3, GIB);
        },
    },
    // The subnet has no table of its own: it is on the main table, which has nobody's attention.
    Spoilt {
        rule: "gateway-endpoint-not-routed",
        resource: "rtb-p",
        severity: "high",
        loss: Some("32.85"),
        spoil: |world| {
            world.remove("describe-route-tables", "rtb-b");
            world.routes("rtb-p")[1] = json!({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-b"});
            world.send("b", S3, GIB);
        },
    },
    Spoilt {
        rule: "gateway-endpoint-route-missing",
        resource: "rtb-b",
        severity: "info",
        loss: None,
        spoil: |world| without_route(world, "rtb-b", "vpce-s3"),
    },
    Spoilt {
        rule: "gateway-endpoint-blackhole",
        resource: "rtb-b",
        severity: "critical",
        loss: None,
        spoil: |world| {
            world.routes("rtb-b")[2]["State"] = json!("blackhole");
            // No answers any more.
            world.logs.retain(|row| !(row.contains("eni-b") && row.contains("ingress")));
        },
    },
    // The route is active, but leads to an endpoint that is not there.
    Spoilt {
        rule: "gateway-endpoint-blackhole",
        resource: "rtb-a",
        severity: "info",
        loss: None,
        spoil: |world| world.routes("rtb-a")[3]["GatewayId"] = json!("vpce-gone"),
    },
    Spoilt {
        rule: "endpoint-state",
        resource: "vpce-dynamodb",
        severity: "high",
        loss: None,
        spoil: |world| {
            world.endpoint("vpce-dynamodb")["State"] = json!("pending");
            without_route(world, "rtb-a", "vpce-dynamodb");
            world.send("a", DYNAMODB, GIB);
        },
    },
    Spoilt {
        rule: "bucket-in-another-region",
        resource: "vpc-1",
        severity: "medium",
        loss: Some("32.85"),
        spoil: |world| world.send("a", S3_WEST, GIB),
    },
    Spoilt {
        rule: "endpoint-private-dns-off",
        resource: "vpce-ssm",
        severity: "medium",
        loss: None,
        spoil: |world| {
            world.endpoint("vpce-ssm")["PrivateDnsEnabled"] = json!(false);
            world.send("a", SHARED, 1000);
        },
    },
    Spoilt {
        rule: "vpc-dns-off",
        resource: "vpc-1",
        severity: "high",
        loss: None,
        spoil: |world| {
            dns(world, false);
            world.send("a", SHARED, 1000);
        },
    },
    // 32.85 at the NAT gateway, 7.30 at the endpoint.
    Spoilt {
        rule: "endpoint-bypassed",
        resource: "vpce-execute-api",
        severity: "high",
        loss: Some("25.55"),
        spoil: |world| {
            world.add_endpoint("execute-api", 40);
            world.send("a", API_GATEWAY, GIB);
        },
    },
    // Two zones, 7.30 each.
    Spoilt {
        rule: "endpoint-idle",
        resource: "vpce-kinesis-streams",
        severity: "medium",
        loss: Some("14.60"),
        spoil: |world| world.add_endpoint("kinesis-streams", 42),
    },
    Spoilt {
        rule: "endpoint-forgotten",
        resource: "vpce-2",
        severity: "info",
        loss: Some("7.30"),
        spoil: second_vpc,
    },
    // 730 MiB a month: 14.60 + 0.00713 at the endpoint, 0.03208 at the NAT gateway.
    Spoilt {
        rule: "endpoint-under-used",
        resource: "vpce-ssm",
        severity: "medium",
        loss: Some("14.58"),
        spoil: |world| {
            silence(world, 22);
            world.send("a", "10.0.1.22", GIB / 1024);
        },
    },
    // Two zones, and 730 GiB at 0.01.
    Spoilt {
        rule: "s3-interface-endpoint",
        resource: "vpce-paid",
        severity: "medium",
        loss: Some("21.90"),
        spoil: |world| {
            paid_s3(world);
            world.send("a", "10.0.1.30", GIB);
        },
    },
    Spoilt {
        rule: "endpoint-duplicate",
        resource: "vpce-ssm2",
        severity: "medium",
        loss: Some("14.60"),
        spoil: |world| {
            let mut twin = world.endpoint("vpce-ssm").clone();
            twin["VpcEndpointId"] = json!("vpce-ssm2");
            twin["NetworkInterfaceIds"] = json!([]);
            world.list("describe-vpc-endpoints").push(twin);
        },
    },
    // Neither carried a byte; the one that was there first has Private DNS off, and nobody finds it.
    Spoilt {
        rule: "endpoint-duplicate",
        resource: "vpce-kms",
        severity: "info",
        loss: Some("14.60"),
        spoil: |world| {
            world.add_endpoint("kms", 43);
            let mut twin = world.endpoint("vpce-kms").clone();
            twin["VpcEndpointId"] = json!("vpce-kms2");
            twin["NetworkInterfaceIds"] = json!([]);
            world.list("describe-vpc-endpoints").push(twin);
            world.endpoint("vpce-kms")["PrivateDnsEnabled"] = json!(false);
        },
    },
    // 730 GiB, 0.01 at each side.
    Spoilt {
        rule: "nat-in-another-zone",
        resource: "subnet-b",
        severity: "medium",
        loss: Some("14.60"),
        spoil: |world| {
            world.routes("rtb-b")[1]["NatGatewayId"] = json!("nat-a");
            world.send("b", INTERNET, GIB);
        },
    },
    Spoilt {
        rule: "endpoint-single-zone",
        resource: "vpce-ssm",
        severity: "medium",
        loss: None,
        spoil: one_zone,
    },
    Spoilt {
        rule: "endpoint-multi-zone",
        resource: "vpce-ssm",
        severity: "low",
        loss: Some("7.30"),
        spoil: |world| tag(world, "Environment", "dev"),
    },
    Spoilt {
        rule: "endpoint-zone-without-clients",
        resource: "vpce-ssm",
        severity: "low",
        loss: Some("7.30"),
        spoil: |world| {
            world.remove("describe-network-interfaces", "eni-b");
            world.logs.retain(|row| !row.contains(" eni-b "));
        },
    },
    Spoilt {
        rule: "endpoint-name",
        resource: "vpce-ssm",
        severity: "info",
        loss: None,
        spoil: |world| world.endpoint("vpce-ssm")["Tags"] = json!([{"Key": "Name", "Value": "my endpoint"}]),
    },
    Spoilt {
        rule: "endpoint-name",
        resource: "vpce-s3",
        severity: "info",
        loss: None,
        spoil: |world| world.endpoint("vpce-s3")["Tags"] = json!([]),
    },
    Spoilt {
        rule: "endpoint-state",
        resource: "vpce-ssm",
        severity: "info",
        loss: None,
        spoil: |world| world.endpoint("vpce-ssm")["State"] = json!("pendingAcceptance"),
    },
];

pub const SOUND: [Sound; 23] = [
    // What a gateway endpoint could not carry does not ask for one.
    Sound { rule: "gateway-endpoint-absent", change: |world| world.send("a", S3_WEST, GIB) },
    // The route is there, though the endpoint's list is short.
    Sound { rule: "gateway-endpoint-not-routed", change: |world| unlist(world, "vpce-s3", "rtb-b") },
    // A table that is not in the inventory.
    Sound {
        rule: "gateway-endpoint-route-missing",
        change: |world| {
            let tables = world.endpoint("vpce-s3")["RouteTableIds"].as_array_mut().expect("tables");
            tables.push(json!("rtb-elsewhere"));
        },
    },
    // A blackhole that has nothing to do with an endpoint.
    Sound {
        rule: "gateway-endpoint-blackhole",
        change: |world| {
            let route = json!({"DestinationCidrBlock": "172.16.0.0/12", "VpcPeeringConnectionId": "pcx-1", "State": "blackhole"});
            world.routes("rtb-a").push(route);
        },
    },
    // A route to a network of the wide area is no route to an endpoint.
    Sound {
        rule: "gateway-endpoint-blackhole",
        change: |world| {
            let route = json!({"DestinationPrefixListId": "pl-0offices", "State": "active",
                "CoreNetworkArn": "arn:aws:networkmanager::111122223333:core-network/core-network-1"});
            world.routes("rtb-a").push(route);
        },
    },
    // Who takes part in a shared VPC does not see its owner's endpoints.
    Sound { rule: "gateway-endpoint-blackhole", change: as_participant },
    Sound { rule: "gateway-endpoint-absent", change: as_participant },
    Sound {
        rule: "endpoint-state",
        change: |world| {
            world.add_endpoint("kms", 43);
            world.endpoint("vpce-kms")["State"] = json!("deleted");
        },
    },
    Sound { rule: "bucket-in-another-region", change: |world| world.send("a", S3, GIB) },
    // Off, but another endpoint of the service has it on.
    Sound {
        rule: "endpoint-private-dns-off",
        change: |world| {
            let mut twin = world.endpoint("vpce-ssm").clone();
            twin["VpcEndpointId"] = json!("vpce-ssm2");
            twin["PrivateDnsEnabled"] = json!(false);
            world.list("describe-vpc-endpoints").push(twin);
            world.send("a", SHARED, 1000);
        },
    },
    // Off, but nothing relies on it.
    Sound {
        rule: "vpc-dns-off",
        change: |world| {
            dns(world, false);
            for endpoint in world.list("describe-vpc-endpoints") {
                endpoint["PrivateDnsEnabled"] = json!(false);
            }
        },
    },
    // Which service is behind an address that many share is not guessed.
    Sound {
        rule: "endpoint-bypassed",
        change: |world| {
            world.add_endpoint("execute-api", 40);
            world.send("a", SHARED, GIB);
        },
    },
    // Whoever asks is in a VPC that the inventory does not have.
    Sound {
        rule: "endpoint-bypassed",
        change: |world| {
            world.add_endpoint("execute-api", 40);
            world.pass_nat("a", "10.9.0.7", API_GATEWAY, GIB);
        },
    },
    // It was made after the observed hour.
    Sound {
        rule: "endpoint-idle",
        change: |world| {
            world.add_endpoint("kms", 43);
            world.endpoint("vpce-kms")["CreationTimestamp"] = json!("2026-04-01T00:00:00Z");
        },
    },
    // Clients may come through a peering connection.
    Sound {
        rule: "endpoint-forgotten",
        change: |world| {
            second_vpc(world);
            world.list("describe-route-tables").push(json!({"RouteTableId": "rtb-2", "VpcId": "vpc-2", "Associations": [{"Main": true}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}]}));
        },
    },
    // Without the endpoint the bytes could not pass at all.
    Sound {
        rule: "endpoint-under-used",
        change: |world| {
            silence(world, 22);
            world.send("a", "10.0.1.22", GIB / 1024);
            world.routes("rtb-a").remove(1);
        },
    },
    // Its clients are in another network, which no gateway endpoint serves.
    Sound {
        rule: "s3-interface-endpoint",
        change: |world| {
            paid_s3(world);
            let row =
                row("eni-s3-a", "192.168.7.7", "10.0.1.30", GIB, "ACCEPT").replace(" egress ", " ingress ");
            world.logs.push(row);
        },
    },
    Sound {
        rule: "endpoint-duplicate",
        change: |world| {
            let mut twin = world.endpoint("vpce-ssm").clone();
            twin["VpcEndpointId"] = json!("vpce-ssm2");
            twin["State"] = json!("deleting");
            world.list("describe-vpc-endpoints").push(twin);
        },
    },
    // Out by an internet gateway: no NAT gateway anywhere.
    Sound {
        rule: "nat-in-another-zone",
        change: |world| {
            world.routes("rtb-b")[1] = json!({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"});
        },
    },
    // One zone is what development asks for.
    Sound {
        rule: "endpoint-single-zone",
        change: |world| {
            one_zone(world);
            tag(world, "stage", "dev");
        },
    },
    // Staging is neither production nor development.
    Sound { rule: "endpoint-multi-zone", change: |world| tag(world, "ENV", "staging") },
    // A function is a client too.
    Sound {
        rule: "endpoint-zone-without-clients",
        change: |world| {
            world.element("describe-network-interfaces", "eni-b")["InterfaceType"] = json!("lambda");
            world.logs.retain(|row| !row.contains(" eni-b "));
        },
    },
    // Its own tag says another environment than its VPC's.
    Sound { rule: "endpoint-name", change: |world| tag(world, "env", "canary") },
];
