//! How totals are written down: about ten bytes a row instead of a hundred.
//!
//! | part | bytes |
//! |---|---|
//! | direction, opener, how the packet's ends and the observer are told, whether there is a hop | 1 |
//! | observer, as the difference to the row before | 0 where it is the same |
//! | source, destination | 1 to 5 each |
//! | packet source and destination | 0 where they are missing or as logged |
//! | next hop, traffic path | 0 where there is neither |
//! | records, bytes | as many as they need |

use std::io;

use super::packed::{direction_of, opener_of};
use super::{End, EndKind, Key, Presence, Sum};
use crate::model::time::Bucket;

/// Openers, to put direction and opener into one number.
const OPENERS: u8 = 5;
/// How the packet's ends are told, and their place in the first byte.
const PKT_SHIFT: u8 = 4;
const PKT_MISSING: u8 = 0;
const PKT_AS_LOGGED: u8 = 1;
const PKT_TOLD: u8 = 2;
/// The row is of another observer than the one before.
const NEW_OBSERVER: u8 = 1 << 6;
/// Next hop and traffic path follow.
const HAS_HOP: u8 = 1 << 7;

/// Writes a number, seven bits a byte, the lowest first.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a number that is rarely larger than 64 bits, in the same way.
#[expect(clippy::cast_possible_truncation, reason = "seven bits at a time")]
fn put_wide(out: &mut Vec<u8>, mut value: u128) {
    while value > u128::from(u64::MAX) {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    put(out, value as u64);
}

/// Small numbers of either sign become small numbers.
fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
}

fn put_end(out: &mut Vec<u8>, end: End) {
    put(
        out,
        match end.kind() {
            EndKind::Missing => 0,
            EndKind::Class(index) => u64::from(index) * 2 + 1,
            EndKind::Address(index) => u64::from(index) * 2 + 2,
        },
    );
}

/// Writes rows of one hour, one after another.
pub(super) struct Encoder<'o> {
    out: &'o mut Vec<u8>,
    observer: u32,
}

impl<'o> Encoder<'o> {
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, observer: 0 }
    }

    fn observer(&mut self, observer: u32) {
        put_signed(self.out, i64::from(observer) - i64::from(self.observer));
        self.observer = observer;
    }

    pub(super) fn row(&mut self, key: &Key, sum: &Sum) {
        let pkt = match (key.pkt_src, key.pkt_dst) {
            (End::MISSING, End::MISSING) => PKT_MISSING,
            (src, dst) if src == key.src && dst == key.dst => PKT_AS_LOGGED,
            _ => PKT_TOLD,
        };
        let has_hop = key.next_hop != 0 || key.traffic_path != 0;
        let mut first = (key.direction as u8 * OPENERS + key.opener as u8) | (pkt << PKT_SHIFT);
        first |= if key.observer == self.observer { 0 } else { NEW_OBSERVER };
        first |= if has_hop { HAS_HOP } else { 0 };
        self.out.push(first);
        if key.observer != self.observer {
            self.observer(key.observer);
        }
        put_end(self.out, key.src);
        put_end(self.out, key.dst);
        if pkt == PKT_TOLD {
            put_end(self.out, key.pkt_src);
            put_end(self.out, key.pkt_dst);
        }
        if has_hop {
            put(self.out, u64::from(key.next_hop));
            self.out.push(key.traffic_path);
        }
        put(self.out, sum.records);
        put_wide(self.out, sum.bytes);
    }

    pub(super) fn presence(&mut self, bucket: Bucket, observer: u32, presence: &Presence) {
        self.observer(observer);
        put(self.out, presence.rows);
        put(self.out, presence.skipdata);
        let (first, last) = presence.span;
        put_signed(self.out, first.wrapping_sub(bucket.start()));
        put_signed(self.out, last.wrapping_sub(first));
        put_wide(self.out, presence.early_bytes);
        put_wide(self.out, presence.late_bytes);
    }
}

/// Reads what an [`Encoder`] wrote.
pub(super) struct Decoder<'b> {
    bytes: &'b [u8],
    bucket: Bucket,
    observer: u32,
}

/// What was kept is not what comes back: a broken disk, as a rule.
pub(super) fn damaged() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the totals kept in the temporary file are damaged")
}

impl<'b> Decoder<'b> {
    pub(super) fn new(bytes: &'b [u8], bucket: Bucket) -> Self {
        Self { bytes, bucket, observer: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn byte(&mut self) -> io::Result<u8> {
        let (first, rest) = self.bytes.split_first().ok_or_else(damaged)?;
        self.bytes = rest;
        Ok(*first)
    }

    #[inline]
    fn number(&mut self) -> io::Result<u64> {
        match self.bytes {
            [first, rest @ ..] if *first < 0x80 => {
                self.bytes = rest;
                Ok(u64::from(*first))
            }
            [first, second, rest @ ..] if *second < 0x80 => {
                self.bytes = rest;
                Ok(u64::from(*first & 0x7f) | u64::from(*second) << 7)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> io::Result<u64> {
        let mut value = 0;
        for (place, shift) in (0..u64::BITS).step_by(7).enumerate() {
            let byte = *self.bytes.get(place).ok_or_else(damaged)?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                self.bytes = &self.bytes[place + 1..];
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn wide(&mut self) -> io::Result<u128> {
        // Nine bytes hold 63 bits, and few sums have more.
        if self.bytes.iter().take(9).any(|byte| *byte < 0x80) {
            return self.number().map(u128::from);
        }
        let mut value = 0;
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn signed(&mut self) -> io::Result<i64> {
        let value = self.number()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn index(&mut self) -> io::Result<u32> {
        u32::try_from(self.number()?).map_err(|_| damaged())
    }

    fn next_observer(&mut self) -> io::Result<()> {
        let observer = i64::from(self.observer).checked_add(self.signed()?);
        self.observer = observer.and_then(|observer| u32::try_from(observer).ok()).ok_or_else(damaged)?;
        Ok(())
    }

    fn end(&mut self) -> io::Result<End> {
        let code = self.number()?;
        let index = |code: u64| u32::try_from(code >> 1).ok().filter(|index| *index <= u32::MAX >> 1);
        match code {
            0 => Ok(End::MISSING),
            class if class & 1 == 1 => index(class).map(End::class).ok_or_else(damaged),
            address => index(address - 2).map(End::address).ok_or_else(damaged),
        }
    }

    pub(super) fn row(&mut self) -> io::Result<(Key, Sum)> {
        let first = self.byte()?;
        if first & NEW_OBSERVER != 0 {
            self.next_observer()?;
        }
        let shape = first & ((1 << PKT_SHIFT) - 1);
        let (src, dst) = (self.end()?, self.end()?);
        let (pkt_src, pkt_dst) = match first >> PKT_SHIFT & 3 {
            PKT_MISSING => (End::MISSING, End::MISSING),
            PKT_AS_LOGGED => (src, dst),
            _ => (self.end()?, self.end()?),
        };
        let (next_hop, traffic_path) =
            if first & HAS_HOP == 0 { (0, 0) } else { (self.index()?, self.byte()?) };
        let key = Key {
            bucket: self.bucket,
            observer: self.observer,
            src,
            dst,
            pkt_src,
            pkt_dst,
            next_hop,
            direction: direction_of(shape / OPENERS).ok_or_else(damaged)?,
            traffic_path,
            opener: opener_of(shape % OPENERS).ok_or_else(damaged)?,
        };
        Ok((key, Sum { records: self.number()?, bytes: self.wide()? }))
    }

    pub(super) fn presence(&mut self) -> io::Result<(u32, Presence)> {
        self.next_observer()?;
        let (rows, skipdata) = (self.number()?, self.number()?);
        let first = self.signed()?.wrapping_add(self.bucket.start());
        let last = self.signed()?.wrapping_add(first);
        let (early_bytes, late_bytes) = (self.wide()?, self.wide()?);
        Ok((self.observer, Presence { rows, skipdata, span: (first, last), early_bytes, late_bytes }))
    }
}
