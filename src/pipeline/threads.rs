//! Objects in parallel: each worker keeps a partial of its own, and partials are merged in any order.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::outcome::{FAILED, Objects, SKIPPED};
use super::parts::{self, Scratch, Unit};
use crate::aggregate::{Partial, Store};
use crate::classify::atlas::Atlas;
use crate::classify::sink::{Classifier, Window};
use crate::discover::WorkItem;
#[cfg(feature = "parquet")]
use crate::parse::columnar::ColumnarParser;
use crate::parse::{FormatHints, ObjectError, RecordSink};
use crate::read::{ByteCounter, Content, Reader};
use crate::source::LogObject;

/// Largest Parquet object that is taken from a stream that cannot be read at any place (standard input), bytes.
pub const MAX_STREAMED_PARQUET_BYTES: u64 = 2 << 30;

/// What every worker needs to know.
pub struct Plan<'p> {
    /// The partition of addresses.
    pub atlas: &'p Atlas,
    /// The period asked for.
    pub window: Window,
    /// Formats for objects without a header.
    pub hints: &'p (dyn Fn(&WorkItem) -> FormatHints + Sync),
    /// Told of bytes as they are read.
    pub progress: &'p (dyn Fn(u64) + Sync),
    /// Where totals go that are too many for memory.
    pub store: &'p Arc<Store>,
    /// Whether the counts of each object are wanted.
    pub by_object: bool,
}

/// What one worker keeps from object to object.
struct Worker<'p> {
    reader: Reader,
    /// Its numbers are those of the sink.
    columnar: ColumnarParser,
    sink: Classifier<'p>,
    objects: Objects,
}

/// Reads all objects on the current rayon pool. Each worker takes the next object when it is done with one, so that large
/// and small objects even out, and keeps one partial for all of them.
pub fn read_all<'p>(items: &'p [WorkItem], plan: &Plan<'p>) -> (Partial, Objects) {
    let next = AtomicUsize::new(0);
    let (units, splits) = parts::units(items, rayon::current_num_threads());
    let results = rayon::broadcast(|_| {
        let mut worker = Worker::new(plan);
        let mut scratch = None;
        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            match *unit {
                Unit::Whole(place) => worker.read(&items[place], plan),
                Unit::Part { object, number } => {
                    Scratch::read(&mut scratch, &splits, (object, number), items, &mut worker.reader, plan);
                }
            }
        }
        Scratch::hand_in(&mut scratch, &splits);
        let mut partial = worker.sink.into_partial();
        partial.close();
        (partial, worker.objects)
    });
    let (mut partial, mut objects) = (Partial::in_store(plan.store), Objects::default());
    for (other, more) in results {
        partial.merge(other);
        objects.merge(more);
    }
    for split in splits {
        let item = &items[split.item];
        if !split.finish(&mut partial, &mut objects, item, plan) {
            let mut worker = Worker::new(plan);
            worker.read(item, plan);
            partial.merge(worker.sink.into_partial());
            objects.merge(worker.objects);
        }
    }
    (partial, objects)
}

impl<'p> Worker<'p> {
    fn new(plan: &Plan<'p>) -> Self {
        Self {
            reader: Reader::new(rayon::current_num_threads()),
            columnar: ColumnarParser::default(),
            sink: Classifier::new(plan.atlas, plan.window, Partial::in_store(plan.store)),
            objects: Objects::default(),
        }
    }

    fn read(&mut self, item: &'p WorkItem, plan: &Plan<'_>) {
        let name = item.object.name();
        self.sink.begin(&name, item.aws_name());
        let hints = (plan.hints)(item);
        let counter = ByteCounter::default();
        let before = self.sink.counts();
        // A decoder that panics on a corrupt object must not take the run with it; the sums stay whole, because the sink is
        // only ever called with complete records.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let Self { reader, columnar, sink, .. } = self;
            read_content(&item.object, &counter, &hints, reader, columnar, sink, plan)
        }));
        let objects = &mut self.objects;
        objects.examples.append(&mut self.sink.examples);
        if plan.by_object {
            objects.counts.push((name.to_string(), self.sink.counts().since(&before)));
        }
        match outcome {
            Ok(Ok(())) => objects.read += 1,
            Ok(Err(ObjectError::Foreign { kind })) => {
                objects.push(name.into_owned(), SKIPPED, format!("{kind}, not a VPC flow log"));
            }
            Ok(Err(error @ ObjectError::Unrecognised { .. })) if !item.object.explicit => {
                objects.push(name.into_owned(), SKIPPED, error.to_string());
            }
            Ok(Err(error)) => objects.push(name.into_owned(), FAILED, error.to_string()),
            Err(_) => objects.push(
                name.into_owned(),
                FAILED,
                format!(
                    "its content broke the decoder near byte offset {}; the records before that are counted",
                    counter.bytes()
                ),
            ),
        }
    }
}

fn read_content(
    object: &LogObject,
    counter: &ByteCounter,
    hints: &FormatHints,
    reader: &mut Reader,
    columnar: &mut ColumnarParser,
    sink: &mut impl RecordSink,
    plan: &Plan<'_>,
) -> Result<(), ObjectError> {
    let unreadable = |error: std::io::Error| ObjectError::Damaged(format!("cannot be read: {error}"));
    let Some(file) = object.open_seekable().map_err(unreadable)? else {
        let input = Reported { inner: object.open().map_err(unreadable)?, progress: plan.progress };
        return read_streamed(input, counter, hints, reader, columnar, sink);
    };
    let input = Reported { inner: &file, progress: plan.progress };
    match reader.read(input, counter, hints, sink)? {
        Content::Lines => Ok(()),
        Content::Parquet => {
            (plan.progress)(object.size_bytes);
            parse_parquet(file, hints, columnar, sink)
        }
    }
}

/// Standard input may hold Parquet too: then it is kept whole, because Parquet is read from its end.
fn read_streamed(
    mut input: impl Read + Send,
    counter: &ByteCounter,
    hints: &FormatHints,
    reader: &mut Reader,
    columnar: &mut ColumnarParser,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    let mut start = Vec::new();
    let unreadable = |error: std::io::Error| ObjectError::Damaged(format!("cannot be read: {error}"));
    input.by_ref().take(4).read_to_end(&mut start).map_err(unreadable)?;
    if start != b"PAR1" {
        return reader.read(start.as_slice().chain(input), counter, hints, sink).map(|_| ());
    }
    input.by_ref().take(MAX_STREAMED_PARQUET_BYTES).read_to_end(&mut start).map_err(unreadable)?;
    if start.len() as u64 > MAX_STREAMED_PARQUET_BYTES {
        return Err(ObjectError::Damaged(format!(
            "Parquet from standard input is kept whole and may have {MAX_STREAMED_PARQUET_BYTES} bytes at most \
             (limit MAX_STREAMED_PARQUET_BYTES): give the file by name"
        )));
    }
    parse_parquet_bytes(start, hints, columnar, sink)
}

#[cfg(feature = "parquet")]
fn parse_parquet(
    file: impl parquet::file::reader::ChunkReader + 'static,
    hints: &FormatHints,
    columnar: &mut ColumnarParser,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    columnar.parse(file, hints.clone(), sink)
}

#[cfg(feature = "parquet")]
fn parse_parquet_bytes(
    content: Vec<u8>,
    hints: &FormatHints,
    columnar: &mut ColumnarParser,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    columnar.parse(bytes::Bytes::from(content), hints.clone(), sink)
}

/// Stands for what a build without the feature lacks.
#[cfg(not(feature = "parquet"))]
#[derive(Debug, Default)]
struct ColumnarParser {}

#[cfg(not(feature = "parquet"))]
fn parse_parquet<F>(
    _: F,
    _: &FormatHints,
    _: &mut ColumnarParser,
    _: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    Err(ObjectError::Damaged("this build reads no Parquet: build it with the feature `parquet`".to_owned()))
}

#[cfg(not(feature = "parquet"))]
fn parse_parquet_bytes(
    _: Vec<u8>,
    hints: &FormatHints,
    columnar: &mut ColumnarParser,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    parse_parquet((), hints, columnar, sink)
}

/// Tells a progress display what is read.
pub(super) struct Reported<'p, R> {
    pub inner: R,
    pub progress: &'p (dyn Fn(u64) + Sync),
}

impl<R: Read> Read for Reported<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.progress)(count as u64);
        Ok(count)
    }
}
