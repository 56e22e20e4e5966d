//! Other names of fields: what tables and query languages make of them.
//!
//! CloudWatch Logs Insights writes them in camel case, and `startTime`, `endTime` for two of them. The first table that AWS's
//! Athena documentation had (until 2020, and in use since) has names of its own. Sources: "Supported logs and discovered
//! fields", CloudWatch Logs User Guide; "Query Amazon VPC flow logs", Athena User Guide.

use super::fields::{FIELDS, Field};

/// Names that are not a field's own in some spelling, squeezed, with the field.
const ALIASES: [(&str, &str); 9] = [
    ("account", "account-id"),
    ("sourceaddress", "srcaddr"),
    ("destinationaddress", "dstaddr"),
    ("sourceport", "srcport"),
    ("destinationport", "dstport"),
    ("numpackets", "packets"),
    ("numbytes", "bytes"),
    ("starttime", "start"),
    ("endtime", "end"),
];

/// The field that a column of a table or query result is called after, in any case, with or without dashes and underscores
/// between its words.
pub(super) fn field_called(name: &str) -> Option<&'static Field> {
    let name = squeezed(name);
    let own = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, own)| own);
    FIELDS.iter().find(|field| squeezed(field.name) == squeezed(own))
}

/// A name in lower case without dashes and underscores.
fn squeezed(name: &str) -> String {
    name.chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// A name of several words as flow logs spell such: `tgwAttachmentId` and `tgw_attachment_id` are `tgw-attachment-id`. White
/// space has no place in it.
pub(super) fn dashed(name: &str) -> String {
    let mut dashed = String::with_capacity(name.len() + 4);
    let mut after_small = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_small {
            dashed.push('-');
        }
        after_small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        dashed.push(if letter == '_' || letter.is_whitespace() { '-' } else { letter.to_ascii_lowercase() });
    }
    dashed
}
