"""Waiting until a write is seen, where the contract says that this takes a while: by looking again, within a bound.

What has not settled by then is left as it is: the checks that follow look at it, and find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal, Protocol

from restproof.contract.model import Resource
from restproof.engine.keep import Clock
from restproof.engine.paging import SubjectLists
from restproof.engine.reply import Reply
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import kept
from restproof.semantics.state import differences, in_the_order_of

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5
_PATIENCE = 12
"""Waits of one kind that may use up the whole bound, where none of them ever saw its write; later ones are shorter."""
_ABSENT = 4
"""For how many waits one counts that never found what was created, or found until the end what was deleted. One that
only found other values counts once: a server may have made something of them."""
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
        self._settled: set[tuple[str, str]] = set()

    def wait(self, subject: Looker, reply: Reply, id: Any) -> None:
        """Look until the write that ``reply`` answers is seen, for as long as the contract allows."""
        spec, key = subject.spec, (subject.spec.name, reply.operation)
        if not spec.settles or id is None:
            return
        patient = key in self._settled or self._in_vain[key] < _PATIENCE
        pause, end = _FIRST_PAUSE, self._clock.monotonic() + (spec.settles if patient else spec.settles / 10)
        while (missing := _missing(subject, reply, id)) is not None:
            left = end - self._clock.monotonic()
            if left <= 0:
                self._in_vain[key] += 1 if missing == "value" else _ABSENT
                return
            self._clock.sleep(min(pause, left))
            pause = min(pause * 1.5, _LONGEST_PAUSE)
        self._settled.add(key)


def _missing(subject: Looker, reply: Reply, id: Any) -> Literal["effect", "value"] | None:
    """What of the write is not seen yet: that it happened at all, or a value; ``None`` where all of it is seen."""
    spec, scope = subject.spec, reply.scope or None
    if spec.supports("read"):
        found = subject.read(id, scope=scope, observed=False)
        if reply.operation == "delete":
            if found.status not in _GONE and found.status not in spec.status("gone", "read"):
                return "effect"
        elif not found.ok or found.entity is None:
            return "effect"
        else:
            if _differs(spec, _plain(reply, found.entity), found.entity):
                return "value"
    if not spec.supports("list") or "list" in spec.open:
        return None
    entries = subject.lists.walk(scope=scope)
    if reply.operation in ("create", "delete"):
        return None if (id in subject.lists.ids(entries)) == (reply.operation == "create") else "effect"
    entry = next((e for e in entries if isinstance(e, dict) and e.get(spec.id.field) == id), {})
    plain = {n: v for n, v in _plain(reply, entry).items() if n not in spec.unlike_in_lists}
    return "value" if _differs(spec, plain, entry) else None


def _differs(spec: Resource, plain: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    return any(True for _ in differences(plain, in_the_order_of(spec, plain, shown)))


def _plain(reply: Reply, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were sent of which a read shows the very value: not those that the server sets, makes something
    of or may leave as they are. Of a value that the schema refuses, and was taken all the same, nothing is known; nor
    of a null in a create, for which there may be a default."""
    spec = reply.resource
    sent, unsaid = kept(spec, reply.sent if isinstance(reply.sent, Mapping) else {})
    free = {
        *(spec.id.field, *spec.volatile, *spec.secret, *spec.lenient, *spec.derived, *spec.touched),
        *(*spec.references, *spec.reads_as, *unsaid),
        *((*spec.immutable, *spec.create_only) if reply.operation != "create" else ()),
    }
    return {
        name: value
        for name, value in sent.items()
        if name in shown and name not in free and _is_shown(spec.properties.get(name), value, reply.operation)
    }


def _is_shown(schema: Mapping[str, Any] | None, value: Any, operation: str) -> bool:
    if schema is None or schema.get("readOnly") or (value is None and operation == "create"):
        return False
    return is_valid(schema, value)
