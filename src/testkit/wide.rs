//! A wide estate: many clients of many services behind one NAT gateway, hour after hour, so that a rollup of it has about as
//! many rows as its logs have records. Its truth is not told: it is for measuring.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::options::DEFAULT_START;

/// How wide. Each client gives four rows for each service and hour: to the service and back, seen by itself and by the gateway.
#[derive(Debug, Clone, Copy)]
pub struct WideOptions {
    /// Private clients, at most 16,000.
    pub clients: u32,
    /// Peers that each of them talks to, at most 16.
    pub services: u32,
    /// Hours.
    pub hours: u32,
    /// The same seed gives the same bytes.
    pub seed: u64,
}

/// Addresses of AWS services in us-east-1 and elsewhere, and of the internet.
const PEERS: [&str; 16] = [
    "52.216.8.19",
    "3.5.28.4",
    "52.94.0.60",
    "44.192.140.11",
    "8.8.8.8",
    "52.46.128.19",
    "3.218.180.8",
    "140.82.112.4",
    "54.239.28.85",
    "52.219.75.12",
    "151.101.1.69",
    "52.94.233.4",
    "104.16.132.229",
    "3.5.140.100",
    "34.192.10.20",
    "185.199.108.133",
];

const ACCOUNT: &str = "111122223333";
const REGION: &str = "us-east-1";
const VPC: &str = "vpc-0aaaaaaaaaaaaaaa1";
const PRIVATE: &str = "subnet-0aaaaaaaaaaaaaa01";
const PUBLIC: &str = "subnet-0aaaaaaaaaaaaaa02";
const NAT: &str = "nat-0aaaaaaaaaaaaaaa1";
const NAT_INTERFACE: &str = "eni-0fffffffffffffff1";
const NAT_ADDRESS: &str = "10.0.0.10";
const FLOW_LOG: &str = "fl-0aaaaaaaaaaaaaaa1";
const HEADER: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action \
                      log-status vpc-id subnet-id instance-id pkt-srcaddr pkt-dstaddr region az-id flow-direction traffic-path";

/// Writes an object an hour, and `inventory/`. Gives the number of records.
///
/// # Errors
/// As the operating system says.
pub fn write_wide(folder: &Path, options: &WideOptions) -> io::Result<u64> {
    let clients = options.clients.clamp(1, 16_000);
    let peers = &PEERS[..(options.services.clamp(1, 16) as usize)];
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let mut records = 0;
    for hour in 0..i64::from(options.hours) {
        let start = DEFAULT_START + hour * 3_600;
        let moment = chrono::DateTime::from_timestamp(start, 0).unwrap_or_default();
        let place =
            folder.join(format!("AWSLogs/{ACCOUNT}/vpcflowlogs/{REGION}/{}", moment.format("%Y/%m/%d")));
        std::fs::create_dir_all(&place)?;
        let name = format!(
            "{ACCOUNT}_vpcflowlogs_{REGION}_{FLOW_LOG}_{}Z_{hour:08x}.log.gz",
            moment.format("%Y%m%dT%H%M")
        );
        let mut object = BufWriter::new(GzEncoder::new(File::create(place.join(name))?, Compression::fast()));
        writeln!(object, "{HEADER}")?;
        for client in 0..clients {
            let (interface, address) = (interface_of(client), address_of(client));
            for (port, peer) in (0_u32..).zip(peers) {
                let (sent, received) =
                    (rng.random_range(500..60_000_u64), rng.random_range(2_000..900_000_u64));
                let from = 32_768 + (client * 16 + port) % 28_000;
                let begin = start + rng.random_range(0..3_000_i64);
                let mut write = |observer: (&str, &str),
                                 ends: [&str; 4],
                                 ports: (u32, u32),
                                 bytes: u64,
                                 way: (&str, &str)| {
                    let (interface, subnet) = observer;
                    let [src, dst, pkt_src, pkt_dst] = ends;
                    let (src_port, dst_port) = ports;
                    let packets = bytes / 900 + 1;
                    let end = begin + 59;
                    let (direction, path) = way;
                    writeln!(
                        object,
                        "5 {ACCOUNT} {interface} {src} {dst} {src_port} {dst_port} 6 {packets} {bytes} {begin} {end} ACCEPT OK \
                         {VPC} {subnet} - {pkt_src} {pkt_dst} {REGION} use1-az1 {direction} {path}"
                    )
                };
                let (own, nat) = ((interface.as_str(), PRIVATE), (NAT_INTERFACE, PUBLIC));
                let (there, back) = ((from, 443), (443, from));
                let (out, way_in) = (("egress", "1"), ("ingress", "-"));
                write(own, [&address, peer, &address, peer], there, sent, out)?;
                write(own, [peer, &address, peer, &address], back, received, way_in)?;
                write(nat, [&address, NAT_ADDRESS, &address, peer], there, sent, way_in)?;
                write(nat, [NAT_ADDRESS, &address, peer, &address], back, received, ("egress", "1"))?;
                write(nat, [NAT_ADDRESS, peer, NAT_ADDRESS, peer], there, sent, ("egress", "8"))?;
                write(nat, [peer, NAT_ADDRESS, peer, NAT_ADDRESS], back, received, way_in)?;
                records += 6;
            }
        }
        object.into_inner().map_err(io::IntoInnerError::into_error)?.finish()?.sync_all()?;
    }
    write_inventory(&folder.join("inventory"), clients)?;
    Ok(records)
}

fn interface_of(client: u32) -> String {
    format!("eni-0{client:016x}")
}

fn address_of(client: u32) -> String {
    let [_, _, high, low] = (client + 4).to_be_bytes();
    format!("10.0.{}.{low}", 64 + u32::from(high))
}

fn write_inventory(folder: &Path, clients: u32) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let write = |call: &str, answer: serde_json::Value| {
        std::fs::write(folder.join(format!("{call}.json")), answer.to_string())
    };
    let block = |cidr: &str| json!([{ "CidrBlock": cidr, "CidrBlockState": { "State": "associated" } }]);
    write(
        "describe-vpcs",
        json!({ "Vpcs": [{ "VpcId": VPC, "CidrBlock": "10.0.0.0/16", "CidrBlockAssociationSet": block("10.0.0.0/16"),
                           "OwnerId": ACCOUNT, "State": "available" }] }),
    )?;
    let subnet = |id: &str, cidr: &str| {
        json!({ "SubnetId": id, "VpcId": VPC, "CidrBlock": cidr, "AvailabilityZone": "us-east-1a",
                "AvailabilityZoneId": "use1-az1", "OwnerId": ACCOUNT, "State": "available" })
    };
    write(
        "describe-subnets",
        json!({ "Subnets": [subnet(PRIVATE, "10.0.64.0/18"), subnet(PUBLIC, "10.0.0.0/24")] }),
    )?;
    let interface = |id: &str, kind: &str, address: &str, subnet: &str, description: &str| {
        json!({ "NetworkInterfaceId": id, "InterfaceType": kind, "PrivateIpAddress": address, "SubnetId": subnet,
                "PrivateIpAddresses": [{ "Primary": true, "PrivateIpAddress": address }], "VpcId": VPC,
                "AvailabilityZone": "us-east-1a", "AvailabilityZoneId": "use1-az1", "OwnerId": ACCOUNT,
                "Description": description, "Status": "in-use", "TagSet": [] })
    };
    let mut interfaces: Vec<serde_json::Value> = (0..clients)
        .map(|client| interface(&interface_of(client), "interface", &address_of(client), PRIVATE, ""))
        .collect();
    let described = format!("Interface for NAT Gateway {NAT}");
    interfaces.push(interface(NAT_INTERFACE, "nat_gateway", NAT_ADDRESS, PUBLIC, &described));
    write("describe-network-interfaces", json!({ "NetworkInterfaces": interfaces }))?;
    write(
        "describe-nat-gateways",
        json!({ "NatGateways": [{ "NatGatewayId": NAT, "VpcId": VPC, "SubnetId": PUBLIC, "State": "available",
                                  "ConnectivityType": "public", "NatGatewayAddresses": [{ "IsPrimary": true,
                                  "NetworkInterfaceId": NAT_INTERFACE, "PrivateIp": NAT_ADDRESS, "PublicIp": "54.150.17.1" }] }] }),
    )?;
    let table = |id: &str, subnet: &str, route: serde_json::Value| {
        let local = json!({ "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active" });
        json!({ "RouteTableId": id, "VpcId": VPC, "Routes": [local, route],
                "Associations": [{ "SubnetId": subnet, "AssociationState": { "State": "associated" } }] })
    };
    let all = "0.0.0.0/0";
    let to_nat = json!({ "DestinationCidrBlock": all, "NatGatewayId": NAT, "State": "active" });
    let to_world =
        json!({ "DestinationCidrBlock": all, "GatewayId": "igw-0aaaaaaaaaaaaaaa1", "State": "active" });
    write(
        "describe-route-tables",
        json!({ "RouteTables": [table("rtb-0aaaaaaaaaaaaaa01", PRIVATE, to_nat), table("rtb-0aaaaaaaaaaaaaa02", PUBLIC, to_world)] }),
    )?;
    write("describe-vpc-endpoints", json!({ "VpcEndpoints": [] }))
}
