//! What may stand in a file as an id.

/// Whether a text is an id of AWS with this prefix, such as `vpc`.
pub(super) fn is_id(prefix: &str, text: &str) -> bool {
    let number = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
    number.is_some_and(|number| {
        (1..=32).contains(&number.len())
            && number.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
    })
}

/// Whether a text is a Region code.
pub(super) fn is_region(text: &str) -> bool {
    let mut words = text.split('-');
    let first = words.next().unwrap_or_default();
    let plain =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    text.len() <= 32
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && plain(first)
        && words.clone().count() >= 2
        && words.all(plain)
}

/// Whether a text is an account id.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text is the name of an endpoint service, short or full.
pub(super) fn is_service(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let edge = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 200 && text.starts_with(edge) && text.ends_with(edge) && text.bytes().all(plain)
}

/// Whether a text is the name of a bucket ("General purpose bucket naming rules", Amazon S3 User Guide; upper case and `_` are of
/// buckets older than 2018).
pub fn is_bucket_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (3..=255).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.bytes().all(plain)
}

/// Whether a text is the name of a table ("Naming rules", Amazon DynamoDB Developer Guide).
pub fn is_table_name(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (3..=255).contains(&text.len()) && text.bytes().all(plain)
}
