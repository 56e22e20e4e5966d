//! The report for a pull request: the figures of the table, in Markdown that GitHub and GitLab show.

use std::io;

use rust_decimal::Decimal;

use super::markup::text;
use super::number::{count, factor, share, size, usd};
use super::sums::{NAT_PATH, Sum, grouped};
use crate::model::report::{AdviceLine, AttributionLine, Report};

/// How many services, clients, findings and changes are shown before the rest is one line.
const ROWS: usize = 20;

/// Writes the report as Markdown. Names and reasons are shown as they are and never as markup.
///
/// # Errors
/// Those of `out`.
pub fn markdown(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    head(report, out)?;
    nat_gateways(report, out)?;
    endpoints(report, out)?;
    services(report, out)?;
    clients(report, out)?;
    advice(report, out)?;
    findings(report, out)?;
    notes(report, out)
}

fn head(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let (period, totals, sources) = (&report.period, &report.totals, &report.sources);
    writeln!(out, "## NAT gateway and VPC endpoint cost: {} USD/month\n", usd(totals.cost_month_usd))?;
    match (&period.start, &period.end, period.month_factor) {
        (Some(start), Some(end), Some(by)) => writeln!(
            out,
            "{start} .. {end}: {} h observed, x {} to a month of {} h.",
            count(period.observed_hours.into()),
            factor(by),
            count(period.month_hours.into())
        )?,
        _ => writeln!(out, "No hour observed: nothing can be scaled to a month.")?,
    }
    let overridden = sources
        .price_override
        .as_ref()
        .map_or_else(String::new, |file| format!(", overridden by {}", text(file)));
    let inventory = sources
        .inventory
        .as_ref()
        .map_or_else(|| "no inventory".to_owned(), |directory| format!("inventory {}", text(directory)));
    writeln!(
        out,
        "Prices of {}{overridden}; ip-ranges of {}; {inventory}.",
        sources.price_book_date, sources.ip_ranges_date
    )?;
    let rows = [
        (
            format!("NAT gateways: hours and data ({} observed)", size(totals.nat_gateway_bytes)),
            totals.nat_gateway_cost_month_usd,
        ),
        ("Cross-AZ transfer to NAT gateways".to_owned(), totals.cross_zone_cost_month_usd),
        ("VPC endpoints: hours and data".to_owned(), totals.endpoint_cost_month_usd),
        ("**Total**".to_owned(), totals.cost_month_usd),
        (format!("Possible saving (advice: {})", report.advice.len()), totals.saving_month_usd),
    ];
    writeln!(out, "\n| | USD/month |\n|---|--:|")?;
    for (name, amount) in rows {
        writeln!(out, "| {name} | {} |", usd(amount))?;
    }
    Ok(())
}

fn nat_gateways(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.nat_gateways.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### NAT gateways\n")?;
    writeln!(
        out,
        "| NAT gateway | zone | out | in | cross-AZ | vantage | USD/month |\n|---|---|--:|--:|--:|---|--:|"
    )?;
    for line in &report.nat_gateways {
        let zone = line.zone_id.as_deref().unwrap_or(match line.availability_mode {
            "regional" => "regional",
            _ => "not known",
        });
        let crossed = match line.bytes_cross_zone {
            0 => String::new(),
            bytes => format!("{}: {} USD/month", size(bytes), usd(line.cross_zone_cost_month_usd)),
        };
        writeln!(
            out,
            "| {} | {} | {} | {} | {crossed} | {} | {} |",
            named(&line.nat_gateway_id, line.name.as_deref()),
            text(zone),
            size(line.bytes_out),
            size(line.bytes_in),
            line.vantage.unwrap_or("no record shows it"),
            usd(line.cost_month_usd)
        )?;
    }
    Ok(())
}

fn endpoints(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.endpoints.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### VPC endpoints\n")?;
    writeln!(
        out,
        "| VPC endpoint | service | type | zones | out | in | USD/month |\n|---|---|---|---|--:|--:|--:|"
    )?;
    for line in &report.endpoints {
        let idle = if line.idle == Some(true) { " (idle)" } else { "" };
        writeln!(
            out,
            "| {}{idle} | {} | {} | {} | {} | {} | {} |",
            named(&line.vpc_endpoint_id, line.name.as_deref()),
            text(&line.service),
            line.endpoint_type,
            text(&line.zones.join(", ")),
            size(line.bytes_out),
            size(line.bytes_in),
            usd(line.cost_month_usd)
        )?;
    }
    Ok(())
}

fn services(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.attribution.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Where the bytes go\n")?;
    let head = "| service | Region | path |";
    let groups = grouped(report.attribution.iter(), |line| (&line.service, &line.service_region, line.path));
    let rows = groups.iter().map(|((service, region, path), lines, sum)| {
        let region = region.as_deref().map_or_else(String::new, text);
        (format!("| {} | {region} | {path} |", text(service)), lines.as_slice(), sum)
    });
    sums(out, head, rows, Sum::of(report.attribution.iter()).bytes())?;
    if report.attribution.iter().any(|line| line.estimated) {
        writeln!(out, "\n~ The total is counted; its split over services is an estimate.")?;
    }
    Ok(())
}

fn clients(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let through_nat = || report.attribution.iter().filter(|line| line.path == NAT_PATH);
    let groups = grouped(through_nat(), |line| (&line.interface_id, &line.subnet_id, &line.zone_id));
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Client interfaces through NAT gateways\n")?;
    let rows = groups.iter().map(|((interface, subnet, zone), lines, sum)| {
        let cell = |id: &Option<String>| id.as_deref().map_or_else(String::new, text);
        let name = interface.as_deref().map_or_else(|| "(not named by any record)".to_owned(), text);
        (format!("| {name} | {} | {} |", cell(subnet), cell(zone)), lines.as_slice(), sum)
    });
    sums(out, "| interface | subnet | zone |", rows, Sum::of(through_nat()).bytes())
}

/// A table of sums, the first [`ROWS`] of them.
fn sums<'l>(
    out: &mut dyn io::Write,
    head: &str,
    rows: impl ExactSizeIterator<Item = (String, &'l [&'l AttributionLine], &'l Sum)>,
    all: u128,
) -> io::Result<()> {
    writeln!(out, "{head} out | in | share | USD/month |\n|---|---|---|--:|--:|--:|--:|")?;
    let total = rows.len();
    let mut rest: Vec<&AttributionLine> = Vec::new();
    for (index, (key, lines, sum)) in rows.enumerate() {
        if index < ROWS {
            summed(out, &key, sum, all)?;
        } else {
            rest.extend(lines);
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    let more = count(total.saturating_sub(ROWS) as u128);
    summed(out, &format!("| {more} more | | |"), &Sum::of(rest.into_iter()), all)
}

fn summed(out: &mut dyn io::Write, key: &str, sum: &Sum, all: u128) -> io::Result<()> {
    let about = if sum.estimated { "~ " } else { "" };
    writeln!(
        out,
        "{key} {about}{} | {about}{} | {} | {} |",
        size(sum.bytes_out),
        size(sum.bytes_in),
        share(sum.bytes(), all),
        usd(sum.cost)
    )
}

fn advice(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "\n### Advice\n")?;
    if report.advice.is_empty() {
        return writeln!(out, "No change was found that saves money.");
    }
    writeln!(out, "| # | change | now | after | saves USD/month | confidence |\n|--:|---|--:|--:|--:|---|")?;
    for (number, line) in (1..).zip(&report.advice) {
        writeln!(
            out,
            "| {number} | {} | {} | {} | {} | {} |",
            text(&line.summary),
            usd(line.cost_now_usd),
            usd(line.cost_after_usd),
            usd(line.saving_month_usd),
            line.confidence
        )?;
    }
    writeln!(out, "\n<details><summary>Evidence and way back</summary>\n")?;
    for (number, line) in (1..).zip(&report.advice) {
        writeln!(out, "{number}. {}", evidence(line))?;
    }
    writeln!(out, "\n</details>")
}

/// What an advice rests on, in one paragraph.
fn evidence(line: &AdviceLine) -> String {
    let evidence = &line.evidence;
    let mut parts = Vec::new();
    let mut add = |label: &str, items: &[String]| {
        if !items.is_empty() {
            parts.push(format!("{label}: {}", text(&items.join("; "))));
        }
    };
    if !evidence.formula.is_empty() {
        add("Because", std::slice::from_ref(&evidence.formula));
    }
    add("Rates", &evidence.rates);
    add("Route tables", &evidence.route_table_ids);
    add("Through", &evidence.via);
    add("Note", &evidence.remarks);
    if !evidence.way_back.is_empty() {
        add("Undo", std::slice::from_ref(&evidence.way_back));
    }
    parts.join(". ")
}

fn findings(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let mut seen = report.findings.iter().filter(|line| line.from_traffic).take(ROWS).peekable();
    if seen.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "\n### Findings\n")?;
    let mut shown = 0;
    for line in seen {
        shown += 1;
        let loss = line.loss_month_usd.filter(|loss| *loss != Decimal::ZERO);
        let loss = loss.map_or_else(String::new, |loss| format!(", {} USD/month", usd(Some(loss))));
        let (title, resource, id) = (text(&line.title), text(&line.resource_id), text(&line.id));
        writeln!(out, "- **{}**{loss}: {title} ({resource}, {id})", line.severity)?;
    }
    match report.findings.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "- {} more: flowtoll check shows them.", count(more as u128)),
    }
}

fn notes(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let ledger = &report.ledger;
    if !report.notes.is_empty() {
        writeln!(out, "\n### What could not be known\n")?;
    }
    for note in &report.notes {
        let bytes = note.bytes.map_or_else(String::new, |bytes| format!(" ({} concerned)", size(bytes)));
        writeln!(out, "- {}{bytes} \\[{}\\]", text(&note.text), text(&note.id))?;
    }
    writeln!(
        out,
        "\nObjects: {} read, {} failed, {} skipped. Records: {}, of which {} malformed.",
        count(ledger.objects_read.into()),
        count(ledger.objects_failed.into()),
        count(ledger.objects_skipped.into()),
        count(ledger.records.into()),
        count(ledger.malformed.into())
    )
}

/// An id and its name, in one cell.
fn named(id: &str, name: Option<&str>) -> String {
    name.map_or_else(|| text(id), |name| format!("{}, {}", text(id), text(name)))
}
