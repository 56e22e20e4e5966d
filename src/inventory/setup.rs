//! What only a check of the set-up asks for: tags, policies, security groups, network ACLs, attributes.
//!
//! It stands beside the resources and refers to them by id, because no byte and no cost depends on it.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use serde_json::Value;

use super::call::Call;
use super::value::{flag, items, string, text};

/// Facts about the set-up, by resource id.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Tags of VPCs, subnets, endpoints and instances, by resource.
    pub tags: BTreeMap<String, BTreeMap<String, String>>,
    /// Policy documents of endpoints, as text.
    pub endpoint_policies: BTreeMap<String, String>,
    /// Policy documents of buckets, as text, by bucket name.
    pub bucket_policies: BTreeMap<String, String>,
    /// Security groups of endpoints and network interfaces.
    pub groups_of: BTreeMap<String, Vec<String>>,
    /// Rules of security groups; both lists are in every answer of AWS.
    pub group_rules: BTreeMap<String, GroupRules>,
    /// Network ACLs.
    pub network_acls: BTreeMap<String, NetworkAcl>,
    /// `enableDnsSupport` and `enableDnsHostnames` of VPCs.
    pub dns: BTreeMap<String, VpcDns>,
    /// Instances.
    pub instances: BTreeMap<String, Instance>,
    /// Instances with an instance profile, by the associations' answer.
    pub instances_with_profile: BTreeSet<String>,
    /// How the delivery of flow logs goes.
    pub deliveries: BTreeMap<String, Delivery>,
}

/// The rules of one security group; `None` where the answer lacks the list.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct GroupRules {
    /// What may come in.
    pub ingress: Option<Vec<GroupRule>>,
    /// What may go out.
    pub egress: Option<Vec<GroupRule>>,
}

/// One rule of a security group.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct GroupRule {
    /// Whether it is for TCP (or for all protocols).
    pub tcp: bool,
    /// Ports, inclusive.
    pub ports: (u16, u16),
    /// Address blocks.
    pub blocks: Vec<IpNet>,
    /// Managed prefix lists.
    pub prefix_lists: Vec<String>,
    /// Security groups.
    pub groups: Vec<String>,
}

impl GroupRule {
    /// Whether it is for TCP to this port.
    pub fn is_for(&self, port: u16) -> bool {
        self.tcp && (self.ports.0..=self.ports.1).contains(&port)
    }
}

/// One network ACL.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct NetworkAcl {
    /// Its subnets.
    pub subnet_ids: Vec<String>,
    /// Its entries, by number.
    pub entries: Vec<AclEntry>,
}

/// One entry of a network ACL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AclEntry {
    /// Entries are tried in order of their numbers.
    pub number: u64,
    /// For what leaves the subnet.
    pub egress: bool,
    /// Whether it lets pass.
    pub allow: bool,
    /// Whether it is for TCP (or for all protocols).
    pub tcp: bool,
    /// Ports, inclusive.
    pub ports: (u16, u16),
    /// The far end.
    pub block: Option<IpNet>,
}

/// The DNS attributes of a VPC; `None` where not asked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct VpcDns {
    /// Whether the VPC's resolver answers.
    pub support: Option<bool>,
    /// Whether interfaces get DNS names; Private DNS needs both.
    pub hostnames: Option<bool>,
}

/// One instance.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The VPC it is in.
    pub vpc_id: Option<String>,
    /// Whether it runs.
    pub running: bool,
    /// Whether it has an instance profile.
    pub has_profile: bool,
}

/// How the delivery of a flow log goes.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Whether AWS says that the last delivery failed.
    pub failed: bool,
    /// AWS's reason, such as `Access error`.
    pub error: Option<String>,
}

/// What a bucket policy's file may be named or lie in.
const BUCKET_POLICY_FOLDER: &str = "bucket-policies";
const BUCKET_POLICY_FILE: &str = "get-bucket-policy";

/// The bucket whose policy a file holds: `bucket-policies/NAME.json`, `get-bucket-policy-NAME.json` or
/// `get-bucket-policy.NAME.json`.
pub(super) fn bucket_in_path(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = name.strip_suffix(".json")?;
    let in_folder = folder == BUCKET_POLICY_FOLDER || folder.ends_with("/bucket-policies");
    let named = stem.strip_prefix(BUCKET_POLICY_FILE).map(|rest| rest.trim_start_matches(['-', '.', '_']));
    named.or(in_folder.then_some(stem)).filter(|bucket| !bucket.is_empty())
}

impl Setup {
    /// Takes over what a later answer says.
    pub(super) fn append(&mut self, later: Setup) {
        self.tags.extend(later.tags);
        self.endpoint_policies.extend(later.endpoint_policies);
        self.bucket_policies.extend(later.bucket_policies);
        self.groups_of.extend(later.groups_of);
        self.group_rules.extend(later.group_rules);
        self.network_acls.extend(later.network_acls);
        for (vpc, dns) in later.dns {
            let known = self.dns.entry(vpc).or_default();
            known.support = dns.support.or(known.support);
            known.hostnames = dns.hostnames.or(known.hostnames);
        }
        self.instances.extend(later.instances);
        self.instances_with_profile.extend(later.instances_with_profile);
        self.deliveries.extend(later.deliveries);
    }

    /// Reads one element of the list `call` answers with.
    pub(super) fn read(&mut self, call: Call, object: &Value) {
        match call {
            Call::Vpcs => self.read_tags(object, "VpcId"),
            Call::Subnets => self.read_tags(object, "SubnetId"),
            Call::VpcEndpoints => self.read_endpoint(object),
            Call::NetworkInterfaces => self.read_groups(object, "NetworkInterfaceId"),
            Call::SecurityGroups => self.read_rules(object),
            Call::NetworkAcls => self.read_acl(object),
            Call::Instances => items(object, "Instances").iter().for_each(|found| self.read_instance(found)),
            Call::InstanceProfiles => {
                let gone = text(object, "State").is_some_and(|state| state.starts_with("disassociat"));
                self.instances_with_profile.extend(string(object, "InstanceId").filter(|_| !gone));
            }
            Call::FlowLogs => self.read_delivery(object),
            _ => {}
        }
    }

    /// Takes the answer of `describe-vpc-attribute`.
    pub(super) fn set_dns(&mut self, vpc_id: &str, attribute: &str, on: bool) {
        let known = self.dns.entry(vpc_id.to_owned()).or_default();
        match attribute {
            "EnableDnsSupport" => known.support = Some(on),
            _ => known.hostnames = Some(on),
        }
    }

    /// Takes a bucket's policy: the document itself, or the answer of `get-bucket-policy` around it.
    pub(super) fn add_bucket_policy(&mut self, bucket: &str, bytes: &[u8]) -> Result<(), String> {
        let wrong = |what: String| {
            format!(
                "{what}; give the policy of {bucket} as `aws s3api get-bucket-policy --bucket {bucket}` prints it"
            )
        };
        let value: Value =
            serde_json::from_slice(bytes).map_err(|error| wrong(format!("the file is not JSON, {error}")))?;
        let document = match value.get("Policy") {
            Some(Value::String(document)) => document.clone(),
            Some(document @ Value::Object(_)) => document.to_string(),
            _ if value.get("Statement").is_some() => value.to_string(),
            _ => return Err(wrong("the file has neither `Policy` nor `Statement`".to_owned())),
        };
        self.bucket_policies.insert(bucket.to_owned(), document);
        Ok(())
    }

    fn read_tags(&mut self, object: &Value, id: &str) {
        let Some(id) = string(object, id) else { return };
        let tags = items(object, "Tags").iter().chain(items(object, "TagSet"));
        let tags =
            tags.filter_map(|tag| Some((string(tag, "Key")?, string(tag, "Value").unwrap_or_default())));
        self.tags.insert(id, tags.collect());
    }

    fn read_groups(&mut self, object: &Value, id: &str) {
        let Some(id) = string(object, id) else { return };
        let groups = items(object, "Groups").iter().filter_map(|group| string(group, "GroupId"));
        self.groups_of.insert(id, groups.collect());
    }

    fn read_endpoint(&mut self, object: &Value) {
        self.read_tags(object, "VpcEndpointId");
        self.read_groups(object, "VpcEndpointId");
        let Some(id) = string(object, "VpcEndpointId") else { return };
        match object.get("PolicyDocument") {
            Some(Value::String(document)) if !document.trim().is_empty() => {
                self.endpoint_policies.insert(id, document.clone());
            }
            // Some tools print the document as JSON in JSON.
            Some(document @ Value::Object(_)) => {
                self.endpoint_policies.insert(id, document.to_string());
            }
            _ => {}
        }
    }

    fn read_rules(&mut self, object: &Value) {
        let Some(id) = string(object, "GroupId") else { return };
        let rules = |key: &str| {
            object.get(key)?.as_array().map(|list| list.iter().map(group_rule).collect::<Vec<_>>())
        };
        let rules = GroupRules { ingress: rules("IpPermissions"), egress: rules("IpPermissionsEgress") };
        self.group_rules.insert(id, rules);
    }

    fn read_acl(&mut self, object: &Value) {
        let Some(id) = string(object, "NetworkAclId") else { return };
        let subnet_ids = items(object, "Associations").iter().filter_map(|found| string(found, "SubnetId"));
        let mut entries: Vec<AclEntry> = items(object, "Entries").iter().map(acl_entry).collect();
        entries.sort_by_key(|entry| entry.number);
        self.network_acls.insert(id, NetworkAcl { subnet_ids: subnet_ids.collect(), entries });
    }

    fn read_instance(&mut self, object: &Value) {
        self.read_tags(object, "InstanceId");
        let Some(id) = string(object, "InstanceId") else { return };
        let state = object.get("State").and_then(|state| text(state, "Name")).unwrap_or("running");
        let instance = Instance {
            vpc_id: string(object, "VpcId"),
            running: state == "running",
            has_profile: object.get("IamInstanceProfile").is_some_and(Value::is_object),
        };
        self.instances.insert(id, instance);
    }

    fn read_delivery(&mut self, object: &Value) {
        let Some(id) = string(object, "FlowLogId") else { return };
        let failed =
            text(object, "DeliverLogsStatus").is_some_and(|status| status.eq_ignore_ascii_case("FAILED"));
        let error = string(object, "DeliverLogsErrorMessage");
        self.deliveries.insert(id, Delivery { failed, error });
    }
}

/// All ports, as rules for all protocols have them.
const ALL_PORTS: (u16, u16) = (0, u16::MAX);

/// Whether a protocol, as names and numbers have it, is TCP or all.
fn is_tcp(protocol: Option<&str>) -> bool {
    protocol.is_none_or(|protocol| matches!(protocol, "-1" | "6" | "tcp" | "TCP" | "all"))
}

fn ports(object: &Value, from: &str, to: &str) -> Option<(u16, u16)> {
    let port = |key: &str| object.get(key)?.as_i64();
    match (port(from)?, port(to)?) {
        (-1, _) | (_, -1) => Some(ALL_PORTS),
        (from, to) => Some((u16::try_from(from).ok()?, u16::try_from(to).ok()?)),
    }
}

fn group_rule(object: &Value) -> GroupRule {
    let protocol = text(object, "IpProtocol");
    let all = protocol == Some("-1");
    let block = |list: &str, key: &str| -> Vec<IpNet> {
        items(object, list).iter().filter_map(|range| text(range, key)?.parse().ok()).collect()
    };
    let mut blocks = block("IpRanges", "CidrIp");
    blocks.extend(block("Ipv6Ranges", "CidrIpv6"));
    let listed =
        |list: &str, key: &str| items(object, list).iter().filter_map(|item| string(item, key)).collect();
    GroupRule {
        tcp: is_tcp(protocol),
        ports: ports(object, "FromPort", "ToPort").filter(|_| !all).unwrap_or(ALL_PORTS),
        blocks,
        prefix_lists: listed("PrefixListIds", "PrefixListId"),
        groups: listed("UserIdGroupPairs", "GroupId"),
    }
}

fn acl_entry(object: &Value) -> AclEntry {
    let range = object.get("PortRange");
    let block = ["CidrBlock", "Ipv6CidrBlock"].into_iter().find_map(|key| text(object, key)?.parse().ok());
    AclEntry {
        number: object.get("RuleNumber").and_then(Value::as_u64).unwrap_or(u64::MAX),
        egress: flag(object, "Egress").unwrap_or(false),
        allow: text(object, "RuleAction").is_some_and(|action| action.eq_ignore_ascii_case("allow")),
        tcp: is_tcp(text(object, "Protocol")),
        ports: range.and_then(|range| ports(range, "From", "To")).unwrap_or(ALL_PORTS),
        block,
    }
}
