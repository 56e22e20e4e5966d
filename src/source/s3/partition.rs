//! How AWS lays out the keys of logs, as far as it helps to list few of them.
//!
//! `[prefix/]AWSLogs/[o-org/]ACCOUNT/vpcflowlogs/REGION/YYYY/MM/DD/[HH/]object`, or, Hive-compatible,
//! `[prefix/]AWSLogs/[o-org/]aws-account-id=A/aws-service=vpcflowlogs/aws-region=R/year=Y/month=MM/day=DD/[hour=HH/]object`.
//!
//! Source: "Flow log files", VPC User Guide (AWS).

use chrono::{DateTime, NaiveDate};

/// Seconds of an hour.
const HOUR: i64 = 3_600;

/// An object named after a time holds records that start up to so many hours before it: one interval of aggregation, and some more.
pub(super) const EARLY_HOURS: i64 = 1;
/// Records may be delivered in an object that is named up to so many hours after they start.
pub(super) const LATE_HOURS: i64 = 24;

/// The hours that names of objects may have, of a period of records. Hours since 1970; the end is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameHours {
    pub from: i64,
    pub to: i64,
}

impl NameHours {
    /// Of records that start between two moments, Unix seconds.
    pub fn new(from: Option<i64>, to: Option<i64>) -> Self {
        let from = from.map_or(i64::MIN, |from| from.div_euclid(HOUR).saturating_sub(EARLY_HOURS));
        let to =
            to.map_or(i64::MAX, |to| to.saturating_add(HOUR - 1).div_euclid(HOUR).saturating_add(LATE_HOURS));
        Self { from, to }
    }

    /// What the keys of the first hour begin with, behind the Region: a day, and an hour where there are folders for them.
    pub fn first_folders(self, is_hive: bool, is_hourly: bool) -> Option<String> {
        let moment = DateTime::from_timestamp(self.from.checked_mul(HOUR)?, 0)?;
        let format = match (is_hive, is_hourly) {
            (false, false) => "%Y/%m/%d/",
            (false, true) => "%Y/%m/%d/%H/",
            (true, false) => "year=%Y/month=%m/day=%d/",
            (true, true) => "year=%Y/month=%m/day=%d/hour=%H/",
        };
        Some(moment.format(format).to_string())
    }
}

/// What a prefix is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Level {
    /// No layout of AWS, or not yet.
    Outside,
    /// `AWSLogs/` and below it, above the folders of services: accounts, organisations.
    Account,
    /// The services of an account.
    Service,
    /// The Regions of VPC flow logs.
    Region,
    /// The days of a Region.
    Dated {
        /// Up to the Region.
        root: String,
        /// `year=...` instead of a number.
        is_hive: bool,
    },
    /// Logs of another service of AWS.
    Foreign,
}

/// Finds the level of a prefix; only whole folders of it count.
pub(super) fn level(prefix: &str) -> Level {
    let folders: Vec<&str> = prefix.split('/').collect();
    // What follows the last slash is no folder yet.
    let folders = &folders[..folders.len() - 1];
    let Some(logs) = folders.iter().rposition(|folder| *folder == "AWSLogs") else { return Level::Outside };
    let mut below = &folders[logs + 1..];
    if below.first().is_some_and(|folder| folder.starts_with("o-")) {
        below = &below[1..];
    }
    match *below {
        [] => Level::Account,
        [_] => Level::Service,
        [_, service, ..] if !is_flow_logs(service) => Level::Foreign,
        [_, _] => Level::Region,
        [_, _, region, ..] => {
            let depth = folders.len() - below.len() + 3;
            let mut root = folders[..depth].join("/");
            root.push('/');
            Level::Dated { root, is_hive: region.starts_with("aws-region=") }
        }
    }
}

/// Whether a folder of an account holds VPC flow logs.
pub(super) fn is_flow_logs(folder: &str) -> bool {
    matches!(folder, "vpcflowlogs" | "aws-service=vpcflowlogs")
}

/// The hours that a key is of, from its folders behind the Region and, within a day, from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyHours {
    /// The first hour of its innermost folder of time; keys are in order of these.
    pub folder: i64,
    pub first: i64,
    /// Not part of it.
    pub end: i64,
    /// Whether there is a folder for the hour.
    pub is_hourly: bool,
}

/// Reads them; `below` is what follows the Region.
pub(super) fn key_hours(below: &str) -> Option<KeyHours> {
    let folders: Vec<&str> = below.split('/').collect();
    let [year, month, day, between @ .., name] = folders.as_slice() else { return None };
    let number = |folder: &str, key: &str| -> Option<u32> {
        let digits = folder.strip_prefix(key).unwrap_or(folder);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok()).flatten()
    };
    let (year, month, day) = (number(year, "year=")?, number(month, "month=")?, number(day, "day=")?);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() / HOUR;
    let hour = between.first().and_then(|folder| number(folder, "hour=")).filter(|hour| *hour < 24);
    let (hour, is_hourly) = match hour {
        Some(hour) => (Some(hour), true),
        None => (hour_of_name(name), false),
    };
    let first = midnight + i64::from(hour.unwrap_or(0));
    let end = if hour.is_some() { first + 1 } else { midnight + 24 };
    Some(KeyHours { folder: if is_hourly { first } else { midnight }, first, end, is_hourly })
}

/// The hour in `ACCOUNT_vpcflowlogs_REGION_FLOWLOGID_YYYYMMDDTHHmmZ_HASH...`.
fn hour_of_name(name: &str) -> Option<u32> {
    let time = name.split('_').nth(4)?;
    let is_time = time.len() == 14 && time.as_bytes()[8] == b'T' && time.ends_with('Z');
    is_time.then(|| time.get(9..11)?.parse().ok()).flatten().filter(|hour| *hour < 24)
}
