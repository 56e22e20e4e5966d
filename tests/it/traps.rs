//! What real logs do to a parser: one test per trap, through the command line.
//!
//! Every test writes its objects into a folder of its own, runs `flowtoll report` on them and looks at the
//! ledger: a trap may make a row malformed or an object skipped, it must never lose or invent a byte.

/// Compression, copies, damage, marker files, objects that are no VPC flow logs.
mod containers;
/// What other services export.
mod exports;
/// Records wrapped in JSON.
mod json;
/// Records whose meaning is the trap: legs, clients that are gone, windows without data.
mod records;
/// Lines and fields of text logs.
mod text;

use std::path::Path;

use serde_json::Value as Json;
use tempfile::TempDir;

/// The version 2 default fields.
const V2: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

/// Start of the hour that all records lie in: 2026-09-01T00:00:00Z.
const START: i64 = 1_788_220_800;

/// A version 2 record with `bytes` bytes from 10.0.1.5 to 10.0.2.9.
fn record(bytes: u64) -> String {
    format!(
        "2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 40000 443 6 10 {bytes} {START} {} ACCEPT OK",
        START + 60
    )
}

/// Header and records, each on a line.
fn log(header: &str, records: &[String]) -> String {
    let mut text = format!("{header}\n");
    for record in records {
        text.push_str(record);
        text.push('\n');
    }
    text
}

/// One gzip member.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// A folder `logs/` (and perhaps `inventory/`) to run flowtoll on.
struct Trap {
    folder: TempDir,
}

impl Trap {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the test") }
    }

    /// One object, `logs/good.log` unless the test needs another name.
    fn with(text: impl AsRef<[u8]>) -> Self {
        Self::new().file("logs/good.log", text)
    }

    fn file(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("creating a folder");
        std::fs::write(path, bytes).expect("writing a file");
        self
    }

    /// `flowtoll report logs --format json`, with further arguments.
    fn run(&self, args: &[&str]) -> Seen {
        run_in(self.folder.path(), &[&["logs"], args].concat(), &[])
    }

    /// The report, where the run must be complete (exit code 0).
    fn report(&self) -> Seen {
        let seen = self.run(&[]);
        assert_eq!(seen.code, Some(0), "stderr: {}", seen.stderr);
        seen
    }
}

/// Runs `flowtoll report` in `folder`.
fn run_in(folder: &Path, args: &[&str], stdin: &[u8]) -> Seen {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder)
        .arg("report")
        .args(args)
        .args(["--format", "json", "--quiet"])
        .write_stdin(stdin)
        .output()
        .expect("flowtoll starts");
    let stdout = String::from_utf8(output.stdout).expect("the report is UTF-8");
    Seen {
        code: output.status.code(),
        report: serde_json::from_str(&stdout).unwrap_or(Json::Null),
        stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What a run gave.
struct Seen {
    code: Option<i32>,
    report: Json,
    stdout: String,
    stderr: String,
}

impl Seen {
    /// A count of the ledger.
    #[track_caller]
    fn ledger(&self, key: &str) -> u64 {
        self.report["ledger"][key]
            .as_u64()
            .unwrap_or_else(|| panic!("no ledger key {key}; stderr: {}", self.stderr))
    }

    /// Compares several counts of the ledger, naming all.
    #[track_caller]
    fn has(&self, expected: &[(&str, u64)]) -> &Self {
        let got: Vec<(&str, u64)> = expected.iter().map(|(key, _)| (*key, self.ledger(key))).collect();
        assert_eq!(got, expected, "left: ledger; right: derived by hand; stderr: {}", self.stderr);
        self
    }

    /// All that the run says in words: stderr and the reasons in `objects`.
    fn words(&self) -> String {
        format!("{}\n{}", self.stderr, self.report["objects"])
    }

    /// The reason given for the object whose name ends in `name`, with its outcome.
    #[track_caller]
    fn object(&self, name: &str, outcome: &str) -> String {
        let objects = self.report["objects"].as_array().map_or(&[][..], Vec::as_slice);
        objects
            .iter()
            .find(|line| {
                line["outcome"] == outcome
                    && line["object"].as_str().is_some_and(|object| object.contains(name))
            })
            .and_then(|line| line["reason"].as_str())
            .unwrap_or_else(|| panic!("no {outcome} object {name} in {objects:?}; stderr: {}", self.stderr))
            .to_owned()
    }

    /// The attribution lines' values of one key, sorted, each once.
    fn attribution(&self, key: &str) -> Vec<String> {
        let lines = self.report["attribution"].as_array().map_or(&[][..], Vec::as_slice);
        let mut values: Vec<String> =
            lines.iter().map(|line| line[key].as_str().unwrap_or("null").to_owned()).collect();
        values.sort();
        values.dedup();
        values
    }
}
