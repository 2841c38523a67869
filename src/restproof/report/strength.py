"""How strongly the run bears out each requirement: a pass on three cases is not a pass on three hundred."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from restproof.frozen import frozen
from restproof.oracle.results import Result
from restproof.record.model import RecordedRun

STEPS = ((100, "strong"), (30, "good"), (10, "fair"), (4, "light"), (1, "thin"), (0, "none"))
"""From how many cases on the evidence has which name, the strongest first."""
MOST = 400


@frozen(slots=True)
class Strength:
    """What a requirement rests on: its cases, the statuses of their exchanges (commonest first), the fields and the
    sorts of input that were tried. ``steps``: 0 to 5."""

    cases: int
    statuses: tuple[tuple[int, int], ...]
    fields: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def word(self) -> str:
        return next(word for least, word in STEPS if self.cases >= least)

    @property
    def steps(self) -> int:
        return len(STEPS) - 1 - [word for _, word in STEPS].index(self.word)


def strengths(run: RecordedRun, results: Sequence[Result]) -> Mapping[str, Strength]:
    """The strength of each requirement that has results. Items that did not come to their cases add nothing."""
    judged = {r.item: r for r in results if r.outcome in ("pass", "fail", "deviation", "blocked")}
    cases: Counter[str] = Counter()
    for result in judged.values():
        cases[result.requirement] += result.cases
    statuses = _statuses(run, judged)
    fields: dict[str, dict[str, None]] = {}
    inputs: dict[str, dict[str, None]] = {}
    for case in run.cases:
        if (owner := judged.get(case.item)) is not None:
            for word, found in (("field", fields), ("note", inputs)):
                value = case.input.get(word)
                if isinstance(value, str) and len(held := found.setdefault(owner.requirement, {})) < MOST:
                    held[value] = None
    return {
        name: Strength(
            cases=cases[name],
            statuses=tuple(statuses.get(name, Counter()).most_common()),
            fields=tuple(fields.get(name, ())),
            inputs=tuple(inputs.get(name, ())),
        )
        for name in {r.requirement for r in results}
    }


def _statuses(run: RecordedRun, judged: Mapping[str, Result]) -> Mapping[str, Counter[int]]:
    """Statuses by requirement: those of its own cases, and for a rule without cases of its own (it judged what others
    asked for) those of its places."""
    found: dict[str, Counter[int]] = {}
    places: dict[tuple[str | None, str | None], Counter[int]] = {}
    for exchange in run.exchanges:
        if exchange.response:
            status = exchange.response.status
            places.setdefault((exchange.resource, exchange.operation), Counter())[status] += 1
            if (owner := judged.get(exchange.item or "")) is not None:
                found.setdefault(owner.requirement, Counter())[status] += 1
    for item, result in judged.items():
        if result.cases and item not in run.cases_by_item:
            own = found.setdefault(result.requirement, Counter())
            own.update(places.get((result.resource, result.operation), Counter()))
    return found
