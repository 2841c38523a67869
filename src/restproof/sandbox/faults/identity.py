"""Faults of what an id or a parent names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import answered
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("unknown-path-200", "identity.unknown-path", "an unknown path answers 200")
def unknown_path_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        return Answer(200, {}) if refusal.case == "unknown_path" else inner(call, refusal)

    seam.around("answer_refusal", advice)


@fault("fallback-page-200", "identity.unknown-path", "beside its resources the API answers with a page, and 200")
def fallback_page_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        contract = seam.steps.contract
        roots = tuple(f"{contract.base_path}{r.path.partition('{')[0].rstrip('/')}" for r in contract)
        beside = refusal.case == "unknown_path" and not call.path.startswith(roots)
        return Answer(200, {}) if beside else inner(call, refusal)

    seam.around("answer_refusal", advice)


@fault("wrong-parent-updates", "identity.wrong-parent", "a resource can be changed under another parent")
def wrong_parent_updates(seam: Seam) -> None:
    _reachable(seam, "update")


@fault("wrong-parent-deletes", "identity.wrong-parent", "a resource can be deleted under another parent")
def wrong_parent_deletes(seam: Seam) -> None:
    _reachable(seam, "delete")


def _reachable(seam: Seam, operation: str) -> None:
    def advice(inner: Any, call: Call, candidates: Sequence[Entry]) -> Entry | None:
        return next(iter(candidates), None) if call.operation == operation else inner(call, candidates)

    seam.around("entry_in_scope", advice)


@fault("update-moves-to-parent", "identity.keeps-parent", "an update that names another parent moves there")
def update_moves_to_parent(seam: Seam) -> None:
    _moved_by(seam, "update")


@fault("replace-moves-to-parent", "identity.keeps-parent", "a replace that names another parent moves there")
def replace_moves_to_parent(seam: Seam) -> None:
    _moved_by(seam, "replace")


def _moved_by(seam: Seam, operation: str) -> None:
    """The id of the nearest parent is a field as any other, as where a table's columns are set from the body."""

    def is_taken(call: Call, name: str | None) -> bool:
        parents = {f"{p.resource}_id" for p in call.resource.parents[-1:]}
        return call.operation == operation and name in parents

    def pass_over(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if not is_taken(call, r.field)]

    def move(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        stored: Entry = inner(call, entry, state)
        body = call.way.envelope.taken(call.document, {p.name for p in call.way.parents_in("body")})
        named = [str(v) for n, v in (body or {}).items() if is_taken(call, n)]
        found = seam.steps.store.find(call.resource.parents[-1].resource, named[0]) if named else []
        if not found or found[0].seq == entry.scope[-1]:
            return stored
        seam.steps.store.delete(stored)
        scope = (*entry.scope[:-1], found[0].seq)
        return seam.steps.store.insert(call.resource, entry.key, scope, found[0].tenant, state)

    seam.around("unknown_fields", pass_over)
    seam.around("store_change", move)


@fault("rename-copies", "identity.renames", "an update of the id leaves the resource under its old id as well")
def rename_copies(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        stored: Entry = inner(call, entry, state)
        if stored.key != entry.key:
            seam.steps.store.insert(call.resource, entry.key, entry.scope, entry.tenant, entry.state, unique=False)
        return stored

    seam.around("store_change", advice)


@fault("rename-over-another", "identity.renames", "an update to an id that is taken replaces what was there")
def rename_over_another(seam: Seam) -> None:
    def is_id(call: Call, refusal: Refusal) -> bool:
        return call.operation == "update" and refusal.field == call.resource.id.field

    def store(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        for other in seam.steps.store.find(call.resource.name, str(state.get(call.resource.id.field))):
            if other.scope == entry.scope and other.seq != entry.seq:
                seam.steps.store.delete(other)
        stored: Entry = inner(call, entry, state)
        return stored

    seam.around("duplicates", lambda inner, call, after: [r for r in inner(call, after) if not is_id(call, r)])
    seam.around("store_change", store)


@fault("malformed-id-500", "identity.malformed", "an id of the wrong form yields 500")
def malformed_id_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "malformed_id":
            return Answer(500, {"message": "internal error"})
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("unknown-id-says-success", "identity.unknown", "the body says of an id that names nothing that all went well")
def unknown_id_says_success(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        promised = seam.steps.contract.body_status
        is_absent = answer.refusal is not None and answer.refusal.case == "absent"
        if promised is not None and is_absent and isinstance(answer.payload, dict):
            answer.payload = promised.succeeded(answer.payload)

    seam.around("tell_in_body", advice)


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
    def advice(inner: Any, call: Call, candidates: Sequence[Entry]) -> Entry | None:
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


answered("unknown-id-400", "identity.unknown", "an id that names nothing is 400", "absent", 400)


answered("unknown-id-500-on-delete", "identity.unknown", "a delete of nothing yields 500", "absent", 500, "delete")


answered("unknown-parent-400", "identity.unknown-parent", "a parent that is not there is 400", "absent_parent", 400)


answered(
    "unknown-parent-500-on-create",
    "identity.unknown-parent",
    "a create below a parent that is not there yields 500",
    "absent_parent",
    500,
    "create",
)


answered("unknown-path-500", "identity.unknown-path", "an unknown path yields 500", "unknown_path", 500)


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


@fault("id-beyond-63-bits-500", "identity.malformed", "an id that no signed 64 bits hold yields 500")
def id_beyond_63_bits_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        id = call.item_id or ""
        beyond = id.isdecimal() and 2**63 <= int(id) < 2**64
        return Answer(500, {"message": "internal error"}) if beyond else inner(call, refusal)

    seam.around("answer_refusal", advice)


@fault("outside-500", "identity.unknown-path", "a path outside of the API yields 500")
def outside_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        outside = not call.path.startswith(seam.steps.contract.base_path or "/")
        return Answer(500, {"message": "internal error"}) if outside else inner(call, refusal)

    seam.around("answer_refusal", advice)
