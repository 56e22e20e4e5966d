//! `flowtoll-testkit`: writes seeded worlds of flow logs with known truth.

#![expect(clippy::disallowed_methods, reason = "a program of its own: it owns its arguments and output")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use flowtoll::testkit::{
    Coverage, Export, FieldOrder, Form, Layout, ParquetStyle, Plan, Preset, WideOptions, World, WorldOptions,
    scale_to, write_sample, write_wide, write_world,
};

/// Writes seeded worlds of VPC Flow Logs with known truth.
#[derive(Parser)]
#[command(name = "flowtoll-testkit", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The estate with one of everything: objects, inventory/ and truth.json.
    World(WorldArguments),
    /// Many clients of many services for many hours, to measure rollups with: objects and inventory/.
    Wide {
        /// Where to write.
        #[arg(long)]
        output: PathBuf,
        /// The same seed gives the same bytes.
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// Clients behind the NAT gateway.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=16_000))]
        clients: u32,
        /// Services that each of them talks to in each hour.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=16))]
        services: u32,
        /// Hours of traffic.
        #[arg(long, default_value_t = 720)]
        hours: u32,
    },
    /// The content of sample-logs/.
    Sample {
        /// Where to write.
        #[arg(long)]
        output: PathBuf,
    },
}

#[derive(clap::Args)]
struct WorldArguments {
    /// Where to write.
    #[arg(long)]
    output: PathBuf,
    /// The same seed gives the same bytes.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// About how many rows, over all flow logs.
    #[arg(long)]
    records: Option<u64>,
    /// Hours of traffic.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..))]
    hours: u32,
    /// Fields and form of the objects.
    #[arg(long, value_enum, default_value_t = Format::V5)]
    format: Format,
    /// Another service's export of these fields (of --format), in place of delivered objects.
    #[arg(long, value_enum, conflicts_with_all = ["gzip", "hive", "per_hour", "malformed_every"])]
    export: Option<Exported>,
    /// Which interfaces are logged.
    #[arg(long, value_enum, default_value_t = Logged::Vpc)]
    coverage: Logged,
    /// Text objects as .log.gz.
    #[arg(long)]
    gzip: bool,
    /// Rows per gzip member; without it one member per object.
    #[arg(long, requires = "gzip", value_parser = clap::value_parser!(u64).range(1..))]
    member_rows: Option<u64>,
    /// About how many objects per flow log; without it one per five minutes.
    #[arg(long)]
    objects: Option<u64>,
    /// Hive-style keys.
    #[arg(long)]
    hive: bool,
    /// A folder per hour.
    #[arg(long)]
    per_hour: bool,
    /// A malformed line every so many rows (text only).
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    malformed_every: Option<u64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    V2,
    V5,
    V11,
    Alphabetical,
    /// 29 fields as AWS writes them.
    Parquet,
    /// 54 fields as AWS writes them.
    ParquetV11,
}

#[derive(Clone, Copy, ValueEnum)]
enum Exported {
    CloudWatch,
    Firehose,
    Subscription,
    InsightsMessages,
    InsightsColumns,
    Athena,
    /// The default 14 fields only: --format v2.
    FirstAthena,
    MessageParquet,
}

impl From<Exported> for Export {
    fn from(exported: Exported) -> Self {
        match exported {
            Exported::CloudWatch => Self::CloudWatch,
            Exported::Firehose => Self::Firehose,
            Exported::Subscription => Self::Subscription,
            Exported::InsightsMessages => Self::InsightsMessages,
            Exported::InsightsColumns => Self::InsightsColumns,
            Exported::Athena => Self::Athena,
            Exported::FirstAthena => Self::FirstAthena,
            Exported::MessageParquet => Self::MessageParquet,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Logged {
    Vpc,
    Nat,
    Clients,
    Subnet,
    Mixed,
    Overlap,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::World(arguments) => world(&arguments),
        Command::Wide { output, seed, clients, services, hours } => {
            write_wide(&output, &WideOptions { clients, services, hours, seed })
                .map(|records| format!("{records} rows to {}", output.display()))
        }
        Command::Sample { output } => write_sample(&output)
            .map(|truth| format!("{} rows to {}", truth.ledger.records, output.display())),
    };
    let (message, code) = match outcome {
        Ok(message) => (message, ExitCode::SUCCESS),
        Err(error) => (format!("flowtoll-testkit: {error}"), ExitCode::FAILURE),
    };
    // A closed stderr is nobody's loss here.
    let _ = writeln!(std::io::stderr(), "{message}");
    code
}

fn world(arguments: &WorldArguments) -> std::io::Result<String> {
    let options = WorldOptions { hours: arguments.hours, ..WorldOptions::default() };
    let choose = |world: &World| coverage(world, arguments);
    let world = match arguments.records {
        Some(records) => scale_to(arguments.seed, &options, records, choose),
        None => World::new(arguments.seed, options),
    };
    let mut plan = Plan::new(choose(&world));
    if let Some(objects) = arguments.objects {
        plan.layout = Layout::with_objects(arguments.hours, objects);
    }
    plan.layout.hive = arguments.hive;
    plan.layout.per_hour = arguments.per_hour;
    let written = write_world(&world, &arguments.output, &plan)?;
    Ok(format!(
        "{} rows in {} objects to {}",
        written.truth.ledger.records,
        written.objects,
        arguments.output.display()
    ))
}

fn coverage(world: &World, arguments: &WorldArguments) -> Coverage {
    let (gzip, member_rows) = (arguments.gzip, arguments.member_rows);
    let text = |order: FieldOrder| Form::Text { fields: order.fields(), gzip, member_rows };
    let parquet =
        |order: FieldOrder| Form::Parquet { fields: order.fields(), style: ParquetStyle::default() };
    let form = match arguments.format {
        Format::V2 => text(FieldOrder::V2),
        Format::V5 => text(FieldOrder::V5),
        Format::V11 => text(FieldOrder::V11),
        Format::Alphabetical => text(FieldOrder::Alphabetical),
        Format::Parquet => parquet(FieldOrder::V5),
        Format::ParquetV11 => parquet(FieldOrder::V11),
    };
    let form = match arguments.export {
        Some(export) => Form::Export { fields: form.fields().to_vec(), export: export.into() },
        None => form,
    };
    let preset = match arguments.coverage {
        Logged::Vpc => Preset::Vpc,
        Logged::Nat => Preset::Nat,
        Logged::Clients => Preset::Clients,
        Logged::Subnet => Preset::Subnet,
        Logged::Mixed => Preset::Mixed,
        Logged::Overlap => Preset::Overlap,
    };
    let mut coverage = Coverage::preset(world, preset, &form);
    for flow_log in &mut coverage.flow_logs {
        flow_log.malformed_every = arguments.malformed_every;
    }
    coverage
}
