//! `--objects MANIFEST`: one partition of the work, object by object.
//!
//! A text file, one object a line: key, size in bytes and ETag with a tab between, `-` where size or ETag is not known. Empty
//! lines and lines that begin with `#` are passed over.

use std::collections::BTreeSet;

use thiserror::Error;

use super::segment::{NAME_DIGITS, id_of};
use crate::source::remote::S3Uri;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ManifestEntry {
    /// The key, or the path of a file.
    pub key: String,
    /// Bytes as stored, where known.
    pub size: Option<u64>,
    /// ETag, or `sha256:` and the digest of a file, where known.
    pub etag: Option<String>,
}

/// A list of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The id of the segment that it becomes: of its entries, so that the order of lines does not matter.
    pub id: String,
    /// The entries, sorted.
    pub entries: Vec<ManifestEntry>,
}

/// Why a file is not a manifest.
#[derive(Debug, Error)]
#[error("line {line}: {reason}; a line is KEY<tab>SIZE<tab>ETAG, with - for what is not known")]
pub struct ManifestError {
    line: usize,
    reason: String,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When a line is not of that shape, a key comes twice, or there is none.
    pub fn of_text(text: &str) -> Result<Self, ManifestError> {
        let mut entries: BTreeSet<ManifestEntry> = BTreeSet::new();
        let mut keys: BTreeSet<&str> = BTreeSet::new();
        for (line, content) in (1..).zip(text.lines()) {
            let failed = |reason: String| ManifestError { line, reason };
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let mut parts = content.split('\t');
            let (Some(key), Some(size), Some(etag), None) =
                (parts.next(), parts.next(), parts.next(), parts.next())
            else {
                return Err(failed("not three values".to_owned()));
            };
            if key.is_empty() || !keys.insert(key) {
                return Err(failed(format!("the object `{key}` occurs twice, or has no name")));
            }
            let size = match size {
                "-" => None,
                size => Some(size.parse().map_err(|_| failed(format!("`{size}` is no size in bytes")))?),
            };
            let etag = (etag != "-").then(|| etag.trim_matches('"').to_owned());
            entries.insert(ManifestEntry { key: key.to_owned(), size, etag });
        }
        if entries.is_empty() {
            return Err(ManifestError { line: 1, reason: "the manifest names no object".to_owned() });
        }
        let entries: Vec<ManifestEntry> = entries.into_iter().collect();
        let id = id_of(&format!("{entries:?}"));
        debug_assert_eq!(id.len(), NAME_DIGITS);
        Ok(Self { id, entries })
    }

    /// Whether one of the objects lies in S3.
    pub fn names_s3(&self) -> bool {
        self.entries.iter().any(|entry| S3Uri::parse(&entry.key).is_some())
    }
}
