//! The only code that knows every stage.

#[cfg(feature = "parquet")]
mod chunks;
mod compose;
mod days;
pub mod estimate;
pub mod groups;
mod lines;
mod notes;
pub mod outcome;
mod parts;
mod remote;
#[cfg(feature = "parquet")]
mod rolled;
#[cfg(feature = "parquet")]
pub mod rollup;
pub mod threads;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

use crate::advise::catalog;
use crate::advise::policy::{Availability, Policy, PolicyError};
use crate::aggregate::{Limits, Store};
use crate::attribute::{self, Topology};
use crate::check::NamePattern;
use crate::classify::address_map::{AddressMap, AddressMapError};
use crate::classify::atlas::Atlas;
use crate::classify::ip_ranges::{IpRanges, IpRangesError};
use crate::classify::sink::Window;
use crate::discover::{self, WorkItem};
use crate::inventory::{self, Inventory};
use crate::model::report::Report;
use crate::model::time::{BUCKET_SECONDS, Bucket};
use crate::parse::FormatHints;
use crate::parse::format::LineFormat;
use crate::price::{PriceBook, PriceError};
use crate::source::remote::S3Settings;
use crate::source::scratch::ScratchFile;
use crate::source::{self, SourceError};
use outcome::{FAILED, SKIPPED};
use threads::Plan;

/// What a user asks for.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    /// Files, directories, globs, `s3://bucket/prefix`, or `-`.
    pub inputs: Vec<String>,
    /// Who asks S3, and where.
    pub s3: S3Settings,
    /// Inventory directory; without one, `inventory/` inside an input directory is used.
    pub inventory: Option<PathBuf>,
    /// Price override file.
    pub prices: Option<PathBuf>,
    /// AWS's ip-ranges.json of another date.
    pub ip_ranges: Option<PathBuf>,
    /// The period.
    pub window: Window,
    /// Format of objects without a header.
    pub log_format: Option<LineFormat>,
    /// Bytes and cost by owner.
    pub group_by: Option<groups::GroupBy>,
    /// Worker threads; all cores where not given.
    pub threads: Option<usize>,
    /// A list of objects that rollups among the inputs must hold, each once.
    pub manifest: Option<PathBuf>,
    /// How endpoints are to be named, for the findings.
    pub names: Option<NamePattern>,
    /// How available endpoints must be.
    pub availability: Availability,
    /// Rules on availability for some VPCs.
    pub policy: Option<PathBuf>,
    /// The user's own knowledge of which service stands behind an address.
    pub address_map: Option<PathBuf>,
}

/// Why there is no report.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AnalyzeError {
    /// An input, the inventory, or another file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The ip-ranges file is not one.
    #[error("{path}: {reason}")]
    IpRanges {
        /// The file.
        path: String,
        /// What is wrong.
        reason: IpRangesError,
    },
    /// The price override is refused.
    #[error(transparent)]
    Prices(#[from] PriceError),
    /// The policy file is refused.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The address map is refused.
    #[error(transparent)]
    AddressMap(#[from] AddressMapError),
    /// The inputs hold no flow log.
    #[error("no flow log found: {0}")]
    NoFlowLogs(String),
    /// The client of S3 cannot be started.
    #[error("cannot ask S3: {0}")]
    S3(std::io::Error),
    /// This build has no client of S3.
    #[error("this build reads no S3: build it with the feature `s3`, or copy the logs to this machine")]
    NoS3,
    /// The operating system gives no threads.
    #[error("cannot start worker threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// Totals were written to the temporary file, and do not come back.
    #[error("cannot read back the temporary file with totals: {0}; TMPDIR chooses another disk")]
    Scratch(std::io::Error),
    /// A rollup cannot be read or written.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Rollup(#[from] crate::rollup::RollupError),
    /// Rollups that do not go together, or not with what was asked for.
    #[error("{0}")]
    Rollups(String),
    /// The ledger does not add up.
    #[error(
        "the ledger does not add up: {total} bytes read, but {attributed} attributed + {duplicate} duplicate view + \
         {rejected} rejected + {unattributed} unattributed; this is a defect in flowtoll, please report it"
    )]
    Ledger {
        /// Read.
        total: u128,
        /// Attributed.
        attributed: u128,
        /// Seen again.
        duplicate: u128,
        /// Rejected.
        rejected: u128,
        /// Without a place.
        unattributed: u128,
    },
}

/// Told of what happens during a run.
pub trait Observer: Sync {
    /// The objects are listed: how many, and how many bytes they hold as stored.
    fn listed(&self, objects: usize, bytes: u64);
    /// Bytes were read.
    fn advanced(&self, bytes: u64);
    /// Something a user should know while it happens.
    fn remark(&self, text: &str);
}

/// Reads, attributes, prices, advises and checks: the way of the data on one screen. Without inputs the inventory alone is checked.
///
/// # Errors
/// When nothing can be reported at all; a damaged object or a missing price is part of the report instead.
pub fn analyze(settings: &Settings, observer: &dyn Observer) -> Result<Report, AnalyzeError> {
    analyze_with_inventory(settings, observer).map(|(report, _)| report)
}

/// As [`analyze`], with the inventory that the report was made with.
///
/// # Errors
/// As [`analyze`].
pub fn analyze_with_inventory(
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<(Report, Inventory), AnalyzeError> {
    let listing = source::list(&settings.inputs)?;
    #[cfg(feature = "parquet")]
    let (listing, rolled) = {
        let mut listing = listing;
        let rolled = rolled::Rolled::open(&rolled::take_directories(&mut listing), settings)?;
        (listing, rolled)
    };
    let (inventory, inventory_name) = load_inventory(settings, &listing.inventory_dirs, observer)?;
    let ranges = load_ip_ranges(settings)?;
    #[cfg(feature = "parquet")]
    let ranges = rolled.ranges(settings.ip_ranges.as_ref().map(|_| &ranges))?.unwrap_or(ranges);
    let book = load_prices(settings, observer)?;
    let policy = load_policy(settings)?;
    let map = load_address_map(settings, observer)?;
    let atlas = Atlas::with_map(&ranges, &inventory, &map);

    let work = discover::plan(listing.objects);
    #[cfg(feature = "parquet")]
    rolled.check_logs(&work.items, &listing.s3, settings)?;
    observer.listed(work.items.len(), work.items.iter().map(|item| item.object.size_bytes).sum());
    let formats = KnownFormats::new(settings, &inventory);
    let hints = |item: &WorkItem| formats.of(item);
    let progress = |bytes| observer.advanced(bytes);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.threads.unwrap_or(0)).build()?;
    let limits = Limits::for_workers(pool.current_num_threads());
    let store = &Store::new(limits, Some(Box::new(ScratchFile::default())));
    let plan = Plan {
        atlas: &atlas,
        window: settings.window,
        hints: &hints,
        progress: &progress,
        store,
        by_object: false,
    };
    let (partial, mut objects) =
        pool.install(|| remote::read_all(&work.items, work.sieve, &listing.s3, settings, observer, &plan))?;
    #[cfg(feature = "parquet")]
    let (partial, atlas) = {
        let (mut partial, mut atlas) = (partial, atlas);
        let known = (&inventory, &map);
        pool.install(|| rolled.add((&mut partial, &mut objects), &mut atlas, known, settings, store))?;
        (partial, atlas)
    };

    for (object, reason) in work.skipped {
        objects.push(object, SKIPPED, reason);
    }
    for (object, reason) in listing.unreadable {
        objects.push(object, FAILED, reason);
    }
    objects.finish();
    let nothing = partial.counts.records() + partial.counts.outside_period == 0 && objects.read == 0;
    if nothing && !settings.inputs.is_empty() {
        return Err(AnalyzeError::NoFlowLogs(why_nothing(&settings.inputs, &objects)));
    }

    let topology = Topology::new(&inventory);
    let attribution =
        pool.install(|| attribute::attribute(&partial, &atlas, &topology)).map_err(AnalyzeError::Scratch)?;
    #[cfg_attr(not(feature = "parquet"), expect(unused_mut, reason = "rollups are Parquet"))]
    let mut report = compose::Composer {
        partial: &partial,
        attribution: &attribution,
        topology: &topology,
        atlas: &atlas,
        book: &book,
        names: settings.names.as_ref(),
        policy: &policy,
        mapped: &map.services(),
        objects,
        group_by: settings.group_by.as_ref(),
        sources: compose::source_names(&ranges, settings, inventory_name),
        asked: settings
            .window
            .from
            .and_then(Bucket::of)
            .zip(settings.window.to.and_then(|to| Bucket::of(to.saturating_add(BUCKET_SECONDS - 1)))),
    }
    .report()?;
    #[cfg(feature = "parquet")]
    if let Some(dates) = rolled.dates_of_ranges() {
        report.notes.push(notes::several_ranges(dates));
    }
    Ok((report, inventory))
}

fn load_inventory(
    settings: &Settings,
    found: &[PathBuf],
    observer: &dyn Observer,
) -> Result<(Inventory, Option<String>), SourceError> {
    let directories: Vec<PathBuf> = match &settings.inventory {
        Some(directory) => vec![directory.clone()],
        None => found.to_vec(),
    };
    let mut files = Vec::new();
    for directory in &directories {
        if settings.inventory.is_none() {
            observer.remark(&format!("using the inventory in {}", directory.display()));
        }
        files.extend(source::read_inventory(directory)?);
    }
    let names: Vec<String> = directories.iter().map(|directory| directory.display().to_string()).collect();
    Ok((inventory::load(files), (!names.is_empty()).then(|| names.join(", "))))
}

fn load_ip_ranges(settings: &Settings) -> Result<IpRanges, AnalyzeError> {
    let Some(path) = &settings.ip_ranges else { return Ok(IpRanges::embedded()) };
    IpRanges::from_json(&source::read_text(path)?)
        .map_err(|reason| AnalyzeError::IpRanges { path: path.display().to_string(), reason })
}

fn load_policy(settings: &Settings) -> Result<Policy, AnalyzeError> {
    let policy = Policy::of(settings.availability);
    let Some(path) = &settings.policy else { return Ok(policy) };
    Ok(policy.with_rules(&source::read_text(path)?, &path.display().to_string())?)
}

fn load_address_map(settings: &Settings, observer: &dyn Observer) -> Result<AddressMap, AnalyzeError> {
    let Some(path) = &settings.address_map else { return Ok(AddressMap::default()) };
    let origin = path.display().to_string();
    let map = AddressMap::of_text(&source::read_text(path)?, &origin)?;
    for service in map.services().iter().filter(|service| !catalog::is_known(service)) {
        observer.remark(&format!(
            "{origin} names {service}, which has no VPC endpoint that flowtoll knows: its bytes get the name, and no advice"
        ));
    }
    Ok(map)
}

fn load_prices(settings: &Settings, observer: &dyn Observer) -> Result<PriceBook, AnalyzeError> {
    let book = PriceBook::embedded();
    let Some(path) = &settings.prices else { return Ok(book.clone()) };
    let origin = path.display().to_string();
    let book = book.with_overrides(&source::read_text(path)?, &origin)?;
    for region in book.added_regions() {
        observer.remark(&format!(
            "{origin} names Region {region}, which the price book does not know; is it a typing error?"
        ));
    }
    Ok(book)
}

/// What is known of objects' formats in case they have no header: the user's word; the described format of the flow log in an
/// object's name; or the formats of all described flow logs, of which one must fit.
struct KnownFormats {
    by_flow_log: HashMap<String, FormatHints>,
    all: FormatHints,
}

impl KnownFormats {
    fn new(settings: &Settings, inventory: &Inventory) -> Self {
        let given = settings.log_format.clone().map(Arc::new);
        let hints = |texts: &mut dyn Iterator<Item = &str>| {
            let texts: BTreeSet<&str> = texts.collect();
            let described =
                texts.into_iter().filter_map(|text| LineFormat::of_log_format(text).ok()).collect();
            FormatHints { given: given.clone(), described }
        };
        let logs = &inventory.flow_logs;
        let by_flow_log = logs
            .iter()
            .map(|log| (log.flow_log_id.clone(), hints(&mut log.log_format.as_deref().into_iter())));
        Self {
            by_flow_log: by_flow_log.collect(),
            all: hints(&mut logs.iter().filter_map(|log| log.log_format.as_deref())),
        }
    }

    fn of(&self, item: &WorkItem) -> FormatHints {
        let named = item.aws_name().and_then(|name| self.by_flow_log.get(&name.flow_log_id));
        named.unwrap_or(&self.all).clone()
    }
}

/// Why a run found no record, in one line.
fn why_nothing(inputs: &[String], objects: &outcome::Objects) -> String {
    const SHOWN: usize = 5;
    #[cfg(feature = "parquet")]
    if let Some(begun) = inputs.iter().find(|input| rolled::is_begun(input)) {
        return format!(
            "{begun} is a directory of `flowtoll rollup` in which no run has ended: run that again"
        );
    }
    if objects.lines.is_empty() {
        return format!("there are no objects in {}", inputs.join(", "));
    }
    let shown: Vec<String> =
        objects.lines.iter().take(SHOWN).map(|line| format!("{}: {}", line.object, line.reason)).collect();
    let more = objects.lines.len().saturating_sub(SHOWN);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join("; "))
}
