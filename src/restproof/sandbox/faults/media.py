"""Faults of media types."""

from __future__ import annotations

import re
from typing import Any

from restproof.contract.model import WRITES, Resource
from restproof.sandbox.call import NOTHING, Answer, Call
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.plausible import plausible


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
        media = call.headers.get("content-type", "").partition(";")[0].strip()
        if call.operation not in WRITES or seam.steps.reads(call, media):
            inner(call)
            return
        call.document = _foreign_document(call, call.resource, ids)

    seam.around("read_body", advice)


@fault("charset-refused", "media.charset", "a JSON body that declares a charset is refused")
def charset_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.operation in WRITES and ";" in call.headers.get("content-type", ""):
            call.refuse("unsupported_media", None, "the body must be application/json")

    seam.around("read_body", advice)


def _foreign_document(call: Call, resource: Resource, ids: dict[str, Any]) -> Any:
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
    outside: dict[str, Any] = {}
    for parent in call.way.parents_in("body"):
        found = re.search(rf"(?:<{re.escape(parent.name)}>|\b{re.escape(parent.name)}=)(\d+)", text)
        outside[parent.name] = int(found[1]) if found else ids.get(parent.resource)
    return call.way.envelope.requested(fields, outside, call.item_id)


@fault("form-accepted", "media.foreign-body", "a body is read as JSON whatever it is declared as")
def form_accepted(seam: Seam) -> None:
    seam.around("reads", lambda inner, call, media: True)


@fault("untyped-body-refused", "media.untyped-body", "a body without a Content-Type is refused")
def untyped_body_refused(seam: Seam) -> None:
    seam.around("reads", lambda inner, call, media: bool(media) and inner(call, media))


@fault("foreign-accept-500", "media.json-only", "a request that accepts no JSON yields 500")
def foreign_accept_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        early: Answer | None = inner(call)
        accept = call.headers.get("accept", "*/*")
        foreign = "json" not in accept and "*/*" not in accept
        return Answer(500, {"message": "internal error"}) if foreign else early

    seam.around("preconditions", advice)
