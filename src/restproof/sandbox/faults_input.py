"""Faults of validation: what is let in, what is bent, what is refused without need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.semantics.checker import Problem
from restproof.semantics.validate import Refusal

fault = Register()


def _overlooked(seam: Seam, which: Callable[[Call, Problem], bool]) -> None:
    """Overlook problems of values, and store what was sent."""

    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        call.problems = [p for p in call.problems if not which(call, p)]
        found: list[Refusal] = inner(call, fields)
        return found

    seam.around("invalid_values", advice)


def _value_at(call: Call, problem: Problem) -> Any:
    value: Any = call.fields
    for step in problem.path:
        value = value[step]
    return value


def _schema_of(call: Call, problem: Problem) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.resource.properties.get(str(problem.path[0]), {}) if len(problem.path) == 1 else {}
    return found


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
