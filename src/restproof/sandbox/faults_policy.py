"""Faults of what only some contracts promise: PUT, ETag, idempotency keys, Location, HEAD, secrets, closed schemas,
and the connection itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from restproof.sandbox.call import NOTHING, Answer, Call
from restproof.sandbox.faults import OVERLAP, Register, Seam
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry
from restproof.semantics import state as states
from restproof.semantics.validate import Refusal

fault = Register()
State = dict[str, Any]


@fault("plain-http-served", "transport.https-only", "the TLS port serves plain HTTP as well")
def plain_http_served(seam: Seam) -> None:
    seam.steps.serves_plain = True


@fault("old-tls-spoken", "transport.tls-valid", "the server still speaks TLS 1.0 and 1.1")
def old_tls_spoken(seam: Seam) -> None:
    seam.steps.speaks_old_tls = True


@fault("offset-in-whole-pages", "list.pages-partition", "an offset is rounded down to whole pages")
def offset_in_whole_pages(seam: Seam) -> None:
    def advice(inner: Any, query: ListQuery, entries: list[Entry]) -> int:
        start: int = inner(query, entries)
        return start // query.page.size * query.page.size if query.page.size else start

    seam.around("page_start", advice)


@fault("bytes-500", "robust.hostile-bytes", "without TLS, what does not begin like a request yields 500")
def bytes_500(seam: Seam) -> None:
    seam.steps.fails_at_bytes = True


@fault("replace-merges", "replace.answers", "a replace keeps the fields that it does not name")
def replace_merges(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if call.operation == "replace" and call.entry is not None:
            return states.updated(call.resource, call.entry.state, fields)
        state: State = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("second-replace-resets", "replace.is-idempotent", "a replace that changes nothing clears what may be null")
def second_replace_resets(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        if call.operation == "replace" and call.entry is not None:
            before = call.entry.state
            if all(states.same(state.get(n), before.get(n)) for n in call.resource.shapes.replace["properties"]):
                defaults = states.replaced(call.resource, before, {})
                needed = call.resource.shapes.create.get("required", ())
                state.update({n: v for n, v in defaults.items() if n in fields and n not in needed})
        return state

    seam.around("next_state", advice)


@fault("replace-creates-nothing", "replace.creates", "a replace at a new id answers as it should and stores nothing")
def replace_creates_nothing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        if call.operation == "replace":
            seam.steps.store.delete(entry)
        return entry

    seam.around("store_new", advice)


@fault("etag-constant", "conditional.etag", "the ETag of a resource never changes")
def etag_constant(seam: Seam) -> None:
    seam.around("etag", lambda inner, shown: '"1"')


@fault("etag-of-other-fields", "conditional.etag", "the ETag leaves out the last field that a client may set")
def etag_of_other_fields(seam: Seam) -> None:
    def advice(inner: Any, shown: Mapping[str, Any]) -> str:
        resource = next(r for r in seam.steps.contract if r.etag)
        spared = {*resource.references, *resource.immutable}
        names = [n for n in resource.shapes.update["properties"] if n in shown and n not in spared]
        tag: str = inner({n: v for n, v in shown.items() if n not in names[-1:]})
        return tag

    seam.around("etag", advice)


@fault("etag-of-each-read", "conditional.etag", "every read has another ETag")
def etag_of_each_read(seam: Seam) -> None:
    count: Counter[str] = Counter()

    def advice(inner: Any, shown: Mapping[str, Any]) -> str:
        count["etag"] += 1
        return f'"{count["etag"]}"'

    seam.around("etag", advice)


@fault("etag-unquoted", "conditional.etag", "the ETag stands without its quotes")
def etag_unquoted(seam: Seam) -> None:
    seam.around("etag", lambda inner, shown: str(inner(shown)).strip('"'))


@fault("etag-missing", "conditional.etag", "answers carry no ETag")
def etag_missing(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        answer.headers.pop("ETag", None)

    seam.around("finish", advice)


def _deaf_to(name: str, requirement: str, header: str, *operations: str) -> None:
    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call) -> Answer | None:
            if call.operation in operations:
                call.headers = {n: v for n, v in call.headers.items() if n != header.lower()}
            early: Answer | None = inner(call)
            return early

        seam.around("preconditions", advice)

    fault(name, requirement, f"{header} has no effect on {', '.join(operations)}")(install)


_deaf_to("if-none-match-ignored", "conditional.if-none-match", "If-None-Match", "read")
_deaf_to("if-match-ignored", "conditional.if-match", "If-Match", "update", "replace", "delete")
_deaf_to("if-match-ignored-on-delete", "conditional.if-match", "If-Match", "delete")


@fault("if-match-any-refused", "conditional.if-match", "If-Match: * is compared with the ETag")
def if_match_any_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        if call.headers.get("if-match") == "*":
            call.headers = {**call.headers, "if-match": '"*"'}
        early: Answer | None = inner(call)
        return early

    seam.around("preconditions", advice)


@fault("stale-write-stored", "conditional.if-match", "a write with a stale ETag is 412, and stored")
def stale_write_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "precondition_failed" and call.entry and call.fields is not None:
            seam.steps.store_change(call, call.entry, seam.steps.next_state(call, call.fields))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("idempotency-key-ignored", "idempotency.key", "a repeated idempotency key creates again")
def idempotency_key_ignored(seam: Seam) -> None:
    async def advice(inner: Any, call: Call) -> None:
        await inner(call)
        name = (seam.steps.contract.idempotency_key or "").lower()
        call.headers = {n: v for n, v in call.headers.items() if n != name}

    seam.around("arrival", advice)


@fault("idempotency-key-race", "idempotency.key", "requests with one idempotency key at the same time each create")
def idempotency_key_race(seam: Seam) -> None:
    _deaf_at_once(seam, seam.steps.contract.idempotency_key or "")


@fault("if-match-race", "conditional.if-match", "updates at the same time with one ETag in If-Match each succeed")
def if_match_race(seam: Seam) -> None:
    _deaf_at_once(seam, "If-Match")


def _deaf_at_once(seam: Seam, header: str) -> None:
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


@fault("untyped-body-refused", "media.untyped-body", "a body without a Content-Type is refused")
def untyped_body_refused(seam: Seam) -> None:
    seam.around("is_json", lambda inner, media: bool(media) and inner(media))


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


@fault("problems-as-json", "error.problem-json", "problem details are called application/json")
def problems_as_json(seam: Seam) -> None:
    seam.around("media_type", lambda inner, call, answer: "application/json" if answer.payload is not NOTHING else "")


@fault("problem-of-another-status", "error.problem-json", "every problem says that its status is 500")
def problem_of_another_status(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Refusal) -> Any:
        body = inner(call, status, refusal)
        return {**body, "status": 500} if isinstance(body, dict) and "status" in body else body

    seam.around("error_body", advice)


@fault("head-for-everybody", "protocol.head", "HEAD needs no credential")
def head_for_everybody(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        before = list(call.refusals)
        inner(call)
        if call.method == "HEAD":
            call.refusals[:] = before

    seam.around("authenticate", advice)


@fault("secret-quoted", "shape.write-only", "a refusal quotes the secret that was sent")
def secret_quoted(seam: Seam) -> None:
    def advice(inner: Any, call: Call, status: int, refusal: Refusal) -> Any:
        body = inner(call, status, refusal)
        told = [v for n, v in (call.fields or {}).items() if n in call.resource.secret and isinstance(v, str)]
        return {**body, "detail": f"cannot be taken: {told[0]}"} if told and isinstance(body, dict) else body

    seam.around("error_body", advice)
