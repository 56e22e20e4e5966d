//! Stage 7: bytes and hours become money, exact until rendered. A missing price is "unpriced", never 0.

pub mod book;
pub mod overrides;
#[cfg(test)]
mod tests;
pub mod tiers;
pub mod toll;

pub use book::{BOOK_DATE, Meter, PriceBook, Rate};
pub use overrides::{OverrideError, Overrides};
