//! `flowtoll explain`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Outcome;
use super::args::{LangArgument, ReadArguments};
use super::progress::Progress;
use crate::pipeline::analyze;
use crate::render::{Subject, TableStyle, explain};

/// What is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SubjectArgument {
    /// An advice, by its id or its number in the report
    Advice,
    /// A client interface, by its id
    Client,
    /// A NAT gateway, by its id or name
    Nat,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
                  flowtoll explain advice 1 sample-logs\n  \
                  flowtoll explain nat nat-032c7a1893acb4f41 sample-logs\n  \
                  flowtoll explain client eni-01bd3621a84857e03 logs/ --inventory inventory/\n\n\
                  Exit status: 0 explained; 2 not, or the report has no such thing. Give the options of the report that is \
                  explained: inventory, prices, period, availability.")]
pub(super) struct ExplainArguments {
    /// What kind of thing
    #[arg(value_name = "WHAT", value_enum)]
    what: SubjectArgument,

    /// Which one
    #[arg(value_name = "ID")]
    id: String,

    /// What `flowtoll report` was given
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,

    /// Directory with the JSON that `aws ec2 describe-*` prints
    ///
    /// Without this option, a folder `inventory` inside an INPUT directory is used.
    #[arg(long, value_name = "DIR")]
    inventory: Option<PathBuf>,

    #[command(flatten)]
    read: ReadArguments,

    /// Language of the explanation
    #[arg(long, value_name = "LANG", value_enum, default_value = "en")]
    lang: LangArgument,

    /// Say nothing on standard error but errors
    #[arg(long, short)]
    quiet: bool,
}

pub(super) fn run(arguments: &ExplainArguments) -> anyhow::Result<Outcome> {
    let settings = arguments.read.settings(&arguments.inputs, arguments.inventory.as_ref())?;
    let progress = Progress::new(arguments.quiet);
    let report = analyze(&settings, &progress);
    progress.finish();
    let report = report?;
    let id = arguments.id.clone();
    let subject = match arguments.what {
        SubjectArgument::Advice => Subject::Advice(id),
        SubjectArgument::Client => Subject::Client(id),
        SubjectArgument::Nat => Subject::Nat(id),
    };
    let mut text = Vec::new();
    let style = TableStyle { lang: arguments.lang.into(), ..super::table_style() };
    explain(&report, &subject, style, &mut text)?;
    super::print(&text)
}
