"""What names and paths of a document tell of a resource: its id, its own paths, and whose ids a member holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.shapes import types_of
from restproof.contract.words import referred, snake

Yaml = dict[str, Any]


def id_field(resource: Yaml) -> str:
    """The member that identifies a resource; empty where there is just one."""
    said = resource.get("id", {})
    return str(said.get("field", "id")) if isinstance(said, dict) else ""


def is_bare_list(found: Found) -> bool:
    """Whether a path has a list and nothing else, and asks for nothing that decides what it holds."""
    return found.calls.keys() == {"list"} and not found.calls["list"].named("query", required=True)


def own_item_path(found: Found, above: str) -> Yaml:
    """The path of the items, where it does not follow from that of the collection. ``above``: what stands above an item
    that has something around its id."""
    if found.items is not None:
        return {"item_path": f"{found.items.rstrip('/')}/{{id}}"}
    return {"item_path": f"{above}{found.around}"} if found.around else {}


def own_paths(found: Found, collection: str) -> dict[str, str]:
    """The paths of operations that do not follow from that of the collection: a slash at the end more or less, a
    search, the plural beside it."""
    paths = {}
    above, _, last = collection.rstrip("/").rpartition("/")
    for operation, call in found.calls.items():
        if tail := found.tails.get(operation):
            paths[operation] = f"{above}/{tail}"
            continue
        if found.around and found.place(operation) == "item":
            continue  # the path of the items says it
        of_one = str(call.route[1]).rstrip("/").endswith("}") and (operation != "create" or call.method != "POST")
        of_one = of_one and operation != "list"
        ends = "/" if str(call.route[1]).endswith("/") else ""
        if operation == "list" and str(call.route[1]).rstrip("/").count("/") > found.collection.rstrip("/").count("/"):
            paths[operation] = f"{collection.rstrip('/')}/{str(call.route[1]).rstrip('/').rpartition('/')[2]}{ends}"
            continue
        word = str(call.route[1]).rstrip("/").rpartition("/")[2]
        if operation in ("list", "create") and not of_one and singular(word) == last != word:
            paths[operation] = f"{above}/{word}{ends}"
            continue
        if ends != ("/" if collection.endswith("/") else ""):
            paths[operation] = collection.rstrip("/") + ("/{id}" if of_one else "") + ends
    return paths


def named_resource(name: str, schema: Mapping[str, Any]) -> tuple[str, bool]:
    """The resource that a member is named after, and whether it holds several of its ids: ``team_id``, ``tagIds``, and
    ``author`` where that can be no text but an id."""
    stem, word = referred(name)
    if stem and word != "guid":
        return stem, word == "ids"
    many = isinstance(schema.get("items"), dict)
    held = schema["items"] if many else schema
    plain = types_of(held) - {"null"} == {"integer"} or held.get("format") == "uuid"
    return (singular(snake(name)) if many else snake(name), many) if plain else ("", False)


def reads_as(name: str, shown: Mapping[str, Mapping[str, Any]], id: str) -> str | None:
    """Where answers show an id that they do not show under the name that requests have for it: in the record that
    it names, ``user.id`` for ``userId``; ``None`` where there is no such record. ``id``: what identifies one."""
    stem = referred(name)[0] or snake(name)
    for member, schema in shown.items():
        many = name.lower().endswith("ids") and isinstance(schema.get("items"), dict)
        held = schema["items"] if many else schema
        called = singular(snake(member)) if many else snake(member)
        if called == stem and not schema.get("writeOnly") and id in held.get("properties", {}):
            return f"{member}[].{id}" if many else f"{member}.{id}"
    return None
