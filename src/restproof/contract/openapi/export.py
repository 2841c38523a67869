"""A contract as an OpenAPI 3.1 document: what of it that language can say.

What it cannot say (rules over several fields, state over several requests, uniqueness) is left out. Two extensions
keep what a reader of restproof needs to have the contract back: ``x-restproof-resource`` names the resource of a path,
and ``x-restproof-operation`` the operation of a verb that usually stands for another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.criteria import is_searched
from restproof.contract.envelope import pointer_of
from restproof.contract.media import JSON
from restproof.contract.model import NO_BODY, ON_ITEM, WRITES, Contract, Resource, Schema, Status, creates_by_put
from restproof.contract.openapi.parameters import (
    body_parents,
    criteria,
    header_parameters,
    query_parameters,
    type_of_id,
    type_of_version,
)
from restproof.contract.openapi.round_trip import keep
from restproof.contract.openapi.statuses import ACCEPTED_FOR_LATER, FAILURES, SUCCESS, failures, successes
from restproof.contract.openapi.wrapped import nested, put, with_held, with_id, wrapped_object, wrapped_request
from restproof.contract.policies import sends_location, sends_problem_details
from restproof.contract.resource import DEFAULT_METHODS
from restproof.pointer import step

VERSION = "3.1.0"
RESOURCE = "x-restproof-resource"
OPERATION = "x-restproof-operation"
_SCHEMES: Mapping[str, Mapping[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "digest": {"type": "http", "scheme": "digest"},
}


def document(contract: Contract) -> dict[str, Any]:
    """The OpenAPI document of a contract, as plain JSON. It is valid under the specification's own schema, and holds
    the contract's own words as ``x-restproof``."""
    return keep(contract, _Writer(contract).document())


class _Writer:
    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.schemas: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        contract = self.contract
        if contract.errors is not None:
            self.schemas["Error"] = plain(contract.errors)
        for status, schema in contract.errors_by_status.items():
            if schema is not None:
                self.schemas[f"Error{status}"] = plain(schema)
        paths: dict[str, Any] = {}
        for resource in contract:
            if not resource.operations:
                # Nothing can be asked of it; it is there as a parent.
                paths[self.path(resource, "list")[0]] = {
                    RESOURCE: resource.name,
                    "parameters": self.path_parameters(resource, "list"),
                }
            for operation in resource.operations:
                path, _ = self.path(resource, operation)
                entry = paths.setdefault(path, {RESOURCE: resource.name})
                entry.setdefault("parameters", self.path_parameters(resource, operation))
                method = resource.method(operation).lower()
                if method in entry:
                    continue  # a replace that creates: told with the create
                entry[method] = self.operation(resource, operation)
        for entry in paths.values():
            if not entry["parameters"]:
                del entry["parameters"]
        found: dict[str, Any] = {
            "openapi": VERSION,
            "info": {"title": contract.title, "version": "unversioned"},
            "servers": [{"url": contract.base_path or "/"}],
            "paths": paths,
            "components": {"schemas": self.schemas},
            "security": [],  # public, and plainly so
        }
        if contract.auth.scheme != "none":
            auth = contract.auth
            scheme = _SCHEMES.get(auth.scheme, {"type": "apiKey", "in": auth.place, "name": auth.name or auth.header})
            found["components"]["securitySchemes"] = {contract.auth.scheme: dict(scheme)}
            found["security"] = [{contract.auth.scheme: []}]
        return found

    def path(self, resource: Resource, operation: str) -> tuple[str, bool]:
        """The path of an operation, with the parameter of the resource's own id; and whether it is that of an item."""
        way = resource.operation(operation)
        names = {p.resource: _parameter(self.contract.resources[p.resource]) for p in way.parents_in("path")}
        path = re.sub(r"\{(\w+)\}", lambda m: f"{{{names.get(m[1], _parameter(resource))}}}", way.sent_path)
        return path, way.on_item

    def path_parameters(self, resource: Resource, operation: str) -> list[dict[str, Any]]:
        way = resource.operation(operation)
        named = [self.contract.resources[p.resource] for p in way.parents_in("path")]
        named += [resource] if way.on_item and way.address is None else []
        return [
            {
                "name": _parameter(of),
                "in": "path",
                "required": True,
                "schema": type_of_id(of),
                "description": f"The id of a {of.name}.",
            }
            for of in named
        ]

    def operation(self, resource: Resource, operation: str) -> dict[str, Any]:
        found: dict[str, Any] = {
            "operationId": f"{operation}_{resource.name}",
            "tags": [resource.name],
            "summary": f"{operation.capitalize()} {resource.name}",
        }
        if operation == "replace" or DEFAULT_METHODS[operation] != resource.method(operation):
            found[OPERATION] = operation
        parameters = [
            *header_parameters(self.contract, resource, operation),
            *query_parameters(self.contract, resource, operation),
        ]
        if parameters:
            found["parameters"] = parameters
        way = resource.operation(operation)
        if way.auth != "required" and self.contract.auth.scheme != "none":
            found["security"] = [] if way.auth == "none" else [{}, {self.contract.auth.scheme: []}]
        if operation == "list" and is_searched(resource):
            found["requestBody"] = {"content": {JSON: {"schema": criteria(resource)}}}
        if operation in WRITES:
            found["requestBody"] = {
                "required": True,
                "content": {way.media.request: {"schema": self.request(resource, operation)}},
            }
        elif way.address is not None and way.address.place == "body":
            whole = wrapped_request(way.envelope, {"type": "object", "properties": {}}, {})
            found["requestBody"] = {"required": True, "content": {way.media.request: {"schema": whole}}}
        found["responses"] = dict(self.responses(resource, operation))
        return found

    def request(self, resource: Resource, operation: str) -> dict[str, Any]:
        """The schema of the whole request body: the resource in its envelope, its parents beside it."""
        shape = as_held(resource, resource.shapes.request(operation))
        version = resource.version
        if version is not None and version.placed(operation) == ("body", version.name):
            shape["properties"] = {**shape["properties"], version.name: type_of_version(resource, version)}
            if version.required and not (operation == "replace" and creates_by_put(resource)):
                shape["required"] = list(dict.fromkeys((*shape.get("required", ()), version.name)))
        if not _refused(resource.status("unknown_field")):
            # Another member does no harm, so the body is not closed.
            shape.pop("additionalProperties", None)
        envelope = resource.operation(operation).envelope
        beside = body_parents(self.contract, resource, operation)
        name = f"{_titled(resource.name)}{operation.capitalize()}"
        if not envelope.request and not envelope.constants and beside:
            shape["properties"] = {**beside, **shape["properties"]}
            shape["required"] = [*beside, *shape.get("required", ())]
        self.schemas[name] = shape
        reference = {"$ref": f"#/components/schemas/{name}"}
        wrapped = wrapped_request(envelope, reference, shape)
        if wrapped is reference:
            return reference
        whole = {**wrapped, "properties": {**beside, **wrapped["properties"]}}
        whole["required"] = [*beside, *wrapped.get("required", ())]
        return {**whole, "additionalProperties": False} if _refused(resource.status("unknown_beside")) else whole

    def response(self, resource: Resource) -> dict[str, str]:
        name = _titled(resource.name)
        if name not in self.schemas:
            self.schemas[name] = shown_of(resource)
        return {"$ref": f"#/components/schemas/{name}"}

    def listed(self, resource: Resource) -> dict[str, Any]:
        """The schema of a list's body."""
        entry: dict[str, Any] = self.response(resource)
        envelope, shape = resource.operation("list").envelope, shown_of(resource)
        if resource.unlisted or "entry" in resource.directions or envelope.key:
            whole = shown_of(resource, resource.shapes.entry)
            shown = {n: s for n, s in whole["properties"].items() if n not in resource.unlisted}
            unsaid = envelope.key.field if envelope.key else ""  # it stands there as the key
            needed = [n for n in whole.get("required", ()) if n in shown and n != unsaid]
            name = f"{_titled(resource.name)}Entry"
            self.schemas[name] = {**whole, "properties": shown, "required": needed}
            entry = {"$ref": f"#/components/schemas/{name}"}
            if envelope.key:
                shape = self.schemas[name]
        held = nested(pointer_of(envelope.entry), wrapped_object(envelope, entry, shape))
        entries = {"type": "array", "items": held}
        if envelope.key:
            entries = {"type": "object", "additionalProperties": held}
        if not envelope.list:
            return entries
        body: dict[str, Any] = nested(envelope.list_pointer, entries)
        if resource.paging.total_field:
            is_told = "totals" not in resource.open
            put(body, resource.paging.total_field, {"type": "integer", "minimum": 0}, required=is_told)
        if resource.paging.more:
            put(body, resource.paging.more, {"type": "boolean"})
        if resource.paging.next_field:
            put(body, resource.paging.next_field, {"type": ["string", "null"]})
        return body

    def responses(self, resource: Resource, operation: str) -> Iterator[tuple[str, Any]]:
        for code in successes(resource, operation):
            answer: dict[str, Any] = {"description": SUCCESS[operation]}
            if resource.operation(operation).is_under_way(int(code) if code.isdecimal() else None):
                yield code, {"description": ACCEPTED_FOR_LATER}
                continue
            headers = dict(self.headers(resource, operation, code))
            if headers:
                answer["headers"] = headers
            if code != "204" and operation != "delete":
                envelope, shows = resource.operation(operation).envelope, resource.operation(operation).media.response
                if operation == "list":
                    schema = self.listed(resource)
                elif resource.operation(operation).returns == "minimal":
                    schema = plain(resource.operation(operation).receipt or {})
                else:
                    shown = wrapped_object(envelope, self.response(resource), shown_of(resource))
                    schema = nested(envelope.response_pointer, shown)
                answer["content"] = {shows: {"schema": schema}}
            links = dict(self.links(resource, operation)) if code != "204" else {}
            if links:
                answer["links"] = links
            yield code, answer
        for code, cases in failures(self.contract, resource, operation).items():
            refusal: dict[str, Any] = {"description": " ".join(dict.fromkeys(FAILURES[c] for c in cases))}
            if self.contract.rate_limit:
                refusal["headers"] = dict(self.headers(resource, operation, code))
            name = self.error_name(resource, operation, code)
            if name is not None and code != "304":
                problems = sends_problem_details(self.contract)
                media = "application/problem+json" if problems else "application/json"
                refusal["content"] = {media: {"schema": {"$ref": f"#/components/schemas/{name}"}}}
            yield code, refusal

    def error_name(self, resource: Resource, operation: str, code: str) -> str | None:
        """The component that holds the schema of an error body; ``None`` where the contract says nothing of it."""
        way = resource.operation(operation)
        schema = self.contract.error_schema(int(code), way) if code.isdecimal() else None
        if schema is None or schema == NO_BODY:
            return None
        keys = (code, f"{code[0]}xx")
        if not any(key in way.errors for key in keys):
            known = (key for key in keys if key in self.contract.errors_by_status)
            return next((f"Error{key}" for key in known), "Error")
        own = [name for name, kept in self.schemas.items() if name.startswith("Error") and kept == plain(schema)]
        name = own[0] if own else f"Error{code}{_titled(operation)}{_titled(resource.name)}"
        self.schemas[name] = plain(schema)
        return name

    def headers(self, resource: Resource, operation: str, code: str) -> Iterator[tuple[str, Any]]:
        """Response headers that the contract names."""
        whole = {"schema": {"type": "integer"}}
        if self.contract.rate_limit:
            limit = self.contract.rate_limit
            told = {"schema": {"type": "string"}} if limit.is_structured else whole
            yield from ((n, told) for n in limit.fields)
        if not code.startswith("2"):
            return
        if operation == "list":
            counted = (resource.paging.total, resource.paging.size_header)
            text = {"schema": {"type": "string"}}
            yield from ((n, text if n.lower() == "content-range" else whole) for n in counted if n)
            if resource.paging.next_header:
                yield resource.paging.next_header, {"schema": {"type": "string"}}
            if resource.paging.links:
                yield "Link", {"schema": {"type": "string"}}
        elif operation == "create" and sends_location(self.contract):
            yield "Location", {"required": True, "schema": {"type": "string"}}
        if resource.etag and operation in ("read", "create", "update", "replace"):
            yield "ETag", {"schema": {"type": "string"}}

    def links(self, resource: Resource, operation: str) -> Iterator[tuple[str, Any]]:
        """From a create to what can be done with the resource that it names."""
        created = operation == "create" or (operation == "replace" and creates_by_put(resource))
        if not created or self.path(resource, operation)[1] or resource.id.url:
            return  # of a name, no runtime expression takes the end
        envelope = resource.operation(operation).envelope
        at = envelope.response_pointer + envelope.within(step(resource.id.field))
        for other in ON_ITEM:
            if not resource.supports(other):
                continue
            address = resource.operation(other).address
            if address is not None and address.place == "body":
                continue
            own = f"path.{_parameter(resource)}" if address is None else f"{address.place}.{address.name}"
            parameters = {own: f"$response.body#{at}"}
            for parent in resource.parents:
                here = resource.operation(operation).parent(parent.resource)
                there = resource.operation(other).parent(parent.resource)
                if here is None or there is None or there.place == "body":
                    continue
                above = self.contract.resources[parent.resource]
                names = [_parameter(above) if p.place == "path" else p.name for p in (here, there)]
                source = "body#/" if here.place == "body" else f"{here.place}."
                parameters[f"{there.place}.{names[1]}"] = f"$request.{source}{names[0]}"
            yield (
                f"{other}_{resource.name}",
                {"operationId": f"{other}_{resource.name}", "parameters": parameters},
            )


def plain(schema: Schema) -> dict[str, Any]:
    """A schema as a part of the document."""
    return {k: v for k, v in schema.items() if k not in ("$schema", "$id", "$defs")}


def shown_of(resource: Resource, shape: Schema | None = None) -> dict[str, Any]:
    """The shape of a representation (or another one of the kind) as bodies have it."""
    return as_held(resource, resource.shapes.response if shape is None else shape)


def as_held(resource: Resource, shape: Schema) -> dict[str, Any]:
    """A shape of a resource with its id and its references as bodies hold them."""
    return with_id(resource.envelope, with_held(resource.envelope.held_here, plain(shape)))


def _refused(status: Status) -> bool:
    """Whether a request of the case never succeeds."""
    return not status.accepted and 2 not in status.classes and all(code >= 400 for code in status.codes)


def _parameter(resource: Resource) -> str:
    """The name of the path parameter that holds an id of the resource."""
    return f"{resource.name}_{re.sub(r'[^A-Za-z0-9]+', '_', resource.id.field).strip('_')}"


def _titled(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))
