//! Snapshots show the look; the other tests check figures, widths and the promise of the schema.

mod estimate;
mod exports;
mod head;
mod numbers;
mod options;
mod page;
mod sample;
mod schema;
mod text;
