//! The recipes: scripts that run, units that parse, and a policy that allows what is asked for and nothing else.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Stands in for flowtoll: writes down what it is called with, and ends as it is told.
const STAND_IN: &str = "#!/bin/sh\necho \"$*\" >>\"$CALLS\"\nexit \"${CODE:-0}\"\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("recipes/{name}: {error}"))
}

fn names_ending(end: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("recipes/");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(end));
    names.sort();
    names
}

/// Runs a recipe with the stand-in, and gives what flowtoll was called with.
fn run(script: &str, arguments: &[&str], environment: &[(&str, &str)]) -> (Output, Vec<String>) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let stand_in = place.path().join("flowtoll");
    std::fs::write(&stand_in, STAND_IN).expect("the stand-in is written");
    std::fs::set_permissions(&stand_in, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    let calls = place.path().join("calls");
    let path = format!("{}:{}", place.path().display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .arg(folder().join(script))
        .args(arguments)
        .env("PATH", path)
        .env("CALLS", &calls)
        .envs(environment.iter().copied())
        .output()
        .expect("a shell starts");
    let calls = std::fs::read_to_string(calls).unwrap_or_default();
    (output, calls.lines().map(str::to_owned).collect())
}

/// The scripts use GNU's `date`.
fn has_gnu_date() -> bool {
    let date = Command::new("date").args(["-u", "-d", "2026-03-01 - 1 day", "+%F"]).output();
    date.is_ok_and(|output| output.stdout == b"2026-02-28\n")
}

#[test]
fn scripts_have_no_mistakes_that_a_shell_or_shellcheck_sees() {
    let scripts = names_ending(".sh");
    assert!(scripts.len() >= 2, "{scripts:?}");
    for name in &scripts {
        let path = folder().join(name);
        for shell in ["sh", "bash"] {
            let status = Command::new(shell).arg("-n").arg(&path).status();
            assert!(status.is_ok_and(|status| status.success()), "{shell} -n {name}");
        }
        let executable = std::fs::metadata(&path).expect("a script").permissions().mode() & 0o111;
        assert_eq!(executable, 0o111, "{name} may be run");
        if let Ok(output) = Command::new("shellcheck").arg(&path).output() {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
    }
}

#[test]
fn a_day_is_rolled_up_with_the_day_before() {
    if !has_gnu_date() {
        return;
    }
    let logs = "s3://a/AWSLogs/111122223333/vpcflowlogs/eu-west-1 s3://b/x/";
    let environment = [("FLOWTOLL_LOGS", logs), ("FLOWTOLL_ROLLUPS", "/rollups")];
    let (output, calls) = run("rollup-yesterday.sh", &["2026-03-01"], &environment);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let first = "s3://a/AWSLogs/111122223333/vpcflowlogs/eu-west-1";
    let wanted = format!(
        "rollup {first}/2026/02/28/ {first}/2026/03/01/ s3://b/x/2026/02/28/ s3://b/x/2026/03/01/ --output /rollups"
    );
    assert_eq!(calls, [wanted]);
    // Without a day it is yesterday: two days in a row, whatever day it is.
    let (_, calls) = run("rollup-yesterday.sh", &[], &[("FLOWTOLL_LOGS", "l"), ("FLOWTOLL_ROLLUPS", "r")]);
    let words: Vec<&str> = calls[0].split(' ').collect();
    assert_eq!((words.len(), words[0], words[3], words[4]), (5, "rollup", "--output", "r"));
    let day = |word: &str| chrono::NaiveDate::parse_from_str(word, "l/%Y/%m/%d/").expect("a day");
    assert_eq!(day(words[1]).succ_opt(), Some(day(words[2])));
    // How flowtoll ends is how the script ends.
    let (output, _) =
        run("rollup-yesterday.sh", &[], &[("FLOWTOLL_LOGS", "l"), ("FLOWTOLL_ROLLUPS", "r"), ("CODE", "1")]);
    assert_eq!(output.status.code(), Some(1));
    let (output, calls) = run("rollup-yesterday.sh", &[], &[("FLOWTOLL_ROLLUPS", "r")]);
    assert!(!output.status.success() && calls.is_empty());
}

#[test]
fn a_month_is_reported_from_its_first_day_to_the_next_first_day() {
    if !has_gnu_date() {
        return;
    }
    let environment = [
        ("FLOWTOLL_ROLLUPS", "/rollups"),
        ("FLOWTOLL_INVENTORY", "/inventory"),
        ("FLOWTOLL_REPORTS", "/reports"),
    ];
    for (month, next) in [("2026-02", "2026-03-01"), ("2026-12", "2027-01-01"), ("2028-02", "2028-03-01")] {
        let (output, calls) = run("monthly-report.sh", &[month], &environment);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let wanted = |format: &str| {
            format!(
                "report /rollups --inventory /inventory --from {month}-01 --to {next} --format {format} \
                 --output /reports/{month}.{format} --quiet"
            )
        };
        assert_eq!(calls, [wanted("json"), wanted("table")]);
    }
    for (code, reports) in [("1", 2), ("2", 1)] {
        let with_code = [&environment[..], &[("CODE", code)]].concat();
        let (output, calls) = run("monthly-report.sh", &[], &with_code);
        assert_eq!(output.status.code().map(|code| code.to_string()).as_deref(), Some(code));
        assert_eq!(
            calls.len(),
            reports,
            "after a report that is missing something, the other is written too"
        );
    }
}

/// What a script calls is there: each option of a call is one that the subcommand's help names.
#[test]
fn options_of_the_recipes_are_options_of_the_program() {
    let help = |words: &[&str]| {
        let output =
            assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll")).args(words).output().expect("help");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let commands = help(&["--help"]);
    let mut checked = BTreeSet::new();
    for name in names_ending(".sh").into_iter().chain(names_ending(".md")) {
        let joined = text(&name).replace("\\\n", " ");
        for line in joined.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((_, call)) = line.split_once("flowtoll ") else { continue };
            let words: Vec<&str> = call.split_whitespace().collect();
            let Some(command) = words.first().filter(|word| commands.contains(&format!("\n  {word} ")))
            else {
                continue;
            };
            let known = help(&[command, "--help"]);
            for option in words.iter().filter(|word| word.starts_with("--")) {
                let option = option.trim_matches(|c: char| c != '-' && !c.is_ascii_alphanumeric());
                assert!(known.contains(option), "recipes/{name}: `flowtoll {command}` has no {option}");
                checked.insert(format!("{command} {option}"));
            }
        }
    }
    assert!(checked.len() >= 6, "{checked:?}");
}

#[test]
fn policies_allow_reading_one_prefix_and_no_more() {
    let policies = names_ending(".json");
    assert_eq!(policies, ["iam-policy-sse-kms.json", "iam-policy.json"]);
    let mut actions = Vec::new();
    for name in &policies {
        let policy: Value = serde_json::from_str(&text(name)).expect("a policy is JSON");
        assert_eq!(policy["Version"], "2012-10-17", "{name}");
        for statement in policy["Statement"].as_array().expect("statements") {
            assert_eq!(statement["Effect"], "Allow");
            let resource = statement["Resource"].as_str().expect("one resource");
            assert!(resource.starts_with("arn:aws:") && !resource.ends_with(":*"), "{name}: {resource}");
            actions.push(statement["Action"].as_str().expect("one action").to_owned());
        }
    }
    actions.sort();
    assert_eq!(actions, ["kms:Decrypt", "s3:GetObject", "s3:ListBucket"]);
    let policy = Policy::of("iam-policy.json");
    assert!(policy.allows_list("vpc/AWSLogs/") && policy.allows_get("vpc/AWSLogs/1/x.log.gz"));
    for other in ["", "vpc/", "vpc/AWSLog", "other/AWSLogs/"] {
        assert!(!policy.allows_list(other) && !policy.allows_get(other), "{other}");
    }
}

/// What `iam-policy.json` says, read as IAM reads it, as far as it goes.
pub(crate) struct Policy {
    list: Vec<String>,
    get: String,
}

impl Policy {
    pub(crate) fn of(name: &str) -> Self {
        let policy: Value = serde_json::from_str(&text(name)).expect("a policy is JSON");
        let statement = |action: &str| {
            let statements = policy["Statement"].as_array().expect("statements");
            statements.iter().find(|statement| statement["Action"] == action).expect("a statement").clone()
        };
        let list = statement("s3:ListBucket");
        let prefixes = list["Condition"]["StringLike"]["s3:prefix"].as_array().expect("prefixes");
        let bucket = list["Resource"].as_str().and_then(|arn| arn.strip_prefix("arn:aws:s3:::"));
        let bucket = bucket.expect("a bucket").to_owned();
        let objects = statement("s3:GetObject")["Resource"].as_str().expect("a resource").to_owned();
        let get = objects.strip_prefix(&format!("arn:aws:s3:::{bucket}/")).expect("in the bucket").to_owned();
        let list = prefixes.iter().map(|prefix| prefix.as_str().expect("a prefix").to_owned()).collect();
        Self { list, get }
    }

    /// Whether keys with this prefix may be listed.
    pub(crate) fn allows_list(&self, prefix: &str) -> bool {
        self.list.iter().any(|pattern| is_like(pattern, prefix))
    }

    /// Whether an object may be read.
    pub(crate) fn allows_get(&self, key: &str) -> bool {
        is_like(&self.get, key)
    }
}

/// A pattern with one `*`, at its end.
fn is_like(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => text.starts_with(start),
        None => pattern == text,
    }
}
