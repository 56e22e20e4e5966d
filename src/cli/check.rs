//! `flowtoll check`.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};

use super::args::{LangArgument, ReadArguments};
use super::progress::Progress;
use super::{Outcome, output};
use crate::check::{DEFAULT_NAME_PATTERN, NamePattern, NamePatternError, Severity};
use crate::model::report::Report;
use crate::pipeline::outcome::FAILED;
use crate::pipeline::{Settings, analyze};
use crate::render::{CheckFormat, TableStyle};

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

    #[command(flatten)]
    read: ReadArguments,

    /// How endpoints should be named: {service}, {type} and {env} stand for what they say; empty for no rule
    #[arg(long, value_name = "PATTERN", default_value = DEFAULT_NAME_PATTERN, value_parser = name_pattern)]
    name_pattern: NameRule,

    /// Exit with 1 if there is a finding of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<SeverityArgument>,

    /// How to write the findings
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: FormatArgument,

    /// Language of the table or Markdown; JSON and SARIF are always in English
    #[arg(long, value_name = "LANG", value_enum, default_value = "en")]
    lang: LangArgument,

    /// Write the findings to a file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

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
    output::check(arguments.output.as_deref())?;
    let settings = Settings {
        names: arguments.name_pattern.0.clone(),
        ..arguments.read.settings(&arguments.inputs, arguments.inventory.as_ref())?
    };
    let progress = Progress::new(arguments.quiet);
    let report = analyze(&settings, &progress);
    progress.finish();
    let report = report?;
    if let Some(inventory) = &report.sources.inventory
        && report.notes.iter().any(|note| note.id == "no-inventory")
    {
        bail!(
            "nothing to check: {inventory} has no file with an answer of `aws ec2 describe-*` (`flowtoll inventory script` prints \
             a script that fills it)"
        );
    }
    if report.sources.inventory.is_none() {
        bail!(
            "nothing to check: give --inventory DIR (`flowtoll inventory script` prints a script that fills one)"
        );
    }
    for line in report.objects.iter().filter(|line| line.outcome == FAILED) {
        progress.complain(&format!("{} {}: {}", line.outcome, line.object, line.reason));
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
    let lang = arguments.lang.into();
    output::write(arguments.output.as_deref(), |style, out| {
        format.render(report, TableStyle { lang, ..style }, out)
    })
}
