"""What a list is sorted by: moments by their instant, decimals that are written as text by their number, other texts by
the collation of the contract, all else as it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import combinations, pairwise
from operator import lt
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Resource, Schema
from restproof.contract.normal import NORMAL
from restproof.contract.rules import instant
from restproof.contract.shapes import types_of
from restproof.contract.syntax import SortKey
from restproof.frozen import frozen
from restproof.semantics.checker import is_valid
from restproof.semantics.collation import NO_CASE, is_before
from restproof.semantics.normal import is_sure


def sort_keys(schema: Schema, values: Iterable[Any]) -> list[Any]:
    """What stands for each of the values of a field in the order of a list; the values themselves where one of them
    is not what the field holds by its schema."""
    found = list(values)
    try:
        return [_key(schema, value) for value in found]
    except ValueError:
        return found


_AS_TEXT = frozenset({"email", "idn-email", "hostname", "uri", "uri-reference"})
"""Formats whose texts a server compares as texts, as far as one knows: an address or a span of time it may not."""
_FAR = 300
"""With how many entries before it an entry is compared where not every two have a sure order."""


@frozen
class Order:
    """The order that a query asks of a list. A row holds an entry's values of the keys, the first key's first.
    Null, and values of several types, have no place in it."""

    resource: Resource
    keys: tuple[SortKey, ...]

    def holds(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether the rows stand in order: no two of them stand the other way round for sure."""
        found, ways = self._compared(rows)
        if all(self._is_total(key) for key in self.keys):
            return not any(_stands_before(ways, after, before) for before, after in pairwise(found))
        return not any(
            _stands_before(ways, after, before)
            for at, after in enumerate(found)
            for before in found[max(0, at - _FAR) : at]
        )

    def tells(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether two of the rows have a sure order."""
        found, ways = self._compared(rows[:_FAR])
        return any(_stands_before(ways, a, b) or _stands_before(ways, b, a) for a, b in combinations(found, 2))

    def _compared(self, rows: Sequence[Sequence[Any]]) -> tuple[list[tuple[Any, ...]], list[_Before]]:
        """What stands for the rows, and which of two values of each key stands first."""
        held = [row for row in rows if None not in row]
        columns = [sort_keys(self._schema(k), (row[n] for row in held)) for n, k in enumerate(self.keys)]
        return [*zip(*columns, strict=True)], [self._way(key) for key in self.keys]

    def _schema(self, key: SortKey) -> Schema:
        return self.resource.properties.get(key.field, {})

    def _is_total(self, key: SortKey) -> bool:
        """Whether of every two different values one stands first for sure."""
        collation = self.resource.query.collation
        return "string" not in types_of(self._schema(key)) or collation not in (None, NO_CASE)

    def _way(self, key: SortKey) -> _Before:
        of_texts = _order_of_texts(self.resource.query.collation, self._schema(key))

        def before(one: Any, other: Any) -> bool:
            if _kind(one) is not _kind(other):
                return False
            return of_texts(one, other) if isinstance(one, str) else bool(one < other)

        return (lambda one, other: before(other, one)) if key.descending else before


_Before = Callable[[Any, Any], bool]


def _stands_before(ways: Iterable[_Before], one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether a row stands before another for sure: by the first key in which they differ."""
    differing = (way(a, b) for way, a, b in zip(ways, one, other, strict=True) if a != b)
    return next(differing, False)


def _order_of_texts(collation: str | None, schema: Schema) -> _Before:
    """Which of two texts of a field stands before the other for sure. Databases sort what a schema lists as it lists
    it, or as texts, and some kinds of texts by what they mean."""
    formats = {part["format"] for part in _alternatives(schema) if "format" in part}
    if formats == {"date"}:
        return lt
    if collation is None and not formats <= _AS_TEXT:
        return lambda one, other: False
    enumerated = [value for part in _alternatives(schema) for value in part.get("enum", ())]
    if collation is None and enumerated:
        return lambda one, other: _first_in(enumerated, one, other) and is_before(one, other, None)
    return lambda one, other: is_before(one, other, collation)


def _kind(value: Any) -> type:
    """Values of one kind have an order."""
    return float if type(value) is int else type(value)


def _first_in(values: Sequence[Any], one: Any, other: Any) -> bool:
    return one in values and other in values and values.index(one) < values.index(other)


_TURNED = ("2024-05-17T12:30:00+02:00", "2024-05-17T11:30:00Z")
"""The earlier of two moments, and the later, which is the lesser text."""
_TURNED_DAYS = ("2023-12-31", "2024-05-17")
"""The earlier of two dates, and the later, which is the lesser one by its month and by its day."""


def moments_apart_as_text(resource: Resource, *schemas: Schema) -> list[str]:
    """Two moments in two zones, the earlier first, that stand the other way round where they are compared as texts;
    none where one of the fields holds no moments, or not both, or where the contract leaves zones open."""
    if "zones" in resource.open or not all(map(_are_moments, schemas)):
        return []
    return [*_TURNED] if all(is_valid(s, v) and is_sure(s, v) for s in schemas for v in _TURNED) else []


def apart_as_text(resource: Resource, schema: Schema) -> list[Any]:
    """Two numbers, dates or moments that stand the other way round where they are compared as texts (of a date, as one
    that begins with the day); none where the field holds none of these, or no such two."""
    if moments := moments_apart_as_text(resource, schema):
        return moments
    if all(is_valid(schema, day) and is_sure(schema, day) for day in _TURNED_DAYS) and _are_days(schema):
        return [*_TURNED_DAYS]
    texts = ["d", *(f".{places}f" for places in _decimals_of(schema))] if _are_decimals(schema) else []
    for pair in ((9, 10), (2, 12), (99, 100)):
        written: list[list[Any]] = [[*pair], *([format(number, form) for number in pair] for form in texts)]
        for values in written:
            if all(is_valid(schema, v) and is_sure(schema, v) for v in values):
                return values
    return []


def _are_moments(schema: Schema) -> bool:
    """Whether a text of the field is a moment."""
    return any(part.get("format") == "date-time" for part in _alternatives(schema))


def _are_days(schema: Schema) -> bool:
    """Whether a text of the field is a date."""
    return any(part.get("format") == "date" for part in _alternatives(schema))


def _are_decimals(schema: Schema) -> bool:
    """Whether a text of the field is a number."""
    return any(True for _ in _decimals_of(schema))


def _decimals_of(schema: Schema) -> Iterator[int]:
    """How many decimals the texts of the field have that are numbers."""
    forms = (form for part in _alternatives(schema) for form in part.get(NORMAL, ()))
    yield from (form["decimal"] for form in forms if isinstance(form, Mapping) and "decimal" in form)


def _key(schema: Schema, value: Any) -> Any:
    """Raises ``ValueError`` for a text that is no moment, or no number, where it should be one."""
    if not isinstance(value, str):
        return value
    if _are_moments(schema):
        if not FORMATS["date-time"].check(value):
            raise ValueError(value)
        return instant(value)
    return number_of(value) if _are_decimals(schema) else value


def number_of(text: str) -> Decimal:
    """The number that a text writes. Raises ``ValueError`` where it writes none, or ``NaN``, which has a place in no
    order, or ``Infinity``, which is no number."""
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not found.is_finite():
        raise ValueError(text)
    return found


def _alternatives(schema: Schema) -> Iterator[Schema]:
    yield schema
    for word in ("anyOf", "oneOf"):
        for part in schema.get(word, ()):
            yield from _alternatives(part)
