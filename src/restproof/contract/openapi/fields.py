"""The one schema of a resource from the several that an OpenAPI document has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from restproof.contract.openapi.paths import Call, Found, json_schema, listed_member, success_schema
from restproof.contract.openapi.source import Source
from restproof.contract.schemas import DIALECT

_WHOLE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas")
_WHOLE_TOO = ("patternProperties", "propertyNames", "minProperties", "maxProperties", "enum", "const")


@dataclass
class Shaped:
    """What the bodies of a resource say: its schema, its envelopes, and what goes beside a request's envelope."""

    schema: dict[str, Any]
    envelope: dict[str, str] = field(default_factory=dict)
    create_only: list[str] = field(default_factory=list)
    sparse: bool = True
    beside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def shaped(source: Source, found: Found, parents: Sequence[str]) -> Shaped:
    """Merge the request and response schemas of a resource. ``parents``: parameters that may stand in a body."""
    sent: dict[str, dict[str, Any]] = {
        o: _request(source, found.calls[o]) for o in ("create", "update", "replace") if o in found.calls
    }
    requests = {o: s for o, s in sent.items() if s}
    answers = {o: success_schema(source, c.value, c.route) for o, c in found.calls.items() if o != "delete"}
    told = Shaped({})
    wrapper = _wrapper(requests, parents)
    if wrapper:
        told.envelope["request"] = wrapper
    beside = {n for s in requests.values() for n in s.get("properties", {}) if n in parents and n != wrapper}
    told.beside = sorted(beside)
    requests = {o: s["properties"][wrapper] if wrapper else _without(s, beside) for o, s in requests.items()}
    single = {o: s for o, s in answers.items() if o != "list" and s}
    around = _wrapper(single, ())
    if around:
        told.envelope["response"] = around
        single = {o: s["properties"][around] for o, s in single.items()}
    listed = answers.get("list", {})
    if listed.get("type") == "array" or "items" in listed:
        entry = listed.get("items", {})
    else:
        member = listed_member(listed)
        entry = listed["properties"][member].get("items", {}) if member else {}
        if member:
            told.envelope["list"] = member
    responses = [single[o] for o in ("read", "create", "update", "replace") if o in single] or [entry]
    told.schema = _merged(requests, responses, told)
    return told


def _request(source: Source, call: Call) -> dict[str, Any]:
    body = call.value.get("requestBody")
    route = (*call.route, "requestBody")
    return json_schema(source, source.mapping(body, route), route) if body is not None else {}


def _wrapper(schemas: Mapping[str, Mapping[str, Any]], beside: Sequence[str]) -> str | None:
    """The one member, the same in all of the schemas, that is an object and beside which stand parents only."""
    names: set[str | None] = set()
    for schema in schemas.values():
        members = {n: s for n, s in schema.get("properties", {}).items() if n not in beside}
        name, inner = next(iter(members.items())) if len(members) == 1 else (None, {})
        names.add(name if isinstance(inner, Mapping) and "properties" in inner else None)
    return names.pop() if len(names) == 1 else None


def _without(schema: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    properties = {n: s for n, s in schema.get("properties", {}).items() if n not in names}
    return {**schema, "properties": properties, "required": [n for n in schema.get("required", ()) if n not in names]}


def _merged(
    requests: Mapping[str, Mapping[str, Any]], responses: Sequence[Mapping[str, Any]], told: Shaped
) -> dict[str, Any]:
    whole = [*requests.values(), *responses]
    dropped = sorted({w for s in whole for w in (*_WHOLE, *_WHOLE_TOO) if w in s})
    told.left_out.extend(f"'{w}' at the top of its schema, which binds it as a whole" for w in dropped)
    readable = _properties(responses[:1]) or _properties(responses)
    sent = {
        o: {n: s for n, s in schema.get("properties", {}).items() if not s.get("readOnly")}
        for o, schema in requests.items()
    }
    writable = {n: s for o in ("update", "replace", "create") for n, s in sent.get(o, {}).items()}
    properties: dict[str, Any] = {}
    for name in dict.fromkeys([*readable, *writable]):
        if name not in writable:
            properties[name] = {**readable[name], "readOnly": True}
            properties[name].pop("writeOnly", None)
        elif name not in readable or readable[name].get("writeOnly") or writable[name].get("writeOnly"):
            properties[name] = {**writable[name], "writeOnly": True}
        else:
            properties[name] = {k: v for k, v in writable[name].items() if k not in ("readOnly", "writeOnly")}
    changes = [sent[o] for o in ("update", "replace") if o in sent]
    if "create" in sent and changes:
        told.create_only = [n for n in sent["create"] if n not in changes[0]]
    creating = requests.get("create") or requests.get("replace") or {}
    needed = [n for n in creating.get("required", ()) if n in properties and not properties[n].get("readOnly")]
    shown = [n for n in (responses[0].get("required", ()) if responses else ()) if n in properties]
    visible = {n for n, s in properties.items() if not s.get("writeOnly")}
    told.sparse = not visible <= set(shown)
    # A field that responses always have need not be in a request, and one word cannot say both.
    required = [n for n in properties if n in needed or (n in shown and properties[n].get("readOnly") and told.sparse)]
    schema: dict[str, Any] = {"$schema": DIALECT, "type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema


def _properties(schemas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {n: s for schema in schemas for n, s in schema.get("properties", {}).items()}
