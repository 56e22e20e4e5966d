//! `flowtoll rollup s3://...`: each object is asked for once, and the report of what was kept is that of the objects.

use std::process::Output;
use std::time::Duration;

use super::estate::{Estate, assert_same, chance};
use super::proxy::{Act, Kind, Proxy};
use super::server::server;
use super::wire::{Client, path_of};
use crate::s3::server::BUCKET;

/// A rollup of the estate by way of an endpoint, and what it said.
fn rollup(estate: &Estate, endpoint: &str, more: &[&str]) -> (i32, String) {
    let (address, output) = (estate.address(), estate.beside("totals").display().to_string());
    let mut arguments = vec!["rollup", &address, "--output", &output, "--endpoint-url", endpoint];
    arguments.extend_from_slice(more);
    ended(&estate.command(&arguments).output().expect("flowtoll starts"))
}

fn ended(output: &Output) -> (i32, String) {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

/// The report of what the rollup keeps.
fn report(estate: &Estate) -> String {
    let totals = estate.beside("totals").display().to_string();
    let inventory = estate.inventory().display().to_string();
    let arguments = ["report", &totals, "--inventory", &inventory, "--format", "json", "--quiet"];
    let output = estate.command(&arguments).output().expect("flowtoll starts");
    assert!(output.status.code().is_some_and(|code| code < 2), "{}", ended(&output).1);
    String::from_utf8(output.stdout).expect("a report is text")
}

fn requests(proxy: &Proxy) -> usize {
    proxy.count(Kind::Get) + proxy.count(Kind::Range)
}

#[test]
fn each_object_is_asked_for_once() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-once", 91);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let (code, said) = rollup(&estate, &proxy.url(), &["--commit-every", "200000"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(requests(&proxy), estate.names().len(), "{said}");
    assert_same(&report(&estate), &expected);
    // Nothing new: a listing and nothing else.
    let (code, said) = rollup(&estate, &proxy.url(), &[]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(" 0 objects read") && said.contains(&format!(" {} known", estate.names().len())),
        "{said}"
    );
    assert_eq!(requests(&proxy), estate.names().len());
    assert_same(&report(&estate), &expected);
}

#[test]
fn late_objects_add_and_renamed_copies_do_not() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-late", 92);
    let expected = estate.expected(&[]);
    let late = estate.names()[7].clone();
    let mut client = Client::new(server.address);
    let body = std::fs::read(estate.logs().join(&late)).expect("a file of logs");
    assert_eq!(client.delete(&path_of(BUCKET, &estate.key(&late))).expect("an answer"), 204);
    let endpoint = format!("http://{}", server.address);
    assert_eq!(rollup(&estate, &endpoint, &[]).0, 0);
    assert!(report(&estate) != expected);
    assert_eq!(client.put(&path_of(BUCKET, &estate.key(&late)), &body).expect("an answer"), 200);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let (code, said) = rollup(&estate, &proxy.url(), &[]);
    assert!(code == 0 && said.contains(" 1 objects read"), "{said}");
    assert_eq!(requests(&proxy), 1);
    assert_same(&report(&estate), &expected);
    // Under a name that is not AWS's: known by ETag and size.
    let copy = estate.key("moved/by-hand.log.gz");
    assert_eq!(client.put(&path_of(BUCKET, &copy), &body).expect("an answer"), 200);
    let (code, said) = rollup(&estate, &proxy.url(), &[]);
    assert!(code == 0 && said.contains("by-hand.log.gz: copy of ") && said.contains("(1 copies)"), "{said}");
    assert_eq!(requests(&proxy), 1);
    let ledger = |report: &str| {
        serde_json::from_str::<serde_json::Value>(report).expect("JSON")["ledger"]["bytes_total"].clone()
    };
    assert_eq!(ledger(&report(&estate)), ledger(&expected));
}

#[test]
fn faults_do_not_show() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-faults", 93);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |asked| {
        match chance(93, &format!("{:?} {} {}", asked.kind, asked.key, asked.from), asked.earlier) {
            0.0..0.20 => Act::slow_down(),
            0.20..0.40 => Act::Cut(0.4),
            _ => Act::Pass,
        }
    });
    let (code, said) = rollup(&estate, &proxy.url(), &["--commit-every", "300000"]);
    assert_eq!(code, 0, "{said}");
    assert!(proxy.disturbed() > 10);
    assert_same(&report(&estate), &expected);
}

#[test]
fn what_fails_is_named_and_tried_again() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-denied", 94);
    let expected = estate.expected(&[]);
    let denied = estate.key(&estate.names()[5]);
    let of_rule = denied.clone();
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.kind == Kind::Get && asked.key == of_rule {
            Act::Refuse(403, "AccessDenied", Vec::new())
        } else {
            Act::Pass
        }
    });
    let (code, said) = rollup(&estate, &proxy.url(), &[]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&denied) && said.contains("s3:GetObject"), "{said}");
    // All others were asked for once, although one failed.
    assert_eq!(proxy.count(Kind::Get), estate.names().len());
    let told: serde_json::Value = serde_json::from_str(&report(&estate)).expect("JSON");
    assert_eq!(told["ledger"]["objects_failed"], 1);
    let (code, said) = rollup(&estate, &format!("http://{}", server.address), &[]);
    assert!(code == 0 && said.contains(" 1 objects read"), "{said}");
    assert_same(&report(&estate), &expected);
}

#[test]
fn a_bucket_that_cannot_be_listed_leaves_nothing() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-unlisted", 95);
    let proxy = Proxy::new(server.address, |asked| match asked.kind {
        Kind::List => Act::Refuse(403, "AccessDenied", Vec::new()),
        _ => Act::Pass,
    });
    let (code, said) = rollup(&estate, &proxy.url(), &[]);
    assert!(code == 2 && said.contains("s3:ListBucket"), "{code} {said}");
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-killed", 96);
    let expected = estate.expected(&[]);
    // Slow enough that there is something to kill.
    let proxy = Proxy::new(server.address, |asked| match asked.kind {
        Kind::Get => Act::Freeze(Duration::from_millis(60)),
        _ => Act::Pass,
    });
    let (address, output) = (estate.address(), estate.beside("totals").display().to_string());
    let url = proxy.url();
    let arguments =
        ["rollup", &address, "--output", &output, "--endpoint-url", &url, "--commit-every", "60000", "-q"];
    let mut killed = 0;
    for moment in 0..8 {
        let mut child = estate.command(&arguments).spawn().expect("flowtoll starts");
        std::thread::sleep(Duration::from_millis(120 + 70 * moment));
        killed += usize::from(child.try_wait().expect("a child").is_none());
        // SIGKILL: nothing of the program runs any more.
        child.kill().expect("it may be killed");
        child.wait().expect("it ends");
    }
    assert!(killed > 3, "only {killed} of 8 runs were still going");
    let (code, said) = rollup(&estate, &url, &[]);
    assert_eq!(code, 0, "{said}");
    assert_same(&report(&estate), &expected);
}

#[test]
fn a_manifest_names_objects_of_a_bucket() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-manifest", 97);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let names = estate.names();
    let (first, second) = names.split_at(names.len() / 2);
    let output = estate.beside("totals").display().to_string();
    let url = proxy.url();
    let write = |file: &str, names: &[String]| {
        let lines: Vec<String> =
            names.iter().map(|name| format!("{}{name}\t-\t-", estate.address())).collect();
        let path = estate.beside(file);
        std::fs::write(&path, lines.join("\n")).expect("a manifest is written");
        path.display().to_string()
    };
    for (file, names) in [("first.tsv", first), ("second.tsv", second)] {
        let manifest = write(file, names);
        // A part that is done again replaces its earlier self.
        for _ in 0..2 {
            let arguments = ["rollup", "--objects", &manifest, "--output", &output, "--endpoint-url", &url];
            let (code, said) = ended(&estate.command(&arguments).output().expect("flowtoll starts"));
            assert!(code == 0 && said.contains(&format!(" {} objects read", names.len())), "{said}");
        }
    }
    assert_eq!(requests(&proxy), 2 * names.len());
    assert_same(&report(&estate), &expected);
    // Size and ETag of another object: it is named and does not count.
    let wrong = estate.beside("wrong.tsv");
    let line = format!(
        "{}{}\t17\t0123456789abcdef0123456789abcdef\n{}gone.log.gz\t-\t-\n",
        estate.address(),
        names[0],
        estate.address()
    );
    std::fs::write(&wrong, line).expect("a manifest is written");
    let (wrong, other) = (wrong.display().to_string(), estate.beside("other").display().to_string());
    let arguments = ["rollup", "--objects", &wrong, "--output", &other, "--endpoint-url", &url];
    let (code, said) = ended(&estate.command(&arguments).output().expect("flowtoll starts"));
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("changed")
            && said.contains("gone.log.gz: it is not there")
            && said.contains("2 failed"),
        "{said}"
    );
}

#[test]
fn the_recipe_of_every_day_reads_a_bucket() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rollup-recipe", 98);
    let expected = estate.expected(&[]);
    // AWSLogs/ACCOUNT/vpcflowlogs/REGION/2026/03/10/...
    let mut folders: Vec<String> = Vec::new();
    let mut days: Vec<String> = Vec::new();
    for name in estate.names() {
        let parts: Vec<&str> = name.split('/').collect();
        let [.., year, month, day, _] = parts.as_slice() else { panic!("{name}") };
        folders.push(format!("{}{}", estate.address(), parts[..parts.len() - 4].join("/")));
        days.push(format!("{year}-{month}-{day}"));
    }
    folders.sort();
    folders.dedup();
    days.sort();
    assert_eq!(days.first(), days.last(), "three hours of one day");
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_flowtoll")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("PATH"));
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes/rollup-yesterday.sh");
    let output = std::process::Command::new("sh")
        .arg(script)
        .arg(&days[0])
        .envs(super::estate::reader())
        .env("PATH", path)
        .env("AWS_ENDPOINT_URL", format!("http://{}", server.address))
        .env("FLOWTOLL_LOGS", folders.join(" "))
        .env("FLOWTOLL_ROLLUPS", estate.beside("totals"))
        .output()
        .expect("a shell starts");
    let (code, said) = ended(&output);
    assert_eq!(code, 0, "{said}");
    assert_same(&report(&estate), &expected);
}
