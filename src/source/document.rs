//! Text documents of flowtoll's own, such as a report in JSON, from a file or standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::SourceError;

/// Largest document that is read, bytes; a report of 10,000 interfaces with 40 services each is about 200 MiB.
pub const MAX_DOCUMENT_BYTES: u64 = 1 << 30;

/// The path that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// Reads a document whole.
///
/// # Errors
/// When it cannot be read, is not UTF-8, or is larger than [`MAX_DOCUMENT_BYTES`].
pub fn read_document(path: &Path) -> Result<String, SourceError> {
    let from_stdin = path.as_os_str() == STANDARD_INPUT;
    let read = || {
        if from_stdin { whole(io::stdin().lock()) } else { whole(File::open(path)?) }
    };
    let path = if from_stdin { "standard input".to_owned() } else { path.display().to_string() };
    read().map_err(|reason| SourceError::Io { path, reason })
}

fn whole(from: impl Read) -> io::Result<String> {
    let mut text = String::new();
    let length = from.take(MAX_DOCUMENT_BYTES + 1).read_to_string(&mut text)?;
    if length as u64 > MAX_DOCUMENT_BYTES {
        return Err(io::Error::other(format!("larger than {MAX_DOCUMENT_BYTES} bytes (MAX_DOCUMENT_BYTES)")));
    }
    Ok(text)
}
