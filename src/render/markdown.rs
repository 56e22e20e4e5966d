//! The report for a pull request: the tables of the page, in Markdown that GitHub and GitLab show.

use std::io;

use super::markup::text;
use super::money::Money;
use super::number::count;
use super::text::{Lang, page as words, table as plain};
use super::view::{self, Cell, View};
use crate::model::report::Report;

/// How many rows, findings and changes are shown before the rest is one line.
const ROWS: usize = 20;

/// Writes the report as Markdown. Names and reasons are shown as they are and never as markup.
///
/// # Errors
/// Those of `out`.
pub fn markdown(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let money = Money::of(report, lang);
    head(report, lang, money, out)?;
    let empty = |told: String| Some(told).filter(|_| report.ledger.records > 0);
    section(
        out,
        lang,
        &plain::nat_gateways(lang),
        view::nat_gateways(lang, report, money),
        empty(plain::none_seen(lang)),
    )?;
    section(out, lang, &plain::endpoints(lang), view::endpoints(lang, report, money), None)?;
    section(
        out,
        lang,
        &plain::where_bytes_go(lang),
        view::services(lang, report, money),
        empty(plain::nothing_attributed(lang)),
    )?;
    section(out, lang, &words::nat_clients(lang), view::clients(lang, report, money), None)?;
    if let Some(owners) = view::owners(lang, report, money) {
        section(out, lang, &words::owners(lang), owners, None)?;
    }
    advice(report, lang, money, out)?;
    section(out, lang, &plain::options(lang), view::options(lang, report), None)?;
    findings(report, lang, money, out)?;
    notes(report, lang, out)
}

/// A cell on one line.
fn cell(cell: &Cell) -> String {
    let lines = [&cell.text].into_iter().chain(&cell.below);
    let told = lines.filter(|line| !line.is_empty()).map(|line| text(line)).collect::<Vec<_>>().join("<br>");
    if cell.warns { format!("**{told}**") } else { told }
}

fn head(report: &Report, lang: Lang, money: Money<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let head = view::head(lang, report, money);
    writeln!(out, "## {}\n", text(&plain::title(lang, &head.range)))?;
    writeln!(out, "{}\n", text(&head.basis))?;
    writeln!(out, "| | {} |\n|---|--:|", words::usd_slash_month(lang))?;
    for (label, amount) in &head.parts {
        writeln!(out, "| {} | {} |", text(label), cell(amount))?;
    }
    writeln!(out, "| **{}** | **{}** |", words::total_now(lang), cell(&head.now))?;
    writeln!(out, "| {} | {} |", plain::saving(lang), cell(&head.saving))?;
    if let Some(outside) = &head.outside {
        writeln!(out, "| {} | {} |", words::saving_outside(lang), cell(outside))?;
    }
    writeln!(out, "| {} | {} |", words::after_advice(lang), cell(&head.after))
}

/// A heading and a table, or what is to be said where there is nothing.
fn section(
    out: &mut dyn io::Write,
    lang: Lang,
    title: &str,
    view: View,
    nothing: Option<String>,
) -> io::Result<()> {
    if view.rows.is_empty() {
        return nothing.map_or(Ok(()), |nothing| writeln!(out, "\n### {title}\n\n{nothing}"));
    }
    writeln!(out, "\n### {title}\n")?;
    table(out, &view.cut_to(ROWS, lang))
}

fn table(out: &mut dyn io::Write, view: &View) -> io::Result<()> {
    let titles: Vec<String> = view.columns.iter().map(|column| text(&column.title)).collect();
    let rules: Vec<&str> =
        view.columns.iter().map(|column| if column.is_figure { "--:" } else { "---" }).collect();
    writeln!(out, "| {} |\n|{}|", titles.join(" | "), rules.join("|"))?;
    for row in &view.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        writeln!(out, "| {} |", cells.join(" | "))?;
    }
    match &view.remark {
        Some(remark) => writeln!(out, "\n{}", text(remark)),
        None => Ok(()),
    }
}

fn advice(report: &Report, lang: Lang, money: Money<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "\n### {}\n", words::plan(lang))?;
    let changes = view::changes(lang, report, money);
    if changes.is_empty() {
        return writeln!(out, "{}", plain::no_advice(lang));
    }
    writeln!(out, "| # | {} | {} |\n|--:|---|--:|", plain::advice(lang), plain::saves_month(lang))?;
    for (number, change) in (1..).zip(&changes) {
        let basis = change.basis.iter().map(|line| text(line)).collect::<Vec<_>>().join("; ");
        writeln!(out, "| {number} | {}<br>{basis} | {} |", text(&change.summary), cell(&change.saving))?;
    }
    writeln!(out, "\n<details><summary>{}</summary>\n", words::evidence(lang))?;
    for (number, change) in (1..).zip(&changes) {
        let parts = change.evidence.iter().map(|(label, told)| format!("{}: {}", text(label), text(told)));
        writeln!(out, "{number}. {}", parts.collect::<Vec<_>>().join(&words::stop(lang)))?;
    }
    writeln!(out, "\n</details>")
}

fn findings(report: &Report, lang: Lang, money: Money<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let all = view::findings(lang, report, money);
    let shown: Vec<_> = all.iter().filter(|finding| finding.from_traffic).take(ROWS).collect();
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### {}\n", plain::findings(lang))?;
    for finding in &shown {
        let loss = finding.loss.as_ref().map_or_else(String::new, |loss| format!(", {}", text(loss)));
        let (title, resource) = (text(&finding.title), text(&finding.resource));
        writeln!(out, "- **{}**{loss}: {title} ({resource})", finding.severity)?;
    }
    match all.len() - shown.len() {
        0 => Ok(()),
        more => writeln!(out, "- {}", text(&plain::more_findings(lang, count(more as u128)))),
    }
}

fn notes(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let ledger = &report.ledger;
    let doubts = view::doubts(lang, report);
    if !doubts.is_empty() {
        writeln!(out, "\n### {}\n", plain::notes(lang))?;
    }
    for doubt in &doubts {
        let bytes = doubt.bytes.as_ref().map_or_else(String::new, |bytes| format!(" ({bytes})"));
        writeln!(out, "- {}{bytes} \\[{}\\]", text(&doubt.text), text(&doubt.id))?;
    }
    let objects = plain::objects_read(
        lang,
        count(ledger.objects_read.into()),
        count(ledger.objects_failed.into()),
        count(ledger.objects_skipped.into()),
    );
    writeln!(
        out,
        "\n{objects} {}: {}, {}: {}",
        plain::records(lang),
        count(ledger.records.into()),
        plain::malformed_count(lang),
        count(ledger.malformed.into())
    )
}
