//! Adding traffic to a world: one call per habit, with the truth worked out from the way it takes.

use std::net::IpAddr;

use super::super::builder::Builder;
use super::super::peers;
use super::super::workload::{Attribution, Peer, Source, Transit, Via, Way, Workload};
use super::super::world::{EndpointIndex, InterfaceIndex, NatIndex, NatKind};

/// Bytes in a binary megabyte.
const MIB: u64 = 1 << 20;

/// The habit being described; each method refines the workload that was added last.
pub(crate) struct Habit<'a>(&'a mut Workload);

impl Habit<'_> {
    /// Relative frequency.
    pub(crate) fn weight(self, weight: f64) -> Self {
        self.0.weight = weight;
        self
    }

    /// Least and most mebibytes out and in.
    pub(crate) fn mib(self, out: (u64, u64), inward: (u64, u64)) -> Self {
        self.0.bytes_out = (out.0 * MIB, out.1 * MIB);
        self.0.bytes_in = (inward.0 * MIB, inward.1 * MIB);
        self
    }

    /// Least and most seconds.
    pub(crate) fn seconds(self, least: i64, most: i64) -> Self {
        self.0.seconds = (least, most);
        self
    }

    /// Destination port and protocol.
    pub(crate) fn port(self, port: u16, protocol: u8) -> Self {
        self.0.port = port;
        self.0.protocol = protocol;
        self
    }

    /// The client speaks from pod `number` behind the interface.
    pub(crate) fn pod(self, number: usize) -> Self {
        self.0.source = Source::Pod(number);
        self
    }
}

impl Builder {
    fn add(
        &mut self,
        client: InterfaceIndex,
        source: Source,
        peer: Peer,
        way: Way,
        truth: Option<Attribution>,
    ) -> Habit<'_> {
        self.world.workloads.push(Workload {
            client,
            source,
            peer,
            way,
            weight: 1.0,
            bytes_out: (2_000, 200_000),
            bytes_in: (20_000, 20_000_000),
            seconds: (1, 90),
            protocol: 6,
            port: 443,
            truth,
        });
        Habit(self.world.workloads.last_mut().expect("a workload was just added"))
    }

    /// Public traffic through a NAT gateway of any kind; a transit gateway may lie before it.
    pub(crate) fn nat(
        &mut self,
        client: InterfaceIndex,
        nat: NatIndex,
        service: &str,
        region: Option<&str>,
        inside: Option<Transit>,
    ) -> Habit<'_> {
        let way = self.nat_way(client, nat, inside, None);
        let through = inside.map(|_| TRANSIT_GATEWAY.to_string());
        let truth = truth("nat-gateway", Via::Nat(nat), through, service, region);
        self.add(client, Source::Primary, Peer::Public(peers::pool(service, region, false)), way, truth)
    }

    /// The same from an IPv6 client by NAT64.
    pub(crate) fn nat64(
        &mut self,
        client: InterfaceIndex,
        nat: NatIndex,
        service: &str,
        region: Option<&str>,
    ) -> Habit<'_> {
        let way = self.nat_way(client, nat, None, None);
        let truth = truth("nat-gateway", Via::Nat(nat), None, service, region);
        self.add(client, Source::V6, Peer::Nat64(peers::pool(service, region, false)), way, truth)
    }

    /// Through a private NAT gateway to an address on premises, by the transit gateway ENI `outside`.
    pub(crate) fn private_nat(
        &mut self,
        client: InterfaceIndex,
        nat: NatIndex,
        host: IpAddr,
        outside: InterfaceIndex,
    ) -> Habit<'_> {
        let way = self.nat_way(client, nat, None, Some(outside));
        let truth = truth("nat-gateway", Via::Nat(nat), None, "internal", None);
        self.add(client, Source::Primary, Peer::OnPremises(host), way, truth)
    }

    fn nat_way(
        &self,
        client: InterfaceIndex,
        nat: NatIndex,
        inside: Option<Transit>,
        outside: Option<InterfaceIndex>,
    ) -> Way {
        let gateway = &self.world.nats[nat];
        if gateway.kind == NatKind::Regional {
            let zone = &self.world.interfaces[client].zone;
            let stand_in = gateway
                .interfaces
                .iter()
                .copied()
                .find(|stand_in| self.world.interfaces[*stand_in].zone == *zone)
                .unwrap_or(gateway.interfaces[0]);
            Way::RegionalNat { stand_in }
        } else {
            Way::Nat { eni: gateway.interfaces[0], inside, outside }
        }
    }

    /// Public traffic through an instance that does NAT: no gateway, no toll.
    pub(crate) fn nat_instance(
        &mut self,
        client: InterfaceIndex,
        eni: InterfaceIndex,
        service: &str,
        region: Option<&str>,
    ) -> Habit<'_> {
        let truth = truth("nat-instance", Via::Interface(eni), None, service, region);
        let way = Way::Nat { eni, inside: None, outside: None };
        self.add(client, Source::Primary, Peer::Public(peers::pool(service, region, false)), way, truth)
    }

    /// To the endpoint's own service in this Region, by gateway endpoint.
    pub(crate) fn by_gateway(&mut self, client: InterfaceIndex, endpoint: EndpointIndex) -> Habit<'_> {
        let (service, region) = (self.world.endpoints[endpoint].service, self.world.options.region);
        let truth = truth("gateway-endpoint", Via::Endpoint(endpoint), None, service, Some(region));
        let peer = Peer::Public(peers::pool(service, Some(region), false));
        self.add(client, Source::Primary, peer, Way::GatewayEndpoint, truth)
    }

    /// To ENI number `which` of an interface endpoint.
    pub(crate) fn by_endpoint(
        &mut self,
        client: InterfaceIndex,
        endpoint: EndpointIndex,
        which: usize,
    ) -> Habit<'_> {
        let entry = &self.world.endpoints[endpoint];
        let truth = truth(
            "interface-endpoint",
            Via::Endpoint(endpoint),
            None,
            entry.service,
            Some(self.world.options.region),
        );
        let peer = Peer::Interface(entry.interfaces[which]);
        self.add(client, Source::Primary, peer, Way::Local, truth)
    }

    /// Straight out by the internet gateway.
    pub(crate) fn by_internet_gateway(
        &mut self,
        client: InterfaceIndex,
        service: &str,
        region: Option<&str>,
    ) -> Habit<'_> {
        let truth = truth("internet-gateway", Via::Nothing, None, service, region);
        let peer = Peer::Public(peers::pool(service, region, false));
        self.add(client, Source::Primary, peer, Way::Internet, truth)
    }

    /// IPv6 out by the egress-only internet gateway.
    pub(crate) fn by_egress_only(
        &mut self,
        client: InterfaceIndex,
        service: &str,
        region: Option<&str>,
    ) -> Habit<'_> {
        let truth = truth("egress-only-internet-gateway", Via::Nothing, None, service, region);
        let peer = Peer::Public(peers::pool(service, region, true));
        self.add(client, Source::V6, peer, Way::Internet, truth)
    }

    /// To another interface: `local` in the VPC, `peering` to another VPC.
    pub(crate) fn internal(&mut self, client: InterfaceIndex, peer: InterfaceIndex) -> Habit<'_> {
        let is_local = self.world.interfaces[client].vpc == self.world.interfaces[peer].vpc;
        let (path, way) = if is_local { ("local", Way::Local) } else { ("peering", Way::Peering) };
        let truth = truth(path, Via::Nothing, None, "internal", None);
        self.add(client, Source::Primary, Peer::Interface(peer), way, truth)
    }

    /// On premises by the transit gateway ENI of the client's VPC.
    pub(crate) fn by_transit_gateway(
        &mut self,
        client: InterfaceIndex,
        eni: InterfaceIndex,
        host: IpAddr,
    ) -> Habit<'_> {
        let truth =
            truth("transit-gateway", Via::Nothing, Some(TRANSIT_GATEWAY.to_string()), "internal", None);
        self.add(client, Source::Primary, Peer::OnPremises(host), Way::TransitGateway { eni }, truth)
    }

    /// Strangers' packets at a NAT gateway.
    pub(crate) fn scans(&mut self, nat: NatIndex) -> Habit<'_> {
        let observer = self.world.nats[nat].interfaces[0];
        self.noise(observer, Way::Scan)
    }

    /// Strangers' packets refused at an interface.
    pub(crate) fn refused(&mut self, interface: InterfaceIndex, is_ingress: bool) -> Habit<'_> {
        self.noise(interface, Way::Rejected { is_ingress })
    }

    fn noise(&mut self, observer: InterfaceIndex, way: Way) -> Habit<'_> {
        let mut pool = peers::pool("internet", None, false);
        pool.blocks = vec![super::super::address::Block::parse(peers::SCANNERS)];
        let habit = self.add(observer, Source::Primary, Peer::Public(pool), way, None);
        habit.0.bytes_out = (40, 400);
        habit.0.bytes_in = (40, 400);
        habit.seconds(1, 4).port(22, 6)
    }
}

/// The one transit gateway of the standard world.
pub(crate) const TRANSIT_GATEWAY: &str = "tgw-0f1e2d3c4b5a69788";

#[expect(clippy::unnecessary_wraps, reason = "every habit with truth stores it as an option")]
fn truth(
    path: &'static str,
    via: Via,
    through: Option<String>,
    service: &str,
    region: Option<&str>,
) -> Option<Attribution> {
    Some(Attribution {
        path,
        via,
        through,
        service: service.to_string(),
        service_region: region.map(ToString::to_string),
    })
}
