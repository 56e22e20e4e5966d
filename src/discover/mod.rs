//! Stage 1: which objects matter. Pure over a listing.

pub mod layout;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use crate::model::fingerprint::fingerprint;
use crate::source::LogObject;
use layout::AwsName;

/// One object to read.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// The object.
    pub object: LogObject,
}

impl WorkItem {
    /// What its name tells, where it has AWS's own shape.
    pub fn aws_name(&self) -> Option<AwsName> {
        layout::parse(&self.object.name())
    }
}

/// The work, in order of name, and what is left out of it.
#[derive(Debug, Default)]
pub struct Work {
    /// Objects to read.
    pub items: Vec<WorkItem>,
    /// Objects passed over, with the reason.
    pub skipped: Vec<(String, String)>,
    /// What judged them, for objects that are listed while these are read.
    pub sieve: Sieve,
}

/// Plans the reading of `objects`: marker files are left out without a word, a second copy of an object that AWS
/// delivered (same name, same size, or the same name once packed and once unpacked) is left out and named.
pub fn plan(objects: Vec<LogObject>) -> Work {
    let mut work = Work::default();
    work.items.reserve_exact(objects.len());
    for object in objects {
        match work.sieve.judge(&object) {
            Verdict::Read => work.items.push(WorkItem { object }),
            Verdict::Ignore => {}
            Verdict::Copy { of } => {
                let reason = format!("copy of {}: counted once", work.items[of].object.name());
                work.skipped.push((object.name().into_owned(), reason));
            }
        }
    }
    work
}

/// Judges objects one by one, as they are listed; there may be too many to be kept. Of copies the first one is read.
#[derive(Debug, Default)]
pub struct Sieve {
    /// How many are to be read.
    read: usize,
    /// For each name that AWS gave, by its fingerprint, the first object of that name.
    first: HashMap<u128, Delivered>,
    /// Further ones that are no copies of it.
    others: HashMap<u128, Vec<Delivered>>,
}

/// An object that is read, and what tells whether another one of its name is a copy.
#[derive(Debug, Clone, Copy)]
struct Delivered {
    /// Its number among those that are read.
    number: usize,
    size_bytes: u64,
    is_packed: bool,
}

impl Delivered {
    fn is_twin(self, other: Self) -> bool {
        self.size_bytes == other.size_bytes || self.is_packed != other.is_packed
    }
}

/// What to do with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Read it.
    Read,
    /// Leave it out without a word.
    Ignore,
    /// Leave it out and name it.
    Copy {
        /// The number of the original among the objects that were to be read, from 0.
        of: usize,
    },
}

impl Sieve {
    /// Judges the next object.
    pub fn judge(&mut self, object: &LogObject) -> Verdict {
        let name = object.name();
        if !object.explicit && is_marker(base_name(&name)) {
            return Verdict::Ignore;
        }
        if let Some(aws_name) = layout::parse(&name) {
            let stem = fingerprint(aws_name.stem.as_bytes());
            let delivered =
                Delivered { number: self.read, size_bytes: object.size_bytes, is_packed: is_packed(&name) };
            let others = self.others.get(&stem).into_iter().flatten();
            let original =
                self.first.get(&stem).into_iter().chain(others).find(|other| other.is_twin(delivered));
            if let Some(original) = original {
                return Verdict::Copy { of: original.number };
            }
            match self.first.entry(stem) {
                Entry::Vacant(entry) => _ = entry.insert(delivered),
                Entry::Occupied(_) => self.others.entry(stem).or_default().push(delivered),
            }
        }
        self.read += 1;
        Verdict::Read
    }
}

/// Whether a name says that its object is packed.
fn is_packed(name: &str) -> bool {
    Path::new(base_name(name)).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// What Athena leaves of a statement that is no query: the statement's id and `.txt`.
fn is_statement_output(base: &str) -> bool {
    base.strip_suffix(".txt").is_some_and(|id| {
        let parts: Vec<&str> = id.split('-').collect();
        parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    })
}

/// Names that never hold records: what AWS and Hadoop leave beside logs, hidden files, documents.
fn is_marker(base: &str) -> bool {
    const ENDINGS: [&str; 11] = [
        ".tmp",
        ".crc",
        ".md",
        ".toml",
        ".yaml",
        ".yml",
        ".sh",
        ".py",
        ".sql",
        // Athena, beside each result.
        ".csv.metadata",
        ".txt.metadata",
    ];
    base.starts_with('.')
        || is_statement_output(base)
        || base.starts_with('_')
        || base == "aws-logs-write-test"
        || ENDINGS.iter().any(|ending| base.to_ascii_lowercase().ends_with(ending))
}
