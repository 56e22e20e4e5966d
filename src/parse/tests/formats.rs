//! Headers and log formats.

use proptest::prelude::*;

use super::super::ObjectError;
use super::super::fields::{Column, FIELDS};
use super::super::format::{LineFormat, MAX_COLUMNS};
use super::V2;

fn header(line: &str) -> LineFormat {
    LineFormat::of_header(line.as_bytes()).unwrap_or_else(|| panic!("a header: {line}"))
}

#[test]
fn headers_in_any_order_and_spelling() {
    let mut alphabetical: Vec<&str> = FIELDS.iter().map(|field| field.name).collect();
    alphabetical.sort_unstable();
    let alphabetical = alphabetical.join(" ");
    for line in [
        V2,
        &alphabetical,
        &V2.to_uppercase(),
        &V2.replace('-', "_"),
        "bytes srcaddr dstaddr",
        "dstaddr bytes",
        "srcaddr dstaddr bytes field-of-2031 another_one",
        "  srcaddr\tdstaddr   bytes \r",
    ] {
        let format = header(line);
        assert!(format.has(Column::Bytes), "{line}");
        assert_eq!(format.columns.len(), line.split_whitespace().count(), "{line}");
        format.check().expect("it has bytes and an address");
    }
}

#[test]
fn lines_that_are_no_headers() {
    let too_long = vec!["bytes"; MAX_COLUMNS + 1].join(" ");
    for line in [
        "",
        "   ",
        "bytes",
        "# version account-id interface-id",
        "version account-id 3",
        "${version} ${bytes} ${srcaddr}",
        "srcaddr,dstaddr,bytes",
        "the log starts here",
        "version and bytes of every flow",
        "srcaddr dstaddr bytes # all we need",
        &super::v2_record(10),
        "- - -",
        &too_long,
    ] {
        assert_eq!(LineFormat::of_header(line.as_bytes()), None, "{line}");
    }
}

#[test]
fn unknown_fields_keep_their_place() {
    let format = header("srcaddr quantum-flag dstaddr bytes");
    assert_eq!(format.columns, [Some(Column::SrcAddr), None, Some(Column::DstAddr), Some(Column::Bytes)]);
    // Known, but not needed.
    assert_eq!(header("bytes srcaddr tcp-flags").columns[2], None);
}

#[test]
fn of_two_columns_with_one_name_the_first_is_read() {
    let format = header("srcaddr bytes dstaddr bytes");
    assert_eq!(format.columns[1], Some(Column::Bytes));
    assert_eq!(format.columns[3], None);
}

#[test]
fn names_are_one_spelling_in_order() {
    assert_eq!(header("SRCADDR Dst_Addr dstaddr  bytes").names(), "srcaddr dst-addr dstaddr bytes");
}

#[test]
fn what_cannot_be_attributed_is_named() {
    let missing = |line: &str| header(line).check().expect_err("a field is missing").to_string();
    assert_eq!(
        missing("srcaddr dstaddr packets"),
        "the log has no `bytes`: add ${bytes} to the flow log's format"
    );
    assert_eq!(
        missing("version bytes start"),
        "the log has neither `srcaddr` nor `dstaddr`: add ${srcaddr} and ${dstaddr} to the flow log's format"
    );
    assert!(matches!(header("start end").check(), Err(ObjectError::MissingField { field: "bytes" })));
    header("dstaddr bytes").check().expect("one address is enough to read the log");
}

#[test]
fn log_formats_as_aws_and_people_write_them() {
    let aws = "${version} ${srcaddr} ${dstaddr} ${bytes}";
    for text in [
        aws,
        "version srcaddr dstaddr bytes",
        "version,srcaddr,dstaddr,bytes",
        " ${version}\n${srcaddr}\t${dstaddr} , ${bytes} ",
        "${VERSION} ${srcaddr} dstaddr ${bytes}",
    ] {
        let format = LineFormat::of_log_format(text).expect(text);
        assert_eq!(format, LineFormat::of_log_format(aws).expect(aws), "{text}");
    }
    assert_eq!(LineFormat::of_log_format(V2).expect("the default format"), LineFormat::default_v2());
    // A field of a version to come keeps its place.
    let later = LineFormat::of_log_format("${srcaddr} ${warp-factor} ${bytes}").expect("one unknown field");
    assert_eq!(later.columns, [Some(Column::SrcAddr), None, Some(Column::Bytes)]);
}

#[test]
fn log_formats_that_are_none() {
    let fault = |text: &str| LineFormat::of_log_format(text).expect_err(text);
    assert!(fault("${version ${bytes}").contains("`${version` in the log format has no closing brace"));
    assert!(fault("${} ${bytes}").contains("`${}` in the log format is not a field name"));
    assert!(fault("$version $bytes").contains("`$version`"));
    assert!(fault("").contains("names no field"));
    assert!(fault("one two three").contains("names no field of VPC Flow Logs"));
    assert!(fault("${srcaddr} ${dstaddr}").contains("add ${bytes}"));
    assert!(fault("${bytes} ${start}").contains("add ${srcaddr} and ${dstaddr}"));
    assert!(fault(&vec!["bytes"; MAX_COLUMNS + 1].join(" ")).contains("257 fields; at most 256"));
}

proptest! {
    #[test]
    fn any_choice_of_fields_in_any_order_is_a_header(
        names in prop::sample::subsequence(FIELDS.iter().map(|field| field.name).collect::<Vec<_>>(), 2..=54)
            .prop_shuffle(),
    ) {
        let format = header(&names.join(" "));
        for (place, name) in names.iter().enumerate() {
            let known = FIELDS.iter().find(|field| field.name == *name).expect("drawn from the registry");
            prop_assert_eq!(format.columns[place], known.column);
        }
        prop_assert_eq!(format.names(), names.join(" "));
    }

    #[test]
    fn no_bytes_upset_header_or_log_format(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = LineFormat::of_header(&line);
        let _ = LineFormat::of_log_format(&String::from_utf8_lossy(&line));
    }
}
