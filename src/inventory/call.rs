//! The describe calls an inventory is made of.

/// A describe call, known by the key its answer keeps its list under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Call {
    Vpcs,
    Subnets,
    RouteTables,
    NatGateways,
    VpcEndpoints,
    NetworkInterfaces,
    PrefixLists,
    PrefixListEntries,
    FlowLogs,
    SecurityGroups,
    Tags,
    NetworkAcls,
    VpcAttributes,
    Instances,
    InstanceProfiles,
}

impl Call {
    /// Every call, in the order missing ones are reported.
    pub(super) const ALL: [Call; 15] = [
        Call::Vpcs,
        Call::Subnets,
        Call::RouteTables,
        Call::NatGateways,
        Call::VpcEndpoints,
        Call::NetworkInterfaces,
        Call::PrefixLists,
        Call::PrefixListEntries,
        Call::FlowLogs,
        Call::SecurityGroups,
        Call::Tags,
        Call::NetworkAcls,
        Call::VpcAttributes,
        Call::Instances,
        Call::InstanceProfiles,
    ];

    /// The top-level key of the answer, by which a file is recognised whatever its name.
    pub(super) fn list_key(self) -> &'static str {
        match self {
            Call::Vpcs => "Vpcs",
            Call::Subnets => "Subnets",
            Call::RouteTables => "RouteTables",
            Call::NatGateways => "NatGateways",
            Call::VpcEndpoints => "VpcEndpoints",
            Call::NetworkInterfaces => "NetworkInterfaces",
            Call::PrefixLists => "PrefixLists",
            Call::PrefixListEntries => "Entries",
            Call::FlowLogs => "FlowLogs",
            Call::SecurityGroups => "SecurityGroups",
            Call::Tags => "Tags",
            Call::NetworkAcls => "NetworkAcls",
            // One attribute to an answer, beside the VPC's id.
            Call::VpcAttributes => "EnableDnsSupport",
            Call::Instances => "Reservations",
            Call::InstanceProfiles => "IamInstanceProfileAssociations",
        }
    }

    /// The call as the AWS CLI spells it, which is also the stem of its file.
    pub(super) fn stem(self) -> &'static str {
        match self {
            Call::Vpcs => "describe-vpcs",
            Call::Subnets => "describe-subnets",
            Call::RouteTables => "describe-route-tables",
            Call::NatGateways => "describe-nat-gateways",
            Call::VpcEndpoints => "describe-vpc-endpoints",
            Call::NetworkInterfaces => "describe-network-interfaces",
            Call::PrefixLists => "describe-managed-prefix-lists",
            Call::PrefixListEntries => "get-managed-prefix-list-entries",
            Call::FlowLogs => "describe-flow-logs",
            Call::SecurityGroups => "describe-security-groups",
            Call::Tags => "describe-tags",
            Call::NetworkAcls => "describe-network-acls",
            Call::VpcAttributes => "describe-vpc-attribute",
            Call::Instances => "describe-instances",
            Call::InstanceProfiles => "describe-iam-instance-profile-associations",
        }
    }

    /// Whether a report is poorer without it. Tags of instances only name owners; the others are for `flowtoll check`, which says
    /// what it lacks.
    pub(super) fn is_wanted(self) -> bool {
        !matches!(
            self,
            Call::SecurityGroups
                | Call::Tags
                | Call::NetworkAcls
                | Call::VpcAttributes
                | Call::Instances
                | Call::InstanceProfiles
        )
    }

    /// The call whose answer has `key` at its top.
    pub(super) fn of_list_key(key: &str) -> Option<Call> {
        Call::ALL.into_iter().find(|call| call.list_key() == key)
    }

    /// The call a file is named after: `describe-subnets.json`, `describe-subnets.2.json`,
    /// `describe-subnets-page2.json`.
    pub(super) fn of_file_name(name: &str) -> Option<Call> {
        Call::ALL.into_iter().find(|call| {
            name.strip_prefix(call.stem())
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
        })
    }
}
