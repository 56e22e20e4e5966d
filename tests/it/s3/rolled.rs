//! Rollups of a bucket: the report of the bucket, and each object fetched once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::estate::{Estate, Run, assert_same, chance};
use super::proxy::{Act, Kind, Proxy};
use super::server::{BUCKET, Server, server};
use super::wire::{Client, path_of};

/// The server without a proxy.
fn straight(server: &Server) -> String {
    format!("http://{}", server.address)
}

fn put(estate: &Estate, name: &str, content: &[u8]) {
    let status = Client::new(estate.server.address).put(&path_of(BUCKET, &estate.key(name)), content);
    assert_eq!(status.expect("an answer"), 200);
}

fn delete(estate: &Estate, name: &str) {
    let status = Client::new(estate.server.address).delete(&path_of(BUCKET, &estate.key(name)));
    assert_eq!(status.expect("an answer"), 204);
}

/// Requests for objects.
fn gets(proxy: &Proxy) -> usize {
    proxy.count(Kind::Get) + proxy.count(Kind::Range)
}

fn assert_says(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, code, "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "`{}` does not say `{word}`", run.stderr.trim_end());
    }
}

#[test]
fn a_rollup_of_a_bucket_gives_its_report_and_a_rerun_gets_nothing() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled", 61);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let objects = estate.names().len();
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &[&format!("{objects} objects read")]);
    assert_eq!((gets(&proxy), proxy.count(Kind::Other)), (objects, 0));
    let clean = estate.report(&straight(server), &[]);
    clean.assert_clean(&estate.expected(&[]));
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &clean.stdout);
    let again = estate.rollup(&proxy.url(), "totals", &[]);
    assert_says(&again, 0, &["0 objects read", &format!("{objects} known")]);
    assert_eq!((gets(&proxy), proxy.count(Kind::Other)), (objects, 0));
    // One object after the other, by other threads, and merged.
    let slowly = ["--commit-every", "1", "--threads", "3"];
    assert_says(&estate.rollup(&proxy.url(), "slowly", &slowly), 0, &[]);
    assert_eq!(gets(&proxy), 2 * objects);
    assert_same(&estate.report_of_rollup("slowly", &[]).stdout, &clean.stdout);
}

#[test]
fn a_period_is_listed_and_fetched_and_no_more() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-period", 62);
    let whole = estate.report(&straight(server), &[]);
    let begin = whole.json()["period"]["start"].as_str().expect("a moment").to_owned();
    let hour = |add: u32| {
        format!("{}{:02}:00:00Z", &begin[..11], begin[11..13].parse::<u32>().expect("an hour") + add)
    };
    let (from, to) = (hour(1), hour(2));
    let period = ["--from", from.as_str(), "--to", to.as_str()];
    assert_says(&estate.rollup(&straight(server), "totals", &period), 0, &[]);
    let wanted = estate.report(&straight(server), &period);
    assert_eq!(wanted.code, 0, "{}", wanted.stderr);
    assert_same(&estate.report_of_rollup("totals", &period).stdout, &wanted.stdout);
    let other = estate.rollup(&straight(server), "totals", &[]);
    assert_says(&other, 2, &["holds the period"]);
}

#[test]
fn faults_that_pass_do_not_show() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-faults", 63);
    let acts = [Act::slow_down(), Act::Cut(0.2), Act::Cut(0.9)];
    let proxy = Proxy::new(server.address, move |asked| {
        let draw = chance(63, &format!("{:?} {}", asked.kind, asked.key), asked.earlier);
        match draw {
            draw if draw < 0.2 => acts[0].clone(),
            draw if draw < 0.3 => acts[1].clone(),
            draw if draw < 0.4 => acts[2].clone(),
            _ => Act::Pass,
        }
    });
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &[" 0 failed"]);
    assert!(proxy.disturbed() > 20, "{} requests were disturbed", proxy.disturbed());
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &estate.expected(&[]));
}

#[test]
fn what_fails_is_named_not_counted_and_had_the_next_time() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-failed", 64);
    let names = estate.names();
    let (denied, broken, cut) = (estate.key(&names[3]), estate.key(&names[20]), estate.largest());
    // What the server itself holds only a part of: rows come, then it ends.
    let whole = std::fs::read(estate.logs().join(&cut)).expect("an object");
    put(&estate, &cut, &whole[..whole.len() * 2 / 3]);
    let rule = {
        let (denied, broken) = (denied.clone(), broken.clone());
        move |asked: &super::proxy::Asked| match asked.key.as_str() {
            key if key == denied => Act::Refuse(403, "AccessDenied", Vec::new()),
            key if key == broken => Act::Refuse(404, "NoSuchKey", Vec::new()),
            _ => Act::Pass,
        }
    };
    let proxy = Proxy::new(server.address, rule.clone());
    let run = estate.rollup(&proxy.url(), "totals", &[]);
    assert_says(&run, 1, &[&denied, &broken, &estate.key(&cut), "3 failed"]);
    // Objects that never arrived ask for no second reading; the cut one asks for one, and is read by itself.
    let of = |key: &str| proxy.asked().iter().filter(|(asked, _)| asked.key == key).count();
    assert_eq!((of(&denied), of(&estate.key(&names[0])), of(&estate.key(&cut))), (1, 2, 2));
    let other = Proxy::new(server.address, rule);
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &estate.report(&other.url(), &[]).stdout);

    // It comes whole, and what was refused is given.
    put(&estate, &cut, &whole);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &["3 objects read", " 0 failed"]);
    assert_eq!(gets(&proxy), 3);
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &estate.expected(&[]));
}

#[test]
fn killed_at_any_moment_a_rerun_gives_the_report() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-killed", 65);
    let expected = estate.expected(&[]);
    let begin = Instant::now();
    assert_says(&estate.rollup(&straight(server), "clean", &["--commit-every", "100000"]), 0, &[]);
    let takes = u64::try_from(begin.elapsed().as_micros()).expect("a short time");
    let mut killed = 0;
    for round in 0..6_u64 {
        let output = format!("killed-{round}");
        for moment in 1..=2_u64 {
            let mut command = estate.rollup_command(&straight(server), &output);
            command.arg(estate.address()).args(["--commit-every", "100000"]).stderr(Stdio::null());
            let mut child = command.spawn().expect("the program starts");
            std::thread::sleep(Duration::from_micros(takes * (2 * round + moment) / 14));
            child.kill().expect("it is killed, or done");
            killed += u32::from(!child.wait().expect("it ends").success());
        }
        let proxy = Proxy::new(server.address, |_| Act::Pass);
        assert_says(&estate.rollup(&proxy.url(), &output, &[]), 0, &[]);
        assert!(gets(&proxy) <= estate.names().len());
        assert_same(&estate.report_of_rollup(&output, &[]).stdout, &expected);
    }
    assert!(killed > 3, "only {killed} runs were killed");
}

#[test]
fn late_objects_are_added_and_copies_are_not_even_fetched() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-late", 66);
    let expected = estate.expected(&[]);
    let late = estate.names()[7].clone();
    delete(&estate, &late);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &[]);
    assert_ne!(estate.report_of_rollup("totals", &[]).stdout, expected);
    let content = std::fs::read(estate.logs().join(&late)).expect("an object");
    put(&estate, &late, &content);
    let before = gets(&proxy);
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &["1 objects read"]);
    assert_eq!(gets(&proxy), before + 1);
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &expected);

    // The same content under a name that AWS never gave, and under its own in another folder.
    let base = late.rsplit('/').next().expect("a name");
    for name in ["renamed.gz".to_owned(), format!("zz/{base}")] {
        put(&estate, &name, &content);
        let run = estate.rollup(&proxy.url(), "totals", &[]);
        assert_says(&run, 0, &[&format!("skipped {}{name}: copy of", estate.address()), "0 objects read"]);
        let totals = estate.report_of_rollup("totals", &[]).totals();
        let clean: serde_json::Value = serde_json::from_str(&expected).expect("JSON");
        assert_eq!(totals["ledger"]["records"], clean["ledger"]["records"]);
        assert_eq!(totals["ledger"]["bytes_total"], clean["ledger"]["bytes_total"]);
    }
    assert_eq!(gets(&proxy), before + 1);
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 0, &["0 objects read"]);
}

#[test]
fn an_object_that_changes_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-changed", 67);
    let names = estate.names();
    let (key, other) =
        (estate.key(&names[5]), std::fs::read(estate.logs().join(&names[6])).expect("another"));
    let content = std::fs::read(estate.logs().join(&names[5])).expect("an object");
    let of_rule = key.clone();
    // Between the listing and the request.
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.kind == Kind::Get && asked.key == of_rule {
            let status = Client::new(server.address).put(&path_of(BUCKET, &asked.key), &other);
            assert_eq!(status.expect("an answer"), 200);
        }
        Act::Pass
    });
    assert_says(&estate.rollup(&proxy.url(), "totals", &[]), 1, &[&key, "changed after it was listed"]);
    put(&estate, &names[5], &content);
    assert_says(&estate.rollup(&straight(server), "totals", &[]), 0, &["1 objects read"]);
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &estate.expected(&[]));
    // After it was counted: the hours that it had are counted, what it has now is not.
    put(&estate, &names[5], b"something else");
    let run = estate.rollup(&straight(server), "totals", &[]);
    assert_says(&run, 1, &[&key, "changed since it was counted", "0 objects read"]);
}

#[test]
fn a_listing_that_fails_is_named_until_it_does_not() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-unlisted", 68);
    let account = estate.names()[0].split('/').take(2).collect::<Vec<_>>().join("/");
    let prefix = format!("{}/", estate.key(&account));
    let of_rule = prefix.clone();
    let proxy = Proxy::new(server.address, move |asked| {
        let is_denied = asked.kind == Kind::List && asked.key == of_rule;
        if is_denied { Act::Refuse(403, "AccessDenied", Vec::new()) } else { Act::Pass }
    });
    let run = estate.rollup(&proxy.url(), "totals", &[]);
    assert_says(&run, 1, &[&prefix, "cannot be listed", "1 failed"]);
    let report = estate.report_of_rollup("totals", &[]);
    assert_same(&report.stdout, &estate.report(&proxy.url(), &[]).stdout);
    assert_eq!(report.code, 1);
    assert_says(&estate.rollup(&straight(server), "totals", &[]), 0, &[" 0 failed"]);
    assert_same(&estate.report_of_rollup("totals", &[]).stdout, &estate.expected(&[]));
}

#[test]
fn a_manifest_of_a_bucket_is_exactly_its_objects() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-manifest", 69);
    let names = estate.names();
    let client = Client::new(server.address);
    let line = |name: &String, is_known: bool| {
        let (size, etag) = client.head(&path_of(BUCKET, &estate.key(name))).expect("an object");
        let address = estate.address();
        if is_known {
            format!("{address}{name}\t{size}\t{etag}\n")
        } else {
            format!("{address}{name}\t-\t-\n")
        }
    };
    let write = |name: &str, text: String| {
        std::fs::write(estate.beside(name), text).expect("a manifest");
        estate.beside(name).display().to_string()
    };
    let (first, second) = names.split_at(names.len() / 2);
    let parts = [
        write("a.tsv", first.iter().map(|name| line(name, true)).collect()),
        write("b.tsv", second.iter().map(|name| line(name, false)).collect()),
    ];
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    for part in &parts {
        // A second run of a part takes the place of the first.
        for _ in 0..2 {
            let run = Run::of(estate.rollup_command(&proxy.url(), "totals").args(["--objects", part]));
            assert_says(&run, 0, &[" 0 failed"]);
        }
    }
    // Where the manifest says what it is, nothing is asked but the object; nothing is ever listed.
    assert_eq!((proxy.count(Kind::List), proxy.count(Kind::Other)), (0, 2 * second.len()));
    assert_eq!(gets(&proxy), 2 * names.len());
    let all = write("all.tsv", names.iter().map(|name| line(name, true)).collect());
    let report = estate.report_of_rollup("totals", &["--manifest", &all]);
    assert_same(&report.stdout, &estate.expected(&[]));

    // Another ETag, another size, and what is not there.
    let (size, etag) = client.head(&path_of(BUCKET, &estate.key(&names[0]))).expect("an object");
    let address = estate.address();
    let wrong = write(
        "wrong.tsv",
        format!(
            "{address}{}\t{size}\t{}\n{address}{}\t1\t-\n{address}gone\t-\t-\n{address}gone-too\t7\t{etag}\n",
            names[0],
            "0".repeat(32),
            names[1]
        ),
    );
    let run = Run::of(estate.rollup_command(&proxy.url(), "wrong").args(["--objects", &wrong]));
    assert_says(
        &run,
        1,
        &["0 objects read", "4 failed", "its size is not that of the manifest", "changed", "deleted"],
    );
    for name in [&names[0], &names[1], "gone", "gone-too"] {
        assert_says(&run, 1, &[&format!("failed {address}{name}: ")]);
    }
    let run =
        Run::of(estate.rollup_command(&proxy.url(), "both").args(["--objects", &all]).arg(estate.address()));
    assert_says(&run, 2, &["leave out s3://"]);
}

/// The recipe for every day, as it stands, with this program and this server.
#[test]
fn the_daily_recipe_rolls_up_two_days_of_a_bucket() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "rolled-daily", 70);
    let names = estate.names();
    // ROOT/YYYY/MM/DD/object
    let (root, day) =
        names[0].rsplit_once('/').map_or(("", ""), |(folder, _)| folder.split_at(folder.len() - 10));
    let day = day.replace('/', "-");
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_flowtoll"))
        .parent()
        .expect("a folder")
        .display()
        .to_string();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let rollups = estate.beside("rollups");
    let run = || {
        let mut command = std::process::Command::new("sh");
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/recipes/rollup-yesterday.sh")).arg(&day);
        command.env("PATH", &path).env("HOME", estate.beside("")).env("AWS_ENDPOINT_URL", proxy.url());
        command.env("AWS_EC2_METADATA_DISABLED", "true").envs(super::estate::reader());
        command.env("FLOWTOLL_LOGS", format!("{}{root}", estate.address())).env("FLOWTOLL_ROLLUPS", &rollups);
        Run::of(&mut command)
    };
    let of_root = names.iter().filter(|name| name.starts_with(root)).count();
    assert_says(&run(), 0, &[&format!("{of_root} objects read")]);
    assert_says(&run(), 0, &[" 0 objects read"]);
    assert_eq!(gets(&proxy), of_root);
    let policy = crate::recipes::Policy::of("iam-policy.json");
    let place = estate.key(root);
    for (asked, _) in proxy.asked() {
        // The policy is for `vpc/AWSLogs/`, where the test's prefix is its own.
        let below = format!("vpc/{}", &asked.key[place.find("AWSLogs").expect("a layout of AWS")..]);
        let is_allowed =
            if asked.kind == Kind::List { policy.allows_list(&below) } else { policy.allows_get(&below) };
        assert!(is_allowed, "{asked:?}");
    }
}
