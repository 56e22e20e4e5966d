//! A client interface: over which paths its bytes go, and what each costs.

use super::super::grid::{Page, Tone};
use super::super::number::count;
use super::super::sums::{NAT_PATH, Sum};
use super::super::text::{Lang, explain as say};
use super::{
    ExplainError, NotInReport, as_reported, bytes_text, gb_text, month, rate_text, sources, steps, to_month,
    usd_text,
};
use crate::model::money::cost_of_bytes;
use crate::model::report::{AttributionLine, Report};

/// The path value of bytes through interface endpoints.
const INTERFACE_PATH: &str = "interface-endpoint";

pub(super) fn explain(page: &mut Page<'_>, report: &Report, id: &str) -> Result<(), ExplainError> {
    let own: Vec<&AttributionLine> =
        report.attribution.iter().filter(|line| line.interface_id.as_deref() == Some(id)).collect();
    let Some(first) = own.first() else {
        let mut known: Vec<String> =
            report.attribution.iter().filter_map(|line| line.interface_id.clone()).collect();
        known.dedup();
        return Err(NotInReport::new("client interface", id, &known).into());
    };
    let name = report.names.get(id).map(|name| format!(" ({name})")).unwrap_or_default();
    let lang = page.lang();
    page.line(&say::client(lang, id, name), Tone::Strong)?;
    let place = [&first.vpc_id, &first.subnet_id, &first.zone_id];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    page.line(&place.join(", "), Tone::Plain)?;
    for line in &own {
        let region = line.service_region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
        let service = format!("{}{region}", line.service);
        let title = match &line.via {
            Some(via) => say::flow_over(lang, service, line.path, via),
            None => say::flow(lang, service, line.path),
        };
        steps(page, &title, &of_line(lang, report, line))?;
    }
    let all = Sum::of(own.iter().copied());
    steps(
        page,
        &say::together(lang),
        &[bytes_text(lang, all.bytes()), say::data_only(lang, usd_text(lang, all.cost))],
    )?;
    let regions: std::collections::BTreeSet<&str> = own
        .iter()
        .filter_map(|line| {
            report.nat_gateways.iter().find(|nat| Some(&nat.nat_gateway_id) == line.via.as_ref())
        })
        .filter_map(|nat| nat.region.as_deref())
        .collect();
    let told: Vec<String> = regions
        .into_iter()
        .flat_map(|region| sources(lang, report, Some(region), &["nat_gateway_gb"]))
        .collect();
    steps(page, &say::prices(lang), &told)?;
    Ok(())
}

fn of_line(lang: Lang, report: &Report, line: &AttributionLine) -> Vec<String> {
    let bytes = line.bytes_out.saturating_add(line.bytes_in);
    let mut steps =
        vec![say::out_and_in(lang, count(line.bytes_out), count(line.bytes_in), bytes_text(lang, bytes))];
    if line.estimated {
        steps.push(say::estimated(lang));
    }
    match line.path {
        NAT_PATH => {
            let gateway =
                report.nat_gateways.iter().find(|nat| Some(&nat.nat_gateway_id) == line.via.as_ref());
            let price = gateway.and_then(|nat| nat.price_gb_usd);
            let own = price
                .and_then(|price| cost_of_bytes(bytes, price))
                .and_then(|cost| if bytes == 0 { Some(cost) } else { month(cost, &report.period) });
            steps.push(say::at_nat(
                lang,
                gb_text(bytes),
                rate_text(lang, price),
                to_month(lang, &report.period),
                as_reported(lang, own, line.cost_month_usd),
            ));
        }
        INTERFACE_PATH => steps.push(say::at_endpoint(
            lang,
            gb_text(bytes),
            to_month(lang, &report.period),
            usd_text(lang, line.cost_month_usd),
        )),
        _ => steps.push(say::free_path(lang)),
    }
    steps
}
