//! The user's own knowledge of which service stands behind an address (`--address-map`).
//!
//! One entry a line: an address or a block, the short name of the service's endpoint, and the Region of the service where
//! ip-ranges does not tell it. `#` begins a comment.
//!
//! ```text
//! # seen in Resolver query logs
//! 52.94.222.0/24   logs
//! 52.94.133.131    ecr.api
//! 2600:1f18::/33   sqs       us-east-1
//! ```
//!
//! An entry rules over every list; of nested blocks the inner one rules.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

use super::atlas::is_private;

/// Words of reports that are no services.
const RESERVED: [&str; 5] = ["internet", "internal", "unknown", "aws-ec2", "aws-unknown"];

/// Longest name of a service: far more than any has.
const MAX_SERVICE_BYTES: usize = 100;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedBlock {
    /// The addresses.
    pub block: IpNet,
    /// Short name of the service's endpoint.
    pub service: String,
    /// Its Region, where the file says it.
    pub region: Option<String>,
}

/// All entries, in order of their blocks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressMap {
    /// The entries.
    pub blocks: Vec<MappedBlock>,
}

/// An address map that cannot be used: where and what.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{origin}:{line}: {problem}")]
pub struct AddressMapError {
    /// The file.
    pub origin: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, and what to write.
    pub problem: String,
}

impl AddressMap {
    /// Reads the text of a file; `origin` is its name in messages.
    ///
    /// # Errors
    /// [`AddressMapError`] names the first line that is wrong.
    pub fn of_text(text: &str, origin: &str) -> Result<Self, AddressMapError> {
        let mut known: BTreeMap<IpNet, (usize, MappedBlock)> = BTreeMap::new();
        for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let error = |problem: String| AddressMapError { origin: origin.to_owned(), line, problem };
            let entry = text.split_once('#').map_or(text, |(entry, _)| entry);
            let words: Vec<&str> = entry.split_whitespace().collect();
            let found = match words[..] {
                [] => continue,
                [block, service] => (block, service, None),
                [block, service, region] => (block, service, Some(region)),
                _ => {
                    let problem = "expected an address or block, a service, and perhaps a Region, such as `52.94.222.0/24 logs`";
                    return Err(error(problem.to_owned()));
                }
            };
            let mapped = mapped(found).map_err(error)?;
            if let Some((other, earlier)) = known.get(&mapped.block)
                && *earlier != mapped
            {
                let problem = format!("{} is {} in line {other} already", mapped.block, earlier.service);
                return Err(error(problem));
            }
            known.insert(mapped.block, (line, mapped));
        }
        Ok(Self { blocks: known.into_values().map(|(_, mapped)| mapped).collect() })
    }

    /// The services that it names.
    pub fn services(&self) -> BTreeSet<String> {
        self.blocks.iter().map(|mapped| mapped.service.clone()).collect()
    }
}

fn mapped((block, service, region): (&str, &str, Option<&str>)) -> Result<MappedBlock, String> {
    let net = block.parse::<IpNet>().ok().or_else(|| block.parse::<IpAddr>().ok().map(IpNet::from));
    let Some(net) = net else {
        return Err(format!("`{block}` is neither an address nor a block such as 52.94.222.0/24"));
    };
    let trunc = net.trunc();
    if trunc != net {
        return Err(format!("`{block}` has bits behind its prefix; did you mean {trunc}?"));
    }
    if is_private(&net) {
        return Err(format!(
            "{block} is private: what is there the inventory tells; map public addresses only"
        ));
    }
    let letters = |text: &str| {
        text.len() <= MAX_SERVICE_BYTES
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c))
    };
    if RESERVED.contains(&service) || !letters(service) {
        return Err(format!(
            "`{service}` is no service; write the short name of its endpoint, such as logs, sqs or ecr.api (what stands behind \
             the Region in com.amazonaws.REGION.ecr.api)"
        ));
    }
    if let Some(region) = region.filter(|region| !letters(region) || !region.contains('-')) {
        return Err(format!("`{region}` is no Region; write a code such as us-east-1, or leave it out"));
    }
    Ok(MappedBlock { block: net, service: service.to_owned(), region: region.map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::AddressMap;

    #[test]
    fn entries_comments_and_blank_lines_are_read() {
        let map = AddressMap::of_text(
            "\u{feff}# known\n\n52.94.222.0/24 logs # from Resolver logs\n 52.94.133.131\tecr.api us-east-1\r\n2600:1f18::/33 sqs\n",
            "map.txt",
        )
        .expect("a map");
        let entries: Vec<String> = map
            .blocks
            .iter()
            .map(|entry| format!("{} {} {:?}", entry.block, entry.service, entry.region))
            .collect();
        assert_eq!(
            entries,
            [
                "52.94.133.131/32 ecr.api Some(\"us-east-1\")",
                "52.94.222.0/24 logs None",
                "2600:1f18::/33 sqs None"
            ]
        );
        assert_eq!(map.services().into_iter().collect::<Vec<_>>(), ["ecr.api", "logs", "sqs"]);
    }

    #[test]
    fn the_same_entry_twice_is_one() {
        let map = AddressMap::of_text("52.94.222.1 logs\n52.94.222.1/32 logs\n", "map").expect("a map");
        assert_eq!(map.blocks.len(), 1);
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, says) in [
            ("# fine\n52.94.222.0/24\n", "map:2: expected an address or block"),
            ("52.94.222.0/24 logs us-east-1 more\n", "map:1: expected an address or block"),
            ("\n52.94.222 logs\n", "map:2: `52.94.222` is neither"),
            ("52.94.222.7/24 logs\n", "did you mean 52.94.222.0/24?"),
            ("10.1.2.0/24 logs\n", "map:1: 10.1.2.0/24 is private"),
            ("52.94.222.0/24 CloudWatch\n", "map:1: `CloudWatch` is no service"),
            ("52.94.222.0/24 internet\n", "map:1: `internet` is no service"),
            ("52.94.222.0/24 logs Ireland\n", "map:1: `Ireland` is no Region"),
            ("52.94.222.1 logs\n# and\n52.94.222.1 sqs\n", "map:3: 52.94.222.1/32 is logs in line 1 already"),
        ] {
            let error = AddressMap::of_text(text, "map").expect_err(text).to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_upsets_it(text in "\\PC*") {
            let _ = AddressMap::of_text(&text, "map");
        }
    }
}
