//! Gateway endpoints: absent, not associated, without a route, or gone while a route still leads to them.
//!
//! Source: "Gateway endpoints", AWS PrivateLink guide: free of charge, used by route tables that have a route from the service's
//! prefix list to the endpoint, which AWS adds to every table the endpoint is associated with.

use std::collections::BTreeSet;

use super::traffic::Toll;
use super::{Case, Checker, Found, Severity, say, some, word, words};
use crate::advise::GATEWAY_SERVICES;
use crate::inventory::{RouteDestination, RouteTable, RouteTarget, VpcEndpoint, VpcEndpointType, is_gone};
use crate::model::quantity::grouped;
use crate::model::wording::Wording;

pub(super) fn check(checker: &mut Checker<'_>) {
    absent(checker);
    let calls = ["describe-vpc-endpoints", "describe-route-tables"];
    if !checker.lacks("gateway-endpoint-not-routed", &calls) {
        not_routed(checker);
    }
    if !checker.lacks("gateway-endpoint-route-missing", &calls) {
        route_missing(checker);
    }
    if !checker.lacks("gateway-endpoint-blackhole", &calls) {
        blackhole(checker);
    }
    state(checker);
}

impl<'c> Case<'c> {
    /// The subnets that a route table serves: its own, and for the main table those without one.
    pub(super) fn subnets_of_table(&self, table: &RouteTable) -> BTreeSet<&'c str> {
        let subnets = self.inventory().subnets.iter().filter(|subnet| subnet.vpc_id == table.vpc_id);
        subnets
            .map(|subnet| subnet.subnet_id.as_str())
            .filter(|subnet| {
                self.topology
                    .route_table(&table.vpc_id, Some(subnet))
                    .is_some_and(|found| found.route_table_id == table.route_table_id)
            })
            .collect()
    }

    /// Route tables of a VPC.
    pub(super) fn tables(&self, vpc: &str) -> impl Iterator<Item = &'c RouteTable> {
        self.inventory().route_tables.iter().filter(move |table| table.vpc_id == vpc)
    }

    /// Whether subnets of a VPC lead to its NAT gateways without a route to a gateway endpoint for `service`.
    pub(super) fn leads_to_nat(&self, vpc: &str, service: &str) -> bool {
        let endpoints: Vec<&VpcEndpoint> = self.topology.gateway_endpoints(vpc, service).collect();
        self.tables(vpc).any(|table| {
            matches!(self.topology.way_out(table), Some(RouteTarget::NatGateway(_)))
                && !endpoints.iter().any(|endpoint| has_route(table, endpoint))
                && !self.subnets_of_table(table).is_empty()
        })
    }

    /// Whether a VPC is shared with the account whose answers these are: none of the interfaces there is of the VPC's owner.
    /// Participants do not see the owner's endpoints.
    /// Source: "Responsibilities and permissions for owners and participants", Amazon VPC User Guide.
    pub(super) fn is_shared_with_us(&self, vpc: &str) -> bool {
        let Some(owner) = self.topology.account_of_vpc(vpc) else { return false };
        let interfaces = self.inventory().network_interfaces.iter();
        let mut accounts = interfaces
            .filter(|interface| interface.vpc_id.as_deref() == Some(vpc))
            .filter_map(|interface| interface.account_id.as_deref())
            .peekable();
        accounts.peek().is_some()
            && accounts.all(|account| account != owner)
            && !self.inventory().vpc_endpoints.iter().any(|endpoint| endpoint.vpc_id == vpc)
    }

    /// Why the endpoints of a VPC may be others than the inventory's.
    fn endpoints_unknown(&self, vpc: &str) -> Option<Wording> {
        if self.inventory().vpcs_without_endpoint_list.contains(vpc) {
            return Some(say::no_endpoint_list(vpc));
        }
        self.is_shared_with_us(vpc).then(|| say::of_the_owner(vpc))
    }

    /// What NAT gateways take for a service's bytes from these subnets.
    fn toll_from(&self, vpc: &str, service: &str, subnets: &BTreeSet<&str>) -> Toll {
        self.toll(self.gateway_flows(vpc, service).filter(|flow| Case::is_from(flow, subnets)))
    }
}

/// Whether a table has an active prefix-list route to an endpoint.
pub(super) fn has_route(table: &RouteTable, endpoint: &VpcEndpoint) -> bool {
    table.routes.iter().any(|route| route.active && leads_to(&route.target, endpoint))
}

fn leads_to(target: &RouteTarget, endpoint: &VpcEndpoint) -> bool {
    matches!(target, RouteTarget::VpcEndpoint(id) if *id == endpoint.vpc_endpoint_id)
}

/// How toll is told in evidence.
pub(super) fn told(toll: &Toll, what: &Wording) -> Wording {
    if toll.bytes == 0 {
        say::no_toll(what)
    } else {
        say::toll(grouped(toll.bytes), what, some(toll.via.iter().map(String::as_str)))
    }
}

/// A loss, where there is something to lose.
fn loss(toll: &Toll) -> Option<rust_decimal::Decimal> {
    toll.month.filter(|_| toll.bytes > 0)
}

fn absent(checker: &mut Checker<'_>) {
    const RULE: &str = "gateway-endpoint-absent";
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    let case = checker.case;
    for vpc in case.vpcs() {
        for service in GATEWAY_SERVICES {
            if case.topology.gateway_endpoints(vpc, service).next().is_some() {
                continue;
            }
            if let Some(reason) = case.endpoints_unknown(vpc) {
                checker.skip(RULE, reason);
                continue;
            }
            let toll = case.toll(case.gateway_flows(vpc, service));
            let tables: Vec<&str> = case
                .tables(vpc)
                .filter(|table| {
                    !matches!(case.topology.way_out(table), Some(RouteTarget::InternetGateway(_)))
                })
                .map(|table| table.route_table_id.as_str())
                .collect();
            checker.add(Found {
                rule: RULE,
                resource: vpc.to_owned(),
                severity: Severity::High,
                seen: toll.bytes > 0,
                title: format!("No gateway endpoint for {service}, which would be free"),
                evidence: say::no_gateway_endpoint(service, told(&toll, &say::traffic(service))),
                fix: Wording::same(format!(
                    "aws ec2 create-vpc-endpoint --vpc-id {} --vpc-endpoint-type Gateway --service-name {} --route-table-ids {}",
                    word(vpc),
                    word(&case.service_name(vpc, service)),
                    if tables.is_empty() { "ROUTE_TABLE_ID".to_owned() } else { words(tables) },
                )),
                loss: loss(&toll),
            });
        }
    }
}

fn not_routed(checker: &mut Checker<'_>) {
    let case = checker.case;
    for (vpc, service) in
        case.vpcs().into_iter().flat_map(|vpc| GATEWAY_SERVICES.map(|service| (vpc, service)))
    {
        let endpoints: Vec<&VpcEndpoint> = case.topology.gateway_endpoints(vpc, service).collect();
        let Some(endpoint) = endpoints.first() else { continue };
        for table in case.tables(vpc) {
            let subnets = case.subnets_of_table(table);
            let is_associated = endpoints.iter().any(|endpoint| {
                endpoint.route_table_ids.contains(&table.route_table_id)
                    || table.routes.iter().any(|route| leads_to(&route.target, endpoint))
            });
            if subnets.is_empty() || is_associated {
                continue;
            }
            let toll = case.toll_from(vpc, service, &subnets);
            // Subnets with an internet gateway pay no toll.
            if toll.bytes == 0
                && matches!(case.topology.way_out(table), Some(RouteTarget::InternetGateway(_)))
            {
                continue;
            }
            let kind = if table.main { "main route table" } else { "route table" };
            let served = some(subnets.iter().copied());
            let seen = told(&toll, &say::from_these(service));
            checker.add(Found {
                rule: "gateway-endpoint-not-routed",
                resource: table.route_table_id.clone(),
                severity: Severity::High,
                seen: toll.bytes > 0,
                title: format!(
                    "The {kind} is not associated with the {service} gateway endpoint {}",
                    endpoint.vpc_endpoint_id
                ),
                evidence: match case.topology.way_out(table) {
                    Some(_) => say::serves(served, seen),
                    None => say::serves_without_way_out(served, seen),
                },
                fix: Wording::same(format!(
                    "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --add-route-table-ids {}",
                    word(&endpoint.vpc_endpoint_id),
                    word(&table.route_table_id)
                )),
                loss: loss(&toll),
            });
        }
    }
}

fn route_missing(checker: &mut Checker<'_>) {
    let case = checker.case;
    for endpoint in case.endpoints_of(VpcEndpointType::Gateway) {
        for id in &endpoint.route_table_ids {
            let Some(table) = case.tables(&endpoint.vpc_id).find(|table| table.route_table_id == *id) else {
                continue;
            };
            if table.routes.iter().any(|route| leads_to(&route.target, endpoint)) {
                continue;
            }
            let subnets = case.subnets_of_table(table);
            let toll = case.toll_from(&endpoint.vpc_id, &endpoint.service, &subnets);
            checker.add(Found {
                rule: "gateway-endpoint-route-missing",
                resource: table.route_table_id.clone(),
                severity: Severity::High,
                seen: toll.bytes > 0,
                title: format!(
                    "No prefix-list route leads to the {} gateway endpoint {}, which lists this table",
                    endpoint.service, endpoint.vpc_endpoint_id
                ),
                evidence: say::no_route(told(&toll, &say::from_its(&endpoint.service))),
                fix: Wording::same(associate_again(endpoint, table)),
                loss: loss(&toll),
            });
        }
    }
}

/// Takes a table's route away and has AWS make it again.
fn associate_again(endpoint: &VpcEndpoint, table: &RouteTable) -> String {
    format!(
        "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {0} --remove-route-table-ids {1} && aws ec2 \
         modify-vpc-endpoint --vpc-endpoint-id {0} --add-route-table-ids {1}",
        word(&endpoint.vpc_endpoint_id),
        word(&table.route_table_id)
    )
}

fn blackhole(checker: &mut Checker<'_>) {
    let case = checker.case;
    for table in &case.inventory().route_tables {
        for route in &table.routes {
            let RouteDestination::PrefixList(list) = &route.destination else { continue };
            let (RouteTarget::VpcEndpoint(target) | RouteTarget::Other(target)) = &route.target else {
                continue;
            };
            let known = case.topology.endpoint(target);
            let is_listed = known.is_some_and(|endpoint| !is_gone(&endpoint.state));
            let is_endpoint = matches!(route.target, RouteTarget::VpcEndpoint(_));
            if route.active && (is_listed || !is_endpoint) {
                continue;
            }
            if let Some(reason) = case.endpoints_unknown(&table.vpc_id).filter(|_| route.active) {
                checker.skip("gateway-endpoint-blackhole", reason);
                continue;
            }
            let service = known.map(|endpoint| endpoint.service.clone()).or_else(|| {
                let lists = &case.inventory().prefix_lists;
                let named = lists.iter().find(|known| known.prefix_list_id == *list)?.name.as_deref()?;
                Some(crate::inventory::short_name(named))
            });
            let service_text = service.as_deref().map_or_else(say::the_service, Wording::same);
            let service = service.unwrap_or_else(|| "the service".to_owned());
            let subnets = case.subnets_of_table(table);
            // Packets that are dropped get no answer.
            let unanswered: u128 = case
                .attribution
                .flows
                .iter()
                .filter(|flow| {
                    flow.peer.service == service && flow.volume.1 == 0 && Case::is_from(flow, &subnets)
                })
                .map(|flow| flow.volume.0)
                .sum();
            let answered = case.attribution.flows.iter().any(|flow| {
                flow.route.via.as_deref() == Some(target)
                    && flow.volume.1 > 0
                    && Case::is_from(flow, &subnets)
            });
            if route.active && answered {
                checker.skip("gateway-endpoint-blackhole", say::answers_come(target));
                continue;
            }
            let led_to =
                if target.is_empty() { say::no_longer_named() } else { Wording::same(target.as_str()) };
            let served = if subnets.is_empty() { say::no_subnet() } else { some(subnets.iter().copied()) };
            let dropped = if unanswered > 0 {
                say::unanswered(grouped(unanswered), service_text)
            } else {
                say::nothing_dropped()
            };
            checker.add(Found {
                rule: "gateway-endpoint-blackhole",
                resource: table.route_table_id.clone(),
                severity: Severity::Critical,
                seen: unanswered > 0,
                title: if is_listed {
                    format!("The route for {list} ({service}) is a blackhole")
                } else {
                    format!("The route for {list} ({service}) drops packets: its endpoint is gone")
                },
                evidence: match known.filter(|_| !is_listed) {
                    _ if !route.active => say::blackhole(led_to, served, dropped),
                    Some(gone) => say::leads_to_gone(led_to, &gone.state, served, dropped),
                    None => say::unlisted(led_to, served, dropped),
                },
                fix: match known.filter(|_| is_listed) {
                    Some(endpoint) => Wording::same(associate_again(endpoint, table)),
                    None => say::anew(format!(
                        "aws ec2 create-vpc-endpoint --vpc-id {} \
                         --vpc-endpoint-type Gateway --service-name {} --route-table-ids {}",
                        word(&table.vpc_id),
                        word(&case.service_name(
                            &table.vpc_id,
                            if service.contains(' ') { "SERVICE" } else { &service }
                        )),
                        word(&table.route_table_id)
                    )),
                },
                loss: None,
            });
        }
    }
}

fn state(checker: &mut Checker<'_>) {
    const RULE: &str = "endpoint-state";
    if checker.lacks(RULE, &["describe-vpc-endpoints"]) {
        return;
    }
    let case = checker.case;
    for endpoint in &case.inventory().vpc_endpoints {
        if matches!(endpoint.state.as_str(), "available" | "deleted" | "deleting" | "") {
            continue;
        }
        let toll = case.toll(case.gateway_flows(&endpoint.vpc_id, &endpoint.service));
        checker.add(Found {
            rule: RULE,
            resource: endpoint.vpc_endpoint_id.clone(),
            severity: Severity::High,
            seen: toll.bytes > 0,
            title: format!("The {} endpoint is `{}`, not `available`", endpoint.service, endpoint.state),
            evidence: say::state(&endpoint.state, told(&toll, &say::traffic(&endpoint.service))),
            fix: match endpoint.state.as_str() {
                "pendingacceptance" => say::ask_owner(),
                "pending" | "partial" => say::wait(),
                _ => say::delete_and_make(),
            },
            loss: None,
        });
    }
}
