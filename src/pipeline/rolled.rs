//! Rollup directories as inputs of a report.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::outcome::{FAILED, Objects, SKIPPED};
use super::{AnalyzeError, Settings};
use crate::aggregate::{Partial, Store};
use crate::classify::address_map::AddressMap;
use crate::classify::atlas::Atlas;
use crate::classify::ip_ranges::IpRanges;
use crate::classify::sink::Window;
use crate::discover::WorkItem;
use crate::inventory::Inventory;
use crate::model::fingerprint::fingerprint;
use crate::model::time::{BUCKET_SECONDS, Bucket};
use crate::rollup::manifest::Manifest;
use crate::rollup::{Directory, Mapped, ObjectEntry, Open, Outcome, Partition, Partitioned, load};
use crate::source::remote::S3Uri;
use crate::source::vault::{digest_of, was_locked};
use crate::source::{Listing, Location};

/// Takes the rollup directories out of a listing: a directory with a file that makes a segment count.
pub(super) fn take_directories(listing: &mut Listing) -> Vec<PathBuf> {
    let mut found: BTreeSet<PathBuf> = BTreeSet::new();
    for object in &listing.objects {
        let Location::File(path) = &object.location else { continue };
        let (Some(parent), Some(name)) = (path.parent(), path.file_name().and_then(|name| name.to_str()))
        else {
            continue;
        };
        if !found.contains(parent) && Directory::at(parent).is_commit(name) {
            found.insert(parent.to_owned());
        }
    }
    if !found.is_empty() {
        let is_inside = |location: &Location| match location {
            Location::File(path) => path.parent().is_some_and(|parent| found.contains(parent)),
            Location::S3 { .. } | Location::Stdin => false,
        };
        listing.objects.retain(|object| !is_inside(&object.location));
    }
    found.into_iter().collect()
}

/// Whether an input is a directory that rollups were to be written to, and no run has ended there.
pub(super) fn is_begun(input: &str) -> bool {
    let directory = Path::new(input);
    was_locked(directory) && Directory::at(directory).open().is_ok_and(|segments| segments.is_empty())
}

/// The segments of a report.
#[derive(Debug)]
pub(super) struct Rolled {
    segments: Vec<Open>,
    partitions: Vec<Partitioned>,
}

fn refused(text: String) -> AnalyzeError {
    AnalyzeError::Rollups(text)
}

/// A rollup holds whole hours.
fn check_hours(window: Window) -> Result<(), AnalyzeError> {
    for bound in [window.from, window.to].into_iter().flatten() {
        if bound % BUCKET_SECONDS != 0 {
            return Err(refused(format!(
                "a rollup holds whole hours: --from and --to must be full hours, {} is not; take {} or {}",
                crate::model::time::rfc3339(bound),
                crate::model::time::rfc3339(bound - bound % BUCKET_SECONDS),
                crate::model::time::rfc3339(bound - bound % BUCKET_SECONDS + BUCKET_SECONDS),
            )));
        }
    }
    Ok(())
}

impl Rolled {
    /// Opens directories, and looks that nothing is counted twice.
    pub(super) fn open(directories: &[PathBuf], settings: &Settings) -> Result<Self, AnalyzeError> {
        let mut segments = Vec::new();
        let mut partitions: Vec<Partitioned> = Vec::new();
        for directory in directories {
            let directory = Directory::at(directory);
            for open in directory.open()? {
                let digest = &open.segment.partition;
                if !partitions.iter().any(|known| known.digest == *digest) {
                    partitions.push(Partition::load(&open.vault, digest, &open.commit_path())?);
                }
                segments.push(open);
            }
        }
        partitions.sort_by(|a, b| b.ranges.date.cmp(&a.ranges.date).then_with(|| a.digest.cmp(&b.digest)));
        let rolled = Self { segments, partitions };
        rolled.check_twice()?;
        if let Some(path) = &settings.manifest {
            rolled.check_manifest(path)?;
        }
        // Logs alone may be cut anywhere.
        if !directories.is_empty() {
            check_hours(settings.window)?;
        }
        Ok(rolled)
    }

    /// Objects that count.
    fn entries(&self) -> impl Iterator<Item = (&Open, &ObjectEntry)> {
        self.segments.iter().flat_map(|open| open.entries.iter().map(move |entry| (open, entry)))
    }

    fn check_twice(&self) -> Result<(), AnalyzeError> {
        let mut keys: HashMap<u128, &Open> = HashMap::new();
        let mut contents: HashMap<(u128, u64), (&Open, &ObjectEntry)> = HashMap::new();
        for (open, entry) in self.entries() {
            let twice = |other: &Open, name: &str| {
                refused(format!(
                    "the object {} is counted twice: in {} and, as {name}, in {}; give one of them, or remove one of these \
                     two files",
                    entry.key,
                    open.commit_path(),
                    other.commit_path()
                ))
            };
            // What failed as it is now may have been counted as it was.
            if entry.outcome == Outcome::Failed && entry.counts.records() == 0 {
                continue;
            }
            if entry.outcome != Outcome::Skipped
                && let Some(other) = keys.insert(fingerprint(entry.key.as_bytes()), open)
            {
                return Err(twice(other, &entry.key));
            }
            if let (Some(size), Some(etag)) = (entry.identity.size, &entry.identity.etag)
                && entry.counts.records() + entry.counts.outside_period > 0
                && let Some((other, same)) =
                    contents.insert((fingerprint(etag.as_bytes()), size), (open, entry))
            {
                return Err(twice(other, &same.key));
            }
        }
        Ok(())
    }

    fn check_manifest(&self, path: &Path) -> Result<(), AnalyzeError> {
        let manifest = read_manifest(path)?;
        let mut found: HashMap<&str, (u32, Option<&ObjectEntry>)> =
            manifest.entries.iter().map(|entry| (entry.key.as_str(), (0, None))).collect();
        for (_, entry) in self.entries() {
            if let Some(known) = found.get_mut(entry.key.as_str()) {
                known.0 += 1;
                known.1 = Some(entry);
            }
        }
        for entry in &manifest.entries {
            let path = path.display();
            let key = &entry.key;
            match found[key.as_str()] {
                (1, Some(known)) => {
                    let differs = |left: Option<&str>, right: Option<&str>| {
                        left.zip(right).is_some_and(|(l, r)| l != r)
                    };
                    if known.outcome != Outcome::Failed
                        && (entry.size.zip(known.identity.size).is_some_and(|(a, b)| a != b)
                            || differs(entry.etag.as_deref(), known.identity.etag.as_deref()))
                    {
                        return Err(refused(format!("{path}: {key} was counted with another size or ETag")));
                    }
                }
                (0, _) => return Err(refused(format!("{path}: {key} is in no rollup: roll it up first"))),
                (count, _) => return Err(refused(format!("{path}: {key} is in the rollups {count} times"))),
            }
        }
        Ok(())
    }

    /// The ranges of the report: the newest that a segment was made with.
    ///
    /// # Errors
    /// When a file of the user's own says otherwise.
    pub(super) fn ranges(&self, given: Option<&IpRanges>) -> Result<Option<IpRanges>, AnalyzeError> {
        let Some(newest) = self.partitions.first() else { return Ok(None) };
        if let Some(given) = given {
            let compact = given.to_compact();
            if let Some(other) = self.partitions.iter().find(|known| known.ranges.to_compact() != compact) {
                return Err(refused(format!(
                    "the rollup was made with ip-ranges of {}, --ip-ranges is another list, of {}: leave it out, or roll the \
                     logs up again with it",
                    other.ranges.date, given.date
                )));
            }
        }
        Ok(Some(newest.ranges.clone()))
    }

    /// The dates of the lists of ranges, where segments were made with several.
    pub(super) fn dates_of_ranges(&self) -> Option<String> {
        let lists: BTreeSet<&str> =
            self.partitions.iter().map(|known| known.partition.ranges.as_str()).collect();
        (lists.len() > 1).then(|| {
            let dates: BTreeSet<&str> =
                self.partitions.iter().map(|known| known.ranges.date.as_str()).collect();
            dates.into_iter().collect::<Vec<_>>().join(", ")
        })
    }

    /// Adds everything to the totals of a report. `atlas` was made from [`Rolled::ranges`] and the inventory.
    pub(super) fn add(
        &self,
        (partial, objects): (&mut Partial, &mut Objects),
        atlas: &mut Atlas,
        (inventory, map): (&Inventory, &AddressMap),
        settings: &Settings,
        store: &Arc<Store>,
    ) -> Result<(), AnalyzeError> {
        let mapped: HashMap<&str, Mapped> = self
            .partitions
            .iter()
            .map(|known| {
                let wanted = Atlas::with_map(&known.ranges, inventory, map);
                (known.digest.as_str(), Mapped::new(known, wanted, atlas))
            })
            .collect();
        let segments: Vec<(&Open, &Mapped)> =
            self.segments.iter().map(|open| (open, &mapped[open.segment.partition.as_str()])).collect();
        let hour = |bound: Option<i64>| bound.map(|bound| Bucket::of(bound).unwrap_or(Bucket::NONE));
        let asked = (hour(settings.window.from), hour(settings.window.to));
        partial.merge(load(&segments, asked, store)?);
        let counted: BTreeSet<(&str, Option<&str>)> = self
            .entries()
            .filter(|(_, entry)| entry.outcome != Outcome::Failed)
            .map(|(_, entry)| (entry.key.as_str(), entry.identity.etag.as_deref()))
            .collect();
        let mut skipped: BTreeSet<&str> = BTreeSet::new();
        for (_, entry) in self.entries() {
            objects.examples.extend(entry.examples.iter().cloned());
            let reason = entry.reason.clone().unwrap_or_default();
            match entry.outcome {
                Outcome::Read => objects.read += 1,
                Outcome::Skipped if !skipped.insert(&entry.key) => {}
                Outcome::Skipped => objects.push(entry.key.clone(), SKIPPED, reason),
                // It failed before, and was read since.
                Outcome::Failed
                    if counted.contains(&(entry.key.as_str(), entry.identity.etag.as_deref())) => {}
                Outcome::Failed => objects.push(entry.key.clone(), FAILED, reason),
            }
        }
        Ok(())
    }

    /// Refuses logs that the rollups hold already, and a format where there is nothing that it could be the format of.
    pub(super) fn check_logs(
        &self,
        items: &[WorkItem],
        s3: &[S3Uri],
        settings: &Settings,
    ) -> Result<(), AnalyzeError> {
        if let (Some(open), Some(uri)) = (self.segments.first(), s3.first()) {
            return Err(refused(format!(
                "{} is a rollup, and s3://{}/{} is listed while it is read, so what would count twice is known too late: report one \
                 without the other",
                open.vault.name(),
                uri.bucket,
                uri.prefix
            )));
        }
        if let (Some(open), [], Some(_)) = (self.segments.first(), items, &settings.log_format) {
            return Err(refused(format!(
                "--log-format is for logs without a header, and {} is a rollup, which was read before: leave it out, or give it to \
                 `flowtoll rollup` with a new directory",
                open.vault.name()
            )));
        }
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        let mut contents: HashMap<u64, Vec<&ObjectEntry>> = HashMap::new();
        for (_, entry) in self.entries().filter(|(_, entry)| entry.counts.records() > 0) {
            keys.insert(&entry.key);
            if let Some(size) = entry.identity.size {
                contents.entry(size).or_default().push(entry);
            }
        }
        for item in items {
            let name = item.object.name();
            let twice = |other: &str| {
                refused(format!(
                    "{name} would count twice: a rollup among the inputs holds it, as {other}; leave one out"
                ))
            };
            if keys.contains(&*name) {
                return Err(twice(&name));
            }
            let Some(same_size) = contents.get(&item.object.size_bytes) else { continue };
            let etag = match &item.object.etag {
                Some(etag) => Some(etag.to_string()),
                None => item.object.open().and_then(digest_of).ok().map(|digest| format!("sha256:{digest}")),
            };
            if let Some(other) = same_size.iter().find(|entry| etag.is_some() && entry.identity.etag == etag)
            {
                return Err(twice(&other.key));
            }
        }
        Ok(())
    }
}

/// Reads a manifest.
pub(super) fn read_manifest(path: &Path) -> Result<Manifest, AnalyzeError> {
    Manifest::of_text(&crate::source::read_text(path)?)
        .map_err(|error| refused(format!("{}: {error}", path.display())))
}
