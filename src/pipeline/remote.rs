//! Objects that are listed and fetched while others are read.

use super::outcome::Objects;
use super::threads::{self, Plan};
use super::{AnalyzeError, Observer, Settings};
use crate::aggregate::Partial;
use crate::discover::{Sieve, WorkItem};
use crate::source::remote::S3Uri;
#[cfg(feature = "s3")]
use crate::source::s3::{S3Feed, Session};

#[cfg(feature = "parquet")]
pub(super) use client::Client;

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
    let session = Session::new(&settings.s3).map_err(AnalyzeError::S3)?;
    let feed = S3Feed::new(&session, inputs.to_vec(), window.from, window.to);
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

/// For runs that list first and read then.
#[cfg(all(feature = "s3", feature = "parquet"))]
mod client {
    use super::{AnalyzeError, Objects, Partial, Plan, S3Feed, S3Uri, Session, WorkItem, threads};
    use crate::classify::sink::Window;
    use crate::source::LogObject;
    use crate::source::remote::S3Settings;
    use crate::source::s3::{Listener, list_only};

    /// Lists and reads objects of S3.
    pub(in crate::pipeline) struct Client {
        session: Session,
    }

    impl Client {
        pub(in crate::pipeline) fn new(settings: &S3Settings) -> Result<Self, AnalyzeError> {
            Ok(Self { session: Session::new(settings).map_err(AnalyzeError::S3)? })
        }

        /// Tells `listed` of every object below the inputs, and `failed` of what cannot be listed, with the reason.
        pub(in crate::pipeline) fn list(
            &self,
            inputs: Vec<S3Uri>,
            window: Window,
            listed: impl FnMut(&LogObject) + Send,
            failed: impl FnMut(String, String) + Send,
        ) {
            list_only(&self.session, inputs, (window.from, window.to), &mut Told { listed, failed });
        }

        /// Reads objects of this machine, then some of S3.
        pub(in crate::pipeline) fn read(
            &self,
            items: &[WorkItem],
            remote: Vec<LogObject>,
            plan: &Plan<'_>,
        ) -> (Partial, Objects) {
            let feed = S3Feed::of_objects(&self.session, remote);
            std::thread::scope(|scope| {
                scope.spawn(|| feed.run(&mut Told { listed: |_: &LogObject| {}, failed: |_, _| {} }));
                threads::read_all(items, Some(&feed), plan)
            })
        }
    }

    struct Told<L, F> {
        listed: L,
        failed: F,
    }

    impl<L: FnMut(&LogObject) + Send, F: FnMut(String, String) + Send> Listener for Told<L, F> {
        fn listed(&mut self, object: &LogObject) -> bool {
            (self.listed)(object);
            true
        }

        fn failed(&mut self, name: String, reason: String) {
            (self.failed)(name, reason);
        }
    }
}

/// A build without S3 has none.
#[cfg(all(not(feature = "s3"), feature = "parquet"))]
mod client {
    use super::{AnalyzeError, Objects, Partial, Plan, S3Uri, WorkItem};
    use crate::classify::sink::Window;
    use crate::source::LogObject;
    use crate::source::remote::S3Settings;

    pub(in crate::pipeline) enum Client {}

    impl Client {
        pub(in crate::pipeline) fn new(_: &S3Settings) -> Result<Self, AnalyzeError> {
            Err(AnalyzeError::NoS3)
        }

        pub(in crate::pipeline) fn list(
            &self,
            _: Vec<S3Uri>,
            _: Window,
            _: impl FnMut(&LogObject) + Send,
            _: impl FnMut(String, String) + Send,
        ) {
            match *self {}
        }

        pub(in crate::pipeline) fn read(
            &self,
            _: &[WorkItem],
            _: Vec<LogObject>,
            _: &Plan<'_>,
        ) -> (Partial, Objects) {
            match *self {}
        }
    }
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
