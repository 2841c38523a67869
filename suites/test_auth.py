"""Who may do what: no credential, a wrong one, one without the privilege, another tenant's."""

import base64

from restproof.suite import (
    Field,
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


def perform(resource: Subject, operation: str, id, scope=None, **options) -> Reply:
    """One request of any operation, valid but for who sends it."""
    if operation == "list":
        return resource.list(scope=scope, **options)
    if operation == "create":
        return resource.create(resource.bodies.minimal(), scope=scope, **options)
    if operation == "read":
        return resource.read(id, scope=scope, **options)
    if operation == "delete":
        return resource.delete(id, scope=scope, **options)
    if operation == "update":
        return resource.update(id, resource.bodies.every_change(), scope=scope, **options)
    return resource.replace(id, resource.bodies.minimal(), scope=scope, **options)


def change_all(resource: Subject, operation: str, id, **options) -> Reply:
    """One request of a writing operation; an update names every field, for any may have an effect."""
    change = resource.bodies.other_values() if operation == "update" else {}
    return resource.update(id, change, **options) if change else perform(resource, operation, id, **options)


def subject_of(resource: Subject, operation: str):
    """The id that the request is about: the item's own instance, which a request that wrongly succeeds may spoil, for
    a delete; the shared target for the rest."""
    if operation in ("list", "create"):
        return None
    if operation == "read" or (resource.resource.creatable and operation != "delete"):
        return resource.target().id
    return resource.own().id if resource.resource.creatable else resource.world.absent_id(resource.resource)


@requirement("auth.missing", on=EVERY, when=asks_for_credentials, set_up=1)
def test_a_request_without_a_credential_is_refused(resource: Subject, operation):
    reply = perform(resource, operation, subject_of(resource, operation), credential=None)
    must.have_status(reply, "missing_credential", because="no credential was sent")


def wrong_credentials(field: Field):
    yield {"note": "cut short", "kind": "cut short"}
    if field.operation in ("read", "update", "replace"):
        return
    yield {"note": "unknown", "kind": "unknown"}
    if field.operation != "list" or not field.leads:
        return
    yield {"note": "with a letter more", "kind": "longer"}
    yield {"note": "in the other case", "kind": "other case"}
    if field.contract.auth.scheme in ("bearer", "basic"):
        yield {"note": "of another scheme", "kind": "other scheme"}
        yield {"note": "of a scheme that nobody knows", "kind": "unknown scheme"}
        yield {"note": "a scheme without a credential", "kind": "empty"}


def altered(resource: Subject, kind: str) -> tuple[str, str] | None:
    """The header of a credential that nobody has; ``None`` where the change leaves the credential what it was."""
    auth, secret = resource.contract.auth, resource.world.target.credentials["full"]
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
def test_a_wrong_credential_is_refused(resource: Subject, operation, kind, note):
    header = altered(resource, kind)
    if header is None:
        raise Inconclusive("the credential has no letters")
    reply = perform(resource, operation, subject_of(resource, operation), credential=None, headers=(header,))
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


def read_only(resource: Subject) -> str:
    if not resource.world.has_credential("read_only"):
        raise NotTested("the target has no credential `read_only`")
    return "read_only"


@requirement("auth.forbidden", on=WRITES, when=asks_for_credentials, set_up=1)
def test_a_write_without_the_privilege_is_refused(resource: Subject, operation):
    reply = perform(resource, operation, subject_of(resource, operation), credential=read_only(resource))
    must.have_status(reply, "forbidden", because="the credential may only read")


@requirement(
    "auth.forbidden-parent",
    on=EVERY,
    when=lambda c, r: bool(r.parents) and asks_for_credentials(c, r) and c.given,
)
def test_a_parent_out_of_reach_is_refused(resource: Subject, operation):
    if not resource.world.has_credential("full") or f"foreign_{resource.root}" not in resource.world.target.ids:
        raise NotTested(f"the target names no id `foreign_{resource.root}`")
    if not resource.has_other_root:
        parent = resource.other(resource.resource.parents[-1].resource)
        if not resource.world.has_credential("foreign"):
            raise NotTested("the target has no credential `foreign`")
        scope = {
            **parent.world.shared(parent.name, "foreign").scope,
            parent.name: parent.world.shared(parent.name, "foreign").id,
        }
    else:
        scope = resource.scope("foreign")
    id = resource.world.absent_id(resource.resource) if operation not in ("list", "create") else None
    status, order = resource.resource.status("forbidden_parent"), resource.contract.order
    if id is not None and order.index("absent") < order.index("forbidden"):
        status |= resource.resource.status("absent")
    must.have_status(
        perform(resource, operation, id, scope=scope),
        status,
        because="the parent is out of the credential's reach",
    )


@requirement("auth.forbidden-no-effect", on=WRITES, needs="create", when=asks_for_credentials, cost=3, set_up=1)
def test_a_denied_write_changes_nothing(resource: Subject, operation):
    credential = read_only(resource)
    made = resource.own() if operation == "delete" else resource.target()
    before = resource.before(made.id)
    reply = change_all(resource, operation, made.id, credential=credential)
    if operation == "create":
        must.hold(
            not resource.holding(reply.sent),
            reply,
            "a create that was denied is in the list all the same",
            kind="stored",
            expected="nothing stored",
            actual="stored",
        )
    must.agree(reply, resource.stable(before), resource.now(made.id), what="the state after a denied write", pointer="")


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
@for_each(lambda field: [{}] if field.resource.parents or field.operation != "create" else [])
def test_another_tenant_reaches_nothing(resource: Subject, operation):
    """Below a parent that tenants are told apart by; where there is none, the credential alone says whose it is."""
    if not resource.world.has_credential("foreign"):
        raise NotTested("the target has no credential `foreign`")
    if not resource.resource.parents:
        nothing_of_another(resource, operation)
        return
    made = resource.own() if operation == "delete" else resource.target()
    before = resource.before(made.id) if operation not in ("list", "read", "create") else {}
    refused = resource.resource.status("foreign")
    own_scope = perform(resource, operation, made.id, credential="foreign")
    must.have_status(
        own_scope, refused | resource.resource.status("forbidden_parent"), because="another tenant's credential"
    )
    creates = (
        operation == "replace" and resource.resource.id.chosen_by != "server"
    )  # below one's own parent the id is free
    if (resource.has_other_root or resource.resource.creatable) and not creates and operation != "create":
        theirs = resource.scope("foreign")
        reply = perform(resource, operation, made.id, scope=theirs, credential="foreign")
        if operation == "list":
            must_not_show(resource, reply, made.id)
            hidden_from_filters(resource, theirs)
        else:
            must.have_status(
                reply,
                refused | resource.resource.status("wrong_parent"),
                because="another tenant's resource under a parent of one's own",
            )
    if operation not in ("list", "read", "create"):
        must.agree(
            own_scope,
            resource.stable(before),
            resource.now(made.id),
            what="the state after another tenant's request",
            pointer="",
        )


def hidden_from_filters(resource: Subject, scope) -> None:
    """No filter of one's own list finds what another tenant has made for itself."""
    if not resource.resource.supports("create"):
        return
    theirs = resource.create(resource.bodies.minimal("theirs"), scope=scope, credential="foreign")
    if not theirs.ok or theirs.id is None:
        return
    for query in narrowing(resource, Instance(theirs.id, scope, theirs.entity or {})):
        page = resource.list((*query, *resource.page_query(resource.largest_page())))
        must_not_show(resource, page, theirs.id, "a filtered list")


def must_not_show(resource: Subject, page: Reply, id, listed: str = "a list") -> None:
    must.hold(
        id not in resource.entry_ids(page.entries or ()),
        page,
        f"{listed} shows another tenant's resource",
        kind="foreign entry",
        expected="own entries",
        actual="another tenant's entry",
    )


def nothing_of_another(resource: Subject, operation):
    """Another tenant has no use for the id of a resource that it does not see, and no list shows it."""
    chosen = operation == "replace" and resource.resource.id.chosen_by != "server"
    if chosen and not resource.resource.supports("delete"):
        raise NotTested("what a replace by another tenant makes for itself could not be deleted")
    made = resource.own() if operation == "delete" else resource.target()
    if operation == "list":
        pages = list(resource.pages(credential="foreign"))
        first = resource.page_query(resource.largest_page())
        pages += [resource.list((*query, *first), credential="foreign") for query in narrowing(resource, made)]
        for page in pages:
            must_not_show(resource, page, made.id)
        return
    before = resource.before(made.id) if operation != "read" else {}
    reply = perform(resource, operation, made.id, credential="foreign")
    if not chosen:
        must.have_status(reply, "foreign", because="another tenant's credential")
    elif reply.ok:
        resource.delete(made.id, credential="foreign")  # each tenant may have one of that name
    if operation != "read":
        must.agree(
            reply,
            resource.stable(before),
            resource.now(made.id),
            what="the state after another tenant's request",
            pointer="",
        )


@requirement("auth.object-level", on="list", when=lambda c, r: r.name in c.given and asks_for_credentials(c, r), cost=2)
def test_a_list_shows_no_other_tenants_entries(resource: Subject):
    """The parents that tenants are told apart by: each credential's list holds only those that it can see."""
    ids = resource.world.target.ids
    hidden = {"full": [f"foreign_{resource.name}"], "foreign": [resource.name, f"other_{resource.name}"]}
    for credential, names in hidden.items():
        if not resource.world.has_credential(credential):
            continue
        reply = resource.list(resource.page_query(resource.largest_page()), credential=credential)
        must.have_status(reply, "listed")
        shown = [n for n in names if n in ids and ids[n] in resource.entry_ids(reply.entries or ())]
        must.hold(
            not shown,
            reply,
            "a list shows another tenant's entry",
            kind="foreign entry",
            expected="own entries",
            actual="another tenant's entry",
        )
