//! Large objects that several workers read together, part by part.
//!
//! What a worker reads of such an object is kept apart until all of it is read: only then it is known whether the parts could be
//! read each for itself.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::outcome::Objects;
use super::threads::{Plan, Reported};
use crate::aggregate::{Partial, RowCounts};
use crate::classify::sink::{Classifier, EXAMPLES_PER_OBJECT};
use crate::discover::WorkItem;
use crate::model::report::MalformedExample;
use crate::read::{self, Part, Reader, Split};

/// Bytes of a part. Objects of less than one and a half of it are not split.
const PART_BYTES: u64 = 16 << 20;

/// An object that is read in parts.
pub(super) struct SplitItem {
    /// Place in the list of items.
    pub item: usize,
    split: Split,
    done: Mutex<Done>,
}

/// What is read of it.
#[derive(Default)]
struct Done {
    partials: Vec<Partial>,
    parts: BTreeMap<usize, (Part, Vec<MalformedExample>)>,
}

/// One thing for a worker to do.
#[derive(Clone, Copy)]
pub(super) enum Unit {
    /// Read the item of this place.
    Whole(usize),
    /// Read a part of the split item of this place.
    Part {
        /// Place in the list of split items.
        object: usize,
        /// Which part.
        number: usize,
    },
}

/// The work in order, with large objects in parts if there are several workers.
pub(super) fn units(items: &[WorkItem], workers: usize) -> (Vec<Unit>, Vec<SplitItem>) {
    let (mut units, mut splits) = (Vec::with_capacity(items.len()), Vec::new());
    for (place, item) in items.iter().enumerate() {
        let is_large = workers > 1 && item.object.size_bytes > PART_BYTES * 3 / 2;
        match is_large.then(|| split(item)).flatten() {
            None => units.push(Unit::Whole(place)),
            Some(split) => {
                let object = splits.len();
                units.extend((0..split.parts.len()).map(|number| Unit::Part { object, number }));
                splits.push(SplitItem { item: place, split, done: Mutex::default() });
            }
        }
    }
    (units, splits)
}

/// `None` also where it cannot be read: reading it in one go will say why.
fn split(item: &WorkItem) -> Option<Split> {
    let file = item.object.open_seekable().ok()??;
    read::split(file, item.object.size_bytes, PART_BYTES).ok()?
}

/// What a worker has read of a split object.
pub(super) struct Scratch<'p> {
    /// Place in the list of split items.
    object: usize,
    /// It remembers numbers of the sink, and so has the same life.
    reader: Reader,
    sink: Classifier<'p>,
    parts: BTreeMap<usize, (Part, Vec<MalformedExample>)>,
}

impl<'p> Scratch<'p> {
    /// Reads a part, after others of the same object or, handing those in, as the first of another.
    pub(super) fn read(
        scratch: &mut Option<Self>,
        splits: &'p [SplitItem],
        (object, number): (usize, usize),
        items: &'p [WorkItem],
        plan: &Plan<'p>,
    ) {
        if scratch.as_ref().is_some_and(|scratch| scratch.object != object) {
            Self::hand_in(scratch, splits);
        }
        let item = &items[splits[object].item];
        let scratch = scratch.get_or_insert_with(|| {
            let sink = Classifier::new(plan.atlas, plan.window, Partial::in_store(plan.store));
            Self { object, reader: Reader::new(rayon::current_num_threads()), sink, parts: BTreeMap::new() }
        });
        scratch.sink.begin(&item.object.name(), item.aws_name());
        let split = &splits[object].split;
        // A part that fails in any way is missing in the end, and the object is read again in one go.
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut file = item.object.open_seekable().ok()??;
            let range = &split.parts[number];
            file.seek(SeekFrom::Start(range.start)).ok()?;
            let input = Reported { inner: file.take(range.end - range.start), progress: plan.progress };
            scratch.reader.read_part(split, number, input, &(plan.hints)(item), &mut scratch.sink).ok()
        }));
        let examples = std::mem::take(&mut scratch.sink.examples);
        if let Ok(Some(part)) = outcome {
            scratch.parts.insert(number, (part, examples));
        }
    }

    /// Hands in what was read.
    pub(super) fn hand_in(scratch: &mut Option<Self>, splits: &[SplitItem]) {
        let Some(scratch) = scratch.take() else { return };
        let mut partial = scratch.sink.into_partial();
        partial.close();
        let mut done = splits[scratch.object].done.lock().unwrap_or_else(PoisonError::into_inner);
        done.partials.push(partial);
        done.parts.extend(scratch.parts);
    }
}

impl SplitItem {
    /// Adds the object to the totals, once all workers are done; `false` if it must be read in one go.
    pub(super) fn finish(
        self,
        partial: &mut Partial,
        objects: &mut Objects,
        item: &WorkItem,
        plan: &Plan<'_>,
    ) -> bool {
        let done = self.done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let is_whole = done.parts.len() == self.split.parts.len();
        if !is_whole || done.parts.values().any(|(part, _)| !part.is_plain) {
            return false;
        }
        let mut counts = RowCounts::default();
        for other in done.partials {
            counts.add(&other.counts);
            partial.merge(other);
        }
        if plan.by_object {
            objects.counts.push((item.object.name().into_owned(), counts));
        }
        let mut lines = 0;
        let mut examples = Vec::new();
        for (number, (part, found)) in done.parts {
            // A part behind the first has read the header too, so its first line is line 2.
            let before = lines - u64::from(number > 0);
            examples.extend(
                found.into_iter().map(|example| MalformedExample { line: example.line + before, ..example }),
            );
            lines += part.lines;
        }
        examples.truncate(EXAMPLES_PER_OBJECT);
        objects.examples.extend(examples);
        objects.read += 1;
        true
    }
}
