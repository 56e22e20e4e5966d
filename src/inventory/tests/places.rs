//! Regions and accounts: what tells them, and what rules where they disagree.

use super::inventory;

/// Region of `vpc-1` in these files.
fn region(files: &[(&str, &str)]) -> Option<String> {
    let found = inventory(files);
    assert_eq!(found.problems, []);
    found.vpcs.into_iter().find(|vpc| vpc.vpc_id == "vpc-1").unwrap().region
}

const VPC: &str = r#"{"Vpcs":[{"VpcId":"vpc-1"}]}"#;

#[test]
fn everything_in_a_vpc_tells_its_region() {
    let subnet =
        |more: &str| format!(r#"{VPC}{{"Subnets":[{{"SubnetId":"subnet-1","VpcId":"vpc-1",{more}}}]}}"#);
    let arn = r#""SubnetArn":"arn:aws-us-gov:ec2:us-gov-west-1:1:subnet/subnet-1""#;
    let zone = r#""AvailabilityZone":"us-west-2-lax-1a""#;
    let endpoint = |kind: &str, region: &str| {
        format!(
            r#"{{"VpcEndpoints":[{{"VpcEndpointId":"vpce-{region}","VpcId":"vpc-1","VpcEndpointType":"{kind}","ServiceName":"com.amazonaws.{region}.s3"}}]}}"#
        )
    };
    let lists = r#"{"PrefixLists":[{"PrefixListId":"pl-1","PrefixListName":"com.amazonaws.eu-north-1.s3"}]}"#;
    let route = r#"{"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"vpc-1","Routes":[{"DestinationPrefixListId":"pl-1","GatewayId":"vpce-1"}]}]}"#;
    for (expected, path, text) in [
        (Some("us-gov-west-1"), "sa-east-1/a.json", subnet(&format!("{arn},{zone}"))),
        (Some("us-west-2"), "sa-east-1/a.json", subnet(zone)),
        (Some("sa-east-1"), "sa-east-1/a.json", format!("{VPC}{}", endpoint("Gateway", "us-east-1"))),
        (
            Some("us-east-1"),
            "a.json",
            format!(
                "{VPC}{}{}{}",
                endpoint("Gateway", "us-east-1"),
                endpoint("Interface", "eu-west-1"),
                endpoint("Interface", "eu-west-2")
            ),
        ),
        (Some("eu-west-1"), "a.json", format!("{VPC}{}{lists}{route}", endpoint("Interface", "eu-west-1"))),
        (Some("eu-north-1"), "a.json", format!("{VPC}{lists}{route}")),
        (Some("eu-north-1"), "a.json", format!("{VPC}{lists}")),
        (None, "prod-us-east-1/a.json", VPC.to_owned()),
    ] {
        assert_eq!(region(&[(path, &text)]).as_deref(), expected, "{path} {text}");
    }
}

#[test]
fn a_region_spreads_through_the_vpc() {
    let found = inventory(&[(
        "all.json",
        r#"{"Subnets":[{"SubnetId":"subnet-1","VpcId":"vpc-1","AvailabilityZone":"ap-northeast-1a"},{"SubnetId":"subnet-2","VpcId":"vpc-1"},
             {"SubnetId":"subnet-3","VpcId":"vpc-2"}]}
           {"NatGateways":[{"NatGatewayId":"nat-1","VpcId":"vpc-1"},{"NatGatewayId":"nat-2"}]}
           {"VpcEndpoints":[
             {"VpcEndpointId":"vpce-1","VpcId":"vpc-1","ServiceName":"com.amazonaws.ap-northeast-1.s3"},
             {"VpcEndpointId":"vpce-2","VpcId":"vpc-1","ServiceName":"com.amazonaws.us-east-1.s3","VpcEndpointType":"Interface"},
             {"VpcEndpointId":"vpce-3","VpcId":"vpc-1","ServiceName":"com.amazonaws.ap-northeast-1.sts","ServiceRegion":"ap-northeast-1","VpcEndpointType":"Interface"}]}"#,
    )]);
    let tokyo = Some("ap-northeast-1".to_owned());
    assert_eq!(
        found.subnets.iter().map(|subnet| subnet.region.clone()).collect::<Vec<_>>(),
        [tokyo.clone(), tokyo.clone(), None]
    );
    assert_eq!((&found.nat_gateways[0].region, &found.nat_gateways[1].region), (&tokyo, &None));
    assert!(found.vpc_endpoints.iter().all(|endpoint| endpoint.region == tokyo));
    let service_regions: Vec<_> =
        found.vpc_endpoints.iter().map(|endpoint| endpoint.service_region.as_deref()).collect();
    assert_eq!(service_regions, [None, Some("us-east-1"), Some("ap-northeast-1")]);
}

#[test]
fn folders_of_several_accounts_and_regions_stay_apart() {
    let vpc = |id: &str| format!(r#"{{"Vpcs":[{{"VpcId":"vpc-{id}","CidrBlock":"10.0.0.0/16"}}]}}"#);
    let interface = r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1"}]}"#;
    let (a, b, c) = (vpc("a"), vpc("b"), vpc("c"));
    let found = inventory(&[
        ("111122223333/us-east-1/describe-vpcs.json", &a),
        ("111122223333/us-east-1/describe-network-interfaces.json", interface),
        ("111122223333/eu-west-1/describe-vpcs.json", &b),
        ("444455556666/us-east-1/describe-vpcs.json", &c),
        // The same VPC seen again where no folder tells its place.
        ("later/describe-vpcs.json", &a),
    ]);
    let places: Vec<_> =
        found.vpcs.iter().map(|vpc| (vpc.account_id.as_deref(), vpc.region.as_deref())).collect();
    assert_eq!(
        places,
        [
            (Some("111122223333"), Some("us-east-1")),
            (Some("111122223333"), Some("eu-west-1")),
            (Some("444455556666"), Some("us-east-1")),
        ]
    );
    assert_eq!(found.network_interfaces[0].account_id.as_deref(), Some("111122223333"));
}

#[test]
fn the_account_is_the_owner_then_the_arns_then_the_folders() {
    let subnets = r#"{"Subnets":[{"SubnetId":"subnet-1","VpcId":"vpc-1","SubnetArn":"arn:aws:ec2:us-east-1:222233334444:subnet/subnet-1"}]}"#;
    let account = |vpc: &str, more: &str| {
        let found = inventory(&[("111122223333/a.json", vpc), ("111122223333/b.json", more)]);
        found.vpcs[0].account_id.clone().unwrap()
    };
    assert_eq!(account(r#"{"Vpcs":[{"VpcId":"vpc-1","OwnerId":"333344445555"}]}"#, subnets), "333344445555");
    assert_eq!(account(VPC, subnets), "222233334444");
    assert_eq!(account(VPC, "{}"), "111122223333");
}
