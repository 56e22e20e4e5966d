//! A directory of segments: which of them count, and what may be removed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rayon::prelude::*;

use super::RollupError;
use super::columns::Broken;
use super::objects::{self, ObjectEntry};
use super::segment::{ROLLUP_SCHEMA, Segment, commit_name, id_of_commit, is_data_name};
use crate::source::vault::{TEMPORARY, Vault};

/// Whether the content of a file named like a segment's is one.
fn is_commit(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Head>(bytes).is_ok_and(|head| head.schema.starts_with("flowtoll/rollup/"))
}

#[derive(serde::Deserialize)]
struct Head {
    schema: String,
}

/// A directory that rollups are written to.
#[derive(Debug, Clone)]
pub struct Directory {
    /// Its files.
    pub vault: Vault,
}

/// A segment that counts, with its objects.
#[derive(Debug)]
pub struct Open {
    /// The directory.
    pub vault: Vault,
    /// The segment.
    pub segment: Segment,
    /// Its objects.
    pub entries: Vec<ObjectEntry>,
}

impl Open {
    /// Where the file is that makes it count.
    pub fn commit_path(&self) -> String {
        format!("{}/{}", self.vault.name(), self.segment.commit_name())
    }
}

impl Directory {
    /// The directory of a path.
    pub fn at(path: &Path) -> Self {
        Self { vault: Vault::at(path) }
    }

    /// Whether a file of this directory makes a segment count: rollups are known by that.
    pub fn is_commit(&self, name: &str) -> bool {
        id_of_commit(name).is_some() && self.vault.read(name).is_ok_and(|bytes| is_commit(&bytes))
    }

    /// All segments that have a commit, by id, also those that others stand for.
    fn committed(&self, names: &[String]) -> Result<BTreeMap<String, Segment>, RollupError> {
        let mut segments = BTreeMap::new();
        for name in names.iter().filter(|name| id_of_commit(name).is_some()) {
            let path = format!("{}/{name}", self.vault.name());
            let bytes =
                self.vault.read(name).map_err(|reason| RollupError::Io { path: path.clone(), reason })?;
            let damaged =
                |reason: String| RollupError::Damaged { path: path.clone(), reason, commit: path.clone() };
            match serde_json::from_slice::<Head>(&bytes) {
                Ok(head) if head.schema != ROLLUP_SCHEMA => {
                    return Err(RollupError::Schema { path, found: head.schema });
                }
                Ok(_) => {}
                Err(error) => return Err(damaged(error.to_string())),
            }
            let segment: Segment =
                serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
            if commit_name(&segment.id) != *name {
                return Err(damaged(format!("it is of segment {}", segment.id)));
            }
            segments.insert(segment.id.clone(), segment);
        }
        Ok(segments)
    }

    /// The segments that count, with their objects, in order of id.
    ///
    /// # Errors
    /// When a segment or the list of its objects cannot be read, or is not what was written.
    pub fn open(&self) -> Result<Vec<Open>, RollupError> {
        let failed = |reason| RollupError::Io { path: self.vault.name(), reason };
        let names = self.vault.names().map_err(failed)?;
        let segments = self.committed(&names)?;
        let replaced: BTreeSet<String> =
            segments.values().flat_map(|segment| segment.replaces.iter().cloned()).collect();
        let present: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let counting: Vec<Segment> =
            segments.into_values().filter(|segment| !replaced.contains(&segment.id)).collect();
        for segment in &counting {
            for stored in segment.files.all() {
                if !present.contains(stored.name.as_str()) {
                    return Err(self.damaged(segment, &stored.name, "the file is missing".to_owned()));
                }
            }
        }
        counting
            .into_par_iter()
            .map(|segment| {
                let stored = &segment.files.objects;
                let entries = objects::read(&self.vault, stored)
                    .map_err(|broken| self.broken(&segment, &stored.name, broken))?;
                if entries.len() as u64 != segment.objects {
                    let words = format!("it has {} objects instead of {}", entries.len(), segment.objects);
                    return Err(self.damaged(&segment, &stored.name, words));
                }
                Ok(Open { vault: self.vault.clone(), segment, entries })
            })
            .collect()
    }

    /// Removes what no longer counts: segments that others stand for, and files that belong to none and look like one of ours.
    /// The caller has the directory for itself.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn clean(&self) -> Result<(), RollupError> {
        let failed = |reason| RollupError::Io { path: self.vault.name(), reason };
        let names = self.vault.names().map_err(failed)?;
        let mut segments = self.committed(&names)?;
        let replaced: BTreeSet<String> =
            segments.values().flat_map(|segment| segment.replaces.iter().cloned()).collect();
        // What was replaced first goes first: it must not count again because what stands for it is gone.
        let mut order: Vec<String> =
            replaced.iter().filter(|id| segments.contains_key(*id)).cloned().collect();
        while !order.is_empty() {
            let held: BTreeSet<&String> = order
                .iter()
                .filter_map(|id| segments.get(id))
                .flat_map(|segment| &segment.replaces)
                .collect();
            let first: Vec<String> = order
                .iter()
                .filter(|id| segments[*id].replaces.iter().all(|below| !order.contains(below)))
                .cloned()
                .collect();
            if first.is_empty() {
                let id = held.first().map_or("", |id| id.as_str());
                let path = format!("{}/{}", self.vault.name(), commit_name(id));
                let reason = "it replaces segments that replace it".to_owned();
                return Err(RollupError::Damaged { commit: path.clone(), path, reason });
            }
            for id in &first {
                self.vault.remove(&commit_name(id)).map_err(failed)?;
                segments.remove(id);
            }
            self.vault.sync().map_err(failed)?;
            order.retain(|id| !first.contains(id));
        }
        let kept: BTreeSet<&str> = segments
            .values()
            .flat_map(|segment| segment.files.all().map(|stored| stored.name.as_str()))
            .collect();
        for name in &names {
            let is_orphan = is_data_name(name) && !kept.contains(name.as_str());
            if is_orphan || name.starts_with(TEMPORARY) {
                self.vault.remove(name).map_err(failed)?;
            }
        }
        Ok(())
    }

    fn damaged(&self, segment: &Segment, name: &str, reason: String) -> RollupError {
        let path = |name: &str| format!("{}/{name}", self.vault.name());
        RollupError::Damaged { path: path(name), reason, commit: path(&segment.commit_name()) }
    }

    pub(super) fn broken(&self, segment: &Segment, name: &str, broken: Broken) -> RollupError {
        match broken {
            Broken::Damaged(reason) => self.damaged(segment, name, reason),
            Broken::Refused(error) => *error,
        }
    }
}
