"""Numbers in requests that name somebody, or something that the document does not have: which one is sent decides whose
it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from restproof.contract.openapi.keywords import SOMEBODY, WHO
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.named import Yaml, id_field
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.schemas import Schema
from restproof.contract.openapi.shown_ids import Ways
from restproof.contract.shapes import types_of
from restproof.contract.validator import Validator
from restproof.contract.words import is_soft_reference, snake

_VALUES = {"enum", "const", "readOnly"}
"""Words of a schema that say all values that there are, or that none is sent."""
_DONE = "(assigned|created|approved|reported|requested|owned|reviewed|managed|sent)"
_SOMEBODY = re.compile(rf"(.*_)?({WHO}|{_DONE}_(to|by))")
"""Members, in snake case and in the singular, that are called as somebody."""
_COUNTED = frozenset({"count", "number", "num", "per", "max", "min", "limit", "total", "of"})
"""Words of members, in snake case, that say how many there are."""
_UNHEARD_OF = (1904717293, 1904717311, 1904717329)
"""Numbers within 32 bits that a server hardly gives to anybody: it would have given out two billion."""


def leave_to_nobody(resource: Yaml, body: Members, astray: Collection[str], ways: Ways) -> set[str]:
    """Say of each number that a body needs, and that names somebody or anything else which has an id, that only those
    of the document (examples, a default) are sent, or else such as hardly name anything, where there is room for one.
    Returns the others that name somebody, which are not to be sent. ``astray``: those that are known not to be;
    ``ways``: what members are said to hold."""
    named = {n: needed for n, needed in _named_by_number(resource, body, ways).items() if n not in astray}
    values = dict(_of_nobody(body, (n for n, needed in named.items() if needed)))
    if values:
        resource["values"] = {**resource.get("values", {}), **values}
    return {n for n in named if not {n, f"{n}[]"} & values.keys()}


def _named_by_number(resource: Yaml, body: Members, ways: Ways) -> dict[str, bool]:
    """The members of requests that hold such a number, and no word says which there are; each with whether a body needs
    it."""
    taken, needed = {*resource.get("references", ()), id_field(resource)}, {*body.schema.get("required", ())}
    found = {}
    for name, schema in body.properties.items():
        many = isinstance(schema.get("items"), dict)
        held = schema["items"] if many else schema
        if name in taken or types_of(held) - {"null"} != {"integer"} or _VALUES & {*schema, *held}:
            continue
        called = singular(snake(name)) if many else snake(name)
        is_who = bool(_SOMEBODY.fullmatch(called)) and _COUNTED.isdisjoint(called.split("_"))
        is_who = is_who or SOMEBODY in ways(name, body.properties)
        if is_who or (name in needed and is_soft_reference(name, schema)):
            found[name] = name in needed
    return found


def _of_nobody(body: Members, names: Iterable[str]) -> Iterator[tuple[str, list[int]]]:
    """Each of the members, or the entries of one, with numbers that name nobody, where it has room for such."""
    for name in names:
        schema = body.properties[name]
        many = isinstance(schema.get("items"), dict)
        held = schema["items"] if many else schema
        validator, said = Validator(held), dict.fromkeys(n for s in (schema, held) for n in _said(s))
        if fit := [n for n in said if validator.is_valid(n)] or [n for n in _UNHEARD_OF if validator.is_valid(n)]:
            yield f"{name}[]" if many else name, fit


def _said(schema: Schema) -> Iterator[int]:
    """The numbers of which a document says that they are some, alone or in arrays."""
    for value in (*schema.get("examples", ()), schema.get("default")):
        yield from (n for n in (value if isinstance(value, list) else [value]) if type(n) is int)
