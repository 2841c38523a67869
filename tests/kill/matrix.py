"""The kill matrix: every fault of the sandbox, and the requirement that catches it.

    python -m tests.kill.matrix [--full | --again] [--profile PROFILE] [--jobs N] [--write docs/kill-matrix.md]
                                [--on RESOURCE] [FAULT[:RESOURCE[.FIELD]] …]

Without ``--full`` a fault is judged by the rule that names it alone (where that rule judges every exchange: by all
rules of one resource). With it the whole plan runs, which also tells how early the first finding comes and what else
is found. ``--again`` does that for those alone that their rule has not caught by itself, up to the first item that
fails: so a profile that leaves items out, as ``smoke``, is measured by what a run of it tells. ``--on`` keeps every
fault to one resource, as ``FAULT:RESOURCE`` keeps one; a rule that says nothing of that resource is left out.
``--write`` with faults that are named writes their rows anew and keeps those of the others as they were measured last.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from restproof.engine.register import KILLS, load
from restproof.oracle.verdict import judge
from restproof.record.reader import read
from restproof.sandbox.faults import Fault, catalogue

from .evidence import misplaced
from .place import contract_of, has, narrowed
from .proof import ONE_IS_ENOUGH, trivial
from .server import ROOT, Server


@dataclass(frozen=True)
class Kill:
    """How a fault fared. ``fault``: its name, with the place that it was kept to. ``by``: the requirements that failed,
    in the order of telling; one whose set-up failed (blocked) has shown nothing. ``first``: requests until the first
    finding, 0 where there was none. ``applies``: whether the plan had an item of the rule.
    ``misplaced``: findings that do not show what they say."""

    fault: str
    named: str
    contract: str
    verdict: str
    by: tuple[str, ...]
    first: int
    requests: int
    applies: bool = True
    misplaced: tuple[str, ...] = ()
    case: str = ""
    """The case of the first finding, and its item (``ITEM#n``)."""
    row: str = ""
    """The row of the page as it was written before, where the fault was not run again."""

    @property
    def caught(self) -> bool:
        """The rule that the fault breaks has said so."""
        return self.named in self.by

    @property
    def seen(self) -> bool:
        """Some rule has."""
        return self.verdict == "not conforming" or bool(self.by)


def kill(fault: Fault, server: Server, *, full: bool = False, first: bool = False, place: str = "") -> Kill:
    """Run the suites of a server against a sandbox with the fault; ``place``: where it is kept to. ``first``: a full
    run ends with the first item that fails."""
    name = f"{fault.name}:{place}" if place else fault.name
    with TemporaryDirectory() as folder:
        words = {"stop_at": "*"} if first else ({} if full else narrowed(fault, place.partition(".")[0]))
        told = server.run(faults=[name], out=folder, **words)
        path = Path(folder) / "run.jsonl.gz"
        if not path.exists() and told["code"] == 0:
            return Kill(name, fault.requirement, Path(contract_of(fault)).name, "", (), 0, 0, applies=False)
        if not path.exists() or not path.stat().st_size:
            raise RuntimeError(f"{name}: {told}")
        run = read(path)
    verdict = judge(run)
    failed = {r.requirement: None for r in verdict.results if r.outcome == "fail"}
    order = {exchange.n: at for at, exchange in enumerate(run.exchanges, start=1)}
    cited = sorted((order[f.exchange], f.case or "") for f in run.findings if f.exchange in order)
    return Kill(
        name,
        fault.requirement,
        Path(contract_of(fault)).name,
        verdict.verdict,
        tuple(failed),
        cited[0][0] if cited else 0,
        len(run.exchanges),
        any(r.requirement == fault.requirement and r.outcome != "not applicable" for r in verdict.results),
        tuple(misplaced(run)),
        cited[0][1] if cited else "",
    )


def matrix(
    faults: Iterable[tuple[Fault, str]], *, full: bool, profile: str, jobs: int, again: bool = False
) -> Iterator[Kill]:
    """Kills of the faults, each with the place that it is kept to, in their order within each contract. ``again``: what
    its rule alone does not catch has a full run, up to the first item that fails."""

    def of(pair: tuple[Fault, str]) -> str:
        return contract_of(pair[0])

    for contract, some in groupby(sorted(faults, key=of, reverse=True), key=of):
        servers = [Server(contract, profile) for _ in range(jobs)]
        free = list(servers)

        def one(pair: tuple[Fault, str], free: list[Server] = free) -> Kill:
            server = free.pop()
            try:
                found = kill(pair[0], server, full=full, place=pair[1])
                return kill(pair[0], server, first=True, place=pair[1]) if again and not found.caught else found
            finally:
                free.append(server)

        try:
            with ThreadPoolExecutor(jobs) as pool:
                for found in pool.map(one, some):
                    missed = "MISSED" if found.applies else "–"
                    told = "caught" if found.caught else ("other" if found.seen else missed)
                    besides = "" if found.caught else ", ".join(found.by[:4])
                    if told == "MISSED":
                        besides = f"nothing failed on {Path(contract).name}; see tests/kill/place.py"
                    print(f"{told:7} {found.fault:34} {found.named:30} {found.first:5} {besides}", flush=True)
                    for line in found.misplaced:
                        print(f"        {line}", flush=True)
                    yield found
        finally:
            for server in servers:
                server.close()


def page(kills: Sequence[Kill], profile: str, *, full: bool) -> str:
    """The matrix as Markdown: fault by fault, then rule by rule."""
    firsts = [k.first for k in kills if k.first]
    median = statistics.median_low
    ran = (
        f"from full runs at profile `{profile}`"
        if full
        else f"from runs of the rule that a fault breaks (one about every exchange: of one resource) at `{profile}`"
    )
    lines = [
        "# The kill matrix",
        "",
        "Every fault that the sandbox can be given, and what the suites say of it: written by",
        f"`python -m tests.kill.matrix{' --full' if full else ''} --write docs/kill-matrix.md`,",
        f"{ran}, seed 1, of the bundled contract (and of",
        "`tests/kill/contracts/policies` for what it does not promise). A fault is caught where the requirement that",
        "it breaks fails; `first` is the number of requests until the first finding. Faults of the connection have",
        "none: what is sent below HTTP is not counted. A row is of the last time that its fault was run.",
        "",
        f"**{sum(k.caught for k in kills)} of {len(kills)} faults are caught by the requirement that names them.** The",
        f"median of the requests until the first finding is {median(firsts) if firsts else 0},",
        f"of the requests of a run {median(k.requests for k in kills):,}.",
        "",
        "To see one for yourself: `restproof run --fault NAME`, with `--only RULE` for the rule alone. The tox",
        "environment `kill` makes full runs of all of them.",
        "",
        "## Fault by fault",
        "",
        "| fault | what it does | breaks | caught | first | requests | found besides |",
        "|---|---|---|---|---:|---:|---|",
    ]
    summaries = {name: fault.summary for name, fault in catalogue().items()}
    for k in kills:
        if k.row:
            lines.append(k.row)
            continue
        others = [r for r in k.by if r != k.named]
        besides = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        lines.append(
            f"| `{k.fault}` | {summaries[k.fault]} | {k.named} | {'yes' if k.caught else '**no**'} | {k.first or '–'} |"
            f" {k.requests:,} | {besides} |"
        )
    lines += ["", "## Rule by rule", ""]
    lines += [
        "A fault in brackets is trivial: it shows in every answer, and proves nothing of the rule. A rule has two",
        "others, or a word why one is enough.",
        "",
        "| rule | level | test | faults that it catches |",
        "|---|---|---|---|",
    ]
    tests = tests_by_rule()
    for rule in load(ROOT / "suites" / "requirements.yaml").values():
        proof = ", ".join(tests.get(rule.id, [])) or f"not tested: {rule.not_tested}"
        caught = [catalogue()[k.fault] for k in kills if k.named == rule.id and k.caught]
        told = ", ".join(f"(`{f.name}`)" if trivial(f) else f"`{f.name}`" for f in caught)
        why = f"; one is enough: {ONE_IS_ENOUGH[rule.id]}" if rule.id in ONE_IS_ENOUGH else ""
        lines.append(f"| {rule.id} | {rule.level} | {proof} | {told}{why} |")
    return "\n".join(lines) + "\n"


_ROW = re.compile(r"^\| `([\w-]+)` \| .*? \| ([a-z0-9.-]+) \| (\S+) \| (\S+) \| ([\d,]+) \| .*\|$", re.M)


def kept(page: Path, new: Sequence[Kill]) -> list[Kill]:
    """``new``, and of the other faults what ``page`` says of them, in the order of the catalogue."""
    found = {k.fault: k for k in new}
    for row in _ROW.finditer(page.read_text(encoding="utf-8") if page.exists() else ""):
        name, rule, caught, first, requests = row.groups()
        if name in found or catalogue().get(name) is None or catalogue()[name].requirement != rule:
            continue
        by = (rule,) if caught == "yes" else ()
        count = 0 if first == "–" else int(first.replace(",", ""))
        found[name] = Kill(name, rule, "", "", by, count, int(requests.replace(",", "")), row=row[0])
    return [found[name] for name in catalogue() if name in found]


def write_kills(kills: Iterable[Kill]) -> None:
    """What the order of the plan goes by: rule → the faults that it catches, beside the register."""
    counted = Counter(k.named for k in kills if k.caught)
    text = json.dumps(dict(sorted(counted.items())), indent=1)
    (ROOT / "suites" / KILLS).write_text(f"{text}\n", encoding="utf-8")


def tests_by_rule() -> dict[str, list[str]]:
    """Requirement → the tests of the suites that prove it, as ``module::test``."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "suites").glob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef):
                continue
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "requirement":
                    found.setdefault(ast.literal_eval(mark.args[0]), []).append(f"`{path.name}::{node.name}`")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    runs = parser.add_mutually_exclusive_group()
    runs.add_argument("--full", action="store_true")
    runs.add_argument("--again", action="store_true")
    parser.add_argument("--profile", default="ci")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--on", default="", metavar="RESOURCE")
    parser.add_argument("faults", nargs="*")
    said = parser.parse_args()
    load(ROOT / "suites" / "requirements.yaml")  # its mistakes have a line here; where suites are collected, none
    known = catalogue()
    named = [name.partition(":") for name in said.faults or known]
    chosen = [(known[name], place or said.on) for name, _, place in named]
    chosen = [(fault, place) for fault, place in chosen if not said.on or has(contract_of(fault), place)]
    kills = list(matrix(chosen, full=said.full, profile=said.profile, jobs=said.jobs, again=said.again))
    if said.write:
        told = kept(said.write, kills)
        said.write.write_text(page(told, said.profile, full=said.full), encoding="utf-8")
        write_kills(told)
    if said.json:
        said.json.write_text(json.dumps([asdict(k) for k in kills], indent=1), encoding="utf-8")
    judged = [k for k in kills if k.applies or k.seen]
    print(f"{sum(k.caught for k in judged)} of {len(judged)} caught by the rule that names them")
    print(f"{sum(k.seen for k in judged)} of {len(judged)} caught by some rule")
    return 0 if all(k.caught for k in judged) else 1


if __name__ == "__main__":
    sys.exit(main())
