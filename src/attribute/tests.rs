//! Laws of attribution.
