//! Listing ahead of fetching ahead of reading, each held back by the one behind it.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf as _, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::client::{BucketPages, Store};
use super::failure::Failure;
use super::get::{Remote, Whole};
use super::partition::NameHours;
use super::ranged::RangedObject;
use super::walk::{Entry, Taker, Walk};
use crate::source::remote::{Arrival, Content, Feed, S3Uri};
use crate::source::{Location, LogObject};

/// Objects that are fetched at the same time.
const MAX_REQUESTS: usize = 16;
/// Bytes that are fetched and not yet read, of all objects (64 MiB).
const MAX_AHEAD_BYTES: usize = 64 << 20;
/// Bytes of an object that is fetched whole before a worker gets it (16 MiB); a larger one is read while it comes.
const MAX_FETCHED_BYTES: u64 = 16 << 20;
/// Pieces of a larger object that wait for its reader, and bytes of a piece.
const PIECES: usize = 32;
const PIECE_BYTES: usize = 128 << 10;
/// Bytes that one permit stands for.
const PERMIT_BYTES: usize = 64 << 10;

/// Objects of a store, as they arrive.
pub struct S3Feed {
    store: Arc<Store>,
    wanted: Wanted,
    arrivals: Mutex<Receiver<Arrival>>,
    sender: Mutex<Option<Sender<Arrival>>>,
}

/// What is fetched.
pub(super) enum Wanted {
    /// What is listed below inputs and may be of these hours, as it is listed.
    Below(Vec<S3Uri>, NameHours),
    /// What was listed before.
    Objects(Mutex<Vec<LogObject>>),
}

/// Told of the listing, on the thread that lists.
pub trait Listener: Send {
    /// An object was listed: whether it is to be read.
    fn listed(&mut self, object: &LogObject) -> bool;
    /// A part of an input cannot be listed.
    fn failed(&mut self, name: String, reason: String);
}

impl S3Feed {
    /// Prepares a feed. Nothing is asked yet.
    pub(super) fn new(store: Arc<Store>, wanted: Wanted) -> Self {
        let (sender, arrivals) = channel();
        Self { store, wanted, arrivals: Mutex::new(arrivals), sender: Mutex::new(Some(sender)) }
    }

    /// Lists and fetches until there is no more: to be run on a thread of its own, once. Of objects that were listed before, the
    /// listener is told nothing.
    pub fn run(&self, listener: &mut dyn Listener) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(sender) = sender else { return };
        let fetcher = Fetcher {
            store: &self.store,
            sender: &sender,
            requests: Arc::new(Semaphore::new(MAX_REQUESTS)),
            ahead: Arc::new(Semaphore::new(MAX_AHEAD_BYTES / PERMIT_BYTES)),
        };
        match &self.wanted {
            Wanted::Objects(objects) => {
                let objects = std::mem::take(&mut *objects.lock().unwrap_or_else(PoisonError::into_inner));
                // Nobody is left to read them when it ends early.
                let _ = objects.into_iter().all(|object| fetcher.fetch(object));
            }
            Wanted::Below(inputs, hours) => {
                for input in inputs {
                    let bucket = input.bucket.as_str();
                    let mut pages = BucketPages { store: &self.store, bucket };
                    let mut taker = Listed { fetcher: &fetcher, bucket, listener };
                    let mut walk = Walk { pages: &mut pages, taker: &mut taker, hours: *hours };
                    if walk.input(&input.prefix).is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// In one order whatever order they came in, and each key once.
pub(super) fn distinct(mut inputs: Vec<S3Uri>) -> Vec<S3Uri> {
    inputs.sort();
    inputs.dedup();
    let all = inputs.clone();
    inputs.retain(|input| !all.iter().any(|other| other != input && other.holds(input)));
    inputs
}

/// A listed object.
pub(super) fn log_object(bucket: &str, entry: &Entry, explicit: bool) -> LogObject {
    LogObject {
        location: Location::S3 { bucket: bucket.into(), key: entry.key.as_str().into() },
        size_bytes: entry.size_bytes,
        etag: entry.etag.as_deref().map(|etag| etag.trim_matches('"').into()),
        explicit,
    }
}

impl Feed for S3Feed {
    fn next(&self) -> Option<Arrival> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
    }
}

/// Fetches, as long as few enough bytes wait to be read.
struct Fetcher<'f> {
    store: &'f Arc<Store>,
    sender: &'f Sender<Arrival>,
    requests: Arc<Semaphore>,
    ahead: Arc<Semaphore>,
}

impl Fetcher<'_> {
    /// Asks for an object once there is room for it; `false` if nobody is left to read it.
    fn fetch(&self, object: LogObject) -> bool {
        let Some(remote) = Remote::of(&self.store.clients, &object) else {
            let content = Err(io::ErrorKind::Unsupported.into());
            return self.sender.send(Arrival { object, content }).is_ok();
        };
        let size = object.size_bytes;
        if size == 0 {
            return self
                .sender
                .send(Arrival { object, content: Ok(Content::Stream(Box::new(io::empty()))) })
                .is_ok();
        }
        let is_large = size > MAX_FETCHED_BYTES;
        if is_large && remote.key.ends_with(".parquet") {
            let ranged = RangedObject::new(Arc::clone(self.store), remote, size);
            return self
                .sender
                .send(Arrival { object, content: Ok(Content::Ranged(Box::new(ranged))) })
                .is_ok();
        }
        let held = if is_large { PIECES * PIECE_BYTES } else { usize::try_from(size).unwrap_or(usize::MAX) };
        let Some(permit) = self.wait(&self.ahead, held.div_ceil(PERMIT_BYTES)) else { return false };
        let Some(request) = self.wait(&self.requests, 1) else { return false };
        let sender = self.sender.clone();
        self.store.runtime.spawn(async move {
            let whole = Whole::new(remote, size);
            if is_large {
                pump(whole, object, &sender, permit).await;
            } else {
                let content = fetch(whole, permit).await;
                // Nobody may be left to read it.
                let _ = sender.send(Arrival { object, content });
            }
            drop(request);
        });
        true
    }

    fn wait(&self, semaphore: &Arc<Semaphore>, permits: usize) -> Option<OwnedSemaphorePermit> {
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        self.store.runtime.block_on(Arc::clone(semaphore).acquire_many_owned(permits)).ok()
    }
}

/// Fetches what is listed, if it is to be read.
struct Listed<'l> {
    fetcher: &'l Fetcher<'l>,
    bucket: &'l str,
    listener: &'l mut dyn Listener,
}

impl Taker for Listed<'_> {
    fn take(&mut self, entry: Entry, explicit: bool) -> bool {
        let object = log_object(self.bucket, &entry, explicit);
        !self.listener.listed(&object) || self.fetcher.fetch(object)
    }

    fn failed(&mut self, prefix: &str, failure: Failure) {
        let name = format!("s3://{}/{prefix}", self.bucket);
        self.listener.failed(name, format!("cannot be listed: {failure}"));
    }
}

/// The whole of an object, before anybody reads it.
async fn fetch(mut whole: Whole<Remote>, permit: OwnedSemaphorePermit) -> io::Result<Content> {
    let mut pieces = VecDeque::new();
    while let Some(bytes) = whole.next().await? {
        pieces.push_back(bytes);
    }
    Ok(Content::Stream(Box::new(Pieces { pieces, _permit: permit })))
}

/// Gives an object to a worker at once, and its pieces as they come.
async fn pump(
    mut whole: Whole<Remote>,
    object: LogObject,
    sender: &Sender<Arrival>,
    permit: OwnedSemaphorePermit,
) {
    let (pieces, arriving) = mpsc::channel(PIECES);
    let content = Ok(Content::Stream(Box::new(Arriving { pieces: arriving, current: Bytes::new() })));
    if sender.send(Arrival { object, content }).is_err() {
        return;
    }
    loop {
        let next = whole.next().await;
        let is_end = !matches!(next, Ok(Some(_)));
        let mut bytes = match next {
            Ok(Some(bytes)) => bytes,
            Ok(None) => Bytes::new(),
            Err(failure) => {
                let _ = pieces.send(Err(failure)).await;
                break;
            }
        };
        while !bytes.is_empty() {
            let piece = bytes.split_to(PIECE_BYTES.min(bytes.len()));
            // A reader that wants no more, such as of a log of another kind.
            if pieces.send(Ok(piece)).await.is_err() {
                return;
            }
        }
        if is_end {
            break;
        }
    }
    drop(permit);
}

/// Pieces that are here.
struct Pieces {
    pieces: VecDeque<Bytes>,
    /// Given back when they are read.
    _permit: OwnedSemaphorePermit,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(piece) = self.pieces.front_mut() {
            if piece.is_empty() {
                self.pieces.pop_front();
                continue;
            }
            let count = piece.len().min(buffer.len());
            piece.copy_to_slice(&mut buffer[..count]);
            return Ok(count);
        }
        Ok(0)
    }
}

/// Pieces that are still to come.
struct Arriving {
    pieces: mpsc::Receiver<Result<Bytes, Failure>>,
    current: Bytes,
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                None => return Ok(0),
                Some(piece) => self.current = piece?,
            }
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
