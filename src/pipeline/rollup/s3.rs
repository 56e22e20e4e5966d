//! Objects of S3: what is new is known from the listing alone, and only that is fetched.

use super::known::Known;
use crate::aggregate::Partial;
use crate::discover::{Sieve, WorkItem};
use crate::pipeline::outcome::Objects;
use crate::pipeline::threads::Plan;
use crate::pipeline::{AnalyzeError, Observer, Settings};
use crate::source::LogObject;
use crate::source::remote::S3Uri;

/// What a listing came to.
pub(super) struct Listed {
    /// Judges what is listed.
    #[cfg_attr(not(feature = "s3"), expect(dead_code, reason = "nothing is listed"))]
    pub sieve: Sieve,
    /// Objects that are not known.
    pub items: Vec<WorkItem>,
    /// Copies by AWS's name, with the reason.
    pub skipped: Vec<(String, String)>,
    /// What cannot be listed.
    pub failed: Vec<(String, String)>,
    /// Objects that were counted before.
    pub known: u64,
}

pub(super) use client::S3;

#[cfg(feature = "s3")]
mod client {
    use super::WorkItem;
    use super::{AnalyzeError, Known, Listed, LogObject, Objects, Observer, Partial, Plan, S3Uri, Settings};
    use crate::discover::Verdict;
    use crate::pipeline::threads;
    use crate::source::s3::{Listener, S3 as Store};

    /// A store of objects.
    pub(in super::super) struct S3(Store);

    impl S3 {
        pub fn open(settings: &Settings) -> Result<Self, AnalyzeError> {
            Store::open(&settings.s3).map(Self).map_err(AnalyzeError::S3)
        }

        /// Lists inputs, and keeps what is not known.
        pub fn list(
            &self,
            inputs: Vec<S3Uri>,
            settings: &Settings,
            (known, observer): (&Known, &dyn Observer),
            listed: Listed,
        ) -> Listed {
            let mut judge = Lister { known, observer, listed };
            let _ = self.0.list(inputs, (settings.window.from, settings.window.to), &mut judge);
            judge.listed
        }

        /// Size and ETag of single objects.
        pub fn look_up(&self, wanted: Vec<S3Uri>) -> Vec<Result<LogObject, String>> {
            self.0.look_up(wanted)
        }

        /// Reads objects of this machine, then those of S3 as they arrive.
        pub fn read<'p>(
            &self,
            local: &'p [WorkItem],
            remote: Vec<LogObject>,
            plan: &Plan<'p>,
        ) -> (Partial, Objects) {
            let feed = self.0.objects(remote);
            std::thread::scope(|scope| {
                scope.spawn(|| feed.run(&mut Silent));
                threads::read_all(local, Some(&feed), plan)
            })
        }
    }

    /// Of objects that were listed before there is nothing to tell.
    struct Silent;

    impl Listener for Silent {
        fn listed(&mut self, _: &LogObject) -> bool {
            true
        }

        fn failed(&mut self, _: String, _: String) {}
    }

    struct Lister<'l> {
        known: &'l Known,
        observer: &'l dyn Observer,
        listed: Listed,
    }

    impl Listener for Lister<'_> {
        fn listed(&mut self, object: &LogObject) -> bool {
            let listed = &mut self.listed;
            match listed.sieve.judge(object) {
                Verdict::Ignore => {}
                // In the words of a report, which does not keep the names of a million objects.
                Verdict::Copy { .. } => {
                    let reason = "copy of another object with AWS's name: counted once".to_owned();
                    listed.skipped.push((object.name().into_owned(), reason));
                }
                Verdict::Read if self.known.holds(object) => listed.known += 1,
                Verdict::Read => listed.items.push(WorkItem { object: object.clone() }),
            }
            false
        }

        fn failed(&mut self, name: String, reason: String) {
            self.observer.remark(&format!("{name}: {reason}"));
            self.listed.failed.push((name, reason));
        }
    }
}

/// A build without S3 refuses such inputs.
#[cfg(not(feature = "s3"))]
mod client {
    use super::{
        AnalyzeError, Known, Listed, LogObject, Objects, Observer, Partial, Plan, S3Uri, Settings, WorkItem,
    };

    pub(in super::super) enum S3 {}

    impl S3 {
        pub fn open(_: &Settings) -> Result<Self, AnalyzeError> {
            Err(AnalyzeError::NoS3)
        }

        pub fn list(&self, _: Vec<S3Uri>, _: &Settings, _: (&Known, &dyn Observer), _: Listed) -> Listed {
            match *self {}
        }

        pub fn look_up(&self, _: Vec<S3Uri>) -> Vec<Result<LogObject, String>> {
            match *self {}
        }

        pub fn read<'p>(&self, _: &'p [WorkItem], _: Vec<LogObject>, _: &Plan<'p>) -> (Partial, Objects) {
            match *self {}
        }
    }
}
