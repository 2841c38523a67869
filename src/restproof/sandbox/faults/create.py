"""Faults of creates: what is answered, and what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import is_nullable
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import (
    State,
    free_texts,
    last_field_lost,
    lost_fields,
    succeed_with,
    take_from_others,
)
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("server-field-settable", "create.server-set", "a client can set what the server sets")
def server_field_settable(seam: Seam) -> None:
    def unknown(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if r.case != "server_set"]

    def known(inner: Any, call: Call) -> dict[str, Any]:
        sent = call.fields or {}
        own = {n: v for n, v in sent.items() if call.resource.properties.get(n, {}).get("readOnly")}
        own.pop(call.resource.id.field, None)
        return {**inner(call), **own}

    seam.around("unknown_fields", unknown)
    seam.around("known_fields", known)


@fault("create-answers-200", "create.answers-created", "a create answers 200")
def create_answers_200(seam: Seam) -> None:
    succeed_with(seam, "created", 200)


@fault("create-answers-202", "create.answers-created", "a create answers 202")
def create_answers_202(seam: Seam) -> None:
    succeed_with(seam, "created", 202)


@fault("create-not-stored", "create.reads-back", "a create answers as it should and stores nothing")
def create_not_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        seam.steps.store.delete(entry)
        return entry

    seam.around("store_new", advice)


@fault("default-not-applied", "create.defaults", "an absent field does not get its default, or null its place")
def default_not_applied(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.operation == "create":
            for name, schema in call.resource.shapes.create["properties"].items():
                if name not in fields and schema.get("type") == "boolean" and "default" in schema:
                    state[name] = not schema["default"]
                elif (
                    name not in fields
                    and is_nullable(schema)
                    and "string" in schema.get("type", ())
                    and "enum" not in schema
                ):
                    state[name] = ""
        return state

    seam.around("next_state", advice)


@fault(
    "refused-create-stored",
    "create.failed-leaves-nothing",
    "a create that breaks a business rule or names nothing is refused, and stored",
)
def refused_create_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        cases = {r.case for r in call.refusals}
        if call.operation == "create" and call.fields is not None and cases <= {"rule", "reference"}:
            seam.steps.store_new(call, call.fields)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("create-takes-from-others", "create.siblings", "a create clears in others what it has in common with them")
def create_takes_from_others(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        take_from_others(seam, call, entry, fields)
        return entry

    seam.around("store_new", advice)


last_field_lost("last-field-lost-on-create", "create.answers-created", "a create forgets its last field", "create")


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


@fault("list-misses-last", "create.is-listed", "the newest entry is not in the list")
def list_misses_last(seam: Seam) -> None:
    seam.around("scope_entries", lambda inner, call: inner(call)[:-1])


@fault("list-repeats-last", "create.is-listed", "the newest entry is in the list twice")
def list_repeats_last(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Entry]:
        entries: list[Entry] = inner(call)
        return [*entries, *entries[-1:]]

    seam.around("scope_entries", advice)


@fault(
    "create-stores-twice",
    "create.is-listed",
    "a create stores the same under a second id",
)
def create_stores_twice(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        identity, store = call.resource.id, seam.steps.store
        if identity.field and identity.chosen_by == "server":
            id = seam.steps.seeder.server_id(call.resource, store.next_seq())
            state = {**entry.state, identity.field: id}
            store.insert(call.resource, str(id), entry.scope, entry.tenant, state, unique=False)
        return entry

    seam.around("store_new", advice)


@fault("list-hides-some", "create.is-listed", "a list leaves out what holds the last value of an enumeration")
def list_hides_some(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Entry]:
        fields = call.resource.shapes.create["properties"].items()
        last = {n: p["enum"][-1] for n, p in fields if "enum" in p}
        return [e for e in inner(call) if not any(e.state.get(n) == v for n, v in last.items())]

    seam.around("scope_entries", advice)


@fault("location-of-another", "create.location", "Location leads to something that is not there")
def location_of_another(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry) -> str:
        location: str = inner(call, entry)
        return f"{location.partition('?')[0]}0"

    seam.around("location", advice)


@fault("location-missing", "create.location", "a create answers without Location")
def location_missing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers.pop("Location", None)

    seam.around("finish", advice)


@fault("create-stores-backwards", "create.reads-back", "a create answers what was sent, and stores its texts backwards")
def create_stores_backwards(seam: Seam) -> None:
    def advice(inner: Any, call: Call, key: str, tenant: str, state: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, key, tenant, state)
        turned = {n: v[::-1] for n, v in state.items() if n in free_texts(call) and v is not None}
        seam.steps.store.update(call.resource, entry, {**entry.state, **turned}, unique=False)
        return entry

    seam.around("insert", advice)


@fault("default-false", "create.defaults", "an absent boolean is false, and an absent enumeration its last value")
def default_false(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        for name, schema in call.resource.shapes.create["properties"].items():
            if call.operation == "create" and name not in fields and "default" in schema:
                state[name] = False if schema.get("type") == "boolean" else schema.get("enum", [state[name]])[-1]
        return state

    seam.around("next_state", advice)


@fault("created-id-as-text", "create.unique-id", "the answer to a create holds the id as text")
def created_id_as_text(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        name, envelope = call.resource.id.field, call.way.envelope
        if case == "created" and (shown := envelope.shown(answer.payload)) is not None:
            answer.payload = envelope.answered({**shown, name: str(entry.state[name])})
        return answer

    seam.around("answer_entry", advice)


@fault("server-field-settable-on-update", "create.server-set", "an update can set what the server sets")
def server_field_settable_on_update(seam: Seam) -> None:
    def unknown(inner: Any, call: Call) -> list[Refusal]:
        return [r for r in inner(call) if r.case != "server_set" or call.operation != "update"]

    def change(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        sent = call.way.envelope.taken(call.document) or {}
        own = {n: v for n, v in sent.items() if call.resource.properties.get(n, {}).get("readOnly")}
        own.pop(call.resource.id.field, None)
        changed: Entry = inner(call, entry, {**state, **own} if call.operation == "update" else state)
        return changed

    seam.around("unknown_fields", unknown)
    seam.around("store_change", change)


@fault(
    "create-clears-the-last", "create.siblings", "a create clears what may be null in the one that was made before it"
)
def create_clears_the_last(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        before = seam.steps.store.under(call.resource.name, call.scope or ())[-1:]
        for other in before:
            cleared = dict.fromkeys(lost_fields(call, other.state))
            seam.steps.store.update(call.resource, other, {**other.state, **cleared}, unique=False)
        made: Entry = inner(call, fields)
        return made

    seam.around("store_new", advice)


@fault("location-elsewhere", "create.location", "Location leads to another host")
def location_elsewhere(seam: Seam) -> None:
    seam.around("location", lambda inner, call, entry: f"https://api.internal.example{inner(call, entry)}")
