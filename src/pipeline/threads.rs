//! Objects in parallel: each worker keeps a partial of its own, and partials are merged in any order.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;

#[cfg(feature = "parquet")]
use super::chunks::Chunks;
use super::outcome::{FAILED, Objects, SKIPPED};
use super::parts::{self, Scratch, Unit};
use crate::aggregate::{Partial, Store};
use crate::classify::atlas::Atlas;
use crate::classify::sink::{Classifier, Window};
use crate::discover::WorkItem;
#[cfg(feature = "parquet")]
use crate::parse::columnar::ColumnarParser;
use crate::parse::{FormatHints, ObjectError, RecordSink};
use crate::read::{self, ByteCounter, Reader};
use crate::source::LogObject;
use crate::source::remote::{Content, Feed};
#[cfg(not(feature = "parquet"))]
use without_parquet::{Chunks, ColumnarParser};

/// Largest Parquet object that is taken from a stream, which cannot be read at any place, bytes.
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
    /// It and the next remember numbers of the sink, and must see no other.
    reader: Reader,
    columnar: ColumnarParser,
    sink: Classifier<'p>,
    objects: Objects,
}

/// Reads all objects on the current rayon pool. Each worker takes the next object when it is done with one, so that large
/// and small objects even out, and keeps one partial for all of them.
///
/// Then they take what a feed gives, as it arrives.
pub fn read_all<'p>(items: &'p [WorkItem], feed: Option<&dyn Feed>, plan: &Plan<'p>) -> (Partial, Objects) {
    let next = AtomicUsize::new(0);
    let (units, splits) = parts::units(items, rayon::current_num_threads());
    let results = rayon::broadcast(|_| {
        let mut worker = Worker::new(plan);
        let mut scratch = None;
        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            match *unit {
                Unit::Whole(place) => worker.read(&items[place], plan),
                Unit::Part { object, number } => {
                    Scratch::read(&mut scratch, &splits, (object, number), items, plan);
                }
            }
        }
        Scratch::hand_in(&mut scratch, &splits);
        while let Some(arrival) = feed.and_then(Feed::next) {
            let item = WorkItem { object: arrival.object };
            worker.take(&item, Some(arrival.content), plan);
        }
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

    fn read(&mut self, item: &WorkItem, plan: &Plan<'_>) {
        self.take(item, None, plan);
    }

    /// Reads an object, from `content` if it arrived by a feed.
    fn take(&mut self, item: &WorkItem, content: Option<io::Result<Content>>, plan: &Plan<'_>) {
        let name = item.object.name();
        self.sink.begin(&name, item.aws_name());
        let hints = (plan.hints)(item);
        if matches!(content, Some(Err(_))) {
            self.objects.absent.insert(name.to_string());
        }
        let counter = ByteCounter::default();
        let before = self.sink.counts();
        // A decoder that panics on a corrupt object must not take the run with it; the sums stay whole, because the sink is
        // only ever called with complete records.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let Self { reader, columnar, sink, .. } = self;
            let mut way = Way { counter: &counter, hints: &hints, reader, columnar };
            match content {
                None => read_content(&item.object, &mut way, sink, plan),
                Some(content) => read_arrived(content, &mut way, sink, plan),
            }
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

/// What it takes to read an object.
struct Way<'w> {
    counter: &'w ByteCounter,
    hints: &'w FormatHints,
    reader: &'w mut Reader,
    columnar: &'w mut ColumnarParser,
}

fn unreadable(error: &io::Error) -> ObjectError {
    ObjectError::Damaged(format!("cannot be read: {error}"))
}

fn read_content(
    object: &LogObject,
    way: &mut Way<'_>,
    sink: &mut impl RecordSink,
    plan: &Plan<'_>,
) -> Result<(), ObjectError> {
    let Some(file) = object.open_seekable().map_err(|error| unreadable(&error))? else {
        let inner = object.open().map_err(|error| unreadable(&error))?;
        return read_streamed(Reported { inner, progress: plan.progress }, way, sink);
    };
    let input = Reported { inner: &file, progress: plan.progress };
    match way.reader.read(input, way.counter, way.hints, sink)? {
        read::Content::Lines => Ok(()),
        read::Content::Parquet => {
            (plan.progress)(object.size_bytes);
            way.columnar.parse(file, way.hints.clone(), sink)
        }
    }
}

fn read_arrived(
    content: io::Result<Content>,
    way: &mut Way<'_>,
    sink: &mut impl RecordSink,
    plan: &Plan<'_>,
) -> Result<(), ObjectError> {
    match content.map_err(|error| unreadable(&error))? {
        Content::Stream(inner) => read_streamed(Reported { inner, progress: plan.progress }, way, sink),
        Content::Ranged(ranged) => {
            let size_bytes = ranged.size_bytes();
            let outcome = way.columnar.parse(Chunks(ranged), way.hints.clone(), sink);
            (plan.progress)(size_bytes);
            outcome
        }
    }
}

/// A stream may hold Parquet too: then it is kept whole, because Parquet is read from its end.
fn read_streamed(
    mut input: impl Read + Send,
    way: &mut Way<'_>,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    let mut start = Vec::new();
    input.by_ref().take(4).read_to_end(&mut start).map_err(|error| unreadable(&error))?;
    if start != b"PAR1" {
        return way.reader.read(start.as_slice().chain(input), way.counter, way.hints, sink).map(|_| ());
    }
    let rest = input.by_ref().take(MAX_STREAMED_PARQUET_BYTES).read_to_end(&mut start);
    rest.map_err(|error| unreadable(&error))?;
    if start.len() as u64 > MAX_STREAMED_PARQUET_BYTES {
        return Err(ObjectError::Damaged(format!(
            "Parquet that comes as a stream is kept whole and may have {MAX_STREAMED_PARQUET_BYTES} bytes at most \
             (limit MAX_STREAMED_PARQUET_BYTES): give the file by name"
        )));
    }
    way.columnar.parse(Bytes::from(start), way.hints.clone(), sink)
}

/// Stand for what a build without the feature lacks.
#[cfg(not(feature = "parquet"))]
mod without_parquet {
    use super::{FormatHints, ObjectError, RecordSink};
    use crate::source::remote::Ranged;

    #[derive(Debug, Default)]
    pub(super) struct ColumnarParser {}

    impl ColumnarParser {
        #[expect(clippy::unused_self, reason = "called as the other one is")]
        pub(super) fn parse<F>(
            &mut self,
            _: F,
            _: FormatHints,
            _: &mut impl RecordSink,
        ) -> Result<(), ObjectError> {
            let reason = "this build reads no Parquet: build it with the feature `parquet`";
            Err(ObjectError::Damaged(reason.to_owned()))
        }
    }

    #[expect(dead_code, reason = "nothing reads it")]
    pub(super) struct Chunks(pub Box<dyn Ranged>);
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
