"""Faults of what a body means: references and business rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.rules import Frozen, Never, Ordered
from restproof.contract.shapes import same
from restproof.sandbox.call import Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

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


@fault("rule-refuses-cleared-second", "input.rule-kept", "of two ordered fields, the second cannot become null alone")
def rule_refuses_cleared_second(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        named = call.fields or {}
        for rule in call.resource.rules if call.operation == "update" else ():
            if not isinstance(rule, Ordered) or rule.first in named or named.get(rule.second, "") is not None:
                continue
            if after.get(rule.first) is not None:
                found.append(Refusal("rule", rule.second, f"must not be before {rule.first}"))
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


@fault("reference-zero-clears", "input.reference", "a reference of 0 counts as null")
def reference_zero_clears(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.fields is not None:
            zero = {n: None for n, ref in call.resource.references.items() if call.fields.get(n) == 0 and not ref.many}
            call.fields = {**call.fields, **zero}

    seam.around("open_envelope", advice)


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
