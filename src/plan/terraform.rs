//! The plan as Terraform for the provider `hashicorp/aws`, version 5 or newer.

use super::hcl::{Body, Expr};
use super::{ADVICE_TAG, Association, Endpoint, Gone, Group, MADE_BY_TAG, Place, Removal, Way};

/// What this file makes is tagged with.
const MADE_BY: &str = "terraform";

/// The file of a place.
pub(super) fn terraform(place: &Place) -> String {
    let mut file = Body::default();
    head(&mut file, place);
    for group in &place.groups {
        security_group(&mut file, group);
    }
    for endpoint in &place.endpoints {
        new_endpoint(&mut file, place, endpoint);
    }
    for association in &place.associations {
        associate(&mut file, association);
    }
    outputs(&mut file, place);
    gone(&mut file, &place.removals);
    file.to_text()
}

fn head(file: &mut Body, place: &Place) {
    let account =
        place.account.as_deref().map_or_else(String::new, |account| format!(" of account {account}"));
    file.comment(&format!(
        "Written by flowtoll plan, for Region {}{account}. RATIONALE.md says why, and what comes before and after.",
        place.region
    ));
    file.comment("Apply this, or the CloudFormation template, or cli/apply.sh: not two of them. `terraform destroy` is the way back.");
    file.blank();
    let aws = Expr::Object(vec![
        ("source".to_owned(), Expr::text("hashicorp/aws")),
        ("version".to_owned(), Expr::text(">= 5.0")),
    ]);
    let mut providers = Body::default();
    providers.set("aws", aws);
    let mut terraform = Body::default();
    terraform.set("required_version", Expr::text(">= 1.0"));
    terraform.block("required_providers", &[], providers);
    file.block("terraform", &[], terraform);
    let mut provider = Body::default();
    provider.set("region", Expr::text(&place.region));
    if let Some(account) = &place.account {
        provider.set("allowed_account_ids", Expr::List(vec![Expr::text(account)]));
    }
    file.block("provider", &["aws"], provider);
}

fn tags(name: &str, advice: &str) -> Expr {
    let tag = |key: &str, value: &str| (key.to_owned(), Expr::text(value));
    Expr::Object(vec![tag("Name", name), tag(ADVICE_TAG, advice), tag(MADE_BY_TAG, MADE_BY)])
}

fn security_group(file: &mut Body, group: &Group) {
    let mut body = Body::default();
    body.set("name", Expr::text(&group.name));
    body.set("description", Expr::text(super::script::GROUP_DESCRIPTION));
    body.set("vpc_id", Expr::text(&group.vpc));
    body.set("tags", tags(&group.name, &group.advice_id));
    file.block("resource", &["aws_security_group", &group.label], body);
    for block in &group.blocks {
        let (key, kind) = match block {
            ipnet::IpNet::V4(_) => ("cidr_ipv4", "v4"),
            ipnet::IpNet::V6(_) => ("cidr_ipv6", "v6"),
        };
        let place = block.to_string().replace(|c: char| !c.is_ascii_alphanumeric(), "_");
        let mut rule = Body::default();
        rule.set("security_group_id", Expr::Reference(format!("aws_security_group.{}.id", group.label)));
        rule.set("description", Expr::text(super::script::RULE_DESCRIPTION));
        rule.set(key, Expr::text(&block.to_string()));
        rule.set("ip_protocol", Expr::text("tcp"));
        rule.set("from_port", Expr::Number(443));
        rule.set("to_port", Expr::Number(443));
        let label = format!("{}_{kind}_{place}", group.label);
        file.block("resource", &["aws_vpc_security_group_ingress_rule", &label], rule);
    }
}

fn new_endpoint(file: &mut Body, place: &Place, endpoint: &Endpoint) {
    let mut body = Body::default();
    body.set("vpc_id", Expr::text(&endpoint.vpc));
    body.set("service_name", Expr::text(&endpoint.service_name));
    match &endpoint.way {
        Way::Gateway { route_tables } => {
            body.set("vpc_endpoint_type", Expr::text("Gateway"));
            body.set("route_table_ids", Expr::texts(route_tables));
        }
        Way::Interface { subnets, group } => {
            let group = &place.groups[*group].label;
            body.set("vpc_endpoint_type", Expr::text("Interface"));
            body.set("private_dns_enabled", Expr::Bool(true));
            body.set("subnet_ids", Expr::texts(subnets));
            let id = Expr::Reference(format!("aws_security_group.{group}.id"));
            body.set("security_group_ids", Expr::List(vec![id]));
        }
    }
    if let Some(policy) = &endpoint.policy {
        body.blank();
        body.set("policy", Expr::Call("jsonencode", Box::new(Expr::of_json(policy))));
    }
    if !endpoint.after.is_empty() {
        let after = endpoint.after.iter().map(|label| Expr::Reference(format!("aws_vpc_endpoint.{label}")));
        body.blank().set("depends_on", Expr::List(after.collect()));
    }
    body.blank().set("tags", tags(&endpoint.name, &endpoint.advice_id));
    file.blank();
    if matches!(endpoint.way, Way::Gateway { .. }) {
        file.comment(&format!(
            "Open connections to {} from subnets of these route tables can be cut for a moment.",
            endpoint.service
        ));
    }
    file.block("resource", &["aws_vpc_endpoint", &endpoint.label], body);
}

fn associate(file: &mut Body, association: &Association) {
    let service = &association.service;
    for table in &association.route_tables {
        let label = format!("{}_{}", association.label, table.replace('-', "_"));
        let mut body = Body::default();
        body.set("vpc_endpoint_id", Expr::text(&association.endpoint));
        body.set("route_table_id", Expr::text(table));
        file.blank().comment(&format!(
            "The {service} gateway endpoint is there. Where Terraform manages it with route_table_ids, add the table there instead."
        ));
        file.comment(&format!(
            "Open connections to {service} from subnets of this route table can be cut for a moment."
        ));
        file.block("resource", &["aws_vpc_endpoint_route_table_association", &label], body);
    }
}

/// What this file cannot do: it manages only what it makes.
fn gone(file: &mut Body, removals: &[Removal]) {
    if removals.is_empty() {
        return;
    }
    file.blank().comment(
        "To be removed when all of this has been seen to work, where it is managed or by cli/remove.sh:",
    );
    for removal in removals {
        match &removal.what {
            Gone::Endpoints(endpoints) => {
                for (id, service) in endpoints {
                    file.comment(&format!("- the interface endpoint {id} ({service})"));
                }
            }
            Gone::Subnets { endpoint, service, subnets } => {
                let subnets = subnets.join(", ");
                file.comment(&format!(
                    "- {subnets} from subnet_ids of the interface endpoint {endpoint} ({service})"
                ));
            }
            Gone::NatGateway { nat, .. } => {
                file.comment(&format!("- the NAT gateway {nat} and the routes to it"));
            }
        }
    }
}

fn outputs(file: &mut Body, place: &Place) {
    if place.endpoints.is_empty() {
        return;
    }
    let id = |endpoint: &Endpoint| {
        (endpoint.label.clone(), Expr::Reference(format!("aws_vpc_endpoint.{}.id", endpoint.label)))
    };
    let mut body = Body::default();
    body.set("description", Expr::text("Ids of the new endpoints."));
    body.set("value", Expr::Object(place.endpoints.iter().map(id).collect()));
    file.block("output", &["vpc_endpoint_ids"], body);
}
