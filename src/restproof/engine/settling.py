"""Waiting until a write is seen, where the contract says that this takes a while: by looking again, within a bound.

What has not settled by then is left as it is: the checks that follow look at it, and find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any, Literal, Protocol

from restproof.contract.model import Resource, removes
from restproof.engine.keep import Clock, Keeper
from restproof.engine.paging import USUAL, SubjectLists
from restproof.engine.reply import Reply
from restproof.semantics.alignment import in_the_order_of
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import kept
from restproof.semantics.state import differences

FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
_PATIENCE = 12
"""Waits of one kind that may use up the whole bound, where none of them ever saw its write; later ones are shorter."""
_ABSENT = 4
"""For how many waits one counts that never found what was created, or found until the end what was deleted. One that
only found other values counts once: a server may have made something of them."""
_UNSAID = 0.5
"""Seconds for which a list may be late where a contract does not know all rules: nobody has said that it is not."""
_SOME = 3
"""Looks at the lists of a resource that may use those up in vain."""
_ROOM, _TIMES = 0.25, 3
"""Seconds, and how many times what was seen of what was taken, in which what was refused would be seen, too."""
_GONE = (404, 410)
_OTHERS = "foreign"


Missing = Literal["effect", "value"]
Kind = Literal["reads", "lists", "queries", "totals"]
"""What one looks at: the attributes of ``contract.settles.Settles``."""


class Looker(Protocol):
    """Who looks: ``engine.subject.Subject`` is one."""

    spec: Resource
    lists: SubjectLists
    about: tuple[str | None, str | None, str | None]

    def read(
        self,
        id: Any,
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        observed: bool = True,
    ) -> Reply: ...


Look = Callable[[Looker, Reply, Any], Missing | None]


class Settling:
    """Waits for the writes of a run. ``keeper`` holds how often it looked again, so that a replay looks as often."""

    def __init__(self, clock: Clock, keeper: Keeper) -> None:
        self._clock = clock
        self._keeper = keeper
        self._in_vain: Counter[tuple[str, ...]] = Counter()
        self._settled: set[tuple[str, ...]] = set()
        self._looks: Counter[str] = Counter()
        self._lags: dict[tuple[str, str], float] = {}
        """Resource and operation → the longest that it took until a read showed such a write."""
        self._wrote = 0.0

    def wait(self, subject: Looker, reply: Reply, id: Any) -> None:
        """Look until the write that ``reply`` answers is seen in reads and lists, for as long as the contract
        allows."""
        spec, self._wrote = subject.spec, self._clock.monotonic()
        if id is None or (reply.operation == "delete" and not removes(spec)):
            return
        looks: tuple[tuple[Kind, Look], ...] = ("reads", _unread), ("lists", _unlisted)
        for kind, look in looks:
            key, bound = (spec.name, reply.operation, kind), getattr(spec.settles.after(reply.operation), kind)
            patient = key in self._settled or self._in_vain[key] < _PATIENCE
            end = self._wrote + (bound if patient else bound / 10)
            pause = FIRST_PAUSE
            while bound and (missing := look(subject, reply, id)) is not None:
                if not self.goes_on(subject.about, end, pause):
                    self._in_vain[key] += 1 if missing == "value" else _ABSENT
                    return
                pause = min(pause * 1.5, LONGEST_PAUSE)
            self._settled.add(key)
            if bound and kind == "reads":
                lag = self._clock.monotonic() - self._wrote
                self._lags[key[:2]] = max(lag, self._lags.get(key[:2], 0.0))

    def as_late(self, spec: Resource, operation: str) -> float:
        """Seconds after which a read shows what a refused write has stored all the same: as late as what is taken.
        Where only a 202 says that this takes a while, it is as long as was seen of what was taken, with room."""
        bound, lag = spec.settles.after(operation).reads, self._lags.get((spec.name, operation), inf)
        return bound if spec.settles.writes is None else min(bound, _ROOM + _TIMES * lag)

    def again(self, subject: Looker, kinds: Iterable[Kind], look: Callable[[], None]) -> None:
        """Have ``look`` look at lists again while it raises ``AssertionError``, for as long as what was written last
        may not be seen in one of these kinds."""
        bound = max(getattr(subject.spec.settles, kind) for kind in kinds)
        unsaid = subject.spec.name, "unsaid"
        if not bound and "rules" in subject.spec.open and self._in_vain[unsaid] < _SOME:
            bound = _UNSAID
        end, pause = self._wrote + bound, FIRST_PAUSE
        while True:
            try:
                return look()
            except AssertionError:
                if not bound or not self.goes_on(subject.about, end, pause):
                    self._in_vain[unsaid] += 1
                    raise
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def goes_on(self, about: tuple[str | None, ...], end: float, pause: float) -> bool:
        """Whether there is time for another look of an item, case or set-up before ``end``, which is then waited
        for."""
        name = next((text for text in reversed(about) if text), "")
        self._looks[name] += 1
        left = end - self._clock.monotonic()
        if not self._keeper.recall(f"looked again {name} {self._looks[name]}", True if left > 0 else None):
            return False
        self._clock.sleep(max(0.0, min(pause, left)))
        return True


def _unread(subject: Looker, reply: Reply, id: Any) -> Missing | None:
    """What of the write a read does not show: that it happened at all, or a value; ``None`` where all of it is seen."""
    spec = subject.spec
    if not spec.supports("read"):
        return None
    found = subject.read(id, scope=reply.scope or None, credential=_looking(reply), observed=False)
    if reply.operation == "delete":
        gone = found.status in _GONE or found.status in spec.status("gone", "read")
        return None if gone else "effect"
    if not found.ok or found.entity is None:
        return "effect"
    return "value" if _differs(spec, _plain(reply, found.entity), found.entity) else None


def _unlisted(subject: Looker, reply: Reply, id: Any) -> Missing | None:
    """What of the write the list does not show, as ``_unread``."""
    spec = subject.spec
    if not spec.supports("list") or "list" in spec.open:
        return None
    entries = subject.lists.walk(scope=reply.scope or None, credential=_looking(reply))
    if reply.operation in ("create", "delete"):
        return None if (id in subject.lists.ids(entries)) == (reply.operation == "create") else "effect"
    entry = next((e for e in entries if isinstance(e, dict) and e.get(spec.id.field) == id), {})
    plain = {n: v for n, v in _plain(reply, entry).items() if n not in spec.unlike_in_lists}
    return "value" if _differs(spec, plain, entry) else None


def _looking(reply: Reply) -> str:
    """The credential that sees what was written: of what another tenant wrote, its own alone."""
    return _OTHERS if reply.exchange.credential == _OTHERS else USUAL


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
