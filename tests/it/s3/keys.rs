//! How many keys there are and how they are spelt.

use super::estate::Estate;
use super::proxy::{Act, Kind, Proxy};
use super::server::{BUCKET, server};
use super::wire::{Client, path_of};

/// Keys of one page of a listing.
const PAGE: usize = 1000;

/// Requests for the levels above the days of one Region: the prefix, `AWSLogs/`, the account, the service.
pub(super) const LEVELS: usize = 4;

/// One log in the default format, of one record each with bytes of its own.
fn log(number: usize) -> Vec<u8> {
    let bytes = 1_000_000 + number;
    format!(
        "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n\
         2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.1.5 198.51.100.7 40000 443 6 10 {bytes} 1773100800 1773100860 ACCEPT OK\n"
    )
    .into_bytes()
}

/// So many small logs as AWS names them.
pub(super) fn write_many(estate: &Estate, count: usize) {
    for number in 0..count {
        let (hour, minute) = (number / 12 % 24, number % 12 * 5);
        let name = format!(
            "AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/03/10/111122223333_vpcflowlogs_us-east-1_\
             fl-0123456789abcdef0_20260310T{hour:02}{minute:02}Z_{number:08x}.log"
        );
        estate.write(&name, &log(number));
    }
}

#[test]
fn every_page_of_a_listing_is_read() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "many");
    let count = 2 * PAGE + 600;
    write_many(&estate, count);
    estate.upload();
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    assert_eq!((proxy.count(Kind::List), proxy.count(Kind::Get)), (LEVELS + 3, count));
    // By hand: sum of 1,000,000 + n for n from 0 to count - 1.
    let sum = count * 1_000_000 + count * (count - 1) / 2;
    assert_eq!(run.json()["ledger"]["bytes_total"], sum);
}

#[test]
fn reading_begins_before_the_listing_ends() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "streamed");
    write_many(&estate, PAGE + 200);
    estate.upload();
    let proxy = Proxy::new(server.address, |asked| {
        let second_page = asked.kind == Kind::List && asked.earlier == 1;
        if second_page { Act::Freeze(std::time::Duration::from_secs(3)) } else { Act::Pass }
    });
    let expected = estate.expected(&[]);
    estate.report(&proxy.url(), &[]).assert_clean(&expected);
    let asked = proxy.asked();
    let last_page = asked.iter().rposition(|(asked, _)| asked.kind == Kind::List).expect("a listing");
    let first_object = asked.iter().position(|(asked, _)| asked.kind == Kind::Get).expect("an object");
    let before = asked[..last_page].iter().filter(|(asked, _)| asked.kind == Kind::Get).count();
    assert!(
        first_object < last_page || before > 0 || asked.len() > PAGE,
        "the first object was asked for after the last page: request {first_object} after {last_page}"
    );
}

#[test]
fn keys_are_what_they_are() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "odd names/a+b & c");
    let names = [
        "with space.log",
        "two  spaces.log",
        "plus+plus.log",
        "percent%20not-a-space.log",
        "100%.log",
        "%2F.log",
        "ünïcödé-日本語-🚦.log",
        "e\u{301} apart.log",
        "quote'and\"quote.log",
        "a=b&c=d?e#f.log",
        "semi;colon,comma:colon@at!dollar$.log",
        "brackets[1]{2}(3)<4>|5^6~7`8.log",
        "star*.log",
        "folder with space/ü+%/log.log",
    ];
    for (number, name) in names.iter().enumerate() {
        estate.write(name, &log(number));
    }
    estate.upload();
    let endpoint = format!("http://{}", server.address);
    let run = estate.report(&endpoint, &[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = run.json();
    assert_eq!(report["ledger"]["objects_read"], names.len(), "{}", run.stdout);
    let sum = names.len() * 1_000_000 + names.len() * (names.len() - 1) / 2;
    assert_eq!(report["ledger"]["bytes_total"], sum);
    // And one of them by its own name.
    for (number, name) in names.iter().enumerate() {
        let address = format!("{}{name}", estate.address());
        let run = estate.report_of(&address, &endpoint, &[], &super::estate::reader());
        assert_eq!(run.code, 0, "{address}: {}", run.stderr);
        assert_eq!(run.json()["ledger"]["bytes_total"], 1_000_000 + number, "{address}");
    }
}

#[test]
fn a_prefix_is_an_object_or_a_folder_or_what_keys_begin_with() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "beginnings");
    for (number, name) in ["a/1.log", "ab/2.log", "b/3.log", "b/3.log.old.log"].into_iter().enumerate() {
        estate.write(name, &log(number));
    }
    estate.upload();
    let endpoint = format!("http://{}", server.address);
    let bytes = |prefix: &str| {
        let address = format!("s3://{BUCKET}/beginnings/{prefix}");
        let run = estate.report_of(&address, &endpoint, &[], &super::estate::reader());
        assert_eq!(run.code, 0, "{address}: {}", run.stderr);
        run.json()["ledger"]["bytes_total"].as_u64().expect("a number")
    };
    assert_eq!(bytes("a/"), 1_000_000);
    assert_eq!(bytes("a"), 1_000_000, "the folder, and not another whose name begins so");
    assert_eq!(bytes("b/3.log"), 1_000_002, "the object, and not another whose name begins so");
    assert_eq!(bytes("b/3.lo"), 2_000_005, "whatever begins so");
    assert_eq!(bytes(""), 4_000_006);
}

#[test]
fn empty_objects_and_folder_markers_are_nothing() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "empty", 31);
    let folder = estate.names()[0].rsplit_once('/').expect("a folder").0.to_owned();
    estate.write(&format!("{folder}/empty.log.gz"), b"");
    estate.write(&format!("{folder}/empty.log"), b"");
    estate.upload();
    let expected = estate.expected(&[]);
    let mut client = Client::new(server.address);
    // What the console leaves when a "folder" is created.
    for name in ["made-in-the-console/", "AWSLogs/"] {
        let status = client.put(&path_of(BUCKET, &estate.key(name)), b"").expect("an answer");
        assert_eq!(status, 200, "{name}");
    }
    let endpoint = format!("http://{}", server.address);
    estate.report(&endpoint, &[]).assert_clean(&expected);
}

#[test]
fn several_inputs_and_one_object_twice_count_once() {
    let Some(server) = server() else { return };
    let estate = Estate::empty(server, "twice");
    write_many(&estate, 5);
    estate.upload();
    let endpoint = format!("http://{}", server.address);
    let again = format!("{}{}", estate.address(), estate.names()[2]);
    let run = estate.report(&endpoint, &[&again, &estate.address()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.json()["ledger"]["bytes_total"], 5_000_010);
    assert_eq!(run.json()["ledger"]["objects_read"], 5);
    // A bucket and a folder at once: the copies on disk are found to be copies.
    let folder = estate.logs().display().to_string();
    let run = estate.report(&endpoint, &[&folder]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(run.json()["ledger"]["bytes_total"], 5_000_010);
    assert_eq!(run.json()["ledger"]["objects_skipped"], 5);
}
