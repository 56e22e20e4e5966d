//! Records wrapped in JSON: what Data Firehose and CloudWatch Logs subscriptions deliver.
//!
//! A sequence of JSON values with or without anything between them, or arrays of them. Each value is one of
//! `{"message": "<record>"}`, a subscription payload (`{"messageType":"DATA_MESSAGE","logEvents":[{"message":..}]}`),
//! a control message, or a plain string. One value is held at a time.
//!
//! Nearly all values are `{"message":"2 1234... OK"}` without an escape: these are taken as they lie (`plain_message`). All
//! others are left to serde_json, which also decides what is no JSON.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::messages::Messages;
use super::{FormatHints, ObjectError, RecordSink, foreign};

/// Largest single JSON value that is held, bytes; Firehose's own limit is 1 MiB, subscriptions stay far below.
pub const MAX_JSON_VALUE_BYTES: usize = 64 << 20;

/// Deepest nesting of arrays around values.
pub const MAX_JSON_DEPTH: usize = 100;

/// Bytes read at a time.
const BLOCK_BYTES: usize = 1 << 18;

/// Parses a whole JSON object stream.
///
/// # Errors
/// [`ObjectError::Foreign`] for another kind of log, [`ObjectError::Damaged`] with the place where the JSON
/// breaks off; the sink keeps the records before that.
pub fn parse(reader: impl Read, hints: FormatHints, sink: &mut impl RecordSink) -> Result<(), ObjectError> {
    let mut messages = Messages::new(hints);
    let outcome = values(&mut Window::new(reader), &mut messages, sink);
    // What the messages hold comes before what is behind them.
    messages.flush(sink)?;
    outcome
}

/// Reads value after value.
fn values<R: Read>(
    window: &mut Window<R>,
    messages: &mut Messages,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    let mut place = Place::default();
    loop {
        let Some(first) = window.first()? else {
            return if place.depth == 0 { Ok(()) } else { Err(window.damaged(&"an array is not closed")) };
        };
        match place.step(first).map_err(|reason| window.damaged(&reason))? {
            Step::Mark => window.use_up(1),
            Step::Value => {
                if let Some((message, used)) = plain_message(window.bytes()) {
                    messages.add(message, sink)?;
                    window.use_up(used);
                } else {
                    value(window, messages, sink)?;
                }
                window.values += 1;
            }
        }
    }
}

/// Where in arrays the reading is.
#[derive(Default)]
struct Place {
    /// Arrays that are open.
    depth: usize,
    /// Whether a value of the array was read, so that a comma or the end must follow.
    after_value: bool,
    /// Whether a comma was read, so that a value must follow.
    after_comma: bool,
}

enum Step {
    /// A byte of the arrays around values.
    Mark,
    /// The beginning of a value.
    Value,
}

impl Place {
    fn step(&mut self, byte: u8) -> Result<Step, &'static str> {
        let inside = self.depth > 0;
        match byte {
            b',' if inside && self.after_value => {
                (self.after_value, self.after_comma) = (false, true);
                Ok(Step::Mark)
            }
            b']' if inside && !self.after_comma => {
                self.depth -= 1;
                self.after_value = true;
                Ok(Step::Mark)
            }
            b',' | b']' => Err("expected a value"),
            _ if inside && self.after_value => Err("expected `,` or `]`"),
            b'[' if self.depth == MAX_JSON_DEPTH => {
                Err("arrays are nested too deeply (limit MAX_JSON_DEPTH)")
            }
            b'[' => {
                self.depth += 1;
                (self.after_value, self.after_comma) = (false, false);
                Ok(Step::Mark)
            }
            _ => {
                (self.after_value, self.after_comma) = (inside, false);
                Ok(Step::Value)
            }
        }
    }
}

/// The record of a value that is just `{"message":"..."}` in plain letters, and the bytes of the value.
fn plain_message(bytes: &[u8]) -> Option<(&[u8], usize)> {
    const START: &[u8] = b"{\"message\":\"";
    let text = bytes.strip_prefix(START)?;
    let end = memchr::memchr(b'"', text)?;
    let message = &text[..end];
    // Letters that may stand in JSON as they are. All are looked at: that is faster than to stop at one.
    let odd = message.iter().filter(|byte| !(0x20..0x7f).contains(*byte) || **byte == b'\\').count();
    (odd == 0 && text.get(end + 1) == Some(&b'}')).then_some((message, START.len() + end + 2))
}

/// Reads the value at the beginning of the window, whatever it is.
fn value<R: Read>(
    window: &mut Window<R>,
    messages: &mut Messages,
    sink: &mut impl RecordSink,
) -> Result<(), ObjectError> {
    loop {
        let mut stream = serde_json::Deserializer::from_slice(window.bytes()).into_iter::<Wrapped<'_>>();
        let error = match stream.next() {
            Some(Ok(wrapped)) => {
                let used = stream.byte_offset();
                wrapped.hand_on(messages, sink)?;
                window.use_up(used);
                return Ok(());
            }
            Some(Err(error)) => error,
            None => return Ok(()),
        };
        if !error.is_eof() || !window.more()? {
            return Err(window.damaged(&error));
        }
    }
}

/// Type of a subscription payload that only checks whether the destination can be reached.
const CONTROL_MESSAGE: &str = "CONTROL_MESSAGE";

/// A text of JSON, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Text<'t>(#[serde(borrow)] Cow<'t, str>);

/// One event of a subscription payload.
#[derive(Deserialize)]
struct LogEvent<'t> {
    #[serde(borrow)]
    message: Text<'t>,
}

/// A value, unwrapped.
enum Wrapped<'t> {
    Messages(Vec<Text<'t>>),
    Control,
    /// An object that holds no message: its keys.
    Other(Vec<String>),
}

impl Wrapped<'_> {
    fn hand_on(self, messages: &mut Messages, sink: &mut impl RecordSink) -> Result<(), ObjectError> {
        match self {
            Self::Control => Ok(()),
            Self::Messages(texts) => texts.iter().try_for_each(|text| messages.add(text.0.as_bytes(), sink)),
            Self::Other(keys) => Err(match foreign::of_json_keys(&keys) {
                Some(kind) => ObjectError::Foreign { kind },
                None => ObjectError::Unrecognised { what: "JSON without a `message` or `logEvents` key" },
            }),
        }
    }
}

impl<'de> Deserialize<'de> for Wrapped<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrappedVisitor)
    }
}

struct WrappedVisitor;

impl<'de> Visitor<'de> for WrappedVisitor {
    type Value = Wrapped<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flow log message, a subscription payload, or an array of them")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Wrapped::Messages(vec![Text(Cow::Borrowed(text))]))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Wrapped::Messages(vec![Text(Cow::Owned(text.to_owned()))]))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys: Vec<String> = Vec::new();
        let mut messages: Vec<Text<'de>> = Vec::new();
        let mut control = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "message" => messages.push(map.next_value()?),
                "logEvents" => {
                    let events: Vec<LogEvent<'de>> = map.next_value()?;
                    messages.extend(events.into_iter().map(|event| event.message));
                }
                "messageType" => control = map.next_value::<Text<'de>>()?.0 == CONTROL_MESSAGE,
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
            keys.push(key);
        }
        Ok(if control {
            Wrapped::Control
        } else if keys.iter().any(|key| key == "message" || key == "logEvents") {
            Wrapped::Messages(messages)
        } else {
            Wrapped::Other(keys)
        })
    }
}

/// The part of a stream that is being looked at. It grows with the value at its beginning, up to
/// [`MAX_JSON_VALUE_BYTES`].
struct Window<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Bytes of the buffer that are used up.
    at: usize,
    /// Bytes of the buffer that were read.
    filled: usize,
    ended: bool,
    /// Why the stream ended before its end.
    fault: Option<io::Error>,
    /// Values used up.
    values: u64,
}

impl<R: Read> Window<R> {
    fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), at: 0, filled: 0, ended: false, fault: None, values: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.buffer[self.at..self.filled]
    }

    fn use_up(&mut self, count: usize) {
        self.at += count;
    }

    /// Passes over white space; the first byte behind it.
    fn first(&mut self) -> Result<Option<u8>, ObjectError> {
        loop {
            let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let bytes = self.bytes();
            match bytes.iter().position(|byte| !is_space(byte)) {
                Some(place) => {
                    let first = bytes[place];
                    self.use_up(place);
                    return Ok(Some(first));
                }
                None => self.at = self.filled,
            }
            if !self.more()? {
                return match self.fault.take() {
                    Some(fault) => Err(self.damaged(&fault)),
                    None => Ok(None),
                };
            }
        }
    }

    /// Reads more behind what there is; `false` if there is no more.
    fn more(&mut self) -> Result<bool, ObjectError> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.copy_within(self.at..self.filled, 0);
        self.filled -= self.at;
        self.at = 0;
        if self.filled >= MAX_JSON_VALUE_BYTES {
            return Err(self.damaged(&format!(
                "one JSON value is longer than {MAX_JSON_VALUE_BYTES} bytes (limit MAX_JSON_VALUE_BYTES)"
            )));
        }
        // Twice as much each time, so that a large value is not begun too often.
        let wanted = (2 * self.filled).clamp(BLOCK_BYTES, MAX_JSON_VALUE_BYTES);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        let before = self.filled;
        while self.filled < self.buffer.len() {
            match self.reader.read(&mut self.buffer[self.filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(count) => self.filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault = Some(error);
                    self.ended = true;
                    break;
                }
            }
        }
        Ok(self.filled > before)
    }

    fn damaged(&self, reason: &dyn fmt::Display) -> ObjectError {
        let reason = match &self.fault {
            Some(fault) => fault.to_string(),
            None => reason.to_string(),
        };
        ObjectError::Damaged(match self.values {
            0 => format!("it looks like JSON, but is cut off or not valid: {reason}"),
            values => format!("JSON breaks off or is not valid at value {}: {reason}", values + 1),
        })
    }
}
