//! The only door to storage: lists objects and opens them.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this stage is the door to the file system"
)]

mod local;
pub mod scratch;
#[cfg(test)]
mod tests;

pub use local::{Listing, MAX_INVENTORY_FILE_BYTES, SourceError, list, read_inventory, read_text};

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Where an object lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// A local file.
    File(PathBuf),
    /// Standard input.
    Stdin,
}

/// One object that may hold records.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogObject {
    /// Name shown to people: the path as it was reached.
    pub name: String,
    /// Where it lies.
    pub location: Location,
    /// Size, 0 where not known (standard input).
    pub size_bytes: u64,
    /// Whether the user named this very object, instead of a directory or glob above it.
    pub explicit: bool,
}

impl LogObject {
    /// Opens the object for reading from its start.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.location {
            Location::File(path) => Ok(Box::new(File::open(path)?)),
            Location::Stdin => Ok(Box::new(io::stdin())),
        }
    }

    /// Opens the object for reading at any place; `None` where it only streams.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open_seekable(&self) -> io::Result<Option<File>> {
        match &self.location {
            Location::File(path) => File::open(path).map(Some),
            Location::Stdin => Ok(None),
        }
    }
}
