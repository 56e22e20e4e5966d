//! The walk over keys and the bodies that break, with stores made up.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;

use super::failure::Failure;
use super::get::{Body, Origin, Whole};
use super::partition::{Level, NameHours, key_hours, level};
use super::walk::{Ask, Entry, Page, Pages, Taker, Walk};

/// A bucket of these keys, in pages of three.
struct Bucket {
    keys: Vec<String>,
    asked: Vec<Ask>,
}

impl Pages for Bucket {
    fn page(&mut self, ask: &Ask) -> Result<Page, Failure> {
        const PAGE: usize = 3;
        self.asked.push(ask.clone());
        if ask.prefix.contains("denied") {
            return Err(Failure::lasting("access denied"));
        }
        let after = ask.token.as_ref().or(ask.start_after.as_ref());
        let mut page = Page::default();
        let mut last = String::new();
        for key in &self.keys {
            let Some(rest) = key.strip_prefix(&ask.prefix) else { continue };
            if after.is_some_and(|after| key <= after) {
                continue;
            }
            let folder = rest.split_once('/').filter(|_| ask.by_folder);
            let folder = folder.map(|(name, _)| format!("{}{name}/", ask.prefix));
            if folder.is_some() && folder.as_ref() == page.folders.last() {
                last.clone_from(key);
                continue;
            }
            if page.entries.len() + page.folders.len() == PAGE {
                page.next = Some(last);
                break;
            }
            match folder {
                Some(folder) => page.folders.push(folder),
                None => page.entries.push(Entry { key: key.clone(), size_bytes: 1, etag: None }),
            }
            last.clone_from(key);
        }
        Ok(page)
    }
}

#[derive(Default)]
struct Taken {
    keys: Vec<(String, bool)>,
    failed: Vec<String>,
}

impl Taker for Taken {
    fn take(&mut self, entry: Entry, explicit: bool) -> bool {
        self.keys.push((entry.key, explicit));
        true
    }

    fn failed(&mut self, prefix: &str, failure: Failure) {
        self.failed.push(format!("{prefix}: {failure}"));
    }
}

fn walk(keys: &[&str], prefix: &str, period: Option<(i64, i64)>) -> (Taken, Vec<Ask>) {
    let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    keys.sort();
    let mut bucket = Bucket { keys, asked: Vec::new() };
    let mut taken = Taken::default();
    let hours = NameHours::new(period.map(|period| period.0), period.map(|period| period.1));
    let mut walk = Walk { pages: &mut bucket, taker: &mut taken, hours };
    assert!(walk.input(prefix).is_ok(), "the taker wants all");
    (taken, bucket.asked)
}

fn names(taken: &Taken) -> Vec<&str> {
    taken.keys.iter().map(|(key, _)| key.rsplit('/').next().unwrap_or(key)).collect()
}

/// 2026-03-10T00:00:00Z.
const MIDNIGHT: i64 = 1_773_100_800;
const ROOT: &str = "logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1/";

#[test]
fn levels_are_those_of_the_layout() {
    assert_eq!(level("logs/"), Level::Outside);
    assert_eq!(level("logs/AWSLogs"), Level::Outside, "no whole folder yet");
    assert_eq!(level("AWSLogs/"), Level::Account);
    assert_eq!(level("AWSLogs/o-abc/"), Level::Account);
    assert_eq!(level("AWSLogs/o-abc/111122223333/"), Level::Service);
    assert_eq!(level("AWSLogs/111122223333/vpcflowlogs/"), Level::Region);
    assert_eq!(level("AWSLogs/111122223333/CloudTrail/"), Level::Foreign);
    let root = ROOT.to_owned();
    assert_eq!(level(&format!("{ROOT}2026/03/")), Level::Dated { root, is_hive: false });
    let hive = "AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/aws-region=eu-west-1/";
    assert_eq!(level(hive), Level::Dated { root: hive.to_owned(), is_hive: true });
}

#[test]
fn a_key_tells_its_hours() {
    let hour =
        |key: &str| key_hours(key).map(|hours| (hours.first - MIDNIGHT / 3_600, hours.end - hours.first));
    assert_eq!(hour("2026/03/10/a.gz"), Some((0, 24)));
    assert_eq!(hour("2026/03/10/07/a.gz"), Some((7, 1)));
    assert_eq!(hour("year=2026/month=03/day=11/hour=01/a.gz"), Some((25, 1)));
    assert_eq!(hour("2026/03/10/1_vpcflowlogs_eu-west-1_fl-1_20260310T2355Z_0a.log.gz"), Some((23, 1)));
    assert_eq!(hour("2026/13/10/a.gz"), None);
    assert_eq!(hour("a.gz"), None);
}

#[test]
fn only_days_of_the_period_are_listed() {
    let keys: Vec<String> = (1..=28).map(|day| format!("{ROOT}2026/03/{day:02}/{day:02}.gz")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (taken, asked) = walk(&keys, "", Some((MIDNIGHT, MIDNIGHT + 86_400)));
    // The evening before, for records that start early in an object; the day after, for late ones.
    assert_eq!(names(&taken), ["09.gz", "10.gz", "11.gz"]);
    let listed: Vec<&Ask> = asked.iter().filter(|ask| ask.prefix == ROOT).collect();
    assert_eq!(listed.len(), 2, "one page of three days, and the one that shows the end");
    assert!(walk(&keys, "", None).0.keys.len() == 28, "without a period all are listed");
}

#[test]
fn hours_in_front_of_the_period_are_leapt_over() {
    let mut keys: Vec<String> =
        (0..24).map(|hour| format!("{ROOT}2026/03/10/{hour:02}/{hour:02}.gz")).collect();
    keys.push(format!("{ROOT}2026/03/12/05/late.gz"));
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (taken, asked) = walk(&keys, ROOT, Some((MIDNIGHT + 22 * 3_600, MIDNIGHT + 23 * 3_600)));
    assert_eq!(names(&taken), ["21.gz", "22.gz", "23.gz"]);
    assert!(asked.len() <= 3, "{asked:?}");
}

#[test]
fn names_of_a_day_are_not_in_order_of_time() {
    let key = |log: &str, time: &str| {
        format!("{ROOT}2026/03/10/1_vpcflowlogs_eu-west-1_fl-{log}_20260310T{time}Z_0a.log.gz")
    };
    let keys = [key("a", "0100"), key("a", "0900"), key("b", "0110"), key("b", "0955")];
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (taken, _) = walk(&keys, ROOT, Some((MIDNIGHT + 9 * 3_600, MIDNIGHT + 10 * 3_600)));
    assert_eq!(taken.keys.len(), 2, "{:?}", taken.keys);
}

#[test]
fn other_services_are_not_listed_and_other_layouts_are_listed_whole() {
    let keys = [
        "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/10/trail.json.gz",
        "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/03/10/flows.gz",
        "AWSLogs/o-1/222233334444/vpcflowlogs/eu-west-1/2026/03/10/org.gz",
        "firehose/2026/03/10/05/stream-1",
        "readme",
    ];
    let (taken, asked) = walk(&keys, "", None);
    assert_eq!(names(&taken), ["readme", "flows.gz", "org.gz", "stream-1"]);
    assert!(!asked.iter().any(|ask| ask.prefix.contains("CloudTrail")));
}

#[test]
fn a_name_is_first_of_all_itself() {
    let keys = ["a/log", "a/log.gz", "a/log/b", "ab"];
    let (taken, _) = walk(&keys, "a/log", None);
    assert_eq!(taken.keys, [("a/log".to_owned(), true)]);
    assert_eq!(names(&walk(&keys, "a", None).0), ["log", "log.gz", "b"], "a folder");
    assert_eq!(names(&walk(&keys, "a/lo", None).0), ["log", "log.gz", "b"], "what begins so");
}

#[test]
fn what_cannot_be_listed_is_named_and_the_rest_is_read() {
    let (taken, _) = walk(&["denied/a", "fine/b"], "", None);
    assert_eq!(names(&taken), ["b"]);
    assert_eq!(taken.failed, ["denied/: access denied"]);
}

/// An object whose bodies are as planned: each a number of bytes, and how it ends.
struct Flaky {
    content: Vec<u8>,
    plan: Mutex<VecDeque<Plan>>,
    /// Ranges are answered with the whole object.
    knows_no_ranges: bool,
}

enum Plan {
    Refused(Failure),
    Breaks(usize),
    Ends(usize),
}

struct FlakyBody {
    position: usize,
    rest: Vec<u8>,
    breaks: bool,
}

impl Origin for Flaky {
    type Body = FlakyBody;

    async fn open(&self, from: u64) -> Result<FlakyBody, Failure> {
        let from = if self.knows_no_ranges { 0 } else { usize::try_from(from).expect("small") };
        let next = self.plan.lock().expect("one thread").pop_front();
        let (count, breaks) = match next {
            Some(Plan::Refused(failure)) => return Err(failure),
            Some(Plan::Breaks(count)) => (count, true),
            Some(Plan::Ends(count)) => (count, false),
            None => (usize::MAX, false),
        };
        let end = from.saturating_add(count).min(self.content.len());
        Ok(FlakyBody { position: from, rest: self.content[from..end].to_vec(), breaks })
    }
}

impl Body for FlakyBody {
    fn position(&self) -> u64 {
        self.position as u64
    }

    async fn next(&mut self) -> Option<Result<Bytes, String>> {
        if self.rest.is_empty() {
            return self.breaks.then(|| Err("reset".to_owned()));
        }
        let count = self.rest.len().min(3);
        self.position += count;
        let rest = self.rest.split_off(count);
        Some(Ok(Bytes::from(std::mem::replace(&mut self.rest, rest))))
    }
}

fn read(content: &[u8], plan: Vec<Plan>, knows_no_ranges: bool) -> Result<Vec<u8>, Failure> {
    let origin = Flaky { content: content.to_vec(), plan: Mutex::new(plan.into()), knows_no_ranges };
    let mut whole = Whole::new(origin, content.len() as u64);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut read = Vec::new();
        while let Some(bytes) = whole.next().await? {
            read.extend_from_slice(&bytes);
        }
        Ok(read)
    })
}

#[test]
fn a_body_that_breaks_is_taken_up_where_it_broke() {
    let content: Vec<u8> = (0..100).collect();
    let plan = || {
        vec![
            Plan::Breaks(10),
            Plan::Refused(Failure::passing("slow down")),
            Plan::Breaks(0),
            Plan::Ends(33),
            Plan::Breaks(4),
        ]
    };
    assert_eq!(read(&content, plan(), false), Ok(content.clone()));
    // 10 bytes, then nothing new until a body is longer than that.
    assert_eq!(read(&content, plan(), true), Ok(content.clone()));
    assert_eq!(read(&content, Vec::new(), false), Ok(content));
}

#[test]
fn what_does_not_pass_ends_it_at_once_and_what_does_not_end_is_given_up() {
    let content = [7; 20];
    let gone = || Failure::lasting("deleted");
    assert_eq!(read(&content, vec![Plan::Breaks(5), Plan::Refused(gone())], false), Err(gone()));
    let hopeless = (0..50).map(|_| Plan::Breaks(0)).collect();
    let given_up = read(&content, hopeless, false).expect_err("no byte ever comes");
    assert!(given_up.text.contains("given up at byte 0 of 20"), "{given_up}");
    // Requests that come to nothing were sent several times each: the second in a row is the last.
    let refused = |count| (0..count).map(|_| Plan::Refused(Failure::passing("slow down"))).collect();
    assert_eq!(read(&content, refused(1), false), Ok(content.to_vec()));
    assert!(read(&content, refused(2), false).is_err());
    // Bytes that come count as progress.
    assert_eq!(read(&content, (0..20).map(|_| Plan::Breaks(1)).collect(), false), Ok(content.to_vec()));
}
