"""Live verdict against replayed verdict, result for result.

    python -m tests.replay.equal [--profile smoke] [FAULT …]

Records a run of the sandbox with each fault (and without one), replays it, and compares outcome, message, cases and
findings of every result. Ends with 1 where one differs that a recording can show.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from restproof.engine.world import NOT_OBSERVABLE
from restproof.oracle.results import Result
from restproof.oracle.verdict import judge
from restproof.record.reader import read

TWENTY = (
    "create-answers-200",
    "default-not-applied",
    "update-resets-unnamed",
    "null-ignored",
    "updated-at-frozen",
    "deleted-still-read",
    "references-dangle",
    "duplicate-accepted",
    "unique-ignores-case",
    "coerces-integers",
    "unknown-field-ignored",
    "text-trimmed",
    "emoji-refused",
    "unknown-credential-accepted",
    "foreign-reads",
    "retry-after-as-text",
    "remaining-rises",
    "sorted-lists-busy",
    "truncated-json",
    "resource-misses-field",
    "second-update-lost",
)
"""Faults of as many families, one that makes the client send again among them."""


def run(out: Path, *options: str) -> int:
    """Runs the command and gives its exit code."""
    command = [sys.executable, "-m", "restproof", "run", "-q", "--out", str(out), *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if not (out / "run.jsonl.gz").exists():
        raise RuntimeError(f"{' '.join(command)}: exit {ended.returncode}\n{ended.stdout}\n{ended.stderr}")
    return ended.returncode


def told(result: Result, counted: bool) -> tuple[object, ...]:
    """What has to be the same live and replayed; ``counted``: the number of cases too."""
    findings = [(f.message, f.kind, f.case, f.pointer, f.field, f.expected, f.actual) for f in result.findings]
    return result.outcome, result.message, result.cases if counted else 0, tuple(findings)


def differences(live: Path, replayed: Path) -> list[str]:
    """The results that are not the same, but for what no recording shows."""
    recorded = read(live / "run.jsonl.gz")
    before = {r.item: r for r in judge(recorded).results}
    after = {r.item: r for r in judge(read(replayed / "run.jsonl.gz")).results}
    found = [f"{name}: only in one of them" for name in before.keys() ^ after.keys()]
    for name in before.keys() & after.keys():
        one, other = before[name], after[name]
        unobservable = other.outcome == "not tested" and other.message.startswith(NOT_OBSERVABLE)
        # A rule about every exchange has no cases of its own: it counts exchanges, those of unobservable items too.
        counted = name in recorded.cases_by_item
        if told(one, counted) != told(other, counted) and not unobservable:
            found.append(f"{name}: {told(one, counted)} live, {told(other, counted)} replayed")
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", default="ci")
    parser.add_argument("faults", nargs="*")
    said = parser.parse_args()
    bad = 0
    for fault in said.faults or ("", *TWENTY):
        with tempfile.TemporaryDirectory() as folder:
            live, replayed = Path(folder) / "live", Path(folder) / "replayed"
            code = run(live, "--profile", said.profile, *(["--fault", fault] if fault else []))
            again = run(replayed, "--stubs", str(live))
            found = differences(live, replayed)
            failed = sum(r.outcome == "fail" for r in judge(read(live / "run.jsonl.gz")).results)
        same = not found and code == again
        bad += not same
        word = "same" if same else "OTHER"
        sys.stdout.write(f"{word:5}  {fault or 'no fault':32} {failed} failed, exit {code}/{again}\n")
        for line in found[:5]:
            sys.stdout.write(f"         {line[:600]}\n")
        sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
