//! Where attributed bytes are added up.

use crate::aggregate::FastMap;
use crate::model::time::Bucket;

use super::legs::Way;
use super::path::Route;

/// Who the bytes belong to.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client {
    /// `eni-...` where known.
    pub interface_id: Option<String>,
    /// VPC.
    pub vpc_id: Option<String>,
    /// Subnet.
    pub subnet_id: Option<String>,
    /// Zone id or name.
    pub zone_id: Option<String>,
    /// Region.
    pub region: Option<String>,
}

/// Who the peer is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// Report name of the service.
    pub service: String,
    /// Its Region.
    pub service_region: Option<String>,
    /// Whether the gateway endpoint's prefix list holds the address, where that is known.
    pub in_prefix_list: Option<bool>,
}

impl Peer {
    /// A private peer.
    pub fn internal() -> Self {
        Self { service: "internal".to_owned(), service_region: None, in_prefix_list: None }
    }

    /// A peer that no record tells.
    pub fn unknown() -> Self {
        Self { service: "unknown".to_owned(), service_region: None, in_prefix_list: None }
    }
}

/// Bytes of both directions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volume {
    /// Client to peer.
    pub bytes_out: u128,
    /// Peer to client.
    pub bytes_in: u128,
}

impl Volume {
    /// Adds bytes of one direction.
    pub fn add(&mut self, way: Way, bytes: u128) {
        match way {
            Way::Out => self.bytes_out += bytes,
            Way::In => self.bytes_in += bytes,
        }
    }

    /// Adds another volume.
    pub fn merge(&mut self, other: Self) {
        self.bytes_out += other.bytes_out;
        self.bytes_in += other.bytes_in;
    }

    /// Both directions.
    pub fn total(self) -> u128 {
        self.bytes_out + self.bytes_in
    }
}

/// A list of distinct values by number.
#[derive(Debug)]
pub struct Interner<T> {
    values: Vec<T>,
    index: FastMap<T, u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { values: Vec::new(), index: FastMap::default() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interner<T> {
    /// The number of a value.
    pub fn intern(&mut self, value: T) -> u32 {
        if let Some(number) = self.index.get(&value) {
            return *number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.values.push(value.clone());
        self.index.insert(value, number);
        number
    }

    /// The value of a number.
    pub fn get(&self, number: u32) -> &T {
        &self.values[number as usize]
    }
}

/// One kind of traffic of one client, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FlowId {
    /// The client.
    pub client: u32,
    /// Path and via.
    pub route: u32,
    /// The peer.
    pub peer: u32,
    /// Whether the peer is an estimate.
    pub estimated: bool,
}

/// One kind of traffic of one client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Who.
    pub client: Client,
    /// How.
    pub route: Route,
    /// With whom.
    pub peer: Peer,
    /// Whether the peer is an estimate.
    pub estimated: bool,
    /// How much.
    pub volume: VolumeOrd,
}

/// [`Volume`] with an order, so that flows sort.
pub type VolumeOrd = (u128, u128);

/// Bytes of one day over one path, both directions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayVolume {
    /// Days since 1970; `None` for rows without a plausible time.
    pub day: Option<u32>,
    /// How.
    pub route: Route,
    /// Where the clients are: VPC, zone and Region, without interface and subnet.
    pub place: Client,
    /// How much.
    pub bytes: u128,
}

/// Day, route and place.
type DayKey = (Option<u32>, u32, u32);

/// Adds attributed bytes up: exactly by [`FlowId`] over the whole period, and by path and place for each day. Days are the
/// finest time that is kept: hours would grow with the logs.
#[derive(Debug, Default)]
pub struct Flows {
    /// Clients.
    pub clients: Interner<Client>,
    /// Paths.
    pub routes: Interner<Route>,
    /// Peers.
    pub peers: Interner<Peer>,
    totals: FastMap<FlowId, Volume>,
    day: Option<u32>,
    days: FastMap<DayKey, u128>,
    /// What comes next is most often of the same day, route and place.
    waiting: Option<(DayKey, u128)>,
    places: Interner<Client>,
    /// For each client the number of its place.
    place_of: Vec<Option<u32>>,
}

impl Flows {
    /// What is added from here on is of this hour.
    pub fn turn_to(&mut self, hour: Bucket) {
        self.day = hour.day();
    }

    /// Adds bytes of one direction.
    pub fn add(&mut self, id: FlowId, way: Way, bytes: u128) {
        let mut volume = Volume::default();
        volume.add(way, bytes);
        self.merge(id, volume);
    }

    /// Adds bytes of both directions.
    pub fn merge(&mut self, id: FlowId, volume: Volume) {
        self.totals.entry(id).or_default().merge(volume);
        let key = (self.day, id.route, self.place(id.client));
        match &mut self.waiting {
            Some((known, bytes)) if *known == key => *bytes += volume.total(),
            waiting => {
                if let Some((known, bytes)) = waiting.replace((key, volume.total())) {
                    *self.days.entry(known).or_default() += bytes;
                }
            }
        }
    }

    /// The place of a client, remembered.
    fn place(&mut self, client: u32) -> u32 {
        let index = client as usize;
        if self.place_of.len() <= index {
            self.place_of.resize(index + 1, None);
        }
        let (clients, places) = (&self.clients, &mut self.places);
        *self.place_of[index].get_or_insert_with(|| {
            places.intern(Client { interface_id: None, subnet_id: None, ..clients.get(client).clone() })
        })
    }

    /// The same bytes by day, sorted.
    pub fn days(&mut self) -> Vec<DayVolume> {
        if let Some((known, bytes)) = self.waiting.take() {
            *self.days.entry(known).or_default() += bytes;
        }
        let mut days: Vec<DayVolume> = self
            .days
            .iter()
            .map(|((day, route, place), bytes)| DayVolume {
                day: *day,
                route: self.routes.get(*route).clone(),
                place: self.places.get(*place).clone(),
                bytes: *bytes,
            })
            .collect();
        days.sort();
        days
    }

    /// All flows, sorted.
    pub fn into_sorted(self) -> Vec<Flow> {
        let mut flows: Vec<Flow> = self
            .totals
            .iter()
            .map(|(id, volume)| Flow {
                client: self.clients.get(id.client).clone(),
                route: self.routes.get(id.route).clone(),
                peer: self.peers.get(id.peer).clone(),
                estimated: id.estimated,
                volume: (volume.bytes_out, volume.bytes_in),
            })
            .collect();
        flows.sort();
        flows
    }
}
