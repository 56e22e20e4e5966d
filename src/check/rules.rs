//! The registry: every rule with its id, which never changes, and how bad it can be.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A note: no record shows that it matters.
    Info,
    /// Untidy, or a little money.
    Low,
    /// Money, or something that fails for some.
    Medium,
    /// Traffic pays or is turned away although it need not.
    High,
    /// Something does not work at all.
    Critical,
}

impl Severity {
    /// All, the mildest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// From the word in reports.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == name)
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// The worst that it says; less, down to a note, where records show less.
    pub severity: Severity,
    /// What it sees, a sentence.
    pub about: &'static str,
}

const fn rule(id: &'static str, severity: Severity, about: &'static str) -> Rule {
    Rule { id, severity, about }
}

/// Every rule. A new one is a line here, its code, a row in `docs/findings.md` and two cases in its tests.
pub const RULES: [Rule; 36] = [
    rule(
        "gateway-endpoint-absent",
        Severity::High,
        "A VPC has no gateway endpoint for S3 or DynamoDB, which is free.",
    ),
    rule(
        "gateway-endpoint-not-routed",
        Severity::High,
        "Subnets use a route table that is not associated with the VPC's gateway endpoint.",
    ),
    rule(
        "gateway-endpoint-route-missing",
        Severity::High,
        "A gateway endpoint lists a route table that has no route to it.",
    ),
    rule(
        "gateway-endpoint-blackhole",
        Severity::Critical,
        "A prefix-list route leads to a gateway endpoint that is gone: packets are dropped.",
    ),
    rule("endpoint-state", Severity::High, "An endpoint is not in the state `available`."),
    rule(
        "bucket-in-another-region",
        Severity::Medium,
        "S3 or DynamoDB of another Region is used through a NAT gateway; no gateway endpoint can carry that.",
    ),
    rule(
        "endpoint-policy-too-tight",
        Severity::Medium,
        "An endpoint's policy does not allow what clients of the service usually do.",
    ),
    rule(
        "ecr-layers-denied",
        Severity::High,
        "The S3 endpoint's policy does not allow the bucket that image layers come from.",
    ),
    rule(
        "bucket-policy-denies-endpoint",
        Severity::Medium,
        "A bucket's policy denies what comes through the S3 endpoints of the inventory.",
    ),
    rule(
        "bucket-policy-denies-nat",
        Severity::Medium,
        "A bucket's policy denies what comes through NAT gateways, and S3 traffic takes that way.",
    ),
    rule(
        "egress-lacks-prefix-list",
        Severity::High,
        "Security groups let nothing out to the prefix list of the gateway endpoint.",
    ),
    rule(
        "endpoint-rejects-clients",
        Severity::Critical,
        "Records show clients turned away at port 443 of an endpoint.",
    ),
    rule(
        "endpoint-group-closed",
        Severity::Info,
        "An endpoint's security groups do not let interfaces of its VPC in at port 443.",
    ),
    rule(
        "endpoint-acl-closed",
        Severity::Info,
        "The network ACL of an endpoint's subnet stops clients of other subnets.",
    ),
    rule(
        "ecr-incomplete",
        Severity::High,
        "Of ecr.api, ecr.dkr and the S3 gateway endpoint, some are missing.",
    ),
    rule(
        "session-manager-incomplete",
        Severity::Medium,
        "Of ssm, ssmmessages and ec2messages, some are missing.",
    ),
    rule("companions-incomplete", Severity::Medium, "Of endpoints that work as a set, some are missing."),
    rule(
        "instance-without-profile",
        Severity::Medium,
        "Instances beside Systems Manager endpoints have no instance profile.",
    ),
    rule(
        "endpoint-private-dns-off",
        Severity::Medium,
        "An interface endpoint has Private DNS off: clients that use the usual name go around it.",
    ),
    rule(
        "vpc-dns-off",
        Severity::High,
        "A VPC with Private DNS endpoints has DNS support or DNS host names off.",
    ),
    rule(
        "endpoint-bypassed",
        Severity::High,
        "Clients reach a service at its public addresses although the VPC has an endpoint for it.",
    ),
    rule(
        "endpoint-idle",
        Severity::Medium,
        "No byte passed an interface endpoint that was watched the whole time.",
    ),
    rule(
        "endpoint-forgotten",
        Severity::Info,
        "An interface endpoint is in a VPC where nothing could use it.",
    ),
    rule(
        "endpoint-under-used",
        Severity::Medium,
        "A NAT gateway that its clients have anyway would carry an endpoint's bytes for less.",
    ),
    rule(
        "s3-interface-endpoint",
        Severity::Medium,
        "Clients inside the VPC use a paid interface endpoint for S3 or DynamoDB; the gateway endpoint is free.",
    ),
    rule("endpoint-duplicate", Severity::Medium, "A VPC has several interface endpoints for one service."),
    rule("nat-in-another-zone", Severity::Medium, "Subnets use a NAT gateway in another zone."),
    rule(
        "endpoint-single-zone",
        Severity::Medium,
        "An endpoint of a production VPC is in one zone only, and its clients are in several.",
    ),
    rule("endpoint-multi-zone", Severity::Low, "An endpoint of a development VPC pays for several zones."),
    rule("endpoint-zone-without-clients", Severity::Low, "An endpoint pays for a zone that has no client."),
    rule("subnet-not-logged", Severity::Medium, "Subnets or interfaces have no active flow log."),
    rule("flow-log-filter", Severity::High, "A flow log records only accepted, or only rejected traffic."),
    rule("flow-log-fields", Severity::Low, "A flow log lacks fields that would tell more."),
    rule("flow-log-skipdata", Severity::Medium, "AWS lost records (SKIPDATA)."),
    rule("flow-log-delivery", Severity::High, "A flow log is not active, or AWS cannot deliver it."),
    rule("endpoint-name", Severity::Info, "An endpoint's name does not follow the pattern."),
];
