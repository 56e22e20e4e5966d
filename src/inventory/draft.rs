//! Resources as one answer tells them, before answers are compared.

use std::net::IpAddr;

use ipnet::IpNet;
use serde_json::Value;

use super::model::{
    FlowLog, NatGateway, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};
use super::region::{place_of_arn, region_of_zone};
use super::value::text;

/// A resource with what its own answer says about where it is.
#[derive(Debug)]
pub(super) struct Draft<T> {
    /// The resource; region and account are filled in later.
    pub(super) item: T,
    /// Where it says it is.
    pub(super) place: Place,
}

/// What the answer about a resource tells about its place.
#[derive(Debug, Default, Clone)]
pub(super) struct Place {
    /// Region in its ARN.
    pub(super) arn_region: Option<String>,
    /// Account in its ARN.
    pub(super) arn_account: Option<String>,
    /// Region of its zone name.
    pub(super) zone_region: Option<String>,
}

impl Place {
    /// Looks through the ARNs and the zone name at the top of a resource.
    pub(super) fn of(object: &Value) -> Place {
        let arns = object.as_object().into_iter().flatten().filter(|(key, _)| key.ends_with("Arn"));
        let arn = arns.filter_map(|(_, value)| value.as_str()).find_map(place_of_arn);
        let zone = text(object, "AvailabilityZone").and_then(region_of_zone);
        Place {
            arn_region: arn.map(|(region, _)| region.to_owned()),
            arn_account: arn.map(|(_, account)| account.to_owned()).filter(|account| !account.is_empty()),
            zone_region: zone.map(str::to_owned),
        }
    }
}

/// An interface with what the finished one no longer needs.
#[derive(Debug)]
pub(super) struct InterfaceDraft {
    /// The interface itself.
    pub(super) interface: NetworkInterface,
    /// Private IPv4 addresses, primary first, each with the public one that stands for it.
    pub(super) pairs: Vec<(IpAddr, Option<IpAddr>)>,
    /// Device index at its instance; 0 is the instance's main interface.
    pub(super) device_index: u64,
}

/// A prefix list as one answer tells it.
#[derive(Debug)]
pub(super) struct PrefixListDraft {
    /// `pl-...`.
    pub(super) prefix_list_id: String,
    /// Name, where this answer gives it.
    pub(super) name: Option<String>,
    /// Entries, where this answer gives them.
    pub(super) entries: Option<Vec<IpNet>>,
}

/// One element of an answer's list.
#[derive(Debug)]
pub(super) enum Element {
    Vpc(Draft<Vpc>),
    Subnet(Draft<Subnet>),
    RouteTable(Draft<RouteTable>),
    NatGateway(Draft<NatGateway>),
    VpcEndpoint(Draft<VpcEndpoint>),
    NetworkInterface(Box<Draft<InterfaceDraft>>),
    PrefixList(PrefixListDraft),
    FlowLog(FlowLog),
    SecurityGroup(Draft<SecurityGroup>),
}
