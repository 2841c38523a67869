"""Faults of validation: what is let in, what is bent, what is refused without need."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.semantics.checker import Problem, is_valid
from restproof.semantics.validate import Refusal

fault = Register()

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


@fault("malformed-json-as-empty", "input.malformed-json", "a body that is no JSON counts as an empty object")
def malformed_json_as_empty(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if any(r.case == "malformed" for r in call.refusals):
            call.refusals[:] = [r for r in call.refusals if r.case != "malformed"]
            wrapper = call.resource.envelope.request
            call.document = {wrapper: {}} if wrapper else {}
            for parent in call.resource.parents:
                if call.resource.parent_place(parent, call.operation) == "body":
                    call.document[parent.name] = (seam.steps.store.setting("ids") or {}).get(parent.resource)

    seam.around("read_body", advice)


@fault("malformed-json-500", "input.malformed-json", "a body that is no JSON yields 500")
def malformed_json_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        return Answer(500, {"message": "internal error"}) if refusal.case == "malformed" else inner(call, refusal)

    seam.around("answer_refusal", advice)


@fault("several-errors-500", "input.generated", "a body with two wrong values yields 500")
def several_errors_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        wrong = {r.field for r in call.refusals if r.case == "invalid"}
        return Answer(500, {"message": "internal error"}) if len(wrong) > 1 else inner(call, refusal)

    seam.around("answer_refusal", advice)


@fault("envelope-optional", "input.envelope", "a body without its envelope is accepted")
def envelope_optional(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        wrapper = call.resource.envelope.request
        if isinstance(call.document, dict) and wrapper and wrapper not in call.document:
            names = {p.name for p in call.resource.parents if call.resource.parent_place(p, call.operation) == "body"}
            beside = {n: v for n, v in call.document.items() if n in names}
            call.document = {**beside, wrapper: {n: v for n, v in call.document.items() if n not in names}}
        inner(call)

    seam.around("open_envelope", advice)


@fault("unknown-field-ignored", "input.unknown-field", "a field that does not exist is dropped")
def unknown_field_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if r.case != "unknown_field"]

    seam.around("unknown_fields", advice)


@fault("unknown-nested-ignored", "input.unknown-field", "a field that does not exist inside another is dropped")
def unknown_nested_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if "." not in (r.field or "")]

    seam.around("unknown_fields", advice)


@fault("unknown-beside-ignored", "input.unknown-field", "a field beside the envelope is overlooked")
def unknown_beside_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        before = len(call.refusals)
        inner(call)
        call.refusals[before:] = [r for r in call.refusals[before:] if r.case != "unknown_beside"]

    seam.around("open_envelope", advice)


@fault("server-field-settable", "create.server-set", "a client can set what the server sets")
def server_field_settable(seam: Seam) -> None:
    def unknown(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if r.case != "server_set"]

    def known(inner: Any, call: Call) -> dict[str, Any]:
        sent = call.fields or {}
        own = {n: v for n, v in sent.items() if call.resource.properties.get(n, {}).get("readOnly")}
        own.pop(call.resource.id.field, None)
        return {**inner(call), **own}

    seam.around("unknown_fields", unknown)
    seam.around("known_fields", known)


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


@fault("max-length-too-short", "create.accepts-valid", "a text of the full length is refused")
def max_length_too_short(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if isinstance(value, str) and limit is not None and len(value) == limit:
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


@fault("length-in-bytes", "create.accepts-valid", "lengths are counted in bytes of UTF-8")
def length_in_bytes(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if (
                isinstance(value, str)
                and limit is not None
                and len(value) <= limit < len(value.encode("utf-8", "replace"))
            ):
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


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


@fault("array-body-accepted", "input.malformed-json", "an array that holds one object counts as that object")
def array_body_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        stripped = call.body.strip()
        if stripped.startswith(b"[") and stripped.endswith(b"]"):
            call.body = stripped[1:-1]
        inner(call)

    seam.around("read_body", advice)


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


@fault("lower-bound-excluded", "create.accepts-valid", "a number at its lower bound is refused")
def lower_bound_excluded(seam: Seam) -> None:
    _refused(seam, lambda schema, value: _is_number(value) and value == schema.get("minimum"))


@fault("upper-bound-excluded", "create.accepts-valid", "a number at its upper bound is refused")
def upper_bound_excluded(seam: Seam) -> None:
    _refused(seam, lambda schema, value: _is_number(value) and value == schema.get("maximum"))


@fault("last-enum-value-refused", "create.accepts-valid", "the last value of an enumeration is refused")
def last_enum_value_refused(seam: Seam) -> None:
    def hit(schema: Mapping[str, Any], value: Any) -> bool:
        values = [e for e in schema.get("enum", ()) if e is not None]
        return len(values) > 1 and value == values[-1]

    _refused(seam, hit)


@fault("null-refused", "create.accepts-valid", "null is refused where it is allowed")
def null_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: value is None)


@fault("empty-text-refused", "create.accepts-valid", "an empty text is refused where it is allowed")
def empty_text_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: value == "")


@fault("emoji-refused", "create.accepts-valid", "characters beyond U+FFFF are refused")
def emoji_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: isinstance(value, str) and any(c > "\uffff" for c in value))


@fault("leap-day-refused", "create.accepts-valid", "the 29th of February is refused")
def leap_day_refused(seam: Seam) -> None:
    def hit(schema: Mapping[str, Any], value: Any) -> bool:
        return schema.get("format") == "date" and isinstance(value, str) and value.endswith("-02-29")

    _refused(seam, hit)


def _refused(seam: Seam, hit: Callable[[Mapping[str, Any], Any], bool]) -> None:
    """Refuse values that the schema allows."""

    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        refused = [n for n, v in fields.items() if hit(call.resource.properties.get(n, {}), v)]
        return [*found, *(Refusal("invalid", n, "is not allowed") for n in refused)]

    seam.around("invalid_values", advice)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@fault("unknown-field-ignored-on-update", "input.unknown-field", "an update drops a field that does not exist")
def unknown_field_ignored_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if call.operation != "update" or r.case != "unknown_field"]

    seam.around("unknown_fields", advice)


@fault("trailing-text-accepted", "input.malformed-json", "what follows the JSON of a body is overlooked")
def trailing_text_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        try:
            _, end = json.JSONDecoder().raw_decode(call.body.decode("utf-8"))
            call.body = call.body.decode("utf-8")[:end].encode("utf-8")
        except ValueError:
            pass  # the step itself refuses it
        inner(call)

    seam.around("read_body", advice)


@fault("trailing-comma-accepted", "input.malformed-json", "a comma too many in the JSON of a body is overlooked")
def trailing_comma_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        call.body = re.sub(rb",\s*(?=[}\]])", b"", call.body)
        inner(call)

    seam.around("read_body", advice)


@fault("values-before-unknown", "refusal.order", "wrong values are told before unknown fields")
def values_before_unknown(seam: Seam) -> None:
    _reordered(seam, "invalid", "unknown_field")


@fault("absent-before-forbidden", "refusal.order", "what is absent is told before what is forbidden")
def absent_before_forbidden(seam: Seam) -> None:
    _reordered(seam, "absent", "forbidden")


def _reordered(seam: Seam, early: str, late: str) -> None:
    """Where two cases apply, tell the one that stands later in the contract's order."""

    def advice(inner: Any, call: Call) -> Refusal:
        by_case = {r.case: r for r in reversed(call.refusals)}
        chosen: Refusal = inner(call)
        return by_case[early] if chosen.case == late and early in by_case else chosen

    seam.around("choose_refusal", advice)


@fault("parameter-inside-ignored", "input.unknown-field", "a parent's parameter is overlooked inside the envelope")
def parameter_inside_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.fields is not None and call.resource.envelope.request:
            names = {p.name for p in call.resource.parameter_parents} - call.resource.properties.keys()
            call.fields = {n: v for n, v in call.fields.items() if n not in names}

    seam.around("open_envelope", advice)
