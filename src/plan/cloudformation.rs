//! The plan as a CloudFormation template, in JSON. It makes what is new; existing endpoints cannot be changed from a template.

use serde_json::{Map, Value, json};

use super::{ADVICE_TAG, Endpoint, Group, MADE_BY_TAG, Place, Way};

/// What this template makes is tagged with.
const MADE_BY: &str = "cloudformation";

/// The template of a place with new endpoints.
pub(super) fn template(place: &Place) -> String {
    let mut resources = Map::new();
    for group in &place.groups {
        resources.insert(logical(&group.label), security_group(group));
    }
    for endpoint in &place.endpoints {
        resources.insert(logical(&endpoint.label), new_endpoint(place, endpoint));
    }
    let outputs: Map<String, Value> = place
        .endpoints
        .iter()
        .map(|endpoint| {
            let id = logical(&endpoint.label);
            (
                id.clone(),
                json!({ "Description": format!("Id of {}", endpoint.label), "Value": { "Ref": id } }),
            )
        })
        .collect();
    let account =
        place.account.as_deref().map_or_else(String::new, |account| format!(" of account {account}"));
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": format!("Written by flowtoll plan, for Region {}{account}", place.region),
        "Metadata": { "Flowtoll": { "Notes": notes(place) } },
        "Resources": resources,
        "Outputs": outputs,
    });
    let mut text = format!("{template:#}");
    text.push('\n');
    text
}

fn notes(place: &Place) -> Vec<String> {
    let mut notes = vec![
        "RATIONALE.md says why, and what comes before and after. Use this, or Terraform, or cli/apply.sh: not two of them. Deleting \
         the stack is the way back."
            .to_owned(),
        "Open connections from subnets of the route tables of a new gateway endpoint can be cut for a moment.".to_owned(),
    ];
    for association in &place.associations {
        notes.push(format!(
            "Not in this template, because CloudFormation changes only what it has made: associate {} with the {} gateway endpoint {}, \
             where that is managed or by cli/apply.sh.",
            association.route_tables.join(", "),
            association.service,
            association.endpoint
        ));
    }
    notes.extend(place.removals.iter().map(|removal| match &removal.what {
        super::Gone::Endpoints(endpoints) => {
            let named: Vec<String> = endpoints.iter().map(|(id, service)| format!("{id} ({service})")).collect();
            format!("Remove the interface endpoints {} where they are managed, or by cli/remove.sh.", named.join(", "))
        }
        super::Gone::Subnets { endpoint, service, subnets } => format!(
            "Take {} out of SubnetIds of the interface endpoint {endpoint} ({service}) where it is managed, or by cli/remove.sh.",
            subnets.join(", ")
        ),
        super::Gone::NatGateway { nat, .. } => {
            format!("Remove the NAT gateway {nat} and the routes to it where they are managed, or by cli/remove.sh.")
        }
    }));
    notes
}

/// A logical id: letters and digits. Labels differ in letters, digits and `_`, and each word begins with a capital here.
fn logical(label: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    label.split('_').map(word).collect()
}

fn tags(name: &str, advice: &str) -> Value {
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    json!([tag("Name", name), tag(ADVICE_TAG, advice), tag(MADE_BY_TAG, MADE_BY)])
}

fn security_group(group: &Group) -> Value {
    let rule = |block: &ipnet::IpNet| {
        let key = if matches!(block, ipnet::IpNet::V4(_)) { "CidrIp" } else { "CidrIpv6" };
        json!({
            "IpProtocol": "tcp",
            "FromPort": 443,
            "ToPort": 443,
            (key): block.to_string(),
            "Description": super::script::RULE_DESCRIPTION,
        })
    };
    json!({
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "GroupName": group.name,
            "GroupDescription": super::script::GROUP_DESCRIPTION,
            "VpcId": group.vpc,
            "SecurityGroupIngress": group.blocks.iter().map(rule).collect::<Vec<_>>(),
            "Tags": tags(&group.name, &group.advice_id),
        },
    })
}

fn new_endpoint(place: &Place, endpoint: &Endpoint) -> Value {
    let mut properties = json!({
        "VpcId": endpoint.vpc,
        "ServiceName": endpoint.service_name,
        "Tags": tags(&endpoint.name, &endpoint.advice_id),
    });
    match &endpoint.way {
        Way::Gateway { route_tables } => {
            properties["VpcEndpointType"] = json!("Gateway");
            properties["RouteTableIds"] = json!(route_tables);
        }
        Way::Interface { subnets, group } => {
            properties["VpcEndpointType"] = json!("Interface");
            properties["PrivateDnsEnabled"] = json!(true);
            properties["SubnetIds"] = json!(subnets);
            let id = logical(&place.groups[*group].label);
            properties["SecurityGroupIds"] = json!([{ "Fn::GetAtt": [id, "GroupId"] }]);
        }
    }
    if let Some(policy) = &endpoint.policy {
        properties["PolicyDocument"] = policy.clone();
    }
    let mut resource = json!({ "Type": "AWS::EC2::VPCEndpoint", "Properties": properties });
    if !endpoint.after.is_empty() {
        resource["DependsOn"] = json!(endpoint.after.iter().map(|label| logical(label)).collect::<Vec<_>>());
    }
    resource
}
