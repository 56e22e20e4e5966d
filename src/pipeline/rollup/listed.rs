//! A rollup of exactly the objects of a manifest.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::known::{Candidate, entries_of, failed_entry, failure, identity, line};
use super::{Run, Summary};
use crate::discover::WorkItem;
use crate::pipeline::outcome::FAILED;
use crate::pipeline::{AnalyzeError, rolled};
use crate::rollup::manifest::ManifestEntry;
use crate::rollup::{Content, Identity, Kind, Outcome, write};
use crate::source::remote::S3Uri;
use crate::source::{self, Listing, LogObject};

impl Run<'_> {
    /// Exactly the objects of a manifest, as one segment that replaces its earlier self.
    pub(super) fn manifest(&self, path: &std::path::Path, listing: Listing) -> Result<Summary, AnalyzeError> {
        let manifest = rolled::read_manifest(path)?;
        let listed: HashMap<String, LogObject> =
            listing.objects.into_iter().map(|object| (object.name().into_owned(), object)).collect();
        let mut summary = Summary::default();
        let (mut chosen, mut entries) = (Vec::new(), Vec::new());
        let found: Vec<(&ManifestEntry, Result<Option<LogObject>, String>)> = manifest
            .entries
            .par_iter()
            .map(|entry| {
                let found = match (listed.get(&entry.key), S3Uri::parse(&entry.key)) {
                    (Some(object), _) => Ok(Some(object.clone())),
                    (None, Some(uri)) => self.remote_object(uri, entry)?,
                    (None, None) => {
                        Ok(source::list(std::slice::from_ref(&entry.key)).ok().and_then(|found| {
                            found.objects.into_iter().find(|object| object.name() == entry.key)
                        }))
                    }
                };
                Ok((entry, found))
            })
            .collect::<Result<_, AnalyzeError>>()?;
        for (entry, found) in found {
            let object = match found {
                Ok(Some(object)) => object,
                Ok(None) => {
                    let reason = "it is not there".to_owned();
                    entries.push(failure(entry.key.clone(), Identity::default(), reason));
                    continue;
                }
                Err(reason) => {
                    entries.push(failure(entry.key.clone(), Identity::default(), reason));
                    continue;
                }
            };
            // The date of a file is not part of what is written: the same manifest gives the same bytes.
            let identity = Identity { modified_ns: None, ..identity(&object, true) };
            let item = WorkItem { object };
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
        let (partial, objects) = self.read(items)?;
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
}
