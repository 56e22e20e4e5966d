//! Parquet is read where its columns lie: fewer bytes than the object, in few requests.

use flowtoll::testkit::{Codec, FieldOrder, Form, Layout, ParquetStyle, World, WorldOptions};

use super::estate::{Estate, chance};
use super::proxy::{Act, Kind, Proxy};
use super::server::{Server, server};

/// Requests for one object: its end, and its columns in pieces that lie apart.
const MOST_REQUESTS: usize = 40;

/// Objects of 54 columns, of which most are not wanted; some are so large that they are read by ranges.
fn wide(server: &'static Server, prefix: &str, seed: u64) -> Estate {
    let options = WorldOptions { hours: 1, conversations_per_hour: 30_000.0, ..WorldOptions::default() };
    // Nothing packed and no dictionary: much to store for few rows.
    let style = ParquetStyle { codec: Codec::Uncompressed, dictionary: false, ..ParquetStyle::default() };
    let form = Form::Parquet { fields: FieldOrder::V11.fields(), style };
    Estate::of_world(server, prefix, &World::new(seed, options), &form, Layout::with_objects(1, 1))
}

/// Bytes from which on an object is read by ranges.
const LARGE_BYTES: u64 = 16 << 20;

/// Names and sizes of the large objects.
fn large(estate: &Estate) -> Vec<(String, u64)> {
    let size = |name: &String| std::fs::metadata(estate.logs().join(name)).expect("an object").len();
    let sizes = estate.names().into_iter().map(|name| (size(&name), name));
    sizes.filter(|(size, _)| *size > LARGE_BYTES).map(|(size, name)| (name, size)).collect()
}

#[test]
fn only_wanted_columns_are_fetched() {
    let Some(server) = server() else { return };
    let estate = wide(server, "wide", 71);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    let large = large(&estate);
    for name in estate.names() {
        let key = estate.key(&name);
        let of_key =
            |kind| proxy.asked().iter().filter(|(asked, _)| asked.key == key && asked.kind == kind).count();
        if large.iter().any(|(large, _)| *large == name) {
            let ranges = of_key(Kind::Range);
            assert!((2..=MOST_REQUESTS).contains(&ranges), "{ranges} ranges of {name}");
            assert_eq!(of_key(Kind::Get), 0, "{name}");
        } else {
            assert_eq!((of_key(Kind::Get), of_key(Kind::Range)), (1, 0), "{name}");
        }
    }
    // A quarter at least of what is stored in large objects is not worth the way.
    let of_large: u64 = large.iter().map(|(_, size)| size).sum();
    let saved = estate.bytes().saturating_sub(proxy.passed());
    assert!(saved > of_large / 4, "{saved} bytes of {of_large} were not fetched");
}

#[test]
fn ranges_survive_faults() {
    let Some(server) = server() else { return };
    let estate = wide(server, "wide-faults", 72);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |asked| {
        let draw = chance(72, &format!("{} {}", asked.key, asked.from), asked.earlier);
        match draw {
            0.0..0.1 => Act::slow_down(),
            0.1..0.2 => Act::Cut(0.5),
            0.2..0.25 => Act::Reset,
            _ => Act::Pass,
        }
    });
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    assert!(proxy.disturbed() > 0);
}

#[test]
fn every_range_is_of_the_object_that_was_listed() {
    let Some(server) = server() else { return };
    let estate = wide(server, "wide-changed", 73);
    let name = estate.largest();
    let key = estate.key(&name);
    let other = estate.names().into_iter().find(|other| *other != name).expect("several objects");
    let content = std::fs::read(estate.logs().join(other)).expect("another object");
    let of_rule = key.clone();
    let written = std::sync::Mutex::new(0);
    let proxy = Proxy::new(server.address, move |asked| {
        if asked.key == of_rule {
            let mut requests = written.lock().expect("no rule panics");
            *requests += 1;
            if *requests == 2 {
                let path = super::wire::path_of(super::server::BUCKET, &asked.key);
                let status = super::wire::Client::new(server.address).put(&path, &content);
                assert_eq!(status.expect("an answer"), 200);
            }
        }
        Act::Pass
    });
    let run = estate.report(&proxy.url(), &[]);
    let of_key = proxy.asked().iter().filter(|(asked, _)| asked.key == key).count();
    if of_key < 2 {
        // Read in one go: then it was one object.
        assert_eq!(run.code, 0, "{}", run.stderr);
        return;
    }
    estate.assert_failed(&run, std::slice::from_ref(&name), &["changed"]);
    assert!(
        proxy.asked().iter().filter(|(asked, _)| asked.key == key).all(|(asked, _)| asked.if_match),
        "every range says which object it is of"
    );
}
