"""What the name of a member tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

IDS = ("id", "_id", "uuid")
"""Names of members that identify what they stand in."""


def snake(word: str) -> str:
    """``teamId`` → ``team_id``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


def is_soft_reference(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a member is named as one that holds the id of something else, or holds several UUIDs, and may hold any
    value of the kind."""
    if {"enum", "const", "readOnly"} & schema.keys():
        return False
    items = schema.get("items")
    if isinstance(items, Mapping) and items.get("format") == "uuid" and not {"enum", "const"} & items.keys():
        return True
    if not re.search(r".(_id|_ids|_uuid|_guid)$", snake(name)):
        return False
    return not re.match(r"(external|client|correlation|foreign|remote|legacy|custom|request|reference)_", snake(name))
