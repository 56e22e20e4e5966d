//! Findings for people.

use std::io;

use super::super::TableStyle;
use super::super::grid::{Page, Tone};
use super::super::table::finding;
use super::super::text::{findings as words, table as text};
use super::{counts_text, looked_at};
use crate::model::report::Report;

/// Writes the findings as text.
pub(super) fn table(report: &Report, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
    let page = &mut Page::new(out, style);
    let lang = style.lang;
    page.line(&words::head(lang, counts_text(lang, report)), Tone::Strong)?;
    page.line(&looked_at(lang, report), Tone::Plain)?;
    let is_note = |severity: &str| severity == "info";
    for (title, notes) in [(text::findings(lang), false), (words::notes(lang), true)] {
        let mut lines = report.findings.iter().filter(|line| is_note(line.severity) == notes).peekable();
        if lines.peek().is_some() {
            page.section(&title)?;
        }
        for line in lines {
            finding(page, line)?;
        }
    }
    if !report.unchecked.is_empty() {
        page.section(&words::not_checked(lang))?;
    }
    for line in &report.unchecked {
        page.item("-", Tone::Plain, &[format!("{}: {}", line.id, line.reason.text(lang))])?;
    }
    Ok(())
}
