"""Faults of authentication, authorisation, tenancy and limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.store import Entry

fault = Register()


def _let_through(seam: Seam, allowed: Callable[[Call], bool], *cases: str) -> None:
    """Forget refusals of these cases by ``authorise``."""

    def advice(inner: Any, call: Call) -> None:
        before = list(call.refusals)
        inner(call)
        if allowed(call):
            call.refusals[:] = [*before, *(r for r in call.refusals[len(before) :] if r.case not in cases)]

    seam.around("authorise", advice)


def _full(seam: Seam) -> Any:
    return next((c for c in seam.steps.credentials.values() if c.name == "full"), None)


@fault("missing-credential-accepted", "auth.missing", "a request without a credential counts as one with all rights")
def missing_credential_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        if seam.steps.contract.auth.header.lower() in call.headers:
            inner(call)
        else:
            call.credential = _full(seam)

    seam.around("authenticate", advice)


@fault("missing-credential-403", "auth.missing", "a request without a credential gets 403")
def missing_credential_403(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "missing_credential":
            answer.status = 403
        return answer

    seam.around("answer_refusal", advice)


@fault("unknown-credential-accepted", "auth.invalid", "any secret of the right scheme is accepted")
def unknown_credential_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if any(r.case == "bad_credential" for r in call.refusals):
            call.refusals.clear()
            call.credential = _full(seam)

    seam.around("authenticate", advice)


@fault("truncated-credential-accepted", "auth.invalid", "the beginning of a credential is enough")
def truncated_credential_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        sent = seam.steps.secret_of(call.headers.get(seam.steps.contract.auth.header.lower(), ""))
        found = next((c for s, c in seam.steps.credentials.items() if len(sent) > 8 and s.startswith(sent)), None)
        if call.credential is None and found is not None:
            call.refusals.clear()
            call.credential = found

    seam.around("authenticate", advice)


@fault("no-challenge", "auth.challenge", "401 carries no WWW-Authenticate")
def no_challenge(seam: Seam) -> None:
    seam.around("challenge", lambda inner, call: {})


@fault("read-only-deletes", "auth.forbidden", "a read-only credential may delete")
def read_only_deletes(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation == "delete", "forbidden")


@fault("read-only-creates", "auth.forbidden", "a read-only credential may create")
def read_only_creates(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation == "create", "forbidden")


@fault("read-only-updates", "auth.forbidden", "a read-only credential may update")
def read_only_updates(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation in ("update", "replace"), "forbidden")


@fault(
    "denied-write-takes-effect", "auth.forbidden-no-effect", "a write by a read-only credential gets 403, and is done"
)
def denied_write_takes_effect(seam: Seam) -> None:
    steps = seam.steps

    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "forbidden" and {r.case for r in call.refusals} == {"forbidden"}:
            if call.operation == "delete" and call.entry:
                steps.remove(call, call.entry)
            elif call.operation == "create" and call.fields is not None:
                steps.store_new(call, call.fields)
            elif call.entry and call.fields is not None:
                steps.store_change(call, call.entry, steps.next_state(call, call.fields))
        return answer

    seam.around("answer_refusal", advice)


@fault("foreign-reads", "auth.object-level", "another tenant's objects can be read and listed")
def foreign_reads(seam: Seam) -> None:
    _let_through(seam, lambda call: not call.writes, "forbidden_parent", "foreign")


@fault("foreign-updates", "auth.object-level", "another tenant's objects can be changed")
def foreign_updates(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation in ("update", "replace"), "forbidden_parent", "foreign")


@fault("foreign-deletes", "auth.object-level", "another tenant's objects can be deleted")
def foreign_deletes(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation == "delete", "forbidden_parent", "foreign")


@fault("foreign-creates", "auth.forbidden-parent", "a credential creates below a parent that it cannot see")
def foreign_creates(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation == "create", "forbidden_parent", "foreign")


@fault("lists-every-tenant", "auth.object-level", "a list of given parents shows those of other tenants")
def lists_every_tenant(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Entry]:
        return seam.steps.store.under(call.resource.name, call.scope or ())

    seam.around("scope_entries", advice)


@fault("never-throttled", "limit.answers-429", "the limit is told and never held")
def never_throttled(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        call.refusals.clear()

    seam.around("throttle", advice)


@fault("writes-not-throttled", "limit.answers-429", "writes are answered past the limit")
def writes_not_throttled(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        if call.method != "GET":
            call.refusals.clear()

    seam.around("throttle", advice)


@fault("throttled-takes-effect", "limit.answers-429", "a request over the limit gets 429, and is done")
def throttled_takes_effect(seam: Seam) -> None:
    pending: dict[int, Any] = {}

    def throttle(inner: Any, call: Call) -> None:
        inner(call)
        if call.refusals:
            pending[id(call)] = call.refusals.pop()

    def finish(inner: Any, call: Call, answer: Answer) -> None:
        refusal = pending.pop(id(call), None)
        if refusal is not None:
            refused = seam.steps.answer_refusal(call, refusal)
            answer.status, answer.payload, answer.headers = refused.status, refused.payload, refused.headers
        inner(call, answer)

    seam.around("throttle", throttle)
    seam.around("finish", finish)


@fault("no-retry-after", "limit.retry-after", "429 does not say when to try again")
def no_retry_after(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {})

    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        names = seam.steps.contract.rate_limit
        if answer.refusal and answer.refusal.case == "throttled" and names and names.reset:
            answer.headers.pop(names.reset, None)

    seam.around("finish", advice)


@fault("retry-after-as-text", "limit.retry-after", "Retry-After is no number of seconds and no date")
def retry_after_as_text(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {"Retry-After": "soon"})


@fault("no-limit-headers", "limit.headers", "the declared rate-limit headers are missing")
def no_limit_headers(seam: Seam) -> None:
    seam.around("limit_headers", lambda inner, call: {})


@fault("remaining-rises", "limit.headers", "the remaining requests grow within a window")
def remaining_rises(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, str]:
        headers: dict[str, str] = dict(inner(call))
        names = seam.steps.contract.rate_limit
        if names:
            headers[names.remaining] = str(seam.steps.limiter.window(call)[1].used)
        return headers

    seam.around("limit_headers", advice)


def _unguarded(name: str, operation: str) -> None:
    """A fault that asks for no credential on one operation."""

    def install(seam: Seam) -> None:
        steps = seam.steps

        def advice(inner: Any, call: Call) -> None:
            inner(call)
            if any(r.case == "missing_credential" for r in call.refusals):
                route = steps.router.find(call.path)
                if route is not None and route.operations.get(call.method) == operation:
                    call.refusals.clear()
                    call.credential = _full(seam)

        seam.around("authenticate", advice)

    fault(name, "auth.missing", f"the operation {operation} asks for no credential")(install)


_unguarded("list-unguarded", "list")
_unguarded("update-unguarded", "update")
_unguarded("delete-unguarded", "delete")


@fault("scheme-ignored", "auth.invalid", "the secret counts whatever scheme it comes with")
def scheme_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        secret = call.headers.get(seam.steps.contract.auth.header.lower(), "").rpartition(" ")[2]
        found = seam.steps.credentials.get(secret)
        if found is not None and call.credential is None:
            call.refusals.clear()
            call.credential = found

    seam.around("authenticate", advice)


@fault("bad-credential-500", "auth.invalid", "an unknown credential yields 500")
def bad_credential_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "bad_credential":
            answer.status = 500
        return answer

    seam.around("answer_refusal", advice)


@fault("foreign-parent-lists", "auth.forbidden-parent", "a list below a parent that a credential cannot see is shown")
def foreign_parent_lists(seam: Seam) -> None:
    _let_through(seam, lambda call: call.operation == "list", "forbidden_parent")
    seam.around("scope_entries", lambda inner, call: seam.steps.store.under(call.resource.name, call.scope or ()))


@fault("throttled-403", "limit.answers-429", "past the limit the answer is 403")
def throttled_403(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        answer: Answer = inner(call, refusal)
        if refusal.case == "throttled":
            answer.status = 403
        return answer

    seam.around("answer_refusal", advice)


@fault("retry-after-too-soon", "limit.retry-after", "Retry-After names a moment at which the window is not over")
def retry_after_too_soon(seam: Seam) -> None:
    seam.around("retry_headers", lambda inner, call: {"Retry-After": "0"})


@fault("reset-in-seconds", "limit.headers", "the reset header holds the seconds until the window ends")
def reset_in_seconds(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, str]:
        headers: dict[str, str] = dict(inner(call))
        names = seam.steps.contract.rate_limit
        if names and names.reset:
            headers[names.reset] = str(max(0, int(headers[names.reset]) - int(call.now)))
        return headers

    seam.around("limit_headers", advice)


@fault("reset-in-the-past", "limit.headers", "the reset header names a moment that is over")
def reset_in_the_past(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> dict[str, str]:
        headers: dict[str, str] = dict(inner(call))
        names = seam.steps.contract.rate_limit
        if names and names.reset:
            headers[names.reset] = "1000000000"
        return headers

    seam.around("limit_headers", advice)


@fault("no-limit-headers-on-refusals", "limit.headers", "the rate-limit headers are missing on refusals")
def no_limit_headers_on_refusals(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer) -> None:
        inner(call, answer)
        names = seam.steps.contract.rate_limit
        if answer.status >= 400 and names:
            for name in (names.limit, names.remaining, names.reset):
                answer.headers.pop(name or "", None)

    seam.around("finish", advice)
