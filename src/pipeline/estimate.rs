//! What a run would read and what the requests for it cost: listings only, no object is opened.

use rust_decimal::Decimal;

use super::{AnalyzeError, Observer, Settings, load_prices};
use crate::discover;
use crate::model::estimate::{BucketEstimate, ESTIMATE_SCHEMA, Estimate, Unlisted};
use crate::price::PriceBook;
use crate::source::{self, Location};

/// What is true of every run that reads from S3.
const TRANSFER: &str = "data transfer is not in it: free inside the bucket's Region, but for the toll of a NAT gateway on the \
                        way; priced by the GB to other Regions and to the internet";
/// Where the list prices of AWS may not be those of the store.
const OTHER_STORE: &str = "requests to --endpoint-url are priced as those to AWS in the Region";

/// Lists the inputs of a run and says what it would ask for.
///
/// # Errors
/// As [`analyze`](super::analyze) before it reads, and when nothing at all can be listed.
pub fn estimate(settings: &Settings, observer: &dyn Observer) -> Result<Estimate, AnalyzeError> {
    let mut listing = source::list(&settings.inputs)?;
    let inputs = std::mem::take(&mut listing.s3);
    let book = load_prices(settings, observer)?;
    let work = discover::plan(listing.objects);
    let unknown = work.items.iter().filter(|item| item.object.location == Location::Stdin).count();
    let unlisted =
        listing.unreadable.into_iter().map(|(name, reason)| Unlisted { name, reason }).collect::<Vec<_>>();
    let mut estimate = Estimate {
        schema: ESTIMATE_SCHEMA,
        objects: work.items.len() as u64,
        bytes: work.items.iter().map(|item| item.object.size_bytes).sum(),
        objects_of_unknown_size: unknown as u64,
        copies: work.skipped.len() as u64,
        unlisted,
        buckets: Vec::new(),
        requests_cost_usd: Some(Decimal::ZERO),
        notes: Vec::new(),
    };
    if !inputs.is_empty() {
        estimate.buckets = remote::buckets(settings, inputs, work.sieve, &mut estimate, &book)?;
        estimate.objects += estimate.buckets.iter().map(|bucket| bucket.objects).sum::<u64>();
        estimate.bytes += estimate.buckets.iter().map(|bucket| bucket.bytes).sum::<u64>();
        let mut costs = estimate.buckets.iter().map(|bucket| bucket.cost_usd);
        estimate.requests_cost_usd = costs.try_fold(Decimal::ZERO, |sum, cost| sum.checked_add(cost?));
        estimate.notes.push(TRANSFER.to_owned());
        if settings.s3.endpoint_url.is_some() {
            estimate.notes.push(OTHER_STORE.to_owned());
        }
    }
    if estimate.objects == 0 && !estimate.unlisted.is_empty() {
        let reasons: Vec<String> = estimate
            .unlisted
            .iter()
            .map(|unlisted| format!("{}: {}", unlisted.name, unlisted.reason))
            .collect();
        return Err(AnalyzeError::NoFlowLogs(reasons.join("; ")));
    }
    Ok(estimate)
}

#[cfg(feature = "s3")]
mod remote {
    use super::{AnalyzeError, BucketEstimate, Estimate, PriceBook, Settings, Unlisted};
    use crate::discover::{Sieve, Verdict};
    use crate::price::requests::requests_cost;
    use crate::source::LogObject;
    use crate::source::remote::S3Uri;
    use crate::source::s3::{Listener, S3};

    /// What would be asked of each bucket; copies and failures go into the estimate.
    pub(super) fn buckets(
        settings: &Settings,
        inputs: Vec<S3Uri>,
        sieve: Sieve,
        estimate: &mut Estimate,
        book: &PriceBook,
    ) -> Result<Vec<BucketEstimate>, AnalyzeError> {
        let mut chooser = Chooser { sieve, estimate };
        let window = (settings.window.from, settings.window.to);
        let buckets = S3::open(&settings.s3).map_err(AnalyzeError::S3)?.list(inputs, window, &mut chooser);
        let estimates = buckets.into_iter().map(|(bucket, asked)| {
            let region = asked.region.as_deref();
            let (cost_usd, rates) = requests_cost(book, region, asked.list_requests, asked.get_requests);
            BucketEstimate {
                bucket,
                region: asked.region.clone(),
                objects: asked.objects,
                bytes: asked.bytes,
                list_requests: asked.list_requests,
                get_requests: asked.get_requests,
                cost_usd,
                rates,
            }
        });
        Ok(estimates.collect())
    }

    /// Chooses as a run does.
    struct Chooser<'e> {
        sieve: Sieve,
        estimate: &'e mut Estimate,
    }

    impl Listener for Chooser<'_> {
        fn listed(&mut self, object: &LogObject) -> bool {
            let verdict = self.sieve.judge(object);
            self.estimate.copies += u64::from(matches!(verdict, Verdict::Copy { .. }));
            verdict == Verdict::Read
        }

        fn failed(&mut self, name: String, reason: String) {
            self.estimate.unlisted.push(Unlisted { name, reason });
        }
    }
}

/// A build without S3 refuses such inputs.
#[cfg(not(feature = "s3"))]
mod remote {
    use super::{AnalyzeError, BucketEstimate, Estimate, PriceBook, Settings};
    use crate::discover::Sieve;
    use crate::source::remote::S3Uri;

    pub(super) fn buckets(
        _: &Settings,
        _: Vec<S3Uri>,
        _: Sieve,
        _: &mut Estimate,
        _: &PriceBook,
    ) -> Result<Vec<BucketEstimate>, AnalyzeError> {
        Err(AnalyzeError::NoS3)
    }
}
