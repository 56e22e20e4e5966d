"""The attribution in DuckDB's SQL.

Shapes; all read each object once and only the columns needed:

- aggregate-first: orient and add up in the scan, then classify each distinct peer once.
- split-lines (text only): the same over whole lines split by `string_split`. The reader of separated values has a price
  per object and column, which many small objects feel.
- classify-rows: classify every row of a NAT gateway in the scan, then add up.
"""

import duckdb
import worker

TABLES = ["observers", "own", "clients", "ranges"]


def source(job):
    if job["form"].startswith("parquet"):
        return f"read_parquet({job['objects']})"
    if job["shape"] == "split-lines":
        place = {name: job["columns"].index(name) + 1 for name in worker.COLUMNS}
        parts = ", ".join(f"part[{place[name]}] AS {name}" for name in worker.COLUMNS if name != "bytes")
        lines = (
            f"read_csv({job['objects']}, columns = {{'line': 'VARCHAR'}}, delim = '\t', header = true, "
            "auto_detect = false, quote = '', escape = '', hive_partitioning = false)"
        )
        return (
            f"(SELECT {parts}, try_cast(part[{place['bytes']}] AS BIGINT) AS bytes "
            f"FROM (SELECT string_split(line, ' ') AS part FROM {lines}))"
        )
    types = ", ".join(f"'{name}': '{'BIGINT' if name == 'bytes' else 'VARCHAR'}'" for name in job["columns"])
    return (
        f"read_csv({job['objects']}, columns = {{{types}}}, delim = ' ', header = true, auto_detect = false, "
        "quote = '', escape = '', nullstr = '-', hive_partitioning = false)"
    )


# Which leg a row is. `out`: 1 from client to peer (N1), 0 back (N4), NULL for every other row. A regional gateway has no
# interface: there the rows of its clients count.
ORIENTED = f"""
    SELECT action, log_status, bytes, interface_id, kind,
           CASE WHEN kind IS NULL OR action <> 'ACCEPT' OR log_status <> 'OK' THEN NULL
                WHEN kind = 'nat' AND list_contains(own, dstaddr) AND NOT list_contains(own, pkt_dstaddr) THEN 1
                WHEN kind = 'nat' AND list_contains(own, srcaddr) AND NOT list_contains(own, pkt_srcaddr) THEN 0
                WHEN kind = 'nat' AND starts_with(dstaddr, '{worker.NAT64}') THEN 1
                WHEN kind = 'nat' AND starts_with(srcaddr, '{worker.NAT64}') THEN 0
                WHEN kind = 'client' AND list_contains(own, srcaddr) THEN 1
                WHEN kind = 'client' AND list_contains(own, dstaddr) THEN 0
           END AS out,
           CASE out WHEN 1 THEN pkt_srcaddr WHEN 0 THEN pkt_dstaddr END AS client_address,
           CASE out WHEN 1 THEN pkt_dstaddr WHEN 0 THEN pkt_srcaddr END AS peer
    FROM {{source}} LEFT JOIN observer USING (interface_id)
"""


def number(address):
    """An IPv4 address as a number; one behind NAT64 as the number in its last two groups."""
    octet = "split_part({0}, '.', {1})::UINTEGER".format
    dotted = f"{octet(address, 1)} * 16777216 + {octet(address, 2)} * 65536 + {octet(address, 3)} * 256 + {octet(address, 4)}"
    group = f"('0x' || split_part({address}, ':', {{}}))::UINTEGER".format
    return (
        f"CASE WHEN starts_with({address}, '{worker.NAT64}') THEN {group(4)} * 65536 + {group(5)} "
        f"WHEN contains({address}, ':') THEN NULL ELSE {dotted} END"
    )


LEDGER = "SELECT action, log_status, sum(records)::BIGINT, sum(bytes)::BIGINT FROM totals GROUP BY ALL"

AGGREGATE_FIRST = [
    (
        "scan and add up",
        """CREATE TEMP TABLE totals AS
           SELECT action, log_status, out, CASE WHEN out IS NOT NULL THEN interface_id END AS interface_id,
                  client_address, peer, count(*) AS records, sum(bytes)::BIGINT AS bytes
           FROM ({oriented}) GROUP BY ALL""",
    ),
    (
        "classify",
        f"""CREATE TEMP TABLE peers AS
            SELECT peer, service, service_region
            FROM (SELECT peer, {number("peer")} AS key FROM (SELECT DISTINCT peer FROM totals WHERE peer IS NOT NULL))
            ASOF JOIN ranges ON key >= first""",
    ),
]
AGGREGATE_FIRST_ANSWER = """
    SELECT coalesce(client, ''), via, service, service_region,
           coalesce(sum(bytes) FILTER (out = 1), 0)::BIGINT, coalesce(sum(bytes) FILTER (out = 0), 0)::BIGINT
    FROM totals JOIN peers USING (peer) JOIN observer USING (interface_id)
    LEFT JOIN clients ON clients.interface_id = totals.interface_id AND clients.address = client_address
    WHERE out IS NOT NULL AND NOT (kind = 'client' AND service = 'internal')
    GROUP BY ALL
"""

CLASSIFY_ROWS = [
    (
        "scan, classify and add up",
        f"""CREATE TEMP TABLE totals AS
            SELECT action, log_status, out, kind, CASE WHEN out IS NOT NULL THEN o.interface_id END AS interface_id,
                   client, service, service_region, count(*) AS records, sum(bytes)::BIGINT AS bytes
            FROM ({{oriented}}) o
            LEFT JOIN clients ON clients.interface_id = o.interface_id AND clients.address = client_address
            ASOF LEFT JOIN ranges ON {number("peer")} >= first
            GROUP BY ALL""",
    ),
]
CLASSIFY_ROWS_ANSWER = """
    SELECT coalesce(client, ''), via, service, service_region,
           coalesce(sum(bytes) FILTER (out = 1), 0)::BIGINT, coalesce(sum(bytes) FILTER (out = 0), 0)::BIGINT
    FROM totals JOIN observer USING (interface_id)
    WHERE out IS NOT NULL AND NOT (totals.kind = 'client' AND service = 'internal')
    GROUP BY ALL
"""

SHAPES = {
    "aggregate-first": (AGGREGATE_FIRST, AGGREGATE_FIRST_ANSWER),
    "split-lines": (AGGREGATE_FIRST, AGGREGATE_FIRST_ANSWER),
    "classify-rows": (CLASSIFY_ROWS, CLASSIFY_ROWS_ANSWER),
}


def work(job):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {job['threads']}")
    connection.execute("SET preserve_insertion_order = false")
    for table in TABLES:
        # No address or name here may become NULL or a number.
        types = {"first": "UINTEGER"} if table == "ranges" else {}
        connection.execute(
            f"CREATE TABLE {table} AS FROM read_csv('{job['tables']}/{table}.csv', header = true, nullstr = 'NULL', "
            f"all_varchar = {not types}, types = {types})"
        )
    connection.execute(
        "CREATE TABLE observer AS SELECT *, (SELECT list(address) FROM own WHERE own.interface_id = o.interface_id) AS own "
        "FROM observers o"
    )
    steps, attribution = SHAPES[job["shape"]]
    oriented = ORIENTED.format(source=source(job))
    timed = job["stages"].timed

    def run():
        for name, sql in steps:
            timed(name, lambda sql=sql: connection.execute(sql.replace("{oriented}", oriented)))
        return {
            "ledger": timed("ledger", lambda: connection.execute(LEDGER).fetchall()),
            "attribution": timed("attribution", lambda: connection.execute(attribution).fetchall()),
        }

    return run


if __name__ == "__main__":
    worker.main(work)
