//! Where totals lie, in memory or in the temporary file, does not show in what is attributed.

use std::sync::Arc;

use flowtoll::aggregate::{Limits, Store};
use flowtoll::attribute::{Topology, attribute};
use flowtoll::classify::atlas::Atlas;
use flowtoll::classify::ip_ranges::IpRanges;
use flowtoll::classify::sink::Window;
use flowtoll::discover::{self, WorkItem};
use flowtoll::inventory::{self, Inventory};
use flowtoll::parse::FormatHints;
use flowtoll::pipeline::threads::{Plan, read_all};
use flowtoll::source::scratch::ScratchFile;
use flowtoll::source::{list, read_inventory};
use flowtoll::testkit::{
    Coverage, FieldOrder, Form, Layout, Plan as WorldPlan, Preset, World, WorldOptions, write_world,
};

/// A full table after so many totals, and no memory for what it held.
const TINY: Limits = Limits { open_totals: 50, resident_bytes: 0 };

/// Everything that is attributed, as text.
fn attributed(items: &[WorkItem], inventory: &Inventory, threads: usize, store: &Arc<Store>) -> String {
    let atlas = Atlas::new(&IpRanges::embedded(), inventory);
    let plan = Plan {
        atlas: &atlas,
        window: Window::default(),
        hints: &|_| FormatHints::default(),
        progress: &|_| {},
        store,
        by_object: false,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
    let (partial, objects) = pool.install(|| read_all(items, None, &plan));
    assert!(objects.lines.is_empty(), "{:?}", objects.lines);
    assert!(partial.counts.bytes_total > 0);
    let topology = Topology::new(inventory);
    format!("{:#?}", attribute(&partial, &atlas, &topology).expect("the temporary file is read"))
}

#[test]
fn where_totals_lie_does_not_show_in_a_report() {
    let options = WorldOptions { hours: 5, conversations_per_hour: 120.0, ..WorldOptions::default() };
    for (seed, preset) in
        (1..).zip([Preset::Vpc, Preset::Mixed, Preset::Overlap, Preset::Clients, Preset::Nat])
    {
        let world = World::new(seed, options.clone());
        let folder = tempfile::tempdir().expect("a temporary folder");
        let layout = Layout::with_objects(options.hours, 12);
        let coverage = Coverage::preset(&world, preset, &Form::text(FieldOrder::V5));
        write_world(&world, folder.path(), &WorldPlan { layout, ..WorldPlan::new(coverage) })
            .expect("the world is written");
        let mut listing = list(&[folder.path().display().to_string()]).expect("the world is there");
        let described = read_inventory(&listing.inventory_dirs[0]).expect("its inventory");
        listing.objects.retain(|object| !object.name().ends_with("truth.json"));
        let items = discover::plan(listing.objects).items;
        for inventory in [inventory::load(described), Inventory::default()] {
            let in_memory = attributed(&items, &inventory, 1, &Store::new(Limits::for_workers(1), None));
            for threads in [1, 3] {
                let on_disk = Store::new(TINY, Some(Box::new(ScratchFile::default())));
                let spilled = attributed(&items, &inventory, threads, &on_disk);
                assert!(in_memory == spilled, "{preset:?}, {threads} threads: a different attribution");
                assert_eq!(on_disk.resident_bytes(), 0);
            }
        }
    }
}
