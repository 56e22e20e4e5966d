//! From one element of an answer to one resource.

use ipnet::IpNet;
use serde_json::Value;

use super::call::Call;
use super::draft::{Draft, Element, Place, PrefixListDraft};
use super::interface;
use super::model::{
    FlowLog, NatGateway, NatGatewayAddress, Route, RouteDestination, RouteTable, RouteTarget, SecurityGroup,
    Subnet, Vpc, VpcEndpoint, VpcEndpointType,
};
use super::region::region_of_zone;
use super::service_name::short_name;
use super::value::{Notes, Reader, flag, items, name_tag, owner, string, strings, text};

/// Reads one element of the list `call` answers with. `None`, with a note, when it lacks the id that everything
/// else hangs on.
pub(super) fn element(call: Call, object: &Value, notes: &mut Notes) -> Option<Element> {
    match call {
        Call::Vpcs => vpc(object, notes).map(Element::Vpc),
        Call::Subnets => subnet(object, notes).map(Element::Subnet),
        Call::RouteTables => route_table(object, notes).map(Element::RouteTable),
        Call::NatGateways => nat_gateway(object, notes).map(Element::NatGateway),
        Call::VpcEndpoints => vpc_endpoint(object, notes).map(Element::VpcEndpoint),
        Call::NetworkInterfaces => {
            interface::read(object, notes).map(|draft| Element::NetworkInterface(Box::new(draft)))
        }
        Call::PrefixLists => prefix_list(object, notes).map(Element::PrefixList),
        Call::FlowLogs => flow_log(object, notes).map(Element::FlowLog),
        Call::SecurityGroups => security_group(object, notes).map(Element::SecurityGroup),
        // Entries carry no id of their own; `entries` reads the whole list. Tags are read by `tags`. The last four are of `setup`
        // alone.
        Call::PrefixListEntries
        | Call::Tags
        | Call::NetworkAcls
        | Call::VpcAttributes
        | Call::Instances
        | Call::InstanceProfiles => None,
    }
}

/// The tags that an element of the list `call` answers with tells, each with the resource that has it. Only resources
/// that own clients are asked.
pub(super) fn tags(call: Call, object: &Value) -> Vec<(String, String, String)> {
    let (id, list) = match call {
        Call::Vpcs => ("VpcId", "Tags"),
        Call::Subnets => ("SubnetId", "Tags"),
        Call::NetworkInterfaces => ("NetworkInterfaceId", "TagSet"),
        Call::Tags => return tag(text(object, "ResourceId"), object).into_iter().collect(),
        _ => return Vec::new(),
    };
    items(object, list).iter().filter_map(|written| tag(text(object, id), written)).collect()
}

/// One tag; an empty value is a value.
fn tag(resource: Option<&str>, written: &Value) -> Option<(String, String, String)> {
    let value = written.get("Value").and_then(Value::as_str).unwrap_or_default();
    Some((resource?.to_owned(), string(written, "Key")?, value.to_owned()))
}

/// The identifier under `key`, or a note that the resource was left out.
pub(super) fn identifier<'a>(object: &'a Value, key: &str, of: &str, notes: &mut Notes) -> Option<&'a str> {
    let id = text(object, key);
    if id.is_none() {
        notes.add(format!("{of} has no {key} and was left out; give the answer as the AWS CLI prints it"));
    }
    id
}

/// The blocks of a list of prefix list entries, given as objects with a `Cidr` or as plain texts.
pub(super) fn entries(list: &[Value], of: &str, notes: &mut Notes) -> Vec<IpNet> {
    let mut reader = Reader { resource: of, notes };
    let blocks = list.iter().filter_map(|entry| match entry.as_str() {
        Some(written) => reader.block_text("Cidr", written),
        None => reader.block(entry, "Cidr"),
    });
    blocks.collect()
}

fn vpc(object: &Value, notes: &mut Notes) -> Option<Draft<Vpc>> {
    let id = identifier(object, "VpcId", "an element of Vpcs", notes)?;
    let mut reader = Reader { resource: id, notes };
    let set = items(object, "CidrBlockAssociationSet");
    // The main block is usually in the set as well; hand-made inventories may give only one of the two.
    let main_listed = set.iter().any(|block| text(block, "CidrBlock") == text(object, "CidrBlock"));
    let main = if main_listed { None } else { reader.block(object, "CidrBlock") };
    let mut cidrs: Vec<IpNet> = main.into_iter().collect();
    for (list, key, state) in [
        ("CidrBlockAssociationSet", "CidrBlock", "CidrBlockState"),
        ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState"),
    ] {
        associated(object, list, key, state, &mut reader, &mut cidrs);
    }
    let item =
        Vpc { vpc_id: id.to_owned(), account_id: owner(object), region: None, cidrs, name: name_tag(object) };
    Some(Draft { item, place: Place::of(object) })
}

/// Adds the blocks of `list` whose state is `associated`, or is not told.
fn associated(
    object: &Value,
    list: &str,
    key: &str,
    state_key: &str,
    reader: &mut Reader<'_>,
    blocks: &mut Vec<IpNet>,
) {
    for association in items(object, list) {
        let state = association.get(state_key).and_then(|state| text(state, "State"));
        if state.is_some_and(|state| !state.eq_ignore_ascii_case("associated")) {
            continue;
        }
        if let Some(block) = reader.block(association, key).filter(|block| !blocks.contains(block)) {
            blocks.push(block);
        }
    }
}

fn subnet(object: &Value, notes: &mut Notes) -> Option<Draft<Subnet>> {
    let id = identifier(object, "SubnetId", "an element of Subnets", notes)?;
    let vpc_id = identifier(object, "VpcId", id, notes)?;
    let mut reader = Reader { resource: id, notes };
    let mut cidrs: Vec<IpNet> = reader.block(object, "CidrBlock").into_iter().collect();
    associated(
        object,
        "Ipv6CidrBlockAssociationSet",
        "Ipv6CidrBlock",
        "Ipv6CidrBlockState",
        &mut reader,
        &mut cidrs,
    );
    let item = Subnet {
        subnet_id: id.to_owned(),
        vpc_id: vpc_id.to_owned(),
        region: None,
        cidrs,
        zone_name: string(object, "AvailabilityZone"),
        zone_id: string(object, "AvailabilityZoneId"),
        name: name_tag(object),
    };
    Some(Draft { item, place: Place::of(object) })
}

fn route_table(object: &Value, notes: &mut Notes) -> Option<Draft<RouteTable>> {
    let id = identifier(object, "RouteTableId", "an element of RouteTables", notes)?;
    let vpc_id = identifier(object, "VpcId", id, notes)?;
    // An association that has ended, or never came to be, decides nothing.
    let associations = || {
        items(object, "Associations").iter().filter(|association| {
            let state = association.get("AssociationState").and_then(|state| text(state, "State"));
            !matches!(state, Some("disassociated" | "failed"))
        })
    };
    let mut reader = Reader { resource: id, notes };
    let item = RouteTable {
        route_table_id: id.to_owned(),
        vpc_id: vpc_id.to_owned(),
        main: associations().any(|association| flag(association, "Main") == Some(true)),
        // Associations with a gateway (edge associations) have no SubnetId: they rule traffic from outside.
        subnet_ids: associations().filter_map(|association| string(association, "SubnetId")).collect(),
        routes: items(object, "Routes").iter().filter_map(|written| route(written, &mut reader)).collect(),
        name: name_tag(object),
    };
    Some(Draft { item, place: Place::of(object) })
}

fn route(object: &Value, reader: &mut Reader<'_>) -> Option<Route> {
    let destination = if let Some(list) = string(object, "DestinationPrefixListId") {
        RouteDestination::PrefixList(list)
    } else {
        let key = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"]
            .into_iter()
            .find(|key| text(object, key).is_some());
        RouteDestination::Cidr(reader.block(object, key?)?)
    };
    // `filtered` routes are there but not used, as blackholes are.
    let active = !matches!(text(object, "State"), Some("blackhole" | "filtered"));
    Some(Route { destination, target: route_target(object), active })
}

/// The target of a route. A target that is only an instance is given as [`RouteTarget::Other`] here, because
/// its interface is known only once all answers are read.
fn route_target(object: &Value) -> RouteTarget {
    let target = |key: &str, wrap: fn(String) -> RouteTarget| string(object, key).map(wrap);
    target("NatGatewayId", RouteTarget::NatGateway)
        .or_else(|| target("TransitGatewayId", RouteTarget::TransitGateway))
        .or_else(|| target("VpcPeeringConnectionId", RouteTarget::VpcPeering))
        .or_else(|| target("EgressOnlyInternetGatewayId", RouteTarget::EgressOnlyInternetGateway))
        .or_else(|| target("VpcEndpointId", RouteTarget::VpcEndpoint))
        // Before the instance: answers name both, and the interface is what records are keyed by.
        .or_else(|| target("NetworkInterfaceId", RouteTarget::NetworkInterface))
        .or_else(|| target("GatewayId", gateway_target))
        .or_else(|| {
            ["InstanceId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn"]
                .into_iter()
                .find_map(|key| target(key, RouteTarget::Other))
        })
        // A blackhole whose target is gone may name none. The route still decides, so it stays.
        .unwrap_or_else(|| RouteTarget::Other(String::new()))
}

/// What a `GatewayId` stands for, by the prefix of the id.
fn gateway_target(id: String) -> RouteTarget {
    let prefix = id.split_once('-').map_or(id.as_str(), |(prefix, _)| prefix);
    let wrap = match prefix {
        "local" => return RouteTarget::Local,
        "igw" => RouteTarget::InternetGateway,
        "eigw" => RouteTarget::EgressOnlyInternetGateway,
        "vgw" => RouteTarget::VirtualPrivateGateway,
        "vpce" => RouteTarget::VpcEndpoint,
        "nat" => RouteTarget::NatGateway,
        "tgw" => RouteTarget::TransitGateway,
        _ => RouteTarget::Other,
    };
    wrap(id)
}

fn nat_gateway(object: &Value, notes: &mut Notes) -> Option<Draft<NatGateway>> {
    let id = identifier(object, "NatGatewayId", "an element of NatGateways", notes)?;
    let mut reader = Reader { resource: id, notes };
    let mut written: Vec<&Value> = items(object, "NatGatewayAddresses").iter().collect();
    written.sort_by_key(|address| flag(address, "IsPrimary") != Some(true));
    let zone = written.iter().find_map(|address| region_of_zone(text(address, "AvailabilityZone")?));
    let mut place = Place::of(object);
    place.zone_region = place.zone_region.or_else(|| zone.map(str::to_owned));
    let addresses = written.iter().map(|address| NatGatewayAddress {
        interface_id: string(address, "NetworkInterfaceId"),
        private_ip: reader.address(address, "PrivateIp"),
        public_ip: reader.address(address, "PublicIp"),
        zone_id: string(address, "AvailabilityZoneId"),
    });
    let addresses = addresses.collect();
    let is = |key: &str, value: &str| text(object, key).is_some_and(|text| text.eq_ignore_ascii_case(value));
    let item = NatGateway {
        nat_gateway_id: id.to_owned(),
        vpc_id: string(object, "VpcId"),
        subnet_id: string(object, "SubnetId"),
        region: None,
        state: state(object),
        private: is("ConnectivityType", "private"),
        regional: is("AvailabilityMode", "regional"),
        addresses,
        created: reader.time(object, "CreateTime"),
        deleted: reader.time(object, "DeleteTime"),
        name: name_tag(object),
    };
    Some(Draft { item, place })
}

/// `State` in lower case. What a list names without a state is there.
fn state(object: &Value) -> String {
    text(object, "State").map_or_else(|| "available".to_owned(), str::to_ascii_lowercase)
}

fn vpc_endpoint(object: &Value, notes: &mut Notes) -> Option<Draft<VpcEndpoint>> {
    let id = identifier(object, "VpcEndpointId", "an element of VpcEndpoints", notes)?;
    let vpc_id = identifier(object, "VpcId", id, notes)?;
    let subnet_ids = strings(object, "SubnetIds");
    let interface_ids = strings(object, "NetworkInterfaceIds");
    let endpoint_type = match text(object, "VpcEndpointType").map(str::to_ascii_lowercase).as_deref() {
        Some("gateway") => VpcEndpointType::Gateway,
        Some("gatewayloadbalancer") => VpcEndpointType::GatewayLoadBalancer,
        Some("resource") => VpcEndpointType::Resource,
        Some("servicenetwork") => VpcEndpointType::ServiceNetwork,
        // Answers older than interface endpoints do not name the type.
        None if subnet_ids.is_empty() && interface_ids.is_empty() => VpcEndpointType::Gateway,
        Some("interface") | None => VpcEndpointType::Interface,
        Some(other) => {
            notes.add(format!("{id} has the unknown VpcEndpointType `{other}` and was left out"));
            return None;
        }
    };
    // Endpoints of VPC Lattice lead to an ARN and have no service name.
    let service_name = ["ServiceName", "ResourceConfigurationArn", "ServiceNetworkArn"]
        .into_iter()
        .find_map(|key| string(object, key))
        .unwrap_or_default();
    let mut reader = Reader { resource: id, notes };
    let item = VpcEndpoint {
        vpc_endpoint_id: id.to_owned(),
        endpoint_type,
        service: short_name(&service_name),
        service_name,
        service_region: string(object, "ServiceRegion"),
        vpc_id: vpc_id.to_owned(),
        region: None,
        state: state(object),
        subnet_ids,
        interface_ids,
        route_table_ids: strings(object, "RouteTableIds"),
        private_dns: flag(object, "PrivateDnsEnabled").unwrap_or(false),
        managed: flag(object, "RequesterManaged").unwrap_or(false),
        created: reader.time(object, "CreationTimestamp"),
        name: name_tag(object),
    };
    Some(Draft { item, place: Place::of(object) })
}

fn prefix_list(object: &Value, notes: &mut Notes) -> Option<PrefixListDraft> {
    let id = identifier(object, "PrefixListId", "an element of PrefixLists", notes)?;
    // `describe-prefix-lists` prints the blocks as `Cidrs`; inventories made by hand nest `Entries`.
    let inline = ["Entries", "Cidrs"].into_iter().find_map(|key| object.get(key)?.as_array());
    Some(PrefixListDraft {
        prefix_list_id: id.to_owned(),
        name: string(object, "PrefixListName"),
        entries: inline.map(|list| entries(list, id, notes)),
    })
}

fn flow_log(object: &Value, notes: &mut Notes) -> Option<FlowLog> {
    let id = identifier(object, "FlowLogId", "an element of FlowLogs", notes)?;
    let resource_id = identifier(object, "ResourceId", id, notes)?;
    let mut reader = Reader { resource: id, notes };
    Some(FlowLog {
        flow_log_id: id.to_owned(),
        resource_id: resource_id.to_owned(),
        traffic_type: text(object, "TrafficType").map_or_else(|| "ALL".to_owned(), str::to_ascii_uppercase),
        log_format: string(object, "LogFormat"),
        log_group_name: string(object, "LogGroupName"),
        active: text(object, "FlowLogStatus").is_none_or(|status| status.eq_ignore_ascii_case("ACTIVE")),
        created: reader.time(object, "CreationTime"),
    })
}

fn security_group(object: &Value, notes: &mut Notes) -> Option<Draft<SecurityGroup>> {
    let id = identifier(object, "GroupId", "an element of SecurityGroups", notes)?;
    let item = SecurityGroup { group_id: id.to_owned(), vpc_id: string(object, "VpcId") };
    Some(Draft { item, place: Place::of(object) })
}
