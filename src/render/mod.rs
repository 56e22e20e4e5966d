//! Stage 10: a report as bytes. Deterministic: no clock, no locale, no look at the terminal; the caller says how
//! wide and whether in colour.
//!
//! A new format is a file with one function and one line each in [`Format`].

pub(crate) mod check;
mod estimate;
mod grid;
mod html;
mod json;
mod money;
pub(crate) mod number;
mod prices;
mod redact;
mod sums;
mod table;
pub mod text;
mod view;

#[cfg(test)]
mod tests;

use std::io;
use std::str::FromStr;

use crate::model::report::Report;

pub use check::{CHECK_SCHEMA, CHECK_SCHEMA_JSON, CheckFormat};
pub use estimate::{ESTIMATE_SCHEMA_JSON, estimate};
pub use html::html;
pub use json::{REPORT_SCHEMA_JSON, json};
pub use money::converted;
pub use prices::prices;
pub use redact::redact;
pub use table::table;
pub use text::Lang;

/// How text for people is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// Columns of the terminal or page. No line is longer; below 40 it is laid out as 40.
    pub width: u16,
    /// Whether to emit ANSI styling.
    pub color: bool,
    /// The language of texts.
    pub lang: Lang,
}

impl Default for TableStyle {
    /// 80 columns without colour, in English.
    fn default() -> Self {
        Self { width: 80, color: false, lang: Lang::En }
    }
}

/// A form a report can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Table,
    /// One object for programs, described by [`REPORT_SCHEMA_JSON`].
    Json,
    /// One self-contained page for people, in a browser or on paper.
    Html,
}

impl Format {
    /// Every format, in the order it is offered.
    pub const ALL: [Self; 3] = [Self::Table, Self::Json, Self::Html];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// Writes `report` to `out`. `style` matters to text formats only.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(self, report: &Report, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Table => table(report, style, out),
            Self::Json => json(report, out),
            Self::Html => html(report, style.lang, out),
        }
    }
}

/// A format name that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format {0:?}; there are: {names}", names = Format::ALL.map(Format::name).join(", "))]
pub struct UnknownFormat(pub String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}
