//! NAT gateways, endpoints and prefix lists.

use serde_json::{Value, json};

use super::super::world::{Endpoint, Nat, NatKind};
use super::{Account, created, name_tag};

impl Account<'_> {
    pub(super) fn nat_gateways(&self) -> Vec<Value> {
        let own = self.world.nats.iter().filter(|nat| self.owns(nat.vpc));
        own.map(|nat| self.nat_gateway(nat)).collect()
    }

    fn nat_gateway(&self, nat: &Nat) -> Value {
        let world = self.world;
        let is_regional = nat.kind == NatKind::Regional;
        let mut answer = json!({
            "CreateTime": created(world),
            "NatGatewayId": nat.id,
            "State": "available",
            "VpcId": world.vpcs[nat.vpc].id,
            "Tags": name_tag(nat.name),
            "ConnectivityType": if nat.kind == NatKind::Private { "private" } else { "public" },
            "AvailabilityMode": if is_regional { "regional" } else { "zonal" },
            "NatGatewayAddresses": if is_regional { self.regional_addresses(nat) } else { self.addresses(nat) },
        });
        if is_regional {
            answer["AutoScalingIps"] = json!("enabled");
            answer["AutoProvisionZones"] = json!("enabled");
        } else if let Some(subnet) = world.interfaces[nat.interfaces[0]].subnet {
            answer["SubnetId"] = json!(world.subnets[subnet].id);
        }
        answer
    }

    fn addresses(&self, nat: &Nat) -> Vec<Value> {
        let eni = &self.world.interfaces[nat.interfaces[0]];
        let private = eni.primary.iter().chain(&eni.secondaries);
        private
            .enumerate()
            .map(|(number, address)| {
                let mut answer = json!({
                    "NetworkInterfaceId": eni.id,
                    "PrivateIp": address.to_string(),
                    "IsPrimary": number == 0,
                    "Status": "succeeded",
                });
                if let Some((public, allocation)) = nat.elastic.get(number) {
                    answer["PublicIp"] = json!(public.to_string());
                    answer["AllocationId"] = json!(allocation);
                    answer["AssociationId"] = json!(allocation.replace("eipalloc-", "eipassoc-"));
                }
                answer
            })
            .collect()
    }

    /// No ENI and no private address, but a zone.
    fn regional_addresses(&self, nat: &Nat) -> Vec<Value> {
        nat.elastic
            .iter()
            .zip(&nat.interfaces)
            .map(|((public, allocation), stand_in)| {
                let zone = &self.world.interfaces[*stand_in].zone;
                json!({
                    "AllocationId": allocation,
                    "PublicIp": public.to_string(),
                    "AssociationId": allocation.replace("eipalloc-", "eipassoc-"),
                    "Status": "succeeded",
                    "AvailabilityZone": zone.name,
                    "AvailabilityZoneId": zone.id,
                })
            })
            .collect()
    }

    pub(super) fn vpc_endpoints(&self) -> Vec<Value> {
        let own = self.world.endpoints.iter().filter(|endpoint| self.owns(endpoint.vpc));
        own.map(|endpoint| self.vpc_endpoint(endpoint)).collect()
    }

    fn vpc_endpoint(&self, endpoint: &Endpoint) -> Value {
        let world = self.world;
        let region = world.region();
        let vpc = &world.vpcs[endpoint.vpc];
        let is_gateway = endpoint.is_gateway();
        let enis: Vec<&str> =
            endpoint.interfaces.iter().map(|number| world.interfaces[*number].id.as_str()).collect();
        let subnets: Vec<&str> = endpoint
            .interfaces
            .iter()
            .filter_map(|number| world.interfaces[*number].subnet)
            .map(|subnet| world.subnets[subnet].id.as_str())
            .collect();
        let tables: Vec<&str> =
            endpoint.route_tables.iter().map(|number| world.route_tables[*number].id.as_str()).collect();
        let groups = if is_gateway {
            json!([])
        } else {
            json!([{ "GroupId": vpc.security_group, "GroupName": format!("{}-internal", vpc.name) }])
        };
        json!({
            "VpcEndpointId": endpoint.id,
            "VpcEndpointType": if is_gateway { "Gateway" } else { "Interface" },
            "VpcId": vpc.id,
            "ServiceName": format!("com.amazonaws.{region}.{}", endpoint.service),
            "State": "available",
            "PolicyDocument": concat!(
                "{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",",
                "\"Action\":\"*\",\"Resource\":\"*\"}]}"
            ),
            "RouteTableIds": tables,
            "SubnetIds": subnets,
            "Groups": groups,
            "IpAddressType": "ipv4",
            "DnsOptions": { "DnsRecordIpType": if is_gateway { "service-defined" } else { "ipv4" } },
            "PrivateDnsEnabled": !is_gateway,
            "RequesterManaged": false,
            "NetworkInterfaceIds": enis,
            "DnsEntries": self.dns_entries(endpoint),
            "CreationTimestamp": created(world).replace("+00:00", ".456000+00:00"),
            "Tags": name_tag(&format!("{}-{}", vpc.name, endpoint.service)),
            "OwnerId": self.id(),
            "ServiceRegion": region,
        })
    }

    /// Regional name, zonal names, then the private name.
    fn dns_entries(&self, endpoint: &Endpoint) -> Vec<Value> {
        let world = self.world;
        if endpoint.is_gateway() {
            return Vec::new();
        }
        let (region, service) = (world.region(), endpoint.service);
        let dotted: Vec<&str> = service.rsplit('.').collect();
        let host = dotted.join(".");
        let stem = format!("{}-{}", endpoint.id, endpoint.dns_suffix);
        let tail = format!("{host}.{region}.vpce.amazonaws.com");
        let entry = |name: String, zone: &str| json!({ "DnsName": name, "HostedZoneId": zone });
        let mut entries = vec![entry(format!("{stem}.{tail}"), "Z2E726K9Y6RL4W")];
        for number in &endpoint.interfaces {
            let zone = &world.interfaces[*number].zone.name;
            entries.push(entry(format!("{stem}-{zone}.{tail}"), "Z2E726K9Y6RL4W"));
        }
        let private = match service {
            "kinesis-streams" => "kinesis",
            "ecr.api" => "api.ecr",
            other => other,
        };
        entries.push(entry(format!("{private}.{region}.amazonaws.com"), "Z0123456ABCDEFGHIJKLM"));
        entries
    }

    pub(super) fn prefix_lists(&self) -> Vec<Value> {
        let region = self.world.region();
        let lists = self.world.prefix_lists.iter();
        lists
            .map(|list| {
                json!({
                    "PrefixListId": list.id,
                    "AddressFamily": "IPv4",
                    "State": "create-complete",
                    "PrefixListArn": format!("arn:aws:ec2:{region}:aws:prefix-list/{}", list.id),
                    "PrefixListName": list.name,
                    "Tags": [],
                    "OwnerId": "AWS",
                })
            })
            .collect()
    }
}
