//! The report as one HTML file that needs nothing else: no network, no other file.
//!
//! Everything that logs, tags or people wrote reaches the page as escaped text, or as JSON in a block that the browser
//! does not run. The page's Content-Security-Policy allows its own style and two scripts by their hashes and nothing
//! more; inline handlers, style attributes and requests of any kind are refused by the browser. The same report gives the
//! same bytes.

use std::io;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::money::Money;
use super::number::{count, size};
use super::sums::NAT_PATH;
use super::text::{Lang, page as words, table as text};
use super::view::{self, Cell, Change, Column, Doubt, Finding, FlowGroup, Head, View};
use crate::model::report::{DayLine, Report};

/// Rows of one table; beyond, a page is slow on a phone. All rows are in JSON and CSV.
const MAX_PAGE_ROWS: usize = 500;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// d3, see vendor/README.md.
const LIBRARY: &str = include_str!("vendor/charts.js");

#[derive(Template)]
#[template(path = "page.html", config = "src/render/html/askama.toml")]
struct Page {
    lang: Lang,
    policy: String,
    version: &'static str,
    style: &'static str,
    library: &'static str,
    script: &'static str,
    head: Head,
    now_width: String,
    after_width: String,
    changes: Vec<Change>,
    options: TableOf,
    findings: Vec<Finding>,
    doubts: Vec<Doubt>,
    flows: TableOf,
    days: TableOf,
    services: TableOf,
    clients: TableOf,
    owners: Option<TableOf>,
    nat_gateways: TableOf,
    endpoints: TableOf,
    bytes: TableOf,
    records: TableOf,
    objects: TableOf,
    malformed: TableOf,
    unchecked: TableOf,
    objects_read: String,
    data: String,
}

/// A [`View`] as a table.
#[derive(Template)]
#[template(path = "table.html", config = "src/render/html/askama.toml")]
struct TableOf {
    id: &'static str,
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    remark: Option<String>,
}

impl TableOf {
    fn of(view: View, lang: Lang) -> Self {
        let View { id, caption, columns, rows, remark } = view.cut_to(MAX_PAGE_ROWS, lang);
        Self { id, caption, columns, rows, remark }
    }
}

/// Writes the report as a page.
///
/// # Errors
/// Those of `out`.
pub fn html(report: &Report, lang: Lang, out: &mut dyn io::Write) -> io::Result<()> {
    let money = Money::of(report, lang);
    let (flow_groups, flows) = view::flows(lang, report);
    let (now_width, after_width) = widths(report);
    let ledger = &report.ledger;
    let table = |view| TableOf::of(view, lang);
    let page = Page {
        lang,
        policy: policy(),
        version: env!("CARGO_PKG_VERSION"),
        style: STYLE,
        library: LIBRARY,
        script: SCRIPT,
        head: view::head(lang, report, money),
        now_width,
        after_width,
        changes: view::changes(lang, report, money),
        options: table(view::options(lang, report)),
        findings: view::findings(lang, report, money),
        doubts: view::doubts(lang, report),
        flows: table(flows),
        days: table(view::days(lang, report, money)),
        services: table(view::services(lang, report, money)),
        clients: table(view::clients(lang, report, money)),
        owners: view::owners(lang, report, money).map(table),
        nat_gateways: table(view::nat_gateways(lang, report, money)),
        endpoints: table(view::endpoints(lang, report, money)),
        bytes: table(view::byte_ledger(lang, report)),
        records: table(view::record_ledger(lang, report)),
        objects: table(view::objects(lang, report)),
        malformed: table(view::malformed(lang, report)),
        unchecked: table(view::unchecked(lang, report)),
        objects_read: text::objects_read(
            lang,
            count(ledger.objects_read.into()),
            count(ledger.objects_failed.into()),
            count(ledger.objects_skipped.into()),
        ),
        data: chart_data(lang, &flow_groups, &report.days, money)?,
    };
    page.render_into(&mut Text(out)).map_err(io::Error::other)
}

/// Takes text where bytes are wanted.
struct Text<'w>(&'w mut dyn io::Write);

impl std::fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write_all(text.as_bytes()).map_err(|_| std::fmt::Error)
    }
}

/// Nothing but the page's own style and scripts, told by their hashes.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {} {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(LIBRARY),
        hash(SCRIPT),
        hash(STYLE)
    )
}

/// How long the bars of the cost now and after the advice are, in percent of the larger one.
fn widths(report: &Report) -> (String, String) {
    let (Some(now), Some(after)) = (report.totals.cost_month_usd, view::after(report)) else {
        return ("0".to_owned(), "0".to_owned());
    };
    let after = after.max(Decimal::ZERO);
    let whole = now.max(after);
    let width = |part: Decimal| {
        let percent = part.checked_div(whole).and_then(|part| part.checked_mul(Decimal::ONE_HUNDRED));
        format!("{}%", percent.unwrap_or_default().round_dp(2).normalize())
    };
    (width(now), width(after))
}

/// What the charts draw. Numbers are for lengths only; what is read is text.
#[derive(Serialize)]
struct ChartData<'d> {
    flows: Vec<ChartFlow<'d>>,
    days: Vec<ChartDay<'d>>,
    words: ChartWords,
}

#[derive(Serialize)]
struct ChartFlow<'d> {
    group: &'d str,
    path: &'d str,
    /// Whether it pays the toll.
    toll: bool,
    service: &'d str,
    bytes: u128,
    size: String,
}

#[derive(Serialize)]
struct ChartDay<'d> {
    date: &'d str,
    cost: String,
    parts: Vec<ChartPart>,
}

#[derive(Serialize)]
struct ChartPart {
    name: String,
    usd: f64,
    text: String,
}

/// What the script says; `{name}` stands for what it fills in.
#[derive(Serialize)]
struct ChartWords {
    flows: String,
    days: String,
    from_to: String,
    filtered: String,
    dark: String,
    light: String,
}

/// The data of the charts as JSON that may stand in a script block.
fn chart_data(lang: Lang, flows: &[FlowGroup], days: &[DayLine], money: Money<'_>) -> io::Result<String> {
    let flows = flows.iter().map(|flow| ChartFlow {
        group: &flow.group,
        path: &flow.path_name,
        toll: flow.path == NAT_PATH,
        service: &flow.service,
        bytes: flow.bytes,
        size: size(flow.bytes),
    });
    let day = |day: &'_ DayLine| {
        let parts = [
            (text::nat_gateways(lang), day.nat_gateway_cost_usd),
            (words::cross_transfer(lang), day.cross_zone_cost_usd),
            (text::endpoints(lang), day.endpoint_cost_usd),
        ];
        parts.map(|(name, amount)| ChartPart {
            name,
            usd: amount.and_then(|amount| amount.to_f64()).unwrap_or_default(),
            text: money.usd(amount),
        })
    };
    // A day without a price has no length to draw; the table says so.
    let days = days.iter().filter(|line| line.cost_usd.is_some()).filter_map(|line| {
        let date = line.date.as_deref()?;
        Some(ChartDay { date, cost: money.usd(line.cost_usd), parts: day(line).into() })
    });
    let words = ChartWords {
        flows: words::chart_flows(lang),
        days: words::chart_days(lang),
        from_to: words::from_to(lang, "{from}", "{to}"),
        filtered: words::filtered(lang, "{shown}", "{all}"),
        dark: words::dark(lang),
        light: words::light(lang),
    };
    let data = ChartData { flows: flows.collect(), days: days.collect(), words };
    Ok(script_safe(&serde_json::to_string(&data)?))
}

/// JSON in which nothing can end a script block or a line of a script: these letters occur inside strings only, where
/// JSON may write them as escapes.
fn script_safe(json: &str) -> String {
    ESCAPES.iter().fold(json.to_owned(), |json, (letter, escape)| json.replace(*letter, escape))
}

const ESCAPES: [(char, &str); 5] =
    [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];
