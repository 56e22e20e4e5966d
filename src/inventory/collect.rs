//! From files to one draft of every resource, and the problems met on the way.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::answer::{self, Answer};
use super::call::Call;
use super::draft::{Draft, Element, InterfaceDraft};
use super::model::{
    FlowLog, InventoryProblem, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};
use super::region::{account_in_path, region_in_path};
use super::setup::{Setup, bucket_in_path};

/// A file of an inventory directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InventoryFile {
    /// Path below the inventory directory, parts separated by `/`.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A resource with the folder its winning answer lies in.
#[derive(Debug)]
pub(super) struct Located<T> {
    pub(super) draft: Draft<T>,
    /// Folder of the file, empty for the top.
    pub(super) folder: String,
    /// Region named by the folder.
    pub(super) folder_region: Option<String>,
    /// Account named by the folder.
    pub(super) folder_account: Option<String>,
}

/// A prefix list while its answers come in.
#[derive(Debug, Default)]
pub(super) struct PrefixListParts {
    pub(super) name: Option<String>,
    /// Entries, and the folder that gave them.
    pub(super) entries: Option<(String, Vec<IpNet>)>,
    /// Folders it was seen in.
    pub(super) folders: BTreeSet<String>,
}

/// Resources by id; maps, because the later answer replaces the earlier one and all lists come out sorted.
#[derive(Debug, Default)]
pub(super) struct Collection {
    pub(super) vpcs: BTreeMap<String, Located<Vpc>>,
    pub(super) subnets: BTreeMap<String, Located<Subnet>>,
    pub(super) route_tables: BTreeMap<String, Located<RouteTable>>,
    pub(super) nat_gateways: BTreeMap<String, Located<NatGateway>>,
    pub(super) vpc_endpoints: BTreeMap<String, Located<VpcEndpoint>>,
    pub(super) interfaces: BTreeMap<String, Located<InterfaceDraft>>,
    pub(super) prefix_lists: BTreeMap<String, PrefixListParts>,
    pub(super) flow_logs: BTreeMap<String, FlowLog>,
    pub(super) security_groups: BTreeMap<String, Located<SecurityGroup>>,
    /// Tags by resource.
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    /// Folders that have an answer to a call, per call.
    pub(super) answered: BTreeMap<Call, BTreeSet<String>>,
    /// What only a check of the set-up asks for.
    pub(super) setup: Setup,
    pub(super) problems: Vec<InventoryProblem>,
    pub(super) files_read: usize,
    /// Lists that were cut short.
    pub(super) truncated: BTreeSet<Call>,
    /// Answers that end their list and answers that do not, by folder and call.
    pages: BTreeMap<(String, Call), Pages>,
}

/// How the pages of one list end.
#[derive(Debug, Default)]
struct Pages {
    finished: usize,
    /// Last file with a page that names a further one.
    unfinished: Option<String>,
}

impl Collection {
    /// Reads files in the order of their paths, whatever order they are given in.
    pub(super) fn of(files: impl IntoIterator<Item = InventoryFile>) -> Collection {
        let mut files: Vec<InventoryFile> =
            files.into_iter().filter(|file| is_candidate(&file.path)).collect();
        files.sort();
        let mut collection = Collection { files_read: files.len(), ..Collection::default() };
        for file in files {
            collection.add_file(&file);
        }
        collection.report_missing_pages();
        collection
    }

    fn add_file(&mut self, file: &InventoryFile) {
        let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        if let Some(bucket) = bucket_in_path(&file.path) {
            if let Err(advice) = self.setup.add_bucket_policy(bucket, &file.bytes) {
                self.problem(&file.path, advice);
            }
            return;
        }
        let (answer, damage) = answer::read(&file.bytes);
        let recognised = answer.is_recognised();
        let from = Source { path: &file.path, folder };
        self.add_answer(answer, &from);
        if let Some(damage) = damage {
            self.problem(&file.path, damage);
        } else if let Some(call) = Call::of_file_name(name).filter(|_| !recognised) {
            let advice = format!(
                "the file has no `{}` list; give it as `aws ec2 {} --output json` prints it, without `--query`",
                call.list_key(),
                call.stem()
            );
            self.problem(&file.path, advice);
        }
    }

    fn add_answer(&mut self, answer: Answer, from: &Source<'_>) {
        for error in &answer.errors {
            let advice = format!("AWS answered with an error ({error}); allow the call and run it again");
            self.problem(from.path, advice);
        }
        for call in answer.calls {
            self.mark_answered(call, from);
        }
        let page = |call| (from.folder.to_owned(), call);
        for call in answer.finished {
            self.pages.entry(page(call)).or_default().finished += 1;
        }
        for call in answer.unfinished {
            self.pages.entry(page(call)).or_default().unfinished = Some(from.path.to_owned());
        }
        for element in answer.elements {
            self.add_element(element, from);
        }
        for (resource, name, value) in answer.tags {
            self.tags.entry(resource).or_default().insert(name, value);
        }
        self.setup.append(answer.setup);
        for (list_id, entries) in answer.entries {
            self.add_entries(list_id, entries, from);
        }
        for sentence in answer.notes.into_sentences() {
            self.problem(from.path, sentence);
        }
    }

    fn add_element(&mut self, element: Element, from: &Source<'_>) {
        match element {
            Element::Vpc(draft) => keep(&mut self.vpcs, draft.item.vpc_id.clone(), from.locate(draft)),
            Element::Subnet(draft) => {
                keep(&mut self.subnets, draft.item.subnet_id.clone(), from.locate(draft));
            }
            Element::RouteTable(draft) => {
                keep(&mut self.route_tables, draft.item.route_table_id.clone(), from.locate(draft));
            }
            Element::NatGateway(draft) => {
                keep(&mut self.nat_gateways, draft.item.nat_gateway_id.clone(), from.locate(draft));
            }
            Element::VpcEndpoint(draft) => {
                keep(&mut self.vpc_endpoints, draft.item.vpc_endpoint_id.clone(), from.locate(draft));
            }
            Element::NetworkInterface(draft) => {
                keep(&mut self.interfaces, draft.item.interface.interface_id.clone(), from.locate(*draft));
            }
            Element::SecurityGroup(draft) => {
                keep(&mut self.security_groups, draft.item.group_id.clone(), from.locate(draft));
            }
            Element::FlowLog(flow_log) => {
                self.flow_logs.insert(flow_log.flow_log_id.clone(), flow_log);
            }
            Element::PrefixList(draft) => {
                let list = self.prefix_list(&draft.prefix_list_id, from);
                list.name = draft.name.or(list.name.take());
                if let Some(entries) = draft.entries {
                    self.add_entries(Some(draft.prefix_list_id), entries, from);
                }
            }
        }
    }

    fn prefix_list(&mut self, id: &str, from: &Source<'_>) -> &mut PrefixListParts {
        let list = self.prefix_lists.entry(id.to_owned()).or_default();
        list.folders.insert(from.folder.to_owned());
        list
    }

    /// Pages of a list lie in one folder and are put together; a later folder holds a later or another
    /// account's recording of the whole list, which replaces it.
    fn add_entries(&mut self, list_id: Option<String>, entries: Vec<IpNet>, from: &Source<'_>) {
        let Some(id) = list_id.or_else(|| prefix_list_in(from.path)) else {
            if !entries.is_empty() {
                let advice = "the entries do not say which prefix list they belong to; name the file \
                              `get-managed-prefix-list-entries.pl-0123.json` with the list's own id"
                    .to_owned();
                self.problem(from.path, advice);
            }
            return;
        };
        self.mark_answered(Call::PrefixListEntries, from);
        let list = self.prefix_list(&id, from);
        match &mut list.entries {
            Some((folder, known)) if folder == from.folder => known.extend(entries),
            other => *other = Some((from.folder.to_owned(), entries)),
        }
    }

    fn mark_answered(&mut self, call: Call, from: &Source<'_>) {
        self.answered.entry(call).or_default().insert(from.folder.to_owned());
    }

    fn problem(&mut self, path: &str, reason: String) {
        self.problems.push(InventoryProblem { object: path.to_owned(), reason });
    }

    /// A list whose every page names a next one was cut short (`--max-items`, or a page was not saved).
    fn report_missing_pages(&mut self) {
        for ((_, call), pages) in std::mem::take(&mut self.pages) {
            if let Some(path) = pages.unfinished.filter(|_| pages.finished == 0) {
                let advice = format!(
                    "the last page of `{}` is missing (a NextToken is left); run the call again without `--max-items`",
                    call.list_key()
                );
                self.problem(&path, advice);
                self.truncated.insert(call);
            }
        }
    }

    /// VPCs of a folder without a list of endpoints, where folders hold what accounts or Regions answered: where another one has
    /// both lists.
    pub(super) fn vpcs_without_endpoint_list(&self) -> BTreeSet<String> {
        let folders_of = |call| self.answered.get(&call).cloned().unwrap_or_default();
        let (vpcs, endpoints) = (folders_of(Call::Vpcs), folders_of(Call::VpcEndpoints));
        if vpcs.is_disjoint(&endpoints) {
            return BTreeSet::new();
        }
        let unlisted = self.vpcs.iter().filter(|(_, vpc)| !endpoints.contains(&vpc.folder));
        unlisted.map(|(id, _)| id.clone()).collect()
    }

    /// The calls of a kind that nobody answered, by stem; empty when there is no inventory at all.
    pub(super) fn missing_calls(&self, is_asked_for: impl Fn(Call) -> bool) -> Vec<String> {
        if self.files_read == 0 {
            return Vec::new();
        }
        let is_missing = |call: &Call| match call {
            // With a known and empty set of lists there are no entries to ask for.
            Call::PrefixListEntries => {
                let no_lists = self.answered.contains_key(&Call::PrefixLists) && self.prefix_lists.is_empty();
                !self.answered.contains_key(call) && !no_lists
            }
            _ => !self.answered.contains_key(call),
        };
        let missing = Call::ALL.into_iter().filter(|call| is_asked_for(*call)).filter(is_missing);
        missing.map(|call| call.stem().to_owned()).collect()
    }
}

/// Keeps the later answer. Where a resource lies does not change, so an earlier folder still tells it.
fn keep<T>(known: &mut BTreeMap<String, Located<T>>, id: String, mut later: Located<T>) {
    if let Some(earlier) = known.remove(&id) {
        later.folder_region = later.folder_region.or(earlier.folder_region);
        later.folder_account = later.folder_account.or(earlier.folder_account);
    }
    known.insert(id, later);
}

/// Where an answer comes from.
struct Source<'a> {
    path: &'a str,
    folder: &'a str,
}

impl Source<'_> {
    fn locate<T>(&self, draft: Draft<T>) -> Located<T> {
        Located {
            draft,
            folder: self.folder.to_owned(),
            folder_region: region_in_path(self.path).map(str::to_owned),
            folder_account: account_in_path(self.path).map(str::to_owned),
        }
    }
}

/// Whether a file is worth reading: JSON by its name, or named after a call. Hidden files are what editors,
/// file managers and interrupted calls leave behind.
fn is_candidate(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let named_after_call = ["describe-", "get-", "ec2."].iter().any(|prefix| name.starts_with(prefix));
    let json = name.to_ascii_lowercase().ends_with(".json");
    !name.starts_with('.') && (json || named_after_call)
}

/// The id of a prefix list in a path, the file name first and then its folders from the inside.
fn prefix_list_in(path: &str) -> Option<String> {
    path.rsplit('/').find_map(|part| {
        let starts = part.match_indices("pl-").map(|(at, _)| at);
        let whole = starts.filter(|&at| !part[..at].ends_with(|before: char| before.is_ascii_alphanumeric()));
        whole.map(|at| &part[at..]).find_map(|rest| {
            let length = 3 + rest[3..].bytes().take_while(u8::is_ascii_alphanumeric).count();
            (length > 3).then(|| rest[..length].to_owned())
        })
    })
}
