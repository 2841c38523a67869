"""Words for fields: which times move with a change, which never move, and in what form values are kept."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.normal import Form, Unsaid, in_forms
from restproof.contract.shapes import same, types_of
from restproof.frozen import frozen
from restproof.learning.states import Change, Made, Quiet, States, kept_pairs
from restproof.learning.word import ENOUGH, Doubt, Edit, Without, Word, numbers
from restproof.oracle.check import same_instant
from restproof.semantics.checker import is_valid
from restproof.semantics.initial import absent_value

_RESOLUTION = 1.05
"""Seconds after which a time of whole seconds is another one."""
_OF_BIRTH = re.compile(r"(?i)^(created?|made|born|inserted|added|registered|joined)(?![a-z])|(?<=[a-z])Created|^id$")
"""Names of fields that say how something began."""
_OF_THE_MOMENT = ("date", "time", "date-time", "uuid")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_FORMS: tuple[tuple[Form, ...], ...] = (
    *((form,) for form in ("trim", "lowercase", "uppercase", "collapse", "newlines", "nfc", "seconds", "milliseconds")),
    *((form, case) for form in ("trim", "collapse") for case in ("lowercase", "uppercase")),
)
"""Forms in which a field may be kept, the plainest first."""


def field_words(states: States, contract: Contract, said: Mapping[str, Any]) -> Iterator[Word | Doubt]:
    """What traffic shows of the fields of each resource. ``said``: the contract as it is written."""
    for resource in contract:
        made, changes, quiet = states.of_resource(resource.name)
        yield from _moving(resource, [c for c in changes if not c.is_lost], quiet, said)
        for name in resource.shapes.create["properties"]:
            if name in resource.references:
                continue
            yield from _default(resource, name, made)
            if name not in resource.normalized:
                yield from _form(resource, name, list(kept_pairs(made, changes, name)))
        if "answers" in resource.open:
            yield from _as_sent(resource, made, changes)


# ------------------------------------------------------------------- what moves


@frozen
class _Moves:
    """How a field of the server's went through the writes that were seen: exchanges with a change of a value, without
    one, and reads, each by whether it moved. ``back``: whether it moved backwards, or became another kind of thing."""

    with_change: tuple[int, ...]
    not_with_change: tuple[int, ...]
    with_nothing: tuple[int, ...]
    not_with_nothing: tuple[int, ...]
    alone: tuple[int, ...]
    quiet: tuple[int, ...]
    back: bool

    @classmethod
    def of(cls, name: str, changes: Sequence[Change], quiet: Sequence[Quiet]) -> _Moves:
        found: dict[str, list[int]] = {"moved": [], "still": [], "nothing moved": [], "nothing still": []}
        back = False
        for c in changes:
            if name not in c.before or name not in c.after:
                continue
            moved = not same(c.before[name], c.after[name])
            back = back or (moved and not _is_later(c.before[name], c.after[name]))
            if not moved and c.since < _RESOLUTION:
                continue  # a time of whole seconds could not show it
            found[("nothing " if c.nothing else "") + ("moved" if moved else "still")].append(c.n)
        pairs = [(q.n, same(q.before[name], q.after[name])) for q in quiet if name in q.before and name in q.after]
        return cls(
            with_change=tuple(found["moved"]),
            not_with_change=tuple(found["still"]),
            with_nothing=tuple(found["nothing moved"]),
            not_with_nothing=tuple(found["nothing still"]),
            alone=tuple(n for n, still in pairs if not still),
            quiet=tuple(n for n, still in pairs if still),
            back=back,
        )


def _is_later(before: Any, after: Any) -> bool:
    if isinstance(before, bool) or isinstance(after, bool):
        return False
    if isinstance(before, int | float) and isinstance(after, int | float):
        return after > before
    try:
        return datetime.fromisoformat(str(after).upper()) > datetime.fromisoformat(str(before).upper())
    except (ValueError, TypeError):
        return False


def _moving(
    resource: Resource, changes: Sequence[Change], quiet: Sequence[Quiet], said: Mapping[str, Any]
) -> Iterator[Word | Doubt]:
    """The volatile fields that move with each change, and those that never do."""
    touched: dict[str, tuple[str, tuple[int, ...]]] = {}
    still: dict[str, tuple[int, ...]] = {}
    for name in resource.volatile:
        if not resource.properties.get(name, {}).get("readOnly"):
            continue
        moves = _Moves.of(name, changes, quiet)
        if moves.alone or moves.back:
            continue
        if len(moves.with_change) >= ENOUGH and not moves.not_with_change and moves.quiet:
            kind = _kind(moves)
            if _OF_BIRTH.search(name):
                yield Doubt(resource.name, f"touched.{name}", "it moves with changes, and is called as what stays")
            elif kind is None:
                yield Doubt(resource.name, f"touched.{name}", "whether it moves without a change is not plain")
            else:
                touched[name] = kind, moves.with_change + moves.with_nothing + moves.not_with_nothing
        elif len(moves.not_with_change) >= ENOUGH and not moves.with_change and not moves.with_nothing and moves.quiet:
            still |= {} if _may_follow(resource, name, changes) else {name: moves.not_with_change}
    yield from _moving_words(resource, touched, still, said)


def _may_follow(resource: Resource, name: str, changes: Sequence[Change]) -> bool:
    """Whether what stayed through all changes may still be worked out of something that clients set: it is one of a few
    values, no change was seen of some field, or what is inside of one may matter. How something began, it is not."""
    if _OF_BIRTH.search(name) or name == resource.id.field:
        return False
    schema, fields = resource.properties[name], resource.shapes.update["properties"]
    moved = {n for c in changes for n in c.sent if n in c.after and not same(c.before.get(n), c.after[n])}
    nested = any(types_of(f) & {"array", "object"} for f in fields.values())
    return (
        "enum" in schema
        or "boolean" in types_of(schema)
        or nested
        or not fields.keys() - resource.references.keys() <= moved
    )


def _kind(moves: _Moves) -> str | None:
    """Whether a field moves with every update, or with changes alone; ``None`` where that was not seen, or both."""
    if bool(moves.with_nothing) == bool(moves.not_with_nothing):
        return None
    return "always" if moves.with_nothing else "on-change"


def _moving_words(
    resource: Resource,
    touched: Mapping[str, tuple[str, tuple[int, ...]]],
    still: Mapping[str, tuple[int, ...]],
    said: Mapping[str, Any],
) -> Iterator[Word]:
    volatile = ("resources", resource.name, "volatile")
    if touched:
        known = {n: "always" if n in resource.always_touched else "on-change" for n in resource.touched}
        all_ = {**known, **{n: kind for n, (kind, _) in touched.items()}}
        value: Any = list(all_) if set(all_.values()) == {"on-change"} else all_
        how = {"always": "every update", "on-change": "each change"}
        what = ", ".join(f"{n} moved with {how[kind]}" for n, (kind, _) in touched.items())
        seen = numbers(n for _, some in touched.values() for n in some)
        without = (Edit(volatile, Without(tuple(touched))),)
        yield Word(resource.name, ("touched",), value, what, seen, without, list(known) or None)
    if still:
        own = (said["resources"].get(resource.name) or {}).get("immutable")
        before = own if isinstance(own, list) else list(resource.immutable)
        value = [n for n in dict.fromkeys([*before, *still]) if n in resource.properties]
        seen = numbers(n for some in still.values() for n in some)
        what = f"{', '.join(still)} stayed through {len(seen)} changes"
        without = (Edit(volatile, Without(tuple(still))),)
        yield Word(resource.name, ("immutable",), value, what, seen, without, list(before) or None)


# ------------------------------------------------------------------- what is left out


def _default(resource: Resource, name: str, made: Sequence[Made]) -> Iterator[Word]:
    """What a field becomes that creates leave out, where it is the same in all of them and the contract leaves it
    open."""
    schema = resource.shapes.create["properties"][name]
    spoken = {*resource.made_defaults, *resource.derived, *resource.volatile, *resource.touched, *resource.reads_as}
    if name in spoken or name in resource.secret or schema.get("writeOnly"):
        return
    with suppress(KeyError):
        absent_value(resource, name, schema)
        return
    found = [m for m in made if name not in m.sent and name in m.shown]
    values = [m.shown[name] for m in found]
    if len({m.instance for m in found}) < ENOUGH or not all(same(values[0], v) for v in values):
        return
    if isinstance(values[0], str) and (schema.get("format") in _OF_THE_MOMENT or _DATE.match(values[0])):
        return  # the day, say
    if not is_valid(resource.shapes.response["properties"].get(name, {}), values[0]):
        return
    what = f"{name} is {json.dumps(values[0], ensure_ascii=False)} where a create leaves it out, {len(found)} times"
    yield Word(resource.name, ("defaults", name), {"value": values[0]}, what, numbers(m.n for m in found))


def _as_sent(resource: Resource, made: Sequence[Made], changes: Sequence[Change]) -> Iterator[Word]:
    """The fields that are shown as they were sent, where no word says what answers show: what is volatile no more is
    compared."""
    shown: dict[str, tuple[int, ...]] = {}
    for name in (n for n in resource.volatile if n in resource.shapes.create["properties"]):
        pairs = [*kept_pairs(made, changes, name)]
        if len(pairs) >= ENOUGH and all(same(sent, kept) for _, sent, kept in pairs):
            shown[name] = tuple(n for n, _, _ in pairs)
    if shown:
        left = [name for name in resource.volatile if name not in shown]
        what = f"{', '.join(shown)} {'was' if len(shown) == 1 else 'were'} shown as sent"
        yield Word(resource.name, ("volatile",), left, what, numbers(n for found in shown.values() for n in found))


# ------------------------------------------------------------------- in what form values are kept


def _form(resource: Resource, name: str, pairs: Sequence[tuple[int, Any, Any]]) -> Iterator[Word | Doubt]:
    """The form that turns each value that was sent into what read back, which may be written otherwise: a time is the
    same in another zone, or with a fraction of zero."""

    def agree(one: Any, other: Any) -> bool:
        return same(one, other) or (is_time and same_instant(one, other, zones_open="zones" in resource.open))

    is_time = resource.properties.get(name, {}).get("format") == "date-time"
    scalars = [(n, sent, shown) for n, sent, shown in pairs if _is_scalar(sent) and _is_scalar(shown)]
    other = [(n, sent, shown) for n, sent, shown in scalars if not agree(sent, shown)]
    if len({str(sent) for _, sent, _ in other}) < ENOUGH:
        return
    for forms in _FORMS:
        explained = _explained(forms, scalars, agree)
        if explained is not None and len({str(s) for n, s, _ in other if n in explained}) >= ENOUGH:
            value = forms[0] if len(forms) == 1 else list(forms)
            shown = f"{_short(other[0][1])} reads back as {_short(other[0][2])}"
            yield Word(resource.name, ("normalized", name), value, shown, numbers(explained))
            return
    places = _decimals([(sent, shown) for _, sent, shown in scalars])
    if places is not None:
        shown = f"{_short(other[0][1])} reads back as {_short(other[0][2])}"
        yield Word(resource.name, ("normalized", name), {"decimal": places}, shown, numbers(n for n, _, _ in other))
        return
    what = f"{_short(other[0][1])} reads back as {_short(other[0][2])}, and no one form explains all that was seen"
    yield Doubt(resource.name, f"normalized.{name}", what, numbers(n for n, _, _ in other))


def _explained(
    forms: Sequence[Form], pairs: Sequence[tuple[int, Any, Any]], agree: Callable[[Any, Any], bool]
) -> list[int] | None:
    """The exchanges that the forms explain; ``None`` where they contradict one."""
    found = []
    for n, sent, shown in pairs:
        try:
            kept = in_forms(forms, sent)
        except Unsaid:
            continue
        if not agree(kept, shown):
            return None
        found.append(n)
    return found


def _decimals(pairs: Sequence[tuple[Any, Any]]) -> int | None:
    """How many decimals are kept of numbers, where that explains them all: what is cut or rounded is less than one of
    the last place."""
    if any(isinstance(value, str) for pair in pairs for value in pair):
        return None
    numbers_ = [(Decimal(str(sent)), Decimal(str(shown))) for sent, shown in pairs]
    places = max(max(0, -int(shown.normalize().as_tuple().exponent)) for _, shown in numbers_)
    near = all(abs(sent - shown) < Decimal(1).scaleb(-places) for sent, shown in numbers_)
    exact = all(sent == shown for sent, shown in numbers_ if -int(sent.normalize().as_tuple().exponent) <= places)
    return places if near and exact else None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…'"
