"""What a verdict is made of: outcomes, results, causes, and the register as the verdict reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from restproof.frozen import frozen
from restproof.record.model import Damage, Level, RecordedFinding, RecordedRequirement, RecordedRun

Word = Literal["conforming", "not conforming", "not judged"]
Ending = Literal["fail", "error", "blocked", "not tested", "deviation", "pass", "not applicable"]
Place = tuple[str | None, str | None, str | None]

OUTCOMES: tuple[Ending, ...] = ("fail", "error", "blocked", "not tested", "deviation", "pass", "not applicable")
"""Every outcome, worst first."""
STALE = "deviation.stale"


@frozen(slots=True)
class Result:
    """One row: an item and how it ended. ``message`` is empty for a pass; ``findings`` are its own, ``declared`` those
    of them that a deviation describes. ``follows``: a rule that it builds on and that fails too, so that its own
    failure may come from there: where that fails as declared, this fails all the same, else it is blocked.
    ``changed``: the word that nobody has promised and that all of a failure is against, else empty."""

    item: str
    requirement: str
    level: Level
    resource: str | None
    operation: str | None
    outcome: Ending
    cases: int
    message: str = ""
    findings: tuple[RecordedFinding, ...] = ()
    declared: tuple[RecordedFinding, ...] = ()
    follows: str = ""
    changed: str = ""

    @property
    def undeclared(self) -> tuple[RecordedFinding, ...]:
        """The findings that no deviation describes."""
        declared = set(self.declared)
        return tuple(f for f in self.findings if f not in declared)


def summary_of(findings: Sequence[RecordedFinding]) -> str:
    """The message of a result with these findings: the first, and how many others there are."""
    messages = list(dict.fromkeys(f.message for f in findings))
    more = len(messages) - 1
    return f"{messages[0]} (and {more} more)" if more else messages[0]


@frozen(slots=True)
class Cause:
    """Failures with one cause, told once. ``places`` are (resource, operation, field), each once, in the order of the
    results. ``damage``: what it does; ``follows``: the rule whose failure may be the reason of all of it;
    ``blocks``: the rules that it keeps from being judged; ``changed``: the word that nobody has promised and that this
    is against, with the day on which it was seen (else empty). Where the server itself fails: ``operations`` in which
    it does (``PATCH /offices/{id}``), ``breaks`` the other rules that its failures break."""

    title: str
    requirement: str
    statement: str
    level: Level
    sources: tuple[str, ...]
    kind: str
    expected: str
    actual: str
    places: tuple[Place, ...]
    findings: tuple[RecordedFinding, ...]
    damage: Damage = "code"
    follows: str = ""
    blocks: tuple[str, ...] = ()
    changed: str = ""
    breaks: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()


class Register:
    """What the verdict asks of the register: severity, and what a requirement builds on."""

    def __init__(self, run: RecordedRun) -> None:
        self._entries = {
            STALE: RecordedRequirement(
                STALE, "must", "a declared deviation still describes a failure and has not expired"
            ),
            **run.requirements,
        }
        self._ranks = {name: rank for rank, name in enumerate(self._entries)}
        self._above: dict[str, frozenset[str]] = {}
        self.learned = run.header.learned

    def __getitem__(self, name: str) -> RecordedRequirement:
        # A rule that the register does not name is taken seriously: the gate on the register is another check.
        return self._entries.get(name) or RecordedRequirement(name, "must", name)

    def severity(self, name: str) -> int:
        """0 for a must or a policy that binds, 1 for a should."""
        return 1 if self[name].level == "should" else 0

    def place(self, name: str) -> tuple[int, int]:
        """Where it is told: by severity, then as the register has it; the smaller, the earlier."""
        return self.severity(name), self._ranks.get(name, len(self._ranks))

    def applies(self, name: str) -> bool:
        return self[name].binding

    def above(self, name: str) -> frozenset[str]:
        """All requirements that ``name`` depends on, through others too."""
        if name not in self._above:
            seen: set[str] = set()
            ahead = list(self[name].depends_on)
            while ahead:
                if (found := ahead.pop()) not in seen:
                    seen.add(found)
                    ahead += self[found].depends_on
            self._above[name] = frozenset(seen)
        return self._above[name]

    def roots(self, name: str) -> list[str]:
        """What can block ``name``, the deepest first: not itself, nothing that depends on it in a circle, and nothing
        milder, since a broken should is no excuse for a broken must."""
        able = (q for q in self.above(name) if name not in self.above(q) and self.severity(q) <= self.severity(name))
        return sorted((q for q in able if q != name), key=lambda q: (len(self.above(q)), q))
