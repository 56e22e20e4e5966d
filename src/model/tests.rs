//! Addresses, hours and amounts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::addr::{Addr, Block};
use super::money::{BYTES_PER_GB, cost_of_bytes, money_text};
use super::time::{Bucket, calendar_month_hours, parse_moment, rfc3339, seconds_of};

/// 2026-03-10T00:00:00Z.
const T: i64 = 1_773_100_800;

proptest! {
    #[test]
    fn an_address_is_what_the_standard_library_says(v4 in any::<u32>(), v6 in any::<u128>()) {
        let (four, six) = (Ipv4Addr::from_bits(v4), Ipv6Addr::from_bits(v6));
        let addr = Addr::from(IpAddr::V4(four));
        prop_assert_eq!((addr.as_v4(), addr.is_v6(), addr.nat64()), (Some(v4), false, None));
        prop_assert_eq!(addr, Addr::from(IpAddr::V6(four.to_ipv6_mapped())));
        prop_assert_eq!((addr.ip(), addr.to_string()), (IpAddr::V4(four), four.to_string()));
        let addr = Addr::from(IpAddr::V6(six));
        prop_assert_eq!(addr.as_v4(), six.to_ipv4_mapped().map(Ipv4Addr::to_bits));
        prop_assert_eq!(addr.ip(), IpAddr::V6(six).to_canonical());
        prop_assert_eq!(Addr::v6(0x0064_ff9b << 96 | u128::from(v4)).nat64(), Some(v4));
    }

    #[test]
    fn a_block_is_its_net(v4 in any::<u32>(), v6 in any::<u128>(), length in 0_u8..=128, probe in any::<u128>()) {
        let six = IpNet::new(IpAddr::V6(Ipv6Addr::from_bits(v6)), length).expect("at most 128").trunc();
        let four = IpNet::new(IpAddr::V4(Ipv4Addr::from_bits(v4)), length % 33).expect("at most 32").trunc();
        for net in [six, four] {
            let block = Block::from(net);
            prop_assert!(block.contains(net.network().into()) && block.contains(net.broadcast().into()));
            prop_assert_eq!(u32::from(128 - block.length), (block.last - block.first).count_ones());
        }
        prop_assert_eq!(Block::from(four).to_string(), four.to_string());
        let probe = v6 ^ (probe >> (length / 2));
        prop_assert_eq!(Block::from(six).contains(Addr::v6(probe)), six.contains(&IpAddr::V6(Ipv6Addr::from_bits(probe))));
    }

    #[test]
    fn every_plausible_second_is_in_its_hour(seconds in 1_262_304_000_i64..4_102_444_800) {
        let bucket = Bucket::of(seconds).expect("from 2010 to 2099");
        prop_assert!(bucket.start() <= seconds && seconds < bucket.end());
        prop_assert_eq!(bucket.end() - bucket.start(), 3_600);
        prop_assert_ne!(bucket, Bucket::NONE);
        prop_assert_eq!(parse_moment(&rfc3339(seconds)), Ok(seconds));
        prop_assert_eq!(seconds_of(seconds * 1_000 + 999), seconds);
        prop_assert_eq!(seconds_of(seconds), seconds);
    }
}

#[test]
fn impossible_times_have_no_hour() {
    for seconds in [i64::MIN, -1, 0, 1_262_303_999, 4_102_444_800, i64::MAX] {
        assert_eq!(Bucket::of(seconds), None, "{seconds}");
    }
    assert_eq!(Bucket::of(T), Some(Bucket(492_528)));
    assert_eq!(Bucket::of(T - 1), Some(Bucket(492_527)));
}

#[test]
fn months_of_the_calendar() {
    let at = |text: &str| parse_moment(text).expect(text);
    for (start, end, hours) in [
        ("2026-03-01", "2026-04-01", Some(744)),
        ("2026-02-01", "2026-03-01", Some(672)),
        ("2028-02-01", "2028-03-01", Some(696)),
        ("2026-12-01", "2027-01-01", Some(744)),
        ("2026-03-01", "2026-03-31", None),
        ("2026-03-01T01:00", "2026-04-01T01:00", None),
        ("2026-03-01", "2026-05-01", None),
    ] {
        assert_eq!(calendar_month_hours(at(start), at(end)), hours, "{start} {end}");
    }
}

#[test]
fn moments_as_people_type_them() {
    for text in [
        "2026-03-10",
        "2026-03-10T00:00",
        "2026-03-10 00:00:00",
        "2026-03-10T00:00:00Z",
        "2026-03-10T01:00:00+01:00",
        " 1773100800 ",
    ] {
        assert_eq!(parse_moment(text), Ok(T), "{text}");
    }
    for text in ["", "yesterday", "2026-13-01", "2026-02-30", "10.03.2026", "2026", "24:00"] {
        let fault = parse_moment(text).expect_err(text);
        assert!(fault.contains(&format!("`{text}` is not a time")), "{fault}");
    }
}

#[test]
fn amounts() {
    let usd = |text: &str| Decimal::from_str(text).expect("a number");
    assert_eq!(BYTES_PER_GB, 1_073_741_824);
    assert_eq!(cost_of_bytes(u128::from(BYTES_PER_GB), usd("0.045")), Some(usd("0.045")));
    assert_eq!(cost_of_bytes(3 * u128::from(BYTES_PER_GB) / 2, usd("0.045")), Some(usd("0.0675")));
    assert_eq!(cost_of_bytes(0, usd("0.045")), Some(Decimal::ZERO));
    assert_eq!(cost_of_bytes(u128::MAX, usd("0.045")), None);
    for (amount, text) in [
        ("0", "0"),
        ("-0", "0"),
        ("-0.0000004", "0"),
        ("1.50", "1.5"),
        ("0.0000005", "0.000001"),
        ("-0.0000005", "-0.000001"),
        ("1234567.1234564", "1234567.123456"),
        ("100", "100"),
    ] {
        assert_eq!(money_text(usd(amount)), text, "{amount}");
    }
}
