"""Which of two texts stands first in a sorted list: by the ``collation`` of the contract, or, where it says none, by
what all usual orders agree on."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import takewhile
from typing import Final

CODE_POINTS: Final = "code-points"
UTF_16: Final = "utf-16"
NO_CASE: Final = "no-case"

_PLAIN = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS = "0123456789"
_DIGRAPHS = frozenset(
    (
        "aa",
        "ch",
        "cs",
        "dd",
        "dz",
        "ff",
        "gy",
        "lj",
        "ll",
        "ly",
        "ng",
        "nj",
        "ny",
        "ph",
        "rh",
        "rr",
        "sz",
        "th",
        "ty",
        "zs",
    )
)
"""Two letters that some language takes for one."""
_MOVED = {"aa": "az", "ch": "ci", "w": "vw", "y": "iy", "z": "sz"}
"""Letters that some language has at another place: as the first one of these, as the second, or between."""
_NUMBER = re.compile(r"[-+]?[0-9]+([.][0-9]+)?")


def utf_16(text: str) -> bytes:
    """The units of UTF-16, in whose order JavaScript, Java and C# compare texts."""
    return text.encode("utf-16-be", "surrogatepass")


def sort_text(text: str, collation: str | None) -> str | bytes:
    """What stands for a text in the order of a list; by code point where the contract says none."""
    return utf_16(text) if collation == UTF_16 else text.lower() if collation == NO_CASE else text


def is_before(one: str, other: str, collation: str | None) -> bool:
    """Whether ``one`` stands before ``other`` for sure: False where it stands behind, and where nothing says which."""
    return _ORDERS[collation](one, other)


def _by_code_point(one: str, other: str) -> bool:
    return one < other


def _by_utf_16(one: str, other: str) -> bool:
    return utf_16(one) < utf_16(other)


def _without_case(one: str, other: str) -> bool:
    """Whoever passes over the case compares capitals or small letters, with the accents or without: what stands
    between the two alphabets, and what is beyond ASCII, has no sure place."""
    first, second = one.casefold(), other.casefold()
    if not (_differ_in_ascii(first, second) and first < second):
        return False
    return one.upper() < other.upper() and one.lower() < other.lower()


def _surely(one: str, other: str) -> bool:
    """Orders of languages pass over case, accents, blanks and punctuation at first, natural ones compare numbers, and a
    column of numbers may be shown as text, and one of dates (31.01.2024) or versions, too: they agree about two texts
    with letters whose first difference is a letter or a digit, and about two numbers of which that is true."""
    if one >= other:
        return False  # code points are one of the orders; nearly all pairs of a list that is in order end here
    if not any(c.isalpha() for c in one + other):
        numbers = _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other)
        if not (numbers and Decimal(one) < Decimal(other)):
            return False
    at = _first_difference(one, other)
    if at == len(one):
        return any(c in _PLAIN for c in other[at:])
    if at == len(other) or not {one[at], other[at]} <= _PLAIN:
        return False
    digits = [_digits_around(text, at) for text in (one, other)]
    if digits[0] != digits[1] and max(digits) > 1:
        return False
    if at and {one[at - 1 : at + 1].lower(), other[at - 1 : at + 1].lower()} & _DIGRAPHS:
        return False
    return _places(one, at)[1] < _places(other, at)[0]


def _places(text: str, at: int) -> str:
    """The first and the last place among the letters that a language gives to the one at ``at``."""
    one, two = text[at].lower(), text[at : at + 2].lower()
    return _MOVED.get(two) or _MOVED.get(one) or one * 2


def _digits_around(text: str, at: int) -> int:
    """The digits of the number in which a text differs from another one, those before ``at`` included."""
    before = len(text[:at]) - len(text[:at].rstrip(_DIGITS))
    return before + len(list(takewhile(_DIGITS.__contains__, text[at:])))


def _first_difference(one: str, other: str) -> int:
    """Where two texts differ first; the length of the shorter where it begins the other."""
    shorter = min(len(one), len(other))
    return next((n for n in range(shorter) if one[n] != other[n]), shorter)


def _differ_in_ascii(one: str, other: str) -> bool:
    at = _first_difference(one, other)
    return all(text[at : at + 1].isascii() for text in (one, other))


_ORDERS: Final[dict[str | None, Callable[[str, str], bool]]] = {
    CODE_POINTS: _by_code_point,
    UTF_16: _by_utf_16,
    NO_CASE: _without_case,
    None: _surely,
}
