"""What the name of a member tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from restproof.contract.shapes import types_of

IDS = ("id", "_id", "uuid")
"""Names of members that identify what they stand in."""

_NO_IDS = ("date", "time", "date-time", "duration", "binary", "byte", "email")
"""Formats of values that are no ids, whatever they are called: ``idExpiry``, ``idPhoto``."""


@lru_cache(maxsize=10_000)
def snake(word: str) -> str:
    """``teamId`` → ``team_id``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower()


@lru_cache(maxsize=10_000)
def referred(name: str) -> tuple[str, str]:
    """What the id is of that a member is called after, and the word for it: ``team`` and ``id`` of ``team_id``,
    ``teamId`` and ``idTeam``, ``tag`` and ``ids`` of ``tagIds``, ``team`` and ``pk`` of ``team_pk``; empty where its
    name is that of no id."""
    found = re.fullmatch(r"(?P<of>.+)_(?P<id>id|ids|uuid|guid|pk)|(?P<what>id|ids)_(?P<then>.+)", snake(name))
    if found is None:
        return "", ""
    return found["of"] or found["then"], found["id"] or found["what"]


def is_soft_reference(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a member is named as one that holds the id of something else, or holds several UUIDs, and may hold any
    value of the kind."""
    if {"enum", "const", "readOnly"} & schema.keys():
        return False
    items = schema.get("items")
    if isinstance(items, Mapping) and items.get("format") == "uuid" and not {"enum", "const"} & items.keys():
        return True
    if not referred(name)[0] or _is_plainly_no_id(name, schema):
        return False
    return not re.match(r"(external|client|correlation|foreign|remote|legacy|custom|request|reference)_", snake(name))


def _is_plainly_no_id(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether the values of a member that is called as an id show that it is none. Its name cannot: ``idNumber`` may be
    the id of a number, or the number of a passport."""
    kinds = types_of(schema) - {"null"}
    is_record = kinds == {"object"} and snake(name).startswith("id_")  # idCard; user_id may be {"$oid": …}
    return kinds == {"boolean"} or is_record or schema.get("format") in _NO_IDS
