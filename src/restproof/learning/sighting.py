"""What each exchange shows of one case of the contract: which refusal it asked for, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from restproof.contract.model import WRITES, Contract, creates_by_put
from restproof.contract.shapes import same
from restproof.frozen import frozen
from restproof.oracle.asked import Asked, Reason
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen, id_of

Effect = Literal["", "ignored", "kept"]
_NOT_MODIFIED = 304
_UNKNOWN = ("unknown_field", "unknown_beside", "server_set")
_PAST = 1000
"""A page number or offset above which a list is taken to have ended."""


@frozen
class Sighting:
    """One answer to a request that is ``case`` and nothing else. ``field``: the member that is special about it;
    ``effect``: what became of a member that was taken, where that was seen; ``missing``: whether it is special in that
    it is not there."""

    resource: str
    operation: str
    case: str
    status: int
    n: int
    field: str | None = None
    effect: Effect = ""
    missing: bool = False


@frozen
class Read:
    """An exchange with the reasons for which the contract refuses it (``None``: nobody knows)."""

    seen: Seen
    reasons: tuple[Reason, ...] | None

    @property
    def is_valid(self) -> bool:
        """Whether it is a write that the contract has nothing against."""
        return self.reasons == ()


def read_all(exchanges: Iterable[Seen], contract: Contract) -> list[Read]:
    """The exchanges that were answered with neither a redirection nor a failure of the server, read by the contract,
    which may answer alike what servers tell apart. Failures are findings, and teach nothing."""
    asked = Asked(contract, apart=True)
    return [Read(s, asked.reasons(s)) for s in exchanges if s.ok or s.refused or s.status == _NOT_MODIFIED]


def sightings(reads: Sequence[Read], contract: Contract, *, credentials_shown: bool) -> Iterator[Sighting]:
    """The cases that traffic shows, exchange by exchange."""
    ids = _Ids()
    taken = {(r.seen.resource.name, r.seen.operation) for r in reads if r.seen.ok}
    for at, read in enumerate(reads):
        seen = read.seen
        if seen.operation is None or seen.exchange.request.method == "HEAD" or seen.status in (429, 412, _NOT_MODIFIED):
            continue
        if credentials_shown and _is_anonymous(seen, contract):
            if seen.refused:
                yield _of(seen, "missing_credential")
            continue
        if seen.status in (401, 403):
            continue
        if (seen.resource.name, seen.operation) in taken:  # what refuses everything says nothing of one mistake
            yield from _of_input(reads, at)
        yield from ids.cases(read)
        if seen.operation == "list":
            yield from _of_pages(seen)


def _of(seen: Seen, case: str, field: str | None = None, effect: Effect = "") -> Sighting:
    return Sighting(seen.resource.name, str(seen.operation), case, seen.status, seen.n, field, effect)


def _is_anonymous(seen: Seen, contract: Contract) -> bool:
    request = seen.exchange.request
    return (
        contract.auth.scheme != "none"
        and seen.way.auth == "required"
        and "headers" not in seen.lacks
        and contract.auth.shown(request.header, seen.exchange.url.partition("?")[2]) is None
        and request.header("Cookie") is None
    )


# ------------------------------------------------------------------- what a body asks for


def _of_input(reads: Sequence[Read], at: int) -> Iterator[Sighting]:
    """What a write holds, where that is one case alone: of several nobody knows which one was answered."""
    seen, reasons = reads[at].seen, reads[at].reasons
    if seen.operation not in WRITES or not reasons or len({r.case for r in reasons}) > 1:
        return
    if not seen.ok and seen.status in (404, 409, 410):
        return  # what it was sent to, or a unique value beside it, may be the reason
    case, fields = reasons[0].case, [r.field for r in reasons]
    if case in _UNKNOWN and seen.ok:
        if len(fields) == 1 and fields[0] is not None:
            effect = _effect(seen, fields[0], case, reads[at + 1 :])
            if effect == "kept" and case == "server_set" and _is_given(reads[:at], seen, fields[0]):
                return  # nobody can say who has set it
            if effect:
                yield _of(seen, case, fields[0], effect)
        return
    missing = any(r.requirement is TrafficRule.INPUT_REQUIRED for r in reasons)
    yield replace(_of(seen, case, fields[0]), missing=missing)


def _effect(seen: Seen, name: str, case: str, later: Sequence[Read]) -> Effect:
    """What became of a member that was taken, as the answer shows it, or the next read where the answer shows no
    representation; nothing where neither tells."""
    sent: Any = (seen.document if case == "unknown_beside" else seen.fields) or {}
    if "." in name or not isinstance(sent, dict) or name not in sent or sent[name] is None:
        return ""
    shown = seen.entity if seen.entity is not None else _next_state(seen, later)
    if not shown:
        return ""
    return "kept" if name in shown and same(shown[name], sent[name]) else "ignored"


def _is_given(before: Sequence[Read], seen: Seen, name: str) -> bool:
    """Whether the server gives a field that it sets the value that ``seen`` sends: another create has shown it that
    sent none, or the same instance has had it."""
    value, is_id = (seen.fields or {})[name], name == seen.resource.id.field
    for other in (r.seen for r in before if r.seen.resource.name == seen.resource.name and r.seen.entity):
        is_unasked = not is_id and other.operation == "create" and name not in (other.fields or {})
        is_same = seen.id is not None and other.id == seen.id and seen.operation != "create"
        if (is_unasked or is_same) and same((other.entity or {}).get(name), value):
            return True
    return False


def _next_state(seen: Seen, later: Sequence[Read]) -> dict[str, Any] | None:
    """What the next exchange about the same instance shows, where that is a read."""
    for read in later:
        if read.seen.resource.name == seen.resource.name and read.seen.id == seen.id:
            return read.seen.entity if read.seen.operation == "read" and read.seen.ok else None
    return None


# ------------------------------------------------------------------- whom a path names


class _Ids:
    """The ids that traffic has shown to be there, and those that it has seen deleted."""

    def __init__(self) -> None:
        self._there: set[tuple[str, str]] = set()
        self._gone: set[tuple[str, str]] = set()

    def cases(self, read: Read) -> Iterator[Sighting]:
        """What the id of a path is a case of; takes note of what the answer shows. A body that is wrong as well may be
        what was refused."""
        seen = read.seen
        resource, id = seen.resource, seen.id
        key = (resource.name, id or "")
        if seen.ok and seen.operation == "list":
            self._there.update((resource.name, i) for e in seen.entries or () if (i := id_of(resource, e)))
            return
        if seen.refused and seen.route.is_item and seen.operation in ("read", "update", "delete") and id:
            yield from self._missing(seen, key) if read.is_valid or seen.operation != "update" else ()
            return
        if seen.ok and seen.operation == "delete":
            if key in self._gone:
                yield _of(seen, "repeat_delete")
            self._gone.add(key)
            self._there.discard(key)
        elif seen.ok and id is not None:
            self._there.add(key)
            self._gone.discard(key)

    def _missing(self, seen: Seen, key: tuple[str, str]) -> Iterator[Sighting]:
        resource, id = seen.resource, key[1]
        if key in self._gone:
            yield _of(seen, "repeat_delete" if seen.operation == "delete" else "gone")
        elif key in self._there or any(parent.place != "path" for parent in seen.way.parents):
            return
        elif resource.id.type == "integer" and not id.lstrip("-").isdecimal():
            yield _of(seen, "malformed_id")
        elif (resource.id.type != "integer" or 0 < int(id) < 2**31) and not creates_by_put(resource):
            if resource.id.type == "uuid" and len(id) != 36:
                yield _of(seen, "malformed_id")
            elif self._parents_there(seen):
                yield _of(seen, "absent")

    def _parents_there(self, seen: Seen) -> bool:
        """Whether all that the path names above the resource was seen to be there."""
        return all(id is not None and (name, id) in self._there for name, id in seen.route.ids.items())


# ------------------------------------------------------------------- how a list is asked for


def _of_pages(seen: Seen) -> Iterator[Sighting]:
    paging, asked = seen.resource.paging, dict(seen.query)
    number = {"page": paging.page, "offset": paging.offset}.get(paging.style)
    way = seen.way
    usual = {p.name for p in way.parameters} | way.query.keys() | {number, paging.size}
    if paging.style == "none" or not asked.keys() <= usual:
        return
    least = 1 if paging.style == "page" else 0
    bad = [
        case
        for name, case, low in ((number, "bad_page", least), (paging.size, "bad_size", paging.min))
        if name and name in asked and not _is_number(asked[name], low)
    ]
    if len(bad) == 1:
        yield _of(seen, bad[0], number if bad[0] == "bad_page" else paging.size)
    elif not bad and number in asked and int(asked[number]) > _PAST and not seen.entries:
        yield _of(seen, "past_the_end", number)


def _is_number(text: str, least: int) -> bool:
    return text.isascii() and text.isdecimal() and int(text) >= least
