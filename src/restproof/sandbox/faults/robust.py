"""Faults that hostile input or patience shows."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import types_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import State, bent, crash_at, free_texts, in_text
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.listing import Page
from restproof.semantics.validate import Refusal

_FOR_EVER = 60.0
"""Seconds: longer than any client waits."""


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


@fault("error-as-200", "robust.classes", "what is wrong with a query is told in an answer of 200")
def error_as_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case in ("absent", "gone") and call.operation == "read":
            answer.status = 200
        return answer

    seam.around("answer_refusal", advice)


_LONG = re.compile(rb"\d{1000}")
_ASTRAL = re.compile(rb"\\ud[89ab]|[\xf0-\xf4][\x80-\xbf]{3}", re.IGNORECASE)


crash_at("quote-500", "robust.injection", "an apostrophe in a body yields 500", lambda call: b"'" in call.body)


crash_at(
    "surrogate-500",
    "robust.hostile-text",
    "a character beyond U+FFFF yields 500",
    lambda c: bool(_ASTRAL.search(c.body)),
)


crash_at("control-character-500", "robust.hostile-text", "a control character yields 500", lambda c: b"\\u00" in c.body)


crash_at(
    "huge-number-500",
    "robust.hostile-body",
    "a number beyond a double yields 500",
    lambda c: b"1e400" in c.body.lower(),
)


crash_at(
    "odd-query-500", "robust.hostile-query", "a broken escape in the query yields 500", lambda c: _broken(c.raw_query)
)


crash_at(
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


@fault("text-escaped", "robust.injection", "markup in text is escaped when it is stored")
def text_escaped(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        found: State = inner(call, {n: v.replace("<", "&lt;") if isinstance(v, str) else v for n, v in fields.items()})
        return found

    seam.around("next_state", advice)


@fault("nul-in-one-text", "robust.hostile-text", "of several texts the one in the middle may hold a NUL")
def nul_in_one_text(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        texts = free_texts(call)
        open_to = texts[len(texts) // 2 :][:1] if len(texts) > 2 else []
        return [refusal for refusal in inner(call) if refusal.field not in open_to]

    seam.around("unstorable", advice)


@fault("nul-inside-an-object", "robust.hostile-text", "texts inside of an object may hold a NUL")
def nul_inside_an_object(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        fields = call.fields or {}
        return [r for r in inner(call) if not isinstance(fields.get(str(r.field).partition(".")[0]), dict)]

    seam.around("unstorable", advice)


@fault("surrogate-in-one-text", "robust.hostile-text", "of several texts the one in the middle may hold a surrogate")
def surrogate_in_one_text(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Refusal]:
        texts = free_texts(call)
        middle = "".join(texts[len(texts) // 2 :][:1]) if len(texts) > 2 else ""
        found: list[Refusal] = inner(call)
        value = (call.fields or {}).get(middle)
        if isinstance(value, str) and "\ud800" in value:
            call.fields = {**(call.fields or {}), middle: value.replace("\ud800", "\ufffd")}
            return [refusal for refusal in found if refusal.field != middle]
        return found

    seam.around("unstorable", advice)


bent(
    "control-characters-dropped",
    "robust.hostile-text",
    "control characters in a text are dropped",
    in_text(lambda text: "".join(c for c in text if unicodedata.category(c) != "Cc")),
)


bent(
    "text-loses-markup",
    "robust.injection",
    "what looks like a tag is taken out of text",
    in_text(lambda t: _untagged(t)),
)


bent(
    "template-evaluated",
    "robust.injection",
    "an expression in double braces is evaluated when it is stored",
    in_text(lambda t: t.replace("{{7*7}}", "49").replace("${7*7}", "49")),
)


def _untagged(text: str) -> str:
    before, opened, rest = text.partition("<")
    _, closed, after = rest.partition(">")
    return before + _untagged(after) if opened and closed else text


@fault("huge-page-500", "robust.hostile-query", "a page number beyond 64 bits yields 500")
def huge_page_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Page:
        paging = call.resource.paging
        number = {"page": paging.page, "offset": paging.offset}.get(paging.style)
        text = (number and call.parameter(number)) or ""
        if text.isdecimal() and int(text) >= 2**63:
            raise OverflowError("a page number beyond 64 bits")
        found: Page = inner(call)
        return found

    seam.around("read_page", advice)


@fault("bytes-500", "robust.hostile-bytes", "without TLS, what does not begin like a request yields 500")
def bytes_500(seam: Seam) -> None:
    seam.steps.fails_at_bytes = True


crash_at(
    "long-number-500",
    "robust.hostile-body",
    "a number of many digits yields 500",
    lambda c: _LONG.search(c.body) is not None,
)
crash_at("range-500", "robust.hostile-headers", "a Range header yields 500", lambda c: "range" in c.headers)
crash_at(
    "quote-in-id-500", "robust.hostile-id", "an apostrophe in an id yields 500", lambda c: "'" in (c.item_id or "")
)


@fault("conflict-as-200", "robust.classes", "a refusal of a duplicate is answered 200")
def conflict_as_200(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "conflict":
            answer.status = 200
        return answer

    seam.around("answer_refusal", advice)


@fault("slow-deletes", "robust.latency", "every delete takes most of a second")
def slow_deletes(seam: Seam) -> None:
    async def advice(inner: Any, call: Call) -> None:
        await inner(call)
        if call.method == "DELETE":
            await asyncio.sleep(0.7)

    seam.around("arrival", advice)


crash_at("nul-in-id-500", "robust.hostile-id", "a NUL in an id yields 500", lambda c: "\0" in (c.item_id or ""))
crash_at("id-no-utf8-500", "robust.hostile-id", "an id that is no UTF-8 yields 500", lambda c: "%ff" in c.path.lower())
crash_at(
    "write-to-nul-500",
    "robust.hostile-id",
    "a write to an id with a NUL yields 500",
    lambda c: c.writes and "%00" in c.path,
)
crash_at(
    "repeated-parameter-500",
    "robust.hostile-query",
    "a parameter that stands twice yields 500",
    lambda c: len({n for n, _ in c.query}) < len(c.query),
)
crash_at(
    "bracketed-parameter-500",
    "robust.hostile-query",
    "a parameter with brackets at its end yields 500",
    lambda c: any(n.endswith("[]") for n, _ in c.query),
)
crash_at(
    "beyond-64-bits-500",
    "robust.hostile-body",
    "a number just beyond signed 64 bits yields 500",
    lambda c: b"9223372036854775808" in c.body,
)
crash_at(
    "integer-column-overflow-500",
    "robust.hostile-body",
    "a whole number beyond signed 64 bits yields 500 where the field is one of whole numbers",
    lambda c: any(
        f'"{n}":9223372036854775808'.encode() in c.body.replace(b" ", b"")
        for n, p in c.resource.properties.items()
        if "integer" in types_of(p)
    ),
)
