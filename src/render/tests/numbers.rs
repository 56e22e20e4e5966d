//! The only rounding there is.

use rust_decimal::Decimal;

use super::super::number::{count, factor, percent, price, reached as percentage, share, size, usd};
use super::sample;

fn money(text: &str) -> String {
    usd(sample::usd(text))
}

#[test]
fn sizes_are_binary_with_two_decimals() {
    for (bytes, expected) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (1536, "1.50 KiB"),
        ((1 << 20) - 1, "1.00 MiB"),
        (1 << 20, "1.00 MiB"),
        ((1 << 30) - 1, "1.00 GiB"),
        (1 << 30, "1.00 GiB"),
        // Half a hundredth of a GiB goes up: 1.005.
        ((1 << 30) + (1 << 30) / 200 + 1, "1.01 GiB"),
        (1_234 << 30, "1,234.00 GiB"),
        (u128::MAX, "316,912,650,057,057,350,374,175,801,344.00 GiB"),
    ] {
        assert_eq!(size(bytes), expected, "{bytes}");
    }
}

#[test]
fn money_is_rounded_half_away_from_zero() {
    for (amount, expected) in [
        ("0", "0.00"),
        ("0.005", "0.01"),
        ("0.0049999", "<0.01"),
        ("0.000001", "<0.01"),
        ("-0.001", ">-0.01"),
        ("-0.005", "-0.01"),
        ("45.26", "45.26"),
        ("2.675", "2.68"),
        ("999.995", "1,000.00"),
        ("1234567.8", "1,234,567.80"),
        ("-1234.5", "-1,234.50"),
    ] {
        assert_eq!(money(amount), expected, "{amount}");
    }
    assert_eq!(usd(None), "unpriced");
    assert_eq!(price(sample::usd("0.01309")), "0.01309");
    assert_eq!(price(sample::usd("0.0620")), "0.062");
    assert_eq!(factor(Decimal::new(30_416_667, 6)), "30.42");
    assert_eq!(usd(Some(Decimal::MAX)), "79,228,162,514,264,337,593,543,950,335.00");
}

#[test]
fn counts_and_shares() {
    assert_eq!(count(0), "0");
    assert_eq!(count(999), "999");
    assert_eq!(count(1_000), "1,000");
    assert_eq!(count(123_456_789), "123,456,789");
    assert_eq!(share(1, 3), "33.3 %");
    assert_eq!(share(1, 10_000), "<0.1 %");
    assert_eq!(share(0, 5), "0.0 %");
    assert_eq!(share(5, 5), "100.0 %");
    assert_eq!(share(0, 0), "-");
    assert_eq!(share(u128::MAX / 2, u128::MAX), "50.0 %");
    assert_eq!(percent(0.9921), "99.21 %");
}

#[test]
fn what_is_reached_may_be_more_than_the_whole() {
    let reached = |text: &str| percentage(Decimal::from_str_exact(text).expect("a decimal"));
    for (ratio, wanted) in [
        ("0", "0.0 %"),
        ("0.0004", "<0.1 %"),
        ("0.0005", "0.1 %"),
        ("0.9995", "100.0 %"),
        ("1.25", "125.0 %"),
        ("123.4567", "12,345.7 %"),
    ] {
        assert_eq!(reached(ratio), wanted);
    }
}
