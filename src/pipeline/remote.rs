//! Objects that are listed and fetched while others are read.

use rayon::ThreadPool;

use super::outcome::Objects;
use super::threads::{self, Plan};
use super::{AnalyzeError, Observer, Settings};
use crate::aggregate::Partial;
use crate::discover::WorkItem;
use crate::source::remote::S3Uri;

/// Reads the objects of this machine, then those of S3 as they arrive.
#[cfg(feature = "s3")]
pub(super) fn read_all(
    items: &[WorkItem],
    inputs: &[S3Uri],
    settings: &Settings,
    observer: &dyn Observer,
    pool: &ThreadPool,
    plan: &Plan<'_>,
) -> Result<(Partial, Objects), AnalyzeError> {
    use crate::source::s3::S3Feed;

    if inputs.is_empty() {
        return Ok(pool.install(|| threads::read_all(items, None, plan)));
    }
    let window = settings.window;
    let feed =
        S3Feed::new(&settings.s3, inputs.to_vec(), window.from, window.to).map_err(AnalyzeError::S3)?;
    let mut listener = listener::Lister::new(observer, items);
    let (partial, mut objects) = std::thread::scope(|scope| {
        scope.spawn(|| feed.run(&mut listener));
        pool.install(|| threads::read_all(items, Some(&feed), plan))
    });
    objects.merge(listener.objects);
    Ok((partial, objects))
}

/// A build without S3 reads the objects of this machine.
#[cfg(not(feature = "s3"))]
pub(super) fn read_all(
    items: &[WorkItem],
    inputs: &[S3Uri],
    _: &Settings,
    _: &dyn Observer,
    pool: &ThreadPool,
    plan: &Plan<'_>,
) -> Result<(Partial, Objects), AnalyzeError> {
    if inputs.is_empty() {
        Ok(pool.install(|| threads::read_all(items, None, plan)))
    } else {
        Err(AnalyzeError::NoS3)
    }
}

#[cfg(feature = "s3")]
mod listener {
    use super::{Objects, Observer, WorkItem};
    use crate::discover::{Sieve, Verdict};
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
        /// Of the objects of this machine no copies are read.
        pub fn new(observer: &'o dyn Observer, items: &[WorkItem]) -> Self {
            let mut sieve = Sieve::default();
            for item in items {
                sieve.judge(&item.object);
            }
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
                Verdict::Copy => {
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
