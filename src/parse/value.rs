//! Single values: numbers, addresses, words.
//!
//! All take the bytes of one token. "Missing" (`-`, empty, and what rewrites leave: `None`, `null`, `NaN`) is told
//! apart from "wrong".

use std::net::Ipv6Addr;

use crate::model::addr::Addr;

/// Whether a token stands for no value.
pub fn is_missing(token: &[u8]) -> bool {
    matches!(token, b"" | b"-" | b"None" | b"null" | b"NULL" | b"nan" | b"NaN")
}

/// A decimal number without sign, up to 2^64-1. `None` when it is anything else.
pub fn unsigned(token: &[u8]) -> Option<u64> {
    if token.is_empty() || token.len() > 20 {
        return None;
    }
    let mut value = 0_u64;
    for &byte in token {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return float_with_zero_fraction(token);
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(value)
}

/// `123.0`, which a rewrite of an integer column with missing values leaves behind.
fn float_with_zero_fraction(token: &[u8]) -> Option<u64> {
    let dot = memchr::memchr(b'.', token)?;
    let (whole, fraction) = (&token[..dot], &token[dot + 1..]);
    if whole.is_empty() || !whole.iter().all(u8::is_ascii_digit) || !fraction.iter().all(|byte| *byte == b'0')
    {
        return None;
    }
    unsigned(whole)
}

/// An IPv4 or IPv6 address in any usual spelling.
pub fn address(token: &[u8]) -> Option<Addr> {
    if let Some(addr) = ipv4(token) {
        return Some(addr);
    }
    let text = std::str::from_utf8(token).ok()?;
    text.parse::<Ipv6Addr>().ok().map(|ip| Addr::v6(ip.to_bits()))
}

/// A dotted quad.
fn ipv4(token: &[u8]) -> Option<Addr> {
    if token.len() < 7 || token.len() > 15 {
        return None;
    }
    let (mut bits, mut octet, mut digits, mut dots) = (0_u32, 0_u32, 0, 0);
    for &byte in token {
        if byte == b'.' {
            if digits == 0 || dots == 3 {
                return None;
            }
            bits = (bits << 8) | octet;
            (octet, digits) = (0, 0);
            dots += 1;
        } else {
            let digit = byte.wrapping_sub(b'0');
            // A leading zero: octal to some readers, decimal to others.
            if digit > 9 || (digits > 0 && octet == 0) {
                return None;
            }
            digits += 1;
            octet = octet * 10 + u32::from(digit);
            if octet > 255 {
                return None;
            }
        }
    }
    (dots == 3 && digits > 0).then(|| Addr::v4((bits << 8) | octet))
}

/// Whether a token looks like an RFC 3339 timestamp (`2025-02-25T12:25:04.000Z`), as CloudWatch Logs exports put
/// before each record.
pub fn is_timestamp(token: &[u8]) -> bool {
    token.len() >= 19
        && token[..4].iter().all(u8::is_ascii_digit)
        && token[4] == b'-'
        && token[7] == b'-'
        && token[10] == b'T'
        && token[13] == b':'
        && token[16] == b':'
}
