//! The inventory: what `aws ec2 describe-*` answers tell about a VPC.

mod model;

pub use model::*;

/// One file of an inventory directory.
pub struct InventoryFile {
    /// Path relative to it.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
}
