"""JSON Schema 2020-12 where ``jsonschema`` reads it in Python's way: patterns, and multiples of fractions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

import jsonschema

from restproof.contract.formats import FORMATS
from restproof.contract.functions import own_checks
from restproof.contract.patterns import matches


def _matched(validator: Any, source: str, value: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(value, str) and not matches(source, value):
        yield jsonschema.exceptions.ValidationError(f"{value!r} does not match {source!r}")


def _divided(validator: Any, step: Any, value: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    if validator.is_type(value, "number") and not is_multiple(value, step):
        yield jsonschema.exceptions.ValidationError(f"{value!r} is not a multiple of {step!r}")


def is_multiple(value: float, step: float) -> bool:
    """Whether a number is a multiple of a step, both as they are written: 0.07 is one of 0.01, though not in binary
    fractions. What is read of 1e400 or NaN is none."""
    finite = isinstance(value, int) or math.isfinite(value)
    return finite and _written(value) % _written(step) == 0


def _written(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


Validator: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _matched, "multipleOf": _divided}
)
"""A validator that reads patterns as ECMA-262 has them, and numbers as JSON writes them."""


def checking(checks: Mapping[str, Callable[[str], bool]]) -> jsonschema.FormatChecker:
    """What asserts the formats of these names, and no other one."""
    checker = jsonschema.FormatChecker(formats=())

    def asserted(check: Callable[[str], bool]) -> Callable[[object], bool]:
        return lambda value: not isinstance(value, str) or check(value)

    # The public decorator registers for every checker of the process; the instance's own table does not.
    checker.checkers = {name: (asserted(check), ()) for name, check in checks.items()}
    return checker


def asserting(schema: Mapping[str, Any]) -> Any:
    """A validator of ``schema`` that asserts formats as well."""
    checks = {**{name: known.check for name, known in FORMATS.items()}, **own_checks(schema)}
    return Validator(schema, format_checker=checking(checks))
