"""Which rules tell of a fault of one resource, and of which of them each is the first: the weights of the plan.

    python benchmarks/told.py [SAMPLE [SEED]]

Runs all rules of one resource for each fault of a sample, as ``early.py`` draws it, which is kept to that resource, and
adds what told of it to ``benchmarks/told.json``: ``FAULT:RESOURCE`` → ``RULE OPERATION CASE``, …, the case being
the first that told; what is there already is not run again. From all that is there it writes ``suites/firsts.json``:
rule → operation → the faults of which it tells and nothing that is worth more per request, the first case by itself
where that may go ahead of the others. So what only repeats what others have told comes late, and so does what
tells of much, but of nothing alone. A fault that was not drawn counts a little for the rule that it breaks.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kill.place import BUNDLED, loaded, sample
from tests.kill.server import ROOT, Server
from tests.miniatures.bench import rules

from restproof.engine.items import items_of
from restproof.engine.order import FIRST_CASE, SET_UP, price_of, price_of_first, stand_apart
from restproof.engine.register import FIRSTS, KILLS, REQUESTS, Requirement, load
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read

TOLD = Path(__file__).with_suffix(".json")
NOT_DRAWN = 0.3
"""What a fault of the catalogue counts for the rule that it breaks, beside one that was run."""
FIRST = 0.5
"""Of what a rule tells of a resource, the share that the cheapest of its operations tells, where nothing was measured."""
CASES = 2
"""Cases of an item that the bundled contract has not got."""

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


def prices(register: Mapping[str, Requirement]) -> dict[Type, float]:
    """Requests of an item of each rule and operation: of the bundled contract, else about. Where its cases stand apart,
    those of the first one for itself."""
    measured = json.loads((ROOT / "suites" / REQUESTS).read_text(encoding="utf-8"))
    about = {(rule, name): CASES * each for rule, found in measured.items() for name, each in found.items()}
    contract = loaded(BUNDLED)
    bodies = {r.name: Bodies(contract, r) for r in contract}
    exact: dict[Type, list[float]] = defaultdict(list)
    for proof, test in rules():
        for item in items_of(proof, test, contract, PROFILES["ci"], bodies):
            if not proof.observes:
                price, operation = price_of(item, register[proof.requirement]), item.operation or ""
                first = price_of_first(item, register[proof.requirement]) if stand_apart(item) else 0
                if first:
                    exact[_first(proof.requirement, operation)].append(first)
                if price > first:
                    exact[proof.requirement, operation].append(price - first)
    return about | {which: mean(found) for which, found in exact.items()}


def _first(rule: str, operation: str) -> Type:
    """Under which name the first case of an item goes."""
    return rule, f"{operation}{FIRST_CASE}"


def weights(told: Told, register: Mapping[str, Requirement]) -> dict[Type, float]:
    """The faults of which each rule and operation tells first, where what tells most per request is sent first."""
    price = prices(register)
    tells: dict[Type, set[Hashable]] = defaultdict(set)
    counts: dict[Hashable, float] = {}
    for fault, found in told.items():
        counts[fault] = 1
        for rule, operation, number in (each.split(" ") for each in found):
            first = _first(rule, operation)
            tells[first if number == "1" and first in price else (rule, operation)].add(fault)
    caught = json.loads((ROOT / "suites" / KILLS).read_text(encoding="utf-8"))
    for rule in {rule for rule, _ in price}:
        own = sorted((which for which in price if which[0] == rule), key=lambda which: price[which])
        count = NOT_DRAWN * caught.get(rule, 1)
        counts[rule] = count * (FIRST if own[1:] else 1)
        for which in own:
            tells[which].add(rule)
        for which in own[1:]:
            counts[which] = count * (1 - FIRST) / len(own[1:])
            tells[which].add(which)
    firsts: dict[Type, float] = {}
    left = set(counts)
    while len(firsts) < len(price):
        left_over = (which for which in sorted(price) if which not in firsts)
        ready = (which for which in left_over if firsts.keys() >= {_first(*which)} & price.keys())
        worth = {w: sum(counts[each] for each in tells[w] & left) for w in ready}
        best = max(worth, key=lambda which: worth[which] / (price[which] + SET_UP))
        firsts[best] = worth[best]
        left -= tells[best]
    return firsts


def written(firsts: Mapping[Type, float]) -> str:
    """``firsts.json``."""
    found: dict[str, dict[str, float]] = {}
    for (rule, operation), count in sorted(firsts.items()):
        found.setdefault(rule, {})[operation] = max(round(count, 3), 0.001)
    return f"{json.dumps(found, indent=1)}\n"


def main(numbers: Sequence[int]) -> None:
    told: Told = json.loads(TOLD.read_text(encoding="utf-8")) if TOLD.exists() else {}
    missing = [(f.name, place) for f, place in sample(*numbers) if f"{f.name}:{place}" not in told] if numbers else []
    if missing:
        server = Server(BUNDLED)
        for fault, resource in missing:
            told[f"{fault}:{resource}"] = run(server, fault, resource)
            TOLD.write_text(f"{json.dumps(dict(sorted(told.items())), indent=0)}\n", encoding="utf-8")
        server.close()
    firsts = weights(told, load(ROOT / "suites" / "requirements.yaml"))
    (ROOT / "suites" / FIRSTS).write_text(written(firsts), encoding="utf-8")
    print(f"{len(told)} faults, {sum(map(bool, told.values()))} of them told; {len(firsts)} weights in suites/{FIRSTS}")


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]])
