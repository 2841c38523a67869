"""Faults of deletes, and of what an id or a parent names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

fault = Register()


@fault("delete-not-done", "delete.is-gone", "a delete answers as it should and deletes nothing")
def delete_not_done(seam: Seam) -> None:
    seam.around("remove", lambda inner, call, entry: None)


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


@fault("delete-keeps-unique", "delete.frees-unique", "the unique values of a deleted resource stay taken")
def delete_keeps_unique(seam: Seam) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for fields in call.resource.unique:
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
