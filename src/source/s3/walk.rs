//! Which keys are listed: those of the layout of AWS that may hold records of the period, all others whole.

use super::failure::Failure;
use super::partition::{Level, NameHours, is_flow_logs, key_hours, level};

/// Folders below an input that are looked into one by one, in search of `AWSLogs/`; what lies deeper is listed in one go.
const MAX_SEARCH_DEPTH: usize = 3;
/// Folders of one level that are looked into one by one.
const MAX_SEARCH_FOLDERS: usize = 50;

/// What is asked of a store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ask {
    /// What keys begin with.
    pub prefix: String,
    /// Folders are named instead of listed.
    pub by_folder: bool,
    /// Keys up to this one are left out.
    pub start_after: Option<String>,
    /// Where the page before ended.
    pub token: Option<String>,
}

/// One object of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub key: String,
    pub size_bytes: u64,
    pub etag: Option<String>,
}

/// A page of a listing.
#[derive(Debug, Clone, Default)]
pub(super) struct Page {
    pub entries: Vec<Entry>,
    pub folders: Vec<String>,
    /// What to ask for the next page with.
    pub next: Option<String>,
}

/// Gives pages.
pub(super) trait Pages {
    /// One page.
    fn page(&mut self, ask: &Ask) -> Result<Page, Failure>;
}

/// Takes objects; `false` ends the listing.
pub(super) trait Taker {
    /// One object, and whether it is the very one that was asked for.
    fn take(&mut self, entry: Entry, explicit: bool) -> bool;
    /// A part that cannot be listed.
    fn failed(&mut self, prefix: &str, failure: Failure);
}

/// Walks below one input.
pub(super) struct Walk<'w, P, T> {
    pub pages: &'w mut P,
    pub taker: &'w mut T,
    pub hours: NameHours,
}

/// Nobody takes more objects.
pub(super) struct Ended;

impl<P: Pages, T: Taker> Walk<'_, P, T> {
    /// Lists everything below an input: a folder, one object, or whatever begins so.
    pub fn input(&mut self, prefix: &str) -> Result<(), Ended> {
        if prefix.is_empty() || prefix.ends_with('/') {
            return self.folder(prefix, 0);
        }
        let folder = format!("{prefix}/");
        let (mut entries, mut folders) = (Vec::new(), Vec::new());
        let mut ask = Some(Ask { prefix: prefix.to_owned(), by_folder: true, ..Ask::default() });
        while let Some(page) = self.page(&mut ask) {
            entries.extend(page.entries);
            folders.extend(page.folders);
        }
        // Of a part of the names it cannot be told what the prefix is.
        if ask.is_some() {
            return Ok(());
        }
        // As in a file system, a name is first of all itself.
        if let Some(entry) = entries.iter().find(|entry| entry.key == prefix) {
            return self.give(entry.clone(), true);
        }
        if folders.contains(&folder) {
            return self.folder(&folder, 0);
        }
        for entry in entries {
            self.give(entry, false)?;
        }
        folders.iter().try_for_each(|folder| self.folder(folder, 1))
    }

    fn folder(&mut self, prefix: &str, depth: usize) -> Result<(), Ended> {
        match level(prefix) {
            Level::Dated { root, is_hive } => self.dated(&root, prefix, is_hive),
            Level::Outside if depth >= MAX_SEARCH_DEPTH => self.whole(prefix),
            // Another service's logs are listed only if they are asked for by name.
            Level::Foreign => self.whole(prefix),
            _ => self.children(prefix, depth),
        }
    }

    /// The folders of a level, and what lies beside them.
    fn children(&mut self, prefix: &str, depth: usize) -> Result<(), Ended> {
        let mut folders = Vec::new();
        let mut ask = Some(Ask { prefix: prefix.to_owned(), by_folder: true, ..Ask::default() });
        while let Some(page) = self.page(&mut ask) {
            for entry in page.entries {
                self.give(entry, false)?;
            }
            folders.extend(page.folders);
        }
        if ask.is_some() {
            return Ok(());
        }
        let is_outside = level(prefix) == Level::Outside;
        let is_service = level(prefix) == Level::Service;
        let is_crowd = is_outside && folders.len() > MAX_SEARCH_FOLDERS;
        for folder in folders {
            let name = folder[prefix.len()..].trim_end_matches('/');
            if is_service && !is_flow_logs(name) {
                continue;
            }
            if is_crowd && name != "AWSLogs" {
                self.whole(&folder)?;
            } else {
                self.folder(&folder, depth + 1)?;
            }
        }
        Ok(())
    }

    /// Every key that begins so.
    fn whole(&mut self, prefix: &str) -> Result<(), Ended> {
        let mut ask = Some(Ask { prefix: prefix.to_owned(), ..Ask::default() });
        while let Some(page) = self.page(&mut ask) {
            for entry in page.entries {
                self.give(entry, false)?;
            }
        }
        Ok(())
    }

    /// The days of a Region: keys are in order of time, so the listing begins at the first one that matters and ends behind the
    /// last.
    fn dated(&mut self, root: &str, prefix: &str, is_hive: bool) -> Result<(), Ended> {
        // The key in front of all of a folder.
        let before = |is_hourly| {
            let folders = self.hours.first_folders(is_hive, is_hourly)?;
            let start = format!("{root}{folders}");
            (start.as_str() > prefix).then_some(start)
        };
        let (by_day, by_hour) = (before(false), before(true));
        let mut ask = Some(Ask { prefix: prefix.to_owned(), start_after: by_day, ..Ask::default() });
        while let Some(page) = self.page(&mut ask) {
            let mut skipped_hours = false;
            for entry in page.entries {
                match entry.key.get(root.len()..).and_then(key_hours) {
                    Some(hours) if hours.folder >= self.hours.to => return Ok(()),
                    // Names within a day are in order of flow logs first.
                    Some(hours) if hours.first >= self.hours.to => skipped_hours = false,
                    Some(hours) if hours.end <= self.hours.from => skipped_hours = hours.is_hourly,
                    _ => {
                        skipped_hours = false;
                        self.give(entry, false)?;
                    }
                }
            }
            // The whole rest of the page was of hours that do not matter: leap over the others.
            if let (true, Some(start), Some(next)) = (skipped_hours, &by_hour, &mut ask) {
                next.start_after = Some(start.clone());
                next.token = None;
            }
        }
        Ok(())
    }

    /// The next page, and in `ask` what to ask for the one after it: nothing behind the last. A failure is told to the taker; then
    /// there is no page, and `ask` stays.
    fn page(&mut self, ask: &mut Option<Ask>) -> Option<Page> {
        let asked = ask.as_mut()?;
        match self.pages.page(asked) {
            Ok(mut page) => {
                asked.token = page.next.take();
                if asked.token.is_none() {
                    *ask = None;
                }
                Some(page)
            }
            Err(failure) => {
                self.taker.failed(&asked.prefix, failure);
                None
            }
        }
    }

    fn give(&mut self, entry: Entry, explicit: bool) -> Result<(), Ended> {
        // What consoles make to show an empty folder.
        if entry.key.ends_with('/') && entry.size_bytes == 0 {
            return Ok(());
        }
        if self.taker.take(entry, explicit) { Ok(()) } else { Err(Ended) }
    }
}
