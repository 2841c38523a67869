"""Filters that ask otherwise than for equality: which entries match for sure, and which may.

Where servers differ (whether case and accents count in a text), an entry may match and need not.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any

from restproof.contract.model import Comparison
from restproof.contract.shapes import same
from restproof.semantics.ordering import number_of


def surely_matches(wanted: Comparison, held: Any, asked: Any) -> bool:
    """Whether an entry whose field holds ``held`` is in a list that is filtered by ``asked`` (of ``in``: a list)."""
    if isinstance(held, list):
        return wanted.by != "not" and any(surely_matches(wanted, one, asked) for one in held)
    if held is None:
        return False
    if wanted.by == "not":
        return not _folded_alike(held, asked)
    if wanted.by == "in":
        return any(same(held, one) for one in asked)
    if wanted.by in ("contains", "starts", "ends"):
        return _of_text(wanted.by, held, asked)
    return _in_order(wanted, held, asked)


def may_match(wanted: Comparison, held: Any, asked: Any) -> bool:
    """Whether it may be in that list."""
    if isinstance(held, list):
        return any(may_match(wanted, one, asked) for one in held) or (wanted.by == "not" and not held)
    if wanted.by == "not":
        return not same(held, asked)
    if held is None:
        return False
    if wanted.by == "in":
        return any(_folded_alike(held, one) for one in asked)
    if wanted.by in ("contains", "starts", "ends"):
        return _of_text(wanted.by, _folded(held), _folded(asked))
    return _in_order(wanted, held, asked)


def _of_text(by: str, held: Any, asked: Any) -> bool:
    if not isinstance(held, str) or not isinstance(asked, str):
        return False
    return {"contains": asked in held, "starts": held.startswith(asked), "ends": held.endswith(asked)}[by]


def _in_order(wanted: Comparison, held: Any, asked: Any) -> bool:
    one, other = (_number(v) if wanted.of_decimals else _comparable(v) for v in (held, asked))
    if type(one) is not type(other):
        return False
    found: bool = {"gt": one > other, "gte": one >= other, "lt": one < other, "lte": one <= other}[wanted.by]
    return found


def _number(value: Any) -> Any:
    """A decimal, be it written as text, as its number; what is none as it is compared else."""
    try:
        return number_of(str(value))
    except ValueError:
        return _comparable(value)


def _comparable(value: Any) -> Any:
    """A number as one, a time as its instant, a date as its text."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int | float):
        return float(value)
    try:
        return datetime.fromisoformat(str(value)).timestamp() if "T" in str(value).upper() else str(value)
    except ValueError:
        return str(value)


def _folded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = unicodedata.normalize("NFKD", value.strip())
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _folded_alike(one: Any, other: Any) -> bool:
    return same(_folded(one), _folded(other))
