//! Whose an interface is, its addresses, and what it tells about gateways and endpoints.

use std::net::IpAddr;

use super::super::{InterfaceKind, NatGatewayAddress, NetworkInterface, VpcEndpointType};
use super::{inventory, sound};

/// The one interface with these keys besides its id.
fn interface(keys: &str) -> NetworkInterface {
    let text = format!(r#"{{"NetworkInterfaces":[{{"NetworkInterfaceId":"eni-1"{keys}}}]}}"#);
    sound(&text).network_interfaces.remove(0)
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_type_tells_the_kind_in_both_spellings() {
    for (written, kind) in [
        ("nat_gateway", InterfaceKind::NatGateway),
        ("natGateway", InterfaceKind::NatGateway),
        ("regional_nat_gateway", InterfaceKind::NatGateway),
        ("vpc_endpoint", InterfaceKind::VpcEndpoint),
        ("gateway_load_balancer_endpoint", InterfaceKind::GatewayLoadBalancerEndpoint),
        ("transit_gateway", InterfaceKind::TransitGateway),
        ("load_balancer", InterfaceKind::LoadBalancer),
        ("network_load_balancer", InterfaceKind::LoadBalancer),
        ("gateway_load_balancer", InterfaceKind::LoadBalancer),
        ("lambda", InterfaceKind::Lambda),
        ("branch", InterfaceKind::Ordinary),
        ("trunk", InterfaceKind::Ordinary),
        ("efa", InterfaceKind::Ordinary),
        ("something_new", InterfaceKind::Ordinary),
    ] {
        assert_eq!(interface(&format!(r#","InterfaceType":"{written}""#)).kind, kind, "{written}");
    }
}

#[test]
fn without_a_type_the_description_tells_the_kind() {
    let elb = r#","RequesterId":"amazon-elb""#;
    let owner = r#","Attachment":{"InstanceOwnerId":"amazon-elb"}"#;
    for (description, more, kind) in [
        ("Interface for NAT Gateway nat-0a1", "", InterfaceKind::NatGateway),
        ("VPC Endpoint Interface vpce-0b2", "", InterfaceKind::VpcEndpoint),
        ("Network Interface for Transit Gateway Attachment tgw-attach-0c", "", InterfaceKind::TransitGateway),
        ("ELB app/web/50dc6c495c0c9188", "", InterfaceKind::LoadBalancer),
        ("ELB net/web/50dc6c495c0c9188", "", InterfaceKind::LoadBalancer),
        ("ELB old-web", elb, InterfaceKind::LoadBalancer),
        ("ELB old-web", owner, InterfaceKind::LoadBalancer),
        ("ELB test client", "", InterfaceKind::Ordinary),
        ("AWS Lambda VPC ENI-fn-1234", "", InterfaceKind::Lambda),
        ("RDSNetworkInterface", "", InterfaceKind::Ordinary),
        ("", "", InterfaceKind::Ordinary),
    ] {
        for kind_key in ["", r#","InterfaceType":"interface""#] {
            let found = interface(&format!(r#","Description":"{description}"{kind_key}{more}"#));
            assert_eq!(found.kind, kind, "{description}");
            assert_eq!(found.nat_gateway_id.is_some(), kind == InterfaceKind::NatGateway);
            assert_eq!(found.vpc_endpoint_id.is_some(), kind == InterfaceKind::VpcEndpoint);
        }
    }
    // Words in the description of somebody's own interface name nothing.
    assert_eq!(interface(r#","Description":"replaces nat-0a1","InterfaceType":"efa""#).nat_gateway_id, None);
}

#[test]
fn all_addresses_are_kept_primary_first() {
    let found = interface(
        r#","Status":"In-Use","VpcId":"vpc-1","SubnetId":"subnet-1","AvailabilityZone":"us-east-1a","OwnerId":"011122223333",
        "SourceDestCheck":false,"Attachment":{"InstanceId":"i-1","DeviceIndex":0},"Association":{"PublicIp":"198.51.100.7"},
        "PrivateIpAddress":"10.0.0.9","PrivateIpAddresses":[
          {"PrivateIpAddress":"10.0.0.10","Primary":false,"Association":{"PublicIp":"198.51.100.8"}},
          {"PrivateIpAddress":"10.0.0.9","Primary":true,"Association":{"PublicIp":"198.51.100.7"}}],
        "Ipv6Addresses":[{"Ipv6Address":"2001:db8::1"}],"Ipv4Prefixes":[{"Ipv4Prefix":"10.0.1.16/28"}],
        "Ipv6Prefixes":[{"Ipv6Prefix":"2001:db8:0:1::/80"}],"TagSet":[{"Key":"Name","Value":"node"}]"#,
    );
    assert_eq!(found.addresses, [ip("10.0.0.9"), ip("10.0.0.10"), ip("2001:db8::1")]);
    assert_eq!(found.public_ips, [ip("198.51.100.7"), ip("198.51.100.8")]);
    assert_eq!(
        found.prefixes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.0.1.16/28", "2001:db8:0:1::/80"]
    );
    assert_eq!((found.status.as_str(), found.source_dest_check), ("in-use", Some(false)));
    assert_eq!(found.instance_id.as_deref(), Some("i-1"));
    assert_eq!(found.account_id.as_deref(), Some("011122223333"));
    assert_eq!(found.name.as_deref(), Some("node"));
}

#[test]
fn a_malformed_address_is_left_out_and_reported() {
    let text = r#"{"NetworkInterfaces":[
        {"NetworkInterfaceId":"eni-1","PrivateIpAddress":"10.0.0.999","PrivateIpAddresses":[{"PrivateIpAddress":"10.0.0.9"}],
         "Ipv4Prefixes":[{"Ipv4Prefix":"10.0.0.0/40"}],"Ipv6Addresses":[{"Ipv6Address":""}]},
        {"Description":"no id"}]}"#;
    let found = inventory(&[("eni.json", text)]);
    assert_eq!(found.network_interfaces[0].addresses, [ip("10.0.0.9")]);
    let reasons: Vec<&str> = found.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "eni-1: PrivateIpAddress `10.0.0.999` is not an IP address; the value was left out",
            "eni-1: Ipv4Prefix `10.0.0.0/40` is not an address block such as 10.0.0.0/16; the value was left out",
            "an element of NetworkInterfaces has no NetworkInterfaceId and was left out; give the answer as the AWS CLI prints it",
        ]
    );
}

#[test]
fn problems_of_one_file_have_a_limit() {
    let bad = r#"{"VpcId":"vpc-1","CidrBlock":"x"}"#;
    let text = format!(r#"{{"Vpcs":[{}]}}"#, vec![bad; 1000].join(","));
    let found = inventory(&[("v.json", &text)]).problems;
    assert_eq!(found.len(), 21);
    assert_eq!(found[20].reason, "980 more values could not be used either");
}

const NAT_INTERFACE: &str = r#"{"NetworkInterfaceId":"eni-n","Description":"Interface for NAT Gateway nat-0a",
    "VpcId":"vpc-1","SubnetId":"subnet-1","AvailabilityZone":"eu-west-1a","PrivateIpAddress":"10.0.0.5","PrivateIpAddresses":[
    {"PrivateIpAddress":"10.0.0.5","Primary":true,"Association":{"PublicIp":"198.51.100.5"}},
    {"PrivateIpAddress":"10.0.0.6","Primary":false,"Association":{"PublicIp":"198.51.100.6"}}]}"#;

fn address(private: &str, public: &str) -> NatGatewayAddress {
    NatGatewayAddress {
        interface_id: Some("eni-n".to_owned()),
        private_ip: Some(ip(private)),
        public_ip: Some(ip(public)),
        zone_id: None,
    }
}

#[test]
fn nat_addresses_are_completed_from_the_interface() {
    let both = [address("10.0.0.5", "198.51.100.5"), address("10.0.0.6", "198.51.100.6")];
    for known in [
        "",
        r#"{"NetworkInterfaceId":"eni-n","PrivateIp":"10.0.0.5"}"#,
        r#"{"NetworkInterfaceId":"eni-n","PublicIp":"198.51.100.5"},{"PrivateIp":"10.0.0.6"}"#,
        r#"{"NetworkInterfaceId":"eni-n"}"#,
    ] {
        let text = format!(
            r#"{{"NatGateways":[{{"NatGatewayId":"nat-0a","State":"Available","NatGatewayAddresses":[{known}]}}]}}
               {{"NetworkInterfaces":[{NAT_INTERFACE}]}}"#
        );
        let found = sound(&text);
        assert_eq!(found.nat_gateways.len(), 1);
        assert_eq!(found.nat_gateways[0].addresses, both, "{known}");
        assert_eq!(found.nat_gateways[0].state, "available");
    }
}

#[test]
fn an_interface_stands_for_a_gateway_nobody_described() {
    let interfaces = format!(r#"{{"NetworkInterfaces":[{NAT_INTERFACE}]}}"#);
    let found = sound(&interfaces);
    let gateway = &found.nat_gateways[0];
    assert_eq!(gateway.nat_gateway_id, "nat-0a");
    assert_eq!((gateway.vpc_id.as_deref(), gateway.subnet_id.as_deref()), (Some("vpc-1"), Some("subnet-1")));
    assert_eq!(gateway.region.as_deref(), Some("eu-west-1"));
    assert_eq!((gateway.state.as_str(), gateway.private, gateway.regional), ("available", false, false));
    assert_eq!(gateway.addresses, [address("10.0.0.5", "198.51.100.5"), address("10.0.0.6", "198.51.100.6")]);
    assert!(found.missing_calls.contains(&"describe-nat-gateways".to_owned()));

    // Where they were described, a gateway that is not among them is gone.
    assert!(sound(&format!(r#"{interfaces}{{"NatGateways":[]}}"#)).nat_gateways.is_empty());
    // Another account's answer does not count.
    let found = inventory(&[("a/i.json", &interfaces), ("b/n.json", r#"{"NatGateways":[]}"#)]);
    assert_eq!(found.nat_gateways.len(), 1);
    // Without an elastic address it can only be a private one.
    let private = NAT_INTERFACE.replace("PublicIp", "Other");
    assert!(sound(&format!(r#"{{"NetworkInterfaces":[{private}]}}"#)).nat_gateways[0].private);
}

#[test]
fn references_tell_the_kind_of_old_interfaces() {
    let found = sound(
        r#"{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-a","PrivateIpAddress":"10.0.0.1"},{"NetworkInterfaceId":"eni-b"},
            {"NetworkInterfaceId":"eni-c","Description":"VPC Endpoint Interface vpce-g"},{"NetworkInterfaceId":"eni-d","InterfaceType":"vpc_endpoint",
            "Description":"VPC Endpoint Interface vpce-i"},{"NetworkInterfaceId":"eni-e","InterfaceType":"vpc_endpoint","Description":"VPC Endpoint Interface vpce-x"}]}
           {"NatGateways":[{"NatGatewayId":"nat-1","NatGatewayAddresses":[{"NetworkInterfaceId":"eni-a"}]}]}
           {"VpcEndpoints":[
            {"VpcEndpointId":"vpce-g","VpcId":"vpc-1","VpcEndpointType":"GatewayLoadBalancer","NetworkInterfaceIds":["eni-c"]},
            {"VpcEndpointId":"vpce-i","VpcId":"vpc-1","VpcEndpointType":"Interface","NetworkInterfaceIds":["eni-b"]}]}"#,
    );
    let kinds: Vec<_> = found.network_interfaces.iter().map(|interface| interface.kind).collect();
    assert_eq!(
        kinds,
        [
            InterfaceKind::NatGateway,
            InterfaceKind::VpcEndpoint,
            InterfaceKind::GatewayLoadBalancerEndpoint,
            InterfaceKind::VpcEndpoint,
            InterfaceKind::VpcEndpoint,
        ]
    );
    assert_eq!(found.network_interfaces[0].nat_gateway_id.as_deref(), Some("nat-1"));
    assert_eq!(found.nat_gateways[0].addresses[0].private_ip, Some(ip("10.0.0.1")));
    assert_eq!(found.network_interfaces[1].vpc_endpoint_id.as_deref(), Some("vpce-i"));
    assert_eq!(found.vpc_endpoints[1].interface_ids, ["eni-b", "eni-d"]);
    // No service is invented for the endpoint that only an interface names.
    assert_eq!(found.vpc_endpoints.len(), 2);
    assert_eq!(found.vpc_endpoints[0].endpoint_type, VpcEndpointType::GatewayLoadBalancer);
    assert_eq!(found.network_interfaces[4].vpc_endpoint_id.as_deref(), Some("vpce-x"));
}
