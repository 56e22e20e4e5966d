"""The attribution in ClickHouse's SQL, by chDB.

Shapes:
aggregate-first   add up by addresses in the scan, then classify each distinct peer once; text lines are split by
                  `splitByChar`, which ClickHouse does faster than its own reader of separated values
custom-separated  the same over ClickHouse's `CustomSeparated` reader (text only)
"""

import json
import os

import worker
from chdb import session


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def pattern(job):
    """One glob over all objects: ClickHouse takes no list of files."""
    return literal(f"{job['folder']}/**/*{job['suffix']}")


def source(job):
    """The records with every column as it is written: `-` where there is no value."""
    files = pattern(job)
    if job["form"].startswith("parquet"):
        columns = ", ".join(
            f"{name} {'Nullable(UInt64)' if name == 'bytes' else 'String'}" for name in worker.COLUMNS
        )
        return f"(SELECT * REPLACE (ifNull(bytes, 0) AS bytes) FROM file({files}, 'Parquet', {literal(columns)}))"
    if job["shape"] == "custom-separated":
        columns = ", ".join(f"`{name.replace('_', '-')}` String" for name in worker.COLUMNS)
        aliases = ", ".join(f"`{name.replace('_', '-')}` AS {name}" for name in worker.COLUMNS if name != "bytes")
        return (
            f"(SELECT {aliases}, toUInt64OrZero(`bytes`) AS bytes "
            f"FROM file({files}, 'CustomSeparatedWithNames', {literal(columns)}))"
        )
    place = {name: job["columns"].index(name) + 1 for name in worker.COLUMNS}
    parts = ", ".join(f"part[{place[name]}] AS {name}" for name in worker.COLUMNS if name != "bytes")
    last = max(place.values()) + 1
    return (
        f"(SELECT {parts}, toUInt64OrZero(part[{place['bytes']}]) AS bytes "
        f"FROM (SELECT splitByChar(' ', line, {last}) AS part FROM file({files}, 'LineAsString', 'line String')) "
        f"WHERE interface_id != 'interface-id')"
    )


# As in duckdb_sql.py. `out` is -1 for rows that are no leg.
TOTALS = """
    CREATE TABLE totals ENGINE = Memory AS
    SELECT action, log_status, out, out < 0 ? '' : interface_id AS observer,
           multiIf(out = 1, pkt_srcaddr, out = 0, pkt_dstaddr, '') AS client_address,
           multiIf(out = 1, pkt_dstaddr, out = 0, pkt_srcaddr, '') AS peer,
           count() AS records, sum(bytes) AS bytes
    FROM (
        SELECT action, log_status, bytes, interface_id, pkt_srcaddr, pkt_dstaddr,
               toInt8(multiIf(
                   kind = '' OR action != 'ACCEPT' OR log_status != 'OK', -1,
                   kind = 'nat' AND has(own, dstaddr) AND NOT has(own, pkt_dstaddr), 1,
                   kind = 'nat' AND has(own, srcaddr) AND NOT has(own, pkt_srcaddr), 0,
                   kind = 'nat' AND startsWith(dstaddr, '{nat64}'), 1,
                   kind = 'nat' AND startsWith(srcaddr, '{nat64}'), 0,
                   kind = 'client' AND has(own, srcaddr), 1,
                   kind = 'client' AND has(own, dstaddr), 0,
                   -1)) AS out
        FROM {source} AS r
        LEFT ANY JOIN observer USING (interface_id)
    )
    GROUP BY ALL
"""
PEERS = """
    CREATE TABLE peers ENGINE = Memory AS
    SELECT peer, service, service_region
    FROM (
        SELECT peer, 1 AS one,
               if(startsWith(peer, '{nat64}'),
                  toUInt32(reinterpretAsUInt32(reverse(unhex(concat(leftPad(groups[4], 4, '0'), leftPad(groups[5], 4, '0')))))),
                  toUInt32(toIPv4OrZero(peer))) AS key,
               splitByChar(':', peer) AS groups
        FROM (SELECT DISTINCT peer FROM totals WHERE out >= 0)
    ) AS p
    ASOF JOIN ranges ON ranges.one = p.one AND p.key >= ranges.first
"""
LEDGER = "SELECT action, log_status, sum(records), sum(bytes) FROM totals GROUP BY ALL"
ATTRIBUTION = """
    SELECT clients.client, observers.via, peers.service, peers.service_region, sumIf(bytes, out = 1), sumIf(bytes, out = 0)
    FROM (SELECT * FROM totals WHERE out >= 0) AS totals
    JOIN peers ON peers.peer = totals.peer
    JOIN observers ON observers.interface_id = totals.observer
    LEFT JOIN clients ON clients.interface_id = totals.observer AND clients.address = totals.client_address
    WHERE NOT (observers.kind = 'client' AND peers.service = 'internal')
    GROUP BY ALL
"""

TEXT = {
    "format_custom_field_delimiter": literal(" "),
    "format_custom_row_after_delimiter": literal("\n"),
    "format_custom_escaping_rule": literal("CSV"),
    "format_csv_allow_double_quotes": 0,
    "format_csv_allow_single_quotes": 0,
    "input_format_custom_detect_header": 0,
    "input_format_skip_unknown_fields": 1,
}


def work(job):
    chdb = session.Session()
    threads = job["threads"]
    settings = {
        "max_threads": threads,
        "max_parsing_threads": threads,
        "input_format_parallel_parsing": int(threads > 1),
    }
    ending = " SETTINGS " + ", ".join(f"{name} = {value}" for name, value in {**settings, **TEXT}.items())
    tables = {
        "observers": "interface_id String, via String, kind String",
        "own": "interface_id String, address String",
        "clients": "interface_id String, address String, client String",
        "ranges": "first UInt32, service String, service_region String",
    }
    for table, columns in tables.items():
        one = ", 1 AS one" if table == "ranges" else ""
        chdb.query(
            f"CREATE TABLE {table} ENGINE = Memory AS SELECT *{one} "
            f"FROM file({literal(job['tables'] + '/' + table + '.csv')}, 'CSVWithNames', {literal(columns)})"
        )
    chdb.query(
        "CREATE TABLE observer ENGINE = Memory AS SELECT interface_id, any(kind) AS kind, groupArray(address) AS own "
        "FROM observers JOIN own USING (interface_id) GROUP BY interface_id"
    )
    totals = TOTALS.format(nat64=worker.NAT64, source=source(job))
    timed = job["stages"].timed

    def rows(sql):
        return [list(row) for row in json.loads(str(chdb.query(sql + ending, "JSONCompact")))["data"]]

    def run():
        timed("scan and add up", lambda: chdb.query(totals + ending))
        timed("classify", lambda: chdb.query(PEERS.replace("{nat64}", worker.NAT64) + ending))
        return {
            "ledger": timed("ledger", lambda: rows(LEDGER)),
            "attribution": timed("attribution", lambda: rows(ATTRIBUTION)),
        }

    return run


if __name__ == "__main__":
    worker.main(work)
    # Its own shutdown is no part of the work, and some versions hang in it.
    os._exit(0)
