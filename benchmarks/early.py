"""How early a fault of one resource is told: requests of a whole run until its first finding.

    python benchmarks/early.py [SAMPLE [SEED]]

Takes SAMPLE (60) faults of the sandbox's catalogue, each kept to one resource that is not the first of the contract
and that its rule speaks of, and ends each run with the first item that fails. Prints each with the case that made the
first finding, then the median and the 90th percentile of the requests, and how often the first case of an item told.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kill.matrix import kill
from tests.kill.place import BUNDLED, sample
from tests.kill.server import Server


def main(count: int = 60, seed: int = 1) -> None:
    server = Server(BUNDLED)
    found, silent, cases = [], [], []
    try:
        for fault, resource in sample(count, seed):
            told = kill(fault, server, first=True, place=resource)
            if told.first:
                found.append(told.first)
                cases.append(told.case.rpartition("#")[2])
            else:
                silent.append(told.fault)
            print(f"{told.first or '-':>5}  {told.fault:44} {told.case}", flush=True)
    finally:
        server.close()
    ranked = sorted(found)
    print(f"{len(found)} of {count} told; nothing shows of {', '.join(silent) or 'none'}")
    print(f"the first case of its item told {cases.count('1')} of them")
    print(f"first finding: median {statistics.median_low(ranked)} requests,", end=" ")
    print(f"90th percentile {ranked[min(len(ranked) - 1, int(0.9 * len(ranked)))]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
