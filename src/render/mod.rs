//! Stage 10: a report as bytes. Deterministic: no clock, no locale, no look at the terminal; the caller says how
//! wide and whether in colour.
//!
//! A new format is a file with one function and one line each in [`Format`].

mod check;
mod csv;
mod diff;
mod estimate;
mod explain;
mod grid;
mod html;
mod json;
mod markdown;
pub(crate) mod markup;
mod money;
pub(crate) mod number;
#[cfg(feature = "parquet")]
mod parquet;
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
pub use csv::{CsvTable, csv};
pub use diff::{DIFF_SCHEMA_JSON, DiffFormat};
pub use estimate::{ESTIMATE_SCHEMA_JSON, estimate};
pub use explain::{ExplainError, NotInReport, Subject, explain};
pub use html::html;
pub use json::{REPORT_SCHEMA_JSON, json};
pub use markdown::markdown;
pub use money::converted;
#[cfg(feature = "parquet")]
pub use parquet::parquet;
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

/// A form a report can take that is one text; [`csv()`] is several files, and [`parquet()`] is none for the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Table,
    /// One object for programs, described by [`REPORT_SCHEMA_JSON`].
    Json,
    /// Text for a pull request.
    Markdown,
    /// One self-contained page for people, in a browser or on paper.
    Html,
}

impl Format {
    /// Every format, in the order it is offered.
    pub const ALL: [Self; 4] = [Self::Table, Self::Json, Self::Markdown, Self::Html];

    /// The name people type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Markdown => "markdown",
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
            Self::Markdown => markdown(report, style.lang, out),
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
