"""Plausible text for the happy path, and text that fits a schema's length and pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.patterns import allows_length, matches_plainly
from restproof.contract.patterns import pattern as python_pattern
from restproof.plan.nobodys import PLAIN, nobodys
from restproof.plan.patterned import texts_of

#: Names, places and phrases of the kind that real users type, several scripts among them.
PHRASES: tuple[str, ...] = (
    "North Wing Renovation",
    "Harbour Street 12",
    "Café Zürich, 2nd floor",
    "O'Brien & Sons",
    "Łódź depot",
    "東京タワー",
    "Río Bravo (phase 2)",
    "Unit 7B",
    "Ærø ferry terminal",
    "Müller-Lüdenscheidt",
    "Αθήνα",
    "Level 3: lobby",
)

#: Those that any storage keeps: where they go wrong, it is not for their characters.
PLAIN_PHRASES: tuple[str, ...] = (
    "North Wing Renovation",
    "Harbour Street 12",
    "Unit 7B",
    "Level 3: lobby",
    "East Gate",
    "Tower 2, roof",
    "Bridge Road",
    "Phase two",
)
#: Those that even an address is made of, as of a repository, a bucket or a user.
PLAIN_WORDS: tuple[str, ...] = ("north", "harbour", "unit", "level", "gate", "tower", "bridge", "phase")
#: No bound of anything, and so small that most schemas allow some.
PLAIN_NUMBERS: tuple[int | float, ...] = (12, 47, 8, 23, 3, 5, 12.5, 0.75)


def fits(text: str, schema: Mapping[str, Any]) -> bool:
    """Whether ``text`` plainly keeps the schema's ``minLength``, ``maxLength`` and ``pattern``."""
    if not schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text)):
        return False
    pattern = schema.get("pattern")
    return pattern is None or matches_plainly(pattern, text)


def formatted(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """Texts of the schema's format that fit it: plain ones, else one that is made so. Their hosts are nobody's (RFC
    2606). Empty where none is found."""
    name = schema["format"]
    plain = tuple(text for text in FORMATS[name].samples if fits(text, schema))
    plain = plain or tuple(found for text in FORMATS[name].samples if (found := spelt(text, schema)) is not None)
    if plain:
        return plain
    least = schema.get("minLength", 0)
    made = {
        "email": "a" * min(max(least - len("@b.example"), 1), 64) + "@b.example",
        "hostname": "a" * min(max(least - len(".example"), 1), 63) + ".example",
        "uri": "http://a.example" + ("/" + "a" * (least - len("http://a.example/")) if least > 16 else ""),
    }
    texts = (made.get(name, ""), *(text.upper() for text in FORMATS[name].samples), matching_text(schema, None))
    return tuple(text for text in texts if fits(text, schema) and FORMATS[name].check(text))[:1]


def spelt(moment: str, schema: Mapping[str, Any]) -> str | None:
    """A date-time or a time as the schema's pattern wants it: with a fraction of some digits, or ``+00:00``
    for ``Z``; ``None`` where no spelling fits, or it is no moment."""
    parts = _MOMENT.fullmatch(moment)
    if parts is None or "pattern" not in schema:
        return None
    whole, zone = parts.groups()
    spellings = (f"{whole}{end}{z}" for end in _FRACTIONS for z in dict.fromkeys((zone, zone.replace("Z", "+00:00"))))
    return next((text for text in spellings if fits(text, schema)), None)


_MOMENT = re.compile(r"((?:\d{4}-\d{2}-\d{2}T)?\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})")
_FRACTIONS = ("", *(f".{'250000000'[:digits]}" for digits in (3, 6, 7, 9, 2, 1)))
"""A quarter of a second, which every usual storage keeps; of one digit, what is left of it."""


def matching_text(schema: Mapping[str, Any], length: int | None) -> str:
    """Text that fits ``schema``: of exactly ``length`` code points where one is given and the pattern allows it."""
    pattern = schema.get("pattern")
    if length is None:
        for phrase in PHRASES:
            if fits(phrase, schema):
                return phrase
        length = max(schema.get("minLength", 0), min(8, schema.get("maxLength", 8)))
        if pattern is None:
            return (PHRASES[0] * (1 + length // len(PHRASES[0])))[:length]
        return _from_pattern(pattern, schema.get("minLength", 0), schema.get("maxLength"))
    if pattern is not None and not allows_length(pattern, length):
        return ""  # Hypothesis would look for it three hundred times
    # Of both cases where the pattern lets it be: a server may keep short text as it is, and long text in small letters.
    mixed, small = (
        (words * (1 + length // len(words)))[:length].rstrip().ljust(length, "x")
        for words in ("restProof Restproof ", "restproof ")
    )
    if pattern is None or matches_plainly(pattern, mixed):
        return mixed
    if matches_plainly(pattern, small):
        return small
    stretched = (_from_pattern(pattern, 1, None) * length)[:length]
    if len(stretched) == length and matches_plainly(pattern, stretched):
        return stretched
    return _from_pattern(pattern, length, length)


_LONGEST_ROW = 64
"""Characters of a row that is tried before Hypothesis is asked."""


def _in_a_row(pattern: str, shortest: int, longest: int | None) -> str | None:
    """The shortest row of one character that plainly matches ``pattern``, as it does where that describes the code of a
    country or a number of five digits: what Hypothesis writes first, too. ``None`` where none does."""
    for length in range(max(1, shortest), min(_LONGEST_ROW, longest or _LONGEST_ROW) + 1):
        for text in (character * length for character in "0Aa"):
            if matches_plainly(pattern, text):
                return text
    return None


@lru_cache(maxsize=512)
def _from_pattern(pattern: str, shortest: int, longest: int | None) -> str:
    """Text that matches ``pattern`` with a length between the bounds; the empty text where none was found.

    Where no row of one character does, Hypothesis writes it from the pattern, from a fixed seed: the same pattern
    gives the same text in every run.
    """
    compiled = python_pattern(pattern)
    if compiled is None:
        return ""
    bounds = {"pattern": pattern, "minLength": shortest} | ({} if longest is None else {"maxLength": longest})
    plain = _in_a_row(pattern, shortest, longest) or next((text for text in PLAIN if fits(text, bounds)), None)
    if plain is not None:
        return plain
    # Only now: it takes longer to load than most plans to make.
    import warnings

    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis.errors import Unsatisfiable

    from restproof.plan.seeded import by_the_seed_alone

    found: list[str] = []

    def collect(text: str) -> None:
        if shortest <= len(text) <= (longest if longest is not None else len(text)) and compiled.search(text):
            found.append(text)

    texts = texts_of(pattern, compiled)
    usual = settings(database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    with by_the_seed_alone(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Few do for most patterns; one with a length of its own may need many.
        for examples in (30, 300):
            try:
                settings(usual, max_examples=examples)(seed(0)(given(texts)(collect)))()
            except (UnicodeError, Unsatisfiable):
                return ""
            if found:
                break
    best = max(found, key=lambda t: (re.search(r"\w", t) is not None, -len(t)), default="")
    return nobodys(best, lambda text: fits(text, bounds))
