//! What lies on the address space: the user's map, kept blocks, prefix lists, destinations of routes.

use super::{Builder, GATEWAY_SERVICES, Layer, PRIVATE, Service, index_of_next};
use crate::classify::address_map::AddressMap;
use crate::inventory::{Inventory, RouteDestination};

impl Builder<'_> {
    pub(super) fn add_map(&mut self, map: &AddressMap) {
        for entry in &map.blocks {
            let gateway = GATEWAY_SERVICES.iter().position(|service| *service == entry.service);
            let service = gateway.map_or_else(
                || {
                    let known = self.mapped_services.iter().position(|known| *known == entry.service);
                    Service::Mapped(known.unwrap_or_else(|| {
                        self.mapped_services.push(entry.service.clone());
                        self.mapped_services.len() - 1
                    }))
                },
                Service::Gateway,
            );
            let region = entry.region.as_deref().map(|region| self.region(region));
            self.layers.push((entry.block.into(), Layer::Mapped(index_of_next(self.mapped.len()))));
            self.mapped.push((service, region));
        }
    }

    pub(super) fn add_kept(&mut self, inventory: &Inventory) {
        for block in PRIVATE {
            let net: ipnet::IpNet = block.parse().expect("a constant block");
            self.layers.push((net.into(), Layer::Kept));
        }
        let vpc_blocks = inventory.vpcs.iter().flat_map(|vpc| &vpc.cidrs);
        let subnet_blocks = inventory.subnets.iter().flat_map(|subnet| &subnet.cidrs);
        let pods = inventory.network_interfaces.iter().flat_map(|interface| &interface.prefixes);
        for net in vpc_blocks.chain(subnet_blocks).chain(pods) {
            self.layers.push(((*net).into(), Layer::Kept));
        }
        for interface in &inventory.network_interfaces {
            for address in &interface.addresses {
                let net = ipnet::IpNet::from(*address);
                self.layers.push((net.into(), Layer::Kept));
            }
        }
    }

    pub(super) fn add_prefix_lists(&mut self, inventory: &Inventory) {
        for list in &inventory.prefix_lists {
            let (Some(name), Some(entries)) = (&list.name, &list.entries) else { continue };
            let Some((region, service)) = gateway_list(name) else { continue };
            let region = self.region(region);
            self.listed.push((service, region));
            for entry in entries {
                self.layers.push(((*entry).into(), Layer::PrefixList { service, region }));
            }
        }
    }

    pub(super) fn add_destinations(&mut self, inventory: &Inventory) {
        for route in inventory.route_tables.iter().flat_map(|table| &table.routes) {
            if self.destinations.contains(&route.destination) {
                continue;
            }
            let index = u32::try_from(self.destinations.len()).unwrap_or(u32::MAX);
            self.destinations.push(route.destination.clone());
            match &route.destination {
                RouteDestination::Cidr(net) => {
                    self.layers.push(((*net).into(), Layer::Destination { index, prefix_list: false }));
                }
                RouteDestination::PrefixList(id) => {
                    let lists = inventory.prefix_lists.iter().filter(|list| list.prefix_list_id == *id);
                    for entry in lists.filter_map(|list| list.entries.as_ref()).flatten() {
                        self.layers.push(((*entry).into(), Layer::Destination { index, prefix_list: true }));
                    }
                }
            }
        }
    }

    fn region(&mut self, region: &str) -> u16 {
        let place = self.regions.iter().position(|known| known == region).unwrap_or_else(|| {
            self.regions.push(region.to_owned());
            self.regions.len() - 1
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }
}

/// Region and gateway service of a managed prefix list's name, such as `com.amazonaws.us-east-1.s3`.
fn gateway_list(name: &str) -> Option<(&str, usize)> {
    let rest = name.strip_prefix("com.amazonaws.").or_else(|| name.strip_prefix("cn.com.amazonaws."))?;
    let (region, service) = rest.split_once('.')?;
    let service = service.strip_prefix("ipv6.").unwrap_or(service);
    GATEWAY_SERVICES.iter().position(|known| *known == service).map(|index| (region, index))
}
