//! The registry against the numbers in AWS's documentation.

use std::collections::BTreeSet;

use super::super::fields::{COLUMN_COUNT, Column, FIELDS, FieldType, field};
use super::super::text::column_name;

#[test]
fn every_version_has_its_number_of_fields() {
    // "Flow log records", VPC User Guide: 14 fields in version 2, 54 in version 11.
    for (version, count) in
        [(2, 14), (3, 21), (4, 25), (5, 29), (7, 39), (8, 40), (9, 41), (10, 42), (11, 54)]
    {
        let known = FIELDS.iter().filter(|field| field.since <= version).count();
        assert_eq!(known, count, "version {version}");
    }
    assert!(FIELDS.iter().all(|field| field.since != 6), "version 6 is of transit gateways only");
}

#[test]
fn names_are_unique_lower_case_and_dashed() {
    let names: BTreeSet<&str> = FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names.len(), 54);
    for name in names {
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
    }
}

#[test]
fn every_column_is_fed_by_one_field() {
    let fed: Vec<Column> = FIELDS.iter().filter_map(|field| field.column).collect();
    let distinct: BTreeSet<Column> = fed.iter().copied().collect();
    assert_eq!((fed.len(), distinct.len()), (COLUMN_COUNT, COLUMN_COUNT));
    const { assert!(COLUMN_COUNT <= 32, "the present columns are a set of 32 bits") };
    assert_eq!(column_name(Column::PktDstAddr), "pkt-dstaddr");
    assert_eq!(column_name(Column::End), "end");
}

#[test]
fn the_default_format_is_in_documented_order() {
    let names: Vec<&str> = FIELDS[..14].iter().map(|field| field.name).collect();
    assert_eq!(names.join(" "), super::V2);
}

#[test]
fn parquet_types_are_as_documented() {
    let of = |wanted: FieldType| {
        FIELDS.iter().filter(|field| field.field_type == wanted).map(|field| field.name).collect::<Vec<_>>()
    };
    assert_eq!(of(FieldType::Int64), ["packets", "bytes", "start", "end"]);
    assert_eq!(
        of(FieldType::Int32),
        ["version", "srcport", "dstport", "protocol", "tcp-flags", "traffic-path", "encryption-status"]
    );
}

#[test]
fn a_name_is_found_in_any_spelling() {
    for spelling in
        ["next-hop-interface-id", "next_hop_interface_id", "NEXT_HOP_INTERFACE_ID", "Next-Hop_Interface-Id"]
    {
        let found = field(spelling.as_bytes()).expect("one of the 54 fields");
        assert_eq!(found.name, "next-hop-interface-id");
    }
    for other in ["", "byte", "bytess", "src-addr", "pkt srcaddr"] {
        assert!(field(other.as_bytes()).is_none(), "{other}");
    }
}
