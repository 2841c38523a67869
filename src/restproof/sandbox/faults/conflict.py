"""Faults of unique values."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import same
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import answered
from restproof.sandbox.faults.registry import OVERLAP, Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

_BEGINNING = 100


@fault("unique-by-beginning", "conflict.scope", "of a unique text only the first hundred characters count")
def unique_by_beginning(seam: Seam) -> None:
    def duplicates(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        for other in seam.steps.store.under(call.resource.name, call.scope or ()):
            for key in call.resource.unique:
                one, two = ([str(s.get(n))[:_BEGINNING] for n in key] for s in (after, other.state))
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


answered("duplicate-500", "conflict.duplicate", "a duplicate yields 500", "conflict", 500)


answered("duplicate-400", "conflict.duplicate", "a duplicate is 400", "conflict", 400, "create")


@fault("own-value-500", "conflict.own-value", "an update that names nothing but its own unique value yields 500")
def own_value_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        sent, before = call.fields or {}, call.entry.state if call.entry else {}
        alone = any(
            set(key) == set(sent) and all(sent[n] == before.get(n) for n in key) for key in call.resource.unique
        )
        if call.operation == "update" and alone:
            return Answer(500, {"message": "internal error"})
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("lost-race-500", "conflict.race", "of creates at the same time, those that come too late get 500")
def lost_race_500(seam: Seam) -> None:
    under_way: Counter[str] = Counter()

    async def arrival(inner: Any, call: Call) -> None:
        await inner(call)
        under_way[call.path] += 1
        if call.method == "POST":
            await asyncio.sleep(OVERLAP)

    def refused(inner: Any, call: Call, refusal: Refusal) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "conflict" and call.operation == "create" and under_way[call.path] > 0:
            answer.status = 500
        return answer

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        under_way[call.path] -= 1

    seam.around("arrival", arrival)
    seam.around("answer_refusal", refused)
    seam.around("finish", finish)
