//! Texts of several columns that say one thing together: whose log a record is in, or its next hop.
//!
//! A row's entries in all columns make one number, as the digits of a number do; equal numbers are equal texts, so that the
//! sink is asked once for each combination of a row group.

use hashbrown::HashMap;

use super::entries::{Dictionary, Entries, spread};

/// Combinations that are kept; past it all are forgotten.
const MAX_KEPT_TUPLES: usize = 1 << 16;

/// Columns that are looked up together.
#[derive(Debug)]
pub(super) struct Tuples<const N: usize> {
    dictionaries: [Dictionary; N],
    /// For each row of the batch its combination.
    codes: Vec<u64>,
    known: HashMap<u64, u32>,
    last: Option<(u64, u32)>,
}

impl<const N: usize> Default for Tuples<N> {
    fn default() -> Self {
        Self {
            dictionaries: std::array::from_fn(|_| Dictionary::default()),
            codes: Vec::new(),
            known: HashMap::new(),
            last: None,
        }
    }
}

impl<const N: usize> Tuples<N> {
    /// Reads a batch; false if there are too many combinations for a number.
    pub fn read(&mut self, columns: &[Option<Entries<'_>>; N], rows: usize) -> bool {
        for (dictionary, column) in self.dictionaries.iter_mut().zip(columns) {
            if dictionary.turn_to(column.as_ref().map(|column| column.values)) {
                self.known.clear();
                self.last = None;
            }
        }
        self.codes.clear();
        self.codes.resize(rows, 0);
        let mut stride = 1_u64;
        for column in columns.iter().flatten().filter(|column| !column.values.is_empty()) {
            // One digit more than there are entries: that of a row without one.
            let missing = column.values.len() as u64;
            let digits = self.codes.iter_mut().zip(column.keys);
            match column.nulls {
                // The only entry is digit 0.
                None if missing == 1 => {}
                None => digits.for_each(|(code, key)| {
                    *code = code.wrapping_add(u64::from(key.cast_unsigned()).wrapping_mul(stride));
                }),
                Some(nulls) => digits.zip(spread(nulls)).for_each(|((code, key), has)| {
                    let digit = if has { u64::from(key.cast_unsigned()) } else { missing };
                    *code = code.wrapping_add(digit.wrapping_mul(stride));
                }),
            }
            let Some(next) = stride.checked_mul(missing + 1) else { return false };
            stride = next;
        }
        true
    }

    /// The number of a row's combination, if it was seen.
    #[inline]
    pub fn find(&mut self, row: usize) -> Option<u32> {
        let code = *self.codes.get(row)?;
        match self.last {
            Some((last, number)) if last == code => Some(number),
            _ => {
                let number = *self.known.get(&code)?;
                self.last = Some((code, number));
                Some(number)
            }
        }
    }

    /// Remembers the number of a row's combination.
    pub fn insert(&mut self, row: usize, number: u32) {
        if self.known.len() >= MAX_KEPT_TUPLES {
            self.known.clear();
        }
        if let Some(code) = self.codes.get(row) {
            self.known.insert(*code, number);
        }
    }

    /// Forgets all numbers.
    pub fn clear(&mut self) {
        self.known.clear();
        self.last = None;
    }
}
