//! The estate with one of everything.

use std::net::{IpAddr, Ipv4Addr};

use super::super::builder::Builder;
use super::super::workload::Transit;
use super::super::world::{InterfaceKind, NatKind, RouteTarget};
use super::flows::TRANSIT_GATEWAY;

/// An address behind the transit gateway, on premises.
const ON_PREMISES: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 40, 7));

pub(crate) fn build(b: &mut Builder) {
    production(b);
    development(b);
    twin(b);
    central_egress(b);
}

/// Zonal NATs (the second with secondary addresses), endpoints of both kinds, EKS, Lambda, Fargate, a load
/// balancer, IPv6 with NAT64, a private NAT towards the transit gateway, and peering to a data VPC.
fn production(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let vpc = b.vpc("prod", 0, "10.20.0.0/16", Some("2406:da14:aa:1100::/56"));
    let public =
        [b.subnet(vpc, "public", 0, "10.20.0.0/24", true), b.subnet(vpc, "public", 1, "10.20.1.0/24", true)];
    let private = [
        b.subnet(vpc, "private", 0, "10.20.16.0/20", false),
        b.subnet(vpc, "private", 1, "10.20.32.0/20", false),
    ];
    let transit = b.subnet(vpc, "transit", 0, "10.20.2.0/28", false);
    b.v6(private[0], "2406:da14:aa:1110::/64");
    let nat_a = b.zonal_nat(public[0], "prod-nat-a", NatKind::Public, 0);
    let nat_b = b.zonal_nat(public[1], "prod-nat-b", NatKind::Public, 2);
    let private_nat = b.zonal_nat(transit, "prod-nat-private", NatKind::Private, 0);
    b.route_table("public", &public, true);
    let tables = [
        b.route_table("private-a", &[private[0]], false),
        b.route_table("private-b", &[private[1]], false),
        b.route_table("transit", &[transit], false),
    ];
    b.route_to_nat(tables[0], "0.0.0.0/0", nat_a);
    b.route_to_nat(tables[0], "64:ff9b::/96", nat_a);
    let eigw = b.world.vpcs[vpc].egress_only_gateway.clone();
    b.route(tables[0], "::/0", RouteTarget::EgressOnly(eigw));
    b.route_to_nat(tables[1], "0.0.0.0/0", nat_b);
    b.route_to_nat(tables[1], "192.168.0.0/16", private_nat);
    b.route(tables[0], "192.168.0.0/16", RouteTarget::TransitGateway(TRANSIT_GATEWAY.to_string()));
    b.route(tables[2], "192.168.0.0/16", RouteTarget::TransitGateway(TRANSIT_GATEWAY.to_string()));
    let s3 = b.gateway_endpoint("s3", &[tables[0]]);
    let dynamodb = b.gateway_endpoint("dynamodb", &[tables[0], tables[1]]);
    let ecr = b.interface_endpoint("ecr.api", &private);
    let trio: Vec<usize> = ["ssm", "ssmmessages", "ec2messages"]
        .iter()
        .map(|service| b.interface_endpoint(service, &[private[0]]))
        .collect();
    let forgotten = b.interface_endpoint("kinesis-streams", &private);
    for eni in b.world.endpoints[forgotten].interfaces.clone() {
        b.world.interfaces[eni].is_idle = true;
    }
    let tgw = b.interface(InterfaceKind::TransitGateway, transit, "tgw-attach-0c0ffee0c0ffee001");
    let web = b.instance(private[0], "web");
    let batch = b.instance(private[1], "batch");
    let node = b.node(private[1], "eks-node-1", 3);
    let lambda = b.interface(InterfaceKind::Lambda, private[0], "thumbnailer");
    let task = b.gone_task(private[1], "nightly-export");
    let bastion = b.public_instance(public[0], "bastion");
    let balancer = b.interface(InterfaceKind::LoadBalancer, public[0], "front");

    through_zonal_nats(b, [nat_a, nat_b], [web, lambda, batch, task]);
    for pod in 0..3 {
        b.nat(node, nat_b, "internet", None, None).weight(2.0).pod(pod);
        b.nat(node, nat_b, "s3", here, None).weight(2.0).mib((1, 2), (10, 300)).pod(pod);
    }
    b.nat(node, nat_b, "aws-unknown", here, None).weight(2.0);
    b.nat64(web, nat_a, "internet", None).weight(2.0);
    b.nat64(web, nat_a, "aws-unknown", here);
    b.private_nat(batch, private_nat, ON_PREMISES, tgw).weight(2.0).port(1521, 6);
    b.by_transit_gateway(web, tgw, ON_PREMISES).port(389, 6);
    b.by_gateway(web, s3).weight(5.0).mib((1, 20), (4, 400));
    b.by_gateway(lambda, dynamodb).weight(3.0);
    b.by_gateway(batch, dynamodb).weight(2.0);
    b.by_endpoint(web, ecr, 0).weight(2.0);
    b.by_endpoint(node, ecr, 0).pod(1);
    b.by_endpoint(batch, ecr, 1);
    for endpoint in trio {
        b.by_endpoint(web, endpoint, 0);
        b.by_endpoint(batch, endpoint, 0);
    }
    b.by_internet_gateway(bastion, "internet", None).weight(2.0).port(22, 6);
    b.by_internet_gateway(bastion, "s3", here);
    b.by_internet_gateway(balancer, "internet", None).weight(3.0);
    b.by_egress_only(web, "internet", None).weight(2.0);
    b.by_egress_only(web, "s3", here);
    b.internal(balancer, web).weight(3.0).port(8080, 6);
    b.internal(web, batch).weight(2.0).port(5432, 6);
    b.internal(node, batch).pod(2).port(6379, 6);
    b.scans(nat_a).weight(2.0);
    b.scans(nat_b);
    b.refused(bastion, true).weight(2.0);
    b.refused(batch, false).port(25, 6);

    warehouse(b, &tables, web);
}

/// Every public service of the pools through the two public NAT gateways.
fn through_zonal_nats(b: &mut Builder, nats: [usize; 2], clients: [usize; 4]) {
    let (here, far) = (Some(b.world.options.region), Some(other_region(b.world.options.region)));
    let ([nat_a, nat_b], [web, lambda, batch, task]) = (nats, clients);
    for (client, nat) in [(web, nat_a), (lambda, nat_a), (batch, nat_b), (task, nat_b)] {
        b.nat(client, nat, "internet", None, None).weight(4.0).seconds(1, 300);
        b.nat(client, nat, "aws-unknown", here, None).weight(3.0);
        b.nat(client, nat, "aws-ec2", far, None);
    }
    b.nat(batch, nat_b, "s3", here, None).weight(6.0).mib((1, 40), (4, 800)).seconds(20, 400);
    b.nat(task, nat_b, "s3", here, None).weight(2.0).mib((10, 600), (1, 4)).seconds(20, 300);
    b.nat(batch, nat_b, "s3", far, None).weight(2.0).mib((20, 300), (1, 2)).seconds(20, 200);
    b.nat(web, nat_a, "s3", Some("GLOBAL"), None);
    b.nat(web, nat_a, "cloudfront", Some("GLOBAL"), None);
    b.nat(web, nat_a, "api_gateway", here, None);
    b.nat(lambda, nat_a, "globalaccelerator", Some("GLOBAL"), None);
    b.nat(web, nat_a, "dynamodb", far, None);
}

/// A peered VPC whose way out is a NAT instance.
fn warehouse(b: &mut Builder, tables: &[usize], web: usize) {
    let here = Some(b.world.options.region);
    let data = b.vpc("data", 0, "10.40.0.0/16", None);
    let store = b.subnet(data, "private", 1, "10.40.0.0/20", false);
    let forwarding = b.subnet(data, "public", 1, "10.40.16.0/24", true);
    b.route_table("public", &[forwarding], false);
    let store_table = b.route_table("private", &[store], true);
    let peering = b.ids.next("pcx");
    b.route(store_table, "10.20.0.0/16", RouteTarget::Peering(peering.clone()));
    for table in tables {
        b.route(*table, "10.40.0.0/16", RouteTarget::Peering(peering.clone()));
    }
    let forwarder = b.public_instance(forwarding, "nat-instance");
    b.world.interfaces[forwarder].is_nat_instance = true;
    b.route(store_table, "0.0.0.0/0", RouteTarget::Interface(forwarder));
    let warehouse = b.instance(store, "warehouse");
    b.internal(web, warehouse).weight(2.0).port(5439, 6);
    b.nat_instance(warehouse, forwarder, "internet", None).weight(2.0);
    b.nat_instance(warehouse, forwarder, "s3", here);
}

/// A NAT shared by two zones and, for one subnet, a regional NAT; no endpoint at all.
fn development(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let vpc = b.vpc("dev", 0, "10.30.0.0/16", None);
    let public = b.subnet(vpc, "public", 0, "10.30.0.0/24", true);
    let private = [
        b.subnet(vpc, "private", 0, "10.30.16.0/20", false),
        b.subnet(vpc, "private", 1, "10.30.32.0/20", false),
    ];
    let edge =
        [b.subnet(vpc, "edge", 0, "10.30.48.0/24", false), b.subnet(vpc, "edge", 1, "10.30.49.0/24", false)];
    let nat = b.zonal_nat(public, "dev-nat", NatKind::Public, 0);
    let regional = b.regional_nat(vpc, "dev-nat-regional", 2);
    b.route_table("public", &[public], false);
    let shared = b.route_table("private", &private, true);
    let edges = b.route_table("edge", &edge, false);
    b.route_to_nat(shared, "0.0.0.0/0", nat);
    b.route_to_nat(edges, "0.0.0.0/0", regional);
    for (subnet, name) in [(private[0], "dev-1"), (private[1], "dev-2")] {
        let client = b.instance(subnet, name);
        b.nat(client, nat, "s3", here, None).weight(3.0).mib((1, 20), (2, 200));
        b.nat(client, nat, "dynamodb", here, None);
        b.nat(client, nat, "internet", None, None).weight(2.0);
    }
    for (subnet, name) in [(edge[0], "edge-1"), (edge[1], "edge-2")] {
        let client = b.instance(subnet, name);
        b.nat(client, regional, "s3", here, None).weight(2.0).mib((1, 20), (2, 100));
        b.nat(client, regional, "internet", None, None).weight(2.0);
    }
    b.scans(nat);
    b.scans(regional);
}

/// Another account's VPC with the CIDR, and even the host addresses, of `prod`.
fn twin(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let vpc = b.vpc("twin", 1, "10.20.0.0/16", None);
    let public = b.subnet(vpc, "public", 0, "10.20.0.0/24", true);
    let private = b.subnet(vpc, "private", 0, "10.20.16.0/20", false);
    let nat = b.zonal_nat(public, "twin-nat", NatKind::Public, 0);
    b.route_table("public", &[public], false);
    let table = b.route_table("private", &[private], true);
    b.route_to_nat(table, "0.0.0.0/0", nat);
    let clients: Vec<usize> =
        (1..=6).map(|number| b.instance(private, &format!("twin app/{number}"))).collect();
    for client in &clients {
        b.nat(*client, nat, "s3", here, None).mib((1, 20), (2, 60));
        b.nat(*client, nat, "internet", None, None);
    }
    b.internal(clients[0], clients[5]).port(9000, 6);
}

/// A spoke of the second account that leaves by the first account's egress VPC.
fn central_egress(b: &mut Builder) {
    let here = Some(b.world.options.region);
    let hub = b.vpc("egress", 0, "10.50.0.0/16", None);
    let public = b.subnet(hub, "public", 0, "10.50.0.0/24", true);
    let transit = [
        b.subnet(hub, "transit", 0, "10.50.1.0/28", false),
        b.subnet(hub, "transit", 1, "10.50.1.16/28", false),
    ];
    let nat = b.zonal_nat(public, "egress-nat", NatKind::Public, 1);
    let public_table = b.route_table("public", &[public], false);
    let transit_table = b.route_table("transit", &transit, true);
    b.route_to_nat(transit_table, "0.0.0.0/0", nat);
    b.route(public_table, "10.60.0.0/16", RouteTarget::TransitGateway(TRANSIT_GATEWAY.to_string()));
    let hub_request = b.interface(InterfaceKind::TransitGateway, transit[0], "tgw-attach-0c0ffee0c0ffee002");
    let hub_response = b.interface(InterfaceKind::TransitGateway, transit[1], "tgw-attach-0c0ffee0c0ffee002");

    let spoke = b.vpc("spoke", 1, "10.60.0.0/16", None);
    let private = b.subnet(spoke, "private", 0, "10.60.0.0/20", false);
    let attach = b.subnet(spoke, "transit", 0, "10.60.16.0/28", false);
    let table = b.route_table("private", &[private, attach], true);
    b.route(table, "0.0.0.0/0", RouteTarget::TransitGateway(TRANSIT_GATEWAY.to_string()));
    let spoke_eni = b.interface(InterfaceKind::TransitGateway, attach, "tgw-attach-0c0ffee0c0ffee003");
    let hop = Some(Transit { spoke: spoke_eni, hub_request, hub_response });
    for name in ["spoke-1", "spoke-2"] {
        let client = b.instance(private, name);
        b.nat(client, nat, "s3", here, hop).weight(2.0).mib((1, 20), (2, 200));
        b.nat(client, nat, "internet", None, hop).weight(2.0);
        b.by_transit_gateway(client, spoke_eni, ON_PREMISES).port(443, 6);
    }
    b.scans(nat);
}

fn other_region(region: &str) -> &'static str {
    if region == "us-west-2" { "us-east-1" } else { "us-west-2" }
}
