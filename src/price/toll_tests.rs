//! Hand calculations of charges.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::PriceBook;
use super::toll::{EndpointRates, NatRates, Scale};

const GB: u128 = 1 << 30;

fn usd(text: &str) -> Decimal {
    Decimal::from_str(text).expect("a number")
}

fn month() -> Scale {
    Scale { observed_hours: 730, month_hours: 730 }
}

/// A team's own notes: NAT 0.062/h and 0.062/GB, endpoint 0.01/h per zone and 0.01/GB.
const TEAM_NOTES: &str = r#"
[default]
nat_gateway_hour = 0.062
nat_gateway_gb = "0.062"
interface_endpoint_hour = 0.01
interface_endpoint_gb = 0.01
"#;

#[test]
fn a_teams_own_notes_give_the_months_they_wrote_down() {
    let book = PriceBook::embedded().with_overrides(TEAM_NOTES, "notes.toml").expect("a good file");
    let nat = NatRates::of(&book, Some("ap-northeast-1"));
    // 730 h x 0.062 = 45.26: "about 45 USD a month for a NAT gateway".
    assert_eq!(nat.cost(730, 0), Some(usd("45.26")));
    let endpoint = EndpointRates::of(&book, Some("ap-northeast-1"), 0, month());
    // 730 h x 0.01 = 7.30 a zone, 14.60 for two, 36.50 for five endpoints in one zone (2 ECR + 3 SSM).
    assert_eq!(endpoint.hours_cost(730), Some(usd("7.30")));
    assert_eq!(endpoint.hours_cost(2 * 730), Some(usd("14.60")));
    assert_eq!(endpoint.hours_cost(5 * 730), Some(usd("36.50")));
}

#[test]
fn the_embedded_tokyo_book_gives_its_own_endpoint_hour() {
    let endpoint = EndpointRates::of(PriceBook::embedded(), Some("ap-northeast-1"), 0, month());
    // 730 h x 0.014 = 10.22.
    assert_eq!(endpoint.hours_cost(730), Some(usd("10.22")));
}

#[test]
fn nat_bytes_count_in_both_directions_at_two_to_the_thirty() {
    let nat = NatRates::of(PriceBook::embedded(), Some("us-east-1"));
    // 11 GB x 0.045 = 0.495, and 24 h x 0.045 = 1.08.
    assert_eq!(nat.bytes_cost(11 * GB), Some(usd("0.495")));
    assert_eq!(nat.cost(24, 11 * GB), Some(usd("1.575")));
    // 40 bytes on a bill are 3.73e-8 GB.
    assert_eq!(nat.bytes_cost(40), Some(usd("0.045") * usd("40") / usd("1073741824")));
    // 5 GB between zones: 0.01 on each of two sides.
    assert_eq!(nat.cross_zone_cost(5 * GB), Some(usd("0.10")));
}

#[test]
fn a_calendar_month_is_its_own_hours() {
    use crate::model::time::Bucket;
    let hour = |text: &str| {
        Bucket::of(chrono::DateTime::parse_from_rfc3339(text).expect("a time").timestamp())
            .expect("plausible")
    };
    let february = Scale::new(Some(hour("2026-02-01T00:00:00Z")), Some(hour("2026-02-28T23:00:00Z")), 672);
    assert_eq!(february.month_hours, 672);
    let day = Scale::new(Some(hour("2026-02-01T00:00:00Z")), Some(hour("2026-02-01T23:00:00Z")), 24);
    assert_eq!((day.month_hours, day.month_bytes(24)), (730, 730));
    assert_eq!(day.month(usd("2.4")), Some(usd("73")));
}

#[test]
fn tiers_apply_over_the_region() {
    // Two endpoints of 1 PB each share 1,048,576 x 0.01 + 1,048,576 x 0.006 = 10,485.76 + 6,291.456 evenly.
    let rates = EndpointRates::of(PriceBook::embedded(), Some("us-east-1"), 2 * 1_048_576 * GB, month());
    assert_eq!(rates.month_bytes_cost(1_048_576 * GB, month()), Some(usd("8388.608")));
    assert_eq!(rates.month_bytes_cost(0, month()), Some(Decimal::ZERO));
}

#[test]
fn nothing_without_a_price_costs_nothing_and_something_is_unpriced() {
    let nat = NatRates::of(PriceBook::embedded(), Some("me-west-1"));
    assert_eq!(nat.cost(1, 1), None);
    assert_eq!(nat.cross_zone_cost(0), Some(Decimal::ZERO));
    assert_eq!(nat.cross_zone_cost(1), None);
}
