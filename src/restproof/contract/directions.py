"""A resource whose requests and responses have schemas of their own: the one schema that speaks of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def both_sides(request: Mapping[str, Any], response: Mapping[str, Any]) -> dict[str, Any]:
    """The schema that names the fields of both: a field of responses alone is ``readOnly``, one of requests alone
    ``writeOnly``, and one of both is as requests have it. What a response requires counts where requests cannot hold
    the field."""
    asked, shown = request.get("properties", {}), response.get("properties", {})
    mine = {n: p if n in shown or p.get("readOnly") else {**p, "writeOnly": True} for n, p in asked.items()}
    theirs = {n: {**p, "readOnly": True} for n, p in shown.items() if n not in asked}
    closed = {"additionalProperties": False} if response.get("additionalProperties") is False else {}
    required = [*request.get("required", ()), *(n for n in response.get("required", ()) if n in theirs)]
    return {
        **{w: v for w, v in response.items() if w in ("$schema", "title", "description")},
        "type": "object",
        "properties": {**theirs, **mine},
        **({"required": required} if required else {}),
        **closed,
    }
