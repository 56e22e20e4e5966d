//! What an inventory does not tell: neither a finding nor silence.

use flowtoll::model::report::Report;
use serde_json::json;

use super::forms::run;
use super::world::{World, answer, row, rule};

/// Asserts that a rule says why it could not look, and finds nothing.
#[track_caller]
fn assert_unsure(report: &Report, rule: &str, why: &str) {
    let reasons: Vec<&str> =
        report.unchecked.iter().filter(|line| line.id == rule).map(|line| line.reason.en()).collect();
    assert!(reasons.iter().any(|reason| reason.contains(why)), "{rule}, {why}: {reasons:?}");
    let found: Vec<_> = report.findings.iter().filter(|line| line.id == rule).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_folder_without_answers_is_an_error_and_not_a_clean_bill() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::write(folder.path().join("README.txt"), "nothing here").expect("writing a file");
    let (code, out, err) = run(folder.path(), &["--inventory", "."]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("nothing to check: ") && err.contains("describe-*"), "{err}");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    World::sound().write(folder.path());
    let file = folder.path().join("inventory/describe-vpc-endpoints.json");
    std::fs::write(file, "An error occurred (UnauthorizedOperation)").expect("writing a file");
    let (code, out, err) = run(folder.path(), &["--inventory", "inventory"]);
    assert_eq!(code, Some(0), "{err}");
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("- inventory: describe-vpc-endpoints.json: "), "{out}");
}

#[test]
fn what_a_list_that_is_cut_off_lacks_may_be_there() {
    let mut world = World::sound();
    world.remove("describe-vpc-endpoints", "vpce-s3");
    let answer = world.files.get_mut("describe-vpc-endpoints.json").expect("an answer");
    answer["NextToken"] = json!("more");
    let report = world.check();
    for rule in ["gateway-endpoint-absent", "gateway-endpoint-blackhole", "ecr-incomplete"] {
        assert_unsure(&report, rule, "describe-vpc-endpoints is cut off");
    }
}

/// Each account has a folder; the second one was not allowed to list endpoints.
#[test]
fn an_account_without_a_list_of_endpoints_may_have_some() {
    let mut world = World::sound();
    world.files = std::mem::take(&mut world.files)
        .into_iter()
        .map(|(name, answer)| (format!("one/{name}"), answer))
        .collect();
    let route = json!({"DestinationPrefixListId": "pl-s3", "GatewayId": "vpce-02", "State": "active"});
    let table = json!({"RouteTableId": "rtb-2", "VpcId": "vpc-2", "Associations": [{"Main": true}], "Routes": [route]});
    world.files.insert("two/describe-vpcs.json".to_owned(), json!({"Vpcs": [{"VpcId": "vpc-2"}]}));
    world.files.insert("two/describe-route-tables.json".to_owned(), json!({"RouteTables": [table]}));
    let report = world.check();
    for rule in ["gateway-endpoint-absent", "gateway-endpoint-blackhole"] {
        assert_unsure(&report, rule, "the folder that lists vpc-2 has no answer of describe-vpc-endpoints");
    }
}

#[test]
fn rules_with_blocks_need_the_entries_of_the_list() {
    let mut world = World::sound();
    world.element("describe-security-groups", "sg-c")["IpPermissionsEgress"] =
        json!([rule("tcp", "52.216.0.0/15"), rule("tcp", "52.94.0.0/22")]);
    assert_eq!(world.check().findings, []);
    for list in world.list("describe-managed-prefix-lists") {
        list.as_object_mut().expect("a list").remove("Entries");
    }
    assert_unsure(&world.check(), "egress-lacks-prefix-list", "get-managed-prefix-list-entries");
    world.remove("describe-security-groups", "sg-c");
    assert_unsure(&world.check(), "egress-lacks-prefix-list", "outbound rules of sg-c");
}

/// Layers are in a bucket of AWS's own, and fetched by links that a principal of AWS's own has signed.
#[test]
fn a_policy_for_own_principals_or_resources_may_refuse_layers() {
    for (key, value) in [
        ("Condition", json!({"StringEquals": {"aws:ResourceOrgID": "o-1"}})),
        ("Condition", json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}})),
        ("Principal", json!({"AWS": "arn:aws:iam::111122223333:root"})),
    ] {
        let mut world = World::sound();
        let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        statement[key] = value;
        world.endpoint("vpce-s3")["PolicyDocument"] = json!({ "Statement": statement }).to_string().into();
        assert_unsure(
            &world.check(),
            "ecr-layers-denied",
            "vpce-s3 lets image layers through cannot be decided",
        );
    }
}

/// What has to be done about it depends on what is there.
#[test]
fn remedies_fit_what_is_there() {
    let fix = |spoil: fn(&mut World), rule: &str| {
        let mut world = World::sound();
        spoil(&mut world);
        let report = world.check();
        let line = report.findings.iter().find(|line| line.id == rule);
        line.unwrap_or_else(|| panic!("no {rule}: {:?}", report.findings)).fix.en().to_owned()
    };
    // The endpoint is well: only the route is not.
    let again =
        fix(|world| world.routes("rtb-b")[2]["State"] = json!("blackhole"), "gateway-endpoint-blackhole");
    assert!(again.starts_with("aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --remove"), "{again}");
    // No Allow helps against a Deny.
    let layers = fix(
        |world| {
            let deny = json!({"Sid": "Not", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
                "Resource": "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"});
            let open = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
            world.endpoint("vpce-s3")["PolicyDocument"] =
                json!({"Statement": [open, deny]}).to_string().into();
        },
        "ecr-layers-denied",
    );
    assert!(layers.starts_with("take ") && !layers.contains("Allow s3:GetObject"), "{layers}");
}

/// The worst finding of a rule: severity and fix.
fn found(report: &Report, rule: &str) -> Option<(&'static str, String)> {
    let line = report.findings.iter().find(|line| line.id == rule)?;
    Some((line.severity, line.fix.en().to_owned()))
}

/// Nothing passes an endpoint whose clients are turned away; that is no reason to delete it.
#[test]
fn an_endpoint_that_turns_clients_away_is_not_idle() {
    let mut world = World::sound();
    world.add_endpoint("kms", 43);
    let report = world.check();
    assert!(found(&report, "endpoint-idle").is_some(), "{:?}", report.findings);
    assert!(report.plan.saving_month_usd > Some(0.into()));
    world.reject("a", "10.0.1.43");
    let report = world.check();
    assert_eq!(found(&report, "endpoint-idle"), None);
    assert_eq!(report.plan.saving_month_usd, Some(0.into()));
    let (severity, fix) = found(&report, "endpoint-rejects-clients").expect("a finding");
    assert_eq!(severity, "critical");
    // The endpoint's group is open to all of the VPC.
    assert!(fix.starts_with("look at the outbound rules"), "{fix}");
}

#[test]
fn who_gets_through_is_not_turned_away() {
    let mut world = World::sound();
    world.logs.push(answer("eni-a", "10.0.1.10", "10.0.1.22", 9000));
    world.reject("a", "10.0.1.22");
    assert_eq!(found(&world.check(), "endpoint-rejects-clients").expect("a finding").0, "low");
    world.reject("b", "10.0.2.22");
    assert_eq!(found(&world.check(), "endpoint-rejects-clients").expect("a finding").0, "high");
}

/// A client of another network is let in by its address: the VPC's own block does not hold it.
#[test]
fn who_comes_from_elsewhere_is_let_in_by_address() {
    let mut world = World::sound();
    world.logs.push(row("eni-ssm-a", "10.99.0.4", "10.0.1.22", 40, "REJECT"));
    let (_, fix) = found(&world.check(), "endpoint-rejects-clients").expect("a finding");
    assert!(fix.ends_with("--group-id sg-e --protocol tcp --port 443 --cidr 10.99.0.4/32"), "{fix}");
}
