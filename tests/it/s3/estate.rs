//! A world on disk and the same objects in the bucket, and the program run on either.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use flowtoll::testkit::{Coverage, Form, Layout, Plan, Preset, World, WorldOptions, write_world};
use serde_json::Value;

use super::server::{BUCKET, Server};
use super::wire::{Client, path_of};

/// Connections that put objects into the server at once.
const UPLOADS: usize = 4;

/// Objects below one prefix of the bucket, and the same files on disk.
pub(super) struct Estate {
    pub(super) server: &'static Server,
    folder: tempfile::TempDir,
    prefix: String,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) time: Duration,
}

impl Estate {
    /// Nothing yet, below a prefix of this name.
    pub(super) fn empty(server: &'static Server, prefix: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("logs")).expect("a folder for logs");
        Self { server, folder, prefix: prefix.to_owned() }
    }

    /// A world's objects, uploaded.
    pub(super) fn of_world(
        server: &'static Server,
        prefix: &str,
        world: &World,
        form: &Form,
        layout: Layout,
    ) -> Self {
        let estate = Self::empty(server, prefix);
        estate.add_world(world, &Coverage::preset(world, Preset::Vpc, form), layout, ".");
        estate.upload();
        estate
    }

    /// Three hours of the standard world in gzipped text: some hundred objects.
    pub(super) fn standard(server: &'static Server, prefix: &str, seed: u64) -> Self {
        let form = Form::text_gz(flowtoll::testkit::FieldOrder::V5);
        Self::of_world(server, prefix, &world(seed), &form, Layout { object_s: 900, ..Layout::default() })
    }

    /// Writes a world's objects into `logs/`, and its inventory into a folder of the inventory beside it.
    pub(super) fn add_world(&self, world: &World, coverage: &Coverage, layout: Layout, inventory: &str) {
        let plan = Plan { layout, logs_only: true, ..Plan::new(coverage.clone()) };
        write_world(world, &self.logs(), &plan).expect("the world is written");
        world.write_inventory(&self.inventory().join(inventory), coverage).expect("the inventory is written");
    }

    /// The folder that is below the prefix in the bucket.
    pub(super) fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    pub(super) fn inventory(&self) -> PathBuf {
        self.folder.path().join("inventory")
    }

    /// A file of this test's own, beside logs and inventory.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What `report` takes.
    pub(super) fn address(&self) -> String {
        format!("s3://{BUCKET}/{}/", self.prefix)
    }

    /// The key in the bucket of an object below the prefix.
    pub(super) fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// Names of all files below `logs/`, with `/`, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut waiting = vec![self.logs()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder of logs") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    waiting.push(path);
                } else {
                    let name = path.strip_prefix(self.logs()).expect("below logs/");
                    names.push(name.to_str().expect("a name in UTF-8").to_owned());
                }
            }
        }
        names.sort();
        names
    }

    /// Name of the largest object: there is something to cut.
    pub(super) fn largest(&self) -> String {
        let size = |name: &String| std::fs::metadata(self.logs().join(name)).expect("a file").len();
        self.names().into_iter().max_by_key(size).expect("there are objects")
    }

    /// Bytes of all files below `logs/`.
    pub(super) fn bytes(&self) -> u64 {
        let size = |name: &String| std::fs::metadata(self.logs().join(name)).expect("a file").len();
        self.names().iter().map(size).sum()
    }

    pub(super) fn write(&self, name: &str, content: &[u8]) {
        let path = self.logs().join(name);
        std::fs::create_dir_all(path.parent().expect("below logs/")).expect("a folder");
        std::fs::write(path, content).expect("a file is written");
    }

    /// Puts every file below `logs/` into the bucket.
    pub(super) fn upload(&self) {
        let names = self.names();
        std::thread::scope(|scope| {
            for share in names.chunks(names.len().div_ceil(UPLOADS).max(1)) {
                scope.spawn(move || {
                    let mut client = Client::new(self.server.address);
                    for name in share {
                        let body = std::fs::read(self.logs().join(name)).expect("a file of logs");
                        let status = client.put(&path_of(BUCKET, &self.key(name)), &body).expect("an answer");
                        assert_eq!(status, 200, "PUT {name}");
                    }
                });
            }
        });
    }

    /// The report from disk.
    pub(super) fn report_of_files(&self, more: &[&str]) -> Run {
        self.run(&self.logs().display().to_string(), more, &[])
    }

    /// The report from the bucket, by way of `endpoint`.
    pub(super) fn report(&self, endpoint: &str, more: &[&str]) -> Run {
        self.report_of(&self.address(), endpoint, more, &reader())
    }

    /// The report of another address, by another user.
    pub(super) fn report_of(
        &self,
        address: &str,
        endpoint: &str,
        more: &[&str],
        environment: &[(&str, &str)],
    ) -> Run {
        let mut arguments = vec!["--endpoint-url", endpoint];
        arguments.extend_from_slice(more);
        self.run(address, &arguments, environment)
    }

    fn run(&self, input: &str, more: &[&str], environment: &[(&str, &str)]) -> Run {
        let mut command = self.program(environment);
        command.args(["report", input, "--format", "json"]);
        let inventory = self.inventory();
        if inventory.is_dir() {
            command.arg("--inventory").arg(inventory);
        }
        Run::of(command.args(more))
    }

    /// The program, with this environment for AWS and no other.
    pub(super) fn program(&self, environment: &[(&str, &str)]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flowtoll"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        // No credentials and no settings of whoever runs the tests.
        command.env("HOME", self.folder.path()).env("AWS_EC2_METADATA_DISABLED", "true");
        command.envs(environment.iter().copied());
        command
    }

    /// Rolls the bucket up, by way of `endpoint`.
    pub(super) fn rollup(&self, endpoint: &str, output: &str, more: &[&str]) -> Run {
        Run::of(self.rollup_command(endpoint, output).arg(self.address()).args(more))
    }

    /// A rollup that lacks its input.
    pub(super) fn rollup_command(&self, endpoint: &str, output: &str) -> Command {
        let mut command = self.program(&reader());
        command.args(["rollup", "--endpoint-url", endpoint, "--output"]).arg(self.beside(output));
        command
    }

    /// The report of a rollup.
    pub(super) fn report_of_rollup(&self, output: &str, more: &[&str]) -> Run {
        self.run(&self.beside(output).display().to_string(), more, &[])
    }

    /// The report of the same objects from disk, with the names that they have in the bucket.
    pub(super) fn expected(&self, more: &[&str]) -> String {
        let run = self.report_of_files(more);
        assert_eq!(run.code, 0, "{}", run.stderr);
        run.stdout.replace(&format!("{}/", self.logs().display()), &self.address())
    }

    /// Holds the law of runs that lost something: exit code 1, exactly these objects failed, each with a reason that says all
    /// of `words`.
    pub(super) fn assert_failed(&self, run: &Run, failed: &[String], words: &[&str]) {
        assert_eq!(run.code, 1, "{}\n{}", run.stderr, run.stdout);
        let outcomes = run.failures();
        let names: Vec<&String> = outcomes.keys().collect();
        let wanted: Vec<String> = failed.iter().map(|name| format!("{}{name}", self.address())).collect();
        assert_eq!(names, wanted.iter().collect::<Vec<_>>(), "{outcomes:#?}");
        for (name, reason) in &outcomes {
            for word in words {
                assert!(reason.contains(word), "{name}: `{reason}` does not say `{word}`");
            }
            assert!(
                run.stderr.contains(name.as_str()),
                "{name} is not named on standard error: {}",
                run.stderr
            );
        }
        assert_eq!(run.json()["ledger"]["objects_failed"], failed.len(), "{}", run.stdout);
    }

    /// The report of all objects but these, from disk.
    pub(super) fn totals_without(&self, left_out: &[String]) -> Value {
        let other = tempfile::tempdir().expect("a temporary folder");
        for name in self.names().iter().filter(|name| !left_out.contains(name)) {
            let path = other.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder above it")).expect("a folder");
            std::fs::copy(self.logs().join(name), path).expect("a copy of an object");
        }
        let run = self.run(&other.path().display().to_string(), &[], &[]);
        run.totals()
    }
}

impl Run {
    pub(super) fn of(command: &mut Command) -> Self {
        let begin = Instant::now();
        let output = command.output().expect("flowtoll starts");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("a report is text"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            time: begin.elapsed(),
        }
    }

    /// Holds the law of runs that lost nothing: exit code 0, and the clean report to the byte.
    pub(super) fn assert_clean(&self, expected: &str) {
        assert_eq!(self.code, 0, "{}", self.stderr);
        assert_same(&self.stdout, expected);
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: no JSON, code {}\n{}", self.code, self.stderr))
    }

    /// Failed objects with their reasons.
    pub(super) fn failures(&self) -> BTreeMap<String, String> {
        let report = self.json();
        let objects = report["objects"].as_array().expect("objects[]").iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        objects
            .filter(|line| line["outcome"] == "failed")
            .map(|line| (text(&line["object"]), text(&line["reason"])))
            .collect()
    }

    /// All that is about bytes: the ledger but for what became of objects, and every line of attribution.
    pub(super) fn totals(&self) -> Value {
        let mut report = self.json();
        let ledger = report["ledger"].as_object_mut().expect("a ledger");
        ledger.retain(|key, _| !key.starts_with("objects_"));
        serde_json::json!({
            "ledger": report["ledger"],
            "attribution": report["attribution"],
            "nat_gateways": report["nat_gateways"],
            "endpoints": report["endpoints"],
        })
    }

    pub(super) fn assert_no_report(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{}\n{}", self.stderr, self.stdout);
        assert_eq!(self.stdout, "");
        for word in words {
            assert!(self.stderr.contains(word), "`{}` does not say `{word}`", self.stderr.trim_end());
        }
    }
}

/// Fails with the first line that differs, not with both reports.
pub(super) fn assert_same(got: &str, expected: &str) {
    if got != expected {
        let pair = got.lines().zip(expected.lines()).enumerate().find(|(_, (got, want))| got != want);
        panic!(
            "the reports differ: {pair:?} ({} and {} lines)",
            got.lines().count(),
            expected.lines().count()
        );
    }
}

/// The standard estate, three hours of it.
pub(super) fn world(seed: u64) -> World {
    World::new(seed, WorldOptions { hours: 3, conversations_per_hour: 200.0, ..WorldOptions::default() })
}

/// Who may list and read all buckets.
pub(super) fn reader() -> [(&'static str, &'static str); 3] {
    user("READER", "readersecret")
}

/// The environment of a user.
pub(super) fn user(key: &'static str, secret: &'static str) -> [(&'static str, &'static str); 3] {
    [("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret), ("AWS_REGION", "us-east-1")]
}

/// The same number for the same request, however requests of different objects come: 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a chance")]
pub(super) fn chance(seed: u64, key: &str, attempt: usize) -> f64 {
    // FNV-1a over the words, then the finisher of splitmix64, for FNV's upper bits move little.
    let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed;
    for byte in key.bytes().chain(attempt.to_le_bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (hash ^ (hash >> 31)) as f64 / u64::MAX as f64
}
