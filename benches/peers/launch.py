"""Runs one command and prints its exit status, wall and CPU seconds and peak memory in KiB.

Its own process, because Linux counts the launcher's memory into the peak of what it launches: this one is small.
Usage: python -S -E launch.py LOG COMMAND ARGUMENT...
"""

import os
import sys
import time


def main():
    log, command = sys.argv[1], sys.argv[2:]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 1, log, flags, 0o644), (os.POSIX_SPAWN_DUP2, 1, 2)]
    start = time.monotonic()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(process, 0)
    wall = time.monotonic() - start
    peak = usage.ru_maxrss // 1024 if sys.platform == "darwin" else usage.ru_maxrss
    print(os.waitstatus_to_exitcode(status), wall, usage.ru_utime + usage.ru_stime, peak)


main()
