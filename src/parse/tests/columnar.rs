//! Parquet against text: the same rows in every physical form that writers give them are the same records.

use std::sync::Arc;

use arrow_array::types::{Int8Type, Int16Type, Int32Type, UInt8Type, UInt32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BinaryViewArray, DictionaryArray, Float32Array, Float64Array, Int16Array,
    Int32Array, Int64Array, LargeBinaryArray, LargeStringArray, NullArray, RecordBatch, StringArray,
    StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt16Array, UInt32Array, UInt64Array,
};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use proptest::prelude::*;

use super::super::{FormatHints, ObjectError, columnar};
use super::{Recorder, parse_text, v2_record};

/// The fields of the test's logs and how their values come about.
const FIELDS: [&str; 18] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
    "pkt-dstaddr",
    "flow-direction",
    "traffic-path",
    "tcp-flags",
];

/// Whether a field holds numbers that need so many bits.
fn number_bits(field: &str) -> Option<u32> {
    match field {
        "protocol" | "traffic-path" | "tcp-flags" | "version" => Some(8),
        "srcport" | "dstport" => Some(16),
        "start" | "end" => Some(31),
        "packets" => Some(30),
        // More than a 32-bit integer, less than a 64-bit float holds exactly.
        "bytes" => Some(50),
        _ => None,
    }
}

/// One value as the log's text has it, `None` for missing.
fn value(field: &'static str) -> BoxedStrategy<Option<String>> {
    let present = match field {
        "account-id" => "0?[0-9]{11}".prop_map(|digits| format!("{digits:0>12}")).boxed(),
        "interface-id" => "eni-[0-9a-f]{8}".boxed(),
        "srcaddr" | "dstaddr" | "pkt-dstaddr" => prop_oneof![
            any::<u32>().prop_map(|bits| std::net::Ipv4Addr::from_bits(bits).to_string()),
            any::<u128>().prop_map(|bits| std::net::Ipv6Addr::from_bits(bits).to_string()),
        ]
        .boxed(),
        "start" | "end" => (1_600_000_000_u64..1_900_000_000).prop_map(|time| time.to_string()).boxed(),
        "action" => prop::sample::select(vec!["ACCEPT", "REJECT"]).prop_map(str::to_owned).boxed(),
        "log-status" => {
            prop::sample::select(vec!["OK", "OK", "NODATA", "SKIPDATA"]).prop_map(str::to_owned).boxed()
        }
        "flow-direction" => prop::sample::select(vec!["ingress", "egress"]).prop_map(str::to_owned).boxed(),
        number => (0..1_u64 << number_bits(number).expect("all others are numbers"))
            .prop_map(|number| number.to_string())
            .boxed(),
    };
    prop::option::weighted(0.9, present).boxed()
}

fn rows() -> impl Strategy<Value = Vec<Vec<Option<String>>>> {
    prop::collection::vec(FIELDS.map(value).to_vec(), 0..40)
}

/// How a writer spells a missing value in a string column.
#[derive(Debug, Clone, Copy)]
enum Missing {
    Null,
    Dash,
    Empty,
    None,
}

/// How a writer stores one column.
#[derive(Debug, Clone, Copy)]
enum Form {
    Documented,
    Int64,
    Uint64,
    Float64,
    /// Not-a-number for missing, as pandas leaves it.
    Float64Nan,
    Timestamp(u32),
    Utf8(Missing),
    LargeUtf8(Missing),
    Utf8View(Missing),
    Binary(Missing),
    LargeBinary(Missing),
    BinaryView(Missing),
    Categories(u8, Missing),
    /// Spaces around each value.
    Padded,
}

fn missing() -> impl Strategy<Value = Missing> {
    prop::sample::select(vec![Missing::Null, Missing::Dash, Missing::Empty, Missing::None])
}

fn form(field: &'static str) -> BoxedStrategy<Form> {
    let strings = prop_oneof![
        missing().prop_map(Form::Utf8),
        missing().prop_map(Form::LargeUtf8),
        missing().prop_map(Form::Utf8View),
        missing().prop_map(Form::Binary),
        missing().prop_map(Form::LargeBinary),
        missing().prop_map(Form::BinaryView),
        (0_u8..5, missing()).prop_map(|(width, missing)| Form::Categories(width, missing)),
        Just(Form::Padded),
    ];
    let numbers = prop::sample::select(vec![Form::Int64, Form::Uint64, Form::Float64, Form::Float64Nan]);
    match field {
        "start" | "end" => prop_oneof![
            Just(Form::Documented),
            numbers,
            prop::sample::select(vec![1, 1_000, 1_000_000, 1_000_000_000]).prop_map(Form::Timestamp),
            strings
        ]
        .boxed(),
        "account-id" => prop_oneof![Just(Form::Documented), numbers, strings].boxed(),
        field if number_bits(field).is_some() => {
            prop_oneof![Just(Form::Documented), numbers, strings].boxed()
        }
        _ => prop_oneof![Just(Form::Documented), strings].boxed(),
    }
}

fn array(field: &str, form: Form, values: &[Option<&str>]) -> ArrayRef {
    let numbers = || values.iter().map(|value| value.map(|text| text.parse::<i64>().expect("a number")));
    #[expect(clippy::cast_precision_loss, reason = "below 2^53, see `number_bits`")]
    let floats = || numbers().map(|number| number.map(|number| number as f64));
    let texts = |missing: Missing| -> Vec<Option<&str>> {
        let absent = match missing {
            Missing::Null => None,
            Missing::Dash => Some("-"),
            Missing::Empty => Some(""),
            Missing::None => Some("None"),
        };
        values.iter().map(|value| value.or(absent)).collect()
    };
    let bytes = |missing| texts(missing).into_iter().map(|text| text.map(str::as_bytes)).collect::<Vec<_>>();
    let scaled = |factor: i64| numbers().map(move |number| number.map(|number| number * factor));
    match form {
        Form::Documented => match number_bits(field) {
            Some(bits) if bits <= 16 => Arc::new(
                numbers().map(|n| n.map(|n| i32::try_from(n).expect("16 bits"))).collect::<Int32Array>(),
            ),
            Some(_) => Arc::new(numbers().collect::<Int64Array>()),
            None => Arc::new(StringArray::from(texts(Missing::Dash))),
        },
        Form::Int64 => Arc::new(numbers().collect::<Int64Array>()),
        Form::Uint64 => Arc::new(numbers().map(|n| n.map(i64::cast_unsigned)).collect::<UInt64Array>()),
        Form::Float64 => Arc::new(floats().collect::<Float64Array>()),
        Form::Float64Nan => {
            Arc::new(floats().map(|number| Some(number.unwrap_or(f64::NAN))).collect::<Float64Array>())
        }
        Form::Timestamp(1) => Arc::new(scaled(1).collect::<TimestampSecondArray>()),
        Form::Timestamp(1_000) => Arc::new(scaled(1_000).collect::<TimestampMillisecondArray>()),
        Form::Timestamp(1_000_000) => Arc::new(scaled(1_000_000).collect::<TimestampMicrosecondArray>()),
        Form::Timestamp(_) => Arc::new(scaled(1_000_000_000).collect::<TimestampNanosecondArray>()),
        Form::Utf8(missing) => Arc::new(StringArray::from(texts(missing))),
        Form::LargeUtf8(missing) => Arc::new(LargeStringArray::from(texts(missing))),
        Form::Utf8View(missing) => Arc::new(texts(missing).into_iter().collect::<StringViewArray>()),
        Form::Binary(missing) => Arc::new(BinaryArray::from(bytes(missing))),
        Form::LargeBinary(missing) => Arc::new(LargeBinaryArray::from(bytes(missing))),
        Form::BinaryView(missing) => Arc::new(bytes(missing).into_iter().collect::<BinaryViewArray>()),
        Form::Categories(width, missing) => {
            let texts = texts(missing).into_iter();
            match width {
                0 => Arc::new(texts.collect::<DictionaryArray<Int8Type>>()),
                1 => Arc::new(texts.collect::<DictionaryArray<Int16Type>>()),
                2 => Arc::new(texts.collect::<DictionaryArray<Int32Type>>()),
                3 => Arc::new(texts.collect::<DictionaryArray<UInt8Type>>()),
                _ => Arc::new(texts.collect::<DictionaryArray<UInt32Type>>()),
            }
        }
        Form::Padded => {
            let padded = values.iter().map(|value| value.map(|text| format!(" {text} ")));
            Arc::new(padded.collect::<StringArray>())
        }
    }
}

fn written(columns: Vec<(String, ArrayRef)>, codec: Compression, dictionary: bool) -> bytes::Bytes {
    let batch = RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, array)| (name, array, true)),
    )
    .expect("columns of one length");
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_dictionary_enabled(dictionary)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_max_row_group_row_count(Some(16))
        .build();
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("a batch of that schema");
    writer.close().expect("memory does not fill up");
    content.into()
}

fn parse(content: bytes::Bytes) -> (Recorder, Result<(), ObjectError>) {
    let mut recorder = Recorder::default();
    let outcome = columnar::parse(content, FormatHints::default(), &mut recorder);
    (recorder, outcome)
}

fn codecs() -> Vec<Compression> {
    vec![
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(parquet::basic::GzipLevel::default()),
        Compression::ZSTD(parquet::basic::ZstdLevel::default()),
        Compression::BROTLI(parquet::basic::BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
    ]
}

fn of_rows(rows: &[Vec<Option<String>>], place: usize) -> Vec<Option<&str>> {
    rows.iter().map(|row| row[place].as_deref()).collect()
}

fn as_text(rows: &[Vec<Option<String>>]) -> String {
    let mut text = FIELDS.join(" ");
    for row in rows {
        let values: Vec<&str> = row.iter().map(|value| value.as_deref().unwrap_or("-")).collect();
        text = format!("{text}\n{}", values.join(" "));
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_form_of_the_same_rows_gives_the_same_records(
        rows in rows(),
        forms in FIELDS.map(form).to_vec(),
        order in Just((0..FIELDS.len()).collect::<Vec<_>>()).prop_shuffle(),
        codec in prop::sample::select(codecs()),
        dictionary in any::<bool>(),
        upper in any::<bool>(),
        dashes in any::<bool>(),
        extra in any::<bool>(),
    ) {
        let (text, outcome) = parse_text(as_text(&rows).as_bytes());
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(text.malformed(), vec![]);

        let mut columns: Vec<(String, ArrayRef)> = order
            .iter()
            .map(|place| {
                let name = if dashes { FIELDS[*place].to_owned() } else { FIELDS[*place].replace('-', "_") };
                let name = if upper { name.to_uppercase() } else { name };
                (name, array(FIELDS[*place], forms[*place], &of_rows(&rows, *place)))
            })
            .collect();
        if extra {
            let unknown: ArrayRef = Arc::new(NullArray::new(rows.len()));
            columns.insert(rows.len() % columns.len(), ("field_of_2031".to_owned(), unknown));
        }
        let (parquet, outcome) = parse(written(columns, codec, dictionary));
        prop_assert_eq!(outcome, Ok(()));
        prop_assert_eq!(parquet.malformed(), vec![]);
        prop_assert_eq!(parquet.records(), text.records());
    }
}

fn strings(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn plain(columns: Vec<(&str, ArrayRef)>) -> bytes::Bytes {
    let columns = columns.into_iter().map(|(name, array)| (name.to_owned(), array)).collect();
    written(columns, Compression::UNCOMPRESSED, true)
}

#[test]
fn narrow_numbers_are_read() {
    let content = plain(vec![
        ("srcaddr", strings(&["10.0.0.1"])),
        ("srcport", Arc::new(UInt16Array::from(vec![65_535]))),
        ("dstport", Arc::new(UInt32Array::from(vec![443]))),
        ("protocol", Arc::new(Int16Array::from(vec![6]))),
        ("bytes", Arc::new(Float32Array::from(vec![1_500.0]))),
    ]);
    let (recorder, outcome) = parse(content);
    assert_eq!((outcome, recorder.malformed()), (Ok(()), vec![]));
    let record = recorder.records()[0];
    assert!(record.contains("src_port: 65535, dst_port: 443, protocol: 6, bytes: Some(1500)"), "{record}");
}

#[test]
fn an_account_that_was_a_number_gets_its_zeros_back() {
    for array in [
        Arc::new(Int64Array::from(vec![12_345_678_901])) as ArrayRef,
        Arc::new(Float64Array::from(vec![12_345_678_901.0])),
    ] {
        let content = plain(vec![
            ("account_id", array),
            ("srcaddr", strings(&["10.0.0.1"])),
            ("bytes", Arc::new(Int64Array::from(vec![5]))),
        ]);
        let (parquet, _) = parse(content);
        let (text, _) = parse_text(b"account-id srcaddr bytes\n012345678901 10.0.0.1 5");
        assert_eq!(parquet.records(), text.records());
    }
}

#[test]
fn a_column_of_nulls_is_a_column_of_missing_values() {
    let content = plain(vec![
        ("srcaddr", strings(&["10.0.0.1", "10.0.0.2"])),
        ("instance_id", Arc::new(NullArray::new(2))),
        ("vpc_id", Arc::new(Float64Array::from(vec![f64::NAN, f64::NAN]))),
        ("bytes", Arc::new(Int64Array::from(vec![5, 6]))),
    ]);
    let (parquet, outcome) = parse(content);
    let (text, _) = parse_text(b"srcaddr instance-id vpc-id bytes\n10.0.0.1 - - 5\n10.0.0.2 - - 6");
    assert_eq!((outcome, parquet.records()), (Ok(()), text.records()));
}

#[test]
fn faults_name_field_value_and_row() {
    let content = plain(vec![
        ("srcaddr", strings(&["10.0.0.1", "10.0.0.256", "10.0.0.3", "10.0.0.4"])),
        ("bytes", Arc::new(Float64Array::from(vec![5.0, 6.0, 7.5, -8.0]))),
    ]);
    let (recorder, outcome) = parse(content);
    assert_eq!((outcome, recorder.records().len()), (Ok(()), 1));
    let told = |row: u64, fault: &str| (row, fault.to_owned());
    assert_eq!(
        recorder.malformed(),
        [
            told(2, "srcaddr: `10.0.0.256` is not an IPv4 or IPv6 address"),
            told(3, "bytes: `7.5` is not a whole number of bytes"),
            told(4, "bytes: `-8` is not a whole number of bytes"),
        ]
    );
}

#[test]
fn a_column_of_a_strange_type_is_never_a_name() {
    let content = plain(vec![
        ("srcaddr", strings(&["10.0.0.1"])),
        ("interface_id", Arc::new(arrow_array::BooleanArray::from(vec![true]))),
        ("bytes", Arc::new(Int64Array::from(vec![5]))),
    ]);
    let (parquet, outcome) = parse(content);
    let (text, _) = parse_text(b"srcaddr interface-id bytes\n10.0.0.1 - 5");
    assert_eq!((outcome, parquet.records()), (Ok(()), text.records()));
}

#[test]
fn a_column_of_messages_holds_whole_records() {
    let messages = [v2_record(1), v2_record(2)];
    let (text, _) = parse_text(messages.join("\n").as_bytes());
    let values = vec![messages[0].as_str(), messages[1].as_str()];
    for array in [strings(&values), Arc::new(LargeBinaryArray::from_iter_values(&values)) as ArrayRef] {
        for name in ["message", "MESSAGE"] {
            let content =
                plain(vec![("id", Arc::new(Int32Array::from(vec![1, 2]))), (name, Arc::clone(&array))]);
            let (parquet, outcome) = parse(content);
            assert_eq!((outcome, &parquet.events), (Ok(()), &text.events));
        }
    }
}

#[test]
fn other_parquet_is_recognised() {
    let one = || strings(&["1"]);
    let gateway = ["version", "resource_type", "tgw_id", "srcaddr", "dstaddr", "bytes", "start", "end"];
    let content = plain(gateway.iter().map(|name| (*name, one())).collect());
    assert_eq!(parse(content).1, Err(ObjectError::Foreign { kind: "transit gateway flow log" }));

    let content = plain(vec![("hello", one()), ("world", one())]);
    assert!(matches!(parse(content).1, Err(ObjectError::Unrecognised { .. })));

    let content = plain(vec![("srcaddr", one()), ("dstaddr", one())]);
    assert_eq!(parse(content).1, Err(ObjectError::MissingField { field: "bytes" }));
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let addresses: Vec<String> = (0..40).map(|host| format!("10.0.0.{host}")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let content = plain(vec![
        ("srcaddr", strings(&addresses)),
        ("bytes", Arc::new(Int64Array::from((0..40).collect::<Vec<_>>()))),
    ]);
    assert_eq!(parse(content.clone()).0.records().len(), 40);
    for end in 0..content.len() {
        let (recorder, outcome) = parse(content.slice(..end));
        assert!(matches!(outcome, Err(ObjectError::Damaged(_))), "cut at {end}");
        assert_eq!(recorder.events, []);
    }
}
