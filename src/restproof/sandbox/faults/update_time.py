"""Faults of updates that time shows: the time of the last update, updates at once, and what others show of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import is_nullable
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import State, free_texts
from restproof.sandbox.faults.registry import OVERLAP, Seam, fault
from restproof.sandbox.store import Entry
from restproof.sandbox.writing import time_value
from restproof.semantics.readback import ReadPath
from restproof.semantics.validate import Refusal


@fault("updated-at-frozen", "update.touches-updated-at", "a change does not move the time of the last update")
def updated_at_frozen(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.entry:
            state.update({n: call.entry.state[n] for n in call.resource.touched if n in call.entry.state})
        return state

    seam.around("next_state", advice)


@fault("null-leaves-time", "update.touches-updated-at", "an update to null does not move the time of the last update")
def null_leaves_time(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.entry and fields and all(v is None for v in fields.values()):
            state.update({n: call.entry.state[n] for n in call.resource.touched if n in call.entry.state})
        return state

    seam.around("next_state", advice)


@fault("last-text-leaves-time", "update.touches-updated-at", "of several free texts, the last moves no time of change")
def last_text_leaves_time(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        texts = free_texts(call)
        if call.entry and len(texts) > 1 and [*fields] == texts[-1:]:
            state.update({n: call.entry.state[n] for n in call.resource.touched if n in call.entry.state})
        return state

    seam.around("next_state", advice)


@fault("answer-before-touch", "update.touches-updated-at", "the answer to an update shows the earlier time of change")
def answer_before_touch(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        before = call.entry.state if call.entry and call.operation == "update" else {}
        shown = answer.payload if isinstance(answer.payload, dict) else {}
        shown.update({n: before[n] for n in call.resource.touched if n in before and n in shown})
        return answer

    seam.around("answer_entry", advice)


@fault("referent-shown-stale", "update.shown-elsewhere", "what refers to a resource shows it as it was first shown")
def referent_shown_stale(seam: Seam) -> None:
    first: dict[tuple[str, Any], State] = {}

    def advice(inner: Any, entry: Entry) -> State:
        shown: State = inner(entry)
        for reference in seam.steps.contract.resources[entry.resource].references.values():
            root = ReadPath.parse(reference.reads_as).root
            value = shown.get(root)
            for referent in value if isinstance(value, list) else [value]:
                if isinstance(referent, dict):
                    referent.update(first.setdefault((reference.to, referent.get("id")), {**referent}))
        return shown

    seam.around("represent", advice)


@fault("referrer-reset", "update.shown-elsewhere", "an update takes its plain texts from what refers to the resource")
def referrer_reset(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        after: Entry = inner(call, entry, state)
        for resource, _, naming in seam.steps.references_to(after) if call.operation == "update" else ():
            shape = resource.shapes.create["properties"]
            unique = {n for key in resource.unique for n in key}
            lost = [n for n, p in shape.items() if is_nullable(p) and isinstance(naming.state.get(n), str)]
            left = dict.fromkeys(n for n in lost if n not in unique)
            seam.steps.store.update(resource, naming, {**naming.state, **left}, unique=False)
        return after

    seam.around("store_change", advice)


@fault("conflict-touches", "update.touches-updated-at", "a refused rename moves the time of the last update")
def conflict_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "conflict" and call.operation == "update" and call.entry:
            fresh = {n: time_value(call.resource, n, call.now) for n in call.resource.touched}
            seam.steps.store.update(call.resource, call.entry, {**call.entry.state, **fresh}, unique=False)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


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


@fault("unchanged-update-touches", "update.touches-updated-at", "an update that changes nothing moves the time of it")
def unchanged_update_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.operation == "update" and call.entry is not None:
            from restproof.sandbox.writing import time_value

            state.update({n: time_value(call.resource, n, call.now) for n in call.resource.touched})
        return state

    seam.around("next_state", advice)


@fault("update-at-once-lost", "update.race", "of updates at the same time, only the first is stored")
def update_at_once_lost(seam: Seam) -> None:
    under_way: Counter[str] = Counter()
    stored: set[str] = set()

    async def arrival(inner: Any, call: Call) -> None:
        await inner(call)
        if call.method in ("PATCH", "PUT"):
            under_way[call.path] += 1
            await asyncio.sleep(OVERLAP)

    def change(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        if call.path in stored:
            return Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)
        if under_way[call.path] > 1:
            stored.add(call.path)
        changed: Entry = inner(call, entry, state)
        return changed

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        under_way[call.path] -= call.method in ("PATCH", "PUT")
        if not under_way[call.path]:
            stored.discard(call.path)

    seam.around("arrival", arrival)
    seam.around("store_change", change)
    seam.around("finish", finish)
