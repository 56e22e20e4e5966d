//! Whether "no byte" is a fact: who was watched, and when.

use std::collections::BTreeSet;

use crate::aggregate::{Hour, Partial, Rejected, RejectedPeer};
use crate::inventory::{InterfaceKind, Inventory, NatGateway, VpcEndpoint, VpcEndpointType};
use crate::model::time::{Bucket, observed_hours};

use super::{Attribution, Topology};

impl Attribution {
    /// Notes who was watched in an hour.
    pub(super) fn note_presence(&mut self, hour: &Hour, partial: &Partial, topology: &Topology<'_>) {
        if hour.bucket != Bucket::NONE && !hour.presence.is_empty() {
            self.hours.insert(hour.bucket);
        }
        let mut logs: BTreeSet<u32> = BTreeSet::new();
        for (observer, presence) in &hour.presence {
            let observer = &partial.observers[*observer as usize];
            logs.insert(observer.flow_log);
            if observer.id.is_empty() {
                continue;
            }
            let id = String::from_utf8_lossy(&observer.id);
            if presence.skipdata > 0 {
                self.skipped_interfaces.insert(id.clone().into_owned());
                if presence.skipdata == presence.rows {
                    self.lost_interfaces.insert(id.into_owned());
                    continue;
                }
            }
            let is_nat = topology.interface(&id).is_some_and(|known| known.kind == InterfaceKind::NatGateway);
            // A log of rejected traffic is silent about all that passes.
            let identity = &partial.flow_logs[observer.flow_log as usize].identity;
            let of_rejected = || {
                let mut logs = topology.inventory.flow_logs.iter();
                logs.any(|log| log.flow_log_id == *identity && log.traffic_type == "REJECT")
            };
            if (is_nat || topology.endpoint_of_interface(&id).is_some()) && !of_rejected() {
                self.covered.entry(id.into_owned()).or_default().insert(hour.bucket);
            }
        }
        for log in logs.into_iter().filter(|_| hour.bucket != Bucket::NONE) {
            let identity = &partial.flow_logs[log as usize].identity;
            self.flow_logs.entry(identity.clone()).or_default().insert(hour.bucket);
        }
    }

    /// Notes endpoints that turned clients away, as their interfaces or the clients' saw it.
    pub(super) fn note_refusals(&mut self, rejected: &[Rejected], topology: &Topology<'_>) {
        let endpoint_at = |one: &Rejected| {
            let observer = topology.interface(&one.observer)?;
            let RejectedPeer::Address(peer) = one.peer else { return None };
            let there = topology.interface_at(observer.vpc_id.as_deref()?, peer)?;
            topology.endpoint_of_interface(&there.interface_id)
        };
        let endpoints = rejected
            .iter()
            .filter_map(|one| topology.endpoint_of_interface(&one.observer).or_else(|| endpoint_at(one)));
        self.refused.extend(endpoints.map(|endpoint| endpoint.vpc_endpoint_id.clone()));
    }

    /// Whether an endpoint was there and watched in every hour with records: its interfaces all have rows of their own (NODATA
    /// counts), or active flow logs of its VPC, its subnets or its interfaces were read. Hours without rows between two with
    /// rows count as quiet, as everywhere. Gateway endpoints have no interface: only a flow log of the VPC watches them. What clients
    /// would send that were turned away is not known, nor what passed in an hour of which AWS lost all records (SKIPDATA).
    pub fn watched(&self, endpoint: &VpcEndpoint, inventory: &Inventory) -> bool {
        let Some(first) = self.hours.first() else { return false };
        if endpoint.created.is_some_and(|created| created > first.start())
            || self.refused.contains(&endpoint.vpc_endpoint_id)
            || endpoint.interface_ids.iter().any(|id| self.lost_interfaces.contains(id))
        {
            return false;
        }
        let logged = |interface: &String| self.is_logged(interface);
        let by_flow_log = |resource: &str| self.has_flow_log(resource, inventory);
        let all = |resources: &[String], test: &dyn Fn(&String) -> bool| {
            !resources.is_empty() && resources.iter().all(test)
        };
        let interfaces = &endpoint.interface_ids;
        let has_interfaces = endpoint.endpoint_type != VpcEndpointType::Gateway;
        by_flow_log(&endpoint.vpc_id)
            || has_interfaces && all(interfaces, &|id| logged(id) || by_flow_log(id))
            || has_interfaces && all(&endpoint.subnet_ids, &|id| by_flow_log(id))
    }

    /// The same of a NAT gateway. A regional one has no interface: only its own flow log watches it.
    pub fn watched_nat(&self, nat: &NatGateway, inventory: &Inventory) -> bool {
        let Some(first) = self.hours.first() else { return false };
        if nat.created.is_some_and(|created| created > first.start()) {
            return false;
        }
        let by_flow_log = |resource: &str| self.has_flow_log(resource, inventory);
        let interfaces: Vec<&String> =
            nat.addresses.iter().filter_map(|address| address.interface_id.as_ref()).collect();
        let interfaces_seen =
            !interfaces.is_empty() && interfaces.iter().all(|id| self.is_logged(id) || by_flow_log(id));
        by_flow_log(&nat.nat_gateway_id)
            || interfaces_seen
            || !nat.regional
                && (nat.vpc_id.iter().any(|id| by_flow_log(id))
                    || nat.subnet_id.iter().any(|id| by_flow_log(id)))
    }

    /// Whether an interface has rows in every hour, quiet hours apart.
    fn is_logged(&self, interface: &str) -> bool {
        self.covered.get(interface).is_some_and(|hours| self.is_whole(hours))
    }

    /// Whether active flow logs of a resource were read in every hour, quiet hours apart.
    fn has_flow_log(&self, resource: &str, inventory: &Inventory) -> bool {
        let logs = inventory
            .flow_logs
            .iter()
            .filter(|log| log.resource_id == resource && log.active && log.traffic_type != "REJECT");
        let hours = logs.filter_map(|log| self.flow_logs.get(&log.flow_log_id)).flatten().copied().collect();
        self.is_whole(&hours)
    }

    fn is_whole(&self, hours: &BTreeSet<Bucket>) -> bool {
        self.hours.is_subset(&observed_hours(hours, None))
    }
}
