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


def short_run() -> float:
    """A whole run of one rule, start to end: the first request comes sooner than that."""
    with tempfile.TemporaryDirectory() as folder:
        command = ("-m", "restproof", "run", "-q", "--only", "list.answers-ok", "--out", folder)
        return seconds(*command)


def main() -> None:
    bare, helped = seconds("-c", "pass"), seconds("-m", "restproof", "--help")
    print(f"python -c pass                       {bare:.2f} s")
    print(f"restproof --help                     {helped:.2f} s  (ratio {helped / bare:.1f})")
    print(f"restproof run of eight requests      {short_run():.2f} s, start to end, so the first request comes sooner")


if __name__ == "__main__":
    main()
