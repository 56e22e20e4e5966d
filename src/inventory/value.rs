//! Reading the values of an answer without giving up on the rest of it.
//!
//! A missing value is `None` or empty; a malformed one is noted and left out, and its resource is kept.

use std::net::IpAddr;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use ipnet::IpNet;
use serde_json::Value;

/// Notes kept per file. The rest is only counted: one wrong script can spoil every line of a large answer.
const MAX_NOTES: usize = 20;

/// Epoch numbers from here on are milliseconds; as seconds they would lie in the year 5138.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// What was wrong with single values, in the order it was met.
#[derive(Debug, Default)]
pub(super) struct Notes {
    kept: Vec<String>,
    dropped: usize,
}

impl Notes {
    /// Adds one sentence, or only counts it past the limit.
    pub(super) fn add(&mut self, note: String) {
        if self.kept.len() < MAX_NOTES {
            self.kept.push(note);
        } else {
            self.dropped += 1;
        }
    }

    /// Takes over all notes of `other`.
    pub(super) fn append(&mut self, other: Notes) {
        self.dropped += other.dropped;
        other.kept.into_iter().for_each(|note| self.add(note));
    }

    /// The sentences, the last one telling how many more there were.
    pub(super) fn into_sentences(mut self) -> Vec<String> {
        if self.dropped > 0 {
            self.kept.push(format!("{} more values could not be used either", self.dropped));
        }
        self.kept
    }
}

/// The text under `key`; `None` when it is absent, empty or no text.
pub(super) fn text<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// An owned [`text`].
pub(super) fn string(object: &Value, key: &str) -> Option<String> {
    text(object, key).map(str::to_owned)
}

/// The elements under `key`; empty when it is absent or no list.
pub(super) fn items<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts in the list under `key`.
pub(super) fn strings(object: &Value, key: &str) -> Vec<String> {
    items(object, key).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The truth value under `key`.
pub(super) fn flag(object: &Value, key: &str) -> Option<bool> {
    object.get(key)?.as_bool()
}

/// The account under `OwnerId`. Tools that take it for a number lose its leading zeros; they are put back.
pub(super) fn owner(object: &Value) -> Option<String> {
    match object.get("OwnerId")? {
        Value::Number(number) => number.as_u64().map(|number| format!("{number:012}")),
        _ => string(object, "OwnerId"),
    }
}

/// Value of the `Name` tag. An empty name counts as none.
pub(super) fn name_tag(object: &Value) -> Option<String> {
    // Network interfaces keep their tags under an older key than everything else.
    let tags = items(object, "Tags").iter().chain(items(object, "TagSet"));
    tags.filter(|tag| text(tag, "Key") == Some("Name")).find_map(|tag| string(tag, "Value"))
}

/// Reads addresses, blocks and times of one resource, noting those it can not read.
pub(super) struct Reader<'a> {
    /// The resource, as notes name it.
    pub(super) resource: &'a str,
    /// Where notes go.
    pub(super) notes: &'a mut Notes,
}

impl Reader<'_> {
    /// The address under `key`.
    pub(super) fn address(&mut self, object: &Value, key: &str) -> Option<IpAddr> {
        let written = text(object, key)?;
        let address = written.parse().ok();
        if address.is_none() {
            self.note(key, written, "an IP address");
        }
        address
    }

    /// The block under `key`, host bits cleared.
    pub(super) fn block(&mut self, object: &Value, key: &str) -> Option<IpNet> {
        self.block_text(key, text(object, key)?)
    }

    /// The block written as `written` under `key`, host bits cleared.
    pub(super) fn block_text(&mut self, key: &str, written: &str) -> Option<IpNet> {
        let block = written.parse::<IpNet>().ok().map(|block| block.trunc());
        if block.is_none() {
            self.note(key, written, "an address block such as 10.0.0.0/16");
        }
        block
    }

    /// The time under `key`, Unix seconds.
    pub(super) fn time(&mut self, object: &Value, key: &str) -> Option<i64> {
        let written = object.get(key).filter(|value| !value.is_null())?;
        let time = unix_seconds(written);
        if time.is_none() {
            self.note(key, &written.to_string(), "a time such as 2026-03-04T05:06:07Z");
        }
        time
    }

    fn note(&mut self, key: &str, written: &str, expected: &str) {
        let resource = self.resource;
        self.notes.add(format!("{resource}: {key} `{written}` is not {expected}; the value was left out"));
    }
}

/// Unix seconds of a time as the CLI, an SDK or a call recorder writes it: RFC 3339, the same with a space or
/// without an offset (then UTC), an epoch number, or an object of its parts.
fn unix_seconds(value: &Value) -> Option<i64> {
    match value {
        Value::String(written) => {
            let written = written.trim().replacen(' ', "T", 1);
            DateTime::parse_from_rfc3339(&written)
                .map(|time| time.timestamp())
                .or_else(|_| {
                    NaiveDateTime::parse_from_str(&written, "%Y-%m-%dT%H:%M:%S%.f")
                        .map(|time| time.and_utc().timestamp())
                })
                .ok()
                .or_else(|| written.parse().ok().map(seconds))
        }
        Value::Number(number) => {
            // Sub-second digits are not kept, so whatever the number is written as, its text up to the dot is it.
            let written = number.to_string();
            written.split('.').next()?.parse().ok().map(seconds)
        }
        Value::Object(_) => {
            let part = |key: &str| value.get(key)?.as_u64().and_then(|part| u32::try_from(part).ok());
            let year = i32::try_from(value.get("year")?.as_i64()?).ok()?;
            let day = NaiveDate::from_ymd_opt(year, part("month")?, part("day")?)?;
            let clock = ["hour", "minute", "second"].map(|key| part(key).unwrap_or(0));
            Some(day.and_hms_opt(clock[0], clock[1], clock[2])?.and_utc().timestamp())
        }
        _ => None,
    }
}

/// Seconds of an epoch number that may count milliseconds.
fn seconds(number: i64) -> i64 {
    if number >= FIRST_MILLISECONDS { number / 1000 } else { number }
}
