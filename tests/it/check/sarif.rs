//! SARIF under the schema of the format, the validator of the people who wrote it, and the rules of GitHub's code scanning.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;

use super::forms::{run, sample};
use super::world::World;
use crate::plan::tools;

/// What the validator is right about and what stays so: there is no address of flowtoll on the web, and a resource in the cloud is no
/// place in the lines of a file.
const ACCEPTED: [&str; 2] = ["SARIF2005", "SARIF2017"];

/// The validator's folder, with the official schema in it.
fn validator(tools: &Path) -> PathBuf {
    let system = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    tools.join(format!("node_modules/@microsoft/sarif-multitool-{system}"))
}

/// What is wrong with a log: faults under the schema, then the ids of the rules that it breaks, but for those that are accepted.
fn complaints(tools: &Path, log: &str) -> Vec<String> {
    let schema = std::fs::read(validator(tools).join("sarif-2.1.0.json")).expect("the official schema");
    let schema: Json = serde_json::from_slice(&schema).expect("the schema is JSON");
    assert_eq!(schema["properties"]["version"]["enum"][0], "2.1.0");
    let schema = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let value: Json = serde_json::from_str(log).expect("JSON");
    let mut found: Vec<String> = schema.iter_errors(&value).map(|error| error.to_string()).collect();

    let folder = tempfile::tempdir().expect("a folder for the test");
    let (log_path, report) = (folder.path().join("log.sarif"), folder.path().join("complaints.sarif"));
    std::fs::write(&log_path, log).expect("a file");
    // The program itself: the script before it has a shell read its arguments.
    let output = Command::new(validator(tools).join("Sarif.Multitool"))
        .args(["validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--output"])
        .args([&report, &log_path])
        // It needs no tables of languages, which not every machine has.
        .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
        .output()
        .expect("the validator starts");
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let report = std::fs::read_to_string(&report).unwrap_or_else(|error| panic!("{error}: {told}"));
    let report: Json =
        serde_json::from_str(report.trim_start_matches('\u{feff}')).expect("the validator's log");
    let results = report["runs"][0]["results"].as_array().unwrap_or_else(|| panic!("no results: {told}"));
    let rules = results.iter().map(|result| result["ruleId"].as_str().expect("a rule"));
    found.extend(rules.filter(|rule| !ACCEPTED.contains(rule)).map(str::to_owned));
    found
}

#[test]
fn the_official_validator_has_nothing_to_say() {
    let Some(tools) = tools() else { return };
    assert_eq!(complaints(tools, &sample("sarif")), Vec::<String>::new());
    // An inventory that is named from the root of the file system, no finding, and rules that could not look.
    let folder = tempfile::tempdir().expect("a folder for the test");
    World::sound().write(folder.path());
    let inventory = folder.path().join("inventory");
    std::fs::remove_file(inventory.join("describe-network-acls.json")).expect("an answer that is optional");
    let inventory = inventory.to_str().expect("a plain path");
    let (code, log, err) = run(folder.path(), &["logs", "--inventory", inventory, "--format", "sarif"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(log.contains("was not checked"), "{log}");
    assert_eq!(complaints(tools, &log), Vec::<String>::new());
}

/// So that the test above is one that can fail.
#[test]
fn the_official_validator_sees_what_is_wrong() {
    let Some(tools) = tools() else { return };
    let sound: Json = serde_json::from_str(&sample("sarif")).expect("JSON");
    for (pointer, value) in [
        ("/runs/0/results/0/level", Json::from("high")),
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", Json::from("/a")),
        ("/runs/0/tool/driver/name", Json::Null),
        ("/runs/0/tool/driver/rules/0/help", Json::from("text")),
    ] {
        let mut changed = sound.clone();
        *changed.pointer_mut(pointer).expect("a key") = value;
        assert_ne!(complaints(tools, &changed.to_string()), Vec::<String>::new(), "{pointer}");
    }
}
