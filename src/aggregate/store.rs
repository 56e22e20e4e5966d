//! Where totals by hour lie once they are written down: in memory up to a limit, then in a temporary file.
//!
//! A *run* is a list of hours in order. Each hour begins with a head (hour, length of the two parts); then come the rows of
//! any kind by observer, then the totals. Runs are read from their start to their end, one hour at a time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::coding::{Decoder, Encoder, damaged};
use super::{Key, Presence, Sum};
use crate::model::time::Bucket;
use crate::source::scratch::Scratch;

/// Totals that all open tables of a run of the program hold together; beyond, a table is written down and begins anew.
pub const MAX_OPEN_TOTALS: usize = 1 << 20;
/// Bytes of written totals that stay in memory (1 MiB); the others go to a temporary file.
pub const MAX_RESIDENT_BYTES: usize = 1 << 20;
/// Totals that a table holds before it is written down for the first time. How many it holds from then on follows from how many
/// there are in an hour, so that a long period takes no more memory than a short one.
pub(super) const FIRST_OPEN_TOTALS: usize = 1 << 13;
/// Bytes that a writer gathers before it hands them on (256 KiB).
const CHUNK_BYTES: usize = 1 << 18;
/// Bytes of an hour's head.
const HEAD_BYTES: usize = 20;

/// How much may be in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Totals in the open table of one partial, at most.
    pub open_totals: usize,
    /// Bytes of written totals in all partials of one store.
    pub resident_bytes: usize,
}

impl Limits {
    /// For so many workers with a partial each.
    pub const fn for_workers(workers: usize) -> Self {
        let share = MAX_OPEN_TOTALS / if workers == 0 { 1 } else { workers };
        let open_totals = if share < FIRST_OPEN_TOTALS { FIRST_OPEN_TOTALS } else { share };
        Self { open_totals, resident_bytes: MAX_RESIDENT_BYTES }
    }
}

/// The memory and the temporary file that partials share.
#[derive(Debug)]
pub struct Store {
    pub(super) limits: Limits,
    scratch: Option<Box<dyn Scratch>>,
    /// The temporary file took nothing (no space, no right): everything stays in memory from then on.
    is_full: AtomicBool,
    resident: AtomicUsize,
}

impl Store {
    /// A store. Without `scratch` everything stays in memory.
    pub fn new(limits: Limits, scratch: Option<Box<dyn Scratch>>) -> Arc<Self> {
        Arc::new(Self { limits, scratch, is_full: AtomicBool::new(false), resident: AtomicUsize::new(0) })
    }

    /// Bytes of written totals that are in memory.
    pub fn resident_bytes(&self) -> usize {
        self.resident.load(Ordering::Relaxed)
    }

    fn keep(self: &Arc<Self>, mut bytes: Vec<u8>) -> Chunk {
        let length = bytes.len();
        let place = if self.resident_bytes() + length > self.limits.resident_bytes {
            self.write(&bytes)
        } else {
            None
        };
        let kept = if let Some(place) = place {
            Kept::Scratch(place)
        } else {
            bytes.shrink_to_fit();
            self.resident.fetch_add(length, Ordering::Relaxed);
            Kept::Memory(bytes)
        };
        Chunk { store: Arc::clone(self), length, kept }
    }

    /// Where the temporary file holds the bytes, if it took them.
    fn write(&self, bytes: &[u8]) -> Option<u64> {
        let scratch = self.scratch.as_ref().filter(|_| !self.is_full.load(Ordering::Relaxed))?;
        let place = scratch.append(bytes);
        self.is_full.fetch_or(place.is_err(), Ordering::Relaxed);
        place.ok()
    }
}

/// Whole hours of a run, in one place.
#[derive(Debug)]
pub(super) struct Chunk {
    store: Arc<Store>,
    length: usize,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Memory(Vec<u8>),
    Scratch(u64),
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Kept::Memory(_) = self.kept {
            self.store.resident.fetch_sub(self.length, Ordering::Relaxed);
        }
    }
}

impl Chunk {
    fn read(&self, from: usize, buffer: &mut [u8]) -> io::Result<()> {
        match &self.kept {
            Kept::Memory(bytes) => {
                let part = bytes.get(from..from + buffer.len()).ok_or_else(damaged)?;
                buffer.copy_from_slice(part);
                Ok(())
            }
            Kept::Scratch(place) => {
                let scratch = self.store.scratch.as_ref().ok_or_else(damaged)?;
                scratch.read(place + from as u64, buffer)
            }
        }
    }
}

/// Writes a run.
#[derive(Debug)]
pub(super) struct Writer {
    store: Arc<Store>,
    buffer: Vec<u8>,
    chunks: Vec<Chunk>,
}

impl Writer {
    pub(super) fn new(store: &Arc<Store>) -> Self {
        Self { store: Arc::clone(store), buffer: Vec::new(), chunks: Vec::new() }
    }

    /// Writes an hour; hours come in order.
    pub(super) fn hour(
        &mut self,
        bucket: Bucket,
        presence: impl IntoIterator<Item = (u32, Presence)>,
        rows: impl IntoIterator<Item = (Key, Sum)>,
    ) {
        let head = self.buffer.len();
        self.buffer.resize(head + HEAD_BYTES, 0);
        let mut encoder = Encoder::new(&mut self.buffer);
        for (observer, presence) in presence {
            encoder.presence(bucket, observer, &presence);
        }
        let middle = self.buffer.len();
        let mut encoder = Encoder::new(&mut self.buffer);
        for (key, sum) in rows {
            encoder.row(&key, &sum);
        }
        let end = self.buffer.len();
        let written = Head { bucket, presence: middle - head - HEAD_BYTES, rows: end - middle };
        self.buffer[head..head + HEAD_BYTES].copy_from_slice(&written.to_bytes());
        if end >= CHUNK_BYTES {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        if !self.buffer.is_empty() {
            let bytes = std::mem::take(&mut self.buffer);
            self.chunks.push(self.store.keep(bytes));
        }
    }

    /// The run.
    pub(super) fn finish(mut self) -> Vec<Chunk> {
        self.hand_on();
        self.chunks
    }
}

/// What an hour begins with.
#[derive(Debug, Clone, Copy)]
struct Head {
    bucket: Bucket,
    /// Bytes of the rows of any kind.
    presence: usize,
    /// Bytes of the totals.
    rows: usize,
}

impl Head {
    fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..4].copy_from_slice(&self.bucket.0.to_le_bytes());
        bytes[4..12].copy_from_slice(&(self.presence as u64).to_le_bytes());
        bytes[12..].copy_from_slice(&(self.rows as u64).to_le_bytes());
        bytes
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (bucket, rest) = bytes.split_first_chunk()?;
        let (presence, rest) = rest.split_first_chunk()?;
        let (rows, _) = rest.split_first_chunk()?;
        Some(Self {
            bucket: Bucket(u32::from_le_bytes(*bucket)),
            presence: usize::try_from(u64::from_le_bytes(*presence)).ok()?,
            rows: usize::try_from(u64::from_le_bytes(*rows)).ok()?,
        })
    }
}

/// One hour of a run, as written.
#[derive(Debug)]
pub(super) struct Written {
    bucket: Bucket,
    bytes: Vec<u8>,
    middle: usize,
    end: usize,
}

impl Default for Written {
    fn default() -> Self {
        Self { bucket: Bucket::NONE, bytes: Vec::new(), middle: 0, end: 0 }
    }
}

impl Written {
    /// The rows of any kind.
    pub(super) fn presence(&self) -> Decoder<'_> {
        Decoder::new(&self.bytes[..self.middle], self.bucket)
    }

    /// The totals.
    pub(super) fn rows(&self) -> Decoder<'_> {
        Decoder::new(&self.bytes[self.middle..self.end], self.bucket)
    }
}

/// Reads a run from its start to its end.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'r> {
    chunks: &'r [Chunk],
    /// Place of the next hour's body in the first of `chunks`.
    at: usize,
    next: Option<Head>,
}

impl<'r> Cursor<'r> {
    pub(super) fn new(chunks: &'r [Chunk]) -> io::Result<Self> {
        let mut cursor = Self { chunks, at: 0, next: None };
        cursor.open()?;
        Ok(cursor)
    }

    /// Reads the head at the start of the first chunk.
    fn open(&mut self) -> io::Result<()> {
        let mut head = [0; HEAD_BYTES];
        self.at = HEAD_BYTES;
        self.next = match self.chunks.first() {
            Some(chunk) => {
                chunk.read(0, &mut head)?;
                Some(Head::of_bytes(&head).ok_or_else(damaged)?)
            }
            None => None,
        };
        Ok(())
    }

    /// The next hour.
    pub(super) fn peek(&self) -> Option<Bucket> {
        self.next.map(|head| head.bucket)
    }

    /// Passes over hours before one, without reading what is in them.
    pub(super) fn skip_before(&mut self, first: Bucket) -> io::Result<()> {
        while let Some(head) = self.next.filter(|head| head.bucket < first) {
            let Some((chunk, rest)) = self.chunks.split_first() else { return Ok(()) };
            let left = chunk.length - self.at;
            let end = head.presence.checked_add(head.rows).filter(|end| *end <= left).ok_or_else(damaged)?;
            if end == left {
                self.chunks = rest;
                self.open()?;
            } else {
                let mut bytes = [0; HEAD_BYTES];
                chunk.read(self.at + end, &mut bytes)?;
                self.at += end + HEAD_BYTES;
                self.next = Some(Head::of_bytes(&bytes).ok_or_else(damaged)?);
            }
        }
        Ok(())
    }

    /// Takes the next hour; nothing is changed in `written` where there is none.
    pub(super) fn take(&mut self, written: &mut Written) -> io::Result<()> {
        let (Some(head), Some((chunk, rest))) = (self.next, self.chunks.split_first()) else { return Ok(()) };
        let left = chunk.length - self.at;
        let end = head.presence.checked_add(head.rows).filter(|end| *end <= left).ok_or_else(damaged)?;
        let is_last = end == left;
        // The head of the hour after it comes in the same read.
        let length = if is_last { end } else { end + HEAD_BYTES };
        if length > left {
            return Err(damaged());
        }
        written.bytes.resize(length, 0);
        chunk.read(self.at, &mut written.bytes)?;
        (written.bucket, written.middle, written.end) = (head.bucket, head.presence, end);
        if is_last {
            self.chunks = rest;
            self.open()
        } else {
            self.at += length;
            self.next = Some(Head::of_bytes(&written.bytes[end..]).ok_or_else(damaged)?);
            Ok(())
        }
    }
}
