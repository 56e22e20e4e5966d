//! The estate of `sample-logs/`: small, believable, and with money lying about.

use super::super::builder::Builder;
use super::super::world::{InterfaceKind, NatKind};

/// TCP.
const TCP: u8 = 6;

pub(crate) fn build(b: &mut Builder) {
    production(b);
    development(b);
}

/// `prod`: a NAT per zone; the S3 gateway endpoint misses the batch subnet's route table; the SSM trio is
/// used, a Kinesis endpoint is forgotten.
fn production(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let vpc = b.vpc("prod", 0, "10.20.0.0/16", None);
    let public =
        [b.subnet(vpc, "public", 0, "10.20.0.0/24", true), b.subnet(vpc, "public", 1, "10.20.1.0/24", true)];
    let private = [
        b.subnet(vpc, "private", 0, "10.20.16.0/20", false),
        b.subnet(vpc, "private", 1, "10.20.32.0/20", false),
    ];
    let batch_subnet = b.subnet(vpc, "batch", 1, "10.20.48.0/20", false);
    let nat_a = b.zonal_nat(public[0], "prod-nat-a", NatKind::Public, 0);
    let nat_c = b.zonal_nat(public[1], "prod-nat-c", NatKind::Public, 1);
    b.route_table("public", &public, true);
    let tables = [
        b.route_table("private-a", &[private[0]], false),
        b.route_table("private-c", &[private[1]], false),
        b.route_table("batch-c", &[batch_subnet], false),
    ];
    b.route_to_nat(tables[0], "0.0.0.0/0", nat_a);
    b.route_to_nat(tables[1], "0.0.0.0/0", nat_c);
    b.route_to_nat(tables[2], "0.0.0.0/0", nat_c);
    let s3 = b.gateway_endpoint("s3", &tables[..2]);
    let trio: Vec<usize> = ["ssm", "ssmmessages", "ec2messages"]
        .iter()
        .map(|service| b.interface_endpoint(service, &private))
        .collect();
    let forgotten = b.interface_endpoint("kinesis-streams", &private);
    for eni in b.world.endpoints[forgotten].interfaces.clone() {
        b.world.interfaces[eni].is_idle = true;
    }

    let web = [b.instance(private[0], "web-a"), b.instance(private[1], "web-c")];
    let node = b.node(private[0], "eks-node-a", 2);
    let lambda = b.interface(InterfaceKind::Lambda, private[1], "thumbnailer");
    let batch = b.instance(batch_subnet, "batch-c");

    b.nat(batch, nat_c, "s3", here, None).weight(60.0).mib((4, 40), (2048, 6000)).seconds(20, 70);
    b.nat(batch, nat_c, "s3", Some("us-west-2"), None).weight(18.0).mib((1024, 3072), (2, 8)).seconds(20, 58);
    for (client, nat) in [(web[0], nat_a), (web[1], nat_c)] {
        b.nat(client, nat, "internet", None, None).weight(28.0).mib((10, 80), (60, 500)).seconds(5, 58);
        b.nat(client, nat, "aws-unknown", here, None).weight(10.0).mib((20, 200), (2, 20)).seconds(5, 58);
        b.by_gateway(client, s3).weight(24.0).mib((4, 60), (800, 4000)).seconds(20, 58);
        for endpoint in &trio {
            b.by_endpoint(client, *endpoint, usize::from(client == web[1])).weight(5.0).mib((1, 4), (1, 8));
        }
    }
    b.nat(node, nat_a, "aws-unknown", here, None)
        .weight(30.0)
        .mib((5, 60), (300, 1800))
        .seconds(10, 58)
        .pod(0);
    b.nat(node, nat_a, "internet", None, None).weight(16.0).mib((5, 40), (60, 400)).seconds(5, 58).pod(1);
    b.by_gateway(node, s3).weight(18.0).mib((4, 40), (400, 3000)).seconds(10, 58).pod(0);
    b.nat(lambda, nat_c, "dynamodb", here, None).weight(30.0).mib((40, 200), (100, 800)).seconds(5, 58);
    b.nat(lambda, nat_c, "api_gateway", here, None).weight(8.0).mib((2, 20), (5, 60)).seconds(1, 30);
    b.internal(web[0], batch).weight(10.0).mib((5, 50), (50, 400)).port(5432, TCP);
    b.scans(nat_a).weight(12.0);
    b.scans(nat_c).weight(12.0).port(3389, TCP);
    b.refused(web[0], true).weight(10.0).port(445, TCP);
    b.refused(batch, false).weight(8.0).port(25, TCP);
}

/// `dev`: one NAT for two zones, a regional NAT for one subnet, and no endpoint.
fn development(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let vpc = b.vpc("dev", 0, "10.30.0.0/16", None);
    let public = b.subnet(vpc, "public", 0, "10.30.0.0/24", true);
    let private = [
        b.subnet(vpc, "private", 0, "10.30.16.0/20", false),
        b.subnet(vpc, "private", 1, "10.30.32.0/20", false),
    ];
    let edge = b.subnet(vpc, "edge", 1, "10.30.48.0/24", false);
    let nat = b.zonal_nat(public, "dev-nat", NatKind::Public, 0);
    let regional = b.regional_nat(vpc, "dev-nat-regional", 2);
    b.route_table("public", &[public], false);
    let shared = b.route_table("private", &private, true);
    let edges = b.route_table("edge", &[edge], false);
    b.route_to_nat(shared, "0.0.0.0/0", nat);
    b.route_to_nat(edges, "0.0.0.0/0", regional);
    for (subnet, name) in [(private[0], "ci-a"), (private[1], "ci-c")] {
        let client = b.instance(subnet, name);
        b.nat(client, nat, "s3", here, None).weight(22.0).mib((100, 600), (1000, 3000)).seconds(20, 58);
        b.nat(client, nat, "dynamodb", here, None).weight(10.0).mib((50, 200), (50, 400)).seconds(5, 58);
        b.nat(client, nat, "internet", None, None).weight(12.0).mib((5, 30), (100, 700)).seconds(5, 58);
    }
    let runner = b.instance(edge, "edge-c");
    b.nat(runner, regional, "s3", here, None).weight(14.0).mib((20, 100), (500, 2000)).seconds(20, 58);
    b.nat(runner, regional, "internet", None, None).weight(8.0).mib((5, 20), (50, 300)).seconds(5, 58);
    b.scans(nat).weight(6.0);
}
