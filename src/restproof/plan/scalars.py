"""Enumerated values of the plain JSON types: numbers and text on both sides of each keyword of a schema.

Proposals only: ``plan.candidates`` sorts them into accepted and refused by the schema itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from math import ceil
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.functions import own_format
from restproof.contract.texts import text_of, whole
from restproof.contract.values import listed
from restproof.frozen import frozen
from restproof.plan.words import fits, formatted, matching_text
from restproof.semantics.checker import is_valid

#: Strings longer than this are not sent as valid input: a valid body stays under 256 KiB as sent.
LONGEST = 65_535
_MOST_COUNTED = 2_000
_CUT_SHORT = ("a decimal that multiplying and cutting makes smaller", "0.29")
_DECIMALS = 9
JsonSchema = Mapping[str, Any]


@frozen
class Candidate:
    """One value to try. ``keyword``: the schema keyword that it explores; ``note``: what it is, in words."""

    keyword: str
    note: str
    value: Any


def near_values(keyword: str, value: Any) -> Iterator[Candidate]:
    """Values beside an allowed one: of the same type, and not allowed."""
    if isinstance(value, str):
        yield Candidate(keyword, "a value that is not allowed", f"{value}-restproof")
        yield Candidate(keyword, "an allowed value in the other case", value.swapcase())
        yield Candidate(keyword, "an empty text", "")
    elif isinstance(value, bool):
        yield Candidate(keyword, "the other truth value", not value)
    elif isinstance(value, int | float):
        yield Candidate(keyword, "a value that is not allowed", value + 1_000_003)


def made_of_known(schema: JsonSchema, found: Iterable[Candidate]) -> Iterator[Candidate]:
    """Values of other types; those for a number or a truth value of which only some are known are made of a known one:
    a server may read them loosely, and whatever else it then has may name somebody."""
    known = next((v for v in listed(schema) if isinstance(v, bool | int | float)), None)
    for candidate in found:
        value = candidate.value
        if known is None or value is None or isinstance(value, list | dict):
            yield candidate
        elif isinstance(known, bool):
            text = text_of(known)
            note, value = (f"the text {text}", text) if isinstance(value, str) else (f"a number for {text}", int(known))
            yield replace(candidate, note=note, value=value)
        elif isinstance(value, str):
            yield replace(candidate, value=text_of(known))
        else:
            yield replace(candidate, value=known + 0.5) if isinstance(value, float) else candidate


def numbers(schema: JsonSchema, *, fractions: bool) -> Iterator[Candidate]:
    for candidate in _number_proposals(schema, fractions=fractions):
        # A bound may be written as 5.0, and 1.5 + 0.5 is 2.0: whole numbers are sent without a fraction.
        # Nor is the error of their computation sent: 0.05 + 0.01 is 0.06.
        value = round(candidate.value, _DECIMALS) if isinstance(candidate.value, float) else candidate.value
        yield replace(candidate, value=whole(value))


def _number_proposals(schema: JsonSchema, *, fractions: bool) -> Iterator[Candidate]:
    step = schema.get("multipleOf", 0.5 if fractions else 1)
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    for bound, keyword, sign in ((low, "minimum", 1), (high, "maximum", -1)):
        if bound is not None:
            yield Candidate(keyword, f"the {keyword}", bound)
            yield Candidate(keyword, f"just inside the {keyword}", bound + sign * step)
            yield Candidate(keyword, f"just outside the {keyword}", bound - sign * step)
            if fractions:
                yield Candidate(keyword, f"barely outside the {keyword}", bound - sign * 0.0001)
    for bound, keyword, sign in ((over, "exclusiveMinimum", 1), (under, "exclusiveMaximum", -1)):
        if bound is not None:
            yield Candidate(keyword, f"the bound of {keyword} itself", bound)
            yield Candidate(keyword, f"just inside {keyword}", bound + sign * step)
    if "multipleOf" in schema:
        base = schema["multipleOf"]
        least = next((bound for bound in (low, over, high, under) if bound is not None), 0)
        for more in (0, 1, -1):
            yield Candidate("multipleOf", "a multiple", base * (ceil(least / base) + more))
        yield Candidate("multipleOf", "between two multiples", base * 3 + (base / 2 if fractions else 1))
    yield Candidate("type", "zero", 0)
    if low is None and over is None:
        yield Candidate("type", "a negative number", -1)
    if high is None and under is None:
        narrow = schema.get("format") == "int32"
        if not narrow:
            yield Candidate("type", "an integer beyond 32 bits", 2**31 + 7)
        if not narrow and not fractions:
            yield Candidate("type", "the largest integer that every JSON parser keeps", 2**53 - 1)
    if fractions:
        yield Candidate(
            "type", "a fraction of six digits", 45.123456 if high is None or high >= 46 else (high or 0) - 0.123456
        )
        lossy = _cut_short(schema.get("multipleOf", 0.01), next((b for b in (low, over) if b is not None), 0), high)
        if lossy is not None:
            yield Candidate("type", "a decimal that multiplying and cutting makes smaller", lossy)


def _cut_short(step: float, least: float, most: float | None) -> float | None:
    """The first positive multiple of a decimal ``step`` that is another one where code counts in steps and cuts the
    rest off: 0.29 * 100 is less than 29."""
    steps = round(1 / step) if 0 < step < 1 else 1
    first = max(1, ceil(least * steps))
    for count in range(first, first + _MOST_COUNTED) if steps > 1 else ():
        value = round(count / steps, _DECIMALS)
        if most is not None and value > most:
            break
        if int(value * steps) != count:
            return value
    return None


def other_forms(schema: JsonSchema, plain: Any) -> Iterator[Candidate]:
    """``plain``, a value of a schema with normal forms, in forms that are not the normal one."""
    if isinstance(plain, str):
        if schema.get("format") not in ("date-time", "time"):  # there, whether t will do for T is open (RFC 3339 §5.6)
            yield Candidate("text", "in the other case", plain.swapcase())
        yield Candidate("text", "with blanks around it", f" {plain}  ")
        yield Candidate("text", "with line ends of Windows", f"{plain}\r\n{plain}")
        yield Candidate("text", "with decomposed letters", f"{plain} cafe\u0301")
        yield Candidate("text", "a time with a fraction", "2024-05-17T12:30:00.123456Z")


def texts(schema: JsonSchema) -> Iterator[Candidate]:
    known = str(schema.get("format", ""))
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if known in FORMATS and FORMATS[known].samples:
        for value in dict.fromkeys((*FORMATS[known].samples, *formatted(schema))):
            yield Candidate("format", f"a {known}", value)
        for note, value in FORMATS[known].mistakes:
            yield Candidate("format", note, value)
        if known == "uri" and longest is not None and longest <= LONGEST:
            for length, note in ((longest, "the longest text"), (longest + 1, "one character too long")):
                more = "aB" * (length // 2)
                starts = ("https://www.example.com/", "http://a.example/")
                long = (start + more[: max(0, length - len(start))] for start in starts)
                found = (text for text in long if fits(text, {**schema, "maxLength": length}))
                yield from (Candidate("maxLength", note, text) for text in islice(found, 1))
        return
    own = own_format(schema)
    if own is not None:
        yield from (Candidate("format", note, value) for note, value in own.mistakes)
        return
    pattern = schema.get("pattern")
    if shortest <= 1 and not pattern:
        yield Candidate("type", "an empty text", "")
    if shortest:
        yield Candidate("minLength", "the shortest text", matching_text(schema, shortest))
        yield Candidate("minLength", "one character too short", matching_text(schema, shortest)[: shortest - 1])
    if longest is not None and longest <= LONGEST:
        yield Candidate("maxLength", "the longest text", matching_text(schema, longest))
        yield Candidate(
            "maxLength", "one character too long", matching_text({**schema, "maxLength": longest + 1}, longest + 1)
        )
        if 4 <= longest <= 1000:
            # Lengths count code points (JSON Schema validation §6.3.1), not bytes or UTF-16 units.
            yield Candidate(
                "maxLength",
                "the longest text, in characters of several bytes",
                "€😀" * (longest // 2) + "é" * (longest % 2),
            )
    if pattern:
        yield from _pattern_breakers(schema)
        return
    yield from _TEXTS if longest is None or longest >= 60 else _SHORT_TEXTS


_SHORT_TEXTS = (
    Candidate("text", "digits with zeros in front", "0042"),
    Candidate("text", "text that looks like null", "null"),
)
"""What fits a code, too."""
_TEXTS = (
    # What databases and frameworks like to change: normal forms, astral characters, blanks, quotes, line ends.
    Candidate(
        "text",
        "composed and decomposed, right-to-left and astral characters, odd blanks",
        "=1+caf\u00e9 cafe\u0301 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 🏗️ 👩🏽‍🔧 a\u00a0b\u2028c",
    ),
    Candidate(
        "text",
        "blanks at both ends, quotes, markup and several lines",
        '  O\'Brien "& Sons" &amp; <b>\\ %s%41 ${x}\r\nsecond\tline\nthird  ',
    ),
    Candidate("text", "characters that nobody sees", "a\ufeffb\u200bc\u00add"),
    *_SHORT_TEXTS,
)


def _pattern_breakers(schema: JsonSchema) -> Iterator[Candidate]:
    base = matching_text(schema, None)
    shortest = schema.get("minLength", 0)
    yield Candidate("pattern", "text that matches", base)
    weak = is_valid(schema, "!1 Ä\n") or is_valid(schema, "é😀" * 20)
    if weak:
        # A pattern that nearly any text meets says what is refused; what is accepted is tried as for any other text.
        yield from _TEXTS
    for note, value in (
        ("blanks only", " " * max(1, shortest)),
        ("tabs and line breaks only", "\t\r\n" * max(1, shortest)),
        ("the other case", base.swapcase()),
        ("digits", re.sub(r"[^\W\d_]", "1", base)),
        ("punctuation", re.sub(r"\w", "!", base)),
        *((("a sign in front", f"-{base}"), _CUT_SHORT) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", base) else ()),
        ("a letter outside ASCII", ("Ä" + base[1:]) if base else "Ä"),
        ("a line break at the end", f"{base}\n"),
        ("a character more", f"{base}{base[-1:]}"),
        ("a character less", base[:-1]),
        ("an empty text", ""),
    ):
        if (len(value) >= shortest or note == "an empty text") and not (weak and is_valid(schema, value)):
            yield Candidate("pattern", note, value)
