"""Faults of the protocol and of what an answer looks like."""

from __future__ import annotations

import re
from typing import Any

from restproof.contract.model import Resource
from restproof.sandbox.call import BODIES, NOTHING, Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.plausible import plausible

fault = Register()


@fault("put-accepted", "protocol.unsupported-verb", "PUT is taken for an update although the contract has no PUT")
def put_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if (
            call.method == "PUT"
            and call.target
            and call.is_item
            and not call.operation
            and call.target.supports("update")
        ):
            call.operation = "update"
            call.refusals.clear()

    seam.around("route", advice)


@fault("unsupported-verb-500", "protocol.unsupported-verb", "a verb that the resource does not have yields 500")
def unsupported_verb_500(seam: Seam) -> None:
    _crash_on(seam, "unsupported")


@fault("405-without-allow", "protocol.405-allow", "405 carries no Allow")
def no_allow(seam: Seam) -> None:
    _without_header(seam, "Allow")


@fault("allow-too-much", "protocol.405-allow", "Allow names DELETE and PATCH everywhere")
def allow_too_much(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if "Allow" in answer.headers:
            answer.headers["Allow"] = "DELETE, GET, PATCH, POST, PUT"

    seam.around("finish", advice)


@fault("no-date", "protocol.date", "answers carry no Date")
def no_date(seam: Seam) -> None:
    _without_header(seam, "Date")


@fault("body-with-delete", "delete.answers", "a delete answers with the deleted resource")
def body_with_delete(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer:
        answer: Answer = inner(call)
        return Answer(200, {"id": call.entry.key if call.entry else None, "deleted": True}, answer.headers)

    seam.around("answer_deleted", advice)


@fault("wrong-content-type", "protocol.content-type", "JSON is declared as text/html")
def wrong_content_type(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, answer: "text/html")


@fault("duplicate-member", "protocol.json-valid", "a resource holds its first member twice")
def duplicate_member(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> bytes:
        content: bytes = inner(call, answer)
        found = re.match(rb'\{("[^"]*":(?:"[^"\\]*"|\d+|true|false|null)),', content)
        return b"{" + found[1] + b"," + content[1:] if found and answer.status < 300 else content

    seam.around("body_bytes", advice)


@fault("truncated-json", "protocol.json-valid", "the last byte of a JSON body is missing")
def truncated_json(seam: Seam) -> None:
    seam.around("body_bytes", lambda inner, call, answer: inner(call, answer)[:-1])


@fault("xml-response", "media.json-only", "Accept: application/xml is answered with XML")
def xml_response(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        if "xml" in call.headers.get("accept", "") and answer.payload is not NOTHING:
            answer.raw = b'<?xml version="1.0"?><response/>'
            answer.headers["Content-Type"] = "application/xml"
        inner(call, answer)

    seam.around("finish", advice)


@fault("xml-accepted", "media.foreign-body", "an XML or form body is read and takes effect")
def xml_accepted(seam: Seam) -> None:
    ids = seam.steps.store.setting("ids") or {}

    def advice(inner: Any, call: Call) -> None:
        if call.operation not in BODIES or seam.steps.is_json(
            call.headers.get("content-type", "").partition(";")[0].strip()
        ):
            inner(call)
            return
        call.document = _foreign_document(call, call.resource, ids)

    seam.around("read_body", advice)


def _foreign_document(call: Call, resource: Resource, ids: dict[str, Any]) -> dict[str, Any]:
    text = call.body.decode("utf-8", "replace")
    needed = resource.shapes.create.get("required", ()) if call.operation == "create" else ()
    fields = {
        name: plausible(schema, serial=int(call.now * 1000), now="2024-01-01T00:00:00Z", name=name)
        for name, schema in resource.shapes.create["properties"].items()
        if name in needed
    }
    for name, schema in resource.shapes.update["properties"].items():
        found = re.search(rf"(?:<{re.escape(name)}>|\b{re.escape(name)}\]?=)([^<&]+)", text)
        if found and schema.get("type") == "string" and not {"pattern", "format", "enum"} & schema.keys():
            fields[name] = found[1]
    document: dict[str, Any] = {resource.envelope.request: fields} if resource.envelope.request else dict(fields)
    for parent in resource.parents:
        if resource.parent_place(parent, call.operation) == "body":
            found = re.search(rf"(?:<{re.escape(parent.name)}>|\b{re.escape(parent.name)}=)(\d+)", text)
            document[parent.name] = int(found[1]) if found else ids.get(parent.resource)
    return document


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


@fault("error-names-nothing", "error.names-field", "refusals do not say which field is at fault")
def error_names_nothing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        return inner(call, status, type(refusal)(refusal.case, None, "the request is not valid"))

    seam.around("error_body", advice)


@fault("error-leaks-trace", "error.no-leak", "refusals of values carry a stack trace")
def error_leaks_trace(seam: Seam) -> None:
    trace = 'Traceback (most recent call last):\n  File "/srv/app/models.py", line 42, in save\nsqlite3.IntegrityError'

    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        return inner(call, status, type(refusal)(refusal.case, refusal.field, f"{refusal.message}\n{trace}"))

    seam.around("error_body", advice)


@fault("nul-500", "robust.no-5xx", "a NUL in a string yields 500")
def nul_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        if b"\\u0000" in call.body:
            return Answer(500, {"message": "internal error"})
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("deep-json-500", "robust.no-5xx", "bottomless nesting yields 500")
def deep_json_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        if call.body.count(b"[") > 500:
            return Answer(500, {"message": "internal error"})
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("long-uri-500", "input.too-large", "an oversize URI yields 500")
def long_uri_500(seam: Seam) -> None:
    _crash_on(seam, "uri_too_long")


@fault("large-body-500", "input.too-large", "an oversize body yields 500")
def large_body_500(seam: Seam) -> None:
    _crash_on(seam, "too_large")


@fault("unknown-path-200", "identity.unknown-path", "an unknown path answers 200")
def unknown_path_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        return Answer(200, {}) if refusal.case == "unknown_path" else inner(call, refusal)

    seam.around("answer_refusal", advice)


def _crash_on(seam: Seam, *cases: str) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        return Answer(500, {"message": "internal error"}) if refusal.case in cases else inner(call, refusal)

    seam.around("answer_refusal", advice)


def _without_header(seam: Seam, name: str) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers.pop(name, None)

    seam.around("finish", advice)
