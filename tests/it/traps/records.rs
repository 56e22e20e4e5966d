//! Records whose meaning is the trap: the six legs, windows without data, clients that are gone.

use serde_json::{Value as Json, json};

use super::{START, Seen, Trap, V2, log, record};

#[test]
fn windows_without_data_and_lost_records_are_counted_apart() {
    let window = format!("2 111122223333 eni-0aaaaaaaaaaaaaaa1 - - - - - - - {START} {} -", START + 60);
    let rows = [
        record(7),
        format!("{window} NODATA"),
        format!("{window} SKIPDATA"),
        // Lost records may still carry addresses and bytes.
        record(500).replace("ACCEPT OK", "ACCEPT SKIPDATA"),
        record(30).replace("ACCEPT OK", "REJECT OK"),
    ];
    Trap::with(log(V2, &rows)).report().has(&[
        ("records", 5),
        ("ok", 1),
        ("nodata", 1),
        ("skipdata", 2),
        ("rejected", 1),
        ("malformed", 0),
        ("bytes_total", 537),
        ("bytes_attributed", 7),
        ("bytes_rejected", 30),
        ("bytes_unattributed", 500),
    ]);
}

/// The six rows of one connection, as AWS documents them: 100 bytes up, 1,000 down.
const LEGS: &[(&str, &str, &str, &str, &str, u64)] = &[
    ("eni-0ccccccccccccccc1", "10.0.1.5", "203.0.113.5", "10.0.1.5", "203.0.113.5", 100), // S1
    ("eni-0ccccccccccccccc1", "203.0.113.5", "10.0.1.5", "203.0.113.5", "10.0.1.5", 1000), // S2
    ("eni-0aaaaaaaaaaaaaaa1", "10.0.1.5", "10.0.0.220", "10.0.1.5", "203.0.113.5", 100),  // N1
    ("eni-0aaaaaaaaaaaaaaa1", "10.0.0.220", "203.0.113.5", "10.0.0.220", "203.0.113.5", 100), // N2
    ("eni-0aaaaaaaaaaaaaaa1", "203.0.113.5", "10.0.0.220", "203.0.113.5", "10.0.0.220", 1000), // N3
    ("eni-0aaaaaaaaaaaaaaa1", "10.0.0.220", "10.0.1.5", "203.0.113.5", "10.0.1.5", 1000), // N4
];

/// A log of the legs, in the order given.
fn legs(order: &[usize]) -> String {
    let rows: Vec<String> = order
        .iter()
        .map(|leg| {
            let (interface, src, dst, pkt_src, pkt_dst, bytes) = LEGS[*leg];
            format!("{interface} {src} {dst} {pkt_src} {pkt_dst} {bytes} {START} {} us-east-1", START + 60)
        })
        .collect();
    log("interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr bytes start end region", &rows)
}

/// 100 out and 1,000 in through `eni-0aaaaaaaaaaaaaaa1`, whatever was logged.
#[track_caller]
fn eleven_hundred(seen: &Seen, duplicate: u64) {
    seen.has(&[("bytes_attributed", 1100), ("bytes_duplicate_view", duplicate), ("bytes_unattributed", 0)]);
    let gateways = seen.report["nat_gateways"].as_array().expect("a list");
    assert_eq!(gateways.len(), 1, "{gateways:?}");
    assert_eq!(gateways[0]["nat_gateway_id"], "eni-0aaaaaaaaaaaaaaa1");
    assert_eq!((&gateways[0]["bytes_out"], &gateways[0]["bytes_in"]), (&json!(100), &json!(1000)));
    assert_eq!(seen.attribution("path"), ["nat-gateway"]);
}

#[test]
fn the_six_legs_of_one_connection_are_billed_once() {
    // Six legs are 3,300 bytes; in any order the same report.
    let forward = Trap::with(legs(&[0, 1, 2, 3, 4, 5])).report();
    eleven_hundred(&forward, 2200);
    assert_eq!(
        forward.attribution("interface_id"),
        ["eni-0ccccccccccccccc1"],
        "the client's own rows name it"
    );
    let backward = Trap::with(legs(&[5, 4, 3, 2, 1, 0])).report();
    assert_eq!(forward.stdout, backward.stdout, "the order of the records changes nothing");
}

#[test]
fn the_four_legs_at_the_gateway_are_billed_once() {
    let seen = Trap::with(legs(&[2, 3, 4, 5])).report();
    eleven_hundred(&seen, 1100);
    assert_eq!(seen.attribution("interface_id"), ["null"], "nothing names the client's interface");
}

#[test]
fn the_inside_legs_alone_are_enough() {
    eleven_hundred(&Trap::with(legs(&[2, 5])).report(), 0);
}

#[test]
fn one_object_for_each_leg_is_the_same_log() {
    let mut trap = Trap::new();
    for leg in 0..LEGS.len() {
        trap = trap.file(&format!("logs/{leg}.log"), legs(&[leg]));
    }
    eleven_hundred(&trap.report(), 2200);
}

/// Writes an inventory with one VPC, a private subnet routed to a NAT gateway, and no client interface.
fn inventory(trap: Trap) -> Trap {
    let files: [(&str, Json); 5] = [
        (
            "describe-vpcs",
            json!({"Vpcs": [{"VpcId": "vpc-0aaaaaaaaaaaaaaa1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333", "State": "available",
                "CidrBlockAssociationSet": [{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}]}]}),
        ),
        (
            "describe-subnets",
            json!({"Subnets": [
                {"SubnetId": "subnet-0aaaaaaaaaaaaaaa1", "VpcId": "vpc-0aaaaaaaaaaaaaaa1", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1"},
                {"SubnetId": "subnet-0aaaaaaaaaaaaaaa2", "VpcId": "vpc-0aaaaaaaaaaaaaaa1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1"}]}),
        ),
        (
            "describe-route-tables",
            json!({"RouteTables": [
                {"RouteTableId": "rtb-0aaaaaaaaaaaaaaa1", "VpcId": "vpc-0aaaaaaaaaaaaaaa1", "Associations": [{"Main": true}],
                    "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}, {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-0aaaaaaaaaaaaaaa1", "State": "active"}]},
                {"RouteTableId": "rtb-0aaaaaaaaaaaaaaa2", "VpcId": "vpc-0aaaaaaaaaaaaaaa1", "Associations": [{"Main": false, "SubnetId": "subnet-0aaaaaaaaaaaaaaa2"}],
                    "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}, {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0aaaaaaaaaaaaaaa1", "State": "active"}]}]}),
        ),
        (
            "describe-nat-gateways",
            json!({"NatGateways": [{"NatGatewayId": "nat-0aaaaaaaaaaaaaaa1", "VpcId": "vpc-0aaaaaaaaaaaaaaa1", "SubnetId": "subnet-0aaaaaaaaaaaaaaa1", "State": "available", "ConnectivityType": "public",
                "NatGatewayAddresses": [{"NetworkInterfaceId": "eni-0aaaaaaaaaaaaaaa1", "PrivateIp": "10.0.0.220", "PublicIp": "192.0.2.10", "IsPrimary": true}]}]}),
        ),
        ("describe-network-interfaces", json!({"NetworkInterfaces": []})),
    ];
    files
        .into_iter()
        .fold(trap, |trap, (call, answer)| trap.file(&format!("inventory/{call}.json"), answer.to_string()))
}

#[test]
fn a_client_deleted_since_is_placed_by_its_subnet() {
    let row = |src: &str, dst: &str, bytes: u64| {
        format!(
            "eni-0dddddddddddddddd {src} {dst} {bytes} {START} {} vpc-0aaaaaaaaaaaaaaa1 subnet-0aaaaaaaaaaaaaaa2",
            START + 60
        )
    };
    let text = log(
        "interface-id srcaddr dstaddr bytes start end vpc-id subnet-id",
        &[row("10.0.1.99", "203.0.113.5", 100), row("203.0.113.5", "10.0.1.99", 1000)],
    );
    let seen = inventory(Trap::with(text)).run(&["--inventory", "inventory"]);
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    seen.has(&[("bytes_attributed", 1100)]);
    assert_eq!(seen.attribution("path"), ["nat-gateway"]);
    assert_eq!(seen.attribution("interface_id"), ["eni-0dddddddddddddddd"]);
    assert_eq!(seen.attribution("subnet_id"), ["subnet-0aaaaaaaaaaaaaaa2"]);
}

#[test]
fn a_client_deleted_since_is_placed_by_its_address_in_version_2() {
    let gone = |row: String, there: &str| {
        row.replace("eni-0aaaaaaaaaaaaaaa1", "eni-0dddddddddddddddd").replace("10.0.1.5 10.0.2.9", there)
    };
    let rows = [
        gone(record(100), "10.0.1.99 203.0.113.5"),
        gone(record(1000), "203.0.113.5 10.0.1.99").replace("40000 443", "443 40000"),
    ];
    let seen = inventory(Trap::with(log(V2, &rows))).run(&["--inventory", "inventory"]);
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    seen.has(&[("bytes_attributed", 1100)]);
    assert_eq!(seen.attribution("path"), ["nat-gateway"]);
    assert_eq!(seen.attribution("interface_id"), ["eni-0dddddddddddddddd"]);
}

#[test]
fn a_folder_called_inventory_beside_the_logs_is_used() {
    let rows = [record(100).replace("10.0.2.9", "203.0.113.5")];
    let trap = inventory(Trap::with(log(V2, &rows)));
    // The input is the folder above both.
    let seen = super::run_in(trap.folder.path(), &["."], &[]);
    assert_eq!(seen.code, Some(0), "{}", seen.stderr);
    seen.has(&[("records", 1), ("objects_failed", 0), ("bytes_attributed", 100)]);
    assert_eq!(seen.attribution("path"), ["nat-gateway"]);
}
