//! Volumes by number, in the order of the numbers: rows are put down as they come, and added up once.

use std::borrow::Borrow;

use super::flows::Volume;
use super::legs::Way;

/// As far back from its end a list is kept in order while it grows: both directions of a client's rows come near each other.
const NEAR: usize = 32;

/// Volumes by key. A row that is out of order is found by [`Sums::close`]; nothing may be read before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums<K> {
    rows: Vec<(K, Volume)>,
    is_in_order: bool,
}

impl<K> Default for Sums<K> {
    fn default() -> Self {
        Self { rows: Vec::new(), is_in_order: true }
    }
}

impl<K: Ord + Copy> Sums<K> {
    /// Adds bytes of one direction.
    pub fn add(&mut self, key: K, way: Way, bytes: u128) {
        let mut volume = Volume::default();
        volume.add(way, bytes);
        self.merge(key, volume);
    }

    /// Adds a volume.
    pub fn merge(&mut self, key: K, volume: Volume) {
        match self.rows.last_mut() {
            Some((last, sum)) if *last == key => sum.merge(volume),
            Some((last, _)) if self.is_in_order && key < *last => self.merge_near(key, volume),
            _ => self.rows.push((key, volume)),
        }
    }

    /// Adds what belongs before the end.
    fn merge_near(&mut self, key: K, volume: Volume) {
        let first = self.rows.len().saturating_sub(NEAR);
        match self.rows[first..].binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(place) => self.rows[first + place].1.merge(volume),
            Err(0) if first > 0 => {
                self.is_in_order = false;
                self.rows.push((key, volume));
            }
            Err(place) => self.rows.insert(first + place, (key, volume)),
        }
    }

    /// Brings everything in order.
    pub fn close(&mut self) {
        if self.is_in_order {
            return;
        }
        // Rows come in a few runs that are in order already, which a stable sort makes use of.
        self.rows.sort_by_key(|(key, _)| *key);
        self.rows.dedup_by(|(key, volume), (known, sum)| {
            let same = key == known;
            if same {
                sum.merge(*volume);
            }
            same
        });
        self.is_in_order = true;
    }

    /// All, in order.
    ///
    /// # Panics
    /// When something was added out of order since the last [`Sums::close`].
    pub fn rows(&self) -> &[(K, Volume)] {
        assert!(self.is_in_order, "volumes are closed before they are read");
        &self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Bytes of all, in any order.
    pub fn total(&self) -> u128 {
        self.rows.iter().map(|(_, volume)| volume.total()).sum()
    }

    /// The volume of a key.
    pub fn get(&self, key: impl Borrow<K>) -> Option<Volume> {
        let place = self.rows().binary_search_by(|(known, _)| known.cmp(key.borrow())).ok()?;
        Some(self.rows[place].1)
    }

    /// The volume of a key, to be changed.
    pub fn get_mut(&mut self, key: impl Borrow<K>) -> Option<&mut Volume> {
        let place = self.rows().binary_search_by(|(known, _)| known.cmp(key.borrow())).ok()?;
        Some(&mut self.rows[place].1)
    }

    /// Keeps only some.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &Volume) -> bool) {
        self.rows.retain(|(key, volume)| keep(key, volume));
    }
}

impl Sums<(u32, u32)> {
    /// Those of one client, which is the first number.
    pub fn of_client(&self, client: u32) -> &[((u32, u32), Volume)] {
        let rows = self.rows();
        let first = rows.partition_point(|((known, _), _)| *known < client);
        let rows = &rows[first..];
        &rows[..rows.partition_point(|((known, _), _)| *known == client)]
    }

    /// The clients' own sums.
    pub fn by_client(&self) -> Sums<u32> {
        let mut sums = Sums::default();
        for ((client, _), volume) in self.rows() {
            sums.merge(*client, *volume);
        }
        sums
    }
}

impl<K: Ord + Copy> FromIterator<(K, Volume)> for Sums<K> {
    fn from_iter<I: IntoIterator<Item = (K, Volume)>>(rows: I) -> Self {
        let mut sums = Self::default();
        for (key, volume) in rows {
            sums.merge(key, volume);
        }
        sums.close();
        sums
    }
}
