//! Hours of one NAT unit, decided by hand, and bytes split to the last one.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::attribute::flows::Volume;
use crate::attribute::sums::Sums;
use crate::attribute::vantage::{Counted, Decision, HourView, Vantage, apportion};

const fn volume(bytes_out: u128, bytes_in: u128) -> Volume {
    Volume { bytes_out, bytes_in }
}

fn rows(rows: &[((u32, u32), Volume)]) -> Sums<(u32, u32)> {
    rows.iter().copied().collect()
}

fn by_one(rows: &[(u32, Volume)]) -> Sums<u32> {
    rows.iter().copied().collect()
}

fn exactly(client: u32, peer: u32, volume: Volume) -> Counted {
    Counted { client: Some(client), peer: Some(peer), volume, estimated: false }
}

fn estimated(client: u32, peer: u32, volume: Volume) -> Counted {
    Counted { estimated: true, ..exactly(client, peer, volume) }
}

/// Decides an hour of a unit without whole clients, and checks that no byte is lost.
fn decide(hour: &HourView) -> Decision {
    let decision = hour.decide(hour.has_inside(), &BTreeSet::new()).expect("something was seen");
    let counted: u128 = decision.counted.iter().map(|part| part.volume.total()).sum();
    assert_eq!(counted + decision.duplicate_bytes, hour.seen_bytes());
    decision
}

#[test]
fn rows_with_packet_addresses_rule_over_all_others() {
    let hour = HourView {
        inside: rows(&[((1, 10), volume(100, 900)), ((2, 11), volume(50, 70))]),
        outside: by_one(&[(10, volume(100, 900)), (11, volume(50, 70)), (12, volume(0, 40))]),
        clients: rows(&[((1, 10), volume(100, 900))]),
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::NatInside);
    assert_eq!(decision.counted, [exactly(1, 10, volume(100, 900)), exactly(2, 11, volume(50, 70))]);
    // All of N2 and N3 (1,160) and the client's own rows (1,000).
    assert_eq!(decision.duplicate_bytes, 2_160);
    assert_eq!(decision.compared, Some((1_120, 1_000)));
}

#[test]
fn clients_rule_where_the_unit_has_no_row() {
    let hour = HourView {
        clients: rows(&[((1, 10), volume(3, 4)), ((2, 10), volume(5, 6))]),
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::Clients);
    assert_eq!(decision.counted, [exactly(1, 10, volume(3, 4)), exactly(2, 10, volume(5, 6))]);
    assert_eq!((decision.duplicate_bytes, decision.compared), (0, None));
}

#[test]
fn clients_rule_where_they_show_all_that_blind_rows_show() {
    let hour = HourView {
        inside_blind: by_one(&[(1, volume(100, 900))]),
        outside: by_one(&[(10, volume(60, 500)), (11, volume(40, 400))]),
        clients: rows(&[((1, 10), volume(60, 500)), ((1, 11), volume(40, 400))]),
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::Clients);
    assert_eq!(decision.counted, [exactly(1, 10, volume(60, 500)), exactly(1, 11, volume(40, 400))]);
    assert_eq!(decision.compared, Some((1_000, 1_000)));
}

#[test]
fn blind_rows_are_spread_by_the_outer_ones() {
    let hour = HourView {
        inside_blind: by_one(&[(1, volume(100, 1_000))]),
        // 1 to 3 on the way out, 1 to 4 on the way in; peer 12 only knocks.
        outside: by_one(&[(10, volume(25, 200)), (11, volume(75, 800)), (12, volume(0, 5_000))]),
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::NatSplit);
    assert_eq!(decision.counted, [estimated(1, 10, volume(25, 200)), estimated(1, 11, volume(75, 800))]);
    assert_eq!(decision.duplicate_bytes, 1_100 + 5_000);
}

#[test]
fn a_client_with_rows_of_its_own_takes_its_peers_from_them() {
    // Client 1 is logged (peer 10), client 2 is not: what is left of the outer rows is client 2's.
    let hour = HourView {
        inside_blind: by_one(&[(1, volume(60, 600)), (2, volume(40, 400))]),
        outside: by_one(&[(10, volume(60, 600)), (11, volume(10, 100)), (12, volume(30, 300))]),
        clients: rows(&[((1, 10), volume(60, 600))]),
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::NatSplit);
    assert_eq!(
        decision.counted,
        [
            exactly(1, 10, volume(60, 600)),
            estimated(2, 11, volume(10, 100)),
            estimated(2, 12, volume(30, 300))
        ]
    );
    assert_eq!(decision.compared, Some((1_100, 660)));
}

#[test]
fn blind_rows_alone_have_an_unknown_peer() {
    let hour = HourView { inside_blind: by_one(&[(1, volume(7, 8))]), ..HourView::default() };
    let decision = decide(&hour);
    assert_eq!(decision.vantage, Vantage::NatSplit);
    let expected = Counted { client: Some(1), peer: None, volume: volume(7, 8), estimated: true };
    assert_eq!(decision.counted, [expected]);
}

#[test]
fn outer_rows_alone_are_an_upper_bound_without_scans() {
    let hour =
        HourView { outside: by_one(&[(10, volume(25, 200)), (12, volume(0, 5_000))]), ..HourView::default() };
    let decision = hour.decide(false, &BTreeSet::new()).expect("an answered peer");
    assert_eq!(decision.vantage, Vantage::NatOutside);
    let expected = Counted { client: None, peer: Some(10), volume: volume(25, 200), estimated: true };
    assert_eq!(decision.counted, [expected]);
    assert_eq!(decision.duplicate_bytes, 5_000);

    // A unit that shows inner rows in other hours had no traffic in this one.
    assert!(hour.decide(true, &BTreeSet::new()).is_none());
    let scans = HourView { outside: by_one(&[(12, volume(0, 5_000))]), ..HourView::default() };
    assert!(scans.decide(false, &BTreeSet::new()).is_none());
    assert!(HourView::default().decide(false, &BTreeSet::new()).is_none());
}

#[test]
fn attachments_stand_in_for_clients_that_are_not_logged() {
    let hour = HourView {
        clients: rows(&[((1, 10), volume(3, 4))]),
        transit: rows(&[((1, 10), volume(3, 4)), ((2, 10), volume(50, 60))]),
        has_remote_clients: true,
        ..HourView::default()
    };
    let decision = decide(&hour);
    assert_eq!(decision.counted, [exactly(1, 10, volume(3, 4)), exactly(2, 10, volume(50, 60))]);
    assert_eq!(decision.duplicate_bytes, 7);
}

#[test]
fn clients_that_say_otherwise_than_the_gateway_do_not_rule() {
    // Half of what passed: 1,000 against 500 is more than 1 in 20 apart.
    let hour = |seen: u128| HourView {
        inside_blind: by_one(&[(1, volume(1_000, 0))]),
        clients: rows(&[((1, 10), volume(seen, 0))]),
        ..HourView::default()
    };
    assert_eq!(decide(&hour(500)).vantage, Vantage::NatSplit);
    assert_eq!(decide(&hour(949)).vantage, Vantage::NatSplit);
    assert_eq!(decide(&hour(950)).vantage, Vantage::Clients);
    assert_eq!(decide(&hour(1_000)).vantage, Vantage::Clients);
    let split = decide(&hour(500));
    assert_eq!(
        split.counted,
        [estimated(1, 10, volume(1_000, 0))],
        "as much as passed, to the peer that it names"
    );
}

fn weights() -> impl Strategy<Value = Vec<(usize, u128)>> {
    let weight = prop_oneof![0_u128..10, any::<u64>().prop_map(u128::from), 0_u128..1 << 90];
    prop::collection::vec(weight, 1..20)
        .prop_filter("nothing to go by", |weights| weights.iter().any(|weight| *weight > 0))
        .prop_map(|weights| weights.into_iter().enumerate().collect())
}

proptest! {
    #[test]
    fn parts_sum_to_the_whole(
        bytes in prop_oneof![any::<u64>().prop_map(u128::from), 0_u128..100, 0_u128..1 << 90],
        weights in weights(),
    ) {
        let parts = apportion(bytes, &weights);
        prop_assert_eq!(parts.iter().map(|(_, part)| part).sum::<u128>(), bytes);
        let order: Vec<usize> = parts.iter().map(|(key, _)| *key).collect();
        prop_assert_eq!(order, (0..weights.len()).collect::<Vec<_>>());
    }

    #[test]
    fn parts_are_proportional_to_within_one(bytes in any::<u64>(), weights in prop::collection::vec(any::<u32>(), 1..20)) {
        let weights: Vec<(usize, u128)> = weights.into_iter().map(u128::from).enumerate().collect();
        let sum: u128 = weights.iter().map(|(_, weight)| weight).sum();
        prop_assume!(sum > 0);
        for ((_, weight), (_, part)) in weights.iter().zip(apportion(bytes.into(), &weights)) {
            let share = u128::from(bytes) * weight;
            prop_assert!((part * sum).abs_diff(share) < sum, "{} of {} for {} of {}", part, bytes, weight, sum);
        }
    }

    #[test]
    fn every_hour_keeps_every_byte(
        inside in hour_rows(), blind in hour_rows(), outside in hour_rows(), clients in hour_rows(), transit in hour_rows(),
        inside_ever in any::<bool>(), whole in prop::collection::btree_set(0_u32..4, 0..2),
    ) {
        let hour = HourView {
            inside: inside.iter().map(|(key, volume)| (*key, *volume)).collect(),
            inside_blind: blind.into_iter().map(|((client, _), volume)| (client, volume)).collect(),
            outside: outside.into_iter().map(|((_, peer), volume)| (peer, volume)).collect(),
            clients: clients.into_iter().collect(),
            transit: transit.into_iter().collect(),
            ..HourView::default()
        };
        if let Some(decision) = hour.decide(inside_ever, &whole) {
            let counted: u128 = decision.counted.iter().map(|part| part.volume.total()).sum();
            prop_assert_eq!(counted + decision.duplicate_bytes, hour.seen_bytes());
            if decision.vantage == Vantage::NatInside && whole.is_empty() {
                for part in decision.counted.iter().filter(|part| !part.estimated && hour.inside_blind.is_empty()) {
                    let key = (part.client.unwrap_or(99), part.peer.unwrap_or(99));
                    prop_assert_eq!(inside.get(&key), Some(&part.volume));
                }
            }
        }
    }
}

fn hour_rows() -> impl Strategy<Value = BTreeMap<(u32, u32), Volume>> {
    let bytes = || prop_oneof![Just(0_u128), 1_u128..50, any::<u64>().prop_map(u128::from)];
    let volume = (bytes(), bytes()).prop_map(|(bytes_out, bytes_in)| volume(bytes_out, bytes_in));
    prop::collection::btree_map((0_u32..4, 10_u32..14), volume, 0..6)
}
