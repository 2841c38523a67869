"""Faults of PUT."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import same
from restproof.sandbox.call import Call
from restproof.sandbox.faults.advice import (
    State,
    change_other,
    clear_what_is_shared,
    last_field_lost,
    touching_others,
)
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics import state as states
from restproof.semantics.validate import Refusal


@fault("deleted-comes-back", "replace.creates", "a replace at the id of what was deleted brings its values back")
def deleted_comes_back(seam: Seam) -> None:
    gone: dict[tuple[str, str], State] = {}

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone[entry.resource, entry.key] = dict(entry.state)

    def next_state(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        left = gone.get((call.resource.name, call.new_key or ""), {}) if call.entry is None else {}
        named = call.resource.shapes.replace["properties"]
        after: State = inner(call, {**{n: v for n, v in left.items() if n in named}, **fields})
        return after

    seam.around("remove", remove)
    seam.around("next_state", next_state)


@fault("replace-merges", "replace.answers", "a replace keeps the fields that it does not name")
def replace_merges(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if call.operation == "replace" and call.entry is not None:
            return states.updated(call.resource, call.entry.state, fields)
        state: State = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("second-replace-resets", "replace.is-idempotent", "a replace that changes nothing clears what may be null")
def second_replace_resets(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.operation == "replace" and call.entry is not None:
            before = call.entry.state
            if all(same(state.get(n), before.get(n)) for n in call.resource.shapes.replace["properties"]):
                defaults = states.replaced(call.resource, before, {})
                needed = call.resource.shapes.create.get("required", ())
                state.update({n: v for n, v in defaults.items() if n in fields and n not in needed})
        return state

    seam.around("next_state", advice)


touching_others(
    "replace-takes-from-others",
    "replace.siblings",
    "a replace clears in others what it has in common with them",
    "replace",
    clear_what_is_shared,
)
touching_others(
    "replace-changes-the-newest",
    "replace.siblings",
    "a replace is stored in the newest other one as well",
    "replace",
    change_other(-1),
)


@fault("replace-creates-nothing", "replace.creates", "a replace at a new id answers as it should and stores nothing")
def replace_creates_nothing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        if call.operation == "replace":
            seam.steps.store.delete(entry)
        return entry

    seam.around("store_new", advice)


last_field_lost("last-field-lost-on-replace", "replace.answers", "a replace forgets its last field", "replace")


@fault("repeat-replace-refused", "replace.is-idempotent", "a replace that changes nothing is a conflict")
def repeat_replace_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if call.operation == "replace" and call.entry is not None:
            named = call.resource.shapes.replace["properties"]
            if all(same(after.get(n), call.entry.state.get(n)) for n in named):
                found.append(Refusal("conflict", None, "nothing would change"))
        return found

    seam.around("duplicates", advice)
