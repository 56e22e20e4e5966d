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
pub use listing::BucketRequests;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use client::Store;
use feed::{Wanted, distinct, log_object};
use partition::NameHours;
use tokio::sync::Semaphore;

use super::LogObject;
use super::remote::{S3Settings, S3Uri};

/// Objects that are looked up at the same time.
const MAX_LOOK_UPS: usize = 16;

/// A store of objects, and who asks.
pub struct S3(Arc<Store>);

impl S3 {
    /// A store with the usual chain of credentials. Nothing is asked yet.
    ///
    /// # Errors
    /// When there are no threads.
    pub fn open(settings: &S3Settings) -> io::Result<Self> {
        Ok(Self(Arc::new(Store::new(settings)?)))
    }

    /// Everything below inputs. `from` and `to` bound the starts of the records that are wanted, Unix seconds.
    pub fn below(&self, inputs: Vec<S3Uri>, (from, to): (Option<i64>, Option<i64>)) -> S3Feed {
        let wanted = Wanted::Below(distinct(inputs), NameHours::new(from, to));
        S3Feed::new(Arc::clone(&self.0), wanted)
    }

    /// Objects that were listed before: of an object that was changed since, nothing is read.
    pub fn objects(&self, objects: Vec<LogObject>) -> S3Feed {
        S3Feed::new(Arc::clone(&self.0), Wanted::Objects(Mutex::new(objects)))
    }

    /// Lists inputs and fetches nothing; by bucket. `from` and `to` as for [`S3::below`]. What cannot be listed, the listener is
    /// told.
    pub fn list(
        &self,
        inputs: Vec<S3Uri>,
        (from, to): (Option<i64>, Option<i64>),
        listener: &mut dyn Listener,
    ) -> BTreeMap<String, BucketRequests> {
        listing::list_only(&self.0, inputs, NameHours::new(from, to), listener)
    }

    /// Size and ETag of single objects, in their order, or why there are none.
    pub fn look_up(&self, wanted: Vec<S3Uri>) -> Vec<Result<LogObject, String>> {
        let runtime = &self.0.runtime;
        let at_once = Arc::new(Semaphore::new(MAX_LOOK_UPS));
        let asked: Vec<_> = wanted
            .into_iter()
            .map(|S3Uri { bucket, prefix: key }| {
                let (clients, at_once) = (Arc::clone(&self.0.clients), Arc::clone(&at_once));
                runtime.spawn(async move {
                    let _turn = at_once.acquire().await;
                    let entry =
                        clients.look_up(&bucket, &key).await.map_err(|failure| failure.to_string())?;
                    Ok(log_object(&bucket, &entry, true))
                })
            })
            .collect();
        asked
            .into_iter()
            .map(|answer| runtime.block_on(answer).unwrap_or_else(|error| Err(error.to_string())))
            .collect()
    }
}
