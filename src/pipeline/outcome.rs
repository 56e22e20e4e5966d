//! What became of the objects.

use std::collections::BTreeSet;

use crate::aggregate::RowCounts;
use crate::model::report::{MalformedExample, ObjectLine};

/// How many malformed rows of a run are kept as examples.
pub const MAX_EXAMPLES: usize = 20;

/// The objects of a run.
#[derive(Debug, Default)]
pub struct Objects {
    /// Read to the end.
    pub read: u64,
    /// Failed and skipped ones, by name.
    pub lines: Vec<ObjectLine>,
    /// Failed ones of which nothing came.
    pub absent: BTreeSet<String>,
    /// The first malformed rows, by object and line.
    pub examples: Vec<MalformedExample>,
    /// For each object that was opened what its rows came to, if that is asked for.
    pub counts: Vec<(String, RowCounts)>,
}

/// The word for an object that could not be read, or not to its end.
pub const FAILED: &str = "failed";
/// The word for an object that is something else, or a copy.
pub const SKIPPED: &str = "skipped";

impl Objects {
    /// Objects with an outcome.
    pub fn count(&self, outcome: &str) -> u64 {
        self.lines.iter().filter(|line| line.outcome == outcome).count() as u64
    }

    /// Notes an object.
    pub fn push(&mut self, object: String, outcome: &'static str, reason: String) {
        self.lines.push(ObjectLine { object, outcome, reason });
    }

    /// Adds another run's part.
    pub fn merge(&mut self, other: Self) {
        self.read += other.read;
        self.lines.extend(other.lines);
        self.absent.extend(other.absent);
        self.examples.extend(other.examples);
        self.counts.extend(other.counts);
    }

    /// Sorts, and keeps only as many examples as are shown.
    pub fn finish(&mut self) {
        self.lines.sort();
        self.examples.sort_by(|a, b| (&a.object, a.line).cmp(&(&b.object, b.line)));
        self.examples.truncate(MAX_EXAMPLES);
    }
}
