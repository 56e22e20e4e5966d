//! Data prices that fall with the volume.
//!
//! The tiers of interface endpoint data apply to the sum over **all** interface endpoints of the account in one
//! Region and month, not to each endpoint. Source: the AWS PrivateLink pricing page and the AmazonVPC price list
//! of 2026-09-17, edges 1,048,576 and 5,242,880 GB. So a region is priced once with [`tiered_cost`] and each
//! endpoint gets its part with [`blended_shares`].

use rust_decimal::{Decimal, RoundingStrategy};

use crate::model::money::{BYTES_PER_GB, decimal_of_bytes};

/// One step of a price that falls with the volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// First GB (2^30 bytes) of the month it applies to; the first tier's is 0.
    pub from_gb: u64,
    /// Where the next tier begins; `None` on the last tier, which has no end.
    pub to_gb: Option<u64>,
    /// Price per GB in USD, at least 0.
    pub usd_per_gb: Decimal,
}

/// Decimals of one endpoint's share, see [`blended_shares`].
pub const SHARE_SCALE: u32 = 12;

/// Says why a list of tiers does not give every GB exactly one price, which only falls with the volume: on that the search for
/// the cheapest plan rests.
///
/// # Errors
/// A sentence fragment that names the first tier (counted from 1) that is wrong and what it should be.
pub fn check(tiers: &[Tier]) -> Result<(), String> {
    let mut expected = 0;
    let mut dearest = None;
    for (number, tier) in (1..).zip(tiers) {
        if dearest.is_some_and(|before| tier.usd_per_gb > before) {
            return Err(format!(
                "tier {number} costs more than the one before; a price only falls with the volume"
            ));
        }
        dearest = Some(tier.usd_per_gb);
        if tier.from_gb != expected {
            return Err(format!(
                "tier {number} begins at {} GB, but must begin at {expected} GB, where the one before ends",
                tier.from_gb
            ));
        }
        match tier.to_gb {
            Some(to_gb) if to_gb <= tier.from_gb => {
                return Err(format!("tier {number} ends at {to_gb} GB, before it begins"));
            }
            Some(to_gb) if number == tiers.len() => {
                return Err(format!(
                    "the last tier ends at {to_gb} GB; leave its `to_gb` out, so that more has a price too"
                ));
            }
            None if number < tiers.len() => {
                return Err(format!("tier {number} has no `to_gb`, but is not the last one"));
            }
            Some(to_gb) => expected = to_gb,
            None => {}
        }
    }
    if tiers.is_empty() { Err("the list of tiers is empty".to_owned()) } else { Ok(()) }
}

/// USD for `bytes` in one region and month: each byte at the price of the tier it falls in.
///
/// The products are added before the one division by 2^30, so the result is exact to 28 digits. `None` when
/// `tiers` leaves some of the bytes without a price, or the amount does not fit (more than 7.9e28).
pub fn tiered_cost(bytes: u128, tiers: &[Tier]) -> Option<Decimal> {
    let bytes_per_gb = u128::from(BYTES_PER_GB);
    let mut weighted = Decimal::ZERO;
    let mut priced: u128 = 0;
    for tier in tiers {
        let from = u128::from(tier.from_gb) * bytes_per_gb;
        let to = tier.to_gb.map_or(u128::MAX, |to_gb| u128::from(to_gb) * bytes_per_gb);
        let in_tier = bytes.min(to).saturating_sub(from);
        priced = priced.checked_add(in_tier)?;
        let in_tier = decimal_of_bytes(in_tier)?;
        weighted = weighted.checked_add(in_tier.checked_mul(tier.usd_per_gb)?)?;
    }
    if priced == bytes { weighted.checked_div(Decimal::from(BYTES_PER_GB)) } else { None }
}

/// Splits the tiered cost of a region's month over its endpoints by their bytes, in the order given.
///
/// Every endpoint pays the same blended price: none is "in" a cheaper tier than another. The shares add up to
/// `tiered_cost(sum, tiers)` exactly, in any order: each is cut to [`SHARE_SCALE`] decimals, and what the cuts
/// leave (below 1e-12 USD for each endpoint) goes to the endpoint with most bytes, the first of equals.
/// `None` as in [`tiered_cost`].
pub fn blended_shares(bytes: &[u128], tiers: &[Tier]) -> Option<Vec<Decimal>> {
    let sum = bytes.iter().try_fold(0_u128, |sum, bytes| sum.checked_add(*bytes))?;
    let total = tiered_cost(sum, tiers)?;
    if sum == 0 {
        return Some(vec![Decimal::ZERO; bytes.len()]);
    }
    let divisor = decimal_of_bytes(sum)?;
    let mut shares = Vec::with_capacity(bytes.len());
    let mut rest = total;
    let mut largest = 0;
    for (index, own) in bytes.iter().enumerate() {
        let fraction = decimal_of_bytes(*own)?.checked_div(divisor)?;
        let share =
            total.checked_mul(fraction)?.round_dp_with_strategy(SHARE_SCALE, RoundingStrategy::ToZero);
        rest = rest.checked_sub(share)?;
        shares.push(share);
        if *own > bytes[largest] {
            largest = index;
        }
    }
    shares[largest] = shares[largest].checked_add(rest)?;
    Some(shares)
}
