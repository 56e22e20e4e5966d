//! The table that every record goes through: open addressing, never larger than its limit.

/// What a [`Hot`] table is keyed by.
pub(super) trait HotKey: Copy + Eq + Ord {
    /// 32 well mixed bits.
    fn tag(self) -> u32;
}

/// Values by key. Keys and values lie in a list in the order of their arrival; slots hold tag and place, so that a look-up
/// touches the list once.
#[derive(Debug)]
pub(super) struct Hot<K, V> {
    slots: Vec<u64>,
    rows: Vec<(K, V)>,
}

/// A slot without a row: no list is that long.
const EMPTY: u64 = u64::MAX;
/// Slots of the smallest table.
const FEWEST_SLOTS: usize = 64;

impl<K, V> Default for Hot<K, V> {
    fn default() -> Self {
        Self { slots: Vec::new(), rows: Vec::new() }
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the truncation is the point")]
const fn split(slot: u64) -> (u32, u32) {
    ((slot >> 32) as u32, slot as u32)
}

impl<K: HotKey, V: Default> Hot<K, V> {
    /// Keys held.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes that the table takes, full or not.
    pub(super) fn resident_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u64>() + self.rows.capacity() * size_of::<(K, V)>()
    }

    /// The value of a key that is there.
    #[inline]
    pub(super) fn get(&mut self, key: K) -> Option<&mut V> {
        let place = self.place(key)?;
        Some(&mut self.rows[place].1)
    }

    #[inline]
    fn place(&self, key: K) -> Option<usize> {
        let tag = key.tag();
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = tag as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return None;
            }
            let (known, place) = split(slot);
            if known == tag && self.rows[place as usize].0 == key {
                return Some(place as usize);
            }
            at = (at + 1) & mask;
        }
    }

    /// The value of a key that is not there yet.
    pub(super) fn insert(&mut self, key: K) -> &mut V {
        // At most half of the slots are taken, so that a search ends soon.
        if self.rows.len() * 2 >= self.slots.len() {
            self.widen();
        }
        let place = u32::try_from(self.rows.len()).expect("the limit of a table is below 2^32");
        put(&mut self.slots, key.tag(), place);
        self.rows.push((key, V::default()));
        &mut self.rows[place as usize].1
    }

    fn widen(&mut self) {
        let count = (self.slots.len() * 2).max(FEWEST_SLOTS);
        let mut slots = vec![EMPTY; count];
        for slot in self.slots.iter().filter(|slot| **slot != EMPTY) {
            let (tag, place) = split(*slot);
            put(&mut slots, tag, place);
        }
        self.slots = slots;
    }

    /// The rows in order of key.
    pub(super) fn sorted(&self) -> Vec<&(K, V)> {
        let mut rows: Vec<&(K, V)> = self.rows.iter().collect();
        rows.sort_unstable_by_key(|(key, _)| *key);
        rows
    }

    /// Empties the table and keeps its room for the next rows.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.slots.fill(EMPTY);
    }
}

fn put(slots: &mut [u64], tag: u32, place: u32) {
    let mask = slots.len() - 1;
    let mut at = tag as usize & mask;
    while slots[at] != EMPTY {
        at = (at + 1) & mask;
    }
    slots[at] = u64::from(tag) << 32 | u64::from(place);
}
