//! The inventory: what `aws ec2 describe-*` answers tell about a VPC.

mod model;

pub use model::*;
