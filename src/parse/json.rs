//! Records wrapped in JSON: what Data Firehose and CloudWatch Logs subscriptions deliver.
//!
//! A sequence of JSON values with or without anything between them, or arrays of them. Each value is one of
//! `{"message": "<record>"}`, a subscription payload (`{"messageType":"DATA_MESSAGE","logEvents":[{"message":..}]}`),
//! a control message, or a plain string. One value is held at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::text::TextParser;
use super::{FormatHints, ObjectError, RecordSink, foreign};

/// Largest single JSON value that is held, bytes; Firehose's own limit is 1 MiB, subscriptions stay far below.
pub const MAX_JSON_VALUE_BYTES: usize = 64 << 20;

/// Parses a whole JSON object stream.
///
/// # Errors
/// [`ObjectError::Foreign`] for another kind of log, [`ObjectError::Damaged`] with line and column where the JSON
/// breaks off; the sink keeps the records before that.
pub fn parse(reader: impl Read, hints: FormatHints, sink: &mut impl RecordSink) -> Result<(), ObjectError> {
    let since_value = Cell::new(0);
    let mut state = Wrapped { parser: TextParser::new(hints), sink, error: None, since_value: &since_value };
    let limited = ValueLimit { inner: reader, since_value: &since_value };
    let mut de = serde_json::Deserializer::from_reader(std::io::BufReader::with_capacity(1 << 16, limited));
    loop {
        // A probe for the end of input: serde_json offers it on the deserializer itself.
        if de.end().is_ok() {
            return Ok(());
        }
        match TopLevel(&mut state).deserialize(&mut de) {
            Ok(()) => {}
            Err(error) => {
                return Err(state.error.take().unwrap_or_else(|| {
                    ObjectError::Damaged(format!("JSON breaks off or is not valid: {error}"))
                }));
            }
        }
    }
}

/// Feeds unwrapped records to the text parser.
struct Wrapped<'s, S> {
    parser: TextParser,
    sink: &'s mut S,
    error: Option<ObjectError>,
    since_value: &'s Cell<usize>,
}

impl<S: RecordSink> Wrapped<'_, S> {
    fn message<E: de::Error>(&mut self, message: &str) -> Result<(), E> {
        self.since_value.set(0);
        self.parser.feed(message.as_bytes(), self.sink).map_err(|error| {
            self.error = Some(error);
            E::custom("not a flow log record")
        })
    }

    fn foreign<E: de::Error>(&mut self, kind: &'static str) -> E {
        self.error = Some(ObjectError::Foreign { kind });
        E::custom("another kind of log")
    }
}

/// A value at the top, or an element of an array there.
struct TopLevel<'w, 's, S>(&'w mut Wrapped<'s, S>);

impl<'de, S: RecordSink> DeserializeSeed<'de> for TopLevel<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// Type of a subscription payload that only checks whether the destination can be reached.
const CONTROL_MESSAGE: &str = "CONTROL_MESSAGE";

/// One event of a subscription payload.
#[derive(Deserialize)]
struct LogEvent {
    message: String,
}

impl<'de, S: RecordSink> Visitor<'de> for TopLevel<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flow log message, a subscription payload, or an array of them")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.0.message(text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(TopLevel(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys: Vec<String> = Vec::new();
        let mut messages: Vec<String> = Vec::new();
        let mut control = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "message" => messages.push(map.next_value()?),
                "logEvents" => {
                    messages
                        .extend(map.next_value::<Vec<LogEvent>>()?.into_iter().map(|event| event.message));
                }
                "messageType" => control = map.next_value::<String>()? == CONTROL_MESSAGE,
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
            keys.push(key);
        }
        if control {
            return Ok(());
        }
        if keys.iter().any(|key| key == "message" || key == "logEvents") {
            return messages.iter().try_for_each(|message| self.0.message(message.trim_end_matches('\n')));
        }
        if let Some(kind) = foreign::of_json_keys(&keys) {
            return Err(self.0.foreign(kind));
        }
        self.0.error =
            Some(ObjectError::Unrecognised { what: "JSON without a `message` or `logEvents` key" });
        Err(de::Error::custom("not a flow log"))
    }
}

/// Fails a read when one value has taken more than [`MAX_JSON_VALUE_BYTES`], so that an unclosed string cannot fill
/// memory.
struct ValueLimit<'c, R> {
    inner: R,
    since_value: &'c Cell<usize>,
}

impl<R: Read> Read for ValueLimit<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let taken = self.since_value.get() + count;
        if taken > MAX_JSON_VALUE_BYTES {
            return Err(io::Error::other(format!(
                "one JSON value is longer than {MAX_JSON_VALUE_BYTES} bytes (limit MAX_JSON_VALUE_BYTES)"
            )));
        }
        self.since_value.set(taken);
        Ok(count)
    }
}
