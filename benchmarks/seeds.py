"""Runs the whole plan against the embedded sandbox for many seeds: no failure, within the ceilings.

    python benchmarks/seeds.py [COUNT] [CONTRACT]

Prints a line for each seed and a summary; ends with 1 where a run was not conforming.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    contract = sys.argv[2:3]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, count + 1):
            out = Path(folder) / str(seed)
            command = [
                sys.executable,
                "-m",
                "restproof",
                "run",
                *contract,
                "-q",
                "--seed",
                str(seed),
                "--out",
                str(out),
            ]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
            if not (out / "summary.json").exists():
                print(f"seed {seed}: exit {ended.returncode}\n{ended.stderr}")
                return 1
            summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
            rows.append(summary)
            print(
                f"seed {seed}: {summary['verdict']}, {summary['requests']} requests, {summary['duration_s']:.1f} s, "
                f"{summary['counts']}",
                flush=True,
            )
    requests, seconds = [r["requests"] for r in rows], sorted(r["duration_s"] for r in rows)
    good = sum(r["verdict"] == "conforming" for r in rows)
    print(
        f"{good} of {count} conforming; {min(requests)} to {max(requests)} requests; "
        f"median {seconds[len(seconds) // 2]:.1f} s, slowest {seconds[-1]:.1f} s"
    )
    return 0 if good == count else 1


if __name__ == "__main__":
    sys.exit(main())
