//! Which interfaces are logged, by which flow log, in which form, and when.

use std::ops::Range;

use super::columnar::ParquetStyle;
use super::exports::Export;
use super::fields::{Field, FieldOrder};
use super::record::{Action, Record, Status};
use super::world::{Interface, InterfaceKind, NatKind, World};

/// What one flow log watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Every interface of a VPC, and its regional NAT gateways.
    Vpc(usize),
    /// Every interface of a subnet.
    Subnet(usize),
    /// One interface.
    Interface(usize),
    /// A regional NAT gateway (resource type RegionalNatGateway).
    RegionalNat(usize),
}

/// Which rows a flow log keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrafficType {
    /// Everything.
    All,
    /// Accepted rows only.
    Accept,
    /// Rejected rows only.
    Reject,
}

/// The form of the delivered objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Text with a header line.
    Text {
        /// The columns, in order.
        fields: Vec<Field>,
        /// `.log.gz` instead of `.log`.
        gzip: bool,
        /// Rows per gzip member; `None` is one member, as AWS writes.
        member_rows: Option<u64>,
    },
    /// Parquet.
    Parquet {
        /// The columns, in order.
        fields: Vec<Field>,
        /// Types, codec and spelling.
        style: ParquetStyle,
    },
    /// What another service exports.
    Export {
        /// The columns, in order.
        fields: Vec<Field>,
        /// Who exports, and how.
        export: Export,
    },
}

impl Form {
    /// Plain text in a known order.
    #[must_use]
    pub fn text(order: FieldOrder) -> Self {
        Self::Text { fields: order.fields(), gzip: false, member_rows: None }
    }

    /// Gzipped text in a known order, one member per object.
    #[must_use]
    pub fn text_gz(order: FieldOrder) -> Self {
        Self::Text { fields: order.fields(), gzip: true, member_rows: None }
    }

    /// Parquet as AWS writes it.
    #[must_use]
    pub fn parquet(order: FieldOrder) -> Self {
        Self::Parquet { fields: order.fields(), style: ParquetStyle::default() }
    }

    /// The columns, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        match self {
            Self::Text { fields, .. } | Self::Parquet { fields, .. } | Self::Export { fields, .. } => fields,
        }
    }
}

/// One flow log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLog {
    /// `fl-…`.
    pub id: String,
    /// What it watches.
    pub scope: Scope,
    /// Which rows it keeps.
    pub traffic: TrafficType,
    /// The form of its objects.
    pub form: Form,
    /// Hours, counted from the start of the world, in which it was off.
    pub hours_off: Vec<Range<u32>>,
    /// Text only: before every row whose number is a multiple of this, a malformed line.
    pub malformed_every: Option<u64>,
    /// At most so many malformed lines.
    pub malformed_limit: u64,
    /// A folder put before the AWS key, for several logs side by side.
    pub prefix: String,
}

/// A set of flow logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The flow logs.
    pub flow_logs: Vec<FlowLog>,
}

/// Ready-made coverages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// One flow log per VPC.
    Vpc,
    /// One flow log per NAT gateway.
    Nat,
    /// One flow log per subnet without a NAT gateway or NAT instance: the private side only.
    Clients,
    /// One private subnet of the first VPC.
    Subnet,
    /// Turn by turn: a whole VPC, a VPC's NAT gateways only, a VPC that is logged but for the second hour.
    Mixed,
    /// Every VPC in v2 text, and every NAT gateway again in the asked form.
    Overlap,
}

impl FlowLog {
    /// A flow log of everything in the scope.
    pub fn new(world: &World, scope: Scope, form: Form) -> Self {
        let tag = match scope {
            Scope::Vpc(number) => [1, number as u64],
            Scope::Subnet(number) => [2, number as u64],
            Scope::Interface(number) => [3, number as u64],
            Scope::RegionalNat(number) => [4, number as u64],
        };
        let kind = match &form {
            Form::Text { fields, .. } => fields.len() as u64,
            Form::Parquet { fields, .. } => 1000 + fields.len() as u64,
            Form::Export { fields, .. } => 2000 + fields.len() as u64,
        };
        Self {
            id: format!("fl-0{:016x}", world.hash(&[tag[0], tag[1], kind])),
            scope,
            traffic: TrafficType::All,
            form,
            hours_off: Vec::new(),
            malformed_every: None,
            malformed_limit: u64::MAX,
            prefix: String::new(),
        }
    }

    /// The owner of the watched thing.
    pub(crate) fn account<'a>(&self, world: &'a World) -> &'a str {
        let vpc = match self.scope {
            Scope::Vpc(vpc) => vpc,
            Scope::Subnet(subnet) => world.subnets[subnet].vpc,
            Scope::Interface(interface) => world.interfaces[interface].vpc,
            Scope::RegionalNat(nat) => world.nats[nat].vpc,
        };
        world.account_of(vpc)
    }

    /// The id of the watched thing.
    pub(crate) fn resource_id<'a>(&self, world: &'a World) -> &'a str {
        match self.scope {
            Scope::Vpc(vpc) => &world.vpcs[vpc].id,
            Scope::Subnet(subnet) => &world.subnets[subnet].id,
            Scope::Interface(interface) => &world.interfaces[interface].id,
            Scope::RegionalNat(nat) => &world.nats[nat].id,
        }
    }

    pub(crate) fn watches(&self, world: &World, interface: usize) -> bool {
        let place: &Interface = &world.interfaces[interface];
        match self.scope {
            Scope::Vpc(vpc) => place.vpc == vpc,
            Scope::Subnet(subnet) => place.subnet == Some(subnet),
            Scope::Interface(number) => number == interface,
            Scope::RegionalNat(nat) => world.nats[nat].interfaces.contains(&interface),
        }
    }

    /// Whether it was on, and kept rows of that action.
    pub(crate) fn keeps(&self, world: &World, record: &Record) -> bool {
        let hour = u32::try_from((record.start - world.options.start) / 3600).unwrap_or(u32::MAX);
        let is_wanted = match self.traffic {
            TrafficType::All => true,
            _ if record.status != Status::Ok => true,
            TrafficType::Accept => record.action == Action::Accept,
            TrafficType::Reject => record.action == Action::Reject,
        };
        is_wanted && !self.hours_off.iter().any(|hours| hours.contains(&hour))
    }
}

impl Coverage {
    /// A ready-made coverage of the world, every flow log in the same form (but see [`Preset::Overlap`]).
    pub fn preset(world: &World, preset: Preset, form: &Form) -> Self {
        let flow_log = |scope| FlowLog::new(world, scope, form.clone());
        let vpcs = 0..world.vpcs.len();
        let flow_logs = match preset {
            Preset::Vpc => vpcs.map(|vpc| flow_log(Scope::Vpc(vpc))).collect(),
            Preset::Nat => nat_scopes(world).into_iter().map(|(_, scope)| flow_log(scope)).collect(),
            Preset::Clients => client_subnets(world).map(|subnet| flow_log(Scope::Subnet(subnet))).collect(),
            Preset::Subnet => {
                client_subnets(world).take(1).map(|subnet| flow_log(Scope::Subnet(subnet))).collect()
            }
            Preset::Mixed => vpcs.flat_map(|vpc| mixed(world, vpc, form)).collect(),
            Preset::Overlap => vpcs
                .map(|vpc| FlowLog::new(world, Scope::Vpc(vpc), Form::text(FieldOrder::V2)))
                .chain(nat_scopes(world).into_iter().map(|(_, scope)| flow_log(scope)))
                .collect(),
        };
        Self { flow_logs }
    }
}

/// The NAT gateways' own scopes, each with its VPC.
fn nat_scopes(world: &World) -> Vec<(usize, Scope)> {
    world
        .nats
        .iter()
        .enumerate()
        .map(|(number, nat)| {
            let scope = if nat.kind == NatKind::Regional {
                Scope::RegionalNat(number)
            } else {
                Scope::Interface(nat.interfaces[0])
            };
            (nat.vpc, scope)
        })
        .collect()
}

/// Subnets that hold an interface, and no NAT.
fn client_subnets(world: &World) -> impl Iterator<Item = usize> + '_ {
    let holds = |subnet: usize, test: fn(&Interface) -> bool| {
        world.interfaces.iter().any(|place| place.subnet == Some(subnet) && test(place))
    };
    (0..world.subnets.len()).filter(move |subnet| {
        holds(*subnet, |_| true)
            && !holds(*subnet, |place| place.kind == InterfaceKind::NatGateway || place.is_nat_instance)
    })
}

fn mixed(world: &World, vpc: usize, form: &Form) -> Vec<FlowLog> {
    let mut whole = FlowLog::new(world, Scope::Vpc(vpc), form.clone());
    match vpc % 3 {
        1 => nat_scopes(world)
            .into_iter()
            .filter(|(place, _)| *place == vpc)
            .map(|(_, scope)| FlowLog::new(world, scope, form.clone()))
            .collect(),
        2 => {
            whole.hours_off.push(1..2);
            vec![whole]
        }
        _ => vec![whole],
    }
}
