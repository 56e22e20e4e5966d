//! Tests of advice: the search for the cheapest plan against brute force, and laws that any plan keeps.

#![expect(
    clippy::cast_precision_loss,
    reason = "the second bill is in floating point on purpose; bytes of tests are few"
)]

mod big;
mod brute;
mod dearly;
mod kinds;
mod laws;
mod worlds;
