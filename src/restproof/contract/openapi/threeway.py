"""A changed document into an edited contract: what was imported, what stands there now, and what an import makes today,
merged member by member. What a person has edited stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from restproof.contract.document import Route
from restproof.frozen import frozen

MISSING: Final = object()
"""In place of a value: there is none."""


@frozen
class Change:
    """What becomes of one place. ``taken``: the document has changed there, and so does the contract, from ``mine`` to
    ``value``. ``kept``: both have changed; ``mine`` stays, and ``value`` is what the document says."""

    kind: Literal["taken", "kept"]
    route: Route
    mine: Any
    value: Any


def merged(base: Any, mine: Any, theirs: Any, route: Route = ()) -> Iterator[Change]:
    """The changes that bring ``theirs`` into ``mine``, given ``base``, of which both came (``MISSING``: it is not
    known, and all that is there counts as edited). Plain JSON values."""
    if same(mine, theirs) or same(base, theirs):
        return
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        known = base if isinstance(base, Mapping) else {}
        for name in dict.fromkeys([*mine, *theirs]):
            inner = (known.get(name, MISSING), mine.get(name, MISSING), theirs.get(name, MISSING))
            yield from merged(inner[0], inner[1], inner[2], (*route, name))
    elif same(base, mine):
        yield Change("taken", route, mine, theirs)
    elif (together := _lists(base, mine, theirs)) is not None:
        if together != mine:
            yield Change("taken", route, mine, together)
    elif theirs is not MISSING or base is not MISSING:
        yield Change("kept", route, mine, theirs)


def same(one: Any, two: Any) -> bool:
    """Whether two values are equal as JSON has it: truth values are no numbers."""
    if one is MISSING or two is MISSING:
        return one is two
    if isinstance(one, bool) != isinstance(two, bool):
        return False
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        return one.keys() == two.keys() and all(same(value, two[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(same, one, two))
    return bool(one == two)


def _lists(base: Any, mine: Any, theirs: Any) -> list[Any] | None:
    """Lists of names with what either side has added, without what either has taken out; ``None`` for anything else."""
    if not all(isinstance(v, list) and all(isinstance(e, str) for e in v) for v in (base, mine, theirs)):
        return None
    left = [entry for entry in mine if entry in theirs or entry not in base]
    return [*left, *(entry for entry in theirs if entry not in base and entry not in left)]


def applied(value: Any, changes: list[Change]) -> Any:
    """``value`` with what was taken."""
    for change in changes:
        if change.kind == "taken":
            value = _put(value, change.route, change.value)
    return value


def _put(holder: Any, route: Route, value: Any) -> Any:
    if not route:
        return value
    name, rest = route[0], route[1:]
    inner = _put(holder.get(name, {}), rest, value)
    if inner is MISSING:
        return {n: v for n, v in holder.items() if n != name}
    return {**holder, name: inner}
