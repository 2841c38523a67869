"""Values that servers like to keep in another form than they were sent in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.plan.bodies import Bodies
from restproof.semantics.checker import is_valid

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
