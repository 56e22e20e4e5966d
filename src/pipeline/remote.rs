//! Objects that are listed and fetched while others are read.

use super::outcome::Objects;
use super::threads::{self, Plan};
use super::{AnalyzeError, Observer, Settings};
use crate::aggregate::Partial;
use crate::discover::{Sieve, WorkItem};
use crate::source::remote::S3Uri;

/// Reads the objects of this machine, then those of S3 as they arrive. `sieve` has judged the former.
pub(super) fn read_all(
    items: &[WorkItem],
    sieve: Sieve,
    inputs: &[S3Uri],
    settings: &Settings,
    observer: &dyn Observer,
    plan: &Plan<'_>,
) -> Result<(Partial, Objects), AnalyzeError> {
    if inputs.is_empty() {
        // It is as large as the list of objects.
        drop(sieve);
        return Ok(threads::read_all(items, None, plan));
    }
    with_feed(items, sieve, inputs, settings, observer, plan)
}

#[cfg(feature = "s3")]
fn with_feed(
    items: &[WorkItem],
    sieve: Sieve,
    inputs: &[S3Uri],
    settings: &Settings,
    observer: &dyn Observer,
    plan: &Plan<'_>,
) -> Result<(Partial, Objects), AnalyzeError> {
    let window = settings.window;
    let s3 = crate::source::s3::S3::open(&settings.s3).map_err(AnalyzeError::S3)?;
    let feed = s3.below(inputs.to_vec(), (window.from, window.to));
    let mut listener = listener::Lister::new(observer, items, sieve);
    let (partial, mut objects) = std::thread::scope(|scope| {
        scope.spawn(|| feed.run(&mut listener));
        threads::read_all(items, Some(&feed), plan)
    });
    objects.merge(listener.objects);
    Ok((partial, objects))
}

/// A build without S3 reads the objects of this machine.
#[cfg(not(feature = "s3"))]
fn with_feed(
    _: &[WorkItem],
    _: Sieve,
    _: &[S3Uri],
    _: &Settings,
    _: &dyn Observer,
    _: &Plan<'_>,
) -> Result<(Partial, Objects), AnalyzeError> {
    Err(AnalyzeError::NoS3)
}

#[cfg(feature = "s3")]
mod listener {
    use super::{Objects, Observer, Sieve, WorkItem};
    use crate::discover::Verdict;
    use crate::pipeline::outcome::{FAILED, SKIPPED};
    use crate::source::LogObject;
    use crate::source::s3::Listener;

    /// Decides what is read of what is listed.
    pub(super) struct Lister<'o> {
        observer: &'o dyn Observer,
        sieve: Sieve,
        count: usize,
        bytes: u64,
        pub objects: Objects,
    }

    impl<'o> Lister<'o> {
        /// Of the objects of this machine, which the sieve has judged, no copies are read.
        pub fn new(observer: &'o dyn Observer, items: &[WorkItem], sieve: Sieve) -> Self {
            let bytes = items.iter().map(|item| item.object.size_bytes).sum();
            Self { observer, sieve, count: items.len(), bytes, objects: Objects::default() }
        }
    }

    impl Listener for Lister<'_> {
        fn listed(&mut self, object: &LogObject) -> bool {
            match self.sieve.judge(object) {
                Verdict::Read => {
                    self.count += 1;
                    self.bytes += object.size_bytes;
                    self.observer.listed(self.count, self.bytes);
                    true
                }
                Verdict::Ignore => false,
                Verdict::Copy { .. } => {
                    let reason = "copy of another object with AWS's name: counted once".to_owned();
                    self.objects.push(object.name().into_owned(), SKIPPED, reason);
                    false
                }
            }
        }

        fn failed(&mut self, name: String, reason: String) {
            self.objects.push(name, FAILED, reason);
        }
    }
}
