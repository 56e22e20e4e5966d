//! What makes two reports hard to compare.

use super::Doubt;
use super::saved::{Saved, SavedLedger, SavedNatGateway, SavedPeriod};

/// Observed hours below which a window does not show a day and a night.
const SHORT_HOURS: u64 = 24;
/// Difference of two shares, in percent of bytes, from which it is worth a word.
const SHARE_PERCENT: u128 = 1;
/// One record of so many that is lost or cannot be read is worth a word.
const ROTTEN_PARTS: u64 = 1_000;
/// Difference of two coverages from which it is worth a word.
const COVERAGE_STEP: f64 = 0.01;

/// All doubts about the pair.
pub(super) fn notes(before: &Saved, after: &Saved) -> Vec<Doubt> {
    let mut notes = Vec::new();
    let mut add = |id, text: Option<String>| notes.extend(text.map(|text| Doubt { id, text }));
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
pub(super) fn remarks(before: &SavedNatGateway, after: &SavedNatGateway) -> Vec<String> {
    let mut remarks = Vec::new();
    let vantage = |line: &SavedNatGateway| line.vantage.clone().unwrap_or_else(|| "no record".to_owned());
    if before.vantage != after.vantage {
        remarks.push(format!(
            "counted from another vantage: {} before, {} after",
            vantage(before),
            vantage(after)
        ));
    }
    if let (Some(was), Some(is)) = (before.coverage, after.coverage)
        && (was - is).abs() >= COVERAGE_STEP
    {
        remarks.push(format!("coverage: {:.1} % before, {:.1} % after", was * 100.0, is * 100.0));
    }
    remarks
}

fn overlap(before: &Saved, after: &Saved) -> Option<String> {
    let same = before.period.start == after.period.start && before.period.end == after.period.end;
    let (start, end) = (after.period.start.as_ref()?, before.period.end.as_ref()?);
    let begin = before.period.start.as_ref()?;
    let last = after.period.end.as_ref()?;
    // Times are RFC 3339 in UTC with the same number of digits, so they sort as text.
    (!same && start < end && begin < last)
        .then(|| "The two windows overlap: part of the traffic is in both reports.".to_owned())
}

fn swapped(before: &Saved, after: &Saved) -> Option<String> {
    let (first, second) = (before.period.start.as_ref()?, after.period.start.as_ref()?);
    (second < first).then(|| {
        "The first report is of a later time than the second: what is called growth here is a decline."
            .to_owned()
    })
}

fn window_length(before: &Saved, after: &Saved) -> Option<String> {
    let (was, is) = (&before.period, &after.period);
    let is_whole = |period: &SavedPeriod| period.observed_hours == period.month_hours;
    // Two whole months differ by the calendar, which has a note of its own.
    (was.observed_hours != is.observed_hours && !(is_whole(was) && is_whole(is))).then(|| {
        format!(
            "The windows differ in length: {} h observed before, {} h after. Both are scaled to a month; what the shorter \
             one did not see is not in it.",
            was.observed_hours, is.observed_hours
        )
    })
}

fn short(before: &Saved, after: &Saved) -> Option<String> {
    let least = before.period.observed_hours.min(after.period.observed_hours);
    (least < SHORT_HOURS).then(|| {
        format!("{least} observed hours make a poor month: a change may be the time of day, not growth.")
    })
}

fn month_length(before: &Saved, after: &Saved) -> Option<String> {
    let (was, is) = (before.period.month_hours, after.period.month_hours);
    (was != is).then(|| {
        format!("The months differ in length: {was} h before, {is} h after. What that alone costs stands as `month length`.")
    })
}

fn quiet_hours(before: &Saved, after: &Saved) -> Option<String> {
    let share = |period: &SavedPeriod| {
        let quiet = u128::from(period.hours_without_records);
        percent(quiet, period.observed_hours.into())
    };
    let (was, is) = (&before.period, &after.period);
    (share(was).abs_diff(share(is)) >= SHARE_PERCENT).then(|| {
        format!(
            "Hours without any record: {} of {} before, {} of {} after. Where logs were lost, a change is no growth.",
            was.hours_without_records, was.observed_hours, is.hours_without_records, is.observed_hours
        )
    })
}

/// A share in whole percent.
fn percent(part: u128, whole: u128) -> u128 {
    part.saturating_mul(100) / whole.max(1)
}

fn inventory(before: &Saved, after: &Saved) -> Option<String> {
    match (&before.sources.inventory, &after.sources.inventory) {
        (was, is) if was == is => None,
        (Some(was), Some(is)) => Some(format!(
            "The inventories differ: {was} before, {is} after; paths and endpoints are those of each."
        )),
        (None, _) => Some(
            "Only the later report has an inventory: the earlier one lacks names, paths and idle endpoints."
                .to_owned(),
        ),
        (_, None) => Some(
            "Only the earlier report has an inventory: the later one lacks names, paths and idle endpoints."
                .to_owned(),
        ),
    }
}

fn prices(before: &Saved, after: &Saved) -> Option<String> {
    let of = |report: &Saved| {
        let date = &report.sources.price_book_date;
        let file = report.sources.price_override.as_ref();
        file.map_or_else(|| date.clone(), |file| format!("{date} with {file}"))
    };
    let (was, is) = (of(before), of(after));
    (was != is).then(|| {
        format!(
            "The prices differ: of {was} before, of {is} after. A change of rates may be that of the book, not of the bill; \
             make both reports with the same prices to leave it out."
        )
    })
}

fn ip_ranges(before: &Saved, after: &Saved) -> Option<String> {
    let (was, is) = (&before.sources.ip_ranges_date, &after.sources.ip_ranges_date);
    (was != is).then(|| {
        format!("The ip-ranges differ: of {was} before, of {is} after; bytes may have moved between services by that alone.")
    })
}

fn incomplete(before: &Saved, after: &Saved) -> Option<String> {
    let rotten = |ledger: &SavedLedger| ledger.skipdata.saturating_add(ledger.malformed);
    let lacks = |name: &str, report: &Saved| {
        let ledger = &report.ledger;
        let parts = [
            (ledger.objects_failed, "objects failed"),
            (ledger.skipdata, "records say that AWS skipped some"),
            (ledger.malformed, "records are malformed"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let few = rotten(ledger).saturating_mul(ROTTEN_PARTS) < ledger.records.max(1);
        (ledger.objects_failed > 0 || !few).then(|| format!("{name}: {}", parts.join(", ")))
    };
    let same = |report: &Saved| {
        let ledger = &report.ledger;
        (ledger.objects_failed, ledger.skipdata, ledger.malformed)
    };
    if same(before) == same(after) {
        return None;
    }
    let parts: Vec<String> = [lacks("before", before), lacks("after", after)].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Not all was read. {}.", parts.join("; ")))
}

fn coverage(before: &Saved, after: &Saved) -> Option<String> {
    let share = |report: &Saved| {
        let ledger = &report.ledger;
        let lost = ledger.bytes_unattributed.saturating_add(ledger.bytes_path_unknown);
        // Hundredths of a percent of anything that fits u128.
        let whole = (ledger.bytes_total / 10_000).max(1);
        (lost / whole).min(10_000)
    };
    let (was, is) = (share(before), share(after));
    (was.abs_diff(is) >= SHARE_PERCENT * 100).then(|| {
        format!(
            "Bytes of no known interface, direction or path: {}.{:02} % before, {}.{:02} % after. The reports do not see the same \
             part of the traffic.",
            was / 100,
            was % 100,
            is / 100,
            is % 100
        )
    })
}
