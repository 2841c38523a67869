"""The query parameters and headers that every request of an operation holds, with a value of their schema."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from restproof.contract.model import Operation
from restproof.contract.shapes import type_of, types_of
from restproof.contract.texts import in_query
from restproof.contract.urls import Query
from restproof.plan.candidates import sample
from restproof.semantics.checker import is_valid


def fixed_query(way: Operation, given: Collection[str] = ()) -> Query:
    """The parameters of an operation, but for those that are ``given`` already."""
    return tuple((name, in_query(_plain(schema))) for name, schema in way.query.items() if name not in given)


def guessed(way: Operation) -> list[str]:
    """The parameters of an operation of which any text will do that their schema allows, by name: nothing says which
    texts name something."""
    told = {"enum", "const", "examples", "default", "format", "pattern"}
    return [name for name, schema in way.query.items() if types_of(schema) == {"string"} and not told & schema.keys()]


def _plain(schema: Mapping[str, Any]) -> Any:
    """A value of a parameter. A number that may be any is 1: it mostly says how many, or which page, and what is below
    zero is refused though no word of the contract forbids it."""
    value = sample(schema)
    is_any = not {"enum", "const", "examples", "default"} & schema.keys() and type_of(value) in ("integer", "number")
    return 1 if is_any and value < 0 and is_valid(schema, 1) else value


def fixed_headers(way: Operation, *, with_body: bool = False) -> Query:
    """The headers that each request has, its media types among them. A UUID is a new one in each request, since what
    has to be one names the request."""
    own = ((name, _fresh(schema) or in_query(sample(schema))) for name, schema in way.headers.items())
    return (*way.media.headers(with_body=with_body), *own)


def _fresh(schema: Mapping[str, Any]) -> str | None:
    """A new UUID, where a schema says that a value is one, and not which."""
    is_open = schema.get("format") == "uuid" and not {"const", "enum"} & schema.keys()
    return str(uuid.uuid4()) if is_open else None


def readings(text: str) -> tuple[Any, ...]:
    """What a value of a query can be meant as: the text itself, a number, a truth value."""
    try:
        number: tuple[Any, ...] = (int(text),) if text.removeprefix("-").isdecimal() else (float(text),)
    except ValueError:
        number = ()
    return (text, *number, *({"true": (True,), "false": (False,)}.get(text, ())))
