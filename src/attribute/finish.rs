//! Step 3 of [`super::assemble`]: hours decide which of their rows count.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::time::Bucket;

use super::assemble::{Assembly, EndpointHour};
use super::eni::Role;
use super::flows::{Client, FlowId, Peer};
use super::legs::Way;
use super::path::{Path, Route};
use super::resolve::client_of_eni;
use super::seam::{ByClient, Neighbour, counted_next_door, whole_clients};
use super::vantage::HourView;
use super::{Attribution, NatTotals};

impl Assembly<'_, '_> {
    /// Runs step 3.
    pub(super) fn finish(mut self) -> Attribution {
        let mut units: BTreeMap<usize, BTreeMap<Bucket, HourView>> = BTreeMap::new();
        for ((unit, bucket), hour) in std::mem::take(&mut self.hours) {
            units.entry(unit).or_default().insert(bucket, hour);
        }
        let mut totals: Vec<NatTotals> = vec![NatTotals::default(); self.nats.len()];
        for (unit, hours) in units {
            totals[unit] = self.finish_unit(unit, hours);
        }
        self.finish_endpoints();
        self.finish_private_transit();
        self.outcome.nats =
            self.nats.into_iter().zip(totals).filter(|(unit, _)| !unit.id.is_empty()).collect();
        self.outcome.nats.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        self.outcome.flows = self.flows.into_sorted();
        self.outcome
    }

    fn finish_unit(&mut self, unit: usize, hours: BTreeMap<Bucket, HourView>) -> NatTotals {
        let mut totals = NatTotals::default();
        let route = self.nat_route(unit);
        let route = self.flows.routes.intern(route);
        let enis = self.resolver.census.enis.iter().enumerate();
        let interfaces: Vec<usize> =
            enis.filter(|(_, eni)| eni.role == Role::Nat(unit)).map(|(index, _)| index).collect();
        let views: BTreeMap<Bucket, _> =
            hours.iter().map(|(bucket, hour)| (*bucket, hour.by_client())).collect();
        let whole = whole_clients(&views, |client, hour, unit_first, bytes| {
            let next = Bucket(hour.0.saturating_add(1));
            // `at_border` looks from the client's side.
            let (at_client, at_unit) = if unit_first { (next, hour) } else { (hour, next) };
            self.at_border(client, at_client, bytes, &interfaces, at_unit)
        });
        let nothing = BTreeSet::new();
        let tells: BTreeSet<bool> = hours.values().filter_map(HourView::tells_peers).collect();
        // The same side in every hour: the unit's where its rows tell the peers, the client's where they never do.
        let (at_unit, at_client) = match (tells.contains(&true), tells.contains(&false)) {
            (true, false) => (&whole, &nothing),
            (false, true) => (&nothing, &whole),
            _ => (&nothing, &nothing),
        };
        let inside_ever = hours.values().any(HourView::has_inside);
        let mut neighbours: BTreeMap<Bucket, Neighbour> = BTreeMap::new();
        for (bucket, hour) in hours.iter().filter(|(_, hour)| hour.has_inside()) {
            let (own, clients) = hour.by_client();
            neighbours.insert(*bucket, Neighbour::new(&own, &clients));
        }
        for (bucket, mut hour) in hours {
            if !hour.has_inside() {
                let mut clients = hour.by_client().1;
                clients.retain(|client, _| !at_client.contains(client));
                let counted = counted_next_door(bucket, &clients, &mut neighbours, |client, next| {
                    let bytes = clients.get(&client).map_or(0, |volume| volume.total());
                    self.at_border(client, bucket, bytes, &interfaces, next)
                });
                self.outcome.duplicate_bytes += hour.take_out(at_unit) + hour.take_out(&counted);
            }
            let Some(decision) = hour.decide(inside_ever, at_client) else {
                self.outcome.duplicate_bytes += hour.seen_bytes();
                continue;
            };
            self.outcome.duplicate_bytes += decision.duplicate_bytes;
            let entry = totals.by_vantage.entry(decision.vantage).or_default();
            entry.0 += 1;
            for part in &decision.counted {
                entry.1.merge(part.volume);
                let client = part.client.unwrap_or_else(|| {
                    let nat = &self.nats[unit];
                    self.flows.clients.intern(Client {
                        vpc_id: nat.vpc.clone(),
                        region: nat.region.clone(),
                        ..Client::default()
                    })
                });
                let peer = part.peer.unwrap_or_else(|| self.flows.peers.intern(Peer::unknown()));
                let id = FlowId { client, route, peer, estimated: part.estimated };
                self.flows.add(id, Way::Out, part.volume.bytes_out);
                self.flows.add(id, Way::In, part.volume.bytes_in);
            }
            if let Some((counted, other)) = decision.compared {
                let sum = totals.compared.get_or_insert((0, 0));
                *sum = (sum.0 + counted, sum.1 + other);
            }
        }
        totals
    }

    /// Private traffic between ends that are not logged counts at one attachment: the one that shows most, the first of equals.
    fn finish_private_transit(&mut self) {
        let route = self.flows.routes.intern(Route::plain(Path::TransitGateway));
        let peer = self.flows.peers.intern(Peer::internal());
        for views in std::mem::take(&mut self.private_transit).into_values() {
            let all: u128 = views.values().sum();
            let Some((eni, bytes)) = views.into_iter().min_by_key(|(eni, bytes)| (Reverse(*bytes), *eni))
            else {
                continue;
            };
            let client = self.flows.clients.intern(client_of_eni(&self.resolver.census.enis[eni]));
            self.flows.add(FlowId { client, route, peer, estimated: false }, Way::Out, bytes);
            self.outcome.duplicate_bytes += all - bytes;
        }
    }

    fn finish_endpoints(&mut self) {
        let mut endpoints: BTreeMap<String, BTreeMap<Bucket, EndpointHour>> = BTreeMap::new();
        for ((id, bucket), hour) in std::mem::take(&mut self.endpoint_hours) {
            endpoints.entry(id).or_default().insert(bucket, hour);
        }
        for (id, hours) in endpoints {
            let interface: Vec<usize> = self.resolver.census.by_id(&id).into_iter().collect();
            let mut neighbours: BTreeMap<Bucket, Neighbour> = BTreeMap::new();
            for (bucket, hour) in hours.iter().filter(|(_, hour)| !hour.own.is_empty()) {
                neighbours.insert(*bucket, Neighbour::new(&by_client(&hour.own), &by_client(&hour.clients)));
            }
            for (bucket, hour) in hours {
                let (rows, mut duplicates) =
                    if hour.own.is_empty() { (hour.clients, hour.own) } else { (hour.own, hour.clients) };
                let next_door = if neighbours.contains_key(&bucket) {
                    BTreeSet::new()
                } else {
                    let clients = by_client(&rows);
                    counted_next_door(bucket, &clients, &mut neighbours, |client, next| {
                        let bytes = clients.get(&client).map_or(0, |volume| volume.total());
                        self.at_border(client, bucket, bytes, &interface, next)
                    })
                };
                for (flow, way, bytes) in rows {
                    if next_door.contains(&flow.client) {
                        duplicates.push((flow, way, bytes));
                    } else {
                        self.flows.add(flow, way, bytes);
                    }
                }
                self.outcome.duplicate_bytes += duplicates.iter().map(|(_, _, bytes)| bytes).sum::<u128>();
            }
        }
    }
}

fn by_client(rows: &[(FlowId, Way, u128)]) -> ByClient {
    let mut sums = ByClient::new();
    for (flow, way, bytes) in rows {
        sums.entry(flow.client).or_default().add(*way, *bytes);
    }
    sums
}
