"""What spoils a list: a server may keep what it cannot show, and then fail for everybody who lists the collection."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol

from restproof.config import Target
from restproof.engine.failure import Inconclusive, NotTested
from restproof.engine.keep import Keeper
from restproof.engine.reply import Reply
from restproof.plan.symbols import PREFIX_LENGTH, tokens


class Lister(Protocol):
    """Who creates, and can list: ``engine.subject.Subject`` is one."""

    token: str
    about: tuple[str | None, str | None, str | None]

    @property
    def name(self) -> str: ...

    def list(self) -> Any: ...


class Spoilt:
    """The creates that have failed and left a list that fails as well. What such a one has stored stands where no look
    proves whose it is, so that nothing takes it away: no other create of its resource holds a value that none has held
    which was taken, and none of the run what is of the same kind."""

    def __init__(self, keeper: Keeper, target: Target) -> None:
        self._keeper = keeper
        self._is_alone = target.kind == "sandbox"
        """Whether the server ends with the run: nobody else lists what there is."""
        self._fails: set[str] = set()
        """The resources of which the list failed when it was last seen."""
        self._why: dict[str, str] = {}
        """By the kind of what a create held, and by resource."""
        self._kind = ""
        """That of what the create holds that is under way, in words; empty where it is of none."""
        self._taken: set[int] = set()
        """What creates held that were taken, by resource and field."""
        self._asked: Counter[str] = Counter()

    def heed(self, reply: Reply) -> None:
        """An answer that may be to a list."""
        if reply.operation == "list":
            (self._fails.add if reply.status >= 500 else self._fails.discard)(reply.resource.name)

    def guarded(self, subject: Lister, kind: str, create: Callable[[], Reply]) -> Reply:
        """The answer to a create that holds a value of a kind, in words. Raises ``Inconclusive`` where none is sent."""
        name = self._next(f"spoilt {subject.about[1] or ''}")
        self._refuse(name, self._why.get(kind))
        if self._keeper.recall(f"{name} doubted", subject.name in self._fails or None):
            with suppress(Inconclusive, NotTested):
                subject.list()  # it may have failed for what it was asked
        self._kind = kind
        try:
            return create()
        finally:
            self._kind = ""

    def check(self, subject: Lister, sent: Any) -> None:
        """Raises ``Inconclusive`` where a create is not to be sent that holds what stands in ``sent``, or what nothing
        says."""
        why = self._why.get(f"of {subject.name}") if subject.name in self._fails else None
        is_known = isinstance(sent, dict) and self._taken.issuperset(_held(subject, sent))
        self._refuse(self._next(f"created {subject.about[1] or subject.about[2] or ''}"), None if is_known else why)

    def judge(self, subject: Lister, reply: Reply) -> Reply:
        """An answer, which may be that to a create: one at which the server fails may have left a list that does."""
        own = reply.resource
        if reply.operation != "create":
            return reply
        if reply.ok and isinstance(reply.sent, dict):
            self._taken.update(_held(subject, reply.sent))
        # Where it failed before, for what an update has left, this one may keep it from working again.
        did_fail = own.name in self._fails
        tells = (bool(self._kind) and not did_fail) or not self._is_alone
        could_list = tells and reply.status >= 500 and own.supports("list")
        if self._keeper.recall(self._next(f"listed {subject.about[1] or subject.about[2] or ''}"), could_list or None):
            with suppress(Inconclusive, NotTested):
                if subject.list().status >= 500:
                    told = f"a create of {own.name} that held {self._kind or 'something else'} has spoilt its list"
                    self._why |= {f"of {own.name}": f"{told}, and no other one is sent that holds what none has held"}
                    if self._kind and not did_fail:
                        self._why[self._kind] = f"{told}, and no other one is sent"
        return reply

    def _next(self, place: str) -> str:
        self._asked[place] += 1
        return f"{place} {self._asked[place]}"

    def _refuse(self, name: str, why: str | None) -> None:
        if (why := self._keeper.recall(name, why)) is not None:
            raise Inconclusive(why)


def _held(subject: Lister, sent: dict[str, Any]) -> Iterator[int]:
    """What a create holds, by resource and field, whatever its token is."""
    pattern = tokens(subject.token[:PREFIX_LENGTH])
    for name, value in sent.items():
        yield hash((subject.name, name, pattern.sub("", json.dumps(value, sort_keys=True))))
