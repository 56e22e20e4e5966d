//! Whether clients are let through to endpoints: security groups on both sides, network ACLs, and records of those turned away.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use super::gateway::has_route;
use super::{Case, Checker, Found, Severity, say, some, word};
use crate::classify::atlas::is_private;
use crate::inventory::{
    GroupRule, InterfaceKind, NetworkInterface, RouteDestination, RouteTarget, VpcEndpoint, VpcEndpointType,
};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

/// The port of AWS's services.
const HTTPS: u16 = 443;
/// A port that answers go to: within the range that every system draws from.
const DRAWN_PORT: u16 = 50_000;

pub(super) fn check(checker: &mut Checker<'_>) {
    rejected(checker);
    let inbound = ["describe-vpc-endpoints", "describe-security-groups", "describe-network-interfaces"];
    if !checker.lacks("endpoint-group-closed", &inbound) {
        groups(checker);
    }
    if !checker.lacks(
        "endpoint-acl-closed",
        &["describe-vpc-endpoints", "describe-network-acls", "describe-subnets"],
    ) {
        acls(checker);
    }
    let outbound = [
        "describe-vpc-endpoints",
        "describe-security-groups",
        "describe-network-interfaces",
        "describe-route-tables",
    ];
    if !checker.lacks("egress-lacks-prefix-list", &outbound) {
        egress(checker);
    }
}

/// Whether an interface speaks for itself, and so may be a client.
pub(super) fn may_be_client(interface: &NetworkInterface) -> bool {
    // `available` is an interface's word for attached to nothing.
    matches!(interface.kind, InterfaceKind::Ordinary | InterfaceKind::Lambda)
        && interface.status != "available"
}

/// How descriptions begin of interfaces of services that answer, and hardly ever ask: no rule need let them out.
const SERVERS: [&str; 3] = ["RDSNetworkInterface", "ElastiCache ", "EFS mount target "];

impl<'c> Case<'c> {
    /// Interfaces of a VPC that may be clients.
    pub(super) fn clients_in(&self, vpc: &str) -> impl Iterator<Item = &'c NetworkInterface> {
        let all = self.inventory().network_interfaces.iter();
        all.filter(move |interface| interface.vpc_id.as_deref() == Some(vpc) && may_be_client(interface))
    }

    fn groups_of(&self, id: &str) -> &'c [String] {
        self.inventory().setup.groups_of.get(id).map_or(&[], Vec::as_slice)
    }

    /// The inbound rules of a resource's groups; `None` where a group or its rules are not known.
    fn ingress_of(&self, id: &str) -> Option<Vec<&'c GroupRule>> {
        self.rules_of(id, true)
    }

    fn rules_of(&self, id: &str, inbound: bool) -> Option<Vec<&'c GroupRule>> {
        let groups = self.groups_of(id);
        let known = &self.inventory().setup.group_rules;
        let mut rules = Vec::new();
        for group in groups {
            let found = known.get(group)?;
            rules.extend(if inbound { found.ingress.as_ref()? } else { found.egress.as_ref()? });
        }
        (!groups.is_empty()).then_some(rules)
    }

    /// Whether a rule lets an interface in: by its addresses, its groups or a prefix list.
    fn admits(&self, rule: &GroupRule, client: &NetworkInterface) -> bool {
        let holds = |block: &IpNet| client.addresses.iter().any(|address| block.contains(address));
        let listed = |list: &String| {
            let lists = self.inventory().prefix_lists.iter();
            // A list whose entries are not known may hold it.
            lists
                .filter(|known| known.prefix_list_id == *list)
                .all(|known| known.entries.as_ref().is_none_or(|entries| entries.iter().any(holds)))
        };
        rule.blocks.iter().any(holds)
            || rule.groups.iter().any(|group| self.groups_of(&client.interface_id).contains(group))
            || rule.prefix_lists.iter().any(listed)
    }

    /// Whether an endpoint's groups let a client in; `None` where that is not known.
    fn group_admits(&self, endpoint: &VpcEndpoint, client: &NetworkInterface) -> Option<bool> {
        let rules = self.ingress_of(&endpoint.vpc_endpoint_id)?;
        Some(rules.iter().any(|rule| rule.is_for(HTTPS) && self.admits(rule, client)))
    }

    /// Whether an endpoint's groups are known not to let a client in: an interface, or an address.
    fn shuts_out(&self, endpoint: &VpcEndpoint, client: &str) -> bool {
        if let Some(interface) = self.topology.interface(client) {
            return self.group_admits(endpoint, interface) == Some(false);
        }
        let (Ok(address), Some(rules)) =
            (client.parse::<std::net::IpAddr>(), self.ingress_of(&endpoint.vpc_endpoint_id))
        else {
            return false;
        };
        // Which groups and lists it is in is not known.
        !rules.iter().filter(|rule| rule.is_for(HTTPS)).any(|rule| {
            !rule.groups.is_empty()
                || !rule.prefix_lists.is_empty()
                || rule.blocks.iter().any(|block| block.contains(&address))
        })
    }
}

fn rejected(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-rejects-clients";
    let case = checker.case;
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    if !case.has_logs() {
        return checker.skip(RULE, say::no_logs());
    }
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        let attempts = case.rejected_at(endpoint);
        if attempts.is_empty() {
            continue;
        }
        let records: u64 = attempts.iter().map(|attempt| attempt.records).sum();
        let closed: Vec<&str> = attempts
            .iter()
            .map(|attempt| attempt.client.as_str())
            .filter(|client| case.shuts_out(endpoint, client))
            .collect();
        let groups = case.groups_of(&endpoint.vpc_endpoint_id);
        let reason = if closed.is_empty() {
            say::not_group()
        } else {
            say::group_closed(some(groups.iter().map(String::as_str)), some(closed.iter().copied()))
        };
        let bytes = case.bytes_through(endpoint);
        let passing: BTreeSet<&str> = case
            .flows_through(endpoint)
            .filter(|flow| flow.volume.0 > 0 && flow.volume.1 > 0)
            .filter_map(|flow| flow.client.interface_id.as_deref())
            .collect();
        let all_pass = attempts.iter().all(|attempt| passing.contains(attempt.client.as_str()));
        let tries: Vec<Wording> =
            attempts.iter().map(|attempt| say::tries(&attempt.client, attempt.records)).collect();
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: match (bytes, all_pass) {
                (0, _) => Severity::Critical,
                (_, false) => Severity::High,
                (_, true) => Severity::Low,
            },
            seen: true,
            title: if all_pass {
                format!(
                    "Some attempts at port 443 of the {} endpoint are rejected, of clients that get through",
                    endpoint.service
                )
            } else {
                format!("Clients are turned away at port 443 of the {} endpoint", endpoint.service)
            },
            evidence: say::rejects(records, say::some_of(&tries), reason, grouped(bytes)),
            fix: if closed.is_empty() { say::look_elsewhere() } else { let_in(case, endpoint, &closed) },
            loss: None,
        });
    }
}

/// The command that opens an endpoint's group to the VPC of its clients.
fn let_in(case: &Case<'_>, endpoint: &VpcEndpoint, clients: &[&str]) -> Wording {
    let group = case.groups_of(&endpoint.vpc_endpoint_id).first().map_or("GROUP_ID", String::as_str);
    let subnets = clients.iter().filter_map(|client| case.topology.interface(client)?.subnet_id.as_deref());
    let own = subnets
        .filter_map(|subnet| case.topology.subnet(subnet))
        .filter_map(|subnet| subnet.cidrs.iter().find(|block| matches!(block, IpNet::V4(_))))
        .map(ToString::to_string);
    // Of whom only the address is known: it alone.
    let others = clients
        .iter()
        .filter_map(|client| client.parse::<std::net::Ipv4Addr>().ok())
        .map(|address| format!("{address}/32"));
    let blocks: BTreeSet<String> = own.chain(others).collect();
    let vpc = case.inventory().vpcs.iter().find(|vpc| vpc.vpc_id == endpoint.vpc_id);
    let whole = vpc.and_then(|vpc| vpc.cidrs.first()).map_or_else(|| "CIDR".to_owned(), ToString::to_string);
    let blocks = if blocks.is_empty() { BTreeSet::from([whole]) } else { blocks };
    let commands = blocks.iter().map(|block| {
        format!(
            "aws ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port 443 --cidr {}",
            word(group),
            word(block)
        )
    });
    Wording::same(commands.collect::<Vec<_>>().join(" && "))
}

fn groups(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-group-closed";
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        if case.ingress_of(&endpoint.vpc_endpoint_id).is_none() {
            checker.skip(RULE, say::no_groups(&endpoint.vpc_endpoint_id));
            continue;
        }
        let clients: Vec<_> = case.clients_in(&endpoint.vpc_id).collect();
        let shut_out: Vec<&str> = clients
            .iter()
            .filter(|client| case.group_admits(endpoint, client) == Some(false))
            .map(|client| client.interface_id.as_str())
            .collect();
        // Records of those turned away say it better.
        if shut_out.is_empty() || !case.rejected_at(endpoint).is_empty() {
            continue;
        }
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::Info,
            seen: false,
            title: format!(
                "The security groups of the {} endpoint do not let {} of {} interfaces of its VPC in",
                endpoint.service,
                shut_out.len(),
                clients.len()
            ),
            evidence: say::no_inbound(
                some(case.groups_of(&endpoint.vpc_endpoint_id).iter().map(String::as_str)),
                some(shut_out.iter().copied()),
            ),
            fix: let_in(case, endpoint, &shut_out),
            loss: None,
        });
    }
}

fn acls(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-acl-closed";
    let case = checker.case;
    let known = &case.inventory().setup.network_acls;
    for endpoint in case.endpoints_of(VpcEndpointType::Interface) {
        let homes: BTreeSet<&str> =
            case.clients_in(&endpoint.vpc_id).filter_map(|client| client.subnet_id.as_deref()).collect();
        for subnet in &endpoint.subnet_ids {
            let Some((acl_id, acl)) = known.iter().find(|(_, acl)| acl.subnet_ids.contains(subnet)) else {
                checker.skip(RULE, say::no_acl(subnet));
                continue;
            };
            let passes = |egress: bool, port: u16, block: &IpNet| {
                let fits = acl.entries.iter().find(|entry| {
                    let ports = entry.tcp && (entry.ports.0..=entry.ports.1).contains(&port);
                    entry.egress == egress && ports && entry.block.is_some_and(|held| held.contains(block))
                });
                fits.is_some_and(|entry| entry.allow)
            };
            // Inside one subnet no ACL is asked.
            let stopped: Vec<&str> = homes
                .iter()
                .filter(|home| *home != subnet)
                .filter_map(|home| case.topology.subnet(home))
                .filter(|home| {
                    let blocks = home.cidrs.iter().filter(|block| matches!(block, IpNet::V4(_)));
                    blocks
                        .into_iter()
                        .any(|block| !passes(false, HTTPS, block) || !passes(true, DRAWN_PORT, block))
                })
                .map(|home| home.subnet_id.as_str())
                .collect();
            if stopped.is_empty() {
                continue;
            }
            checker.add(Found {
                rule: RULE,
                resource: acl_id.clone(),
                severity: Severity::Info,
                seen: false,
                title: format!(
                    "The network ACL of {subnet} stops clients of the {} endpoint",
                    endpoint.service
                ),
                evidence: say::acl_closed(some(stopped.iter().copied())),
                fix: say::open_acl(word(acl_id)),
                loss: None,
            });
        }
    }
}

/// Source: "Gateway endpoints", AWS PrivateLink guide: outbound rules must allow traffic to the service, by its prefix list for one.
fn egress(checker: &mut Checker<'_>) {
    const RULE: &str = "egress-lacks-prefix-list";
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Gateway) {
        let lists = prefix_lists_of(case, endpoint);
        let list = lists.first().copied().unwrap_or("PREFIX_LIST_ID");
        let mut closed: BTreeMap<&[String], Vec<&NetworkInterface>> = BTreeMap::new();
        for client in case.clients_in(&endpoint.vpc_id) {
            let table = case.topology.route_table(&endpoint.vpc_id, client.subnet_id.as_deref());
            let is_server = SERVERS.iter().any(|start| client.description.starts_with(start));
            if is_server || !table.is_some_and(|table| has_route(table, endpoint)) {
                continue;
            }
            let groups = case.groups_of(&client.interface_id);
            let named = || some(groups.iter().map(String::as_str));
            let Some(rules) = case.rules_of(&client.interface_id, false) else {
                if !groups.is_empty() {
                    checker.skip(RULE, say::groups_unknown(named()));
                }
                continue;
            };
            let rules: Vec<&GroupRule> = rules.into_iter().filter(|rule| rule.is_for(HTTPS)).collect();
            match lets_out(case, &rules, &lists) {
                Some(true) => {}
                Some(false) => closed.entry(groups).or_default().push(client),
                None => checker.skip(RULE, say::entries_unknown(named(), list)),
            }
        }
        for (groups, clients) in closed {
            let tried: u64 = clients.iter().map(|client| case.rejected_to(client, &endpoint.service)).sum();
            checker.add(Found {
                rule: RULE,
                resource: groups.first().cloned().unwrap_or_default(),
                severity: Severity::High,
                seen: tried > 0,
                title: format!(
                    "No outbound rule lets clients reach {} through the gateway endpoint",
                    endpoint.service
                ),
                evidence: say::no_outbound(
                    some(groups.iter().map(String::as_str)),
                    some(clients.iter().map(|client| client.interface_id.as_str())),
                    list,
                    tried,
                ),
                fix: Wording::same(format!(
                    "aws ec2 authorize-security-group-egress --group-id {} --ip-permissions \
                     IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds='[{{PrefixListId={}}}]'",
                    word(groups.first().map_or("GROUP_ID", String::as_str)),
                    word(list)
                )),
                loss: None,
            });
        }
    }
}

/// The prefix lists that routes to an endpoint are for, and the one of its service's name.
fn prefix_lists_of<'c>(case: &Case<'c>, endpoint: &VpcEndpoint) -> BTreeSet<&'c str> {
    let routes = case.inventory().route_tables.iter().flat_map(|table| &table.routes);
    let led_to = routes.filter_map(|route| match (&route.destination, &route.target) {
        (RouteDestination::PrefixList(list), RouteTarget::VpcEndpoint(id))
            if *id == endpoint.vpc_endpoint_id =>
        {
            Some(list.as_str())
        }
        _ => None,
    });
    let named = case.inventory().prefix_lists.iter();
    let named = named.filter(|list| list.name.as_deref() == Some(&endpoint.service_name));
    led_to.chain(named.map(|list| list.prefix_list_id.as_str())).collect()
}

/// Whether rules let out to one of these lists, or their blocks hold all of its entries together; `None` where that hangs on
/// entries that are not known.
fn lets_out(case: &Case<'_>, rules: &[&GroupRule], lists: &BTreeSet<&str>) -> Option<bool> {
    let entries_of = |id: &str| {
        let known = case.inventory().prefix_lists.iter().find(|known| known.prefix_list_id == id);
        known.and_then(|known| known.entries.as_ref())
    };
    let named: BTreeSet<&str> =
        rules.iter().flat_map(|rule| &rule.prefix_lists).map(String::as_str).collect();
    if !named.is_disjoint(lists) {
        return Some(true);
    }
    let mut blocks: Vec<IpNet> = rules.iter().flat_map(|rule| &rule.blocks).copied().collect();
    blocks.extend(named.iter().filter_map(|list| entries_of(list)).flatten());
    let held: Vec<IpNet> =
        IpNet::aggregate(&blocks).into_iter().filter(|block| matches!(block, IpNet::V4(_))).collect();
    let everything = held.iter().any(|block| block.prefix_len() == 0);
    let wanted: Vec<&IpNet> = lists
        .iter()
        .filter_map(|list| entries_of(list))
        .flatten()
        .filter(|block| matches!(block, IpNet::V4(_)))
        .collect();
    let all =
        !wanted.is_empty() && wanted.iter().all(|entry| held.iter().any(|block| block.contains(*entry)));
    if everything || all {
        return Some(true);
    }
    // Public blocks may be the service's.
    let may_hold = wanted.is_empty() && held.iter().any(|block| !is_private(block));
    let unknown = named.iter().any(|list| entries_of(list).is_none());
    (!may_hold && !unknown).then_some(false)
}
