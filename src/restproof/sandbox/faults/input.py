"""Faults of how a body is read and its meaning is checked: form, unknown fields, references, business rules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.rules import Frozen, Never, Ordered
from restproof.contract.shapes import same
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import answered, crash_on
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
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


_DAY = re.compile(r"(?<=^\d{4}-\d{2})-\d{2}$")


@fault("rule-unchecked", "input.business-rule", "business rules are not checked")
def rule_unchecked(seam: Seam) -> None:
    seam.around("broken_rules", lambda inner, call, after, skip: [])


@fault("rule-unchecked-on-update", "input.business-rule", "an update may break a business rule")
def rule_unchecked_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        return [] if call.operation != "create" else inner(call, after, skip)

    seam.around("broken_rules", advice)


@fault("rule-checks-patch-only", "input.business-rule", "an update's business rules look at the named fields only")
def rule_checks_patch_only(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        named = after if call.operation == "create" else {n: v for n, v in after.items() if n in (call.fields or {})}
        found: list[Refusal] = inner(call, named, skip)
        return found

    seam.around("broken_rules", advice)


@fault("reference-unchecked", "input.reference", "a reference may name nothing")
def reference_unchecked(seam: Seam) -> None:
    seam.around("dangling_references", lambda inner, call, fields, skip: [])


@fault("reference-to-other-parent", "input.reference", "a reference may name a resource of another parent")
def reference_to_other_parent(seam: Seam) -> None:
    def advice(inner: Any, above: Mapping[str, int], resource: str, id: Any) -> Any:
        return next(iter(seam.steps.store.find(resource, str(id))), None)

    seam.around("referent", advice)
    seam.around("reaches", lambda inner, above, referent: True)


@fault("reference-to-deleted", "input.reference", "a reference may name what was deleted")
def reference_to_deleted(seam: Seam) -> None:
    gone: dict[tuple[str, str], Entry] = {}

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone[entry.resource, entry.key] = entry

    def referent(inner: Any, above: Mapping[str, int], resource: str, id: Any) -> Entry | None:
        found: Entry | None = inner(above, resource, id)
        return found or gone.get((resource, str(id)))

    seam.around("remove", remove)
    seam.around("referent", referent)


@fault("rule-sees-cleared", "input.rule-kept", "an update's business rules look at stored values that it sets to null")
def rule_sees_cleared(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        stored = call.entry.state if call.entry else {}
        seen = {n: stored.get(n) if v is None else v for n, v in after.items()}
        found: list[Refusal] = inner(call, seen, skip)
        return found

    seam.around("broken_rules", advice)


@fault("rule-compares-months", "input.business-rule", "business rules compare the year and month of dates")
def rule_compares_months(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        month = {n: _DAY.sub("-01", v) if isinstance(v, str) else v for n, v in after.items()}
        found: list[Refusal] = inner(call, month, skip)
        return found

    seam.around("broken_rules", advice)


@fault(
    "rule-meets-stored-side", "input.rule-kept", "of two ordered fields, a new first is compared with the old second"
)
def rule_meets_stored_side(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        before = call.entry.state if call.entry and call.operation == "update" else {}
        for rule in call.resource.rules:
            if isinstance(rule, Ordered):
                first, stored = (call.fields or {}).get(rule.first), before.get(rule.second)
                if first is not None and stored is not None and first > stored:
                    found.append(Refusal("rule", rule.first, f"must not be after {rule.second}"))
        return found

    seam.around("broken_rules", advice)


@fault(
    "rule-needs-both-sides", "input.rule-kept", "of two ordered fields, the second is refused where the first is null"
)
def rule_needs_both_sides(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        named = call.fields or {}
        for rule in call.resource.rules if call.operation == "update" else ():
            if isinstance(rule, Ordered) and named.get(rule.second) and after.get(rule.first) is None:
                found.append(Refusal("rule", rule.second, f"needs {rule.first}"))
        return found

    seam.around("broken_rules", advice)


@fault("rules-of-few-fields", "input.business-rule", "an update of more than two fields is not held to business rules")
def rules_of_few_fields(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        many = call.operation == "update" and len(call.fields or ()) > 2
        return [] if many else inner(call, after, skip)

    seam.around("broken_rules", advice)


@fault("reference-list-last-only", "input.reference", "of a list of references, only the last is checked")
def reference_list_last_only(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        checked = {n: v[-1:] if isinstance(v, list) else v for n, v in fields.items()}
        found: list[Refusal] = inner(call, checked, skip)
        return found

    seam.around("dangling_references", advice)


@fault("second-rule-unchecked", "input.business-rule", "only the first business rule of a resource is checked")
def second_rule_unchecked(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        first = call.resource.rules[0] if call.resource.rules else None
        named = {getattr(first, "second", None), getattr(first, "field", None), *getattr(first, "body", ())}
        return [r for r in found if r.field in named]

    seam.around("broken_rules", advice)


@fault("transition-unchecked", "input.business-rule", "a change of state that the rules forbid is let through")
def transition_unchecked(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        fields = {r.field for r in call.resource.rules if isinstance(r, Never)}
        return [r for r in found if r.field not in fields]

    seam.around("broken_rules", advice)


@fault("frozen-unchecked", "input.business-rule", "what never changes in a state is changed all the same")
def frozen_unchecked(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        told = {r.because for r in call.resource.rules if isinstance(r, Frozen)}
        return [r for r in inner(call, after, skip) if r.message not in told]

    seam.around("broken_rules", advice)


@fault("equal-bounds-refused", "input.rule-kept", "of two ordered fields, equal values are refused")
def equal_bounds_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        for rule in call.resource.rules:
            if not isinstance(rule, Ordered) or after.get(rule.first) is None:
                continue
            if same(after[rule.first], after.get(rule.second)):
                found.append(Refusal("rule", rule.second, f"must be after {rule.first}"))
        return found

    seam.around("broken_rules", advice)


@fault("reference-list-first-only", "input.reference", "of a list of references, only the first is checked")
def reference_list_first_only(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        checked = {n: v[:1] if isinstance(v, list) else v for n, v in fields.items()}
        found: list[Refusal] = inner(call, checked, skip)
        return found

    seam.around("dangling_references", advice)


@fault("reference-unchecked-on-update", "input.reference", "an update may name what is not there")
def reference_unchecked_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        return inner(call, fields, skip) if call.operation == "create" else []

    seam.around("dangling_references", advice)


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
