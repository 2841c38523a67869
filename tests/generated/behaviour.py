"""What a drawn resource does by itself: rules, lists, versions, quotas, defaults, normal forms."""

from __future__ import annotations

import json
import zlib
from typing import Any

from hypothesis import strategies as st

from .additions import Drawer

CONDITIONS: tuple[dict[str, Any], ...] = (
    {"etag": True},
    {"etag": "weak"},
    {"etag": True, "required": True},
    {"etag": True, "required": ["update"]},
    {"etag": True, "match": ["update"]},
)
VERSIONS: tuple[Any, ...] = (
    "revision",
    {"field": "revision", "delete": "rev"},
    {"field": "revision", "in": "query", "name": "if_revision", "required": False},
    {"field": "revision", "in": "header", "name": "X-Revision"},
)


def behaviour(
    draw: Drawer, said: dict[str, Any], properties: dict[str, Any], required: list[str], id_field: str
) -> None:
    """Rules, sorting, filters and what the server does by itself."""
    flag = st.booleans()
    plain = [n for n, p in properties.items() if p.get("type") in ("string", "integer") and not p.get("writeOnly")]
    if draw(st.integers(0, 2)) == 0:
        kind = draw(st.sampled_from([{"type": "string", "format": "date"}, {"type": "integer"}, {"type": "number"}]))
        for name in ("first", "second"):
            properties[name] = {**kind, "type": [kind["type"], "null"]}
        said.setdefault("rules", []).append({"ordered": ["first", "second"]})
    if draw(st.integers(0, 2)) == 0:
        properties["stage"] = {"enum": ["draft", "open", "closed"], "default": "draft"}
        if "update" in said["operations"]:
            said.setdefault("rules", []).append({"never": {"stage": ["closed", "draft"]}})
        if draw(flag):
            said.setdefault("rules", []).append({"refused": {"stage": "closed"}, "because": "nothing begins closed"})
            said["rules"] = [r for r in said["rules"] if "never" not in r]
        still = [n for n in properties if n.startswith("field_") and not properties[n].get("readOnly")]
        if still and "update" in said["operations"] and draw(flag):
            said["rules"] = [*said.get("rules", []), {"frozen": still[:2], "when": {"stage": ["open", "closed"]}}]
    if draw(st.integers(0, 3)) == 0 and "name" in properties and properties["name"]["type"] == "string":
        properties["title"] = {"type": "string", "readOnly": True}
        said["derived"] = {"title": "<{name}>"}
    if plain and draw(flag) and "list" in said["operations"]:
        said["sort"] = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
    if plain and draw(flag) and "list" in said["operations"]:
        chosen = draw(st.lists(st.sampled_from(plain), min_size=1, max_size=2, unique=True))
        said["filters"] = dict.fromkeys(chosen, "equals")
        if "stage" in properties and draw(flag):
            said["filters"]["by_stage"] = {"field": "stage", "map": {"all": "any", "done": "closed", "new": "draft"}}
    if "filters" in said and draw(st.integers(0, 2)) == 0:
        for name in [n for n in plain if "format" not in properties[n]][:2]:
            by = ["contains", "starts", "in", "not"] if properties[name]["type"] == "string" else ["gte", "lt", "in"]
            chosen_by = draw(st.sampled_from(by))
            said["filters"][f"{name}_{chosen_by}"] = {"field": name, "by": chosen_by}
    optional = [n for n in properties if n.startswith("field_")]
    if optional and draw(st.integers(0, 4)) == 0:
        said["lenient"] = [optional[0]]
    if optional and draw(st.integers(0, 4)) == 0:
        said["create_only"] = [optional[-1]]
    if optional and draw(st.integers(0, 4)) == 0:
        said["immutable"] = [optional[0]]
    if draw(st.integers(0, 4)) == 0:
        said["responses"] = "sparse"
    if draw(st.integers(0, 3)) == 0 and {"read", "update"} <= set(said["operations"]):
        said["conditional"] = dict(draw(st.sampled_from(CONDITIONS)))
    if draw(st.integers(0, 4)) == 0:
        said["deleted_body"] = "empty"
    if draw(st.integers(0, 9)) == 0:
        said["settles"] = draw(st.sampled_from([1, {"lists": 1}, {"queries": 1}, {"totals": 1, "reads": 1}]))
    version_of(draw, said, properties)
    forms_of(draw, said, properties, id_field)
    defaults_of(draw, said, properties)
    quotas_of(said, properties, required)


def version_of(draw: Drawer, said: dict[str, Any], properties: dict[str, Any]) -> None:
    """A version that each change names."""
    if "revision" in properties or draw(st.integers(0, 5)) or not {"read", "update"} <= set(said["operations"]):
        return
    properties["revision"] = {"type": draw(st.sampled_from(["string", "integer"])), "readOnly": True}
    version = draw(st.sampled_from(VERSIONS))
    said["conditional"] = {**said.get("conditional", {}), "version": version}


QUOTAS: tuple[dict[str, Any], ...] = (
    {"at_most": 2},
    {"at_most": 8, "of": "effort"},
    {"at_most": 3, "within": "anywhere"},
)


def quotas_of(said: dict[str, Any], properties: dict[str, Any], required: list[str]) -> None:
    """How much there may be of one day. What was drawn decides, so that nothing else is drawn otherwise for it."""
    number = zlib.crc32(json.dumps([said, properties], sort_keys=True).encode())
    if number % 6 or not {"create", "list"} <= {*said["operations"]}:
        return
    properties["day"] = {"type": "string", "format": "date"}
    properties["effort"] = {"type": "integer", "minimum": 1, "maximum": 12}
    required += ["day", "effort"] if number % 4 else ["effort"]
    when = {"when": {"stage": ["draft", "open"]}} if "stage" in properties and number % 5 else {}
    words = {**QUOTAS[number // 7 % len(QUOTAS)], "per": ["day"] if number % 8 else "day"}
    said["rules"] = [*said.get("rules", []), {**words, **when}]


def defaults_of(draw: Drawer, said: dict[str, Any], properties: dict[str, Any]) -> None:
    """What the server makes of optional fields that a create leaves out."""
    for name, schema in properties.items():
        plain = not {"default", "readOnly", "writeOnly"} & schema.keys() and name.startswith("field_")
        if plain and draw(st.integers(0, 9)) == 0:
            known = {"value": schema["enum"][0]} if "enum" in schema else "server"
            said.setdefault("defaults", {})[name] = known


def forms_of(draw: Drawer, said: dict[str, Any], properties: dict[str, Any], id_field: str) -> None:
    """Normal forms of texts and numbers, and by which unique texts are compared."""
    kept_out = (id_field, *said.get("references", ()))
    for name, schema in properties.items():
        if name in kept_out or schema.get("readOnly") or schema.get("writeOnly") or draw(st.integers(0, 5)):
            continue
        kinds: dict[str, list[Any]] = {
            "string": ["trim", "nfc", "newlines", "html", ["trim", "lowercase"]],
            "number": [{"decimal": 6}],
        }
        kind = str(schema.get("type"))
        if kind in kinds and not {"enum", "pattern", "default"} & schema.keys():
            said.setdefault("normalized", {})[name] = draw(st.sampled_from(kinds[kind]))
    key = said.get("unique", [None])[0]
    if isinstance(key, str) and properties[key].get("type") == "string" and draw(st.booleans()):
        said["unique"][0] = {"field": key, "by": draw(st.sampled_from(["casefold", ["trim", "casefold"], "nfc"]))}
