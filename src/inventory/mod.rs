//! The inventory: what `aws ec2 describe-*` answers tell about a VPC.
//!
//! [`load`] turns the files of an inventory directory into an [`Inventory`]. It touches no storage itself and
//! never fails as a whole: what cannot be used becomes an [`InventoryProblem`], and the rest is used.
//!
//! The way of a file: `answer` takes it apart while reading, `resource` and `interface` make drafts,
//! `collect` keeps one draft of every resource, and `complete` lets them learn from each other.

mod answer;
mod call;
mod collect;
mod complete;
mod draft;
mod interface;
mod model;
mod place;
mod region;
mod resource;
mod script;
mod service_name;
mod setup;
#[cfg(test)]
mod tests;
mod value;

pub use collect::InventoryFile;
pub use model::*;
pub use script::script;
pub use service_name::{region_of, short_name};
pub use setup::*;

/// Reads the files of an inventory directory.
///
/// Files are known by what is in them, so their names and folders are free; a region code or a 12-digit account
/// id as the name of a folder is used where the answers do not tell. Files that are neither JSON nor named after
/// a call are passed over. The order of `files` does not matter: the later path wins where a resource appears
/// twice, and every list comes out sorted by id.
pub fn load(files: impl IntoIterator<Item = InventoryFile>) -> Inventory {
    complete::complete(collect::Collection::of(files))
}
