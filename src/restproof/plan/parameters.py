"""The query parameters that every request of an operation holds, with a value of their schema."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from restproof.contract.model import Operation
from restproof.plan.candidates import sample

Query = tuple[tuple[str, str], ...]


def fixed_query(way: Operation, given: Collection[str] = ()) -> Query:
    """The parameters of an operation, but for those that are ``given`` already."""
    return tuple((name, spelled(sample(schema))) for name, schema in way.query.items() if name not in given)


def readings(text: str) -> tuple[Any, ...]:
    """What a value of a query can be meant as: the text itself, a number, a truth value."""
    try:
        number: tuple[Any, ...] = (int(text),) if text.removeprefix("-").isdecimal() else (float(text),)
    except ValueError:
        number = ()
    return (text, *number, *({"true": (True,), "false": (False,)}.get(text, ())))


def spelled(value: Any) -> str:
    """A JSON scalar as a query holds it."""
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
