"""What is drawn of a resource when all others are known: schemas of single operations, searches, jobs, references."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from .additions import Drawer


def sides(draw: Drawer, name: str, said: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Schemas of single operations in place of the one, where an update wants members that a create does not."""
    if "update" not in said["operations"] or draw(st.integers(0, 3)):
        return {}
    properties: dict[str, Any] = schema["properties"]
    asked = {n: p for n, p in properties.items() if not p.get("readOnly")}
    shown = {n: {w: v for w, v in p.items() if w != "readOnly"} for n, p in properties.items()}
    shown = {n: p for n, p in shown.items() if not p.get("writeOnly")}
    changed = {n: p for n, p in asked.items() if n not in said.get("create_only", ())}
    whole = {w: v for w, v in schema.items() if w in ("type", "additionalProperties")}
    if draw(st.booleans()):
        late = {"enum": ["new", "seen", "done"]}
        changed, shown = {**changed, "late": late}, {**shown, "late": late}
    plain = [n for n in changed if n in ("name", "region", "needed_0", "field_0", "field_1")]
    needed = draw(st.lists(st.sampled_from(plain), max_size=2, unique=True)) if plain else []
    needed = [n for n in needed if n not in said.get("immutable", ())]
    least = draw(st.integers(0, 2)) if len(changed) > 2 else 0
    update = {
        "type": "object",
        "properties": changed,
        "required": needed,
        **({"minProperties": least} if least else {}),
    }
    found = {f"{name}-in": {**schema, "properties": asked}, f"{name}-update": update}
    found[name] = {**whole, "properties": shown}
    said["schema"] = {"request": f"{name}-in.json", "update": f"{name}-update.json", "response": f"{name}.json"}
    if draw(st.booleans()):
        own = [o for o in ("create", "replace") if o in said["operations"]]
        said["schema"] = {**dict.fromkeys(own, said["schema"].pop("request")), **said["schema"]}
    if "unlisted" not in said and "list" in said["operations"] and draw(st.booleans()):
        lean = [n for n in shown if n in plain and n not in (*said.get("sort", ()), *filtered(said))][:1]
        found[f"{name}-entry"] = {**whole, "properties": {n: p for n, p in shown.items() if n not in lean}}
        said["schema"]["entry"] = f"{name}-entry.json"
    return found


def keyed(contract: Mapping[str, Any], said: dict[str, Any]) -> None:
    """Have a list be an object, its entries under their ids. What was drawn decides, so that nothing else is drawn
    otherwise for it."""
    has_order = "sort" in said or "next_entry" in {**contract.get("paging", {}), **said.get("paging", {})}
    if "list" in said["operations"] and not has_order and zlib.crc32(json.dumps(said).encode()) % 4 == 0:
        said["envelope"] = {**said.get("envelope", {}), "keyed": True}


def renamed(said: dict[str, Any]) -> None:
    """Have updates change an id that clients choose, where that is drawn by what was drawn before."""
    by_post = said.get("id", {}).get("chosen_by") == "client" and "create" in said["operations"]
    if by_post and "own" not in repr(said) and zlib.crc32(json.dumps(said).encode()) % 4:
        operations = said["operations"]
        said["operations"] = {**operations, "update": {}} if isinstance(operations, dict) else [*operations, "update"]
        said["id"] = {**said["id"], "changes": True}


def filtered(said: Mapping[str, Any]) -> list[str]:
    """The fields that a filter looks at."""
    return [how["field"] if isinstance(how, dict) else name for name, how in said.get("filters", {}).items()]


def search(contract: Mapping[str, Any], said: dict[str, Any]) -> None:
    """Have a list asked for by POST, where no URL leads to its next page."""
    paging, operations = contract.get("paging", {}), said["operations"]
    by_url = "links" in paging or ({"next_header", "next_field"} & paging.keys() and "token" not in paging)
    in_body = any(how.get("in") == "body" for how in said.get("parent", {}).values())
    in_json = "#/" in repr([paging, contract.get("query"), said.get("query")])
    if "list" not in operations or by_url or in_body or in_json:
        return
    ways = operations if isinstance(operations, dict) else {name: {} for name in operations}
    own = {"method": "POST", "path": f"{said['path'].rstrip('/')}/search"}
    said["operations"] = {**ways, "list": {**(ways["list"] or {}), **own}}


CASES = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}
JOBS: tuple[dict[str, Any], ...] = (
    {"done": ["done", "ok"], "failed": "failed", "made": "/result/id", "within": 20},
    {"at": "/operation/name", "state": "/done", "done": True, "made": "/made"},
    {"at": "Operation-Location", "made": "Location"},
)


def follow(draw: Drawer, said: dict[str, Any]) -> None:
    """Have jobs go on with some of the writes."""
    operations = said["operations"]
    ways = operations if isinstance(operations, dict) else {name: {} for name in operations}
    for name in [n for n in ways if n in CASES and draw(st.booleans())]:
        own = {"statuses": {CASES[name]: 202}, "job": {"path": "/work/{job}", **draw(st.sampled_from(JOBS))}}
        said["operations"] = ways = {**ways, name: {**(ways[name] or {}), **own}}


def link(schema: dict[str, Any], schemas: Mapping[str, Any], said: Mapping[str, Any]) -> None:
    """Give a reference the type of the id that it holds."""
    friend = schema["properties"].get("friend")
    if friend is None:
        return
    ids = next(iter(schemas[friend["_to"]]["properties"].values()))
    inner = {"type": ids["type"]}
    if "lines[].of" in said["references"]:
        line = {"type": "object", "required": ["of"], "properties": {"of": inner, "count": {"type": "integer"}}}
        schema["properties"]["lines"] = {"type": "array", "maxItems": 3, "items": line, "default": []}
    schema["properties"]["friend"] = (
        {"type": "array", "items": inner, "uniqueItems": True, "default": []}
        if friend["_many"]
        else {"type": [inner["type"], "null"]}
    )


def place(name: str, siblings: tuple[str, ...], found: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Have what a reference names lie in what the reference beside it names."""
    friend = found[name].get("references", {}).get("friend", {})
    if len(siblings) < 2 or schemas[name]["properties"]["friend"]["type"] == "array":
        return
    outer, inner = siblings[:2]
    kind = next(iter(schemas[outer]["properties"].values()))["type"]
    for one in (inner, name):
        schemas[one]["properties"]["home"] = {"type": [kind, "null"]}
        found[one].setdefault("references", {})["home"] = {"to": outer}
    friend["within"] = "home"


def shape_lists(contract: Mapping[str, Any], name: str, said: dict[str, Any]) -> None:
    """What a list's body must be for the members that the paging puts beside the entries, and which field of these leads
    to the next page."""
    if "next_entry" in contract["paging"] and said.get("operations"):
        said["paging"] = {"next_entry": said.get("id", {}).get("field", "id")}
    if (
        {"next_field", "total_field", "more"} & contract["paging"].keys()
        and said.get("operations")
        and not said.get("envelope", {}).get("list")
    ):
        said["envelope"] = {**said.get("envelope", {}), "list": "items"}
