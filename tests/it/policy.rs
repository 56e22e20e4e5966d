//! Policy files and address maps on the command line: what is wrong with one is said before anything is read.

use std::path::Path;

use assert_cmd::Command;

const CASE: &str = "tests/cases/unknown-services-mapped";

/// Exit code, standard output and standard error.
fn flowtoll(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(CASE))
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_its_line_and_what_to_write() {
    let folder = tempfile::tempdir().expect("a folder");
    for (option, text, says) in [
        ("--policy", "[[rule]]\navailability = \"multi-az\"\n", ":1: the rule fits no VPC: give `vpc"),
        ("--policy", "\n[[rule]]\nvpc = \"vpc-1\"\navailability = \"both\"\n", ":4: "),
        ("--policy", "availability = \"single-az\"\n", "expected [[rule]]"),
        ("--address-map", "# fine\n54.239.28.85\n", ":2: expected an address or block, a service"),
        ("--address-map", "10.0.0.0/8 kms\n", ":1: 10.0.0.0/8 is private"),
        ("--address-map", "54.239.28.85 CloudWatch\n", "`CloudWatch` is no service; write the short name"),
    ] {
        let file = folder.path().join("file");
        std::fs::write(&file, text).expect("a file");
        let file = file.to_str().expect("a path");
        for verb in ["report", "check"] {
            let (code, stdout, stderr) = flowtoll(&[verb, "logs", "--inventory", "inventory", option, file]);
            assert_eq!((code, stdout.as_str()), (Some(2), ""), "{text}: {stderr}");
            assert!(stderr.contains(file) && stderr.contains(says), "{text}: {stderr}");
        }
    }
    for option in ["--policy", "--address-map"] {
        let (code, _, stderr) = flowtoll(&["report", "logs", option, "no-such-file"]);
        assert_eq!(code, Some(2));
        assert!(stderr.contains("cannot read `no-such-file`"), "{stderr}");
    }
    let (code, _, stderr) = flowtoll(&["report", "logs", "--availability", "two"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("multi-az, single-az"), "{stderr}");
}

#[test]
fn a_map_of_what_has_no_endpoint_is_remarked_and_names_bytes_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("map");
    std::fs::write(&file, "54.239.28.85 our-saas\n").expect("a file");
    let file = file.to_str().expect("a path");
    let (code, stdout, stderr) =
        flowtoll(&["report", "logs", "--inventory", "inventory", "--address-map", file, "--format", "json"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("our-saas, which has no VPC endpoint that flowtoll knows"), "{stderr}");
    let report: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    let lines = report["attribution"].as_array().expect("lines");
    // 1 GB and 0.25 GB of the case.
    let bytes = lines
        .iter()
        .filter(|line| line["service"] == "our-saas")
        .map(|line| line["bytes_out"].as_u64().unwrap_or(0) + line["bytes_in"].as_u64().unwrap_or(0));
    assert_eq!(bytes.sum::<u64>(), 5 << 28);
    assert_eq!(report["plan"]["changes"], serde_json::json!([]));
}

#[cfg(feature = "parquet")]
#[test]
fn a_map_that_divides_a_class_of_a_rollup_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let totals = folder.path().join("totals");
    let totals = totals.to_str().expect("a path");
    let (code, _, stderr) = flowtoll(&["rollup", "logs", "--output", totals, "--quiet"]);
    assert_eq!(code, Some(0), "{stderr}");
    let (code, _, stderr) =
        flowtoll(&["report", totals, "--inventory", "inventory", "--address-map", "addresses.txt"]);
    assert_eq!(code, Some(2));
    assert!(
        stderr.contains("54.239.28.0 - 54.239.28.255") && stderr.contains("report from the logs"),
        "{stderr}"
    );
}
