//! Faults that nobody gets over: what was lost is named, and the exit code tells.

use std::sync::Mutex;
use std::time::Duration;

use super::estate::Estate;
use super::proxy::{Act, Asked, Kind, Proxy};
use super::server::{BUCKET, server};
use super::wire::{Client, path_of};

/// How long a run may go on after its server is gone for good.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the ledger of a run that lost `failed` must hold at least and at most: all of the other objects, and not more than
/// everything.
fn assert_between(estate: &Estate, run: &super::estate::Run, failed: &[String]) {
    let bytes =
        |totals: &serde_json::Value| totals["ledger"]["bytes_total"].as_u64().expect("a number of bytes");
    let least = bytes(&estate.totals_without(failed));
    let most = bytes(&estate.report_of_files(&[]).totals());
    let got = bytes(&run.totals());
    assert!(least <= got && got < most, "{least} <= {got} < {most}");
}

#[test]
fn an_object_that_changes_on_the_way_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "changed", 11);
    let name = estate.largest();
    let key = estate.key(&name);
    let (of_rule, written) = (key.clone(), Mutex::new(false));
    let other = std::fs::read(estate.logs().join(&estate.names()[0])).expect("another object");
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key != of_rule {
            return Act::Pass;
        }
        if asked.kind == Kind::Get && asked.earlier == 0 {
            return Act::Cut(0.5);
        }
        let mut written = written.lock().expect("no rule panics");
        if !*written {
            let status = Client::new(server.address).put(&path_of(BUCKET, &asked.key), &other);
            assert_eq!(status.expect("an answer"), 200);
            *written = true;
        }
        Act::Pass
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, std::slice::from_ref(&name), &["changed"]);
    assert_between(&estate, &run, &[name]);
    let asked: Vec<Asked> =
        proxy.asked().into_iter().map(|(asked, _)| asked).filter(|asked| asked.key == key).collect();
    assert!(asked.len() > 1 && asked[1..].iter().all(|asked| asked.if_match), "{asked:#?}");
}

#[test]
fn an_object_that_changed_since_it_was_listed_is_not_counted_as_the_one_listed() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "changed-early", 12);
    let names = estate.names();
    let (name, other) = (estate.largest(), names[0].clone());
    let content = std::fs::read(estate.logs().join(&other)).expect("another object");
    let of_rule = estate.key(&name);
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key == of_rule && asked.kind == Kind::Get && asked.earlier == 0 {
            let status = Client::new(server.address).put(&path_of(BUCKET, &asked.key), &content);
            assert_eq!(status.expect("an answer"), 200);
        }
        Act::Pass
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, std::slice::from_ref(&name), &["changed"]);
    assert_eq!(run.totals(), estate.totals_without(&[name]));
}

#[test]
fn an_object_that_goes_between_listing_and_reading_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "deleted", 13);
    let name = estate.largest();
    let of_rule = estate.key(&name);
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key == of_rule && asked.kind == Kind::Get && asked.earlier == 0 {
            let status = Client::new(server.address).delete(&path_of(BUCKET, &asked.key));
            assert_eq!(status.expect("an answer"), 204);
        }
        Act::Pass
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, std::slice::from_ref(&name), &["deleted"]);
    assert_eq!(run.totals(), estate.totals_without(&[name]));
}

#[test]
fn an_object_that_goes_while_it_is_read_keeps_what_came_before() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "deleted-later", 14);
    let name = estate.largest();
    let of_rule = estate.key(&name);
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key != of_rule {
            return Act::Pass;
        }
        if asked.kind == Kind::Get && asked.earlier == 0 {
            return Act::Cut(0.5);
        }
        let status = Client::new(server.address).delete(&path_of(BUCKET, &asked.key));
        assert!(status.is_ok());
        Act::Pass
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, std::slice::from_ref(&name), &["deleted"]);
    assert_between(&estate, &run, &[name]);
}

#[test]
fn an_object_that_never_comes_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "never", 15);
    let names = estate.names();
    let failed = vec![names[3].clone(), names[7].clone(), names[11].clone()];
    let acts = [Act::slow_down(), Act::Reset, Act::Cut(0.0)];
    let rules: Vec<(String, Act)> = failed.iter().map(|name| estate.key(name)).zip(acts).collect();
    let proxy = Proxy::new(server.address, move |asked| {
        let rule = rules.iter().find(|(key, _)| *key == asked.key);
        rule.map_or(Act::Pass, |(_, act)| act.clone())
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, &failed, &[]);
    assert_eq!(run.totals(), estate.totals_without(&failed));
    assert!(run.time < PATIENCE, "{:?}", run.time);
}

#[test]
fn a_server_that_dies_while_objects_are_read() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "died", 16);
    let gets = Mutex::new(0);
    let proxy = Proxy::new(server.address, move |asked| {
        let mut gets = gets.lock().expect("no rule panics");
        *gets += u32::from(asked.kind == Kind::Get);
        if *gets > 20 { Act::Die } else { Act::Pass }
    });
    let run = estate.report(&proxy.url(), &[]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    let report = run.json();
    let of_ledger = |key: &str| report["ledger"][key].as_u64().expect("a number");
    // What was not read is named, or lies below a prefix that could not be listed and is named.
    let failures = run.failures();
    assert_eq!(failures.len() as u64, of_ledger("objects_failed"));
    let is_named = |name: &String| {
        let address = format!("{}{name}", estate.address());
        failures
            .keys()
            .any(|failed| *failed == address || failed.ends_with('/') && address.starts_with(failed))
    };
    let (lost, rest): (Vec<String>, Vec<String>) = estate.names().into_iter().partition(is_named);
    assert_eq!(of_ledger("objects_read"), rest.len() as u64);
    assert!(!rest.is_empty() && lost.len() > rest.len());
    assert_between(&estate, &run, &lost);
    assert!(run.time < PATIENCE, "{:?}", run.time);
}

#[test]
fn a_listing_that_breaks_off_is_no_shorter_list() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "unlisted");
    super::keys::write_many(&estate, 1_200);
    estate.upload();
    let proxy = Proxy::new(server.address, |asked| {
        if asked.kind == Kind::List && asked.earlier > 0 { Act::slow_down() } else { Act::Pass }
    });
    let run = estate.report(&proxy.url(), &[]);
    assert!(proxy.count(Kind::List) > 1);
    assert!(run.time < PATIENCE, "{:?}", run.time);
    // Reading has begun when the second page fails: a report is given, or none is; either says so.
    assert!(run.stderr.contains(&format!("s3://{BUCKET}/unlisted")), "{}", run.stderr);
    match run.code {
        1 => assert!(run.failures().keys().any(|name| name.contains("unlisted")), "{}", run.stdout),
        2 => assert_eq!(run.stdout, ""),
        code => panic!("exit code {code}: {}", run.stderr),
    }
}
