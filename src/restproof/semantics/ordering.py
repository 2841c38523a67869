"""What a list is sorted by: moments by their instant, decimals that are written as text by their number, all else as it
stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Resource, Schema
from restproof.contract.normal import NORMAL
from restproof.contract.rules import instant
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import is_sure


def sort_keys(schema: Schema, values: Iterable[Any]) -> list[Any]:
    """What stands for each of the values of a field in the order of a list; the values themselves where one of them
    is not what the field holds by its schema."""
    found = list(values)
    try:
        return [_key(schema, value) for value in found]
    except ValueError:
        return found


_TURNED = ("2024-05-17T12:30:00+02:00", "2024-05-17T11:30:00Z")
"""The earlier of two moments, and the later, which is the lesser text."""


def moments_apart_as_text(resource: Resource, *schemas: Schema) -> list[str]:
    """Two moments in two zones, the earlier first, that stand the other way round where they are compared as texts;
    none where one of the fields holds no moments, or not both, or where the contract leaves zones open."""
    if "zones" in resource.open or not all(map(_are_moments, schemas)):
        return []
    return [*_TURNED] if all(is_valid(s, v) and is_sure(s, v) for s in schemas for v in _TURNED) else []


def apart_as_text(resource: Resource, schema: Schema) -> list[Any]:
    """Two numbers or moments that stand the other way round where they are compared as texts; none where the field
    holds neither, or no such two."""
    if moments := moments_apart_as_text(resource, schema):
        return moments
    written: tuple[type, ...] = (int, str) if _are_decimals(schema) else (int,)
    for pair in ((9, 10), (2, 12), (99, 100)):
        for values in ([kind(number) for number in pair] for kind in written):
            if all(is_valid(schema, v) and is_sure(schema, v) for v in values):
                return values
    return []


def _are_moments(schema: Schema) -> bool:
    """Whether a text of the field is a moment."""
    return any(part.get("format") == "date-time" for part in _alternatives(schema))


def _are_decimals(schema: Schema) -> bool:
    """Whether a text of the field is a number."""
    forms = (form for part in _alternatives(schema) for form in part.get(NORMAL, ()))
    return any(isinstance(form, Mapping) and "decimal" in form for form in forms)


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
