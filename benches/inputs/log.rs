//! A generated log in memory, and what is true of it.

use std::io::Read as _;
use std::path::Path;

use flowtoll::source;
use flowtoll::testkit::{
    Coverage, Form, Layout, LedgerTruth, Plan, Preset, World, WorldOptions, write_world,
};

use super::mode::is_timed;

/// Hours of traffic.
const HOURS: u32 = 2;

/// What the flow logs of an estate delivered.
pub struct Log {
    /// The objects as stored, one for each flow log.
    pub objects: Vec<Vec<u8>>,
    /// What is in them.
    pub truth: LedgerTruth,
}

/// The estate whose traffic is logged, the same for every bench.
pub fn world() -> World {
    let conversations_per_hour = if is_timed() { 8_000.0 } else { 100.0 };
    World::new(7, WorldOptions { hours: HOURS, conversations_per_hour, ..WorldOptions::default() })
}

impl Log {
    /// Writes the flow log of every VPC of the world into a folder, with the inventory, and reads it.
    pub fn write(world: &World, folder: &Path, form: &Form) -> Self {
        let layout = Layout::with_objects(HOURS, 1);
        let plan = Plan { layout, ..Plan::new(Coverage::preset(world, Preset::Vpc, form)) };
        let truth = write_world(world, folder, &plan).expect("the world is written").truth;
        let listing =
            source::list(&[folder.join("AWSLogs").display().to_string()]).expect("objects were written");
        let objects = listing.objects.iter().map(|object| {
            let mut stored = Vec::new();
            let mut input = object.open().expect("the object was written");
            input.read_to_end(&mut stored).expect("the object can be read");
            stored
        });
        Self { objects: objects.collect(), truth: truth.ledger }
    }
}
