//! Gzip pages, unpacked by libdeflate: nearly twice as fast as the crate's own way, and AWS writes no others.

use std::fmt::{self, Debug};
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};

use crate::read::inflate::{Inflater, Member};

/// More than deflate can pack into one byte.
const MAX_PACKING: usize = 1_100;

/// Unpacks pages; all that are cloned from it share a decoder.
#[derive(Clone)]
pub(super) struct Unpacker(Option<Arc<Mutex<Inflater>>>);

impl Default for Unpacker {
    fn default() -> Self {
        Self(Inflater::new().map(|inflater| Arc::new(Mutex::new(inflater))))
    }
}

impl Debug for Unpacker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Unpacker")
    }
}

impl Unpacker {
    /// Unpacks what is behind the first `plain` bytes, which stay as they are.
    pub fn unpack(&self, stored: &Bytes, plain: usize) -> Result<Bytes> {
        let (head, packed) = stored
            .split_at_checked(plain)
            .ok_or_else(|| ParquetError::General("a page shorter than its levels".to_owned()))?;
        if packed.is_empty() {
            return Ok(stored.clone());
        }
        if let Some(unpacked) = self.at_once(head, packed) {
            return Ok(unpacked);
        }
        // Several members, or damage: the crate's own way tells.
        let mut unpacked = head.to_vec();
        MultiGzDecoder::new(packed).read_to_end(&mut unpacked)?;
        Ok(unpacked.into())
    }

    /// A page that is one member, as its last bytes say how long.
    fn at_once(&self, head: &[u8], packed: &[u8]) -> Option<Bytes> {
        let size = usize::try_from(u32::from_le_bytes(*packed.last_chunk()?)).ok()?;
        if size / MAX_PACKING > packed.len() {
            return None;
        }
        let mut unpacked = vec![0; head.len() + size];
        unpacked[..head.len()].copy_from_slice(head);
        let mut inflater = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let member = inflater.member(packed, &mut unpacked[head.len()..])?;
        (member == Member { stored: packed.len(), inflated: size }).then(|| unpacked.into())
    }

    fn page(&self, mut page: Page) -> Result<Page> {
        match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = self.unpack(buf, 0)?,
            Page::DataPageV2 {
                buf, is_compressed: true, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                *buf = self.unpack(buf, usize::try_from(levels).unwrap_or(usize::MAX))?;
            }
            Page::DataPageV2 { is_compressed: false, .. } => {}
        }
        Ok(page)
    }
}

/// Pages as they are stored, unpacked one by one.
pub(super) struct Unpacked<P> {
    /// The stored pages.
    pub stored: P,
    /// What unpacks them.
    pub unpacker: Unpacker,
}

impl<P: PageReader> Iterator for Unpacked<P> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<P: PageReader> PageReader for Unpacked<P> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.stored.get_next_page()?.map(|page| self.unpacker.page(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.stored.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.stored.skip_next_page()
    }

    fn supports_deferred_dictionary(&self) -> bool {
        self.stored.supports_deferred_dictionary()
    }

    fn take_deferred_dictionary(&mut self) -> Result<Option<Page>> {
        self.stored.take_deferred_dictionary()?.map(|page| self.unpacker.page(page)).transpose()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.stored.at_record_boundary()
    }
}
