//! Objects that are fetched ahead of being read, from a store that is not the file system.

use std::io::{self, Read};
use std::ops::Range;

use bytes::Bytes;

use super::LogObject;

/// An object that has arrived, or is arriving.
pub struct Arrival {
    /// The object.
    pub object: LogObject,
    /// Its content, or why there is none.
    pub content: io::Result<Content>,
}

/// The content of an object.
pub enum Content {
    /// From its start to its end; it may still be arriving.
    Stream(Box<dyn Read + Send>),
    /// Any bytes of it, on demand.
    Ranged(Box<dyn Ranged>),
}

/// An object that is read at any place, at the price of a request each time.
pub trait Ranged: Send + Sync {
    /// Its size, bytes.
    fn size_bytes(&self) -> u64;

    /// The bytes of a range.
    ///
    /// # Errors
    /// When the store does not give them, for good.
    fn read(&self, range: Range<u64>) -> io::Result<Bytes>;

    /// Bytes from a place on, `most` of them or fewer: what is at hand, else a request's worth.
    ///
    /// # Errors
    /// When the store does not give them, for good.
    fn read_some(&self, start: u64, most: u64) -> io::Result<Bytes>;

    /// Fetches ranges that will be read soon, together; what was fetched so before may be forgotten.
    ///
    /// # Errors
    /// When the store does not give them, for good.
    fn fetch(&self, ranges: Vec<Range<u64>>) -> io::Result<()>;
}

/// Gives objects as they arrive, to several workers.
pub trait Feed: Sync {
    /// The next object, whichever arrives first; `None` when there are no more.
    fn next(&self) -> Option<Arrival>;
}

/// Which store of objects, and who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct S3Settings {
    /// Profile of the AWS configuration files; the usual one where not given.
    pub profile: Option<String>,
    /// Region of the buckets; that of the configuration where not given.
    pub region: Option<String>,
    /// Another store that speaks S3, or an endpoint inside a VPC.
    pub endpoint_url: Option<String>,
    /// The account that asks pays for requests and transfer.
    pub is_requester_pays: bool,
    /// Ask without credentials.
    pub is_anonymous: bool,
}

/// An input that lies in S3: `s3://bucket/prefix`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct S3Uri {
    /// The bucket.
    pub bucket: String,
    /// What the keys begin with, or the key of one object; empty for the whole bucket.
    pub prefix: String,
}

impl S3Uri {
    /// Reads an input; `None` if it is no such one.
    pub fn parse(input: &str) -> Option<Self> {
        let rest = input.strip_prefix("s3://").or_else(|| input.strip_prefix("S3://"))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    /// Whether keys that begin as the other's begin as this one's.
    pub fn holds(&self, other: &Self) -> bool {
        let is_folder = self.prefix.is_empty() || self.prefix.ends_with('/');
        self == other || is_folder && self.bucket == other.bucket && other.prefix.starts_with(&self.prefix)
    }
}
