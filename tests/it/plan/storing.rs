//! Where files are written, and what is not overwritten.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;

/// Folder of the sample's account and Region.
const PLACE: &str = "111122223333-ap-northeast-1";

fn plan(output: &Path, more: &[&str]) -> Assert {
    Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["plan", "sample-logs", "--output"])
        .arg(output)
        .args(more)
        .assert()
}

fn says(assert: &Assert, words: &str) {
    let errors = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn a_run_renews_what_flowtoll_wrote_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("made/by/plan");
    let first = plan(&output, &[]).code(0);
    let named = String::from_utf8(first.get_output().stdout.clone()).expect("UTF-8");
    let named: Vec<&Path> = named.lines().map(Path::new).collect();
    assert_eq!(named.len(), 6);
    assert!(named.iter().all(|path| path.is_file()));
    let terraform = output.join(PLACE).join("terraform/main.tf");
    let before = fs::read(&terraform).expect("a file");
    plan(&output, &["--env", "prod"]).code(0);
    assert_ne!(fs::read(&terraform).expect("a file"), before, "another name");

    // Changed since: all or nothing.
    fs::write(&terraform, "mine").expect("a change");
    let rationale = fs::read(output.join("RATIONALE.md")).expect("a file");
    says(
        &plan(&output, &["--lang", "ja"]).code(2),
        "main.tf` was not written by flowtoll, or was changed since",
    );
    assert_eq!(fs::read(&terraform).expect("a file"), b"mine");
    assert_eq!(fs::read(output.join("RATIONALE.md")).expect("a file"), rationale);
    plan(&output, &["--force"]).code(0);
    assert_eq!(fs::read(&terraform).expect("a file"), before);
    let leftovers = fs::read_dir(&output).expect("the folder").count();
    assert_eq!(leftovers, 3, "the page, the list and one folder: no temporary file stays");
}

#[test]
fn files_of_others_and_of_a_plan_that_was_carried_out_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path();
    fs::write(output.join("RATIONALE.md"), "somebody's").expect("a file of somebody");
    says(&plan(output, &[]).code(2), "RATIONALE.md` was not written by flowtoll");
    assert_eq!(fs::read_dir(output).expect("the folder").count(), 1);
    fs::remove_file(output.join("RATIONALE.md")).expect("it goes");

    plan(output, &[]).code(0);
    for trace in ["cli/flowtoll-state.tsv", "terraform/terraform.tfstate"] {
        let trace = output.join(PLACE).join(trace);
        fs::write(&trace, "endpoint\tvpce-1\t-\n").expect("a trace");
        says(&plan(output, &[]).code(2), "a plan was carried out from here");
        plan(output, &["--force"]).code(0);
        assert!(trace.is_file(), "what is needed for the way back stays");
        fs::remove_file(trace).expect("it goes");
    }
}

#[test]
fn files_of_an_earlier_plan_go_unless_they_were_changed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path();
    plan(output, &[]).code(0);
    let scripts = output.join(PLACE).join("cli");
    fs::write(scripts.join("undo.sh"), "mine").expect("a change");
    // Without an inventory nothing can be brought into files, so all but the page is of an earlier plan.
    let logs = tempfile::tempdir().expect("a temporary folder");
    let nat = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/corpus-09-nat-log-no-inventory/logs");
    let next = Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(logs.path())
        .args(["plan", &nat.display().to_string(), "--output"])
        .arg(output)
        .assert();
    assert_ne!(next.get_output().status.code(), Some(2));
    says(&next, "undo.sh is of an earlier plan, was changed since, and stays");
    assert!(!scripts.join("apply.sh").exists());
    assert_eq!(fs::read(scripts.join("undo.sh")).expect("a file"), b"mine");
}

#[test]
fn a_list_that_leads_elsewhere_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = folder.path().join("plan");
    fs::create_dir(&output).expect("a folder");
    let victim = folder.path().join("victim");
    fs::write(&victim, "").expect("a file");
    // SHA-256 of nothing.
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for path in ["../victim", &victim.display().to_string()] {
        let list = serde_json::json!({ "files": { path: [digest] } });
        fs::write(output.join("flowtoll-plan.json"), list.to_string()).expect("a list");
        says(&plan(&output, &[]).code(2), "names files outside its directory");
        says(&plan(&output, &["--force"]).code(2), "names files outside its directory");
        assert!(victim.is_file());
    }
}

#[test]
fn wrong_settings_are_told_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (more, words) in [
        (["--bucket", "a/../b"], "not a bucket's name"),
        (["--table", "a*"], "not a table's name"),
        (["--name-pattern", "{who}"], "`{who}` is no placeholder"),
    ] {
        says(&plan(folder.path(), &more).code(2), words);
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 0);
}

#[cfg(unix)]
#[test]
fn scripts_can_be_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a temporary folder");
    plan(folder.path(), &[]).code(0);
    let mode = |path: &str| {
        fs::metadata(folder.path().join(PLACE).join(path)).expect("a file").permissions().mode() & 0o111
    };
    assert_ne!(mode("cli/apply.sh"), 0);
    assert_eq!(mode("terraform/main.tf"), 0);
}
