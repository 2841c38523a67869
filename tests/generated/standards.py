"""What of a drawn contract stands elsewhere: what services share, the functions of a format, an id that all say alike, a
convention."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

SHARED = ("auth", "statuses", "paging", "query", "policies", "order", "rate_limit", "media", "errors")
"""Words that the services of a house may share."""
CODES = '''"""Numbers whose last digit follows from the others."""


def is_code(text: str) -> bool:
    return len(text) == 9 and text.isascii() and text.isdecimal() and text == code(int(text[:8]))


def code(number: int) -> str:
    digits = f"{number % 10**8:08}"
    return digits + str(sum(map(int, digits)) % 10)
'''
OWN_FORMATS: dict[str, Any] = {
    "shelfmark": {"pattern": "^[A-Z]{2}-[0-9]{3}$"},
    "isbn": {"examples": ["9783161484100", "9780306406157"]},
    "code": {"check": "codes.py:is_code", "make": "codes.py:code"},
}


def divided(contract: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A contract and the standard that it extends, empty where it extends none. What was drawn decides, so that nothing
    else is drawn otherwise for it."""
    number = zlib.crc32(json.dumps(contract).encode())
    if number % 5:
        return contract, {}
    shared = {word: contract[word] for at, word in enumerate(SHARED) if word in contract and number >> at & 1}
    own = {word: said for word, said in contract.items() if word not in shared}
    if len(statuses := [*shared.get("statuses", {}).items()]) > 1:
        shared["statuses"], own["statuses"] = dict(statuses[::2]), dict(statuses[1::2])
    return {**own, "extends": "standard.yaml"}, {**shared, "deviations": "known.yaml"}


def lifted(contract: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """What all resources say alike of their ids may as well be said for all, of which type they are among it."""
    shown = {name: said for name, said in contract["resources"].items() if said.get("operations")}
    ids = [said.get("id", {}) for said in shown.values()]
    if not ids or "none" in ids or zlib.crc32(json.dumps(contract).encode()) % 2:
        return contract
    words = ("link", "type") if len(shown) < len(contract["resources"]) else ("field", "link", "pattern", "type")
    of_all = {word: ids[0][word] for word in words if word in ids[0] and all(i.get(word) == ids[0][word] for i in ids)}
    kinds = {json.dumps(next(iter(found["properties"].values())).get("type")) for found in schemas.values()}
    if "root" not in contract["resources"] and len(kinds) == 1 and "link" not in of_all:
        of_all["type"] = json.loads(kinds.pop())
    resources = dict(contract["resources"])
    for name, said in shown.items() if of_all else ():
        left = {word: value for word, value in said.get("id", {}).items() if word not in of_all}
        resources[name] = {**{w: v for w, v in said.items() if w != "id"}, **({"id": left} if left else {})}
    return {**contract, "id": {**contract.get("id", {}), **of_all}, "resources": resources} if of_all else contract


def among_links(contract: dict[str, Any]) -> dict[str, Any]:
    """A contract whose link to the next page may stand in an array of links."""
    paging = contract.get("paging", {})
    if paging.get("next_field") != "/meta/next" or zlib.crc32(json.dumps(contract).encode()) % 2:
        return contract
    return {**contract, "paging": {**paging, "next_field": "/links/[rel=next]/href"}}


def conventional(contract: dict[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """A contract under a convention, which says what the contract does not; not under one that contradicts it."""
    said, query = json.dumps(contract["resources"]), json.dumps(contract.get("query", {}))
    sorts_apart = "direction" in query and "descending" not in query
    posted = '/search"' in said
    aside = any(f"{place}{{id}}" in said for place in ("?own=", '"X-Own": "', '"/own": "'))
    whole = any("integer" in json.dumps(next(iter(found["properties"].values()))) for found in schemas.values())
    fits = {
        "django-rest-framework": not sorts_apart and not posted,
        "hal": not aside and not posted,
        "json-api": not sorts_apart and not whole,
    }
    names, number = [name for name, does in fits.items() if does], zlib.crc32(json.dumps(contract).encode())
    return {**contract, "preset": names[number // 4 % len(names)]} if names and number % 4 == 0 else contract
