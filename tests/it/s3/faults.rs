//! Faults that a client gets over: the report is that of a clean run.

use std::time::Duration;

use super::estate::{Estate, chance};
use super::proxy::{Act, Asked, Kind, Proxy};
use super::server::server;

/// Longer than the client waits for a byte, so that it must give the connection up and ask again.
const TOO_LONG: Duration = Duration::from_secs(45);
/// Within what a client waits for.
const A_WHILE: Duration = Duration::from_secs(2);
/// How long a run of a hundred small objects may take with any of these faults.
const PATIENCE: Duration = Duration::from_secs(100);

/// Runs an estate through a proxy, and holds that nothing shows but time.
fn nothing_shows(prefix: &str, seed: u64, rule: impl Fn(&Asked) -> Act + Send + Sync + 'static) {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, prefix, seed);
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, rule);
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    assert!(run.time < PATIENCE, "{:?}", run.time);
    assert!(proxy.disturbed() > 0, "no request was disturbed, so nothing was shown");
    assert!(proxy.count(Kind::Get) + proxy.count(Kind::Range) >= estate.names().len());
}

/// One act of these with this chance, drawn anew for each attempt.
fn sometimes(seed: u64, share: f64, acts: &[Act]) -> impl Fn(&Asked) -> Act + Send + Sync + 'static {
    let acts = acts.to_vec();
    move |asked| {
        let draw = chance(seed, &format!("{:?} {}", asked.kind, asked.key), asked.earlier);
        if draw >= share {
            return Act::Pass;
        }
        // The first that draws high enough; the last takes what is left.
        let odds = |left: usize| 1.0 / f64::from(u8::try_from(left).expect("a few acts"));
        let chosen = (0..acts.len()).find(|place| {
            let seed = seed + 1 + *place as u64;
            chance(seed, &asked.key, asked.earlier) < odds(acts.len() - place)
        });
        acts[chosen.unwrap_or(0)].clone()
    }
}

#[test]
fn without_faults_the_report_is_that_of_the_files() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "clean", 1);
    let expected = estate.expected(&[]);
    // Straight, with one thread and with three.
    let endpoint = format!("http://{}", server.address);
    for threads in ["1", "3"] {
        estate.report(&endpoint, &["--threads", threads]).assert_clean(&expected);
    }
    let proxy = Proxy::new(server.address, |_| Act::Pass);
    estate.report(&proxy.url(), &[]).assert_clean(&expected);
    let objects = estate.names().len();
    assert!((50..1000).contains(&objects), "{objects} objects: one page, and not a few");
    // The prefix, `AWSLogs/`, and of each of the two accounts its services, Regions and days; each object once.
    assert_eq!((proxy.count(Kind::List), proxy.count(Kind::Get)), (2 + 2 * 3, objects));
    assert_eq!((proxy.count(Kind::Range), proxy.count(Kind::Other)), (0, 0));
}

#[test]
fn a_busy_server_is_asked_again() {
    nothing_shows("busy", 2, sometimes(2, 0.2, &[Act::slow_down()]));
}

#[test]
fn broken_bodies_are_resumed() {
    nothing_shows("cut", 3, sometimes(3, 0.2, &[Act::Cut(0.03), Act::Cut(0.5), Act::Cut(0.99)]));
}

#[test]
fn busy_and_broken_together() {
    let acts = [Act::slow_down(), Act::Cut(0.2), Act::Cut(0.9)];
    nothing_shows("busy-and-cut", 4, sometimes(4, 0.4, &acts));
}

#[test]
fn errors_and_resets_are_tried_again() {
    let acts = [Act::Refuse(500, "InternalError", Vec::new()), Act::Reset, Act::Cut(0.0)];
    nothing_shows("errors", 5, sometimes(5, 0.2, &acts));
}

#[test]
fn a_short_freeze_is_waited_out() {
    nothing_shows("freeze", 6, sometimes(6, 0.05, &[Act::Freeze(A_WHILE), Act::Pause(0.5, A_WHILE)]));
}

#[test]
fn a_long_freeze_is_given_up_and_asked_again() {
    // Before the answer, in the middle of a body, and in the listing: each is given up once.
    nothing_shows("frozen", 7, |asked| match (asked.kind, asked.earlier) {
        (Kind::List, 0) if asked.key.ends_with("/AWSLogs/") => Act::Freeze(TOO_LONG),
        (Kind::Get, 0) if chance(7, &asked.key, 0) < 0.02 => Act::Freeze(TOO_LONG),
        (Kind::Get, 0) if chance(8, &asked.key, 0) < 0.02 => Act::Pause(0.5, TOO_LONG),
        _ => Act::Pass,
    });
}

#[test]
fn a_slow_line_is_enough() {
    nothing_shows("slow", 8, sometimes(8, 1.0, &[Act::Slow(1 << 20), Act::Slow(1 << 16)]));
}

#[test]
fn what_was_had_is_not_asked_for_again() {
    let Some(server) = server() else { return };
    let estate = Estate::standard(server, "resumed", 9);
    let expected = estate.expected(&[]);
    let largest = estate.key(&estate.largest());
    let of_rule = largest.clone();
    // The body breaks again and again, each time a little later.
    let proxy = Proxy::new(server.address, move |asked| {
        let resumed = asked.kind == Kind::Range && asked.earlier < 3;
        if asked.key == of_rule && (asked.kind == Kind::Get || resumed) { Act::Cut(0.4) } else { Act::Pass }
    });
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    let asked: Vec<Asked> =
        proxy.asked().into_iter().map(|(asked, _)| asked).filter(|asked| asked.key == largest).collect();
    assert_eq!(asked.len(), 5, "{asked:#?}");
    assert!(asked[1..].iter().all(|asked| asked.kind == Kind::Range && asked.if_match), "{asked:#?}");
    assert!(asked.windows(2).all(|pair| pair[0].from < pair[1].from), "{asked:#?}");
}
