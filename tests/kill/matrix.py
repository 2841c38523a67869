"""The kill matrix: every fault of the sandbox, and the requirement that catches it.

    python -m tests.kill.matrix [--full] [--write docs/kill-matrix.md] [FAULT …]

Without ``--full`` a fault is judged by the rule that names it alone (by all rules of one resource, where that rule
judges every
exchange). With it, the whole plan runs, which also tells how early the first finding comes and what else is found.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from restproof.run.reader import read
from restproof.sandbox.faults import Fault, catalogue

#: What else has to run so that the named rule has something to judge. Rules about every exchange need exchanges.
OBSERVING = ("shape.", "error.", "protocol.", "robust.no-", "limit.headers", "auth.challenge", "robust.classes")
OWN_TRAFFIC = ("protocol.unsupported-verb", "protocol.head")


@dataclass(frozen=True)
class Kill:
    """How a fault fared. ``by``: the requirements that failed, the named one first where it did. ``first``: requests
    until the first
    finding, 0 where there was none."""

    fault: str
    named: str
    by: tuple[str, ...]
    first: int
    requests: int

    @property
    def caught(self) -> bool:
        return self.named in self.by


def kill(fault: Fault, *, full: bool = False, profile: str = "ci") -> Kill:
    """Run the suites against a sandbox with the fault."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "restproof", "run", "-q", "--profile", profile, "--fault", fault.name]
        command += ["--out", folder, *([] if full else narrowed(fault))]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        path = Path(folder) / "run.jsonl.gz"
        if not path.exists():
            raise RuntimeError(f"{fault.name}: exit {ended.returncode}\n{ended.stderr}")
        run = read(path)
        summary = json.loads((Path(folder) / "summary.json").read_text(encoding="utf-8"))
    failed = {r["requirement"] for r in summary["results"] if r["outcome"] in ("fail", "blocked")}
    cited = [f.exchange for f in run.findings if isinstance(f.exchange, int)]
    by = sorted(failed, key=lambda r: (r != fault.requirement, r))
    return Kill(fault.name, fault.requirement, tuple(by), min(cited, default=0), summary["requests"])


def narrowed(fault: Fault) -> list[str]:
    """The options that run no more than what the rule needs."""
    named = fault.requirement
    if named.startswith(OBSERVING) and named not in OWN_TRAFFIC:
        return []
    return ["--only", named]


def matrix(faults: Iterable[Fault], *, full: bool) -> list[Kill]:
    found = []
    for fault in faults:
        found.append(kill(fault, full=full))
        sys.stdout.write(f"{'caught' if found[-1].caught else 'MISSED':6}  {fault.name:34} {fault.requirement}\n")
        sys.stdout.flush()
    return found


def page(kills: Sequence[Kill]) -> str:
    """The matrix as Markdown."""
    caught = sum(k.caught for k in kills)
    firsts = sorted(k.first for k in kills if k.first)
    lines = [
        "# The kill matrix",
        "",
        "Every fault that the sandbox can be given, and what the suites say of it: written by",
        "`python -m tests.kill.matrix --full --write docs/kill-matrix.md` from full runs of the bundled contract at",
        "profile `ci`, seed 1. A fault is caught where the requirement that it breaks fails. `first` is the number of",
        "requests until the first finding.",
        "",
        f"**{caught} of {len(kills)} faults are caught by the requirement that names them.** The median of the",
        f"requests until the first finding is {firsts[len(firsts) // 2] if firsts else 0}.",
        "",
        "| fault | breaks | caught | first | found besides |",
        "|---|---|---|---:|---|",
    ]
    for k in kills:
        others = [r for r in k.by if r != k.named]
        besides = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        lines.append(f"| `{k.fault}` | {k.named} | {'yes' if k.caught else '**no**'} | {k.first or '–'} | {besides} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--write", type=Path)
    parser.add_argument("faults", nargs="*")
    said = parser.parse_args()
    known = catalogue()
    chosen = [known[n] for n in said.faults] if said.faults else list(known.values())
    kills = matrix(chosen, full=said.full)
    if said.write:
        said.write.write_text(page(kills), encoding="utf-8")
    return 0 if all(k.caught for k in kills) else 1


if __name__ == "__main__":
    sys.exit(main())
