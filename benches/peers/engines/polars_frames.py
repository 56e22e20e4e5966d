"""The attribution in Polars' lazy frames, in the shape of duckdb_sql.py's aggregate-first.

Shapes: `in-memory` and `streaming`, Polars' two engines for the same plan.
"""

import os
import sys
import json
from pathlib import Path

# Read by Polars when it is imported.
os.environ["POLARS_MAX_THREADS"] = str(json.loads(Path(sys.argv[1]).read_text())["threads"])

import polars as pl  # noqa: E402
import worker  # noqa: E402


def source(job):
    if job["form"].startswith("parquet"):
        return pl.scan_parquet(job["objects"], hive_partitioning=False).select(worker.COLUMNS)
    types = {name.replace("_", "-"): pl.Int64 if name == "bytes" else pl.String for name in job["columns"]}
    frame = pl.scan_csv(job["objects"], separator=" ", quote_char=None, null_values={"bytes": "-"}, schema=types)
    return frame.select(pl.col(name.replace("_", "-")).alias(name) for name in worker.COLUMNS)


def table(job, name):
    types = {"first": pl.UInt32} if name == "ranges" else {}
    return pl.read_csv(
        f"{job['tables']}/{name}.csv", infer_schema=False, empty_string_is_null=False, schema_overrides=types
    )


def totals(job, observer):
    col = pl.col
    own = lambda name: col("own").list.contains(col(name))  # noqa: E731
    nat64 = lambda name: col(name).str.starts_with(worker.NAT64)  # noqa: E731
    counts = col("kind").is_not_null() & (col("action") == "ACCEPT") & (col("log_status") == "OK")
    nat, client = counts & (col("kind") == "nat"), counts & (col("kind") == "client")
    out = (
        pl.when(nat & own("dstaddr") & ~own("pkt_dstaddr")).then(1)
        .when(nat & own("srcaddr") & ~own("pkt_srcaddr")).then(0)
        .when(nat & nat64("dstaddr")).then(1)
        .when(nat & nat64("srcaddr")).then(0)
        .when(client & own("srcaddr")).then(1)
        .when(client & own("dstaddr")).then(0)
    )  # fmt: skip
    out_is = lambda value: col("out") == value  # noqa: E731
    return (
        source(job)
        .join(observer.lazy(), on="interface_id", how="left")
        .with_columns(out=out.cast(pl.Int8))
        .select(
            "action",
            "log_status",
            "bytes",
            "out",
            interface_id=pl.when(col("out").is_not_null()).then(col("interface_id")),
            client_address=pl.when(out_is(1)).then(col("pkt_srcaddr")).when(out_is(0)).then(col("pkt_dstaddr")),
            peer=pl.when(out_is(1)).then(col("pkt_dstaddr")).when(out_is(0)).then(col("pkt_srcaddr")),
        )
        .group_by("action", "log_status", "out", "interface_id", "client_address", "peer")
        .agg(records=pl.len(), bytes=col("bytes").sum())
    )


def number():
    """An IPv4 address as a number; one behind NAT64 as the number in its last two groups."""
    octets = pl.col("peer").str.split_exact(".", 3).struct
    octet = lambda place: octets.field(f"field_{place}").cast(pl.UInt32, strict=False)  # noqa: E731
    groups = pl.col("peer").str.split_exact(":", 4).struct
    group = lambda place: groups.field(f"field_{place}").str.to_integer(base=16, strict=False, dtype=pl.UInt32)  # noqa: E731
    dotted = octet(0) * 16777216 + octet(1) * 65536 + octet(2) * 256 + octet(3)
    nat64 = pl.col("peer").str.starts_with(worker.NAT64)
    return pl.when(nat64).then(group(3) * 65536 + group(4)).otherwise(dotted)


def work(job):
    tables = {name: table(job, name) for name in ["observers", "own", "clients", "ranges"]}
    own = tables["own"].group_by("interface_id").agg(own=pl.col("address"))
    observer = tables["observers"].join(own, on="interface_id", how="left")
    clients = tables["clients"].rename({"address": "client_address"})
    ranges = tables["ranges"].sort("first")
    timed = job["stages"].timed
    collect = lambda frame: frame.collect(engine=job["shape"])  # noqa: E731

    def attribution(summed, peers):
        way = lambda value: pl.col("bytes").filter(pl.col("out") == value).sum()  # noqa: E731
        frame = (
            summed.lazy()
            .filter(pl.col("out").is_not_null())
            .join(peers.lazy(), on="peer")
            .join(observer.lazy().select("interface_id", "via", "kind"), on="interface_id")
            .filter(~((pl.col("kind") == "client") & (pl.col("service") == "internal")))
            .join(clients.lazy(), on=["interface_id", "client_address"], how="left")
            .group_by(pl.col("client").fill_null(""), "via", "service", "service_region")
            .agg(bytes_out=way(1), bytes_in=way(0))
        )
        return [list(row) for row in collect(frame).rows()]

    def classified(summed):
        distinct = summed.lazy().filter(pl.col("peer").is_not_null()).select("peer").unique()
        keyed = distinct.with_columns(key=number()).drop_nulls("key").sort("key")
        return collect(keyed.join_asof(ranges.lazy(), left_on="key", right_on="first", strategy="backward"))

    def run():
        summed = timed("scan and add up", lambda: collect(totals(job, observer)))
        peers = timed("classify", lambda: classified(summed))
        ledger = summed.lazy().group_by("action", "log_status").agg(pl.col("records").sum(), pl.col("bytes").sum())
        return {
            "ledger": timed("ledger", lambda: [list(row) for row in collect(ledger).rows()]),
            "attribution": timed("attribution", lambda: attribution(summed, peers)),
        }

    return run


if __name__ == "__main__":
    worker.main(work)
