//! VPCs, subnets, route tables, gateways, endpoints and flow logs.

use super::super::{Route, RouteDestination, RouteTarget, VpcEndpointType};
use super::{inventory, sound};

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

#[test]
fn a_vpc_has_all_its_associated_blocks() {
    let found = sound(
        r#"{"Vpcs":[{"VpcId":"vpc-1","OwnerId":111122223333,"CidrBlock":"10.0.0.0/16","CidrBlockAssociationSet":[
            {"CidrBlock":"10.0.0.0/16","CidrBlockState":{"State":"associated"}},
            {"CidrBlock":"100.64.0.0/16","CidrBlockState":{"State":"associated"}},
            {"CidrBlock":"10.9.0.0/16","CidrBlockState":{"State":"disassociated"}}],
            "Ipv6CidrBlockAssociationSet":[{"Ipv6CidrBlock":"2001:db8::/56","Ipv6CidrBlockState":{"State":"associated"}}],
            "Tags":[{"Key":"Env","Value":"x"},{"Key":"Name","Value":"main"}]},
            {"VpcId":"vpc-0","CidrBlock":"192.168.0.1/24"}]}"#,
    );
    // Sorted by id, host bits cleared.
    assert_eq!(found.vpcs[0].vpc_id, "vpc-0");
    assert_eq!(texts(&found.vpcs[0].cidrs), ["192.168.0.0/24"]);
    assert_eq!(texts(&found.vpcs[1].cidrs), ["10.0.0.0/16", "100.64.0.0/16", "2001:db8::/56"]);
    assert_eq!(found.vpcs[1].name.as_deref(), Some("main"));
    assert_eq!(found.vpcs[1].account_id.as_deref(), Some("111122223333"));
}

#[test]
fn routes_have_a_destination_a_target_and_a_state() {
    let found = sound(
        r#"{"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"vpc-1","Associations":[
            {"Main":true,"AssociationState":{"State":"associated"}},
            {"Main":false,"SubnetId":"subnet-1","AssociationState":{"State":"associated"}},
            {"Main":false,"SubnetId":"subnet-2","AssociationState":{"State":"disassociated"}},
            {"Main":false,"SubnetId":"subnet-3"},
            {"Main":false,"GatewayId":"igw-1"}],
          "Routes":[
            {"DestinationCidrBlock":"10.0.0.0/16","GatewayId":"local","State":"active"},
            {"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-1","State":"blackhole"},
            {"DestinationIpv6CidrBlock":"::/0","EgressOnlyInternetGatewayId":"eigw-1"},
            {"DestinationPrefixListId":"pl-1","GatewayId":"vpce-1"},
            {"DestinationCidrBlock":"1.0.0.0/8","GatewayId":"igw-1"},
            {"DestinationCidrBlock":"2.0.0.0/8","GatewayId":"vgw-1"},
            {"DestinationCidrBlock":"3.0.0.0/8","VpcEndpointId":"vpce-2"},
            {"DestinationCidrBlock":"4.0.0.0/8","TransitGatewayId":"tgw-1"},
            {"DestinationCidrBlock":"5.0.0.0/8","VpcPeeringConnectionId":"pcx-1"},
            {"DestinationCidrBlock":"6.0.0.0/8","InstanceId":"i-1","InstanceOwnerId":"1","NetworkInterfaceId":"eni-1"},
            {"DestinationCidrBlock":"7.0.0.0/8","InstanceId":"i-2"},
            {"DestinationCidrBlock":"8.0.0.0/8","InstanceId":"i-3"},
            {"DestinationCidrBlock":"9.0.0.0/8","CarrierGatewayId":"cagw-1"},
            {"DestinationCidrBlock":"11.0.0.0/8","LocalGatewayId":"lgw-1"},
            {"DestinationCidrBlock":"12.0.0.0/8","CoreNetworkArn":"arn:aws:networkmanager::1:core-network/x"},
            {"DestinationCidrBlock":"13.0.0.0/8","State":"blackhole"}]}]}
          {"NetworkInterfaces":[
            {"NetworkInterfaceId":"eni-1","Attachment":{"InstanceId":"i-1","DeviceIndex":0}},
            {"NetworkInterfaceId":"eni-2","Attachment":{"InstanceId":"i-2","DeviceIndex":1}},
            {"NetworkInterfaceId":"eni-3","Attachment":{"InstanceId":"i-2","DeviceIndex":0}}]}"#,
    );
    let table = &found.route_tables[0];
    assert!(table.main);
    assert_eq!(table.subnet_ids, ["subnet-1", "subnet-3"]);
    let at = |cidr: &str| RouteDestination::Cidr(cidr.parse().unwrap());
    let id = str::to_owned;
    let expected = [
        (at("10.0.0.0/16"), RouteTarget::Local, true),
        (at("0.0.0.0/0"), RouteTarget::NatGateway(id("nat-1")), false),
        (at("::/0"), RouteTarget::EgressOnlyInternetGateway(id("eigw-1")), true),
        (RouteDestination::PrefixList(id("pl-1")), RouteTarget::VpcEndpoint(id("vpce-1")), true),
        (at("1.0.0.0/8"), RouteTarget::InternetGateway(id("igw-1")), true),
        (at("2.0.0.0/8"), RouteTarget::VirtualPrivateGateway(id("vgw-1")), true),
        (at("3.0.0.0/8"), RouteTarget::VpcEndpoint(id("vpce-2")), true),
        (at("4.0.0.0/8"), RouteTarget::TransitGateway(id("tgw-1")), true),
        (at("5.0.0.0/8"), RouteTarget::VpcPeering(id("pcx-1")), true),
        (at("6.0.0.0/8"), RouteTarget::NetworkInterface(id("eni-1")), true),
        (at("7.0.0.0/8"), RouteTarget::NetworkInterface(id("eni-3")), true),
        (at("8.0.0.0/8"), RouteTarget::Other(id("i-3")), true),
        (at("9.0.0.0/8"), RouteTarget::Other(id("cagw-1")), true),
        (at("11.0.0.0/8"), RouteTarget::Other(id("lgw-1")), true),
        (at("12.0.0.0/8"), RouteTarget::Other(id("arn:aws:networkmanager::1:core-network/x")), true),
        (at("13.0.0.0/8"), RouteTarget::Other(String::new()), false),
    ];
    assert_eq!(
        table.routes,
        expected.map(|(destination, target, active)| Route { destination, target, active })
    );
}

#[test]
fn a_malformed_route_is_left_out_and_its_table_kept() {
    let text = r#"{"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"vpc-1","Routes":[
        {"DestinationCidrBlock":"everywhere","NatGatewayId":"nat-1"},{"DestinationCidrBlock":"0.0.0.0/0","NatGatewayId":"nat-1"}]}]}"#;
    let found = inventory(&[("r.json", text)]);
    assert_eq!(found.route_tables[0].routes.len(), 1);
    assert_eq!(found.problems.len(), 1);
    assert!(
        found.problems[0]
            .reason
            .starts_with("rtb-1: DestinationCidrBlock `everywhere` is not an address block")
    );
}

#[test]
fn a_gateway_endpoint_keeps_its_tables_without_their_routes() {
    let found = sound(
        r#"{"VpcEndpoints":[{"VpcEndpointId":"vpce-1","VpcId":"vpc-1","VpcEndpointType":"Gateway","State":"Available",
            "ServiceName":"com.amazonaws.us-east-1.s3","RouteTableIds":["rtb-1","rtb-gone"],"CreationTimestamp":"2026-03-04T05:06:07+00:00"}]}
           {"RouteTables":[{"RouteTableId":"rtb-1","VpcId":"vpc-1","Routes":[]}]}"#,
    );
    let endpoint = &found.vpc_endpoints[0];
    assert_eq!(endpoint.route_table_ids, ["rtb-1", "rtb-gone"]);
    assert_eq!((endpoint.service.as_str(), endpoint.state.as_str()), ("s3", "available"));
    assert_eq!(endpoint.created, Some(1_772_600_767));
    assert!(found.route_tables[0].routes.is_empty());
}

#[test]
fn endpoints_of_every_type_are_told_apart() {
    let written = |id: u32, more: &str| format!(r#"{{"VpcEndpointId":"vpce-{id}","VpcId":"vpc-1"{more}}}"#);
    let list = [
        written(
            1,
            r#","VpcEndpointType":"Interface","ServiceName":"com.amazonaws.us-east-1.ecr.api","PrivateDnsEnabled":true,"SubnetIds":["subnet-1"]"#,
        ),
        written(2, r#","VpcEndpointType":"gateway","ServiceName":"com.amazonaws.us-east-1.dynamodb""#),
        written(3, r#","VpcEndpointType":"GatewayLoadBalancer""#),
        written(
            4,
            r#","VpcEndpointType":"Resource","ResourceConfigurationArn":"arn:aws:vpc-lattice:us-east-1:1:resourceconfiguration/rcfg-1""#,
        ),
        written(5, r#","VpcEndpointType":"ServiceNetwork""#),
        written(6, r#","ServiceName":"com.amazonaws.us-east-1.s3""#),
        written(7, r#","SubnetIds":["subnet-1"]"#),
    ];
    let found = sound(&format!(r#"{{"VpcEndpoints":[{}]}}"#, list.join(",")));
    let types: Vec<_> = found.vpc_endpoints.iter().map(|endpoint| endpoint.endpoint_type).collect();
    assert_eq!(
        types,
        [
            VpcEndpointType::Interface,
            VpcEndpointType::Gateway,
            VpcEndpointType::GatewayLoadBalancer,
            VpcEndpointType::Resource,
            VpcEndpointType::ServiceNetwork,
            VpcEndpointType::Gateway,
            VpcEndpointType::Interface,
        ]
    );
    assert!(found.vpc_endpoints[0].private_dns && !found.vpc_endpoints[1].private_dns);
    assert_eq!(found.vpc_endpoints[0].service, "ecr.api");
    assert_eq!(
        found.vpc_endpoints[3].service,
        "arn:aws:vpc-lattice:us-east-1:1:resourceconfiguration/rcfg-1"
    );
}

#[test]
fn times_may_be_written_in_any_of_the_usual_ways() {
    for written in [
        r#""2026-03-04T05:06:07+00:00""#,
        r#""2026-03-04T05:06:07.123Z""#,
        r#""2026-03-04T14:06:07+09:00""#,
        r#""2026-03-04 05:06:07+00:00""#,
        r#""2026-03-04T05:06:07""#,
        "1772600767",
        "1772600767.5",
        "1772600767000",
        r#""1772600767""#,
        r#"{"__class__":"datetime","year":2026,"month":3,"day":4,"hour":5,"minute":6,"second":7,"microsecond":1}"#,
    ] {
        let found = sound(&format!(
            r#"{{"NatGateways":[{{"NatGatewayId":"nat-1","CreateTime":{written},"DeleteTime":null}}]}}"#
        ));
        assert_eq!(found.nat_gateways[0].created, Some(1_772_600_767), "{written}");
        assert_eq!(found.nat_gateways[0].deleted, None);
    }
    for wrong in [r#""yesterday""#, r#"{"year":2026,"month":13,"day":1}"#, "true", "1e300"] {
        let text = format!(r#"{{"NatGateways":[{{"NatGatewayId":"nat-1","CreateTime":{wrong}}}]}}"#);
        let found = inventory(&[("n.json", &text)]);
        assert_eq!(found.nat_gateways[0].created, None, "{wrong}");
        assert_eq!(found.problems.len(), 1, "{wrong}");
    }
}

#[test]
fn nat_gateways_may_be_private_or_regional() {
    let found = sound(
        r#"{"NatGateways":[
            {"NatGatewayId":"nat-1","VpcId":"vpc-1","SubnetId":"subnet-1","State":"deleted","ConnectivityType":"private",
             "NatGatewayAddresses":[{"NetworkInterfaceId":"eni-2","PrivateIp":"10.0.0.6","IsPrimary":false},
               {"NetworkInterfaceId":"eni-2","PrivateIp":"10.0.0.5","IsPrimary":true}]},
            {"NatGatewayId":"nat-2","VpcId":"vpc-1","State":"available","ConnectivityType":"public","AvailabilityMode":"regional",
             "NatGatewayAddresses":[{"PublicIp":"198.51.100.9","AvailabilityZone":"us-east-1a","AvailabilityZoneId":"use1-az1"}]}]}"#,
    );
    let [private, regional] = found.nat_gateways.as_slice() else { panic!("{found:?}") };
    assert!(private.private && !private.regional);
    assert_eq!(private.state, "deleted");
    assert_eq!(private.addresses[0].private_ip, Some("10.0.0.5".parse().unwrap()));
    assert!(regional.regional && !regional.private);
    assert_eq!((regional.subnet_id.as_deref(), regional.region.as_deref()), (None, Some("us-east-1")));
    assert_eq!(regional.addresses[0].zone_id.as_deref(), Some("use1-az1"));
    assert_eq!(regional.addresses[0].interface_id, None);
}

#[test]
fn flow_logs_and_security_groups_are_read() {
    let found = sound(
        r#"{"FlowLogs":[{"FlowLogId":"fl-1","ResourceId":"vpc-1","TrafficType":"Accept","FlowLogStatus":"ACTIVE",
            "LogFormat":"${version} ${bytes}","LogGroupName":"flow","CreationTime":"2026-03-04T05:06:07.000Z"},
            {"FlowLogId":"fl-2","ResourceId":"eni-1","FlowLogStatus":"DELETING"}]}
           {"SecurityGroups":[{"GroupId":"sg-1","VpcId":"vpc-1"}]}"#,
    );
    let [first, second] = found.flow_logs.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (first.traffic_type.as_str(), first.active, first.created),
        ("ACCEPT", true, Some(1_772_600_767))
    );
    assert_eq!(first.log_format.as_deref(), Some("${version} ${bytes}"));
    assert_eq!(first.log_group_name.as_deref(), Some("flow"));
    assert_eq!(
        (second.traffic_type.as_str(), second.active, second.resource_id.as_str()),
        ("ALL", false, "eni-1")
    );
    assert_eq!(found.security_groups[0].group_id, "sg-1");
    assert_eq!(found.security_groups[0].vpc_id.as_deref(), Some("vpc-1"));
}
