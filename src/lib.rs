//! flowtoll reads AWS VPC Flow Logs and answers, to the byte and to the cent, which traffic pays the NAT
//! gateway toll and what would be cheaper behind a VPC endpoint.

pub mod inventory;
pub mod model;
pub mod price;
pub mod render;
#[cfg(feature = "testkit")]
pub mod testkit;
