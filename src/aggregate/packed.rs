//! A key in four words, as the hot table compares and hashes it.

use super::hot::HotKey;
use super::{End, Key, Opener};
use crate::model::flow::FlowDirection;
use crate::model::time::Bucket;

/// A [`Key`] in four words. The order is by hour first, then by observer, then by the parts as [`Key`] lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Packed([u64; 4]);

/// What is in a key besides hour, observer and the two kinds of ends.
const DIRECTIONS: [FlowDirection; 3] =
    [FlowDirection::Unknown, FlowDirection::Ingress, FlowDirection::Egress];
const OPENERS: [Opener; 5] =
    [Opener::Unknown, Opener::Source, Opener::Destination, Opener::SourceSurely, Opener::DestinationSurely];

const fn pair(high: u32, low: u32) -> u64 {
    (high as u64) << 32 | low as u64
}

/// The upper and the lower half.
#[expect(clippy::cast_possible_truncation, reason = "the truncation is the point")]
const fn halves(word: u64) -> (u32, u32) {
    ((word >> 32) as u32, word as u32)
}

impl Packed {
    /// Packs a key.
    #[inline]
    pub(super) const fn new(key: &Key) -> Self {
        let shape = (key.direction as u32) << 16 | (key.traffic_path as u32) << 8 | key.opener as u32;
        Self([
            pair(key.bucket.0, key.observer),
            pair(key.src.number(), key.dst.number()),
            pair(key.pkt_src.number(), key.pkt_dst.number()),
            pair(key.next_hop, shape),
        ])
    }

    /// The key.
    pub(super) fn key(self) -> Key {
        let [(bucket, observer), (src, dst), (pkt_src, pkt_dst), (next_hop, shape)] = self.0.map(halves);
        let [_, direction, traffic_path, opener] = shape.to_be_bytes();
        Key {
            bucket: Bucket(bucket),
            observer,
            src: End::of_number(src),
            dst: End::of_number(dst),
            pkt_src: End::of_number(pkt_src),
            pkt_dst: End::of_number(pkt_dst),
            next_hop,
            direction: direction_of(direction).unwrap_or_default(),
            traffic_path,
            opener: opener_of(opener).unwrap_or_default(),
        }
    }

    /// The hour.
    pub(super) const fn bucket(self) -> Bucket {
        Bucket(halves(self.0[0]).0)
    }

    /// What the order within an hour goes by first: observer, source and destination, in 96 bits.
    #[inline]
    pub(super) const fn start_in_hour(self) -> u128 {
        (halves(self.0[0]).1 as u128) << 64 | self.0[1] as u128
    }
}

/// The direction of a number that was made with `as`.
pub(super) fn direction_of(number: u8) -> Option<FlowDirection> {
    DIRECTIONS.get(usize::from(number)).copied()
}

/// The opener of a number that was made with `as`.
pub(super) fn opener_of(number: u8) -> Option<Opener> {
    OPENERS.get(usize::from(number)).copied()
}

/// Odd words without a pattern (fractional digits of pi).
const MIX: [u64; 4] =
    [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7345, 0xa409_3822_299f_31d1, 0x082e_fa98_ec4e_6c89];

/// Both halves of the product of two words: every bit of either changes about half of the bits.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are folded")]
const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    product as u64 ^ (product >> 64) as u64
}

impl HotKey for Packed {
    #[inline]
    fn tag(self) -> u32 {
        let [a, b, c, d] = self.0;
        let (left, right) = (fold(a ^ MIX[0], b ^ MIX[1]), fold(c ^ MIX[2], d ^ MIX[3]));
        halves(left.wrapping_add(right.rotate_left(29))).0
    }
}

/// Hour and observer of rows of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Presented(u64);

impl Presented {
    #[inline]
    pub(super) const fn new(bucket: Bucket, observer: u32) -> Self {
        Self(pair(bucket.0, observer))
    }

    pub(super) const fn bucket(self) -> Bucket {
        Bucket(halves(self.0).0)
    }

    pub(super) const fn observer(self) -> u32 {
        halves(self.0).1
    }
}

impl HotKey for Presented {
    #[inline]
    fn tag(self) -> u32 {
        halves(fold(self.0 ^ MIX[0], MIX[1])).0
    }
}
