"""Ids that stand at the end of a path or a URL: ``{"name": "publishers/5"}``, ``{"_links": {"self": {"href": …}}}``."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from restproof.contract.model import ON_ITEM, WRITES
from restproof.contract.openapi.answers import Reader, object_of
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.identity import id_type, parameter_schema
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.named import Yaml, files_of, id_field
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.referring import can_be_made
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import is_nullable, types_of
from restproof.contract.words import snake
from restproof.pointer import step

_LINKS = ("_links", "links")
"""Members that hold the links of a representation, by what they lead to."""
_SELF = frozenset({"self", "self_link", "href", "url", "uri", "resource_uri", "@id"})
"""Names of members, in snake case, that hold the URL of what they stand in."""
_GUESSED = frozenset({"url", "uri"})
"""Those of them that hold the URL of something else as well as not."""


def link_of(found: Found, told: Shaped, of_paths: Collection[str]) -> str:
    """Where the answers of a resource hold what ends with the id that its paths name, as a JSON pointer; empty where
    nothing plainly is that. ``of_paths``: members that are said to hold a path."""
    addressed = any(call.address for call in found.calls.values())
    if found.parameter is None or addressed or not {*ON_ITEM} & found.calls.keys():
        return ""
    shown: Mapping[str, Schema] = (told.read or told.created).get("properties", {})
    for name in (n for n in _LINKS if n in shown):
        if place := _of_itself(shown[name]):
            return step(name) + place
    for name, schema in shown.items():
        is_text = types_of(schema) - {"null"} == {"string"}
        if is_text and (name in of_paths or snake(name) in _SELF) and _is_own(name, schema, told, of_paths):
            return step(name)
    return ""


def _of_itself(links: Schema) -> str:
    """Where an object of links holds the one to what it stands in; each is an object with ``href``, or the text."""
    held = object_of(links)
    own = held.get("properties", {}).get("self", held.get("additionalProperties"))
    if not isinstance(own, dict):
        return ""
    if "href" in object_of(own).get("properties", {}):
        return "/self/href"
    return "/self" if types_of(own) - {"null"} == {"string"} else ""


def _is_own(name: str, schema: Schema, told: Shaped, of_paths: Collection[str]) -> bool:
    """Whether a member is the server's to set: it is said to be, or no request holds it; or it holds a path."""
    if name in of_paths and snake(name) == "name":
        return not any(name in sent.get("required", ()) for sent in told.sent.values())
    sent = [told.writable(operation).get(name) for operation in told.sent]
    is_set = bool(schema.get("readOnly")) or all(s is None or s.get("readOnly") for s in sent)
    return is_set and (snake(name) not in _GUESSED or schema.get("format") in ("uri", "url", "uri-reference"))


def is_guessed(place: str) -> bool:
    """Whether a link may lead elsewhere by its name."""
    return snake(place.removeprefix("/")) in _GUESSED


def take_link(reader: Reader, found: Found, told: Shaped, place: str) -> str:
    """Have the answers that hold the link show the id that it ends with, and the requests say nothing of it; the name
    of that id."""
    first = place.split("/")[1]
    known = {*told.readable, *(n for operation in told.sent for n in told.writable(operation))}
    name = "id" if "id" not in known else snake(str(found.parameter))
    given = parameter_schema(reader.schemas, found)
    is_number = types_of(given) == {"integer"}
    ident: Schema = {"type": "integer" if is_number else "string", "readOnly": True}

    def with_id(answer: Schema) -> Schema:
        shown = answer.get("properties", {})
        return {**answer, "properties": {name: ident, **shown}} if first in shown else answer

    told.shown = [with_id(answer) for answer in told.shown]
    told.created, told.read, told.entry = map(with_id, (told.created, told.read, told.entry))
    for sent in told.sent.values():
        if first in sent.get("properties", {}):
            sent["properties"] = {n: s for n, s in sent["properties"].items() if n != first}
    return name


def refer_by_url(
    found: Found, resources: Mapping[str, Yaml], bodies: Mapping[str, Members], schemas: Mapping[str, Schema], base: str
) -> Yaml:
    """Request fields that hold the paths of what they are called after (``room: {format: iri-reference}``), in the
    words of references; in ``schemas``, those of files, they then hold the id. ``base``: what all paths begin with."""
    body = bodies.get(found.name)
    if body is None or not {*WRITES} & found.calls.keys():
        return {}
    said: Yaml = {}
    for name, schema in body.properties.items():
        many = isinstance(schema.get("items"), dict)
        held = schema["items"] if many else schema
        to = singular(snake(name)) if many else snake(name)
        other = resources.get(to, {})
        if to not in bodies or schema.get("readOnly") or not can_be_made(other) or not id_field(other):
            continue
        if "{" in str(other["path"]) or not _holds_path(held, other):
            continue
        kind = "integer" if id_type(bodies[to].properties[id_field(other)]) == "integer" else "string"
        ident: Schema = {"type": [kind, "null"] if is_nullable(held) else kind}
        said[name] = {"to": to, "url": base + other.get("item_path", f"{str(other['path']).rstrip('/')}/{{id}}")}
        written = (schemas[file]["properties"] for file in files_of(resources[found.name]))
        for properties in (members for members in written if name in members):
            was = properties[name]
            kept = {w: v for w, v in was.items() if w in ("writeOnly", "type", "maxItems", "minItems", "uniqueItems")}
            properties[name] = {**kept, "items": ident} if many else {**kept, **ident}
    return {"references": said} if said else {}


def _holds_path(schema: Schema, other: Yaml) -> bool:
    """Whether a text is said to be a reference by an address; a whole URL is one where the other shows its own."""
    ident = other.get("id")
    by_url = isinstance(ident, dict) and snake(str(ident.get("link", "")).removeprefix("/")) in _GUESSED
    form = schema.get("format")
    return form in ("iri-reference", "uri-reference") or (form in ("uri", "url") and by_url)
