//! A column of texts: the texts that occur, and for each row which of them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, BinaryArray, DictionaryArray, Int32Array};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;

use super::super::value;
use super::is_bytes;
use super::values::{Cell, Data};

/// A column of texts.
#[derive(Clone, Copy)]
pub(super) struct Entries<'a> {
    /// For each row its entry; of no use where the row has none.
    pub keys: &'a [i32],
    /// Which rows have an entry, unless all have.
    pub nulls: Option<&'a NullBuffer>,
    /// The texts.
    pub values: &'a ArrayRef,
}

impl<'a> Entries<'a> {
    /// The entries of an array that [`as_entries`] made.
    pub fn of(array: &'a ArrayRef) -> Option<Self> {
        let dictionary = array.as_dictionary_opt::<Int32Type>()?;
        let keys = dictionary.keys();
        let nulls = keys.nulls().filter(|nulls| nulls.null_count() > 0);
        Some(Self { keys: keys.values(), nulls, values: dictionary.values() })
    }

    /// Whether the row has an entry.
    #[inline]
    pub fn has(&self, row: usize) -> bool {
        self.nulls.is_none_or(|nulls| nulls.is_valid(row))
    }

    /// The text of a row; empty where it is missing.
    pub fn text(&self, row: usize) -> &'a [u8] {
        let has_text = self.has(row) && !self.values.is_empty();
        let entry = self.keys.get(row).and_then(|key| usize::try_from(*key).ok()).filter(|_| has_text);
        entry.map_or(b"", |entry| text_of(self.values, entry))
    }
}

/// For each row whether it has a value, spread out so that loops over it need no bits.
pub(super) fn spread(nulls: &NullBuffer) -> Vec<bool> {
    let mut out = Vec::with_capacity(nulls.len().next_multiple_of(64));
    for bits in nulls.inner().bit_chunks().iter_padded() {
        out.extend((0..64).map(|bit| bits >> bit & 1 != 0));
    }
    out.truncate(nulls.len());
    out
}

/// What an entry says; empty where that is nothing.
pub(super) fn text_of(values: &ArrayRef, entry: usize) -> &[u8] {
    let text: &[u8] = match values.data_type() {
        _ if values.is_null(entry) => b"",
        DataType::Utf8 => values.as_string::<i32>().value(entry).as_bytes(),
        DataType::Binary => values.as_binary::<i32>().value(entry),
        _ => b"",
    };
    let text = text.trim_ascii();
    if value::is_missing(text) { b"" } else { text }
}

/// A column of texts with 32-bit keys, whatever the writer chose. `None` if it holds something else.
pub(super) fn as_entries(array: &ArrayRef) -> Option<ArrayRef> {
    if let DataType::Dictionary(keys, values) = array.data_type()
        && **keys == DataType::Int32
        && matches!(**values, DataType::Utf8 | DataType::Binary)
    {
        return Some(Arc::clone(array));
    }
    if !is_bytes(array.data_type()) && *array.data_type() != DataType::Null {
        return None;
    }
    let data = Data::of(array.as_ref());
    let mut texts: Vec<&[u8]> = Vec::new();
    let mut known: HashMap<&[u8], i32> = HashMap::new();
    let mut keys: Vec<Option<i32>> = Vec::with_capacity(array.len());
    for row in 0..array.len() {
        keys.push(match data.cell(row) {
            Cell::Text(text) => {
                let next = i32::try_from(texts.len()).ok()?;
                Some(*known.entry(text).or_insert_with(|| {
                    texts.push(text);
                    next
                }))
            }
            _ => None,
        });
    }
    let values = Arc::new(BinaryArray::from_iter_values(texts));
    Some(Arc::new(DictionaryArray::new(Int32Array::from(keys), values)))
}

/// Which dictionary something was made for.
#[derive(Debug, Default)]
pub(super) struct Dictionary(Option<ArrayRef>);

impl Dictionary {
    /// Turns to a dictionary; whether it is another one. It is kept, so that no other takes its place in memory.
    pub fn turn_to(&mut self, values: Option<&ArrayRef>) -> bool {
        let is_same = match (&self.0, values) {
            (Some(kept), Some(values)) => Arc::ptr_eq(kept, values),
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.0 = values.map(Arc::clone);
        }
        !is_same
    }
}
