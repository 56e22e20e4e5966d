//! What a run would read and what the requests for it cost: listings only, no object is opened.

use super::{AnalyzeError, Observer, Settings, load_prices};
use crate::discover;
use crate::model::estimate::{ESTIMATE_SCHEMA, Estimate, Unlisted};
use crate::source::{self, Location};
use rust_decimal::Decimal;

/// Lists the inputs of a run and says what it would ask for.
///
/// # Errors
/// As [`analyze`](super::analyze) before it reads.
pub fn estimate(settings: &Settings, observer: &dyn Observer) -> Result<Estimate, AnalyzeError> {
    let listing = source::list(&settings.inputs)?;
    let _book = load_prices(settings, observer)?;
    let work = discover::plan(listing.objects);
    let unknown = work.items.iter().filter(|item| item.object.location == Location::Stdin).count();
    let unlisted =
        listing.unreadable.into_iter().map(|(name, reason)| Unlisted { name, reason }).collect::<Vec<_>>();
    Ok(Estimate {
        schema: ESTIMATE_SCHEMA,
        objects: work.items.len() as u64,
        bytes: work.items.iter().map(|item| item.object.size_bytes).sum(),
        objects_of_unknown_size: unknown as u64,
        copies: work.skipped.len() as u64,
        unlisted,
        buckets: Vec::new(),
        requests_cost_usd: Some(Decimal::ZERO),
        notes: Vec::new(),
    })
}
