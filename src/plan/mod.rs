//! The plan as files that people review and run: Terraform, CloudFormation, scripts for the AWS CLI, and the reasons in sentences.
//!
//! A report's plan is first brought into a small model of what is to be made, changed and removed in each account and Region
//! (`design`). Each dialect writes that model down in a file of its own; none looks at the report again but the one for people.
//!
//! Nothing from logs, tags or the inventory reaches a file unquoted. Ids that do not look like AWS's are refused before:
//! a tool may read them as an option or as the name of a file, however they are quoted.

mod cloudformation;
mod design;
mod hcl;
mod ids;
mod policy;
mod rationale;
mod script;
mod terraform;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::check::NamePattern;
use crate::inventory::Inventory;
use crate::model::plan::Action;
use crate::model::report::Report;
use crate::render::text::Lang;

pub use ids::{is_bucket_name, is_table_name};

/// Tag of everything that is made: the advice that it carries out.
pub const ADVICE_TAG: &str = "flowtoll:advice";
/// Tag of everything that is made: which of the files made it.
pub const MADE_BY_TAG: &str = "flowtoll:made-by";

/// What a user asks for beside the report.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// How endpoints are named.
    pub names: NamePattern,
    /// Environment of VPCs whose tags do not tell it.
    pub environment: Option<String>,
    /// Buckets that S3 endpoints are limited to; empty for an open policy.
    pub buckets: Vec<String>,
    /// Tables that DynamoDB endpoints are limited to; empty for an open policy.
    pub tables: Vec<String>,
    /// Language of the reasons.
    pub lang: Lang,
}

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFile {
    /// Path below the output directory, with `/`.
    pub path: String,
    /// What is in it.
    pub text: String,
    /// Whether it is a program.
    pub is_program: bool,
}

/// A plan as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The files, by path.
    pub files: Vec<PlanFile>,
    /// Advice that could not be brought into files, and why.
    pub left_out: Vec<LeftOut>,
}

/// Writes the plan of a report down.
pub fn write(report: &Report, inventory: &Inventory, wishes: &Wishes) -> Written {
    let design = design::design(report, inventory, wishes);
    let dns = inventory.setup.dns.iter();
    let dns_off = dns.filter(|(_, dns)| dns.support == Some(false) || dns.hostnames == Some(false));
    let dns_off = dns_off.map(|(vpc, _)| vpc.clone()).collect();
    let page = rationale::rationale(report, &design, wishes, &dns_off);
    let mut files = vec![file("RATIONALE.md".to_owned(), page, false)];
    for place in &design.places {
        let folder = &place.folder;
        if place.makes_anything() {
            files.push(file(format!("{folder}/terraform/main.tf"), terraform::terraform(place), false));
            files.push(file(format!("{folder}/cli/apply.sh"), script::apply(place), true));
        }
        if !place.endpoints.is_empty() {
            let template = cloudformation::template(place);
            files.push(file(format!("{folder}/cloudformation/template.json"), template, false));
        }
        if !place.removals.is_empty() {
            files.push(file(format!("{folder}/cli/remove.sh"), script::remove(place), true));
        }
        files.push(file(format!("{folder}/cli/undo.sh"), script::undo(place), true));
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Written { files, left_out: design.left_out }
}

fn file(path: String, text: String, is_program: bool) -> PlanFile {
    PlanFile { path, text, is_program }
}

impl LeftOut {
    /// What is not known, in a sentence.
    pub fn text(&self) -> String {
        format!("{}: {}", self.advice_id, rationale::lack(Lang::En, &self.why, str::to_owned))
    }
}

/// What is to be done, by account and Region.
#[derive(Debug, Clone, Default, PartialEq)]
struct Design {
    places: Vec<Place>,
    left_out: Vec<LeftOut>,
}

/// Advice that could not be brought into files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its id.
    pub advice_id: String,
    /// What is not known.
    pub why: Lack,
}

/// What a change lacks to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The VPC is not known, or the NAT gateway is in none that is.
    Vpc,
    /// The Region is not known.
    Region,
    /// No route table of the clients is known.
    RouteTables,
    /// A zone has no subnet that is known.
    Subnets,
    /// The address blocks of the clients are not known.
    Clients,
    /// The resource that is to be changed is not in the inventory.
    Resource(String),
    /// An id or name that is not one of AWS's.
    NotAnId(String),
    /// It goes only after another that is left out.
    Other(String),
    /// A central endpoint needs hosted zones in the other VPCs; then these endpoints can go.
    HostedZones(Vec<String>),
    /// A NAT gateway that cannot be made again from what is known: regional, or with several addresses.
    NatGateway(String),
}

/// One account and Region.
#[derive(Debug, Clone, Default, PartialEq)]
struct Place {
    account: Option<String>,
    region: String,
    /// Folder of its files.
    folder: String,
    /// Security groups of new interface endpoints.
    groups: Vec<Group>,
    endpoints: Vec<Endpoint>,
    associations: Vec<Association>,
    removals: Vec<Removal>,
}

impl Place {
    fn has_anything(&self) -> bool {
        self.makes_anything() || !self.removals.is_empty()
    }

    fn makes_anything(&self) -> bool {
        !self.endpoints.is_empty() || !self.associations.is_empty()
    }
}

/// A security group that lets the clients of new endpoints in.
#[derive(Debug, Clone, PartialEq)]
struct Group {
    advice_id: String,
    /// Word that stands for it in templates.
    label: String,
    vpc: String,
    name: String,
    /// Blocks that may reach port 443, sorted.
    blocks: Vec<ipnet::IpNet>,
}

/// A new endpoint.
#[derive(Debug, Clone, PartialEq)]
struct Endpoint {
    advice_id: String,
    action: Action,
    label: String,
    vpc: String,
    /// Short name.
    service: String,
    /// Full name.
    service_name: String,
    /// Value of the `Name` tag.
    name: String,
    /// Whether the environment in it is known, or not asked for.
    has_environment: bool,
    way: Way,
    /// Policy document; `None` for AWS's own, which is open.
    policy: Option<Value>,
    /// Labels of endpoints that must be there before.
    after: Vec<String>,
}

/// How an endpoint is reached.
#[derive(Debug, Clone, PartialEq)]
enum Way {
    /// By routes of these tables.
    Gateway { route_tables: Vec<String> },
    /// By an interface in each of these subnets.
    Interface {
        subnets: Vec<String>,
        /// Place in [`Place::groups`].
        group: usize,
    },
}

/// More route tables for a gateway endpoint that is there.
#[derive(Debug, Clone, PartialEq)]
struct Association {
    advice_id: String,
    label: String,
    endpoint: String,
    service: String,
    route_tables: Vec<String>,
}

/// Something that goes.
#[derive(Debug, Clone, PartialEq)]
struct Removal {
    advice_id: String,
    what: Gone,
    /// Gateway endpoints that must carry the bytes before: VPC, full service name, route tables.
    needs: Vec<Need>,
}

/// An endpoint that must be there before something goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    vpc: String,
    service_name: String,
    /// Route tables that must lead to it; empty for an interface endpoint.
    route_tables: Vec<String>,
}

/// What goes.
#[derive(Debug, Clone, PartialEq)]
enum Gone {
    /// Interface endpoints: id and short name of the service.
    Endpoints(Vec<(String, String)>),
    /// Subnets of an interface endpoint.
    Subnets { endpoint: String, service: String, subnets: Vec<String> },
    /// A NAT gateway with the routes to it: route table and destination.
    NatGateway { nat: String, routes: Vec<(String, Destination)> },
}

/// Destination of a route, as the AWS CLI asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Destination {
    Block(ipnet::IpNet),
    PrefixList(String),
}

/// Labels that no two things of a place share.
#[derive(Debug, Default)]
struct Labels(BTreeSet<String>);

impl Labels {
    /// A label of lower-case letters, digits and `_` that begins with a letter.
    fn of(&mut self, words: &[&str]) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        let joined: String = words.join("_").chars().map(plain).collect();
        let label = if joined.starts_with(|c: char| c.is_ascii_alphabetic()) {
            joined
        } else {
            format!("x_{joined}")
        };
        let mut free = label.clone();
        let mut number = 2;
        // Without `_`, which logical ids of CloudFormation cannot have.
        while !self.0.insert(free.replace('_', "")) {
            free = format!("{label}_{number}");
            number += 1;
        }
        free
    }
}
