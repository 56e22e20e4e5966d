//! What stands in the place of an identifier.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What the key is derived for: another use of the same key gives other pseudonyms.
const CONTEXT: &str = "flowtoll 2026-11 report redaction";

/// Hexadecimal digits of pseudonyms that are not ids.
const NAME_DIGITS: usize = 10;

/// First words of pseudonyms that are not ids.
pub(super) const WORDS: [&str; 4] = ["name", "path", "text", "resource"];

/// Digits of an account id.
pub(super) const ACCOUNT_DIGITS: usize = 12;

/// Pseudonyms under one key.
pub(super) struct Pseudonyms {
    key: [u8; 32],
}

impl Pseudonyms {
    pub(super) fn new(key: &[u8]) -> Self {
        Self { key: blake3::derive_key(CONTEXT, key) }
    }

    fn digits(&self, kind: &str, original: &str, count: usize) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(kind.as_bytes()).update(&[0]).update(original.as_bytes());
        hasher.finalize().to_hex().chars().take(count).collect()
    }

    /// The first 16 bytes of the hash as a number.
    fn number(&self, kind: &str, original: &str) -> u128 {
        u128::from_str_radix(&self.digits(kind, original, 32), 16).unwrap_or_default()
    }

    /// A name, or the value of a tag.
    pub(super) fn name(&self, original: &str) -> String {
        self.word("name", original)
    }

    /// A path, or the name of an object.
    pub(super) fn path(&self, original: &str) -> String {
        self.word("path", original)
    }

    /// A text of somebody else.
    pub(super) fn quoted(&self, original: &str) -> String {
        self.word("text", original)
    }

    /// What an ARN names.
    pub(super) fn resource(&self, original: &str) -> String {
        self.word("resource", original)
    }

    fn word(&self, kind: &str, original: &str) -> String {
        format!("{kind}-{}", self.digits(kind, original, NAME_DIGITS))
    }

    /// The id of a resource or an account: the kind and the length stay.
    pub(super) fn id(&self, original: &str) -> String {
        if original.len() == ACCOUNT_DIGITS && original.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.account(original);
        }
        if let Ok(address) = original.parse() {
            return self.address(address).to_string();
        }
        match original.rsplit_once('-') {
            Some((kind, digits)) => {
                format!("{kind}-{}", self.digits("id", original, digits.len().clamp(8, 17)))
            }
            None => self.quoted(original),
        }
    }

    /// Twelve digits for twelve digits.
    pub(super) fn account(&self, original: &str) -> String {
        format!("{:0width$}", self.number("account", original) % 10_u128.pow(12), width = ACCOUNT_DIGITS)
    }

    /// Private for private, public for public, in the same family: public IPv4 becomes an address of 240.0.0.0/4, which
    /// nobody has, public IPv6 one of the documentation's 2001:db8::/32.
    pub(super) fn address(&self, original: IpAddr) -> IpAddr {
        let number = self.number("address", &original.to_string());
        let low = |bits: u32| u32::try_from(number & ((1 << bits) - 1)).unwrap_or_default();
        match original {
            IpAddr::V4(v4) => {
                let [first, second, ..] = v4.octets();
                let (block, bits) = match (first, second) {
                    (10, _) => (Ipv4Addr::new(10, 0, 0, 0), 24),
                    (172, 16..=31) => (Ipv4Addr::new(172, 16, 0, 0), 20),
                    (192, 168) => (Ipv4Addr::new(192, 168, 0, 0), 16),
                    (100, 64..=127) => (Ipv4Addr::new(100, 64, 0, 0), 22),
                    (127, _) | (169, 254) => return original,
                    _ => (Ipv4Addr::new(240, 0, 0, 0), 28),
                };
                Ipv4Addr::from(u32::from(block) | low(bits)).into()
            }
            IpAddr::V6(v6) => {
                let (block, bits) = match v6.segments()[0] {
                    0xfc00..=0xfdff => (0xfd00_u128 << 112, 120),
                    0xfe80..=0xfebf => (0xfe80_u128 << 112, 64),
                    _ => (0x2001_0db8_u128 << 96, 96),
                };
                Ipv6Addr::from(block | (number & ((1 << bits) - 1))).into()
            }
        }
    }

    /// A block of the same length.
    pub(super) fn block(&self, original: IpNet) -> Option<IpNet> {
        if original.prefix_len() == 0 {
            return Some(original);
        }
        Some(IpNet::new(self.address(original.network()), original.prefix_len()).ok()?.trunc())
    }
}
