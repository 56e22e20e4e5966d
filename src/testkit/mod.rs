//! A seeded world generator: it invents traffic first and so knows the truth, then writes the flow log
//! records AWS would have written for it, the describe answers of the estate it happened in, and the totals
//! a report must find.
//!
//! It shares no code with the rest of the crate, so that the two can prove each other. The same seed and
//! options give the same bytes.
//!
//! ```no_run
//! use flowtoll::testkit::{Coverage, FieldOrder, Form, Plan, Preset, World, WorldOptions, write_world};
//!
//! let world = World::new(7, WorldOptions::default());
//! let coverage = Coverage::preset(&world, Preset::Vpc, &Form::text_gz(FieldOrder::V5));
//! let written = write_world(&world, "some/folder".as_ref(), &Plan::new(coverage))?;
//! println!("{} rows", written.truth.ledger.records);
//! # Ok::<(), std::io::Error>(())
//! ```

mod address;
mod blueprint;
mod builder;
mod columnar;
mod conversation;
mod coverage;
mod exports;
mod fields;
mod ids;
mod inventory;
mod objects;
mod options;
mod peers;
mod plan;
mod record;
mod sample;
mod stream;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod wide;
mod workload;
mod world;

pub use columnar::{Codec, Numbers, ParquetStyle};
pub use coverage::{Coverage, FlowLog, Form, Preset, Scope, TrafficType};
pub use exports::{EXPORTS, Export};
pub use fields::{ALL_FIELDS, Field, FieldOrder, FieldType, format_version};
pub use objects::Layout;
pub use options::{Blueprint, DEFAULT_START, WorldOptions};
pub use plan::{Plan, Written, scale_to, write_world};
pub use record::{Action, Direction, Leg, Record, Status};
pub use sample::write_sample;
pub use truth::{
    AttributionTruth, EndpointTruth, FlowLogTruth, HourTruth, LedgerTruth, NatTruth, Period, Truth,
};
pub use wide::{WideOptions, write_wide};
pub use world::World;

impl World {
    /// Builds the estate and the habits of its traffic; no traffic yet.
    pub fn new(seed: u64, options: WorldOptions) -> Self {
        blueprint::build(seed, options)
    }
}
