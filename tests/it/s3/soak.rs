//! Two thousand objects, and everything goes wrong all the time.

use std::time::Duration;

use super::estate::{Estate, chance};
use super::proxy::{Act, Kind, Proxy};
use super::server::server;
use flowtoll::testkit::{FieldOrder, Form, Layout, World, WorldOptions};

/// Objects of the soak, at least.
const OBJECTS: usize = 2_000;
/// How long a run may take on a machine of two cores that has other things to do.
const PATIENCE: Duration = Duration::from_secs(110);

#[test]
fn two_thousand_objects_with_faults() {
    let Some(server) = server() else { return };
    let options = WorldOptions { hours: 34, conversations_per_hour: 300.0, ..WorldOptions::default() };
    let form = Form::text_gz(FieldOrder::V5);
    let estate = Estate::of_world(server, "soak", &World::new(81, options), &form, Layout::default());
    let objects = estate.names().len();
    assert!(objects >= OBJECTS, "{objects} objects");
    let expected = estate.expected(&[]);
    let proxy = Proxy::new(server.address, |asked| {
        match chance(81, &format!("{:?} {} {}", asked.kind, asked.key, asked.from), asked.earlier) {
            0.0..0.20 => Act::slow_down(),
            0.20..0.30 => Act::Cut(0.3),
            0.30..0.40 => Act::Cut(0.95),
            0.40..0.42 => Act::Reset,
            0.42..0.44 => Act::Refuse(500, "InternalError", Vec::new()),
            0.44..0.45 => Act::Pause(0.5, Duration::from_secs(1)),
            0.45..0.47 => Act::Slow(1 << 18),
            _ => Act::Pass,
        }
    });
    let run = estate.report(&proxy.url(), &[]);
    run.assert_clean(&expected);
    assert!(run.time < PATIENCE, "{:?}", run.time);
    let requests = proxy.count(Kind::Get) + proxy.count(Kind::Range);
    assert!(requests > objects && proxy.disturbed() > objects / 3, "{requests}, {}", proxy.disturbed());
}
