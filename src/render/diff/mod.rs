//! Two reports compared: for people, for programs, for pull requests.

mod json;
mod markdown;
mod table;

use std::io;

use rust_decimal::Decimal;
use serde::Serialize;

use super::TableStyle;
use super::number::{count, size, usd};
use super::text::{Lang, diff as say};
use crate::diff::effects::Effects;
use crate::diff::{Change, ClientKey, Compared, Diff, EndpointKey, Line, NatGatewayKey, ServiceKey, Status};

pub use json::DIFF_SCHEMA_JSON;

/// How many lines of a section are shown before the rest is one line.
const ROWS: usize = 20;

/// A form that a comparison can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffFormat {
    /// Text for people.
    Table,
    /// One object for programs, described by [`DIFF_SCHEMA_JSON`].
    Json,
    /// Markdown, for pull requests.
    Markdown,
}

impl DiffFormat {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Table, Self::Json, Self::Markdown];

    /// Writes `diff` to `out`. `style` matters to tables only, but for its language.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(self, diff: &Diff, style: TableStyle, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Table => table::table(diff, style, out),
            Self::Json => json::json(diff, out),
            Self::Markdown => markdown::markdown(diff, style.lang, out),
        }
    }
}

/// USD with its sign; `unpriced` where one side has no price.
fn signed(amount: Option<Decimal>) -> String {
    let text = usd(amount);
    match amount {
        Some(amount) if amount > Decimal::ZERO && !text.starts_with('<') => format!("+{text}"),
        _ => text,
    }
}

/// The relative change of an amount; nothing where that has no meaning.
fn percent(change: &Change) -> Option<String> {
    let (before, change) = (change.cost_month_before_usd?, change.change_month_usd?);
    if before <= Decimal::ZERO {
        return None;
    }
    let percent = change.checked_div(before)?.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(1);
    Some(if percent > Decimal::ZERO { format!("+{percent:.1}") } else { format!("{percent:.1}") })
}

/// The parts worth a cent; where none is, the largest.
fn parts(effects: &Effects) -> Vec<(&'static str, Decimal)> {
    let half_cent = Decimal::new(5, 3);
    let mut parts: Vec<_> = effects.parts().into_iter().filter(|(_, part)| !part.is_zero()).collect();
    let largest = parts.iter().map(|(_, part)| part.abs()).max().unwrap_or_default();
    parts.retain(|(_, part)| part.abs() >= half_cent.min(largest));
    parts
}

/// What a line consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Members {
    /// It is a single thing.
    None,
    Clients,
    Services,
}

/// The parts of a change in one line each.
fn why(lang: Lang, change: &Change, members: Members) -> Vec<String> {
    let Some(effects) = change.effects else {
        return vec![match (change.cost_month_before_usd, change.cost_month_after_usd) {
            (None, None) => say::unpriced_both(lang),
            (None, _) => say::unpriced_before(lang),
            _ => say::unpriced_after(lang),
        }];
    };
    match change.status {
        Status::New => vec![say::new(lang)],
        Status::Gone => vec![say::gone(lang)],
        _ => {
            let named = |name: &str| match (name, members) {
                ("new", Members::Clients) => say::new_clients(lang),
                ("gone", Members::Clients) => say::gone_clients(lang),
                ("new", Members::Services) => say::new_services(lang),
                ("gone", Members::Services) => say::gone_services(lang),
                _ => say::part(lang, name),
            };
            let parts = parts(&effects);
            parts.iter().map(|(name, part)| format!("{} {}", named(name), signed(Some(*part)))).collect()
        }
    }
}

/// Bytes of a month before and after; nothing where there are none.
fn bytes(lang: Lang, change: &Change) -> String {
    match (change.bytes_month_before, change.bytes_month_after) {
        (0, 0) => String::new(),
        (before, after) if before == after => say::a_month(lang, size(after)),
        (before, after) => say::from_to(lang, size(before), size(after)),
    }
}

/// A line for people.
struct Row<'d> {
    /// Id first, then what is known of it.
    name: Vec<String>,
    change: &'d Change,
    remarks: Vec<String>,
}

/// A list of changes under a heading.
struct Section<'d> {
    title: String,
    column: String,
    /// What a row consists of.
    members: Members,
    /// How many are new, gone and changed, with the money of each; nothing where all are changed.
    counts: Option<String>,
    rows: Vec<Row<'d>>,
    /// Those beyond the first [`ROWS`], and those without money.
    rest: Option<String>,
}

fn section<'d, K: Serialize>(
    lang: Lang,
    (title, column, members): (String, String, Members),
    lines: &'d [Line<K>],
    name: impl Fn(&'d K) -> Vec<String>,
) -> Section<'d> {
    let (money, idle): (Vec<_>, Vec<_>) = lines.iter().partition(|line| {
        line.change.change_month_usd.is_none_or(|change| !change.is_zero())
            || line.change.effects.is_some_and(|effects| !parts(&effects).is_empty())
            || !line.remarks.is_empty()
    });
    let rows = money.iter().take(ROWS).map(|line| Row {
        name: name(&line.key),
        change: &line.change,
        remarks: line.remarks.iter().map(|remark| remark.text(lang).to_owned()).collect(),
    });
    let more = money.get(ROWS..).unwrap_or_default();
    let sum = more.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.change.change_month_usd?));
    let mut rest = Vec::new();
    if !more.is_empty() {
        rest.push(say::more(lang, count(more.len() as u128), signed(sum)));
    }
    if !idle.is_empty() {
        rest.push(say::idle(lang, count(idle.len() as u128)));
    }
    Section {
        title,
        column,
        members,
        counts: counts(lang, lines),
        rows: rows.collect(),
        rest: (!rest.is_empty()).then(|| say::rest(lang, rest.join("; "))),
    }
}

/// How many lines are new, gone and changed, with their money.
fn counts<K: Serialize>(lang: Lang, lines: &[Line<K>]) -> Option<String> {
    let of = |status: Status| {
        let lines: Vec<_> = lines.iter().filter(|line| line.change.status == status).collect();
        let sum =
            lines.iter().try_fold(Decimal::ZERO, |sum, line| sum.checked_add(line.change.change_month_usd?));
        let (number, sum) = (count(lines.len() as u128), signed(sum));
        (!lines.is_empty()).then(|| match status {
            Status::New => say::new_count(lang, number, sum),
            Status::Gone => say::gone_count(lang, number, sum),
            _ => say::changed_count(lang, number, sum),
        })
    };
    let [new, gone, changed] = [Status::New, Status::Gone, Status::Changed].map(of);
    (new.is_some() || gone.is_some())
        .then(|| [new, gone, changed].into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// All lists, in their order.
fn sections(lang: Lang, diff: &Diff) -> [Section<'_>; 4] {
    let gateways = (say::nat_gateways(lang), say::nat_gateway(lang), Members::None);
    let endpoints = (say::vpc_endpoints(lang), say::vpc_endpoint(lang), Members::None);
    let services = (say::services(lang), say::service(lang), Members::Clients);
    let clients = (say::clients(lang), say::interface(lang), Members::Services);
    [
        section(lang, gateways, &diff.nat_gateways, nat_gateway),
        section(lang, endpoints, &diff.endpoints, endpoint),
        section(lang, services, &diff.services, service),
        section(lang, clients, &diff.clients, |key| client(lang, key)),
    ]
}

fn nat_gateway(key: &NatGatewayKey) -> Vec<String> {
    [Some(key.nat_gateway_id.clone()), key.name.clone()].into_iter().flatten().collect()
}

fn endpoint(key: &EndpointKey) -> Vec<String> {
    let kind = format!("{}, {}", key.service, key.endpoint_type);
    [Some(key.vpc_endpoint_id.clone()), key.name.clone(), Some(kind)].into_iter().flatten().collect()
}

fn service(key: &ServiceKey) -> Vec<String> {
    let place = key
        .service_region
        .as_ref()
        .map_or_else(|| key.path.clone(), |region| format!("{region}, {}", key.path));
    vec![key.service.clone(), place]
}

fn client(lang: Lang, key: &ClientKey) -> Vec<String> {
    let name = key.interface_id.clone().unwrap_or_else(|| say::not_named(lang));
    [Some(name), key.subnet_id.clone().or_else(|| key.vpc_id.clone())].into_iter().flatten().collect()
}

/// One of the reports in a sentence.
fn told(lang: Lang, side: &Compared) -> String {
    let range = match (&side.start, &side.end) {
        (Some(start), Some(end)) => format!("{start} .. {end}"),
        _ => say::no_time(lang),
    };
    say::told(lang, &side.file, range, count(side.observed_hours.into()), count(side.month_hours.into()))
}
