//! Seeded AWS-like identifiers.

use std::fmt::Write as _;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Makes ids such as `eni-0a1b2c3d4e5f67890`; the same seed gives the same ids in the same order.
#[derive(Debug)]
pub(crate) struct Ids {
    rng: ChaCha8Rng,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed ^ 0x1d5e_ed1d_5eed) }
    }

    /// `PREFIX-` and 17 hex digits, the first of them 0, as AWS has issued since 2018.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        let value: u64 = self.rng.random();
        format!("{prefix}-0{value:016x}")
    }

    /// `digits` hex digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        let mut text = String::with_capacity(digits + 16);
        while text.len() < digits {
            let value: u64 = self.rng.random();
            write!(text, "{value:016x}").expect("writing to a String cannot fail");
        }
        text.truncate(digits);
        text
    }
}

/// A well-mixed 64-bit value from a few small ones (SplitMix64's finisher), for hashes in object names.
pub(crate) fn mix(parts: &[u64]) -> u64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for part in parts {
        state = state.wrapping_add(*part).wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    state
}
