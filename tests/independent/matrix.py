"""Runs the suites against the independent server: as it is, and with each seeded fault; prints what was told.

python -m tests.independent.matrix [--fault NAME] [--conforming] [--seeds N …] [-- OPTIONS OF PYTEST]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import forked

from .faults import FAULTS

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(variety: str, faults: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """The server in a process of its own, while the block lasts: what it told of itself."""
    command = [sys.executable, "-m", "tests.independent.server", "--variety", variety, *extra]
    for fault in faults:
        command += ["--fault", fault]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)


def tried(told: dict[str, Any], out: Path, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """One run of the suites against a serving server: its summary, with the exit status of pytest."""
    environment = {n: v for n, v in os.environ.items() if not n.startswith(("RESTPROOF_", "PYTEST_"))}
    environment |= {f"RESTPROOF_{n.upper()}": v for n, v in told["credentials"].items()}
    environment |= {f"RESTPROOF_ID_{n.upper()}": str(v) for n, v in told["ids"].items()}
    environment["PYTHONPATH"] = str(ROOT / "src")
    command = [
        "suites",
        "-q",
        "-p",
        "no:schemathesis",
        "--restproof-contract",
        "contracts/procore",
    ]
    command += ["--restproof-target", f"http://127.0.0.1:{told['port']}", "--restproof-out", str(out), *options]
    done = forked.run("pytest", command, cwd=ROOT, env=environment, timeout=900)
    summary = out / "summary.json"
    if not summary.exists():
        return {
            "verdict": "no run",
            "results": [],
            "exit": done.returncode,
            "output": done.stdout[-3000:] + done.stderr[-3000:],
        }
    return {**json.loads(summary.read_text(encoding="utf-8")), "exit": done.returncode, "output": done.stdout}


def fallen(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The results that failed, in the order of telling."""
    return [r for r in summary["results"] if r["outcome"] in ("fail", "error")]


def named(fault: str, requirement: str) -> bool:
    """Whether a requirement is one of those that name the fault."""
    return any(requirement == r or (r.endswith(".") and requirement.startswith(r)) for r in FAULTS[fault])


def conforming(seeds: list[int], varieties: str, options: tuple[str, ...]) -> bool:
    """Whether both varieties conform, over the seeds."""
    good = True
    for variety in varieties:
        for seed in seeds:
            with serving(variety) as told, tempfile.TemporaryDirectory() as out:
                began = time.monotonic()
                summary = tried(told, Path(out), ("--restproof-seed", str(seed), *options))
            bad = fallen(summary)
            good = good and summary["verdict"] == "conforming" and not bad
            print(
                f"{variety} seed {seed}: {summary['verdict']}, {summary.get('counts')}, {time.monotonic() - began:.0f} s",
                flush=True,
            )
            for result in bad:
                print(
                    f"    {result['requirement']}[{result['resource']}-{result['operation']}] {result['outcome']}: {result['message']}"
                )
            if summary["verdict"] == "no run":
                print(summary["output"])
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description="the suites against the independent server")
    parser.add_argument("--conforming", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--varieties", default="AB")
    parser.add_argument("--fault", action="append", choices=sorted(FAULTS), metavar="NAME")
    parser.add_argument("--profile", default="ci")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--json", type=Path, help="where the results go too")
    parser.add_argument("options", nargs="*", help="further options of pytest, after --")
    given = parser.parse_args()
    options = ("--restproof-profile", given.profile, *given.options)
    if given.conforming:
        return 0 if conforming(given.seeds, given.varieties, options) else 1
    results = []
    for at, fault in enumerate(given.fault or sorted(FAULTS)):
        variety = given.varieties[at % len(given.varieties)]
        with serving(variety, (fault,)) as told, tempfile.TemporaryDirectory() as out:
            summary = tried(told, Path(out), ("--restproof-seed", given.seed, *options))
        bad = [r for r in fallen(summary) if r["level"] != "should"] or fallen(summary)
        requirements = list(dict.fromkeys(r["requirement"] for r in bad))
        verdict = "caught" if summary["verdict"] == "not conforming" or bad else f"MISSED ({summary['verdict']})"
        aim = (
            ""
            if not bad
            else "named"
            if named(fault, requirements[0])
            else "later"
            if any(named(fault, r) for r in requirements)
            else "OTHER"
        )
        print(f"{fault:32}{variety} {verdict:10} {aim:6} {len(bad):4}  {', '.join(requirements[:4])}", flush=True)
        results.append(
            {
                "fault": fault,
                "variety": variety,
                "verdict": verdict,
                "aim": aim,
                "failing": len(bad),
                "requirements": requirements,
                "first": bad[0] if bad else None,
            }
        )
        if given.json:
            given.json.write_text(json.dumps(results, indent=1), encoding="utf-8")
    killed = sum(r["verdict"] == "caught" for r in results)
    print(f"{killed} of {len(results)} caught; named first: {sum(r['aim'] == 'named' for r in results)}")
    return 0 if killed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
