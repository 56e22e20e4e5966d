"""Throughput of `flowtoll report s3://` against bare GETs of the same objects from the same server at the same concurrency, and against
reading the same files from disk.

Starts a SeaweedFS server of its own, puts a generated estate into it, and lets curl fetch every object (16 at a time, as flowtoll
does) and throw it away; then flowtoll reports the same prefix. Server and clients share this machine's cores, so CPU time is shown
beside wall time. Needs python 3.11, curl 7.66, `.ci/s3-server`, and release builds of flowtoll and flowtoll-testkit.

    cargo build --release --features testkit
    python3 benches/s3.py
"""

import argparse
import os
import pathlib
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
# `MAX_REQUESTS` of src/source/s3/feed.rs.
AT_ONCE = 16
BUCKET = "bench"


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def start(weed, folder, before=None):
    names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc"]
    ports = free_ports(len(names))
    config = folder / "identities.json"
    config.write_text('{"identities":[{"name":"anonymous","actions":["Admin","Read","List","Write"]}]}')
    command = [weed, "-logtostderr=true", "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-dir={folder}", "-filer", "-s3",
               "-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.max=40", "-s3.port.iceberg=0", "-s3.port.lance=0",
               f"-filer.localSocket={folder}/filer.sock", f"-s3.localSocket={folder}/s3.sock", f"-s3.config={config}"]
    command += [f"-{name}={port}" for name, port in zip(names, ports)]
    log = open(folder / "log", "wb")
    server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, preexec_fn=before)
    endpoint = f"http://127.0.0.1:{ports[names.index('s3.port')]}"
    for _ in range(600):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT"), timeout=5)
            return server, endpoint
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    server.kill()
    sys.exit("SeaweedFS did not come up:\n" + (folder / "log").read_text()[-2000:])


def logs_of(path):
    """The folder `AWSLogs` that an object lies in."""
    return pathlib.Path(*path.parts[:path.parts.index("AWSLogs") + 1])


def timed(command, **more):
    """Wall and CPU seconds of a command."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)
    wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flowtoll", default=ROOT / "target/release/flowtoll")
    parser.add_argument("--testkit", default=ROOT / "target/release/flowtoll-testkit")
    parser.add_argument("--weed", default=os.environ.get("FLOWTOLL_WEED", ROOT / "target/s3-server/bin/weed"))
    parser.add_argument("--records", default="6000000")
    parser.add_argument("--objects", default="32", help="of each flow log")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--apart", action="store_true", help="the server on a core of its own, the clients on the others")
    options = parser.parse_args()
    before = None
    if options.apart:
        first, *others = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, others)
        before = lambda: os.sched_setaffinity(0, {first})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {"AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
    print("| logs | objects | MB | bare GET, MB/s | flowtoll, MB/s | ratio | CPU of curl, s | CPU of flowtoll, s | wall of flowtoll, s | from disk, s |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory(prefix="flowtoll-bench-") as folder:
        folder = pathlib.Path(folder)
        (folder / "server").mkdir()
        server, endpoint = start(options.weed, folder / "server", before)
        try:
            for kind, form in [("`.log.gz`", ["--gzip"]), ("plain text", []), ("Parquet", ["--format", "parquet"])]:
                world = folder / "world"
                subprocess.run([options.testkit, "world", "--output", world, "--records", options.records, "--hours", "24",
                                "--objects", options.objects, *form],
                               check=True, stderr=subprocess.DEVNULL)
                files = [path for path in sorted((world).rglob("*")) if path.is_file() and "AWSLogs" in path.parts]
                size = sum(path.stat().st_size for path in files)
                prefix = kind.strip("`.").replace(" ", "-").replace(".", "-")
                urls = folder / "urls"
                uploads = folder / "uploads"
                names = [f"{endpoint}/{BUCKET}/{prefix}/{path.relative_to(world)}" for path in files]
                uploads.write_text("".join(f'url = "{name}"\nupload-file = "{path}"\n' for name, path in zip(names, files)))
                urls.write_text("".join(f'url = "{name}"\noutput = "/dev/null"\n' for name in names))
                subprocess.run(["curl", "-f", "--no-progress-meter", "-Z", "--parallel-max", "4", "-K", uploads], check=True, stdout=subprocess.DEVNULL)
                get = ["curl", "-f", "--no-progress-meter", "-Z", "--parallel-max", str(AT_ONCE), "-K", urls]
                common = ["--inventory", world / "inventory", "--format", "json", "--quiet"]
                report = [options.flowtoll, "report", f"s3://{BUCKET}/{prefix}/", "--endpoint-url", endpoint, "--no-sign-request",
                          *common]
                timed(get)
                # Turn by turn, so that what else the machine does meets both; the best of each counts.
                bare, read, disk = [], [], []
                for _ in range(options.runs):
                    bare.append(timed(get))
                    read.append(timed(report, env=environment))
                    disk.append(timed([options.flowtoll, "report", *sorted({logs_of(path) for path in files}), *common]))
                (bare_wall, bare_cpu), (wall, cpu), (from_disk, _) = min(bare), min(read), min(disk)
                speed = size / 1e6
                print(f"| {kind} | {len(files)} | {speed:.0f} | {speed / bare_wall:.0f} | {speed / wall:.0f} | {bare_wall / wall:.2f} "
                      f"| {bare_cpu:.1f} | {cpu:.1f} | {wall:.2f} | {from_disk:.2f} |", flush=True)
                subprocess.run(["rm", "-rf", world], check=True)
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()
