"""Schemas that are valid and out of all measure: what no request can hold, and what takes for ever to be checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from re import _constants, _parser
from typing import Any

import jsonschema_rs

from restproof.contract.patterns import pattern as readable

LONGEST_TEXT = 1_000_000
"""Characters that a text must hold at most."""
MOST_ENTRIES = 10_000
"""Entries that an array, or members that an object, must hold at most."""
_LARGEST_DOUBLE = 1.7e308
_FLOORS = {"minLength": LONGEST_TEXT, "minItems": MOST_ENTRIES, "minProperties": MOST_ENTRIES}
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_UNBOUNDED = 100
"""Repetitions from which on they count as without end."""


def out_of_bounds(schema: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is out of bounds in one level of a schema: keyword, message, hint."""
    for word, most in _FLOORS.items():
        value = schema.get(word)
        if isinstance(value, int | float) and value > most:
            yield word, f"'{word}' is above {most:,}: no request of that size is made", "say what a request may hold"
    for word in _NUMBERS:
        value = schema.get(word)
        if (isinstance(value, int) and abs(value) > _LARGEST_DOUBLE) or value in (math.inf, -math.inf):  # 1e400
            yield word, f"'{word}' is a number that no double can hold", "leave it out: JSON readers lose it"
    if isinstance(schema.get("pattern"), str):
        problem = _pattern_problem(schema["pattern"])
        if problem is not None:
            yield "pattern", *problem


@cache
def _pattern_problem(source: str) -> tuple[str, str] | None:
    try:
        tree = _parser.parse((readable(source) or re.compile(source)).pattern)
    except (re.error, OverflowError, RecursionError):
        return None  # That it is no expression at all is told elsewhere.
    if tree.getwidth()[0] > LONGEST_TEXT or _size(tree) > LONGEST_TEXT:
        return "'pattern' repeats more than a million times", "bound the length with maxLength"
    if _repeats_a_repetition(tree):
        return (
            "'pattern' repeats what repeats itself, as (a+)+ does: to find that a text does not match takes for ever",
            "leave out one of the two repetitions",
        )
    try:
        jsonschema_rs.Draft202012Validator({"pattern": source})
    except (ValueError, jsonschema_rs.ValidationError):
        return "'pattern' is too large, or nothing that a validator of JSON Schema takes", "write it more simply"
    return None


def _size(tree: Any) -> int:
    """How many steps the expression has when its counted repetitions are written out: what an automaton needs."""
    total = 0
    for kind, argument in tree:
        if kind in _REPEATS:
            low, high, body = argument
            times = high if high != _constants.MAXREPEAT else max(low, 1)
            total += max(times, 1) * _size(body)
        elif kind == _constants.SUBPATTERN:
            total += _size(argument[-1])
        elif kind == _constants.BRANCH:
            total += sum(_size(branch) for branch in argument[1])
        else:
            total += 1
    return total


_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


def _repeats_a_repetition(tree: Any) -> bool:
    """Whether an endless repetition repeats nothing but another one, beside what may be absent: then a text can be
    divided between the two in exponentially many ways."""
    for kind, argument in tree:
        if kind in _REPEATS:
            _, high, body = argument
            if high > _UNBOUNDED and _is_all_repetition(body):
                return True
            if _repeats_a_repetition(body):
                return True
        elif kind == _constants.SUBPATTERN:
            if _repeats_a_repetition(argument[-1]):
                return True
        elif kind == _constants.BRANCH and any(_repeats_a_repetition(branch) for branch in argument[1]):
            return True
    return False


def _is_all_repetition(tree: Any) -> bool:
    endless = False
    for kind, argument in tree:
        if kind == _constants.SUBPATTERN:
            if not _is_all_repetition(argument[-1]):
                return False
            endless = True
        elif kind in _REPEATS and argument[1] > _UNBOUNDED:
            endless = True
        elif kind not in _REPEATS or argument[0] > 0:
            return False
    return endless
