"""Waiting until a write is seen, where the contract says that this takes a while: by looking again, within a bound.

What has not settled by then is left as it is: the checks that follow look at it, and find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from restproof.contract.model import Resource
from restproof.engine.keep import Clock
from restproof.engine.paging import SubjectLists
from restproof.engine.reply import Reply
from restproof.semantics.state import differences

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5
_PATIENCE = 3
"""Writes of one kind that may use up the whole bound; where none of them settled, later ones are waited for less."""
_GONE = (404, 410)


class Looker(Protocol):
    """Who looks: ``engine.subject.Subject`` is one."""

    spec: Resource
    lists: SubjectLists

    def read(self, id: Any, *, scope: Mapping[str, Any] | None = None, observed: bool = True) -> Reply: ...


class Settling:
    """Waits for the writes of a run."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._in_vain: Counter[tuple[str, str]] = Counter()

    def wait(self, subject: Looker, reply: Reply, id: Any) -> None:
        """Look until the write that ``reply`` answers is seen, for as long as the contract allows."""
        spec, key = subject.spec, (subject.spec.name, reply.operation)
        if not spec.settles or id is None:
            return
        bound = spec.settles if self._in_vain[key] < _PATIENCE else spec.settles / 10
        pause, end = _FIRST_PAUSE, self._clock.monotonic() + bound
        while not _is_seen(subject, reply, id):
            left = end - self._clock.monotonic()
            if left <= 0:
                self._in_vain[key] += 1
                return
            self._clock.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def _is_seen(subject: Looker, reply: Reply, id: Any) -> bool:
    looks: list[Callable[[], bool]] = []
    if subject.spec.supports("read"):
        looks.append(lambda: _reads_right(subject, reply, id))
    if subject.spec.supports("list") and reply.operation in ("create", "delete"):
        looks.append(lambda: _is_listed(subject, reply, id) == (reply.operation == "create"))
    return all(look() for look in looks)


def _reads_right(subject: Looker, reply: Reply, id: Any) -> bool:
    """Whether a read shows the write: nothing after a delete, else every plain field that was sent."""
    found = subject.read(id, scope=reply.scope, observed=False)
    if reply.operation == "delete":
        return found.status in _GONE or found.status in subject.spec.status("gone", "read")
    shown = found.entity if found.ok else None
    if shown is None:
        return False
    spec, sent = subject.spec, reply.sent if isinstance(reply.sent, Mapping) else {}
    changed_on_the_way = {*spec.volatile, *spec.secret, *spec.lenient, *spec.derived, *spec.references, *spec.reads_as}
    plain = {n: v for n, v in sent.items() if n in shown and n not in changed_on_the_way}
    return not any(True for _ in differences(plain, {n: shown[n] for n in plain}))


def _is_listed(subject: Looker, reply: Reply, id: Any) -> bool:
    return id in subject.lists.ids(subject.lists.walk(scope=reply.scope))
