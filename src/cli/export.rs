//! Forms of a report that are not one text: several files, or bytes for programs.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::args::{FormatArgument, ReportArguments};
use super::output;
use super::report::format;
use crate::model::report::Report;
use crate::render::{self, Format};

/// Whether the form and the place go together; asked before anything is read.
pub(super) fn check(arguments: &ReportArguments) -> anyhow::Result<()> {
    if arguments.format != FormatArgument::Csv {
        output::check(arguments.output.as_deref())?;
    }
    if arguments.dry_run {
        return match format(arguments) {
            Some(Format::Table | Format::Json) => Ok(()),
            _ => bail!("--dry-run is written as a table or as JSON: use --format table or --format json"),
        };
    }
    match (arguments.format, &arguments.output) {
        (FormatArgument::Csv, None) => {
            bail!("--format csv is several files: name a directory for them with --output DIR")
        }
        (FormatArgument::Csv, Some(path)) if path.exists() && !path.is_dir() => {
            bail!("--format csv is several files, and `{}` is no directory", path.display())
        }
        #[cfg(feature = "parquet")]
        (FormatArgument::Parquet, None) if io::IsTerminal::is_terminal(&io::stdout()) => {
            bail!("--format parquet is nothing to read on a terminal: name a file with --output FILE")
        }
        _ => Ok(()),
    }
}

/// Writes the forms that [`check`] has let through and [`format()`] does not know.
pub(super) fn write(report: &Report, arguments: &ReportArguments) -> anyhow::Result<()> {
    let path = arguments.output.as_deref();
    match arguments.format {
        #[cfg(feature = "parquet")]
        FormatArgument::Parquet => output::write(path, |_, out| render::parquet(report, out)),
        _ => files(path.unwrap_or(Path::new(".")), &render::csv(report)?),
    }
}

/// Writes tables into a directory, which is made if it is not there; other files in it stay. All are written before the first gets
/// its name, so that no reader ever sees half a file.
fn files(directory: &Path, tables: &[render::CsvTable]) -> anyhow::Result<()> {
    let failed = |path: &Path| format!("cannot write `{}`", path.display());
    fs::create_dir_all(directory).with_context(|| failed(directory))?;
    let files: Vec<(PathBuf, &[u8])> =
        tables.iter().map(|table| (directory.join(table.file_name()), table.text.as_slice())).collect();
    let each = |step: &dyn Fn(&Path, &[u8]) -> io::Result<()>| {
        files.iter().try_for_each(|(path, bytes)| step(path, bytes).with_context(|| failed(path)))
    };
    let written = each(&|path, bytes| fs::write(output::temporary(path), bytes))
        .and_then(|()| each(&|path, _| fs::rename(output::temporary(path), path)));
    if written.is_err() {
        for (path, _) in &files {
            // Best effort: the first error is the one to tell.
            let _ = fs::remove_file(output::temporary(path));
        }
    }
    written
}
