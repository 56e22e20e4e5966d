//! What holds over a whole period is learned hour by hour.

use crate::aggregate::FastMap;
use crate::attribute::flows::Volume;
use crate::attribute::seam::{Borders, ByClient, Edges, WholeClients};
use crate::model::time::Bucket;

/// Clients with their bytes.
type Rows<'r> = &'r [(u32, u128)];

fn seen(rows: Rows<'_>) -> ByClient {
    rows.iter().map(|(client, bytes_out)| (*client, Volume { bytes_out: *bytes_out, bytes_in: 0 })).collect()
}

/// The clients that are whole after the hours, each as the unit and as the clients saw it. A flow may lie on any hour's border
/// with up to so many bytes.
fn whole(hours: &[(Rows<'_>, Rows<'_>)], most: u128) -> Vec<u32> {
    let mut clients = WholeClients::default();
    for (at_unit, at_client) in hours {
        clients.see(&(seen(at_unit), seen(at_client)), |_, _, bytes| bytes <= most);
    }
    clients.clients().into_iter().collect()
}

#[test]
fn a_client_with_the_same_bytes_in_every_hour_is_whole() {
    assert_eq!(whole(&[(&[(1, 10), (2, 5)], &[(1, 10), (2, 4)]), (&[(1, 3)], &[(1, 3)])], 0), [1]);
    assert_eq!(whole(&[(&[], &[(3, 7)])], 0), [0_u32; 0], "the unit never saw it");
}

#[test]
fn a_flow_on_an_hours_border_is_no_difference() {
    // 4 bytes lie before the border at the unit and behind it at the client; 5 are too many.
    let hours: [(Rows<'_>, Rows<'_>); 2] =
        [(&[(1, 14), (2, 15)], &[(1, 10), (2, 10)]), (&[], &[(1, 4), (2, 5)])];
    assert_eq!(whole(&hours, 4), [1]);
    // The difference must be gone in the end.
    assert_eq!(whole(&hours[..1], 4), [0_u32; 0]);
}

#[test]
fn a_client_that_once_was_not_whole_never_is_again() {
    // Two logs that take turns are equal in sum.
    assert_eq!(whole(&[(&[(1, 10)], &[]), (&[], &[(1, 10)])], 0), [0_u32; 0]);
}

#[test]
fn borders_are_forgotten_hour_by_hour() {
    let edges = |early, late| FastMap::from_iter([(7, Edges { early, late })]);
    let [first, second, third] = [100, 101, 102].map(Bucket);
    let mut borders = Borders::default();
    borders.see(first, edges(0, 5));
    borders.see(second, edges(5, 6));
    borders.see(third, edges(6, 0));
    assert!(borders.meet((7, first), (7, second), 5) && borders.meet((7, second), (7, first), 5));
    assert!(!borders.meet((7, first), (7, second), 6), "more than starts there");
    assert!(borders.meet((7, second), (7, third), 6));
    assert!(!borders.meet((8, second), (7, third), 1), "nothing is known of the other");
    borders.forget_before(second);
    assert!(!borders.meet((7, first), (7, second), 5) && borders.meet((7, second), (7, third), 6));
}
