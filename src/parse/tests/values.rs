//! Single values against the standard library's parsers.

use std::net::IpAddr;

use proptest::prelude::*;

use super::super::value::{address, is_missing, is_timestamp, unsigned};
use crate::model::addr::Addr;

/// Tokens that look like addresses and numbers more often than arbitrary bytes do.
fn token() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..24),
        "[0-9]{1,22}".prop_map(String::into_bytes),
        "[0-9]{1,4}(\\.[0-9]{1,4}){2,4}".prop_map(String::into_bytes),
        "[0-9.:a-f]{1,20}".prop_map(String::into_bytes),
        "[0-9]{1,8}\\.[0-9]{0,4}".prop_map(String::into_bytes),
        any::<u64>().prop_map(|number| number.to_string().into_bytes()),
        any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string().into_bytes()),
        any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).to_string().into_bytes()),
    ]
}

/// Digits, or digits with a fraction of zeros, that the standard library reads.
fn plain_unsigned(token: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(token).ok()?;
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.chars().all(|c| c == '0') => whole,
        Some(_) => return None,
        None => text,
    };
    if token.len() > 20 || !whole.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    whole.parse().ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them(token in token()) {
        prop_assert_eq!(unsigned(&token), plain_unsigned(&token));
    }

    #[test]
    fn addresses_are_read_as_the_standard_library_reads_them(token in token()) {
        let plain = std::str::from_utf8(&token).ok().and_then(|text| text.parse::<IpAddr>().ok()).map(Addr::from);
        prop_assert_eq!(address(&token), plain);
    }

    #[test]
    fn every_address_survives_its_spelling(bits in any::<u128>(), v4 in any::<u32>()) {
        for addr in [Addr::v6(bits), Addr::v4(v4)] {
            prop_assert_eq!(address(addr.to_string().as_bytes()), Some(addr));
        }
    }
}

#[test]
fn numbers() {
    for (token, value) in [
        ("0", Some(0)),
        ("007", Some(7)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("99999999999999999999", None),
        ("100000000000000000000", None),
        ("1500.0", Some(1_500)),
        ("1500.", Some(1_500)),
        ("1500.5", None),
        (".0", None),
        ("1.0.0", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("0x10", None),
        ("", None),
        ("-", None),
        ("\u{0661}", None),
    ] {
        assert_eq!(unsigned(token.as_bytes()), value, "{token}");
    }
}

#[test]
fn addresses() {
    let v4 = |a: u32, b: u32, c: u32, d: u32| Some(Addr::v4(a << 24 | b << 16 | c << 8 | d));
    for (token, value) in [
        ("0.0.0.0", v4(0, 0, 0, 0)),
        ("255.255.255.255", v4(255, 255, 255, 255)),
        ("10.0.1.5", v4(10, 0, 1, 5)),
        ("::ffff:10.0.1.5", v4(10, 0, 1, 5)),
        ("::FFFF:a00:105", v4(10, 0, 1, 5)),
        ("0:0:0:0:0:ffff:0a00:0105", v4(10, 0, 1, 5)),
        ("2001:DB8::1", Some(Addr::v6(0x2001_0db8 << 96 | 1))),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", Some(Addr::v6(0x2001_0db8 << 96 | 1))),
        ("64:ff9b::10.0.1.5", Some(Addr::v6(0x0064_ff9b << 96 | 0x0a00_0105))),
        ("::", Some(Addr::v6(0))),
        // Octal or decimal? Nobody can tell, and AWS never writes it.
        ("010.0.1.5", None),
        ("10.0.1.05", None),
        ("10.0.1", None),
        ("10.0.1.5.6", None),
        ("10.0.1.256", None),
        ("10.0.1.5 ", None),
        ("10..1.5", None),
        (".10.0.1.5", None),
        ("10.0.1.", None),
        ("10.0.1.5/32", None),
        ("fe80::1%eth0", None),
        ("host", None),
        ("-", None),
    ] {
        assert_eq!(address(token.as_bytes()), value, "{token}");
    }
}

#[test]
fn missing_is_told_from_wrong() {
    for token in ["", "-", "None", "null", "NULL", "NaN", "nan"] {
        assert!(is_missing(token.as_bytes()), "{token}");
    }
    for token in ["--", " ", "none of it", "0", "N/A", "%2D"] {
        assert!(!is_missing(token.as_bytes()), "{token}");
    }
}

#[test]
fn timestamps_of_exports() {
    for token in [
        "2025-02-25T12:25:04.000Z",
        "2025-02-25T12:25:04Z",
        "2025-02-25T12:25:04+00:00",
        "2025-02-25T12:25:04",
    ] {
        assert!(is_timestamp(token.as_bytes()), "{token}");
    }
    for token in
        ["2025-02-25", "2025-02-25 12:25:04", "eni-0123456789abcdef01", "1773100800", "", "2025-02-25T12:25"]
    {
        assert!(!is_timestamp(token.as_bytes()), "{token}");
    }
}
