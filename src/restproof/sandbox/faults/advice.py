"""What several families of faults do to a step, and factories of faults of one shape."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.model import WRITES
from restproof.contract.shapes import is_nullable, types_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.registry import OVERLAP, Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal

State = dict[str, Any]
Schema = Mapping[str, Any]
Bend = Callable[[Schema, Any], Any]
"""(schema, value that was sent) → the value that is stored."""


def crash_on(seam: Seam, *cases: str) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        return Answer(500, {"message": "internal error"}) if refusal.case in cases else inner(call, refusal)

    seam.around("answer_refusal", advice)


def succeed_with(seam: Seam, case: str, code: int) -> None:
    seam.around("success_status", lambda inner, call, said: code if said == case else inner(call, said))


def is_update(call: Call) -> bool:
    return call.entry is not None and call.operation == "update"


def optional_fields(call: Call) -> dict[str, Any]:
    """The fields that may be null or are booleans: what a bystander loses."""
    shape = call.resource.shapes.create["properties"]
    return {n: p for n, p in shape.items() if is_nullable(p) or p.get("type") == "boolean"}


def take_from_others(seam: Seam, call: Call, entry: Entry, values: Mapping[str, Any]) -> None:
    """Clear what other entries of the same parent have in common with ``values``."""
    for other in seam.steps.store.under(entry.resource, entry.scope):
        lost = [n for n in optional_fields(call) if values.get(n) and other.state.get(n) == values[n]]
        if other.seq != entry.seq and lost:
            left = {n: False if isinstance(values[n], bool) else None for n in lost}
            seam.steps.store.update(call.resource, other, {**other.state, **left}, unique=False)


Touch = Callable[[Seam, Call, Entry], None]
"""Does something to other entries than the one that a call has changed."""


def touching_others(name: str, requirement: str, summary: str, operation: str, touch: Touch) -> None:
    """A fault whose ``operation`` touches other entries than the one that it changes."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, entry: Entry, state: State) -> Entry:
            after: Entry = inner(call, entry, state)
            if call.operation == operation and call.fields:
                touch(seam, call, after)
            return after

        seam.around("store_change", advice)

    fault(name, requirement, summary)(install)


def clear_what_is_shared(seam: Seam, call: Call, entry: Entry) -> None:
    """Clear what other entries have in common with the fields of the call."""
    take_from_others(seam, call, entry, call.fields or {})


def change_other(place: int) -> Touch:
    """Store the fields of a call in another entry of the same parent too: the one at ``place``, by age."""

    def touch(seam: Seam, call: Call, entry: Entry) -> None:
        changed = {n: v for n, v in (call.fields or {}).items() if n in optional_fields(call)}
        others = [e for e in seam.steps.store.under(entry.resource, entry.scope) if e.seq != entry.seq]
        for other in others[place:][:1]:
            seam.steps.store.update(call.resource, other, {**other.state, **changed}, unique=False)

    return touch


def update_misread(name: str, requirement: str, summary: str, alter: Callable[[Call, State], State]) -> None:
    """A fault that reads the fields of an update another way."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
            update = call.entry is not None and call.operation == "update"
            found: State = inner(call, alter(call, dict(fields)) if update else fields)
            return found

        seam.around("next_state", advice)

    fault(name, requirement, summary)(install)


FREE = ("enum", "const", "pattern", "format")


def bent(name: str, requirement: str, summary: str, bend: Bend, operations: tuple[str, ...] = WRITES) -> None:
    """A fault that bends the values of a write; unique fields and references keep theirs."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
            spared = {*call.resource.references, *(f for unique in call.resource.unique for f in unique)}
            properties = call.resource.properties
            if call.operation in operations:
                fields = {n: v if n in spared else bend(properties.get(n, {}), v) for n, v in fields.items()}
            state: dict[str, Any] = inner(call, fields)
            return state

        seam.around("next_state", advice)

    fault(name, requirement, summary)(install)


def in_text(change: Callable[[str], str]) -> Bend:
    """Bend text that the schema leaves free."""

    def bend(schema: Schema, value: Any) -> Any:
        if isinstance(value, str) and not any(word in schema for word in FREE):
            changed = change(value)
            return changed if len(changed) >= schema.get("minLength", 0) else value
        return value

    return bend


def to_null(value: Any) -> Bend:
    def bend(schema: Schema, sent: Any) -> Any:
        hit = type(sent) is type(value) and sent == value and is_nullable(schema)
        return None if hit else sent

    return bend


def null_to_text(schema: Schema, value: Any) -> Any:
    return "" if value is None and "string" in types_of(schema) and not any(w in schema for w in FREE) else value


def last_field_lost(name: str, requirement: str, summary: str, operation: str) -> None:
    """A fault that forgets the last of the fields that an operation may set, and no other."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
            if call.operation == operation:
                lost = _last_optional(call)
                fields = {n: v for n, v in fields.items() if n != lost}
            state: dict[str, Any] = inner(call, fields)
            return state

        seam.around("next_state", advice)

    fault(name, requirement, summary)(install)


def _last_optional(call: Call) -> str | None:
    spared = {*call.resource.shapes.create.get("required", ()), *call.resource.references}
    shape = call.resource.shapes.create if call.operation == "create" else call.resource.shapes.update
    shown = call.resource.shapes.response["properties"]
    return next((n for n in reversed(shape["properties"]) if n not in spared and n in shown), None)


def updatable(call: Call) -> Mapping[str, Any]:
    found: Mapping[str, Any] = call.resource.shapes.update["properties"]
    return found


def answered(name: str, requirement: str, summary: str, case: str, status: int, *operations: str) -> None:
    """A fault that answers a refused case with another status, on all operations or on some."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
            answer: Answer = inner(call, refusal)
            if refusal.case == case and (not operations or call.operation in operations):
                answer.status = status
            return answer

        seam.around("answer_refusal", advice)

    fault(name, requirement, summary)(install)


def forgiven(seam: Seam, step: str, *cases: str) -> None:
    """After ``step`` nothing is refused for ``cases``."""

    def advice(inner: Any, call: Call) -> Any:
        found = inner(call)
        call.refusals[:] = [r for r in call.refusals if r.case not in cases]
        return found

    seam.around(step, advice)


def deaf_at_once(seam: Seam, header: str) -> None:
    """Requests with the same value of a header do not see it while another is under way."""
    name = header.lower()
    under_way: Counter[str] = Counter()
    values: dict[int, str] = {}

    async def arrival(inner: Any, call: Call) -> None:
        await inner(call)
        if name in call.headers:
            value = values[id(call)] = call.headers[name]
            under_way[value] += 1
            await asyncio.sleep(OVERLAP)
            if under_way[value] > 1:
                call.headers = {n: v for n, v in call.headers.items() if n != name}

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        under_way[values.pop(id(call), "")] -= 1

    seam.around("arrival", arrival)
    seam.around("finish", finish)


def crash_at(name: str, requirement: str, summary: str, hit: Callable[[Call], bool]) -> None:
    """A fault that fails at some input, once the route is found."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call) -> Answer | None:
            early: Answer | None = inner(call)
            return Answer(500, {"message": "internal error"}) if hit(call) else early

        seam.around("preconditions", advice)

    fault(name, requirement, summary)(install)


def free_texts(call: Call) -> list[str]:
    """The fields whose text no schema, key or reference ties down."""
    spared = {*call.resource.references, *(f for unique in call.resource.unique for f in unique)}
    shape = call.resource.shapes.create["properties"]
    free = [n for n, p in shape.items() if n not in spared and not any(word in p for word in FREE)]
    return [n for n in free if "string" in types_of(shape[n])]


def lost_fields(call: Call, state: Mapping[str, Any]) -> list[str]:
    """Fields of a state that a server could lose without breaking the schema: those that may be null and are not."""
    spared = {*call.resource.references, *(f for unique in call.resource.unique for f in unique)}
    shape = call.resource.shapes.create["properties"]
    return [n for n, p in shape.items() if n not in spared and is_nullable(p) and state.get(n) is not None]
