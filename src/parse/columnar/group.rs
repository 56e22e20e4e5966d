//! One row group, as the decoder of columns asks for it.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use arrow_schema::DataType;
use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::statistics::Statistics;

use super::pages::{Unpacked, Unpacker};
use crate::model::time::Bucket;

/// A row group of an object. One at a time, because a batch that spans two has no dictionary in common.
pub(super) struct Group<'m, R> {
    /// The object.
    pub reader: Arc<R>,
    /// What its footer says.
    pub metadata: &'m ParquetMetaData,
    /// Which row group.
    pub number: usize,
    /// What unpacks its pages.
    pub unpacker: Unpacker,
}

impl<R> Group<'_, R> {
    /// Its rows.
    pub fn rows(&self) -> usize {
        usize::try_from(self.metadata.row_group(self.number).num_rows()).unwrap_or(0)
    }

    /// Where the chunks of some root columns lie in the object.
    pub fn ranges(&self, roots: impl Iterator<Item = usize>) -> Vec<Range<u64>> {
        let schema = self.metadata.file_metadata().schema_descr();
        let roots: Vec<usize> = roots.collect();
        (0..schema.num_columns())
            .filter(|leaf| roots.contains(&schema.get_column_root_idx(*leaf)))
            .map(|leaf| {
                let (start, length) = self.metadata.row_group(self.number).column(leaf).byte_range();
                start..start.saturating_add(length)
            })
            .collect()
    }

    /// Whether the statistics of a root column prove that each value is missing or a number that is not negative.
    pub fn is_counts(&self, root: usize, data_type: &DataType) -> bool {
        if data_type.is_unsigned_integer() {
            return true;
        }
        if !data_type.is_signed_integer() {
            return false;
        }
        match self.statistics(root) {
            Some(Statistics::Int32(statistics)) => statistics.min_opt().is_some_and(|min| *min >= 0),
            Some(Statistics::Int64(statistics)) => statistics.min_opt().is_some_and(|min| *min >= 0),
            _ => false,
        }
    }

    /// The seconds between which all values of a root column of times lie, if its statistics prove it: whole numbers, none
    /// missing, and all of them plausible in one unit, so that no rule about odd times has a say.
    pub fn seconds(&self, root: usize, data_type: &DataType) -> Option<RangeInclusive<i64>> {
        const MILLISECONDS: i64 = 1_000;
        if !data_type.is_signed_integer() {
            return None;
        }
        let statistics = self.statistics(root)?;
        if statistics.null_count_opt() != Some(0) {
            return None;
        }
        let (first, last) = match statistics {
            Statistics::Int32(values) => (i64::from(*values.min_opt()?), i64::from(*values.max_opt()?)),
            Statistics::Int64(values) => (*values.min_opt()?, *values.max_opt()?),
            _ => return None,
        };
        let plausible = |range: &RangeInclusive<i64>| {
            range.start() <= range.end() && Bucket::has(*range.start()) && Bucket::has(*range.end())
        };
        let in_seconds = first..=last;
        let in_milliseconds = first / MILLISECONDS..=last / MILLISECONDS;
        [in_seconds, in_milliseconds].into_iter().find(plausible)
    }

    fn statistics(&self, root: usize) -> Option<&Statistics> {
        let schema = self.metadata.file_metadata().schema_descr();
        let leaf = (0..schema.num_columns()).find(|leaf| schema.get_column_root_idx(*leaf) == root)?;
        self.metadata.row_group(self.number).column(leaf).statistics()
    }
}

impl<R: ChunkReader + 'static> RowGroups for Group<'_, R> {
    fn num_rows(&self) -> usize {
        self.rows()
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        let chunk = self.metadata.row_group(self.number).column(column);
        let pages = |chunk| SerializedPageReader::new(Arc::clone(&self.reader), chunk, self.rows(), None);
        let pages: Box<dyn PageReader> = if matches!(chunk.compression(), Compression::GZIP(_)) {
            // The crate hands the pages out as they are stored, as if there were nothing to unpack.
            let stored = ColumnChunkMetaData::builder(chunk.column_descr_ptr())
                .set_compression(Compression::UNCOMPRESSED)
                .set_num_values(chunk.num_values())
                .set_total_compressed_size(chunk.compressed_size())
                .set_data_page_offset(chunk.data_page_offset())
                .set_dictionary_page_offset(chunk.dictionary_page_offset())
                .build()?;
            Box::new(Unpacked { stored: pages(&stored)?, unpacker: self.unpacker.clone() })
        } else {
            Box::new(pages(chunk)?)
        };
        Ok(Box::new(Chunk(Some(pages))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.metadata.row_group(self.number)))
    }

    fn metadata(&self) -> &ParquetMetaData {
        self.metadata
    }
}

/// The only column chunk of a column in a row group.
struct Chunk(Option<Box<dyn PageReader>>);

impl Iterator for Chunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(Ok)
    }
}

impl PageIterator for Chunk {}
