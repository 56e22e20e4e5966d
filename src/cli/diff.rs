//! `flowtoll diff`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use rust_decimal::Decimal;

use super::args::LangArgument;
use super::{Outcome, output};
use crate::diff::saved::Saved;
use crate::diff::{Change, compare};
use crate::model::money::money_text;
use crate::render::{DiffFormat, TableStyle};
use crate::source::{STANDARD_INPUT, read_document};

/// How a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatArgument {
    /// For people; fits the terminal, 80 columns elsewhere
    Table,
    /// For programs; schema flowtoll/diff/v1
    Json,
    /// For pull requests
    Markdown,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                  flowtoll diff february.json march.json\n  \
                  flowtoll diff february.json march.json --fail-above 10%\n  \
                  flowtoll report totals/ --format json | flowtoll diff last-month.json - --format markdown\n\n\
                  A change is split into rates, bytes, hours, new, gone and month length; the parts add up to it.\n\n\
                  Exit status: 0 compared; 1 the total grew by more than --fail-above, or the growth is not known because a price is \
                  missing; 2 nothing compared.")]
pub(super) struct DiffArguments {
    /// Earlier report, of `flowtoll report --format json`; - for standard input
    #[arg(value_name = "BEFORE.json")]
    before: PathBuf,

    /// Later report; - for standard input
    #[arg(value_name = "AFTER.json")]
    after: PathBuf,

    /// Exit with 1 if the total grows by more than this: USD a month such as 50, or a share of the earlier total such as 10%
    #[arg(long, value_name = "USD|N%", value_parser = parse_limit)]
    fail_above: Option<GrowthLimit>,

    /// How to write the comparison
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: FormatArgument,

    /// Language of the table or Markdown; JSON is always in English
    #[arg(long, value_name = "LANG", value_enum, default_value = "en")]
    lang: LangArgument,

    /// Write the comparison to a file instead of standard output
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    quiet: bool,
}

/// How much growth is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GrowthLimit {
    /// More than so many USD a month.
    Usd(Decimal),
    /// More than this share of the earlier total, in percent.
    Percent(Decimal),
}

impl GrowthLimit {
    /// Whether a total grew by more; `None` where its growth is not known. From nothing to something is more than any share.
    fn is_passed(self, total: &Change) -> Option<bool> {
        let (before, change) = (total.cost_month_before_usd?, total.change_month_usd?);
        Some(match self {
            Self::Usd(most) => change > most,
            Self::Percent(most) => {
                let share =
                    before.checked_mul(most).and_then(|product| product.checked_div(Decimal::ONE_HUNDRED));
                // A limit that fits no decimal is never reached.
                share.is_some_and(|share| change > share)
            }
        })
    }
}

impl std::fmt::Display for GrowthLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usd(most) => write!(f, "{most} USD/month"),
            Self::Percent(most) => write!(f, "{most} %"),
        }
    }
}

fn parse_limit(text: &str) -> Result<GrowthLimit, String> {
    let wrong =
        || format!("`{text}` is no limit: write USD a month such as 50 or 12.50, or a share such as 10%");
    let number = |text: &str| match Decimal::from_str_exact(text.trim()) {
        Ok(number) if !number.is_sign_negative() => Ok(number),
        _ => Err(wrong()),
    };
    match text.strip_suffix('%') {
        Some(percent) => number(percent).map(GrowthLimit::Percent),
        None => number(text).map(GrowthLimit::Usd),
    }
}

pub(super) fn run(arguments: &DiffArguments) -> anyhow::Result<Outcome> {
    if arguments.before.as_os_str() == STANDARD_INPUT && arguments.after.as_os_str() == STANDARD_INPUT {
        bail!("only one of the two reports can come from standard input");
    }
    let before = read(&arguments.before)?;
    let after = read(&arguments.after)?;
    let diff = compare((&name(&arguments.before), &before), (&name(&arguments.after), &after));
    let format = match arguments.format {
        FormatArgument::Table => DiffFormat::Table,
        FormatArgument::Json => DiffFormat::Json,
        FormatArgument::Markdown => DiffFormat::Markdown,
    };
    let lang = arguments.lang.into();
    output::write(arguments.output.as_deref(), |style, out| {
        format.render(&diff, TableStyle { lang, ..style }, out)
    })?;
    Ok(outcome(&diff.totals.cost, arguments))
}

fn name(path: &Path) -> String {
    if path.as_os_str() == STANDARD_INPUT { "standard input".to_owned() } else { path.display().to_string() }
}

fn read(path: &Path) -> anyhow::Result<Saved> {
    let text = read_document(path)?;
    Saved::of_json(&text).with_context(|| format!("cannot compare {}", name(path)))
}

/// The judgement of `--fail-above`, which is said where it is passed.
fn outcome(total: &Change, arguments: &DiffArguments) -> Outcome {
    let Some(limit) = arguments.fail_above else { return Outcome::Complete };
    let verdict = match (limit.is_passed(total), total.change_month_usd) {
        (Some(false), _) => return Outcome::Complete,
        (Some(true), Some(change)) => {
            format!("the total grew by {} USD/month, more than --fail-above {limit}", money_text(change))
        }
        _ => format!("a price is missing, so it is not known whether growth is above --fail-above {limit}"),
    };
    if !arguments.quiet {
        // Standard error may be closed; the exit status says it too.
        let _ = writeln!(io::stderr(), "flowtoll: {verdict}");
    }
    Outcome::Incomplete
}
