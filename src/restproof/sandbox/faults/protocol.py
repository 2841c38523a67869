"""Faults of the protocol: verbs, headers, and the bytes of an answer."""

from __future__ import annotations

import json
import re
from typing import Any

from restproof.contract.media import JSON
from restproof.sandbox.call import NOTHING, Answer, Call
from restproof.sandbox.faults.advice import crash_on
from restproof.sandbox.faults.registry import Seam, fault


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
    crash_on(seam, "unsupported")


@fault("unknown-method-read", "protocol.unsupported-verb", "a method that nobody knows is taken for GET")
def unknown_method_read(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        if call.method not in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            call.method = "GET"
        inner(call)

    seam.around("route", advice)


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


@fault("wrong-content-type", "protocol.content-type", "JSON is declared as text/html")
def wrong_content_type(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, answer: "text/html")


@fault("usual-media-type", "protocol.content-type", "a representation is declared as plain JSON, whatever it is")
def usual_media_type(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, answer: JSON)


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


@fault("date-of-another-form", "protocol.date", "Date is not the date of RFC 9110")
def date_of_another_form(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers["Date"] = "2024-01-01T00:00:00Z"

    seam.around("finish", advice)


@fault("head-refused", "protocol.head", "HEAD is not supported")
def head_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.method == "HEAD" and not call.refusals:
            call.refuse("unsupported", None, "HEAD is not supported here")

    seam.around("route", advice)


@fault("head-of-another-type", "protocol.head", "HEAD names another media type than GET")
def head_of_another_type(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> str:
        return "text/plain" if call.method == "HEAD" else inner(call, answer)

    seam.around("media_type", advice)


@fault("head-for-everybody", "protocol.head", "HEAD needs no credential")
def head_for_everybody(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        before = list(call.refusals)
        inner(call)
        if call.method == "HEAD":
            call.refusals[:] = before

    seam.around("authenticate", advice)


@fault("204-announces-content", "protocol.no-body", "an answer without content says that some comes in chunks")
def announced_with_204(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if answer.status == 204:
            answer.headers["Transfer-Encoding"] = "chunked"

    seam.around("finish", advice)


@fault("status-420", "protocol.standard-status", "what is absent is refused with 420, which nobody registered")
def status_420(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "absent":
            answer.status = 420
        return answer

    seam.around("answer_refusal", advice)


@fault("lists-as-text", "protocol.content-type", "the JSON of a list is declared as plain text")
def lists_as_text(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, a: "text/plain" if call.operation == "list" else inner(call, a))


@fault("no-date-on-refusals", "protocol.date", "refusals carry no Date")
def no_date_on_refusals(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if answer.status >= 400:
            del answer.headers["Date"]

    seam.around("finish", advice)


@fault("garbage-date-on-updates", "protocol.date", "the Date of an answer to an update is no date")
def garbage_date_on_updates(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if call.operation == "update":
            answer.headers["Date"] = "Thu, 99 Foo 2026 25:61:61 GMT"

    seam.around("finish", advice)


@fault("doubled-content-type", "protocol.header-fields", "an answer to an update has Content-Type twice")
def doubled_content_type(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if call.operation == "update":
            answer.headers["content-type"] = "text/plain"

    seam.around("finish", advice)


@fault("doubled-type-of-refusals", "protocol.header-fields", "a refusal says its Content-Type twice")
def doubled_type_of_refusals(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        if answer.status >= 400:
            answer.headers["content-type"] = answer.headers.get("Content-Type", "")

    seam.around("finish", advice)
