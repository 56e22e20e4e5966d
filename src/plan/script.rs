//! The plan as scripts for the AWS CLI, in POSIX shell: `apply.sh` adds, `remove.sh` takes away, `undo.sh` reverses both.
//!
//! They ask nothing, may be run again, and write down what they did. What is static in them stands in `shell/`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{
    ADVICE_TAG, Association, Destination, Endpoint, Gone, Group, MADE_BY_TAG, Need, Place, Removal, Way,
};

/// What the script makes is tagged with.
const MADE_BY: &str = "script";
/// Description of security groups; it cannot be changed later.
pub(super) const GROUP_DESCRIPTION: &str = "Clients of interface endpoints, by flowtoll";
/// Description of their rules.
pub(super) const RULE_DESCRIPTION: &str = "HTTPS from clients";

/// Functions with an empty line between each two. A script has those that it uses.
const FUNCTIONS: &str = include_str!("shell/functions.sh");
const UNDO: &str = include_str!("shell/undo.sh");

/// A text as one word of a shell. A NUL ends a word, and no word can hold one: it goes.
pub(super) fn word(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', r"'\''"))
}

fn words<'t>(texts: impl IntoIterator<Item = &'t String>) -> String {
    texts.into_iter().map(|text| word(text)).collect::<Vec<_>>().join(" ")
}

fn json_word(value: &Value) -> String {
    word(&value.to_string())
}

/// A remark on one line.
fn remark(out: &mut String, text: &str) {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(out, "# {text}");
}

/// A whole script: what it is for, the functions that it uses, its commands.
fn script(place: &Place, what: &str, commands: &str) -> String {
    let mut out = String::from("#!/bin/sh\n");
    let account = place.account.as_deref().map_or_else(String::new, |account| format!("account {account}, "));
    remark(&mut out, &format!("Written by flowtoll plan, for {account}Region {}.", place.region));
    out.push_str("#\n");
    for line in what.lines() {
        remark(&mut out, line);
    }
    if has_signs(place) {
        // Names from tags; in single quotes they are text, and meant so.
        out.push_str("# shellcheck disable=SC2016\n");
    }
    out.push_str("set -eu\n\n");
    let _ = writeln!(out, "account={}", word(place.account.as_deref().unwrap_or_default()));
    let _ = writeln!(out, "region={}", word(&place.region));
    out.push_str("state=${1:-$(dirname -- \"$0\")/flowtoll-state.tsv}\n\n");
    for function in functions(commands) {
        let _ = writeln!(out, "{}\n", function.trim_end());
    }
    out.push_str("check_account\n");
    out.push_str(commands);
    out
}

/// Whether a name has something in it that a shell would replace outside of single quotes.
fn has_signs(place: &Place) -> bool {
    let mut names =
        place.endpoints.iter().map(|made| &made.name).chain(place.groups.iter().map(|made| &made.name));
    names.any(|name| name.contains(['$', '`']))
}

/// The functions that commands use, and those that these use, in the order they are defined.
fn functions(commands: &str) -> Vec<&'static str> {
    let all: Vec<(&str, &str)> =
        FUNCTIONS.split("\n\n").filter_map(|text| Some((name_of(text)?, text))).collect();
    let calls = |text: &str, name: &str| {
        // Remarks call nothing.
        let text: String =
            text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| [line, "\n"]).collect();
        let plain = |c: char| c == '_' || c.is_ascii_alphanumeric();
        text.match_indices(name)
            .any(|(at, _)| !text[..at].ends_with(plain) && !text[at + name.len()..].starts_with(plain))
    };
    let mut used = vec![false; all.len()];
    let mut waiting = vec![commands, "check_account"];
    while let Some(text) = waiting.pop() {
        for (place, (name, function)) in all.iter().enumerate() {
            if !used[place] && calls(text, name) {
                used[place] = true;
                waiting.push(function);
            }
        }
    }
    all.into_iter().zip(used).filter_map(|((_, text), used)| used.then_some(text)).collect()
}

/// The name of a function, from its text with the remarks above it.
fn name_of(text: &str) -> Option<&str> {
    text.lines().find(|line| !line.starts_with('#'))?.split_once("()").map(|(name, _)| name)
}

/// `apply.sh`.
pub(super) fn apply(place: &Place) -> String {
    let what = "Adds what the plan adds, and takes nothing away: remove.sh does that, undo.sh reverses both. What carries the tags of\n\
                this plan is there already and is left as it is. Ids go to the state file. RATIONALE.md says why all this.\n\
                Usage: sh apply.sh [STATE-FILE]";
    let mut out = String::new();
    let mut made: Vec<bool> = vec![false; place.groups.len()];
    for endpoint in &place.endpoints {
        if let Way::Interface { group, .. } = endpoint.way
            && !std::mem::replace(&mut made[group], true)
        {
            security_group(&mut out, group, &place.groups[group]);
        }
        new_endpoint(&mut out, endpoint);
    }
    for association in &place.associations {
        associate(&mut out, association);
    }
    out.push_str("\nsay \"done; undo.sh takes it back as $state says\"\n");
    script(place, what, &out)
}

fn filters(pairs: &[(&str, &str)]) -> String {
    let filter = |(name, value): &(&str, &str)| json!({ "Name": name, "Values": [value] });
    json_word(&Value::Array(pairs.iter().map(filter).collect()))
}

fn tags(kind: &str, name: &str, advice: &str) -> String {
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let tags = json!([tag("Name", name), tag(ADVICE_TAG, advice), tag(MADE_BY_TAG, MADE_BY)]);
    json_word(&json!([{ "ResourceType": kind, "Tags": tags }]))
}

fn security_group(out: &mut String, number: usize, group: &Group) {
    let variable = format!("group_{number}");
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for block in &group.blocks {
        match block {
            ipnet::IpNet::V4(block) => {
                v4.push(json!({ "CidrIp": block.to_string(), "Description": RULE_DESCRIPTION }));
            }
            ipnet::IpNet::V6(block) => {
                v6.push(json!({ "CidrIpv6": block.to_string(), "Description": RULE_DESCRIPTION }));
            }
        }
    }
    let mut rule = json!({ "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443 });
    for (key, blocks) in [("IpRanges", v4), ("Ipv6Ranges", v6)] {
        if !blocks.is_empty() {
            rule[key] = Value::Array(blocks);
        }
    }
    out.push('\n');
    remark(out, &format!("{}: 443 from the clients", group.advice_id));
    let filters = filters(&[
        ("vpc-id", &group.vpc),
        ("group-name", &group.name),
        (&format!("tag:{ADVICE_TAG}"), &group.advice_id),
    ]);
    let _ = write!(
        out,
        "found=$(group_of {filters})\n\
         split_found \"$found\"\n\
         {variable}=$id rules=${{found##*[!0-9]}}\n\
         if [ -z \"${variable}\" ]; then\n  \
           {variable}=$(ec2 create-security-group --group-name {} \\\n    \
             --description {} --vpc-id {} \\\n    \
             --tag-specifications {} \\\n    \
             --query GroupId --output text)\n  \
           maker={MADE_BY} rules=0\n\
         fi\n\
         [ \"$maker\" != {MADE_BY} ] || remember security-group \"${variable}\" -\n\
         if [ \"$rules\" = 0 ]; then\n  \
           ec2 authorize-security-group-ingress --group-id \"${variable}\" \\\n    \
             --ip-permissions {} >/dev/null\n\
         fi\n\
         show \"${variable}\" {}\n",
        word(&group.name),
        word(GROUP_DESCRIPTION),
        word(&group.vpc),
        tags("security-group", &group.name, &group.advice_id),
        json_word(&json!([rule])),
        word(&group.name),
    );
}

fn new_endpoint(out: &mut String, endpoint: &Endpoint) {
    out.push('\n');
    remark(out, &format!("{}: {}", endpoint.advice_id, endpoint.service));
    let filters = filters(&[
        ("vpc-id", &endpoint.vpc),
        ("service-name", &endpoint.service_name),
        (&format!("tag:{ADVICE_TAG}"), &endpoint.advice_id),
    ]);
    let (kind, way) = match &endpoint.way {
        Way::Gateway { route_tables } => {
            remark(out, "Open connections to it from subnets of these route tables can be cut for a moment.");
            ("Gateway", format!("--route-table-ids {}", words(route_tables)))
        }
        Way::Interface { subnets, group } => (
            "Interface",
            format!(
                "--private-dns-enabled \\\n    --subnet-ids {} \\\n    --security-group-ids \"$group_{group}\"",
                words(subnets)
            ),
        ),
    };
    let policy = endpoint.policy.as_ref();
    let policy =
        policy.map_or_else(String::new, |policy| format!("    --policy-document {} \\\n", json_word(policy)));
    let _ = write!(
        out,
        "found=$(endpoint_of {filters})\n\
         split_found \"$found\"\n\
         if [ -z \"$id\" ]; then\n  \
           id=$(ec2 create-vpc-endpoint --vpc-endpoint-type {kind} \\\n    \
             --vpc-id {} --service-name {} \\\n    \
             {way} \\\n\
         {policy}    \
             --tag-specifications {} \\\n    \
             --query VpcEndpoint.VpcEndpointId --output text)\n  \
           maker={MADE_BY}\n\
         fi\n\
         [ \"$maker\" != {MADE_BY} ] || remember endpoint \"$id\" -\n\
         await_endpoint \"$id\" available\n\
         show \"$id\" {}\n",
        word(&endpoint.vpc),
        word(&endpoint.service_name),
        tags("vpc-endpoint", &endpoint.name, &endpoint.advice_id),
        word(&endpoint.name),
    );
}

fn associate(out: &mut String, association: &Association) {
    out.push('\n');
    remark(out, &format!("{}: {}", association.advice_id, association.service));
    remark(out, "Open connections to it from subnets of these route tables can be cut for a moment.");
    for table in &association.route_tables {
        let _ = write!(
            out,
            "there=$(listed {endpoint} RouteTableIds {word})\n\
             if [ -z \"$there\" ]; then\n  \
               remember route-table {endpoint} {word}\n  \
               ec2 modify-vpc-endpoint --vpc-endpoint-id {endpoint} --add-route-table-ids {word} >/dev/null\n\
             fi\n\
             show {word} {endpoint}\n",
            endpoint = word(&association.endpoint),
            word = word(table),
        );
    }
}

/// `remove.sh`.
pub(super) fn remove(place: &Place) -> String {
    let what = "Takes away what the plan takes away: run it when what the plan adds has been seen to work. Nothing is\n\
                removed as long as something that must carry the traffic instead is not there. What is needed to make things again is kept beside the state file.\n\
                Usage: sh remove.sh [STATE-FILE]";
    let mut out = String::new();
    let needs: BTreeSet<&Need> = place.removals.iter().flat_map(|removal| &removal.needs).collect();
    if !needs.is_empty() {
        out.push('\n');
        remark(&mut out, "What must be there before anything goes.");
    }
    for need in needs {
        let tables = words(&need.route_tables);
        let line = format!("need_endpoint {} {} {tables}", word(&need.vpc), word(&need.service_name));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for removal in &place.removals {
        gone(&mut out, removal);
    }
    out.push_str("\nsay \"done; undo.sh takes it back as $state says\"\n");
    script(place, what, &out)
}

fn gone(out: &mut String, removal: &Removal) {
    out.push('\n');
    remark(out, &removal.advice_id);
    match &removal.what {
        Gone::Endpoints(endpoints) => {
            for (id, service) in endpoints {
                remark(out, service);
                let _ = writeln!(out, "remove_endpoint {}", word(id));
            }
        }
        Gone::Subnets { endpoint, service, subnets } => {
            remark(out, service);
            for subnet in subnets {
                let _ = writeln!(out, "leave_subnet {} {}", word(endpoint), word(subnet));
            }
        }
        Gone::NatGateway { nat, routes } => {
            for (table, destination) in routes {
                let (option, value, key) = match destination {
                    Destination::Block(block @ ipnet::IpNet::V4(_)) => {
                        ("--destination-cidr-block", block.to_string(), "DestinationCidrBlock")
                    }
                    Destination::Block(block @ ipnet::IpNet::V6(_)) => {
                        ("--destination-ipv6-cidr-block", block.to_string(), "DestinationIpv6CidrBlock")
                    }
                    Destination::PrefixList(list) => {
                        ("--destination-prefix-list-id", list.clone(), "DestinationPrefixListId")
                    }
                };
                let _ = writeln!(
                    out,
                    "remove_route {} {option} {} {} {key}",
                    word(table),
                    word(&value),
                    word(nat)
                );
            }
            let _ = writeln!(out, "remove_nat_gateway {}", word(nat));
        }
    }
}

/// `undo.sh`.
pub(super) fn undo(place: &Place) -> String {
    let what = "Reverses what apply.sh and remove.sh did, the last first, as the state file says. Resources that are made again have new\n\
                ids. What Terraform or CloudFormation made is theirs to take back.\n\
                Usage: sh undo.sh [STATE-FILE]";
    script(place, what, UNDO)
}
