//! Network interfaces: whose they are, and which addresses they hold.

use serde_json::Value;

use super::draft::{Draft, InterfaceDraft, Place};
use super::model::{InterfaceKind, NetworkInterface};
use super::resource::identifier;
use super::value::{Notes, Reader, flag, items, name_tag, owner, string, text};

/// Reads one element of `NetworkInterfaces`.
pub(super) fn read(object: &Value, notes: &mut Notes) -> Option<Draft<InterfaceDraft>> {
    let id = identifier(object, "NetworkInterfaceId", "an element of NetworkInterfaces", notes)?;
    let mut reader = Reader { resource: id, notes };
    let null = Value::Null;
    let attachment = object.get("Attachment").unwrap_or(&null);
    let description = text(object, "Description").unwrap_or_default();
    let kind = kind(object, attachment, description);

    // The interface itself repeats its primary address, which makes it the first of the pairs.
    let mut written: Vec<&Value> = items(object, "PrivateIpAddresses").iter().collect();
    written.sort_by_key(|address| flag(address, "Primary") != Some(true));
    let mut pairs = Vec::new();
    for holder in std::iter::once(object).chain(written) {
        let private = reader.address(holder, "PrivateIpAddress");
        let public = holder.get("Association").and_then(|found| reader.address(found, "PublicIp"));
        match pairs.iter_mut().find(|(known, _)| Some(*known) == private) {
            Some((_, known)) => *known = public.or(*known),
            None => pairs.extend(private.map(|private| (private, public))),
        }
    }
    let mut addresses: Vec<_> = pairs.iter().map(|(private, _)| *private).collect();
    for holder in items(object, "Ipv6Addresses").iter().chain([object]) {
        let address = reader.address(holder, "Ipv6Address");
        addresses.extend(address.filter(|address| !addresses.contains(address)));
    }
    let mut prefixes = Vec::new();
    for (list, key) in [("Ipv4Prefixes", "Ipv4Prefix"), ("Ipv6Prefixes", "Ipv6Prefix")] {
        prefixes.extend(items(object, list).iter().filter_map(|prefix| reader.block(prefix, key)));
    }
    let interface = NetworkInterface {
        interface_id: id.to_owned(),
        kind,
        description: description.to_owned(),
        vpc_id: string(object, "VpcId"),
        subnet_id: string(object, "SubnetId"),
        zone_name: string(object, "AvailabilityZone"),
        account_id: owner(object),
        status: text(object, "Status").unwrap_or_default().to_ascii_lowercase(),
        addresses,
        prefixes,
        public_ips: pairs.iter().filter_map(|(_, public)| *public).collect(),
        instance_id: string(attachment, "InstanceId"),
        nat_gateway_id: named(description, "nat-").filter(|_| kind == InterfaceKind::NatGateway),
        vpc_endpoint_id: named(description, "vpce-").filter(|_| {
            matches!(kind, InterfaceKind::VpcEndpoint | InterfaceKind::GatewayLoadBalancerEndpoint)
        }),
        source_dest_check: flag(object, "SourceDestCheck"),
        name: name_tag(object),
    };
    let device_index = attachment.get("DeviceIndex").and_then(Value::as_u64).unwrap_or(0);
    Some(Draft { item: InterfaceDraft { interface, pairs, device_index }, place: Place::of(object) })
}

/// What the interface belongs to, by its type; where that says nothing, by the description AWS gives to the
/// interfaces it makes.
fn kind(object: &Value, attachment: &Value, description: &str) -> InterfaceKind {
    // Answers write `nat_gateway` where the API reference has `natGateway`.
    let written = text(object, "InterfaceType").unwrap_or_default();
    let plain: String = written.chars().filter(char::is_ascii_alphanumeric).collect();
    match plain.to_ascii_lowercase().as_str() {
        "natgateway" | "regionalnatgateway" => InterfaceKind::NatGateway,
        "vpcendpoint" => InterfaceKind::VpcEndpoint,
        "gatewayloadbalancerendpoint" => InterfaceKind::GatewayLoadBalancerEndpoint,
        "transitgateway" => InterfaceKind::TransitGateway,
        "loadbalancer" | "networkloadbalancer" | "gatewayloadbalancer" => InterfaceKind::LoadBalancer,
        "lambda" => InterfaceKind::Lambda,
        // Application and classic load balancers have the type `interface` to this day.
        "" | "interface" => kind_by_description(object, attachment, description),
        _ => InterfaceKind::Ordinary,
    }
}

fn kind_by_description(object: &Value, attachment: &Value, description: &str) -> InterfaceKind {
    let starts = |prefix: &str| description.starts_with(prefix);
    // Anybody may begin a description with `ELB`; only the service's own interfaces count then.
    let by_elb = || {
        text(object, "RequesterId") == Some("amazon-elb")
            || text(attachment, "InstanceOwnerId") == Some("amazon-elb")
    };
    if starts("Interface for NAT Gateway nat-") {
        InterfaceKind::NatGateway
    } else if starts("VPC Endpoint Interface vpce-") {
        InterfaceKind::VpcEndpoint
    } else if starts("Network Interface for Transit Gateway Attachment tgw-attach-") {
        InterfaceKind::TransitGateway
    } else if starts("ELB app/") || starts("ELB net/") || starts("ELB gwy/") || (starts("ELB ") && by_elb()) {
        InterfaceKind::LoadBalancer
    } else if starts("AWS Lambda VPC ENI") {
        InterfaceKind::Lambda
    } else {
        InterfaceKind::Ordinary
    }
}

/// The first id with `prefix` among the words of a description.
fn named(description: &str, prefix: &str) -> Option<String> {
    description
        .split(|part: char| !part.is_ascii_alphanumeric() && part != '-')
        .find(|word| word.len() > prefix.len() && word.starts_with(prefix))
        .map(str::to_owned)
}
