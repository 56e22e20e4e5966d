"""Nothing but libdeflate inflating the same objects, one thread: no reader of gzip can be faster than its inflating."""

from pathlib import Path

import deflate
import worker


def work(job):
    def run():
        size = sum(len(deflate.gzip_decompress(Path(path).read_bytes())) for path in job["objects"])
        return {"inflated_bytes": size}

    return run


if __name__ == "__main__":
    worker.main(work)
