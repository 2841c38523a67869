"""The parameters of an operation: what a contract says of parents, headers, pages, order and filters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from restproof.contract.criteria import is_searched
from restproof.contract.fields import properties_of
from restproof.contract.model import Contract, Filter, Resource
from restproof.contract.packing import RANGE
from restproof.contract.shapes import types_of
from restproof.contract.versions import Version
from restproof.pointer import step, steps


def type_of_id(resource: Resource) -> dict[str, Any]:
    """The schema of an id of the resource, as a parameter or in a body holds it."""
    identity = resource.id
    if identity.type == "integer":
        return {"type": "integer", "minimum": 1}
    found: dict[str, Any] = {"type": "string", "minLength": 1}
    if identity.type == "uuid":
        found = {"type": "string", "format": "uuid"}
    said = identity.pattern or resource.properties.get(identity.field, {}).get("pattern")
    if identity.pattern:
        found["pattern"] = f"^(?:{identity.pattern})$"
    elif said:
        found["pattern"] = said
    return found


def type_of_version(resource: Resource, version: Version) -> dict[str, Any]:
    """The schema of a version of the resource, as a parameter or a body names it."""
    schema: Any = resource.shapes.response
    for name in version.field.split("."):
        schema = properties_of(schema).get(name, {})
    return {word: value for word, value in schema.items() if word != "readOnly"}


def header_parameters(contract: Contract, resource: Resource, operation: str) -> Iterator[dict[str, Any]]:
    """The contract's own headers, and those of conditional and repeated requests."""
    above = {*contract.ancestors(resource)}
    for name, template in contract.headers.items():
        named = re.findall(r"\{([^{}]*)\}", template)
        if set(named) <= above:
            # Not required: the contract says that requests carry it, and not what becomes of one that does not.
            schema = {"type": "string"} if named else {"const": template}
            yield {"name": name, "in": "header", "schema": schema, "description": f"As in {template}."}
    if resource.etag:
        words = ("If-None-Match",) if operation == "read" else ("If-Match",)
        if operation in ("read", *resource.matched):
            required = {"required": True} if operation in resource.preconditions else {}
            yield {"name": words[0], "in": "header", **required, "schema": {"type": "string"}}
    for parent in resource.operation(operation).parents_in("header"):
        schema = type_of_id(contract.resources[parent.resource])
        yield {"name": parent.name, "in": "header", "required": True, "schema": schema}
    yield from _own_id(resource, operation, "header")
    yield from _version(resource, operation, "header")
    for name, of_value in resource.operation(operation).headers.items():
        yield {"name": name, "in": "header", "required": True, "schema": dict(of_value)}
    if contract.idempotency_key and operation == "create":
        yield {"name": contract.idempotency_key, "in": "header", "schema": {"type": "string", "minLength": 1}}


def query_parameters(contract: Contract, resource: Resource, operation: str) -> Iterator[dict[str, Any]]:
    """Parents that stand in the query; on a list also pages, order and filters."""
    for parent in resource.operation(operation).parameters:
        if parent.place == "query":
            schema = type_of_id(contract.resources[parent.resource])
            yield {"name": parent.name, "in": "query", "required": True, "schema": schema}
    yield from _own_id(resource, operation, "query")
    yield from _version(resource, operation, "query")
    for name, of_value in resource.operation(operation).query.items():
        yield {"name": name, "in": "query", "required": True, "schema": dict(of_value)}
    if operation == "list":
        searched = is_searched(resource)
        asked = [*_in_json(asked for asked in _asked(resource) if not searched or asked["in"] == "header")]
        known = {one["name"] for one in asked}  # a parameter stands once, as it is known best
        yield from ({"name": name, "in": "query", "schema": {}} for name in resource.may_need if name not in known)
        yield from asked


def _own_id(resource: Resource, operation: str, place: str) -> Iterator[dict[str, Any]]:
    """The id of the resource, where a parameter or header field names it."""
    address = resource.operation(operation).address
    if address is not None and address.place == place:
        yield {"name": address.name, "in": place, "required": True, "schema": type_of_id(resource)}


def _version(resource: Resource, operation: str, place: str) -> Iterator[dict[str, Any]]:
    """The version of what a write changes, where it has a parameter of its own."""
    version = resource.version
    placed = version.placed(operation) if version else None
    if version is not None and placed is not None and placed[0] == place:
        schema = type_of_version(resource, version)
        yield {"name": placed[1], "in": place, "required": version.required, "schema": schema}


def criteria(resource: Resource) -> dict[str, Any]:
    """The schema of the body of a list that is asked for by POST."""
    found: dict[str, Any] = {"type": "object"}
    for parameter in [asked for asked in _asked(resource) if asked["in"] != "header"]:
        name = parameter["name"]
        *above, last = steps(name if name.startswith("/") else step(name))
        inner = found
        for member in above:
            inner = inner.setdefault("properties", {}).setdefault(member, {"type": "object"})
        inner.setdefault("properties", {})[last] = parameter["schema"]
    return found


def _in_json(parameters: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The parameters, those that stand in the JSON of one as that one, behind the others."""
    whole: dict[str, dict[str, Any]] = {}
    for parameter in parameters:
        name, mark, inside = parameter["name"].partition("#/")
        if not mark:
            yield parameter
            continue
        *above, last = steps(f"/{inside}")
        inner = whole.setdefault(name, {})
        for member in above:
            inner = inner.setdefault(member, {})
        inner[last] = {**inner.get(last, {}), "": parameter["schema"]}
    for name, members in whole.items():
        yield {"name": name, "in": "query", "content": {"application/json": {"schema": _holding(members)}}}


def _holding(members: dict[str, Any]) -> dict[str, Any]:
    """The schema of what holds members: by name what each holds, and under no name what it may be itself."""
    own = members.get("")
    held = {name: _holding(inner) for name, inner in members.items() if name}
    if not held:
        return dict(own or {})
    if all(name.isdecimal() for name in held):
        return {"type": "array", "prefixItems": [held.get(str(n), {}) for n in range(max(map(int, held)) + 1)]}
    schema = {"type": "object", "properties": held}
    return schema if own is None else {"anyOf": [own, schema]}


def _asked(resource: Resource) -> Iterator[dict[str, Any]]:
    """Pages, order and filters of a list, as parameters."""
    yield from _paging(resource)
    if resource.sort:
        yield from _order(resource)
    for found in resource.filters.values():
        name = resource.query.named(found.name)
        yield {"name": name, "in": "query", "schema": _filter(resource, found)}
    for asked in resource.comparisons.values():
        name = resource.query.named(asked.name)
        yield {"name": name, "in": "query", "schema": {}, "description": f"{asked.field}: {asked.by}"}


def body_parents(contract: Contract, resource: Resource, operation: str) -> dict[str, Any]:
    """Parents that stand in the body, as properties."""
    return {
        p.name: type_of_id(contract.resources[p.resource]) for p in resource.operation(operation).parents_in("body")
    }


def _order(resource: Resource) -> Iterator[dict[str, Any]]:
    syntax = resource.query
    if syntax.sorts_by_name:
        for name in resource.sort:
            schema: dict[str, Any] = {"enum": [syntax.ascending, syntax.descending]}
            yield {"name": syntax.sorted_by(name), "in": "query", "schema": schema}
        return
    spelled = [text for name in resource.sort for text in reversed(syntax.spellings(name))]
    # Several fields in one parameter are too many to list.
    schema = {"type": "string"} if syntax.between else {"enum": spelled}
    yield {"name": syntax.sort, "in": "query", "schema": schema}
    if syntax.direction:
        ways: dict[str, Any] = {"enum": [syntax.ascending, syntax.descending]}
        yield {"name": syntax.direction, "in": "query", "schema": {"type": "string"} if syntax.between else ways}


def _paging(resource: Resource) -> Iterator[dict[str, Any]]:
    paging = resource.paging
    if paging.style == "none":
        return
    if paging.style == "page":
        yield {"name": paging.page, "in": "query", "schema": {**_number(paging.least), "default": paging.least}}
    elif paging.range:
        yield {"name": RANGE, "in": "header", "schema": {"type": "string", "minLength": 1}}
        return
    elif paging.style == "offset":
        yield {"name": paging.offset, "in": "query", "schema": {**_number(paging.least), "default": paging.least}}
    elif paging.token:
        yield {"name": paging.token, "in": paging.token_in, "schema": {"type": "string", "minLength": 1}}
    if paging.spans:
        yield {"name": paging.last or paging.end, "in": "query", "schema": _number(paging.least)}
    if not paging.size or paging.spans:
        return
    size: dict[str, Any] = {"type": "integer", "minimum": paging.min}
    if paging.all is not None:
        size = {"type": ["integer", "string"]}
    # A larger size that is cut down is no fault, so it is no bound.
    if paging.max is not None and paging.over_max == "refused":
        size["maximum"] = paging.max
    if paging.default is not None:
        size["default"] = paging.default
    yield {"name": paging.size, "in": "query", "schema": size}


def _number(least: int) -> dict[str, Any]:
    """A page or an offset, up to what all readers of JSON agree on (RFC 8259 §6): no server has so many."""
    return {"type": "integer", "minimum": least, "maximum": 2**53 - 1}


def _filter(resource: Resource, found: Filter) -> dict[str, Any]:
    if found.values is not None:
        return {"enum": list(found.values)}
    schema = resource.properties.get(found.field, {})
    kinds = types_of(schema) - {"null"}
    if found.field == resource.id.field:
        # Any text of the kind may be looked for, be it in vain.
        return {k: v for k, v in type_of_id(resource).items() if k in ("type", "format")}
    scalar = kinds & {"string", "integer", "number", "boolean"}
    kind = next((k for k in ("string", "number", "integer", "boolean") if k in scalar), "string")
    return {"type": "string" if len(scalar - {"integer"}) > 1 else kind}
