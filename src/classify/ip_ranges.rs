//! The public list of AWS address ranges, embedded in a compact form or read from AWS's own JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ipnet::IpNet;
use serde::Deserialize;
use thiserror::Error;

use crate::model::addr::Block;

/// The embedded table; `data/SOURCE.md` says where it is from and how to renew it.
const EMBEDDED: &str = include_str!("data/ip-ranges.txt");

/// One range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The addresses.
    pub block: Block,
    /// Index into [`IpRanges::services`].
    pub service: u16,
    /// Index into [`IpRanges::regions`].
    pub region: u16,
}

/// A list of ranges of one date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpRanges {
    /// Its date, `YYYY-MM-DD`.
    pub date: String,
    /// Service keys as AWS writes them, such as `S3`.
    pub services: Vec<String>,
    /// Region codes, and `GLOBAL`.
    pub regions: Vec<String>,
    /// The ranges.
    pub ranges: Vec<Range>,
}

/// Why a file is not an ip-ranges file.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IpRangesError {
    /// Not JSON of the right shape.
    #[error(
        "not AWS's ip-ranges.json: {0}; expected an object with `createDate`, `prefixes` and `ipv6_prefixes`"
    )]
    Json(#[from] serde_json::Error),
    /// An address block that is none.
    #[error("`{block}` (service {service}, region {region}) is not an address block")]
    Block {
        /// As written.
        block: String,
        /// Its service.
        service: String,
        /// Its region.
        region: String,
    },
    /// No range in it.
    #[error("the file holds no ranges")]
    Empty,
}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "createDate")]
    create_date: String,
    prefixes: Vec<Prefix>,
    #[serde(default)]
    ipv6_prefixes: Vec<Prefix>,
}

#[derive(Deserialize)]
struct Prefix {
    #[serde(alias = "ip_prefix", alias = "ipv6_prefix")]
    block: String,
    region: String,
    service: String,
}

impl IpRanges {
    /// The table that comes with flowtoll.
    ///
    /// # Panics
    /// Never: the table is part of the program, and a test reads it.
    pub fn embedded() -> Self {
        Self::from_compact(EMBEDDED).expect("the embedded table is checked by a test")
    }

    /// AWS's own file, of any date.
    ///
    /// # Errors
    /// When it is not JSON of that shape, or holds a block that cannot be read.
    pub fn from_json(text: &str) -> Result<Self, IpRangesError> {
        let file: File = serde_json::from_str(text)?;
        let mut table = Self::new(file.create_date.chars().take("YYYY-MM-DD".len()).collect());
        for prefix in file.prefixes.iter().chain(&file.ipv6_prefixes) {
            table.add(&prefix.service, &prefix.region, &prefix.block)?;
        }
        // In the order of the compact form, so that nothing depends on which of the two was read.
        Self::from_compact(&table.checked()?.to_compact())
    }

    /// The compact form: a comment line with the date, then `SERVICE REGION BLOCK BLOCK ...` per line.
    ///
    /// # Errors
    /// When a line is not of that shape.
    pub fn from_compact(text: &str) -> Result<Self, IpRangesError> {
        let mut lines = text.lines();
        let date = lines.next().unwrap_or_default().trim_start_matches("# createDate ");
        let mut table = Self::new(date.to_owned());
        for line in lines {
            let mut words = line.split(' ');
            let (Some(service), Some(region)) = (words.next(), words.next()) else { continue };
            for block in words {
                table.add(service, region, block)?;
            }
        }
        table.checked()
    }

    /// Writes the compact form that [`IpRanges::from_compact`] reads, sorted.
    pub fn to_compact(&self) -> String {
        let mut groups: BTreeMap<(&str, &str), Vec<Block>> = BTreeMap::new();
        for range in &self.ranges {
            groups.entry((self.service(range), self.region(range))).or_default().push(range.block);
        }
        let mut text = format!("# createDate {}\n", self.date);
        for ((service, region), mut blocks) in groups {
            blocks.sort_unstable();
            blocks.dedup();
            let _ = write!(text, "{service} {region}");
            for block in blocks {
                let _ = write!(text, " {block}");
            }
            text.push('\n');
        }
        text
    }

    /// Service key of a range.
    pub fn service(&self, range: &Range) -> &str {
        &self.services[usize::from(range.service)]
    }

    /// Region of a range.
    pub fn region(&self, range: &Range) -> &str {
        &self.regions[usize::from(range.region)]
    }

    fn new(date: String) -> Self {
        Self { date, services: Vec::new(), regions: Vec::new(), ranges: Vec::new() }
    }

    fn add(&mut self, service: &str, region: &str, block: &str) -> Result<(), IpRangesError> {
        let net: IpNet = block.parse().map_err(|_| IpRangesError::Block {
            block: block.to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
        })?;
        let service = index_of(&mut self.services, service);
        let region = index_of(&mut self.regions, region);
        self.ranges.push(Range { block: Block::from(net), service, region });
        Ok(())
    }

    fn checked(self) -> Result<Self, IpRangesError> {
        if self.ranges.is_empty() { Err(IpRangesError::Empty) } else { Ok(self) }
    }
}

/// The place of `name` in a short list, added where it is new. Looked at from the end: ranges come in runs.
fn index_of(names: &mut Vec<String>, name: &str) -> u16 {
    let place = names.iter().rposition(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    });
    u16::try_from(place).unwrap_or(u16::MAX)
}
