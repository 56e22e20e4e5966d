//! What an inventory does not tell: neither a finding nor silence.

use flowtoll::model::report::Report;
use serde_json::json;

use super::forms::run;
use super::world::{GIB, S3, World, answer, row, rule};

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

/// A service of a partner has no public address: no NAT gateway leads to it, however little passes.
#[test]
fn what_only_an_endpoint_reaches_keeps_it() {
    for (service, may_go) in [
        ("com.amazonaws.us-east-1.kms", true),
        ("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", false),
        ("com.amazonaws.us-east-1.execute-api", false),
    ] {
        let mut world = World::sound();
        world.add_endpoint("kms", 43);
        world.endpoint("vpce-kms")["ServiceName"] = json!(service);
        world.send("a", "10.0.1.43", 1000);
        let report = world.check();
        assert_eq!(found(&report, "endpoint-under-used").is_some(), may_go, "{service}");
        let goes = report.advice.iter().any(|line| line.id == "remove-interface-endpoint/vpce-kms");
        assert_eq!(goes, may_go, "{service}");
    }
}

#[test]
fn what_was_not_recorded_is_not_idle() {
    let quiet = |eni: &str, status: &str| {
        format!("5 111122223333 {eni} - - - - - - - 1773100860 1773100920 - {status} vpc-1 - - - - - -")
    };
    for (status, traffic, is_idle) in
        [("NODATA", "ALL", true), ("SKIPDATA", "ALL", false), ("NODATA", "REJECT", false)]
    {
        let mut world = World::sound();
        world.add_endpoint("kms", 43);
        world.logs.extend(["eni-kms-a", "eni-kms-b"].map(|eni| quiet(eni, status)));
        world.element("describe-flow-logs", "fl-0a")["TrafficType"] = json!(traffic);
        assert_eq!(found(&world.check(), "endpoint-idle").is_some(), is_idle, "{status} {traffic}");
    }
}

#[test]
fn an_endpoint_that_a_service_keeps_is_not_deleted_by_hand() {
    let mut world = World::sound();
    world.add_endpoint("guardduty-data", 43);
    world.endpoint("vpce-guardduty-data")["RequesterManaged"] = json!(true);
    let (_, fix) = found(&world.check(), "endpoint-idle").expect("a finding");
    assert!(fix.contains("RequesterManaged") && !fix.contains("delete"), "{fix}");
}

#[test]
fn a_gateway_endpoint_that_is_there_is_not_made_again() {
    let mut world = World::sound();
    world.add_endpoint("s3", 43);
    world.endpoint("vpce-s3")["VpcEndpointId"] = json!("vpce-gw");
    for table in ["rtb-a", "rtb-b"] {
        world.routes(table)[2]["GatewayId"] = json!("vpce-gw");
    }
    world.send("a", "10.0.1.43", 1_000_000_000);
    let (severity, fix) = found(&world.check(), "s3-interface-endpoint").expect("a finding");
    assert_eq!(severity, "medium");
    assert!(fix.starts_with("vpce-gw is there: "), "{fix}");
}

/// Two flow logs of one VPC complete each other.
#[test]
fn flow_logs_of_one_resource_are_judged_together() {
    let with = |first: (&str, &str), second: (&str, &str)| {
        let mut world = World::sound();
        let mut other = world.element("describe-flow-logs", "fl-0a").clone();
        other["FlowLogId"] = json!("fl-0b");
        other[second.0] = json!(second.1);
        world.list("describe-flow-logs").push(other);
        world.element("describe-flow-logs", "fl-0a")[first.0] = json!(first.1);
        world.check()
    };
    let v2 = "${version} ${interface-id} ${srcaddr} ${dstaddr} ${bytes} ${start} ${end}";
    for (first, second) in [
        (("TrafficType", "ACCEPT"), ("TrafficType", "REJECT")),
        (("TrafficType", "REJECT"), ("TrafficType", "ALL")),
        (("LogFormat", v2), ("TrafficType", "ALL")),
    ] {
        let report = with(first, second);
        assert_eq!(found(&report, "flow-log-filter"), None, "{first:?} {second:?}");
        // The poorer one is a note: it may go.
        if let Some((severity, fix)) = found(&report, "flow-log-fields") {
            assert_eq!(severity, "info");
            assert!(first.0 == "LogFormat" && fix.starts_with("fl-0b has these fields"), "{fix}");
        }
    }
    let both = with(("TrafficType", "ACCEPT"), ("TrafficType", "ACCEPT"));
    assert!(found(&both, "flow-log-filter").is_some());
}

/// Who does not find an endpoint does not use it.
#[test]
fn an_endpoint_that_is_not_found_is_not_deleted_before_it_is() {
    let mut world = World::sound();
    world.add_endpoint("kms", 43);
    world.endpoint("vpce-kms")["PrivateDnsEnabled"] = json!(false);
    let (_, fix) = found(&world.check(), "endpoint-idle").expect("a finding");
    assert!(fix.starts_with("first see endpoint-private-dns-off of vpce-kms"), "{fix}");
}

/// Advice has the same doubt.
#[test]
fn an_endpoint_of_a_list_that_is_cut_off_may_exist_already() {
    let mut world = World::sound();
    world.remove("describe-vpc-endpoints", "vpce-s3");
    for table in ["rtb-a", "rtb-b"] {
        world.routes(table).remove(2);
    }
    world.send("a", S3, GIB);
    let remarks = |world: &World| {
        let report = world.check();
        let line = report.advice.iter().find(|line| line.id == "add-gateway-endpoint/vpc-1/s3");
        let line = line.unwrap_or_else(|| panic!("no advice: {:?}", report.advice));
        format!("{:?}", line.evidence.remarks)
    };
    assert!(!remarks(&world).contains("may exist already"));
    world.files.get_mut("describe-vpc-endpoints.json").expect("an answer")["NextToken"] = json!("more");
    assert!(remarks(&world).contains("may exist already"));
}
