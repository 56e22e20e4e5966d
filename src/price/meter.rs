//! What AWS counts.

use serde::Deserialize;

/// One priced quantity of a region. The key in files is [`Meter::key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meter {
    /// A NAT gateway, per started hour. A regional one: per started hour and zone it is expanded to.
    NatGatewayHour,
    /// Data through a NAT gateway, both directions, whatever the source or destination.
    NatGatewayGb,
    /// An interface endpoint, per started hour and zone (subnet) it is in.
    InterfaceEndpointHour,
    /// Data through interface endpoints, both directions, in tiers over the region and month. As a single rate
    /// it is the first tier's.
    InterfaceEndpointGb,
    /// A gateway load balancer endpoint, per started hour and zone.
    GatewayLoadBalancerEndpointHour,
    /// Data through a gateway load balancer endpoint.
    GatewayLoadBalancerEndpointGb,
    /// A VPC attached to a transit gateway, per started hour.
    TransitGatewayAttachmentHour,
    /// Data through a transit gateway, charged to the attachment that sends it.
    TransitGatewayGb,
    /// A public IPv4 address, per hour.
    PublicIpv4Hour,
    /// Data between zones, for **each side**: a GB that crosses is charged twice, once to the sender ("out") and
    /// once to the receiver ("in").
    CrossZoneGb,
    /// Data between zones on its way to an interface endpoint, for each side. 0 in the embedded book: not charged
    /// since April 2022.
    InterfaceEndpointCrossZoneGb,
    /// 1,000 pages of listings of an S3 bucket (requests of tier 1: PUT, COPY, POST, LIST), storage class Standard.
    #[serde(rename = "s3_list_1000")]
    S3List1000,
    /// 1,000 reads of S3 objects or parts of them (tier 2: GET and all other requests), storage class Standard.
    #[serde(rename = "s3_get_1000")]
    S3Get1000,
}

impl Meter {
    /// All meters, in the order they are shown.
    pub const ALL: [Self; 13] = [
        Self::NatGatewayHour,
        Self::NatGatewayGb,
        Self::InterfaceEndpointHour,
        Self::InterfaceEndpointGb,
        Self::GatewayLoadBalancerEndpointHour,
        Self::GatewayLoadBalancerEndpointGb,
        Self::TransitGatewayAttachmentHour,
        Self::TransitGatewayGb,
        Self::PublicIpv4Hour,
        Self::CrossZoneGb,
        Self::InterfaceEndpointCrossZoneGb,
        Self::S3List1000,
        Self::S3Get1000,
    ];

    /// The key of this meter in price files.
    pub const fn key(self) -> &'static str {
        match self {
            Self::NatGatewayHour => "nat_gateway_hour",
            Self::NatGatewayGb => "nat_gateway_gb",
            Self::InterfaceEndpointHour => "interface_endpoint_hour",
            Self::InterfaceEndpointGb => "interface_endpoint_gb",
            Self::GatewayLoadBalancerEndpointHour => "gateway_load_balancer_endpoint_hour",
            Self::GatewayLoadBalancerEndpointGb => "gateway_load_balancer_endpoint_gb",
            Self::TransitGatewayAttachmentHour => "transit_gateway_attachment_hour",
            Self::TransitGatewayGb => "transit_gateway_gb",
            Self::PublicIpv4Hour => "public_ipv4_hour",
            Self::CrossZoneGb => "cross_zone_gb",
            Self::InterfaceEndpointCrossZoneGb => "interface_endpoint_cross_zone_gb",
            Self::S3List1000 => "s3_list_1000",
            Self::S3Get1000 => "s3_get_1000",
        }
    }

    /// The meter with this key, if there is one.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|meter| meter.key() == key)
    }

    /// What the meter is called in a sentence.
    pub const fn title(self) -> &'static str {
        match self {
            Self::NatGatewayHour | Self::NatGatewayGb => "NAT gateway",
            Self::InterfaceEndpointHour | Self::InterfaceEndpointGb => "interface endpoint",
            Self::GatewayLoadBalancerEndpointHour | Self::GatewayLoadBalancerEndpointGb => {
                "gateway load balancer endpoint"
            }
            Self::TransitGatewayAttachmentHour => "transit gateway attachment",
            Self::TransitGatewayGb => "transit gateway",
            Self::PublicIpv4Hour => "public IPv4 address",
            Self::CrossZoneGb => "cross-AZ transfer",
            Self::InterfaceEndpointCrossZoneGb => "cross-AZ transfer to an interface endpoint",
            Self::S3List1000 => "S3 LIST requests",
            Self::S3Get1000 => "S3 GET requests",
        }
    }

    /// What one unit is, as written after "USD". GB is 2^30 bytes.
    pub const fn unit(self) -> &'static str {
        match self {
            Self::NatGatewayHour | Self::TransitGatewayAttachmentHour | Self::PublicIpv4Hour => "hour",
            Self::InterfaceEndpointHour | Self::GatewayLoadBalancerEndpointHour => "AZ-hour",
            Self::NatGatewayGb
            | Self::InterfaceEndpointGb
            | Self::GatewayLoadBalancerEndpointGb
            | Self::TransitGatewayGb => "GB",
            Self::CrossZoneGb | Self::InterfaceEndpointCrossZoneGb => "GB each side",
            Self::S3List1000 | Self::S3Get1000 => "1,000",
        }
    }
}
