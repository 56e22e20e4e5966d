//! Whole inventories, from files to resources. Every file here is written for its test.
#![expect(clippy::unwrap_used, reason = "a test that finds nothing to look at should stop there")]

mod answers;
mod interfaces;
mod names;
mod places;
mod resources;
mod script;
mod setup;

use super::{Inventory, InventoryFile, load};

/// The inventory in these files, given as path and text.
fn inventory(files: &[(&str, &str)]) -> Inventory {
    load(
        files
            .iter()
            .map(|(path, text)| InventoryFile { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() }),
    )
}

/// The inventory in one file, which must be free of problems.
fn sound(text: &str) -> Inventory {
    let found = inventory(&[("answer.json", text)]);
    assert_eq!(found.problems, [], "{text}");
    found
}

/// What is wrong with these files, one `path: reason` per problem.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let found = inventory(files).problems;
    found.into_iter().map(|problem| format!("{}: {}", problem.object, problem.reason)).collect()
}
