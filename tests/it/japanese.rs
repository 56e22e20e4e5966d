//! With `--lang ja` no sentence is left in English, in any view; and no program is told anything else than without it.

use std::path::Path;

use serde_json::Value as Json;

/// Words that English sentences are made of. Ids, services, meters' units and options have none of them as a word by itself.
const ENGLISH: &[&str] = &[
    "a", "all", "already", "also", "although", "among", "an", "and", "another", "answer", "are", "as", "at",
    "be", "because", "between", "by", "bytes", "can", "cannot", "charge", "client", "clients", "cost",
    "costs", "does", "for", "from", "has", "have", "hour", "hours", "if", "in", "into", "is", "it", "its",
    "known", "less", "make", "many", "may", "month", "more", "most", "no", "not", "nothing", "observed",
    "of", "on", "one", "only", "or", "other", "out", "own", "paid", "records", "same", "saved", "seen", "so",
    "some", "than", "that", "the", "their", "them", "there", "they", "this", "through", "to", "too",
    "unknown", "unpriced", "until", "was", "were", "what", "when", "where", "which", "who", "whose", "with",
    "without", "would", "zone", "zones",
];

/// What a price is quoted from: a citation, not a sentence. As in `src/price/data/prices.toml`.
const SOURCES: &str = include_str!("../../src/price/data/prices.toml");

/// Titles of sources, longest first.
fn citations() -> Vec<String> {
    let book: toml::Table = SOURCES.parse().expect("the price book is TOML");
    let sources = book["source"].as_table().expect("sources").values();
    let mut titles: Vec<String> =
        sources.map(|source| source["text"].as_str().expect("a title").to_owned()).collect();
    titles.sort_by_key(|title| std::cmp::Reverse(title.len()));
    titles
}

/// Without line breaks, escapes of Markdown and entities of a page.
fn one_line(text: &str) -> String {
    let mut plain = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('\\', "");
    for (entity, letter) in
        [("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
    {
        plain = plain.replace(entity, letter);
    }
    plain
}

/// The English words of a text, each with what stands around it. Code between backticks, commands and citations are none.
pub fn english_in(text: &str) -> Vec<String> {
    let mut plain = one_line(text);
    for title in citations() {
        plain = plain.replace(&title, "…");
    }
    let code = plain.split('`').enumerate().filter(|(place, _)| place % 2 == 0).map(|(_, part)| part);
    let plain = code.collect::<Vec<_>>().join("…");
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_./:$%'#=,".contains(c);
    let mut found = Vec::new();
    let mut from = 0;
    for word in plain.split(|c: char| !is_part(c)) {
        let at = from;
        from += word.len() + plain[at + word.len()..].chars().next().map_or(0, char::len_utf8);
        let bare = word.trim_matches(|c| ".,:'".contains(c));
        // `ALL` is a value of AWS.
        let is_word = !bare.chars().all(|c| c.is_ascii_uppercase());
        if is_word && ENGLISH.contains(&bare.to_lowercase().as_str()) {
            let around: String = plain[at..].chars().take(60).collect();
            found.push(around);
        }
    }
    found
}

fn run(folder: &Path, args: &[&str]) -> String {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder)
        .args(args)
        .env("COLUMNS", "160")
        .output()
        .expect("flowtoll starts");
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Text of a page without its head, scripts and tags.
fn text_of(page: &str) -> String {
    let mut rest = page.split_once("<body").expect("a page has a body").1;
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before.split_once('>').map_or(before, |(_, told)| told));
        text.push('\n');
        let skip = ["script", "style", "svg"].iter().find(|name| after.starts_with(**name));
        rest = match skip.and_then(|name| after.split_once(&format!("</{name}"))) {
            Some((_, behind)) => behind,
            None => after.split_once('>').map_or("", |(_, behind)| behind),
        };
    }
    text
}

/// A text without the reasons of objects and records that cannot be read (errors are the same in every language) and without the
/// ids of notes.
fn without_errors(text: &str, report: &Json) -> String {
    let lines =
        ["objects", "malformed_examples"].into_iter().filter_map(|list| report[list].as_array()).flatten();
    let reasons = lines.filter_map(|line| line["reason"].as_str()).map(one_line);
    let text = reasons.fold(one_line(text), |text, reason| text.replace(&reason, "…"));
    let notes = report["notes"].as_array().expect("notes").iter().filter_map(|note| note["id"].as_str());
    notes.fold(text, |text, id| text.replace(&format!("[{id}]"), "…"))
}

#[track_caller]
fn assert_japanese(what: &str, text: &str) {
    let japanese = text.chars().filter(|c| ('\u{3040}'..='\u{9fff}').contains(c)).count();
    assert!(japanese > 20, "{what} is hardly Japanese: {text}");
    let english = english_in(text);
    assert!(english.is_empty(), "{what}:\n  {}", english.join("\n  "));
}

/// Reports of the sample in every view.
#[test]
fn the_sample_is_told_in_japanese() {
    let report: Json =
        serde_json::from_str(&run(root(), &["report", "sample-logs", "--format", "json", "-q"]))
            .expect("a report");
    let ja = |args: &[&str]| {
        without_errors(&run(root(), &[args, &["sample-logs", "--lang", "ja", "-q"]].concat()), &report)
    };
    assert_japanese("table", &ja(&["report"]));
    assert_japanese("markdown", &ja(&["report", "--format", "markdown"]));
    assert_japanese("html", &text_of(&ja(&["report", "--format", "html"])));
    assert_japanese("check", &ja(&["check"]));
    assert_japanese("check markdown", &ja(&["check", "--format", "markdown"]));
    for what in [["explain", "nat", "nat-032c7a1893acb4f41"], ["explain", "client", "eni-01bd3621a84857e03"]]
    {
        assert_japanese(what[1], &ja(&what));
    }
}

/// What the law is made of: it fails on the same texts in English, and on one English sentence among Japanese ones.
#[test]
fn english_is_found() {
    let en = |args: &[&str]| run(root(), &[args, &["sample-logs", "-q"]].concat());
    for args in [&["report"][..], &["check"], &["explain", "nat", "nat-032c7a1893acb4f41"]] {
        let found = english_in(&en(args));
        assert!(found.len() > 10, "{args:?}: {found:?}");
    }
    for sentence in [
        "根拠: no record shows s3 through a NAT gateway",
        "注: its data costs\nthe same",
        "元に戻す方法: create it again",
        "信頼度: 中（24 h observed: less than a day）",
        "金額: unpriced",
    ] {
        assert!(!english_in(sentence).is_empty(), "{sentence}");
    }
    for sentence in [
        "対処: aws ec2 create-route --route-table-id rtb-1 --nat-gateway-id nat-1",
        "vpc-1 の s3 ゲートウェイエンドポイント 3.5 USD/GB",
    ] {
        assert_eq!(english_in(sentence), [""; 0]);
    }
}

/// Every hand-derived case: its table, and the explanation of each of its advice.
#[test]
fn every_case_is_told_in_japanese() {
    let mut explained = std::collections::BTreeSet::new();
    let folders = std::fs::read_dir(root().join("tests/cases"))
        .expect("the cases")
        .map(|entry| entry.expect("an entry").path());
    for folder in folders {
        let case: toml::Table = std::fs::read_to_string(folder.join("case.toml"))
            .expect("a case")
            .parse()
            .expect("a case is TOML");
        let args: Vec<&str> =
            case["args"].as_array().expect("args").iter().filter_map(toml::Value::as_str).collect();
        let name = folder.display().to_string();
        let json: Json =
            serde_json::from_str(&run(&folder, &[&args[..], &["--format", "json", "-q"]].concat()))
                .expect(&name);
        let told = run(&folder, &[&args[..], &["--lang", "ja", "-q"]].concat());
        assert_japanese(&name, &without_errors(&told, &json));
        for (number, line) in (1..).zip(json["advice"].as_array().expect("advice")) {
            // One of each kind and of each remark is enough.
            let evidence = &line["evidence"];
            let kind = (
                line["action"].to_string(),
                evidence["remarks"].to_string(),
                evidence["confidence_reasons"].to_string(),
            );
            if explained.insert(kind) {
                let number = number.to_string();
                let rest = args.iter().skip(1).copied().chain(["--lang", "ja", "-q"]);
                let all: Vec<&str> = ["explain", "advice", &number].into_iter().chain(rest).collect();
                assert_japanese(&format!("{name} {}", line["id"]), &run(&folder, &all));
            }
        }
    }
    let actions: std::collections::BTreeSet<&String> =
        explained.iter().map(|(action, _, _)| action).collect();
    assert_eq!(actions.len(), 7, "every action is explained: {actions:?}");
}

/// A folder with reports of the halves of the sample's day, `a.json` and `b.json`.
fn halves() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let noon = "2026-03-10T12:00:00Z";
    for (name, args) in [("a.json", ["--to", noon]), ("b.json", ["--from", noon])] {
        let json = run(root(), &[&["report", "sample-logs", "--format", "json", "-q"][..], &args].concat());
        std::fs::write(folder.path().join(name), json).expect("a report is written");
    }
    folder
}

/// Two reports of the sample, each way round, in every view.
#[test]
fn comparisons_are_told_in_japanese() {
    let folder = halves();
    let mut other: Json =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("b.json")).expect("b.json"))
            .expect("a report");
    other["advice"] = serde_json::json!([]);
    other["sources"]["price_book_date"] = "2025-01-01".into();
    other["sources"]["ip_ranges_date"] = "2025-01-01".into();
    other["sources"]["inventory"] = Json::Null;
    other["period"]["month_hours"] = 744.into();
    other["ledger"]["malformed"] = 1_000_000.into();
    std::fs::write(folder.path().join("c.json"), other.to_string()).expect("a report is written");
    for pair in [
        ["a.json", "b.json"],
        ["b.json", "a.json"],
        ["a.json", "c.json"],
        ["c.json", "a.json"],
        ["a.json", "a.json"],
    ] {
        for format in ["table", "markdown"] {
            let told =
                run(folder.path(), &[&["diff"][..], &pair, &["--lang", "ja", "--format", format]].concat());
            assert_japanese(&format!("{pair:?} {format}"), &told);
        }
        let json =
            |lang: &[&str]| run(folder.path(), &[&["diff"][..], &pair, &["--format", "json"], lang].concat());
        assert_eq!(json(&[]), json(&["--lang", "ja"]));
    }
}

#[test]
fn look_of_an_explanation() {
    insta::assert_snapshot!(run(root(), &["explain", "advice", "2", "sample-logs", "--lang", "ja", "-q"]));
}

#[test]
fn look_of_findings() {
    insta::assert_snapshot!(run(
        root(),
        &["check", "sample-logs", "--lang", "ja", "--format", "markdown", "-q"]
    ));
}

#[test]
fn look_of_a_comparison() {
    let folder = halves();
    insta::assert_snapshot!(run(folder.path(), &["diff", "a.json", "b.json", "--lang", "ja"]));
}

/// JSON and SARIF are the same bytes in every language.
#[test]
fn programs_are_told_the_same() {
    for args in
        [&["report", "--format", "json"][..], &["check", "--format", "json"], &["check", "--format", "sarif"]]
    {
        let of = |lang| run(root(), &[args, &["sample-logs", "--lang", lang, "-q"]].concat());
        let english = of("en");
        assert!(english.len() > 1_000);
        assert_eq!(english, of("ja"), "{args:?}");
        assert!(!english.chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c)), "{args:?}");
    }
}

/// Pseudonyms reach the Japanese sentences too.
#[test]
fn what_is_redacted_is_so_in_japanese() {
    let plain: Json =
        serde_json::from_str(&run(root(), &["report", "sample-logs", "--format", "json", "-q"]))
            .expect("a report");
    let told = run(root(), &["report", "sample-logs", "--format", "html", "--lang", "ja", "--redact", "-q"]);
    assert!(!told.is_empty());
    for key in [
        "nat_gateways/nat_gateway_id",
        "endpoints/vpc_endpoint_id",
        "attribution/interface_id",
        "findings/resource_id",
    ] {
        let (list, id) = key.split_once('/').expect("a list and its id");
        for line in plain[list].as_array().expect("a list") {
            if let Some(id) = line[id].as_str() {
                assert!(!told.contains(id), "{id} of {list}");
            }
        }
    }
}
