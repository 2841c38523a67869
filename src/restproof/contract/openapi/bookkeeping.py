"""What servers keep of their own beside what clients send: who changed it and when, which version it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.paths import Call
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of
from restproof.contract.words import referred, snake

_WHEN = r"(at|on|by|date|time|date_?time|time_?stamp|ts|utc|user|user_id|by_id)"
_DONE = r"(creat|updat|modifi|chang|insert|delet|archiv)(e|ed|ion|ification)"
_KEPT = re.compile(
    rf"(last_)?{_DONE}(_{_WHEN})+|(date|time|user)_{_DONE}|last_{_DONE}|created|updated|modified|"
    r"(row_?|lock_?|opt_?lock_?|object_?|record_?)?version|rev|revision|_?e_?tag|_?links|href|self"
)
"""Names of what a server keeps, in snake case."""


def keep_apart(told: Shaped, member: str, calls: Iterable[Call]) -> list[str]:
    """Take what servers keep, or take from elsewhere, out of the requests, with a note of each. ``member``: the id.

    Of a document that has one schema for both directions, what is named as the server's own is not said to be a
    client's, nor an array of which it is not said what it holds, as mappers of objects write of what belongs to a
    record. It plainly is one where the body of a create may hold the id, and no word says who sets that. What a path
    names by an id is not named anew in a body that may leave it out."""
    creating = told.writable("create")
    needed = {n for sent in told.sent.values() for n in sent.get("required", ())}
    named = {snake(n) for call in calls for n in call.named("path") if referred(n)[0]}
    found = [n for n in creating if n not in needed and n != member and snake(n) in named]
    if (
        member in creating
        and not creating[member].get("readOnly")
        and member not in told.sent["create"].get("required", ())
    ):
        shown = [n for n in creating if n not in needed and n in told.readable]
        found += [n for n in shown if _KEPT.fullmatch(snake(n)) or _holds_anything(creating[n])]
    for sent in told.sent.values():
        said = {n: {**s, "readOnly": True} if n in found else s for n, s in sent.get("properties", {}).items()}
        if "properties" in sent:
            sent["properties"] = said
    return [f"{n}, of which it is not said whether a client sets it" for n in found]


def _holds_anything(schema: Schema) -> bool:
    """Whether a schema is that of an array of which it is not said what it holds."""
    return types_of(schema) - {"null"} == {"array"} and not {"items", "prefixItems", "enum", "const"} & schema.keys()
