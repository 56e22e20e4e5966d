//! What matters, in the first 20 lines: the cost of a month, the possible saving, how sure both are, and what to do first.

use std::io;

use rust_decimal::Decimal;

use super::super::grid::{Column, Grid, Page, Tone};
use super::super::money::Money;
use super::super::number::{count, factor, share};
use super::super::sums::NAT_PATH;
use super::super::text::{Lang, advice, table as text};
use crate::model::report::{Period, Report, Totals};

/// How many changes are named at the head.
const FIRST_CHANGES: usize = 3;

/// Hours from which a pattern is well known (a week has its weekend), and from which it is known at all (a day has its
/// night).
const HOURS_FOR_SURE: u64 = 168;
const HOURS_FOR_FAIR: u64 = 24;

/// A share of the bytes of which it is worth saying that their path or their service is not known, and one from which the
/// whole is a guess; in hundredths.
const DOUBTFUL_PERCENT: u128 = 2;
const GUESSED_PERCENT: u128 = 20;

/// A coverage outside of this is a doubt, as in the notes.
const FULL_COVERAGE: std::ops::RangeInclusive<f64> = 0.98..=1.02;

pub(super) fn head(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    page.line(&text::title(lang, range(lang, report)), Tone::Strong)?;
    page.line("", Tone::Plain)?;
    let totals = &report.totals;
    let cost = match unknown_share(report) {
        Some(share) => text::cost_not_known(lang, share),
        None => format!("{}\n{}", money.sentence(totals.cost_month_usd), parts(lang, report, money)),
    };
    let (level, tone, doubts) = certainty(lang, report);
    page.facts(&[
        (text::cost_month(lang), Tone::Strong, cost),
        (text::saving(lang), Tone::Good, saving(lang, report, money)),
        (text::how_sure(lang), tone, text::sure_because(lang, level, doubts.join(&text::and_also(lang)))),
    ])?;
    first_changes(page, report, money)
}

/// The observed time; whole days without their midnights.
pub(in crate::render) fn range(lang: Lang, report: &Report) -> String {
    let Period { start, end, .. } = &report.period;
    match (start, end) {
        (Some(start), Some(end)) => {
            let midnight = "T00:00:00Z";
            match (start.strip_suffix(midnight), end.strip_suffix(midnight)) {
                (Some(start), Some(end)) => format!("{start} .. {end}"),
                _ => format!("{start} .. {end}"),
            }
        }
        _ if report.ledger.records == 0 => text::no_record(lang),
        _ => text::no_time(lang),
    }
}

/// How the observed time is scaled to a month.
pub(in crate::render) fn scale(lang: Lang, period: &Period) -> String {
    let Period { observed_hours, month_hours, month_factor, .. } = period;
    match month_factor {
        Some(by) => text::sure_hours(lang, count((*observed_hours).into()), factor(*by), month_hours),
        None => text::sure_no_hours(lang),
    }
}

/// Where a cost of nothing only says that too many bytes could not be brought to any path: their share.
pub(in crate::render) fn unknown_share(report: &Report) -> Option<String> {
    let (unknown, all) = (report.ledger.bytes_path_unknown, report.ledger.bytes_attributed);
    let is_nothing = report.totals.cost_month_usd.is_some_and(|cost| cost.is_zero());
    (is_nothing && reaches(unknown, all, GUESSED_PERCENT)).then(|| share(unknown, all))
}

/// What the cost of a month consists of: NAT gateways, transfer between zones, endpoints.
pub(in crate::render) fn parts_of(totals: &Totals) -> [Option<Decimal>; 3] {
    [totals.nat_gateway_cost_month_usd, totals.cross_zone_cost_month_usd, totals.endpoint_cost_month_usd]
}

fn parts(lang: Lang, report: &Report, money: Money<'_>) -> String {
    let [nat, cross, endpoints] = parts_of(&report.totals).map(|part| money.usd(part));
    text::cost_parts(lang, nat, cross, endpoints)
}

fn saving(lang: Lang, report: &Report, money: Money<'_>) -> String {
    let totals = &report.totals;
    let changes = match report.advice.len() {
        0 => text::no_change(lang),
        1 => text::one_change(lang),
        more => text::changes(lang, more),
    };
    let amount = money.sentence(totals.saving_month_usd);
    let outside = report.plan.saving_outside_totals();
    let inside = totals.saving_month_usd.and_then(|saving| saving.checked_sub(outside));
    match inside.zip(totals.cost_month_usd).and_then(|(part, whole)| percent(part, whole)) {
        Some(share) if outside.is_zero() => text::saving_of(lang, amount, share, changes),
        Some(share) => text::saving_beyond(lang, amount, share, money.usd(Some(outside)), changes),
        None => text::saving_alone(lang, amount, changes),
    }
}

/// `part` of `whole`, both amounts above nothing.
fn percent(part: Decimal, whole: Decimal) -> Option<String> {
    let micros = |amount: Decimal| u128::try_from(amount.checked_mul(Decimal::from(1_000_000))?.trunc()).ok();
    let (part, whole) = (micros(part)?, micros(whole)?);
    (part > 0 && whole > 0).then(|| share(part, whole))
}

/// Whether `part` is at least so many hundredths of `whole`.
fn reaches(part: u128, whole: u128, percent: u128) -> bool {
    part > 0 && part.saturating_mul(100) >= whole.saturating_mul(percent)
}

/// How far the figures can be trusted, and what speaks against it.
fn certainty(lang: Lang, report: &Report) -> (String, Tone, Vec<String>) {
    let observed_hours = report.period.observed_hours;
    let ledger = &report.ledger;
    let mut doubts = vec![scale(lang, &report.period)];
    let mut guess = observed_hours < HOURS_FOR_FAIR;
    if report.sources.inventory.is_none() {
        doubts.push(text::sure_no_inventory(lang));
        guess = true;
    }
    let (unknown, all) = (ledger.bytes_path_unknown, ledger.bytes_attributed);
    if reaches(unknown, all, DOUBTFUL_PERCENT) {
        doubts.push(text::sure_unknown_path(lang, share(unknown, all)));
        guess |= reaches(unknown, all, GUESSED_PERCENT);
    }
    let through_nat = report.attribution.iter().filter(|line| line.path == NAT_PATH);
    let (mut estimated, mut all) = (0_u128, 0_u128);
    for line in through_nat {
        let bytes = line.bytes_out.saturating_add(line.bytes_in);
        all = all.saturating_add(bytes);
        estimated = estimated.saturating_add(if line.estimated { bytes } else { 0 });
    }
    if reaches(estimated, all, DOUBTFUL_PERCENT) {
        doubts.push(text::sure_estimated(lang, share(estimated, all)));
    }
    let differ = |coverage: Option<f64>| coverage.is_some_and(|share| !FULL_COVERAGE.contains(&share));
    let differing = report.nat_gateways.iter().filter(|line| differ(line.coverage)).count();
    if differing > 0 {
        doubts.push(text::sure_views(lang, differing));
    }
    if ledger.skipdata > 0 {
        doubts.push(text::sure_skipdata(lang, count(ledger.skipdata.into())));
    }
    if ledger.objects_failed > 0 {
        doubts.push(text::sure_failed(lang, count(ledger.objects_failed.into())));
    }
    if report.totals.cost_month_usd.is_none() {
        doubts.push(text::sure_unpriced(lang));
        guess = true;
    }
    if guess {
        (text::roughly(lang), Tone::Warn, doubts)
    } else if observed_hours < HOURS_FOR_SURE || doubts.len() > 1 {
        (text::fairly(lang), Tone::Plain, doubts)
    } else {
        (text::surely(lang), Tone::Good, doubts)
    }
}

fn first_changes(page: &mut Page<'_>, report: &Report, money: Money<'_>) -> io::Result<()> {
    let lang = page.lang();
    let mut grid = Grid::new([Column::text(text::do_first(lang)), Column::figure(text::saves_month(lang))]);
    for (number, line) in (1..).zip(report.advice.iter().take(FIRST_CHANGES)) {
        let todo = format!("{number}. {}", advice::short(lang, line));
        grid.row(Tone::Good, [todo, money.cell(line.saving_month_usd)]);
    }
    if grid.is_empty() {
        return Ok(());
    }
    page.line("", Tone::Plain)?;
    page.grid(&grid)?;
    match report.advice.len().saturating_sub(FIRST_CHANGES) {
        0 => Ok(()),
        more => page.line(&text::more_changes(lang, count(more as u128)), Tone::Plain),
    }
}
