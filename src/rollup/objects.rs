//! The objects of a segment: which were counted, and what became of them.

use std::sync::Arc;

use arrow_array::{Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::Field;

use super::columns::{Broken, Reading, Table, column, missing, number, text};
use super::counts;
use crate::aggregate::RowCounts;
use crate::model::report::MalformedExample;
use crate::source::vault::{Stored, Vault};

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Read to its end.
    Read,
    /// Something else, or a copy.
    Skipped,
    /// Not read, or not to its end.
    Failed,
}

impl Outcome {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Read, "read"), (Self::Skipped, "skipped"), (Self::Failed, "failed")];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, word)| word)
    }
}

/// What tells an object from another of its name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Bytes as stored; `None` where the object could not be looked at.
    pub size: Option<u64>,
    /// The store's ETag, or `sha256:` and the digest of a file; `None` where it is not known.
    pub etag: Option<String>,
    /// When a file was changed last, in nanoseconds since 1970: while size and this are the same, it is not read to
    /// look for a change.
    pub modified_ns: Option<i64>,
}

/// One object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEntry {
    /// Its name: the key, or the path as it was reached.
    pub key: String,
    /// Its identity.
    pub identity: Identity,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, unless it was read.
    pub reason: Option<String>,
    /// Its rows and bytes.
    pub counts: RowCounts,
    /// Its first malformed rows.
    pub examples: Vec<MalformedExample>,
}

/// How an example is written.
type ExampleText = (u64, Option<String>, String);

fn fields() -> Vec<Field> {
    let mut fields = vec![
        text("object", false),
        number("size", true),
        text("etag", true),
        number("modified_ns", true),
        text("outcome", false),
        text("reason", true),
        text("malformed_examples", true),
    ];
    fields.extend(counts::fields());
    fields
}

/// Writes the objects, which are sorted.
pub(super) fn write(vault: &Vault, id: &str, entries: &[ObjectEntry]) -> std::io::Result<Stored> {
    /// Objects that are turned into columns at a time.
    const ROWS: usize = 1 << 14;
    let mut table = Table::begin(vault, "objects", fields())?;
    for entries in entries.chunks(ROWS) {
        let texts = |of: &dyn Fn(&ObjectEntry) -> Option<String>| {
            Arc::new(entries.iter().map(of).collect::<StringArray>())
        };
        let size = |entry: &ObjectEntry| entry.identity.size.and_then(|size| i64::try_from(size).ok());
        let examples = |entry: &ObjectEntry| {
            let texts: Vec<ExampleText> = entry
                .examples
                .iter()
                .map(|example| (example.line, example.field.clone(), example.reason.clone()))
                .collect();
            (!texts.is_empty()).then(|| serde_json::to_string(&texts).expect("texts and numbers"))
        };
        let mut columns: Vec<arrow_array::ArrayRef> = vec![
            texts(&|entry| Some(entry.key.clone())),
            Arc::new(entries.iter().map(size).collect::<Int64Array>()),
            texts(&|entry| entry.identity.etag.clone()),
            Arc::new(entries.iter().map(|entry| entry.identity.modified_ns).collect::<Int64Array>()),
            texts(&|entry| Some(entry.outcome.word().to_owned())),
            texts(&|entry| entry.reason.clone()),
            texts(&examples),
        ];
        let counts = counts::arrays(&entries.iter().map(|entry| &entry.counts));
        columns.extend(counts.ok_or_else(|| std::io::Error::other("a count is beyond what a rollup holds"))?);
        table.write(columns)?;
    }
    table.finish(vault, id)
}

/// Reads the objects.
pub(super) fn read(vault: &Vault, stored: &Stored) -> Result<Vec<ObjectEntry>, Broken> {
    let mut entries = Vec::new();
    Reading::open(vault, stored, fields())?.all(|batch| {
        entries.extend(of_batch(batch)?);
        Ok(())
    })?;
    Ok(entries)
}

fn of_batch(batch: &RecordBatch) -> Result<Vec<ObjectEntry>, Broken> {
    let texts =
        |name: &str| -> Result<&StringArray, Broken> { column(batch, name).ok_or_else(|| missing(name)) };
    let numbers =
        |name: &str| -> Result<&Int64Array, Broken> { column(batch, name).ok_or_else(|| missing(name)) };
    let (keys, etags, outcomes) = (texts("object")?, texts("etag")?, texts("outcome")?);
    let (reasons, examples) = (texts("reason")?, texts("malformed_examples")?);
    let (sizes, modified) = (numbers("size")?, numbers("modified_ns")?);
    let counts = counts::read(batch).ok_or_else(|| missing("ok ... bytes_without_observer"))?;
    let text = |column: &StringArray, row: usize| column.is_valid(row).then(|| column.value(row).to_owned());
    let number = |column: &Int64Array, row: usize| column.is_valid(row).then(|| column.value(row));
    let mut entries = Vec::with_capacity(batch.num_rows());
    for (row, counts) in counts.into_iter().enumerate() {
        let key = keys.value(row).to_owned();
        let outcome = Outcome::ALL.iter().find(|(_, word)| *word == outcomes.value(row));
        let (outcome, _) = outcome.ok_or_else(|| missing("outcome"))?;
        let shown: Vec<ExampleText> = match text(examples, row) {
            Some(json) => serde_json::from_str(&json).map_err(|_| missing("malformed_examples"))?,
            None => Vec::new(),
        };
        let shown = shown.into_iter().map(|(line, field, reason)| MalformedExample {
            object: key.clone(),
            line,
            field,
            reason,
        });
        entries.push(ObjectEntry {
            identity: Identity {
                size: number(sizes, row).and_then(|size| u64::try_from(size).ok()),
                etag: text(etags, row),
                modified_ns: number(modified, row),
            },
            outcome: *outcome,
            reason: text(reasons, row),
            counts,
            examples: shown.collect(),
            key,
        });
    }
    Ok(entries)
}
