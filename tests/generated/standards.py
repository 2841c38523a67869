"""What of a drawn contract stands elsewhere: what services share, the functions of a format, an id that all say alike."""

from __future__ import annotations

import json
import zlib
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


def lifted(contract: dict[str, Any]) -> dict[str, Any]:
    """What the only resource says of its id may as well be said for all."""
    name, *others = contract["resources"]
    said = contract["resources"][name].get("id", {})
    of_all = {word: said[word] for word in ("field", "link", "pattern") if word in said}
    if others or not of_all or zlib.crc32(json.dumps(contract).encode()) % 2:
        return contract
    left = {word: value for word, value in said.items() if word not in of_all}
    own = {word: value for word, value in contract["resources"][name].items() if word != "id"}
    resources = {name: {**own, **({"id": left} if left else {})}}
    return {**contract, "id": {**contract.get("id", {}), **of_all}, "resources": resources}
