"""What a PUT makes under the id of something else: a member of a team under that of the user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress

from restproof.contract.openapi.identity import id_type, parameter_schema
from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Found, Paths
from restproof.contract.openapi.schemas import Schema, Schemas
from restproof.contract.words import is_soft_reference, referred, snake
from restproof.errors import ContractError

_COUNTS = re.compile(
    r"(.*_)?(count|day|hour|idx|index|level|line|minute|month|no|nr|num|number|order|page|pos|position|quarter|rank|"
    r"revision|row|sequence|slot|step|version|week|year)"
)
"""Parameters, in snake case, whose numbers are counted, or say when: they name nobody."""
_OF_ANYTHING = ("id", "key", "code", "pk", "item", "entry", "record")
"""What any parameter may be called."""


def leave_unknown_members(paths: Paths, schemas: Schemas) -> None:
    """Leave out each PUT that may make what stands for something which no request makes: whichever id it went to would
    be somebody's."""
    by_name = {found.name: found for found in paths.found.values()}
    for found in paths.found.values():
        given: Schema = {}
        with suppress(ContractError):  # it is told where the parameter is read
            given = parameter_schema(schemas, found)
        whose = stands_for(found, by_name, given)
        if whose and not (whose in by_name and "create" in by_name[whose].calls):
            put = found.calls["replace"]
            found.leave("replace")
            why = f"its path names what is called {whose}, and no request makes one"
            paths.left_out.append((f"{put.method} {put.route[1]}: {why}", put.route))


def stands_for(found: Found, by_name: Mapping[str, Found], given: Schema) -> str:
    """What the id of an item is called after, where that is something else and only a PUT may make the item; empty
    where it is not. ``given``: the schema of the path's parameter. A number may be somebody's whatever it is called,
    if it does not count."""
    parameter = str(found.parameter)
    posts = "create" in found.calls or "POST" in found.other.get("collection", ())
    word, of = snake(parameter), referred(parameter)[0]
    is_number = not of and id_type(given) == "integer" and word not in _OF_ANYTHING
    of = word if is_number and not _COUNTS.fullmatch(word) else of
    if not of or posts or "replace" not in found.calls or _is_own(found, of):
        return ""
    return of if is_number or of in by_name or is_soft_reference(parameter, {"type": "string"}) else ""


def _is_own(found: Found, of: str) -> bool:
    """Whether an id is called after its own resource, with or without what that is a part of (``order_line_id``)."""
    last = plain_word(found.collection.rstrip("/").rpartition("/")[2])
    pairs = ((own, of) for own in (found.name, last, singular(last)))
    return any(f"_{a}".endswith(f"_{b}") or f"_{b}".endswith(f"_{a}") for a, b in pairs)
