//! The scripts against an EC2 stand-in (moto): what `apply.sh` and `remove.sh` do, and that `undo.sh` leaves all as it was.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flowtoll::model::plan::Change;
use flowtoll::plan::write;
use serde_json::Value;

use super::tools::tools;
use super::world::{Ids, REGION, changes, inventory_of, sample, wishes, with};

/// Runs the server until standard input ends, which it does when the test process does, however it ends.
const WATCHDOG: &str = r#"
"$@" >/dev/null 2>&1 </dev/null &
server=$!
read -r _
kill -9 "$server"
"#;
/// How long the server may take to listen; it takes about 3 s.
const START_LIMIT: Duration = Duration::from_secs(60);

/// An account in the stand-in.
struct StandIn {
    port: u16,
    tools: &'static Path,
    /// Its standard input keeps the server alive.
    _watchdog: Child,
}

impl StandIn {
    fn start(tools: &'static Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let mut command = Command::new("sh");
        command.args(["-c", WATCHDOG, "sh"]).arg(tools.join("bin/moto_server"));
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdin(Stdio::piped());
        let watchdog = command.spawn().expect("a shell starts");
        let begin = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(begin.elapsed() < START_LIMIT, "moto did not come up");
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { port, tools, _watchdog: watchdog }
    }

    /// A command that speaks to the stand-in and to nothing else.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AWS_") {
                command.env_remove(name);
            }
        }
        let paths = std::env::var("PATH").expect("PATH");
        command
            .env("PATH", format!("{}:{paths}", self.tools.join("bin").display()))
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "x")
            .env("AWS_SECRET_ACCESS_KEY", "x")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    fn aws(&self, words: &[&str]) -> Value {
        let mut command = self.command(&self.tools.join("bin/aws"));
        command.args(["--region", REGION, "--output", "json"]).args(words);
        let output = command.output().expect("aws starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {errors}");
        if output.stdout.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&output.stdout).expect("JSON")
        }
    }

    fn ec2(&self, words: &str) -> Value {
        let words: Vec<&str> = ["ec2"].into_iter().chain(words.split_whitespace()).collect();
        self.aws(&words)
    }

    /// An id out of the answer of a call that makes something.
    fn made(&self, words: &str, pointer: &str) -> String {
        let answer = self.ec2(words);
        answer
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_else(|| panic!("{words}: {answer}"))
            .to_owned()
    }

    /// Runs a script; what it printed, and whether it succeeded.
    fn script(&self, path: &Path) -> (bool, String) {
        let mut command = self.command(Path::new("sh"));
        let output = command.arg(path).output().expect("a shell");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    /// What is there, without ids that change when something is made again.
    fn state(&self) -> State {
        let answer = self.ec2("describe-vpc-endpoints");
        let endpoints = answer["VpcEndpoints"].as_array().expect("endpoints").iter();
        let mut endpoints: Vec<Value> = endpoints
            .filter(|endpoint| endpoint["State"] != "deleted")
            .map(|endpoint| {
                let mut kept = serde_json::json!({});
                for key in ["ServiceName", "VpcEndpointType", "VpcId", "PrivateDnsEnabled", "Groups"] {
                    kept[key] = endpoint[key].clone();
                }
                for key in ["SubnetIds", "RouteTableIds", "Tags"] {
                    let mut list = endpoint[key].as_array().cloned().unwrap_or_default();
                    list.sort_by_key(Value::to_string);
                    kept[key] = Value::Array(list);
                }
                kept
            })
            .collect();
        endpoints.sort_by_key(Value::to_string);
        let answer = self.ec2("describe-security-groups");
        let groups = answer["SecurityGroups"].as_array().expect("groups").iter();
        let mut groups: Vec<String> =
            groups.map(|group| group["GroupName"].as_str().expect("a name").to_owned()).collect();
        groups.sort();
        let answer = self.ec2("describe-nat-gateways --filter Name=state,Values=available,pending");
        let nats = answer["NatGateways"].as_array().expect("gateways").iter();
        let nats = nats.map(|nat| {
            let address = nat["NatGatewayAddresses"][0]["AllocationId"].clone();
            serde_json::json!([nat["SubnetId"], address, nat["Tags"]])
        });
        let answer = self.ec2("describe-route-tables");
        let tables = answer["RouteTables"].as_array().expect("route tables").iter();
        let mut routes: Vec<String> = tables
            .flat_map(|table| {
                let routes = table["Routes"].as_array().expect("routes").iter();
                let routes = routes.filter(|route| route["NatGatewayId"].is_string());
                routes.map(|route| format!("{} {}", table["RouteTableId"], route["DestinationCidrBlock"]))
            })
            .collect();
        routes.sort();
        State { endpoints, groups, nats: nats.collect(), routes }
    }
}

#[derive(Debug, PartialEq)]
struct State {
    endpoints: Vec<Value>,
    groups: Vec<String>,
    nats: Vec<Value>,
    routes: Vec<String>,
}

impl State {
    fn endpoint(&self, service: &str, kind: &str) -> Option<&Value> {
        let name = format!("com.amazonaws.{REGION}.{service}");
        let is_one =
            |endpoint: &&Value| endpoint["ServiceName"] == *name && endpoint["VpcEndpointType"] == kind;
        self.endpoints.iter().find(is_one)
    }
}

/// A VPC with two private subnets, a NAT gateway, and three endpoints.
fn build(there: &StandIn) -> Ids {
    let vpc = there.made("create-vpc --cidr-block 10.7.0.0/16", "/Vpc/VpcId");
    let subnets =
        ["10.7.0.0/20 --availability-zone us-east-1a", "10.7.16.0/20 --availability-zone us-east-1b"].map(
            |block| {
                there.made(&format!("create-subnet --vpc-id {vpc} --cidr-block {block}"), "/Subnet/SubnetId")
            },
        );
    let address = there.made("allocate-address --domain vpc", "/AllocationId");
    let nat = there.made(
        &format!(
            "create-nat-gateway --subnet-id {} --allocation-id {address} --tag-specifications \
             ResourceType=natgateway,Tags=[{{Key=Name,Value=way-out}}]",
            subnets[0]
        ),
        "/NatGateway/NatGatewayId",
    );
    let route_tables = [0, 1].map(|place: usize| {
        let table = there.made(&format!("create-route-table --vpc-id {vpc}"), "/RouteTable/RouteTableId");
        there.ec2(&format!("associate-route-table --route-table-id {table} --subnet-id {}", subnets[place]));
        there.ec2(&format!(
            "create-route --route-table-id {table} --destination-cidr-block 0.0.0.0/0 --nat-gateway-id {nat}"
        ));
        table
    });
    let gateway = there.made(
        &format!(
            "create-vpc-endpoint --vpc-endpoint-type Gateway --vpc-id {vpc} --service-name com.amazonaws.{REGION}.dynamodb --route-table-ids {}",
            route_tables[0]
        ),
        "/VpcEndpoint/VpcEndpointId",
    );
    let group = there.made(
        &format!("create-security-group --group-name old --description old --vpc-id {vpc}"),
        "/GroupId",
    );
    let interfaces = ["s3", "kms"].map(|service| {
        there.made(
            &format!(
                "create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id {vpc} --service-name com.amazonaws.{REGION}.{service} \
                 --subnet-ids {} {} --security-group-ids {group} --tag-specifications \
                 ResourceType=vpc-endpoint,Tags=[{{Key=Name,Value=old-{service}}}]",
                subnets[0], subnets[1]
            ),
            "/VpcEndpoint/VpcEndpointId",
        )
    });
    let account = there.aws(&["sts", "get-caller-identity"]);
    let account = account["Account"].as_str().expect("an account").to_owned();
    Ids { account, vpc, subnets, route_tables, gateway, interfaces, nat }
}

fn sorted(value: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = value.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn scripts_do_what_they_say_and_undo_leaves_all_as_it_was() {
    let Some(tools) = tools() else { return };
    let there = StandIn::start(tools);
    let ids = build(&there);
    let files = ["describe-vpcs", "describe-nat-gateways", "describe-route-tables", "describe-vpc-endpoints"]
        .map(|call| (format!("{call}.json"), there.ec2(call).to_string()));
    let files: Vec<(&str, String)> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let (report, _) = sample();
    // The stand-in knows no IPv6 block in this VPC, and takes it for a rule all the same.
    let plan: Vec<Change> = changes(&ids);
    let written = write(&with(report, plan), &inventory_of(&files), &wishes());
    assert_eq!(written.left_out, []);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = |name: &str| {
        let file = written.files.iter().find(|file| file.path.ends_with(name)).expect("a script");
        let path = folder.path().join(name);
        std::fs::write(&path, &file.text).expect("a script");
        path
    };
    let (apply, remove, undo) = (script("apply.sh"), script("remove.sh"), script("undo.sh"));
    let ledger = folder.path().join("flowtoll-state.tsv");
    let runs = |path: &Path| {
        let (well, said) = there.script(path);
        assert!(well, "{}: {said}", path.display());
        said
    };

    let before = there.state();
    let (well, said) = there.script(&undo);
    assert!(!well && said.contains("nothing was done"), "{said}");
    let (well, said) = there.script(&remove);
    assert!(!well && said.contains("make it before anything is removed"), "{said}");
    assert_eq!(there.state(), before);
    assert!(!ledger.exists());

    runs(&apply);
    let applied = there.state();
    let s3 = applied.endpoint("s3", "Gateway").expect("an S3 gateway endpoint");
    let mut both = ids.route_tables.each_ref().map(String::as_str);
    both.sort_unstable();
    assert_eq!(sorted(&s3["RouteTableIds"]), both);
    assert!(s3["Tags"].to_string().contains("s3-gateway-endpoint"), "{s3}");
    let mut subnets = ids.subnets.each_ref().map(String::as_str);
    subnets.sort_unstable();
    for service in ["ecr.api", "ecr.dkr"] {
        let made = applied.endpoint(service, "Interface").expect("an interface endpoint");
        assert_eq!(sorted(&made["SubnetIds"]), subnets);
        assert_eq!(made["PrivateDnsEnabled"], true);
        assert_eq!(made["Groups"][0]["GroupName"], "ecr.api-interface-endpoint-clients");
        assert!(made["Tags"].to_string().contains("add-interface-endpoint/"), "{made}");
    }
    let dynamodb = applied.endpoint("dynamodb", "Gateway").expect("it was there");
    assert_eq!(sorted(&dynamodb["RouteTableIds"]), both);
    let groups = there
        .ec2("describe-security-groups --filters Name=group-name,Values=ecr.api-interface-endpoint-clients");
    let rules = &groups["SecurityGroups"][0]["IpPermissions"];
    assert_eq!(rules.as_array().map(Vec::len), Some(1));
    assert_eq!((&rules[0]["FromPort"], &rules[0]["ToPort"]), (&443.into(), &443.into()));
    let blocks: Vec<&Value> =
        rules[0]["IpRanges"].as_array().expect("blocks").iter().map(|block| &block["CidrIp"]).collect();
    assert_eq!(blocks, ["10.7.0.0/20", "10.7.16.0/20"]);
    assert_eq!(rules[0]["Ipv6Ranges"][0]["CidrIpv6"], "2001:db8:7::/64");

    // Again: nothing new, in the account or in the ledger.
    let lines = std::fs::read_to_string(&ledger).expect("the ledger");
    assert_eq!(lines.lines().count(), 5, "{lines}");
    runs(&apply);
    assert_eq!(there.state(), applied);
    assert_eq!(std::fs::read_to_string(&ledger).expect("the ledger"), lines);

    runs(&undo);
    assert_eq!(there.state(), before);
    assert!(!ledger.exists());

    runs(&apply);
    runs(&remove);
    let after = there.state();
    assert!(after.endpoint("s3", "Interface").is_none());
    let kms = after.endpoint("kms", "Interface").expect("it stays");
    assert_eq!(sorted(&kms["SubnetIds"]), [ids.subnets[0].as_str()]);
    assert_eq!((after.nats.len(), after.routes.len()), (0, 0));
    runs(&remove);
    assert_eq!(there.state(), after);
    // The stand-in leaves an address with its NAT gateway when that is gone; AWS does not.
    let addresses = there.ec2("describe-addresses");
    let association = addresses["Addresses"][0]["AssociationId"].as_str().expect("an association");
    there.ec2(&format!("disassociate-address --association-id {association}"));
    runs(&undo);
    assert_eq!(there.state(), before);
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    assert_eq!(left.len(), 3, "only the scripts are left: {left:?}");
}
