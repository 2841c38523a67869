"""Faults of the protocol and of what an answer looks like."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from restproof.contract.model import Resource
from restproof.sandbox.call import BODIES, NOTHING, Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry
from restproof.semantics.plausible import plausible

fault = Register()

_FOR_EVER = 60.0
"""Seconds: longer than any client waits."""


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


@fault("charset-refused", "media.charset", "a JSON body that declares a charset is refused")
def charset_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.operation in BODIES and ";" in call.headers.get("content-type", ""):
            call.refuse("unsupported_media", None, "the body must be application/json")

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


@fault("204-with-body", "protocol.no-body", "an answer without content has some")
def content_with_204(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> bytes:
        content: bytes = inner(call, answer)
        return b"{}" if answer.status == 204 else content

    seam.around("body_bytes", advice)


@fault("status-299", "protocol.standard-status", "a list answers 299, which nobody registered")
def status_299(seam: Seam) -> None:
    seam.around("success_status", lambda inner, call, case: 299 if case == "listed" else inner(call, case))


@fault("latin1-json", "protocol.json-valid", "JSON is written in Latin-1")
def latin1_json(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> bytes:
        content: bytes = inner(call, answer)
        if answer.raw is not None or answer.payload is NOTHING:
            return content
        text = json.dumps(answer.payload, ensure_ascii=False, separators=(",", ":"))
        return text.encode("latin-1", "replace")

    seam.around("body_bytes", advice)


@fault("byte-order-mark", "protocol.json-valid", "JSON begins with a byte order mark")
def byte_order_mark(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> bytes:
        content: bytes = inner(call, answer)
        return b"\xef\xbb\xbf" + content if content else content

    seam.around("body_bytes", advice)


@fault("no-content-type", "protocol.content-type", "a body says no media type")
def no_content_type(seam: Seam) -> None:
    _without_header(seam, "Content-Type")


@fault("refusals-as-html", "protocol.content-type", "refusals are HTML pages that are called JSON")
def refusals_as_html(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> str:
        return "text/html; charset=utf-8" if answer.refusal is not None else inner(call, answer)

    seam.around("media_type", advice)


@fault("not-found-as-html", "shape.error", "what is not found is answered with an HTML page")
def not_found_as_html(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if answer.status == 404:
            answer.raw = b"<html><body><h1>Not Found</h1></body></html>"
            answer.headers["Content-Type"] = "text/html"
        return answer

    seam.around("answer_refusal", advice)


@fault("date-of-another-form", "protocol.date", "Date is not the date of RFC 9110")
def date_of_another_form(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers["Date"] = "2024-01-01T00:00:00Z"

    seam.around("finish", advice)


@fault("form-accepted", "media.foreign-body", "a body is read as JSON whatever it is declared as")
def form_accepted(seam: Seam) -> None:
    seam.around("is_json", lambda inner, media: True)


@fault("null-member-left-out", "shape.resource", "members that are null are left out of a representation")
def null_member_left_out(seam: Seam) -> None:
    def advice(inner: Any, entry: Entry) -> dict[str, Any]:
        return {n: v for n, v in inner(entry).items() if v is not None}

    seam.around("represent", advice)


@fault("list-entry-misses-field", "shape.list", "the entries of a list lack the last member")
def list_entry_misses_field(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        shown = answer.payload if isinstance(answer.payload, list) else next(iter(answer.payload.values()))
        for entry in shown:
            entry.popitem()
        return answer

    seam.around("answer_list", advice)


@fault("empty-list-null", "shape.list", "an empty list is null")
def empty_list_null(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        if not entries:
            answer.payload = seam.steps.wrapped(call.resource.envelope.list, None)
        return answer

    seam.around("answer_list", advice)


@fault("error-as-200", "robust.classes", "what is wrong with a query is told in an answer of 200")
def error_as_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case in ("absent", "gone") and call.operation == "read":
            answer.status = 200
        return answer

    seam.around("answer_refusal", advice)


@fault("error-shows-sql", "error.no-leak", "a conflict shows the statement that failed")
def error_shows_sql(seam: Seam) -> None:
    statement = "duplicate key value: INSERT INTO entries (name, parent_id) VALUES ($1, $2)"

    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        text = f"{refusal.message}: {statement}" if refusal.case == "conflict" else refusal.message
        return inner(call, status, type(refusal)(refusal.case, refusal.field, text))

    seam.around("error_body", advice)


@fault("error-shows-path", "error.no-leak", "an unknown path is answered with one of the server's files")
def error_shows_path(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Any) -> Any:
        text = "no such file: /var/www/app/releases/42/routes/index.rb" if status == 404 else refusal.message
        return inner(call, status, type(refusal)(refusal.case, refusal.field, text))

    seam.around("error_body", advice)


def _hostile(name: str, requirement: str, summary: str, hit: Callable[[Call], bool]) -> None:
    """A fault that fails at some input."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call) -> Answer | None:
            early: Answer | None = inner(call)
            return Answer(500, {"message": "internal error"}) if hit(call) else early

        seam.around("preconditions", advice)

    fault(name, requirement, summary)(install)


_ASTRAL = re.compile(rb"\\ud[89ab]|[\xf0-\xf4][\x80-\xbf]{3}", re.IGNORECASE)
_hostile("quote-500", "robust.injection", "an apostrophe in a body yields 500", lambda call: b"'" in call.body)
_hostile(
    "surrogate-500",
    "robust.hostile-text",
    "a character beyond U+FFFF yields 500",
    lambda c: bool(_ASTRAL.search(c.body)),
)
_hostile("control-character-500", "robust.hostile-text", "a control character yields 500", lambda c: b"\\u00" in c.body)
_hostile(
    "huge-number-500",
    "robust.hostile-body",
    "a number beyond a double yields 500",
    lambda c: b"1e400" in c.body.lower(),
)
_hostile(
    "odd-query-500", "robust.hostile-query", "a broken escape in the query yields 500", lambda c: _broken(c.raw_query)
)
_hostile(
    "odd-id-500", "robust.hostile-id", "an id with an odd character yields 500", lambda c: not _plain_id(c.item_id)
)


def _broken(query: str) -> bool:
    return re.search(r"%(?![0-9A-Fa-f]{2})|%00", query) is not None


def _plain_id(id: str | None) -> bool:
    return id is None or re.fullmatch(r"[\w.~:@+-]*", id) is not None


@fault("odd-header-500", "robust.hostile-headers", "a header that is long or not ASCII yields 500")
def odd_header_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        early: Answer | None = inner(call)
        odd = any(len(v) > 2000 or not v.isascii() for v in call.headers.values())
        return Answer(500, {"message": "internal error"}) if odd else early

    seam.around("preconditions", advice)


@fault("filter-by-sql", "robust.injection", "a filter's text is taken for a part of a condition")
def filter_by_sql(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Any:
        if any("' or " in v.lower() or "'='" in v for _, v in call.query):
            call.query[:] = []
        return inner(call)

    seam.around("read_query", advice)


@fault("long-text-hangs", "robust.no-timeout", "a text of a hundred thousand characters is never answered")
def long_text_hangs(seam: Seam) -> None:
    async def advice(inner: Any, call: Call) -> None:
        await inner(call)
        if 100_000 < len(call.body) < 1_000_000:
            await asyncio.sleep(_FOR_EVER)

    seam.around("arrival", advice)


@fault("slow-answers", "robust.latency", "every answer takes a second")
def slow_answers(seam: Seam) -> None:
    async def advice(inner: Any, call: Call) -> None:
        await inner(call)
        await asyncio.sleep(1)

    seam.around("arrival", advice)


@fault("sorted-lists-busy", "retry.503", "a sorted list is always answered 503")
def sorted_lists_busy(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        if call.parameter(seam.steps.contract.query.sort) is None:
            answer: Answer = inner(call, entries)
            return answer
        return Answer(503, {"message": "try again"}, {"Retry-After": "0"})

    seam.around("answer_list", advice)
