"""What is another tenant's: nobody reaches it, and no list shows it."""

from collections.abc import Mapping
from typing import Any

from restproof.suite import Contract, Ground, Instance, NotTested, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.lists import holds, narrowing
from restproof.suite.operations import asks_for_credentials, creates_by_put, needs_credential, perform
from restproof.suite.scopes import has_other_root, if_foreign, is_shared
from restproof.suite.target import given_ids, has_credential, must_have_credential


def has_tenants(contract: Contract, resource: Resource) -> bool:
    """Whether another tenant's credential can tell something: below a parent that is given; or anywhere, where none
    is."""
    told_apart = not contract.given or any(above in contract.given for above in contract.ancestors(resource))
    return asks_for_credentials(contract, resource) and told_apart


def of_one_tenant(ground: Ground) -> Cases:
    """One case, unless tenants share it, or nothing says whose is meant: a create names none, and of what there is one
    of for a tenant (its settings) each asks for its own."""
    resource = ground.resource
    names_one = resource.parents or (ground.operation != "create" and not resource.id.single)
    if names_one and not is_shared(resource, ground.operation):
        yield {}


@requirement(
    "auth.object-level",
    on=("create", "read", "update", "replace", "delete", "list"),
    needs="create",
    when=has_tenants,
    where=needs_credential,
    cost=3,
)
@for_each(of_one_tenant)
def test_another_tenant_reaches_nothing(subject: Subject, operation: str) -> None:
    """Below a parent that tenants are told apart by; where there is none, the credential alone says whose it is."""
    must_have_credential(subject, "foreign")
    if not subject.spec.parents:
        nothing_of_another(subject, operation)
        return
    made = subject.own() if operation == "delete" else subject.target()
    before = subject.before(made.id) if operation not in ("list", "read", "create") else {}
    refused = if_foreign(subject.spec, operation)
    own_scope = perform(subject, operation, made.id, credential="foreign")
    must.have_status(
        own_scope, refused | subject.spec.status("forbidden_parent", operation), because="another tenant's credential"
    )
    creates = operation == "replace" and creates_by_put(subject.spec)  # below one's own parent the id is free
    is_named = operation != "create" and not subject.spec.id.single  # what there is one of has no id to be asked for by
    if (has_other_root(subject) or subject.spec.creatable) and not creates and is_named:
        theirs = subject.scope("foreign")
        reply = perform(subject, operation, made.id, scope=theirs, credential="foreign")
        if operation == "list":
            must_not_show(subject, reply, made)
            hidden_from_filters(subject, theirs)
            if subject.lists.go_on_after(reply):
                shown_nowhere(subject, made, theirs)
        else:
            must.have_status(
                reply,
                refused | subject.spec.status("wrong_parent", operation),
                because="another tenant's resource under a parent of one's own",
            )
    if operation not in ("list", "read", "create"):
        must.agree(
            own_scope,
            subject.stable(before),
            subject.now(made.id),
            what="the state after another tenant's request",
        )


def hidden_from_filters(subject: Subject, scope: Mapping[str, Any]) -> None:
    """No filter of one's own list finds what another tenant has made for itself."""
    if not subject.spec.supports("create"):
        return
    theirs = subject.create(subject.bodies.minimal("theirs"), scope=scope, credential="foreign")
    if not theirs.ok or theirs.id is None:
        return
    other = Instance(theirs.id, scope, theirs.entity or {}, dict(theirs.sent))
    for query in narrowing(subject, other):
        page = subject.list((*query, *subject.lists.page_query(subject.lists.largest_page())))
        must_not_show(subject, page, other, "a filtered list")


def shown_nowhere(subject: Subject, made: Instance, scope: Mapping[str, Any] | None = None) -> None:
    """No page of another tenant's list shows what was made, and no filter that it matches finds it."""
    largest = subject.lists.page_query(subject.lists.largest_page())
    for query in narrowing(subject, made):
        page = subject.list((*query, *largest), scope=scope, credential="foreign")
        must_not_show(subject, page, made, "a filtered list")
    for page in subject.lists.looked_through(scope=scope, credential="foreign"):
        must_not_show(subject, page, made)


def must_not_show(subject: Subject, page: Reply, other: Instance, listed: str = "a list") -> None:
    must.hold(
        not holds(subject, page.entries or (), other),
        page,
        f"{listed} shows another tenant's resource",
        kind="foreign-entry",
        expected="own entries",
        actual="another tenant's entry",
    )


def nothing_of_another(subject: Subject, operation: str) -> None:
    """Another tenant has no use for the id of a resource that it does not see, and no list shows it."""
    chosen = operation == "replace" and creates_by_put(subject.spec)
    if chosen and not subject.spec.supports("delete"):
        raise NotTested("what a replace by another tenant makes for itself could not be deleted")
    made = subject.own() if operation == "delete" else subject.target()
    if operation == "list":
        first = subject.lists.page_query(subject.lists.largest_page())
        if subject.list(first, credential="foreign").status in subject.spec.status("foreign", "list"):
            return  # the list itself is hidden
        shown_nowhere(subject, made)
        return
    before = subject.before(made.id) if operation != "read" else {}
    reply = perform(subject, operation, made.id, credential="foreign")
    if not chosen:
        must.have_status(reply, if_foreign(subject.spec, operation), because="another tenant's credential")
    elif reply.ok:
        subject.delete(made.id, credential="foreign")  # each tenant may have one of that name
    if operation != "read":
        must.agree(
            reply,
            subject.stable(before),
            subject.now(made.id),
            what="the state after another tenant's request",
        )


def tells_tenants_apart(contract: Contract, resource: Resource) -> bool:
    """Whether ids of the resource are given, and it is none of those that the other test makes and looks for."""
    looked_for = resource.creatable and has_tenants(contract, resource)
    return resource.name in contract.given and asks_for_credentials(contract, resource) and not looked_for


@requirement(
    "auth.object-level",
    on="list",
    when=tells_tenants_apart,
    where=needs_credential,
    cost=2,
)
def test_a_list_shows_no_other_tenants_entries(subject: Subject) -> None:
    """The parents that tenants are told apart by: each credential's list holds only those that it can see."""
    ids = given_ids(subject)
    refused = subject.spec.status("foreign", "list") | subject.spec.status("forbidden_parent", "list")
    hidden = {"full": [f"foreign_{subject.name}"], "foreign": [subject.name, f"other_{subject.name}"]}
    for credential, names in hidden.items():
        if not has_credential(subject, credential):
            continue
        reply = subject.list(subject.lists.page_query(subject.lists.largest_page()), credential=credential)
        if credential == "foreign" and subject.spec.parents and reply.status in refused and not reply.ok:
            continue  # what it stands below is not that tenant's own, so that the list itself is hidden
        must.have_status(reply, "listed")
        shown = [n for n in names if n in ids and ids[n] in subject.lists.ids(reply.entries or ())]
        must.hold(
            not shown,
            reply,
            "a list shows another tenant's entry",
            kind="foreign-entry",
            expected="own entries",
            actual="another tenant's entry",
        )
