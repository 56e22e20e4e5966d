//! What a report should find: counted from the conversations, before any row was written.

use std::collections::BTreeMap;

use serde::Serialize;

use super::conversation::Conversation;
use super::coverage::Coverage;
use super::record::{Action, Record, Status};
use super::workload::{Via, Way};
use super::world::{NatKind, World};

/// The content of `truth.json`.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Truth {
    /// `flowtoll/testkit-truth/v1`.
    pub schema: &'static str,
    /// The world's seed.
    pub seed: u64,
    /// When the traffic happened.
    pub period: Period,
    /// Every NAT gateway, by its inside legs (N1 out, N4 in), whether or not anybody logged them.
    pub nat_gateways: Vec<NatTruth>,
    /// Every endpoint.
    pub endpoints: Vec<EndpointTruth>,
    /// Every client's bytes, by path, via and service; sorted by interface id and so on.
    pub attribution: Vec<AttributionTruth>,
    /// What each flow log holds.
    pub flow_logs: Vec<FlowLogTruth>,
    /// The sums over all flow logs, in the report's words.
    pub ledger: LedgerTruth,
}

/// When the traffic happened.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Period {
    /// RFC 3339, inclusive.
    pub start: String,
    /// RFC 3339, exclusive.
    pub end: String,
    /// Whole hours.
    pub hours: u32,
}

/// One NAT gateway's bytes.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct NatTruth {
    /// `nat-…`.
    pub nat_gateway_id: String,
    /// The `Name` tag.
    pub name: &'static str,
    /// `vpc-…`.
    pub vpc_id: String,
    /// AZ id; `None` for a regional gateway.
    pub zone_id: Option<String>,
    /// `public`, `private` or `regional`.
    pub kind: &'static str,
    /// Client to peer.
    pub bytes_out: u64,
    /// Peer to client.
    pub bytes_in: u64,
    /// Strangers' bytes at its outside, not part of `bytes_in`.
    pub bytes_scanned: u64,
    /// The same per hour that had traffic.
    pub hours: Vec<HourTruth>,
}

/// One hour of a NAT gateway.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct HourTruth {
    /// RFC 3339 of the hour's start.
    pub hour: String,
    /// Client to peer.
    pub bytes_out: u64,
    /// Peer to client.
    pub bytes_in: u64,
}

/// One endpoint's bytes.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct EndpointTruth {
    /// `vpce-…`.
    pub vpc_endpoint_id: String,
    /// `Gateway` or `Interface`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Short name.
    pub service: &'static str,
    /// `vpc-…`.
    pub vpc_id: String,
    /// Client to service.
    pub bytes_out: u64,
    /// Service to client.
    pub bytes_in: u64,
}

/// One client's bytes by one way to one service.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct AttributionTruth {
    /// The client's `eni-…`.
    pub interface_id: String,
    /// `vpc-…`.
    pub vpc_id: String,
    /// `subnet-…`.
    pub subnet_id: Option<String>,
    /// AZ id.
    pub zone_id: String,
    /// The report's word.
    pub path: &'static str,
    /// `nat-…`, `vpce-…`, a NAT instance's `eni-…`, or nothing.
    pub via: Option<String>,
    /// The transit gateway passed on the way, if any.
    pub through: Option<String>,
    /// The report's word.
    pub service: String,
    /// Nothing for `internet` and `internal`.
    pub service_region: Option<String>,
    /// Client to peer.
    pub bytes_out: u64,
    /// Peer to client.
    pub bytes_in: u64,
}

/// What one flow log holds.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct FlowLogTruth {
    /// `fl-…`.
    pub flow_log_id: String,
    /// What it watches.
    pub resource_id: String,
    /// The counts.
    #[serde(flatten)]
    pub ledger: LedgerTruth,
}

/// Counts of rows and their bytes.
#[derive(Debug, Clone, Default, Serialize, PartialEq, Eq)]
pub struct LedgerTruth {
    /// All lines but headers, malformed ones included.
    pub records: u64,
    /// Status OK and action ACCEPT.
    pub ok: u64,
    /// Status OK and action REJECT.
    pub rejected: u64,
    /// NODATA.
    pub nodata: u64,
    /// SKIPDATA.
    pub skipdata: u64,
    /// Lines that are no record.
    pub malformed: u64,
    /// Bytes of all `ok` and `rejected` rows.
    pub bytes_total: u64,
    /// Bytes of `rejected` rows.
    pub bytes_rejected: u64,
}

/// The running counts of a pass.
#[derive(Debug)]
pub(crate) struct Tally {
    workloads: Vec<(u64, u64)>,
    hours: Vec<BTreeMap<i64, (u64, u64)>>,
    flow_logs: Vec<LedgerTruth>,
}

impl Tally {
    pub(crate) fn new(world: &World, coverage: &Coverage) -> Self {
        Self {
            workloads: vec![(0, 0); world.workloads.len()],
            hours: vec![BTreeMap::new(); world.nats.len()],
            flow_logs: vec![LedgerTruth::default(); coverage.flow_logs.len()],
        }
    }

    pub(crate) fn conversation(&mut self, world: &World, conversation: &Conversation) {
        let sums = &mut self.workloads[conversation.workload];
        sums.0 += conversation.request.bytes;
        if world.workloads[conversation.workload].truth.is_some() {
            sums.1 += conversation.response.bytes;
        }
    }

    pub(crate) fn slice(&mut self, world: &World, conversation: &Conversation, number: i64) {
        if let Some(truth) = &world.workloads[conversation.workload].truth
            && let Via::Nat(nat) = truth.via
        {
            let (request, response) = conversation.volumes(number);
            let hour = conversation.span(number).0.div_euclid(3600);
            let sums = self.hours[nat].entry(hour).or_default();
            sums.0 += request.bytes;
            sums.1 += response.bytes;
        }
    }

    pub(crate) fn row(&mut self, flow_log: usize, record: &Record) {
        let ledger = &mut self.flow_logs[flow_log];
        ledger.records += 1;
        match (record.status, record.action) {
            (Status::Ok, Action::Accept) => ledger.ok += 1,
            (Status::Ok, Action::Reject) => {
                ledger.rejected += 1;
                ledger.bytes_rejected += record.bytes;
            }
            (Status::NoData, _) => ledger.nodata += 1,
            (Status::SkipData, _) => ledger.skipdata += 1,
        }
        ledger.bytes_total += record.bytes;
    }

    /// Rows seen so far, over all flow logs.
    pub(crate) fn rows(&self) -> u64 {
        self.flow_logs.iter().map(|ledger| ledger.records).sum()
    }

    /// Adds the lines a writer spoilt.
    pub(crate) fn malformed(&mut self, flow_log: usize, lines: u64) {
        self.flow_logs[flow_log].malformed += lines;
        self.flow_logs[flow_log].records += lines;
    }

    pub(crate) fn finish(self, world: &World, coverage: &Coverage) -> Truth {
        let mut ledger = LedgerTruth::default();
        for part in &self.flow_logs {
            ledger.records += part.records;
            ledger.ok += part.ok;
            ledger.rejected += part.rejected;
            ledger.nodata += part.nodata;
            ledger.skipdata += part.skipdata;
            ledger.malformed += part.malformed;
            ledger.bytes_total += part.bytes_total;
            ledger.bytes_rejected += part.bytes_rejected;
        }
        Truth {
            schema: "flowtoll/testkit-truth/v1",
            seed: world.seed,
            period: Period {
                start: rfc3339(world.options.start),
                end: rfc3339(world.end()),
                hours: world.options.hours,
            },
            nat_gateways: self.nat_gateways(world),
            endpoints: self.endpoints(world),
            attribution: self.attribution(world),
            flow_logs: coverage
                .flow_logs
                .iter()
                .zip(&self.flow_logs)
                .map(|(flow_log, ledger)| FlowLogTruth {
                    flow_log_id: flow_log.id.clone(),
                    resource_id: flow_log.resource_id(world).to_string(),
                    ledger: ledger.clone(),
                })
                .collect(),
            ledger,
        }
    }

    /// Bytes out and in of all workloads by a way.
    fn by_via(&self, world: &World, via: Via) -> (u64, u64) {
        world
            .workloads
            .iter()
            .zip(&self.workloads)
            .filter(|(workload, _)| workload.truth.as_ref().is_some_and(|truth| truth.via == via))
            .fold((0, 0), |sum, (_, bytes)| (sum.0 + bytes.0, sum.1 + bytes.1))
    }

    fn nat_gateways(&self, world: &World) -> Vec<NatTruth> {
        let scanned = |interfaces: &[usize]| {
            world
                .workloads
                .iter()
                .zip(&self.workloads)
                .filter(|(workload, _)| {
                    matches!(workload.way, Way::Scan) && interfaces.contains(&workload.client)
                })
                .map(|(_, bytes)| bytes.0)
                .sum()
        };
        let entries = world.nats.iter().enumerate().map(|(number, nat)| {
            let (bytes_out, bytes_in) = self.by_via(world, Via::Nat(number));
            NatTruth {
                nat_gateway_id: nat.id.clone(),
                name: nat.name,
                vpc_id: world.vpcs[nat.vpc].id.clone(),
                zone_id: (nat.kind != NatKind::Regional)
                    .then(|| world.interfaces[nat.interfaces[0]].zone.id.clone()),
                kind: match nat.kind {
                    NatKind::Public => "public",
                    NatKind::Private => "private",
                    NatKind::Regional => "regional",
                },
                bytes_out,
                bytes_in,
                bytes_scanned: scanned(&nat.interfaces),
                hours: self.hours[number]
                    .iter()
                    .map(|(hour, (bytes_out, bytes_in))| HourTruth {
                        hour: rfc3339(hour * 3600),
                        bytes_out: *bytes_out,
                        bytes_in: *bytes_in,
                    })
                    .collect(),
            }
        });
        entries.collect()
    }

    fn endpoints(&self, world: &World) -> Vec<EndpointTruth> {
        let entries = world.endpoints.iter().enumerate().map(|(number, endpoint)| {
            let (bytes_out, bytes_in) = self.by_via(world, Via::Endpoint(number));
            EndpointTruth {
                vpc_endpoint_id: endpoint.id.clone(),
                kind: if endpoint.is_gateway() { "Gateway" } else { "Interface" },
                service: endpoint.service,
                vpc_id: world.vpcs[endpoint.vpc].id.clone(),
                bytes_out,
                bytes_in,
            }
        });
        entries.collect()
    }

    fn attribution(&self, world: &World) -> Vec<AttributionTruth> {
        let mut rows = BTreeMap::new();
        for (workload, bytes) in world.workloads.iter().zip(&self.workloads) {
            let Some(truth) = &workload.truth else { continue };
            let via = match truth.via {
                Via::Nothing => None,
                Via::Nat(nat) => Some(&world.nats[nat].id),
                Via::Endpoint(endpoint) => Some(&world.endpoints[endpoint].id),
                Via::Interface(interface) => Some(&world.interfaces[interface].id),
            };
            let client = &world.interfaces[workload.client];
            let key = (&client.id, truth.path, via, &truth.service, &truth.service_region);
            let row = rows.entry(key).or_insert_with(|| AttributionTruth {
                interface_id: client.id.clone(),
                vpc_id: world.vpcs[client.vpc].id.clone(),
                subnet_id: client.subnet.map(|subnet| world.subnets[subnet].id.clone()),
                zone_id: client.zone.id.clone(),
                path: truth.path,
                via: via.cloned(),
                through: truth.through.clone(),
                service: truth.service.clone(),
                service_region: truth.service_region.clone(),
                bytes_out: 0,
                bytes_in: 0,
            });
            row.bytes_out += bytes.0;
            row.bytes_in += bytes.1;
        }
        rows.into_values().filter(|row| row.bytes_out + row.bytes_in > 0).collect()
    }
}

/// `2026-03-10T00:00:00Z`.
pub(crate) fn rfc3339(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0)
        .map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}
