//! A client interface: over which paths its bytes go, and what each costs.

use super::super::grid::{Page, Tone};
use super::super::number::count;
use super::super::sums::{NAT_PATH, Sum};
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
    page.line(&format!("Client interface {id}{name}"), Tone::Strong)?;
    let place = [&first.vpc_id, &first.subnet_id, &first.zone_id];
    let place: Vec<&str> = place.into_iter().flatten().map(String::as_str).collect();
    page.line(&place.join(", "), Tone::Plain)?;
    for line in &own {
        let region = line.service_region.as_ref().map(|region| format!(" {region}")).unwrap_or_default();
        let via = line.via.as_ref().map(|via| format!(" over {via}")).unwrap_or_default();
        steps(page, &format!("{}{region}: {}{via}", line.service, line.path), &of_line(report, line))?;
    }
    let all = Sum::of(own.iter().copied());
    steps(
        page,
        "Together",
        &[
            bytes_text(all.bytes()),
            format!("{} a month for data, hours of gateways and endpoints apart", usd_text(all.cost)),
        ],
    )?;
    let regions: std::collections::BTreeSet<&str> = own
        .iter()
        .filter_map(|line| {
            report.nat_gateways.iter().find(|nat| Some(&nat.nat_gateway_id) == line.via.as_ref())
        })
        .filter_map(|nat| nat.region.as_deref())
        .collect();
    let told: Vec<String> =
        regions.into_iter().flat_map(|region| sources(report, Some(region), &["nat_gateway_gb"])).collect();
    steps(page, "Prices", &told)?;
    Ok(())
}

fn of_line(report: &Report, line: &AttributionLine) -> Vec<String> {
    let bytes = line.bytes_out.saturating_add(line.bytes_in);
    let mut steps =
        vec![format!("out {} + in {} = {}", count(line.bytes_out), count(line.bytes_in), bytes_text(bytes))];
    if line.estimated {
        steps.push(
            "the split over services is an estimate: the gateway's rows do not show the far end".to_owned(),
        );
    }
    match line.path {
        NAT_PATH => {
            let gateway =
                report.nat_gateways.iter().find(|nat| Some(&nat.nat_gateway_id) == line.via.as_ref());
            let price = gateway.and_then(|nat| nat.price_gb_usd);
            let own = price
                .and_then(|price| cost_of_bytes(bytes, price))
                .and_then(|cost| if bytes == 0 { Some(cost) } else { month(cost, &report.period) });
            steps.push(format!(
                "{} GB x {}/GB {} = {}",
                gb_text(bytes),
                rate_text(price),
                to_month(&report.period),
                as_reported(own, line.cost_month_usd)
            ));
        }
        INTERFACE_PATH => steps.push(format!(
            "{} GB {}, its share of the data charges of all interface endpoints of the Region: {}",
            gb_text(bytes),
            to_month(&report.period),
            usd_text(line.cost_month_usd)
        )),
        _ => steps.push("no charge by the byte for NAT or endpoints on this path".to_owned()),
    }
    steps
}
