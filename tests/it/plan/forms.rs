//! What the files say, for changes of every kind.

use flowtoll::model::plan::{Action, Change};
use flowtoll::plan::{Lack, Wishes, write};
use flowtoll::render::Lang;
use serde_json::{Value, json};

use super::world::{Ids, change, changes, invented_inventory, rich, sample, text, wishes, with};

/// Where each of some texts stands; all must be there.
fn places(all: &str, parts: &[&str]) -> Vec<usize> {
    parts.iter().map(|part| all.find(part).unwrap_or_else(|| panic!("no {part} in\n{all}"))).collect()
}

#[test]
fn terraform_has_what_the_changes_say() {
    let written = rich(&invented_inventory(), &wishes());
    let text = text(&written, "terraform/main.tf");
    let body = hcl::parse(text).expect("HCL");
    let resource = |kind: &str, label: &str| {
        let found = body.blocks().find(|block| {
            let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
            labels == [kind, label]
        });
        found.unwrap_or_else(|| panic!("no {kind}.{label} in\n{text}")).body().clone()
    };
    let value = |body: &hcl::Body, name: &str| {
        let found = body.attributes().find(|attribute| attribute.key() == name);
        found.map(|attribute| {
            serde_json::to_value(hcl::Value::from(attribute.expr().clone())).expect("a value")
        })
    };
    let s3 = resource("aws_vpc_endpoint", "s3_gateway_vpc_0aaaaaaaaaaaaaaa1");
    assert_eq!(value(&s3, "vpc_endpoint_type"), Some(json!("Gateway")));
    assert_eq!(
        value(&s3, "route_table_ids"),
        Some(json!(["rtb-0aaaaaaaaaaaaaaa1", "rtb-0aaaaaaaaaaaaaaa2"]))
    );
    assert_eq!(value(&s3, "policy"), None);
    let ecr = resource("aws_vpc_endpoint", "ecr_dkr_interface_vpc_0aaaaaaaaaaaaaaa1");
    assert_eq!(value(&ecr, "private_dns_enabled"), Some(json!(true)));
    assert_eq!(value(&ecr, "service_name"), Some(json!("com.amazonaws.us-east-1.ecr.dkr")));
    assert_eq!(
        value(&ecr, "subnet_ids"),
        Some(json!(["subnet-0aaaaaaaaaaaaaaa1", "subnet-0aaaaaaaaaaaaaaa2"]))
    );
    assert_eq!(value(&ecr, "tags").expect("tags")["Name"], "ecr.dkr-interface-endpoint-prod");
    assert_eq!(
        value(&ecr, "depends_on"),
        Some(json!(["${aws_vpc_endpoint.s3_gateway_vpc_0aaaaaaaaaaaaaaa1}"]))
    );
    let rules = body.blocks().filter(|block| {
        block.labels().first().is_some_and(|kind| kind.as_str() == "aws_vpc_security_group_ingress_rule")
    });
    let mut open = Vec::new();
    for rule in rules {
        assert_eq!(value(rule.body(), "from_port"), Some(json!(443)));
        assert_eq!(value(rule.body(), "to_port"), Some(json!(443)));
        open.extend(value(rule.body(), "cidr_ipv4").or_else(|| value(rule.body(), "cidr_ipv6")));
    }
    assert_eq!(open, ["10.7.0.0/20", "10.7.16.0/20", "2001:db8:7::/64"]);
    resource(
        "aws_vpc_endpoint_route_table_association",
        "dynamodb_gateway_vpc_0aaaaaaaaaaaaaaa1_rtb_0aaaaaaaaaaaaaaa2",
    );
    places(
        text,
        &[
            "# - the interface endpoint vpce-0aaaaaaaaaaaaaaa2 (s3)",
            "# - subnet-0aaaaaaaaaaaaaaa2 from subnet_ids of the interface endpoint vpce-0aaaaaaaaaaaaaaa3 (kms)",
            "# - the NAT gateway nat-0aaaaaaaaaaaaaaa1",
        ],
    );
}

#[test]
fn the_template_has_what_the_changes_say() {
    let written = rich(&invented_inventory(), &wishes());
    let template: Value = serde_json::from_str(text(&written, "template.json")).expect("JSON");
    let resources = template["Resources"].as_object().expect("resources");
    assert_eq!(resources.len(), 4);
    let ecr = &resources["EcrApiInterfaceVpc0aaaaaaaaaaaaaaa1"];
    assert_eq!(ecr["DependsOn"], json!(["S3GatewayVpc0aaaaaaaaaaaaaaa1"]));
    assert_eq!(ecr["Properties"]["PrivateDnsEnabled"], json!(true));
    assert_eq!(
        ecr["Properties"]["SecurityGroupIds"],
        json!([{ "Fn::GetAtt": ["EcrApiClientsVpc0aaaaaaaaaaaaaaa1", "GroupId"] }])
    );
    let group = &resources["EcrApiClientsVpc0aaaaaaaaaaaaaaa1"]["Properties"];
    assert_eq!(group["GroupName"], "ecr.api-interface-endpoint-prod-clients");
    assert_eq!(group["SecurityGroupIngress"].as_array().map(Vec::len), Some(3));
    assert_eq!(group["SecurityGroupIngress"][2]["CidrIpv6"], "2001:db8:7::/64");
    let notes = template["Metadata"]["Flowtoll"]["Notes"].to_string();
    places(
        &notes,
        &[
            "vpce-0aaaaaaaaaaaaaaa1",
            "vpce-0aaaaaaaaaaaaaaa2",
            "vpce-0aaaaaaaaaaaaaaa3",
            "nat-0aaaaaaaaaaaaaaa1",
        ],
    );
}

#[test]
fn scripts_do_first_what_others_need() {
    let written = rich(&invented_inventory(), &wishes());
    let apply = text(&written, "cli/apply.sh");
    let order = places(
        apply,
        &[
            "--service-name 'com.amazonaws.us-east-1.s3'",
            "create-security-group",
            "--service-name 'com.amazonaws.us-east-1.ecr.api'",
            "--service-name 'com.amazonaws.us-east-1.ecr.dkr'",
            "--add-route-table-ids 'rtb-0aaaaaaaaaaaaaaa2'",
        ],
    );
    assert!(order.is_sorted(), "{apply}");
    for verb in ["delete-", "--remove-"] {
        assert!(!apply.contains(verb), "apply.sh takes nothing away: {verb}");
    }
    let remove = text(&written, "cli/remove.sh");
    let order = places(
        remove,
        &[
            "\nneed_endpoint 'vpc-0aaaaaaaaaaaaaaa1' 'com.amazonaws.us-east-1.ecr.api'",
            "\nneed_endpoint 'vpc-0aaaaaaaaaaaaaaa1' 'com.amazonaws.us-east-1.s3' 'rtb-0aaaaaaaaaaaaaaa1' 'rtb-0aaaaaaaaaaaaaaa2'",
            "\nleave_subnet 'vpce-0aaaaaaaaaaaaaaa3' 'subnet-0aaaaaaaaaaaaaaa2'",
            "\nremove_route 'rtb-0aaaaaaaaaaaaaaa1' --destination-cidr-block '0.0.0.0/0' 'nat-0aaaaaaaaaaaaaaa1'",
            "\nremove_nat_gateway 'nat-0aaaaaaaaaaaaaaa1'",
            "\nremove_endpoint 'vpce-0aaaaaaaaaaaaaaa2'",
        ],
    );
    assert!(order.is_sorted(), "{remove}");
}

#[test]
fn policies_name_buckets_tables_and_layers_of_ecr() {
    let named = Wishes { buckets: vec!["my-data".to_owned()], tables: vec!["orders".to_owned()], ..wishes() };
    let written = rich(&invented_inventory(), &named);
    let template: Value = serde_json::from_str(text(&written, "template.json")).expect("JSON");
    let policy = &template["Resources"]["S3GatewayVpc0aaaaaaaaaaaaaaa1"]["Properties"]["PolicyDocument"];
    let statements = policy["Statement"].as_array().expect("statements");
    let resources: Vec<&Value> = statements.iter().map(|statement| &statement["Resource"]).collect();
    assert_eq!(
        resources,
        [
            &json!(["arn:aws:s3:::my-data/*"]),
            &json!(["arn:aws:s3:::my-data"]),
            &json!(["arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"])
        ]
    );
    assert!(statements.iter().all(|statement| statement["Effect"] == "Allow"));
    assert_eq!(statements[0]["Condition"]["StringEquals"]["aws:PrincipalAccount"], "111122223333");
    // The layers are signed for by ECR, not by the account.
    assert_eq!(statements[2]["Condition"], Value::Null);
    let ecr = &template["Resources"]["EcrApiInterfaceVpc0aaaaaaaaaaaaaaa1"]["Properties"];
    assert_eq!(ecr["PolicyDocument"], Value::Null);

    let ids = Ids::invented();
    let tables = Change {
        service_names: vec!["com.amazonaws.cn-north-1.dynamodb".to_owned()],
        route_table_ids: ids.route_tables.to_vec(),
        region: Some("cn-north-1".to_owned()),
        ..change(&ids, Action::AddGatewayEndpoint, "dynamodb")
    };
    let (report, inventory) = sample();
    let written = write(&with(report, vec![tables]), &inventory, &named);
    let template: Value = serde_json::from_str(text(&written, "template.json")).expect("JSON");
    let policy =
        &template["Resources"]["DynamodbGatewayVpc0aaaaaaaaaaaaaaa1"]["Properties"]["PolicyDocument"];
    let table = "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/orders";
    assert_eq!(policy["Statement"][0]["Resource"], json!([table, format!("{table}/index/*")]));
}

#[test]
fn what_is_not_known_is_named_and_never_guessed() {
    let ids = Ids::invented();
    let all = changes(&ids);
    let find =
        |action: Action| all.iter().find(|change| change.action == action).expect("one of each").clone();
    let s3 = find(Action::AddGatewayEndpoint);
    let ecr = find(Action::AddInterfaceEndpoint);
    let cases: Vec<(Change, Lack)> = vec![
        (Change { vpc_id: None, ..s3.clone() }, Lack::Vpc),
        (Change { region: None, ..s3.clone() }, Lack::Region),
        (Change { route_table_ids: Vec::new(), ..s3.clone() }, Lack::RouteTables),
        (Change { zones: Vec::new(), depends_on: Vec::new(), ..ecr.clone() }, Lack::Subnets),
        (Change { client_cidrs: Vec::new(), depends_on: Vec::new(), ..ecr.clone() }, Lack::Clients),
        (
            Change {
                nat_gateway_id: Some("nat-0bbb".to_owned()),
                depends_on: Vec::new(),
                ..find(Action::RemoveNatGateway)
            },
            Lack::Resource("nat-0bbb".to_owned()),
        ),
    ];
    let (report, _) = sample();
    for (change, why) in cases {
        let written = write(&with(report.clone(), vec![change.clone()]), &invented_inventory(), &wishes());
        assert_eq!(written.left_out.len(), 1, "{change:?}");
        assert_eq!(written.left_out[0].why, why);
        let paths: Vec<&str> = written.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["RATIONALE.md"]);
        places(text(&written, "RATIONALE.md"), &["## Not in the files", &change.advice_id]);
    }
    // What needs it goes with it.
    let broken = Change { route_table_ids: Vec::new(), ..s3.clone() };
    let written = write(&with(report, vec![ecr.clone(), broken]), &invented_inventory(), &wishes());
    let why: Vec<&Lack> = written.left_out.iter().map(|left| &left.why).collect();
    assert_eq!(why, [&Lack::RouteTables, &Lack::Other(s3.advice_id)]);
}

#[test]
fn a_central_endpoint_is_made_and_what_it_replaces_stays() {
    let ids = Ids::invented();
    let ecr = changes(&ids).remove(1);
    let central = Change {
        advice_id: "add-central-endpoint/x".to_owned(),
        action: Action::AddCentralEndpoint,
        replaced_endpoint_ids: vec!["vpce-0ccccccccccccccc1".to_owned()],
        client_vpc_ids: vec![ids.vpc.clone(), "vpc-0bbbbbbbbbbbbbbb1".to_owned()],
        depends_on: Vec::new(),
        ..ecr
    };
    let mut nat = changes(&ids).remove(0);
    nat.depends_on = vec![central.advice_id.clone()];
    let (report, _) = sample();
    let written = write(&with(report, vec![central, nat]), &invented_inventory(), &wishes());
    text(&written, "terraform/main.tf");
    assert!(!written.files.iter().any(|file| file.path.ends_with("remove.sh")));
    let left: Vec<&str> = written.left_out.iter().map(|left| left.advice_id.as_str()).collect();
    assert_eq!(left, ["add-central-endpoint/x", "remove-nat-gateway/vpc-0aaaaaaaaaaaaaaa1/nat-gateway"]);
}

#[test]
fn several_accounts_and_regions_have_a_folder_each() {
    let ids = Ids::invented();
    let s3 = changes(&ids).remove(4);
    let other =
        Change { account_id: Some("444455556666".to_owned()), advice_id: "b".to_owned(), ..s3.clone() };
    let third = Change { region: Some("eu-west-1".to_owned()), advice_id: "c".to_owned(), ..s3.clone() };
    let fourth = Change { account_id: None, advice_id: "d".to_owned(), ..s3.clone() };
    let (report, inventory) = sample();
    let written = write(&with(report, vec![s3, other, third, fourth]), &inventory, &wishes());
    let folders: Vec<&str> = written
        .files
        .iter()
        .filter(|file| file.path.ends_with("apply.sh"))
        .filter_map(|file| file.path.split('/').next())
        .collect();
    assert_eq!(
        folders,
        ["111122223333-eu-west-1", "111122223333-us-east-1", "444455556666-us-east-1", "account-us-east-1"]
    );
}

#[test]
fn no_change_is_said_and_no_script_is_empty() {
    let (report, inventory) = sample();
    for (lang, says) in [(Lang::En, "There is nothing to change"), (Lang::Ja, "変更すべきものはありません")]
    {
        let written = write(&with(report.clone(), Vec::new()), &inventory, &Wishes { lang, ..wishes() });
        assert_eq!(written.files.len(), 1);
        places(text(&written, "RATIONALE.md"), &[says]);
    }
}

#[test]
fn names_follow_the_pattern_and_leave_out_what_is_not_known() {
    let name = |pattern: &str, environment: Option<&str>| {
        let names = flowtoll::check::NamePattern::parse(pattern).expect("a pattern");
        names.name("s3", "gateway", environment)
    };
    assert_eq!(name("{service}-{type}-endpoint-{env}", Some("prod")), "s3-gateway-endpoint-prod");
    assert_eq!(name("{service}-{type}-endpoint-{env}", None), "s3-gateway-endpoint");
    assert_eq!(name("{env}/{service}", None), "s3");
    assert_eq!(name("x-{service}-", Some("prod")), "x-s3-");
}
