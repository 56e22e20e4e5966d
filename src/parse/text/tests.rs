//! The parts of the fast parser, each beside a plain twin.

use proptest::prelude::*;

use super::super::value;
use super::fast::SHOWN_STARTS;
use super::numbers::{LANES, Numbers};
use super::scan::{Marks, SCAN_BYTES};
use super::simd::{Isa, bytes_equal, plain_bytes_equal};
use super::token::Token;

/// Marks as a walk over the bytes finds them.
fn naive(block: &[u8]) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let (mut starts, mut lines, mut unusual) = (vec![0], vec![0], Vec::new());
    let mut after_delimiter = true;
    for (offset, byte) in (0_u32..).zip(block) {
        let delimiter = matches!(byte, b' ' | b'\n');
        if (delimiter && after_delimiter) || (*byte < b' ' && *byte != b'\n') {
            unusual.push(offset);
        }
        if delimiter {
            starts.push(offset + 1);
        }
        if *byte == b'\n' {
            lines.push(u32::try_from(starts.len() - 1).expect("a block is small"));
        }
        after_delimiter = delimiter;
    }
    (starts, lines, unusual)
}

/// As AWS writes: words, one delimiter between.
fn usual_bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = (1_usize..12, prop::sample::select(b"  \n".to_vec()));
    prop::collection::vec(word, 0..600).prop_map(|words| {
        words.into_iter().flat_map(|(length, end)| std::iter::repeat_n(b'x', length).chain([end])).collect()
    })
}

fn odd_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b" \n\tx".to_vec())], 0..300)
}

proptest! {
    #[test]
    fn every_instruction_set_marks_the_same(block in prop_oneof![usual_bytes(), odd_bytes()]) {
        let (starts, lines, unusual) = naive(&block);
        let sets: Vec<Isa> = Isa::available().collect();
        prop_assert!(!sets.is_empty());
        for isa in sets {
            let mut marks = Marks::default();
            // A second time, over what the first left.
            for _ in 0..2 {
                marks.mark(&block, isa);
                prop_assert_eq!(marks.lines(), &lines[..], "{:?}", isa);
                prop_assert_eq!(marks.unusual(), &unusual[..], "{:?}", isa);
                let found: Vec<u32> =
                    (0..starts.len()).map(|number| u32::try_from(marks.start(number)).expect("small")).collect();
                prop_assert_eq!(&found, &starts, "{:?}", isa);
                let shown = marks.starts_from(starts.len() - 1).expect("there is room behind the last");
                prop_assert_eq!((shown.len(), shown[0]), (SHOWN_STARTS, starts[starts.len() - 1]));
            }
        }
    }

    #[test]
    fn a_token_is_read_as_the_plain_functions_read_it(
        token in prop_oneof![
            "[0-9]{1,20}",
            "[0-9./:x-]{1,18}",
            "-",
            any::<u64>().prop_map(|number| number.to_string()),
            any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
            "[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4}",
            "\\PC{1,10}",
        ],
        before in "[0-9. -]{0,20}",
        behind in "[0-9. -]{0,20}",
    ) {
        let block = format!("{before}{token}{behind}");
        let start = u32::try_from(before.len()).expect("small");
        let place = Token { start, end: start + u32::try_from(token.len()).expect("small") };
        let bytes = token.as_bytes();
        if let Some(number) = place.number(block.as_bytes()) {
            prop_assert_eq!(number, value::unsigned(bytes));
            prop_assert!(number.is_some() || token == "-");
        } else {
            let near = before.len() + token.len() < 16;
            prop_assert!(near || token.len() > 16 || value::unsigned(bytes).is_none_or(|_| token.contains('.')));
        }
        let ipv4 = place.wide(block.as_bytes()).and_then(|wide| place.ipv4(wide, block.as_bytes()));
        if ipv4.is_some() {
            prop_assert_eq!(ipv4, value::address(bytes));
        } else if before.len() >= 4 && behind.len() >= 16 {
            prop_assert!(token.parse::<std::net::Ipv4Addr>().is_err());
        }
        if let Some(word) = place.word(block.as_bytes()) {
            prop_assert_eq!(&word.to_le_bytes()[..token.len()], bytes);
            prop_assert_eq!(word.checked_shr(8 * u32::try_from(token.len()).expect("small")).unwrap_or(0), 0);
        }
    }

    #[test]
    fn numbers_beside_each_other_are_read_as_alone(
        texts in prop::collection::vec(prop_oneof![9 => "[0-9]{1,8}", 1 => "[0-9x]{0,10}"], LANES),
        behind in "[0-9 ]{12}",
    ) {
        let mut numbers = Numbers::default();
        for (lane, text) in texts.iter().enumerate() {
            let block = format!("{behind}{text}");
            let word = u64::from_le_bytes(*block.as_bytes().last_chunk().expect("8 bytes at least"));
            numbers.set(lane, word, u32::try_from(text.len()).expect("short"));
        }
        let expected: Option<Vec<u64>> = texts
            .iter()
            .map(|text| if text.len() <= 8 { value::unsigned(text.as_bytes()) } else { None })
            .collect();
        prop_assert_eq!(numbers.values().map(Vec::from), expected);
    }

    #[test]
    fn equal_bytes_are_found_alike(bytes in any::<[u8; 16]>(), byte in any::<u8>(), place in 0_usize..16) {
        let mut bytes = bytes;
        bytes[place] = byte;
        let wide = u128::from_le_bytes(bytes);
        prop_assert_eq!(bytes_equal(wide, byte), plain_bytes_equal(wide, byte));
        prop_assert_ne!(bytes_equal(wide, byte) & (1 << place), 0);
    }
}

#[test]
fn the_largest_block_has_room_for_all_its_delimiters() {
    for isa in Isa::available() {
        for byte in [b' ', b'\n'] {
            let block = vec![byte; SCAN_BYTES];
            let mut marks = Marks::default();
            marks.mark(&block, isa);
            assert_eq!(marks.start(SCAN_BYTES), SCAN_BYTES);
            assert_eq!(marks.lines().len(), if byte == b' ' { 1 } else { SCAN_BYTES + 1 });
            assert_eq!(marks.unusual().len(), SCAN_BYTES);
        }
    }
}
