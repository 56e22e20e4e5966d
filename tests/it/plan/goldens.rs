//! The files of the sample, in full: `tests/goldens/plan`, and the reasons in Japanese beside them.
//!
//! `FLOWTOLL_GOLDENS=write cargo test --test it goldens` renews them; read the difference.

use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// A golden file stands for the present version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn goldens() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/plan")
}

/// Paths below a folder, but for the list of what was written.
fn below(folder: &Path) -> Vec<String> {
    let mut paths: Vec<String> = walkdir(folder, folder);
    paths.retain(|path| path != "flowtoll-plan.json");
    paths.sort();
    paths
}

fn walkdir(root: &Path, folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                return walkdir(root, &path);
            }
            let below = path.strip_prefix(root).expect("a path below the root");
            vec![below.to_string_lossy().replace('\\', "/")]
        })
        .collect()
}

fn plan(output: &Path, lang: &str) {
    Command::cargo_bin("flowtoll")
        .expect("the program")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["plan", "sample-logs", "--env", "prod", "--bucket", "sample-data", "--lang", lang, "--output"])
        .arg(output)
        .assert()
        .code(0);
}

#[test]
fn the_files_of_the_sample_are_the_goldens() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let english = folder.path().join("en");
    plan(&english, "en");
    let japanese = folder.path().join("ja");
    plan(&japanese, "ja");
    std::fs::rename(japanese.join("RATIONALE.md"), english.join("RATIONALE.ja.md"))
        .expect("both pages in one folder");
    let paths = below(&english);
    assert!(paths.len() >= 7, "{paths:?}");
    let write = std::env::var_os("FLOWTOLL_GOLDENS").is_some_and(|value| value == "write");
    if write {
        let _ = std::fs::remove_dir_all(goldens());
    } else {
        assert_eq!(below(&goldens()), paths);
    }
    for path in paths {
        let text = std::fs::read_to_string(english.join(&path)).expect("a file of the plan");
        let text = text.replace(&format!("flowtoll {VERSION}"), "flowtoll VERSION");
        let golden = goldens().join(&path);
        if write {
            std::fs::create_dir_all(golden.parent().expect("a folder")).expect("the folder of a golden");
            std::fs::write(&golden, text).expect("a golden is written");
        } else {
            let wanted = std::fs::read_to_string(&golden).expect("a golden");
            assert_eq!(text, wanted, "{path}: FLOWTOLL_GOLDENS=write renews it");
        }
    }
}
