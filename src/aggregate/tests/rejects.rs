//! The table of those turned away: what counts, and that its limit does not depend on the order of parts.

use super::super::{End, FlowLogSource, MAX_REJECTED_PAIRS, Partial, RejectedPeer};
use super::seen_rejects;
use crate::model::addr::Addr;

fn source(identity: &str) -> FlowLogSource {
    FlowLogSource { identity: identity.to_owned(), has_pkt: true, columns: 0 }
}

/// A partial in which each of these clients (by the last 32 bits of its address) is turned away once.
fn turned_away(clients: impl Iterator<Item = u32>) -> Partial {
    let mut partial = Partial::new();
    let log = partial.flow_log(&source("fl-1"));
    let observer = partial.observer(b"eni-1", log);
    for client in clients {
        let src = End::address(partial.address(Addr::v4(0x0a00_0000 + client)));
        partial.reject(observer, src, End::class(3));
    }
    partial
}

#[test]
fn only_kept_clients_with_a_peer_count() {
    let mut partial = Partial::new();
    let log = partial.flow_log(&source("fl-1"));
    let observer = partial.observer(b"eni-1", log);
    let (client, peer) = (Addr::v4(0x0a00_0001), Addr::v4(0x0a00_0002));
    let (src, dst) = (End::address(partial.address(client)), End::address(partial.address(peer)));
    for (src, dst) in [(src, dst), (src, dst), (src, End::MISSING), (End::MISSING, dst), (End::class(1), dst)]
    {
        partial.reject(observer, src, dst);
    }
    let (rejected, more) = partial.rejected();
    assert_eq!((rejected.len(), more), (1, false));
    assert_eq!((rejected[0].observer.as_str(), rejected[0].client), ("eni-1", client));
    assert_eq!((rejected[0].peer, rejected[0].records), (RejectedPeer::Address(peer), 2));
}

#[test]
fn the_first_pairs_are_kept_whole_in_whatever_order_parts_are_merged() {
    let limit = u32::try_from(MAX_REJECTED_PAIRS).expect("a small number");
    let all = 3 * limit;
    // Each client is in two of three parts, so each has two records; each part is above the room there is.
    let part = |skip: u32| turned_away((0..all).rev().filter(move |client| client % 3 != skip));
    let expected: Vec<(Addr, u64)> = (0..limit).map(|client| (Addr::v4(0x0a00_0000 + client), 2)).collect();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let [mut sum, b, c] = order.map(part);
        sum.merge(b);
        sum.merge(c);
        let (rejected, more) = sum.rejected();
        assert!(more);
        let got: Vec<(Addr, u64)> = rejected.iter().map(|pair| (pair.client, pair.records)).collect();
        assert_eq!(got, expected);
        assert_eq!(seen_rejects(&sum).len(), MAX_REJECTED_PAIRS);
    }
    // At the limit nothing is left out, and nothing is said.
    let exact = turned_away(0..limit);
    assert!(!exact.rejected().1);
    assert_eq!(exact.rejected().0.len(), MAX_REJECTED_PAIRS);
}
