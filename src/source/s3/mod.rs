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

pub use feed::{Listener, S3Feed};
pub use listing::{BucketRequests, list_only};
