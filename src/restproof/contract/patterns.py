"""ECMA-262 patterns, as JSON Schema has them, as Python's ``re`` reads them."""

from __future__ import annotations

import re
from functools import lru_cache

_SPACE = "\\t\\n\\x0b\\f\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_OUTSIDE = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "/": "/",
}
_INSIDE = {"d": "0-9", "w": "A-Za-z0-9_", "s": _SPACE, "/": "/"}


@lru_cache(maxsize=1024)
def pattern(source: str) -> re.Pattern[str] | None:
    """The ECMA-262 pattern as a Python one (use ``search``), or ``None`` where Python cannot express it.

    ``$`` is the very end (Python's matches before a last newline too), ``\\d`` and ``\\w`` are ASCII, ``\\s`` is
    ECMA's white space.
    """
    out: list[str] = []
    inside = False
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\" and at + 1 < len(source):
            following = source[at + 1]
            out.append((_INSIDE if inside else _OUTSIDE).get(following, char + following))
            at += 2
            continue
        if char == "[" and not inside:
            inside = True
            out.append("[^" if source[at + 1 : at + 2] == "^" else "[")
            at += 1 if out[-1] == "[" else 2
            continue
        if char == "[":
            out.append("\\[")
        elif char == "]":
            inside = False
            out.append(char)
        elif char == "$" and not inside:
            out.append("\\Z")
        elif char == "(" and not inside and source.startswith("(?<", at) and source[at + 3 : at + 4] not in ("=", "!"):
            out.append("(?P<")
            at += 3
            continue
        else:
            out.append(char)
        at += 1
    try:
        return re.compile("".join(out))
    except (re.error, OverflowError):
        return None
