//! From a fine partition to the one that another inventory makes: each fine class must lie within one place of it.

use super::{Atlas, Partition, PeerClass, Place};
use crate::model::addr::{Addr, Block};

/// A class that another partition divides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The class, in words.
    pub class: String,
    /// Some addresses of it, first and last.
    pub addresses: (Addr, Addr),
    /// Whether that inventory keeps these addresses one by one: they are of a VPC.
    pub kept: bool,
}

/// For each class of a fine partition its place in another one.
#[derive(Debug)]
pub struct Mapping(Vec<Result<u32, Cut>>);

impl Mapping {
    /// The class of the other partition.
    ///
    /// # Errors
    /// When the class is not within one.
    pub fn class(&self, fine: u32) -> Result<u32, &Cut> {
        self.0[fine as usize].as_ref().copied()
    }
}

/// The part of a class in the other partition, as far as it was looked at.
#[derive(Clone, Default)]
struct Found {
    place: Option<Place>,
    /// First addresses that are somewhere else.
    cut: Option<((u128, u128), Place)>,
}

impl Found {
    fn add(&mut self, place: Place, addresses: (u128, u128)) {
        match self.place {
            // A class is nowhere if its addresses are kept: they are not known any more.
            _ if place == Place::Kept => _ = self.cut.get_or_insert((addresses, place)),
            None => self.place = Some(place),
            Some(known) if known == place => {}
            Some(_) => _ = self.cut.get_or_insert((addresses, place)),
        }
    }
}

impl Atlas {
    /// Where the classes of this partition lie in `wanted`.
    pub fn mapping(&self, wanted: &Self) -> Mapping {
        let mut found = vec![Found::default(); self.classes.len()];
        let v4 = pieces(&self.v4.leaves, &wanted.v4.leaves, u32::MAX);
        for (first, last, here, there) in v4 {
            let Place::Class(fine) = here else { continue };
            found[fine as usize].add(there, (Addr::v4(first).bits(), Addr::v4(last).bits()));
            // The same addresses, reached through NAT64.
            let twin = self.nat64[fine as usize];
            let there = match there {
                Place::Kept => Place::Kept,
                Place::Class(class) => Place::Class(wanted.nat64[class as usize]),
            };
            found[twin as usize].add(there, (Addr::v4(first).bits(), Addr::v4(last).bits()));
        }
        for (first, last, here, there) in pieces(&self.v6, &wanted.v6, u128::MAX) {
            // What is reached through NAT64 was looked up as IPv4.
            let is_nat64 = Addr::v6(first).nat64().is_some() && Addr::v6(last).nat64().is_some();
            if let Place::Class(fine) = here
                && !is_nat64
            {
                found[fine as usize].add(there, (first, last));
            }
        }
        let names = self.class_names();
        let of = |(fine, found): (usize, Found)| match (found.place, found.cut) {
            (Some(Place::Class(class)), None) => Ok(class),
            (_, cut) => {
                let (addresses, place) = cut.unwrap_or(((0, 0), Place::Kept));
                let addresses = (Addr::v6(addresses.0), Addr::v6(addresses.1));
                Err(Cut { class: names[fine].clone(), addresses, kept: place == Place::Kept })
            }
        };
        Mapping(found.into_iter().enumerate().map(of).collect())
    }

    /// The classes in words, each different: service, Region, block, and what tells them apart in this partition.
    pub fn class_names(&self) -> Vec<String> {
        let mut known = std::collections::HashMap::<String, u32>::new();
        let mut named = |class: &PeerClass| {
            let mut name = class.service.clone();
            for part in [&class.region, &class.block.as_ref().map(Block::to_string)].into_iter().flatten() {
                name.push(' ');
                name.push_str(part);
            }
            if class.nat64 {
                name.push_str(" nat64");
            }
            let count = known.entry(name.clone()).or_default();
            *count += 1;
            if *count > 1 { format!("{name} #{count}") } else { name }
        };
        self.classes.iter().map(&mut named).collect()
    }
}

/// What two partitions say, from border to border: first and last address, place in the one, place in the other.
fn pieces<'p, T: Ord + Copy + Into<u128> + TryFrom<u128>>(
    left: &'p Partition<T>,
    right: &'p Partition<T>,
    last: T,
) -> impl Iterator<Item = (T, T, Place, Place)> + 'p {
    let (mut at_left, mut at_right) = (0, 0);
    let mut next = left.starts.first().copied();
    std::iter::from_fn(move || {
        let first = next?;
        let (here, there) = (left.places[at_left], right.places[at_right]);
        let border =
            left.starts.get(at_left + 1).into_iter().chain(right.starts.get(at_right + 1)).min().copied();
        at_left += usize::from(border.is_some() && left.starts.get(at_left + 1).copied() == border);
        at_right += usize::from(border.is_some() && right.starts.get(at_right + 1).copied() == border);
        next = border;
        let end = border.and_then(|border| T::try_from(border.into() - 1).ok()).unwrap_or(last);
        Some((first, end, here, there))
    })
}
