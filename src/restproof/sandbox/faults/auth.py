"""Faults of authentication, authorisation and tenancy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import is_update
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry


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
        if seam.steps.shown(call) is not None:
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


@fault("credential-asked-of-all", "auth.public", "a public operation is refused without a credential")
def credential_asked_of_all(seam: Seam) -> None:
    seam.around("asked_of", lambda _inner, _call: "required")


@fault("credential-asked-of-items", "auth.public", "of the public operations, only those on the collection are")
def credential_asked_of_items(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Any:
        route = seam.steps.router.find(call.path)
        return "required" if route and route.is_item else inner(call)

    seam.around("asked_of", advice)


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
        sent = seam.steps.secret_of(seam.steps.shown(call) or "", call.method)
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
        secret = (seam.steps.shown(call) or "").rpartition(" ")[2]
        found = seam.steps.credentials.get(secret)
        if found is not None and call.credential is None:
            call.refusals.clear()
            call.credential = found

    seam.around("authenticate", advice)


@fault("scheme-left-out", "auth.invalid", "the secret counts without a scheme, too")
def scheme_left_out(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        inner(call)
        found = seam.steps.credentials.get(seam.steps.shown(call) or "")
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


@fault("no-challenge-on-writes", "auth.challenge", "a write without a credential gets 401 without WWW-Authenticate")
def no_challenge_on_writes(seam: Seam) -> None:
    seam.around("challenge", lambda inner, call: inner(call) if call.method == "GET" else {})


@fault(
    "denied-update-stored-in-part", "auth.forbidden-no-effect", "of an update that is denied, the last field is stored"
)
def denied_update_stored_in_part(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Any) -> Answer:
        if refusal.case == "forbidden" and is_update(call) and call.entry and call.fields:
            last = dict([list(call.fields.items())[-1]])
            seam.steps.store_change(call, call.entry, seam.steps.next_state(call, last))
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)
