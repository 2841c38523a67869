"""How early the plan tells of the faults that were run, reckoned without a run; and a plot of it.

    python benchmarks/reckoned.py [--plot docs/told.svg] [--halves] [--recording RUN]

What tells of a fault of one resource stands in ``benchmarks/told.json``, what each case sends in the shipped recording,
with the looks and the shared set-up before it. So the plan's order is judged in seconds, beside random ones. ``--plot``
writes the share of these faults that are told over the requests sent, with the faults of ``docs/side-by-side.md``, which
restproof and Schemathesis were given on all resources. ``--halves``: how early the plan tells of faults that its weights
have not seen: those of one half of the catalogue, by a hash of their names, with weights of the other half alone, and the
other way round. ``--recording``: what each case sends by another whole run of the contract.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.plot import plot
from benchmarks.told import by_rule, prices, weights
from tests.kill.place import BUNDLED, loaded
from tests.miniatures.bench import rules

from restproof.engine.items import Item, items_of, sampled
from restproof.engine.order import first_cases, in_plan_order
from restproof.engine.register import KILLS, Requirement, load
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read
from restproof.sandbox.faults import catalogue
from restproof.session.stubbed import SHIPPED

ROOT = Path(__file__).parents[1]
RECORDING = ROOT / "contracts" / BUNDLED / SHIPPED / "sandbox.jsonl.gz"
HALVES = 2
ASKS = 2
"""Requests of a case that asks for nothing where others have seen all as it should be."""
RANDOM = 5
"""Random orders that the plan's is held against."""
ROW = re.compile(r"^\| `[\w-]+` \| [a-z0-9.-]+ \| (\d+|–) \| (\d+|–) \|$", re.M)
"""A fault of the page that shows two tools side by side: the requests of each until its first detection."""

Register = Mapping[str, Requirement]
Told = Mapping[str, Sequence[str]]
Cases = Mapping[str, Sequence[int]]
Ahead = Mapping[str, Sequence[Item]]


def planned(register: Register) -> list[Item]:
    """The plan of the bundled contract, without the rules that observe."""
    contract = loaded(BUNDLED)
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found = [i for proof, test in rules() for i in items_of(proof, test, contract, PROFILES["ci"], bodies)]
    plan = in_plan_order(sampled(found, register), register)
    return [item for item in plan if not item.proof.observes]


def sent(recording: Path) -> Cases:
    """Item → the requests of each of its cases in their order, with those before them that belong to none."""
    run = read(recording)
    found: dict[str, Counter[str]] = {}
    for case in run.cases:
        found.setdefault(case.item, Counter())[case.id] = 0
    before = 0
    for exchange in run.exchanges:
        before += 1
        if exchange.item and exchange.case:
            found[exchange.item][exchange.case] += before
            before = 0
    numbered = {item: sorted(cases, key=lambda case: int(case.rpartition("#")[2])) for item, cases in found.items()}
    return {item: [found[item][case] for case in cases] for item, cases in numbered.items()}


def told_after(total: int, cases: Sequence[int]) -> list[int]:
    """After how many requests each of these cases tells, which come after ``total``. One that sent nothing, since others
    had asked for the same, sends what it needs where it finds something wrong."""
    return [total + part + (0 if sent else ASKS) for sent, part in zip(cases, accumulate(cases), strict=True)]


def first_told(plan: Sequence[Item], cases: Cases, told: Told, ahead: Ahead) -> list[int]:
    """Requests until each fault is told of, of those that are. ``ahead``: the first cases that go before an item."""
    ends: dict[str, list[int]] = {}
    total = 0
    for item in plan:
        for first in ahead.get(item.id, ()):
            ends[first.id] = told_after(total, cases.get(first.id, ())[:1])
            total += sum(cases.get(first.id, ())[:1])
        sent = ends.setdefault(item.id, [])
        left = cases.get(item.id, ())[len(sent) :]
        ends[item.id] = [*sent, *told_after(total, left)]
        total += sum(left)
    found = []
    for fault, by in told.items():
        resource = fault.partition(":")[2]
        hits = []
        for rule, operation, number in (each.split(" ") for each in by):
            at = ends.get(f"{rule}[{f'{resource}-{operation}' if operation else 'server'}]")
            if at:
                hits.append(at[min(int(number), len(at)) - 1])
        if hits:
            found.append(min(hits))
    return sorted(found)


def half(fault: str) -> int:
    """The half of the catalogue that a fault is of, wherever it is kept to."""
    return sha256(fault.partition(":")[0].encode()).digest()[0] % HALVES


def unseen(register: Register, cases: Cases, told: Told) -> list[int]:
    """As ``first_told``, of each half of the faults by a plan whose weights are of the other half."""
    price, found = prices(register), list[int]()
    caught = Counter(json.loads((ROOT / "suites" / KILLS).read_text(encoding="utf-8")))
    for at in range(HALVES):
        known = {fault: by for fault, by in told.items() if half(fault) != at}
        of_these = Counter(f.requirement for f in catalogue().values() if half(f.name) == at)
        kills = by_rule(weights(known, price, caught - of_these))
        weighed = {name: replace(entry, kills=kills.get(name, {})) for name, entry in register.items()}
        plan = planned(weighed)
        rest = {fault: by for fault, by in told.items() if fault not in known}
        found += first_told(plan, cases, rest, first_cases(plan, weighed))
    return sorted(found)


def say(name: str, ranked: Sequence[int], of: int) -> None:
    median, late = statistics.median_low(ranked), ranked[int(0.9 * len(ranked))]
    print(f"{name}: {len(ranked)} of {of} faults told, median {median:,} requests, 90th percentile {late:,}")


def shares(firsts: Sequence[int], of: int) -> list[tuple[float, float]]:
    """Requests sent → percent of the faults that are told by then."""
    return [(at, 100 * number / of) for number, at in enumerate(sorted(firsts), start=1)]


def side_by_side() -> dict[str, list[tuple[float, float]]]:
    """The two tools of the page that shows them, each with its shares."""
    rows = ROW.findall((ROOT / "docs" / "side-by-side.md").read_text(encoding="utf-8"))
    lines = {"restproof, all places": 0, "Schemathesis, all": 1}
    return {name: shares([int(r[at]) for r in rows if r[at] != "–"], len(rows)) for name, at in lines.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--recording", type=Path, default=RECORDING)
    said = parser.parse_args()
    told = json.loads((ROOT / "benchmarks" / "told.json").read_text(encoding="utf-8"))
    register = load(ROOT / "suites" / "requirements.yaml")
    plan, cases = planned(register), sent(said.recording)
    orders = {"the plan": plan}
    for seed in range(RANDOM):
        orders[f"random {seed}"] = random.Random(seed).sample(plan, len(plan))
    ahead = {"the plan": first_cases(plan, register)}
    firsts = {name: first_told(order, cases, told, ahead.get(name, {})) for name, order in orders.items()}
    for name, ranked in firsts.items():
        say(name, ranked, len(told))
    if said.halves:
        say("with weights of the other half", unseen(register, cases, told), len(told))
    if said.plot:
        count = len(firsts["the plan"])
        series = {"the plan": shares(firsts["the plan"], count), "a random order": shares(firsts["random 0"], count)}
        title = "Faults that are told of, over requests sent"
        said.plot.write_text(plot(title, {**series, **side_by_side()}, "%", 100), encoding="utf-8")


if __name__ == "__main__":
    main()
