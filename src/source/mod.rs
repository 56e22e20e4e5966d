//! The only door to storage: lists objects and opens them.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this stage is the door to the file system"
)]

mod document;
mod local;
pub mod remote;
#[cfg(feature = "s3")]
pub mod s3;
pub mod scratch;
#[cfg(test)]
mod tests;
#[cfg(feature = "parquet")]
pub mod vault;

pub use document::{MAX_DOCUMENT_BYTES, STANDARD_INPUT, read_document};
pub use local::{Listing, MAX_INVENTORY_FILE_BYTES, SourceError, list, read_inventory, read_text};

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Where an object lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A local file.
    File(Box<Path>),
    /// An object in S3. It is not opened here: it arrives by a [`remote::Feed`].
    S3 {
        /// The bucket.
        bucket: Box<str>,
        /// The key.
        key: Box<str>,
    },
    /// Standard input.
    Stdin,
}

/// One object that may hold records.
///
/// There may be a million of them, so what its name tells is not kept beside the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogObject {
    /// Where it lies.
    pub location: Location,
    /// Size, 0 where not known (standard input).
    pub size_bytes: u64,
    /// ETag, where the store has one (S3); `None` for files.
    pub etag: Option<Box<str>>,
    /// Whether the user named this very object, instead of a directory or glob above it.
    pub explicit: bool,
}

impl LogObject {
    /// Name shown to people: the path as it was reached.
    pub fn name(&self) -> Cow<'_, str> {
        match &self.location {
            Location::File(path) => path.to_string_lossy(),
            Location::S3 { bucket, key } => Cow::Owned(format!("s3://{bucket}/{key}")),
            Location::Stdin => Cow::Borrowed("-"),
        }
    }

    /// Opens the object for reading from its start.
    ///
    /// # Errors
    /// As the operating system says.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.location {
            Location::File(path) => Ok(Box::new(File::open(path)?)),
            Location::S3 { .. } => Err(io::ErrorKind::Unsupported.into()),
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
            Location::S3 { .. } | Location::Stdin => Ok(None),
        }
    }
}
