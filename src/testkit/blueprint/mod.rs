//! The estates a world can be.

mod flows;
mod sample;
mod standard;

use super::builder::Builder;
use super::options::{Blueprint, WorldOptions};
use super::world::World;

/// Builds the estate the options ask for.
pub(crate) fn build(seed: u64, options: WorldOptions) -> World {
    match options.blueprint {
        Blueprint::Standard => {
            let mut builder = Builder::new(seed, options, &["111122223333", "444455556666"]);
            standard::build(&mut builder);
            builder.world
        }
        Blueprint::Sample => {
            let mut builder = Builder::new(seed, options, &["111122223333"]);
            sample::build(&mut builder);
            builder.world
        }
    }
}
