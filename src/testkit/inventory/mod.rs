//! The describe answers as the AWS CLI prints them, one file per call and named after it.

mod gateways;
mod interfaces;
mod networks;

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::coverage::{Coverage, Form, TrafficType};
use super::world::World;

/// When everything in a world was made: a month before its traffic.
fn created(world: &World) -> String {
    let time = chrono::DateTime::from_timestamp(world.options.start - 31 * 86_400, 0).unwrap_or_default();
    time.format("%Y-%m-%dT09:14:%S+00:00").to_string()
}

/// `[{"Key": "Name", "Value": …}]`.
fn name_tag(name: &str) -> Value {
    json!([{ "Key": "Name", "Value": name }])
}

/// One account's share of a world.
struct Account<'a> {
    world: &'a World,
    number: usize,
}

impl Account<'_> {
    fn owns(&self, vpc: usize) -> bool {
        self.world.vpcs[vpc].account == self.number
    }

    fn id(&self) -> &str {
        &self.world.accounts[self.number]
    }
}

impl World {
    /// Writes the describe answers into `folder`; with several accounts, each into `ACCOUNT/REGION/` below.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_inventory(&self, folder: &Path, coverage: &Coverage) -> io::Result<()> {
        for number in 0..self.accounts.len() {
            let account = Account { world: self, number };
            let place = if self.accounts.len() == 1 {
                folder.to_path_buf()
            } else {
                folder.join(account.id()).join(self.region())
            };
            std::fs::create_dir_all(&place)?;
            for (call, answer) in account.answers(coverage) {
                let mut text = serde_json::to_string_pretty(&answer)?;
                text.push('\n');
                std::fs::write(place.join(format!("{call}.json")), text)?;
            }
        }
        Ok(())
    }
}

impl Account<'_> {
    fn answers(&self, coverage: &Coverage) -> Vec<(String, Value)> {
        let mut answers: Vec<(String, Value)> = [
            ("describe-vpcs", "Vpcs", self.vpcs()),
            ("describe-subnets", "Subnets", self.subnets()),
            ("describe-route-tables", "RouteTables", self.route_tables()),
            ("describe-security-groups", "SecurityGroups", self.security_groups()),
            ("describe-nat-gateways", "NatGateways", self.nat_gateways()),
            ("describe-vpc-endpoints", "VpcEndpoints", self.vpc_endpoints()),
            ("describe-network-interfaces", "NetworkInterfaces", self.network_interfaces()),
            ("describe-managed-prefix-lists", "PrefixLists", self.prefix_lists()),
            ("describe-flow-logs", "FlowLogs", self.flow_logs(coverage)),
        ]
        .into_iter()
        .map(|(call, key, items)| (call.to_string(), json!({ key: items })))
        .collect();
        for list in &self.world.prefix_lists {
            let entries: Vec<Value> = list.entries.iter().map(|cidr| json!({ "Cidr": cidr })).collect();
            answers.push((
                format!("get-managed-prefix-list-entries.{}", list.id),
                json!({ "Entries": entries }),
            ));
        }
        answers
    }

    fn flow_logs(&self, coverage: &Coverage) -> Vec<Value> {
        let world = self.world;
        let own = coverage.flow_logs.iter().filter(|flow_log| flow_log.account(world) == self.id());
        own.map(|flow_log| {
            let format: Vec<String> =
                flow_log.form.fields().iter().map(|field| format!("${{{}}}", field.name())).collect();
            let file_format =
                if matches!(flow_log.form, Form::Parquet { .. }) { "parquet" } else { "plain-text" };
            json!({
                "CreationTime": created(world).replace("+00:00", ".123000+00:00"),
                "DeliverLogsStatus": "SUCCESS",
                "FlowLogId": flow_log.id,
                "FlowLogStatus": "ACTIVE",
                "ResourceId": flow_log.resource_id(world),
                "TrafficType": match flow_log.traffic {
                    TrafficType::All => "ALL",
                    TrafficType::Accept => "ACCEPT",
                    TrafficType::Reject => "REJECT",
                },
                "LogDestinationType": "s3",
                "LogDestination": format!("arn:aws:s3:::flow-logs-{}", self.id()),
                "LogFormat": format.join(" "),
                "Tags": [],
                "MaxAggregationInterval": 60,
                "DestinationOptions": {
                    "FileFormat": file_format,
                    "HiveCompatiblePartitions": false,
                    "PerHourPartition": false,
                },
            })
        })
        .collect()
    }
}
