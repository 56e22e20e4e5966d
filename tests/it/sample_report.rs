//! The report of `sample-logs` in every form, committed where a reader can open it: `docs/sample-report`.
//!
//! `FLOWTOLL_GOLDENS=write cargo test --test it sample_report` renews it; read the difference. The version and the dates of the price
//! book and of ip-ranges are those of the day it was written: a new one alone changes no figure and asks for no renewal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use super::formats;

/// Where the report lies; relative to the root of the repository, as its README says it.
const FOLDER: &str = "docs/sample-report";

/// The page of the folder, which people write.
const README: &str = "README.md";

/// The files and the arguments that make each. `--format csv` makes a folder, and Parquet is told as text.
const FILES: [(&str, &[&str]); 10] = [
    ("report.txt", &["report"]),
    ("report.ja.txt", &["report", "--lang", "ja"]),
    ("report.json", &["report", "--format", "json"]),
    ("report.md", &["report", "--format", "markdown"]),
    ("report.html", &["report", "--format", "html"]),
    ("report.ja.html", &["report", "--format", "html", "--lang", "ja"]),
    ("check.txt", &["check"]),
    ("check.json", &["check", "--format", "json"]),
    ("check.md", &["check", "--format", "markdown"]),
    ("check.sarif", &["check", "--format", "sarif"]),
];

/// What the rows of `--format parquet` are told in.
const PARQUET: &str = "attribution.parquet.txt";

/// The folder of `--format csv`.
const CSV: &str = "csv";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

fn flowtoll(arguments: &[&str]) -> Vec<u8> {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .arg(arguments[0])
        .args(["sample-logs", "--quiet"])
        .args(&arguments[1..])
        .output()
        .expect("flowtoll starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {errors}");
    output.stdout
}

/// Every file by its path below the folder, as it is now.
fn fresh() -> BTreeMap<String, String> {
    let text = |bytes| String::from_utf8(bytes).expect("a report is UTF-8");
    let mut files: BTreeMap<String, String> =
        FILES.iter().map(|(name, arguments)| ((*name).to_owned(), text(flowtoll(arguments)))).collect();
    let csv = tempfile::tempdir().expect("a folder for the test");
    let tables = formats::csv(csv.path());
    files.extend(tables.into_iter().map(|(name, table)| (format!("{CSV}/{name}"), table)));
    files.insert(PARQUET.to_owned(), formats::parquet_as_text(flowtoll(&["report", "--format", "parquet"])));
    files
}

/// What changes without any figure: the version, and the dates of the prices and of the address ranges.
struct Stamps {
    version: String,
    prices: String,
    ranges: String,
}

impl Stamps {
    /// Those that a set of files was written with.
    fn of(files: &BTreeMap<String, String>) -> Self {
        let json = |name: &str| -> Json {
            let text = files.get(name).unwrap_or_else(|| panic!("no {FOLDER}/{name}: {}", renewal()));
            serde_json::from_str(text).expect("JSON")
        };
        let (report, sarif) = (json("report.json"), json("check.sarif"));
        let text = |value: &Json| value.as_str().expect("a text").to_owned();
        Self {
            version: text(&sarif["runs"][0]["tool"]["driver"]["semanticVersion"]),
            prices: text(&report["sources"]["price_book_date"]),
            ranges: text(&report["sources"]["ip_ranges_date"]),
        }
    }

    /// Puts these in the place of others: the version where it is told as flowtoll's, dates wherever they stand.
    fn instead_of(&self, other: &Self, text: &str) -> String {
        let mut told = text.to_owned();
        for around in [("flowtoll ", ""), ("\"semanticVersion\": \"", "\"")] {
            let said = |stamps: &Self| format!("{}{}{}", around.0, stamps.version, around.1);
            told = told.replace(&said(other), &said(self));
        }
        told.replace(&other.prices, &self.prices).replace(&other.ranges, &self.ranges)
    }
}

fn renewal() -> &'static str {
    "`FLOWTOLL_GOLDENS=write cargo test --test it sample_report` renews the folder; read the difference before you commit it"
}

/// The committed files, without the page.
fn committed() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut waiting = vec![folder()];
    while let Some(place) = waiting.pop() {
        for entry in std::fs::read_dir(&place).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                waiting.push(path);
                continue;
            }
            let name = path.strip_prefix(folder()).expect("a path below the folder").to_string_lossy();
            let name = name.replace('\\', "/");
            if name != README {
                let text = std::fs::read_to_string(&path).expect("a text");
                files.insert(name, text.replace("\r\n", "\n"));
            }
        }
    }
    files
}

fn write(files: &BTreeMap<String, String>) {
    for name in committed().keys().filter(|name| !files.contains_key(*name)) {
        std::fs::remove_file(folder().join(name)).expect("a file that is made no more goes");
    }
    for (name, text) in files {
        let path = folder().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of a file");
        std::fs::write(path, text).expect("a file is written");
    }
}

/// The first line that is not the same, with its number and both wordings, as much as a terminal shows.
fn difference(wanted: &str, found: &str) -> String {
    let short = |line: Option<&str>| {
        line.map_or_else(|| "(no line)".to_owned(), |line| line.chars().take(240).collect())
    };
    let (mut old, mut new) = (wanted.lines(), found.lines());
    for number in 1.. {
        let (was, is) = (old.next(), new.next());
        if was != is {
            return format!("line {number}\n  committed: {}\n  now:       {}", short(was), short(is));
        }
        if was.is_none() {
            break;
        }
    }
    "white space at the end".to_owned()
}

#[test]
fn the_sample_in_every_form_is_what_is_committed() {
    let fresh = fresh();
    if std::env::var_os("FLOWTOLL_GOLDENS").is_some_and(|value| value == "write") {
        return write(&fresh);
    }
    let committed = committed();
    let (then, now) = (Stamps::of(&committed), Stamps::of(&fresh));
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&committed), names(&fresh), "the files of {FOLDER}: {}", renewal());
    let changed = fresh.iter().filter_map(|(name, text)| {
        let text = then.instead_of(&now, text);
        (text != committed[name]).then(|| format!("{FOLDER}/{name}, {}", difference(&committed[name], &text)))
    });
    let changed: Vec<String> = changed.collect();
    assert!(changed.is_empty(), "\n{}\n{}", changed.join("\n"), renewal());
    assert!(fresh.len() > 25, "{:?}", names(&fresh));
}

/// The page says how each file is made, and what it says makes that file.
#[test]
fn the_page_of_the_folder_names_every_file_and_its_command() {
    let page = std::fs::read_to_string(folder().join(README)).expect("the page");
    let mut named = 0;
    for (name, arguments) in FILES {
        let mut command = format!("flowtoll {} sample-logs", arguments[0]);
        for argument in &arguments[1..] {
            command.push(' ');
            command.push_str(argument);
        }
        let row = format!("| [{name}]({name}) | `{command}` |");
        assert!(page.contains(&row), "{FOLDER}/{README} lacks {row}");
        named += 1;
    }
    for name in [PARQUET, CSV] {
        assert!(page.contains(&format!("| [{name}]({name}) |")), "{FOLDER}/{README} lacks {name}");
        named += 1;
    }
    let rows = page.lines().filter(|line| line.starts_with("| [")).count();
    assert_eq!(rows, named);
}

/// A version or a date of data that is another one does not show; anything else does.
#[test]
fn stamps_do_not_show_and_figures_do() {
    let stamps = |version: &str, prices: &str, ranges: &str| Stamps {
        version: version.to_owned(),
        prices: prices.to_owned(),
        ranges: ranges.to_owned(),
    };
    let (then, now) =
        (stamps("0.1.0", "2026-11-22", "2026-08-22"), stamps("0.2.0", "2027-01-05", "2026-12-30"));
    let page = |version: &str, prices: &str, ranges: &str, cost: &str| {
        format!("flowtoll {version}; Prices of {prices}; ip-ranges of {ranges}; {cost} USD; xsd 0.2.0")
    };
    let committed = page("0.1.0", "2026-11-22", "2026-08-22", "1.00");
    assert_eq!(then.instead_of(&now, &page("0.2.0", "2027-01-05", "2026-12-30", "1.00")), committed);
    assert_ne!(then.instead_of(&now, &page("0.2.0", "2027-01-05", "2026-12-30", "1.01")), committed);
    assert!(difference("a\nb", "a\nc").starts_with("line 2\n"));
    assert!(difference("a", "a\nc").contains("(no line)"));
}
