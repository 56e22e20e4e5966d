//! What only a check of the set-up asks for.

use super::super::{AclEntry, Delivery, VpcDns};
use super::{inventory, problems, sound};

#[test]
fn rules_of_a_security_group_have_ports_blocks_lists_and_groups() {
    let found = sound(
        r#"{"SecurityGroups":[{"GroupId":"sg-1","VpcId":"vpc-1","IpPermissions":[
            {"IpProtocol":"tcp","FromPort":400,"ToPort":500,"IpRanges":[{"CidrIp":"10.0.0.0/8"}],"Ipv6Ranges":[{"CidrIpv6":"::/0"}],
             "PrefixListIds":[{"PrefixListId":"pl-1"}],"UserIdGroupPairs":[{"GroupId":"sg-2"}]},
            {"IpProtocol":"-1"},{"IpProtocol":"udp","FromPort":443,"ToPort":443},
            {"IpProtocol":"tcp","FromPort":22,"ToPort":22}]}]}"#,
    );
    let rules = &found.setup.group_rules["sg-1"];
    // A list that an answer lacks is not known, which is not the same as empty.
    assert_eq!(rules.egress, None);
    let ingress = rules.ingress.as_ref().unwrap();
    let admits: Vec<bool> = ingress.iter().map(|rule| rule.is_for(443)).collect();
    assert_eq!(admits, [true, true, false, false]);
    assert_eq!((ingress[0].ports, ingress[0].blocks.len()), ((400, 500), 2));
    assert_eq!(
        (&*ingress[0].prefix_lists, &*ingress[0].groups),
        (&["pl-1".to_owned()][..], &["sg-2".to_owned()][..])
    );
}

#[test]
fn entries_of_a_network_acl_come_in_order_of_their_numbers() {
    let found = sound(
        r#"{"NetworkAcls":[{"NetworkAclId":"acl-1","Associations":[{"SubnetId":"subnet-1"}],"Entries":[
            {"RuleNumber":32767,"Egress":false,"RuleAction":"deny","Protocol":"-1","CidrBlock":"0.0.0.0/0"},
            {"RuleNumber":100,"Egress":true,"RuleAction":"allow","Protocol":"6","CidrBlock":"10.0.0.0/8","PortRange":{"From":1024,"To":65535}}]}]}"#,
    );
    let acl = &found.setup.network_acls["acl-1"];
    assert_eq!(acl.subnet_ids, ["subnet-1"]);
    let first = AclEntry {
        number: 100,
        egress: true,
        allow: true,
        tcp: true,
        ports: (1024, 65535),
        block: "10.0.0.0/8".parse().ok(),
    };
    assert_eq!(acl.entries[0], first);
    assert_eq!((acl.entries[1].allow, acl.entries[1].ports), (false, (0, 65535)));
}

#[test]
fn attributes_of_a_vpc_come_one_by_one() {
    let found = inventory(&[
        (
            "describe-vpc-attribute.vpc-1.enableDnsSupport.json",
            r#"{"VpcId":"vpc-1","EnableDnsSupport":{"Value":true}}"#,
        ),
        (
            "describe-vpc-attribute.vpc-1.enableDnsHostnames.json",
            r#"{"EnableDnsHostnames":{"Value":false},"VpcId":"vpc-1"}"#,
        ),
    ]);
    assert_eq!(found.problems, []);
    assert_eq!(found.setup.dns["vpc-1"], VpcDns { support: Some(true), hostnames: Some(false) });
    assert!(!found.unanswered_calls.contains(&"describe-vpc-attribute".to_owned()));
    assert!(found.unanswered_calls.contains(&"describe-instances".to_owned()));
    // A report does without them.
    assert!(!found.missing_calls.contains(&"describe-instances".to_owned()));
}

#[test]
fn tags_policies_groups_and_deliveries_are_kept_by_resource() {
    let found = sound(
        r#"{"VpcEndpoints":[{"VpcEndpointId":"vpce-1","VpcId":"vpc-1","PolicyDocument":"{\"Statement\":[]}",
            "Groups":[{"GroupId":"sg-1"}],"Tags":[{"Key":"env","Value":"prod"}]},
            {"VpcEndpointId":"vpce-2","VpcId":"vpc-1","PolicyDocument":{"Statement":[]}}]}
          {"FlowLogs":[{"FlowLogId":"fl-1","ResourceId":"vpc-1","DeliverLogsStatus":"FAILED","DeliverLogsErrorMessage":"Access error"}]}
          {"Reservations":[{"Instances":[{"InstanceId":"i-1","VpcId":"vpc-1","State":{"Name":"stopped"}}]}]}
          {"IamInstanceProfileAssociations":[{"InstanceId":"i-1","State":"associated"},{"InstanceId":"i-2","State":"disassociated"}]}"#,
    );
    let setup = &found.setup;
    assert_eq!(setup.tags["vpce-1"]["env"], "prod");
    assert_eq!(setup.endpoint_policies["vpce-1"], setup.endpoint_policies["vpce-2"]);
    assert_eq!(setup.groups_of["vpce-1"], ["sg-1"]);
    assert_eq!(setup.deliveries["fl-1"], Delivery { failed: true, error: Some("Access error".to_owned()) });
    assert!(!setup.instances["i-1"].running);
    assert_eq!(setup.instances_with_profile.iter().collect::<Vec<_>>(), ["i-1"]);
}

#[test]
fn bucket_policies_are_known_by_folder_or_name() {
    let wrapped = r#"{"Policy":"{\"Statement\":[]}"}"#;
    let found = inventory(&[
        ("bucket-policies/a.json", r#"{"Statement":[]}"#),
        ("111122223333/bucket-policies/my.bucket.json", wrapped),
        ("get-bucket-policy-c.json", wrapped),
        ("get-bucket-policy.d.json", wrapped),
    ]);
    assert_eq!(found.problems, []);
    let names: Vec<&str> = found.setup.bucket_policies.keys().map(String::as_str).collect();
    assert_eq!(names, ["a", "c", "d", "my.bucket"]);
    assert!(found.setup.bucket_policies.values().all(|document| document == r#"{"Statement":[]}"#));
    for text in ["{", r#"{"Vpcs":[]}"#] {
        let said = problems(&[("bucket-policies/a.json", text)]).join("\n");
        assert!(said.contains("get-bucket-policy --bucket a"), "{said}");
    }
}
