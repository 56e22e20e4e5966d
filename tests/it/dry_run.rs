//! `--dry-run` of inputs on disk; `s3/dry_run.rs` has those in a bucket.

use std::path::Path;

use serde_json::Value;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .args(["report", "--dry-run"])
        .args(arguments)
        .env_remove("COLUMNS")
        .output()
        .expect("flowtoll starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A copy of a delivered object, a marker file, an inventory and rubbish that is not looked at.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = "111122223333_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20260310T0000Z_01234567.log.gz";
    for (path, size) in [
        (&*format!("a/{name}"), 700),
        (&*format!("b/{name}"), 700),
        ("rubbish.log", 3_000),
        ("_SUCCESS", 50),
        ("inventory/describe-vpcs.json", 90),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder above it")).expect("a folder");
        std::fs::write(path, vec![b'?'; size]).expect("a file");
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn files_are_counted_and_not_opened() {
    let folder = folder();
    let (code, out, errors) = run(&[text(folder.path()), "-", "--format", "json"]);
    assert_eq!(code, Some(0), "{errors}");
    let estimate: Value = serde_json::from_str(&out).expect("JSON");
    let expected = serde_json::json!({
        "schema": "flowtoll/estimate/v1",
        "objects": 3,
        "bytes": 3_700,
        "objects_of_unknown_size": 1,
        "copies": 1,
        "unlisted": [],
        "buckets": [],
        "requests_cost_usd": "0",
        "notes": [],
    });
    assert_eq!(estimate, expected);
}

#[test]
fn people_get_a_table_and_a_file_if_they_ask_for_one() {
    let folder = folder();
    let (code, out, _) = run(&[text(folder.path())]);
    assert_eq!(code, Some(0));
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    for row in [
        vec!["Objects", "2"],
        vec!["Bytes", "as", "stored", "3.61", "KiB"],
        vec!["Copies,", "passed", "over", "1"],
    ] {
        assert!(rows.contains(&row), "{row:?} in {out}");
    }
    let file = folder.path().join("estimate.txt");
    let (code, on_stdout, _) = run(&[text(folder.path()), "--output", text(&file)]);
    assert_eq!((code, on_stdout.as_str()), (Some(0), ""));
    assert_eq!(std::fs::read_to_string(&file).expect("the estimate"), out);
}

#[test]
fn wrong_settings_are_errors_here_too() {
    let folder = folder();
    let missing = folder.path().join("nowhere");
    let (code, out, errors) = run(&[text(&missing)]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(errors.contains("does not exist"), "{errors}");
    let prices = folder.path().join("prices.toml");
    std::fs::write(&prices, "[default]\ns3_get_1000 = \"cheap\"\n").expect("a price file");
    let (code, _, errors) = run(&[text(folder.path()), "--prices", text(&prices)]);
    assert_eq!(code, Some(2));
    assert!(errors.contains("s3_get_1000"), "{errors}");
}
