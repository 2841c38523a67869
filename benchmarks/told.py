"""Which rules tell of a fault of one resource, and of which of them each is the first: the weights of the plan.

    python benchmarks/told.py [SAMPLE [SEED]] [--new] [--again RULE …]

Runs all rules of one resource for each fault of a sample, as ``early.py`` draws it, which is kept to that resource, and
adds what told of it to ``benchmarks/told.json``: ``FAULT:RESOURCE`` → ``RULE OPERATION CASE``, …, the case being
the first that told; what is there already is not run again, with ``--new`` also where it was kept to another resource.
So a sample as large as the catalogue with ``--new`` runs what nobody has run; ``--again`` runs anew what some rules, which
have changed since, tell of. From all that is there it writes ``suites/firsts.json``:
rule → operation → the faults of which it tells and nothing that is worth more per request, the first case by itself
where that may go ahead of the others. So what only repeats what others have told comes late, and so does what
tells of much, but of nothing alone. What the bundled contract has no operation for counts by the faults of the
catalogue that its rule catches elsewhere.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kill.place import BUNDLED, loaded, sample
from tests.kill.server import ROOT, Server
from tests.miniatures.bench import rules

from restproof.engine.items import items_of
from restproof.engine.order import FIRST_CASE, SET_UP, price_of, price_of_first
from restproof.engine.register import FIRSTS, KILLS, REQUESTS, Requirement, load
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read

TOLD = Path(__file__).with_suffix(".json")
NOT_RUN = 0.3
"""What a fault of the catalogue counts for an operation of its rule that no run has, beside one that was run."""
ONCE = 0.2
"""What the cheapest operation of each rule counts at least: a rule by which nothing was told is tried somewhere before
the others are tried everywhere."""
CASES = 2
"""Cases of an item that the bundled contract has not got."""
JOBS = 2
"""Runs at once."""

Type = tuple[str, str]
Told = dict[str, list[str]]


def run(server: Server, fault: str, resource: str) -> list[str]:
    """What tells of a fault: the rules with their operations, each once, with the number of the first case."""
    with TemporaryDirectory() as folder:
        server.run(faults=[f"{fault}:{resource}"], resource=[resource], out=folder)
        found = read(Path(folder) / "run.jsonl.gz")
    places = {item.id: f"{item.requirement} {item.operation or ''}" for item in found.items}
    first: dict[str, int] = {}
    for finding in found.findings:
        item, _, number = (finding.case or f"{finding.item}#1").rpartition("#")
        first[places[item]] = min(int(number), first.get(places[item], int(number)))
    return [f"{place} {number}" for place, number in sorted(first.items())]


@dataclass(frozen=True)
class Prices:
    """Requests of an item of each rule and operation; where its cases stand apart, those of the first one for itself.
    ``run``: of the bundled contract. ``other``: about those of operations that it has not got."""

    run: Mapping[Type, float]
    other: Mapping[Type, float]


def prices(register: Mapping[str, Requirement]) -> Prices:
    """What was measured (``requests.json``), for the cases that the bundled contract has."""
    measured = json.loads((ROOT / "suites" / REQUESTS).read_text(encoding="utf-8"))
    about = {(rule, name): CASES * each for rule, found in measured.items() for name, each in found.items()}
    contract = loaded(BUNDLED)
    bodies = {r.name: Bodies(contract, r) for r in contract}
    exact: dict[Type, list[float]] = defaultdict(list)
    for proof, test in rules():
        for item in items_of(proof, test, contract, PROFILES["ci"], bodies):
            if not proof.observes:
                price, operation = price_of(item, register[proof.requirement]), item.operation or ""
                first = price_of_first(item, register[proof.requirement]) if proof.apart else 0
                if first:
                    exact[_first(proof.requirement, operation)].append(first)
                if price > first:
                    exact[proof.requirement, operation].append(price - first)
    run = {which: mean(found) for which, found in exact.items()}
    return Prices(run, {which: price for which, price in about.items() if which not in run})


def _first(rule: str, operation: str) -> Type:
    """Under which name the first case of an item goes."""
    return rule, f"{operation}{FIRST_CASE}"


def weights(told: Mapping[str, Sequence[str]], prices: Prices, caught: Mapping[str, int]) -> dict[Type, float]:
    """The faults of which each rule and operation tells first, where what tells most per request is sent first.
    ``caught``: how many faults of the catalogue each rule catches."""
    price = {**prices.run, **prices.other}
    tells: dict[Type, set[str]] = defaultdict(set)
    for fault, found in told.items():
        for rule, operation, number in (each.split(" ") for each in found):
            first = _first(rule, operation)
            tells[first if number == "1" and first in price else (rule, operation)].add(fault)
    several = Counter(rule for rule, _ in price)
    guessed = {which: NOT_RUN * caught.get(which[0], 1) / several[which[0]] for which in prices.other}
    firsts: dict[Type, float] = {}
    left = set(told)
    while len(firsts) < len(price):
        left_over = (which for which in sorted(price) if which not in firsts)
        ready = (which for which in left_over if firsts.keys() >= {_first(*which)} & price.keys())
        worth = {which: len(tells[which] & left) + guessed.get(which, 0) for which in ready}
        best = max(worth, key=lambda which: worth[which] / (price[which] + SET_UP))
        firsts[best] = worth[best]
        left -= tells[best]
    whole = sorted((which for which in price if not which[1].endswith(FIRST_CASE)), key=price.__getitem__)
    for which in {rule: (rule, operation) for rule, operation in reversed(whole)}.values():
        firsts[which] = max(firsts[which], ONCE)
    return firsts


def by_rule(firsts: Mapping[Type, float]) -> dict[str, dict[str, float]]:
    """What ``firsts.json`` holds."""
    found: dict[str, dict[str, float]] = {}
    for (rule, operation), count in sorted(firsts.items()):
        found.setdefault(rule, {})[operation] = max(round(count, 3), 0.001)
    return found


def add(told: Told, missing: Sequence[tuple[str, str]]) -> None:
    """Run what is missing, and keep what is known after each run."""
    servers = [Server(BUNDLED) for _ in range(JOBS)]
    free = list(servers)

    def one(fault: str, resource: str) -> list[str]:
        server = free.pop()
        try:
            return run(server, fault, resource)
        finally:
            free.append(server)

    try:
        with ThreadPoolExecutor(JOBS) as pool:
            for (fault, resource), found in zip(missing, pool.map(one, *zip(*missing, strict=True)), strict=True):
                told[f"{fault}:{resource}"] = found
                TOLD.write_text(f"{json.dumps(dict(sorted(told.items())), indent=0)}\n", encoding="utf-8")
    finally:
        for server in servers:
            server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sample", type=int, nargs="?", default=0)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--new", action="store_true")
    parser.add_argument("--again", nargs="+", default=[], metavar="RULE")
    said = parser.parse_args()
    told: Told = json.loads(TOLD.read_text(encoding="utf-8")) if TOLD.exists() else {}
    drawn = [(f.name, place) for f, place in sample(said.sample, said.seed) if f"{f.name}:{place}" not in told]
    known = {place.partition(":")[0] for place in told} if said.new else set()
    changed = [place for place, by in told.items() if any(each.split(" ")[0] in said.again for each in by)]
    missing = [(fault, place) for fault, place in drawn if fault not in known]
    missing += [(fault, resource) for fault, _, resource in (place.partition(":") for place in changed)]
    if missing:
        add(told, missing)
    caught = json.loads((ROOT / "suites" / KILLS).read_text(encoding="utf-8"))
    firsts = weights(told, prices(load(ROOT / "suites" / "requirements.yaml")), caught)
    (ROOT / "suites" / FIRSTS).write_text(f"{json.dumps(by_rule(firsts), indent=1)}\n", encoding="utf-8")
    print(f"{len(told)} faults, {sum(map(bool, told.values()))} of them told; {len(firsts)} weights in suites/{FIRSTS}")


if __name__ == "__main__":
    main()
