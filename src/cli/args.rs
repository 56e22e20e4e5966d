//! What people type.

use std::path::PathBuf;
use std::str::FromStr as _;

use anyhow::bail;
use clap::{Args, Parser, Subcommand, ValueEnum};
use rust_decimal::Decimal;

use super::check::CheckArguments;
use super::diff::DiffArguments;
use super::explain::ExplainArguments;
use super::plan::PlanArguments;
use crate::advise::policy::Availability;
use crate::classify::sink::Window;
use crate::model::report::Currency;
use crate::model::time::parse_moment;
use crate::parse::format::LineFormat;
use crate::pipeline::Settings;
use crate::pipeline::groups::GroupKey;
use crate::render::Lang;
use crate::source::remote::S3Settings;

/// Which VPC traffic pays the NAT gateway, what it costs, and what would be cheaper behind a VPC endpoint.
#[derive(Debug, Parser)]
#[command(
    name = "flowtoll",
    version,
    about,
    long_about = "flowtoll reads AWS VPC Flow Logs and answers, to the byte and to the cent: which traffic pays the NAT \
                  gateway, which of it would be cheaper behind a VPC endpoint, which endpoints cost more than they save.\n\n\
                  Logs and inventory on disk need no credentials and no network; logs may also lie in S3.",
    after_long_help = "Exit status: 0 complete; 1 a report was given but is incomplete (an object unreadable, a price \
                       missing); 2 no report.",
    arg_required_else_help = true,
    subcommand_required = true
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report NAT gateway and VPC endpoint traffic, cost and advice from flow logs
    Report(Box<ReportArguments>),
    /// Keep hourly totals in a directory: each object is read once, and reports read the directory
    #[cfg(feature = "parquet")]
    Rollup(Box<RollupArguments>),
    /// Check the set-up of VPCs, NAT gateways, endpoints and flow logs: what is wrong, what it costs, what to do
    Check(Box<CheckArguments>),
    /// Compare two reports: what grew, and why: rates, bytes, hours, what is new
    Diff(DiffArguments),
    /// Explain the number of an advice, a client or a NAT gateway, line by line
    Explain(Box<ExplainArguments>),
    /// Write the plan down: Terraform, CloudFormation, scripts for the AWS CLI with their reverse, and the reasons
    Plan(Box<PlanArguments>),
    /// Fill an inventory directory with what `aws ec2 describe-*` prints
    Inventory {
        #[command(subcommand)]
        command: InventoryCommand,
    },
    /// Look at the price book
    Prices {
        #[command(subcommand)]
        command: PricesCommand,
    },
    /// Work with AWS's ip-ranges.json
    #[command(hide = true)]
    IpRanges {
        #[command(subcommand)]
        command: IpRangesCommand,
    },
    /// Print a completion script for a shell
    #[command(after_help = "Example: flowtoll completions bash > /etc/bash_completion.d/flowtoll")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum InventoryCommand {
    /// Print a read-only shell script that fills an inventory directory; review it, then run it
    #[command(
        after_help = "Example: flowtoll inventory script > inventory.sh && sh inventory.sh ./inventory us-east-1"
    )]
    Script,
}

#[derive(Debug, Subcommand)]
pub(super) enum PricesCommand {
    /// Show figures with source and date: of one Region, or the main ones of all Regions
    Show {
        /// Region code, such as ap-northeast-1
        region: Option<String>,
        /// Override file (TOML) to show on top
        #[arg(long, value_name = "FILE")]
        prices: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum IpRangesCommand {
    /// Print an ip-ranges.json in the compact form that is embedded in flowtoll
    Compact {
        /// AWS's ip-ranges.json
        file: PathBuf,
    },
}

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LangArgument {
    /// English
    En,
    /// Japanese
    Ja,
}

impl From<LangArgument> for Lang {
    fn from(argument: LangArgument) -> Self {
        match argument {
            LangArgument::En => Self::En,
            LangArgument::Ja => Self::Ja,
        }
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArgument {
    /// For people; fits the terminal, 80 columns elsewhere
    Table,
    /// For programs; schema flowtoll/report/v1
    Json,
    /// For pull requests
    Markdown,
    /// For spreadsheets: one file for each table, in the directory that --output names
    Csv,
    /// For query engines: the attribution, one row for each line
    #[cfg(feature = "parquet")]
    Parquet,
    /// For a browser or paper: one file that loads nothing
    Html,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  \
                  flowtoll report sample-logs\n  \
                  flowtoll report logs/ --inventory inventory/ --format json > report.json\n  \
                  flowtoll report 'logs/**/*.log.gz' --from 2026-03-01 --to 2026-04-01\n  \
                  flowtoll report logs/ --format csv --output tables/\n  \
                  zcat export/*.gz | flowtoll report - --log-format '${version} ${account-id} ${interface-id} ...'",
    after_long_help = "Examples:\n  \
                  flowtoll report sample-logs\n      \
                      the sample that comes with flowtoll; its inventory/ folder is found by itself\n  \
                  flowtoll report logs/ --inventory inventory/ --format json > report.json\n      \
                      logs and inventory in two places; JSON for a program\n  \
                  flowtoll report 'logs/**/*.log.gz' --from 2026-03-01 --to 2026-04-01\n      \
                      a glob, and one month by the records' own times\n  \
                  flowtoll report logs/ --format csv --output tables/\n      \
                      a file for each table: tables/attribution.csv, tables/ledger.csv, ...\n  \
                  zcat export/*.gz | flowtoll report - --log-format '${version} ${account-id} ${interface-id} ...'\n      \
                      records without a header from standard input\n\n\
                  Exit status: 0 complete; 1 a report was given but is incomplete (an object unreadable, a price missing); \
                  2 no report."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that people type")]
pub(super) struct ReportArguments {
    /// File, directory (searched recursively), glob, s3://bucket/prefix, or - for standard input
    ///
    /// Text, gzip, zstd, JSON-wrapped and Parquet flow logs are told apart by content. Logs of other kinds under the same
    /// prefix are named and skipped.
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,

    /// Directory with the JSON that `aws ec2 describe-*` prints
    ///
    /// `flowtoll inventory script` prints a script that fills it. Without this option, a folder `inventory` inside an INPUT
    /// directory is used. Without any inventory NAT gateways are recognised by their rows.
    #[arg(long, value_name = "DIR")]
    pub(super) inventory: Option<PathBuf>,

    #[command(flatten)]
    pub(super) read: ReadArguments,

    /// List of objects (KEY, SIZE, ETAG with tabs between) that the rollups must hold, each once; no report otherwise
    #[arg(long, value_name = "FILE")]
    pub(super) manifest: Option<PathBuf>,

    /// Bytes and cost by owner: tag:NAME, subnet, vpc, account, instance or asg
    ///
    /// A tag is looked up at the interface of a client, then at its instance, its subnet, its VPC. Hours of NAT gateways and
    /// endpoints are shown apart; --allocate-hours shares them.
    #[arg(long, value_name = "KEY", value_parser = GroupKey::from_str)]
    pub(super) group_by: Option<GroupKey>,

    /// Share hours of NAT gateways and endpoints among owners, by bytes
    #[arg(long, requires = "group_by")]
    pub(super) allocate_hours: bool,

    /// Language of the report's text; JSON is always in English
    #[arg(long, value_name = "LANG", value_enum, default_value = "en")]
    pub(super) lang: LangArgument,

    /// Show money in another currency beside USD, at so many units for one USD: JPY=150 (may be repeated)
    #[arg(long, value_name = "CODE=RATE", value_parser = parse_currency)]
    pub(super) currency_rate: Vec<Currency>,

    /// Replace account ids, addresses, resource ids, names, tag values and paths by pseudonyms, for sharing
    #[arg(long)]
    pub(super) redact: bool,

    /// Key of the pseudonyms: the same key gives the same ones in every report; without it they are new in each run
    #[arg(long, value_name = "KEY", requires = "redact")]
    pub(super) redact_key: Option<String>,

    /// How to write the report
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    pub(super) format: FormatArgument,

    /// Write the report to a file instead of standard output; with --format csv, its files to a directory
    #[arg(long, short, value_name = "PATH")]
    pub(super) output: Option<PathBuf>,

    /// Read nothing: list the inputs, and say how many objects and bytes would be read, with how many requests to S3, and
    /// what those cost
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Exit with 1 if more rows than this are malformed: a number, or a share such as 5%
    #[arg(long, value_name = "N|N%", value_parser = parse_limit)]
    pub(super) max_malformed: Option<MalformedLimit>,

    /// Say nothing on standard error but errors
    #[arg(long, short, conflicts_with = "verbose")]
    pub(super) quiet: bool,

    /// Say more on standard error: every object that failed or was skipped
    #[arg(long, short)]
    pub(super) verbose: bool,
}

/// How many zones an interface endpoint must be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum AvailabilityArgument {
    /// In each zone that has clients of the service, and in two at least where the VPC uses two or more
    MultiAz,
    /// In one zone: cheaper, and gone when the zone is
    SingleAz,
}

impl From<AvailabilityArgument> for Availability {
    fn from(argument: AvailabilityArgument) -> Self {
        match argument {
            AvailabilityArgument::MultiAz => Self::MultiAz,
            AvailabilityArgument::SingleAz => Self::SingleAz,
        }
    }
}

/// What is read of logs, and against what.
#[derive(Debug, Args)]
pub(super) struct ReadArguments {
    /// Your own prices and discounts (TOML), on top of the embedded price book
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,

    /// AWS's ip-ranges.json of a date near the logs, instead of the embedded one
    #[arg(long, value_name = "FILE")]
    ip_ranges: Option<PathBuf>,

    /// How many zones an interface endpoint must be in
    #[arg(long, value_name = "POLICY", value_enum, default_value = "multi-az")]
    availability: AvailabilityArgument,

    /// Availability of some VPCs, by id or tag (TOML: tables `rule` with vpc or tag.KEY, and availability)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,

    /// What you know of addresses: lines of an address or block, the service behind it, and its Region
    #[arg(long, value_name = "FILE")]
    address_map: Option<PathBuf>,

    /// Format of objects without a header line, as the flow log was created with
    ///
    /// Not needed where describe-flow-logs.json is in the inventory, nor for the version 2 default format.
    #[arg(long, value_name = "FORMAT", value_parser = LineFormat::of_log_format)]
    log_format: Option<LineFormat>,

    #[command(flatten)]
    s3: S3Arguments,

    /// Count records that start at or after this time (2026-03-01, 2026-03-01T06:00:00Z, Unix seconds; UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    from: Option<i64>,

    /// Count records that start before this time
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    to: Option<i64>,

    /// Worker threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ReadArguments {
    /// As settings, for these inputs and this inventory.
    pub(super) fn settings(
        &self,
        inputs: &[String],
        inventory: Option<&PathBuf>,
    ) -> anyhow::Result<Settings> {
        Ok(Settings {
            inputs: inputs.to_vec(),
            s3: self.s3.settings(),
            inventory: inventory.cloned(),
            prices: self.prices.clone(),
            ip_ranges: self.ip_ranges.clone(),
            window: window(self.from, self.to)?,
            log_format: self.log_format.clone(),
            availability: self.availability.into(),
            policy: self.policy.clone(),
            address_map: self.address_map.clone(),
            threads: self.threads.map(usize::from),
            ..Settings::default()
        })
    }
}

/// The period between two moments, if they are in order.
pub(super) fn window(from: Option<i64>, to: Option<i64>) -> anyhow::Result<Window> {
    if let (Some(from), Some(to)) = (from, to)
        && from >= to
    {
        bail!("--from must be before --to");
    }
    Ok(Window { from, to })
}

/// What `flowtoll rollup` takes.
#[cfg(feature = "parquet")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                  flowtoll rollup logs/ --output totals/\n  \
                  flowtoll rollup s3://my-flow-logs/vpc/AWSLogs/ --output totals/\n  \
                  flowtoll report totals/ --inventory inventory/ --from 2026-03-01 --to 2026-04-01\n  \
                  flowtoll rollup --objects part-0007.tsv --output totals/\n\n\
                  Exit status: 0 complete; 1 committed, but an object failed (it is tried again in the next run); 2 nothing new is \
                  committed.")]
pub(super) struct RollupArguments {
    /// File, directory (searched recursively), glob, or s3://bucket/prefix
    #[arg(value_name = "INPUT")]
    pub(super) inputs: Vec<String>,

    /// Directory of the rollup; made if it is not there
    #[arg(long, short, value_name = "DIR")]
    pub(super) output: PathBuf,

    /// Inventory of the day: blocks and prefix lists that it names can be told apart in later reports
    #[arg(long, value_name = "DIR")]
    pub(super) inventory: Option<PathBuf>,

    /// AWS's ip-ranges.json of a date near the logs, instead of the embedded one
    #[arg(long, value_name = "FILE")]
    pub(super) ip_ranges: Option<PathBuf>,

    /// Format of objects without a header line, as the flow log was created with
    #[arg(long, value_name = "FORMAT", value_parser = LineFormat::of_log_format)]
    pub(super) log_format: Option<LineFormat>,

    /// Count records that start at or after this time; the same in every run of a directory
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    pub(super) from: Option<i64>,

    /// Count records that start before this time; the same in every run of a directory
    #[arg(long, value_name = "TIME", value_parser = parse_moment)]
    pub(super) to: Option<i64>,

    #[command(flatten)]
    pub(super) s3: S3Arguments,

    /// Roll up exactly the objects of a list (KEY, SIZE, ETAG with tabs between, - for unknown), as one segment named after the list
    #[arg(long, value_name = "MANIFEST")]
    pub(super) objects: Option<PathBuf>,

    /// Commit after so many bytes of logs; a run that is stopped goes on from there
    #[arg(long, value_name = "BYTES")]
    pub(super) commit_every: Option<u64>,

    /// Worker threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) threads: Option<u16>,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// Over the options of S3: of each, because a heading for what follows would not end with them.
const S3_HEADING: &str = "Logs in S3";

/// Who asks S3, and where.
#[derive(Debug, Args)]
pub(super) struct S3Arguments {
    /// Profile of the AWS configuration files; otherwise AWS_PROFILE and the usual chain of credentials
    #[arg(long, help_heading = S3_HEADING, value_name = "NAME")]
    profile: Option<String>,

    /// Region of the buckets, if it is not that of the configuration; otherwise found out
    #[arg(long, help_heading = S3_HEADING, value_name = "REGION")]
    region: Option<String>,

    /// Another store that speaks S3, or a VPC endpoint
    #[arg(long, help_heading = S3_HEADING, value_name = "URL")]
    endpoint_url: Option<String>,

    /// You pay for requests and transfer, where a bucket's owner asks for that
    #[arg(long, help_heading = S3_HEADING)]
    request_payer: bool,

    /// Ask without credentials: public buckets
    #[arg(long, help_heading = S3_HEADING, conflicts_with = "profile")]
    no_sign_request: bool,
}

impl S3Arguments {
    /// As settings.
    pub(super) fn settings(&self) -> S3Settings {
        S3Settings {
            profile: self.profile.clone(),
            region: self.region.clone(),
            endpoint_url: self.endpoint_url.clone(),
            is_requester_pays: self.request_payer,
            is_anonymous: self.no_sign_request,
        }
    }
}

/// How many malformed rows are too many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum MalformedLimit {
    /// More than so many.
    Count(u64),
    /// More than this share of all rows, in percent.
    Percent(f64),
}

impl MalformedLimit {
    /// Whether the limit is passed.
    #[expect(clippy::cast_precision_loss, reason = "a share; the last digits of a row count do not matter")]
    pub(super) fn is_passed(self, malformed: u64, records: u64) -> bool {
        match self {
            Self::Count(most) => malformed > most,
            Self::Percent(most) => malformed as f64 * 100.0 > most * records as f64,
        }
    }
}

/// A currency and its rate, such as `JPY=150.25`.
fn parse_currency(text: &str) -> Result<Currency, String> {
    let wrong = |why: &str| format!("`{text}` is not a rate: {why}, such as JPY=150");
    let (code, rate) = text.split_once('=').ok_or_else(|| wrong("write CODE=UNITS for one USD"))?;
    let known =
        iso_currency::Currency::from_code(code).ok_or_else(|| wrong("the code is not one of ISO 4217"))?;
    let decimals = known.exponent().ok_or_else(|| wrong("money is not counted in that code"))?;
    let units_per_usd = Decimal::from_str_exact(rate)
        .ok()
        .filter(|rate| *rate > Decimal::ZERO)
        .ok_or_else(|| wrong("write a decimal above 0"))?;
    Ok(Currency {
        code: code.to_owned(),
        units_per_usd: units_per_usd.normalize(),
        decimals: decimals.into(),
    })
}

fn parse_limit(text: &str) -> Result<MalformedLimit, String> {
    let wrong = || format!("`{text}` is not a limit: write a number such as 100, or a share such as 5%");
    match text.strip_suffix('%') {
        Some(percent) => match percent.trim().parse::<f64>() {
            Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(MalformedLimit::Percent(percent)),
            _ => Err(wrong()),
        },
        None => text.parse().map(MalformedLimit::Count).map_err(|_| wrong()),
    }
}
