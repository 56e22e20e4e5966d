//! Puts a world together piece by piece; the blueprints are written in these words.

use super::address::Block;
use super::ids::{Ids, mix};
use super::options::WorldOptions;
use super::peers;
use super::world::{
    Destination, Endpoint, EndpointIndex, Interface, InterfaceIndex, InterfaceKind, Nat, NatIndex, NatKind,
    PrefixList, RouteEntry, RouteTable, RouteTarget, Subnet, SubnetIndex, Task, Vpc, VpcIndex, World, Zone,
};

pub(crate) struct Builder {
    pub(crate) world: World,
    pub(crate) ids: Ids,
    next_elastic: u32,
}

impl Builder {
    pub(crate) fn new(seed: u64, options: WorldOptions, accounts: &[&str]) -> Self {
        let world = World {
            seed,
            options,
            accounts: accounts.iter().map(ToString::to_string).collect(),
            vpcs: Vec::new(),
            subnets: Vec::new(),
            route_tables: Vec::new(),
            interfaces: Vec::new(),
            nats: Vec::new(),
            endpoints: Vec::new(),
            prefix_lists: Vec::new(),
            workloads: Vec::new(),
        };
        let mut builder = Self { world, ids: Ids::new(seed), next_elastic: 0x1000 };
        // AWS lists its own prefix lists to everyone, endpoints or not.
        builder.prefix_list("s3");
        builder.prefix_list("dynamodb");
        builder
    }

    pub(crate) fn vpc(
        &mut self,
        name: &'static str,
        account: usize,
        cidr: &'static str,
        v6_cidr: Option<&'static str>,
    ) -> VpcIndex {
        let ids = &mut self.ids;
        self.world.vpcs.push(Vpc {
            id: ids.next("vpc"),
            name,
            account,
            cidr,
            v6_cidr,
            internet_gateway: ids.next("igw"),
            egress_only_gateway: ids.next("eigw"),
            security_group: ids.next("sg"),
        });
        self.world.vpcs.len() - 1
    }

    /// A subnet in zone 0 or 1 of the Region.
    pub(crate) fn subnet(
        &mut self,
        vpc: VpcIndex,
        role: &str,
        zone: usize,
        cidr: &'static str,
        is_public: bool,
    ) -> SubnetIndex {
        let zone = zones(self.world.region())[zone].clone();
        let letter = zone.name.chars().last().unwrap_or('a');
        self.world.subnets.push(Subnet {
            id: self.ids.next("subnet"),
            name: format!("{}-{role}-{letter}", self.world.vpcs[vpc].name),
            vpc,
            zone,
            cidr,
            block: Block::parse(cidr),
            v6_cidr: None,
            v6_block: None,
            is_public,
            has_dns64: false,
            next_host: 10,
        });
        self.world.subnets.len() - 1
    }

    /// Gives a subnet IPv6, and DNS64 with it.
    pub(crate) fn v6(&mut self, subnet: SubnetIndex, cidr: &'static str) {
        let subnet = &mut self.world.subnets[subnet];
        subnet.v6_cidr = Some(cidr);
        subnet.v6_block = Some(Block::parse(cidr));
        subnet.has_dns64 = true;
    }

    /// A route table with its `local` routes; public ones get the internet gateway too.
    pub(crate) fn route_table(&mut self, role: &str, subnets: &[SubnetIndex], is_main: bool) -> usize {
        let vpc = self.world.subnets[subnets[0]].vpc;
        let is_public = self.world.subnets[subnets[0]].is_public;
        let network = &self.world.vpcs[vpc];
        let local = RouteTarget::Gateway("local".to_string());
        let mut routes =
            vec![RouteEntry { destination: Destination::V4(network.cidr), target: local.clone() }];
        if let Some(v6) = network.v6_cidr {
            routes.push(RouteEntry { destination: Destination::V6(v6), target: local });
        }
        if is_public {
            let target = RouteTarget::Gateway(network.internet_gateway.clone());
            routes.push(RouteEntry { destination: Destination::V4("0.0.0.0/0"), target: target.clone() });
            if network.v6_cidr.is_some() {
                routes.push(RouteEntry { destination: Destination::V6("::/0"), target });
            }
        }
        let name = format!("{}-{role}", network.name);
        let associations = subnets.iter().map(|subnet| (self.ids.next("rtbassoc"), *subnet)).collect();
        self.world.route_tables.push(RouteTable {
            id: self.ids.next("rtb"),
            name,
            vpc,
            is_main,
            associations,
            main_association: self.ids.next("rtbassoc"),
            routes,
        });
        self.world.route_tables.len() - 1
    }

    pub(crate) fn route(&mut self, table: usize, destination: &'static str, target: RouteTarget) {
        let destination = if destination.contains(':') {
            Destination::V6(destination)
        } else {
            Destination::V4(destination)
        };
        self.world.route_tables[table].routes.push(RouteEntry { destination, target });
    }

    pub(crate) fn route_to_nat(&mut self, table: usize, destination: &'static str, nat: NatIndex) {
        let target = RouteTarget::NatGateway(self.world.nats[nat].id.clone());
        self.route(table, destination, target);
    }

    /// An interface with the next free address of the subnet.
    pub(crate) fn interface(
        &mut self,
        kind: InterfaceKind,
        subnet: SubnetIndex,
        name: &str,
    ) -> InterfaceIndex {
        let place = &mut self.world.subnets[subnet];
        let host = place.next_host;
        place.next_host += 1;
        let (primary, v6) = (place.block.host_v4(host), place.v6_block.map(|block| block.host_v6(host)));
        let (vpc, zone) = (place.vpc, place.zone.clone());
        let is_service = matches!(
            kind,
            InterfaceKind::NatGateway | InterfaceKind::Endpoint | InterfaceKind::TransitGateway
        );
        let ids = &mut self.ids;
        let id = ids.next("eni");
        let description = match kind {
            InterfaceKind::Lambda => format!("AWS Lambda VPC ENI-{name}-{}", uuid(ids)),
            InterfaceKind::LoadBalancer => format!("ELB net/{name}/{}", ids.hex(16)),
            InterfaceKind::Fargate => format!(
                "arn:aws:ecs:{}:{}:attachment/{}",
                self.world.options.region,
                self.world.accounts[self.world.vpcs[vpc].account],
                uuid(ids)
            ),
            _ => String::new(),
        };
        self.world.interfaces.push(Interface {
            id,
            kind,
            name: name.to_string(),
            vpc,
            subnet: Some(subnet),
            zone,
            primary: Some(primary),
            secondaries: Vec::new(),
            v6: if is_service { None } else { v6 },
            public: None,
            instance_id: (kind == InterfaceKind::Instance).then(|| ids.next("i")),
            attachment_id: ids.next("eni-attach"),
            description,
            in_inventory: true,
            resource_id: None,
            is_nat_instance: false,
            is_idle: false,
            task: None,
        });
        self.world.interfaces.len() - 1
    }

    pub(crate) fn instance(&mut self, subnet: SubnetIndex, name: &str) -> InterfaceIndex {
        self.interface(InterfaceKind::Instance, subnet, name)
    }

    /// An instance with an Elastic IP address.
    pub(crate) fn public_instance(&mut self, subnet: SubnetIndex, name: &str) -> InterfaceIndex {
        let interface = self.instance(subnet, name);
        self.world.interfaces[interface].public = Some(self.elastic().0);
        interface
    }

    /// An EKS node with pod addresses as secondaries.
    pub(crate) fn node(&mut self, subnet: SubnetIndex, name: &str, pods: u32) -> InterfaceIndex {
        let node = self.instance(subnet, name);
        self.secondaries(node, pods);
        node
    }

    /// A Fargate task whose ENI is gone from the describe calls.
    pub(crate) fn gone_task(&mut self, subnet: SubnetIndex, service: &str) -> InterfaceIndex {
        let interface = self.interface(InterfaceKind::Fargate, subnet, service);
        let world = &mut self.world;
        let arn = format!(
            "arn:aws:ecs:{}:{}",
            world.options.region,
            world.account_of(world.interfaces[interface].vpc)
        );
        let task_id = self.ids.hex(32);
        let place = &mut world.interfaces[interface];
        place.in_inventory = false;
        place.task = Some(Task {
            cluster_arn: format!("{arn}:cluster/jobs"),
            cluster_name: "jobs".to_string(),
            service_name: service.to_string(),
            definition_arn: format!("{arn}:task-definition/{service}:7"),
            arn: format!("{arn}:task/jobs/{task_id}"),
            container_id: format!("{task_id}-{}", &self.ids.hex(10)),
            id: task_id,
        });
        interface
    }

    fn secondaries(&mut self, interface: InterfaceIndex, count: u32) {
        let entry = &mut self.world.interfaces[interface];
        let subnet = &mut self.world.subnets[entry.subnet.expect("the interface has a subnet")];
        for _ in 0..count {
            entry.secondaries.push(subnet.block.host_v4(subnet.next_host));
            subnet.next_host += 1;
        }
    }

    fn elastic(&mut self) -> (std::net::Ipv4Addr, String) {
        self.next_elastic += 0x101;
        let address = peers::elastic_block(self.world.options.region).host_v4(self.next_elastic);
        (address, self.ids.next("eipalloc"))
    }

    /// A NAT gateway with one ENI and `secondaries` further private addresses.
    pub(crate) fn zonal_nat(
        &mut self,
        subnet: SubnetIndex,
        name: &'static str,
        kind: NatKind,
        secondaries: u32,
    ) -> NatIndex {
        let id = self.ids.next("nat");
        let eni = self.interface(InterfaceKind::NatGateway, subnet, name);
        self.secondaries(eni, secondaries);
        let elastic = if kind == NatKind::Public {
            (0..=secondaries).map(|_| self.elastic()).collect()
        } else {
            Vec::new()
        };
        let entry = &mut self.world.interfaces[eni];
        entry.description = format!("Interface for NAT Gateway {id}");
        entry.public = elastic.first().map(|(address, _)| *address);
        let vpc = entry.vpc;
        self.world.nats.push(Nat { id, name, kind, vpc, interfaces: vec![eni], elastic });
        self.world.nats.len() - 1
    }

    /// A regional NAT gateway, expanded to the first `zone_count` zones.
    pub(crate) fn regional_nat(&mut self, vpc: VpcIndex, name: &'static str, zone_count: usize) -> NatIndex {
        let id = self.ids.next("nat");
        let mut interfaces = Vec::new();
        let mut elastic = Vec::new();
        for zone in zones(self.world.options.region).iter().take(zone_count) {
            let address = self.elastic();
            self.world.interfaces.push(Interface {
                id: "-".to_string(),
                kind: InterfaceKind::RegionalNat,
                name: name.to_string(),
                vpc,
                subnet: None,
                zone: zone.clone(),
                primary: None,
                secondaries: Vec::new(),
                v6: None,
                public: Some(address.0),
                instance_id: None,
                attachment_id: String::new(),
                description: String::new(),
                in_inventory: false,
                resource_id: Some(id.clone()),
                is_nat_instance: false,
                is_idle: false,
                task: None,
            });
            interfaces.push(self.world.interfaces.len() - 1);
            elastic.push(address);
        }
        self.world.nats.push(Nat { id, name, kind: NatKind::Regional, vpc, interfaces, elastic });
        self.world.nats.len() - 1
    }

    /// A gateway endpoint with a prefix-list route in each of the tables.
    pub(crate) fn gateway_endpoint(
        &mut self,
        service: &'static str,
        route_tables: &[usize],
    ) -> EndpointIndex {
        let id = self.ids.next("vpce");
        let list = self.prefix_list(service);
        for table in route_tables {
            self.world.route_tables[*table].routes.push(RouteEntry {
                destination: Destination::PrefixList(list.clone()),
                target: RouteTarget::Gateway(id.clone()),
            });
        }
        let vpc = self.world.route_tables[route_tables[0]].vpc;
        self.endpoint(id, vpc, service, Vec::new(), route_tables.to_vec())
    }

    /// An interface endpoint with one ENI in each of the subnets.
    pub(crate) fn interface_endpoint(
        &mut self,
        service: &'static str,
        subnets: &[SubnetIndex],
    ) -> EndpointIndex {
        let id = self.ids.next("vpce");
        let mut interfaces = Vec::new();
        for subnet in subnets {
            let eni = self.interface(InterfaceKind::Endpoint, *subnet, service);
            self.world.interfaces[eni].description = format!("VPC Endpoint Interface {id}");
            interfaces.push(eni);
        }
        let vpc = self.world.subnets[subnets[0]].vpc;
        self.endpoint(id, vpc, service, interfaces, Vec::new())
    }

    fn endpoint(
        &mut self,
        id: String,
        vpc: VpcIndex,
        service: &'static str,
        interfaces: Vec<InterfaceIndex>,
        route_tables: Vec<usize>,
    ) -> EndpointIndex {
        let dns_suffix = self.ids.hex(8);
        self.world.endpoints.push(Endpoint { id, vpc, service, interfaces, route_tables, dns_suffix });
        self.world.endpoints.len() - 1
    }

    /// The id of the Region's managed prefix list for a gateway service, adding the list when it is new.
    pub(crate) fn prefix_list(&mut self, service: &str) -> String {
        let region = self.world.options.region;
        let id = match (region, service) {
            ("ap-northeast-1", "s3") => "pl-61a54008",
            ("ap-northeast-1", _) => "pl-78a54011",
            ("us-east-1", "s3") => "pl-63a5400a",
            ("us-east-1", _) => "pl-02cd2c6b",
            ("us-west-2", "s3") => "pl-68a54001",
            ("us-west-2", _) => "pl-00a54069",
            (_, "s3") => "pl-6da54004",
            _ => "pl-6fa54006",
        };
        if self.world.prefix_lists.iter().all(|list| list.id != id) {
            self.world.prefix_lists.push(PrefixList {
                id,
                name: format!("com.amazonaws.{region}.{service}"),
                entries: peers::prefix_list_entries(service, region),
            });
        }
        id.to_string()
    }
}

/// A version-4-shaped UUID from the seeded ids.
fn uuid(ids: &mut Ids) -> String {
    let hex = ids.hex(32);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// Two zones of each known Region: names as one account sees them, ids as everyone does.
fn zones(region: &str) -> [Zone; 2] {
    let (code, zones) = match region {
        "us-east-1" => ("use1", [("a", 4), ("b", 6)]),
        "us-west-2" => ("usw2", [("a", 2), ("b", 1)]),
        "eu-west-1" => ("euw1", [("a", 3), ("b", 1)]),
        _ => ("apne1", [("a", 4), ("c", 1)]),
    };
    zones.map(|(letter, number)| Zone { name: format!("{region}{letter}"), id: format!("{code}-az{number}") })
}

impl World {
    /// 32 bits of hash for names that must be stable for a seed.
    pub(crate) fn hash(&self, parts: &[u64]) -> u64 {
        mix(&[self.seed, mix(parts)])
    }
}
