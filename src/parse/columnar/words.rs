//! Columns of few words: each word is looked at once per dictionary.

use super::entries::{Dictionary, Entries, spread, text_of};

/// The meaning of each word of a column.
#[derive(Debug, Default)]
pub(super) struct Words {
    dictionary: Dictionary,
    meanings: Vec<u8>,
}

impl Words {
    /// The meaning of each row's word.
    pub fn read(
        &mut self,
        column: Option<&Entries<'_>>,
        rows: usize,
        means: impl Fn(&[u8]) -> u8,
        out: &mut Vec<u8>,
    ) {
        out.clear();
        let missing = means(b"");
        let Some(column) = column.filter(|column| !column.values.is_empty()) else {
            out.resize(rows, missing);
            return;
        };
        if self.dictionary.turn_to(Some(column.values)) {
            self.meanings.clear();
            let entries = 0..column.values.len();
            self.meanings.extend(entries.map(|entry| means(text_of(column.values, entry))));
        }
        let meaning = |key: i32| {
            self.meanings.get(usize::try_from(key).unwrap_or(usize::MAX)).copied().unwrap_or(missing)
        };
        match column.nulls {
            None => out.extend(column.keys.iter().map(|key| meaning(*key))),
            Some(nulls) => out.extend(
                column
                    .keys
                    .iter()
                    .zip(spread(nulls))
                    .map(|(key, has)| if has { meaning(*key) } else { missing }),
            ),
        }
    }
}
