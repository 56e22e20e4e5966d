//! Names by number, where millions of them must be told apart but not kept.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;

/// A number of 128 bits that stands for some bytes: two that differ have the same one with a chance of one in 2^128.
pub fn fingerprint(bytes: &[u8]) -> u128 {
    let half = |seed: u64| u128::from(FixedState::with_seed(seed).hash_one(bytes));
    half(1) << 64 | half(2)
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn bytes_that_differ_have_numbers_that_differ() {
        let numbers: std::collections::BTreeSet<u128> =
            (0..10_000_u32).map(|number| fingerprint(&number.to_le_bytes())).collect();
        assert_eq!(numbers.len(), 10_000);
        let halves: std::collections::BTreeSet<u64> =
            numbers.iter().map(|number| u64::try_from(number >> 64).expect("64 bits")).collect();
        assert_eq!(halves.len(), 10_000);
        assert_ne!(fingerprint(b"") >> 64, fingerprint(b"") & u128::from(u64::MAX));
        assert_eq!(fingerprint(b"a"), fingerprint(b"a"));
    }
}
