//! Logs in Amazon S3, and in stores that speak like it.
//!
//! A thread walks over the keys (`walk`: only the folders of the period, as AWS lays them out, `partition`) and asks for objects as long
//! as few enough of their bytes wait to be read (`feed`). A body that breaks is taken up where it broke, of the very object that was
//! listed (`get`); a large Parquet object is read by ranges (`ranged`). What cannot be had is an outcome with a name and, where the
//! store refuses, with what is missing (`failure`): the totals are never silently smaller.

mod client;
mod failure;
mod feed;
mod get;
mod listing;
mod partition;
mod ranged;
#[cfg(test)]
mod tests;
mod walk;

use std::io;
use std::sync::Arc;

use super::remote::S3Settings;

pub use feed::{Listener, S3Feed};
pub use listing::{BucketRequests, list_only};

/// Who asks a store, and where; for any number of listings and feeds.
#[derive(Clone)]
pub struct Session {
    store: Arc<client::Store>,
}

impl Session {
    /// With the usual chain of credentials. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// When there are no threads.
    pub fn new(settings: &S3Settings) -> io::Result<Self> {
        Ok(Self { store: Arc::new(client::Store::new(settings)?) })
    }
}
