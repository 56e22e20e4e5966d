//! Stage 1: which objects matter. Pure over a listing.

pub mod layout;
#[cfg(test)]
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
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
    /// Whether its name says that it is packed.
    fn is_packed(&self) -> bool {
        is_packed(&self.object.name())
    }

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
}

/// Plans the reading of `objects`: marker files are left out without a word, a second copy of an object that AWS
/// delivered (same name, same size, or the same name once packed and once unpacked) is left out and named.
pub fn plan(objects: Vec<LogObject>) -> Work {
    let mut work = Work::default();
    work.items.reserve_exact(objects.len());
    for object in objects {
        if object.explicit || !is_marker(base_name(&object.name())) {
            work.items.push(WorkItem { object });
        }
    }
    leave_out_copies(&mut work);
    work
}

/// The same for objects that are listed one by one, too many to be kept: which of them to read. Of copies the first one listed
/// is read.
#[derive(Debug, Default)]
pub struct Sieve {
    /// For each name that AWS gave, by its fingerprint, the first object of that name.
    first: HashMap<u128, Shape>,
    /// Further ones that are no copies of it.
    others: HashMap<u128, Vec<Shape>>,
}

/// What tells whether two objects of one name are copies.
#[derive(Debug, Clone, Copy)]
struct Shape {
    size_bytes: u64,
    is_packed: bool,
}

impl Shape {
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
    Copy,
}

impl Sieve {
    /// Judges the next object.
    pub fn judge(&mut self, object: &LogObject) -> Verdict {
        let name = object.name();
        if !object.explicit && is_marker(base_name(&name)) {
            return Verdict::Ignore;
        }
        let Some(aws_name) = layout::parse(&name) else { return Verdict::Read };
        let stem = fingerprint(aws_name.stem.as_bytes());
        let shape = Shape { size_bytes: object.size_bytes, is_packed: is_packed(&name) };
        match self.first.entry(stem) {
            Entry::Vacant(entry) => {
                entry.insert(shape);
                return Verdict::Read;
            }
            Entry::Occupied(entry) if entry.get().is_twin(shape) => return Verdict::Copy,
            Entry::Occupied(_) => {}
        }
        let others = self.others.entry(stem).or_default();
        if others.iter().any(|other| other.is_twin(shape)) {
            return Verdict::Copy;
        }
        others.push(shape);
        Verdict::Read
    }
}

/// Whether a name says that its object is packed.
fn is_packed(name: &str) -> bool {
    Path::new(base_name(name)).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"))
}

/// Objects with one stem, that of AWS's name, are copies of each other if their sizes say so.
fn leave_out_copies(work: &mut Work) {
    let mut delivered: Vec<(u128, usize)> = Vec::with_capacity(work.items.len());
    for (place, item) in work.items.iter().enumerate() {
        if let Some(name) = item.aws_name() {
            delivered.push((fingerprint(name.stem.as_bytes()), place));
        }
    }
    delivered.sort_unstable();
    let mut copy_of: BTreeMap<usize, usize> = BTreeMap::new();
    for twins in delivered.chunk_by(|(left, _), (right, _)| left == right) {
        let mut kept: Vec<usize> = Vec::new();
        for (_, place) in twins {
            let item = &work.items[*place];
            let is_twin = |other: &&usize| {
                let other = &work.items[**other];
                other.object.size_bytes == item.object.size_bytes || other.is_packed() != item.is_packed()
            };
            match kept.iter().find(is_twin) {
                Some(original) => _ = copy_of.insert(*place, *original),
                None => kept.push(*place),
            }
        }
    }
    for (copy, original) in &copy_of {
        let name = |place: usize| work.items[place].object.name().into_owned();
        let reason = format!("copy of {}: counted once", name(*original));
        work.skipped.push((name(*copy), reason));
    }
    let mut place = 0..;
    work.items.retain(|_| place.next().is_none_or(|place| !copy_of.contains_key(&place)));
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
