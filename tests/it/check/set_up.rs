//! Rules about policies, security groups, sets of endpoints and flow logs: where they fire, and where they must not.

use serde_json::{Value as Json, json};

use super::world::{DYNAMODB, GIB, S3, S3_WEST, SHARED, World, row, rule};
use super::{Sound, Spoilt};

fn policy(world: &mut World, endpoint: &str, statement: &Json) {
    world.endpoint(endpoint)["PolicyDocument"] =
        json!({"Version": "2012-10-17", "Statement": statement}).to_string().into();
}

fn bucket(world: &mut World, condition: &Json) {
    let statement = json!([{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"], "Condition": condition}]);
    // As the AWS CLI prints it: the document as a text.
    let answer = json!({"Policy": json!({"Statement": statement}).to_string()});
    world.files.insert("bucket-policies/data.json".to_owned(), answer);
}

fn own_bucket_only(world: &mut World, further: &[&str]) {
    let mut resources = vec!["arn:aws:s3:::mine/*"];
    resources.extend(further);
    let statement = json!([{"Effect": "Allow", "Principal": "*", "Action": ["s3:Get*", "s3:PutObject"], "Resource": resources}]);
    policy(world, "vpce-s3", &statement);
}

fn egress(world: &mut World, rules: &Json) {
    world.element("describe-security-groups", "sg-c")["IpPermissionsEgress"] = rules.clone();
}

/// Gives the ssm endpoint a security group of its own.
fn group(world: &mut World, ingress: &Json) {
    world
        .list("describe-security-groups")
        .push(json!({"GroupId": "sg-x", "VpcId": "vpc-1", "IpPermissions": ingress}));
    world.endpoint("vpce-ssm")["Groups"] = json!([{"GroupId": "sg-x"}]);
}

fn acl(world: &mut World, block: &str) {
    let entries = world.element("describe-network-acls", "acl-1")["Entries"].as_array_mut().expect("entries");
    entries.push(
        json!({"RuleNumber": 50, "Egress": false, "RuleAction": "deny", "Protocol": "6", "CidrBlock": block,
        "PortRange": {"From": 443, "To": 443}}),
    );
}

fn no_profile(world: &mut World) {
    let reservation = &mut world.list("describe-instances")[0];
    reservation["Instances"][0].as_object_mut().expect("an instance").remove("IamInstanceProfile");
}

/// Takes out what a client sent to the endpoints of Systems Manager.
fn silent(world: &mut World) {
    world
        .logs
        .retain(|row| !["10.0.1.22 ", "10.0.1.23 ", "10.0.1.24 "].iter().any(|host| row.contains(host)));
}

fn flow_log(world: &mut World, key: &str, value: &str) {
    world.element("describe-flow-logs", "fl-0a")[key] = json!(value);
}

fn another_flow_log(world: &mut World, resource: &str, status: &str) {
    let mut log = world.element("describe-flow-logs", "fl-0a").clone();
    log["FlowLogId"] = json!("fl-0b");
    log["ResourceId"] = json!(resource);
    log["DeliverLogsStatus"] = json!(status);
    world.list("describe-flow-logs").push(log);
}

const V2: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} \
                  ${bytes} ${start} ${end} ${action} ${log-status}";

pub const SPOILT: [Spoilt; 23] = [
    Spoilt {
        rule: "endpoint-policy-too-tight",
        resource: "vpce-s3",
        severity: "medium",
        loss: None,
        spoil: |world| own_bucket_only(world, &["arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"]),
    },
    // What cannot be decided is said, and is no alarm.
    Spoilt {
        rule: "endpoint-policy-too-tight",
        resource: "vpce-dynamodb",
        severity: "info",
        loss: None,
        spoil: |world| {
            let condition = json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}});
            let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
            policy(world, "vpce-dynamodb", &statement);
            world.send("a", DYNAMODB, 1000);
        },
    },
    Spoilt {
        rule: "ecr-layers-denied",
        resource: "vpce-s3",
        severity: "high",
        loss: None,
        spoil: |world| own_bucket_only(world, &[]),
    },
    Spoilt {
        rule: "bucket-policy-denies-endpoint",
        resource: "data",
        severity: "medium",
        loss: None,
        spoil: |world| bucket(world, &json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-0dead"]}})),
    },
    Spoilt {
        rule: "bucket-policy-denies-nat",
        resource: "data",
        severity: "medium",
        loss: None,
        spoil: |world| {
            bucket(world, &json!({"StringNotEquals": {"aws:SourceVpce": "vpce-s3"}}));
            world.send("a", S3_WEST, 1000);
        },
    },
    // Reading is free to all, writing is not.
    Spoilt {
        rule: "bucket-policy-denies-endpoint",
        resource: "data",
        severity: "medium",
        loss: None,
        spoil: |world| {
            let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::data/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0dead"}}});
            world.files.insert("bucket-policies/data.json".to_owned(), json!({ "Statement": statement }));
        },
    },
    // No record shows it, but a subnet's way to S3 is its NAT gateway.
    Spoilt {
        rule: "bucket-policy-denies-nat",
        resource: "data",
        severity: "info",
        loss: None,
        spoil: |world| {
            bucket(world, &json!({"StringNotEquals": {"aws:SourceVpce": "vpce-s3"}}));
            world.routes("rtb-b").remove(2);
        },
    },
    Spoilt {
        rule: "egress-lacks-prefix-list",
        resource: "sg-c",
        severity: "high",
        loss: None,
        spoil: |world| {
            egress(world, &json!([rule("tcp", "10.0.0.0/16")]));
            world.reject("a", S3);
        },
    },
    Spoilt {
        rule: "endpoint-rejects-clients",
        resource: "vpce-ssm",
        severity: "high",
        loss: None,
        spoil: |world| world.reject("a", "10.0.1.22"),
    },
    // The endpoint's own record of it, and nobody gets through.
    Spoilt {
        rule: "endpoint-rejects-clients",
        resource: "vpce-kms",
        severity: "critical",
        loss: None,
        spoil: |world| {
            world.add_endpoint("kms", 43);
            world.logs.push(
                row("eni-kms-a", "10.0.2.10", "10.0.1.43", 40, "REJECT").replace(" egress ", " ingress "),
            );
        },
    },
    Spoilt {
        rule: "endpoint-group-closed",
        resource: "vpce-ssm",
        severity: "info",
        loss: None,
        spoil: |world| group(world, &json!([rule("tcp", "192.168.0.0/16")])),
    },
    Spoilt {
        rule: "endpoint-acl-closed",
        resource: "acl-1",
        severity: "info",
        loss: None,
        spoil: |world| acl(world, "10.0.2.0/24"),
    },
    Spoilt {
        rule: "ecr-incomplete",
        resource: "vpc-1",
        severity: "medium",
        loss: None,
        spoil: |world| {
            world.remove("describe-vpc-endpoints", "vpce-ecr.dkr");
            world.send("a", SHARED, 1000);
        },
    },
    // Layers pay the toll.
    Spoilt {
        rule: "ecr-incomplete",
        resource: "vpc-1",
        severity: "high",
        loss: None,
        spoil: |world| {
            world.remove("describe-vpc-endpoints", "vpce-s3");
            for table in ["rtb-a", "rtb-b"] {
                world.routes(table).retain(|route| route["GatewayId"] != "vpce-s3");
            }
            world.send("a", S3, GIB);
        },
    },
    Spoilt {
        rule: "session-manager-incomplete",
        resource: "vpc-1",
        severity: "medium",
        loss: None,
        spoil: |world| {
            world.remove("describe-vpc-endpoints", "vpce-ssmmessages");
            world.send("a", SHARED, 1000);
        },
    },
    Spoilt {
        rule: "companions-incomplete",
        resource: "vpc-1",
        severity: "medium",
        loss: None,
        spoil: |world| {
            world.add_endpoint("ecs", 44);
            world.send("a", SHARED, 1000);
        },
    },
    Spoilt {
        rule: "instance-without-profile",
        resource: "vpc-1",
        severity: "medium",
        loss: None,
        spoil: |world| {
            no_profile(world);
            silent(world);
        },
    },
    // Only the NAT gateway of one zone is logged: its client is known from there.
    Spoilt {
        rule: "subnet-not-logged",
        resource: "vpc-1",
        severity: "medium",
        loss: None,
        spoil: |world| {
            flow_log(world, "ResourceId", "eni-nat-b");
            let inside =
                row("eni-nat-b", "10.0.2.10", "10.0.102.5", 1000, "ACCEPT").replace(" egress ", " ingress ");
            world.logs = vec![inside.replace("- 10.0.2.10 10.0.102.5 ", "- 10.0.2.10 8.8.8.8 ")];
        },
    },
    Spoilt {
        rule: "flow-log-filter",
        resource: "fl-0a",
        severity: "low",
        loss: None,
        spoil: |world| flow_log(world, "TrafficType", "ACCEPT"),
    },
    Spoilt {
        rule: "flow-log-fields",
        resource: "fl-0a",
        severity: "low",
        loss: None,
        spoil: |world| flow_log(world, "LogFormat", V2),
    },
    Spoilt {
        rule: "flow-log-fields",
        resource: "fl-0a",
        severity: "low",
        loss: None,
        spoil: |world| {
            let log = world.element("describe-flow-logs", "fl-0a");
            log["LogFormat"] =
                log["LogFormat"].as_str().expect("a text").replace(" ${resource-id}", "").into();
            world
                .list("describe-nat-gateways")
                .push(json!({"NatGatewayId": "nat-regional", "VpcId": "vpc-1",
                "State": "available", "ConnectivityType": "public", "AvailabilityMode": "regional"}));
        },
    },
    Spoilt {
        rule: "flow-log-skipdata",
        resource: "eni-a",
        severity: "medium",
        loss: None,
        spoil: |world| {
            let lost =
                "5 111122223333 eni-a - - - - - - - 1773100860 1773100920 - SKIPDATA vpc-1 - - - - - -";
            world.logs.push(lost.to_owned());
        },
    },
    Spoilt {
        rule: "flow-log-delivery",
        resource: "fl-0b",
        severity: "high",
        loss: None,
        spoil: |world| another_flow_log(world, "vpc-1", "FAILED"),
    },
];

pub const SOUND: [Sound; 23] = [
    // Anybody of the VPC's own account may do anything.
    Sound {
        rule: "endpoint-policy-too-tight",
        change: |world| {
            let own = json!({"AWS": "arn:aws:iam::111122223333:root"});
            policy(
                world,
                "vpce-s3",
                &json!({"Effect": "Allow", "Principal": own, "Action": "*", "Resource": "*"}),
            );
        },
    },
    Sound {
        rule: "ecr-layers-denied",
        change: |world| own_bucket_only(world, &["arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*"]),
    },
    Sound {
        rule: "bucket-policy-denies-endpoint",
        change: |world| bucket(world, &json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})),
    },
    // The NAT gateways' own addresses are let in.
    Sound {
        rule: "bucket-policy-denies-nat",
        change: |world| {
            bucket(world, &json!({"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}));
            world.send("a", S3_WEST, 1000);
        },
    },
    // A list of the customer's own lets everything out.
    Sound {
        rule: "egress-lacks-prefix-list",
        change: |world| {
            world.list("describe-managed-prefix-lists").push(json!({"PrefixListId": "pl-0all",
                "PrefixListName": "all", "Entries": [{"Cidr": "0.0.0.0/0"}]}));
            let lists = json!([{"PrefixListId": "pl-0all"}]);
            egress(
                world,
                &json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": lists}]),
            );
        },
    },
    // A database answers; an interface attached to nothing is silent.
    Sound {
        rule: "egress-lacks-prefix-list",
        change: |world| {
            world.list("describe-security-groups").push(
                json!({"GroupId": "sg-db", "VpcId": "vpc-1", "IpPermissions": [], "IpPermissionsEgress": []}),
            );
            for (id, key, value) in
                [("eni-db", "Description", "RDSNetworkInterface"), ("eni-off", "Status", "available")]
            {
                let mut interface = json!({"NetworkInterfaceId": id, "InterfaceType": "interface", "VpcId": "vpc-1",
                    "SubnetId": "subnet-a", "PrivateIpAddress": "10.0.1.99", "Groups": [{"GroupId": "sg-db"}]});
                interface[key] = json!(value);
                world.list("describe-network-interfaces").push(interface);
            }
        },
    },
    // Only the VPC's endpoint may, and every route table has it.
    Sound {
        rule: "bucket-policy-denies-nat",
        change: |world| bucket(world, &json!({"StringNotEquals": {"aws:SourceVpce": "vpce-s3"}})),
    },
    // The halves of the service's block, from rules of their own.
    Sound {
        rule: "egress-lacks-prefix-list",
        change: |world| {
            let blocks = ["52.216.0.0/16", "52.217.0.0/16", "52.94.0.0/22"];
            egress(world, &blocks.map(|block| rule("tcp", block)).to_vec().into());
        },
    },
    // Nothing is let out but to the services, by their prefix lists.
    Sound {
        rule: "egress-lacks-prefix-list",
        change: |world| {
            let lists = json!([{"PrefixListId": "pl-s3"}, {"PrefixListId": "pl-ddb"}]);
            egress(
                world,
                &json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": lists}]),
            );
        },
    },
    // Another port than the endpoint's.
    Sound {
        rule: "endpoint-rejects-clients",
        change: |world| {
            let row = row("eni-a", "10.0.1.10", "10.0.1.22", 40, "REJECT").replace(" 443 ", " 8443 ");
            world.logs.push(row);
        },
    },
    // By the clients' group instead of their addresses.
    Sound {
        rule: "endpoint-group-closed",
        change: |world| {
            group(
                world,
                &json!([{"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "UserIdGroupPairs": [{"GroupId": "sg-c"}]}]),
            );
        },
    },
    // A network without clients.
    Sound { rule: "endpoint-acl-closed", change: |world| acl(world, "10.0.7.0/24") },
    // None of them: nobody meant to.
    Sound {
        rule: "ecr-incomplete",
        change: |world| {
            world.remove("describe-vpc-endpoints", "vpce-ecr.dkr");
            world.remove("describe-vpc-endpoints", "vpce-ecr.api");
            world.send("a", SHARED, 1000);
        },
    },
    Sound {
        rule: "session-manager-incomplete",
        change: |world| {
            for endpoint in ["vpce-ssm", "vpce-ssmmessages", "vpce-ec2messages"] {
                world.remove("describe-vpc-endpoints", endpoint);
            }
            world.send("a", SHARED, 1000);
        },
    },
    Sound {
        rule: "companions-incomplete",
        change: |world| {
            for (service, host) in [("ecs", 44), ("ecs-agent", 45), ("ecs-telemetry", 46)] {
                world.add_endpoint(service, host);
            }
        },
    },
    // The associations know better than the instance's own answer.
    Sound {
        rule: "instance-without-profile",
        change: |world| {
            no_profile(world);
            silent(world);
            let list = world.list("describe-iam-instance-profile-associations");
            list.push(json!({"InstanceId": "i-a", "State": "associated"}));
        },
    },
    // A flow log for each subnet is as good as one for the VPC.
    Sound {
        rule: "subnet-not-logged",
        change: |world| {
            let whole = world.element("describe-flow-logs", "fl-0a").clone();
            let logs = world.list("describe-flow-logs");
            logs.clear();
            for (number, subnet) in ["subnet-a", "subnet-b", "subnet-pa", "subnet-pb"].iter().enumerate() {
                let mut log = whole.clone();
                log["FlowLogId"] = json!(format!("fl-{number}"));
                log["ResourceId"] = json!(subnet);
                logs.push(log);
            }
        },
    },
    Sound { rule: "flow-log-filter", change: |world| flow_log(world, "TrafficType", "all") },
    Sound {
        rule: "flow-log-fields",
        change: |world| {
            let format = format!(
                "{} ${{tcp-flags}}",
                world.element("describe-flow-logs", "fl-0a")["LogFormat"].as_str().expect("a text")
            );
            flow_log(world, "LogFormat", &format);
        },
    },
    // Rows without an interface come from regional NAT gateways only.
    Sound {
        rule: "flow-log-fields",
        change: |world| {
            let log = world.element("describe-flow-logs", "fl-0a");
            log["LogFormat"] =
                log["LogFormat"].as_str().expect("a text").replace(" ${resource-id}", "").into();
        },
    },
    // No traffic is no loss.
    Sound {
        rule: "flow-log-skipdata",
        change: |world| {
            let quiet = "5 111122223333 eni-a - - - - - - - 1773100860 1773100920 - NODATA vpc-1 - - - - - -";
            world.logs.push(quiet.to_owned());
        },
    },
    Sound { rule: "flow-log-delivery", change: |world| another_flow_log(world, "subnet-a", "SUCCESS") },
    // Strangers who scan are no clients.
    Sound {
        rule: "endpoint-rejects-clients",
        change: |world| {
            world.logs.push(
                row("eni-ssm-a", "198.51.100.7", "10.0.1.22", 40, "REJECT").replace(" egress ", " ingress "),
            );
        },
    },
];
