//! From the bytes of a file to the answers in it.
//!
//! A file holds one answer, several one after another, or arrays of them. Elements are turned into drafts while
//! the JSON is read, so that a large answer is never held as a tree.

use std::collections::BTreeSet;
use std::fmt;

use ipnet::IpNet;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::call::Call;
use super::draft::Element;
use super::resource;
use super::setup::Setup;
use super::value::{Notes, text};

/// What one answer, or one array of answers, holds.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The calls whose list is in it, even an empty one.
    pub(super) calls: BTreeSet<Call>,
    /// The calls whose list goes on in a further answer.
    pub(super) unfinished: Vec<Call>,
    /// The calls whose list ends here.
    pub(super) finished: Vec<Call>,
    /// Elements of its lists, in order.
    pub(super) elements: Vec<Element>,
    /// Tags: resource, name, value.
    pub(super) tags: Vec<(String, String, String)>,
    /// Lists of prefix list entries, with the list's id where it is told.
    pub(super) entries: Vec<(Option<String>, Vec<IpNet>)>,
    /// Errors that AWS answered instead.
    pub(super) errors: Vec<String>,
    /// Values that could not be read.
    pub(super) notes: Notes,
    /// What only a check of the set-up asks for.
    pub(super) setup: Setup,
}

impl Answer {
    fn append(&mut self, other: Answer) {
        self.calls.extend(other.calls);
        self.unfinished.extend(other.unfinished);
        self.finished.extend(other.finished);
        self.elements.extend(other.elements);
        self.tags.extend(other.tags);
        self.entries.extend(other.entries);
        self.errors.extend(other.errors);
        self.notes.append(other.notes);
        self.setup.append(other.setup);
    }

    /// Whether there is anything in it that an inventory is made of.
    pub(super) fn is_recognised(&self) -> bool {
        !self.calls.is_empty() || !self.errors.is_empty()
    }
}

/// All complete answers of a file, and what is wrong with the rest of it.
pub(super) fn read(bytes: &[u8]) -> (Answer, Option<String>) {
    let decoded = match without_byte_order_mark(bytes) {
        Ok(decoded) => decoded,
        Err(damage) => return (Answer::default(), Some(damage)),
    };
    let mut answers = Answer::default();
    let mut complete: usize = 0;
    let mut json = serde_json::Deserializer::from_slice(&decoded);
    while json.end().is_err() {
        match Answer::deserialize(&mut json) {
            Ok(answer) => answers.append(answer),
            Err(error) => return (answers, Some(damage(&error, &decoded, complete))),
        }
        complete += 1;
    }
    let empty = (complete == 0).then(|| "the file is empty; run the call again".to_owned());
    (answers, empty)
}

/// The text without its mark; UTF-16, which PowerShell's `>` writes, is converted.
fn without_byte_order_mark(bytes: &[u8]) -> Result<std::borrow::Cow<'_, [u8]>, String> {
    let units = |of: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(move |pair| of([pair[0], pair[1]]));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Ok(rest.into()),
        [0xFF, 0xFE, ..] => Ok(units(u16::from_le_bytes).into_bytes().into()),
        [0xFE, 0xFF, ..] => Ok(units(u16::from_be_bytes).into_bytes().into()),
        [0x1F, 0x8B, ..] => Err("the file is compressed with gzip; decompress it".to_owned()),
        _ => Ok(bytes.into()),
    }
}

/// One sentence on where the file stops being JSON, and what to do.
fn damage(error: &serde_json::Error, bytes: &[u8], complete: usize) -> String {
    let place = format!("line {} column {}", error.line(), error.column());
    let kept = match complete {
        0 => String::new(),
        1 => " (the complete value before it was kept)".to_owned(),
        more => format!(" (the {more} complete values before it were kept)"),
    };
    if error.is_eof() {
        return format!("{place}: the file ends in the middle of an answer{kept}; run the call again");
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
    if let Some(said) = start.lines().find(|line| line.contains("An error occurred (")) {
        return format!("the file holds an error, not an answer: {}; run the call again", said.trim());
    }
    // The place is told once, in front.
    let cause = error.to_string();
    let cause = cause.rsplit_once(" at line ").map_or(cause.as_str(), |(cause, _)| cause);
    format!("{place}: not JSON, {cause}{kept}; run the call again with `--output json`")
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Answer, D::Error> {
        deserializer.deserialize_any(AnswerVisitor)
    }
}

struct AnswerVisitor;

/// Implements the visits of values that are neither list nor object. They are somebody else's JSON: nothing is
/// in them, and nothing is wrong with them.
macro_rules! visit_nothing {
    ($nothing:expr) => {
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
            Ok($nothing)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
}

impl<'de> Visitor<'de> for AnswerVisitor {
    type Value = Answer;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the answer of a describe call")
    }

    visit_nothing!(Answer::default());

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Answer, A::Error> {
        let mut answers = Answer::default();
        while let Some(answer) = list.next_element()? {
            answers.append(answer);
        }
        Ok(answers)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Answer, A::Error> {
        let mut answer = Answer::default();
        let mut recorded = Answer::default();
        let mut status = None;
        let mut list_id = None;
        let mut entries = None;
        let mut more = false;
        let mut vpc_id = None;
        let mut dns = Vec::new();
        while let Some(key) = object.next_key::<String>()? {
            match key.as_str() {
                // A recorded answer: the status beside the data.
                "data" => recorded = object.next_value()?,
                "status_code" => status = object.next_value::<Value>()?.as_u64(),
                "Error" => answer.errors.extend(error_text(&object.next_value::<Value>()?)),
                "NextToken" => {
                    more = object.next_value::<Value>()?.as_str().is_some_and(|token| !token.is_empty());
                }
                "VpcId" => vpc_id = object.next_value::<Value>()?.as_str().map(str::to_owned),
                "EnableDnsSupport" | "EnableDnsHostnames" => {
                    let value = object.next_value::<Value>()?;
                    dns.extend(value.get("Value").unwrap_or(&value).as_bool().map(|on| (key, on)));
                }
                "PrefixListId" => list_id = object.next_value::<Value>()?.as_str().map(str::to_owned),
                "Entries" => entries = Some(object.next_value::<Value>()?),
                id if id.starts_with("pl-") => {
                    let value = object.next_value::<Value>()?;
                    answer.add_entries(Some(key), value.get("Entries").unwrap_or(&value));
                }
                _ => match Call::of_list_key(&key) {
                    Some(call) => object.next_value_seed(ListSeed { call, answer: &mut answer })?,
                    None => drop(object.next_value::<IgnoredAny>()?),
                },
            }
        }
        if let Some(entries) = entries {
            answer.add_entries(list_id, &entries);
        }
        if let Some(vpc_id) = vpc_id.filter(|_| !dns.is_empty()) {
            answer.calls.insert(Call::VpcAttributes);
            for (attribute, on) in dns {
                answer.setup.set_dns(&vpc_id, &attribute, on);
            }
        }
        if status.is_some_and(|status| status != 200) {
            recorded.errors.append(&mut answer.errors);
            return Ok(Answer::refused(status, recorded.errors));
        }
        let ends = if more { &mut answer.unfinished } else { &mut answer.finished };
        ends.extend(&answer.calls);
        answer.append(recorded);
        Ok(answer)
    }
}

impl Answer {
    /// A recorded answer with a status that is not success. Whatever else it holds is no answer.
    fn refused(status: Option<u64>, mut errors: Vec<String>) -> Answer {
        if errors.is_empty() {
            errors.extend(status.map(|status| format!("status {status}")));
        }
        Answer { errors, ..Answer::default() }
    }

    fn add_entries(&mut self, list_id: Option<String>, list: &Value) {
        // Other programs write `Entries` too; only blocks are ours.
        let Some(list) = list.as_array() else { return };
        let ours = list.iter().all(|entry| entry.is_string() || entry.get("Cidr").is_some());
        if !ours {
            return;
        }
        let of = list_id.as_deref().unwrap_or("Entries");
        let blocks = resource::entries(list, of, &mut self.notes);
        self.calls.insert(Call::PrefixListEntries);
        self.entries.push((list_id, blocks));
    }
}

/// Code and message of an error answer; `None` for an `Error` key of some other meaning.
fn error_text(error: &Value) -> Option<String> {
    match (text(error, "Code"), text(error, "Message")) {
        (Some(code), Some(message)) => Some(format!("{code}: {message}")),
        (code, message) => code.or(message).map(str::to_owned),
    }
}

/// Reads the list of one call into an answer, one element at a time.
struct ListSeed<'a> {
    call: Call,
    answer: &'a mut Answer,
}

impl<'de> DeserializeSeed<'de> for ListSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ListSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the list of {}", self.call.list_key())
    }

    visit_nothing!(());

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.answer.calls.insert(self.call);
        while let Some(object) = list.next_element::<Value>()? {
            self.answer.tags.extend(resource::tags(self.call, &object));
            self.answer.elements.extend(resource::element(self.call, &object, &mut self.answer.notes));
            self.answer.setup.read(self.call, &object);
        }
        Ok(())
    }
}
