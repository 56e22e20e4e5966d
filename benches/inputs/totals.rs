//! Records become totals, and are compared with the truth.

use std::path::Path;

use flowtoll::aggregate::Partial;
use flowtoll::classify::atlas::Atlas;
use flowtoll::classify::ip_ranges::IpRanges;
use flowtoll::classify::sink::{Classifier, Window};
use flowtoll::testkit::LedgerTruth;
use flowtoll::{inventory, source};

/// The atlas of the world that was written into a folder.
pub fn atlas(folder: &Path) -> Atlas {
    let files = source::read_inventory(&folder.join("inventory")).expect("the inventory was written");
    Atlas::new(&IpRanges::embedded(), &inventory::load(files))
}

/// A classifier that adds to new totals.
pub fn classifier(atlas: &Atlas) -> Classifier<'_> {
    Classifier::new(atlas, Window::default(), Partial::new())
}

/// Stops unless the totals are the truth.
pub fn check(partial: &Partial, truth: &LedgerTruth) {
    let counts = &partial.counts;
    assert_eq!(counts.records(), truth.records);
    assert_eq!(
        (counts.ok, counts.rejected, counts.nodata, counts.skipdata, counts.malformed),
        (truth.ok, truth.rejected, truth.nodata, truth.skipdata, truth.malformed)
    );
    assert_eq!(
        (counts.bytes_total, counts.bytes_rejected),
        (truth.bytes_total.into(), truth.bytes_rejected.into())
    );
    let hours = partial.hours().expect("totals are in memory");
    let bytes: u128 = hours
        .read()
        .expect("totals are in memory")
        .flat_map(|hour| hour.expect("totals are in memory").rows)
        .map(|(_, sum)| sum.bytes)
        .sum();
    // Version 2 does not say whose the rows of a regional NAT gateway are.
    let placeless = counts.bytes_without_address + counts.bytes_without_observer;
    assert_eq!(
        bytes + placeless,
        (truth.bytes_total - truth.bytes_rejected).into(),
        "accepted bytes in totals"
    );
}
