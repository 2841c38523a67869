"""Faults of what a body means: references and business rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from restproof.contract.model import WRITES
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


def _more_of_ordered(
    seam: Seam, operations: Collection[str], more: Callable[[Call, Mapping[str, Any], Ordered], Refusal | None]
) -> None:
    """Requests of ``operations`` are refused for each ordered pair of fields of which ``more`` gives a refusal, by the
    state that would follow, too."""

    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        ordered = [r for r in call.resource.rules if isinstance(r, Ordered)] if call.operation in operations else []
        return [*inner(call, after, skip), *filter(None, (more(call, after, rule) for rule in ordered))]

    seam.around("broken_rules", advice)


@fault(
    "rule-meets-stored-side", "input.rule-kept", "of two ordered fields, a new first is compared with the old second"
)
def rule_meets_stored_side(seam: Seam) -> None:
    def late(call: Call, after: Mapping[str, Any], rule: Ordered) -> Refusal | None:
        first = (call.fields or {}).get(rule.first)
        stored = call.entry.state.get(rule.second) if call.entry else None
        is_late = first is not None and stored is not None and first > stored
        return Refusal("rule", rule.first, f"must not be after {rule.second}") if is_late else None

    _more_of_ordered(seam, ("update",), late)


@fault(
    "rule-needs-both-sides", "input.rule-kept", "of two ordered fields, the second is refused where the first is null"
)
def rule_needs_both_sides(seam: Seam) -> None:
    def alone(call: Call, after: Mapping[str, Any], rule: Ordered) -> Refusal | None:
        is_alone = (call.fields or {}).get(rule.second) and after.get(rule.first) is None
        return Refusal("rule", rule.second, f"needs {rule.first}") if is_alone else None

    _more_of_ordered(seam, ("update",), alone)


@fault("rule-refuses-cleared-second", "input.rule-kept", "of two ordered fields, the second cannot become null alone")
def rule_refuses_cleared_second(seam: Seam) -> None:
    def cleared(call: Call, after: Mapping[str, Any], rule: Ordered) -> Refusal | None:
        named = call.fields or {}
        is_cleared = (
            rule.first not in named and named.get(rule.second, "") is None and after.get(rule.first) is not None
        )
        return Refusal("rule", rule.second, f"must not be before {rule.first}") if is_cleared else None

    _more_of_ordered(seam, ("update",), cleared)


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
    def equal(call: Call, after: Mapping[str, Any], rule: Ordered) -> Refusal | None:
        first = after.get(rule.first)
        is_equal = first is not None and same(first, after.get(rule.second))
        return Refusal("rule", rule.second, f"must be after {rule.first}") if is_equal else None

    _more_of_ordered(seam, WRITES, equal)


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
