"""What an operation of a document sends and answers: bodies by status, media types and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from restproof.contract.document import Route
from restproof.contract.openapi.constants import METHODS
from restproof.contract.openapi.form_bodies import form_in
from restproof.contract.openapi.keywords import NULL
from restproof.contract.openapi.once import Once
from restproof.contract.openapi.paths import Call
from restproof.contract.openapi.schemas import Schema, Schemas, alternatives, united
from restproof.contract.openapi.source import Source
from restproof.contract.shapes import is_nullable
from restproof.errors import ContractError
from restproof.frozen import frozen

_JSON = re.compile(r"(?i)application/(?!json-patch\+)([\w.+-]+\+)?json\b|\*/\*|application/\*|text/json")
"""Media types of JSON that shows a resource, or members of one: a JSON Patch (RFC 6902) lists changes instead."""
_EMPTY = ("204", "205")
"""Statuses of answers without content (RFC 9110 §15.3.5 and 6), whatever a tool writes below them."""
_SHOWN = 5
"""Entries of an example that are looked at."""
_PLAIN_JSON = re.compile(r"(?i)application/json\s*($|;)")

Answer = tuple[str, Mapping[str, Any], Route]


@frozen
class Reader:
    """Reads the operations of one document."""

    source: Source
    schemas: Schemas
    once: Once = field(default_factory=Once)
    _answers: dict[Route, list[Answer]] = field(default_factory=dict)
    _successes: dict[Route, Schema] = field(default_factory=dict)
    _requests: dict[Route, Schema] = field(default_factory=dict)
    _media: dict[Route, dict[str, str]] = field(default_factory=dict)
    _by_default: dict[str, set[str]] = field(default_factory=dict)

    def responses(self, call: Call) -> list[Answer]:
        """Status (``200``, ``4XX``, ``default``), content and place of each answer. A ``default`` that is the only one
        is what every success answers, where it is not what others have beside their successes."""
        if call.route not in self._answers:
            self._answers[call.route] = list(self._responses(call))
        return self._answers[call.route]

    def _responses(self, call: Call) -> Iterator[Answer]:
        route = (*call.route, "responses")
        told = self._mapping(call.value.get("responses"), route)
        is_only = [c for c in told if not str(c).startswith("x-")] == ["default"]
        is_only = is_only and _as_said(told["default"]) not in self._refusals()
        for code, answer in told.items():
            of_all = is_only and code == "default"
            here = (*route, code)
            yield "2XX" if of_all else str(code).upper(), self._answer(answer, here), here

    def _refusals(self) -> set[str]:
        """The answers by ``default`` of operations that name their successes apart."""
        if not self._by_default:
            entries = [e for e in self.source.value["paths"].values() if isinstance(e, dict)]
            calls = [c for entry in entries for m, c in entry.items() if m in METHODS and isinstance(c, dict)]
            told = [said for c in calls if isinstance(said := c.get("responses"), dict) and "default" in said]
            apart = [said for said in told if any(str(code).startswith("2") for code in said)]
            self._by_default[""] = {_as_said(said["default"]) for said in apart}
        return self._by_default[""]

    def _answer(self, value: Any, route: Route) -> Mapping[str, Any]:
        """An answer of which all parts can be read."""
        found = dict(self._mapping(value, route))
        for word in [w for w in ("content", "headers") if w in found]:
            found[word] = self._mapping(found[word], (*route, word))
        if "content" in found:
            content = found["content"].items()
            found["content"] = {media: self._mapping(said, (*route, "content", media)) for media, said in content}
        return found

    def words_of(self, schema: Any, route: Route) -> str:
        """What a document says of a schema, beside a reference to it and where that leads."""
        holders = (schema, self.source.followed(schema, route))
        texts = (str(one["description"]) for one in holders if isinstance(one, dict) and "description" in one)
        return "\n".join(dict.fromkeys(texts))

    def _mapping(self, value: Any, route: Route) -> Mapping[str, Any]:
        """``value``, with references followed, as a mapping: what cannot be read costs only itself, and is told."""
        try:
            return self.source.mapping(value or {}, route)
        except ContractError as error:
            self.schemas.left_out.append((error.message, route))
            return {}

    def codes(self, call: Call, first: str) -> list[int | str]:
        """The documented statuses of a class (``"2"``): codes, and the class itself as ``2xx``."""
        said = [c for c, _, _ in self.responses(call)]
        found: list[int | str] = [int(c) for c in said if c.isdigit() and c.startswith(first)]
        return [*found, *([f"{first}xx"] if f"{first}XX" in said else [])]

    def success(self, call: Call) -> Schema:
        """The schema of the JSON that an operation answers where it succeeds; empty where none is documented."""
        if call.route not in self._successes:
            self._successes[call.route] = self._success(call)
        return self._successes[call.route]

    def _success(self, call: Call) -> Schema:
        found = []
        for code, answer, route in self.responses(call):
            if code.startswith("2") and code not in _EMPTY:
                schema = shown_by(self.content(answer, route), self.examples(answer, route))
                if schema and not _is_any_object(schema):
                    found.append(object_of(schema))
        return united(found) if len(found) > 1 else found[0] if found else {}

    def suppose(self, call: Call, schema: Schema) -> None:
        """From now on, an operation of which no answer is described answers that."""
        self._successes[call.route] = schema

    def is_silent(self, call: Call) -> bool:
        """Whether a success is documented, and not what it answers: its body may be anything."""
        return self.codes(call, "2") != [204] and not self.success(call)

    def request(self, call: Call) -> Schema:
        """The schema of the JSON, or else of the form, that an operation takes; empty where it takes none."""
        if call.route not in self._requests:
            self._requests[call.route] = self._request(call)
        return self._requests[call.route]

    def _request(self, call: Call) -> Schema:
        body = call.value.get("requestBody")
        route = (*call.route, "requestBody")
        if body is None:
            return {}
        holder = self.source.mapping(body, route)
        return self.content(holder, route) or form_in(self.source, self.schemas, holder, route).schema

    def demands_body(self, call: Call) -> bool:
        body = call.value.get("requestBody")
        return body is not None and self.source.mapping(body, (*call.route, "requestBody")).get("required") is True

    def content(self, holder: Mapping[str, Any], route: Route) -> Schema:
        """The schema under ``content`` for JSON, plain JSON before other kinds of it. One that cannot be read says
        nothing, and is told."""
        content = self.source.mapping(holder.get("content") or {}, (*route, "content"))
        named = sorted((m for m in content if _JSON.match(m)), key=lambda m: not _PLAIN_JSON.match(m))
        for media in named:
            here = (*route, "content", media)
            try:
                return self.schemas.of(self.source.mapping(content[media] or {}, here).get("schema"), (*here, "schema"))
            except ContractError as error:
                self.schemas.left_out.append((error.message, here))
                return {}
        return {}

    def examples(self, holder: Mapping[str, Any], route: Route) -> list[Any]:
        """The examples that stand beside the schemas under ``content``."""
        content = self.source.mapping(holder.get("content") or {}, (*route, "content"))
        found: list[Any] = []
        for media in content:
            said = self.source.mapping(content[media] or {}, (*route, "content", media))
            named = said.get("examples")
            here = (*route, "content", media, "examples")
            several = [self.source.followed(e, here) for e in named.values()] if isinstance(named, dict) else []
            found += [said["example"]] if "example" in said else []
            found += [e["value"] for e in several if isinstance(e, dict) and "value" in e]
        return found

    def media(self, call: Call) -> list[str]:
        """The media types that an operation takes."""
        body = call.value.get("requestBody")
        route = (*call.route, "requestBody")
        holder = self.source.mapping(body, route) if body is not None else {}
        return list(self.source.mapping(holder.get("content") or {}, (*route, "content")))

    def answered(self, call: Call) -> list[str]:
        """The media types of the successful answers of an operation."""
        some = [self.source.mapping(a.get("content") or {}, at) for c, a, at in self.responses(call) if c[0] == "2"]
        return [media for content in some for media in content]

    @staticmethod
    def is_json(media: Iterable[str]) -> bool:
        """Whether one of the media types is JSON that shows members."""
        return any(map(_JSON.match, media))

    def media_of(self, call: Call) -> dict[str, str]:
        """The media types of requests and of successful answers, where they are no plain JSON but of its kind, or of
        requests that are forms."""
        if call.route not in self._media:
            self._media[call.route] = self._media_of(call)
        return self._media[call.route]

    def _media_of(self, call: Call) -> dict[str, str]:
        body = call.value.get("requestBody")
        route = (*call.route, "requestBody")
        holders: list[tuple[str, Mapping[str, Any], Route]]
        holders = [("response", answer, at) for code, answer, at in self.responses(call) if code.startswith("2")]
        if body is not None:
            holders.append(("request", self.source.mapping(body, route), route))
        found: dict[str, str] = {}
        for side, holder, at in holders:
            named = list(self.source.mapping(holder.get("content") or {}, (*at, "content")))
            kinds = [m for m in named if _JSON.match(m) and "*" not in m]
            if kinds and not any(_PLAIN_JSON.match(m) for m in named):
                found.setdefault(side, kinds[0])
            elif side == "request" and not any(_JSON.match(m) for m in named):
                found |= form_in(self.source, self.schemas, holder, at).words
        return found

    def headers(self, call: Call, code: str) -> set[str]:
        """Names of the headers that an answer of a class (``"2"``) or of a code is documented to have, in lower
        case."""
        return {
            name.lower()
            for said, answer, route in self.responses(call)
            if said.startswith(code)
            for name in self.source.mapping(answer.get("headers") or {}, (*route, "headers"))
        }


def shown_by(schema: Schema, examples: Iterable[Any]) -> Schema:
    """The schema of an answer, in which null is open where an example beside it, or its own, shows one though the type
    has none."""
    for example in (*examples, *schema.get("examples", ())):
        schema = _with_null(schema, example)
    return schema


def _with_null(schema: Schema, example: Any) -> Schema:
    members, items = schema.get("properties"), schema.get("items")
    found = schema
    if isinstance(example, dict) and isinstance(members, dict):
        marked = {n: _nulled(s, example[n]) for n, s in members.items() if n in example}
        if any(marked[n] is not members[n] for n in marked):
            found = {**schema, "properties": {**members, **marked}}
    elif isinstance(example, list) and isinstance(items, dict):
        for entry in example[:_SHOWN]:
            items = _nulled(items, entry)
        found = schema if items is schema["items"] else {**schema, "items": items}
    return found


def _nulled(schema: Schema, example: Any) -> Schema:
    if example is None:
        return schema if is_nullable(schema) else {**schema, NULL: "open"}
    return _with_null(schema, example)


def _is_any_object(schema: Schema) -> bool:
    """Whether a schema says only that there is some object, as gateways write it of what they do not know."""
    return schema.get("type") == "object" and schema.keys() <= {"type", "examples", "default"}


def object_of(schema: Schema) -> Schema:
    """An object that may be one of several as one; any other schema as it is."""
    parts = alternatives(schema)
    if len(parts) < 2 and "anyOf" not in schema and "oneOf" not in schema:
        return schema
    objects = [p for p in parts if is_object(p)]
    return _of_any(objects) if parts and len(objects) == len(parts) else schema


def _of_any(objects: Sequence[Mapping[str, Any]]) -> Schema:
    """The object that may be any of several. What one of them does not name, and does not refuse, may be null in it: it
    is shown as that which does not apply."""
    whole = united(objects)
    if len(objects) < 2:
        return whole
    properties: dict[str, Schema] = whole["properties"]
    silent = [p["properties"].keys() for p in objects if p.get("additionalProperties") is not False]
    open_ = {n for n in properties if any(n not in named for named in silent)}
    return {**whole, "properties": {n: _or_null(s) if n in open_ else s for n, s in properties.items()}}


def _or_null(schema: Schema) -> Schema:
    if is_nullable(schema):
        return schema
    kind = schema.get("type")
    if isinstance(kind, str) and {"enum", "const", "anyOf", "oneOf", "allOf"}.isdisjoint(schema):
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def is_object(schema: Mapping[str, Any]) -> bool:
    """Whether a schema is that of objects with members."""
    kind = schema.get("type", "object")
    kinds = kind if isinstance(kind, list) else [kind]
    return set(kinds) - {"null"} == {"object"} and bool(schema.get("properties"))


def entries_of(schema: Mapping[str, Any]) -> Schema | None:
    """The schema of the entries of an array of objects; ``None`` for anything else."""
    kind = schema.get("type", "array")
    kinds = kind if isinstance(kind, list) else [kind]
    items = schema.get("items")
    if "array" not in kinds or not isinstance(items, dict):
        return None
    entry = object_of(items)
    return entry if is_object(entry) else None


def _as_said(answer: Any) -> str:
    """An answer as the document has it: what is the same there is the same text. Those that are too deep for one are
    taken for the same."""
    try:
        return json.dumps(answer, sort_keys=True, default=str)
    except RecursionError:
        return ""
