//! No answer of a describe call, however wrong, stops the inventory.

#![no_main]

use flowtoll::inventory::{InventoryFile, load};

libfuzzer_sys::fuzz_target!(|input: (u8, Vec<u8>)| {
    let (call, bytes) = input;
    let names = [
        "describe-network-interfaces.json",
        "describe-nat-gateways.json",
        "describe-vpc-endpoints.json",
        "describe-route-tables.json",
        "describe-subnets.json",
        "describe-vpcs.json",
        "describe-flow-logs.json",
        "get-managed-prefix-list-entries-pl-0.json",
        "anything.json",
    ];
    let path = names[usize::from(call) % names.len()].to_owned();
    let _ = load([InventoryFile { path, bytes }]);
});
