"""What the words about a member say of its values: how a text is written, and that it is needed now and then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import NEEDED

_PARTS = "YYYY|yyyy|MM|DD|dd|HH|hh|mm|SSS|SS|ss"
_PART = re.compile(f"({_PARTS})")
_FORM = re.compile(
    rf"(?<![A-Za-z])(?:{_PARTS})(?:(?:[-/.: T]|'T')?(?:{_PARTS}))+(?:'?Z'?|[+-]\d\d:?\d\d)?(?![-/.:+'T]?[A-Za-z])"
)
"""The form of a date or a time to its end: of one that goes on with what is not known, no part is a value."""
_OF_DATE = {"YYYY": "2024", "yyyy": "2024", "MM": "05", "mm": "05", "DD": "17", "dd": "17"}
_OF_TIME = {**_OF_DATE, "HH": "14", "hh": "14", "MM": "30", "mm": "30", "SS": "45", "ss": "45", "SSS": "000"}
_SHOWN = re.compile(
    r"(?i)\b(?:e\.?g\.?|example|for instance|such as)[:,]?\s*[\"'`]?"
    r"(\+?\d(?:[\d :/.()-]*\d)?)[\"'`]?(?=\s*(?:[),;]|\.?\s*$|\.\s|or\b|and\b))"
)
"""Words that show a value in digits: ``UTC date (e.g. 20240115)``."""
_SPEAKING = re.compile(
    r"\d{4}([-/.]?)(0[1-9]|1[0-2])\1(0[1-9]|[12]\d|3[01])|\d{1,2}([-/.])\d{1,2}\4(\d{2}|\d{4})"
    r"|(\d.*\d )?\d{1,2}:\d\d(:\d\d)?|\d+\.\d+|\+\d[\d ()-]{6,}\d"
)
"""Digits that say of themselves what they are (a date, a time, a decimal, a number of a telephone). What only numbers
something, as the number of a room does, is as a rule another's."""
_TELLING = frozenset({"enum", "const", "format", "pattern", "examples", "default", "minLength", "maxLength"})


_NEEDED = re.compile(r"(?i)(?<!not )(?<!n't )\b(required|mandatory)\b\W*(for|if|in case|on|unless|when|where|with)\b")
"""Words by which an optional member is needed under a condition: ``required for MOVIE type``."""


def worded(schema: Mapping[str, Any]) -> dict[str, Any]:
    """``schema`` with an example, where it is that of a text of which nothing but its description says how it is
    written, and marked as ``NEEDED`` where that says so."""
    said = schema.get("description")
    if not isinstance(said, str):
        return dict(schema)
    example = in_digits(said) if _is_untold(schema) else ""
    return {**schema, **({"examples": [example]} if example else {}), **needed(said)}


def needed(description: Any) -> dict[str, str]:
    """The mark of a member that is needed now and then, as its description has it; empty where that does not say so."""
    return {NEEDED: "open"} if isinstance(description, str) and _NEEDED.search(description) else {}


def speaks_for_itself(text: str) -> bool:
    """Whether a text is digits that say what they are: a date, a time, a decimal, a number of a telephone."""
    return bool(_SPEAKING.fullmatch(text))


def _is_untold(schema: Mapping[str, Any]) -> bool:
    """Whether a schema says no more of values than that they are text, or null."""
    some = schema.get("anyOf")
    options = [o for o in (some if isinstance(some, list) else [schema]) if isinstance(o, Mapping)]
    kinds = [k for o in options for k in (o["type"] if isinstance(o.get("type"), list) else [o.get("type")])]
    is_text = "string" in kinds and all(k in ("string", "null") for k in kinds)
    return is_text and not any(_TELLING & one.keys() for one in (schema, *options))


def in_digits(words: str) -> str:
    """A value that words show in digits, or one in the form of a date or a time that they name; empty where they do
    neither."""
    shown, form = _SHOWN.search(words), _FORM.search(words)
    if shown is not None and (form or speaks_for_itself(shown[1])):
        return shown[1]
    found, is_time = "", False
    for part in _PART.split(form[0]) if form else ():
        is_time = is_time or part.upper() in ("HH", "SS")
        found += _OF_TIME.get(part, part) if is_time else _OF_DATE.get(part, part)
    return found.replace("'", "")
