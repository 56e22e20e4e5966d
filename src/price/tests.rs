//! Hand calculations.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::tiers::{Tier, share, tiered_cost};
use super::toll::{EndpointRates, NatRates, Scale};
use super::{Meter, Overrides, PriceBook};

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

fn team_book() -> PriceBook {
    PriceBook::embedded().with_overrides(Overrides::parse(TEAM_NOTES, "notes.toml").expect("a good file"))
}

#[test]
fn the_embedded_book_has_36_regions_and_every_figure_a_source_and_date() {
    let book = PriceBook::embedded();
    assert_eq!(book.regions().count(), 36);
    let mut figures = 0;
    for region in book.regions() {
        for meter in Meter::ALL {
            let Some(rate) = book.rate(region, *meter) else {
                assert_eq!(*meter, Meter::CrossZoneGb, "{region} lacks {}", meter.key());
                continue;
            };
            assert!(!rate.source.is_empty() && rate.date.len() == 10, "{region} {}", meter.key());
            figures += 1;
        }
    }
    assert!(figures > 400, "looked at {figures} figures");
}

#[test]
fn known_figures() {
    let book = PriceBook::embedded();
    let figure = |region: &str, meter| book.rate(region, meter).map(|rate| rate.usd);
    assert_eq!(figure("ap-northeast-1", Meter::InterfaceEndpointHour), Some(usd("0.014")));
    assert_eq!(figure("ap-northeast-1", Meter::NatGatewayHour), Some(usd("0.062")));
    assert_eq!(figure("ap-northeast-1", Meter::NatGatewayGb), Some(usd("0.062")));
    assert_eq!(figure("us-east-1", Meter::NatGatewayGb), Some(usd("0.045")));
    assert_eq!(figure("us-east-1", Meter::InterfaceEndpointHour), Some(usd("0.01")));
    for unpriced in ["me-west-1", "sa-west-1", "cn-north-1", "cn-northwest-1", "eusc-de-east-1", "nowhere-1"]
    {
        assert_eq!(figure(unpriced, Meter::NatGatewayHour), None, "{unpriced}");
    }
}

#[test]
fn a_teams_own_notes_give_the_months_they_wrote_down() {
    let book = team_book();
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
    let endpoint = EndpointRates::of(&PriceBook::embedded(), Some("ap-northeast-1"), 0, month());
    // 730 h x 0.014 = 10.22.
    assert_eq!(endpoint.hours_cost(730), Some(usd("10.22")));
}

#[test]
fn nat_bytes_count_in_both_directions_at_two_to_the_thirty() {
    let nat = NatRates::of(&PriceBook::embedded(), Some("us-east-1"));
    // 11 GB x 0.045 = 0.495, and 24 h x 0.045 = 1.08.
    assert_eq!(nat.bytes_cost(11 * GB), Some(usd("0.495")));
    assert_eq!(nat.cost(24, 11 * GB), Some(usd("1.575")));
    // 40 bytes on a bill are 3.73e-8 GB.
    assert_eq!(nat.bytes_cost(40), Some(usd("0.045") * usd("40") / usd("1073741824")));
    // 5 GB between zones: 0.01 on each of two sides.
    assert_eq!(nat.cross_zone_cost(5 * GB), Some(usd("0.10")));
}

#[test]
fn tiers_apply_over_the_region() {
    let tiers = PriceBook::embedded().interface_endpoint_tiers("us-east-1").expect("priced");
    // 1 PB + 100 GB: 1,048,576 x 0.01 + 100 x 0.006.
    assert_eq!(tiered_cost(1_048_676 * GB, &tiers), Some(usd("10486.36")));
    // 6 PB: 1,048,576 x 0.01 + 4,194,304 x 0.006 + 1,048,576 x 0.004.
    assert_eq!(tiered_cost(6_291_456 * GB, &tiers), Some(usd("39845.888")));
    assert_eq!(tiered_cost(0, &tiers), Some(Decimal::ZERO));
    // Two endpoints of 1 PB each share 10,485.76 + 6,291.456 evenly.
    let rates = EndpointRates::of(&PriceBook::embedded(), Some("us-east-1"), 2 * 1_048_576 * GB, month());
    assert_eq!(rates.month_bytes_cost(1_048_576 * GB, month()), Some(usd("8388.608")));
    for pair in tiers.windows(2) {
        assert_eq!(pair[0].to_gb, Some(pair[1].from_gb));
    }
}

#[test]
fn a_share_of_nothing_is_nothing_and_the_whole_is_the_whole() {
    assert_eq!(share(usd("7"), 0, 0), Some(Decimal::ZERO));
    assert_eq!(share(usd("7"), 3, 3), Some(usd("7")));
    assert_eq!(share(usd("7"), 1, 2), Some(usd("3.5")));
}

#[test]
fn nearer_figures_go_first_and_discounts_come_off_embedded_ones_only() {
    let text = r#"
[default]
discount_percent = "10"
nat_gateway_gb = "0.05"
[region.us-east-1]
nat_gateway_gb = "0.04"
[region.mars-north-1]
nat_gateway_hour = 1
"#;
    let book = PriceBook::embedded().with_overrides(Overrides::parse(text, "p.toml").expect("a good file"));
    let figure = |region: &str, meter| book.rate(region, meter).map(|rate| rate.usd);
    assert_eq!(figure("us-east-1", Meter::NatGatewayGb), Some(usd("0.04")));
    assert_eq!(figure("eu-west-1", Meter::NatGatewayGb), Some(usd("0.05")));
    assert_eq!(figure("us-east-1", Meter::NatGatewayHour), Some(usd("0.0405")));
    assert_eq!(figure("mars-north-1", Meter::NatGatewayHour), Some(usd("1")));
    assert_eq!(figure("mars-north-1", Meter::InterfaceEndpointHour), None);
}

#[test]
fn own_tiers_replace_the_embedded_ones() {
    let text = "[region.us-east-1]\ninterface_endpoint_gb = [ { to_gb = 10, usd_per_gb = 0.02 }, { usd_per_gb = 0.01 } ]";
    let book = PriceBook::embedded().with_overrides(Overrides::parse(text, "p.toml").expect("a good file"));
    let tiers = book.interface_endpoint_tiers("us-east-1").expect("priced");
    assert_eq!(tiers[0], Tier { from_gb: 0, to_gb: Some(10), usd_per_gb: usd("0.02") });
    // 10 x 0.02 + 5 x 0.01.
    assert_eq!(tiered_cost(15 * GB, &tiers), Some(usd("0.25")));
    let flat = team_book().interface_endpoint_tiers("us-east-1").expect("priced");
    assert_eq!(flat.len(), 1);
}

#[test]
fn wrong_override_files_say_where_and_what() {
    let refused = |text: &str| Overrides::parse(text, "p.toml").expect_err("must be refused").to_string();
    let unknown = refused("[default]\nnat_gateway_hours = 1");
    assert!(unknown.starts_with("p.toml:2: `nat_gateway_hours` is no meter"), "{unknown}");
    assert!(unknown.contains("nat_gateway_hour,"), "{unknown}");
    assert!(refused("[default]\n\nnat_gateway_gb = -1").starts_with("p.toml:3: "));
    assert!(refused("[default]\nnat_gateway_gb = \"abc\"").contains("not a number"));
    assert!(refused("[default]\nnat_gateway_gb = nan").contains("not a number"));
    assert!(refused("[default]\ndiscount_percent = 101").contains("between 0 and 100"));
    assert!(refused("[defaults]\n").contains("[default]"));
    assert!(refused("[default\n").starts_with("p.toml:1: "));
    let gap = "[default]\ninterface_endpoint_gb = [ { to_gb = 10, usd_per_gb = 1 }, { from_gb = 20, usd_per_gb = 1 } ]";
    assert!(refused(gap).contains("gap"));
    let open = "[default]\ninterface_endpoint_gb = [ { to_gb = 10, usd_per_gb = 1 } ]";
    assert!(refused(open).contains("last tier"));
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
