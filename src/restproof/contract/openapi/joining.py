"""What a PUT makes under the id of something else: a member of a team under that of the user."""

from __future__ import annotations

from collections.abc import Mapping

from restproof.contract.openapi.naming import plain_word, singular
from restproof.contract.openapi.paths import Found, Paths
from restproof.contract.words import is_soft_reference, referred


def leave_unknown_members(paths: Paths) -> None:
    """Leave out each PUT that may make what stands for something which no request makes: whichever id it went to would
    be somebody's."""
    by_name = {found.name: found for found in paths.found.values()}
    for found in paths.found.values():
        whose = stands_for(found, by_name)
        if whose and not (whose in by_name and "create" in by_name[whose].calls):
            put = found.calls["replace"]
            found.leave("replace")
            why = f"its path names what is called {whose}, and no request makes one"
            paths.left_out.append((f"{put.method} {put.route[1]}: {why}", put.route))


def stands_for(found: Found, by_name: Mapping[str, Found]) -> str:
    """What the id of an item is called after, where that is something else and only a PUT may make the item; empty
    where it is not."""
    parameter = str(found.parameter)
    posts = "create" in found.calls or "POST" in found.other.get("collection", ())
    of = referred(parameter)[0]
    if not of or posts or "replace" not in found.calls or _is_own(found, of):
        return ""
    return of if of in by_name or is_soft_reference(parameter, {"type": "string"}) else ""


def _is_own(found: Found, of: str) -> bool:
    """Whether an id is called after its own resource, with or without what that is a part of (``order_line_id``)."""
    last = plain_word(found.collection.rstrip("/").rpartition("/")[2])
    pairs = ((own, of) for own in (found.name, last, singular(last)))
    return any(f"_{a}".endswith(f"_{b}") or f"_{b}".endswith(f"_{a}") for a, b in pairs)
