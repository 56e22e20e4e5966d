"""One run of one engine: read the job, prepare untimed, do the work timed, write the answer.

An engine is a script with `work(job)`: it may prepare (imports, side tables) and returns a function that does the whole
attribution and returns its answer. The job is the JSON file named on the command line.
"""

import json
import resource
import sys
import time
from pathlib import Path

# The columns that this attribution needs; every engine reads these and no others where the form lets it.
COLUMNS = ["interface_id", "srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr", "bytes", "action", "log_status"]
NAT64 = "64:ff9b::"


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Stages:
    """CPU seconds of the named parts of a run."""

    def __init__(self):
        self.seconds = {}

    def timed(self, name, function):
        before = cpu_seconds()
        result = function()
        self.seconds[name] = round(cpu_seconds() - before, 4)
        return result


def main(work):
    job = json.loads(Path(sys.argv[1]).read_text())
    job["stages"] = Stages()
    run = work(job)
    cpu, wall = cpu_seconds(), time.monotonic()
    answer = run()
    outcome = {
        "cpu": cpu_seconds() - cpu,
        "wall": time.monotonic() - wall,
        "prepared_cpu": cpu,
        "stages": job["stages"].seconds,
        "answer": answer,
    }
    Path(job["outcome"]).write_text(json.dumps(outcome))
