"""Names of resources, from the words of a document."""

from __future__ import annotations

import re
from collections.abc import Collection

from restproof.contract.words import snake

_VERSION = re.compile(r"v\d+(_\d+)*(_?(alpha|beta)_?\d*)?")
"""A segment that names the version of an API, and nothing that it has."""
_FORMAT = re.compile(r"(?<=.)\.(json|xml)$")
"""What stands behind a word for the form of the answer."""


def free_name(path: str, parameter: str | None, taken: Collection[str]) -> str:
    """A name for the collection at ``path``: its last word, singular, with those before it where that is taken; or
    that of its parameter, where a parameter stands before it."""
    words = [plain_word(_FORMAT.sub("", w)) for w in path.strip("/").split("/") if "{" not in w]
    words = [w for w in words if not _VERSION.fullmatch(w)] or words
    if path.rstrip("/").endswith("}") and parameter:
        words.append(re.sub(r"_(id|uuid|slug|name)$", "", plain_word(parameter)))
    name = ""
    for word in reversed([w for w in words if w]):
        name = singular(word) + (f"_{name}" if name else "")
        named = name if name[0].isalpha() else f"r_{name}"
        if named not in taken:
            return named
    name, number = name or "resource", 2
    name = name if name[0].isalpha() else f"r_{name}"
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}" if name in taken else name


_ENDS_IN_E = re.compile(r"([ao]u|fu)ses$|(?<![a-z])uses$|caches$|niches$|shoes$")
"""Ends of plurals that have lost no letter but the last: warehouses, clauses, caches."""


def singular(word: str) -> str:
    """``companies`` → ``company``, ``statuses`` → ``status``, ``shelves`` → ``shelf``; ``news`` and ``series`` stay."""
    if re.search(r"(?<![a-z])(series|species)$", word):
        return word
    if re.search(r"(shel|wol|hal|cal|thie|loa|scar|(?<![a-z])el|sel)ves$", word):
        return f"{word[:-3]}f"
    if re.search(r"(kni|wi|(?<![a-z])li)ves$", word):
        return f"{word[:-3]}fe"
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if _ENDS_IN_E.search(word):
        return word[:-1]
    if word.endswith(("aliases", "sses", "shes", "ches", "xes", "tzes", "zzes", "uses", "roes", "toes", "goes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "news")) else word


def plain_word(text: str) -> str:
    """A word of a path in small letters, with one underscore between its parts: ``Order-Items`` → ``order_items``."""
    return re.sub(r"[^A-Za-z0-9]+", "_", snake(text)).strip("_")


def contract_name(text: str) -> str:
    """A name for a contract, from that of a file or folder."""
    name = re.sub(r"\W+", "_", text).strip("_").lower()
    return name if name[:1].isalpha() else f"api_{name}".rstrip("_")
