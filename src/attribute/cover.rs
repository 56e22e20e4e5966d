//! Whether "no byte" is a fact: who was watched, and when.

use std::collections::BTreeSet;

use crate::inventory::{Inventory, VpcEndpoint, VpcEndpointType};
use crate::model::time::{Bucket, observed_hours};

use super::Attribution;

impl Attribution {
    /// Whether an endpoint was there and watched in every hour with records: its interfaces all have rows of their own (NODATA
    /// counts), or active flow logs of its VPC, its subnets or its interfaces were read. Hours without rows between two with
    /// rows count as quiet, as everywhere. Gateway endpoints have no interface: only a flow log of the VPC watches them.
    pub fn watched(&self, endpoint: &VpcEndpoint, inventory: &Inventory) -> bool {
        let Some(first) = self.hours.first() else { return false };
        if endpoint.created.is_some_and(|created| created > first.start()) {
            return false;
        }
        let whole = |hours: &BTreeSet<Bucket>| self.hours.is_subset(&observed_hours(hours, None));
        let logged = |interface: &String| self.covered.get(interface).is_some_and(whole);
        let by_flow_log = |resource: &str| {
            let logs = inventory
                .flow_logs
                .iter()
                .filter(|log| log.resource_id == resource && log.active && log.traffic_type != "REJECT");
            let hours =
                logs.filter_map(|log| self.flow_logs.get(&log.flow_log_id)).flatten().copied().collect();
            whole(&hours)
        };
        let all = |resources: &[String], test: &dyn Fn(&String) -> bool| {
            !resources.is_empty() && resources.iter().all(test)
        };
        let interfaces = &endpoint.interface_ids;
        let has_interfaces = endpoint.endpoint_type != VpcEndpointType::Gateway;
        by_flow_log(&endpoint.vpc_id)
            || has_interfaces && all(interfaces, &|id| logged(id) || by_flow_log(id))
            || has_interfaces && all(&endpoint.subnet_ids, &|id| by_flow_log(id))
    }
}
