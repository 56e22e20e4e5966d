//! The proxy does what its acts say: a fault that never happened would prove nothing.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::estate::chance;
use super::proxy::{Act, Kind, Proxy};
use super::server::{BUCKET, Server, server};
use super::wire::{Client, Head, path_of};

const CONTENT: &[u8] = &[b'x'; 100_000];
const MOMENT: Duration = Duration::from_millis(400);

/// What came of a request without a signature: status and body, or how the connection broke after how many bytes of body.
fn get(proxy: &Proxy, key: &str, range: Option<&str>) -> Result<(u16, Vec<u8>), (io::ErrorKind, usize)> {
    let early = |error: io::Error| (error.kind(), 0);
    let address = proxy.url().trim_start_matches("http://").to_owned();
    let mut stream = BufReader::new(TcpStream::connect(&address).map_err(early)?);
    let mut head = Head { start: format!("GET {} HTTP/1.1", path_of(BUCKET, key)), ..Head::default() };
    head.set("Host", &address);
    if let Some(range) = range {
        head.set("Range", range);
    }
    stream.get_mut().write_all(&head.to_bytes()).map_err(early)?;
    let answer = Head::read(&mut stream).map_err(early)?.ok_or((io::ErrorKind::UnexpectedEof, 0))?;
    let length = answer.length().expect("the server says how long it is");
    let mut body = Vec::new();
    let end = stream.by_ref().take(length).read_to_end(&mut body);
    match end {
        Err(error) => Err((error.kind(), body.len())),
        Ok(_) if (body.len() as u64) < length => Err((io::ErrorKind::UnexpectedEof, body.len())),
        Ok(_) => Ok((answer.status(), body)),
    }
}

fn with_object(server: &'static Server, name: &str) -> String {
    let key = format!("harness/{name}");
    let status = Client::new(server.address).put(&path_of(BUCKET, &key), CONTENT).expect("an answer");
    assert_eq!(status, 200);
    key
}

#[test]
fn every_act_is_seen_by_the_client() {
    let Some(server) = server() else { return };
    let key = &with_object(server, "acts");
    let through = |act: Act| {
        let proxy = Proxy::new(server.address, move |_| act.clone());
        let begin = Instant::now();
        let got = get(&proxy, key, None);
        (got, begin.elapsed())
    };
    let whole = Ok((200, CONTENT.to_vec()));
    assert_eq!(through(Act::Pass).0, whole);
    let (refused, _) = through(Act::slow_down());
    let (status, body) = refused.expect("an answer");
    assert!(status == 503 && String::from_utf8_lossy(&body).contains("<Code>SlowDown</Code>"));
    assert_eq!(through(Act::Reset).0, Err((io::ErrorKind::ConnectionReset, 0)));
    assert_eq!(through(Act::Cut(0.25)).0, Err((io::ErrorKind::UnexpectedEof, 25_000)));
    assert_eq!(through(Act::Cut(0.0)).0, Err((io::ErrorKind::UnexpectedEof, 0)));
    for act in [Act::Freeze(MOMENT), Act::Pause(0.5, MOMENT), Act::Slow(200_000)] {
        let (got, time) = through(act.clone());
        assert_eq!(got, whole, "{act:?}");
        assert!(time >= MOMENT, "{act:?}: {time:?}");
    }
}

#[test]
fn requests_are_told_apart_and_counted() {
    let Some(server) = server() else { return };
    let key = &with_object(server, "counts +%ü");
    let proxy = Proxy::new(server.address, |asked| if asked.earlier < 2 { Act::Pass } else { Act::Reset });
    for _ in 0..3 {
        let _ = get(&proxy, key, None);
    }
    let (status, body) = get(&proxy, key, Some("bytes=10-19")).expect("a part");
    assert_eq!((status, body.len()), (206, 10));
    assert_eq!((proxy.count(Kind::Get), proxy.count(Kind::Range), proxy.count(Kind::List)), (3, 1, 0));
    assert_eq!(proxy.disturbed(), 1);
    assert_eq!(proxy.passed(), 2 * CONTENT.len() as u64 + 10);
    let asked = proxy.asked();
    assert!(asked.iter().all(|(asked, _)| asked.key == *key));
    assert_eq!((asked[2].0.earlier, asked[3].0.earlier, asked[3].0.from), (2, 0, 10));
}

#[test]
fn nobody_listens_after_the_end() {
    let Some(server) = server() else { return };
    let key = &with_object(server, "end");
    let proxy = Proxy::new(server.address, |asked| if asked.earlier == 0 { Act::Pass } else { Act::Die });
    assert!(get(&proxy, key, None).is_ok());
    assert!(get(&proxy, key, None).is_err());
    let end = Instant::now() + Duration::from_secs(5);
    while get(&proxy, key, None) != Err((io::ErrorKind::ConnectionRefused, 0)) {
        assert!(Instant::now() < end, "the port stays open");
    }
}

#[test]
fn chances_are_fair_and_the_same_each_time() {
    let draws: Vec<f64> = (0..1_000).map(|number| chance(1, &format!("key-{number}"), number % 3)).collect();
    assert!(draws[7].to_bits() == chance(1, "key-7", 1).to_bits());
    for tenth in 0..10 {
        let within = |draw: &&f64| (f64::from(tenth) / 10.0..f64::from(tenth + 1) / 10.0).contains(*draw);
        let count = draws.iter().filter(within).count();
        assert!((60..140).contains(&count), "{count} of 1,000 draws in tenth {tenth}");
    }
}
