//! What makes two reports hard to compare.

use super::saved::{Saved, SavedLedger, SavedNatGateway, SavedPeriod};
use super::{Doubt, say};
use crate::model::wording::Wording;

/// Observed hours below which a window does not show a day and a night.
const SHORT_HOURS: u64 = 24;
/// Difference of two shares, in percent of bytes, from which it is worth a word.
const SHARE_PERCENT: u128 = 1;
/// One record of so many that is lost or cannot be read is worth a word.
const ROTTEN_PARTS: u64 = 1_000;
/// Difference of two coverages from which it is worth a word.
const COVERAGE_STEP: f64 = 0.01;

/// Says how many of something there are.
type Counted = fn(u64) -> Wording;

/// All doubts about the pair.
pub(super) fn notes(before: &Saved, after: &Saved) -> Vec<Doubt> {
    let mut notes = Vec::new();
    let mut add = |id, text: Option<Wording>| notes.extend(text.map(|text| Doubt { id, text }));
    add("windows-overlap", overlap(before, after));
    add("windows-swapped", swapped(before, after));
    add("window-length", window_length(before, after));
    add("window-short", short(before, after));
    add("month-length", month_length(before, after));
    add("quiet-hours", quiet_hours(before, after));
    add("inventory", inventory(before, after));
    add("prices", prices(before, after));
    add("ip-ranges", ip_ranges(before, after));
    add("incomplete", incomplete(before, after));
    add("coverage", coverage(before, after));
    notes
}

/// What makes one NAT gateway hard to compare.
pub(super) fn remarks(before: &SavedNatGateway, after: &SavedNatGateway) -> Vec<Wording> {
    let mut remarks = Vec::new();
    let vantage = |line: &SavedNatGateway| line.vantage.as_deref().map_or_else(say::no_record, Wording::same);
    if before.vantage != after.vantage {
        remarks.push(say::other_vantage(vantage(before), vantage(after)));
    }
    if let (Some(was), Some(is)) = (before.coverage, after.coverage)
        && (was - is).abs() >= COVERAGE_STEP
    {
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        remarks.push(say::coverages(percent(was), percent(is)));
    }
    remarks
}

fn overlap(before: &Saved, after: &Saved) -> Option<Wording> {
    let same = before.period.start == after.period.start && before.period.end == after.period.end;
    let (start, end) = (after.period.start.as_ref()?, before.period.end.as_ref()?);
    let begin = before.period.start.as_ref()?;
    let last = after.period.end.as_ref()?;
    // Times are RFC 3339 in UTC with the same number of digits, so they sort as text.
    (!same && start < end && begin < last).then(say::overlap)
}

fn swapped(before: &Saved, after: &Saved) -> Option<Wording> {
    let (first, second) = (before.period.start.as_ref()?, after.period.start.as_ref()?);
    (second < first).then(say::swapped)
}

fn window_length(before: &Saved, after: &Saved) -> Option<Wording> {
    let (was, is) = (&before.period, &after.period);
    let is_whole = |period: &SavedPeriod| period.observed_hours == period.month_hours;
    // Two whole months differ by the calendar, which has a note of its own.
    (was.observed_hours != is.observed_hours && !(is_whole(was) && is_whole(is)))
        .then(|| say::window_length(was.observed_hours, is.observed_hours))
}

fn short(before: &Saved, after: &Saved) -> Option<Wording> {
    let least = before.period.observed_hours.min(after.period.observed_hours);
    (least < SHORT_HOURS).then(|| say::short(least))
}

fn month_length(before: &Saved, after: &Saved) -> Option<Wording> {
    let (was, is) = (before.period.month_hours, after.period.month_hours);
    (was != is).then(|| say::month_length(was, is))
}

fn quiet_hours(before: &Saved, after: &Saved) -> Option<Wording> {
    let share = |period: &SavedPeriod| {
        let quiet = u128::from(period.hours_without_records);
        percent(quiet, period.observed_hours.into())
    };
    let (was, is) = (&before.period, &after.period);
    (share(was).abs_diff(share(is)) >= SHARE_PERCENT).then(|| {
        say::quiet_hours(
            was.hours_without_records,
            was.observed_hours,
            is.hours_without_records,
            is.observed_hours,
        )
    })
}

/// A share in whole percent.
fn percent(part: u128, whole: u128) -> u128 {
    part.saturating_mul(100) / whole.max(1)
}

fn inventory(before: &Saved, after: &Saved) -> Option<Wording> {
    match (&before.sources.inventory, &after.sources.inventory) {
        (was, is) if was == is => None,
        (Some(was), Some(is)) => Some(say::inventories(was, is)),
        (None, _) => Some(say::later_inventory()),
        (_, None) => Some(say::earlier_inventory()),
    }
}

fn prices(before: &Saved, after: &Saved) -> Option<Wording> {
    let of = |report: &Saved| {
        let date = &report.sources.price_book_date;
        let file = report.sources.price_override.as_ref();
        file.map_or_else(|| Wording::same(date.as_str()), |file| say::book_with(date, file))
    };
    let (was, is) = (of(before), of(after));
    (was != is).then(|| say::prices(was, is))
}

fn ip_ranges(before: &Saved, after: &Saved) -> Option<Wording> {
    let (was, is) = (&before.sources.ip_ranges_date, &after.sources.ip_ranges_date);
    (was != is).then(|| say::ip_ranges(was, is))
}

fn incomplete(before: &Saved, after: &Saved) -> Option<Wording> {
    let rotten = |ledger: &SavedLedger| ledger.skipdata.saturating_add(ledger.malformed);
    let lacks = |name: fn(Wording) -> Wording, report: &Saved| {
        let ledger = &report.ledger;
        let parts: [(u64, Counted); 3] = [
            (ledger.objects_failed, say::objects_failed),
            (ledger.skipdata, say::skipdata),
            (ledger.malformed, say::malformed),
        ];
        let parts: Vec<Wording> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| what(*count)).collect();
        let few = rotten(ledger).saturating_mul(ROTTEN_PARTS) < ledger.records.max(1);
        (ledger.objects_failed > 0 || !few).then(|| name(Wording::join(&parts, ", ")))
    };
    let same = |report: &Saved| {
        let ledger = &report.ledger;
        (ledger.objects_failed, ledger.skipdata, ledger.malformed)
    };
    if same(before) == same(after) {
        return None;
    }
    let parts: Vec<Wording> =
        [lacks(say::lacks_before, before), lacks(say::lacks_after, after)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| say::incomplete(Wording::join(&parts, "; ")))
}

fn coverage(before: &Saved, after: &Saved) -> Option<Wording> {
    let share = |report: &Saved| {
        let ledger = &report.ledger;
        let lost = ledger.bytes_unattributed.saturating_add(ledger.bytes_path_unknown);
        // Hundredths of a percent of anything that fits u128.
        let whole = (ledger.bytes_total / 10_000).max(1);
        (lost / whole).min(10_000)
    };
    let (was, is) = (share(before), share(after));
    let text = |share: u128| format!("{}.{:02}", share / 100, share % 100);
    (was.abs_diff(is) >= SHARE_PERCENT * 100).then(|| say::coverage(text(was), text(is)))
}
