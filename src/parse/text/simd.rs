//! Bit masks of 64 bytes at a time, by instruction set. The one file of the parser with unsafe code.
//!
//! An instruction set is a [`Kernel`]: how it makes masks of a word, and how it turns a mask into offsets. The loop around
//! it is written once and compiled for each set. To add one: implement `Kernel`, add it to [`Isa`], and the property
//! tests compare it with [`Plain`], which is short and obviously right.

#![expect(
    clippy::inline_always,
    clippy::cast_possible_truncation,
    reason = "compiled into each instruction set's loop, and measured; lengths and places of a block fit 32 bits"
)]
#![expect(unsafe_code, reason = "intrinsics need it; the plain kernel does the same without")]

use super::scan::{Marks, WORD_BYTES};

/// The masks of a word: bit `i` tells of byte `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    /// Spaces and line ends.
    pub delimiters: u64,
    /// Line ends (`\n`).
    pub line_ends: u64,
    /// Any other byte below 0x20: other white space and control characters.
    pub controls: u64,
}

/// Room that [`Kernel::offsets`] may write behind the offsets it returns.
pub(super) const OFFSETS_SLACK: usize = WORD_BYTES;

/// What an instruction set does.
pub(super) trait Kernel {
    /// Whether two texts are equal.
    #[inline(always)]
    fn is_same(left: &[u8], right: &[u8]) -> bool {
        is_same_by_words(left, right)
    }

    /// The masks of a word.
    fn masks(word: &[u8; WORD_BYTES]) -> Masks;

    /// Writes `first` plus the number of each set bit, in order, and returns how many there are. `room` has
    /// [`OFFSETS_SLACK`] places at least; what lies behind the offsets is overwritten.
    #[inline(always)]
    fn offsets(mut mask: u64, first: u32, room: &mut [u32; OFFSETS_SLACK]) -> usize {
        // More than most words have: a fixed number of steps is cheaper than a branch that cannot be foretold.
        const STEPS: usize = 12;
        let count = mask.count_ones() as usize;
        for place in room.iter_mut().take(STEPS) {
            *place = first.wrapping_add(mask.trailing_zeros());
            mask &= mask.wrapping_sub(1);
        }
        if count > STEPS {
            for place in &mut room[STEPS..count] {
                *place = first + mask.trailing_zeros();
                mask &= mask.wrapping_sub(1);
            }
        }
        count
    }
}

/// Whether two texts are equal, by words: most are too short for a call to pay.
#[inline(always)]
fn is_same_by_words(left: &[u8], right: &[u8]) -> bool {
    const WIDE: usize = 16;
    let len = left.len();
    if len != right.len() {
        return false;
    }
    if len < WIDE {
        return left == right;
    }
    let word = |text: &[u8], at: usize| {
        text.get(at..at + WIDE)
            .and_then(|text| text.first_chunk())
            .map_or(0, |word| u128::from_le_bytes(*word))
    };
    // The last word may overlap the one in front of it.
    let mut different = word(left, len - WIDE) ^ word(right, len - WIDE);
    let mut at = 0;
    while at + WIDE < len {
        different |= word(left, at) ^ word(right, at);
        at += WIDE;
    }
    different == 0
}

/// Byte for byte: the twin that the others are compared with, and what machines without any of them use.
pub(super) struct Plain;

impl Kernel for Plain {
    #[inline(always)]
    fn masks(word: &[u8; WORD_BYTES]) -> Masks {
        let mut masks = Masks { delimiters: 0, line_ends: 0, controls: 0 };
        for (place, byte) in word.iter().enumerate() {
            let bit = |is: bool| u64::from(is) << place;
            masks.delimiters |= bit(matches!(byte, b' ' | b'\n'));
            masks.line_ends |= bit(*byte == b'\n');
            masks.controls |= bit(*byte < b' ' && *byte != b'\n');
        }
        masks
    }
}

/// Something to be compiled for each instruction set: `run` must be `#[inline(always)]`. (A closure cannot be.)
pub(super) trait Work {
    /// What it gives.
    type Outcome;
    /// Does it.
    fn run<K: Kernel>(self) -> Self::Outcome;
}

/// An instruction set that this machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Isa(Set);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "aarch64")]
    Neon,
    Plain,
}

impl Isa {
    /// The instruction sets of this machine, best first. The plain one is always there.
    pub fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let scalar = is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("lzcnt")
            && is_x86_feature_detected!("popcnt");
        [
            #[cfg(target_arch = "x86_64")]
            (
                Set::Avx512,
                scalar
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vbmi2"),
            ),
            #[cfg(target_arch = "x86_64")]
            (Set::Avx2, scalar && is_x86_feature_detected!("avx2")),
            #[cfg(target_arch = "aarch64")]
            (Set::Neon, std::arch::is_aarch64_feature_detected!("neon")),
            (Set::Plain, true),
        ]
        .into_iter()
        .filter_map(|(set, has)| has.then_some(Self(set)))
    }

    /// The best one.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self(Set::Plain))
    }

    /// Runs `work`, compiled for this instruction set.
    #[inline(always)]
    pub fn run<W: Work>(self, work: W) -> W::Outcome {
        match self.0 {
            // SAFETY: an `Isa` is only made after the features were detected.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { x86::run_avx512(work) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { x86::run_avx2(work) },
            // NEON is part of what every 64-bit ARM program is compiled for.
            #[cfg(target_arch = "aarch64")]
            Set::Neon => work.run::<Plain>(),
            Set::Plain => work.run::<Plain>(),
        }
    }

    /// Marks a block, see [`Marks::mark`].
    pub(super) fn mark(self, block: &[u8], marks: &mut Marks) {
        match self.0 {
            // SAFETY: an `Isa` is only made after the features were detected.
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => unsafe { x86::mark_avx512(block, marks) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { x86::mark_avx2(block, marks) },
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            Set::Neon => unsafe { arm::mark_neon(block, marks) },
            Set::Plain => marks.mark_with::<Plain>(block),
        }
    }
}

/// Asks for the cache lines of some bytes that will be needed soon.
#[inline(always)]
pub(super) fn prefetch(bytes: &[u8]) {
    #[cfg(target_arch = "x86_64")]
    for line in bytes.chunks(WORD_BYTES) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: a prefetch never faults, whatever the address; this one is of the slice.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = bytes;
}

/// A bit for each byte of `wide` that is `byte`, the lowest first.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn bytes_equal(wide: u128, byte: u8) -> u32 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
    // SAFETY: every x86-64 processor has SSE2, and nothing here goes through memory.
    unsafe {
        let lanes = _mm_set_epi64x((wide >> 64) as i64, wide as i64);
        _mm_movemask_epi8(_mm_cmpeq_epi8(lanes, _mm_set1_epi8(byte.cast_signed()))).cast_unsigned()
    }
}

/// A bit for each byte of `wide` that is `byte`, the lowest first.
#[cfg_attr(target_arch = "x86_64", cfg(test))]
#[inline(always)]
pub(super) fn plain_bytes_equal(wide: u128, byte: u8) -> u32 {
    let mut bits = 0;
    for (place, found) in wide.to_le_bytes().into_iter().enumerate() {
        bits |= u32::from(found == byte) << place;
    }
    bits
}

#[cfg(not(target_arch = "x86_64"))]
pub(super) use plain_bytes_equal as bytes_equal;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256i, _mm256_cmpeq_epi8, _mm256_loadu_si256, _mm256_max_epu8, _mm256_movemask_epi8,
        _mm256_set1_epi8, _mm512_add_epi32, _mm512_castsi512_si128, _mm512_cmpeq_epi8_mask,
        _mm512_cmplt_epu8_mask, _mm512_cmpneq_epi8_mask, _mm512_cvtepu8_epi32, _mm512_loadu_si512,
        _mm512_maskz_compress_epi8, _mm512_maskz_loadu_epi8, _mm512_set1_epi8, _mm512_set1_epi32,
        _mm512_storeu_si512,
    };

    use super::{Kernel, Marks, Masks, OFFSETS_SLACK, WORD_BYTES, Work};

    /// # Safety
    /// The processor must have the features.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn run_avx512<W: Work>(work: W) -> W::Outcome {
        work.run::<Avx512>()
    }

    /// # Safety
    /// The processor must have the features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn run_avx2<W: Work>(work: W) -> W::Outcome {
        work.run::<Avx2>()
    }

    /// # Safety
    /// The processor must have the features.
    #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn mark_avx512(block: &[u8], marks: &mut Marks) {
        marks.mark_with::<Avx512>(block);
    }

    /// # Safety
    /// The processor must have the features.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) unsafe fn mark_avx2(block: &[u8], marks: &mut Marks) {
        marks.mark_with::<Avx2>(block);
    }

    struct Avx512;

    /// The numbers 0 to 63.
    static PLACES: [u8; WORD_BYTES] = {
        let mut places = [0; WORD_BYTES];
        let mut place = 0;
        while place < WORD_BYTES {
            places[place] = place as u8;
            place += 1;
        }
        places
    };

    impl Kernel for Avx512 {
        #[inline(always)]
        fn is_same(left: &[u8], right: &[u8]) -> bool {
            let len = left.len();
            if len != right.len() {
                return false;
            }
            let mut different = 0;
            let mut at = 0;
            while at < len {
                let bits = u64::MAX >> (WORD_BYTES - WORD_BYTES.min(len - at));
                // SAFETY: features as below. The mask leaves out all bytes behind the texts, and bytes that are left out are
                // not touched.
                unsafe {
                    let left = _mm512_maskz_loadu_epi8(bits, left.as_ptr().add(at).cast());
                    let right = _mm512_maskz_loadu_epi8(bits, right.as_ptr().add(at).cast());
                    different |= _mm512_cmpneq_epi8_mask(left, right);
                }
                at += WORD_BYTES;
            }
            different == 0
        }

        #[inline(always)]
        fn masks(word: &[u8; WORD_BYTES]) -> Masks {
            // SAFETY: only `mark_avx512` uses this kernel, and its features are those of these intrinsics. The load is of
            // the 64 bytes of the word, at any alignment.
            unsafe {
                let bytes = _mm512_loadu_si512(word.as_ptr().cast());
                let line_ends = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b'\n'.cast_signed()));
                let spaces = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(b' '.cast_signed()));
                let below = _mm512_cmplt_epu8_mask(bytes, _mm512_set1_epi8(b' '.cast_signed()));
                Masks { delimiters: spaces | line_ends, line_ends, controls: below & !line_ends }
            }
        }

        #[inline(always)]
        fn offsets(mask: u64, first: u32, room: &mut [u32; OFFSETS_SLACK]) -> usize {
            const LANES: usize = 16;
            let count = mask.count_ones() as usize;
            // SAFETY: features as above. `PLACES` and `packed` have 64 bytes, and a store of 16 lanes fits `room`.
            unsafe {
                let places = _mm512_loadu_si512(PLACES.as_ptr().cast());
                let packed = _mm512_maskz_compress_epi8(mask, places);
                let first_lanes = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
                let offsets = _mm512_add_epi32(first_lanes, _mm512_set1_epi32(first.cast_signed()));
                _mm512_storeu_si512(room.as_mut_ptr().cast(), offsets);
                if count > LANES {
                    let mut numbers = [0_u8; WORD_BYTES];
                    _mm512_storeu_si512(numbers.as_mut_ptr().cast(), packed);
                    for (place, number) in room.iter_mut().zip(numbers).take(count).skip(LANES) {
                        *place = first.wrapping_add(u32::from(number));
                    }
                }
            }
            count
        }
    }

    struct Avx2;

    impl Kernel for Avx2 {
        #[inline(always)]
        fn masks(word: &[u8; WORD_BYTES]) -> Masks {
            let (low, high) = word.split_at(WORD_BYTES / 2);
            // SAFETY: only `mark_avx2` uses this kernel, and its features are those of these intrinsics. Each load is of
            // the 32 bytes of a half, at any alignment.
            unsafe {
                let low = _mm256_loadu_si256(low.as_ptr().cast());
                let high = _mm256_loadu_si256(high.as_ptr().cast());
                let space = _mm256_set1_epi8(b' '.cast_signed());
                let line_ends =
                    both(low, high, |half| _mm256_cmpeq_epi8(half, _mm256_set1_epi8(b'\n'.cast_signed())));
                let spaces = both(low, high, |half| _mm256_cmpeq_epi8(half, space));
                // The larger of a byte and a space is the byte: no byte below a space.
                let not_below = both(low, high, |half| _mm256_cmpeq_epi8(_mm256_max_epu8(half, space), half));
                Masks { delimiters: spaces | line_ends, line_ends, controls: !not_below & !line_ends }
            }
        }
    }

    /// # Safety
    /// The processor must have AVX2.
    #[inline(always)]
    unsafe fn both(low: __m256i, high: __m256i, test: impl Fn(__m256i) -> __m256i) -> u64 {
        // SAFETY: the caller has seen to the feature.
        let bits = |half| u64::from(unsafe { _mm256_movemask_epi8(test(half)) }.cast_unsigned());
        bits(low) | bits(high) << 32
    }
}

#[cfg(target_arch = "aarch64")]
mod arm {
    use std::arch::aarch64::{
        uint8x16_t, vandq_u8, vceqq_u8, vcltq_u8, vdupq_n_u8, vgetq_lane_u64, vld1q_u8, vpaddq_u8,
        vreinterpretq_u64_u8,
    };

    use super::{Kernel, Marks, Masks, WORD_BYTES};

    /// # Safety
    /// The processor must have the features.
    #[target_feature(enable = "neon")]
    pub(super) unsafe fn mark_neon(block: &[u8], marks: &mut Marks) {
        marks.mark_with::<Neon>(block);
    }

    struct Neon;

    impl Kernel for Neon {
        #[inline(always)]
        fn masks(word: &[u8; WORD_BYTES]) -> Masks {
            // SAFETY: only `mark_neon` uses this kernel, and its feature is that of these intrinsics. Each load is of 16
            // bytes of the word.
            unsafe {
                let quarters = [0, 16, 32, 48].map(|at| vld1q_u8(word.as_ptr().add(at)));
                let line_ends = bits(quarters.map(|quarter| vceqq_u8(quarter, vdupq_n_u8(b'\n'))));
                let spaces = bits(quarters.map(|quarter| vceqq_u8(quarter, vdupq_n_u8(b' '))));
                let below = bits(quarters.map(|quarter| vcltq_u8(quarter, vdupq_n_u8(b' '))));
                Masks { delimiters: spaces | line_ends, line_ends, controls: below & !line_ends }
            }
        }
    }

    /// One bit of each lane of four comparisons: each lane keeps the bit of its place in a byte, and three rounds of adding
    /// neighbours bring eight lanes into one byte.
    ///
    /// # Safety
    /// The processor must have NEON.
    #[inline(always)]
    unsafe fn bits(tests: [uint8x16_t; 4]) -> u64 {
        const PLACES: [u8; 16] = [1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128];
        // SAFETY: the caller has seen to the feature; the load is of the 16 bytes of `PLACES`.
        unsafe {
            let places = vld1q_u8(PLACES.as_ptr());
            let [a, b, c, d] = tests.map(|test| vandq_u8(test, places));
            let sums = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
            vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
        }
    }
}
