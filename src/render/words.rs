//! Words that every form of the report for people shares.

use super::number::{count, factor};
use crate::model::report::{Period, Report, Sources};

/// A vantage in plain words.
pub(super) fn vantage(value: Option<&str>) -> &str {
    match value {
        Some("nat-inside") => "counted inside the gateway",
        Some("clients") => "counted at its clients",
        Some("nat-split") => "counted at the gateway, services estimated",
        Some("nat-outside") => "counted outside the gateway: an upper bound",
        Some(other) => other,
        None => "no record shows it",
    }
}

/// Names and reasons come from tags and logs: whatever could steer a terminal or reorder a line is made visible.
pub(super) fn clean(text: &str) -> String {
    let steers = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// The observed time, or why there is none.
pub(super) fn time_range(report: &Report) -> String {
    match (&report.period.start, &report.period.end) {
        (Some(start), Some(end)) => format!("{start} .. {end}"),
        _ if report.ledger.records == 0 => "no record".to_owned(),
        _ => "no record has a time".to_owned(),
    }
}

/// How the observed time is scaled to a month.
pub(super) fn scale(period: &Period) -> String {
    let Period { observed_hours, month_hours, month_factor, .. } = period;
    match month_factor {
        Some(by) => format!(
            "{} h observed, x {} to a month of {month_hours} h",
            count((*observed_hours).into()),
            factor(*by)
        ),
        None => "No hour observed: nothing can be scaled to a month.".to_owned(),
    }
}

/// The data the answer rests on.
pub(super) fn sources(sources: &Sources) -> String {
    let mut told = format!("Prices of {}", sources.price_book_date);
    if let Some(file) = &sources.price_override {
        told = format!("{told}, overridden by {file}");
    }
    told = format!("{told}; ip-ranges of {}", sources.ip_ranges_date);
    match &sources.inventory {
        Some(directory) => told = format!("{told}; inventory {directory}"),
        None => told.push_str("; no inventory"),
    }
    told
}
