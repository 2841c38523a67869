"""How long a user waits before something happens.

    python benchmarks/start.py

Wall seconds, the median of seven: ``restproof --help``, beside a bare ``python -c pass``; and a full run up to its first
request, the sandbox's own start and the plan included, with what this process has used of a processor till then.
Python's byte code is there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.installed import installed

TIMES = 7


def seconds(environment: dict[str, str], *arguments: str) -> float:
    found = []
    for _ in range(TIMES):
        before = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=environment)
        found.append(time.perf_counter() - before)
    return median(found)


CHILD = """
import os, sys, time
from restproof.wire.session import Session

told = os.dup(2)  # pytest captures the usual one

def first(self, *arguments, **options):
    os.write(told, f"FIRST {time.time()} {time.process_time()}\\n".encode())
    raise KeyboardInterrupt

Session.send = first
from restproof.cli.main import run
sys.exit(run(["run", "-q", "--concurrency", "1", "--out", sys.argv[1]]))
"""


def first_request(environment: dict[str, str]) -> tuple[float, float]:
    """From the start of the process of a full run to its first request: seconds of the clock, and of a processor."""
    found, used = [], []
    for _ in range(TIMES):
        with tempfile.TemporaryDirectory() as folder:
            began = time.time()
            ended = subprocess.run(
                [sys.executable, "-c", CHILD, folder], capture_output=True, text=True, check=False, env=environment
            )
        told = next(line for line in ended.stderr.splitlines() if line.startswith("FIRST")).split()
        found.append(float(told[1]) - began)
        used.append(float(told[2]))
    return median(found), median(used)


def main() -> None:
    with installed() as environment:
        bare, helped = seconds(environment, "-c", "pass"), seconds(environment, "-m", "restproof", "--help")
        first, used = first_request(environment)
    print(f"python -c pass                       {bare:.2f} s")
    print(f"restproof --help                     {helped:.2f} s  (ratio {helped / bare:.1f})")
    print(f"restproof run, to its first request  {first:.2f} s  ({used:.2f} s of a processor)")


if __name__ == "__main__":
    main()
