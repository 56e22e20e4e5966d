//! Which path a client's bytes take to a peer, by routes.

use crate::classify::atlas::{Atlas, PeerClass};
use crate::inventory::{self, NetworkInterface, RouteDestination, RouteTable, RouteTarget, VpcEndpointType};
use crate::model::addr::Addr;

use super::topology::Topology;

/// How bytes travel; the report's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words of the design, see `Path::name`")]
pub enum Path {
    NatGateway,
    GatewayEndpoint,
    InterfaceEndpoint,
    InternetGateway,
    EgressOnlyInternetGateway,
    Local,
    Peering,
    TransitGateway,
    Vpn,
    NatInstance,
    Unknown,
}

impl Path {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NatGateway => "nat-gateway",
            Self::GatewayEndpoint => "gateway-endpoint",
            Self::InterfaceEndpoint => "interface-endpoint",
            Self::InternetGateway => "internet-gateway",
            Self::EgressOnlyInternetGateway => "egress-only-internet-gateway",
            Self::Local => "local",
            Self::Peering => "peering",
            Self::TransitGateway => "transit-gateway",
            Self::Vpn => "vpn",
            Self::NatInstance => "nat-instance",
            Self::Unknown => "unknown",
        }
    }
}

/// A path and what it passes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Route {
    /// How.
    pub path: Path,
    /// NAT gateway, endpoint, or a NAT instance's interface; `None` where there is none or it is not known.
    pub via: Option<String>,
}

impl Route {
    /// A path through nothing that is named.
    pub const fn plain(path: Path) -> Self {
        Self { path, via: None }
    }

    /// A path through `id`.
    pub fn through(path: Path, id: &str) -> Self {
        Self { path, via: Some(id.to_owned()) }
    }
}

/// Appliances in a row that are followed before the search ends.
const MAX_HOPS: usize = 4;

/// Where a client is.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its VPC.
    pub vpc: &'a str,
    /// Its subnet.
    pub subnet: Option<&'a str>,
    /// Its zone.
    pub zone: Option<&'a str>,
}

/// Whether a route takes packets. What was a NAT gateway's way when an inventory was made after it went, another has taken since;
/// but a service's prefix list has no other way while its route is there: packets are dropped, and no NAT gateway sees them.
/// Source: "Route priority" and the state `blackhole` of `Route`, Amazon VPC User Guide and EC2 API Reference.
fn takes(route: &inventory::Route) -> bool {
    let of_a_service = matches!(route.destination, RouteDestination::PrefixList(_))
        && matches!(route.target, RouteTarget::VpcEndpoint(_));
    route.active || of_a_service
}

/// Answers routing questions over an inventory.
#[derive(Debug, Clone, Copy)]
pub struct Router<'a> {
    /// The inventory's indexes.
    pub topology: &'a Topology<'a>,
    /// The partition that peer classes come from.
    pub atlas: &'a Atlas,
}

impl<'a> Router<'a> {
    /// The path to a peer class, `None` where no route table tells.
    pub fn class_route(self, site: Site<'_>, class: &PeerClass) -> Option<Route> {
        self.class_from(site, class, MAX_HOPS)
    }

    fn class_from(&self, site: Site<'_>, class: &PeerClass, hops: usize) -> Option<Route> {
        let table = self.topology.route_table(site.vpc, site.subnet)?;
        // Where a list's entries and its route are known, the comparison of routes below has them.
        let is_listed = class.destinations.iter().any(|index| {
            let destination = &self.atlas.destinations[*index as usize];
            matches!(destination, RouteDestination::PrefixList(_))
                && table.routes.iter().any(|route| takes(route) && route.destination == *destination)
        });
        if !is_listed && let Some(endpoint) = self.unlisted_gateway_endpoint(table, class) {
            return Some(Route::through(Path::GatewayEndpoint, endpoint));
        }
        let target = class.destinations.iter().find_map(|index| {
            let destination = &self.atlas.destinations[*index as usize];
            table.routes.iter().find(|route| takes(route) && route.destination == *destination)
        })?;
        let next = |site: Site<'_>| (hops > 0).then(|| self.class_from(site, class, hops - 1)).flatten();
        Some(self.follow(site, &target.target, next))
    }

    /// A gateway endpoint that serves the class through `table`, where the table's prefix-list route cannot be
    /// matched by address: the list's entries are not in the inventory, or the route itself is not.
    fn unlisted_gateway_endpoint(&self, table: &RouteTable, class: &PeerClass) -> Option<&'a str> {
        if class.in_prefix_list == Some(false) || class.nat64 {
            return None;
        }
        let region = self.topology.region_of_vpc(&table.vpc_id);
        if class.region.is_none() || class.region.as_deref() != region {
            return None;
        }
        self.topology
            .gateway_endpoints(&table.vpc_id, &class.service)
            .filter(|endpoint| endpoint.state == "available" || endpoint.state.is_empty())
            .find(|endpoint| {
                let routed = table.routes.iter().any(|route| {
                    route.active
                        && matches!(&route.target, RouteTarget::VpcEndpoint(id) if *id == endpoint.vpc_endpoint_id)
                });
                routed || endpoint.route_table_ids.contains(&table.route_table_id)
            })
            .map(|endpoint| endpoint.vpc_endpoint_id.as_str())
    }

    /// The path to a kept (private or VPC) address.
    pub fn address_route(self, site: Site<'_>, addr: Addr) -> Option<Route> {
        self.address_from(site, addr, MAX_HOPS)
    }

    fn address_from(&self, site: Site<'_>, addr: Addr, hops: usize) -> Option<Route> {
        if self.topology.vpc_holds(site.vpc, addr) {
            return Some(Route::plain(Path::Local));
        }
        let table = self.topology.route_table(site.vpc, site.subnet)?;
        let target = self.topology.route_to_address(table, addr)?;
        if let RouteTarget::TransitGateway(_) = target {
            let known_home = !self.topology.other_vpcs_holding(Some(site.vpc), addr).is_empty();
            let next = |site: Site<'_>| {
                let route =
                    (hops > 0 && !known_home).then(|| self.address_from(site, addr, hops - 1)).flatten();
                // Beyond a transit gateway a private address is reached through a private NAT gateway or none: the
                // default route to a public one is not for it.
                route.filter(|route| self.is_private_nat(route))
            };
            return Some(self.follow(site, target, next));
        }
        let next = |site: Site<'_>| (hops > 0).then(|| self.address_from(site, addr, hops - 1)).flatten();
        Some(self.follow(site, target, next))
    }

    fn is_private_nat(self, route: &Route) -> bool {
        let gateways = &self.topology.inventory.nat_gateways;
        gateways.iter().any(|nat| nat.private && Some(&nat.nat_gateway_id) == route.via.as_ref())
    }

    fn follow(
        &self,
        site: Site<'_>,
        target: &RouteTarget,
        next: impl Fn(Site<'_>) -> Option<Route>,
    ) -> Route {
        match target {
            RouteTarget::Local => Route::plain(Path::Local),
            RouteTarget::NatGateway(id) => Route::through(Path::NatGateway, id),
            RouteTarget::InternetGateway(_) => Route::plain(Path::InternetGateway),
            RouteTarget::EgressOnlyInternetGateway(_) => Route::plain(Path::EgressOnlyInternetGateway),
            RouteTarget::VpcPeering(_) => Route::plain(Path::Peering),
            RouteTarget::VirtualPrivateGateway(_) => Route::plain(Path::Vpn),
            RouteTarget::VpcEndpoint(id) => self.through_endpoint(site, id, next),
            RouteTarget::TransitGateway(id) => {
                self.through_transit(site, id, next).unwrap_or(Route::plain(Path::TransitGateway))
            }
            RouteTarget::NetworkInterface(id) => Route::through(Path::NatInstance, id),
            RouteTarget::Other(_) => Route::plain(Path::Unknown),
        }
    }

    /// A gateway endpoint ends the way; a gateway load balancer endpoint hands it to its own subnet's routes.
    fn through_endpoint(&self, site: Site<'_>, id: &str, next: impl Fn(Site<'_>) -> Option<Route>) -> Route {
        let Some(endpoint) = self.topology.endpoint(id) else {
            return Route::through(Path::GatewayEndpoint, id);
        };
        if endpoint.endpoint_type == VpcEndpointType::Gateway {
            return Route::through(Path::GatewayEndpoint, id);
        }
        let own_zone =
            endpoint.subnet_ids.iter().find(|subnet| self.topology.zone_of_subnet(subnet) == site.zone);
        let subnet = own_zone.or(endpoint.subnet_ids.first());
        subnet
            .and_then(|subnet| next(Site { subnet: Some(subnet), ..site }))
            .unwrap_or(Route::plain(Path::Unknown))
    }

    /// Through a transit gateway into the VPC where a NAT gateway takes over: the attachment of the client's own zone
    /// where there is one, else an answer on which all attachments agree.
    fn through_transit(
        &self,
        site: Site<'_>,
        tgw: &str,
        next: impl Fn(Site<'_>) -> Option<Route>,
    ) -> Option<Route> {
        let exits = self.topology.transit_exits(site.vpc, tgw);
        let route_of = |(interface, zone): &(&'a NetworkInterface, Option<&'a str>)| {
            let subnet = interface.subnet_id.as_deref();
            interface.vpc_id.as_deref().and_then(|vpc| next(Site { vpc, subnet, zone: *zone }))
        };
        let is_toll = |route: &Route| route.path == Path::NatGateway;
        let same_zone = exits.iter().filter(|(_, zone)| zone.is_some() && *zone == site.zone);
        if let Some(route) = same_zone.filter_map(route_of).find(is_toll) {
            return Some(route);
        }
        let mut routes: Vec<Route> = exits.iter().filter_map(route_of).filter(is_toll).collect();
        routes.dedup();
        if routes.len() == 1 { routes.pop() } else { None }
    }
}
