"""What a run can cover of a contract, as plain JSON: the header of the run file holds it, so that a report can tell
what was seen and what was not without reading the contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from restproof.contract.model import WRITES, Contract, Resource, Status
from restproof.contract.statuses import SUCCESS

BOUNDS = (
    *("minLength", "maxLength", "pattern", "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("multipleOf", "minItems", "maxItems", "uniqueItems", "enum", "const", "type"),
)
"""The keywords of a field that have two sides: values that keep them and values that break them."""

_ON_ONE = ("absent", "malformed_id")
_BODY = ("malformed", "no_object", "unsupported_media", "too_large", "unstorable", "invalid", "unknown_field")


def surface(contract: Contract) -> dict[str, Any]:
    """For each resource: ``envelope``, ``ways`` (operation → ``PATCH /offices/{id}``), ``fields`` (name → ``bounds``
    and where the field stands: ``in`` requests, ``out`` in responses) and ``statuses`` (operation → case → codes and
    classes, such as ``[404, "4xx"]``)."""
    return {resource.name: _resource(contract, resource) for resource in contract}


def _resource(contract: Contract, resource: Resource) -> dict[str, Any]:
    envelope = resource.envelope
    places = {"request": envelope.request, "response": envelope.response}
    places |= {"list": envelope.list, "entry": envelope.entry, "fields": envelope.fields}
    return {
        "envelope": {where: name for where, name in places.items() if name},
        "ways": {o: f"{resource.operation(o).method} {resource.operation(o).told()}" for o in resource.operations},
        "fields": {name: _field(resource, name) for name in resource.properties},
        "statuses": {o: dict(_statuses(contract, resource, o)) for o in resource.operations},
    }


def _field(resource: Resource, name: str) -> dict[str, Any]:
    schema = resource.properties[name]
    writing = [o for o in WRITES if resource.supports(o)]
    shapes = {"create": resource.shapes.create, "update": resource.shapes.update, "replace": resource.shapes.replace}
    return {
        "bounds": {word: schema[word] for word in BOUNDS if word in schema},
        "in": [o for o in writing if name in shapes[o]["properties"]],
        "out": name in resource.shapes.response["properties"],
        "required": name in resource.shapes.create.get("required", ()),
    }


def _statuses(contract: Contract, resource: Resource, operation: str) -> Iterator[tuple[str, list[int | str]]]:
    for case in _cases(contract, resource, operation):
        if codes := _codes(resource.status(case, operation)):
            yield case, codes


def _cases(contract: Contract, resource: Resource, operation: str) -> Iterator[str]:
    """The declared cases that a request of the operation can come to."""
    yield from (SUCCESS[operation], "unsupported", "unacceptable", "uri_too_long")
    if contract.auth.scheme != "none" and resource.operation(operation).auth == "required":
        yield from ("missing_credential", "bad_credential")
        if operation not in ("list", "read"):
            yield "forbidden"
    if operation in ("read", "update", "delete"):
        yield from _ON_ONE
    if operation == "delete":
        yield "repeat_delete"
    if resource.operation(operation).parents:
        yield from ("absent_parent", "missing_parent")
    if operation == "list" and resource.paging.style != "none":
        yield from ("bad_page", "bad_size", "past_the_end")
    if operation in WRITES:
        yield from _BODY
        if resource.rules:
            yield "rule"
        if resource.references:
            yield "reference"
        if resource.unique:
            yield "conflict"
    if contract.rate_limit:
        yield "throttled"


def _codes(status: Status) -> list[int | str]:
    return [*sorted(status.codes), *(f"{c}xx" for c in sorted(status.classes))]
