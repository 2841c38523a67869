"""A word that traffic suggests, and the edits that write it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.frozen import frozen

ENOUGH = 2
"""Exchanges that must agree before a word is proposed: one may be an accident."""
_SHOWN = 6


@frozen
class Without:
    """As the value of an edit: the list that stands there, without these entries; nothing where none is left."""

    entries: tuple[str, ...]


@frozen
class Edit:
    """One member of the contract's file: ``value`` in place of what stands at ``route``."""

    route: Route
    value: Any


@frozen
class Word:
    """A word that a contract could say. ``resource``: whose word it is, ``None`` for the whole API's; ``name``: its way
    from there (``statuses``, ``unknown_field``); ``seen``: what was seen, a sentence; ``evidence``: the exchanges that
    showed it, by their numbers; ``besides``: what the contract says otherwise with it (a field that is touched is
    volatile no more); ``promised``: of a case the statuses that the contract has for it, of a word about
    fields those that it names already."""

    resource: str | None
    name: tuple[str, ...]
    value: Any
    seen: str
    evidence: tuple[int, ...]
    besides: tuple[Edit, ...] = ()
    promised: Any = None

    @property
    def route(self) -> Route:
        return (*(() if self.resource is None else ("resources", self.resource)), *self.name)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All that it writes, itself first."""
        return (Edit(self.route, self.value), *self.besides)

    @property
    def title(self) -> str:
        """The word with whose it is: ``doc: statuses.unknown_field``."""
        return f"{self.resource or 'the API'}: {'.'.join(self.name)}"

    @property
    def exchanges(self) -> str:
        """The exchanges in few words: ``exchanges 3, 7 and 12 more``."""
        first = ", ".join(map(str, self.evidence[:_SHOWN]))
        more = len(self.evidence) - _SHOWN
        return f"exchange{'s' if len(self.evidence) > 1 else ''} {first}" + (f" and {more} more" if more > 0 else "")


@frozen
class Doubt:
    """What was seen and makes no word: whose, about what, and why."""

    resource: str | None
    about: str
    why: str
    evidence: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.resource or 'the API'}: {self.about}: {self.why}"


@frozen
class Lesson:
    """What traffic teaches: ``words`` that a contract could say, and ``doubts``, of which somebody has to think."""

    words: tuple[Word, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def without(self, dropped: Mapping[Route, str]) -> Lesson:
        """The lesson without the words of these routes, each of which is a doubt for the reason given."""
        gone = [w for w in self.words if w.route in dropped]
        doubts = [Doubt(w.resource, ".".join(w.name), dropped[w.route], w.evidence) for w in gone]
        return Lesson(tuple(w for w in self.words if w.route not in dropped), (*self.doubts, *doubts))


def numbers(found: Iterable[int]) -> tuple[int, ...]:
    """Exchanges as the evidence of a word: each once, in their order."""
    return tuple(sorted(set(found)))
