//! The numbers of a line, all at once: eight words beside each other, which compilers turn into vector code.

#![expect(clippy::inline_always, reason = "compiled into each instruction set's loop, and measured")]

use super::token::{ABOVE_NINE, HIGH_BITS, ZEROS};

/// Numbers read together.
pub(super) const LANES: usize = 8;

/// Up to eight numbers of 1 to 8 digits. A lane that is not used holds 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    /// The 8 bytes that end with the number, the last one highest.
    words: [u64; LANES],
    /// Digits of each.
    lens: [u32; LANES],
}

impl Default for Numbers {
    fn default() -> Self {
        Self { words: [ZEROS; LANES], lens: [1; LANES] }
    }
}

impl Numbers {
    /// Sets a lane.
    #[inline(always)]
    pub fn set(&mut self, lane: usize, word: u64, len: u32) {
        self.words[lane] = word;
        self.lens[lane] = len;
    }

    /// Whether a lane has all 8 digits.
    #[inline(always)]
    pub fn has_full_lane(&self, lane: usize) -> bool {
        self.lens[lane] == 8
    }

    /// The values; `None` if one of them has another length or another character.
    #[inline(always)]
    pub fn values(&self) -> Option<[u64; LANES]> {
        const EVERY_OTHER_PAIR: u64 = 0x0000_00ff_0000_00ff;
        const FIRST: u64 = 100 + (1_000_000 << 32);
        const SECOND: u64 = 1 + (10_000 << 32);
        let mut values = [0; LANES];
        let mut wrong = 0;
        for ((value, word), len) in values.iter_mut().zip(self.words).zip(self.lens) {
            let len = u64::from(len);
            // 1 to 8 become 0 to 7; anything else keeps a high bit.
            wrong |= len.wrapping_sub(1) & !7;
            let others = 64_u64.wrapping_sub(8 * len) & 63;
            let digits = (word ^ ZEROS) & (u64::MAX << others);
            wrong |= (digits.wrapping_add(ABOVE_NINE) | digits) & HIGH_BITS;
            // Neighbours are joined: digits to pairs, pairs to fours, fours to the number.
            let pairs = (digits << 3).wrapping_add(digits << 1).wrapping_add(digits >> 8);
            let first = (pairs & EVERY_OTHER_PAIR).wrapping_mul(FIRST);
            let second = (pairs >> 16 & EVERY_OTHER_PAIR).wrapping_mul(SECOND);
            *value = first.wrapping_add(second) >> 32;
        }
        (wrong == 0).then_some(values)
    }
}
