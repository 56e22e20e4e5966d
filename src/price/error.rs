//! What can be wrong with a price file.

use thiserror::Error;

/// A price file that cannot be used: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{origin}:{line}:{column}: {place}{kind}", place = if self.key.is_empty() { String::new() } else { format!("`{}`: ", self.key) })]
pub struct PriceError {
    /// The file, as the caller named it.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key with its tables, such as `region.eu-west-1.nat_gateway_gb`; empty for a syntax error.
    pub key: String,
    /// What is wrong.
    pub kind: PriceErrorKind,
}

/// What is wrong with a price file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PriceErrorKind {
    /// Not TOML.
    #[error("not valid TOML: {0}")]
    Syntax(String),
    /// A table or key at the top that is neither `default` nor `region`.
    #[error("no such table; prices go under [default] or [region.<code>]")]
    UnknownTable,
    /// A key that is no meter.
    #[error("no such meter{}; valid keys: {valid}", suggestion.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
    UnknownMeter {
        /// The nearest valid key, when one is near.
        suggestion: Option<&'static str>,
        /// All valid keys.
        valid: String,
    },
    /// A table was expected, such as after `[region.<code>]`.
    #[error("must be a table of prices, not {found}")]
    NotATable {
        /// The TOML type found.
        found: &'static str,
    },
    /// Not a finite decimal number of at most 28 digits.
    #[error("{text} is not a price; write a decimal number such as 0.062 or \"0.062\"")]
    NotANumber {
        /// What stands there.
        text: String,
    },
    /// Below 0 or above [`MAX_PRICE_USD`](super::overrides::MAX_PRICE_USD).
    #[error("{text} USD is out of range; a price is from 0 to {max}", max = super::overrides::MAX_PRICE_USD)]
    PriceOutOfRange {
        /// What stands there.
        text: String,
    },
    /// A discount below 0 or above 100.
    #[error("{text} is out of range; a discount is from 0 to 100 percent")]
    DiscountOutOfRange {
        /// What stands there.
        text: String,
    },
    /// A bound that is not a whole number of GB.
    #[error("{text} is not a whole number of GB")]
    NotWholeGb {
        /// What stands there.
        text: String,
    },
    /// A tier without a needed key, or with one that no tier has.
    #[error("a tier is {{ from_gb = 0, to_gb = 1048576, usd_per_gb = \"0.01\" }}: {problem}")]
    TierShape {
        /// Which key.
        problem: String,
    },
    /// Tiers with a gap, an overlap, or an end.
    #[error("{0}")]
    Tiers(String),
}
