//! `flowtoll report`.

use anyhow::Context as _;

use super::args::{FormatArgument, ReportArguments};
use super::progress::Progress;
use super::{Outcome, export, output};
use crate::model::quantity::grouped;
use crate::model::report::Report;
use crate::pipeline::estimate::estimate;
use crate::pipeline::groups::GroupBy;
use crate::pipeline::outcome::FAILED;
use crate::pipeline::{Settings, analyze};
use crate::render::{self, Format, TableStyle, redact};

pub(super) fn run(arguments: &ReportArguments) -> anyhow::Result<Outcome> {
    let settings = Settings {
        manifest: arguments.manifest.clone(),
        group_by: arguments
            .group_by
            .clone()
            .map(|key| GroupBy { key, allocate_hours: arguments.allocate_hours }),
        ..arguments.read.settings(&arguments.inputs, arguments.inventory.as_ref())?
    };
    export::check(arguments)?;
    let progress = Progress::new(arguments.quiet);
    if arguments.dry_run {
        return dry_run(&settings, arguments, &progress);
    }
    let report = analyze(&settings, &progress);
    progress.finish();
    let mut report = report?;
    report.currencies.clone_from(&arguments.currency_rate);
    if arguments.redact {
        redact(&mut report, &redaction_key(arguments)?);
    }
    let lang = arguments.lang.into();
    match format(arguments) {
        Some(format) => output::write(arguments.output.as_deref(), |style, out| {
            format.render(&report, TableStyle { lang, ..style }, out)
        })?,
        None => export::write(&report, arguments)?,
    }
    talk(&report, arguments, &progress);
    Ok(outcome(&report, arguments))
}

/// The key that was given, or one that nobody knows.
fn redaction_key(arguments: &ReportArguments) -> anyhow::Result<Vec<u8>> {
    if let Some(key) = &arguments.redact_key {
        return Ok(key.clone().into_bytes());
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key)
        .context("the system gives no random key for --redact; give one with --redact-key")?;
    Ok(key.to_vec())
}

/// `--dry-run`: what would be read and what asking for it would cost.
fn dry_run(settings: &Settings, arguments: &ReportArguments, progress: &Progress) -> anyhow::Result<Outcome> {
    let format = format(arguments).unwrap_or(Format::Table);
    let estimate = estimate(settings, progress);
    progress.finish();
    let estimate = estimate?;
    output::write(arguments.output.as_deref(), |style, out| render::estimate(&estimate, format, style, out))?;
    for unlisted in &estimate.unlisted {
        progress.complain(&format!("not listed: {}: {}", unlisted.name, unlisted.reason));
    }
    let complete = estimate.unlisted.is_empty() && estimate.requests_cost_usd.is_some();
    Ok(if complete { Outcome::Complete } else { Outcome::Incomplete })
}

/// The form that is one text; `None` for those of [`export`].
pub(super) fn format(arguments: &ReportArguments) -> Option<Format> {
    match arguments.format {
        FormatArgument::Table => Some(Format::Table),
        FormatArgument::Json => Some(Format::Json),
        FormatArgument::Markdown => Some(Format::Markdown),
        FormatArgument::Html => Some(Format::Html),
        FormatArgument::Csv => None,
        #[cfg(feature = "parquet")]
        FormatArgument::Parquet => None,
    }
}

/// What goes to standard error after the report.
fn talk(report: &Report, arguments: &ReportArguments, progress: &Progress) {
    for line in &report.objects {
        let text = format!("{} {}: {}", line.outcome, line.object, line.reason);
        if line.outcome == FAILED {
            progress.complain(&text);
        } else if arguments.verbose {
            progress.say(&text);
        }
    }
    if report.ledger.malformed > 0 {
        let text = format!(
            "{} of {} records are malformed; the report shows the first of them",
            grouped(report.ledger.malformed.into()),
            grouped(report.ledger.records.into())
        );
        if is_too_malformed(report, arguments) {
            progress.complain(&text);
        } else {
            progress.say(&text);
        }
    }
    if is_unpriced(report) {
        progress.complain("a cost or the saving is not known, for want of a price or of a Region: see the notes of the report");
    }
}

fn is_unpriced(report: &Report) -> bool {
    report.totals.cost_month_usd.is_none() && report.period.observed_hours > 0
        || report.totals.saving_month_usd.is_none()
}

fn is_too_malformed(report: &Report, arguments: &ReportArguments) -> bool {
    arguments
        .max_malformed
        .is_some_and(|limit| limit.is_passed(report.ledger.malformed, report.ledger.records))
}

fn outcome(report: &Report, arguments: &ReportArguments) -> Outcome {
    if report.ledger.objects_failed > 0 || is_unpriced(report) || is_too_malformed(report, arguments) {
        Outcome::Incomplete
    } else {
        Outcome::Complete
    }
}
