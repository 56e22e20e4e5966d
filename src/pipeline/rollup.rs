//! `flowtoll rollup`: objects become segments, each object once.

mod known;
mod listed;
mod s3;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use known::{Candidate, Known, copy_of, entries_of, failed_entry, failure, has_rows, identity, line};
use s3::{Listed, S3};

use super::outcome::{FAILED, Objects};
use super::threads::{self, Plan};
use super::{AnalyzeError, KnownFormats, Observer, Settings, load_inventory, load_ip_ranges, rolled};
use crate::aggregate::{Limits, Partial, Store};
use crate::discover::{self, WorkItem};
use crate::inventory::Inventory;
use crate::model::fingerprint::fingerprint;
use crate::model::report::ObjectLine;
use crate::rollup::manifest::Manifest;
use crate::rollup::{
    Content, Directory, Identity, Kind, Mapped, ObjectEntry, Open, Outcome, Partition, Partitioned,
    RollupError, SegmentSettings, load, write,
};
use crate::source::scratch::ScratchFile;
use crate::source::{self, Listing, Location};

/// Bytes of objects, as stored, that are read before they are committed (2 GiB).
pub const COMMIT_BYTES: u64 = 2 << 30;
/// Objects that are read before they are committed.
const COMMIT_OBJECTS: usize = 50_000;
/// Small segments that may lie side by side; more are merged into one.
const MAX_SMALL_SEGMENTS: usize = 32;
/// Rows of totals up to which a segment is small.
const SMALL_SEGMENT_ROWS: u64 = 1 << 20;

/// What a rollup is asked for, beside the [`Settings`] it shares with reports.
#[derive(Debug, Clone)]
pub struct RollupSettings {
    /// The directory.
    pub output: PathBuf,
    /// Exactly the objects of this manifest, as one segment.
    pub objects: Option<PathBuf>,
    /// Bytes of objects between two commits.
    pub commit_bytes: u64,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects that were read.
    pub new: u64,
    /// Objects that were counted before.
    pub known: u64,
    /// Objects that are something else.
    pub skipped: u64,
    /// Objects of the same content under another name, with the reason.
    pub copies: Vec<ObjectLine>,
    /// Objects that failed.
    pub failed: Vec<ObjectLine>,
    /// Rows of the new objects.
    pub records: u64,
    /// Hours that they touch.
    pub hours: u64,
}

/// Reads what is new among the inputs into the directory.
///
/// # Errors
/// When nothing can be committed; what was committed before stays.
pub fn rollup(
    settings: &Settings,
    asked: &RollupSettings,
    observer: &dyn Observer,
) -> Result<Summary, AnalyzeError> {
    if settings.inputs.iter().any(|input| input == "-") {
        return Err(AnalyzeError::Rollups(
            "standard input has no name by which it could be counted once: give files".to_owned(),
        ));
    }
    let directory = Directory::at(&asked.output);
    let path = directory.vault.name();
    let failed = |reason| RollupError::Io { path: path.clone(), reason };
    directory.vault.make().map_err(failed)?;
    let mut lock = directory.vault.lock(asked.objects.is_some()).map_err(RollupError::from)?;
    if lock.is_alone() {
        directory.clean()?;
    }
    let mut listing = source::list(&settings.inputs)?;
    listing.objects.retain(|object| !directory.vault.holds(object));
    if let Some(other) = rolled::take_directories(&mut listing).first() {
        return Err(AnalyzeError::Rollups(format!(
            "{} is a rollup: give it to `flowtoll report`; a rollup is made of logs",
            other.display()
        )));
    }
    let manifest = match &asked.objects {
        None => None,
        Some(path) => Some(rolled::read_manifest(path)?),
    };
    if let (Some(uri), Some(_)) = (listing.s3.first(), &manifest) {
        return Err(AnalyzeError::Rollups(format!(
            "--objects names each object with its bucket: leave out s3://{}/{}",
            uri.bucket, uri.prefix
        )));
    }
    let is_remote = !listing.s3.is_empty() || manifest.as_ref().is_some_and(Manifest::names_s3);
    let s3 = is_remote.then(|| S3::open(settings)).transpose()?;
    let (inventory, _) = load_inventory(settings, &listing.inventory_dirs, observer)?;
    let ranges = load_ip_ranges(settings)?;
    let names = directory.vault.names().map_err(failed)?;
    let partitioned = Partition::keep(&directory.vault, &names, &ranges, &inventory)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.unwrap_or(0)).build()?;
    let run = Run { settings, asked, observer, directory, inventory, partitioned, s3 };
    pool.install(|| match manifest {
        Some(manifest) => {
            lock.share().map_err(failed)?;
            run.manifest(manifest, listing)
        }
        None => run.increment(listing),
    })
}

/// One run.
struct Run<'r> {
    settings: &'r Settings,
    asked: &'r RollupSettings,
    observer: &'r dyn Observer,
    directory: Directory,
    inventory: Inventory,
    partitioned: Partitioned,
    /// Where one of the inputs lies in S3.
    s3: Option<S3>,
}

impl Run<'_> {
    fn segment_settings(&self) -> SegmentSettings {
        SegmentSettings {
            from: self.settings.window.from,
            to: self.settings.window.to,
            log_format: self.settings.log_format.as_ref().map(|format| format.names().to_owned()),
        }
    }

    /// What is new.
    fn increment(&self, listing: Listing) -> Result<Summary, AnalyzeError> {
        let segments = self.directory.open()?;
        let own = self.segment_settings();
        if let Some(other) = segments
            .iter()
            .map(|open| &open.segment.settings)
            .find(|settings| (settings.from, settings.to) != (own.from, own.to))
        {
            let period = |settings: &SegmentSettings| {
                let moment =
                    |bound: Option<i64>| bound.map_or_else(|| "-".to_owned(), crate::model::time::rfc3339);
                format!("{} .. {}", moment(settings.from), moment(settings.to))
            };
            return Err(AnalyzeError::Rollups(format!(
                "{} holds the period {}, this run is for {}: objects that were counted are not read again, so use the same \
                 --from and --to, or another directory (`report` takes --from and --to too)",
                self.directory.vault.name(),
                period(other),
                period(&own)
            )));
        }
        let mut known = Known::of(&segments);
        drop(segments);
        let mut summary = Summary::default();
        let mut without_rows: Vec<ObjectEntry> = listing
            .unreadable
            .into_iter()
            .map(|(key, reason)| failure(key, Identity::default(), reason))
            .collect();
        let mut work = discover::plan(listing.objects);
        if let Some(s3) = &self.s3 {
            let listed = Listed {
                sieve: work.sieve,
                items: work.items,
                skipped: work.skipped,
                failed: Vec::new(),
                known: 0,
            };
            let listed = s3.list(listing.s3, self.settings, (&known, self.observer), listed);
            (work.items, work.skipped) = (listed.items, listed.skipped);
            summary.known += listed.known;
            let failed = listed.failed.into_iter();
            without_rows.extend(failed.map(|(name, reason)| failure(name, Identity::default(), reason)));
        }
        let mut aside: Vec<ObjectEntry> = work
            .skipped
            .into_iter()
            .filter(|(key, _)| !known.keys.contains_key(&fingerprint(key.as_bytes())))
            .map(|(key, reason)| ObjectEntry {
                reason: Some(reason),
                ..copy_of(key, Identity::default(), "")
            })
            .collect();
        let candidates = Self::choose(work.items, &known, &mut summary, &mut aside, &mut without_rows);
        self.observer.listed(candidates.len(), candidates.iter().filter_map(|it| it.identity.size).sum());
        let mut waiting = candidates.into_iter().peekable();
        let mut hours = BTreeSet::new();
        while waiting.peek().is_some() || !aside.is_empty() {
            let (mut batch, mut bytes) = (Vec::new(), 0);
            while let Some(next) = waiting.peek()
                && (batch.is_empty() || bytes < self.asked.commit_bytes && batch.len() < COMMIT_OBJECTS)
            {
                bytes += next.identity.size.unwrap_or(0);
                batch.extend(waiting.next());
            }
            let aside = std::mem::take(&mut aside);
            self.batch(batch, aside, &mut known, &mut summary, &mut hours, &mut without_rows)?;
        }
        summary.hours = hours.len() as u64;
        self.keep_failures(without_rows, &known, &mut summary)?;
        self.merge_small()?;
        Ok(summary)
    }

    /// The objects that must be read: not those that were, nor copies of them.
    fn choose(
        items: Vec<WorkItem>,
        known: &Known,
        summary: &mut Summary,
        aside: &mut Vec<ObjectEntry>,
        without_rows: &mut Vec<ObjectEntry>,
    ) -> Vec<Candidate> {
        let before = items.len();
        let items: Vec<WorkItem> = items.into_par_iter().filter(|item| !known.holds(&item.object)).collect();
        summary.known += (before - items.len()) as u64;
        let candidates: Vec<Candidate> = items
            .into_par_iter()
            .map(|item| Candidate { identity: identity(&item.object, true), item })
            .collect();
        let mut chosen = Vec::new();
        for candidate in candidates {
            let key = candidate.item.object.name().into_owned();
            let Candidate { item, identity } = candidate;
            let content = identity.etag.clone().zip(identity.size);
            match known.keys.get(&fingerprint(key.as_bytes())) {
                Some((counted, outcome)) if *outcome != Outcome::Failed => {
                    if (&counted.etag, counted.size) == (&identity.etag, identity.size) {
                        summary.known += 1;
                    } else {
                        let reason = "changed since it was counted: its records of then are counted, those of now are not; roll \
                                      the logs up again into a new directory";
                        without_rows.push(failure(key, identity, reason.to_owned()));
                    }
                    continue;
                }
                _ => {}
            }
            let original = content.and_then(|content| known.contents.get(&content).map(String::as_str));
            match original.or_else(|| known.delivered(&item.object)) {
                Some(original) => aside.push(copy_of(key, identity, original)),
                None => chosen.push(Candidate { item, identity }),
            }
        }
        chosen
    }

    /// Reads objects, and what their rows came to.
    fn read(&self, items: &[WorkItem]) -> (Partial, Objects) {
        let formats = KnownFormats::new(self.settings, &self.inventory);
        let hints = |item: &WorkItem| formats.of(item);
        let progress = |bytes| self.observer.advanced(bytes);
        let store = &Self::store();
        let plan = Plan {
            atlas: &self.partitioned.atlas,
            window: self.settings.window,
            hints: &hints,
            progress: &progress,
            store,
            by_object: true,
        };
        let Some(s3) = &self.s3 else { return threads::read_all(items, None, &plan) };
        let is_local = |item: &&WorkItem| !matches!(item.object.location, Location::S3 { .. });
        let local: Vec<WorkItem> = items.iter().filter(is_local).cloned().collect();
        let remote = items.iter().filter(|item| !is_local(item)).map(|item| item.object.clone()).collect();
        s3.read(&local, remote, &plan)
    }

    fn store() -> Arc<Store> {
        Store::new(Limits::for_workers(rayon::current_num_threads()), Some(Box::new(ScratchFile::default())))
    }

    /// Reads objects until none fails among those that are counted together, and commits them; then those that failed.
    fn batch(
        &self,
        batch: Vec<Candidate>,
        aside: Vec<ObjectEntry>,
        known: &mut Known,
        summary: &mut Summary,
        hours: &mut BTreeSet<crate::model::time::Bucket>,
        without_rows: &mut Vec<ObjectEntry>,
    ) -> Result<(), AnalyzeError> {
        // Objects of one content: the first is read, and stands for the others.
        let mut first: HashMap<(String, u64), usize> = HashMap::new();
        let (mut items, mut twins): (Vec<Candidate>, Vec<(Candidate, usize)>) = (Vec::new(), Vec::new());
        for candidate in batch {
            let content = candidate.identity.etag.clone().zip(candidate.identity.size);
            if let Some(place) = content.as_ref().and_then(|content| first.get(content)) {
                twins.push((candidate, *place));
                continue;
            }

            if let Some(content) = content {
                first.insert(content, items.len());
            }
            items.push(candidate);
        }
        let mut failed: BTreeMap<String, String> = BTreeMap::new();
        let mut absent: BTreeSet<String> = BTreeSet::new();
        let (partial, objects) = loop {
            let good: Vec<WorkItem> = items
                .iter()
                .filter(|candidate| !failed.contains_key(&*candidate.item.object.name()))
                .map(|candidate| candidate.item.clone())
                .collect();
            let (partial, objects) = self.read(&good);
            let again: Vec<&ObjectLine> =
                objects.lines.iter().filter(|line| line.outcome == FAILED).collect();
            failed.extend(again.iter().map(|line| (line.object.clone(), line.reason.clone())));
            // What never arrived is not in the totals: they need not be read again without it.
            absent.extend(objects.absent.iter().cloned());
            if again.iter().all(|line| objects.absent.contains(&line.object)) {
                break (partial, objects);
            }
        };
        let mut entries = entries_of(&items, &objects, &failed);
        let mut replaces = Vec::new();
        for entry in &entries {
            replaces.extend(known.failed.remove(&entry.key).unwrap_or_default());
            known.add(entry);
        }
        let read: HashMap<String, ObjectEntry> =
            entries.iter().map(|entry| (entry.key.clone(), entry.clone())).collect();
        for (candidate, place) in twins {
            let original = items[place].item.object.name();
            let key = candidate.item.object.name().into_owned();
            entries.push(match read.get(&*original) {
                // Without a row nothing can count twice.
                Some(same) if !has_rows(&same.counts) => {
                    ObjectEntry { key, identity: candidate.identity, ..same.clone() }
                }
                _ => copy_of(key, candidate.identity, &original),
            });
        }
        entries.extend(aside);
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let copies = entries
            .iter()
            .filter(|entry| entry.reason.as_deref().is_some_and(|reason| reason.starts_with("copy of ")));
        summary.copies.extend(copies.map(line));
        summary.new += entries.iter().filter(|entry| entry.outcome == Outcome::Read).count() as u64;
        summary.skipped += entries.iter().filter(|entry| entry.outcome == Outcome::Skipped).count() as u64;
        summary.records += partial.counts.records();
        hours.extend(partial.counts_by_hour.keys());
        if !entries.is_empty() {
            self.commit(&partial, &entries, Kind::Totals, replaces)?;
        }
        for candidate in items {
            let key = candidate.item.object.name().into_owned();
            let Some(reason) = failed.remove(&key) else { continue };
            let (partial, objects) = if absent.contains(&key) {
                let mut objects = Objects::default();
                objects.push(key.clone(), FAILED, reason);
                (Partial::new(), objects)
            } else {
                self.read(std::slice::from_ref(&candidate.item))
            };
            let reason =
                objects.lines.iter().find(|line| line.outcome == FAILED).map(|line| line.reason.clone());
            let replaces = known.failed.remove(&key).unwrap_or_default();
            let Some(reason) = reason else {
                // This time it was read.
                let entries = entries_of(&[candidate], &objects, &BTreeMap::new());
                for entry in &entries {
                    known.add(entry);
                }
                summary.new += 1;
                summary.records += partial.counts.records();
                self.commit(&partial, &entries, Kind::Totals, replaces)?;
                continue;
            };
            let entry = failed_entry(&candidate, &objects, &reason);
            if has_rows(&entry.counts) || !replaces.is_empty() {
                summary.failed.push(line(&entry));
                self.commit(&partial, &[entry], Kind::Failed, replaces)?;
            } else {
                without_rows.push(entry);
            }
        }
        Ok(())
    }

    fn commit(
        &self,
        partial: &Partial,
        entries: &[ObjectEntry],
        kind: Kind,
        replaces: Vec<String>,
    ) -> Result<(), AnalyzeError> {
        let content = Content {
            partial,
            partitioned: &self.partitioned,
            entries,
            kind,
            id: None,
            settings: self.segment_settings(),
            replaces,
        };
        write(&self.directory.vault, &content)?;
        Ok(())
    }

    fn keep_failures(
        &self,
        mut failures: Vec<ObjectEntry>,
        known: &Known,
        summary: &mut Summary,
    ) -> Result<(), AnalyzeError> {
        summary.failed.extend(failures.iter().map(line));
        summary.failed.sort();
        if failures.is_empty() && known.failed_without_rows.is_empty() {
            return Ok(());
        }
        failures.sort_by(|a, b| a.key.cmp(&b.key));
        let replaces = known.failed_without_rows.clone();
        self.commit(&Partial::new(), &failures, Kind::FailedWithoutRows, replaces)
    }

    /// Merges small segments of this partition into one where there are many.
    fn merge_small(&self) -> Result<(), AnalyzeError> {
        self.directory.clean()?;
        let segments = self.directory.open()?;
        let settings = self.segment_settings();
        let is_small = |open: &&Open| {
            let segment = &open.segment;
            segment.kind == Kind::Totals
                && segment.rows < SMALL_SEGMENT_ROWS
                && segment.partition == self.partitioned.digest
                && segment.settings == settings
        };
        let small: Vec<&Open> = segments.iter().filter(is_small).collect();
        if small.len() <= MAX_SMALL_SEGMENTS {
            return Ok(());
        }
        // Onto the same classes.
        let description = &self.partitioned;
        let again = Partition::load(&self.directory.vault, &description.digest, &small[0].commit_path())?;
        let mut atlas =
            Partition::load(&self.directory.vault, &description.digest, &small[0].commit_path())?.atlas;
        let wanted = again.atlas;
        let mapped = Mapped::new(description, wanted, &mut atlas);
        let parts: Vec<(&Open, &Mapped)> = small.iter().map(|open| (*open, &mapped)).collect();
        let partial = load(&parts, (None, None), &Self::store())?;
        let mut entries: Vec<ObjectEntry> =
            small.iter().flat_map(|open| open.entries.iter().cloned()).collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let replaces = small.iter().map(|open| open.segment.id.clone()).collect();
        self.commit(&partial, &entries, Kind::Totals, replaces)?;
        Ok(self.directory.clean()?)
    }
}
