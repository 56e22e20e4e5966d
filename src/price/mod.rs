//! Stage 7: bytes and hours become money. Figures are data with a source and a date; a missing figure is unpriced
//! (`None`), never 0.
//!
//! [`PriceBook::embedded`] holds AWS's list prices; [`PriceBook::with_overrides`] lays a TOML file over them
//! (see [`overrides`] for the format). [`tiers`] applies the PrivateLink data tiers to a region's month.

mod book;
mod embedded;
pub mod error;
mod meter;
pub mod overrides;
pub mod requests;
pub(crate) mod say;
pub mod tiers;
pub mod toll;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod toll_tests;

pub use book::{PriceBook, Rate};
pub use error::PriceError;
pub use meter::Meter;
pub use tiers::Tier;

/// The day the embedded figures were collected, `YYYY-MM-DD`: the report's `sources.price_book_date`.
///
/// Each figure also has the date of its own source, see [`Rate::date`].
pub const BOOK_DATE: &str = "2026-11-22";
