"""Faults of what happens to the state: stored, changed, deleted, found again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.shapes import is_nullable
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.readback import ReadPath
from restproof.semantics.validate import Refusal

fault = Register()
State = dict[str, Any]


def _status(seam: Seam, case: str, code: int) -> None:
    seam.around("success_status", lambda inner, call, said: code if said == case else inner(call, said))


def _next_state(seam: Seam, alter: Callable[[Any, Call, Mapping[str, Any]], State]) -> None:
    seam.around("next_state", alter)


def _is_update(call: Call) -> bool:
    return call.entry is not None and call.operation == "update"


@fault("create-answers-200", "create.answers-created", "a create answers 200")
def create_answers_200(seam: Seam) -> None:
    _status(seam, "created", 200)


@fault("create-answers-202", "create.answers-created", "a create answers 202")
def create_answers_202(seam: Seam) -> None:
    _status(seam, "created", 202)


@fault("read-answers-203", "read.answers-ok", "a read answers 203")
def read_answers_203(seam: Seam) -> None:
    _status(seam, "read", 203)


@fault("list-answers-206", "list.answers-ok", "a list answers 206")
def list_answers_206(seam: Seam) -> None:
    _status(seam, "listed", 206)


@fault("update-answers-201", "update.answers-ok", "an update answers 201")
def update_answers_201(seam: Seam) -> None:
    _status(seam, "updated", 201)


@fault("delete-answers-202", "delete.answers", "a delete answers 202")
def delete_answers_202(seam: Seam) -> None:
    _status(seam, "deleted", 202)


@fault("create-not-stored", "create.reads-back", "a create answers as it should and stores nothing")
def create_not_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        seam.steps.store.delete(entry)
        return entry

    seam.around("store_new", advice)


@fault("text-trimmed", "create.accepts-valid", "blanks at the ends of text are lost")
def text_trimmed(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        found: State = inner(call, {n: v.strip() or v if isinstance(v, str) else v for n, v in fields.items()})
        return found

    _next_state(seam, advice)


@fault("text-escaped", "robust.injection", "markup in text is escaped when it is stored")
def text_escaped(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        found: State = inner(call, {n: v.replace("<", "&lt;") if isinstance(v, str) else v for n, v in fields.items()})
        return found

    _next_state(seam, advice)


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

    _next_state(seam, advice)


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


@fault(
    "refused-update-stored", "update.failed-leaves-nothing", "of a refused update, the fields that are right are stored"
)
def refused_update_stored(seam: Seam) -> None:
    steps = seam.steps

    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        cases = {r.case for r in call.refusals}
        if (
            _is_update(call)
            and call.entry
            and call.fields
            and cases <= {"invalid", "rule", "reference", "unknown_field", "server_set"}
        ):
            bad = {(r.field or "").partition(".")[0] for r in call.refusals}
            right = {n: v for n, v in call.fields.items() if n not in bad}
            after = steps.next_state(call, right)
            if not steps.duplicates(call, after):
                steps.store_change(call, call.entry, after)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("update-not-stored", "update.persists", "an update answers as it should and stores nothing")
def update_not_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        return Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)

    seam.around("store_change", advice)


@fault(
    "update-resets-unnamed", "update.only-named", "an update sets fields that it does not name to null or their default"
)
def update_resets_unnamed(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if _is_update(call) and fields:
            for name, schema in call.resource.shapes.update["properties"].items():
                if name not in fields and "default" in schema:
                    state[name] = schema["default"]
                elif name not in fields and is_nullable(schema):
                    state[name] = None
        return state

    _next_state(seam, advice)


@fault("null-ignored", "update.null-clears", "explicit null leaves a field as it is")
def null_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        kept = {n: v for n, v in fields.items() if v is not None} if _is_update(call) else fields
        found: State = inner(call, kept)
        return found

    _next_state(seam, advice)


@fault("falsy-ignored", "update.falsy-counts", 'an update to 0, false, "" or [] leaves a field as it is')
def falsy_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        kept = {n: v for n, v in fields.items() if v or v is None} if _is_update(call) else fields
        found: State = inner(call, kept)
        return found

    _next_state(seam, advice)


@fault("arrays-appended", "update.replaces-arrays", "an update adds to an array instead of replacing it")
def arrays_appended(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if _is_update(call) and call.entry:
            before = call.entry.state
            fields = {
                n: [*before.get(n, ()), *(e for e in v if e not in before.get(n, ()))] if isinstance(v, list) else v
                for n, v in fields.items()
            }
        found: State = inner(call, fields)
        return found

    _next_state(seam, advice)


@fault("empty-update-refused", "update.empty", "an update that names no field is refused")
def empty_update_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if _is_update(call) and call.fields == {}:
            call.refuse("invalid", None, "names no field")

    seam.around("check_fields", advice)


@fault("empty-update-touches", "update.empty", "an update that names no field flips booleans")
def empty_update_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if _is_update(call) and not fields:
            for name, schema in call.resource.shapes.update["properties"].items():
                state[name] = (
                    not state[name]
                    if schema.get("type") == "boolean"
                    else None
                    if is_nullable(schema)
                    else state.get(name)
                )
        return state

    _next_state(seam, advice)


@fault("repeat-update-refused", "update.idempotent", "an update that changes nothing is refused as a duplicate")
def repeat_update_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after)
        if _is_update(call) and call.fields and call.entry and dict(call.entry.state) == after:
            found.append(Refusal("conflict", next(iter(call.fields)), "is what it was"))
        return found

    seam.around("duplicates", advice)


@fault("created-at-moves", "update.immutable", "an update moves the time of creation")
def created_at_moves(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if _is_update(call):
            for name in call.resource.immutable:
                if call.resource.properties.get(name, {}).get("format") == "date-time":
                    state[name] = "2001-01-01T00:00:00Z"
        return state

    _next_state(seam, advice)


@fault("immutable-updated", "update.immutable", "an update changes a field that only a create may give")
def immutable_updated(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        return [r for r in found if r.field not in call.resource.immutable or call.operation != "update"]

    seam.around("invalid_values", advice)


@fault("updated-at-frozen", "update.touches-updated-at", "a change does not move the time of the last update")
def updated_at_frozen(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.entry:
            state.update({n: call.entry.state[n] for n in call.resource.touched if n in call.entry.state})
        return state

    _next_state(seam, advice)


@fault("null-leaves-time", "update.touches-updated-at", "an update to null does not move the time of the last update")
def null_leaves_time(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.entry and fields and all(v is None for v in fields.values()):
            state.update({n: call.entry.state[n] for n in call.resource.touched if n in call.entry.state})
        return state

    _next_state(seam, advice)


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


@fault("update-creates", "update.unknown-id", "an update of an id that names nothing answers 200")
def update_creates(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if call.operation == "update" and refusal.case in ("absent", "gone"):
            return Answer(200, {})
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


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
