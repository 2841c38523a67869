"""Faults that show on one verb, the second time, after another request, or at the same time as one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Never, Ordered
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import OVERLAP, Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics import state as states
from restproof.semantics.validate import Refusal

fault = Register()
State = dict[str, Any]


@fault("creates-race", "conflict.race", "creates at the same time do not see each other's unique values")
def creates_race(seam: Seam) -> None:
    under_way: Counter[str] = Counter()
    blind: set[int] = set()
    steps = seam.steps

    async def arrival(inner: Any, call: Call) -> None:
        await inner(call)
        if call.method != "POST":
            return
        under_way[call.path] += 1
        await asyncio.sleep(OVERLAP)
        if under_way[call.path] > 1:
            blind.add(id(call))
        else:
            under_way[call.path] = 1

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        blind.discard(id(call))
        if call.method == "POST":
            under_way[call.path] = 0

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        return [] if id(call) in blind else inner(call, after)

    def insert(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Entry:
        unique = id(call) not in blind
        return steps.store.insert(call.resource, key, call.scope or (), tenant, state, unique=unique)

    seam.around("arrival", arrival)
    seam.around("finish", finish)
    seam.around("duplicates", duplicates)
    seam.around("insert", insert)


@fault("updates-race", "update.race", "an update stores all fields, and does not see what one at the same time changed")
def updates_race(seam: Seam) -> None:
    under_way: Counter[str] = Counter()
    together: set[str] = set()
    seen: dict[str, State] = {}

    async def arrival(inner: Any, call: Call) -> None:
        await inner(call)
        if call.method not in ("PATCH", "PUT"):
            return
        under_way[call.path] += 1
        if under_way[call.path] > 1:
            together.add(call.path)
        await asyncio.sleep(OVERLAP)

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        under_way[call.path] -= call.method in ("PATCH", "PUT")
        if not under_way[call.path]:
            together.discard(call.path)
            seen.pop(call.path, None)

    def next_state(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if call.path in together and call.entry is not None and call.operation == "update":
            state = seen.setdefault(call.path, dict(call.entry.state))
            named = call.resource.shapes.update["properties"]
            fields = {**{n: v for n, v in state.items() if n in named}, **fields}
        after: State = inner(call, fields)
        return after

    seam.around("arrival", arrival)
    seam.around("finish", finish)
    seam.around("next_state", next_state)


@fault("own-value-conflicts", "conflict.own-value", "an update that names its own unique value is a duplicate")
def own_value_conflicts(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if call.operation != "update" or call.entry is None:
            return found
        before, sent = call.entry.state, call.fields or {}
        for fields in call.resource.unique:
            named = any(f in sent and sent[f] is not None for f in fields)
            if named and all(after.get(f) == before.get(f) for f in fields):
                found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("duplicates", advice)


@fault("unique-newest-only", "conflict.duplicate", "a create is compared with the newest resource alone")
def unique_newest_only(seam: Seam) -> None:
    steps = seam.steps

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if call.operation != "create" or not found:
            return found
        newest = steps.store.under(call.resource.name, call.scope or ())[-1:]
        taken = [e for e in newest for u in call.resource.unique if all(e.state.get(f) == after.get(f) for f in u)]
        return found if taken else []

    def insert(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Entry:
        return steps.store.insert(call.resource, key, call.scope or (), tenant, state, unique=False)

    seam.around("duplicates", duplicates)
    seam.around("insert", insert)


@fault("old-name-stays-taken", "conflict.scope", "after a rename the old unique value stays taken")
def old_name_stays_taken(seam: Seam) -> None:
    former: list[tuple[Entry, Mapping[str, Any]]] = []

    def change(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        former.append((entry, entry.state))
        changed: Entry = inner(call, entry, state)
        return changed

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        own = call.entry.seq if call.entry else None
        for entry, state in former:
            if entry.resource != call.resource.name or entry.scope != call.scope or entry.seq == own:
                continue
            for fields in call.resource.unique:
                if all(state.get(f) is not None and state.get(f) == after.get(f) for f in fields):
                    found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("store_change", change)
    seam.around("duplicates", duplicates)


@fault("refused-rename-takes-rest", "conflict.rename", "of a refused rename, the other fields are stored")
def refused_rename_takes_rest(seam: Seam) -> None:
    steps = seam.steps

    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "conflict" and call.operation == "update" and call.entry and call.fields:
            unique = {f for fields in call.resource.unique for f in fields}
            rest = {n: v for n, v in call.fields.items() if n not in unique}
            steps.store_change(call, call.entry, steps.next_state(call, rest))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("refused-create-takes-name", "create.failed-leaves-nothing", "a refused create keeps its unique value taken")
def refused_create_takes_name(seam: Seam) -> None:
    taken: list[tuple[str, tuple[int, ...] | None, list[Any]]] = []

    def refused(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if call.operation == "create" and call.fields and refusal.case in ("rule", "reference", "invalid"):
            for fields in call.resource.unique:
                taken.append((call.resource.name, call.scope, [call.fields.get(f) for f in fields]))
        answer: Answer = inner(call, refusal)
        return answer

    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for fields in call.resource.unique:
            if (call.resource.name, call.scope, [after.get(f) for f in fields]) in taken:
                found.append(Refusal("conflict", fields[0], "has already been taken"))
        return found

    seam.around("answer_refusal", refused)
    seam.around("duplicates", duplicates)


@fault("second-update-lost", "lifecycle.model", "of the updates of a resource, only the first is stored")
def second_update_lost(seam: Seam) -> None:
    _lost_after(seam, 1)


@fault("third-update-lost", "lifecycle.model", "of the updates of a resource, only the first two are stored")
def third_update_lost(seam: Seam) -> None:
    _lost_after(seam, 2)


def _lost_after(seam: Seam, count: int) -> None:
    seen: Counter[int] = Counter()

    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        if state != entry.state:
            seen[entry.seq] += 1
        if seen[entry.seq] > count:
            return Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)
        changed: Entry = inner(call, entry, state)
        return changed

    seam.around("store_change", advice)


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
            wanted = [n for n in call.resource.shapes.create.get("required", ()) if n in _updatable(call)]
            found += [Refusal("invalid", n, "is required") for n in wanted if n not in fields]
        return found

    seam.around("invalid_values", advice)


def _updatable(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.resource.shapes.update["properties"]
    return found


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
            defaults = {n: s["default"] for n, s in _updatable(call).items() if "default" in s and n not in fields}
            fields = {**fields, **defaults}
        state: State = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("null-refused-on-update", "update.null-clears", "an update refuses every null")
def null_refused_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        if call.operation == "update":
            found += [Refusal("invalid", n, "must not be null") for n, v in fields.items() if v is None]
        return found

    seam.around("invalid_values", advice)


@fault("full-length-refused-on-update", "update.accepts-valid", "an update refuses a text of the full length")
def full_length_refused_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items() if call.operation == "update" else ():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if isinstance(value, str) and limit is not None and len(value) >= limit:
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


@fault("unchanged-update-touches", "update.touches-updated-at", "an update that changes nothing moves the time of it")
def unchanged_update_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.operation == "update" and call.entry is not None:
            from restproof.sandbox.writing import time_value

            state.update({n: time_value(call.resource, n, call.now) for n in call.resource.touched})
        return state

    seam.around("next_state", advice)


@fault("read-alternates", "read.is-stable", "every second read shows a text the wrong way round")
def read_alternates(seam: Seam) -> None:
    reads: Counter[int] = Counter()

    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        reads[entry.seq] += case == "read"
        name = next((n for n in _updatable(call) if _is_text(entry.state.get(n))), None)
        if case == "read" and reads[entry.seq] % 2 == 0 and name is not None:
            state = {**entry.state, name: entry.state[name][::-1]}
            entry = Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)
        answer: Answer = inner(call, case, entry)
        return answer

    seam.around("answer_entry", advice)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != value[::-1]


@fault("delete-takes-referrers", "delete.clears-references", "a delete takes along what names the deleted resource")
def delete_takes_referrers(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        for _, _, naming in seam.steps.references_to(gone):
            seam.steps.store.delete(naming)

    seam.around("clear_references", advice)


@fault("ids-come-back", "create.unique-id", "a create after a delete gets the id that was deleted")
def ids_come_back(seam: Seam) -> None:
    free: dict[str, list[Any]] = {}

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        free.setdefault(entry.resource, []).append(entry.state[call.resource.id.field])

    def new_id(inner: Any, call: Call, fields: Mapping[str, Any], seq: int) -> Any:
        left = free.get(call.resource.name)
        return left[-1] if left and call.operation == "create" else inner(call, fields, seq)

    def insert(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, key, tenant, state)
        left = free.get(entry.resource, [])
        if left and str(left[-1]) == key:
            left.pop()
        return entry

    seam.around("remove", remove)
    seam.around("new_id", new_id)
    seam.around("insert", insert)


@fault("wrong-parent-updates", "identity.wrong-parent", "a resource can be changed under another parent")
def wrong_parent_updates(seam: Seam) -> None:
    _reachable(seam, "update")


@fault("wrong-parent-deletes", "identity.wrong-parent", "a resource can be deleted under another parent")
def wrong_parent_deletes(seam: Seam) -> None:
    _reachable(seam, "delete")


def _reachable(seam: Seam, operation: str) -> None:
    def advice(inner: Any, call: Call, candidates: list[Entry]) -> Entry | None:
        return next(iter(candidates), None) if call.operation == operation else inner(call, candidates)

    seam.around("entry_in_scope", advice)


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


@fault("equal-bounds-refused", "input.rule-kept", "of two ordered fields, equal values are refused")
def equal_bounds_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        for rule in call.resource.rules:
            if not isinstance(rule, Ordered) or after.get(rule.first) is None:
                continue
            if states.same(after[rule.first], after.get(rule.second)):
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
