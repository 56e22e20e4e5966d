//! Meters and rates in words.

use super::meter::Meter;
use crate::model::wording::{Wording, wordings};

wordings! {
    nat_gateway() { "NAT gateway", "NATゲートウェイ" }
    interface_endpoint() { "interface endpoint", "インターフェイスエンドポイント" }
    load_balancer_endpoint() { "gateway load balancer endpoint", "Gateway Load Balancer エンドポイント" }
    transit_attachment() { "transit gateway attachment", "トランジットゲートウェイアタッチメント" }
    transit_gateway() { "transit gateway", "トランジットゲートウェイ" }
    public_ipv4() { "public IPv4 address", "パブリック IPv4 アドレス" }
    cross_zone() { "cross-AZ transfer", "AZ 間データ転送" }
    endpoint_cross_zone() {
        "cross-AZ transfer to an interface endpoint",
        "インターフェイスエンドポイントへの AZ 間データ転送"
    }
    s3_list() { "S3 LIST requests", "S3 の LIST リクエスト" }
    s3_get() { "S3 GET requests", "S3 の GET リクエスト" }
    hour() { "hour", "時間" }
    zone_hour() { "AZ-hour", "AZ 時間" }
    gb_each_side() { "GB each side", "GB（送信側と受信側それぞれ）" }
    thousand() { "1,000", "1,000 件" }
    rate(title, usd, unit, region, origin) {
        "{title} {usd} USD/{unit} ({region}, {origin})",
        "{title} {usd} USD/{unit}（{region}、{origin}）"
    }
}

impl Meter {
    /// What is charged, in every language.
    pub fn title_wording(self) -> Wording {
        match self {
            Self::NatGatewayHour | Self::NatGatewayGb => nat_gateway(),
            Self::InterfaceEndpointHour | Self::InterfaceEndpointGb => interface_endpoint(),
            Self::GatewayLoadBalancerEndpointHour | Self::GatewayLoadBalancerEndpointGb => {
                load_balancer_endpoint()
            }
            Self::TransitGatewayAttachmentHour => transit_attachment(),
            Self::TransitGatewayGb => transit_gateway(),
            Self::PublicIpv4Hour => public_ipv4(),
            Self::CrossZoneGb => cross_zone(),
            Self::InterfaceEndpointCrossZoneGb => endpoint_cross_zone(),
            Self::S3List1000 => s3_list(),
            Self::S3Get1000 => s3_get(),
        }
    }

    /// What one unit is, in every language.
    pub fn unit_wording(self) -> Wording {
        match self {
            Self::NatGatewayHour | Self::TransitGatewayAttachmentHour | Self::PublicIpv4Hour => hour(),
            Self::InterfaceEndpointHour | Self::GatewayLoadBalancerEndpointHour => zone_hour(),
            Self::NatGatewayGb
            | Self::InterfaceEndpointGb
            | Self::GatewayLoadBalancerEndpointGb
            | Self::TransitGatewayGb => Wording::same("GB"),
            Self::CrossZoneGb | Self::InterfaceEndpointCrossZoneGb => gb_each_side(),
            Self::S3List1000 | Self::S3Get1000 => thousand(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Meter;

    #[test]
    fn programs_and_people_are_told_the_same() {
        for meter in Meter::ALL {
            assert_eq!(meter.title_wording().en(), meter.title());
            assert_eq!(meter.unit_wording().en(), meter.unit());
        }
    }
}
