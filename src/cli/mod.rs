//! Arguments become settings, results become output and an exit code. The only code that knows the terminal, the
//! environment and the clock.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the door to the terminal, the environment and the clock"
)]

mod args;
mod check;
mod diff;
mod explain;
mod export;
mod output;
mod plan;
mod progress;
mod report;
#[cfg(feature = "parquet")]
mod rollup;

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use args::{Arguments, Command, InventoryCommand, IpRangesCommand, PricesCommand};

use crate::classify::ip_ranges::IpRanges;
use crate::render::{self, TableStyle};
use crate::{inventory, price, source};

/// What a run amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All there is to know was given.
    Complete,
    /// A report was given, but an object could not be read, or a price is missing, or too many rows are malformed, a finding is
    /// as bad as `--fail-on` says, or growth is above `--fail-above`.
    Incomplete,
}

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let wrong = error.use_stderr();
            // The terminal may be gone; there is nobody left to tell.
            let _ = error.print();
            return if wrong { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match dispatch(arguments) {
        Ok(Outcome::Complete) => ExitCode::SUCCESS,
        Ok(Outcome::Incomplete) => ExitCode::from(1),
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "flowtoll: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(arguments: Arguments) -> anyhow::Result<Outcome> {
    match arguments.command {
        Command::Report(arguments) => report::run(&arguments),
        #[cfg(feature = "parquet")]
        Command::Rollup(arguments) => rollup::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Inventory { command: InventoryCommand::Script } => print(inventory::script().as_bytes()),
        Command::Prices { command: PricesCommand::Show { region, prices } } => {
            let embedded = price::PriceBook::embedded();
            let book = match prices {
                Some(path) => {
                    embedded.with_overrides(&source::read_text(&path)?, &path.display().to_string())?
                }
                None => embedded.clone(),
            };
            let mut table = Vec::new();
            render::prices(&book, region.as_deref(), table_style(), &mut table)?;
            print(&table)?;
            let known = region.as_deref().is_none_or(|region| book.knows(region));
            Ok(if known { Outcome::Complete } else { Outcome::Incomplete })
        }
        Command::IpRanges { command: IpRangesCommand::Compact { file } } => {
            let ranges = IpRanges::from_json(&source::read_text(&file)?)?;
            print(ranges.to_compact().as_bytes())
        }
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "flowtoll", &mut script);
            print(&script)
        }
    }
}

fn print(bytes: &[u8]) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(Outcome::Complete)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
            || cause
                .downcast_ref::<serde_json::Error>()
                .is_some_and(|error| error.io_error_kind() == Some(io::ErrorKind::BrokenPipe))
    })
}

/// Width where standard output is no terminal.
const PLAIN_WIDTH: u16 = 80;
/// Width beyond which a table is harder to read, not easier.
const WIDEST: u16 = 140;

/// As wide as the terminal; in colour on a terminal, unless `NO_COLOR` is set (no-color.org).
fn table_style() -> TableStyle {
    let terminal = io::stdout().is_terminal();
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let width = if terminal { columns.or_else(terminal_width) } else { None };
    TableStyle {
        width: width.unwrap_or(PLAIN_WIDTH).min(WIDEST),
        color: terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        ..TableStyle::default()
    }
}

fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0)
}
