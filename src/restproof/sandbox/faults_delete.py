"""Faults of deletes, and of what an id or a parent names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

fault = Register()
State = dict[str, Any]


@fault("delete-not-done", "delete.is-gone", "a delete answers as it should and deletes nothing")
def delete_not_done(seam: Seam) -> None:
    seam.around("remove", lambda inner, call, entry: None)


@fault("deleted-still-read", "delete.is-gone", "a deleted resource can still be read")
def deleted_still_read(seam: Seam) -> None:
    _haunted(seam, "read")


@fault("deleted-still-replaced", "delete.is-gone", "a replace of a deleted resource answers as if it were there")
def deleted_still_replaced(seam: Seam) -> None:
    _haunted(seam, "replace")


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


@fault("deleted-still-updated", "delete.is-gone", "an update of a deleted resource answers as if it were there")
def deleted_still_updated(seam: Seam) -> None:
    _haunted(seam, "update")


def _haunted(seam: Seam, operation: str) -> None:
    gone: dict[tuple[str, str], Entry] = {}

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone[entry.resource, entry.key] = entry

    def refused(inner: Any, call: Call, refusal: Refusal) -> Answer:
        entry = gone.get((call.resource.name, call.item_id or "")) if call.target else None
        if refusal.case == "gone" and call.operation == operation and entry is not None:
            found: Answer = seam.steps.answer_entry(call, "read" if operation == "read" else "updated", entry)
            return found
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("remove", remove)
    seam.around("answer_refusal", refused)


@fault("second-delete-ok", "delete.is-gone", "a second delete answers like the first")
def second_delete_ok(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        answer: Answer = seam.steps.answer_deleted(call) if refusal.case == "repeat_delete" else inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("references-dangle", "delete.clears-references", "a reference to what was deleted stays as it was")
def references_dangle(seam: Seam) -> None:
    seam.around("clear_references", lambda inner, call, gone: None)


@fault("delete-stays-listed", "delete.unlisted", "a deleted resource stays in the list")
def delete_stays_listed(seam: Seam) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def listed(inner: Any, call: Call) -> list[Entry]:
        return [*inner(call), *(e for e in gone if e.resource == call.resource.name and e.scope == (call.scope or ()))]

    seam.around("remove", remove)
    seam.around("scope_entries", listed)


@fault("referenced-deleted", "delete.keeps-referenced", "what others refer to is deleted all the same")
def referenced_deleted(seam: Seam) -> None:
    seam.around("refusing_references", lambda inner, call, entry: [])


@fault("second-delete-500", "delete.repeat", "a second delete yields 500")
def second_delete_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "repeat_delete":
            return Answer(500, {"message": "internal error"})
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("delete-takes-sibling", "delete.siblings", "a delete takes the next older sibling along")
def delete_takes_sibling(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry) -> None:
        older = [e for e in seam.steps.store.under(entry.resource, entry.scope) if e.seq < entry.seq]
        inner(call, entry)
        if older:
            inner(call, older[-1])

    seam.around("remove", advice)


@fault("delete-takes-twin", "delete.siblings", "a delete takes what holds the same unique values, under any parent")
def delete_takes_twin(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry) -> None:
        named = [n for key in call.resource.unique for n in key]
        same = {n: entry.state.get(n) for n in named}
        for other in seam.steps.store.all(entry.resource):
            if other.seq != entry.seq and named and {n: other.state.get(n) for n in named} == same:
                inner(call, other)
        inner(call, entry)

    seam.around("remove", advice)


@fault("delete-keeps-unique", "delete.frees-unique", "the unique values of a deleted resource stay taken")
def delete_keeps_unique(seam: Seam) -> None:
    _stay_taken(seam, "create", "update", "replace")


@fault("deleted-bars-rename", "delete.frees-unique", "nothing can be renamed to what a deleted resource was called")
def deleted_bars_rename(seam: Seam) -> None:
    _stay_taken(seam, "update")


def _stay_taken(seam: Seam, *operations: str) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for fields in call.resource.unique if call.operation in operations else ():
            values = [after.get(f) for f in fields]
            if any(
                (e.resource, e.scope) == (call.resource.name, call.scope) and [e.state.get(f) for f in fields] == values
                for e in gone
            ):
                found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("remove", remove)
    seam.around("duplicates", duplicates)


@fault("malformed-id-500", "identity.malformed", "an id of the wrong form yields 500")
def malformed_id_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "malformed_id":
            return Answer(500, {"message": "internal error"})
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("unknown-id-200", "identity.unknown", "a read of an id that names nothing answers 200 and null")
def unknown_id_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if call.operation == "read" and refusal.case == "absent":
            return Answer(200, None)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("wrong-parent-reachable", "identity.wrong-parent", "a resource is reachable under another parent")
def wrong_parent_reachable(seam: Seam) -> None:
    def advice(inner: Any, call: Call, candidates: list[Entry]) -> Entry | None:
        return next(iter(candidates), None)

    seam.around("entry_in_scope", advice)


@fault("unknown-parent-empty", "identity.unknown-parent", "the list of a parent that does not exist is empty")
def unknown_parent_empty(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "absent_parent" and call.operation == "list":
            return seam.steps.answer_list(call, [])
        refused: Answer = inner(call, refusal)
        return refused

    seam.around("answer_refusal", advice)


def _answered(name: str, requirement: str, summary: str, case: str, status: int, *operations: str) -> None:
    """A fault that answers a refused case with another status, on all operations or on some."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
            answer: Answer = inner(call, refusal)
            if refusal.case == case and (not operations or call.operation in operations):
                answer.status = status
            return answer

        seam.around("answer_refusal", advice)

    fault(name, requirement, summary)(install)


_answered("unknown-id-400", "identity.unknown", "an id that names nothing is 400", "absent", 400)
_answered("unknown-id-500-on-delete", "identity.unknown", "a delete of nothing yields 500", "absent", 500, "delete")
_answered("unknown-parent-400", "identity.unknown-parent", "a parent that is not there is 400", "absent_parent", 400)
_answered(
    "unknown-parent-500-on-create",
    "identity.unknown-parent",
    "a create below a parent that is not there yields 500",
    "absent_parent",
    500,
    "create",
)
_answered("unknown-path-500", "identity.unknown-path", "an unknown path yields 500", "unknown_path", 500)
_answered("duplicate-500", "conflict.duplicate", "a duplicate yields 500", "conflict", 500)
_answered("duplicate-400", "conflict.duplicate", "a duplicate is 400", "conflict", 400, "create")
_answered("rule-400", "input.business-rule", "a broken business rule is 400", "rule", 400)
_answered("reference-500", "input.reference", "a reference to nothing yields 500", "reference", 500)
_answered("unknown-field-400", "input.unknown-field", "an unknown field is 400", "unknown_field", 400)
_answered("required-500", "input.required", "a missing field yields 500", "invalid", 500, "create")
_answered("missing-parent-500", "input.parent", "a missing parent parameter yields 500", "missing_parent", 500)
_answered(
    "mistyped-parent-500", "input.parent", "a parent parameter of a wrong type yields 500", "mistyped_parent", 500
)
_answered("empty-body-500", "input.malformed-json", "an empty body yields 500", "empty_body", 500)
_answered("envelope-500", "input.envelope", "a missing envelope yields 500", "envelope", 500)


@fault("id-by-prefix", "identity.malformed", "an id that begins with a number counts as that number")
def id_by_prefix(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        if call.item_id is not None and call.resource.id.type == "integer":
            found = re.match(r"\d+", call.item_id)
            call.item_id = found[0] if found else call.item_id
        inner(call)

    seam.around("find_entry", advice)


@fault("huge-id-500", "identity.malformed", "an id beyond 64 bits yields 500")
def huge_id_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case in ("absent", "malformed_id") and len(call.item_id or "") > 18:
            answer.status = 500
        return answer

    seam.around("answer_refusal", advice)


@fault("negative-id-400", "identity.malformed", "a negative id is 400")
def negative_id_400(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case in ("absent", "malformed_id") and (call.item_id or "").startswith("-"):
            answer.status = 400
        return answer

    seam.around("answer_refusal", advice)


@fault("orphans-stay", "identity.unknown-parent", "what is below a deleted resource stays where it was")
def orphans_stay(seam: Seam) -> None:
    gone: dict[tuple[str, str], Entry] = {}

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        gone[entry.resource, entry.key] = entry
        inner(call, entry)

    def parent_entry(inner: Any, call: Call, parent: Any, key: str) -> Entry | None:
        found: Entry | None = inner(call, parent, key)
        return found or gone.get((parent.resource, key))

    seam.around("remove", remove)
    seam.around("parent_entry", parent_entry)
