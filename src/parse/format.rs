//! From a header line, or a format a user gave, to a column plan.

use super::fields::{self, COLUMN_COUNT, Column, DEFAULT_FIELD_COUNT, FIELDS, Field};
use super::row::{TokenRow, read_row};
use super::{ObjectError, aliases, value};

/// Where records come from, as far as it changes what a report says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// As flow logs deliver them, in whatever wrapping.
    #[default]
    Delivered,
    /// The result of a CloudWatch Logs Insights query, which stops at a limit.
    Insights,
    /// The result of an Athena query.
    Athena,
}

impl Origin {
    /// The word in front of the field names where they are a flow log's identity: a query result beside the log it was
    /// made from must not pass for the same log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Delivered => "format",
            Self::Insights => "insights",
            Self::Athena => "athena",
        }
    }
}

/// Where each wanted column stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFormat {
    /// One entry per token of a line; `None` for fields that are not read.
    pub(super) columns: Vec<Option<Column>>,
    /// Bit set of the wanted columns present.
    pub(super) present: u32,
    /// The field names as written, lower case with dashes: two logs with different names are two flow logs.
    names: String,
    origin: Origin,
}

/// The most columns a line may have; more than three times what AWS offers.
pub const MAX_COLUMNS: usize = 256;

impl LineFormat {
    /// The version 2 default format.
    pub fn default_v2() -> Self {
        Self::of_names(FIELDS[..DEFAULT_FIELD_COUNT].iter().map(|field| field.name.as_bytes()))
    }

    /// From field names in order.
    fn of_names<'n>(names: impl Iterator<Item = &'n [u8]>) -> Self {
        Self::of_fields(names.map(|name| (name, fields::field(name))))
    }

    /// From names and fields in order; unknown ones keep their position and are not read. The first of two columns with
    /// one field wins.
    fn of_fields<'n>(named: impl Iterator<Item = (&'n [u8], Option<&'static Field>)>) -> Self {
        let mut format =
            Self { columns: Vec::new(), present: 0, names: String::new(), origin: Origin::Delivered };
        for (name, field) in named {
            let column = field
                .and_then(|field| field.column)
                .filter(|column| format.present & (1 << *column as u32) == 0);
            if let Some(column) = column {
                format.present |= 1 << column as u32;
            }
            format.columns.push(column);
            if !format.names.is_empty() {
                format.names.push(' ');
            }
            format.names.push_str(&String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "-"));
        }
        format
    }

    /// The header line `line` (without line end), if it is one: at least two known field names, the first token
    /// among the names, and nothing that a record would hold.
    pub fn of_header(line: &[u8]) -> Option<Self> {
        let mut known = 0;
        let mut count = 0;
        for token in tokens(line) {
            if !is_name(token) || count == MAX_COLUMNS {
                return None;
            }
            known += usize::from(fields::field(token).is_some());
            count += 1;
        }
        (known >= 2 && known * 2 > count).then(|| Self::of_names(tokens(line)))
    }

    /// A format as AWS and `--log-format` write it: `${version} ${account-id} ...`; plain names are accepted too.
    ///
    /// # Errors
    /// A sentence naming the part that is not a field, or the needed field that is missing.
    pub fn of_log_format(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        for token in text.split(|c: char| c.is_whitespace() || c == ',').filter(|token| !token.is_empty()) {
            let name = match token.strip_prefix("${") {
                Some(rest) => rest.strip_suffix('}').ok_or_else(|| {
                    format!("`{token}` in the log format has no closing brace: write ${{field-name}}")
                })?,
                None => token,
            };
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            {
                return Err(format!(
                    "`{token}` in the log format is not a field name: write it as AWS does, for example \
                     '${{version}} ${{account-id}} ${{interface-id}} ...'"
                ));
            }
            names.push(name);
        }
        if names.len() > MAX_COLUMNS {
            return Err(format!("the log format has {} fields; at most {MAX_COLUMNS} are read", names.len()));
        }
        let format = Self::of_names(names.iter().map(|name| name.as_bytes()));
        if names.iter().all(|name| fields::field(name.as_bytes()).is_none()) {
            return Err(format!("the log format `{text}` names no field of VPC Flow Logs"));
        }
        format.check().map_err(|error| error.to_string())?;
        Ok(format)
    }

    /// From the column names of Parquet or of a query result, which tables and query languages change. A column that has
    /// a field's own name goes before one that is only called like it.
    pub(super) fn of_columns<'n>(names: impl Iterator<Item = &'n str> + Clone) -> Self {
        let own = |name: &str| fields::field(name.as_bytes());
        let taken: Vec<&str> = names.clone().filter_map(own).map(|field| field.name).collect();
        let resolved: Vec<(String, Option<&Field>)> = names
            .map(|name| {
                let field = own(name)
                    .or_else(|| aliases::field_called(name).filter(|field| !taken.contains(&field.name)));
                (field.map_or_else(|| aliases::dashed(name), |field| field.name.to_owned()), field)
            })
            .collect();
        Self::of_fields(resolved.iter().map(|(name, field)| (name.as_bytes(), *field)))
    }

    /// How many of these columns are called after a field.
    pub(super) fn known_names(names: &[&str]) -> usize {
        let is_known =
            |name: &&&str| fields::field(name.as_bytes()).or_else(|| aliases::field_called(name)).is_some();
        names.iter().filter(is_known).count()
    }

    /// The same, of another origin.
    #[must_use]
    pub(super) fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// Reads the column at `place` as `column`, if there is no other one.
    pub(super) fn read_as(&mut self, place: usize, column: Column) {
        if !self.has(column)
            && let Some(slot) = self.columns.get_mut(place)
        {
            *slot = Some(column);
            self.present |= 1 << column as u32;
        }
    }

    /// What tells a flow log from others where its objects' names do not.
    pub fn identity(&self) -> String {
        format!("{}:{}", self.origin.word(), self.names)
    }

    /// Whether attribution is possible with these columns.
    ///
    /// # Errors
    /// [`ObjectError::MissingField`] or [`ObjectError::MissingAddresses`] naming what to add to the flow log.
    pub fn check(&self) -> Result<(), ObjectError> {
        if !self.has(Column::Bytes) {
            return Err(ObjectError::MissingField { field: "bytes" });
        }
        if !self.has(Column::SrcAddr) && !self.has(Column::DstAddr) {
            return Err(ObjectError::MissingAddresses);
        }
        Ok(())
    }

    /// Whether the log has `column`.
    pub fn has(&self, column: Column) -> bool {
        self.present & (1 << column as u32) != 0
    }

    /// The wanted columns present, one bit each.
    pub fn columns_present(&self) -> u32 {
        self.present
    }

    /// The field names in order, lower case, with dashes, one space between.
    pub fn names(&self) -> &str {
        &self.names
    }

    /// Whether `line` is a believable version 2 record without a header: 14 values (15 with an export's timestamp in
    /// front), each of the kind its place asks for.
    pub(super) fn guess_v2(line: &[u8]) -> Option<Self> {
        let mut values: Vec<&[u8]> = tokens(line).collect();
        if values.len() == DEFAULT_FIELD_COUNT + 1 && value::is_timestamp(values[0]) {
            values.remove(0);
        }
        if values.len() != DEFAULT_FIELD_COUNT {
            return None;
        }
        let format = Self::default_v2();
        let mut slots = [&b""[..]; COLUMN_COUNT];
        for (token, column) in values.iter().zip(&format.columns) {
            if let Some(column) = column {
                slots[*column as usize] = token;
            }
        }
        let interface = slots[Column::InterfaceId as usize];
        let version = value::unsigned(slots[Column::Version as usize])?;
        let status = slots[Column::LogStatus as usize];
        let believable = (1..=5).contains(&version)
            && (interface.starts_with(b"eni-") || interface == b"-")
            && matches!(status, b"OK" | b"NODATA" | b"SKIPDATA")
            && read_row(&TokenRow { slots: &slots, present: format.present }).is_ok();
        believable.then_some(format)
    }
}

/// Whether a line holds nothing but names: the header of some log.
pub(super) fn is_names(line: &[u8]) -> bool {
    tokens(line).all(is_name)
}

fn is_name(token: &[u8]) -> bool {
    token[0].is_ascii_alphabetic()
        && token.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The tokens of a line: runs of anything but ASCII white space.
pub(super) fn tokens(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|token| !token.is_empty())
}
