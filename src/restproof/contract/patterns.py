"""ECMA-262 patterns, as JSON Schema has them, as Python's ``re`` reads them."""

from __future__ import annotations

import importlib
import re
import sys
import unicodedata
from functools import cache, lru_cache
from itertools import groupby
from typing import Any

import jsonschema_rs

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
_PROPERTY = re.compile(r"\\([pP])\{(?:(?:General_Category|gc|Script|sc|Script_Extensions|scx)=)?([A-Za-z_]+)\}")
_CODE_POINT = re.compile(r"\\u\{([0-9A-Fa-f]{1,6})\}")
_CATEGORIES = {
    "Letter": "L",
    "Uppercase_Letter": "Lu",
    "Lowercase_Letter": "Ll",
    "Mark": "M",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Punctuation": "P",
    "Symbol": "S",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "Alphabetic": "L",
    "Uppercase": "Lu",
    "Lowercase": "Ll",
    "White_Space": "Z",
    "Control": "Cc",
}
_SCRIPTS = {
    "Latin": "LATIN ",
    "Greek": "GREEK ",
    "Cyrillic": "CYRILLIC ",
    "Han": "CJK UNIFIED IDEOGRAPH",
    "Arabic": "ARABIC ",
    "Hebrew": "HEBREW ",
    "Hiragana": "HIRAGANA ",
    "Katakana": "KATAKANA ",
    "Hangul": "HANGUL ",
    "Thai": "THAI ",
    "Devanagari": "DEVANAGARI ",
}
_GENERAL = re.compile(r"[LMNPSZC][a-z]?")


@cache
def _kinds() -> tuple[str, ...]:
    """The general category of each code point."""
    return tuple(map(unicodedata.category, map(chr, range(sys.maxunicode + 1))))


def _is_of(code: int, script: str) -> bool:
    """Whether a code point is a letter of a script, by its name."""
    return _kinds()[code][0] == "L" and unicodedata.name(chr(code), "").startswith(script)


@cache
def _ranges(name: str, *, negated: bool) -> str | None:
    """The characters of a Unicode property as ranges of a class; ``None`` for one that is not known here."""
    category, script = _CATEGORIES.get(name, name), _SCRIPTS.get(name)
    if script is None and not _GENERAL.fullmatch(category):
        return None

    kinds = _kinds()
    found = []
    for inside, codes in groupby(
        range(sys.maxunicode + 1),
        key=lambda code: (kinds[code].startswith(category) if script is None else _is_of(code, script)) != negated,
    ):
        if inside:
            some = list(codes)
            found.append(f"\\U{some[0]:08x}-\\U{some[-1]:08x}")
    return "".join(found)


@lru_cache(maxsize=1024)
def pattern(source: str) -> re.Pattern[str] | None:
    """The ECMA-262 pattern as a Python one (use ``search``), or ``None`` where Python cannot express it.

    ``$`` is the very end (Python's matches before a last newline too), ``\\d`` and ``\\w`` are ASCII, ``\\s`` is
    ECMA's white space, and ``\\p{…}`` is written out.
    """
    out: list[str] = []
    inside = False
    at = 0
    while at < len(source):
        char = source[at]
        special = _PROPERTY.match(source, at) or _CODE_POINT.match(source, at)
        if special is not None:
            written = _special(special, inside=inside)
            if written is None:
                return None
            out.append(written)
            at = special.end()
            continue
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


def _special(found: re.Match[str], *, inside: bool) -> str | None:
    """A property or a code point, inside of a class or outside; ``None`` for a property that is not known."""
    if found.re is _CODE_POINT:
        code = int(found[1], 16)
        return f"\\U{code:08x}" if code <= sys.maxunicode else None
    ranges = _ranges(found[2], negated=found[1] == "P")
    return ranges if inside or ranges is None else f"[{ranges}]"


def is_expression(source: str) -> bool:
    """Whether a pattern is a regular expression, for Python or for a reader of ECMA-262."""
    if pattern(source) is not None:
        return True
    try:
        jsonschema_rs.Draft202012Validator({"pattern": source})
    except (ValueError, jsonschema_rs.ValidationError):
        return False
    return True


_LONG = range(10_000, 200_000)
"""Characters of a text that takes a pattern a hundredth of a second, so that what came of it is remembered; of a few
texts, and of none that is huge."""


def matches(source: str, text: str) -> bool:
    """Whether a text holds what the pattern describes."""
    return _matches_long(source, text) if len(text) in _LONG else _matches(source, text)


def _matches(source: str, text: str) -> bool:
    found = pattern(source)
    if found is None:
        return jsonschema_rs.is_valid({"type": "string", "pattern": source}, text)
    return found.search(text) is not None


_matches_long = lru_cache(maxsize=16)(_matches)


def matches_plainly(source: str, text: str) -> bool:
    """Whether a text holds what the pattern describes, and, where the pattern has no anchors and some text is all of
    it, nothing else: many a server matches the whole text where JSON Schema (2020-12 Validation §6.3.3) asks for a part
    of it."""
    found = pattern(source)
    if found is None or not matches(source, text):
        return matches(source, text)
    return not may_be_whole(source) or found.fullmatch(text) is not None


@lru_cache(maxsize=512)
def may_be_whole(source: str) -> bool:
    """Whether a pattern has no anchor, nothing that only looks ahead or behind, and describes more than one character
    (``[A-Z]{2}``), or as many as one likes of a kind (``\\d+``): then it is meant, by some, for the whole of a text."""
    found = pattern(source)
    without_characters = re.sub(r"\\[^bBAZ]|\[(?:\\.|[^\]\\])*\]", "", source)
    if found is None or re.search(r"\^|\$|\\[bBAZ]|\(\?<?[=!]", without_characters):
        return False
    alone = [character for character in map(chr, range(32, 127)) if found.fullmatch(character)]
    return found.match("") is None and all(found.fullmatch(character * 2) for character in alone)


@lru_cache(maxsize=512)
def _widths(source: str) -> tuple[int, int]:
    """The fewest and the most characters of a text that holds what the pattern describes, as far as it tells: one that
    is bound to both ends of the text does."""
    found = pattern(source)
    if found is None or found.flags & re.MULTILINE:
        return 0, sys.maxsize
    parsed: Any = importlib.import_module("re._parser").parse(found.pattern)
    ends = [str(part[1]) for part in (*parsed[:1], *parsed[-1:]) if str(part[0]) == "AT"]
    least, most = parsed.getwidth()
    return (least, most) if ends == ["AT_BEGINNING", "AT_END_STRING"] else (0, sys.maxsize)


def allows_length(source: str, length: int) -> bool:
    """Whether a text of so many characters may hold what the pattern describes: no, where that is bound to both ends of
    the text, and longer or shorter."""
    least, most = _widths(source)
    return least <= length <= most
