"""A resource whose requests and responses have schemas of their own: the one schema that speaks of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

REQUESTS = ("request", "create", "update", "replace")
"""What may have a schema of its own among what is sent, the one that speaks first of a field first."""


def all_sides(directions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The schema that names the fields of all: one of responses alone is ``readOnly``, one of requests alone
    ``writeOnly``, and one of both is as requests have it. What a response requires counts where requests cannot hold
    the field."""
    requests, response = [directions[side] for side in REQUESTS if side in directions], directions["response"]
    asked, shown = _asked(requests), response.get("properties", {})
    mine = {n: p if n in shown or p.get("readOnly") else {**p, "writeOnly": True} for n, p in asked.items()}
    theirs = {n: {**p, "readOnly": True} for n, p in shown.items() if n not in asked}
    closed = {"additionalProperties": False} if response.get("additionalProperties") is False else {}
    first = directions.get("create", requests[0])
    required = [*first.get("required", ()), *(n for n in response.get("required", ()) if n in theirs)]
    return {
        **{w: v for w, v in response.items() if w in ("$schema", "title", "description")},
        "type": "object",
        "properties": {**theirs, **mine},
        **({"required": required} if required else {}),
        **closed,
    }


def _asked(requests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The fields of all requests: one that any of them may hold as that has it."""
    found: dict[str, Any] = {}
    for schema in requests:
        for name, said in schema.get("properties", {}).items():
            if name not in found or (found[name].get("readOnly") and not said.get("readOnly")):
                found[name] = said
    return found
