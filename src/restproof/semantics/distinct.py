"""Values of a schema by number: for unique fields in which the token of a case has no room (numbers, codes with a
pattern, short texts).

``nth(schema, n)`` gives another value for each ``n`` below ``capacity(schema)``, and always the same one. No two
differ in case alone: many servers compare unique texts without it.
"""

from __future__ import annotations

import importlib
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import ceil, floor
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.formats import word as lower_case_word
from restproof.contract.functions import own_format
from restproof.contract.patterns import pattern as python_pattern
from restproof.contract.shapes import types_of
from restproof.contract.values import listed
from restproof.semantics.checker import is_valid
from restproof.semantics.per_schema import PerSchema

JsonSchema = Mapping[str, Any]
#: A unique key with fewer values than this may be used up by a run, or by what is there already.
ROOMY = 50_000
_PRINTABLE = tuple(string.digits + string.ascii_letters + "-_ .,:/@#+*!?()[]{}<>|=&%$;'\"\\~^`")
_WORD = string.digits + string.ascii_lowercase
_LARGEST = 2**31 - 1
_LONGEST = 64


class _Digits:
    """A number taken apart in mixed radix: each choice takes the next digit, and ``capacity`` is their product."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.capacity = 1

    def take(self, choices: int) -> int:
        self.capacity *= choices
        self.number, digit = divmod(self.number, choices)
        return digit


_Maker = Callable[[_Digits], Any]


def capacity(schema: JsonSchema) -> int:
    """How many values ``nth`` knows; 0 where it knows none."""
    return _built(schema)[1]


def nth(schema: JsonSchema, number: int) -> Any:
    """Value ``number`` (modulo the capacity) of the schema; ``None`` where there is none."""
    maker, size = _built(schema)
    return maker(_Digits(number % size)) if size else None


def _build(schema: JsonSchema) -> tuple[_Maker, int]:
    best: tuple[_Maker, int] = (lambda _digits: None, 0)
    for maker in _makers(schema):
        digits = _Digits(0)
        first = maker(digits)
        size = digits.capacity
        tried = (first, *(maker(_Digits(n % size)) for n in (1, 12_345, size // 2, size - 1)))
        if size > best[1] and all(is_valid(schema, value) for value in tried):
            best = (maker, size)
        if best[1] >= ROOMY**2:
            break
    return best


_built = PerSchema(_build)


def _makers(schema: JsonSchema) -> Iterable[_Maker]:
    own = own_format(schema)
    if own is not None and own.make is not None:
        make = own.make
        yield lambda digits: make(digits.take(_LARGEST))
        return
    if known := listed(schema):
        yield lambda digits: known[digits.take(len(known))]
        return
    for word in ("anyOf", "oneOf"):
        rest = {k: v for k, v in schema.items() if k != word}
        for part in schema.get(word, ()):
            yield from _makers({**rest, **part})
    if "allOf" in schema:
        merged: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
        for part in schema["allOf"]:
            merged.update(part)
        yield from _makers(merged)
        return
    if "const" in schema or "enum" in schema:
        values = [v for v in schema.get("enum", [schema.get("const")]) if v is not None]
        if values:
            yield lambda digits: values[digits.take(len(values))]
        return
    kinds = types_of(schema)
    if "string" in kinds:
        yield from _texts(schema)
    if kinds & {"integer", "number"}:
        yield from _numbers(schema, fractions="number" in kinds)
    if "boolean" in kinds:
        yield lambda digits: bool(digits.take(2))


def _numbers(schema: JsonSchema, *, fractions: bool) -> Iterable[_Maker]:
    step = schema.get("multipleOf", 1)
    low, high = (
        schema.get("minimum", schema.get("exclusiveMinimum")),
        schema.get("maximum", schema.get("exclusiveMaximum")),
    )
    # Fractions: a float has no room for the last integers of 64 bits.
    unit = Fraction(str(step))
    first = ceil(Fraction(str(low if low is not None else min(1, high if high is not None else 1))) / unit)
    last = floor(Fraction(str(high)) / unit) if high is not None else max(_LARGEST, first)
    if low is not None and "exclusiveMinimum" in schema and first * step <= schema["exclusiveMinimum"]:
        first += 1
    if low is None and high is not None and last <= first:
        first = last - _LARGEST
    if "exclusiveMaximum" in schema and last * step >= schema["exclusiveMaximum"]:
        last -= 1
    if last >= first:
        yield lambda digits: _tidy((first + digits.take(last - first + 1)) * step)
    if fractions and "multipleOf" not in schema and low is not None and high is not None:
        grain = 1_000_000
        least, most = floor(low * grain) + 1, ceil(high * grain) - 1
        if most >= least:
            yield lambda digits: (least + digits.take(most - least + 1)) / grain


def _tidy(value: float) -> float:
    """A multiple of a fraction without the error of its computation, and a whole number without a fraction."""
    if isinstance(value, int):
        return value
    return int(value) if value.is_integer() else round(value, 9)


def _matching(parsed: Any, target: int, digits: _Digits) -> Any:
    return _match(parsed, digits, target, {})


def _texts(schema: JsonSchema) -> Iterable[_Maker]:
    known = FORMATS.get(str(schema.get("format", "")))
    if known and known.numbered:
        yield known.numbered
        if "pattern" not in schema:
            return
    if "pattern" in schema:
        compiled = python_pattern(schema["pattern"])
        if compiled is not None:
            parsed = importlib.import_module("re._parser").parse(compiled.pattern)
            usual = (4, 8, 2, 3, 5, 1, 0, 12, 20, 40)
            # Bounds on the whole length leave little choice for the part that is repeated.
            bounded = range(min(schema.get("maxLength", schema.get("minLength", 0)), _LONGEST) + 1)
            for target in dict.fromkeys((*usual, *reversed(bounded))):
                yield partial(_matching, parsed, target)
        return
    longest = schema.get("maxLength", 8)
    width = max(schema.get("minLength", 0), min(longest, 8))
    yield lambda digits: lower_case_word(digits, width)


def _match(parsed: Any, digits: _Digits, target: int, groups: dict[int, str]) -> str:
    """Text that a parsed pattern matches: choices by ``digits``, open repetitions ``target`` times."""
    return "".join(_node(str(op), argument, digits, target, groups) for op, argument in parsed)


def _node(op: str, argument: Any, digits: _Digits, target: int, groups: dict[int, str]) -> str:
    if op == "LITERAL":
        return chr(argument)
    if op in ("ANY", "NOT_LITERAL", "IN"):
        allowed = _characters(op, argument)
        return allowed[digits.take(len(allowed))] if allowed else ""
    if op == "BRANCH":
        return _branch(argument[1], digits, target, groups)
    if op == "SUBPATTERN":
        number, _, _, inner = argument
        text = _match(inner, digits, target, groups)
        if number is not None:
            groups[number] = text
        return text
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        times = max(least, min(int(most), target))
        return "".join(_match(inner, digits, target, groups) for _ in range(times))
    if op == "ATOMIC_GROUP":
        return _match(argument, digits, target, groups)
    # Anchors and look-around say where; what they ask for is checked on the result.
    return groups.get(argument, "") if op == "GROUPREF" else ""


def _branch(branches: Sequence[Any], digits: _Digits, target: int, groups: dict[int, str]) -> str:
    """Text of the alternative that has the most values, since a number that chose among such as have fewer would give
    some of those again; one of them all where each is a single text."""
    rooms, held = [_Digits(0) for _ in branches], [dict(groups) for _ in branches]
    texts = [_match(b, room, target, inside) for b, room, inside in zip(branches, rooms, held, strict=True)]
    most = max(room.capacity for room in rooms)
    if most == 1:
        apart = {text.casefold(): at for at, text in enumerate(texts) if text}
        at = [*apart.values()][digits.take(len(apart))] if apart else 0
    else:
        at = next(at for at, room in enumerate(rooms) if room.capacity == most)
        if digits.number:
            return _match(branches[at], digits, target, groups)
        digits.capacity *= most
    # What was made to see the room is taken: made again, each alternative inside of another would double the work.
    groups.update(held[at])
    return texts[at]


def _characters(op: str, argument: Any) -> str:
    if op == "ANY":
        return _WORD
    if op == "NOT_LITERAL":
        return "".join(c for c in _WORD if ord(c) != argument)
    parts = [(str(kind), value) for kind, value in argument]
    inside = {c for c in _PRINTABLE if any(_is_in(c, kind, value) for kind, value in parts)}
    if parts[0][0] == "NEGATE":
        return "".join(c for c in _WORD if c not in inside)
    # Letters and digits where the class has some: what is special is tried elsewhere.
    # One case of each: to a server that compares without case, the other one is the same value.
    usual = "".join(c for c in _PRINTABLE if c in inside and c.isalnum() and not (c.isupper() and c.lower() in inside))
    return usual or "".join(c for c in _PRINTABLE if c in inside) or "".join(_outside(parts))


def _is_in(char: str, kind: str, value: Any) -> bool:
    if kind == "LITERAL":
        return bool(ord(char) == value)
    if kind == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if kind == "CATEGORY":
        name = str(value)
        right = {"DIGIT": char.isdigit(), "WORD": char.isalnum() or char == "_", "SPACE": char.isspace()}
        found = right.get(name.rpartition("_")[2], False)
        return not found if "_NOT_" in name else found
    return False


def _outside(parts: Iterable[tuple[str, Any]]) -> Iterable[str]:
    """Some characters of a class beyond printable ASCII."""
    for kind, value in parts:
        if kind == "LITERAL":
            yield chr(value)
        elif kind == "RANGE":
            yield from map(chr, range(value[0], min(value[1], value[0] + 30) + 1))
