//! The README is true: its commands run, its outputs are the program's, its formats and price files are accepted.
//!
//! A block ` ```console ` holds one command after `$ `; the block ` ```text ` that follows it is its standard output,
//! to the letter. A line `...` there stands for lines left out. After a change of the output,
//! `FLOWTOLL_README=write cargo test readme` writes the new one into the README: each piece between two `...` keeps its
//! first line and its length.

use std::path::Path;

use flowtoll::parse::fields::FIELDS;
use flowtoll::parse::format::LineFormat;
use flowtoll::price::PriceBook;

/// What commands of the README begin with; the test runs the program that cargo has built for it instead.
const RUN: &str = "cargo run --release -- ";
/// The command that runs all tests. It is recognised and not run: this test is part of it.
const TEST: &str = "cargo test";
/// Lines left out.
const GAP: &str = "...";
/// The sections with the two commands that everybody needs.
const SET_UP: [&str; 2] = ["Try it", "Test it"];

/// A fenced block.
#[derive(Debug)]
struct Block {
    /// What stands behind the fence.
    kind: String,
    /// The heading above it.
    section: String,
    /// Index of its first line.
    start: usize,
    lines: Vec<String>,
}

impl Block {
    /// The commands of a block for a shell.
    fn commands(&self) -> Vec<&str> {
        match self.kind.as_str() {
            "console" => self.lines.iter().filter_map(|line| line.strip_prefix("$ ")).collect(),
            "sh" => self.lines.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

fn readme_path() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    std::fs::read_to_string(readme_path()).expect("README.md").replace("\r\n", "\n")
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut section, mut open) = (String::new(), false);
    for (index, line) in text.lines().enumerate() {
        if let Some(kind) = line.strip_prefix("```") {
            if !open {
                let kind = kind.to_owned();
                blocks.push(Block { kind, section: section.clone(), start: index + 1, lines: Vec::new() });
            }
            open = !open;
        } else if open {
            blocks.last_mut().expect("a block is open").lines.push(line.to_owned());
        } else if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
        }
    }
    assert!(!open, "README.md: the last fence is not closed");
    blocks
}

/// The words of a command; `'...'` keeps spaces.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// What the program prints, as lines; run where a reader would, at the root.
fn output(command: &str) -> Vec<String> {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(words(command))
        .env_remove("COLUMNS")
        .output()
        .expect("flowtoll starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{RUN}{command}: {:?}\n{errors}", output.status.code());
    String::from_utf8(output.stdout).expect("output is text").lines().map(str::to_owned).collect()
}

/// Where the first difference is, if any. Pieces between gaps must come in order; the first stands at the start and the
/// last at the end.
fn difference(expected: &[String], got: &[String]) -> Option<String> {
    let pieces: Vec<&[String]> = expected.split(|line| line == GAP).collect();
    let mut place = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let latest = got.len().saturating_sub(piece.len());
        let earliest = if index + 1 == pieces.len() { latest } else { place };
        let last = if index == 0 { 0 } else { latest };
        let found = (earliest.max(place)..=last).find(|at| got[*at..].starts_with(piece));
        let whole = pieces.len() > 1 || piece.len() == got.len();
        let Some(at) = found.filter(|_| whole) else {
            let line = piece.iter().zip(&got[place.min(got.len())..]).find(|(want, got)| want != got);
            return Some(line.map_or_else(
                || format!("not found, or not at the end: {}", piece.join("\n")),
                |(want, got)| format!("README: {want}\nprogram: {got}"),
            ));
        };
        place = at + piece.len();
    }
    None
}

/// The block with the program's present output: each piece keeps its first line and its length.
fn renewed(expected: &[String], got: &[String]) -> Vec<String> {
    let pieces: Vec<&[String]> = expected.split(|line| line == GAP).collect();
    if pieces.len() == 1 {
        return got.to_vec();
    }
    let mut lines = Vec::new();
    let mut place = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let anchor = piece.first().map(String::as_str).unwrap_or_default();
        let at = if index == 0 {
            0
        } else {
            lines.push(GAP.to_owned());
            let found = got[place..].iter().position(|line| line == anchor);
            place
                + found.unwrap_or_else(|| {
                    panic!("the program no longer prints `{anchor}`: edit the README by hand")
                })
        };
        let end = if index + 1 == pieces.len() { got.len() } else { (at + piece.len()).min(got.len()) };
        lines.extend_from_slice(&got[at..end]);
        place = end;
    }
    lines
}

#[test]
fn commands_print_what_the_readme_shows() {
    let text = readme();
    let blocks = blocks(&text);
    let write = std::env::var_os("FLOWTOLL_README").is_some_and(|value| value == "write");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (mut ran, mut complaints) = (0, Vec::new());
    for (index, block) in blocks.iter().enumerate().rev() {
        for command in block.commands().iter().filter_map(|command| command.strip_prefix(RUN)) {
            let got = output(command);
            ran += 1;
            let Some(shown) =
                blocks.get(index + 1).filter(|next| block.kind == "console" && next.kind == "text")
            else {
                continue;
            };
            if write {
                lines.splice(shown.start..shown.start + shown.lines.len(), renewed(&shown.lines, &got));
            } else if let Some(difference) = difference(&shown.lines, &got) {
                complaints.push(format!("{RUN}{command}\n{difference}"));
            }
        }
    }
    assert!(ran > 0, "README.md has no command that can be run");
    if write {
        std::fs::write(readme_path(), lines.join("\n") + "\n").expect("README.md is written");
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n\n"));
}

#[test]
fn there_is_one_command_to_run_and_one_to_test() {
    let text = readme();
    let blocks = blocks(&text);
    let commands = |block: &Block| block.commands().iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let set_up: Vec<String> =
        blocks.iter().filter(|block| SET_UP.contains(&block.section.as_str())).flat_map(commands).collect();
    let starting = |start: &str| set_up.iter().filter(|command| command.starts_with(start)).count();
    assert_eq!(starting(RUN), 1, "{set_up:?}");
    assert_eq!(set_up.iter().filter(|command| *command == TEST).count(), 1, "{set_up:?}");
    assert_eq!(set_up.len(), 2, "nothing else is needed to set up: {set_up:?}");
    let tests = blocks.iter().flat_map(commands).filter(|command| command.starts_with(TEST)).count();
    assert_eq!(
        tests, 1,
        "the check of the repository takes the test command from the README: there must be one"
    );
}

#[test]
fn the_log_format_has_every_field_that_is_read() {
    let text = readme();
    let formats: Vec<&str> =
        text.split("--log-format '").skip(1).filter_map(|rest| rest.split('\'').next()).collect();
    let format = formats.iter().max_by_key(|format| format.len()).expect("a format to create flow logs with");
    let format = LineFormat::of_log_format(format).expect("a format that flowtoll reads");
    let read: Vec<_> =
        FIELDS.iter().filter_map(|field| field.column.map(|column| (field.name, column))).collect();
    let absent: Vec<&str> =
        read.iter().filter(|(_, column)| !format.has(*column)).map(|(name, _)| *name).collect();
    assert!(absent.is_empty(), "the README's format lacks {absent:?}");
    assert!(read.len() > 20);
}

#[test]
fn price_files_are_accepted() {
    let text = readme();
    let files: Vec<String> = blocks(&text)
        .iter()
        .filter(|block| block.kind == "toml")
        .map(|block| block.lines.join("\n"))
        .collect();
    for file in &files {
        PriceBook::embedded().with_overrides(file, "README.md").expect("a price file of the README");
    }
    assert!(!files.is_empty());
}

#[test]
fn a_gap_stands_for_any_lines_and_nothing_else_does() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let got = lines("a\nb\nc\nd\ne");
    for right in ["a\nb\nc\nd\ne", "a\n...\ne", "a\nb\n...\nd\ne", "a\n...\nc\n...\ne"] {
        assert_eq!(difference(&lines(right), &got), None, "{right}");
        assert_eq!(difference(&renewed(&lines(right), &got), &got), None, "{right}");
    }
    for wrong in ["a\nb\nc\nd", "b\n...\ne", "a\n...\nd", "a\n...\nd\n...\nc\n...\ne", "a\nb\nc\nd\ne\nf", ""]
    {
        assert!(difference(&lines(wrong), &got).is_some(), "{wrong}");
    }
    assert_eq!(words("report 'a b' --from 1"), ["report", "a b", "--from", "1"]);
}
