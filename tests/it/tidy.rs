//! The shape of the repository: what reviewers would otherwise have to look for. Every test says how much it looked at,
//! so that a walk into the wrong place fails.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Longest source file, in lines.
const MAX_FILE_LINES: usize = 500;

/// A stage may use what stands before it in `src/lib.rs`. These two also use the stage after them, because they push
/// into it: a reader feeds blocks to a parser, and a classified record goes straight into the totals, so that nothing
/// is kept in between.
const PUSHES_INTO: [(&str, &str); 2] = [("read", "parse"), ("classify", "aggregate")];

/// Only these two know all others.
const COMPOSERS: [&str; 2] = ["pipeline", "cli"];

/// The generator proves the stages, so it shares no code with them.
const TESTKIT: &str = "testkit";

/// Folders with files that people write.
const FOLDERS: [&str; 7] = [".ci", ".github", "benches", "recipes", "sample-logs", "src", "tests"];

/// One text file of the repository.
struct File {
    /// Path from the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        has_extension(&self.path, "rs")
    }

    /// Whether it is written by hand, line by line: not data, not a snapshot, not a test case.
    fn is_written(&self) -> bool {
        let written = ["rs", "sh", "md", "py", "yml"].iter().any(|end| has_extension(&self.path, end));
        written
            && !["/data/", "/snapshots/", "tests/cases/", "sample-logs/"]
                .iter()
                .any(|part| self.path.contains(part))
    }

    /// Rust that is compiled into tests only.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }

    /// The lines with their numbers, without comments, up to an inline test module.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let end = lines
            .windows(2)
            .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim_end().ends_with('{'))
            .unwrap_or(lines.len());
        lines
            .into_iter()
            .take(end)
            .enumerate()
            .filter_map(|(index, line)| (!line.trim_start().starts_with("//")).then_some((index + 1, line)))
    }

    /// The stage it belongs to: its folder under `src/`.
    fn stage(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(stage, _)| stage)
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == extension)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All text files that are committed: those at the root and those below [`FOLDERS`].
fn files() -> Vec<File> {
    let mut waiting: Vec<PathBuf> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    let mut paths = entries(root()).into_iter().filter(|path| path.is_file()).collect::<Vec<_>>();
    while let Some(folder) = waiting.pop() {
        if folder.is_dir() {
            let (folders, found): (Vec<_>, Vec<_>) =
                entries(&folder).into_iter().partition(|path| path.is_dir());
            waiting.extend(folders);
            paths.extend(found);
        }
    }
    paths.sort();
    let named = |path: PathBuf| {
        let text = String::from_utf8(std::fs::read(&path).expect("a file of the repository")).ok()?;
        let path =
            path.strip_prefix(root()).expect("a path below the root").to_string_lossy().replace('\\', "/");
        // A `.git` file at the root belongs to a checkout, not to the project.
        (path != ".git").then_some(File { path, text })
    };
    paths.into_iter().filter_map(named).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of the repository");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The modules of `src/lib.rs`, in its order.
fn stages() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs");
    let module = |line: &str| line.strip_prefix("pub mod ")?.strip_suffix(';').map(str::to_owned);
    lib.lines().filter_map(module).collect()
}

/// The modules of the crate that a piece of code names: `x` of `crate::x`, and of each part of `crate::{x, y::z}`.
fn crate_modules(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let names = after.strip_prefix('{').map_or_else(|| vec![after], |list| top_level(list));
        for name in names {
            let name = name.trim_start();
            let end = name.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            if end > 0 {
                found.insert(name[..end].to_owned());
            }
        }
    }
    found
}

/// The parts of a `{a, b::{c, d}}` list behind its first brace.
fn top_level(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (index, letter) in list.char_indices() {
        match letter {
            '{' => depth += 1,
            ',' if depth == 0 => {
                parts.push(&list[start..index]);
                start = index + 1;
            }
            '}' if depth == 0 => {
                parts.push(&list[start..index]);
                break;
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    parts
}

/// Fails with all complaints at once, or when fewer than `least` things were looked at.
fn settle(complaints: &[String], looked_at: usize, least: usize) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(looked_at >= least, "looked at {looked_at} only, expected {least} or more");
}

#[test]
fn files_are_short() {
    let written: Vec<File> = files().into_iter().filter(File::is_written).collect();
    let long = |file: &File| {
        let lines = file.text.lines().count();
        (lines > MAX_FILE_LINES).then(|| format!("{}: {lines} lines, at most {MAX_FILE_LINES}", file.path))
    };
    let complaints: Vec<String> = written.iter().filter_map(long).collect();
    settle(&complaints, written.len(), 140);
}

#[test]
fn stages_use_only_what_stands_before_them() {
    let order = stages();
    let place = |name: &str| order.iter().position(|stage| stage == name);
    let mut used: BTreeMap<(String, String), String> = BTreeMap::new();
    let (mut looked_at, mut complaints) = (0, Vec::new());
    for file in files().iter().filter(|file| file.is_rust()) {
        let Some(stage) = file.stage() else { continue };
        looked_at += 1;
        let code = file.code().map(|(_, line)| line.to_owned()).collect::<Vec<_>>().join("\n");
        for module in crate_modules(&code) {
            if place(&module).is_none() {
                complaints.push(format!("{}: `crate::{module}` is no stage of src/lib.rs", file.path));
            }
            used.entry((stage.to_owned(), module)).or_insert_with(|| file.path.clone());
        }
    }
    for ((stage, module), path) in &used {
        let backwards = stage == module
            || COMPOSERS.contains(&stage.as_str()) && !COMPOSERS.contains(&module.as_str())
            || place(module) < place(stage)
            || PUSHES_INTO.contains(&(stage, module));
        if !backwards {
            complaints
                .push(format!("{path}: `{stage}` uses `{module}`, which stands after it in src/lib.rs"));
        }
        if (stage == TESTKIT) != (module == TESTKIT) {
            complaints.push(format!(
                "{path}: `{stage}` uses `{module}`: the testkit shares no code with the stages"
            ));
        }
    }
    for (stage, module) in PUSHES_INTO {
        if !used.contains_key(&(stage.to_owned(), module.to_owned())) {
            complaints.push(format!("`{stage}` no longer uses `{module}`: take it out of PUSHES_INTO"));
        }
    }
    settle(&complaints, looked_at, 110);
    assert!(used.len() > 30, "only {} uses between stages were found", used.len());
}

#[test]
fn every_folder_of_src_is_a_stage() {
    let order: BTreeSet<String> = stages().into_iter().collect();
    let folders: BTreeSet<String> = entries(&root().join("src"))
        .iter()
        .filter(|path| path.is_dir())
        .filter_map(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    assert_eq!(order, folders);
    assert!(order.len() > 12);
}

#[test]
fn uses_are_found_in_every_spelling() {
    let code = "use crate::model::time::Bucket;\nuse crate::{read, parse::{self, format}, source as storage};\nlet x = crate::price::BOOK_DATE;";
    let found: Vec<String> = crate_modules(code).into_iter().collect();
    assert_eq!(found, ["model", "parse", "price", "read", "source"]);
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let anywhere = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!(")];
    let outside_tests =
        [concat!(".unwrap", "()"), concat!("unimplemented", "!("), concat!("unwrap_", "err()")];
    let (mut looked_at, mut complaints) = (0, Vec::new());
    for file in files().iter().filter(|file| file.is_written()) {
        looked_at += 1;
        for (index, line) in file.text.lines().enumerate() {
            if let Some(word) = anywhere.iter().find(|word| line.contains(**word)) {
                complaints.push(format!("{}:{}: {word}", file.path, index + 1));
            }
        }
        if file.is_rust() && !file.is_test() {
            for (number, line) in file.code() {
                if let Some(word) = outside_tests.iter().find(|word| line.contains(**word)) {
                    complaints
                        .push(format!("{}:{number}: {word} outside tests: use expect(\"why\")", file.path));
                }
            }
        }
    }
    settle(&complaints, looked_at, 140);
}

#[test]
fn every_rust_file_begins_with_what_it_is_for() {
    let rust: Vec<File> = files().into_iter().filter(File::is_rust).collect();
    let complaints: Vec<String> = rust
        .iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}: the first line does not say what the file is for (`//! ...`)", file.path))
        .collect();
    settle(&complaints, rust.len(), 140);
}

#[test]
fn every_case_has_its_derivation() {
    let cases: Vec<PathBuf> =
        entries(&root().join("tests/cases")).into_iter().filter(|path| path.is_dir()).collect();
    let mut complaints = Vec::new();
    for case in &cases {
        let text = std::fs::read_to_string(case.join("case.toml")).unwrap_or_default();
        let described = toml::from_str::<toml::Table>(&text).is_ok_and(|case| {
            case.get("description").and_then(toml::Value::as_str).is_some_and(|t| t.len() > 20)
        });
        if !described {
            complaints.push(format!("{}: no case.toml with a description", case.display()));
        }
        if !case.join("logs").is_dir() {
            complaints.push(format!("{}: no logs/", case.display()));
        }
    }
    settle(&complaints, cases.len(), 50);
}

#[test]
fn no_file_names_a_place_of_its_author() {
    // Put together here, so that this file does not find itself.
    let places = [concat!("/wo", "rk/"), concat!("/tmp/", "wt"), concat!("/ro", "ot/")];
    let files = files();
    let mut complaints = Vec::new();
    for file in &files {
        for (index, line) in file.text.lines().enumerate() {
            if let Some(place) = places.iter().find(|place| line.contains(**place)) {
                complaints.push(format!("{}:{}: `{place}`", file.path, index + 1));
            }
        }
    }
    settle(&complaints, files.len(), 300);
}

#[test]
fn every_dependency_is_from_the_public_registry() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("Cargo.lock");
    let sources: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("source = ")).collect();
    let complaints: Vec<String> = sources
        .iter()
        .filter(|source| **source != "\"registry+https://github.com/rust-lang/crates.io-index\"")
        .map(|source| format!("Cargo.lock: {source}"))
        .collect();
    settle(&complaints, sources.len(), 100);
}

/// The code spans of a line of Markdown.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// A section of `src/README.md`, from its heading to the next one of its rank.
fn code_map_section(heading: &str) -> String {
    let text = std::fs::read_to_string(root().join("src/README.md")).expect("src/README.md");
    let start = text
        .find(&format!("## {heading}\n"))
        .unwrap_or_else(|| panic!("src/README.md: no section {heading}"));
    let body = &text[start + 3..];
    body[..body.find("\n## ").unwrap_or(body.len())].to_owned()
}

#[test]
fn the_code_map_names_every_stage_in_the_order_of_lib_rs() {
    let section = code_map_section("Code map");
    let named: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| [`")?.split_once('`').map(|(name, _)| name))
        .collect();
    assert_eq!(named, stages());
}

/// Every invariant ends in "Held by" and the tests that hold it, as `file` and the names of functions there.
#[test]
fn every_invariant_names_tests_that_exist() {
    let section = code_map_section("Invariants");
    let rust: Vec<File> = files().into_iter().filter(File::is_rust).collect();
    let (mut invariants, mut tests, mut complaints) = (0, 0, Vec::new());
    for part in section.split('\n').filter(|line| line.trim_start().starts_with("Held by")) {
        invariants += 1;
        let mut here = 0;
        for span in code_spans(part) {
            let Some((path, name)) = span.split_once("::") else { continue };
            here += 1;
            let function = format!("fn {name}(");
            if !rust.iter().any(|file| file.path == path && file.text.contains(&function)) {
                complaints.push(format!("src/README.md: {path} has no test {name}"));
            }
        }
        if here == 0 {
            complaints.push(format!("src/README.md: no test in `{part}`"));
        }
        tests += here;
    }
    let numbered =
        section.lines().filter(|line| line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok()));
    assert_eq!(numbered.count(), invariants, "an invariant without a line `Held by ...`");
    settle(&complaints, tests, 15);
}

#[test]
fn every_limit_has_the_value_that_is_written_down() {
    let section = code_map_section("Limits");
    let (mut looked_at, mut complaints) = (0, Vec::new());
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        looked_at += 1;
        let spans: Vec<&str> = code_spans(row).collect();
        let [name, value, path] = spans[..3] else { panic!("src/README.md: name, value and file in {row}") };
        let source = std::fs::read_to_string(root().join("src").join(path)).unwrap_or_default();
        let stated = source.lines().any(|line| {
            let constant = line.contains(&format!("const {name}:"));
            constant && line.ends_with(&format!("= {value};"))
        });
        if !stated {
            complaints.push(format!("src/README.md: {path} does not say `{name} ... = {value}`"));
        }
    }
    settle(&complaints, looked_at, 10);
}
