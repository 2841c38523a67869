"""Faults of reads."""

from __future__ import annotations

from collections import Counter
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import free_texts, succeed_with, updatable
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("read-answers-203", "read.answers-ok", "a read answers 203")
def read_answers_203(seam: Seam) -> None:
    succeed_with(seam, "read", 203)


@fault("read-counts", "read.is-safe", "a read changes the resource: its first free text grows")
def read_counts(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        if case == "read":
            for name, schema in call.resource.shapes.create["properties"].items():
                free = "string" in schema.get("type", ()) and not {"enum", "pattern", "format"} & schema.keys()
                if free and not schema.get("writeOnly"):
                    seam.steps.store.update(
                        call.resource, entry, {**entry.state, name: f"{entry.state.get(name) or ''}!"}, unique=False
                    )
                    break
        return answer

    seam.around("answer_entry", advice)


@fault("read-alternates", "read.is-stable", "every second read shows a text the wrong way round")
def read_alternates(seam: Seam) -> None:
    reads: Counter[int] = Counter()

    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        reads[entry.seq] += case == "read"
        name = next((n for n in updatable(call) if _is_text(entry.state.get(n))), None)
        if case == "read" and reads[entry.seq] % 2 == 0 and name is not None:
            state = {**entry.state, name: entry.state[name][::-1]}
            entry = Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)
        answer: Answer = inner(call, case, entry)
        return answer

    seam.around("answer_entry", advice)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != value[::-1]


@fault("read-shows-nothing", "read.answers-ok", "a read answers 200 with an empty object")
def read_shows_nothing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        if case == "read":
            answer.payload = call.way.envelope.answered({})
        return answer

    seam.around("answer_entry", advice)


@fault("list-counts", "read.is-safe", "a list changes what it shows: free texts grow")
def list_counts(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        for entry in entries:
            grown = {n: f"{text or ''}!" for n, text in entry.state.items() if n in free_texts(call)}
            seam.steps.store.update(call.resource, entry, {**entry.state, **grown}, unique=False)
        return answer

    seam.around("answer_list", advice)


@fault("third-read-404", "read.is-stable", "every third read of a resource finds nothing")
def third_read_404(seam: Seam) -> None:
    reads: Counter[int] = Counter()

    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        reads[entry.seq] += case == "read"
        if case == "read" and reads[entry.seq] % 3 == 0:
            return seam.steps.answer_refusal(call, Refusal("absent", None, "there is no such thing"))
        answer: Answer = inner(call, case, entry)
        return answer

    seam.around("answer_entry", advice)
