//! That the random demands are of use: plans over them differ.

#![expect(
    clippy::cast_precision_loss,
    reason = "a second calculation in plain floating point; the last digits do not matter"
)]

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::dearly::gb;
use super::worlds::demand;
use crate::advise::central::{Hub, Pick};
use crate::advise::cost::Way;
use crate::advise::search::search;

/// Each kind of change must be part of a cheapest plan.
#[test]
fn every_kind_of_change_is_the_cheapest_somewhere() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for _ in 0..1500 {
        let demand = demand().new_tree(&mut runner).expect("a demand").current();
        let found = search(&demand);
        let layout = found.layout(&demand);
        let mut see = |what, is_there: bool| *seen.entry(what).or_default() += usize::from(is_there);
        see("a gateway goes", !found.removed.is_empty());
        for (family, best) in found.families.iter().zip(&found.picks) {
            let is_central = best.picks.contains(&Pick::Central);
            let hub = family.hubs[best.hub].as_ref().filter(|_| is_central);
            see("a new centre", hub.is_some_and(Hub::is_new));
            see("a centre that is there", hub.is_some_and(|hub| !hub.is_new()));
            for (place, pick) in best.picks.iter().enumerate() {
                let Pick::Own(choice) = pick else { continue };
                let kind = family.choices[place][*choice].kind;
                see("endpoints go", kind.removes);
                see("endpoints leave zones", kind.shrinks);
                let is_hub = hub.is_some_and(|hub| hub.own == Some(place));
                see("a centre leaves zones", kind.shrinks && is_hub);
                see("a service comes", kind.adds);
                let is_set = found.slots[family.slots[place]].services.len() > 1;
                see("a set comes", kind.adds && is_set);
                see("a set is left", !kind.adds && is_set);
            }
        }
        let mut bytes = vec![0; demand.scopes.len()];
        for (cell, way) in demand.cells.iter().zip(&layout.ways) {
            if let Way::Endpoint(endpoint) = way {
                bytes[demand.vpcs[layout.endpoints[*endpoint].vpc].scope] += cell.bytes;
            }
        }
        for (scope, bytes) in demand.scopes.iter().zip(bytes) {
            let tier = scope.tiers.as_ref().and_then(|tiers| tiers.get(1)).map(|tier| tier.from_gb as f64);
            see("a second tier", tier.is_some_and(|from| gb(&demand, bytes) > from));
        }
    }
    for (what, count) in seen {
        assert!(count > 0, "never: {what}");
    }
}
