//! Totals on disk: a directory of rollups, written once and read by many reports.
//!
//! A *segment* is the totals of some objects: a few Parquet files and, written last, a `segment-<id>.json` that names them
//! with size and digest. A segment counts from the moment that this file has its name; nothing that was written is ever
//! changed. A segment that replaces others says so, and they no longer count. `README.md` beside this file describes the files.
//!
//! Totals say of public addresses only which *peer class* they are of, and classes depend on the inventory. A rollup is made
//! against classes that are finer than any inventory needs (`partition`), so that the inventory of the day of the report
//! decides; where it cuts through a class that occurs, the report is refused.

mod columns;
mod counts;
mod directory;
pub mod manifest;
mod objects;
mod partition;
mod read;
mod segment;
mod write;

pub use directory::{Directory, Open};
pub use objects::{Identity, ObjectEntry, Outcome};
pub use partition::{PARTITION_SCHEMA, Partition, Partitioned};
pub use read::{Mapped, load};
pub use segment::{Files, Kind, ROLLUP_SCHEMA, Segment, SegmentSettings};
pub use write::{Content, write};

use std::io;

use thiserror::Error;

use crate::classify::atlas::Cut;
use crate::classify::ip_ranges::IpRangesError;
use crate::source::vault::LockError;

/// Why a rollup cannot be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RollupError {
    /// Somebody else writes it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The operating system refuses.
    #[error("{path}: {reason}; nothing that was committed before is lost")]
    Io {
        /// The directory, or a file in it.
        path: String,
        /// The system's own words.
        reason: io::Error,
    },
    /// A file is not what was written.
    #[error(
        "{path} is damaged: {reason}. Restore it from a copy; or remove {commit} and run `flowtoll rollup` again, which \
         reads the objects of this segment anew"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
        /// The file whose removal takes the segment out.
        commit: String,
    },
    /// It was written by another version.
    #[error(
        "{path} has the schema {found}; this flowtoll reads {ROLLUP_SCHEMA}: use the version that wrote it, or a later one"
    )]
    Schema {
        /// The file.
        path: String,
        /// What it says.
        found: String,
    },
    /// The ranges in the directory are none.
    #[error("{path}: {reason}")]
    IpRanges {
        /// The file.
        path: String,
        /// What is wrong.
        reason: IpRangesError,
    },
    /// The inventory divides a class that occurs.
    #[error(
        "{path}: the rollup cannot tell the addresses {first} - {last} of its class `{class}` apart, but {why}; roll the logs \
         up again into a new directory with this inventory (`flowtoll rollup ... --inventory`), or report from the logs, if it is \
         --address-map that divides them"
    )]
    Cut {
        /// The directory.
        path: String,
        /// First of the addresses.
        first: String,
        /// Last of them.
        last: String,
        /// The class that holds them.
        class: String,
        /// What the inventory does.
        why: &'static str,
    },
}

impl RollupError {
    fn cut(path: String, cut: &Cut) -> Self {
        Self::Cut {
            path,
            first: cut.addresses.0.to_string(),
            last: cut.addresses.1.to_string(),
            class: cut.class.clone(),
            why: if cut.kept {
                "the inventory has a VPC there"
            } else {
                "a route or prefix list of the inventory, or the address map, holds only a part of them"
            },
        }
    }
}
