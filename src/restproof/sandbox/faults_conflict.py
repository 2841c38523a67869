"""Faults of business rules, references and uniqueness."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.state import same
from restproof.semantics.validate import Refusal

fault = Register()

_BEGINNING = 100
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


@fault("unique-by-beginning", "conflict.scope", "of a unique text only the first hundred characters count")
def unique_by_beginning(seam: Seam) -> None:
    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for other in seam.steps.store.under(call.resource.name, call.scope or ()):
            for key in call.resource.unique:
                texts = [(str(s.get(n)) for n in key) for s in (after, other.state)]
                one, two = ([text[:_BEGINNING] for text in some] for some in texts)
                if other is not call.entry and one == two and any(len(text) == _BEGINNING for text in one):
                    found.append(Refusal("conflict", key[0], "has already been taken"))
        return found

    seam.around("duplicates", duplicates)


@fault("duplicate-accepted", "conflict.duplicate", "a create may repeat a unique value")
def duplicate_accepted(seam: Seam) -> None:
    def checked(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        return [] if call.operation == "create" else inner(call, after)

    def stored(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Any:
        return seam.steps.store.insert(call.resource, key, call.scope or (), tenant, state, unique=False)

    seam.around("duplicates", checked)
    seam.around("insert", stored)


@fault("duplicate-replaces", "conflict.duplicate", "a refused duplicate changes the original")
def duplicate_replaces(seam: Seam) -> None:
    steps = seam.steps

    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if found and call.operation == "create" and call.scope is not None:
            for fields in call.resource.unique:
                original = steps.store.entry(steps.store.taken(call.resource, fields, call.scope, after) or 0)
                if original is not None:
                    own = {call.resource.id.field: original.state[call.resource.id.field]}
                    steps.store.update(call.resource, original, {**after, **own})
        return found

    seam.around("duplicates", advice)


@fault("rename-unchecked", "conflict.rename", "an update may take another's unique value")
def rename_unchecked(seam: Seam) -> None:
    def checked(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        return [] if call.operation != "create" else inner(call, after)

    def stored(inner: Any, call: Call, entry: Any, state: Mapping[str, Any]) -> Any:
        return seam.steps.store.update(call.resource, entry, state, unique=False)

    seam.around("duplicates", checked)
    seam.around("store_change", stored)


@fault("key-by-first-member", "conflict.scope", "of a unique key of several members only the first counts")
def key_by_first_member(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        own = call.entry.seq if call.entry else None
        for other in seam.steps.store.under(call.resource.name, call.scope or ()):
            for first, *rest in call.resource.unique:
                if rest and other.seq != own and other.state.get(first) == after.get(first):
                    found.append(Refusal("conflict", first, "has already been taken"))
        return found

    seam.around("duplicates", advice)


@fault("part-of-key-unchecked", "conflict.rename", "an update of one member of a unique key may take another's")
def part_of_key_unchecked(seam: Seam) -> None:
    def in_part(call: Call) -> bool:
        named = set(call.fields or {})
        return call.operation == "update" and any(
            len(key) > 1 and named & set(key) and not named >= set(key) for key in call.resource.unique
        )

    def checked(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        return [] if in_part(call) else inner(call, after)

    def stored(inner: Any, call: Call, entry: Any, state: Mapping[str, Any]) -> Any:
        if in_part(call):
            return seam.steps.store.update(call.resource, entry, state, unique=False)
        return inner(call, entry, state)

    seam.around("duplicates", checked)
    seam.around("store_change", stored)


@fault("unique-across-parents", "conflict.scope", "a value that another parent's resource holds is a duplicate")
def unique_across_parents(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for other in seam.steps.store.all(call.resource.name) if call.resource.unique_scope == "parent" else ():
            for fields in call.resource.unique:
                same = all(after.get(f) is not None and other.state.get(f) == after.get(f) for f in fields)
                if same and other.scope != call.scope:
                    found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("duplicates", advice)


@fault("unique-ignores-case", "conflict.scope", "values that differ in case only are duplicates")
def unique_ignores_case(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        own = call.entry.seq if call.entry else None
        for other in seam.steps.store.under(call.resource.name, call.scope or ()):
            for fields in call.resource.unique:
                if other.seq != own and [str(other.state.get(f)).lower() for f in fields] == [
                    str(after.get(f)).lower() for f in fields
                ]:
                    found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("duplicates", advice)


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


@fault("unique-among-usual", "conflict.duplicate", "what has a boolean off its default bars no duplicate")
def unique_among_usual(seam: Seam) -> None:
    steps = seam.steps

    def usual(call: Call, state: Mapping[str, Any]) -> bool:
        shapes = call.resource.shapes.create["properties"]
        return all(same(state.get(n), p["default"]) for n, p in shapes.items() if isinstance(p.get("default"), bool))

    def checked(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        holders = (steps.store.taken(call.resource, key, call.scope or (), after) for key in call.resource.unique)
        others = [steps.store.entry(seq) for seq in holders if seq is not None]
        return found if all(o is None or usual(call, o.state) for o in others) else []

    def stored(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Any:
        return steps.store.insert(call.resource, key, call.scope or (), tenant, state, unique=False)

    seam.around("duplicates", checked)
    seam.around("insert", stored)
