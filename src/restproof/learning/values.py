"""Values that servers like to keep in another form than they were sent in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.contract.values import VALUES
from restproof.plan.bodies import Bodies
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import ROOMY, capacity, nth

_TEXTS: tuple[Callable[[str], str], ...] = (
    lambda token: f"{token} MiXed CaSe",
    lambda token: f"  {token} between  blanks ",
    lambda token: f"{token} two  BLANKS",
    lambda token: f"\t{token} Cafe\u0301\r\nbelow ",
)
_ADDRESSES: tuple[Callable[[str], str], ...] = (
    lambda token: f"{token}.MiXed@example.com",
    lambda token: f"{token.upper()}.Again@Example.COM",
)
_TIMES = ("2026-03-04T05:06:07.123456Z", "2025-01-02T03:04:05.987654Z", "2024-11-12T13:14:15.500Z")
_MOMENTS = ("date", "time", "date-time", "duration")
_NUMBERS = (1.23456, 12.5, 3.14159, 2.71828)


def other_forms(bodies: Bodies, token: str) -> Iterator[dict[str, Any]]:
    """Updates of all fields that may hold such values, one value of each at a time; each text holds ``token``."""
    columns = {
        name: [v for v in _of(schema, token, at) if is_valid(schema, v)]
        for at, (name, schema) in enumerate(bodies.changeable.items())
        if name not in bodies.resource.references and name not in bodies.ruled
    }
    for at in range(max(map(len, columns.values()), default=0)):
        yield {name: column[at] for name, column in columns.items() if at < len(column)}


def _of(schema: Mapping[str, Any], token: str, at: int) -> list[Any]:
    """Values for one field, other ones for each: what must be unique may be so over fields, too."""
    if "enum" in schema or "const" in schema:
        return []
    kinds, form = types_of(schema), schema.get("format")
    if "string" in kinds:
        if form == "email":
            return [make(f"{token}{at}") for make in _ADDRESSES]
        if form == "date-time":
            return list(_TIMES)
        return [make(f"{token}{at}") for make in _TEXTS] if form is None and "pattern" not in schema else []
    return [n + at for n in _NUMBERS] if "number" in kinds else []


def apart(bodies: Bodies, number: int) -> dict[str, Any]:
    """All fields of a create, with value ``number`` of those texts that hold neither a token nor an id, and of which
    there are enough to tell resources apart: a chip, a phone number, a code."""
    shapes = bodies.resource.shapes.create["properties"]
    fixed = {*bodies.resource.references, *bodies.ruled}

    def other(name: str, value: Any) -> Any:
        schema = shapes.get(name, {})
        is_plain = isinstance(value, str) and "{" not in value and name not in fixed
        if not is_plain or {"enum", "const", "examples", VALUES} & schema.keys() or schema.get("format") in _MOMENTS:
            return value
        return nth(schema, number) if capacity(schema) >= ROOMY else value

    return {name: other(name, value) for name, value in bodies.full().items()}
