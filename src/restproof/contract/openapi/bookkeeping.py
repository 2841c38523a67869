"""What servers keep of their own beside what clients send: who changed it and when, which version it is."""

from __future__ import annotations

import re

from restproof.contract.openapi.bodies import Shaped
from restproof.contract.words import snake

_WHEN = r"(at|on|by|date|time|date_?time|time_?stamp|ts|utc|user|user_id|by_id)"
_DONE = r"(creat|updat|modifi|chang|insert|delet|archiv)(e|ed|ion|ification)"
_KEPT = re.compile(
    rf"(last_)?{_DONE}(_{_WHEN})+|(date|time)_{_DONE}|last_{_DONE}|created|updated|modified|"
    r"(row_?|lock_?|opt_?lock_?|object_?|record_?)?version|rev|revision|_?e_?tag|_?links|href|self"
)
"""Names of what a server keeps, in snake case."""


def keep_apart(told: Shaped, member: str) -> list[str]:
    """Take what servers keep out of the requests of a document that has one schema for both directions; its names.

    It plainly has where the body of a create may hold the id, and no word says who sets that: of what is named as the
    server's own it is then not said either. ``member``: the id.
    """
    creating = told.writable("create")
    if member not in creating or creating[member].get("readOnly") or member in told.sent["create"].get("required", ()):
        return []
    needed = {n for sent in told.sent.values() for n in sent.get("required", ())}
    found = [n for n in creating if n not in needed and n in told.readable and _KEPT.fullmatch(snake(n))]
    for sent in told.sent.values():
        said = {n: {**s, "readOnly": True} if n in found else s for n, s in sent.get("properties", {}).items()}
        if "properties" in sent:
            sent["properties"] = said
    return found
