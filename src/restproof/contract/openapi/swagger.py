"""Swagger 2.0 in the words of OpenAPI 3.0: what differs is where bodies, media types, servers and components stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.media import FORM

_MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_BESIDE_SCHEMA = ("name", "in", "description", "required", "collectionFormat", "allowEmptyValue", "$ref")
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
_JSON = ["application/json"]
_PARTS = "multipart/form-data"
Node = dict[str, Any]


def converted(document: Mapping[str, Any]) -> Node:
    """The same document in the words of OpenAPI 3.0; ``document`` itself is not touched. What is malformed stays as it
    is, for its reader to tell."""
    moved = _moved(document)
    shared = _mapping(moved.get("parameters"))
    reader = _Converter(shared, _media(moved.get("consumes"), _JSON), _media(moved.get("produces"), _JSON))
    paths = moved.get("paths")
    found: Node = {
        "openapi": "3.0.3",
        "info": moved.get("info", {}),
        "paths": {p: reader.path(entry) for p, entry in paths.items()} if isinstance(paths, dict) else paths,
        "components": {
            "schemas": _mapping(moved.get("definitions")),
            "parameters": {n: _parameter(p) for n, p in shared.items() if not reader.is_body(p)},
            "responses": {n: reader.response(r, reader.produces) for n, r in _mapping(moved.get("responses")).items()},
            "securitySchemes": {n: _scheme(s) for n, s in _mapping(moved.get("securityDefinitions")).items()},
        },
    }
    if "host" in moved or "basePath" in moved:
        schemes = moved.get("schemes") or ["https"]
        base = str(moved.get("basePath", "")).rstrip("/")
        found["servers"] = [{"url": f"{s}://{moved['host']}{base}" if "host" in moved else base} for s in schemes]
    for word in ("security", "tags", "externalDocs"):
        if word in moved:
            found[word] = moved[word]
    return found


class _Converter:
    def __init__(self, shared: Mapping[str, Any], consumes: list[str], produces: list[str]) -> None:
        self.shared, self.consumes, self.produces = shared, consumes, produces

    def path(self, entry: Any) -> Any:
        if not isinstance(entry, dict):
            return entry
        common = [p for p in _entries(entry.get("parameters")) if self.is_body(p)]
        found: Node = {}
        for word, value in entry.items():
            if word == "parameters":
                found[word] = self.parameters(value)
            elif word in _METHODS and isinstance(value, dict):
                found[word] = self.operation(value, common)
            else:
                found[word] = value
        return found

    def operation(self, value: Mapping[str, Any], common: list[Any]) -> Node:
        consumes = _media(value.get("consumes"), self.consumes)
        produces = _media(value.get("produces"), self.produces)
        found = {k: v for k, v in value.items() if k not in ("consumes", "produces", "schemes", "parameters")}
        if "parameters" in value:
            found["parameters"] = self.parameters(value["parameters"])
        bodies = [*common, *(p for p in _entries(value.get("parameters")) if self.is_body(p))]
        body = self.body([self.followed(p) for p in bodies], consumes)
        if body:
            found["requestBody"] = body
        responses = value.get("responses")
        if isinstance(responses, dict):
            found["responses"] = {c: self.response(r, produces) for c, r in responses.items()}
        return found

    def followed(self, parameter: Any) -> Any:
        ref = parameter.get("$ref") if isinstance(parameter, dict) else None
        name = str(ref).rpartition("/")[2] if ref else None
        return self.shared.get(name, parameter) if name else parameter

    def is_body(self, parameter: Any) -> bool:
        found = self.followed(parameter)
        return isinstance(found, dict) and found.get("in") in ("body", "formData")

    def parameters(self, value: Any) -> Any:
        return [_parameter(p) for p in value if not self.is_body(p)] if isinstance(value, list) else value

    def body(self, parameters: list[Mapping[str, Any]], consumes: list[str]) -> Node:
        whole = next((p for p in parameters if p.get("in") == "body"), None)
        if whole is not None:
            content = {media: {"schema": whole.get("schema", {})} for media in consumes}
            return {"content": content, "required": whole.get("required", False)}
        if not parameters:
            return {}
        schema: Node = {
            "type": "object",
            "properties": {str(p.get("name")): _parameter(p).get("schema", {}) for p in parameters},
            "required": [str(p.get("name")) for p in parameters if p.get("required")],
        }
        if not schema["required"]:
            del schema["required"]
        holds_files = any(p.get("type") == "file" for p in parameters)
        form = _PARTS if holds_files or (_PARTS in consumes and FORM not in consumes) else FORM
        joined = {
            str(p.get("name")): {"explode": False}
            for p in parameters
            if p.get("type") == "array" and p.get("collectionFormat") != "multi"
        }
        said: Node = {"schema": schema, **({"encoding": joined} if joined else {})}
        return {"content": {form: said}, "required": "required" in schema}

    def response(self, value: Any, produces: list[str]) -> Any:
        if not isinstance(value, dict) or "$ref" in value:
            return value
        found = {k: v for k, v in value.items() if k not in ("schema", "examples", "headers")}
        if "schema" in value:
            beside = value.get("examples")
            shown: Node = beside if isinstance(beside, dict) else {}
            own = {media: {"example": shown[media]} for media in produces if media in shown}
            found["content"] = {media: {"schema": value["schema"], **own.get(media, {})} for media in produces}
        if isinstance(value.get("headers"), dict):
            found["headers"] = {n: _parameter(h) for n, h in value["headers"].items()}
        return found


def _parameter(value: Any) -> Any:
    """A parameter or header, whose schema is what stands beside its name."""
    if not isinstance(value, dict) or "$ref" in value or "schema" in value:
        return value
    found = {k: v for k, v in value.items() if k in _BESIDE_SCHEMA}
    schema = {k: v for k, v in value.items() if k not in _BESIDE_SCHEMA}
    if schema.get("type") == "file":
        schema = {"type": "string", "format": "binary"}
    return {**found, "schema": schema}


def _scheme(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if value.get("type") == "oauth2":
        flow = _FLOWS.get(str(value.get("flow")), "implicit")
        return {"type": "oauth2", "flows": {flow: {"scopes": value.get("scopes", {})}}}
    return value


def _moved(value: Any) -> Any:
    """A copy with every ``$ref`` to where OpenAPI 3 keeps its components; what is shared stays shared."""
    made: dict[int, Any] = {}

    def start(old: Any) -> Any:
        if not isinstance(old, dict | list):
            return old
        if id(old) not in made:
            made[id(old)] = {} if isinstance(old, dict) else []
            left.append(old)
        return made[id(old)]

    left: list[Any] = []
    top = start(value)
    while left:
        old = left.pop()
        if isinstance(old, list):
            made[id(old)].extend(start(entry) for entry in old)
        else:
            made[id(old)].update((k, _ref(v) if k == "$ref" else start(v)) for k, v in old.items())
    return top


def _ref(value: Any) -> Any:
    return next((new + value[len(old) :] for old, new in _moves(value)), value)


def _moves(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield from ((old, new) for old, new in _MOVED.items() if value.startswith(old))


def _mapping(value: Any) -> Node:
    return value if isinstance(value, dict) else {}


def _media(value: Any, usual: list[str]) -> list[str]:
    """The media types that a document lists, or names as one; ``usual`` where it names none."""
    found = [one for one in ([value] if isinstance(value, str) else _entries(value)) if isinstance(one, str)]
    return found or usual


def _entries(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
