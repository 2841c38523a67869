"""How each operation is asked for: its credential, what its query and headers must hold, and which parents it names."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from restproof.contract.address import OWN_ID
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.assurances import REPEATS
from restproof.contract.openapi.identity import id_type
from restproof.contract.openapi.pages import PAGING, is_token
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.referring import named_resource
from restproof.contract.openapi.schemas import Schema, wider
from restproof.contract.openapi.security import Security
from restproof.contract.shapes import types_of
from restproof.contract.words import is_soft_reference, snake

Yaml = dict[str, Any]
_REQUEST = re.compile(r"(?i)(x-)?(request|correlation|trace|transaction|message)-?id")
"""Names of the header that tells requests apart."""
_A_UUID = "5f0d7f2c-8d1c-4e53-9a52-0c6c5d1b7e11"
_USUAL = ("accept", "content-type", "authorization", "if-match", "if-none-match", "user-agent")
"""Headers that HTTP itself speaks of, or that are sent anyhow."""

_TOLD = frozenset({"enum", "const"})
"""Keywords that tell a value that is taken."""
_VERSION = re.compile(r"(?i)(x-)?api[-_]?version")
"""Names of the parameter that says which version of an API is meant."""
_MOMENTS = ("date", "date-time")
"""Formats that no token has: such a parameter asks for what there is since then."""


class Unaskable(Exception):
    """An operation cannot be asked for; the message says why."""


class Ways:
    """The ways of the operations of a document."""

    def __init__(self, reader: Reader, security: Security, by_name: Mapping[str, Found]) -> None:
        self.reader, self.security, self.by_name = reader, security, by_name

    def of(self, call: Call, parents: Collection[str]) -> Yaml:
        """The words about an operation, but for its statuses. ``parents``: query parameters that name a parent. Raises
        ``Unaskable``."""
        way: Yaml = {}
        asked = self.security.asked(call)
        if asked is None:
            raise Unaskable(self.security.other(call))
        if why := self.security.unseen(call) or self.security.not_for_most(call):
            raise Unaskable(why)
        if asked == "optional" or (asked == "none" and self.security.scheme is not None):
            way["auth"] = asked
        cookies = [n for n in call.named("cookie", required=True) if n != self.credential("cookie")]
        if cookies:
            raise Unaskable(f"it requires the parameter {cookies[0]} in a cookie")
        own = {*parents, self.credential("query"), *([call.address.name] if call.address else [])}
        query = {n: self.value(p, call) for n, p in call.named("query", required=True).items() if n not in own}
        if call.address and call.address.place == "query":
            query[call.address.name] = OWN_ID
        elif call.address and call.address.place == "body":
            way["envelope"] = {"constants": {call.address.name: OWN_ID}}
        if query:
            way["query"] = query
        headers = {
            n: self.header(n, p, call)
            for n, p in call.named("header", required=True).items()
            if n.lower() not in _USUAL and n.lower() != self.credential("header").lower()
        }
        if 428 in self.reader.codes(call, "4") or "if-match" in map(str.lower, call.named("header", required=True)):
            headers["If-Match"] = "*"  # whatever the state is (RFC 9110 §13.1.1)
        if headers:
            way["headers"] = headers
        media = self.reader.media_of(call)
        if media:
            way["media"] = media
        return way

    def credential(self, place: str) -> str:
        """The name of the header, query parameter or cookie that the contract's credential stands in; empty where it
        stands elsewhere."""
        scheme = self.security.scheme
        if isinstance(scheme, dict):
            return str(scheme.get(place, ""))
        return "x-api-key" if scheme == "api_key" and place == "header" else ""

    def value(self, parameter: Mapping[str, Any], call: Call) -> Any:
        """A value for a required parameter, or the schema of one."""
        schema = self.schema(parameter, call)
        kinds = types_of(schema) - {"null"}
        known = [v for v in self.known(parameter, schema) if isinstance(v, str | int | float)]
        if known:
            return known[0]
        unknown = not kinds & {"string", "integer", "number", "boolean"} or wider(schema) is not None
        # Only an answer gives a token, whatever its schema says; no text that a schema allows is one.
        is_text = kinds == {"string"} and not schema.keys() & _TOLD and schema.get("format") not in _MOMENTS
        if kinds & {"array", "object"} and len(kinds) == 1:
            raise Unaskable(f"it requires the parameter {parameter['name']}, which is more than one value")
        name = str(parameter["name"])
        is_one = named_resource(name, schema)[0] in self.by_name and name not in PAGING
        if is_one or is_soft_reference(name, schema):
            raise Unaskable(f"it requires the parameter {name}, of which no value is known to be an id")
        if unknown or (is_text and is_token(parameter["name"])):
            raise Unaskable(f"it requires the parameter {parameter['name']}, of which no value is known to be valid")
        return schema or {"type": "string"}

    def header(self, name: str, parameter: Mapping[str, Any], call: Call) -> str | Schema:
        """The value of a required header, or the schema of one: what the document has, a new UUID for what names each
        request, or what says by more than its type which values it takes."""
        schema = self.schema(parameter, call)
        if REPEATS.fullmatch(name) or _REQUEST.fullmatch(name) or schema.get("format") == "uuid":
            fresh = {"type": "string", "format": "uuid"}
            if "const" not in schema and "enum" not in schema and Draft202012Validator(schema).is_valid(_A_UUID):
                return fresh
        const = [schema["const"]] if "const" in schema else []
        known = [*self.known(parameter, schema), *const, *schema.get("enum", ())]
        text = next((str(v) for v in known if isinstance(v, str | int)), None)
        if text is not None and re.fullmatch(r"[ -~]*", text) and not REPEATS.fullmatch(name):
            return text
        is_told = types_of(schema) <= {"string", "integer", "number"} and (
            types_of(schema) <= {"integer", "number"} or bool({"pattern", "format"} & schema.keys())
        )
        if REPEATS.fullmatch(name) or not is_told or wider(schema) is not None:
            raise Unaskable(f"it requires the parameter {name} in a header, of which no value is known to be valid")
        return {w: v for w, v in schema.items() if w not in ("examples", "default") and not w.startswith("x-")}

    def known(self, parameter: Mapping[str, Any], schema: Schema) -> list[Any]:
        """Values that a document says are taken: examples, what the server takes for one that is not given, and of the
        version of the API the one that the document is of."""
        said = [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else [])]
        info = self.reader.source.value.get("info")
        own = info.get("version") if isinstance(info, dict) else None
        if said or not _VERSION.fullmatch(str(parameter["name"])) or not isinstance(own, str):
            return said
        return [own] if Draft202012Validator(schema).is_valid(own) else said

    def schema(self, parameter: Mapping[str, Any], call: Call) -> Schema:
        """The schema of a parameter, with the examples that stand beside it."""
        schema = dict(self.reader.schemas.of(parameter.get("schema"), (*call.route, "parameters")))
        beside = parameter.get("examples")
        examples = [parameter["example"]] if "example" in parameter else []
        if isinstance(beside, dict):
            examples += [e["value"] for e in beside.values() if isinstance(e, dict) and "value" in e]
        if examples:
            schema["examples"] = examples
        return schema


def query_parents(found: Found, by_name: Mapping[str, Found], reader: Reader) -> dict[str, str]:
    """Parameter → resource: what the list requires in its query, is named after another resource, and what creates
    names as well, in its query or in its body."""
    if "list" not in found.calls:
        return {}
    named: dict[str, str] = {}
    creating = found.calls.get("create")
    for name, parameter in found.calls["list"].named("query", required=True).items():
        stem = re.fullmatch(r"(.+?)_(id|uuid)", snake(name))
        other = by_name.get(stem[1]) if stem else None
        if other is None or other is found:
            continue
        if creating is not None:
            in_body = reader.request(creating)
            if name not in in_body.get("required", ()) and name not in creating.named("query", required=True):
                continue
        if id_type(reader.schemas.of(parameter.get("schema"), ("paths",))) in ("integer", "uuid", "string"):
            named[name] = other.name
    return named
