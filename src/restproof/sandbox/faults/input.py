"""Faults of how a body is read: form, envelope, unknown fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import answered, crash_on
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("long-uri-500", "input.too-large", "an oversize URI yields 500")
def long_uri_500(seam: Seam) -> None:
    crash_on(seam, "uri_too_long")


@fault("large-body-500", "input.too-large", "an oversize body yields 500")
def large_body_500(seam: Seam) -> None:
    crash_on(seam, "too_large")


@fault("malformed-json-as-empty", "input.malformed-json", "a body that is no JSON counts as an empty object")
def malformed_json_as_empty(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if any(r.case == "malformed" for r in call.refusals):
            call.refusals[:] = [r for r in call.refusals if r.case != "malformed"]
            given = seam.steps.store.setting("ids") or {}
            outside = {p.name: given.get(p.resource) for p in call.way.parents_in("body")}
            call.document = call.way.envelope.requested({}, outside, call.item_id)

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
        envelope, names = call.way.envelope, {p.name for p in call.way.parents_in("body")}
        if isinstance(call.document, dict) and envelope.request and envelope.taken(call.document) is None:
            outside = {n: v for n, v in call.document.items() if n in names}
            bare = {n: v for n, v in call.document.items() if n not in names}
            call.document = envelope.requested(bare, outside, call.item_id)
        inner(call)

    seam.around("open_envelope", advice)


@fault("envelope-plural-too", "input.envelope", "the plural of the envelope's name will do, too")
def envelope_plural_too(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        name = call.way.envelope.request
        if isinstance(call.document, dict) and name and f"{name}s" in call.document:
            call.document = {name: call.document[f"{name}s"], **call.document}
            del call.document[f"{name}s"]
        inner(call)

    seam.around("open_envelope", advice)


@fault("envelope-array-updates", "input.envelope", "an update with an array in its envelope counts as an empty one")
def envelope_array_updates(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        name = call.way.envelope.request
        if isinstance(call.document, dict) and call.operation == "update" and call.document.get(name) == []:
            call.document = {**call.document, name: {}}
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


@fault("array-body-accepted", "input.malformed-json", "an array that holds one object counts as that object")
def array_body_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        stripped = call.body.strip()
        if stripped.startswith(b"[") and stripped.endswith(b"]"):
            call.body = stripped[1:-1]
        inner(call)

    seam.around("read_body", advice)


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


@fault("parameter-inside-ignored", "input.unknown-field", "a parent's parameter is overlooked inside the envelope")
def parameter_inside_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.fields is not None and call.way.envelope.request:
            names = {p.name for p in call.resource.parameter_parents} - call.resource.properties.keys()
            call.fields = {n: v for n, v in call.fields.items() if n not in names}

    seam.around("open_envelope", advice)


answered("rule-400", "input.business-rule", "a broken business rule is 400", "rule", 400)


answered("reference-500", "input.reference", "a reference to nothing yields 500", "reference", 500)


answered("unknown-field-400", "input.unknown-field", "an unknown field is 400", "unknown_field", 400)


answered("missing-parent-500", "input.parent", "a missing parent parameter yields 500", "missing_parent", 500)


answered("mistyped-parent-500", "input.parent", "a parent parameter of a wrong type yields 500", "mistyped_parent", 500)


answered("empty-body-500", "input.malformed-json", "an empty body yields 500", "empty_body", 500)


answered("envelope-500", "input.envelope", "a missing envelope yields 500", "envelope", 500)


@fault("several-errors-accepted", "input.generated", "a body with more than one wrong value is taken")
def several_errors_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        return [] if len({r.field for r in found}) > 1 else found

    seam.around("invalid_values", advice)
