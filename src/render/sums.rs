//! Lines of the attribution, grouped and added up.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::model::report::AttributionLine;

/// The path value of bytes that pay the toll.
pub(super) const NAT_PATH: &str = "nat-gateway";

/// Lines of the attribution taken together.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) bytes_out: u128,
    pub(super) bytes_in: u128,
    /// Of a month.
    pub(super) cost: Option<Decimal>,
    /// Whether a line's split over services is an estimate.
    pub(super) estimated: bool,
}

impl Sum {
    /// Of these lines.
    pub(super) fn of<'l>(lines: impl Iterator<Item = &'l AttributionLine>) -> Self {
        let zero = Self { cost: Some(Decimal::ZERO), ..Self::default() };
        lines.fold(zero, |sum, line| Self {
            bytes_out: sum.bytes_out.saturating_add(line.bytes_out),
            bytes_in: sum.bytes_in.saturating_add(line.bytes_in),
            // One unpriced line leaves the sum unpriced.
            cost: sum.cost.zip(line.cost_month_usd).and_then(|(sum, own)| sum.checked_add(own)),
            estimated: sum.estimated || line.estimated,
        })
    }

    /// Both directions.
    pub(super) fn bytes(&self) -> u128 {
        self.bytes_out.saturating_add(self.bytes_in)
    }
}

/// A key, its lines, and their sum.
pub(super) type Group<'l, K> = (K, Vec<&'l AttributionLine>, Sum);

/// Groups lines by key: most bytes first, then by key.
pub(super) fn grouped<'l, K: Ord>(
    lines: impl Iterator<Item = &'l AttributionLine>,
    key: impl Fn(&'l AttributionLine) -> K,
) -> Vec<Group<'l, K>> {
    let mut groups: BTreeMap<K, Vec<&AttributionLine>> = BTreeMap::new();
    for line in lines {
        groups.entry(key(line)).or_default().push(line);
    }
    let mut groups: Vec<_> = groups
        .into_iter()
        .map(|(key, lines)| {
            let sum = Sum::of(lines.iter().copied());
            (key, lines, sum)
        })
        .collect();
    // Stable, so equal byte counts stay in the order of their keys.
    groups.sort_by_key(|(_, _, sum)| std::cmp::Reverse(sum.bytes()));
    groups
}
