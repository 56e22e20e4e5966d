"""One form for everybody's answer, and the comparison that has to hold before a ratio is worth printing."""

import json
from collections import defaultdict
from pathlib import Path

import side_tables

SHOWN = 5
LEDGER = ["records", "ok", "rejected", "nodata", "skipdata", "bytes_total", "bytes_rejected"]


class Unequal(Exception):
    """Two answers that differ, with the first differences."""


def of_report(report, known_interfaces):
    """The answer in a flowtoll report or in a world's truth.

    Interfaces that the inventory does not list have no name in the engines' SQL: flowtoll learns them from their own
    records. Their bytes are compared under an empty name, on both sides.
    """
    attribution = defaultdict(lambda: [0, 0])
    for line in report["attribution"]:
        if line["path"] == "nat-gateway":
            client = line["interface_id"] if line["interface_id"] in known_interfaces else ""
            total = attribution[client, line["via"], line["service"], line["service_region"] or ""]
            total[0] += line["bytes_out"]
            total[1] += line["bytes_in"]
    gateways = {row["nat_gateway_id"]: (row["bytes_out"], row["bytes_in"]) for row in report["nat_gateways"]}
    return {
        "ledger": {name: report["ledger"][name] for name in LEDGER},
        "nat gateways": gateways,
        "attribution": {key: tuple(total) for key, total in attribution.items()},
    }


def of_engine(answer):
    """The answer of an engine: rows of (action, log status, records, bytes) and of the attribution."""
    ledger = dict.fromkeys(LEDGER, 0)
    for action, status, records, size in answer["ledger"]:
        records, size = int(records), int(size or 0)
        ledger["records"] += records
        ledger["bytes_total"] += size
        if status != "OK":
            ledger[status.lower()] += records
        elif action == "REJECT":
            ledger["rejected"] += records
            ledger["bytes_rejected"] += size
        else:
            ledger["ok"] += records
    attribution, gateways = {}, defaultdict(lambda: [0, 0])
    for client, via, service, region, bytes_out, bytes_in in answer["attribution"]:
        attribution[client or "", via, service, region or ""] = (int(bytes_out), int(bytes_in))
        gateways[via][0] += int(bytes_out)
        gateways[via][1] += int(bytes_in)
    gateways = {via: tuple(total) for via, total in gateways.items()}
    return {"ledger": ledger, "nat gateways": gateways, "attribution": attribution}


def compare(name, answer, expected_name, expected):
    """Raises `Unequal` unless the two are the same to the byte."""
    for part in expected:
        differences = [
            f"  {part} {key}: {name} {answer[part].get(key)}, {expected_name} {expected[part].get(key)}"
            for key in sorted(answer[part].keys() | expected[part].keys(), key=str)
            if answer[part].get(key) != expected[part].get(key)
        ]
        if differences:
            shown = "\n".join(differences[:SHOWN])
            raise Unequal(f"{name} and {expected_name} differ in {len(differences)} lines; the first:\n{shown}")


def expected(world, report):
    """What every engine must answer: flowtoll's report, once it equals the world's truth."""
    inventory = side_tables.Inventory.read(world / "inventory")
    known = {interface["NetworkInterfaceId"] for interface in inventory.interfaces}
    answer = of_report(report, known)
    compare("flowtoll", answer, "truth", of_report(json.loads(Path(world / "truth.json").read_text()), known))
    return answer
