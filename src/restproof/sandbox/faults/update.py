"""Faults of updates: frame, times, refusals, races."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import is_nullable, same, type_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import (
    State,
    change_other,
    clear_what_is_shared,
    free_texts,
    is_update,
    lost_fields,
    optional_fields,
    succeed_with,
    touching_others,
    updatable,
    update_misread,
)
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.patch import said_by
from restproof.semantics.validate import Refusal


@fault("update-answers-201", "update.answers-ok", "an update answers 201")
def update_answers_201(seam: Seam) -> None:
    succeed_with(seam, "updated", 201)


@fault(
    "refused-update-stored", "update.failed-leaves-nothing", "of a refused update, the fields that are right are stored"
)
def refused_update_stored(seam: Seam) -> None:
    steps = seam.steps

    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        cases = {r.case for r in call.refusals}
        if (
            is_update(call)
            and call.entry
            and call.fields
            and cases <= {"invalid", "rule", "reference", "unknown_field", "server_set"}
        ):
            bad = {(r.field or "").partition(".")[0] for r in call.refusals}
            right = {n: v for n, v in call.fields.items() if n not in bad}
            after = steps.next_state(call, right)
            if not steps.duplicates(call, after):
                steps.store_change(call, call.entry, after)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault(
    "update-resets-unnamed", "update.only-named", "an update sets fields that it does not name to null or their default"
)
def update_resets_unnamed(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if is_update(call) and fields:
            for name, schema in call.resource.shapes.update["properties"].items():
                if name not in fields and "default" in schema:
                    state[name] = schema["default"]
                elif name not in fields and is_nullable(schema):
                    state[name] = None
        return state

    seam.around("next_state", advice)


@fault("merge-patch-replaces", "update.merges", "an object in a merge patch takes the place of the one that is there")
def merge_patch_replaces(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: dict[str, Any]) -> dict[str, Any]:
        merged: dict[str, Any] = inner(call, fields)
        return {n: fields[n] if isinstance(v, dict) else v for n, v in merged.items()}

    seam.around("patched", advice)


@fault("merge-patch-null-ignored", "update.merges", "null inside an object of a merge patch is passed over")
def merge_patch_null_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: dict[str, Any]) -> dict[str, Any]:
        kept = {n: said_by(v) for n, v in fields.items()}
        merged: dict[str, Any] = inner(call, kept)
        return merged

    seam.around("patched", advice)


@fault("empty-update-refused", "update.empty", "an update that names no field is refused")
def empty_update_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if is_update(call) and call.fields == {}:
            call.refuse("invalid", None, "names no field")

    seam.around("check_fields", advice)


@fault("empty-update-touches", "update.empty", "an update that names no field flips booleans")
def empty_update_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if is_update(call) and not fields:
            for name, schema in call.resource.shapes.update["properties"].items():
                state[name] = (
                    not state[name]
                    if schema.get("type") == "boolean"
                    else None
                    if is_nullable(schema)
                    else state.get(name)
                )
        return state

    seam.around("next_state", advice)


@fault("repeat-update-refused", "update.idempotent", "an update that changes nothing is refused as a duplicate")
def repeat_update_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if is_update(call) and call.fields and call.entry and dict(call.entry.state) == after:
            found.append(Refusal("conflict", next(iter(call.fields)), "is what it was"))
        return found

    seam.around("duplicates", advice)


@fault("created-at-moves", "update.immutable", "an update moves the time of creation")
def created_at_moves(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if is_update(call):
            for name in call.resource.immutable:
                if call.resource.properties.get(name, {}).get("format") == "date-time":
                    state[name] = "2001-01-01T00:00:00Z"
        return state

    seam.around("next_state", advice)


@fault("immutable-updated", "update.immutable", "an update changes a field that only a create may give")
def immutable_updated(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        return [r for r in found if r.field not in call.resource.immutable or call.operation != "update"]

    seam.around("invalid_values", advice)


@fault("update-creates", "update.unknown-id", "an update of an id that names nothing answers 200")
def update_creates(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if call.operation == "update" and refusal.case in ("absent", "gone"):
            return Answer(200, {})
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


touching_others(
    "update-takes-from-others",
    "update.only-named",
    "an update clears in others what it has in common with them",
    "update",
    clear_what_is_shared,
)
touching_others(
    "update-changes-the-oldest",
    "update.only-named",
    "an update is stored in the oldest other one as well",
    "update",
    change_other(0),
)


def change_twins(seam: Seam, call: Call, entry: Entry) -> None:
    """Store the fields of a call in what has the same unique values, too."""
    named = [n for key in call.resource.unique for n in key]
    same = {n: entry.state.get(n) for n in named}
    changed = {n: v for n, v in (call.fields or {}).items() if n in optional_fields(call) and n not in named}
    for other in seam.steps.store.all(entry.resource) if named else ():
        if other.seq != entry.seq and {n: other.state.get(n) for n in named} == same:
            seam.steps.store.update(call.resource, other, {**other.state, **changed}, unique=False)


touching_others(
    "update-reaches-twin",
    "update.only-named",
    "an update changes what has the same unique values, under any parent",
    "update",
    change_twins,
)


def _emptied_by_last_value(call: Call, fields: State) -> State:
    """The last value of an enumeration clears what the update does not name."""
    shape = call.resource.shapes.update["properties"]
    last = any(v == shape[n].get("enum", (None,))[-1] for n, v in fields.items() if n in shape and v is not None)
    unnamed = {n: None for n, p in shape.items() if last and n not in fields and is_nullable(p)}
    return {**unnamed, **fields}


update_misread(
    "last-value-clears-rest",
    "update.only-named",
    "an update to the last value of an enumeration clears other fields",
    _emptied_by_last_value,
)


@fault("numbers-change-places", "update.only-named", "an update of several numbers stores them in each other's place")
def numbers_change_places(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        kinds = ("integer", "number")
        named = [n for n, v in fields.items() if type_of(v) in kinds and n not in call.resource.references]
        if call.entry is not None and call.operation == "update" and len(named) > 1:
            state.update(zip(named, [fields[n] for n in reversed(named)], strict=True))
        return state

    seam.around("next_state", advice)


@fault("update-answers-before", "update.answers-ok", "an update answers the state as it was before")
def update_answers_before(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        shown = call.entry if case == "updated" and call.entry is not None else entry
        answer: Answer = inner(call, case, shown)
        return answer

    seam.around("answer_entry", advice)


@fault("update-wants-required", "update.answers-ok", "an update without the fields that a create needs is refused")
def update_wants_required(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        if call.operation == "update":
            wanted = [n for n in call.resource.shapes.create.get("required", ()) if n in updatable(call)]
            found += [Refusal("invalid", n, "is required") for n in wanted if n not in fields]
        return found

    seam.around("invalid_values", advice)


@fault("update-drops-references", "update.only-named", "an update clears the references that it does not name")
def update_drops_references(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if call.operation == "update" and fields:
            before = call.entry.state if call.entry else {}
            cleared: State = {n: [] if isinstance(before.get(n), list) else None for n in call.resource.references}
            fields = {**cleared, **fields}
        state: State = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("update-resets-default", "update.only-named", "an update sets the fields with a default back to it")
def update_resets_default(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if call.operation == "update" and fields:
            defaults = {n: s["default"] for n, s in updatable(call).items() if "default" in s and n not in fields}
            fields = {**fields, **defaults}
        state: State = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("update-of-nothing-ok", "update.unknown-id", "an update of what is not there answers as if it were done")
def update_of_nothing_ok(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "absent" and call.operation == "update" and call.fields is not None:
            return Answer(200, call.way.envelope.answered(call.fields))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault(
    "refused-reference-stores-rest",
    "update.failed-leaves-nothing",
    "of an update that a rule or a reference to nothing spoils, the rest is stored",
)
def refused_reference_stores_rest(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case in ("reference", "rule") and is_update(call) and call.entry and call.fields:
            bad = {r.field for r in call.refusals}
            rest = {n: v for n, v in call.fields.items() if n in free_texts(call) and n not in bad}
            seam.steps.store_change(call, call.entry, seam.steps.next_state(call, rest))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("repeat-update-clears", "update.idempotent", "an update that changes nothing clears a field that it names")
def repeat_update_clears(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if is_update(call) and call.entry and fields:
            before = call.entry.state
            named = [n for n in lost_fields(call, before) if n in fields]
            if all(same(before.get(n), v) for n, v in fields.items()):
                state.update(dict.fromkeys(named[:1]))
        return state

    seam.around("next_state", advice)
