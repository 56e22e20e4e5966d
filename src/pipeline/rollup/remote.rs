//! Objects of S3 in a rollup: listed first, and only what is new is asked for.

use super::known::{Known, failure};
use super::{Client, Run, Summary};
use crate::discover::{Verdict, Work, WorkItem};
use crate::pipeline::AnalyzeError;
use crate::rollup::manifest::ManifestEntry;
use crate::rollup::{Identity, ObjectEntry};
use crate::source::remote::S3Uri;
use crate::source::{Location, LogObject};

impl Run<'_> {
    /// Who asks S3, from the first time on that something is asked.
    pub(super) fn client(&self) -> Result<&Client, AnalyzeError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = Client::new(&self.settings.s3)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Lists inputs. Objects that the directory holds are not kept: of a bucket with a million only the new ones take room.
    pub(super) fn list_remote(
        &self,
        inputs: Vec<S3Uri>,
        work: &mut Work,
        known: &Known,
        summary: &mut Summary,
        without_rows: &mut Vec<ObjectEntry>,
    ) -> Result<(), AnalyzeError> {
        let Work { items, skipped, sieve } = work;
        let listed = |object: &LogObject| match sieve.judge(object) {
            Verdict::Ignore => {}
            Verdict::Read if known.holds(object) => summary.known += 1,
            Verdict::Read => items.push(WorkItem { object: object.clone() }),
            Verdict::Copy { .. } => {
                let reason = "copy of another object with AWS's name: counted once".to_owned();
                skipped.push((object.name().into_owned(), reason));
            }
        };
        let failed = |name, reason| without_rows.push(failure(name, Identity::default(), reason));
        self.client()?.list(inputs, self.settings.window, listed, failed);
        Ok(())
    }

    /// The object of S3 that an entry of a manifest names; `None` where there is none, or the reason why nobody knows. Where the
    /// manifest tells size and ETag, nothing is asked: what is read must have them.
    pub(super) fn remote_object(
        &self,
        uri: S3Uri,
        entry: &ManifestEntry,
    ) -> Result<Result<Option<LogObject>, String>, AnalyzeError> {
        if let (Some(size_bytes), Some(etag)) = (entry.size, &entry.etag) {
            let location = Location::S3 { bucket: uri.bucket.into(), key: uri.prefix.into() };
            let etag = Some(etag.as_str().into());
            return Ok(Ok(Some(LogObject { location, size_bytes, etag, explicit: true })));
        }
        let (mut found, mut refused) = (None, None);
        let listed = |object: &LogObject| {
            if object.name() == entry.key {
                found = Some(object.clone());
            }
        };
        let failed = |_, reason| refused = Some(reason);
        self.client()?.list(vec![uri], crate::classify::sink::Window::default(), listed, failed);
        Ok(refused.map_or(Ok(found), Err))
    }
}
