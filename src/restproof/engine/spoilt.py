"""What spoils a list: a server may keep what it cannot show, and then fail for everybody who lists the collection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from restproof.engine.failure import Inconclusive, NotTested
from restproof.engine.keep import Keeper
from restproof.engine.reply import Reply


class Lister(Protocol):
    """Who creates, and can list: ``engine.subject.Subject`` is one."""

    about: tuple[str | None, str | None, str | None]

    @property
    def name(self) -> str: ...

    def list(self) -> Any: ...


class Spoilt:
    """The kinds of values of which a create has failed and left a list that fails as well. What it has stored stands
    where no look proves whose it is, so that nothing takes it away: no other create of the run holds such a value."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._fails: set[str] = set()
        """The resources of which the list failed when it was last seen."""
        self._why: dict[str, str] = {}
        self._asked: Counter[str] = Counter()

    def heed(self, reply: Reply) -> None:
        """An answer that may be to a list."""
        if reply.operation == "list":
            (self._fails.add if reply.status >= 500 else self._fails.discard)(reply.resource.name)

    def guarded(self, subject: Lister, kind: str, create: Callable[[], Reply]) -> Reply:
        """The answer to a create that holds a value of a kind, in words. Raises ``Inconclusive`` where none is sent."""
        place = f"spoilt {subject.about[1] or ''}"
        self._asked[place] += 1
        name = f"{place} {self._asked[place]}"
        why = self._keeper.recall(name, self._why.get(kind))
        if why is not None:
            raise Inconclusive(why)
        if self._keeper.recall(f"{name} doubted", subject.name in self._fails or None):
            with suppress(Inconclusive, NotTested):
                subject.list()  # it may have failed for what it was asked
        reply = create()
        own = reply.resource
        could_list = reply.status >= 500 and own.supports("list") and own.name not in self._fails
        if self._keeper.recall(f"{name} listed", could_list or None):
            with suppress(Inconclusive, NotTested):
                told = f"a create of {own.name} that held {kind} has spoilt its list, and no other one is sent"
                if subject.list().status >= 500:
                    self._why[kind] = told
        return reply
