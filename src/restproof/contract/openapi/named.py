"""What names and paths of a document tell of a resource: its id, its own paths, and whose ids a member holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from restproof.contract.openapi.naming import singular
from restproof.contract.openapi.paths import Found
from restproof.contract.shapes import types_of
from restproof.contract.words import snake

Yaml = dict[str, Any]


def id_field(resource: Yaml) -> str:
    """The member that identifies a resource; empty where there is just one."""
    said = resource.get("id", {})
    return str(said.get("field", "id")) if isinstance(said, dict) else ""


def files_of(resource: Yaml) -> list[str]:
    """The files of its schemas, each once."""
    said = resource.get("schema", {})
    return [said] if isinstance(said, str) else list(dict.fromkeys(said.values()))


def is_bare_list(found: Found) -> bool:
    """Whether a path has a list and nothing else, and asks for nothing that decides what it holds."""
    return found.calls.keys() == {"list"} and not found.calls["list"].named("query", required=True)


def own_item_path(found: Found, above: str) -> Yaml:
    """The path of the items, where it does not follow from that of the collection. ``above``: what stands above an item
    that is elsewhere, or has something around its id."""
    if found.items is not None:
        return {"item_path": f"{above.rstrip('/')}/{{id}}"}
    return {"item_path": f"{above}{found.around}"} if found.around else {}


def own_paths(found: Found, collection: str) -> dict[str, str]:
    """The paths of operations that do not follow from that of the collection: a slash at the end more or less, a
    search, the plural beside it."""
    paths = {}
    above, _, last = collection.rstrip("/").rpartition("/")
    spelled = found.collection.rstrip("/").rpartition("/")[2]
    for operation, call in found.calls.items():
        if tail := found.tails.get(operation):
            below = tail.removeprefix(f"{spelled}/")
            paths[operation] = f"{above}/{tail}" if below == tail else f"{above}/{last}/{below}"
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
        if ends != ("/" if collection.endswith("/") and not (of_one and collection == "/") else ""):
            paths[operation] = collection.rstrip("/") + ("/{id}" if of_one else "") + ends
    return paths


def may_name_one(name: str, schema: Mapping[str, Any], resources: Collection[str]) -> bool:
    """Whether a member of plain text, or of several, is called as another resource, or as what names one
    (``team_name``, ``countryCode``): it may hold names of those."""
    held = schema.get("items", {}) if "array" in types_of(schema) else schema
    if types_of(held) - {"null"} != {"string"} or {"enum", "const", "format", "readOnly"} & {*held, *schema}:
        return False
    names = {snake(name), re.sub(r"_(name|slug|key|code)s?$", "", snake(name))}
    return not {*names, *map(singular, names)}.isdisjoint(resources)
