//! Unix seconds, hours, and how they are written.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeZone, Utc};

/// Seconds of one bucket.
pub const BUCKET_SECONDS: i64 = 3_600;
/// Hours of one UTC day.
pub const DAY_HOURS: u32 = 24;
/// How near the hour's border a row must start for its other view to be sought beyond it: the longest aggregation window
/// and a minute.
pub const SEAM_SECONDS: i64 = 660;
/// Hours a month is taken to have where the period is not a calendar month; AWS's own calculators use it.
pub const MONTH_HOURS: u64 = 730;
/// The first second taken as a plausible record time, 2010-01-01: VPC itself is younger.
pub const EARLIEST_PLAUSIBLE: i64 = 1_262_304_000;
/// The first second no longer taken as plausible, 2100-01-01.
pub const LATEST_PLAUSIBLE: i64 = 4_102_444_800;

/// One UTC hour, counted from 1970. [`Bucket::NONE`] stands for rows without a plausible time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub u32);

impl Bucket {
    /// Rows whose time is missing or impossible.
    pub const NONE: Self = Self(0);

    /// The hour of a plausible time, else `None`.
    pub fn of(seconds: i64) -> Option<Self> {
        if !Self::has(seconds) {
            return None;
        }
        u32::try_from(seconds / BUCKET_SECONDS).ok().map(Self)
    }

    /// Whether a time is plausible, so that it has an hour.
    #[inline]
    pub fn has(seconds: i64) -> bool {
        (EARLIEST_PLAUSIBLE..LATEST_PLAUSIBLE).contains(&seconds)
    }

    /// First second.
    pub fn start(self) -> i64 {
        i64::from(self.0) * BUCKET_SECONDS
    }

    /// The UTC day it is in, in days since 1970; `None` for [`Bucket::NONE`].
    pub fn day(self) -> Option<u32> {
        (self != Self::NONE).then_some(self.0 / DAY_HOURS)
    }

    /// First second of the next bucket.
    pub fn end(self) -> i64 {
        self.start() + BUCKET_SECONDS
    }
}

/// A run of so many hours without any record is taken as quiet; a longer one as not observed. AWS writes NODATA rows for
/// quiet interfaces, but filtered and converted logs lose them.
pub const LONGEST_QUIET_HOURS: u32 = 24;

/// The hours that were observed: those with records, and quiet ones between them. `asked`, the period asked for (first hour,
/// first hour no longer in it), counts whole where the records reach to within [`LONGEST_QUIET_HOURS`] of both its ends.
pub fn observed_hours(with_records: &BTreeSet<Bucket>, asked: Option<(Bucket, Bucket)>) -> BTreeSet<Bucket> {
    let mut observed = with_records.clone();
    let (Some(first), Some(last)) = (with_records.first(), with_records.last()) else { return observed };
    let mut fill = |from: Bucket, to: Bucket| {
        if to.0.saturating_sub(from.0) <= LONGEST_QUIET_HOURS {
            observed.extend((from.0..to.0).map(Bucket));
        }
    };
    for (hour, next) in with_records.iter().zip(with_records.iter().skip(1)) {
        fill(Bucket(hour.0 + 1), *next);
    }
    if let Some((from, to)) = asked {
        fill(from, *first);
        fill(Bucket(last.0 + 1), to);
    }
    observed
}

/// RFC 3339 in UTC, such as `2026-03-10T00:00:00Z`.
pub fn rfc3339(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .map_or_else(|| seconds.to_string(), |t| t.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A day since 1970 as `YYYY-MM-DD`.
pub fn date_of_day(day: u32) -> String {
    rfc3339(i64::from(day) * i64::from(DAY_HOURS) * BUCKET_SECONDS)
        .chars()
        .take_while(|c| *c != 'T')
        .collect()
}

/// The number of hours of the calendar month that `start..end` is exactly, else `None`.
pub fn calendar_month_hours(start: i64, end: i64) -> Option<u64> {
    let first = DateTime::<Utc>::from_timestamp(start, 0)?;
    let month_start = Utc.with_ymd_and_hms(first.year(), first.month(), 1, 0, 0, 0).single()?;
    let month_end = month_start.checked_add_months(Months::new(1))?;
    (first == month_start && month_end.timestamp() == end)
        .then(|| u64::try_from((end - start) / BUCKET_SECONDS).ok())
        .flatten()
}

/// Reads a moment a user typed: RFC 3339 (`2026-03-10T06:00:00Z`), a date and time without zone (UTC), a date
/// (midnight UTC), or Unix seconds.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn parse_moment(text: &str) -> Result<i64, String> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.timestamp());
    }
    for format in ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(time) = chrono::NaiveDateTime::parse_from_str(text, format) {
            return Ok(time.and_utc().timestamp());
        }
    }
    if let Some(time) =
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0))
    {
        return Ok(time.and_utc().timestamp());
    }
    if text.len() > 4
        && let Ok(seconds) = text.parse::<i64>()
    {
        return Ok(seconds);
    }
    Err(format!(
        "`{text}` is not a time: write 2026-03-10, 2026-03-10T06:00:00Z (UTC), or Unix seconds such as 1773100800"
    ))
}

/// Milliseconds are told from seconds by size: anything past this many "seconds" (the year 5138) is read as
/// milliseconds. Such rows exist in the field.
const MILLISECONDS_FROM: i64 = 100_000_000_000;

/// A record time in seconds, whichever unit it was written in.
pub const fn seconds_of(value: i64) -> i64 {
    if value >= MILLISECONDS_FROM { value / 1_000 } else { value }
}
