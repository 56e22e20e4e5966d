//! Prices that fall with volume.

use rust_decimal::Decimal;

use crate::model::money::{BYTES_PER_GB, cost_of_bytes};

/// One row of a tiered price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// First GB of the tier.
    pub from_gb: u64,
    /// First GB no longer in it; `None` for the last.
    pub to_gb: Option<u64>,
    /// Price of a GB in it.
    pub usd_per_gb: Decimal,
}

/// What `bytes` cost over contiguous tiers that start at 0; `None` where the amount does not fit.
pub fn tiered_cost(bytes: u128, tiers: &[Tier]) -> Option<Decimal> {
    let gb = u128::from(BYTES_PER_GB);
    tiers.iter().try_fold(Decimal::ZERO, |sum, tier| {
        let from = u128::from(tier.from_gb) * gb;
        let to = tier.to_gb.map_or(bytes, |to| bytes.min(u128::from(to) * gb));
        sum.checked_add(cost_of_bytes(to.saturating_sub(from), tier.usd_per_gb)?)
    })
}

/// The part of `total` that falls to `part` bytes of `whole`: each byte carries the same price, wherever in the month it
/// came. Nothing falls to nothing.
pub fn share(total: Decimal, part: u128, whole: u128) -> Option<Decimal> {
    if part == 0 {
        return Some(Decimal::ZERO);
    }
    if part == whole {
        return Some(total);
    }
    let (part, whole) = (decimal(part)?, decimal(whole)?);
    total.checked_mul(part.checked_div(whole)?)
}

fn decimal(bytes: u128) -> Option<Decimal> {
    use rust_decimal::prelude::FromPrimitive as _;
    Decimal::from_u128(bytes)
}
