//! A disk that is full, a directory that cannot be written: an error that names it, nothing lost, and a later run goes on.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flowtoll::testkit::{FieldOrder, Form};

use super::{Written, program, report, rollup, run, said};

/// A world of which all objects but some are rolled up; those come later.
struct Begun {
    world: Written,
    late: Vec<(PathBuf, Vec<u8>)>,
    whole: Vec<u8>,
}

impl Begun {
    fn new(seed: u64) -> Self {
        let world = Written::new(seed, &Form::text(FieldOrder::V5), 12);
        let whole = report(&[&world.logs], Some(&world.inventory));
        let late: Vec<(PathBuf, Vec<u8>)> = world
            .objects()
            .into_iter()
            .step_by(2)
            .map(|path| {
                let content = fs::read(&path).expect("an object");
                fs::remove_file(&path).expect("an object goes");
                (path, content)
            })
            .collect();
        Self { world, late, whole }
    }

    /// Rolls up what is there, and gives the report of it; then the late objects come.
    fn begin(&self, output: &str) -> Vec<u8> {
        rollup(&[&self.world.logs, "--output", output]);
        let before = report(&[output], Some(&self.world.inventory));
        assert!(before != self.whole);
        self.come();
        before
    }

    fn come(&self) {
        for (path, content) in &self.late {
            fs::write(path, content).expect("an object comes");
        }
    }

    /// A run that could not write left everything as it was, and a later one gives the whole.
    fn holds(&self, output: &str, before: &[u8], make_room: impl FnOnce()) {
        assert!(report(&[output], Some(&self.world.inventory)) == before, "something was lost");
        make_room();
        let output_of = rollup(&[&self.world.logs, "--output", output]);
        assert_eq!(output_of.status.code(), Some(0), "{}", said(&output_of));
        assert!(report(&[output], Some(&self.world.inventory)) == self.whole);
        let left =
            fs::read_dir(output).expect("the directory").map(|entry| entry.expect("an entry").file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with(".flowtoll-")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Straight to the stream: what goes through `eprintln!` is kept back for tests that pass.
fn skipped(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}

fn assert_refused(output: &Output, path: &str, causes: &[&str]) {
    let said = said(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(path), "`{said}` does not name {path}");
    assert!(causes.iter().any(|cause| said.contains(cause)), "`{said}` says none of {causes:?}");
    assert!(!said.contains("panicked"), "{said}");
}

/// A file system of its own in a folder, as far as the machine lets one be mounted.
struct Mounted(PathBuf);

impl Mounted {
    fn new(place: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(place).expect("a folder");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(place).output();
        mount.is_ok_and(|output| output.status.success()).then(|| Self(place.to_owned()))
    }

    fn remount(&self, options: &str) {
        let output = Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(&self.0).output();
        assert!(output.expect("mount runs").status.success(), "remount,{options}");
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn files_that_may_not_grow_are_an_error_and_a_rerun_completes() {
    let begun = Begun::new(31);
    let output = begun.world.output("totals");
    let before = begun.begin(&output);
    // The limit of the shell: a write beyond it fails, or, where the signal is not held back, ends the process.
    for (trap, limit) in [("trap '' XFSZ", 0), ("trap '' XFSZ", 1), ("trap '' XFSZ", 4), (":", 1)] {
        let limited = Command::new("sh")
            .arg("-c")
            .arg(format!("{trap}; ulimit -f {limit}; exec \"$@\""))
            .arg("sh")
            .arg(program().get_program())
            .args(["rollup", &begun.world.logs, "--output", &output])
            .output()
            .expect("a shell starts");
        if trap == ":" {
            assert_eq!(limited.status.code(), None, "{}", said(&limited));
        } else {
            assert_refused(&limited, &output, &["File too large"]);
        }
        assert!(report(&[&output], Some(&begun.world.inventory)) == before);
    }
    begun.holds(&output, &before, || ());
}

#[test]
fn a_full_disk_is_an_error_and_a_rerun_with_room_completes() {
    let begun = Begun::new(32);
    let output = begun.world.output("small");
    let Some(mounted) = Mounted::new(Path::new(&output), "size=4m") else {
        skipped(
            "a rollup on a full disk: no file system can be mounted here (root may). The limit of file sizes stands for it",
        );
        return;
    };
    let before = begun.begin(&output);
    // Nothing left, then a little more at each attempt, so that another file is the one that finds no room.
    let filler = Path::new(&output).join("filler");
    fs::write(&filler, vec![b'x'; 5 << 20]).expect_err("it is larger than the disk");
    let taken = fs::metadata(&filler).expect("the filler").len();
    let mut refused = 0;
    for pages in 0..12 {
        fs::OpenOptions::new()
            .write(true)
            .open(&filler)
            .and_then(|file| file.set_len(taken - pages * 4_096))
            .expect("a little room");
        let limited = run(&["rollup", &begun.world.logs, "--output", &output]);
        if limited.status.code() == Some(0) {
            break;
        }
        assert_refused(&limited, &output, &["No space left"]);
        assert!(report(&[&output], Some(&begun.world.inventory)) == before, "{pages} pages");
        refused += 1;
    }
    assert!(refused > 3, "the disk was never full");
    if report(&[&output], Some(&begun.world.inventory)) == before {
        begun.holds(&output, &before, || fs::remove_file(&filler).expect("room"));
    }
    assert!(report(&[&output], Some(&begun.world.inventory)) == begun.whole);
    drop(mounted);
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error() {
    let begun = Begun::new(33);
    let folder = begun.world.folder.path();
    let logs = begun.world.logs.as_str();
    // In every machine, for every user: a file stands where the directory, or one above it, is to be.
    let file = folder.join("file");
    fs::write(&file, "not a directory").expect("a file");
    let below = file.join("totals");
    for path in [&file, &below] {
        let path = path.display().to_string();
        assert_refused(
            &run(&["rollup", logs, "--output", &path]),
            &path,
            &["File exists", "Not a directory"],
        );
    }
    assert_eq!(fs::read(&file).expect("the file"), b"not a directory");
    // The lock cannot be a file.
    let odd = begun.world.output("odd");
    fs::create_dir_all(Path::new(&odd).join(".lock")).expect("a folder");
    assert_refused(&run(&["rollup", logs, "--output", &odd]), &odd, &["Is a directory"]);

    let output = begun.world.output("totals");
    let place = Path::new(&output);
    fs::create_dir(place).expect("a folder");
    let mode = |mode: u32| fs::set_permissions(place, fs::Permissions::from_mode(mode)).expect("its mode");
    mode(0o555);
    let binds = fs::write(place.join("probe"), "").is_err();
    mode(0o755);
    if binds {
        let before = begun.begin(&output);
        mode(0o555);
        assert_refused(&run(&["rollup", logs, "--output", &output]), &output, &["Permission denied"]);
        begun.holds(&output, &before, || mode(0o755));
        return;
    }
    fs::remove_file(place.join("probe")).expect("the probe goes");
    // Root may write whatever the mode says, but not to a file system that is read-only.
    let Some(mounted) = Mounted::new(place, "size=4m") else {
        skipped(
            "a rollup in a read-only directory: modes do not bind this user, and no file system can be mounted here",
        );
        return;
    };
    let before = begun.begin(&output);
    mounted.remount("ro");
    assert_refused(&run(&["rollup", logs, "--output", &output]), &output, &["Read-only file system"]);
    begun.holds(&output, &before, || mounted.remount("rw"));
}

#[test]
fn a_directory_in_which_no_run_has_ended_says_so() {
    let world = Written::new(37, &Form::text(FieldOrder::V5), 4);
    let output = world.output("totals");
    let limited = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
        .arg(program().get_program())
        .args(["rollup", &world.logs, "--output", &output])
        .output()
        .expect("a shell starts");
    assert_refused(&limited, &output, &["File too large"]);
    let refused = run(&["report", &output]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("in which no run has ended: run that again"), "{}", said(&refused));
}
