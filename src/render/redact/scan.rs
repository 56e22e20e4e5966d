//! Finds in sentences what has to be replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::pseudonym::{ACCOUNT_DIGITS, Pseudonyms, WORDS};

/// Hexadecimal digits of a resource id: 8 in old ones, 17 in new ones.
const ID_DIGITS: std::ops::RangeInclusive<usize> = 8..=17;

/// A shorter name is no hint of anybody, and stands in too many words.
const SHORTEST_NAME: usize = 4;

/// Replaces in sentences.
pub(super) struct Scanner<'p> {
    pseudonyms: &'p Pseudonyms,
    /// Ids of the report, by themselves.
    ids: BTreeMap<String, String>,
    /// Names and paths, which may have blanks.
    names: BTreeMap<String, String>,
    /// Words that stay even if somebody has that name.
    kept: BTreeSet<String>,
}

impl<'p> Scanner<'p> {
    pub(super) fn new(pseudonyms: &'p Pseudonyms) -> Self {
        Self { pseudonyms, ids: BTreeMap::new(), names: BTreeMap::new(), kept: BTreeSet::new() }
    }

    pub(super) fn know_id(&mut self, id: &str) {
        self.ids.insert(id.to_owned(), self.pseudonyms.id(id));
    }

    pub(super) fn know_name(&mut self, name: &str) {
        if name.len() >= SHORTEST_NAME {
            self.names.insert(name.to_owned(), self.pseudonyms.name(name));
        }
    }

    pub(super) fn know_path(&mut self, path: &str) {
        if path.len() >= SHORTEST_NAME {
            self.names.insert(path.to_owned(), self.pseudonyms.path(path));
        }
    }

    /// A service is no secret, even where an endpoint is named after it.
    pub(super) fn keep(&mut self, word: &str) {
        self.kept.insert(word.to_owned());
    }

    /// flowtoll's own sentence around ids and names.
    pub(super) fn text(&self, text: &str) -> String {
        self.words(&self.without_names(text), false)
    }

    /// A sentence that quotes files: what is between quotation marks goes, and so do paths.
    pub(super) fn foreign(&self, text: &str) -> String {
        let mut told = self.without_names(text);
        for mark in ['`', '"', '\''] {
            let parts: Vec<&str> = told.split(mark).collect();
            if parts.len() < 3 {
                continue;
            }
            let last = parts.len() - 1;
            let replaced: Vec<String> = parts
                .iter()
                .enumerate()
                .map(|(index, part)| {
                    let quoted = index % 2 == 1 && index < last && !part.is_empty();
                    if quoted { self.pseudonyms.quoted(part) } else { (*part).to_owned() }
                })
                .collect();
            told = replaced.join(&mark.to_string());
        }
        self.words(&told, true)
    }

    /// Known names where they stand as words, longest first.
    fn without_names(&self, text: &str) -> String {
        let mut names: Vec<(&String, &String)> = self
            .names
            .iter()
            .filter(|(name, _)| !self.kept.contains(*name) && text.contains(*name))
            .collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names
            .into_iter()
            .fold(text.to_owned(), |text, (name, pseudonym)| replace_words(&text, name, pseudonym))
    }

    fn words(&self, text: &str, foreign: bool) -> String {
        let is_part =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '/' | '_' | '%' | '\\');
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            out.push_str(&rest[..start]);
            rest = &rest[start..];
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            out.push_str(&self.word(&rest[..end], foreign));
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    fn word(&self, word: &str, foreign: bool) -> String {
        let plain = word.trim_end_matches(['.', ':', '-']);
        let tail = &word[plain.len()..];
        if let Some(known) = self.ids.get(plain) {
            return format!("{known}{tail}");
        }
        if let Some(rest) = plain.strip_prefix("arn:") {
            let parts: Vec<&str> = rest.splitn(5, ':').collect();
            if let [partition, service, region, account, resource] = parts.as_slice() {
                let account =
                    if account.is_empty() { String::new() } else { self.pseudonyms.account(account) };
                let resource = self.pseudonyms.resource(resource);
                return format!("arn:{partition}:{service}:{region}:{account}:{resource}{tail}");
            }
        }
        if let Some(found) = self.place(plain) {
            return format!("{found}{tail}");
        }
        if foreign && (plain.contains('/') || plain.contains('\\')) {
            return format!("{}{tail}", self.pseudonyms.path(plain));
        }
        // Several ids may be joined: `add-gateway-endpoint/vpc-.../s3`, `fl-..._2026`.
        let mut out = String::new();
        let mut part = String::new();
        for letter in word.chars().chain(['\0']) {
            if matches!(letter, '/' | '_' | ':' | '.' | '%' | '\\' | '\0') {
                out.push_str(&self.part(&part, !out.is_empty()));
                part.clear();
                if letter != '\0' {
                    out.push(letter);
                }
            } else {
                part.push(letter);
            }
        }
        out
    }

    /// An address or a block.
    fn place(&self, word: &str) -> Option<String> {
        if let Ok(address) = word.parse::<IpAddr>() {
            return Some(self.pseudonyms.address(address).to_string());
        }
        let block: IpNet = word.parse().ok()?;
        self.pseudonyms.block(block).map(|block| block.to_string())
    }

    /// An id or an account. A number of twelve digits is an account where it is part of a name; alone it may be a byte
    /// count.
    fn part(&self, part: &str, inside: bool) -> String {
        if let Some(known) = self.ids.get(part) {
            return known.clone();
        }
        if inside && part.len() == ACCOUNT_DIGITS && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.pseudonyms.account(part);
        }
        match part.rsplit_once('-') {
            Some((kind, digits))
                if ID_DIGITS.contains(&digits.len())
                    && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
                    && !WORDS.contains(&kind) =>
            {
                self.pseudonyms.id(part)
            }
            _ => part.to_owned(),
        }
    }
}

/// Replaces `name` where no letter or digit touches it.
fn replace_words(text: &str, name: &str, pseudonym: &str) -> String {
    let touches = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::new();
    let mut from = 0;
    for (at, found) in text.match_indices(name) {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        if !touches(before) && !touches(after) {
            out.push_str(&text[from..at]);
            out.push_str(pseudonym);
            from = at + found.len();
        }
    }
    out.push_str(&text[from..]);
    out
}
