//! The price book: data with a birth certificate.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::overrides::Overrides;
use super::tiers::Tier;

/// The day the embedded book was put together.
pub const BOOK_DATE: &str = "2026-11-22";

const EMBEDDED: &str = include_str!("data/prices.toml");

macro_rules! meters {
    ($($variant:ident $key:literal $unit:literal $meaning:literal;)*) => {
        /// What is charged.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Meter {
            $(#[doc = $meaning] $variant,)*
        }

        impl Meter {
            /// All meters, in the order they are shown.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Name in price files.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),* }
            }

            /// Unit of the price.
            pub const fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit),* }
            }

            /// What is charged, in words.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

meters! {
    NatGatewayHour "nat_gateway_hour" "USD/h" "NAT gateway, per started hour (regional: per zone)";
    NatGatewayGb "nat_gateway_gb" "USD/GB" "NAT gateway data processing, both directions";
    InterfaceEndpointHour "interface_endpoint_hour" "USD/h" "interface endpoint, per zone and started hour";
    InterfaceEndpointGb "interface_endpoint_gb" "USD/GB" "interface endpoint data, up to 1 PB a month";
    InterfaceEndpointGbOver1Pb "interface_endpoint_gb_over_1pb" "USD/GB" "interface endpoint data, 1 to 5 PB a month";
    InterfaceEndpointGbOver5Pb "interface_endpoint_gb_over_5pb" "USD/GB" "interface endpoint data, over 5 PB a month";
    GatewayLoadBalancerEndpointHour "gateway_load_balancer_endpoint_hour" "USD/h" "gateway load balancer endpoint, per zone";
    GatewayLoadBalancerEndpointGb "gateway_load_balancer_endpoint_gb" "USD/GB" "gateway load balancer endpoint data";
    TransitGatewayAttachmentHour "transit_gateway_attachment_hour" "USD/h" "transit gateway, per VPC attachment";
    TransitGatewayGb "transit_gateway_gb" "USD/GB" "transit gateway data, charged to the sender";
    PublicIpv4Hour "public_ipv4_hour" "USD/h" "public IPv4 address, a NAT gateway's included";
    CrossZoneGb "cross_zone_gb" "USD/GB" "transfer between zones, charged on each side";
    InterfaceEndpointCrossZoneGb "interface_endpoint_cross_zone_gb" "USD/GB" "transfer between zones to an interface endpoint, on each side";
}

/// GB in the PB of the tier edges, as the price list writes them.
const PB_GB: u64 = 1_048_576;

/// A price with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// USD per unit of the meter.
    pub usd: Decimal,
    /// Where it is from.
    pub source: String,
    /// Date of the source, `YYYY-MM-DD`; empty for an override without one.
    pub date: String,
    /// Whether it comes from an override file.
    pub overridden: bool,
}

/// One row of the embedded data: price, source, date.
#[derive(Deserialize)]
struct Row(String, String, String);

/// Prices by Region and meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceBook {
    regions: BTreeMap<String, BTreeMap<Meter, Rate>>,
    overrides: Overrides,
}

impl PriceBook {
    /// The book that comes with flowtoll.
    ///
    /// # Panics
    /// Never: the data is part of the program, and a test reads it.
    pub fn embedded() -> Self {
        let rows: BTreeMap<String, BTreeMap<String, Row>> =
            toml::from_str(EMBEDDED).expect("the embedded book is checked by a test");
        let regions = rows.into_iter().map(|(region, meters)| (region, embedded_region(meters))).collect();
        Self { regions, overrides: Overrides::default() }
    }

    /// The same book with a team's own figures on top: a file as described in [`super::overrides`].
    #[must_use]
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// The price of a meter in a Region; `None` is "unpriced".
    pub fn rate(&self, region: &str, meter: Meter) -> Option<Rate> {
        if let Some(rate) = self.overrides.rate(region, meter) {
            return Some(rate);
        }
        let rate = self.regions.get(region).and_then(|meters| meters.get(&meter))?;
        Some(self.overrides.discounted(region, rate))
    }

    /// The tiers of interface endpoint data processing in a Region, over all interface endpoints of an account in a
    /// month; `None` where the first tier is unpriced.
    ///
    /// Source: AWS price list, VpcEndpoint-Bytes, tier edges in GB.
    pub fn interface_endpoint_tiers(&self, region: &str) -> Option<Vec<Tier>> {
        if let Some(tiers) = self.overrides.tiers(region) {
            return Some(tiers.to_vec());
        }
        let first = self.rate(region, Meter::InterfaceEndpointGb)?;
        if first.overridden && self.overrides.rate(region, Meter::InterfaceEndpointGb).is_some() {
            // A flat figure of one's own holds for every byte.
            return Some(vec![Tier { from_gb: 0, to_gb: None, usd_per_gb: first.usd }]);
        }
        let second = self.rate(region, Meter::InterfaceEndpointGbOver1Pb).map_or(first.usd, |rate| rate.usd);
        let third = self.rate(region, Meter::InterfaceEndpointGbOver5Pb).map_or(second, |rate| rate.usd);
        Some(vec![
            Tier { from_gb: 0, to_gb: Some(PB_GB), usd_per_gb: first.usd },
            Tier { from_gb: PB_GB, to_gb: Some(5 * PB_GB), usd_per_gb: second },
            Tier { from_gb: 5 * PB_GB, to_gb: None, usd_per_gb: third },
        ])
    }

    /// The Regions with figures of their own, sorted.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.keys().map(String::as_str)
    }
}

fn embedded_region(rows: BTreeMap<String, Row>) -> BTreeMap<Meter, Rate> {
    let mut meters = BTreeMap::new();
    for (key, Row(price, source, date)) in rows {
        let meter = Meter::ALL.iter().find(|meter| meter.key() == key);
        if let (Some(meter), Ok(usd)) = (meter, Decimal::from_str(&price)) {
            meters.insert(*meter, Rate { usd, source, date, overridden: false });
        }
    }
    // Transfer between zones inside PrivateLink is not charged since April 2022 (What's New 2022-04; the price list's
    // xAZ meters are 0.00). The PrivateLink page still says charges may apply, so it stays a figure one can override.
    meters.entry(Meter::InterfaceEndpointCrossZoneGb).or_insert_with(|| Rate {
        usd: Decimal::ZERO,
        source: "AWS What's New".to_owned(),
        date: "2022-04-01".to_owned(),
        overridden: false,
    });
    meters
}
