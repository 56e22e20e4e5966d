//! `flowtoll rollup`.

use anyhow::bail;

use super::Outcome;
use super::args::{RollupArguments, window};
use super::progress::Progress;
use crate::pipeline::Settings;
use crate::pipeline::rollup::{COMMIT_BYTES, RollupSettings, rollup};

pub(super) fn run(arguments: &RollupArguments) -> anyhow::Result<Outcome> {
    let window = window(arguments.from, arguments.to)?;
    if arguments.inputs.is_empty() && arguments.objects.is_none() {
        bail!("nothing to roll up: give an INPUT, or --objects MANIFEST");
    }
    let settings = Settings {
        inputs: arguments.inputs.clone(),
        s3: arguments.s3.settings(),
        inventory: arguments.inventory.clone(),
        ip_ranges: arguments.ip_ranges.clone(),
        window,
        log_format: arguments.log_format.clone(),
        threads: arguments.threads.map(usize::from),
        ..Settings::default()
    };
    let asked = RollupSettings {
        output: arguments.output.clone(),
        objects: arguments.objects.clone(),
        commit_bytes: arguments.commit_every.unwrap_or(COMMIT_BYTES),
    };
    let progress = Progress::new(arguments.quiet);
    let summary = rollup(&settings, &asked, &progress);
    progress.finish();
    let summary = summary?;
    for line in &summary.failed {
        progress.complain(&format!("failed {}: {}", line.object, line.reason));
    }
    for line in &summary.copies {
        progress.say(&format!("skipped {}: {}", line.object, line.reason));
    }
    progress.say(&format!(
        "{}: {} objects read ({} records, {} hours), {} known, {} skipped ({} copies), {} failed",
        arguments.output.display(),
        summary.new,
        summary.records,
        summary.hours,
        summary.known,
        summary.skipped,
        summary.copies.len(),
        summary.failed.len()
    ));
    Ok(if summary.failed.is_empty() { Outcome::Complete } else { Outcome::Incomplete })
}
