//! `flowtoll check`.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};

use super::Outcome;
use super::args::S3Arguments;
use super::progress::Progress;
use super::report::{FILE_WIDTH, write_whole};
use crate::check::{DEFAULT_NAME_PATTERN, NamePattern, NamePatternError, Severity};
use crate::classify::sink::Window;
use crate::model::report::Report;
use crate::model::time::parse_moment;
use crate::parse::format::LineFormat;
use crate::pipeline::outcome::FAILED;
use crate::pipeline::{Settings, analyze};
use crate::render::{CheckFormat, Lang, TableStyle};

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArgument {
    /// For people
    Table,
    /// For programs; schema flowtoll/check/v1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// For pull requests
    Markdown,
}

/// From which severity on a run fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SeverityArgument {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                  flowtoll check --inventory inventory/\n  \
                  flowtoll check logs/ --inventory inventory/ --fail-on high\n  \
                  flowtoll check logs/ --inventory inventory/ --format sarif --output flowtoll.sarif\n\n\
                  Rules: docs/findings.md. Exit status: 0 complete; 1 a finding at or above --fail-on, or an object unreadable; \
                  2 nothing checked.")]
pub(super) struct CheckArguments {
    /// Flow logs, as for `flowtoll report`; without any every finding is a note
    #[arg(value_name = "INPUT")]
    inputs: Vec<String>,

    /// Directory with the JSON that `aws ec2 describe-*` prints; bucket policies in bucket-policies/BUCKET.json
    ///
    /// Without this option, a folder `inventory` inside an INPUT directory is used.
    #[arg(long, value_name = "DIR")]
    inventory: Option<PathBuf>,

    /// Your own prices and discounts (TOML), on top of the embedded price book
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,

    /// AWS's ip-ranges.json of a date near the logs, instead of the embedded one
    #[arg(long, value_name = "FILE")]
    ip_ranges: Option<PathBuf>,

    /// Format of objects without a header line, as the flow log was created with
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

    /// How endpoints should be named: {service}, {type} and {env} stand for what they say; empty for no rule
    #[arg(long, value_name = "PATTERN", default_value = DEFAULT_NAME_PATTERN, value_parser = name_pattern)]
    name_pattern: NameRule,

    /// Exit with 1 if there is a finding of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<SeverityArgument>,

    /// How to write the findings
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: FormatArgument,

    /// Write the findings to a file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Worker threads; all cores by default
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    quiet: bool,
}

/// A pattern, or none.
#[derive(Debug, Clone)]
struct NameRule(Option<NamePattern>);

fn name_pattern(text: &str) -> Result<NameRule, NamePatternError> {
    let pattern = if text.is_empty() { None } else { Some(NamePattern::parse(text)?) };
    Ok(NameRule(pattern))
}

pub(super) fn run(arguments: &CheckArguments) -> anyhow::Result<Outcome> {
    if let (Some(from), Some(to)) = (arguments.from, arguments.to)
        && from >= to
    {
        bail!("--from must be before --to");
    }
    let settings = Settings {
        inputs: arguments.inputs.clone(),
        s3: arguments.s3.settings(),
        inventory: arguments.inventory.clone(),
        prices: arguments.prices.clone(),
        ip_ranges: arguments.ip_ranges.clone(),
        window: Window { from: arguments.from, to: arguments.to },
        log_format: arguments.log_format.clone(),
        threads: arguments.threads.map(usize::from),
        group_by: None,
        names: arguments.name_pattern.0.clone(),
    };
    let progress = Progress::new(arguments.quiet);
    let report = analyze(&settings, &progress);
    progress.finish();
    let report = report?;
    if report.sources.inventory.is_none() {
        bail!(
            "nothing to check: give --inventory DIR (`flowtoll inventory script` prints a script that fills one)"
        );
    }
    for line in report.objects.iter().filter(|line| line.outcome == FAILED) {
        progress.say(&format!("{} {}: {}", line.outcome, line.object, line.reason));
    }
    write(&report, arguments)?;
    let fails = arguments.fail_on.is_some_and(|least| {
        let worst = report.findings.iter().filter_map(|line| Severity::of_name(line.severity)).max();
        worst.is_some_and(|worst| worst >= severity(least))
    });
    Ok(if fails || report.ledger.objects_failed > 0 { Outcome::Incomplete } else { Outcome::Complete })
}

fn severity(argument: SeverityArgument) -> Severity {
    match argument {
        SeverityArgument::Info => Severity::Info,
        SeverityArgument::Low => Severity::Low,
        SeverityArgument::Medium => Severity::Medium,
        SeverityArgument::High => Severity::High,
        SeverityArgument::Critical => Severity::Critical,
    }
}

fn write(report: &Report, arguments: &CheckArguments) -> anyhow::Result<()> {
    let format = match arguments.format {
        FormatArgument::Table => CheckFormat::Table,
        FormatArgument::Json => CheckFormat::Json,
        FormatArgument::Sarif => CheckFormat::Sarif,
        FormatArgument::Markdown => CheckFormat::Markdown,
    };
    let Some(path) = &arguments.output else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        format.render(report, super::table_style(), &mut out)?;
        out.flush()?;
        return Ok(());
    };
    let mut bytes = Vec::new();
    format.render(report, TableStyle { width: FILE_WIDTH, color: false, lang: Lang::En }, &mut bytes)?;
    write_whole(path, &bytes).with_context(|| format!("cannot write `{}`", path.display()))
}
