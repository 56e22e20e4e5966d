//! A rollup of exactly the objects of a manifest.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::known::{Candidate, entries_of, failed_entry, failure, identity, line};
use super::{Run, Summary};
use crate::discover::WorkItem;
use crate::pipeline::AnalyzeError;
use crate::pipeline::outcome::FAILED;
use crate::rollup::manifest::Manifest;
use crate::rollup::{Content, Identity, Kind, Outcome, write};
use crate::source::remote::S3Uri;
use crate::source::{self, Listing, Location, LogObject};

/// An object of a manifest.
type Found = (WorkItem, Identity);

fn found(object: LogObject) -> Found {
    // The date of a file is not part of what is written: the same manifest gives the same bytes.
    let identity = Identity { modified_ns: None, ..identity(&object, true) };
    (WorkItem { object }, identity)
}

impl Run<'_> {
    /// Exactly the objects of a manifest, as one segment that replaces its earlier self.
    pub(super) fn manifest(&self, manifest: Manifest, listing: Listing) -> Result<Summary, AnalyzeError> {
        let listed: HashMap<String, LogObject> =
            listing.objects.into_iter().map(|object| (object.name().into_owned(), object)).collect();
        let mut summary = Summary::default();
        let (mut chosen, mut entries) = (Vec::new(), Vec::new());
        let mut remote = self.remote(&manifest);
        let local: Vec<Option<Found>> = manifest
            .entries
            .par_iter()
            .map(|entry| {
                if remote.contains_key(&entry.key) {
                    return None;
                }
                let object = listed.get(&entry.key).cloned().or_else(|| {
                    let found = source::list(std::slice::from_ref(&entry.key)).ok()?;
                    found.objects.into_iter().find(|object| object.name() == entry.key)
                });
                object.map(found)
            })
            .collect();
        for (entry, local) in manifest.entries.iter().zip(local) {
            let found = match remote.remove(&entry.key) {
                Some(answer) => answer.map(found),
                None => local.ok_or_else(|| "it is not there".to_owned()),
            };
            let (item, identity) = match found {
                Ok(found) => found,
                Err(reason) => {
                    entries.push(failure(entry.key.clone(), Identity::default(), reason));
                    continue;
                }
            };
            let size = entry.size.is_some_and(|size| Some(size) != identity.size);
            let etag = entry.etag.is_some() && entry.etag != identity.etag;
            if size || etag {
                let what = if size { "size" } else { "ETag" };
                let reason = format!("its {what} is not that of the manifest: it is another object by now");
                entries.push(failure(entry.key.clone(), identity, reason));
            } else {
                chosen.push(Candidate { item, identity });
            }
        }
        self.observer.listed(chosen.len(), chosen.iter().filter_map(|it| it.identity.size).sum());
        let items: Vec<WorkItem> = chosen.iter().map(|candidate| candidate.item.clone()).collect();
        let (partial, objects) = self.read(&items);
        let failed: BTreeMap<String, String> = objects
            .lines
            .iter()
            .filter(|line| line.outcome == FAILED)
            .map(|line| (line.object.clone(), line.reason.clone()))
            .collect();
        entries.extend(entries_of(&chosen, &objects, &failed));
        for candidate in &chosen {
            if let Some(reason) = failed.get(&*candidate.item.object.name()) {
                entries.push(failed_entry(candidate, &objects, reason));
            }
        }
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        summary.new = entries.iter().filter(|entry| entry.outcome == Outcome::Read).count() as u64;
        summary.skipped = entries.iter().filter(|entry| entry.outcome == Outcome::Skipped).count() as u64;
        summary.failed = entries.iter().filter(|entry| entry.outcome == Outcome::Failed).map(line).collect();
        summary.records = partial.counts.records();
        summary.hours = partial.counts_by_hour.len() as u64;
        let content = Content {
            partial: &partial,
            partitioned: &self.partitioned,
            entries: &entries,
            kind: Kind::Manifest,
            id: Some(manifest.id),
            settings: self.segment_settings(),
            replaces: Vec::new(),
        };
        write(&self.directory.vault, &content)?;
        Ok(summary)
    }

    /// The entries that lie in S3. What is known of them needs not be asked for: an object that is another by now is not given.
    fn remote(&self, manifest: &Manifest) -> HashMap<String, Result<LogObject, String>> {
        let Some(s3) = &self.s3 else { return HashMap::new() };
        let mut found = HashMap::new();
        let mut unknown = Vec::new();
        for entry in &manifest.entries {
            let Some(uri) = S3Uri::parse(&entry.key) else { continue };
            if let (Some(size_bytes), Some(etag)) = (entry.size, &entry.etag) {
                let object = LogObject {
                    location: Location::S3 { bucket: uri.bucket.into(), key: uri.prefix.into() },
                    size_bytes,
                    etag: Some(etag.as_str().into()),
                    explicit: true,
                };
                found.insert(entry.key.clone(), Ok(object));
            } else {
                unknown.push((entry.key.clone(), uri));
            }
        }
        let (keys, uris): (Vec<String>, Vec<S3Uri>) = unknown.into_iter().unzip();
        found.extend(keys.into_iter().zip(s3.look_up(uris)));
        found
    }
}
