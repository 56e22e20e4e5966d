//! What no single answer tells: whose an interface is, where a VPC lies, which addresses a NAT gateway has.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::collect::{Collection, Located};
use super::draft::{Draft, InterfaceDraft};
use super::model::{
    InterfaceKind, Inventory, NatGateway, NatGatewayAddress, PrefixList, RouteTarget, VpcEndpointType,
};
use super::place::Places;

/// Turns drafts into the inventory, after each has learned from the others.
pub(super) fn complete(mut collection: Collection) -> Inventory {
    mark_interfaces_by_reference(&mut collection);
    invent_nat_gateways(&mut collection);
    complete_nat_addresses(&mut collection);
    complete_endpoint_interfaces(&mut collection);
    resolve_instances(&mut collection);
    Places::of(&collection).settle(&mut collection);

    let missing_calls = collection.missing_calls(Call::is_wanted);
    let unanswered_calls = collection.missing_calls(|_| true);
    let truncated_calls = collection.truncated.iter().map(|call| call.stem().to_owned()).collect();
    let vpcs_without_endpoint_list = collection.vpcs_without_endpoint_list();
    let prefix_lists = collection.prefix_lists.into_iter().map(|(prefix_list_id, parts)| {
        let entries = parts.entries.map(|(_, blocks)| blocks.into_iter().collect::<BTreeSet<_>>());
        let entries = entries.map(|blocks| blocks.into_iter().collect());
        PrefixList { prefix_list_id, name: parts.name, entries }
    });
    Inventory {
        prefix_lists: prefix_lists.collect(),
        vpcs: items(collection.vpcs),
        subnets: items(collection.subnets),
        route_tables: items(collection.route_tables),
        nat_gateways: items(collection.nat_gateways),
        vpc_endpoints: items(collection.vpc_endpoints),
        network_interfaces: items(collection.interfaces).into_iter().map(|draft| draft.interface).collect(),
        flow_logs: collection.flow_logs.into_values().collect(),
        security_groups: items(collection.security_groups),
        tags: collection.tags,
        missing_calls,
        unanswered_calls,
        truncated_calls,
        vpcs_without_endpoint_list,
        setup: collection.setup,
        problems: collection.problems,
        files_read: collection.files_read,
    }
}

fn items<T>(located: BTreeMap<String, Located<T>>) -> Vec<T> {
    located.into_values().map(|located| located.draft.item).collect()
}

/// NAT gateways and endpoints name their interfaces; old interface answers do not name their owner.
fn mark_interfaces_by_reference(collection: &mut Collection) {
    let interfaces = &mut collection.interfaces;
    for (id, gateway) in &collection.nat_gateways {
        for interface_id in
            gateway.draft.item.addresses.iter().filter_map(|address| address.interface_id.as_ref())
        {
            let Some(located) = interfaces.get_mut(interface_id) else { continue };
            let interface = &mut located.draft.item.interface;
            if interface.kind == InterfaceKind::Ordinary {
                interface.kind = InterfaceKind::NatGateway;
            }
            interface.nat_gateway_id.get_or_insert_with(|| id.clone());
        }
    }
    for (id, endpoint) in &collection.vpc_endpoints {
        let endpoint = &endpoint.draft.item;
        for interface_id in &endpoint.interface_ids {
            let Some(located) = interfaces.get_mut(interface_id) else { continue };
            let interface = &mut located.draft.item.interface;
            // The description is the same for both kinds of endpoint, so the endpoint's own type rules.
            if matches!(interface.kind, InterfaceKind::Ordinary | InterfaceKind::VpcEndpoint) {
                interface.kind = match endpoint.endpoint_type {
                    VpcEndpointType::GatewayLoadBalancer => InterfaceKind::GatewayLoadBalancerEndpoint,
                    _ => InterfaceKind::VpcEndpoint,
                };
            }
            interface.vpc_endpoint_id.get_or_insert_with(|| id.clone());
        }
    }
}

/// A NAT gateway's interface proves the gateway where nobody described NAT gateways. Where somebody did, in the
/// same folder, a gateway that is not in the answer is gone.
fn invent_nat_gateways(collection: &mut Collection) {
    let answered = collection.answered.get(&Call::NatGateways);
    for located in collection.interfaces.values() {
        let InterfaceDraft { interface, pairs, .. } = &located.draft.item;
        let Some(id) = &interface.nat_gateway_id else { continue };
        if collection.nat_gateways.contains_key(id) || answered.is_some_and(|at| at.contains(&located.folder))
        {
            continue;
        }
        let item = NatGateway {
            nat_gateway_id: id.clone(),
            vpc_id: interface.vpc_id.clone(),
            subnet_id: interface.subnet_id.clone(),
            region: None,
            state: "available".to_owned(),
            // Only a private NAT gateway works without an elastic address.
            private: pairs.iter().all(|(_, public)| public.is_none()),
            regional: false,
            addresses: Vec::new(),
            created: None,
            deleted: None,
            name: None,
        };
        let invented = Located {
            draft: Draft { item, place: located.draft.place.clone() },
            folder: located.folder.clone(),
            folder_region: located.folder_region.clone(),
            folder_account: located.folder_account.clone(),
        };
        collection.nat_gateways.insert(id.clone(), invented);
    }
}

/// Secondary addresses, and all addresses in old or hand-made answers, may be told by the interface alone.
fn complete_nat_addresses(collection: &mut Collection) {
    for located in collection.interfaces.values() {
        let InterfaceDraft { interface, pairs, .. } = &located.draft.item;
        let gateway = interface.nat_gateway_id.as_ref().and_then(|id| collection.nat_gateways.get_mut(id));
        let Some(gateway) = gateway else { continue };
        let addresses = &mut gateway.draft.item.addresses;
        for &(private, public) in pairs {
            let same = |address: &NatGatewayAddress| address.private_ip == Some(private);
            // An address told without its private part, by the same interface and not by another public part.
            let fits = |address: &NatGatewayAddress| {
                address.private_ip.is_none()
                    && address.interface_id.as_ref() == Some(&interface.interface_id)
                    && (address.public_ip.is_none() || address.public_ip == public)
            };
            let known = addresses.iter().position(same).or_else(|| addresses.iter().position(fits));
            if let Some(known) = known.map(|at| &mut addresses[at]) {
                known.private_ip = Some(private);
                known.public_ip = known.public_ip.or(public);
                known.interface_id.get_or_insert_with(|| interface.interface_id.clone());
            } else {
                addresses.push(NatGatewayAddress {
                    interface_id: Some(interface.interface_id.clone()),
                    private_ip: Some(private),
                    public_ip: public,
                    zone_id: None,
                });
            }
        }
    }
}

/// Old endpoint answers list no interfaces; theirs name the endpoint.
fn complete_endpoint_interfaces(collection: &mut Collection) {
    for (interface_id, located) in &collection.interfaces {
        let endpoint_id = located.draft.item.interface.vpc_endpoint_id.as_ref();
        let endpoint = endpoint_id.and_then(|id| collection.vpc_endpoints.get_mut(id));
        let Some(endpoint) = endpoint else { continue };
        let listed = &mut endpoint.draft.item.interface_ids;
        if !listed.contains(interface_id) {
            listed.push(interface_id.clone());
        }
    }
}

/// A route to an instance leads to its interface. EC2 allows such a route only to instances with one interface;
/// should there be more since, the main one is taken.
fn resolve_instances(collection: &mut Collection) {
    let mut main_interfaces: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    for (interface_id, located) in &collection.interfaces {
        let InterfaceDraft { interface, device_index, .. } = &located.draft.item;
        let Some(instance_id) = &interface.instance_id else { continue };
        let found = (*device_index, interface_id.as_str());
        let main = main_interfaces.entry(instance_id).or_insert(found);
        *main = found.min(*main);
    }
    for located in collection.route_tables.values_mut() {
        for route in &mut located.draft.item.routes {
            let RouteTarget::Other(id) = &route.target else { continue };
            if let Some((_, interface_id)) = main_interfaces.get(id.as_str()) {
                route.target = RouteTarget::NetworkInterface((*interface_id).to_owned());
            }
        }
    }
}
