//! Listings of small directories.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Listing, SourceError, list, read_inventory, read_text};

/// A directory with these files, each holding its own name.
fn directory(files: &[&str]) -> TempDir {
    let directory = TempDir::new().expect("a directory for this test");
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("a directory in it");
        fs::write(path, file).expect("a file in it");
    }
    directory
}

fn found(inputs: &[String]) -> Listing {
    list(inputs).unwrap_or_else(|error| panic!("{error}"))
}

/// Names of the objects, relative to `directory`.
fn names(listing: &Listing, directory: &Path) -> Vec<String> {
    let relative = |name: &str| {
        let path = Path::new(name).strip_prefix(directory).unwrap_or_else(|_| panic!("{name} is elsewhere"));
        path.display().to_string()
    };
    listing.objects.iter().map(|object| relative(&object.name())).collect()
}

fn input(directory: &TempDir, relative: &str) -> String {
    directory.path().join(relative).display().to_string()
}

#[test]
fn files_directories_and_globs() {
    let dir = directory(&["b.log", "a.log", "2026/03/10/c.log.gz", "2026/03/11/d.log.gz"]);
    let all = ["2026/03/10/c.log.gz", "2026/03/11/d.log.gz", "a.log", "b.log"];
    assert_eq!(names(&found(&[input(&dir, "")]), dir.path()), all);
    assert_eq!(
        names(&found(&[input(&dir, "*")]), dir.path()),
        all,
        "a directory that a glob names is searched"
    );
    assert_eq!(names(&found(&[input(&dir, "*.log")]), dir.path()), ["a.log", "b.log"]);
    assert_eq!(names(&found(&[input(&dir, "**/*.gz")]), dir.path()), &all[..2]);
    assert_eq!(names(&found(&[input(&dir, "2026/03/1[0]")]), dir.path()), &all[..1]);
    assert_eq!(names(&found(&[input(&dir, "b.log"), input(&dir, "a.log")]), dir.path()), ["a.log", "b.log"]);

    let listing = found(&[input(&dir, "a.log")]);
    assert!(listing.objects[0].explicit);
    assert_eq!(listing.objects[0].size_bytes, 5);
    assert!(!found(&[input(&dir, "")]).objects[0].explicit);
    assert!(!found(&[input(&dir, "a*")]).objects[0].explicit);
}

#[test]
fn a_name_that_looks_like_a_glob_may_be_a_file() {
    let dir = directory(&["a[1].log"]);
    assert_eq!(names(&found(&[input(&dir, "a[1].log")]), dir.path()), ["a[1].log"]);
}

#[test]
fn what_is_not_there_is_an_error() {
    let dir = directory(&["a.log"]);
    assert!(matches!(list(&[input(&dir, "b.log")]), Err(SourceError::Missing { .. })));
    assert!(matches!(list(&[input(&dir, "*.gz")]), Err(SourceError::NoMatch { .. })));
    assert!(matches!(list(&[input(&dir, "[")]), Err(SourceError::BadGlob { .. })));
    assert!(matches!(
        list(&[input(&dir, "a.log"), "gs://bucket/x".to_owned()]),
        Err(SourceError::Missing { .. })
    ));
    let message = list(&["no/such/place".to_owned()]).expect_err("it does not exist").to_string();
    assert!(message.contains("`no/such/place` does not exist"), "{message}");
    assert!(found(&[]).objects.is_empty());
}

#[test]
fn an_object_named_twice_is_listed_once() {
    let dir = directory(&["a.log", "sub/b.log"]);
    let once = ["a.log", "sub/b.log"];
    for twice in [
        vec!["", ""],
        vec!["", "a.log", "sub"],
        vec!["a.log", "sub/b.log", "./a.log", "sub/../sub/b.log"],
        vec![".", "sub/.."],
        vec!["**/*.log", "*"],
    ] {
        let inputs: Vec<String> =
            twice.iter().map(|input| format!("{}/{input}", dir.path().display())).collect();
        let listing = found(&inputs);
        assert_eq!(listing.objects.len(), 2, "{twice:?}: {:?}", listing.objects);
    }
    assert_eq!(names(&found(&[input(&dir, ""), input(&dir, "a.log")]), dir.path()), once);
}

#[test]
fn an_object_that_the_user_names_stays_so_beside_its_directory() {
    let dir = directory(&["_odd"]);
    for inputs in [["", "_odd"], ["_odd", ""], ["*", "_odd"]] {
        let listing = found(&inputs.map(|name| input(&dir, name)));
        assert_eq!(listing.objects.len(), 1);
        assert!(listing.objects[0].explicit, "{inputs:?}");
    }
}

#[test]
fn standard_input_is_one_object() {
    let listing = found(&["-".to_owned(), "-".to_owned()]);
    assert_eq!(listing.objects.len(), 1);
    assert_eq!(listing.objects[0].name(), "-");
    assert!(listing.objects[0].open_seekable().expect("no file is opened").is_none());
}

#[test]
fn an_inventory_beside_the_logs_is_no_log() {
    let dir = directory(&[
        "flow.log",
        "inventory/describe-vpcs.json",
        "inventory/eu/describe-vpcs.json",
        "sub/flow.log",
        "sub/inventory/x.log",
    ]);
    let listing = found(&[input(&dir, "")]);
    assert_eq!(names(&listing, dir.path()), ["flow.log", "sub/flow.log", "sub/inventory/x.log"]);
    assert_eq!(listing.inventory_dirs, [dir.path().join("inventory")]);

    let listing = found(&[input(&dir, ""), format!("{}/.", dir.path().display()), input(&dir, "sub")]);
    assert_eq!(
        names(&listing, dir.path()),
        ["flow.log", "sub/flow.log"],
        "`sub` is an input, and has an inventory"
    );
    assert_eq!(listing.inventory_dirs.len(), 2, "two directories, one of them named twice");
    let listing = found(&[input(&dir, ""), input(&dir, "*")]);
    assert_eq!(
        names(&listing, dir.path()),
        ["flow.log", "sub/flow.log"],
        "the glob names both inventories' directories"
    );

    let files = read_inventory(&dir.path().join("inventory")).expect("a directory");
    let read: Vec<(&str, &[u8])> = files.iter().map(|file| (file.path.as_str(), &*file.bytes)).collect();
    assert_eq!(
        read,
        [
            ("describe-vpcs.json", b"inventory/describe-vpcs.json".as_slice()),
            ("eu/describe-vpcs.json", b"inventory/eu/describe-vpcs.json")
        ]
    );
    assert!(read_inventory(&dir.path().join("flow.log")).is_err());
    assert!(read_text(&dir.path().join("nothing.toml")).is_err());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_loops_end() {
    use std::os::unix::fs::symlink;

    let dir = directory(&["logs/a.log", "elsewhere/b.log"]);
    symlink(dir.path().join("elsewhere"), dir.path().join("logs/more")).expect("a link");
    symlink(dir.path().join("logs"), dir.path().join("logs/loop")).expect("a link");
    symlink(dir.path().join("logs/a.log"), dir.path().join("logs/again.log")).expect("a link");
    symlink(dir.path().join("gone"), dir.path().join("logs/dangling")).expect("a link");
    let listing = found(&[input(&dir, "logs")]);
    assert_eq!(
        names(&listing, dir.path()),
        ["logs/a.log", "logs/more/b.log"],
        "a link to a listed file is that file"
    );
    let unreadable: Vec<&str> = listing.unreadable.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(unreadable, [input(&dir, "logs/dangling"), input(&dir, "logs/loop")]);
}
