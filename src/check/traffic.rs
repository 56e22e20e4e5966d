//! What flows of a kind amount to.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Case;
use crate::advise::{crosses_zone, unfit};
use crate::aggregate::RejectedPeer;
use crate::attribute::{Flow, Path};
use crate::inventory::{NetworkInterface, VpcEndpoint};
use crate::model::addr::Addr;
use crate::price::toll::NatRates;

/// Bytes of flows, and what they pay.
#[derive(Debug, Default)]
pub(super) struct Toll {
    /// Observed bytes, both directions.
    pub bytes: u128,
    /// What a month of them costs at NAT gateways, transfer between zones included; `None` without a price.
    pub month: Option<Decimal>,
    /// NAT gateways they pass.
    pub via: BTreeSet<String>,
}

/// A rejected attempt to reach port 443.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Attempt {
    /// Who tried: an interface where one is known to have the address, else the address.
    pub client: String,
    /// Records, counted in the flow log that has most.
    pub records: u64,
}

impl<'c> Case<'c> {
    /// Flows of a VPC through NAT gateways.
    pub(super) fn nat_flows(&self, vpc: &str) -> impl Iterator<Item = &'c Flow> {
        let flows = self.attribution.flows.iter();
        flows.filter(move |flow| {
            flow.route.path == Path::NatGateway && self.advice().vpc_of(flow) == Some(vpc)
        })
    }

    /// Flows of a VPC through NAT gateways that a gateway endpoint for `service` would carry.
    pub(super) fn gateway_flows(&self, vpc: &str, service: &str) -> impl Iterator<Item = &'c Flow> {
        let flows = self.nat_flows(vpc).filter(move |flow| flow.peer.service == service);
        flows.filter(move |flow| unfit(&self.advice(), vpc, flow).is_none())
    }

    /// What flows pay at NAT gateways.
    pub(super) fn toll<'f>(&self, flows: impl Iterator<Item = &'f Flow>) -> Toll {
        let mut toll = Toll { month: Some(Decimal::ZERO), ..Toll::default() };
        for flow in flows {
            let bytes = flow.volume.0 + flow.volume.1;
            let Some(nat) = self.advice().nat_of(flow) else { continue };
            let rates = NatRates::of(self.book, nat.region.as_deref());
            let crossing = if crosses_zone(&flow.client, nat) { bytes } else { 0 };
            let month = rates
                .bytes_cost(bytes)
                .zip(rates.cross_zone_cost(crossing))
                .and_then(|(data, zones)| self.scale.month(data.checked_add(zones)?));
            toll.bytes += bytes;
            toll.month = toll.month.zip(month).and_then(|(sum, cost)| sum.checked_add(cost));
            toll.via.insert(nat.id.clone());
        }
        toll
    }

    /// Whether a flow comes from one of these subnets.
    pub(super) fn is_from(flow: &Flow, subnets: &BTreeSet<&str>) -> bool {
        flow.client.subnet_id.as_deref().is_some_and(|subnet| subnets.contains(subnet))
    }

    /// Flows through an endpoint.
    pub(super) fn flows_through(&self, endpoint: &'c VpcEndpoint) -> impl Iterator<Item = &'c Flow> {
        let id = endpoint.vpc_endpoint_id.as_str();
        self.attribution.flows.iter().filter(move |flow| flow.route.via.as_deref() == Some(id))
    }

    /// Rejected attempts to reach port 443 of an interface endpoint, seen at the endpoint's interfaces or at the clients'.
    pub(super) fn rejected_at(&self, endpoint: &VpcEndpoint) -> Vec<Attempt> {
        let addresses: BTreeSet<Addr> = endpoint
            .interface_ids
            .iter()
            .filter_map(|id| self.topology.interface(id))
            .flat_map(|interface| interface.addresses.iter().map(|address| (*address).into()))
            .collect();
        let at_endpoint = |observer: &str| {
            self.topology
                .endpoint_of_interface(observer)
                .is_some_and(|found| found.vpc_endpoint_id == endpoint.vpc_endpoint_id)
        };
        self.attempts(&endpoint.vpc_id, |observer, peer| {
            at_endpoint(observer)
                || matches!(peer, RejectedPeer::Address(address) if addresses.contains(&address))
        })
    }

    /// Rejected attempts of an interface to reach port 443 of a service that its address tells.
    pub(super) fn rejected_to(&self, interface: &NetworkInterface, service: &str) -> u64 {
        let Some(vpc) = interface.vpc_id.as_deref() else { return 0 };
        let is_service =
            |peer| matches!(peer, RejectedPeer::Class(class) if self.atlas.class(class).service == service);
        let attempts =
            self.attempts(vpc, |observer, peer| observer == interface.interface_id && is_service(peer));
        attempts.iter().map(|attempt| attempt.records).sum()
    }

    /// Rejected attempts seen in a VPC, by client. Flow logs and ends of a conversation repeat them, so the most is taken, not
    /// the sum.
    fn attempts(&self, vpc: &str, is_meant: impl Fn(&str, RejectedPeer) -> bool) -> Vec<Attempt> {
        let mut by_view: BTreeMap<(String, &str, u32), u64> = BTreeMap::new();
        for rejected in self.rejected {
            let home = self.topology.interface(&rejected.observer).and_then(|found| found.vpc_id.as_deref());
            let elsewhere = home.is_some_and(|home| home != vpc);
            if elsewhere || !is_meant(&rejected.observer, rejected.peer) {
                continue;
            }
            let interface = self.topology.interface_at(vpc, rejected.client);
            let client =
                interface.map_or_else(|| rejected.client.to_string(), |found| found.interface_id.clone());
            *by_view.entry((client, rejected.observer.as_str(), rejected.flow_log)).or_default() +=
                rejected.records;
        }
        let mut most: BTreeMap<String, u64> = BTreeMap::new();
        for ((client, _, _), records) in by_view {
            let known = most.entry(client).or_default();
            *known = records.max(*known);
        }
        most.into_iter().map(|(client, records)| Attempt { client, records }).collect()
    }
}
