"""Faults of how single values are checked against the schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.sandbox.call import Call
from restproof.sandbox.faults.advice import answered
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.checker import Problem, is_valid
from restproof.semantics.validate import Refusal

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def _overlooked(seam: Seam, which: Callable[[Call, Problem], bool]) -> None:
    """Overlook problems of values, and store what was sent."""

    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        call.problems = [p for p in call.problems if not which(call, p)]
        found: list[Refusal] = inner(call, fields)
        return found

    seam.around("invalid_values", advice)


def _value_at(call: Call, problem: Problem) -> Any:
    """The value that a problem is about; ``None`` where it is that there is none."""
    value: Any = call.fields
    for step in problem.path:
        try:
            value = value[step]
        except (KeyError, IndexError):
            return None
    return value


def _schema_of(call: Call, problem: Problem) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.resource.properties.get(str(problem.path[0]), {}) if len(problem.path) == 1 else {}
    return found


@fault("entry-taken-for-array", "input.type", "an entry that stands without its array is taken for an array of one")
def entry_taken_for_array(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        for name, value in (call.fields or {}).items():
            schema = call.resource.shapes.create["properties"].get(name, {})
            if "array" in types_of(schema) and not isinstance(value, list) and is_valid(schema, [value]):
                call.fields = {**(call.fields or {}), name: [value]}
        inner(call)

    seam.around("check_fields", advice)


@fault("required-unchecked", "input.required", "a required field may be missing")
def required_unchecked(seam: Seam) -> None:
    _overlooked(seam, lambda call, p: p.keyword == "required")


@fault("coerces-integers", "input.type", "digits in a string count as an integer")
def coerces_integers(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        for name, value in list((call.fields or {}).items()):
            schema = call.resource.properties.get(name, {})
            if (
                isinstance(value, str)
                and value.isdecimal()
                and "integer" in types_of(schema)
                and "string" not in types_of(schema)
            ):
                call.fields = {**(call.fields or {}), name: int(value)}
        inner(call)

    seam.around("check_fields", advice)


@fault("coerces-to-text", "input.type", "a number where text belongs is turned into text")
def coerces_to_text(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        for name, value in list((call.fields or {}).items()):
            if isinstance(value, int | float) and "string" in types_of(call.resource.properties.get(name, {})):
                call.fields = {**(call.fields or {}), name: str(value).lower()}
        inner(call)

    seam.around("check_fields", advice)


@fault("coerces-booleans", "input.type", '"true" and 1 count as true')
def coerces_booleans(seam: Seam) -> None:
    meant = {"true": True, "false": False, 1: True, 0: False}

    def advice(inner: Any, call: Call) -> None:
        for name, value in list((call.fields or {}).items()):
            schema = call.resource.properties.get(name, {})
            if schema.get("type") == "boolean" and isinstance(value, str | int) and value in meant:
                call.fields = {**(call.fields or {}), name: meant[value]}
        inner(call)

    seam.around("check_fields", advice)


@fault("null-accepted", "input.null", "null is accepted where it is not allowed")
def null_accepted(seam: Seam) -> None:
    _overlooked(seam, lambda call, p: p.keyword in ("type", "enum") and _value_at(call, p) is None)


@fault("max-length-off-by-one", "input.bounds", "a text may be one character too long")
def max_length_off_by_one(seam: Seam) -> None:
    def one_over(call: Call, problem: Problem) -> bool:
        limit = _schema_of(call, problem).get("maxLength")
        return problem.keyword == "maxLength" and limit is not None and len(_value_at(call, problem)) == limit + 1

    _overlooked(seam, one_over)


def _keyword_unchecked(name: str, summary: str, *keywords: str, operations: tuple[str, ...] = ()) -> None:
    def install(seam: Seam) -> None:
        _overlooked(seam, lambda call, p: p.keyword in keywords and (not operations or call.operation in operations))

    fault(name, "input.bounds", summary)(install)


_keyword_unchecked(
    "enum-unchecked-on-update", "an update takes values outside the enumeration", "enum", operations=("update",)
)


_keyword_unchecked("enum-unchecked", "values outside the enumeration are taken", "enum")


_keyword_unchecked("pattern-unchecked", "patterns are not checked", "pattern")


_keyword_unchecked("format-unchecked", "formats are not checked", "format")


_keyword_unchecked("minimum-unchecked", "lower bounds are not checked", "minimum", "exclusiveMinimum")


_keyword_unchecked("maximum-unchecked", "upper bounds are not checked", "maximum", "exclusiveMaximum")


_keyword_unchecked("min-length-unchecked", "empty and blank text is taken", "minLength", "pattern")


_keyword_unchecked("unique-items-unchecked", "an array may repeat an entry", "uniqueItems")


def _lenient_on(name: str, requirement: str, summary: str, operation: str, *keywords: str) -> None:
    """A fault that leaves some keywords unchecked on one operation."""

    def install(seam: Seam) -> None:
        _overlooked(seam, lambda call, p: p.keyword in keywords and call.operation == operation)

    fault(name, requirement, summary)(install)


_lenient_on("type-unchecked-on-update", "input.type", "an update takes values of any type", "update", "type")


_lenient_on("length-unchecked-on-update", "input.bounds", "an update takes text of any length", "update", "maxLength")


_lenient_on("minimum-unchecked-on-update", "input.bounds", "an update takes numbers too low", "update", "minimum")


_lenient_on("format-unchecked-on-update", "input.bounds", "an update takes any format", "update", "format")


@fault("first-entry-checked", "input.bounds", "of an array only the first entry is checked")
def first_entry_checked(seam: Seam) -> None:
    def lenient(call: Call, problem: Problem) -> bool:
        return any(isinstance(step, int) and step > 0 for step in problem.path)

    _overlooked(seam, lenient)


@fault("null-accepted-on-update", "input.null", "an update takes null where it is not allowed")
def null_accepted_on_update(seam: Seam) -> None:
    def lenient(call: Call, problem: Problem) -> bool:
        return call.operation == "update" and problem.keyword in ("type", "enum") and _value_at(call, problem) is None

    _overlooked(seam, lenient)


@fault("last-required-unchecked", "input.required", "the last of the required fields may be missing")
def last_required_unchecked(seam: Seam) -> None:
    def lenient(call: Call, problem: Problem) -> bool:
        required = call.resource.shapes.create.get("required", ())
        return problem.keyword == "required" and bool(required) and (problem.field or "").endswith(required[-1])

    _overlooked(seam, lenient)


@fault("text-cut-to-limit", "input.bounds", "text that is too long is cut instead of refused")
def text_cut_to_limit(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        for name, value in list((call.fields or {}).items()):
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if isinstance(value, str) and limit is not None:
                call.fields = {**(call.fields or {}), name: value[:limit]}
        inner(call)

    seam.around("check_fields", advice)


@fault("enum-in-any-case", "input.bounds", "an enumeration takes its values in any case")
def enum_in_any_case(seam: Seam) -> None:
    def lenient(call: Call, problem: Problem) -> bool:
        value = _value_at(call, problem)
        known = [e.lower() for e in _schema_of(call, problem).get("enum", ()) if isinstance(e, str)]
        return problem.keyword == "enum" and isinstance(value, str) and value.lower() in known

    _overlooked(seam, lenient)


@fault("dates-roll-over", "input.bounds", "a day that a month does not have is taken")
def dates_roll_over(seam: Seam) -> None:
    def lenient(call: Call, problem: Problem) -> bool:
        value = _value_at(call, problem)
        return problem.keyword == "format" and isinstance(value, str) and _DAY.fullmatch(value) is not None

    _overlooked(seam, lenient)


answered("required-500", "input.required", "a missing field yields 500", "invalid", 500, "create")
