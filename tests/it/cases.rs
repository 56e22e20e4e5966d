//! The hand-derived corpus: every folder of `tests/cases` is one piece of traffic with known totals.
//!
//! A case has `logs/`, mostly an `inventory/`, and a `case.toml` whose numbers were derived on paper from the
//! traffic it describes, never by running flowtoll. Keys of `case.toml`:
//!
//! - `description`: what really happened; the derivation stands beside it in comments.
//! - `args`, `exit`: the command line (run inside the case folder, `--format json` is appended) and its exit code.
//! - `[ledger]`, `[period]`, `[totals]`, `[plan]`: keys that must have these values; keys that are not listed are not compared.
//! - `[[nat_gateway]]`, `[[endpoint]]`, `[[attribution]]`, `[[advice]]`, `[[unknown_service]]`, `[[option]]`, `[[day]]`,
//!   `[[object]]`: one table per line of the report's
//!   list. A line is found by the identity keys that the table gives (see [`LISTS`]); all other keys of the table
//!   must be equal. The report may have no further lines, unless `<table>_complete = false`.
//!
//! A key with dots (`"evidence.bytes_excluded"`) goes down into the line, the text `"null"` stands for null, keys
//! ending in `_usd` are compared as decimals, lists in any order.
//!
//! Beside the listed values every case must keep the two ledger equations, its attribution must add up to
//! `bytes_attributed`, and one thread and four must print the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde_json::Value as Json;
use toml::{Table, Value as Toml};

/// A walk that sees fewer cases than this looked in the wrong place.
const AT_LEAST_CASES: usize = 65;

/// A list of the report.
struct List {
    /// Table in `case.toml`.
    table: &'static str,
    /// Key in the report.
    key: &'static str,
    /// Keys that tell lines apart.
    identity: &'static [&'static str],
}

/// The lists that a case can state. All but [`OPEN_LISTS`] must be complete unless the case says otherwise.
const LISTS: &[List] = &[
    List { table: "nat_gateway", key: "nat_gateways", identity: &["nat_gateway_id"] },
    List { table: "endpoint", key: "endpoints", identity: &["vpc_endpoint_id"] },
    List {
        table: "attribution",
        key: "attribution",
        identity: &["interface_id", "vpc_id", "path", "via", "service", "service_region"],
    },
    List { table: "advice", key: "advice", identity: &["action", "vpc_id", "service"] },
    List { table: "option", key: "plan.options", identity: &["vpc_id", "service"] },
    List { table: "unknown_service", key: "unknown_services", identity: &["vpc_id", "service"] },
    List { table: "day", key: "days", identity: &["date"] },
    List { table: "object", key: "objects", identity: &["object", "outcome"] },
];

/// Lists of which a case states what it is about.
const OPEN_LISTS: [&str; 4] = ["day", "object", "unknown_service", "option"];

/// All keys that may stand at the top of a `case.toml`, beside the lists and their `_complete`.
const TOP_KEYS: &[&str] = &["description", "args", "exit", "ledger", "period", "totals", "plan"];

#[test]
fn every_case_gives_what_was_derived_by_hand() {
    let folders = case_folders();
    assert!(folders.len() >= AT_LEAST_CASES, "only {} cases under tests/cases", folders.len());
    let mut report = String::new();
    let mut failed = 0;
    for folder in &folders {
        let complaints = check_case(folder);
        if !complaints.is_empty() {
            failed += 1;
            let name = folder.file_name().expect("a case folder has a name").to_string_lossy();
            writeln!(report, "\ncase {name}").expect("writing to a string");
            for complaint in complaints {
                writeln!(report, "  {complaint}").expect("writing to a string");
            }
        }
    }
    assert!(failed == 0, "{failed} of {} cases differ from their derivation\n{report}", folders.len());
}

/// The folders of `tests/cases` that hold a case, by name.
fn case_folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("tests/cases is a folder")
        .map(|entry| entry.expect("an entry of tests/cases").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// What is wrong with one case; empty when all is as derived.
fn check_case(folder: &Path) -> Vec<String> {
    let text = match std::fs::read_to_string(folder.join("case.toml")) {
        Ok(text) => text,
        Err(error) => return vec![format!("case.toml: {error}")],
    };
    let case: Table = match toml::from_str(&text) {
        Ok(case) => case,
        Err(error) => return vec![format!("case.toml: {error}")],
    };
    let mut complaints = unknown_keys(&case);
    let args: Vec<&str> = case
        .get("args")
        .and_then(Toml::as_array)
        .map_or_else(Vec::new, |args| args.iter().filter_map(Toml::as_str).collect());
    if args.is_empty() {
        return vec!["case.toml: `args` is missing".to_owned()];
    }
    let [one, four] = ["1", "4"].map(|threads| run(folder, &args, threads));
    if one.stdout != four.stdout {
        complaints.push("--threads 1 and --threads 4 print different reports".to_owned());
    }
    compare_exit(&case, &one, &mut complaints);
    match serde_json::from_slice::<Json>(&one.stdout) {
        Ok(report) => {
            equations(&report, &mut complaints);
            arithmetic(&report, &mut complaints);
            options(&report, &mut complaints);
            for table in ["ledger", "period", "totals", "plan"] {
                if let Some(expected) = case.get(table).and_then(Toml::as_table) {
                    compare_keys(table, expected, &report[table], &mut complaints);
                }
            }
            for list in LISTS {
                compare_list(list, &case, &report, &mut complaints);
            }
        }
        Err(error) => complaints.push(format!("stdout is not one JSON report: {error}")),
    }
    complaints
}

/// Keys that no check reads: a typing error in a case must not pass as a check.
fn unknown_keys(case: &Table) -> Vec<String> {
    case.keys()
        .filter(|key| {
            let list = key.strip_suffix("_complete").unwrap_or(key);
            !TOP_KEYS.contains(&key.as_str()) && !LISTS.iter().any(|known| known.table == list)
        })
        .map(|key| format!("case.toml: no check reads the key `{key}`"))
        .collect()
}

/// Runs flowtoll inside the case folder.
fn run(folder: &Path, args: &[&str], threads: &str) -> Output {
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_flowtoll"))
        .current_dir(folder)
        .args(args)
        .args(["--format", "json", "--threads", threads, "--quiet"])
        .output()
        .expect("flowtoll starts")
}

/// The exit code, with what the program said where it differs.
fn compare_exit(case: &Table, output: &Output, complaints: &mut Vec<String>) {
    let expected = case.get("exit").and_then(Toml::as_integer).unwrap_or(0);
    let got = output.status.code().map(i64::from);
    if got != Some(expected) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        complaints.push(format!("exit code: expected {expected}, got {got:?}; stderr: {}", stderr.trim()));
    }
}

/// Every record and byte is in exactly one class, and the attributed ones are all in `attribution`.
fn equations(report: &Json, complaints: &mut Vec<String>) {
    let ledger = |key: &str| whole(&report["ledger"][key]);
    let mut equal = |name: &str, left: u128, right: u128| {
        if left != right {
            complaints.push(format!("ledger: {name}: {left} against {right}"));
        }
    };
    let records = ["ok", "rejected", "nodata", "skipdata", "malformed"].map(ledger).iter().sum();
    equal("records = ok + rejected + nodata + skipdata + malformed", ledger("records"), records);
    let bytes = ["bytes_attributed", "bytes_duplicate_view", "bytes_rejected", "bytes_unattributed"];
    equal(
        "bytes_total = attributed + duplicate_view + rejected + unattributed",
        ledger("bytes_total"),
        bytes.map(ledger).iter().sum(),
    );
    let lines = report["attribution"].as_array().map_or(&[][..], Vec::as_slice);
    let attributed = lines.iter().map(|line| whole(&line["bytes_out"]) + whole(&line["bytes_in"])).sum();
    equal("bytes_attributed = sum of the attribution lines", ledger("bytes_attributed"), attributed);
    let gateways = report["nat_gateways"].as_array().map_or(&[][..], Vec::as_slice);
    let through: u128 =
        gateways.iter().map(|line| whole(&line["bytes_out"]) + whole(&line["bytes_in"])).sum();
    let attributed_to_nat = lines
        .iter()
        .filter(|line| line["path"] == "nat-gateway")
        .map(|line| whole(&line["bytes_out"]) + whole(&line["bytes_in"]));
    equal(
        "bytes of the NAT gateways = attribution lines with path nat-gateway",
        through,
        attributed_to_nat.sum(),
    );
    let days = report["days"].as_array().map_or(&[][..], Vec::as_slice);
    let daily = |key: &str| days.iter().map(|day| whole(&day[key])).sum::<u128>();
    let all = daily("nat_gateway_bytes") + daily("endpoint_bytes") + daily("other_bytes");
    equal("bytes_attributed = sum of the days", ledger("bytes_attributed"), all);
    equal("bytes of the NAT gateways = sum of the days", through, daily("nat_gateway_bytes"));
    equal(
        "observed_hours = sum of the days",
        whole(&report["period"]["observed_hours"]),
        daily("observed_hours"),
    );
    for (list, key) in [("nat_gateways", "nat_gateway_cost_usd"), ("endpoints", "endpoint_cost_usd")] {
        let (lines, days) = (amounts(&report[list], "cost_observed_usd"), amounts(&report["days"], key));
        let same = match (lines, days) {
            // Each amount is rounded to its sixth decimal by itself.
            (Some(lines), Some(days)) => (lines - days).abs() < Decimal::new(1, 4),
            // Without a day nothing was observed, and hours cost nothing.
            (lines, days) => lines == days || report["days"].as_array().is_some_and(Vec::is_empty),
        };
        if !same {
            complaints
                .push(format!("days: {key} adds up to {days:?}, cost_observed_usd of {list} to {lines:?}"));
        }
    }
}

/// What an advice computes step by step leads to its figures, and the plan saves what it costs less.
fn arithmetic(report: &Json, complaints: &mut Vec<String>) {
    let amount = |value: &Json| value.as_str().and_then(|text| Decimal::from_str(text).ok());
    let mut equal = |name: String, left: Option<Decimal>, right: Option<Decimal>| {
        let same = match (left, right) {
            (Some(left), Some(right)) => (left - right).abs() < Decimal::new(1, 4),
            (left, right) => left == right,
        };
        if !same {
            complaints.push(format!("{name}: {left:?} against {right:?}"));
        }
    };
    let difference = |line: &Json| amount(&line["now"]["total_usd"]).zip(amount(&line["after"]["total_usd"]));
    let plan = difference(&report["plan"]).map(|(now, after)| now - after);
    // Where another Region has no price, the saving is still that of those that change.
    let saving = amount(&report["plan"]["saving_month_usd"]);
    equal("plan: saving = now - after".to_owned(), plan, saving.filter(|_| plan.is_some()));
    for line in report["advice"].as_array().map_or(&[][..], Vec::as_slice) {
        let name = |what: &str| format!("advice {}: {what}", line["id"]);
        let [now, after, saving] =
            ["cost_now_usd", "cost_after_usd", "saving_month_usd"].map(|key| amount(&line[key]));
        let difference = now.zip(after).map(|(now, after)| now - after);
        equal(name("saving = now - after"), difference, saving);
        let mut sum = Some(Decimal::ZERO);
        let mut steps = 0;
        for step in line["evidence"]["arithmetic"].as_array().map_or(&[][..], Vec::as_slice) {
            let step = step.as_str().unwrap_or_default();
            let given = step_amount(step);
            let total = [("now: ", now), ("after: ", after), ("saving a month: ", saving)];
            if let Some((word, stated)) = total.into_iter().find(|(word, _)| step.starts_with(word)) {
                equal(name(&format!("the line `{word}`")), given, stated);
                // A saving is not a sum, and what is free has no steps.
                if word != "saving a month: " && !(given == Some(Decimal::ZERO) && sum == given) {
                    equal(name(&format!("the sum of the steps of `{word}`")), sum, given);
                }
                sum = Some(Decimal::ZERO);
                steps += 1;
            } else if step.contains(" = ") && step.ends_with(" USD") && !step.starts_with("together ") {
                sum = sum.zip(given).map(|(sum, given)| sum + given);
            } else if step.ends_with("unpriced") {
                sum = None;
            }
        }
        equal(name("lines of now, after and saving"), Some(Decimal::from(steps)), Some(Decimal::from(3)));
    }
}

/// What is said of where services stand agrees with the advice, and nothing is left out.
fn options(report: &Json, complaints: &mut Vec<String>) {
    let advice: BTreeMap<&str, &Json> = report["advice"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|line| Some((line["id"].as_str()?, line)))
        .collect();
    for option in report["plan"]["options"].as_array().into_iter().flatten() {
        let ids: Vec<&str> =
            option["advice_ids"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let own: Vec<&&Json> = ids.iter().filter_map(|id| advice.get(id)).collect();
        let is_sound = own.len() == ids.len()
            && option["is_changed"] == !own.is_empty()
            && own.first().is_none_or(|line| line["confidence"] == option["confidence"])
            && own.iter().all(|line| {
                let way = line["evidence"]["way_back"].as_str().unwrap_or_default();
                option["way_back"].as_str().is_some_and(|told| told.contains(way))
            })
            && option["way_back"] != ""
            && (option["confidence"] == "high") == (option["confidence_reasons"] == Json::Array(Vec::new()));
        if !is_sound {
            complaints.push(format!("plan.options, against the advice: {option}"));
        }
    }
}

/// The amount that a step ends with.
fn step_amount(step: &str) -> Option<Decimal> {
    let number = step.strip_suffix(" USD")?.rsplit(' ').next()?.replace(',', "");
    Decimal::from_str(&number).ok()
}

/// The sum of a list's amounts; `None` where one is unpriced.
fn amounts(list: &Json, key: &str) -> Option<Decimal> {
    let lines = list.as_array().map_or(&[][..], Vec::as_slice);
    lines.iter().map(|line| line[key].as_str().and_then(|text| Decimal::from_str(text).ok())).sum()
}

/// A byte count; a missing one makes the equations fail.
fn whole(value: &Json) -> u128 {
    value.as_u64().map_or(u128::MAX >> 16, u128::from)
}

/// Finds the line of each expected table and compares it; reports lines that no table claims.
fn compare_list(list: &List, case: &Table, report: &Json, complaints: &mut Vec<String>) {
    let expected: Vec<&Table> = case
        .get(list.table)
        .and_then(Toml::as_array)
        .map_or_else(Vec::new, |t| t.iter().filter_map(Toml::as_table).collect());
    let Some(lines) = list.key.split('.').fold(report, |value, part| &value[part]).as_array() else {
        complaints.push(format!("{}: not a list", list.key));
        return;
    };
    let mut claimed = vec![false; lines.len()];
    for table in expected {
        let name = identity_text(list, table);
        let matching: Vec<usize> = (0..lines.len())
            .filter(|&index| !claimed[index] && same_identity(list, table, &lines[index]))
            .collect();
        match matching[..] {
            [index] => {
                claimed[index] = true;
                compare_keys(&name, table, &lines[index], complaints);
            }
            [] => complaints.push(format!("{name}: expected {}, got no such line", facts(table))),
            _ => complaints
                .push(format!("{name}: {} lines fit, the case names too few identity keys", matching.len())),
        }
    }
    let complete = case
        .get(&format!("{}_complete", list.table))
        .map_or(!OPEN_LISTS.contains(&list.table), |flag| flag.as_bool().unwrap_or(true));
    for (line, claimed) in lines.iter().zip(claimed) {
        if complete && !claimed {
            complaints.push(format!("{}: a line that nothing explains: {line}", list.key));
        }
    }
}

fn same_identity(list: &List, table: &Table, line: &Json) -> bool {
    list.identity.iter().all(|key| table.get(*key).is_none_or(|expected| same(key, expected, &line[*key])))
}

fn identity_text(list: &List, table: &Table) -> String {
    let keys = list.identity.iter().filter_map(|key| table.get(*key).and_then(Toml::as_str));
    format!("{} [{}]", list.key, keys.collect::<Vec<_>>().join(", "))
}

/// The keys of a table on one line.
fn facts(table: &Table) -> String {
    table.iter().map(|(key, value)| format!("{key} {value}")).collect::<Vec<_>>().join(", ")
}

/// Compares each key of `expected` with the line it belongs to.
fn compare_keys(place: &str, expected: &Table, line: &Json, complaints: &mut Vec<String>) {
    for (key, expected) in expected {
        let got = key.split('.').fold(line, |value, part| &value[part]);
        if !same(key, expected, got) {
            complaints.push(format!("{place}: {key}: expected {expected}, got {got}"));
        }
    }
}

/// Whether a value of the report is the one expected.
fn same(key: &str, expected: &Toml, got: &Json) -> bool {
    match expected {
        Toml::String(text) if text == "null" => got.is_null(),
        Toml::String(text) if key.ends_with("_usd") => {
            let expected = Decimal::from_str(text).expect("money in a case is a decimal");
            got.as_str().and_then(|got| Decimal::from_str(got).ok()) == Some(expected)
        }
        Toml::String(text) => got.as_str() == Some(text),
        Toml::Integer(number) => got.as_i64() == Some(*number),
        Toml::Float(number) => got.as_f64().is_some_and(|got| (got - number).abs() < 1e-9),
        Toml::Boolean(flag) => got.as_bool() == Some(*flag),
        Toml::Array(items) => got.as_array().is_some_and(|got| {
            got.len() == items.len() && items.iter().all(|item| got.iter().any(|got| same(key, item, got)))
        }),
        Toml::Table(_) | Toml::Datetime(_) => false,
    }
}

#[test]
fn a_difference_is_named_with_its_key_and_both_values() {
    let case: Table = toml::from_str(
        "[[nat_gateway]]\nnat_gateway_id = \"nat-1\"\nbytes_out = 7\ncoverage = 1.0\ncost_month_usd = \"32.850\"\n\
         [[nat_gateway]]\nnat_gateway_id = \"nat-2\"",
    )
    .expect("TOML");
    let report = serde_json::json!({"nat_gateways": [
        {"nat_gateway_id": "nat-1", "bytes_out": 8, "coverage": null, "cost_month_usd": "32.85"},
        {"nat_gateway_id": "nat-3"},
    ]});
    let mut complaints = Vec::new();
    compare_list(&LISTS[0], &case, &report, &mut complaints);
    assert_eq!(
        complaints,
        [
            "nat_gateways [nat-1]: bytes_out: expected 7, got 8",
            "nat_gateways [nat-1]: coverage: expected 1.0, got null",
            "nat_gateways [nat-2]: expected nat_gateway_id \"nat-2\", got no such line",
            "nat_gateways: a line that nothing explains: {\"nat_gateway_id\":\"nat-3\"}",
        ]
    );
    complaints.clear();
    let ledger = serde_json::json!({"records": 2, "ok": 1, "rejected": 0, "nodata": 0, "skipdata": 0, "malformed": 0,
        "bytes_total": 10, "bytes_attributed": 9, "bytes_duplicate_view": 0, "bytes_rejected": 0, "bytes_unattributed": 0});
    let days = serde_json::json!([{"nat_gateway_bytes": 0, "endpoint_bytes": 0, "other_bytes": 9, "observed_hours": 1,
        "nat_gateway_cost_usd": "0", "endpoint_cost_usd": "0"}]);
    equations(
        &serde_json::json!({"ledger": ledger, "attribution": [{"path": "local", "bytes_out": 9, "bytes_in": 0}],
            "days": days, "period": {"observed_hours": 1}}),
        &mut complaints,
    );
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}
