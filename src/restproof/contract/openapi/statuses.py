"""Which statuses an operation may answer, as an OpenAPI document lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from restproof.contract.model import ON_ITEM, WRITES, Contract, Resource, Status, creates_by_put
from restproof.contract.statuses import SUCCESS as DONE

ACCEPTED_FOR_LATER = "It will be done; a job tells how it goes on."
SUCCESS: Mapping[str, str] = {
    "list": "The entries.",
    "create": "The new resource.",
    "read": "The resource.",
    "update": "The resource as it is now.",
    "replace": "The resource as it is now.",
    "delete": "It is gone.",
}

FAILURES: Mapping[str, str] = {
    "absent": "There is no such resource.",
    "malformed_id": "This can be no id.",
    "absent_parent": "There is no such parent.",
    "malformed_parent": "This can be no parent's id.",
    "mistyped_parent": "The parent's id has the wrong type.",
    "missing_parent": "The parent is not named.",
    "wrong_parent": "It belongs to another parent.",
    "gone": "It was deleted.",
    "malformed": "The body is no JSON object.",
    "empty_body": "There is no body.",
    "no_object": "The body is JSON, and no object.",
    "envelope": "The envelope is missing.",
    "unknown_field": "There is no such field.",
    "unknown_beside": "There is no such member beside the envelope.",
    "server_set": "Only the server sets this field.",
    "unknown_query": "There is no such sort field or filter.",
    "invalid": "A value is not allowed, or missing.",
    "coercible": "A value is of another type.",
    "null_value": "A value is null.",
    "bad_format": "A value is not of its format.",
    "bad_page": "There is no such page.",
    "bad_size": "No page has this size.",
    "past_the_end": "The list ends before this page.",
    "bad_filter": "This cannot be filtered by.",
    "rule": "The values contradict each other, or what is stored.",
    "over_quota": "There are as many as there may be.",
    "reference": "It refers to something that does not exist.",
    "bad_reference": "It refers to what can be no id.",
    "conflict": "There is one with these values already.",
    "missing_credential": "There is no credential.",
    "bad_credential": "The credential is not known.",
    "forbidden": "The credential may not do this.",
    "forbidden_parent": "The credential cannot see the parent.",
    "foreign": "It belongs to somebody else.",
    "throttled": "There were too many requests.",
    "unsupported_media": "The body is of another media type.",
    "too_large": "The body is too large.",
    "precondition_failed": "It has changed in the meantime.",
    "precondition_required": "If-Match is missing.",
    "stale": "The version is not the present one.",
    "no_version": "The version is missing.",
    "not_modified": "It has not changed.",
}


def codes(status: Status) -> list[str]:
    """The codes of a status in the words of OpenAPI: ``404``, ``4XX``."""
    return [str(c) for c in sorted(status.codes)] + [f"{c}XX" for c in sorted(status.classes)]


def successes(resource: Resource, operation: str) -> list[str]:
    """The codes of an operation that succeeded."""
    found = codes(resource.status(DONE[operation]))
    if operation == "replace" and creates_by_put(resource):
        found = list(dict.fromkeys([*found, *codes(resource.status("created"))]))
    if operation == "create" and resource.method("create") == "PUT" and resource.supports("replace"):
        found = list(dict.fromkeys([*found, *codes(resource.status("replaced"))]))
    return found


def failures(contract: Contract, resource: Resource, operation: str) -> dict[str, list[str]]:
    """Code → the cases that are answered with it. A case of the protocol that may be answered with anything of a class
    is left out: a range would say that any failure is right."""
    found: dict[str, list[str]] = {}
    for case in _cases(contract, resource, operation):
        status = resource.status(case)
        for code in codes(Status(codes=status.codes)):
            if code[0] in "345":
                found.setdefault(code, []).append(case)
    return dict(sorted(found.items()))


def _cases(contract: Contract, resource: Resource, operation: str) -> Iterator[str]:
    writes = operation in WRITES
    if contract.auth.scheme != "none":
        yield from ("missing_credential", "bad_credential", "forbidden", "foreign")
    if contract.rate_limit:
        yield "throttled"
    if resource.parents:
        yield from ("absent_parent", "malformed_parent")
        if contract.auth.scheme != "none":
            yield "forbidden_parent"
    if resource.parameter_parents:
        yield from ("missing_parent", "mistyped_parent") if writes else ("missing_parent",)
    if operation in ON_ITEM:
        yield from ("absent", "malformed_id", "gone")
        if resource.parents:
            yield "wrong_parent"
    if operation == "list":
        if resource.paging.style != "none":
            yield from ("bad_page", "bad_size", "past_the_end")
        if resource.filters:
            yield "bad_filter"
        if resource.sort or resource.filters:
            yield "unknown_query"
    if writes:
        yield from (
            "malformed",
            "empty_body",
            "no_object",
            "unknown_field",
            "server_set",
            "invalid",
            "unsupported_media",
        )
        if resource.envelope.request:
            yield from ("envelope", "unknown_beside")
        if any(rule.binds_creates or operation != "create" for rule in resource.rules):
            yield "rule"
        if resource.quotas:
            yield "over_quota"
        if resource.references:
            yield from ("reference", "bad_reference")
        if resource.unique:
            yield "conflict"
        if contract.max_body:
            yield "too_large"
    if operation == "delete" and any(
        ref.to == resource.name and ref.on_delete == "refuse" for other in contract for ref in other.references.values()
    ):
        yield "conflict"
    if resource.etag and operation == "read":
        yield "not_modified"
    elif operation in resource.matched:
        yield "precondition_failed"
    if operation in resource.preconditions:
        yield "precondition_required"
    if resource.version and resource.version.placed(operation):
        yield from ("stale", "no_version") if resource.version.required else ("stale",)
