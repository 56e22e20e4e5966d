//! The content of `sample-logs/`.

mod readme;

use std::io;
use std::path::Path;

use super::coverage::{Coverage, FlowLog, Form, Scope};
use super::fields::FieldOrder;
use super::objects::Layout;
use super::options::WorldOptions;
use super::plan::{Plan, write_world};
use super::truth::Truth;
use super::world::World;

/// The seed of the committed sample.
const SAMPLE_SEED: u64 = 20_260_310;

/// Writes the sample world: the same traffic in three forms, the inventory, the truth and the README.
///
/// # Errors
/// When a file cannot be written.
pub fn write_sample(folder: &Path) -> io::Result<Truth> {
    let world = World::new(SAMPLE_SEED, WorldOptions::sample());
    let forms = [
        ("v2-text", Form::text(FieldOrder::V2)),
        ("v11-text", Form::text_gz(FieldOrder::V11)),
        ("parquet", Form::parquet(FieldOrder::V11)),
    ];
    let mut coverage = Coverage::default();
    for (name, form) in forms {
        for vpc in 0..world.vpcs.len() {
            let mut flow_log = FlowLog::new(&world, Scope::Vpc(vpc), form.clone());
            flow_log.prefix = name.to_string();
            if vpc == 0 {
                flow_log.malformed_every = Some(1000);
                flow_log.malformed_limit = 1;
            }
            coverage.flow_logs.push(flow_log);
        }
    }
    let mut plan = Plan::new(coverage);
    plan.layout = Layout::with_objects(world.options.hours, 6);
    let written = write_world(&world, folder, &plan)?;
    std::fs::write(folder.join("README.md"), readme::text(&world, &plan.coverage, &written.truth))?;
    Ok(written.truth)
}
