//! Objects of which only some bytes are needed.

use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};

use super::client::Store;
use super::failure::Failure;
use super::get::{PartOf, Remote, Whole};
use crate::source::remote::Ranged;

/// Ranges that lie so near are fetched as one, bytes: about what a request costs in time.
const MAX_GAP_BYTES: u64 = 256 << 10;
/// Bytes at the end of an object that are fetched at first: the footer of Parquet with what it says of row groups.
const TAIL_BYTES: u64 = 64 << 10;
/// Ranges fetched at the same time.
const MAX_PARTS: usize = 4;

/// An object in S3.
pub(super) struct RangedObject {
    store: Arc<Store>,
    remote: Remote,
    size_bytes: u64,
    /// What was fetched: its offset and its bytes.
    held: Mutex<Vec<(u64, Bytes)>>,
}

impl RangedObject {
    pub fn new(store: Arc<Store>, remote: Remote, size_bytes: u64) -> Self {
        Self { store, remote, size_bytes, held: Mutex::default() }
    }

    fn held(&self, range: &Range<u64>) -> Option<Bytes> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.iter().find_map(|(offset, bytes)| {
            let start = usize::try_from(range.start.checked_sub(*offset)?).ok()?;
            let end = usize::try_from(range.end.checked_sub(*offset)?).ok()?;
            (end <= bytes.len()).then(|| bytes.slice(start..end))
        })
    }

    async fn part(remote: Remote, range: Range<u64>) -> Result<(u64, Bytes), Failure> {
        let size = range.end - range.start;
        let mut whole = Whole::new(PartOf { remote, from: range.start, to: range.end }, size);
        let mut bytes = BytesMut::with_capacity(usize::try_from(size).unwrap_or(0));
        while let Some(more) = whole.next().await? {
            bytes.extend_from_slice(&more);
        }
        Ok((range.start, bytes.freeze()))
    }

    fn fetch_parts(&self, ranges: &[Range<u64>]) -> io::Result<Vec<(u64, Bytes)>> {
        let mut parts = Vec::with_capacity(ranges.len());
        for together in ranges.chunks(MAX_PARTS) {
            let tasks: Vec<_> = together
                .iter()
                .map(|range| self.store.runtime.spawn(Self::part(self.remote.clone(), range.clone())))
                .collect();
            for task in tasks {
                parts.push(self.store.runtime.block_on(task).map_err(io::Error::other)??);
            }
        }
        Ok(parts)
    }
}

/// Ranges in order, those that lie near each other as one.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(MAX_GAP_BYTES) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

impl Ranged for RangedObject {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read(&self, range: Range<u64>) -> io::Result<Bytes> {
        if range.end > self.size_bytes || range.start > range.end {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("bytes {}..{} of an object of {}", range.start, range.end, self.size_bytes),
            ));
        }
        if let Some(bytes) = self.held(&range) {
            return Ok(bytes);
        }
        let tail = self.size_bytes.saturating_sub(TAIL_BYTES);
        let fetched = if range.start >= tail { tail..self.size_bytes } else { range.clone() };
        let parts = self.fetch_parts(std::slice::from_ref(&fetched))?;
        self.held.lock().unwrap_or_else(PoisonError::into_inner).extend(parts);
        self.held(&range).ok_or_else(|| io::Error::other("what was fetched is not what was asked for"))
    }

    fn read_some(&self, start: u64, most: u64) -> io::Result<Bytes> {
        let end = start.saturating_add(most).min(self.size_bytes);
        let at_hand = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let ends = held.iter().filter(|(offset, _)| *offset <= start);
            ends.map(|(offset, bytes)| offset + bytes.len() as u64).filter(|end| *end > start).max()
        };
        self.read(start..at_hand.map_or(end, |at_hand| at_hand.min(end)))
    }

    fn fetch(&self, ranges: Vec<Range<u64>>) -> io::Result<()> {
        let parts = self.fetch_parts(&joined(ranges))?;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = parts;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_ranges_are_one_request() {
        let far = 2 * MAX_GAP_BYTES;
        let ranges = vec![far + 10..far + 20, 0..4, 8..10, 2..9];
        assert_eq!(joined(ranges), [0..10, far + 10..far + 20]);
        assert_eq!(joined(vec![5..6, 6 + MAX_GAP_BYTES..far]).len(), 1);
        assert_eq!(joined(vec![5..6, 7 + MAX_GAP_BYTES..far]).len(), 2);
        assert!(joined(Vec::new()).is_empty());
    }
}
