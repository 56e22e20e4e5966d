//! A report from rollups is the report from the logs, to the byte, however the rollups came about.

#[cfg(unix)]
mod disk;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use flowtoll::testkit::{Coverage, FieldOrder, Form, Layout, Plan, Preset, World, WorldOptions, write_world};
use tempfile::TempDir;

pub(crate) fn program() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("flowtoll"))
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program runs")
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn report(inputs: &[&str], inventory: Option<&Path>) -> Vec<u8> {
    let inventory = inventory.map(|path| path.display().to_string());
    let mut arguments = vec!["report", "--format", "json", "-q"];
    arguments.extend(inputs);
    if let Some(inventory) = &inventory {
        arguments.extend(["--inventory", inventory]);
    }
    let output = run(&arguments);
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {}", said(&output));
    output.stdout
}

pub(crate) fn rollup(arguments: &[&str]) -> Output {
    let output = run(&[&["rollup"], arguments].concat());
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {}", said(&output));
    output
}

/// A written world: its logs without the inventory beside them, and the inventory.
pub(crate) struct Written {
    pub(crate) folder: TempDir,
    pub(crate) logs: String,
    pub(crate) inventory: PathBuf,
}

impl Written {
    pub(crate) fn new(seed: u64, form: &Form, objects: u64) -> Self {
        let options = WorldOptions { hours: 3, conversations_per_hour: 60.0, ..WorldOptions::default() };
        let world = World::new(seed, options);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let place = folder.path().join("world");
        let coverage = Coverage::preset(&world, Preset::Vpc, form);
        let layout = Layout::with_objects(3, objects);
        write_world(&world, &place, &Plan { layout, ..Plan::new(coverage) }).expect("the world is written");
        let inventory = folder.path().join("described");
        fs::rename(place.join("inventory"), &inventory).expect("the inventory is moved away");
        fs::remove_file(place.join("truth.json")).expect("the truth is no log");
        Self { logs: place.display().to_string(), folder, inventory }
    }

    pub(crate) fn output(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn objects(&self) -> Vec<PathBuf> {
        let (mut found, mut waiting) = (Vec::new(), vec![PathBuf::from(&self.logs)]);
        while let Some(folder) = waiting.pop() {
            for entry in fs::read_dir(folder).expect("a folder of the world") {
                let path = entry.expect("an entry").path();
                if path.is_dir() { waiting.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        assert!(found.len() > 5, "only {} objects", found.len());
        found
    }
}

/// A form of the logs.
fn forms() -> Vec<Form> {
    let text = [FieldOrder::V2, FieldOrder::V5, FieldOrder::V11].map(Form::text_gz);
    text.into_iter().chain([Form::parquet(FieldOrder::V5)]).collect()
}

#[test]
fn a_report_from_rollups_is_that_from_the_logs() {
    for (seed, form) in (1..).zip(forms()) {
        let world = Written::new(seed, &form, 12);
        let described = world.inventory.display().to_string();
        let (with, without) = (world.output("with"), world.output("without"));
        rollup(&[&world.logs, "--output", &with, "--inventory", &described]);
        // One object after the other, and merged.
        rollup(&[&world.logs, "--output", &without, "--commit-every", "1"]);
        for inventory in [None, Some(world.inventory.as_path())] {
            let logs = report(&[&world.logs], inventory);
            for directory in [&with, &without] {
                assert!(report(&[directory], inventory) == logs, "{seed}: {directory}, {inventory:?}");
            }
        }
        let again = said(&rollup(&[&world.logs, "--output", &without]));
        assert!(again.contains(" 0 objects read"), "{again}");
    }
}

#[test]
fn late_objects_add_and_copies_do_not() {
    let world = Written::new(7, &Form::text(FieldOrder::V5), 12);
    let (one, other) = (world.output("one"), world.output("other"));
    let objects = world.objects();
    let late = world.folder.path().join("late");
    fs::create_dir(&late).expect("a folder");
    let held = late.join(objects[3].file_name().expect("a name"));
    let whole = report(&[&world.logs], Some(&world.inventory));
    fs::rename(&objects[3], &held).expect("an object is held back");
    rollup(&[&world.logs, "--output", &one]);
    assert!(report(&[&one], Some(&world.inventory)) != whole);
    fs::rename(&held, &objects[3]).expect("the object comes late");
    rollup(&[&world.logs, "--output", &one]);
    assert!(report(&[&one], Some(&world.inventory)) == whole);

    // The same content under a name that AWS never gave.
    let renamed = Path::new(&world.logs).join("renamed.gz");
    fs::copy(&objects[4], &renamed).expect("a copy");
    let before = report(&[&one], Some(&world.inventory));
    let said = said(&rollup(&[&world.logs, "--output", &one]));
    assert!(said.contains("renamed.gz: copy of"), "{said}");
    let text = |bytes: &[u8]| {
        serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON")["ledger"]["records"].clone()
    };
    assert_eq!(text(&before), text(&report(&[&one], Some(&world.inventory))));
    fs::remove_file(&renamed).expect("the copy goes");

    // The same objects in two directories, or beside the logs, would count twice.
    rollup(&[&world.logs, "--output", &other]);
    for inputs in [[&one, &other], [&one, &world.logs]] {
        let output = run(&["report", inputs[0], inputs[1]]);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("twice"), "{said}");
    }
}

#[test]
fn a_failed_object_counts_its_rows_and_is_tried_again() {
    let world = Written::new(8, &Form::text_gz(FieldOrder::V5), 12);
    let output = world.output("totals");
    let object = &world.objects()[2];
    let bytes = fs::read(object).expect("an object");
    let whole = report(&[&world.logs], Some(&world.inventory));
    fs::write(object, &bytes[..bytes.len() * 2 / 3]).expect("a cut object");
    let cut = report(&[&world.logs], Some(&world.inventory));
    for _ in 0..2 {
        assert_eq!(rollup(&[&world.logs, "--output", &output]).status.code(), Some(1));
        assert!(report(&[&output], Some(&world.inventory)) == cut);
    }
    fs::write(object, &bytes).expect("the whole object");
    assert_eq!(rollup(&[&world.logs, "--output", &output]).status.code(), Some(0));
    assert!(report(&[&output], Some(&world.inventory)) == whole);
}

#[test]
fn killed_at_any_moment_a_rerun_gives_the_same() {
    let world = Written::new(9, &Form::text(FieldOrder::V5), 24);
    let clean = world.output("clean");
    let whole = report(&[&world.logs], Some(&world.inventory));
    let started = std::time::Instant::now();
    rollup(&[&world.logs, "--output", &clean, "--commit-every", "1"]);
    let takes = u64::try_from(started.elapsed().as_micros()).expect("a short time");
    let mut killed = 0;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..12 {
        let output = world.output(&format!("killed-{round}"));
        for _ in 0..3 {
            let mut child = program()
                .args(["rollup", &world.logs, "--output", &output, "--commit-every", "1"])
                .stderr(Stdio::null())
                .spawn()
                .expect("the program starts");
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            std::thread::sleep(Duration::from_micros((state >> 33) % takes));
            child.kill().expect("it is killed, or done");
            killed += u32::from(!child.wait().expect("it ends").success());
        }
        rollup(&[&world.logs, "--output", &output]);
        assert!(report(&[&output], Some(&world.inventory)) == whole, "round {round}");
        let left = fs::read_dir(&output).expect("the directory");
        let left = left.filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".flowtoll-"))
        });
        assert_eq!(left.count(), 0, "temporary files are left");
    }
    // Where others use the machine, many are done before their time is up.
    assert!(killed > 4, "only {killed} runs were killed");
}

#[test]
fn damage_is_named_and_never_a_smaller_total() {
    let world = Written::new(10, &Form::text(FieldOrder::V5), 12);
    let output = world.output("totals");
    rollup(&[&world.logs, "--output", &output]);
    let names: Vec<PathBuf> =
        fs::read_dir(&output).expect("the directory").map(|entry| entry.expect("an entry").path()).collect();
    let mut looked_at = 0;
    for path in names.iter().filter(|path| !path.ends_with(".lock")) {
        let bytes = fs::read(path).expect("a file");
        let mut turned = bytes.clone();
        turned[bytes.len() / 2] ^= 0x20;
        for damaged in [turned, bytes[..bytes.len() - 1].to_vec(), Vec::new()] {
            fs::write(path, damaged).expect("damage");
            let output = run(&["report", &output]);
            // A commit with another letter may still say the same; nothing else may.
            let is_commit = path.extension().is_some_and(|extension| extension == "json");
            assert!(output.status.code() == Some(2) || is_commit, "{}", path.display());
        }
        fs::remove_file(path).expect("a file goes");
        let is_segment = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("segment-"));
        assert!(is_segment || run(&["report", &output]).status.code() == Some(2), "{}", path.display());
        fs::write(path, &bytes).expect("a file comes back");
        looked_at += 1;
    }
    assert_eq!(looked_at, 9);
}

#[test]
fn a_manifest_is_one_segment_that_replaces_itself() {
    let world = Written::new(11, &Form::text(FieldOrder::V5), 12);
    let objects = world.objects();
    let line =
        |path: &PathBuf| format!("{}\t{}\t-\n", path.display(), fs::metadata(path).expect("a file").len());
    let (first, second) = objects.split_at(objects.len() / 2);
    let manifest = |name: &str, objects: &[PathBuf]| {
        let path = world.folder.path().join(name);
        fs::write(&path, objects.iter().map(line).collect::<String>()).expect("a manifest");
        path.display().to_string()
    };
    let parts = [manifest("a.tsv", first), manifest("b.tsv", second)];
    let (output, other) = (world.output("totals"), world.output("other"));
    for part in &parts {
        rollup(&["--objects", part, "--output", &output]);
        rollup(&["--objects", part, "--output", &output]);
        rollup(&["--objects", part, "--output", &other, "--threads", "3"]);
    }
    let files = |folder: &str| {
        let entries =
            fs::read_dir(folder).expect("the directory").map(|entry| entry.expect("an entry").path());
        let mut files: Vec<(String, Vec<u8>)> = entries
            .filter(|path| !path.ends_with(".lock"))
            .map(|path| {
                (
                    path.file_name().expect("a name").to_string_lossy().into_owned(),
                    fs::read(path).expect("a file"),
                )
            })
            .collect();
        files.sort();
        files
    };
    assert!(files(&output) == files(&other), "the same manifest gives the same bytes");
    assert!(report(&[&output], Some(&world.inventory)) == report(&[&world.logs], Some(&world.inventory)));

    let all = manifest("all.tsv", &objects);
    assert!(run(&["report", &output, "--manifest", &all]).status.code().is_some_and(|code| code < 2));
    fs::write(&all, "no/such/object\t-\t-\n").expect("a manifest");
    let missing = run(&["report", &output, "--manifest", &all]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(said(&missing).contains("no/such/object is in no rollup"), "{}", said(&missing));
    rollup(&["--objects", &manifest("twice.tsv", &objects[..1]), "--output", &output]);
    let twice = run(&["report", &output]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(said(&twice).contains(&objects[0].display().to_string()), "{}", said(&twice));
}

#[test]
fn two_runs_on_one_directory_exclude_each_other() {
    let world = Written::new(12, &Form::text(FieldOrder::V5), 12);
    let output = world.output("totals");
    fs::create_dir(&output).expect("a folder");
    fs::write(Path::new(&output).join(".lock"), "4711\n").expect("the lock");
    let lock = fs::OpenOptions::new().write(true).open(Path::new(&output).join(".lock")).expect("the lock");
    lock.lock().expect("nobody else has it");
    let refused = run(&["rollup", &world.logs, "--output", &output]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("in use by the flowtoll process 4711"), "{}", said(&refused));
    drop(lock);
    rollup(&[&world.logs, "--output", &output]);
}

#[test]
fn a_format_is_for_logs() {
    let world = Written::new(13, &Form::text(FieldOrder::V5), 12);
    let output = world.output("totals");
    rollup(&[&world.logs, "--output", &output]);
    let format =
        ["--log-format", "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${bytes} ${start}"];
    let refused = run(&["report", &output, format[0], format[1]]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("--log-format is for logs"), "{}", said(&refused));
}

#[test]
fn rollups_of_several_ip_ranges_are_not_mixed_silently() {
    let (first, second) = (Written::new(41, &forms()[0], 4), Written::new(42, &forms()[0], 4));
    let (embedded, own) = (first.output("totals"), second.output("totals"));
    let list = first.output("list.json");
    let prefix = r#"{"ip_prefix":"52.216.0.0/15","region":"us-east-1","service":"S3","network_border_group":"us-east-1"}"#;
    fs::write(
        &list,
        format!(r#"{{"syncToken":"1","createDate":"2020-02-29-01-02-03","prefixes":[{prefix}]}}"#),
    )
    .expect("a list");
    rollup(&[&first.logs, "--output", &embedded]);
    rollup(&[&second.logs, "--output", &own, "--ip-ranges", &list]);
    let notes = |inputs: &[&str]| {
        let report: serde_json::Value = serde_json::from_slice(&report(inputs, None)).expect("JSON");
        let notes = report["notes"].as_array().expect("notes").clone();
        notes.into_iter().filter(|note| note["id"] == "several-ip-ranges").collect::<Vec<_>>()
    };
    assert!(notes(&[&embedded]).is_empty() && notes(&[&own]).is_empty());
    let [note] = &notes(&[&embedded, &own])[..] else { panic!("no note, or several") };
    assert!(note["text"].as_str().is_some_and(|text| text.contains("of 2020-02-29, 20")), "{note}");
}
