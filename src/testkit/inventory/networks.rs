//! VPCs, subnets, route tables and security groups.

use serde_json::{Map, Value, json};

use super::super::world::{Destination, RouteEntry, RouteTarget, Subnet, Vpc};
use super::{Account, name_tag};

impl Account<'_> {
    pub(super) fn vpcs(&self) -> Vec<Value> {
        let own = self.world.vpcs.iter().filter(|vpc| vpc.account == self.number);
        own.map(|vpc| self.vpc(vpc)).collect()
    }

    fn vpc(&self, vpc: &Vpc) -> Value {
        let mut answer = json!({
            "OwnerId": self.id(),
            "InstanceTenancy": "default",
            "CidrBlockAssociationSet": [{
                "AssociationId": vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
                "CidrBlock": vpc.cidr,
                "CidrBlockState": { "State": "associated" },
            }],
            "IsDefault": false,
            "Tags": name_tag(vpc.name),
            "BlockPublicAccessStates": { "InternetGatewayBlockMode": "off" },
            "VpcId": vpc.id,
            "State": "available",
            "CidrBlock": vpc.cidr,
            "DhcpOptionsId": vpc.id.replace("vpc-", "dopt-"),
        });
        if let Some(v6) = vpc.v6_cidr {
            answer["Ipv6CidrBlockAssociationSet"] = json!([{
                "AssociationId": vpc.id.replace("vpc-", "vpc-cidr-assoc-6"),
                "Ipv6CidrBlock": v6,
                "Ipv6CidrBlockState": { "State": "associated" },
                "NetworkBorderGroup": self.world.region(),
                "Ipv6Pool": "Amazon",
                "Ipv6AddressAttribute": "public",
                "IpSource": "amazon",
            }]);
        }
        answer
    }

    pub(super) fn subnets(&self) -> Vec<Value> {
        let own = self.world.subnets.iter().filter(|subnet| self.owns(subnet.vpc));
        own.map(|subnet| self.subnet(subnet)).collect()
    }

    fn subnet(&self, subnet: &Subnet) -> Value {
        let v6: Vec<Value> = subnet
            .v6_cidr
            .iter()
            .map(|cidr| {
                json!({
                    "AssociationId": subnet.id.replace("subnet-", "subnet-cidr-assoc-"),
                    "Ipv6CidrBlock": cidr,
                    "Ipv6CidrBlockState": { "State": "associated" },
                    "Ipv6AddressAttribute": "public",
                    "IpSource": "amazon",
                })
            })
            .collect();
        let length: u32 = subnet.cidr.rsplit('/').next().and_then(|text| text.parse().ok()).unwrap_or(24);
        json!({
            "AvailabilityZoneId": subnet.zone.id,
            "MapCustomerOwnedIpOnLaunch": false,
            "OwnerId": self.id(),
            "AssignIpv6AddressOnCreation": subnet.v6_cidr.is_some(),
            "Ipv6CidrBlockAssociationSet": v6,
            "Tags": name_tag(&subnet.name),
            "SubnetArn": format!(
                "arn:aws:ec2:{}:{}:subnet/{}", self.world.region(), self.id(), subnet.id
            ),
            "EnableDns64": subnet.has_dns64,
            "Ipv6Native": false,
            "PrivateDnsNameOptionsOnLaunch": {
                "HostnameType": "ip-name",
                "EnableResourceNameDnsARecord": false,
                "EnableResourceNameDnsAAAARecord": false,
            },
            "SubnetId": subnet.id,
            "State": "available",
            "VpcId": self.world.vpcs[subnet.vpc].id,
            "CidrBlock": subnet.cidr,
            "AvailableIpAddressCount": (1_u32 << (32 - length)) - 5 - (subnet.next_host - 10).min(5),
            "AvailabilityZone": subnet.zone.name,
            "DefaultForAz": false,
            "MapPublicIpOnLaunch": false,
        })
    }

    pub(super) fn route_tables(&self) -> Vec<Value> {
        let world = self.world;
        let own = world.route_tables.iter().filter(|table| self.owns(table.vpc));
        own.map(|table| {
            let mut associations: Vec<Value> = table
                .associations
                .iter()
                .map(|(id, subnet)| {
                    json!({
                        "Main": false,
                        "RouteTableAssociationId": id,
                        "RouteTableId": table.id,
                        "SubnetId": world.subnets[*subnet].id,
                        "AssociationState": { "State": "associated" },
                    })
                })
                .collect();
            if table.is_main {
                associations.push(json!({
                    "Main": true,
                    "RouteTableAssociationId": table.main_association,
                    "RouteTableId": table.id,
                    "AssociationState": { "State": "associated" },
                }));
            }
            let routes: Vec<Value> = table.routes.iter().map(|entry| self.route(entry)).collect();
            json!({
                "Associations": associations,
                "PropagatingVgws": [],
                "RouteTableId": table.id,
                "Routes": routes,
                "Tags": name_tag(&table.name),
                "VpcId": world.vpcs[table.vpc].id,
                "OwnerId": self.id(),
            })
        })
        .collect()
    }

    fn route(&self, entry: &RouteEntry) -> Value {
        let mut route = Map::new();
        let (key, destination) = match &entry.destination {
            Destination::V4(cidr) => ("DestinationCidrBlock", (*cidr).to_string()),
            Destination::V6(cidr) => ("DestinationIpv6CidrBlock", (*cidr).to_string()),
            Destination::PrefixList(id) => ("DestinationPrefixListId", id.clone()),
        };
        route.insert(key.to_string(), json!(destination));
        let (key, target) = match &entry.target {
            RouteTarget::Gateway(id) => ("GatewayId", id),
            RouteTarget::NatGateway(id) => ("NatGatewayId", id),
            RouteTarget::TransitGateway(id) => ("TransitGatewayId", id),
            RouteTarget::Peering(id) => ("VpcPeeringConnectionId", id),
            RouteTarget::EgressOnly(id) => ("EgressOnlyInternetGatewayId", id),
            RouteTarget::Interface(number) => {
                let place = &self.world.interfaces[*number];
                route.insert("InstanceId".to_string(), json!(place.instance_id));
                route.insert("InstanceOwnerId".to_string(), json!(self.id()));
                ("NetworkInterfaceId", &place.id)
            }
        };
        route.insert(key.to_string(), json!(target));
        let origin = if target == "local" { "CreateRouteTable" } else { "CreateRoute" };
        route.insert("Origin".to_string(), json!(origin));
        route.insert("State".to_string(), json!("active"));
        Value::Object(route)
    }

    pub(super) fn security_groups(&self) -> Vec<Value> {
        let own = self.world.vpcs.iter().filter(|vpc| vpc.account == self.number);
        own.map(|vpc| {
            let arn = format!(
                "arn:aws:ec2:{}:{}:security-group/{}",
                self.world.region(),
                self.id(),
                vpc.security_group
            );
            json!({
                "GroupId": vpc.security_group,
                "IpPermissionsEgress": [{
                    "IpProtocol": "-1",
                    "UserIdGroupPairs": [],
                    "IpRanges": [{ "CidrIp": "0.0.0.0/0" }],
                    "Ipv6Ranges": [],
                    "PrefixListIds": [],
                }],
                "Tags": name_tag(&format!("{}-internal", vpc.name)),
                "VpcId": vpc.id,
                "SecurityGroupArn": arn,
                "OwnerId": self.id(),
                "GroupName": format!("{}-internal", vpc.name),
                "Description": "Everything inside the VPC",
                "IpPermissions": [{
                    "IpProtocol": "-1",
                    "UserIdGroupPairs": [],
                    "IpRanges": [{ "CidrIp": vpc.cidr }],
                    "Ipv6Ranges": [],
                    "PrefixListIds": [],
                }],
            })
        })
        .collect()
    }
}
