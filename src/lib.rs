//! flowtoll reads AWS VPC Flow Logs and answers, to the byte and to the cent, which traffic pays the NAT
//! gateway toll and what would be cheaper behind a VPC endpoint.
#![doc = include_str!("README.md")]

pub mod model;

pub mod inventory;

pub mod source;

pub mod discover;

pub mod read;

pub mod parse;

pub mod classify;

pub mod aggregate;

#[cfg(feature = "parquet")]
pub mod rollup;

pub mod attribute;

pub mod price;

pub mod advise;

pub mod check;

pub mod diff;

pub mod render;

pub mod plan;

pub mod pipeline;

#[cfg(feature = "testkit")]
#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "it writes worlds to disk for tests and benches"
)]
pub mod testkit;

#[cfg(feature = "cli")]
pub mod cli;
