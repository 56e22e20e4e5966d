//! What a run would read, and what asking for it would cost: the answer of `--dry-run`.

use rust_decimal::Decimal;
use serde::Serialize;

use super::money::usd_string;

/// The value of the `schema` key.
pub const ESTIMATE_SCHEMA: &str = "flowtoll/estimate/v1";

/// All inputs of a run, listed and not read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Always [`ESTIMATE_SCHEMA`].
    pub schema: &'static str,
    /// Objects that would be read, copies and marker files left out.
    pub objects: u64,
    /// Their bytes as they are stored.
    pub bytes: u64,
    /// Objects whose size is not known before they are read (standard input), part of `objects`.
    pub objects_of_unknown_size: u64,
    /// Objects that would be passed over as copies of others.
    pub copies: u64,
    /// Inputs, or parts of them, that could not be listed.
    pub unlisted: Vec<Unlisted>,
    /// The part of it that lies in S3, by bucket.
    pub buckets: Vec<BucketEstimate>,
    /// Price of all requests; `None` (null) where a Region has no price.
    #[serde(serialize_with = "usd_string")]
    pub requests_cost_usd: Option<Decimal>,
    /// What the figures do not say.
    pub notes: Vec<String>,
}

/// What could not be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unlisted {
    /// Directory, file or prefix.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What would be asked of one bucket.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BucketEstimate {
    /// Name of the bucket.
    pub bucket: String,
    /// Its Region, where it is known.
    pub region: Option<String>,
    /// Objects that would be read.
    pub objects: u64,
    /// Their bytes as they are stored.
    pub bytes: u64,
    /// Pages of listings.
    pub list_requests: u64,
    /// Reads of objects, one each. A Parquet object may take some more, for parts of it.
    pub get_requests: u64,
    /// Price of these requests; `None` (null) where the Region has no price.
    #[serde(serialize_with = "usd_string")]
    pub cost_usd: Option<Decimal>,
    /// Rates that were used, with their dates.
    pub rates: Vec<String>,
}
