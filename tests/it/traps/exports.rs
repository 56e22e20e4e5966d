//! What other services export: CloudWatch Logs tasks and subscriptions, Logs Insights, Athena, Data Firehose.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::{START, Trap, V2, gzip, log, record};

/// Folder of one network interface in an export task.
const TASK: &str = "logs/exportedlogs/3a1b2c3d-1111-2222-3333-444455556666/eni-0aaaaaaaaaaaaaaa1-all";

/// A record of another format than the default, of so many bytes.
fn custom(bytes: u64) -> String {
    format!("10.0.1.5 10.0.2.9 {bytes} {START} {} eni-0aaaaaaaaaaaaaaa1", START + 60)
}

/// That format.
const CUSTOM: &str = "${srcaddr} ${dstaddr} ${bytes} ${start} ${end} ${interface-id}";

/// What describe-flow-logs answers.
fn described(formats: &[&str]) -> String {
    let logs = formats.iter().enumerate().map(|(number, format)| {
        json!({
            "FlowLogId": format!("fl-{number:017x}"),
            "FlowLogStatus": "ACTIVE",
            "ResourceId": "vpc-0aaaaaaaaaaaaaaa1",
            "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs",
            "LogGroupName": "vpc-flow-logs",
            "LogFormat": format,
        })
    });
    json!({ "FlowLogs": logs.collect::<Vec<_>>() }).to_string()
}

#[test]
fn an_export_task_is_read_in_any_order() {
    let line = |second: u32, record: String| format!("2026-09-01T00:00:{second:02}.000Z {record}\n");
    let first = [line(40, record(300)), line(5, record(1)), line(20, record(20))].concat();
    Trap::new()
        .file("logs/exportedlogs/aws-logs-write-test", "Permission Check Successful")
        .file(&format!("{TASK}/000000.gz"), gzip(first.as_bytes()))
        .file(&format!("{TASK}/000001.gz"), gzip(line(59, record(4000)).as_bytes()))
        .report()
        .has(&[
            ("objects_read", 2),
            ("objects_skipped", 0),
            ("records", 4),
            ("ok", 4),
            ("malformed", 0),
            ("bytes_total", 4321),
        ]);
}

#[test]
fn an_export_task_of_another_format_needs_to_be_told_it() {
    let text = format!("2026-09-01T00:00:05.000Z {}\n2026-09-01T00:00:00.000Z {}\n", custom(1), custom(20));
    let trap = Trap::new().file(&format!("{TASK}/000000.gz"), gzip(text.as_bytes()));
    let asked = trap.run(&[]);
    assert_eq!(asked.code, Some(2), "nothing can be reported");
    // Both ways to tell, and the line that nobody knows.
    for part in ["--log-format", "describe-flow-logs.json", "2026-09-01T00:00:05.000Z 10.0.1.5 10.0.2.9 1"] {
        assert!(asked.words().contains(part), "{part}: {}", asked.words());
    }
    let expected = [("records", 2), ("ok", 2), ("malformed", 0), ("bytes_total", 21)];
    let told = trap.run(&["--log-format", CUSTOM]);
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    told.has(&expected);
    let trap = trap.file("inventory/describe-flow-logs.json", described(&[CUSTOM, "${srcaddr} ${bytes}"]));
    let found = trap.run(&["--inventory", "inventory"]);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    found.has(&expected);
    // Two described formats with as many fields: either may be meant.
    let other = "${bytes} ${dstaddr} ${end} ${interface-id} ${srcaddr} ${start}";
    let trap = trap.file("inventory/describe-flow-logs.json", described(&[CUSTOM, other]));
    let asked = trap.run(&["--inventory", "inventory"]);
    assert_eq!(asked.code, Some(2), "{}", asked.stderr);
    assert!(asked.words().contains("2 format(s) in describe-flow-logs.json"), "{}", asked.words());
}

#[test]
fn a_long_line_of_unknown_format_is_shown_shortened() {
    let line = format!("{} {}", record(5), "x".repeat(5_000));
    let seen = Trap::with(format!("{line}\n")).run(&[]);
    assert!(seen.words().contains("2 111122223333 eni-0aaaaaaaaaaaaaaa1 10.0.1.5"), "{}", seen.words());
    assert!(!seen.words().contains(&"x".repeat(100)), "{}", seen.words());
}

#[test]
fn packed_payloads_may_have_line_ends_between_them() {
    let payload = |bytes: u64| {
        let events = [json!({ "id": "1", "timestamp": START * 1000, "message": record(bytes) })];
        json!({ "messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": "s", "logEvents": events })
            .to_string()
    };
    let expected = [("records", 3), ("ok", 3), ("malformed", 0), ("bytes_total", 321)];
    for between in ["", "\n", "\r\n"] {
        let members: Vec<u8> = [1, 20, 300]
            .iter()
            .flat_map(|bytes| [gzip(payload(*bytes).as_bytes()), between.as_bytes().to_vec()].concat())
            .collect();
        Trap::new().file("logs/stream-1", &members).report().has(&expected);
        // Packed once more by the delivery stream, and again by whoever copied it.
        Trap::new().file("logs/stream-1.gz", gzip(&gzip(&members))).report().has(&expected);
    }
    let plain = [payload(1), payload(20), payload(300)];
    Trap::with(plain.concat()).report().has(&expected);
    Trap::with(plain.join("\n")).report().has(&expected);
    // Lines of text too.
    let members =
        [gzip(log(V2, &[record(1)]).as_bytes()), gzip(log("", &[record(20), record(300)]).as_bytes())];
    Trap::with(members.join(&b'\n')).report().has(&expected);
}

#[test]
fn letters_beyond_ascii_and_escapes_in_json_do_not_matter() {
    let text = [
        format!(
            "{{\"note\":\"\u{e9}\u{65e5}\\u65e5\\ud83d\\ude00 \\\"}}{{\",\"message\":\"{}\"}}",
            record(1)
        ),
        format!("{{\"message\":\"{}\\r\\n\"}}", record(20)),
        format!("{{\"message\":\"{}\", \"more\":[{{\"message\":\"no\"}}]}}\r\n", record(300)),
        format!("{{ \"message\" : \"{}\" }}", record(4000)),
    ];
    Trap::with(text.concat()).report().has(&[("ok", 4), ("malformed", 0), ("bytes_total", 4321)]);
}

#[test]
fn insights_results_with_the_whole_record() {
    let text = format!(
        "@timestamp,@message\n2026-09-01 00:00:00.000,{}\n2026-09-01 00:00:00.000,\"{}\"\n2026-09-01 00:00:00.000,too few\n",
        record(1),
        record(20)
    );
    let seen = Trap::new().file("logs/logs-insights-results.csv", text).report();
    seen.has(&[("records", 3), ("ok", 2), ("malformed", 1), ("bytes_total", 21)]);
    assert_eq!(seen.report["malformed_examples"][0]["line"], 4);
    let note = seen.report["notes"].to_string();
    assert!(note.contains("insights-export") && note.contains("10000"), "{note}");
    // Records of another format are asked for, as anywhere.
    let trap = Trap::with(format!("@message\n{}\n", custom(7)));
    assert!(trap.run(&[]).words().contains("--log-format"));
    trap.run(&["--log-format", CUSTOM]).has(&[("ok", 1), ("bytes_total", 7)]);
}

#[test]
fn insights_results_with_a_column_for_each_field() {
    // `fields @timestamp, srcAddr, ...`: the time of an event is the start of its window. A rejected row and one without data.
    let text = "@timestamp,interfaceId,srcAddr,dstAddr,bytes,action,logStatus\n\
                2026-09-01 00:00:00.000,eni-0aaaaaaaaaaaaaaa1,10.0.1.5,52.216.10.20,700,ACCEPT,OK\n\
                2026-09-01 00:59:59.999,eni-0aaaaaaaaaaaaaaa1,10.0.1.5,\"10.0.2.9\",80,REJECT,OK\n\
                2026-09-01 00:10:00.000,eni-0aaaaaaaaaaaaaaa1,,,,,NODATA\n";
    let seen = Trap::with(text).report();
    seen.has(&[
        ("records", 3),
        ("ok", 1),
        ("rejected", 1),
        ("nodata", 1),
        ("bytes_total", 780),
        ("time_anomalies", 0),
    ]);
    assert_eq!(seen.report["period"]["start"], "2026-09-01T00:00:00Z");
    assert_eq!(seen.report["period"]["observed_hours"], 1);
    assert_eq!(seen.attribution("service"), ["s3"]);
    // Fields that Insights does not discover by itself are called alike.
    let text = format!(
        "start,end,pktSrcAddr,pktDstAddr,flowDirection,vpcId,interfaceId,srcAddr,dstAddr,bytes\n{START},{},10.0.1.5,10.0.2.9,egress,vpc-0aaaaaaaaaaaaaaa1,eni-0aaaaaaaaaaaaaaa1,10.0.1.5,10.0.2.9,80\n",
        START + 60
    );
    let seen = Trap::with(text).report();
    seen.has(&[("ok", 1), ("bytes_total", 80)]);
    assert_eq!(seen.attribution("vpc_id"), ["vpc-0aaaaaaaaaaaaaaa1"]);
}

#[test]
fn a_result_that_lacks_columns_says_which_to_add() {
    let seen = Trap::with("srcAddr,dstAddr,bytesTransferred\n10.0.1.5,10.0.2.9,700\n").run(&[]);
    assert_eq!(seen.code, Some(2), "{}", seen.stderr);
    for part in ["`interface-id, bytes, start`", "interfaceId, bytes, @timestamp", "@message"] {
        assert!(seen.words().contains(part), "{part}: {}", seen.words());
    }
}

#[test]
fn athena_results_quote_everything_and_call_columns_as_the_table_does() {
    let first = format!(
        "\"account\",\"interfaceid\",\"sourceaddress\",\"destinationaddress\",\"sourceport\",\"destinationport\",\"protocol\",\"numpackets\",\"numbytes\",\"starttime\",\"endtime\",\"action\",\"logstatus\"\n\
         \"111122223333\",\"eni-0aaaaaaaaaaaaaaa1\",\"10.0.1.5\",\"10.0.2.9\",\"40000\",\"443\",\"6\",\"10\",\"5000000000\",\"{START}\",\"{}\",\"ACCEPT\",\"OK\"\n\
         \"111122223333\",\"eni-0aaaaaaaaaaaaaaa1\",\"-\",\"-\",,,,,,\"{START}\",\"{}\",\"-\",\"NODATA\"\n",
        START + 60,
        START + 60
    );
    let today = format!(
        "\"interface_id\",\"srcaddr\",\"dstaddr\",\"bytes\",\"start\",\"end\",\"log_status\",\"day\"\n\
         \"eni-0aaaaaaaaaaaaaaa2\",\"10.0.1.6\",\"10.0.2.9\",\"321\",\"{START}\",\"\",\"OK\",\"a \"\"day\"\", or two\nlines\"\n"
    );
    Trap::new()
        .file("logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab.csv", first)
        .file("logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ab.csv.metadata", b"\x08\x01\x12\x07hive")
        .file("logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ac.txt", "vpc_flow_logs\n")
        .file("logs/0f1e2d3c-aaaa-bbbb-cccc-0123456789ac.txt.metadata", b"\x08\x01")
        .file("logs/today", today)
        .report()
        .has(&[
            ("objects_read", 2),
            ("objects_skipped", 0),
            ("objects_failed", 0),
            ("ok", 2),
            ("nodata", 1),
            ("malformed", 0),
            ("bytes_total", 5_000_000_321),
        ]);
}

#[test]
fn rotten_rows_of_a_result_are_counted_with_their_line() {
    let text = format!(
        "interface_id,srcaddr,dstaddr,bytes,start\neni-0aaaaaaaaaaaaaaa1,10.0.1.5,10.0.2.9,7,{START}\n\
         eni-0aaaaaaaaaaaaaaa1,10.0.1.5\neni-0aaaaaaaaaaaaaaa1,10.0.1.5,10.0.2.9,7e9,{START}\n\
         \"eni-0aaaaaaaaaaaaaaa1,10.0.1.5,10.0.2.9,7,{START}\n"
    );
    let seen = Trap::with(text).report();
    seen.has(&[("records", 4), ("ok", 1), ("malformed", 3), ("bytes_total", 7)]);
    let examples = seen.report["malformed_examples"].as_array().expect("examples");
    let lines: Vec<u64> = examples.iter().filter_map(|example| example["line"].as_u64()).collect();
    assert_eq!(lines, [3, 4, 5]);
}

/// One Parquet object with row groups of two rows.
fn parquet(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let mut content = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut content, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("a batch of that schema");
    writer.close().expect("memory does not fill up");
    content
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn parquet_of_the_first_table_and_of_messages() {
    let content = parquet(vec![
        ("account", texts(&["111122223333", "111122223333"])),
        ("interfaceid", texts(&["eni-0aaaaaaaaaaaaaaa1", "eni-0aaaaaaaaaaaaaaa1"])),
        ("sourceaddress", texts(&["10.0.1.5", "10.0.1.6"])),
        ("destinationaddress", texts(&["10.0.2.9", "10.0.2.9"])),
        ("numbytes", Arc::new(Int64Array::from(vec![1, 20]))),
        ("starttime", Arc::new(Int64Array::from(vec![START, START]))),
        ("endtime", Arc::new(Int64Array::from(vec![START + 60, START + 60]))),
    ]);
    Trap::new().file("logs/rewritten", content).report().has(&[("ok", 2), ("bytes_total", 21)]);
    let (one, two) = (record(1), record(20));
    for name in ["message", "@message"] {
        let content = parquet(vec![
            ("@timestamp", texts(&["2026-09-01 00:00:00.000", "2026-09-01 00:00:00.000"])),
            ("srcAddr", texts(&["10.0.1.5", "10.0.1.5"])),
            (name, texts(&[&one, &two])),
        ]);
        Trap::new().file("logs/stream", content).report().has(&[("ok", 2), ("bytes_total", 21)]);
    }
}

#[test]
fn parquet_of_a_period_is_the_text_of_a_period() {
    // Three row groups: the hour before, the wanted one, and one that reaches from it into the next.
    let starts = [START - 3_600, START - 1, START, START + 60, START + 3_599, START + 3_600];
    let rows: Vec<String> = starts
        .iter()
        .zip([1, 20, 300, 4_000, 50_000, 600_000])
        .map(|(start, bytes)| {
            format!("eni-0aaaaaaaaaaaaaaa1 10.0.1.5 10.0.2.9 {bytes} {start} {}", start + 60)
        })
        .collect();
    let text = log("interface-id srcaddr dstaddr bytes start end", &rows);
    let content = parquet(vec![
        ("interface_id", texts(&["eni-0aaaaaaaaaaaaaaa1"; 6])),
        ("srcaddr", texts(&["10.0.1.5"; 6])),
        ("dstaddr", texts(&["10.0.2.9"; 6])),
        ("bytes", Arc::new(Int64Array::from(vec![1, 20, 300, 4_000, 50_000, 600_000]))),
        ("start", Arc::new(Int64Array::from(starts.to_vec()))),
        ("end", Arc::new(Int64Array::from(starts.map(|start| start + 60).to_vec()))),
    ]);
    let period = ["--from", "2026-09-01T00:00:00Z", "--to", "2026-09-01T01:00:00Z"];
    let of_text = Trap::new().file("logs/good", text).run(&period);
    let of_parquet = Trap::new().file("logs/good", content).run(&period);
    of_text.has(&[("records", 3), ("ok", 3), ("outside_period", 3), ("bytes_total", 54_300)]);
    assert_eq!(of_parquet.stdout, of_text.stdout);
}
