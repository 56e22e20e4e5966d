//! Second pass over a block: from line to line, touching only the tokens that are needed.
//!
//! Only lines that look as AWS writes them are read here: one space between values, as many values as the format has
//! fields, each in its usual spelling. Every other line is left to the plain parser ([`super::line`]), which also decides
//! what is malformed; so a rule about strange input has one place. What is read here must be what the plain parser reads:
//! property tests compare them on any bytes. If you teach the plain parser a new spelling, this file need not change; if you
//! make it refuse one, it must not be taken here either.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    clippy::option_option,
    reason = "compiled into each instruction set's loop, and measured; lengths and places of a block fit 32 bits; the outer \
              option says whether a value is as usual, the inner one whether there is one"
)]

use super::super::RecordSink;
use super::super::fields::{COLUMN_COUNT, Column, NEXT_HOP_COLUMNS, OBSERVER_COLUMNS};
use super::super::format::LineFormat;
use super::super::{Numbering, value};
use super::numbers::{LANES, Numbers};
use super::seen::{Addresses, Run, Seen, mix};
use super::simd::Kernel;
use super::token::{Token, WIDE_BYTES, word_before};
use crate::model::flow::{Action, FlowDirection, LogStatus, NumberedRecord, ObserverTexts, Traffic};
use crate::model::time::seconds_of;

/// The place of a column in a line.
type Place = u8;

/// Place of a column that the format lacks.
const ABSENT: Place = Place::MAX;

/// A format, prepared, with what was seen under it.
#[derive(Debug)]
pub(super) struct FastRows {
    /// Place of each column in a line.
    places: [Place; COLUMN_COUNT],
    columns: usize,
    observers: Texts,
    next_hops: Texts,
    addresses: Addresses,
    long_addresses: Seen,
    format: LineFormat,
    numbering: Numbering,
}

/// Texts that repeat, and how they are found again.
#[derive(Debug)]
struct Texts {
    runs: Vec<Run>,
    /// Places of the columns whose texts nearly tell all.
    keys: [Place; 2],
    seen: Seen,
}

impl Texts {
    fn new(places: &[Place; COLUMN_COUNT], columns: &[Column], keys: [Column; 2]) -> Self {
        let mut wanted: Vec<Place> =
            columns.iter().map(|column| places[*column as usize]).filter(|place| *place != ABSENT).collect();
        wanted.sort_unstable();
        let mut runs: Vec<Run> = Vec::new();
        for place in wanted {
            match runs.last_mut() {
                Some(run) if run.last + 1 == place => run.last = place,
                _ => runs.push(Run { first: place, last: place }),
            }
        }
        Self { runs, keys: keys.map(|column| places[column as usize]), seen: Seen::default() }
    }

    #[inline(always)]
    fn hash(&self, line: Line<'_>) -> Option<u64> {
        let mut hash = 0_u64;
        for place in self.keys {
            if place != ABSENT {
                let token = line.token(place);
                // The last bytes of an id differ most.
                let word = token.last_word(line.block)?;
                hash = mix(hash, word);
            }
        }
        Some(hash)
    }

    #[inline(always)]
    fn find<K: Kernel>(&mut self, hash: u64, line: Line<'_>) -> Option<u32> {
        let Self { runs, seen, .. } = self;
        seen.find::<K>(hash, line.block, |number| runs.get(number).map(|run| line.run(*run)))
    }

    #[cold]
    fn insert(&mut self, hash: u64, line: Line<'_>, number: u32) {
        let runs: Vec<Token> = self.runs.iter().map(|run| line.run(*run)).collect();
        self.seen.insert(hash, line.block, |number| runs.get(number).copied(), number);
    }
}

/// Most columns of a format that is read here; AWS offers 54.
pub(super) const MAX_FAST_COLUMNS: usize = 64;
/// Offsets that a line shows: one more than it has tokens.
pub(super) const SHOWN_STARTS: usize = MAX_FAST_COLUMNS + 1;

/// One line of a block: offsets of its tokens, as [`super::scan::Marks::starts`] has them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'b> {
    /// The block, line ends included.
    pub block: &'b [u8],
    /// Offsets from the line's first token on; those behind the line are not its own.
    pub starts: &'b [u32; SHOWN_STARTS],
}

impl<'b> Line<'b> {
    #[inline(always)]
    fn token(self, place: Place) -> Token {
        self.run(Run { first: place, last: place })
    }

    #[inline(always)]
    fn run(self, run: Run) -> Token {
        // Places are below the number of columns; the remainder is a mask in place of a check.
        let start = self.starts[usize::from(run.first) % MAX_FAST_COLUMNS];
        let end = self.starts[usize::from(run.last) % MAX_FAST_COLUMNS + 1];
        Token { start, end: end.wrapping_sub(1) }
    }

    #[inline(always)]
    fn starts_with_hash(self, place: usize) -> Option<bool> {
        Some(*self.block.get(*self.starts.get(place)? as usize)? == b'#')
    }

    /// The text of a column as the plain parser gives it.
    fn text(self, place: Place) -> &'b [u8] {
        let text = if place == ABSENT { None } else { self.token(place).bytes(self.block) };
        text.filter(|text| !value::is_missing(text)).unwrap_or_default()
    }
}

const _: () = assert!(MAX_FAST_COLUMNS.is_power_of_two(), "a remainder is a mask");

impl FastRows {
    /// Prepares a format; `None` if it has more columns than are read here.
    pub fn new(format: &LineFormat, numbering: Numbering) -> Option<Self> {
        if format.columns.len() > MAX_FAST_COLUMNS {
            return None;
        }
        let mut places = [ABSENT; COLUMN_COUNT];
        for (place, column) in format.columns.iter().enumerate() {
            if let Some(column) = column {
                places[*column as usize] = place as Place;
            }
        }
        Some(Self {
            places,
            columns: format.columns.len(),
            observers: Texts::new(&places, &OBSERVER_COLUMNS, [Column::InterfaceId, Column::ResourceId]),
            next_hops: Texts::new(
                &places,
                &NEXT_HOP_COLUMNS,
                [Column::NextHopInterfaceId, Column::NextHopInterfaceType],
            ),
            addresses: Addresses::default(),
            long_addresses: Seen::default(),
            format: format.clone(),
            numbering,
        })
    }

    /// Whether it is prepared for this format.
    pub fn fits(&self, format: &LineFormat) -> bool {
        self.format == *format
    }

    /// Forgets the numbers of an earlier numbering.
    pub fn keep_up(&mut self, numbering: Numbering) {
        if self.numbering != numbering {
            self.observers.seen.clear();
            self.numbering = numbering;
        }
    }

    /// How many tokens of a line are in front of the values: an export's timestamp, or none. `None` if the plain parser must
    /// read the line.
    #[inline(always)]
    pub fn lead(&self, line: Line<'_>, tokens: usize) -> Option<usize> {
        if tokens == self.columns {
            return (!line.starts_with_hash(0)?).then_some(0);
        }
        // Otherwise one of the tokens begins a remark.
        let is_stamped = tokens == self.columns + 1
            && value::is_timestamp(line.token(0).bytes(line.block)?)
            && !line.starts_with_hash(1)?
            && !line.starts_with_hash(self.columns)?;
        is_stamped.then_some(1)
    }

    /// Reads the values of a line, if they are as usual; `None` if the plain parser must.
    #[inline(always)]
    pub fn row<K: Kernel, S: RecordSink>(&mut self, line: Line<'_>, sink: &mut S) -> Option<()> {
        let traffic = match self.usual_traffic(line) {
            Some(traffic) => traffic,
            None => self.traffic(line)?,
        };
        let mut record = NumberedRecord { traffic, ..NumberedRecord::default() };
        if record.traffic.status != LogStatus::NoData {
            self.ends::<K, S>(line, &mut record, sink)?;
            if !self.next_hops.runs.is_empty() {
                let hash = self.next_hops.hash(line)?;
                record.next_hop = match self.next_hops.find::<K>(hash, line) {
                    Some(number) => number,
                    None => self.new_next_hop(hash, line, sink),
                };
            }
        }
        let hash = self.observers.hash(line)?;
        record.observer = match self.observers.find::<K>(hash, line) {
            Some(number) => number,
            None => self.new_observer(hash, line, sink),
        };
        sink.record(&record);
        Some(())
    }

    /// The traffic of a record with all its numbers in their usual lengths; `None` if [`FastRows::traffic`] must look.
    #[inline(always)]
    fn usual_traffic(&self, line: Line<'_>) -> Option<Traffic> {
        const COLUMNS: [Column; LANES - 1] = [
            Column::Bytes,
            Column::Packets,
            Column::SrcPort,
            Column::DstPort,
            Column::Protocol,
            Column::Start,
            Column::End,
        ];
        /// Digits of a time that are read apart: "17" in this century.
        const EPOCH_DIGITS: u32 = 2;
        let mut numbers = Numbers::default();
        let mut epochs = [0_u64; 2];
        for (lane, column) in COLUMNS.into_iter().enumerate() {
            let place = self.places[column as usize];
            if place == ABSENT {
                // The log has a time for every record, or the plain way finds that it has none.
                if lane >= 5 {
                    return None;
                }
                continue;
            }
            let token = line.token(place);
            let mut len = token.len() as u32;
            if lane >= 5 {
                len = len.wrapping_sub(EPOCH_DIGITS);
                let digits = token.start_digits(line.block)?;
                epochs[lane - 5] = digits;
            }
            numbers.set(lane, word_before(line.block, token.end)?, len);
        }
        let [bytes, _, src_port, dst_port, protocol, start, end, _] = numbers.values()?;
        // Only 10 digits: two in front of eight. (A number of 3 digits would be read from digits that overlap.)
        let seconds = |epoch: u64, low: u64| epoch.wrapping_mul(100_000_000).wrapping_add(low).cast_signed();
        let is_usual = (src_port | dst_port) >> u16::BITS == 0 && protocol >> u8::BITS == 0;
        let is_usual = is_usual && numbers.has_full_lane(5) && numbers.has_full_lane(6);
        if !is_usual || self.word(Column::LogStatus, line)? != OK {
            return None;
        }
        let mut traffic = Traffic {
            bytes: Some(bytes),
            start: Some(seconds(epochs[0], start)),
            end: Some(seconds(epochs[1], end)),
            src_port: src_port as u16,
            dst_port: dst_port as u16,
            protocol: protocol as u8,
            action: self.action(line)?,
            ..Traffic::default()
        };
        self.direction_and_path(line, &mut traffic)?;
        Some(traffic)
    }

    #[inline(always)]
    fn number(&self, column: Column, line: Line<'_>) -> Option<Option<u64>> {
        match self.places[column as usize] {
            ABSENT => Some(None),
            place => line.token(place).number(line.block),
        }
    }

    #[inline(always)]
    fn below(&self, column: Column, most: u64, line: Line<'_>) -> Option<u64> {
        self.number(column, line)?.map_or(Some(0), |number| (number <= most).then_some(number))
    }

    #[inline(always)]
    fn seconds(&self, column: Column, line: Line<'_>) -> Option<Option<i64>> {
        // 16 digits always fit.
        Some(self.number(column, line)?.map(|number| seconds_of(number.cast_signed())))
    }

    /// The word of a column; `-` where the log lacks it.
    #[inline(always)]
    fn word(&self, column: Column, line: Line<'_>) -> Option<u64> {
        match self.places[column as usize] {
            ABSENT => Some(MISSING),
            place => line.token(place).word(line.block),
        }
    }

    #[inline(always)]
    fn action(&self, line: Line<'_>) -> Option<Action> {
        match self.word(Column::Action, line)? {
            ACCEPT | MISSING => Some(Action::Accept),
            REJECT => Some(Action::Reject),
            _ => None,
        }
    }

    #[inline(always)]
    fn direction_and_path(&self, line: Line<'_>, traffic: &mut Traffic) -> Option<()> {
        traffic.direction = match self.word(Column::FlowDirection, line)? {
            INGRESS => FlowDirection::Ingress,
            EGRESS => FlowDirection::Egress,
            MISSING => FlowDirection::Unknown,
            _ => return None,
        };
        traffic.traffic_path = match self.word(Column::TrafficPath, line)? {
            MISSING => 0,
            digit @ DIGIT_1..=DIGIT_8 => (digit - DIGIT_1) as u8 + 1,
            _ => return None,
        };
        Some(())
    }

    /// The traffic of any record whose values are spelled as usual.
    #[inline(never)]
    fn traffic(&self, line: Line<'_>) -> Option<Traffic> {
        let bytes = self.number(Column::Bytes, line)?;
        self.number(Column::Packets, line)?;
        let status = match self.word(Column::LogStatus, line)? {
            OK => LogStatus::Ok,
            NODATA => LogStatus::NoData,
            SKIPDATA => LogStatus::SkipData,
            // It depends on other values what a missing status means.
            MISSING if bytes.is_some() => LogStatus::Ok,
            _ => return None,
        };
        let mut traffic = Traffic {
            bytes,
            start: self.seconds(Column::Start, line)?,
            end: self.seconds(Column::End, line)?,
            action: self.action(line)?,
            status,
            ..Traffic::default()
        };
        if status == LogStatus::NoData {
            return Some(traffic);
        }
        traffic.src_port = self.below(Column::SrcPort, u64::from(u16::MAX), line)? as u16;
        traffic.dst_port = self.below(Column::DstPort, u64::from(u16::MAX), line)? as u16;
        traffic.protocol = self.below(Column::Protocol, u64::from(u8::MAX), line)? as u8;
        self.direction_and_path(line, &mut traffic)?;
        Some(traffic)
    }

    #[inline(always)]
    fn ends<K: Kernel, S: RecordSink>(
        &mut self,
        line: Line<'_>,
        record: &mut NumberedRecord,
        sink: &mut S,
    ) -> Option<()> {
        record.src = self.end::<K, S>(Column::SrcAddr, line, sink)?;
        record.dst = self.end::<K, S>(Column::DstAddr, line, sink)?;
        record.pkt_src = self.end::<K, S>(Column::PktSrcAddr, line, sink)?;
        record.pkt_dst = self.end::<K, S>(Column::PktDstAddr, line, sink)?;
        Some(())
    }

    /// The number of an address, 0 for none.
    #[inline(always)]
    fn end<K: Kernel, S: RecordSink>(&mut self, column: Column, line: Line<'_>, sink: &mut S) -> Option<u32> {
        let place = self.places[column as usize];
        if place == ABSENT {
            return Some(0);
        }
        let token = line.token(place);
        if token.len() > WIDE_BYTES {
            return self.long_address::<K, S>(token, line, sink);
        }
        let text = token.wide(line.block)?;
        match self.addresses.find(text) {
            Some(number) => Some(number),
            None => self.new_address(text, token, line, sink),
        }
    }

    fn new_address<S: RecordSink>(
        &mut self,
        text: u128,
        token: Token,
        line: Line<'_>,
        sink: &mut S,
    ) -> Option<u32> {
        let addr = match token.ipv4(text, line.block) {
            Some(addr) => addr,
            None if text == MISSING.into() => return Some(0),
            None => value::address(token.bytes(line.block)?)?,
        };
        let number = sink.address(addr);
        self.addresses.insert(text, number);
        Some(number)
    }

    /// An IPv6 address of more than 16 characters.
    fn long_address<K: Kernel, S: RecordSink>(
        &mut self,
        token: Token,
        line: Line<'_>,
        sink: &mut S,
    ) -> Option<u32> {
        let hash = mix(token.last_word(line.block)?, token.len() as u64);
        let run = |number: usize| (number == 0).then_some(token);
        if let Some(number) = self.long_addresses.find::<K>(hash, line.block, run) {
            return Some(number);
        }
        let addr = value::address(token.bytes(line.block)?)?;
        if self.long_addresses.is_full() {
            self.long_addresses.clear();
        }
        let number = sink.address(addr);
        self.long_addresses.insert(hash, line.block, run, number);
        Some(number)
    }

    #[cold]
    fn new_observer<S: RecordSink>(&mut self, hash: u64, line: Line<'_>, sink: &mut S) -> u32 {
        let texts = OBSERVER_COLUMNS.map(|column| line.text(self.places[column as usize]));
        let number = sink.observer(&ObserverTexts::of_list(texts));
        self.keep_up(sink.numbering());
        self.observers.insert(hash, line, number);
        number
    }

    #[cold]
    fn new_next_hop<S: RecordSink>(&mut self, hash: u64, line: Line<'_>, sink: &mut S) -> u32 {
        if self.next_hops.seen.is_full() {
            self.next_hops.seen.clear();
        }
        let text = |column: Column| line.text(self.places[column as usize]);
        let number = sink.next_hop(text(Column::NextHopInterfaceId), text(Column::NextHopInterfaceType));
        self.next_hops.insert(hash, line, number);
        number
    }
}

/// The bytes of a short text as [`Token::word`] gives them.
const fn word(text: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let mut place = 0;
    while place < text.len() {
        bytes[place] = text[place];
        place += 1;
    }
    u64::from_le_bytes(bytes)
}

const MISSING: u64 = word(b"-");
const OK: u64 = word(b"OK");
const NODATA: u64 = word(b"NODATA");
const SKIPDATA: u64 = word(b"SKIPDATA");
const ACCEPT: u64 = word(b"ACCEPT");
const REJECT: u64 = word(b"REJECT");
const INGRESS: u64 = word(b"ingress");
const EGRESS: u64 = word(b"egress");
const DIGIT_1: u64 = word(b"1");
const DIGIT_8: u64 = word(b"8");
