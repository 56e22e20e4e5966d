//! Readers that count and that stop.

use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of the stored object used so far; shared with a progress display.
#[derive(Debug, Default)]
pub struct ByteCounter(AtomicU64);

impl ByteCounter {
    /// Bytes used so far.
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Adds bytes.
    pub fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Counts what a decoder consumes, so that damage can be placed.
pub(super) struct CountingReader<'c, R> {
    inner: R,
    counter: &'c ByteCounter,
}

impl<'c, R> CountingReader<'c, R> {
    pub(super) fn new(inner: R, counter: &'c ByteCounter) -> Self {
        Self { inner, counter }
    }
}

impl<R: BufRead> Read for CountingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.counter.add(count as u64);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for CountingReader<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.counter.add(count as u64);
        self.inner.consume(count);
    }
}

/// Fails once more than a limit has been read, so that a packed bomb ends.
pub(super) struct LimitedReader<R> {
    inner: R,
    left: u64,
    limit: u64,
}

impl<R> LimitedReader<R> {
    pub(super) fn new(inner: R, limit: u64) -> Self {
        Self { inner, left: limit, limit }
    }
}

impl<R: Read> Read for LimitedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other(format!("inflates to more than {} bytes (limit MAX_INFLATED_BYTES)", self.limit))
        })?;
        Ok(count)
    }
}
