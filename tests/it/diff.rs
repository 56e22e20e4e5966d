//! `flowtoll diff`: what it prints of real reports, its exit codes, and inputs that are none.

use std::path::Path;

use serde_json::{Value as Json, json};

/// Runs the program in a folder; code, standard output, standard error.
fn run(folder: &Path, args: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder)
        .args(args)
        .env_remove("COLUMNS")
        .write_stdin(stdin)
        .output()
        .expect("flowtoll starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The report of the sample, of one half of its day or with other prices.
fn sample(args: &[&str]) -> Json {
    let all = [&["report", "sample-logs", "--quiet", "--format", "json"], args].concat();
    let (code, out, err) = run(root(), &all, "");
    assert_eq!(code, Some(0), "{err}");
    serde_json::from_str(&out).expect("a report")
}

fn halves() -> [Json; 2] {
    let noon = "2026-03-10T12:00:00Z";
    [sample(&["--to", noon]), sample(&["--from", noon])]
}

/// A folder with two reports, `a.json` and `b.json`.
fn folder(reports: [&Json; 2]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, report) in ["a.json", "b.json"].into_iter().zip(reports) {
        std::fs::write(folder.path().join(name), report.to_string()).expect("a report is written");
    }
    folder
}

fn diff(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    run(folder, &[&["diff", "a.json", "b.json"], args].concat(), "")
}

/// Takes the cost of a line out of the sums of its report.
fn take(report: &mut Json, total: &str, line: &Json) {
    let amount = |value: &Json| -> rust_decimal::Decimal {
        value.as_str().expect("an amount").parse().expect("a decimal")
    };
    for key in [total, "cost_month_usd"] {
        let rest = amount(&report["totals"][key]) - amount(&line["cost_month_usd"]);
        report["totals"][key] = json!(rest.normalize().to_string());
    }
}

/// The first half of the sample's day against the second, with what makes something of every kind: a gateway, an endpoint, a
/// client and an advice only in one of them.
fn changed() -> tempfile::TempDir {
    let [mut before, mut after] = halves();
    let gateway = before["nat_gateways"].as_array_mut().expect("gateways").remove(0);
    take(&mut before, "nat_gateway_cost_month_usd", &gateway);
    let endpoints = after["endpoints"].as_array_mut().expect("endpoints");
    let idle = endpoints.iter().position(|line| line["idle"] == true).expect("an idle endpoint");
    let endpoint = endpoints.remove(idle);
    take(&mut after, "endpoint_cost_month_usd", &endpoint);
    before["advice"].as_array_mut().expect("advice").remove(0);
    after["advice"].as_array_mut().expect("advice").pop();
    after["sources"]["price_book_date"] = json!("2026-12-24");
    folder([&before, &after])
}

#[test]
fn two_halves_of_a_day_as_a_table() {
    let folder = changed();
    let (code, out, err) = diff(folder.path(), &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out);
}

#[test]
fn two_halves_of_a_day_as_markdown() {
    let folder = changed();
    let (code, out, _) = diff(folder.path(), &["--format", "markdown"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out);
}

/// Everything that is written stands in the schema, with a word.
#[test]
fn json_fits_its_schema_and_adds_up() {
    let schema: Json = serde_json::from_str(flowtoll::render::DIFF_SCHEMA_JSON).expect("the schema is JSON");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("a valid schema");
    let folder = changed();
    let (_, out, _) = diff(folder.path(), &["--format", "json"]);
    let written: Json = serde_json::from_str(&out).expect("JSON");
    let faults: Vec<String> =
        validator.iter_errors(&written).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    let described = |name: &str, object: &Json| {
        let definition = &schema["$defs"][name];
        let properties = definition["properties"].as_object().expect("properties");
        let keys: Vec<&String> = object.as_object().expect("an object").keys().collect();
        assert_eq!(keys.len(), properties.len(), "{name}");
        assert_eq!(definition["required"].as_array().map(Vec::len), Some(properties.len()), "{name}");
        for key in keys {
            let words = properties[key]["description"].as_str().unwrap_or_default();
            assert!(words.ends_with('.'), "{name}.{key}");
        }
    };
    let lists = [
        ("nat_gateways", "nat_gateway"),
        ("endpoints", "endpoint"),
        ("services", "service"),
        ("clients", "client"),
        ("advice_new", "advice"),
        ("advice_gone", "advice"),
        ("notes", "note"),
    ];
    for (list, name) in lists {
        assert!(!written[list].as_array().expect("a list").is_empty(), "{list}");
        described(name, &written[list][0]);
    }
    for (object, name) in [("before", "compared"), ("totals", "totals")] {
        described(name, &written[object]);
    }
    described("change", &written["totals"]["cost"]);
    described("effects", &written["totals"]["cost"]["effects"]);
    let amount = |value: &Json| -> rust_decimal::Decimal {
        value.as_str().expect("an amount").parse().expect("a decimal")
    };
    let mut looked_at = 0;
    for (list, _) in &lists[..4] {
        for line in written[list].as_array().expect("a list") {
            let parts = line["effects"].as_object().expect("parts").values().map(amount);
            assert_eq!(parts.sum::<rust_decimal::Decimal>(), amount(&line["change_month_usd"]), "{line}");
            assert_eq!(line["effects"]["other_usd"], "0", "{line}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 20, "{looked_at}");
}

#[test]
fn a_report_against_itself_has_nothing_to_tell() {
    let report = sample(&[]);
    let folder = folder([&report, &report]);
    for (format, words) in [
        ("table", "Nothing changed: both reports"),
        ("markdown", "Nothing changed: both reports"),
        ("json", "\"nat_gateways\": []"),
    ] {
        let (code, out, err) = diff(folder.path(), &["--format", format, "--fail-above", "0"]);
        assert_eq!((code, err.as_str()), (Some(0), ""));
        assert!(out.contains(words), "{out}");
    }
}

/// The sample costs 1,083.52 USD a month; with 10 % more on everything, which no discount gives, by hand: 1,191.871247 is
/// 1,083.519315 x 1.1 rounded, a growth of 108.351932.
#[test]
fn growth_above_the_limit_fails() {
    let before = sample(&[]);
    assert_eq!(before["totals"]["cost_month_usd"], "1083.519315");
    let mut after = before.clone();
    after["totals"]["cost_month_usd"] = json!("1191.871247");
    let grown = folder([&before, &after]);
    let code = |limit: &str| diff(grown.path(), &["--fail-above", limit]).0;
    assert_eq!(code("108.351932"), Some(0));
    assert_eq!(code("108.351931"), Some(1));
    assert_eq!(code("11%"), Some(0));
    assert_eq!(code("9.99%"), Some(1));
    assert_eq!(code("10.0000001%"), Some(0));
    for wrong in ["ten", "-5", "5%%", "", "%", "1e2"] {
        assert_eq!(code(&format!("--fail-above={wrong}")), Some(2), "{wrong}");
        let (code, _, err) = diff(grown.path(), &[&format!("--fail-above={wrong}")]);
        assert_eq!(code, Some(2), "{wrong}");
        assert!(err.contains("10%"), "{err}");
    }
    let (_, out, err) = diff(grown.path(), &["--fail-above", "50"]);
    assert!(err.contains("grew by 108.351932 USD/month, more than --fail-above 50 USD/month"), "{err}");
    assert!(out.contains("not explained"), "{out}");
    assert_eq!(diff(grown.path(), &["--fail-above", "50", "--quiet"]).2, "");
    // Less is never too much, and without a limit nothing is.
    let shrunk = folder([&after, &before]);
    assert_eq!(diff(shrunk.path(), &["--fail-above", "0"]).0, Some(0));
    assert_eq!(diff(grown.path(), &[]).0, Some(0));
    // Of nothing any growth is more than every share.
    let mut nothing = before.clone();
    nothing["totals"]["cost_month_usd"] = json!("0");
    assert_eq!(diff(folder([&nothing, &after]).path(), &["--fail-above", "500%"]).0, Some(1));
    let mut unpriced = before.clone();
    unpriced["totals"]["cost_month_usd"] = json!(null);
    let (code, _, err) = diff(folder([&before, &unpriced]).path(), &["--fail-above", "500%"]);
    assert_eq!(code, Some(1));
    assert!(err.contains("a price is missing"), "{err}");
}

#[test]
fn what_is_no_report_is_named() {
    let report = sample(&[]);
    let folder = folder([&report, &report]);
    let path = folder.path();
    std::fs::write(path.join("text.json"), "nat gateway").expect("a file");
    std::fs::write(path.join("latin.json"), b"\"\xe9\"").expect("a file");
    std::fs::create_dir(path.join("folder")).expect("a folder");
    let mut later = report.clone();
    later["schema"] = json!("flowtoll/report/v2");
    std::fs::write(path.join("later.json"), later.to_string()).expect("a file");
    for (file, words) in [
        ("missing.json", "missing.json"),
        ("text.json", "cannot compare text.json"),
        ("latin.json", "latin.json"),
        ("folder", "folder"),
        ("later.json", "cannot compare later.json: its schema is \"flowtoll/report/v2\""),
    ] {
        for args in [["diff", "a.json", file], ["diff", file, "a.json"]] {
            let (code, out, err) = run(path, &args, "");
            assert_eq!((code, out.as_str()), (Some(2), ""), "{file}");
            assert!(err.contains(words), "{err}");
        }
    }
    assert_eq!(run(path, &["diff", "a.json"], "").0, Some(2));
    assert_eq!(run(path, &["diff", "-", "-"], "").0, Some(2));
    let check = run(root(), &["check", "sample-logs", "--format", "json"], "").1;
    let (code, _, err) = run(path, &["diff", "a.json", "-"], &check);
    assert_eq!(code, Some(2));
    assert!(err.contains("standard input: its schema is \"flowtoll/check/v1\""), "{err}");
}

#[test]
fn a_report_may_come_from_standard_input_and_go_to_a_file() {
    let [before, after] = halves();
    let folder = folder([&before, &after]);
    let direct = diff(folder.path(), &["--format", "json"]).1;
    let args = ["diff", "a.json", "-", "--format", "json", "--output", "out.json"];
    let (code, out, _) = run(folder.path(), &args, &after.to_string());
    assert_eq!((code, out.as_str()), (Some(0), ""));
    let written = std::fs::read_to_string(folder.path().join("out.json")).expect("the file");
    assert_eq!(written, direct.replace("\"b.json\"", "\"standard input\""));
}

/// Names come from tags, and reports from anybody.
#[test]
fn names_are_inert() {
    let report = sample(&[]);
    let mut hostile = report.clone();
    let name = "\u{1b}[31mred\u{202e}| `x` <img src=x> @team ![a](http://b)\nnext";
    hostile["nat_gateways"][0]["name"] = json!(name);
    hostile["nat_gateways"][0]["cost_month_usd"] = json!("1");
    hostile["attribution"][0]["service"] = json!(name);
    hostile["sources"]["inventory"] = json!(name);
    hostile["advice"][0]["id"] = json!(name);
    let folder = folder([&report, &hostile]);
    let (_, table, _) = diff(folder.path(), &[]);
    assert!(table.contains("red") && !table.contains('\u{1b}') && !table.contains('\u{202e}'), "{table}");
    let (_, markdown, _) = diff(folder.path(), &["--format", "markdown"]);
    assert!(markdown.contains("red"));
    for wrong in ["\u{1b}", "\u{202e}", "<img", " `x`", "@team", "![a]", "http://"] {
        assert!(!markdown.contains(wrong), "{wrong:?} in {markdown}");
    }
    // Each row of a table has as many cells as its header.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let mut width = 0;
    for pair in markdown.lines().collect::<Vec<_>>().windows(2) {
        match (pair[0].starts_with('|'), pair[1].starts_with('|')) {
            (false, true) => width = cells(pair[1]),
            (true, true) => assert_eq!(cells(pair[1]), width, "{}", pair[1]),
            _ => {}
        }
    }
    assert!(width > 2);
}

/// Two calendar months from logs to their difference. A host gets 10 GB through a NAT gateway of us-east-1 in the first hour of each
/// day and 1 GB in the last hour of the month.
///
/// September: 720 h x 0.045 + 301 GB x 0.045 = 32.40 + 13.545 = 45.945. October, with 0.040 for a GB: 744 h x 0.045 + 311 GB x
/// 0.040 = 33.48 + 12.44 = 45.92. Rates: (0.040 - 0.045) x 311 = -1.555. Month: 24/720 of 45.945 = 1.5315. Bytes: at the pace of
/// September 301 x 744/720 = 311.0333 GB, so (311 - 311.0333) x 0.045 = -0.0015. Together -0.025.
#[test]
fn two_months_from_their_logs() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = folder.path();
    let header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
    let row = |start: u64, gib: u64| {
        let bytes = gib << 30;
        let end = start + 58;
        format!(
            "2 111122223333 eni-0ccccccccccccccc1 203.0.113.5 10.0.1.5 443 44321 6 9 {bytes} {start} {end} ACCEPT OK"
        )
    };
    // 2026-09-01 and 2026-10-01, 00:00 UTC.
    for (name, first, days) in [("september", 1_788_220_800, 30), ("october", 1_790_812_800, 31)] {
        let mut lines = vec![header.to_owned()];
        lines.extend((0..days).map(|day| row(first + day * 86_400 + 30, 10)));
        lines.push(row(first + days * 86_400 - 3_570, 1));
        let logs = path.join(name);
        std::fs::create_dir(&logs).expect("a folder");
        std::fs::write(logs.join("host.log"), lines.join("\n") + "\n").expect("a log");
    }
    std::fs::write(path.join("prices.toml"), "[region.us-east-1]\nnat_gateway_gb = \"0.040\"\n")
        .expect("a file");
    let inventory = root().join("tests/cases/corpus-03-client-log-v2/inventory");
    let inventory = inventory.to_str().expect("a plain path");
    for (name, file, prices) in
        [("september", "a.json", &[][..]), ("october", "b.json", &["--prices", "prices.toml"])]
    {
        let args = ["report", name, "--inventory", inventory, "--format", "json", "--output", file];
        let (code, _, err) = run(path, &[&args[..], prices].concat(), "");
        assert_eq!(code, Some(0), "{err}");
    }
    let (code, out, _) = diff(path, &["--format", "json"]);
    assert_eq!(code, Some(0));
    let written: Json = serde_json::from_str(&out).expect("JSON");
    let effects = json!({
        "price_usd": "-1.555", "bytes_usd": "-0.0015", "hours_usd": "0", "new_usd": "0", "gone_usd": "0",
        "month_length_usd": "1.5315", "rounding_usd": "0", "other_usd": "0",
    });
    for line in [&written["totals"]["cost"], &written["nat_gateways"][0]] {
        assert_eq!(line["cost_month_before_usd"], "45.945");
        assert_eq!(line["cost_month_after_usd"], "45.92");
        assert_eq!(line["change_month_usd"], "-0.025");
        assert_eq!(line["effects"], effects);
    }
    assert_eq!(written["nat_gateways"][0]["bytes_month_after"], 311_u64 << 30);
    let notes: Vec<&str> =
        written["notes"].as_array().expect("notes").iter().filter_map(|note| note["id"].as_str()).collect();
    assert_eq!(notes, ["month-length", "prices"]);
}
