"""Faults of what an answer holds."""

from __future__ import annotations

from typing import Any

from restproof.pointer import put
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import State
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("resource-misses-field", "shape.resource", "a single response lacks its last member")
def resource_misses_field(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        shown: dict[str, Any] = dict(inner(entry))
        shown.popitem()
        return shown

    seam.around("represent", advice)


@fault("number-as-text", "shape.resource", "an integer of the response is a string")
def number_as_text(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        resource = seam.steps.contract.resources[entry.resource]
        shown: dict[str, Any] = dict(inner(entry))
        name = resource.id.field
        if resource.id.type == "integer" and name in shown:
            shown[name] = str(shown[name])
        return shown

    seam.around("represent", advice)


@fault("list-wrapped", "shape.list", "a list is wrapped in a member that the contract does not declare")
def list_wrapped(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        answer.payload = {"results": answer.payload}
        return answer

    seam.around("answer_list", advice)


@fault("wrong-time-format", "shape.formats", "times are written without a zone")
def wrong_time_format(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        shown: dict[str, Any] = dict(inner(entry))
        for name, schema in seam.steps.contract.resources[entry.resource].properties.items():
            if schema.get("format") == "date-time" and isinstance(shown.get(name), str):
                shown[name] = shown[name].replace("T", " ").removesuffix("Z")
        return shown

    seam.around("represent", advice)


@fault("error-as-text", "shape.error", "refusals are a bare JSON string in a list")
def error_as_text(seam: Seam) -> None:
    seam.around("error_body", lambda inner, call, status, refusal: [refusal.message])


@fault("not-found-as-html", "shape.error", "what is not found is answered with an HTML page")
def not_found_as_html(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if answer.status == 404:
            answer.raw = b"<html><body><h1>Not Found</h1></body></html>"
            answer.headers["Content-Type"] = "text/html"
        return answer

    seam.around("answer_refusal", advice)


@fault("null-member-left-out", "shape.resource", "members that are null are left out of a representation")
def null_member_left_out(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        return {n: v for n, v in inner(entry).items() if v is not None}

    seam.around("represent", advice)


@fault("list-entry-misses-field", "shape.list", "the entries of a list lack the last member")
def list_entry_misses_field(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        shown = call.way.envelope.listed(answer.payload) or []
        for entry in shown:
            entry.popitem()
        places = [seam.steps.standing(call, entry) for entry in entries]
        answer.payload = call.way.envelope.answered_list(list(zip(shown, places, strict=True)))
        return answer

    seam.around("answer_list", advice)


@fault("list-keyed-by-place", "shape.list", "the keys of a list that is an object are places, not ids")
def list_keyed_by_place(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        envelope = call.way.envelope
        if envelope.key:
            listed = {str(at): entry for at, entry in enumerate(envelope.listed(answer.payload) or ())}
            answer.payload = put(answer.payload, envelope.list_pointer, listed)
        return answer

    seam.around("answer_list", advice)


@fault("empty-list-null", "shape.list", "an empty list is null")
def empty_list_null(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        if not entries:
            answer.payload = call.way.envelope.answered_list(None)
        return answer

    seam.around("answer_list", advice)


@fault("secret-shown", "shape.write-only", "a representation shows what only requests hold")
def secret_shown(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> State:
        shown: State = dict(inner(entry))
        properties = seam.steps.contract.resources[entry.resource].properties
        return {**shown, **{n: v for n, v in entry.state.items() if properties.get(n, {}).get("writeOnly")}}

    seam.around("represent", advice)


@fault("undeclared-member", "shape.no-undeclared", "a representation holds a member that the schema does not have")
def undeclared_member(seam: Seam) -> None:
    seam.around("represent", lambda inner, entry: {**inner(entry), "internal_flags": 0})


@fault("secret-quoted", "shape.write-only", "a refusal quotes the secret that was sent")
def secret_quoted(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Refusal) -> Any:
        body = inner(call, status, refusal)
        secrets = [v for n, v in (call.fields or {}).items() if n in call.resource.secret and isinstance(v, str)]
        return {**body, "detail": f"cannot be taken: {secrets[0]}"} if secrets and isinstance(body, dict) else body

    seam.around("error_body", advice)


@fault("read-misses-field", "shape.resource", "a read leaves out the last field of the resource")
def read_misses_field(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        if case == "read" and isinstance(answer.payload, dict):
            last = next(reversed(call.resource.shapes.response["properties"]))
            shown = {n: v for n, v in (call.way.envelope.shown(answer.payload) or {}).items() if n != last}
            answer.payload = call.way.envelope.answered(shown, seam.steps.standing(call, entry))
        return answer

    seam.around("answer_entry", advice)


@fault("receipt-misses-member", "shape.resource", "an answer to a write that is no representation lacks a member")
def receipt_misses_member(seam: Seam) -> None:
    def advice(inner: Any, call: Call, case: str, entry: Entry) -> Answer:
        answer: Answer = inner(call, case, entry)
        needed = (call.way.receipt or {}).get("required", ())
        if needed and isinstance(answer.payload, dict):
            answer.payload = {n: v for n, v in answer.payload.items() if n != needed[-1]}
        return answer

    seam.around("answer_entry", advice)


@fault("date-with-time", "shape.formats", "a date is shown with a time of day")
def date_with_time(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        properties = seam.steps.contract.resources[entry.resource].properties
        dates = [n for n, p in properties.items() if p.get("format") == "date"]
        shown: dict[str, Any] = inner(entry)
        return {n: f"{v}T00:00:00Z" if n in dates and v is not None else v for n, v in shown.items()}

    seam.around("represent", advice)


@fault("undeclared-in-lists", "shape.no-undeclared", "the entries of a list hold a member that nobody declared")
def undeclared_in_lists(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        shown = [{**e, "internal_flags": 0} for e in call.way.envelope.listed(answer.payload) or ()]
        places = [seam.steps.standing(call, entry) for entry in entries]
        answer.payload = call.way.envelope.answered_list(list(zip(shown, places, strict=True)))
        return answer

    seam.around("answer_list", advice)
