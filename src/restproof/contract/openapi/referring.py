"""Members of requests that plainly hold ids of another resource of a document."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from restproof.contract.directions import REQUESTS
from restproof.contract.model import WRITES
from restproof.contract.openapi.identity import id_type
from restproof.contract.openapi.members import Members
from restproof.contract.openapi.named import Yaml, id_field, may_name_one
from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.openapi.respelled import shown_spelled
from restproof.contract.openapi.schemas import Schema
from restproof.contract.parents import DEFAULT_OPERATIONS
from restproof.contract.shapes import types_of
from restproof.contract.words import is_soft_reference, referred, snake

Astray = Mapping[str, Collection[str]]
"""Resource → members of its requests that may be ids of another one, and not as that one is known to have them."""
_VALUES = {"enum", "const", "examples", "default", "readOnly"}
"""Words of a schema that say which values there are, or that none is sent."""


def references(
    found: Found, bodies: Mapping[str, Members], resources: Mapping[str, Yaml], related: Mapping[str, Any]
) -> Yaml:
    """Request fields that plainly hold ids of another resource of the contract, which a request can make: named after
    it, and of the type of its ids. ``related``: those of which the document says so itself, with their words."""
    body = bodies.get(found.name)
    if body is None or not {*WRITES} & found.calls.keys():
        return {}
    sent = {name for name, schema in body.properties.items() if not schema.get("readOnly")}
    said: Yaml = {name: words for name, words in related.items() if name in sent}
    spelled = resources[found.name].get("reads_as", {})
    for name, schema in body.properties.items():
        if name in said:
            continue
        to, many = named_resource(name, schema)
        to = to if to in resources else one_of_several(name, body.properties, resources)
        to = to or by_its_own_name(name, resources)
        if not to and name in body.schema.get("required", ()) and may_name_one(name, schema, {snake(name)}):
            to = snake(name)  # a text that a body needs takes the id of one's own as well as any other
        other = resources.get(to)
        if other is None or schema.get("readOnly") or to == found.name or to not in bodies:
            continue
        if not can_be_made(other) or not id_field(other):
            continue  # what is there but once has no id
        # One that no answer shows names a record all the same: a value made up would be somebody's.
        place = reads_as(name, body.properties, id_field(other)) if schema.get("writeOnly") else name
        place = spelled.get(name, place)
        held = schema.get("items", {}) if many else schema
        target = bodies[to].properties[id_field(other)]
        kinds = types_of(held) - {"null", "number"}
        if id_type(held) == id_type(target) and kinds <= types_of(target) | {"integer"}:
            said[name] = {"to": to} | ({"reads_as": place or "none"} if place != name else {})
    rest = {n: shown for n, shown in spelled.items() if n not in said}  # a reference says itself how it is shown
    return ({"references": said} if said else {}) | ({"reads_as": rest} if rest != spelled else {})


def can_be_made(resource: Yaml) -> bool:
    """Whether a request makes one: a create, or a PUT of an id that a client chooses."""
    operations, ident = resource.get("operations", DEFAULT_OPERATIONS), resource.get("id")
    by_put = isinstance(ident, dict) and ident.get("chosen_by") in ("client", "either") and "replace" in operations
    return "create" in operations or by_put


def by_its_own_name(name: str, resources: Mapping[str, Yaml]) -> str:
    """The resource of which a member is called after the name and its id, where that is not called ``id``:
    ``studentCode`` of students that have a ``code``; empty where there is none."""
    words = snake(name).split("_")
    parts = (("_".join(words[:at]), "_".join(words[at:])) for at in range(1, len(words)))
    return next((r for r, id in parts if r in resources and snake(id_field(resources[r])) == id), "")


def named_resource(name: str, schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The resource that a member is named after, and whether it holds several of its ids: ``team_id``, ``tagIds``,
    ``tags_ids``, and ``author`` where that can be no text but an id."""
    stem, word = referred(name)
    if stem and word != "guid":
        return (singular(stem), True) if word == "ids" else (stem, False)
    many = isinstance(schema.get("items"), dict)
    held = schema["items"] if many else schema
    plain = types_of(held) - {"null"} == {"integer"} or held.get("format") == "uuid"
    return (singular(snake(name)) if many else snake(name), many) if plain else ("", False)


def unknown_one(name: str, schema: Mapping[str, Any], by_name: Mapping[str, Found]) -> str:
    """The resource of which a value names one that no request makes, and the document has no value: whichever is sent,
    it would be somebody's. Empty where it names none, or one that can be made."""
    if _VALUES & schema.keys():
        return ""
    stem, _ = named_resource(name, schema)
    named = by_name.get(stem) if not referred(name)[0] or is_soft_reference(name, schema) else None
    return "" if named is None or {"create", "replace"} & named.calls.keys() else stem


def astray(found: Found, bodies: Mapping[str, Members], resources: Mapping[str, Yaml]) -> set[str]:
    """Numbers in requests of which whichever is sent may be somebody's: they are called as the parent in a tree, as
    another resource of which the document has the ids as texts of any form (which may be such numbers), as an id of
    what ends as a resource is called (``former_team_id``), or beside what says of which kind it is (``object_id`` and
    ``object_type``)."""
    names = set()
    properties = bodies[found.name].properties if found.name in bodies else {}
    kinds = {snake(n).removesuffix("_type") for n in properties if snake(n).endswith("_type")}
    for name, schema in properties.items():
        to, many = named_resource(name, schema)
        held = schema.get("items", {}) if many else schema
        is_taken = name in {*resources[found.name].get("references", ()), id_field(resources[found.name])}
        if is_taken or types_of(held) - {"null"} != {"integer"} or _VALUES & {*schema, *held}:
            continue
        if to in bodies and to != found.name:
            target = bodies[to].properties.get(id_field(resources[to]), {})
            is_astray = "string" in types_of(target) and not {"format", "pattern"} & target.keys()
        else:
            ends = any(to.endswith(f"_{other}") for other in resources) and is_soft_reference(name, schema)
            of_a_kind = to in kinds and is_soft_reference(name, schema)
            is_astray = to not in resources and (to == "parent" or ends or of_a_kind)
        names |= {name} if is_astray else set()
    return names


def leave_unknown(
    found: Found,
    resource: Yaml,
    schemas: Mapping[str, Schema],
    by_name: Mapping[str, Found],
    named: Collection[str],
    astray: Collection[str] = (),
) -> list[str]:
    """Leave out optional request fields that are named as ids of something the contract does not have: no value is
    known to be one. Needed ones stay, and what is refused because of them says nothing. ``named``: those that hold
    whole names or addresses of one; ``astray``: numbers that may be ids. What was left out, in words."""
    said, notes = resource.get("schema"), []
    schema: Any = schemas.get(str(said["request"] if isinstance(said, dict) else said), {"properties": {}})
    known = {*resource.get("references", ()), id_field(resource)}
    for field, held in [*schema["properties"].items()]:
        if field in known or field in schema.get("required", ()):
            continue
        if field in named:
            notes.append(f"{field}, of which no value is known to name one: it is not sent")
        elif is_soft_reference(field, held) or field in astray or unknown_one(field, held, by_name):
            notes.append(f"{field}, of which no value is known to be an id: it is not sent")
        elif snake(field) in ("uuid", "guid") and types_of(held) - {"null"} == {"string"}:
            notes.append(f"{field}, which may be another name of the id: it is not sent")
        elif may_name_one(field, held, by_name.keys() - {found.name}):
            notes.append(f"{field}, which may hold names of another resource: it is not sent")
        else:
            continue
        if isinstance(said, dict) and said["request"] != said["response"]:
            for side in (schemas[said[o]] for o in REQUESTS if o in said):
                if field not in side.get("required", ()):
                    side["properties"].pop(field, None)
        elif held.get("writeOnly"):
            del schema["properties"][field]
        else:
            schema["properties"][field] = {k: v for k, v in held.items() if k != "default"} | {"readOnly": True}
            resource["volatile"] = list(dict.fromkeys([*resource.get("volatile", ()), field]))
        _say_nothing_of(field, resource)
    return notes


def _say_nothing_of(field: str, resource: Yaml) -> None:
    """Take a field out of the words that are about what requests hold."""
    for word in ("create_only", "lenient", "unique", "reads_as", "normalized"):
        said = resource.get(word)
        if isinstance(said, dict):
            resource[word] = {name: what for name, what in said.items() if name != field}
        elif said is not None:
            resource[word] = [name for name in said if field not in ([name] if isinstance(name, str) else name)]
        if not resource.get(word, True):
            del resource[word]


def leave_unnamed(
    sent: dict[str, Schema], parents: Collection[str], by_name: Mapping[str, Found], astray: Collection[str] = ()
) -> dict[str, str]:
    """Take out of ``sent``, the bodies by operation, that of a create which needs to name one of a resource that no
    request makes; the operation and why. ``parents``: members that name what the resource stands below. ``astray``:
    members that name one of a resource which is made, and by another id than it is known to have."""
    body = sent.get("create", {})
    members = body.get("properties", {})
    needed = (n for n in body.get("required", ()) if n in members and n not in parents)
    name = next((n for n in needed if n in astray or unknown_one(n, members[n], by_name)), None)
    if name is None:
        return {}
    del sent["create"]
    why = "no value is known to be such an id" if name in astray else "no request makes what that names"
    return {"create": f"its body needs {name}, and {why}"}


def one_of_several(name: str, members: Collection[str], resources: Collection[str]) -> str:
    """The resource of which a member holds one id of several, each called after what it is there for (``homeTeamId``
    beside ``awayTeamId``); empty where it stands alone, or may be named after something else."""

    def tail(member: str) -> str:
        stem = referred(member)[0]
        words = stem.split("_")
        tails = ("_".join(words[at:]) for at in range(1, len(words)))
        return "" if stem in resources else next((t for t in tails if t in resources), "")

    found = tail(name)
    return found if found and any(tail(other) == found for other in members if other != name) else ""


def reads_as(name: str, shown: Mapping[str, Mapping[str, Any]], id: str) -> str | None:
    """Where answers show an id that they do not show under the name that requests have for it: under that name in
    another spelling, or in the record that it names, ``user.id`` for ``userId``; ``None`` where there is no such
    record. ``id``: what identifies one."""
    if (spelled := shown_spelled(name, shown)) is not None and types_of(shown[spelled]) == types_of(shown[name]):
        return spelled
    stem = referred(name)[0] or snake(name)
    for member, schema in shown.items():
        many = name.lower().endswith("ids") and isinstance(schema.get("items"), dict)
        held = schema["items"] if many else schema
        called = singular(snake(member)) if many else snake(member)
        if called == stem and not schema.get("writeOnly") and id in held.get("properties", {}):
            return f"{member}[].{id}" if many else f"{member}.{id}"
    return None
