//! One NAT unit, one hour: which legs count.
//!
//! Best first: `nat-inside` (N1+N4 with packet addresses: exact), `clients` (S1+S2 of the clients), `nat-split` (N1+N4
//! without packet addresses: totals and clients exact, peers by shares), `nat-outside` (N2+N3: an upper bound). Never
//! two are added.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::flows::Volume;
use super::legs::Way;
use super::seam::ByClient;
use super::sums::Sums;

/// Which legs were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vantage {
    /// N1 + N4 with packet addresses.
    NatInside,
    /// S1 + S2.
    Clients,
    /// N1 + N4, peers by the shares of N2 + N3.
    NatSplit,
    /// N2 + N3.
    NatOutside,
}

impl Vantage {
    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NatInside => "nat-inside",
            Self::Clients => "clients",
            Self::NatSplit => "nat-split",
            Self::NatOutside => "nat-outside",
        }
    }
}

/// Bytes by client number, peer number and direction.
type ByClientPeer = Sums<(u32, u32)>;

/// Everything seen of one NAT unit in one hour. Clients and peers are numbers of the caller's lists.
#[derive(Debug, Default)]
pub struct HourView {
    /// N1 + N4 whose peer is known.
    pub inside: ByClientPeer,
    /// N1 + N4 whose peer is not known.
    pub inside_blind: ByClient,
    /// N2 + N3 by peer.
    pub outside: Sums<u32>,
    /// S1 + S2 by client and peer.
    pub clients: ByClientPeer,
    /// The same bytes on their way through a transit gateway attachment, the client told by packet addresses.
    pub transit: ByClientPeer,
    /// The same, where only the attachment's own address is logged.
    pub transit_blind: ByClientPeer,
    /// Whether some of `clients` are in another VPC than the NAT unit.
    pub has_remote_clients: bool,
}

/// One counted total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Client number; `None` where the leg does not tell.
    pub client: Option<u32>,
    /// Peer number; `None` where nothing tells.
    pub peer: Option<u32>,
    /// Bytes.
    pub volume: Volume,
    /// Whether the peer is an estimate.
    pub estimated: bool,
}

/// What is counted of an hour, and how it compares.
#[derive(Debug)]
pub struct Decision {
    /// The vantage.
    pub vantage: Vantage,
    /// What counts.
    pub counted: Vec<Counted>,
    /// Bytes of all other legs (and, at a NAT unit, unsolicited packets).
    pub duplicate_bytes: u128,
    /// Counted bytes and the bytes of the vantage they are compared with, where there is one.
    pub compared: Option<(u128, u128)>,
}

impl HourView {
    /// To be called once all rows are there, and before anything is asked.
    pub fn close(&mut self) {
        for rows in [&mut self.inside, &mut self.clients, &mut self.transit, &mut self.transit_blind] {
            rows.close();
        }
        self.inside_blind.close();
        self.outside.close();
    }

    /// Bytes of all rows.
    pub fn seen_bytes(&self) -> u128 {
        let pairs = [&self.inside, &self.clients, &self.transit, &self.transit_blind];
        self.inside_blind.total() + self.outside.total() + pairs.into_iter().map(Sums::total).sum::<u128>()
    }

    /// Clients' own rows, with the transit attachment's rows of those clients that have none. Rows that show only the
    /// attachment's address could be anybody's: they count only if no client beyond it is known at all.
    fn client_rows(&self) -> Cow<'_, ByClientPeer> {
        let mut rows = Cow::Borrowed(&self.clients);
        if !self.transit.is_empty() {
            let logged: BTreeSet<u32> = self.clients.rows().iter().map(|((client, _), _)| *client).collect();
            for ((client, peer), volume) in self.transit.rows() {
                if !logged.contains(client) {
                    rows.to_mut().merge((*client, *peer), *volume);
                }
            }
        } else if !self.has_remote_clients {
            for (key, volume) in self.transit_blind.rows() {
                rows.to_mut().merge(*key, *volume);
            }
        }
        if let Cow::Owned(rows) = &mut rows {
            rows.close();
        }
        rows
    }

    /// Whether N1 or N4 rows were seen.
    pub fn has_inside(&self) -> bool {
        !self.inside.is_empty() || !self.inside_blind.is_empty()
    }

    /// Whether the N1 and N4 rows mostly tell the peer, `None` without such rows.
    pub fn tells_peers(&self) -> Option<bool> {
        let (known, blind) = (self.inside.total(), self.inside_blind.total());
        self.has_inside().then_some(known >= blind)
    }

    /// Both sides' views by client: N1 + N4, and the clients' own rows.
    pub fn by_client(&self) -> (ByClient, ByClient) {
        let mut own = self.inside.by_client();
        for (client, volume) in self.inside_blind.rows() {
            own.merge(*client, *volume);
        }
        own.close();
        (own, self.client_rows().by_client())
    }

    /// Takes the rows of `clients` out, and says how many bytes they had.
    pub fn take_out(&mut self, clients: &BTreeSet<u32>) -> u128 {
        let before = self.seen_bytes();
        for rows in [&mut self.clients, &mut self.transit, &mut self.transit_blind] {
            rows.retain(|(client, _), _| !clients.contains(client));
        }
        before - self.seen_bytes()
    }

    /// Decides, in the order of the module's first lines; `None` where nothing counts. `inside_ever`: whether this unit shows
    /// N1 or N4 rows in any hour. Then an hour without them is an hour without traffic: what its N2 and N3 rows show are
    /// unsolicited packets, which a NAT gateway drops (AWS re:Post, "analyze inbound traffic to a NAT gateway").
    ///
    /// `whole`: clients whose own rows are known to be all there, see [`super::seam::WholeClients`].
    pub fn decide(&self, inside_ever: bool, whole: &BTreeSet<u32>) -> Option<Decision> {
        let client_rows = self.client_rows();
        // Rows of one hour can be of both kinds: NAT64 rows show the peer even in the default format.
        let (known, blind) = (self.inside.total(), self.inside_blind.total());
        let agree = clients_agree(&self.by_client().0, &client_rows, whole);
        let (vantage, counted, other) = if known > 0 && known >= blind {
            (Vantage::NatInside, self.split(&client_rows, whole), client_rows.total())
        } else if known + blind > 0 && !agree {
            (Vantage::NatSplit, self.split(&client_rows, whole), client_rows.total())
        } else if !client_rows.is_empty() {
            (Vantage::Clients, exact(client_rows.rows().iter()), known + blind)
        } else if !inside_ever && self.outside.rows().iter().any(|(_, volume)| volume.bytes_out > 0) {
            (Vantage::NatOutside, self.outside_only(), 0)
        } else {
            return None;
        };
        let counted_bytes: u128 = counted.iter().map(|part| part.volume.total()).sum();
        Some(Decision {
            vantage,
            duplicate_bytes: self.seen_bytes() - counted_bytes,
            compared: (other > 0).then_some((counted_bytes, other)),
            counted,
        })
    }

    /// N1 + N4: those with a known peer as they are. The others: a client with rows of its own takes its peers from them;
    /// the rest is spread by the shares of N2 + N3, without what is accounted for by then, and without peers that only N3
    /// shows (scans).
    ///
    /// Whole clients are counted at their own rows, in every hour: then no flow is counted on both sides of an hour.
    fn split(&self, client_rows: &ByClientPeer, whole: &BTreeSet<u32>) -> Vec<Counted> {
        let outside = self.outside.rows().iter().copied();
        let mut shares: Sums<u32> = outside.filter(|(_, volume)| volume.bytes_out > 0).collect();
        if shares.is_empty() {
            shares.clone_from(&self.outside);
        }
        let mut counted = exact(self.inside.rows().iter().filter(|((client, _), _)| !whole.contains(client)));
        counted.extend(exact(client_rows.rows().iter().filter(|((client, _), _)| whole.contains(client))));
        if self.inside_blind.is_empty() {
            return counted;
        }
        for part in &counted {
            if let Some(peer) = part.peer {
                take(&mut shares, peer, part.volume);
            }
        }
        let mut blind = Vec::new();
        for (client, volume) in self.inside_blind.rows().iter().filter(|(client, _)| !whole.contains(client))
        {
            let of_client = client_rows.of_client(*client).iter();
            let mut own: Sums<u32> = of_client.map(|((_, peer), volume)| (*peer, *volume)).collect();
            for ((_, peer), volume) in self.inside.of_client(*client) {
                take(&mut own, *peer, *volume);
            }
            own.retain(|_, volume| volume.total() > 0);
            if own.is_empty() {
                blind.push((*client, *volume));
                continue;
            }
            for (peer, part) in own.rows() {
                take(&mut shares, *peer, *part);
            }
            let same = own.total() == volume.total();
            spread(*client, *volume, &own, !same, &mut counted);
        }
        for (client, volume) in blind {
            spread(client, volume, &shares, true, &mut counted);
        }
        counted
    }

    fn outside_only(&self) -> Vec<Counted> {
        let outside = self.outside.rows().iter();
        outside
            .filter(|(_, volume)| volume.bytes_out > 0)
            .map(|(peer, volume)| Counted {
                client: None,
                peer: Some(*peer),
                volume: *volume,
                estimated: true,
            })
            .collect()
    }
}

/// Within this part of the larger figure, two views of one client's hour are the same bytes: their windows need not start
/// and end at the same second.
const SAME_WITHIN: u128 = 20;

/// Whether the clients' own rows show every client that the NAT unit shows, with as many bytes. What passed the unit is what
/// its own rows say; clients' rows that say otherwise took another way, or lost records.
fn clients_agree(own: &ByClient, client_rows: &ByClientPeer, whole: &BTreeSet<u32>) -> bool {
    own.rows().iter().filter(|(client, _)| !whole.contains(client)).all(|(client, volume)| {
        let seen: u128 = client_rows.of_client(*client).iter().map(|(_, volume)| volume.total()).sum();
        let passed = volume.total();
        seen > 0 && seen.abs_diff(passed).saturating_mul(SAME_WITHIN) <= seen.max(passed)
    })
}

/// Takes bytes that are accounted for out of the shares.
fn take(shares: &mut Sums<u32>, peer: u32, part: Volume) {
    if let Some(share) = shares.get_mut(peer) {
        share.bytes_out = share.bytes_out.saturating_sub(part.bytes_out);
        share.bytes_in = share.bytes_in.saturating_sub(part.bytes_in);
    }
}

fn exact<'r>(rows: impl Iterator<Item = &'r ((u32, u32), Volume)>) -> Vec<Counted> {
    rows.map(|((client, peer), volume)| Counted {
        client: Some(*client),
        peer: Some(*peer),
        volume: *volume,
        estimated: false,
    })
    .collect()
}

/// Spreads one client's bytes over peers, each direction by its own shares.
fn spread(client: u32, volume: Volume, shares: &Sums<u32>, estimated: bool, counted: &mut Vec<Counted>) {
    let mut parts: BTreeMap<Option<u32>, Volume> = BTreeMap::new();
    for (way, bytes) in [(Way::Out, volume.bytes_out), (Way::In, volume.bytes_in)] {
        let pick = |v: &Volume| if way == Way::Out { v.bytes_out } else { v.bytes_in };
        let mut weights: Vec<(Option<u32>, u128)> = shares
            .rows()
            .iter()
            .map(|(peer, v)| (Some(*peer), pick(v)))
            .filter(|(_, weight)| *weight > 0)
            .collect();
        if weights.is_empty() {
            // Nothing in this direction tells: the other direction's shares are the next best.
            weights = shares
                .rows()
                .iter()
                .map(|(peer, v)| (Some(*peer), v.total()))
                .filter(|(_, w)| *w > 0)
                .collect();
        }
        if weights.is_empty() {
            weights.push((None, 1));
        }
        for (peer, part) in apportion(bytes, &weights) {
            if part > 0 {
                parts.entry(peer).or_default().add(way, part);
            }
        }
    }
    counted.extend(parts.into_iter().map(|(peer, volume)| Counted {
        client: Some(client),
        peer,
        volume,
        estimated,
    }));
}

/// Splits `bytes` in proportion to the weights so that the parts sum to `bytes` exactly: whole shares first, the
/// remaining bytes one each to the largest remainders, earlier entries first.
pub fn apportion<K: Copy>(bytes: u128, weights: &[(K, u128)]) -> Vec<(K, u128)> {
    let sum: u128 = weights.iter().map(|(_, weight)| weight).sum();
    // Both factors are sums of 64-bit counts; scaling down keeps the product inside 128 bits for any real log.
    let shift =
        (u128::BITS - bytes.leading_zeros() + u128::BITS - sum.leading_zeros()).saturating_sub(u128::BITS);
    let (weights_scaled, sum): (Vec<(K, u128)>, u128) = if shift == 0 {
        (weights.to_vec(), sum)
    } else {
        let scaled: Vec<(K, u128)> =
            weights.iter().map(|(key, weight)| (*key, (weight >> shift).max(1))).collect();
        let sum = scaled.iter().map(|(_, weight)| weight).sum();
        (scaled, sum)
    };
    let mut parts: Vec<(K, u128)> =
        weights_scaled.iter().map(|(key, weight)| (*key, bytes * weight / sum)).collect();
    let mut left = bytes - parts.iter().map(|(_, part)| part).sum::<u128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(bytes * weights_scaled[*index].1 % sum));
    for index in order {
        if left == 0 {
            break;
        }
        parts[index].1 += 1;
        left -= 1;
    }
    parts
}
