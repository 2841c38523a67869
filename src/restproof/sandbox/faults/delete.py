"""Faults of deletes: what stays, and what goes along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import is_nullable
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import succeed_with
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault(
    "id-passed-over", "delete.is-gone", "an id that is not in the path is passed over: a delete says that it went well"
)
def id_passed_over(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry) -> Any:
        return None if call.operation == "delete" and call.way.address else inner(call, entry)

    seam.around("remove", advice)


@fault("body-with-delete", "delete.answers", "a delete answers with the deleted resource")
def body_with_delete(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer:
        answer: Answer = inner(call)
        return Answer(200, {"id": call.entry.key if call.entry else None, "deleted": True}, answer.headers)

    seam.around("answer_deleted", advice)


@fault("delete-answers-202", "delete.answers", "a delete answers 202")
def delete_answers_202(seam: Seam) -> None:
    succeed_with(seam, "deleted", 202)


@fault("clears-every-reference", "delete.clears-references", "a delete clears what refers to others of its kind, too")
def clears_every_reference(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        inner(call, gone)
        for resource in seam.steps.contract:
            for name, reference in resource.references.items():
                if reference.to == gone.resource and is_nullable(resource.shapes.create["properties"].get(name, {})):
                    for entry in seam.steps.store.all(resource.name):
                        seam.steps.store.update(resource, entry, {**entry.state, name: None}, unique=False)

    seam.around("clear_references", advice)


@fault("deleted-found-by-filter", "delete.unlisted", "a filtered list still holds what was deleted")
def deleted_found_by_filter(seam: Seam) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def filtered(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        own = [e for e in gone if e.resource == call.resource.name and e.scope == (call.scope or ())]
        found: list[Entry] = inner(call, query, [*entries, *own] if query.filters else entries)
        return found

    seam.around("remove", remove)
    seam.around("filtered", filtered)


@fault("delete-takes-referrers", "delete.clears-references", "a delete takes along what names the deleted resource")
def delete_takes_referrers(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        for _, _, naming in seam.steps.references_to(gone):
            seam.steps.store.delete(naming)

    seam.around("clear_references", advice)


@fault("delete-switches-off", "delete.clears-references", "what names a deleted resource is no longer active either")
def delete_switches_off(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        naming = [(owner, entry) for owner, _, entry in seam.steps.references_to(gone)]
        inner(call, gone)
        for owner, entry in naming:
            off = {n: False for n, v in entry.state.items() if v is True}
            seam.steps.store.update(owner, entry, {**entry.state, **off}, unique=False)

    seam.around("clear_references", advice)


@fault(
    "delete-clears-other-references",
    "delete.clears-references",
    "what names a deleted resource loses its other references, too",
)
def delete_clears_other_references(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        naming = [(owner, entry) for owner, _, entry in seam.steps.references_to(gone)]
        inner(call, gone)
        for owner, entry in naming:
            single = {n: None for n, ref in owner.references.items() if not ref.many and n in entry.state}
            seam.steps.store.update(owner, entry, {**entry.state, **single}, unique=False)

    seam.around("clear_references", advice)


@fault("delete-not-done", "delete.is-gone", "a delete answers as it should and deletes nothing")
def delete_not_done(seam: Seam) -> None:
    seam.around("remove", lambda inner, call, entry: None)


@fault("deleted-still-read", "delete.is-gone", "a deleted resource can still be read")
def deleted_still_read(seam: Seam) -> None:
    _haunted(seam, "read")


@fault("deleted-still-replaced", "delete.is-gone", "a replace of a deleted resource answers as if it were there")
def deleted_still_replaced(seam: Seam) -> None:
    _haunted(seam, "replace")


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


@fault("delete-takes-alike", "delete.siblings", "a delete goes by a text, not by the id")
def delete_takes_alike(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry) -> None:
        fields = call.resource.shapes.create["properties"].items()
        column = next((n for n, p in fields if is_nullable(p) and isinstance(entry.state.get(n), str)), None)
        for other in seam.steps.store.under(entry.resource, entry.scope):
            if column and other.seq != entry.seq and other.state.get(column) == entry.state[column]:
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


@fault(
    "second-delete-takes-another", "delete.repeat", "a second delete of a resource takes the oldest one that is left"
)
def second_delete_takes_another(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case in ("repeat_delete", "gone") and call.operation == "delete":
            for left in seam.steps.store.under(call.resource.name, call.scope or ())[:1]:
                seam.steps.remove(call, left)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("once-referenced-stays", "delete.keeps-referenced", "what was referred to once is never deleted again")
def once_referenced_stays(seam: Seam) -> None:
    named: set[int] = set()

    def advice(inner: Any, call: Call, entry: Entry) -> list[Refusal]:
        found: list[Refusal] = inner(call, entry)
        if found:
            named.add(entry.seq)
        elif entry.seq in named:
            found = [Refusal("conflict", None, "something names it")]
        return found

    seam.around("refusing_references", advice)


@fault("referring-left", "delete.clears-references", "what refers to a deleted resource, and goes with it, is left")
def referring_left(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        return None

    seam.around("delete_referring", advice)
