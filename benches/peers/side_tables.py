"""What the engines need beside the records: whose rows count, whose address it is, who the peer is.

flowtoll reads `inventory/` and its own address table by itself, inside the time that is measured. SQL cannot, so this
module writes the same facts as small CSV tables once per world. That is not part of any engine's time.

- observers.csv (interface_id, via, kind): whose rows count. A NAT gateway's interface (`nat`), or, where the gateway
  has none (regional), the interfaces whose subnet routes to it (`client`).
- own.csv (interface_id, address): the addresses of those interfaces.
- clients.csv (interface_id, address, client): the interface that an address is, as seen from an observer. The same
  private address in two VPCs is two clients.
- ranges.csv (first, service, service_region): a partition of the IPv4 space; a line holds up to the next one's `first`.
"""

import csv
import ipaddress
import json
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
IP_RANGES = REPOSITORY / "src/classify/data/ip-ranges.txt"

# Kept by address, as flowtoll keeps it: RFC 1918, RFC 6598, link-local.
PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"]
GATEWAY_SERVICES = ["s3", "dynamodb", "s3express"]
TABLES = ["observers", "own", "clients", "ranges"]


class SideTableError(Exception):
    """An inventory that the SQL of the engines does not cover."""


@dataclass
class Inventory:
    """The answers of `aws ec2 describe-*` that matter here, of all accounts and Regions."""

    interfaces: list = field(default_factory=list)
    nat_gateways: list = field(default_factory=list)
    route_tables: list = field(default_factory=list)
    subnets: list = field(default_factory=list)
    vpcs: list = field(default_factory=list)
    # (prefix list id, name) and the blocks by id.
    prefix_lists: list = field(default_factory=list)
    entries: dict = field(default_factory=dict)

    @classmethod
    def read(cls, folder):
        inventory = cls()
        kinds = {
            "describe-network-interfaces": ("NetworkInterfaces", inventory.interfaces),
            "describe-nat-gateways": ("NatGateways", inventory.nat_gateways),
            "describe-route-tables": ("RouteTables", inventory.route_tables),
            "describe-subnets": ("Subnets", inventory.subnets),
            "describe-vpcs": ("Vpcs", inventory.vpcs),
            "describe-managed-prefix-lists": ("PrefixLists", inventory.prefix_lists),
        }
        for path in sorted(Path(folder).rglob("*.json")):
            call, _, resource = path.stem.partition(".")
            if call == "get-managed-prefix-list-entries":
                blocks = [entry["Cidr"] for entry in json.loads(path.read_text())["Entries"]]
                inventory.entries[resource] = blocks
            elif call in kinds:
                key, rows = kinds[call]
                rows.extend(json.loads(path.read_text())[key])
        if not inventory.nat_gateways:
            raise SideTableError(
                f"{folder}: no describe-nat-gateways.json with a NAT gateway in it; make the world anew"
            )
        return inventory

    def addresses_of(self, interface):
        """All addresses of an interface, those of its pods' prefixes too."""
        yield from (row["PrivateIpAddress"] for row in interface.get("PrivateIpAddresses", []))
        yield from (row["Ipv6Address"] for row in interface.get("Ipv6Addresses", []))
        for row in interface.get("Ipv4Prefixes", []):
            yield from map(str, ipaddress.ip_network(row["Ipv4Prefix"]))

    def blocks_of(self, vpc):
        yield from (row["CidrBlock"] for row in vpc.get("CidrBlockAssociationSet", []))
        if "CidrBlock" in vpc:
            yield vpc["CidrBlock"]

    def routes_of_subnet(self, subnet):
        """The routes that serve a subnet: its own table's, else the VPC's main one's."""
        main = []
        for table in self.route_tables:
            for association in table["Associations"]:
                if association.get("SubnetId") == subnet["SubnetId"]:
                    return table["Routes"]
                if association.get("Main") and table["VpcId"] == subnet["VpcId"]:
                    main = table["Routes"]
        return main

    def transit_gateways_of(self, vpc_id):
        tables = [table for table in self.route_tables if table["VpcId"] == vpc_id]
        targets = (route.get("TransitGatewayId") for table in tables for route in table["Routes"])
        return {target for target in targets if target}


def observers(inventory):
    """Rows of `observers` and, by interface, the VPC it looks from."""
    rows, vpc_of = [], {}
    for gateway in inventory.nat_gateways:
        nat = gateway["NatGatewayId"]
        interfaces = {row.get("NetworkInterfaceId") for row in gateway["NatGatewayAddresses"]} - {None}
        for interface in sorted(interfaces):
            rows.append((interface, nat, "nat"))
            vpc_of[interface] = gateway["VpcId"]
        if not interfaces:
            for client in clients_of_regional(inventory, nat):
                rows.append((client["NetworkInterfaceId"], nat, "client"))
                vpc_of[client["NetworkInterfaceId"]] = client["VpcId"]
    return rows, vpc_of


def clients_of_regional(inventory, nat):
    """The interfaces whose default route is a gateway without an interface of its own."""
    subnets = set()
    for subnet in inventory.subnets:
        routes = inventory.routes_of_subnet(subnet)
        targets = [route.get("NatGatewayId") for route in routes]
        if nat not in targets:
            continue
        others = [route for route in routes if route.get("NatGatewayId") != nat and route.get("GatewayId") != "local"]
        if others or routes[targets.index(nat)].get("DestinationCidrBlock") != "0.0.0.0/0":
            raise SideTableError(
                f"{subnet['SubnetId']} routes to the regional {nat} and elsewhere; the engines' SQL takes all public "
                "peers of such a subnet for the gateway's, so it cannot answer for this world: use another one"
            )
        subnets.add(subnet["SubnetId"])
    return [
        interface
        for interface in inventory.interfaces
        if interface.get("SubnetId") in subnets and interface["InterfaceType"] != "transit_gateway"
    ]


def clients(inventory, vpc_of):
    """Rows of `clients`: the observer's own VPC first, then the VPCs behind a transit gateway that both route to."""
    rows = []
    by_vpc = {}
    for interface in inventory.interfaces:
        by_vpc.setdefault(interface["VpcId"], []).append(interface)
    nets = {
        vpc["VpcId"]: [ipaddress.ip_network(block) for block in inventory.blocks_of(vpc)] for vpc in inventory.vpcs
    }
    for observer, vpc_id in sorted(vpc_of.items()):
        joined = inventory.transit_gateways_of(vpc_id)
        spokes = [other for other in by_vpc if other != vpc_id and joined & inventory.transit_gateways_of(other)]
        seen = set()
        for home in [vpc_id, *sorted(spokes)]:
            for interface in by_vpc.get(home, []):
                for address in inventory.addresses_of(interface):
                    parsed = ipaddress.ip_address(address)
                    local = home != vpc_id and any(
                        parsed in net for net in nets[vpc_id] if net.version == parsed.version
                    )
                    if address in seen or local or interface["InterfaceType"] == "transit_gateway":
                        continue
                    seen.add(address)
                    rows.append((observer, address, interface["NetworkInterfaceId"]))
    return rows


def partition(inventory):
    """Rows of `ranges`, by flowtoll's ranks: private and VPC space; a gateway service's prefix list; the longest block
    of a specific service; EC2; AMAZON. The Region is that of the longest block of any service."""
    layers = []
    for line in IP_RANGES.read_text().splitlines()[1:]:
        service, region, *blocks = line.split(" ")
        layers += [(block, ("service", service, region)) for block in blocks]
    kept = PRIVATE + [block for vpc in inventory.vpcs for block in inventory.blocks_of(vpc)]
    kept += [subnet["CidrBlock"] for subnet in inventory.subnets]
    kept += [address for interface in inventory.interfaces for address in inventory.addresses_of(interface)]
    layers += [(block, ("kept",)) for block in kept]
    for row in inventory.prefix_lists:
        region, _, service = row["PrefixListName"].partition("com.amazonaws.")[2].partition(".")
        if service in GATEWAY_SERVICES:
            layers += [(block, ("list", service, region)) for block in inventory.entries.get(row["PrefixListId"], [])]
    nets = [(ipaddress.ip_network(block), layer) for block, layer in layers if ":" not in block]
    nets.sort(key=lambda item: (int(item[0].network_address), item[0].prefixlen))

    nothing = {"kept": False, "list": None, "specific": None, "ec2": False, "amazon": False, "region": None}
    pieces = [(0, decide(nothing))]

    def push(first, place):
        if pieces[-1][0] == first:
            pieces[-1] = (first, place)
        elif pieces[-1][1] != place:
            pieces.append((first, place))

    # Blocks nest or are apart, so a stack of open blocks is the chain of containers.
    stack = [(2**32 - 1, nothing)]

    def close(before):
        while len(stack) > 1 and stack[-1][0] < before:
            last, _ = stack.pop()
            if last != stack[-1][0]:
                push(last + 1, decide(stack[-1][1]))

    for net, layer in nets:
        first, last = int(net.network_address), int(net.broadcast_address)
        close(first)
        held = inside(stack[-1][1], net.prefixlen, layer)
        push(first, decide(held))
        stack.append((last, held))
    close(2**32)
    return [(first, *place) for first, place in pieces]


def inside(around, length, layer):
    """What holds in a block with this layer on it, from what holds around it."""
    held = dict(around)
    if layer[0] == "kept":
        held["kept"] = True
    elif layer[0] == "list":
        held["list"] = layer[1:]
    else:
        _, service, held["region"] = layer
        if service == "EC2":
            held["ec2"] = True
        elif service == "AMAZON":
            held["amazon"] = True
        else:
            # Of several services on one block: S3, DynamoDB, then by name.
            place = (service != "S3", service != "DYNAMODB", service)
            known = around["specific"]
            if not (known and known[0] == length and known[1] < place):
                held["specific"] = (length, place)
    return held


def decide(held):
    """(service, service Region) as a report names them."""
    if held["kept"]:
        return ("internal", "")
    if held["list"]:
        return held["list"]
    if held["specific"]:
        return (held["specific"][1][-1].lower(), held["region"])
    if held["ec2"]:
        return ("aws-ec2", held["region"])
    if held["amazon"]:
        return ("aws-unknown", held["region"])
    return ("internet", "")


def write(inventory_folder, folder):
    """Writes the four tables of a world."""
    inventory = Inventory.read(inventory_folder)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    observer_rows, vpc_of = observers(inventory)
    watched = [row for row in inventory.interfaces if row["NetworkInterfaceId"] in vpc_of]
    own = [(row["NetworkInterfaceId"], address) for row in watched for address in inventory.addresses_of(row)]
    tables = {
        "observers": (["interface_id", "via", "kind"], observer_rows),
        "own": (["interface_id", "address"], sorted(set(own))),
        "clients": (["interface_id", "address", "client"], clients(inventory, vpc_of)),
        "ranges": (["first", "service", "service_region"], partition(inventory)),
    }
    for name in TABLES:
        header, rows = tables[name]
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
