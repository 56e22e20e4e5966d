//! Objects in a store of objects, as the Parquet decoder reads them.

use std::io::{self, Read};
use std::ops::Range;

use bytes::{Buf as _, Bytes};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::parse::columnar::ChunkSource;
use crate::source::remote::Ranged;

/// Bytes that a reader without a known end asks for at a time.
const BLOCK_BYTES: u64 = 64 << 10;

/// An object that is read by ranges.
pub(super) struct Chunks(pub Box<dyn Ranged>);

fn of_io(error: io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.0.size_bytes()
    }
}

impl ChunkReader for Chunks {
    type T = Blocks;

    fn get_read(&self, start: u64) -> Result<Blocks> {
        Ok(Blocks(self.0.read_some(start, BLOCK_BYTES).map_err(of_io)?))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.saturating_add(length as u64);
        self.0.read(start..end).map_err(of_io)
    }
}

impl ChunkSource for Chunks {
    fn will_read(&self, ranges: Vec<Range<u64>>) -> io::Result<()> {
        self.0.fetch(ranges)
    }
}

/// A block of the object.
pub(super) struct Blocks(Bytes);

impl Read for Blocks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(buffer.len());
        self.0.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
