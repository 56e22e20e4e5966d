//! Doors that stay shut: what is missing is said, in time.

use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use super::estate::{Estate, reader, user};
use super::proxy::{Act, Kind, Proxy};
use super::server::{BUCKET, server};
use crate::recipes::Policy;

/// What a setting that is wrong may cost.
const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_key_that_is_denied_names_the_action() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "denied-key", 21);
    let name = estate.largest();
    let of_rule = estate.key(&name);
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key == of_rule { Act::Refuse(403, "AccessDenied", Vec::new()) } else { Act::Pass }
    });
    let run = estate.report(&proxy.url(), &[]);
    estate.assert_failed(&run, std::slice::from_ref(&name), &["s3:GetObject"]);
    assert_eq!(run.totals(), estate.totals_without(std::slice::from_ref(&name)));
    let of_key = proxy.asked().iter().filter(|(asked, _)| asked.key == estate.key(&name)).count();
    assert_eq!(of_key, 1, "what is denied is not asked for again");
}

#[test]
fn without_s3_get_object_there_is_no_report() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "lister", 22);
    let endpoint = format!("http://{}", server.address);
    let run = estate.report_of(&estate.address(), &endpoint, &[], &user("LISTER", "listersecret"));
    run.assert_no_report(&["s3:GetObject", &estate.address()]);
    assert!(run.time < SOON, "{:?}", run.time);
}

#[test]
fn without_s3_list_bucket_there_is_no_report() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "stranger");
    let endpoint = format!("http://{}", server.address);
    let run = estate.report_of(&estate.address(), &endpoint, &[], &user("STRANGER", "strangersecret"));
    run.assert_no_report(&["s3:ListBucket", BUCKET]);
    assert!(run.time < SOON, "{:?}", run.time);
}

#[test]
fn wrong_credentials_are_told_from_missing_rights() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "imposter");
    let endpoint = format!("http://{}", server.address);
    for user in [user("READER", "of another day"), user("NOBODY", "readersecret")] {
        let run = estate.report_of(&estate.address(), &endpoint, &[], &user);
        run.assert_no_report(&["credentials", BUCKET]);
        assert!(!run.stderr.contains("s3:ListBucket"), "{}", run.stderr);
        assert!(run.time < SOON, "{:?}", run.time);
    }
}

#[test]
fn without_credentials_it_says_where_they_could_be() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "nobody");
    let endpoint = format!("http://{}", server.address);
    let run = estate.report_of(&estate.address(), &endpoint, &[], &[("AWS_REGION", "us-east-1")]);
    run.assert_no_report(&["credentials"]);
    assert!(run.time < SOON, "{:?}", run.time);
}

#[test]
fn a_profile_brings_credentials_and_region() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "profile", 23);
    let expected = estate.expected(&[]);
    let (config, credentials) = (estate.beside("config"), estate.beside("credentials"));
    std::fs::write(&config, "[profile logs]\nregion = eu-west-1\n").expect("a file is written");
    std::fs::write(
        &credentials,
        "[default]\naws_access_key_id = NOBODY\naws_secret_access_key = x\n\n\
         [logs]\naws_access_key_id = READER\naws_secret_access_key = readersecret\n",
    )
    .expect("a file is written");
    let files = [
        ("AWS_CONFIG_FILE", config.to_str().expect("a path in UTF-8")),
        ("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().expect("a path in UTF-8")),
    ];
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let run = estate.report_of(&estate.address(), &proxy.url(), &["--profile", "logs"], &files);
    run.assert_clean(&expected);
    assert!(proxy.asked().iter().all(|(asked, _)| asked.region == "eu-west-1"));
    // `--region` rules over the profile.
    let more = ["--profile", "logs", "--region", "eu-central-1"];
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    estate.report_of(&estate.address(), &proxy.url(), &more, &files).assert_clean(&expected);
    assert!(proxy.asked().iter().all(|(asked, _)| asked.region == "eu-central-1"));
    let more = ["--profile", "of-nobody"];
    let run = estate.report_of(&estate.address(), &proxy.url(), &more, &files);
    run.assert_no_report(&["of-nobody"]);
}

#[test]
fn a_bucket_that_is_not_there_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "any");
    let endpoint = format!("http://{}", server.address);
    let run = estate.report_of("s3://flow-logs-of-nobody/AWSLogs/", &endpoint, &[], &reader());
    run.assert_no_report(&["flow-logs-of-nobody", "does not exist"]);
    assert!(run.time < SOON, "{:?}", run.time);
}

#[test]
fn a_prefix_without_objects_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "nothing-here");
    let endpoint = format!("http://{}", server.address);
    let run = estate.report(&endpoint, &[]);
    run.assert_no_report(&["nothing-here"]);
}

#[test]
fn nobody_listens() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "deaf");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("the address of a bound socket"));
    drop(listener);
    let run = estate.report(&endpoint, &[]);
    run.assert_no_report(&["cannot be reached", BUCKET]);
    assert!(run.time < SOON, "{:?}", run.time);
}

#[test]
fn a_bucket_in_another_region_is_read_there_or_the_region_is_named() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "elsewhere", 24);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |asked| {
        if asked.region == "eu-west-1" {
            return Act::Pass;
        }
        let region = ("x-amz-bucket-region".to_owned(), "eu-west-1".to_owned());
        Act::Refuse(301, "PermanentRedirect", vec![region])
    });
    let run = estate.report(&proxy.url(), &[]);
    if run.code == 0 {
        run.assert_clean(&expected);
    } else {
        run.assert_no_report(&["eu-west-1", "--region"]);
    }
    let run = estate.report(&proxy.url(), &["--region", "eu-west-1"]);
    run.assert_clean(&expected);
}

#[test]
fn requester_pays_is_said_with_every_request() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "payer", 25);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |asked| {
        if asked.requester_pays { Act::Pass } else { Act::Refuse(403, "AccessDenied", Vec::new()) }
    });
    estate.report(&proxy.url(), &["--request-payer"]).assert_clean(&expected);
    assert!(proxy.count(Kind::Get) > 0);
    let run = estate.report(&proxy.url(), &[]);
    run.assert_no_report(&[BUCKET]);
}

#[test]
fn the_policy_of_the_recipes_is_enough() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "vpc", 26);
    let expected = estate.expected(&[]);
    let policy = Policy::of("iam-policy.json");
    let proxy = Proxy::new(server.address, move |asked| {
        let allowed = match asked.kind {
            Kind::List => policy.allows_list(&asked.key),
            Kind::Get | Kind::Range => policy.allows_get(&asked.key),
            Kind::Other => false,
        };
        if allowed { Act::Pass } else { Act::Refuse(403, "AccessDenied", Vec::new()) }
    });
    let address = format!("{}AWSLogs/", estate.address());
    let run = estate.report_of(&address, &proxy.url(), &[], &reader());
    run.assert_clean(&expected);
    let hours = ["--from", "2026-03-10T01:00:00Z", "--to", "2026-03-10T02:00:00Z"];
    let run = estate.report_of(&address, &proxy.url(), &hours, &reader());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(proxy.disturbed(), 0, "{:?}", proxy.asked());
    // And what it does not allow is not had.
    let run = estate.report_of(&estate.address(), &proxy.url(), &[], &reader());
    run.assert_no_report(&["s3:ListBucket"]);
}
