//! `flowtoll report`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::{Context as _, bail};

use super::Outcome;
use super::args::{FormatArgument, ReportArguments};
use super::progress::Progress;
use crate::classify::sink::Window;
use crate::model::report::Report;
use crate::pipeline::estimate::estimate;
use crate::pipeline::groups::GroupBy;
use crate::pipeline::outcome::FAILED;
use crate::pipeline::{Settings, analyze};
use crate::render::{self, Format, TableStyle, redact};

/// Width of a table that is written to a file.
pub(super) const FILE_WIDTH: u16 = 100;

pub(super) fn run(arguments: &ReportArguments) -> anyhow::Result<Outcome> {
    let window = Window { from: arguments.from, to: arguments.to };
    if let (Some(from), Some(to)) = (window.from, window.to)
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
        window,
        log_format: arguments.log_format.clone(),
        group_by: arguments
            .group_by
            .clone()
            .map(|key| GroupBy { key, allocate_hours: arguments.allocate_hours }),
        threads: arguments.threads.map(usize::from),
        names: None,
    };
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
    write_out(arguments, |format, style, out| format.render(&report, style, out))?;
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
    let estimate = estimate(settings, progress);
    progress.finish();
    let estimate = estimate?;
    write_out(arguments, |format, style, out| render::estimate(&estimate, format, style, out))?;
    for unlisted in &estimate.unlisted {
        progress.say(&format!("not listed: {}: {}", unlisted.name, unlisted.reason));
    }
    let complete = estimate.unlisted.is_empty() && estimate.requests_cost_usd.is_some();
    Ok(if complete { Outcome::Complete } else { Outcome::Incomplete })
}

/// Where and how the arguments say.
fn write_out(
    arguments: &ReportArguments,
    render: impl Fn(Format, TableStyle, &mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<()> {
    let format = match arguments.format {
        FormatArgument::Table => Format::Table,
        FormatArgument::Json => Format::Json,
    };
    let lang = arguments.lang.into();
    let Some(path) = &arguments.output else {
        let mut out = io::BufWriter::new(io::stdout().lock());
        render(format, TableStyle { lang, ..super::table_style() }, &mut out)?;
        out.flush()?;
        return Ok(());
    };
    let mut bytes = Vec::new();
    render(format, TableStyle { width: FILE_WIDTH, color: false, lang }, &mut bytes)?;
    write_whole(path, &bytes).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes beside the target and renames, so that no reader ever sees half a report.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        // A device or pipe takes bytes; a rename would replace it. A directory says so itself.
        return fs::write(path, bytes);
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// What goes to standard error after the report.
fn talk(report: &Report, arguments: &ReportArguments, progress: &Progress) {
    for line in &report.objects {
        if line.outcome == FAILED || arguments.verbose {
            progress.say(&format!("{} {}: {}", line.outcome, line.object, line.reason));
        }
    }
    if report.ledger.malformed > 0 {
        progress.say(&format!(
            "{} of {} records are malformed; the report shows the first of them",
            report.ledger.malformed, report.ledger.records
        ));
    }
}

fn outcome(report: &Report, arguments: &ReportArguments) -> Outcome {
    let unpriced = report.totals.cost_month_usd.is_none() && report.period.observed_hours > 0
        || report.totals.saving_month_usd.is_none();
    let malformed = arguments
        .max_malformed
        .is_some_and(|limit| limit.is_passed(report.ledger.malformed, report.ledger.records));
    if report.ledger.objects_failed > 0 || unpriced || malformed {
        Outcome::Incomplete
    } else {
        Outcome::Complete
    }
}
