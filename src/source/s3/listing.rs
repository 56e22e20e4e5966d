//! What a run would ask for, from listings alone.

use std::collections::BTreeMap;

use super::client::{BucketPages, Store};
use super::failure::Failure;
use super::feed::{Listener, distinct, log_object};
use super::partition::NameHours;
use super::walk::{Ask, Entry, Page, Pages, Taker, Walk};
use crate::source::remote::S3Uri;

/// What would be asked of one bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BucketRequests {
    /// The Region that it is asked for in.
    pub region: Option<String>,
    /// Objects to read.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Pages of listings.
    pub list_requests: u64,
    /// Objects that hold anything: one request each, or some for the parts of a large Parquet object.
    pub get_requests: u64,
}

/// Lists inputs and fetches nothing; by bucket.
pub(super) fn list_only(
    store: &Store,
    inputs: Vec<S3Uri>,
    hours: NameHours,
    listener: &mut dyn Listener,
) -> BTreeMap<String, BucketRequests> {
    let mut buckets: BTreeMap<String, BucketRequests> = BTreeMap::new();
    for input in distinct(inputs) {
        let mut requests = buckets.remove(&input.bucket).unwrap_or_default();
        let mut pages = Counted { pages: BucketPages { store, bucket: &input.bucket }, count: 0 };
        let mut taker = Counter { input: &input, listener: &mut *listener, requests: &mut requests };
        let mut walk = Walk { pages: &mut pages, taker: &mut taker, hours };
        // A counter takes every object: it never ends a walk.
        let _ = walk.input(&input.prefix);
        requests.list_requests += pages.count;
        requests.region = store.clients.region(&input.bucket);
        buckets.insert(input.bucket, requests);
    }
    buckets
}

/// Counts pages.
struct Counted<P> {
    pages: P,
    count: u64,
}

impl<P: Pages> Pages for Counted<P> {
    fn page(&mut self, ask: &Ask) -> Result<Page, Failure> {
        self.count += 1;
        self.pages.page(ask)
    }
}

/// Counts objects.
struct Counter<'c> {
    input: &'c S3Uri,
    listener: &'c mut dyn Listener,
    requests: &'c mut BucketRequests,
}

impl Taker for Counter<'_> {
    fn take(&mut self, entry: Entry, explicit: bool) -> bool {
        if self.listener.listed(&log_object(&self.input.bucket, &entry, explicit)) {
            self.requests.objects += 1;
            self.requests.bytes += entry.size_bytes;
            self.requests.get_requests += u64::from(entry.size_bytes > 0);
        }
        true
    }

    fn failed(&mut self, prefix: &str, failure: Failure) {
        self.listener
            .failed(format!("s3://{}/{prefix}", self.input.bucket), format!("cannot be listed: {failure}"));
    }
}
