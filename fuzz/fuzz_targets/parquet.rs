//! No bytes that claim to be Parquet harm what comes after them. The decoder may panic on them (a run catches that and names the
//! object); the next object is read as if nothing had been.

#![no_main]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Once;

use flowtoll::parse::FormatHints;
use flowtoll::parse::columnar::ColumnarParser;
use flowtoll::parse::recorder::{Event, Recorder};

/// An object as it should be.
const GOOD: &[u8] = include_bytes!(
    "../../sample-logs/parquet/AWSLogs/111122223333/vpcflowlogs/ap-northeast-1/2026/03/10/111122223333_vpcflowlogs_ap-northeast-1_fl-023b2f9154ded83f6_20260310T0000Z_fa87e4f5.log.parquet"
);

fn parse(parser: &mut ColumnarParser, sink: &mut Recorder, bytes: &[u8]) {
    let _ = parser.parse(bytes::Bytes::copy_from_slice(bytes), FormatHints::default(), sink);
}

fn events_of_good(parser: &mut ColumnarParser, sink: &mut Recorder) -> Vec<Event> {
    sink.events.clear();
    parse(parser, sink, GOOD);
    sink.events.clone()
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // libFuzzer's own hook ends the process at any panic, also at one that is caught; what is not caught still ends it.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| set_hook(Box::new(|_| {})));
    let (mut parser, mut sink) = (ColumnarParser::default(), Recorder::default());
    let _ = catch_unwind(AssertUnwindSafe(|| parse(&mut parser, &mut sink, bytes)));
    let expected = events_of_good(&mut ColumnarParser::default(), &mut Recorder::default());
    assert!(
        events_of_good(&mut parser, &mut sink) == expected,
        "an object that was read after a damaged one is another"
    );
});
