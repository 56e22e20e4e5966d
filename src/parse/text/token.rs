//! Values of tokens where they lie in a block, read by whole words and without branches on their length.
//!
//! Everything here takes the usual spelling only. `None` means that the plain functions of [`super::super::value`] must
//! decide: the token is unusual or wrong, or lies too near the block's ends for a word to be read there.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    clippy::option_option,
    reason = "compiled into each instruction set's loop, and measured; lengths and places of a block fit 32 bits; the outer \
              option says whether a value is as usual, the inner one whether there is one"
)]

use super::simd::bytes_equal;
use crate::model::addr::Addr;

/// A token's place in a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    /// Offset of its first byte. (32 bits: that a few more bytes still fit an address need not be checked.)
    pub start: u32,
    /// Offset behind its last byte.
    pub end: u32,
}

/// Bytes of a word.
const WORD: usize = 8;
/// `'0'` in every byte.
pub(super) const ZEROS: u64 = 0x3030_3030_3030_3030;
/// The highest bit of every byte.
pub(super) const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
/// Brings every byte above 9 to its highest bit when added.
pub(super) const ABOVE_NINE: u64 = 0x7676_7676_7676_7676;

/// Bytes of a wide word: all of an IPv4 address.
pub(super) const WIDE_BYTES: usize = 16;

/// For each length, a mask of so many lowest bytes.
static LOWEST_BYTES: [u128; WIDE_BYTES + 1] = {
    let mut masks = [0; WIDE_BYTES + 1];
    let mut len = 1;
    while len <= WIDE_BYTES {
        masks[len] = u128::MAX >> (8 * (WIDE_BYTES - len));
        len += 1;
    }
    masks
};

impl Token {
    #[inline(always)]
    pub fn len(self) -> usize {
        self.end.wrapping_sub(self.start) as usize
    }

    /// Its bytes.
    #[inline(always)]
    pub fn bytes(self, block: &[u8]) -> Option<&[u8]> {
        block.get(self.start as usize..self.end as usize)
    }

    /// The token, if it has 1 to 8 bytes: its bytes in order, the first one lowest.
    #[inline(always)]
    pub fn word(self, block: &[u8]) -> Option<u64> {
        let len = self.len();
        if len.wrapping_sub(1) >= WORD {
            return None;
        }
        Some(word_before(block, self.end)? >> (64 - 8 * len))
    }

    /// The last 8 bytes of the token, or all of a shorter one.
    #[inline(always)]
    pub fn last_word(self, block: &[u8]) -> Option<u64> {
        let missing = WORD.saturating_sub(self.len()).min(WORD - 1);
        Some(word_before(block, self.end)? >> (8 * missing))
    }

    /// A whole number of up to 16 digits; `Some(None)` for `-`.
    #[inline(always)]
    pub fn number(self, block: &[u8]) -> Option<Option<u64>> {
        let len = self.len();
        let low = word_before(block, self.end)?;
        if len.wrapping_sub(1) < WORD {
            match digits(low, len) {
                Some(number) => Some(Some(number)),
                None => (len == 1 && low >> 56 == u64::from(b'-')).then_some(None),
            }
        } else if len.wrapping_sub(WORD + 1) < WORD {
            let high = digits(word_before(block, self.end.wrapping_sub(WORD as u32))?, len - WORD)?;
            Some(Some(high.wrapping_mul(100_000_000).wrapping_add(digits(low, WORD)?)))
        } else {
            None
        }
    }

    /// The token's up to 16 bytes in order, the first one lowest, and zeros behind them.
    #[inline(always)]
    pub fn wide(self, block: &[u8]) -> Option<u128> {
        let start = self.start as usize;
        let wide = u128::from_le_bytes(*block.get(start..start + WIDE_BYTES)?.first_chunk()?);
        Some(wide & *LOWEST_BYTES.get(self.len())?)
    }

    /// The number that its first two digits make.
    #[inline(always)]
    pub fn start_digits(self, block: &[u8]) -> Option<u64> {
        let start = self.start as usize;
        let [tens, ones] = *block.get(start..start + 2)?.first_chunk()?;
        let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
        (tens <= 9 && ones <= 9).then(|| u64::from(tens).wrapping_mul(10).wrapping_add(u64::from(ones)))
    }

    /// A dotted quad as the shortest spelling writes it; `wide` is [`Token::wide`].
    #[inline(always)]
    pub fn ipv4(self, wide: u128, block: &[u8]) -> Option<Addr> {
        let len = self.len();
        if len.wrapping_sub(7) > 15 - 7 {
            return None;
        }
        let mut dots = bytes_equal(wide, b'.');
        let mut bits = 0_u32;
        let mut wrong = 0_u32;
        let mut from = 0;
        for _ in 0..3 {
            let dot = dots.trailing_zeros() as usize;
            dots &= dots.wrapping_sub(1);
            let end = self.start.wrapping_add(dot as u32);
            let (octet, fault) = octet(block, end, dot.wrapping_sub(from))?;
            bits = bits << 8 | octet;
            wrong |= fault;
            from = dot.wrapping_add(1);
        }
        let (octet, fault) = octet(block, self.end, len.wrapping_sub(from))?;
        // With fewer than three dots, one of the octets had an impossible length.
        (wrong | fault == 0 && dots == 0).then(|| Addr::v4(bits << 8 | octet))
    }
}

/// The 8 bytes in front of `end`, the last one highest.
#[inline(always)]
pub(super) fn word_before(block: &[u8], end: u32) -> Option<u64> {
    let start = (end as usize).wrapping_sub(WORD);
    Some(u64::from_le_bytes(*block.get(start..start.wrapping_add(WORD))?.first_chunk()?))
}

/// The number whose `len` (1 to 8) digits are the highest bytes of `word`.
#[inline(always)]
fn digits(word: u64, len: usize) -> Option<u64> {
    const EVERY_OTHER_PAIR: u64 = 0x0000_00ff_0000_00ff;
    const FIRST: u64 = 100 + (1_000_000 << 32);
    const SECOND: u64 = 1 + (10_000 << 32);
    let digits = (word ^ ZEROS) & (u64::MAX << (64 - 8 * len));
    if (digits.wrapping_add(ABOVE_NINE) | digits) & HIGH_BITS != 0 {
        return None;
    }
    // Neighbours are joined: digits to pairs, pairs to fours, fours to the number.
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let first = (pairs & EVERY_OTHER_PAIR).wrapping_mul(FIRST);
    let second = (pairs >> 16 & EVERY_OTHER_PAIR).wrapping_mul(SECOND);
    Some(first.wrapping_add(second) >> 32)
}

/// The octet whose `len` digits end in front of `end`, and zero if it is one: 0 to 255 without a leading zero.
#[inline(always)]
fn octet(block: &[u8], end: u32, len: usize) -> Option<(u32, u32)> {
    /// Smallest number of so many digits.
    const LEAST: [u32; 4] = [u32::MAX, 0, 10, 100];
    let word = u32::from_le_bytes(*block.get(..end as usize)?.last_chunk()?);
    let len = len.min(4);
    let shift = 32 - 8 * len as u32;
    let digits = (word ^ ZEROS as u32) & u32::MAX.checked_shl(shift).unwrap_or(0);
    let number = (digits >> 8 & 0xff) * 100 + (digits >> 16 & 0xff) * 10 + (digits >> 24);
    let not_digits = (digits.wrapping_add(ABOVE_NINE as u32) | digits) & HIGH_BITS as u32;
    let wrong_size = number > 255 || number < LEAST[len & 3];
    Some((number, not_digits | u32::from(wrong_size)))
}
