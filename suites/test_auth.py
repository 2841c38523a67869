"""Who may do what: no credential, a wrong one, one without the privilege."""

import base64
from http import HTTPStatus
from typing import Any, Unpack

from restproof.suite import Ground, Inconclusive, NotTested, Reply, Subject, every_exchange, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.operations import OPERATIONS, SUCCESS, Sending, asks_for_credentials, needs_credential, perform
from restproof.suite.refused import without_effect_if_refused
from restproof.suite.scopes import absent_id, has_other_root, root_of
from restproof.suite.target import given_ids, has_credential, must_have_credential, secret_of

WRITES = ("create", "update", "replace", "delete")


def change_all(subject: Subject, operation: str, id: Any, **options: Unpack[Sending]) -> Reply:
    """One request of a writing operation; an update names every field, for any may have an effect."""
    change = subject.bodies.other_values() if operation == "update" else {}
    return subject.update(id, change, **options) if change else perform(subject, operation, id, **options)


def subject_of(subject: Subject, operation: str) -> Any:
    """The id that the request is about: the item's own instance, which a request that wrongly succeeds may spoil, for
    a delete; the shared target for the rest."""
    if operation in ("list", "create"):
        return None
    if operation == "read" or (subject.spec.creatable and operation != "delete"):
        return subject.target().id
    return subject.own().id if subject.spec.creatable else absent_id(subject)


def refused(subject: Subject, operation: str, **options: Unpack[Sending]) -> Reply:
    """One request that is to be refused; what it is about stays as it is."""
    id = subject_of(subject, operation)
    watched = id if operation in WRITES and subject.spec.creatable else None
    return without_effect_if_refused(subject, watched, lambda: perform(subject, operation, id, **options))


@requirement(
    "auth.missing", on=OPERATIONS, when=asks_for_credentials, where=needs_credential, set_up=1, undisturbed=True
)
def test_a_request_without_a_credential_is_refused(subject: Subject, operation: str) -> None:
    reply = refused(subject, operation, credential=None)
    must.have_status(reply, "missing_credential", because="no credential was sent")


@requirement("auth.public", on=OPERATIONS, when=asks_for_credentials, where=lambda way: way.auth == "none", set_up=1)
def test_a_public_operation_answers_without_a_credential(subject: Subject, operation: str) -> None:
    reply = perform(subject, operation, subject_of(subject, operation), credential=None)
    must.have_status(reply, SUCCESS[operation], because="the operation is public, and no credential was sent")


def wrong_credentials(ground: Ground) -> Cases:
    if ground.contract.auth.scheme == "digest":
        yield {"note": "unknown", "kind": "unknown"}
        return
    if ground.contract.auth.scheme == "basic" and not is_first_list(ground):
        # Many servers lock an account after a few wrong passwords: the others try a user that nobody is.
        yield {"note": "unknown", "kind": "unknown"}
        return
    yield {"note": "cut short", "kind": "cut short"}
    if ground.operation in ("read", "update", "replace"):
        return
    yield {"note": "unknown", "kind": "unknown"}
    if ground.operation != "list" or not ground.speaks_for_all:
        return
    yield {"note": "with a letter more", "kind": "longer"}
    yield {"note": "in the other case", "kind": "other case"}
    if ground.contract.auth.scheme in ("bearer", "basic"):
        yield {"note": "of another scheme", "kind": "other scheme"}
        yield {"note": "of a scheme that nobody knows", "kind": "unknown scheme"}
        if len(ground.resource.status("bad_credential").codes) == 1:
            # Where it is open how a wrong one is refused, whose secret is right may be let in: frameworks look for it
            # at the header's end.
            yield {"note": "without its scheme", "kind": "no scheme"}
        yield {"note": "a scheme without a credential", "kind": "empty"}


def is_first_list(ground: Ground) -> bool:
    """Whether it is the first list of the contract."""
    return ground.operation == "list" and ground.resource == next(r for r in ground.contract if r.supports("list"))


def altered(subject: Subject, kind: str) -> dict[str, Any] | None:
    """What a request holds to show a credential that nobody has (``headers`` or ``query``); ``None`` where the change
    leaves the credential what it was."""
    auth, secret = subject.contract.auth, secret_of(subject)
    value = {
        "unknown": "restproof-unknown" if auth.place != "header" else "restproof-unknown:restproof-unknown",
        "cut short": secret[:-1],
        "longer": f"{secret}x",
        "other case": secret.swapcase(),
        "other scheme": secret,
        "unknown scheme": secret,
        "no scheme": secret,
        "empty": "",
    }[kind]
    if value == secret and not kind.endswith("scheme"):
        return None
    if auth.place == "query":
        return {"query": ((auth.name, value),)}
    if auth.place == "cookie":
        return {"headers": ((auth.header, f"{auth.name}={value}"),)}
    return {"headers": (header_of(auth, kind, value),)}


def header_of(auth: Any, kind: str, value: str) -> tuple[str, str]:
    """The header that shows the wrong credential ``value``."""
    if auth.scheme == "api_key":
        return auth.header, f"{auth.prefix}{value}"
    if auth.scheme == "digest":
        made_up = f'username="{value}", realm="restproof", nonce="restproof", uri="/", response="{"0" * 64}"'
        return auth.header, f"Digest {made_up}"
    encoded = base64.b64encode(value.encode()).decode()
    shown = {"bearer": ("Bearer", value), "basic": ("Basic", encoded)}[auth.scheme]
    if kind == "no scheme":
        return auth.header, shown[1]
    if kind == "unknown scheme":
        return auth.header, f"Restproof {shown[1]}"
    if kind == "other scheme":
        shown = {"bearer": ("Basic", encoded), "basic": ("Bearer", encoded)}[auth.scheme]
    return auth.header, f"{shown[0]} {shown[1] if value else ''}".strip()


@requirement(
    "auth.invalid", on=OPERATIONS, when=asks_for_credentials, where=needs_credential, set_up=1, undisturbed=True
)
@for_each(wrong_credentials, apart=True)
def test_a_wrong_credential_is_refused(subject: Subject, operation: str, kind: str, note: str) -> None:
    shown = altered(subject, kind)
    if shown is None:
        raise Inconclusive("the credential has no letters")
    reply = refused(subject, operation, credential=None, **shown)
    if kind in ("no scheme", "unknown scheme", "empty") and reply.status == HTTPStatus.BAD_REQUEST:
        return  # what is no credential of a scheme in use is a malformed request, too (RFC 6750 §3.1)
    must.have_status(reply, "bad_credential", because=f"the credential is {note}")


@requirement("auth.challenge", when=asks_for_credentials)
@every_exchange(reads="headers")
def test_a_401_says_how_to_authenticate(reply: Reply) -> None:
    if reply.status == 401 and not reply.is_told_by_body:
        must.hold(
            reply.header("WWW-Authenticate"),
            reply,
            "a 401 has no WWW-Authenticate",
            kind="no-challenge",
            expected="WWW-Authenticate",
            actual="none",
        )


@requirement("auth.forbidden", on=WRITES, when=asks_for_credentials, where=needs_credential, set_up=1)
def test_a_write_without_the_privilege_is_refused(subject: Subject, operation: str) -> None:
    reply = refused(subject, operation, credential=must_have_credential(subject, "read_only"))
    must.have_status(reply, "forbidden", because="the credential may only read")


@requirement(
    "auth.forbidden-parent",
    on=OPERATIONS,
    when=lambda c, r: asks_for_credentials(c, r) and bool(c.given),
    where=lambda way: bool(way.parents) and needs_credential(way),
    undisturbed=True,
)
def test_a_parent_out_of_reach_is_refused(subject: Subject, operation: str) -> None:
    if not has_credential(subject, "full") or f"foreign_{root_of(subject)}" not in given_ids(subject):
        raise NotTested(f"the target names no id `foreign_{root_of(subject)}`")
    if not has_other_root(subject):
        parent = subject.other(subject.spec.parents[-1].resource)
        must_have_credential(subject, "foreign")
        scope = {
            **parent.shared("foreign").scope,
            parent.name: parent.shared("foreign").id,
        }
    else:
        scope = subject.scope("foreign")
    id = absent_id(subject) if operation not in ("list", "create") else None
    status, order = subject.spec.status("forbidden_parent", operation), subject.contract.order
    if id is not None and order.index("absent") < order.index("forbidden"):
        status |= subject.spec.status("absent", operation)
    must.have_status(
        perform(subject, operation, id, scope=scope),
        status,
        because="the parent is out of the credential's reach",
    )


@requirement(
    "auth.forbidden-no-effect",
    on=WRITES,
    needs="create",
    when=asks_for_credentials,
    where=needs_credential,
    cost=3,
    set_up=1,
)
def test_a_denied_write_changes_nothing(subject: Subject, operation: str) -> None:
    credential = must_have_credential(subject, "read_only")
    made = subject.own() if operation == "delete" else subject.target()
    before = subject.before(made.id)
    reply = change_all(subject, operation, made.id, credential=credential)
    if operation == "create":
        must.hold(
            not subject.lists.holding(reply.sent),
            reply,
            f"a create by a credential that may only read (answered {reply.status}) is in the list",
            kind="stored",
            expected="nothing stored",
            actual="stored",
        )
    what = f"the state after a write by a credential that may only read (answered {reply.status})"
    must.agree(reply, subject.stable(before), subject.now(made.id), what=what)
