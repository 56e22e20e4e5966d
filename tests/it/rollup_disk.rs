//! Rollups where the disk is full or must not be written: a clean error, nothing lost, and a rerun that completes.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use flowtoll::testkit::{FieldOrder, Form};

use super::rollup::{Written, program, report, rollup, run, said};

/// A user that owns nothing.
const NOBODY: u32 = 65_534;

/// The program in a shell of its own, after `before`.
fn after(before: &str, arguments: &[&str]) -> Output {
    Command::new("sh")
        .args(["-c", &format!("{before}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_flowtoll")])
        .args(arguments)
        .output()
        .expect("a shell starts")
}

/// Says aloud what was not shown.
fn not_run(why: &str) {
    // A test cannot do more about it.
    let _ = writeln!(std::io::stderr(), "NOT RUN: {why}");
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id");
    output.stdout == b"0\n"
}

/// The first half of a world's objects is rolled up; then the rest comes.
fn half(seed: u64) -> (Written, String, Vec<u8>) {
    let world = Written::new(seed, &Form::text(FieldOrder::V5), 12);
    let output = world.output("totals");
    let objects = world.objects();
    let aside = world.folder.path().join("aside");
    fs::create_dir(&aside).expect("a folder");
    let late: Vec<_> = objects[objects.len() / 2..].to_vec();
    let hidden = |number: usize| aside.join(number.to_string());
    for (number, path) in late.iter().enumerate() {
        fs::rename(path, hidden(number)).expect("an object is held back");
    }
    rollup(&[&world.logs, "--output", &output]);
    let before = report(&[&output], Some(&world.inventory));
    for (number, path) in late.iter().enumerate() {
        fs::rename(hidden(number), path).expect("the object comes");
    }
    (world, output, before)
}

/// What is there is untouched, and with room a rerun completes.
fn assert_nothing_lost(world: &Written, output: &str, before: &[u8]) {
    assert!(
        report(&[output], Some(&world.inventory)) == before,
        "the totals of before are not what they were"
    );
    let left = fs::read_dir(output).expect("the directory").filter(|entry| {
        entry.as_ref().is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with(".flowtoll-"))
    });
    assert_eq!(left.count(), 0, "temporary files are left");
    rollup(&[&world.logs, "--output", output]);
    assert!(report(&[output], Some(&world.inventory)) == report(&[&world.logs], Some(&world.inventory)));
}

#[test]
fn a_file_that_may_not_grow_is_a_clean_error() {
    let (world, output, before) = half(31);
    // The limit of a process stands for the end of a disk: the system refuses the write.
    let ended = after("trap '' XFSZ; ulimit -f 4", &["rollup", &world.logs, "--output", &output]);
    let told = said(&ended);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains(&output) && told.contains("too large"), "{told}");
    assert_nothing_lost(&world, &output, &before);
}

#[test]
fn a_full_disk_is_a_clean_error() {
    let world = Written::new(32, &Form::text(FieldOrder::V5), 12);
    // Many segments, which became one in the end: twice its room holds some of them and not all.
    let whole = world.output("whole");
    rollup(&[&world.logs, "--output", &whole, "--commit-every", "1"]);
    let entries = fs::read_dir(&whole).expect("the directory");
    let sizes = entries.map(|entry| entry.and_then(|entry| entry.metadata()).expect("a file").len());
    let room = sizes.map(|size| size.div_ceil(4096) * 4).sum::<u64>() * 2;
    let place = world.folder.path().join("disk");
    fs::create_dir(&place).expect("a folder");
    let (place, kept) = (place.display().to_string(), world.output("kept"));
    let output = format!("{place}/totals");
    let program = env!("CARGO_BIN_EXE_flowtoll");
    // The disk lives as long as the shell: what is on it then is copied out.
    let script = format!(
        "mount -t tmpfs -o size={room}k none '{place}' || exit 77
         '{program}' rollup '{logs}' --output '{output}' --commit-every 1; code=$?
         cp -a '{output}' '{kept}'; exit $code",
        logs = world.logs
    );
    let ended = Command::new("unshare").args(["-m", "sh", "-c", &script]).output();
    let Some(ended) = ended.ok().filter(|ended| ended.status.code().is_some_and(|code| code < 3)) else {
        not_run("no disk can be mounted here, so none was full");
        return;
    };
    let told = said(&ended);
    assert_eq!(ended.status.code(), Some(2), "{told}");
    assert!(told.contains("No space left on device") && told.contains(&output), "{told}");
    // What was committed before the end is a report of its own; the rest is read once there is room.
    assert!(report(&[&kept], Some(&world.inventory)).len() > 1_000);
    rollup(&[&world.logs, "--output", &kept]);
    assert!(report(&[&kept], Some(&world.inventory)) == report(&[&world.logs], Some(&world.inventory)));
}

#[test]
fn a_directory_that_may_not_be_written_is_a_clean_error() {
    let (world, output, before) = half(33);
    let allow = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode is set");
    };
    allow(world.folder.path(), 0o755);
    allow(Path::new(&output), 0o555);
    let mut command = program();
    command.args(["rollup", &world.logs, "--output", &output]);
    // Root may write everywhere.
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let ended = command.output();
    allow(Path::new(&output), 0o755);
    match ended {
        Ok(ended) => {
            let told = said(&ended);
            assert_eq!(ended.status.code(), Some(2), "{told}");
            assert!(told.contains(&output) && told.contains("Permission denied"), "{told}");
        }
        Err(error) => not_run(&format!("as another user: {error}")),
    }
    assert_nothing_lost(&world, &output, &before);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let world = Written::new(34, &Form::text(FieldOrder::V5), 12);
    let file = world.folder.path().join("file");
    fs::write(&file, "no directory").expect("a file");
    for output in [file.clone(), file.join("below")] {
        let output = output.display().to_string();
        let ended = run(&["rollup", &world.logs, "--output", &output]);
        assert_eq!(ended.status.code(), Some(2), "{}", said(&ended));
        assert!(said(&ended).contains(&output), "{}", said(&ended));
    }
    assert_eq!(fs::read_to_string(&file).expect("the file"), "no directory");
}
