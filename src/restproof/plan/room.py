"""How much room a parent gives to what lives below it, where it says so itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.shapes import type_of, types_of
from restproof.contract.words import snake
from restproof.plan.candidates import accepted
from restproof.semantics.checker import is_valid

_ROOM = (10_000, 1_000, 100)
_ELSE = (
    "spend|credit|cost|price|budget|amount|money|daily|hourly|weekly|monthly|yearly|rate|retr|ages?(?:_|$)|second|minute|hour|day"
    "|week|byte|memory|cpu|core|node|instance|replica|server|address|length|size|width|height|weight|speed"
)
"""What a large number of may cost something, or is no number of what stands below: money, machines, times, measures."""
_LIMIT = re.compile(
    rf"(?!(?:.*_)?(?:{_ELSE}))(?:(?:.*_)?(?:capacity|quota|limit|maximum|max)|max(?:imum)?_(?:.*_)?[a-z]+s)"
)
"""Names of numbers that may say how much there may be of something: ``capacity``, ``seat_limit``, ``max_items``."""


def numbers_of(schema: Mapping[str, Any]) -> list[Any]:
    """The numbers among the values that a field is tried with."""
    return [c.value for c in accepted(schema) if type_of(c.value) in ("integer", "number")]


def room_for_many(schema: Mapping[str, Any]) -> Any:
    """The largest ordinary number that a field allows which says how much there may be below; ``None`` where it allows
    none."""
    listed = [v for v in numbers_of(schema) if 0 < v <= _ROOM[0]]
    return max((v for v in (*_ROOM, *listed) if is_valid(schema, v)), default=None)


def limits(contract: Contract, resource: Resource, fields: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Those of the ``fields`` that may say how much there may be below the resource, or may name it, by what they are
    called alone: where it is open which rules there are."""
    if "rules" not in resource.open:
        return frozenset()
    named = {ref.to for other in contract for ref in other.references.values()}
    if resource.name not in named | {parent.resource for other in contract for parent in other.parents}:
        return frozenset()
    whole = (n for n, s in fields.items() if types_of(s) - {"null"} == {"integer"})
    return frozenset(n for n in whole if n not in resource.references and _LIMIT.fullmatch(snake(n)))
