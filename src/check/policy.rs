//! Whether a policy lets a request pass, as far as its text tells.
//!
//! Source: "Policy evaluation logic" and "IAM JSON policy elements", IAM User Guide. A statement fits, does not fit, or cannot
//! be decided (a condition on what is not known here). An explicit Deny that fits wins; without an Allow that fits nothing is
//! allowed.

use serde_json::{Map, Value};

use super::say;
use crate::model::wording::Wording;

/// A request to be judged.
#[derive(Debug, Clone)]
pub(super) struct Request<'r> {
    /// Such as `s3:GetObject`.
    pub action: &'r str,
    /// ARN.
    pub resource: String,
    /// Account of the principal, where known; which principal of it is left open.
    pub account: Option<&'r str>,
    /// What is known of condition keys, lower case.
    pub context: Vec<(&'static str, Known)>,
}

/// What is known of a condition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Known {
    /// One of these values; all are taken to lead to the same answer.
    Values(Vec<String>),
    /// The request does not have the key.
    Absent,
}

/// Whether something fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fit {
    Yes,
    No,
    /// Why it cannot be decided.
    Maybe(Wording),
}

impl Fit {
    fn of(fits: bool) -> Self {
        if fits { Self::Yes } else { Self::No }
    }

    /// Both: the first doubt stays.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Maybe(why), _) | (_, Self::Maybe(why)) => Self::Maybe(why),
            _ => Self::Yes,
        }
    }

    /// Either.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Maybe(why), _) | (_, Self::Maybe(why)) => Self::Maybe(why),
            _ => Self::No,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            doubt @ Self::Maybe(_) => doubt,
        }
    }
}

/// What a policy says of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    /// A statement denies it; its Sid or place.
    Denied(Wording),
    /// No statement allows it.
    NotAllowed,
    /// Why it cannot be decided.
    Undecided(Wording),
}

/// A policy document.
#[derive(Debug)]
pub(super) struct Policy {
    statements: Vec<Map<String, Value>>,
}

impl Policy {
    /// Reads a document; the reason where it is none.
    pub(super) fn parse(text: &str) -> Result<Self, Wording> {
        let value: Value = serde_json::from_str(text).map_err(say::not_json)?;
        let statements = match value.get("Statement") {
            Some(Value::Array(list)) => list.clone(),
            Some(one @ Value::Object(_)) => vec![one.clone()],
            _ => return Err(say::no_statement()),
        };
        let objects = statements.into_iter().map(|statement| match statement {
            Value::Object(statement) => Ok(statement),
            _ => Err(say::no_object()),
        });
        Ok(Self { statements: objects.collect::<Result<_, _>>()? })
    }

    /// Judges a request.
    pub(super) fn judge(&self, request: &Request<'_>) -> Verdict {
        let (mut allow, mut doubt) = (Fit::No, None);
        for (place, statement) in self.statements.iter().enumerate() {
            let fit = fits(statement, request);
            match statement.get("Effect").and_then(Value::as_str) {
                Some("Deny") => match fit {
                    Fit::Yes => return Verdict::Denied(name(statement, place)),
                    Fit::Maybe(why) => doubt = doubt.or(Some(why)),
                    Fit::No => {}
                },
                Some("Allow") => allow = allow.or(fit),
                _ => doubt = doubt.or(Some(say::no_effect(name(statement, place)))),
            }
        }
        match (allow, doubt) {
            (Fit::No, _) => Verdict::NotAllowed,
            (_, Some(why)) | (Fit::Maybe(why), None) => Verdict::Undecided(why),
            (Fit::Yes, None) => Verdict::Allowed,
        }
    }

    /// Whether a Deny fits a request, whatever is allowed.
    pub(super) fn denies(&self, request: &Request<'_>) -> Fit {
        let denials =
            self.statements.iter().filter(|s| s.get("Effect").and_then(Value::as_str) == Some("Deny"));
        denials.fold(Fit::No, |sum, statement| sum.or(fits(statement, request)))
    }

    /// The values that conditions compare a key with.
    pub(super) fn values_of(&self, key: &str) -> Vec<String> {
        let conditions =
            self.statements.iter().filter_map(|statement| statement.get("Condition")?.as_object());
        conditions
            .flat_map(|operators| operators.values().filter_map(Value::as_object))
            .flat_map(|keys| keys.iter().filter(|(known, _)| known.eq_ignore_ascii_case(key)))
            .flat_map(|(_, values)| texts(values))
            .collect()
    }
}

fn name(statement: &Map<String, Value>, place: usize) -> Wording {
    match statement.get("Sid").and_then(Value::as_str).filter(|sid| !sid.is_empty()) {
        Some(sid) => say::statement_named(sid),
        None => say::statement_at(place + 1),
    }
}

/// The texts of a value that may be one text or a list; numbers and truth values as they are written.
fn texts(value: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    match value {
        Value::Array(list) => list.iter().filter_map(text).collect(),
        one => text(one).into_iter().collect(),
    }
}

/// Whether a statement is about a request.
fn fits(statement: &Map<String, Value>, request: &Request<'_>) -> Fit {
    let listed = |key: &str, negated: &str, test: &dyn Fn(&str) -> bool| {
        let any = |value: &Value| Fit::of(texts(value).iter().any(|pattern| test(pattern)));
        match (statement.get(key), statement.get(negated)) {
            (Some(value), _) => any(value),
            (None, Some(value)) => any(value).not(),
            (None, None) => Fit::Yes,
        }
    };
    let action = listed("Action", "NotAction", &|pattern| {
        like(&pattern.to_ascii_lowercase(), &request.action.to_ascii_lowercase())
    });
    let resource = listed("Resource", "NotResource", &|pattern| like(pattern, &request.resource));
    let principal = match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(value), _) => principal(value, request, true),
        // An account that is excepted is not all of its roles.
        (None, Some(value)) => principal(value, request, false).not(),
        (None, None) => Fit::Yes,
    };
    let condition = match statement.get("Condition") {
        Some(Value::Object(operators)) => operators.iter().fold(Fit::Yes, |sum, (operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.fold(sum, |sum, (key, values)| sum.and(condition(operator, key, &texts(values), request)))
        }),
        _ => Fit::Yes,
    };
    action.and(resource).and(principal).and(condition)
}

/// Whether a principal of the request's account, whichever, is meant. `by_account` says whether the account stands for them all,
/// as it does for `Principal`, and not for `NotPrincipal`.
/// Source: "AWS JSON policy elements: NotPrincipal", IAM User Guide.
fn principal(value: &Value, request: &Request<'_>, by_account: bool) -> Fit {
    let meant = |text: &str| {
        let account = text.split(':').nth(4).unwrap_or(text);
        let whole = text == account || text.ends_with(":root");
        match request.account {
            _ if text == "*" => Fit::Yes,
            Some(own) if account == own && whole && by_account => Fit::Yes,
            Some(own) if account != own => Fit::No,
            _ => Fit::Maybe(say::for_principal(text)),
        }
    };
    match value {
        Value::Object(kinds) => match kinds.get("AWS") {
            Some(list) => texts(list).iter().fold(Fit::No, |sum, text| sum.or(meant(text))),
            None => Fit::No,
        },
        other => texts(other).iter().fold(Fit::No, |sum, text| sum.or(meant(text))),
    }
}

/// Whether one condition holds.
fn condition(operator: &str, key: &str, wanted: &[String], request: &Request<'_>) -> Fit {
    let doubt = || Fit::Maybe(say::conditional(operator, key));
    let (operator, if_exists) = match operator.strip_suffix("IfExists") {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let known =
        request.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, known)| known);
    let Some(known) = known else { return doubt() };
    if operator == "Null" {
        let asked = wanted.iter().any(|value| value.eq_ignore_ascii_case("true"));
        return Fit::of(asked == (*known == Known::Absent));
    }
    let negated = operator.contains("Not");
    let test: fn(&str, &str) -> Option<bool> = match operator {
        "StringEquals" | "StringNotEquals" => |pattern, value| Some(pattern == value),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" => {
            |pattern, value| Some(pattern.eq_ignore_ascii_case(value))
        }
        "StringLike" | "StringNotLike" | "ArnEquals" | "ArnNotEquals" | "ArnLike" | "ArnNotLike" => {
            |pattern, value| Some(like(pattern, value))
        }
        "Bool" => |pattern, value| Some(pattern.eq_ignore_ascii_case(value)),
        "IpAddress" | "NotIpAddress" => in_block,
        _ => return doubt(),
    };
    let Known::Values(values) = known else {
        // A key that is absent fits a negated operator, and any with IfExists.
        return Fit::of(negated || if_exists);
    };
    let mut answers = values.iter().map(|value| {
        let found = wanted.iter().map(|pattern| test(pattern, value)).collect::<Option<Vec<bool>>>()?;
        Some(found.contains(&true) != negated)
    });
    let first = answers.next().flatten();
    match first {
        Some(first) if answers.all(|answer| answer == Some(first)) => Fit::of(first),
        _ => doubt(),
    }
}

/// Whether a block, or a single address, holds an address.
fn in_block(block: &str, address: &str) -> Option<bool> {
    let address: std::net::IpAddr = address.parse().ok()?;
    let block = match block.parse::<ipnet::IpNet>() {
        Ok(block) => block,
        Err(_) => block.parse::<std::net::IpAddr>().ok()?.into(),
    };
    Some(block.contains(&address))
}

/// Whether a text fits a pattern, in which `*` stands for any characters and `?` for one.
pub(super) fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and how far it reaches now.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, reach)) => {
                    star = Some((at, reach + 1));
                    p = at + 1;
                    t = reach + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
