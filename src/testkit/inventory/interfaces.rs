//! Network interfaces.

use std::net::Ipv4Addr;

use serde_json::{Value, json};

use super::super::world::{Interface, InterfaceKind};
use super::{Account, created, name_tag};

impl Account<'_> {
    pub(super) fn network_interfaces(&self) -> Vec<Value> {
        let own = self.world.interfaces.iter().filter(|place| place.in_inventory && self.owns(place.vpc));
        own.map(|place| self.network_interface(place)).collect()
    }

    fn network_interface(&self, place: &Interface) -> Value {
        let world = self.world;
        let vpc = &world.vpcs[place.vpc];
        let subnet = place.subnet.map(|number| world.subnets[number].id.as_str());
        let kind = match place.kind {
            InterfaceKind::Instance | InterfaceKind::Fargate => "interface",
            InterfaceKind::NatGateway | InterfaceKind::RegionalNat => "nat_gateway",
            InterfaceKind::Endpoint => "vpc_endpoint",
            InterfaceKind::Lambda => "lambda",
            InterfaceKind::LoadBalancer => "network_load_balancer",
            InterfaceKind::TransitGateway => "transit_gateway",
        };
        let requester = match place.kind {
            InterfaceKind::Instance | InterfaceKind::RegionalNat => None,
            InterfaceKind::NatGateway => Some("amazon-nat"),
            InterfaceKind::LoadBalancer => Some("amazon-elb"),
            InterfaceKind::Lambda => Some("AROAEXAMPLE:awslambda_1_20260207"),
            InterfaceKind::Endpoint | InterfaceKind::TransitGateway | InterfaceKind::Fargate => {
                Some("amazon-aws")
            }
        };
        let description = if place.kind == InterfaceKind::TransitGateway {
            format!("Network Interface for Transit Gateway Attachment {}", place.name)
        } else {
            place.description.clone()
        };
        let addresses: Vec<Value> = place
            .primary
            .iter()
            .chain(&place.secondaries)
            .enumerate()
            .map(|(number, address)| {
                let mut answer = json!({
                    "Primary": number == 0,
                    "PrivateDnsName": self.private_name(*address),
                    "PrivateIpAddress": address.to_string(),
                });
                if let Some(public) = self.public_address(place, number) {
                    answer["Association"] = self.association(place, public);
                }
                answer
            })
            .collect();
        let v6: Vec<Value> = place
            .v6
            .iter()
            .map(|address| json!({ "Ipv6Address": address.to_string(), "IsPrimaryIpv6": false }))
            .collect();
        let tags = if requester.is_none() { name_tag(&place.name) } else { json!([]) };
        let mut answer = json!({
            "Attachment": self.attachment(place),
            "AvailabilityZone": place.zone.name,
            "AvailabilityZoneId": place.zone.id,
            "Description": description,
            "Groups": [{ "GroupName": format!("{}-internal", vpc.name), "GroupId": vpc.security_group }],
            "InterfaceType": kind,
            "Ipv6Addresses": v6,
            "MacAddress": mac(place.primary),
            "NetworkInterfaceId": place.id,
            "OwnerId": self.id(),
            "PrivateDnsName": place.primary.map(|address| self.private_name(address)),
            "PrivateIpAddress": place.primary.map(|address| address.to_string()),
            "PrivateIpAddresses": addresses,
            "RequesterManaged": requester.is_some(),
            "SourceDestCheck": !place.is_nat_instance && place.kind != InterfaceKind::NatGateway,
            "Status": "in-use",
            "SubnetId": subnet,
            "TagSet": tags,
            "VpcId": vpc.id,
        });
        if let Some(requester) = requester {
            answer["RequesterId"] = json!(requester);
        }
        if let Some(public) = self.public_address(place, 0) {
            answer["Association"] = self.association(place, public);
        }
        answer
    }

    /// The public address of private address `number`, if it has one.
    fn public_address(&self, place: &Interface, number: usize) -> Option<Ipv4Addr> {
        let nat = self.world.nats.iter().find(|nat| {
            nat.interfaces.iter().any(|interface| self.world.interfaces[*interface].id == place.id)
        });
        match nat {
            Some(nat) => nat.elastic.get(number).map(|(address, _)| *address),
            None if number == 0 => place.public,
            None => None,
        }
    }

    fn association(&self, place: &Interface, public: Ipv4Addr) -> Value {
        let owner = if place.kind == InterfaceKind::LoadBalancer { "amazon-elb" } else { self.id() };
        json!({ "IpOwnerId": owner, "PublicDnsName": "", "PublicIp": public.to_string() })
    }

    fn attachment(&self, place: &Interface) -> Value {
        let (owner, id) = match place.kind {
            InterfaceKind::Instance => (self.id(), place.attachment_id.clone()),
            InterfaceKind::LoadBalancer => ("amazon-elb", format!("ela-{}", &place.attachment_id)),
            _ => ("amazon-aws", format!("ela-{}", &place.attachment_id)),
        };
        let mut answer = json!({
            "AttachmentId": id.replace("ela-eni-", "ela-"),
            "DeleteOnTermination": place.kind == InterfaceKind::Instance,
            "DeviceIndex": u8::from(place.kind != InterfaceKind::Instance),
            "InstanceOwnerId": owner,
            "Status": "attached",
        });
        if place.kind == InterfaceKind::Instance {
            answer["AttachTime"] = json!(created(self.world));
            answer["InstanceId"] = json!(place.instance_id);
            answer["NetworkCardIndex"] = json!(0);
        }
        answer
    }

    fn private_name(&self, address: Ipv4Addr) -> String {
        let dashed = address.to_string().replace('.', "-");
        format!("ip-{dashed}.{}.compute.internal", self.world.region())
    }
}

/// A locally administered address that carries the private one.
fn mac(address: Option<Ipv4Addr>) -> String {
    let [a, b, c, d] = address.map_or([0; 4], |address| address.octets());
    format!("06:ce:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}
