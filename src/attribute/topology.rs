//! Look-ups over the inventory: whose address, which subnet, which route.

use std::collections::{BTreeSet, HashMap};

use crate::inventory::{
    InterfaceKind, Inventory, NetworkInterface, RouteDestination, RouteTable, RouteTarget, Subnet,
    VpcEndpoint, VpcEndpointType, is_gone,
};
use crate::model::addr::{Addr, Block};

/// Indexes over one inventory.
#[derive(Debug)]
pub struct Topology<'i> {
    /// The inventory itself.
    pub inventory: &'i Inventory,
    interfaces: HashMap<&'i str, usize>,
    subnets: HashMap<&'i str, usize>,
    endpoints: HashMap<&'i str, usize>,
    by_address: HashMap<Addr, Vec<usize>>,
    pod_blocks: Vec<(Block, usize)>,
    subnet_blocks: Vec<(Block, usize)>,
    vpc_blocks: Vec<(Block, &'i str)>,
    explicit_tables: HashMap<&'i str, usize>,
    main_tables: HashMap<&'i str, usize>,
    endpoint_of_interface: HashMap<&'i str, usize>,
    /// Zone ids by VPC and zone name: zone names differ between accounts.
    zone_ids: HashMap<(&'i str, &'i str), &'i str>,
}

impl<'i> Topology<'i> {
    /// Builds the indexes.
    pub fn new(inventory: &'i Inventory) -> Self {
        let mut topology = Self {
            inventory,
            interfaces: HashMap::new(),
            subnets: HashMap::new(),
            endpoints: HashMap::new(),
            by_address: HashMap::new(),
            pod_blocks: Vec::new(),
            subnet_blocks: Vec::new(),
            vpc_blocks: Vec::new(),
            explicit_tables: HashMap::new(),
            main_tables: HashMap::new(),
            endpoint_of_interface: HashMap::new(),
            zone_ids: HashMap::new(),
        };
        for (index, interface) in inventory.network_interfaces.iter().enumerate() {
            topology.interfaces.insert(&interface.interface_id, index);
            for address in &interface.addresses {
                topology.by_address.entry((*address).into()).or_default().push(index);
            }
            topology.pod_blocks.extend(interface.prefixes.iter().map(|net| (Block::from(*net), index)));
        }
        for (index, subnet) in inventory.subnets.iter().enumerate() {
            topology.subnets.insert(&subnet.subnet_id, index);
            topology.subnet_blocks.extend(subnet.cidrs.iter().map(|net| (Block::from(*net), index)));
            if let (Some(name), Some(id)) = (&subnet.zone_name, &subnet.zone_id) {
                topology.zone_ids.insert((&subnet.vpc_id, name), id);
            }
        }
        for vpc in &inventory.vpcs {
            topology.vpc_blocks.extend(vpc.cidrs.iter().map(|net| (Block::from(*net), vpc.vpc_id.as_str())));
        }
        for (index, table) in inventory.route_tables.iter().enumerate() {
            if table.main {
                topology.main_tables.insert(&table.vpc_id, index);
            }
            for subnet in &table.subnet_ids {
                topology.explicit_tables.insert(subnet, index);
            }
        }
        for (index, endpoint) in inventory.vpc_endpoints.iter().enumerate() {
            topology.endpoints.insert(&endpoint.vpc_endpoint_id, index);
            for interface in &endpoint.interface_ids {
                topology.endpoint_of_interface.insert(interface, index);
            }
        }
        topology
    }

    /// An interface by id.
    pub fn interface(&self, id: &str) -> Option<&'i NetworkInterface> {
        self.interfaces.get(id).map(|index| &self.inventory.network_interfaces[*index])
    }

    /// A subnet by id.
    pub fn subnet(&self, id: &str) -> Option<&'i Subnet> {
        self.subnets.get(id).map(|index| &self.inventory.subnets[*index])
    }

    /// An endpoint by id.
    pub fn endpoint(&self, id: &str) -> Option<&'i VpcEndpoint> {
        self.endpoints.get(id).map(|index| &self.inventory.vpc_endpoints[*index])
    }

    /// The endpoint that an interface belongs to.
    pub fn endpoint_of_interface(&self, id: &str) -> Option<&'i VpcEndpoint> {
        self.endpoint_of_interface.get(id).map(|index| &self.inventory.vpc_endpoints[*index]).or_else(|| {
            self.interface(id)?.vpc_endpoint_id.as_deref().and_then(|endpoint| self.endpoint(endpoint))
        })
    }

    /// The interface that holds `addr` in `vpc`; a pod's address belongs to the interface with its prefix.
    pub fn interface_at(&self, vpc: &str, addr: Addr) -> Option<&'i NetworkInterface> {
        let in_vpc = |index: &usize| self.inventory.network_interfaces[*index].vpc_id.as_deref() == Some(vpc);
        let index = self.by_address.get(&addr).and_then(|found| found.iter().copied().find(|i| in_vpc(i)));
        let index = index.or_else(|| {
            self.pod_blocks
                .iter()
                .filter(|(block, index)| block.contains(addr) && in_vpc(index))
                .max_by_key(|(block, _)| block.length)
                .map(|(_, index)| *index)
        });
        index.map(|index| &self.inventory.network_interfaces[index])
    }

    /// The subnet of `vpc` that holds `addr`.
    pub fn subnet_at(&self, vpc: &str, addr: Addr) -> Option<&'i Subnet> {
        self.subnet_blocks
            .iter()
            .filter(|(block, index)| block.contains(addr) && self.inventory.subnets[*index].vpc_id == vpc)
            .max_by_key(|(block, _)| block.length)
            .map(|(_, index)| &self.inventory.subnets[*index])
    }

    /// Whether `vpc` is known and holds `addr`, by its blocks or its subnets'.
    pub fn vpc_holds(&self, vpc: &str, addr: Addr) -> bool {
        self.vpc_blocks.iter().any(|(block, id)| *id == vpc && block.contains(addr))
            || self.subnet_at(vpc, addr).is_some()
    }

    /// The VPCs other than `vpc` that hold `addr`, sorted.
    pub fn other_vpcs_holding(&self, vpc: Option<&str>, addr: Addr) -> BTreeSet<&'i str> {
        let blocks = self.vpc_blocks.iter().filter(|(block, _)| block.contains(addr)).map(|(_, id)| *id);
        let subnets = self
            .subnet_blocks
            .iter()
            .filter(|(block, _)| block.contains(addr))
            .map(|(_, index)| self.inventory.subnets[*index].vpc_id.as_str());
        blocks.chain(subnets).filter(|id| Some(*id) != vpc).collect()
    }

    /// The VPC where `addr` is, as seen from a place: the place's own VPC; else the one that its route's peering connection
    /// or transit gateway leads to; else the only one that has the address at all. The same block in two VPCs is two
    /// places, and `None` is the answer where nothing tells which.
    pub fn home_of(&self, vpc: Option<&str>, subnet: Option<&str>, addr: Addr) -> Option<&'i str> {
        let holders = self.other_vpcs_holding(None, addr);
        if let Some(own) = holders.iter().find(|id| Some(**id) == vpc) {
            return Some(own);
        }
        let Some(vpc) = vpc else { return only(holders.into_iter()) };
        let leads = |table: &'i RouteTable| match self.route_to_address(table, addr) {
            Some(RouteTarget::TransitGateway(id) | RouteTarget::VpcPeering(id)) => Some(id.as_str()),
            _ => None,
        };
        let own_table = self.route_table(vpc, subnet).and_then(leads);
        let all_tables =
            self.inventory.route_tables.iter().filter(|table| table.vpc_id == vpc).filter_map(leads);
        let connections: BTreeSet<&str> = match own_table {
            Some(connection) => BTreeSet::from([connection]),
            None => all_tables.collect(),
        };
        let joined = holders.iter().copied().filter(|holder| {
            self.inventory.route_tables.iter().filter(|table| table.vpc_id == *holder).any(|table| {
                table.routes.iter().any(|route| match &route.target {
                    RouteTarget::TransitGateway(id) | RouteTarget::VpcPeering(id) => {
                        connections.contains(id.as_str())
                    }
                    _ => false,
                })
            })
        });
        only(joined).or_else(|| only(holders.iter().copied()))
    }

    /// The route table that serves a subnet: its own, else the VPC's main one.
    pub fn route_table(&self, vpc: &str, subnet: Option<&str>) -> Option<&'i RouteTable> {
        subnet
            .and_then(|subnet| self.explicit_tables.get(subnet))
            .or_else(|| subnet.and_then(|_| self.main_tables.get(vpc)))
            .map(|index| &self.inventory.route_tables[*index])
    }

    /// Zone of a subnet: its id, else its name.
    pub fn zone_of_subnet(&self, subnet: &str) -> Option<&'i str> {
        let subnet = self.subnet(subnet)?;
        subnet.zone_id.as_deref().or(subnet.zone_name.as_deref())
    }

    /// Zone of an interface, by its subnet, else by its zone name.
    pub fn zone_of_interface(&self, interface: &'i NetworkInterface) -> Option<&'i str> {
        interface.subnet_id.as_deref().and_then(|subnet| self.zone_of_subnet(subnet)).or_else(|| {
            let name = interface.zone_name.as_deref()?;
            let vpc = interface.vpc_id.as_deref()?;
            Some(self.zone_ids.get(&(vpc, name)).copied().unwrap_or(name))
        })
    }

    /// Region of a VPC.
    pub fn region_of_vpc(&self, vpc: &str) -> Option<&'i str> {
        self.inventory
            .vpcs
            .iter()
            .find(|known| known.vpc_id == vpc)
            .and_then(|known| known.region.as_deref())
            .or_else(|| {
                self.inventory
                    .subnets
                    .iter()
                    .find(|subnet| subnet.vpc_id == vpc)
                    .and_then(|subnet| subnet.region.as_deref())
            })
    }

    /// Owner account of a VPC.
    pub fn account_of_vpc(&self, vpc: &str) -> Option<&'i str> {
        self.inventory
            .vpcs
            .iter()
            .find(|known| known.vpc_id == vpc)
            .and_then(|known| known.account_id.as_deref())
    }

    /// The gateway endpoints of a VPC for a service that are there, in order of id.
    pub fn gateway_endpoints<'s>(
        &'s self,
        vpc: &'s str,
        service: &'s str,
    ) -> impl Iterator<Item = &'i VpcEndpoint> + 's {
        self.inventory.vpc_endpoints.iter().filter(move |endpoint| {
            endpoint.endpoint_type == VpcEndpointType::Gateway
                && endpoint.vpc_id == vpc
                && endpoint.service == service
                && !is_gone(&endpoint.state)
        })
    }

    /// The target of the most specific active route of `table` for a kept address.
    pub fn route_to_address(&self, table: &'i RouteTable, addr: Addr) -> Option<&'i RouteTarget> {
        table
            .routes
            .iter()
            .filter(|route| route.active)
            .filter_map(|route| {
                let length = match &route.destination {
                    RouteDestination::Cidr(net) => {
                        let block = Block::from(*net);
                        block.contains(addr).then_some(block.length)
                    }
                    RouteDestination::PrefixList(id) => self.longest_entry(id, addr),
                };
                // On one length a static route goes before a prefix list's.
                let is_static = matches!(route.destination, RouteDestination::Cidr(_));
                length.map(|length| ((length, is_static), &route.target))
            })
            .max_by_key(|(rank, _)| *rank)
            .map(|(_, target)| target)
    }

    /// The target of a table's way to the internet: where it sends an address of no service (TEST-NET-1, RFC 5737).
    pub fn way_out(&self, table: &'i RouteTable) -> Option<&'i RouteTarget> {
        let public: std::net::IpAddr = std::net::Ipv4Addr::new(192, 0, 2, 1).into();
        self.route_to_address(table, public.into())
    }

    fn longest_entry(&self, list: &str, addr: Addr) -> Option<u8> {
        self.inventory
            .prefix_lists
            .iter()
            .filter(|known| known.prefix_list_id == list)
            .filter_map(|known| known.entries.as_ref())
            .flatten()
            .map(|net| Block::from(*net))
            .filter(|block| block.contains(addr))
            .map(|block| block.length)
            .max()
    }

    /// Whether a route leads to this interface: it forwards for others.
    pub fn is_route_target(&self, interface: &str) -> bool {
        self.inventory
            .route_tables
            .iter()
            .flat_map(|table| &table.routes)
            .any(|route| matches!(&route.target, RouteTarget::NetworkInterface(id) if id == interface))
    }

    /// Subnets with a transit gateway interface, outside `vpc`, whose VPC routes to the transit gateway `tgw`: where
    /// traffic that leaves `vpc` through it can come out. With the zone of each.
    pub fn transit_exits(&self, vpc: &str, tgw: &str) -> Vec<(&'i NetworkInterface, Option<&'i str>)> {
        let joined = |id: &str| {
            self.inventory.route_tables.iter().any(|table| {
                table.vpc_id == id
                    && table.routes.iter().any(
                        |route| matches!(&route.target, RouteTarget::TransitGateway(known) if known == tgw),
                    )
            })
        };
        self.inventory
            .network_interfaces
            .iter()
            .filter(|interface| interface.kind == InterfaceKind::TransitGateway)
            .filter(|interface| interface.vpc_id.as_deref().is_some_and(|id| id != vpc && joined(id)))
            .map(|interface| (interface, self.zone_of_interface(interface)))
            .collect()
    }
}

/// The only element, `None` for none or several.
fn only<T>(mut found: impl Iterator<Item = T>) -> Option<T> {
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
