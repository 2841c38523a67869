"""What one case of a rule sends, as runs have seen it: the price by which the plan is ordered.

    python benchmarks/weights.py RUN…

Reads run files of whole runs, made with ``--profile ci --evidence all``, and writes ``suites/requests.json``: rule →
operation (empty for the whole server) → requests of one case, over all resources, with the looks of the guard that they
needed and without what items share; where the cases of a rule stand apart, those of the first one by itself, too. An
operation that no run has is kept as it was. Cases that sent nothing, since others had asked for it, are not counted: in
another order they would have sent it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.miniatures.bench import rules

from restproof.engine.order import FIRST_CASE
from restproof.engine.register import REQUESTS
from restproof.record.reader import read
from restproof.wire.walk import GUARD

Place = tuple[str, str]
"""A rule and an operation."""
PLACE = Path(__file__).parents[1] / "suites" / REQUESTS


def measured(runs: Iterable[Path]) -> dict[str, dict[str, float]]:
    """Rule → operation → requests of one case."""
    sent: Counter[Place] = Counter()
    cases: Counter[Place] = Counter()
    apart = {proof.requirement for proof, _ in rules() if proof.apart}
    for path in runs:
        run = read(path)
        items = {item.id: (item.requirement, item.operation or "") for item in run.items}

        def places(item: str, case: str | None, items: Mapping[str, Place] = items) -> Iterator[Place]:
            rule, operation = items[item]
            yield rule, operation
            if rule in apart and (case or "").endswith("#1"):
                yield rule, f"{operation}{FIRST_CASE}"

        found_all = {case.id for case in run.cases} - {exchange.case for exchange in run.exchanges}
        for case in run.cases:
            if case.id not in found_all:
                cases.update(places(case.item, case.id))
        looks = 0
        for exchange in run.exchanges:
            if exchange.item in items:
                for place in places(exchange.item, exchange.case):
                    sent[place] += 1 + looks
                looks = 0
            else:
                looks += exchange.setup == GUARD
    found: dict[str, dict[str, float]] = {}
    for rule, operation in sorted(cases):
        found.setdefault(rule, {})[operation] = round(sent[rule, operation] / cases[rule, operation], 1)
    return found


def main(*runs: str) -> None:
    kept = json.loads(PLACE.read_text(encoding="utf-8")) if PLACE.exists() else {}
    told = kept | {rule: kept.get(rule, {}) | found for rule, found in measured(map(Path, runs)).items()}
    PLACE.write_text(f"{json.dumps(dict(sorted(told.items())), indent=1)}\n", encoding="utf-8")
    print(f"{len(told)} rules in {PLACE}")


if __name__ == "__main__":
    main(*sys.argv[1:])
