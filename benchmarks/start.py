"""How long a user waits before something happens.

    python benchmarks/start.py

Wall seconds, the median of seven: ``restproof --help``, beside a bare ``python -c pass``; and a run of one rule, the
sandbox's own
start and the reports included.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from statistics import median

TIMES = 7


def seconds(*arguments: str) -> float:
    found = []
    for _ in range(TIMES):
        before = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
        found.append(time.perf_counter() - before)
    return median(found)


CHILD = """
import os, sys, time
from restproof.wire.session import Session

real, told = Session.send, os.dup(2)  # pytest captures the usual one

def first(self, *arguments, **options):
    Session.send = real
    os.write(told, f"FIRST {time.time()}\\n".encode())
    return real(self, *arguments, **options)

Session.send = first
from restproof.cli.main import run
sys.exit(run(["run", "-q", "--out", sys.argv[1]]))
"""


def first_request() -> float:
    """From the start of the process of a full run to its first request, the sandbox's start and the plan included."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            began = time.time()
            ended = subprocess.run([sys.executable, "-c", CHILD, folder], capture_output=True, text=True, check=False)
        told = next(line for line in ended.stderr.splitlines() if line.startswith("FIRST"))
        found.append(float(told.split()[1]) - began)
    return median(found)


def main() -> None:
    bare, helped = seconds("-c", "pass"), seconds("-m", "restproof", "--help")
    print(f"python -c pass                       {bare:.2f} s")
    print(f"restproof --help                     {helped:.2f} s  (ratio {helped / bare:.1f})")
    print(f"restproof run, to its first request  {first_request():.2f} s")


if __name__ == "__main__":
    main()
