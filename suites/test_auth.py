"""Who may do what: no credential, a wrong one, one without the privilege, another tenant's."""

import base64

from restproof.suite import (
    Ground,
    Inconclusive,
    Instance,
    NotTested,
    Reply,
    Subject,
    every_exchange,
    for_each,
    must,
    requirement,
)
from restproof.suite.lists import narrowing

EVERY = ("list", "create", "read", "update", "replace", "delete")
WRITES = ("create", "update", "replace", "delete")


def asks_for_credentials(contract, resource) -> bool:
    return contract.auth.scheme != "none"


def perform(subject: Subject, operation: str, id, scope=None, **options) -> Reply:
    """One request of any operation, valid but for who sends it."""
    if operation == "list":
        return subject.list(scope=scope, **options)
    if operation == "create":
        return subject.create(subject.bodies.minimal(), scope=scope, **options)
    if operation == "read":
        return subject.read(id, scope=scope, **options)
    if operation == "delete":
        return subject.delete(id, scope=scope, **options)
    if operation == "update":
        return subject.update(id, subject.bodies.every_change(), scope=scope, **options)
    return subject.replace(id, subject.bodies.minimal(), scope=scope, **options)


def change_all(subject: Subject, operation: str, id, **options) -> Reply:
    """One request of a writing operation; an update names every field, for any may have an effect."""
    change = subject.bodies.other_values() if operation == "update" else {}
    return subject.update(id, change, **options) if change else perform(subject, operation, id, **options)


def subject_of(subject: Subject, operation: str):
    """The id that the request is about: the item's own instance, which a request that wrongly succeeds may spoil, for
    a delete; the shared target for the rest."""
    if operation in ("list", "create"):
        return None
    if operation == "read" or (subject.spec.creatable and operation != "delete"):
        return subject.target().id
    return subject.own().id if subject.spec.creatable else subject.world.absent_id(subject.spec)


@requirement("auth.missing", on=EVERY, when=asks_for_credentials, set_up=1)
def test_a_request_without_a_credential_is_refused(subject: Subject, operation):
    reply = perform(subject, operation, subject_of(subject, operation), credential=None)
    must.have_status(reply, "missing_credential", because="no credential was sent")


def wrong_credentials(ground: Ground):
    yield {"note": "cut short", "kind": "cut short"}
    if ground.operation in ("read", "update", "replace"):
        return
    yield {"note": "unknown", "kind": "unknown"}
    if ground.operation != "list" or not ground.is_first_with_operation:
        return
    yield {"note": "with a letter more", "kind": "longer"}
    yield {"note": "in the other case", "kind": "other case"}
    if ground.contract.auth.scheme in ("bearer", "basic"):
        yield {"note": "of another scheme", "kind": "other scheme"}
        yield {"note": "of a scheme that nobody knows", "kind": "unknown scheme"}
        yield {"note": "a scheme without a credential", "kind": "empty"}


def altered(subject: Subject, kind: str) -> tuple[str, str] | None:
    """The header of a credential that nobody has; ``None`` where the change leaves the credential what it was."""
    auth, secret = subject.contract.auth, subject.world.target.credentials["full"]
    value = {
        "unknown": "restproof-unknown:restproof-unknown",
        "cut short": secret[:-1],
        "longer": f"{secret}x",
        "other case": secret.swapcase(),
        "other scheme": secret,
        "unknown scheme": secret,
        "empty": "",
    }[kind]
    if value == secret and not kind.endswith("scheme"):
        return None
    if auth.scheme == "api_key":
        return auth.header, value
    encoded = base64.b64encode(value.encode()).decode()
    shown = {"bearer": ("Bearer", value), "basic": ("Basic", encoded)}[auth.scheme]
    if kind == "unknown scheme":
        return auth.header, f"Restproof {shown[1]}"
    if kind == "other scheme":
        shown = {"bearer": ("Basic", encoded), "basic": ("Bearer", encoded)}[auth.scheme]
    return auth.header, f"{shown[0]} {shown[1] if value else ''}".strip()


@requirement("auth.invalid", on=EVERY, when=asks_for_credentials, set_up=1)
@for_each(wrong_credentials)
def test_a_wrong_credential_is_refused(subject: Subject, operation, kind, note):
    header = altered(subject, kind)
    if header is None:
        raise Inconclusive("the credential has no letters")
    reply = perform(subject, operation, subject_of(subject, operation), credential=None, headers=(header,))
    must.have_status(reply, "bad_credential", because=f"the credential is {note}")


@requirement("auth.challenge", when=asks_for_credentials)
@every_exchange
def test_a_401_says_how_to_authenticate(reply: Reply):
    if reply.status == 401:
        must.hold(
            reply.header("WWW-Authenticate"),
            reply,
            "a 401 has no WWW-Authenticate",
            kind="no challenge",
            expected="WWW-Authenticate",
            actual="none",
        )


def read_only(subject: Subject) -> str:
    if not subject.world.has_credential("read_only"):
        raise NotTested("the target has no credential `read_only`")
    return "read_only"


@requirement("auth.forbidden", on=WRITES, when=asks_for_credentials, set_up=1)
def test_a_write_without_the_privilege_is_refused(subject: Subject, operation):
    reply = perform(subject, operation, subject_of(subject, operation), credential=read_only(subject))
    must.have_status(reply, "forbidden", because="the credential may only read")


@requirement(
    "auth.forbidden-parent",
    on=EVERY,
    when=lambda c, r: bool(r.parents) and asks_for_credentials(c, r) and c.given,
)
def test_a_parent_out_of_reach_is_refused(subject: Subject, operation):
    if not subject.world.has_credential("full") or f"foreign_{subject.root}" not in subject.world.target.ids:
        raise NotTested(f"the target names no id `foreign_{subject.root}`")
    if not subject.has_other_root:
        parent = subject.other(subject.spec.parents[-1].resource)
        if not subject.world.has_credential("foreign"):
            raise NotTested("the target has no credential `foreign`")
        scope = {
            **parent.world.shared(parent.name, "foreign").scope,
            parent.name: parent.world.shared(parent.name, "foreign").id,
        }
    else:
        scope = subject.scope("foreign")
    id = subject.world.absent_id(subject.spec) if operation not in ("list", "create") else None
    status, order = subject.spec.status("forbidden_parent"), subject.contract.order
    if id is not None and order.index("absent") < order.index("forbidden"):
        status |= subject.spec.status("absent")
    must.have_status(
        perform(subject, operation, id, scope=scope),
        status,
        because="the parent is out of the credential's reach",
    )


@requirement("auth.forbidden-no-effect", on=WRITES, needs="create", when=asks_for_credentials, cost=3, set_up=1)
def test_a_denied_write_changes_nothing(subject: Subject, operation):
    credential = read_only(subject)
    made = subject.own() if operation == "delete" else subject.target()
    before = subject.before(made.id)
    reply = change_all(subject, operation, made.id, credential=credential)
    if operation == "create":
        must.hold(
            not subject.holding(reply.sent),
            reply,
            "a create that was denied is in the list all the same",
            kind="stored",
            expected="nothing stored",
            actual="stored",
        )
    must.agree(reply, subject.stable(before), subject.now(made.id), what="the state after a denied write", pointer="")


def has_tenants(contract, resource) -> bool:
    """Whether another tenant's credential can tell something: below a parent; or anywhere, where no parent is given."""
    return asks_for_credentials(contract, resource) and (bool(resource.parents) or not contract.given)


@requirement(
    "auth.object-level",
    on=("create", "read", "update", "replace", "delete", "list"),
    needs="create",
    when=has_tenants,
    cost=3,
)
@for_each(lambda ground: [{}] if ground.resource.parents or ground.operation != "create" else [])
def test_another_tenant_reaches_nothing(subject: Subject, operation):
    """Below a parent that tenants are told apart by; where there is none, the credential alone says whose it is."""
    if not subject.world.has_credential("foreign"):
        raise NotTested("the target has no credential `foreign`")
    if not subject.spec.parents:
        nothing_of_another(subject, operation)
        return
    made = subject.own() if operation == "delete" else subject.target()
    before = subject.before(made.id) if operation not in ("list", "read", "create") else {}
    refused = subject.spec.status("foreign")
    own_scope = perform(subject, operation, made.id, credential="foreign")
    must.have_status(
        own_scope, refused | subject.spec.status("forbidden_parent"), because="another tenant's credential"
    )
    creates = operation == "replace" and subject.spec.id.chosen_by != "server"  # below one's own parent the id is free
    if (subject.has_other_root or subject.spec.creatable) and not creates and operation != "create":
        theirs = subject.scope("foreign")
        reply = perform(subject, operation, made.id, scope=theirs, credential="foreign")
        if operation == "list":
            must_not_show(subject, reply, made.id)
            hidden_from_filters(subject, theirs)
        else:
            must.have_status(
                reply,
                refused | subject.spec.status("wrong_parent"),
                because="another tenant's resource under a parent of one's own",
            )
    if operation not in ("list", "read", "create"):
        must.agree(
            own_scope,
            subject.stable(before),
            subject.now(made.id),
            what="the state after another tenant's request",
            pointer="",
        )


def hidden_from_filters(subject: Subject, scope) -> None:
    """No filter of one's own list finds what another tenant has made for itself."""
    if not subject.spec.supports("create"):
        return
    theirs = subject.create(subject.bodies.minimal("theirs"), scope=scope, credential="foreign")
    if not theirs.ok or theirs.id is None:
        return
    for query in narrowing(subject, Instance(theirs.id, scope, theirs.entity or {})):
        page = subject.list((*query, *subject.page_query(subject.largest_page())))
        must_not_show(subject, page, theirs.id, "a filtered list")


def must_not_show(subject: Subject, page: Reply, id, listed: str = "a list") -> None:
    must.hold(
        id not in subject.entry_ids(page.entries or ()),
        page,
        f"{listed} shows another tenant's resource",
        kind="foreign entry",
        expected="own entries",
        actual="another tenant's entry",
    )


def nothing_of_another(subject: Subject, operation):
    """Another tenant has no use for the id of a resource that it does not see, and no list shows it."""
    chosen = operation == "replace" and subject.spec.id.chosen_by != "server"
    if chosen and not subject.spec.supports("delete"):
        raise NotTested("what a replace by another tenant makes for itself could not be deleted")
    made = subject.own() if operation == "delete" else subject.target()
    if operation == "list":
        pages = list(subject.pages(credential="foreign"))
        first = subject.page_query(subject.largest_page())
        pages += [subject.list((*query, *first), credential="foreign") for query in narrowing(subject, made)]
        for page in pages:
            must_not_show(subject, page, made.id)
        return
    before = subject.before(made.id) if operation != "read" else {}
    reply = perform(subject, operation, made.id, credential="foreign")
    if not chosen:
        must.have_status(reply, "foreign", because="another tenant's credential")
    elif reply.ok:
        subject.delete(made.id, credential="foreign")  # each tenant may have one of that name
    if operation != "read":
        must.agree(
            reply,
            subject.stable(before),
            subject.now(made.id),
            what="the state after another tenant's request",
            pointer="",
        )


@requirement("auth.object-level", on="list", when=lambda c, r: r.name in c.given and asks_for_credentials(c, r), cost=2)
def test_a_list_shows_no_other_tenants_entries(subject: Subject):
    """The parents that tenants are told apart by: each credential's list holds only those that it can see."""
    ids = subject.world.target.ids
    hidden = {"full": [f"foreign_{subject.name}"], "foreign": [subject.name, f"other_{subject.name}"]}
    for credential, names in hidden.items():
        if not subject.world.has_credential(credential):
            continue
        reply = subject.list(subject.page_query(subject.largest_page()), credential=credential)
        must.have_status(reply, "listed")
        shown = [n for n in names if n in ids and ids[n] in subject.entry_ids(reply.entries or ())]
        must.hold(
            not shown,
            reply,
            "a list shows another tenant's entry",
            kind="foreign entry",
            expected="own entries",
            actual="another tenant's entry",
        )
