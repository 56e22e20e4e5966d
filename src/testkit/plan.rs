//! A whole world on disk.

use std::io;
use std::path::Path;

use super::coverage::Coverage;
use super::objects::{Layout, ObjectWriter};
use super::options::WorldOptions;
use super::stream::Ignore;
use super::truth::Truth;
use super::world::World;

/// What [`write_world`] puts into a folder.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The flow logs.
    pub coverage: Coverage,
    /// Keys and sizes of the objects.
    pub layout: Layout,
    /// Leave out `inventory/` and `truth.json`.
    pub logs_only: bool,
}

impl Plan {
    /// The coverage in AWS's own layout.
    #[must_use]
    pub fn new(coverage: Coverage) -> Self {
        Self { coverage, ..Self::default() }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What a report should find.
    pub truth: Truth,
    /// Objects with records.
    pub objects: u64,
}

/// Writes the objects below `folder` (`AWSLogs/…`), the describe answers to `folder/inventory/` and the
/// truth to `folder/truth.json`. Memory holds one round of traffic, never the world.
///
/// # Errors
/// When a file cannot be written.
pub fn write_world(world: &World, folder: &Path, plan: &Plan) -> io::Result<Written> {
    std::fs::create_dir_all(folder)?;
    let mut writer = ObjectWriter::new(folder, &plan.coverage, plan.layout);
    let mut tally = world.pass(&plan.coverage, &mut writer)?;
    writer.close()?;
    for (flow_log, lines) in writer.malformed.iter().enumerate() {
        tally.malformed(flow_log, *lines);
    }
    let truth = tally.finish(world, &plan.coverage);
    if !plan.logs_only {
        world.write_inventory(&folder.join("inventory"), &plan.coverage)?;
        let mut text = serde_json::to_string_pretty(&truth)?;
        text.push('\n');
        std::fs::write(folder.join("truth.json"), text)?;
    }
    Ok(Written { truth, objects: writer.objects })
}

/// Sets the rate of conversations so that the coverage yields about `records` rows in the world's hours.
///
/// The estimate comes from a short trial with the same seed; the outcome lies within a few percent.
#[must_use]
pub fn scale_to(
    seed: u64,
    options: &WorldOptions,
    records: u64,
    coverage: impl Fn(&World) -> Coverage,
) -> World {
    let mut trial = options.clone();
    trial.hours = 1;
    trial.conversations_per_hour = 4000.0;
    let world = World::new(seed, trial);
    let coverage = coverage(&world);
    let rows = world.pass(&coverage, &mut Ignore).map_or(1, |tally| tally.rows().max(1));
    let mut scaled = options.clone();
    scaled.conversations_per_hour = rate(records, rows, options.hours);
    World::new(seed, scaled)
}

#[expect(clippy::cast_precision_loss, reason = "a rate, not a count of anything billed")]
fn rate(records: u64, rows: u64, hours: u32) -> f64 {
    4000.0 * records as f64 / rows as f64 / f64::from(hours)
}
