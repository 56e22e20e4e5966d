//! What a rollup knows of objects: those that it holds, and those that are read.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::aggregate::RowCounts;
use crate::discover::{WorkItem, layout};
use crate::model::fingerprint::fingerprint;
use crate::model::report::ObjectLine;
use crate::pipeline::outcome::Objects;
use crate::rollup::{Identity, Kind, ObjectEntry, Open, Outcome};
use crate::source::LogObject;
use crate::source::vault::{digest_of, modified_ns};

/// An object to read, with what it is known by.
pub(super) struct Candidate {
    pub(super) item: WorkItem,
    pub(super) identity: Identity,
}

/// What the directory holds.
#[derive(Default)]
pub(super) struct Known {
    /// By name: identity and outcome.
    pub(super) keys: HashMap<u128, (Identity, Outcome)>,
    /// By ETag and size, objects with rows: their name.
    pub(super) contents: HashMap<(String, u64), String>,
    /// By what AWS named them.
    pub(super) stems: HashMap<u128, (u64, bool, String)>,
    /// Segments of one failed object each, by its name.
    pub(super) failed: HashMap<String, Vec<String>>,
    /// Segments of objects that failed without a row.
    pub(super) failed_without_rows: Vec<String>,
}

impl Known {
    pub(super) fn of(segments: &[Open]) -> Self {
        let mut known = Self::default();
        for open in segments {
            match open.segment.kind {
                Kind::FailedWithoutRows if open.entries.is_empty() => {}
                Kind::FailedWithoutRows => known.failed_without_rows.push(open.segment.id.clone()),
                Kind::Failed => {
                    for entry in &open.entries {
                        known.failed.entry(entry.key.clone()).or_default().push(open.segment.id.clone());
                    }
                }
                Kind::Totals | Kind::Manifest => open.entries.iter().for_each(|entry| known.add(entry)),
            }
        }
        known
    }

    pub(super) fn add(&mut self, entry: &ObjectEntry) {
        let key = fingerprint(entry.key.as_bytes());
        self.keys.insert(key, (entry.identity.clone(), entry.outcome));
        if has_rows(&entry.counts)
            && let (Some(size), Some(etag)) = (entry.identity.size, &entry.identity.etag)
        {
            self.contents.insert((etag.clone(), size), entry.key.clone());
        }
        if entry.outcome == Outcome::Read
            && let (Some(name), Some(size)) = (layout::parse(&entry.key), entry.identity.size)
        {
            self.stems
                .insert(fingerprint(name.stem.as_bytes()), (size, is_packed(&entry.key), entry.key.clone()));
        }
    }

    /// Whether an object was counted as it is, as far as that shows without reading it.
    pub(super) fn holds(&self, object: &LogObject) -> bool {
        let key = fingerprint(object.name().as_bytes());
        let Some((counted, outcome)) = self.keys.get(&key).filter(|(_, outcome)| *outcome != Outcome::Failed)
        else {
            return false;
        };
        // A copy is known by its name.
        counted.size.is_none() && *outcome == Outcome::Skipped
            || counted.size == Some(object.size_bytes)
                && match &object.etag {
                    Some(etag) => counted.etag.as_deref() == Some(etag.trim_matches('"')),
                    None => counted.modified_ns.is_some() && counted.modified_ns == modified_ns(object),
                }
    }

    /// The object that AWS delivered under the same name.
    pub(super) fn delivered(&self, object: &LogObject) -> Option<&str> {
        let key = object.name();
        let name = layout::parse(&key)?;
        let (size, packed, other) = self.stems.get(&fingerprint(name.stem.as_bytes()))?;
        (*size == object.size_bytes || *packed != is_packed(&key)).then_some(other.as_str())
    }
}

pub(super) fn is_packed(key: &str) -> bool {
    key.to_ascii_lowercase().ends_with(".gz")
}

pub(super) fn has_rows(counts: &RowCounts) -> bool {
    counts.records() + counts.outside_period > 0
}

/// Size and date of an object; of a file also its digest, if that is wanted.
pub(super) fn identity(object: &LogObject, with_digest: bool) -> Identity {
    let etag = match &object.etag {
        Some(etag) => Some(etag.trim_matches('"').to_owned()),
        None if with_digest => {
            object.open().and_then(digest_of).ok().map(|digest| format!("sha256:{digest}"))
        }
        None => None,
    };
    Identity { size: Some(object.size_bytes), etag, modified_ns: modified_ns(object) }
}

pub(super) fn copy_of(key: String, identity: Identity, original: &str) -> ObjectEntry {
    ObjectEntry {
        key,
        identity,
        outcome: Outcome::Skipped,
        reason: Some(format!("copy of {original}: counted once")),
        counts: RowCounts::default(),
        examples: Vec::new(),
    }
}

pub(super) fn failure(key: String, identity: Identity, reason: String) -> ObjectEntry {
    let (counts, examples) = (RowCounts::default(), Vec::new());
    ObjectEntry { key, identity, outcome: Outcome::Failed, reason: Some(reason), counts, examples }
}

pub(super) fn line(entry: &ObjectEntry) -> ObjectLine {
    ObjectLine {
        object: entry.key.clone(),
        outcome: entry.outcome.word(),
        reason: entry.reason.clone().unwrap_or_default(),
    }
}

/// The counts of an object, of all that were read.
pub(super) fn counts_of(objects: &Objects) -> HashMap<&str, RowCounts> {
    objects.counts.iter().map(|(key, counts)| (key.as_str(), *counts)).collect()
}

/// What became of the objects that did not fail.
pub(super) fn entries_of(
    items: &[Candidate],
    objects: &Objects,
    failed: &BTreeMap<String, String>,
) -> Vec<ObjectEntry> {
    let counts = counts_of(objects);
    let reasons: HashMap<&str, &str> =
        objects.lines.iter().map(|line| (line.object.as_str(), line.reason.as_str())).collect();
    let mut examples: HashMap<&str, Vec<_>> = HashMap::new();
    for example in &objects.examples {
        examples.entry(example.object.as_str()).or_default().push(example.clone());
    }
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for candidate in items {
        let key = candidate.item.object.name().into_owned();
        if failed.contains_key(&key) || !seen.insert(key.clone()) {
            continue;
        }
        let reason = reasons.get(key.as_str()).map(|reason| (*reason).to_owned());
        entries.push(ObjectEntry {
            identity: candidate.identity.clone(),
            outcome: if reason.is_some() { Outcome::Skipped } else { Outcome::Read },
            reason,
            counts: counts.get(key.as_str()).copied().unwrap_or_default(),
            examples: examples.remove(key.as_str()).unwrap_or_default(),
            key,
        });
    }
    entries
}

pub(super) fn failed_entry(candidate: &Candidate, objects: &Objects, reason: &str) -> ObjectEntry {
    let key = candidate.item.object.name().into_owned();
    let examples = objects.examples.iter().filter(|example| example.object == key).cloned().collect();
    ObjectEntry {
        counts: counts_of(objects).get(key.as_str()).copied().unwrap_or_default(),
        examples,
        ..failure(key, candidate.identity.clone(), reason.to_owned())
    }
}
