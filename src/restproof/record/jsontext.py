"""JSON of others, read within bounds: what is valid and yet out of all measure is refused by name, before anything that
works on values meets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

DEEPEST = 100
"""Levels of arrays and objects that are read; readers may set such limits (RFC 8259 §9)."""
MOST_DIGITS = 20_000
"""Digits of an integer that a run reads and writes; Python's own default is 4,300, and ten thousand take a thousandth
of a second."""

_LEVELS = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_DEEPEST_AT_ALL = 500
"""Levels that are read where any reading is better than none."""


class Unreadable(ValueError):
    """JSON out of bounds: too deep, or with a number that no reader here can hold. The message is a part of a
    sentence: "it is nested …"."""


class Oddity(Exception):
    """A name stands twice in one object, or a value is ``NaN`` or its like."""


def allow_long_integers() -> None:
    """Let this process read and write integers of ``MOST_DIGITS`` digits: a valid answer may hold them."""
    sys.set_int_max_str_digits(MOST_DIGITS)


def loads(data: bytes, decoder: json.JSONDecoder | None = None) -> Any:
    """``data`` as JSON (RFC 8259): no byte order mark, no ``NaN``, no ``Infinity``. What is no UTF-8 is read as U+FFFD.
    ``decoder``: another one than the usual, by :func:`noting`, or ``WITHOUT_ODDITIES``.

    Raises :class:`Unreadable` for JSON out of bounds, another ``ValueError`` for what is no JSON.
    """
    if is_deeper(data, DEEPEST):
        raise Unreadable(f"it is nested more than {DEEPEST} levels deep")
    text = data.decode("utf-8", errors="replace")
    if text.startswith("\ufeff"):
        raise ValueError("a byte order mark is no part of JSON")
    try:
        return (decoder or _DECODER).decode(text)
    except RecursionError:
        raise Unreadable(f"it is nested more than {DEEPEST} levels deep") from None
    except ValueError as error:
        raise _bounded(error) from None


def _bounded(error: ValueError) -> ValueError:
    """What is told of JSON that cannot be read: apart where it is only too large."""
    if str(error).startswith("Exceeds the limit"):  # of the digits of an integer; no class of its own tells it
        return Unreadable(f"it holds an integer of more than {sys.get_int_max_str_digits():,} digits")
    return error


def loads_leniently(data: bytes) -> Any:
    """``data`` as :func:`loads` reads it, and what only strict readers refuse: ``NaN``, ``Infinity``, numbers that no
    double can hold, more levels. For a look at what a run has stored, whatever it has made of the answers there.

    Raises ``ValueError`` for what is no JSON all the same.
    """
    if is_deeper(data, _DEEPEST_AT_ALL):
        raise Unreadable(f"it is nested more than {_DEEPEST_AT_ALL} levels deep")
    try:
        return json.loads(data.decode("utf-8", errors="replace"))
    except RecursionError:
        raise Unreadable("it is nested too deep") from None
    except ValueError as error:
        raise _bounded(error) from None


def is_deeper(data: bytes, most: int) -> bool:
    """Whether the JSON ``data`` is nested more than ``most`` levels deep."""
    if data.count(b"[") + data.count(b"{") <= most:
        return False
    # Without what is escaped, every other piece between quotation marks is a string.
    plain = data.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in data else data
    outside = b"".join(plain.split(b'"')[::2])
    rest = outside.translate(_LEVELS, _NO_BRACKET)
    for _ in range(most):
        shorter = rest.replace(b"[]", b"")
        if len(shorter) == len(rest):
            return False  # Nothing is left, or it does not balance and is no JSON.
        rest = shorter
    return bool(rest)


def double(text: str) -> float:
    """The number that ``text`` writes. Raises :class:`Unreadable` where no double can hold it."""
    found = float(text)
    if found in (float("inf"), float("-inf")):
        raise Unreadable(f"it holds the number {text[:20]}{'…' * (len(text) > 20)}, which no double can hold")
    return found


def not_json(name: str) -> Any:
    """Refuses ``NaN`` and ``Infinity``, which Python reads as JSON, with a ``ValueError``."""
    raise ValueError(f"{name} is not JSON")


def noting(repeated: Callable[[str], Any], constant: Callable[[str], Any]) -> json.JSONDecoder:
    """A decoder that tells ``repeated`` of each name that stands twice in one object, and takes what ``constant`` makes
    of ``NaN`` and its like."""

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            repeated(next(n for n in names if names.count(n) > 1))
        return found

    return json.JSONDecoder(parse_float=double, parse_constant=constant, object_pairs_hook=members)


def _odd(what: str) -> Any:
    raise Oddity(what)


_DECODER = json.JSONDecoder(parse_float=double, parse_constant=not_json)
"""For all that is read as it stands: making one takes as long as reading an answer."""
WITHOUT_ODDITIES = noting(_odd, _odd)
"""Raises :class:`Oddity` at the first one."""
