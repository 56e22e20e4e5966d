//! The report for people: what it costs, what could be saved, how sure that is and what to do first; then where the bytes
//! go, the changes with their evidence, and what could not be known.

mod advice;
mod doubt;
mod groups;
mod head;
mod options;
mod traffic;

use std::io;

use super::TableStyle;
use super::grid::{Page, Tone};
use super::money::Money;
use super::number::size;
use super::text::{Lang, table as text};
use crate::model::report::Report;

pub(super) use advice::{evidence_lines, finding};
pub(super) use doubt::{byte_parts, record_parts, sources};
pub(super) use groups::{NOT_ALLOCATED, name as owner};
pub(super) use head::{parts_of, range, scale, unknown_share};
pub(super) use options::{about_option, by_standing, gb, planned, ratio, services, standing};
pub(super) use traffic::{about_endpoint, about_nat_gateway};

/// Writes the report as text. A section without content is left out or says so in one line.
///
/// # Errors
/// Those of `out`.
pub fn table(report: &Report, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    let money = Money::of(report, style.lang);
    head::head(page, report, money)?;
    traffic::nat_gateways(page, report, money)?;
    traffic::endpoints(page, report, money)?;
    traffic::attribution(page, report, money)?;
    traffic::clients(page, report, money)?;
    groups::groups(page, report, money)?;
    advice::advice(page, report, money)?;
    options::options(page, report)?;
    advice::findings(page, report)?;
    doubt::notes(page, report)?;
    doubt::objects(page, report)?;
    doubt::malformed(page, report)?;
    doubt::ledger(page, report)?;
    page.line(&sources(style.lang, report), Tone::Plain)
}

/// Both directions, one below the other, or that there is nothing.
fn both_ways(lang: Lang, bytes_out: u128, bytes_in: u128) -> String {
    match (bytes_out, bytes_in) {
        (0, 0) => text::none(lang),
        _ => format!("{}\n{}", text::way_out(lang, size(bytes_out)), text::way_in(lang, size(bytes_in))),
    }
}
