"""flowlogs-reader's own reading of objects, with a group-by of interface and action: what its users write by hand.

It takes objects from S3 only, so a stand-in for the S3 client opens files. Each row becomes a Python object, so this
reads the first records of the world only, and says how many they were.
"""

import itertools
import os
import warnings
from collections import defaultdict

import worker

warnings.simplefilter("ignore", DeprecationWarning)

from flowlogs_reader import S3FlowLogsReader  # noqa: E402


class Files:
    """The one call of the S3 client that reading an object needs."""

    def get_object(self, Bucket, Key):  # noqa: N803
        return {"Body": open(Key, "rb"), "ContentLength": os.path.getsize(Key)}


class Reader(S3FlowLogsReader):
    def __init__(self, paths):
        self.paths = paths
        super().__init__("files", boto_client=Files(), raise_on_error=False)

    def _get_all_keys(self):
        return self.paths


def work(job):
    reader = Reader(job["objects"])

    def run():
        totals = defaultdict(lambda: [0, 0])
        for record in itertools.islice(reader, job["sample"]):
            total = totals[record.interface_id or "-", record.action or "-"]
            total[0] += 1
            total[1] += record.bytes or 0
        return {
            "records": sum(total[0] for total in totals.values()),
            "groups": [[*key, *total] for key, total in totals.items()],
        }

    return run


if __name__ == "__main__":
    worker.main(work)
