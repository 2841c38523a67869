"""Small contracts that nobody wrote: a Hypothesis strategy over the words of the contract language.

A drawn contract is a plain value, ``Drawn``; ``write`` lays it out as files. The parts are drawn so that what comes out
is sound: what ``restproof lint`` refuses is a mistake here.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from .additions import more

Drawer = Any


@dataclass(frozen=True)
class Drawn:
    """A contract and the schemas of its resources, as JSON values."""

    contract: Mapping[str, Any]
    schemas: Mapping[str, Mapping[str, Any]]

    def write(self, folder: Path) -> Path:
        """Write the files into ``folder``, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "contract.yaml").write_text(yaml.safe_dump(dict(self.contract), sort_keys=False), encoding="utf-8")
        for name, schema in self.schemas.items():
            (folder / f"{name}.json").write_text(json.dumps(schema, indent=1), encoding="utf-8")
        return folder


ERRORS: tuple[Any, ...] = (
    {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "minItems": 1}}},
    {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}}},
    },
    {"type": "object", "required": ["title", "status"], "properties": {"status": {"type": "integer"}}},
    {
        "default": {"type": "object", "required": ["message"]},
        "404": {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}},
        "422": "none",
    },
)
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
MEDIA: tuple[Any, ...] = (
    "application/vnd.drawn+json",
    {"response": "application/hal+json"},
    {"request": "application/x-www-form-urlencoded"},
    {"request": "application/x-www-form-urlencoded", "nested": "dots"},
)
BODY_STATUSES: tuple[dict[str, Any], ...] = (
    {"at": "failure", "success": "absent", "statuses": {"gone": 404, "wrong": 422, "taken": 409}},
    {"at": "/error/code", "success": "absent", "other": 422},
)
SYNTAXES: tuple[dict[str, str], ...] = (
    {"filter": "filter[{name}]", "sort": "order", "descending": "{field}.desc"},
    {"sort": "order_by", "direction": "direction", "between": ","},
    {"sort": "sort", "ascending": "{field}:asc", "descending": "{field}:desc", "between": ";"},
    {"between": ","},
)
ORDER = (
    *("missing_credential", "throttled", "unsupported", "forbidden", "absent"),
    *("malformed", "unknown_field", "invalid", "rule", "conflict"),
)
NAMES = ("alpha", "beta", "gamma")


def value_schemas(draw: Drawer) -> dict[str, Any]:
    """The schema of one optional field that a client may set."""
    small = st.integers(0, 3)
    kind = draw(
        st.sampled_from(
            [
                "text",
                "text",
                "short",
                "pattern",
                "enum",
                "integer",
                "bounded",
                "number",
                "multiple",
                "boolean",
                "date",
                "time",
                "stamp",
                "email",
                "uuid",
                "uri",
                "host",
                "ip",
                "list",
                "objects",
                "object",
                "free",
                "const",
                "choice",
                "numbers",
            ]
        )
    )
    found: dict[str, Any] = {
        "text": {"type": "string", "maxLength": draw(st.sampled_from([20, 60, 255, 4000]))},
        "short": {"type": "string", "minLength": 1, "maxLength": 3 + draw(small)},
        "pattern": {"type": "string", "pattern": draw(st.sampled_from([r"^[A-Z]{2}\d{2,6}$", "^[a-z]+$", r"\S"]))},
        "enum": {"enum": ["red", "green", "blue"][: 2 + draw(st.integers(0, 1))]},
        "integer": {"type": "integer"},
        "bounded": {"type": "integer", "minimum": draw(small) - 2, "maximum": 50 + draw(small)},
        "number": {"type": "number", "exclusiveMinimum": -10, "maximum": draw(st.sampled_from([5, 99.5]))},
        "multiple": {"type": "integer", "multipleOf": 5, "minimum": 0, "exclusiveMaximum": 100},
        "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "time": {"type": "string", "format": "time"},
        "stamp": {"type": "string", "format": "date-time"},
        "email": {"type": "string", "format": "email"},
        "uuid": {"type": "string", "format": "uuid"},
        "uri": {"type": "string", "format": "uri", "maxLength": 200},
        "host": {"type": "string", "format": "hostname"},
        "ip": {"type": "string", "format": draw(st.sampled_from(["ipv4", "ipv6"]))},
        "list": {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 12},
            "minItems": draw(st.integers(0, 1)),
            "maxItems": 2 + draw(small),
            "uniqueItems": draw(st.booleans()),
        },
        "objects": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["key"],
                "properties": {"key": {"type": "string", "minLength": 1}, "rank": {"type": "integer"}},
            },
        },
        "object": {
            "type": "object",
            "additionalProperties": False,
            "required": ["unit"],
            "properties": {"unit": {"enum": ["m", "kg"]}, "amount": {"type": ["number", "null"], "minimum": 0}},
        },
        "free": {"type": "string"},
        "const": {"const": "fixed"},
        "choice": {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "integer", "minimum": 0}]},
        "numbers": {"type": "integer", "enum": [1, 2, 3, 5]},
    }[kind]
    default = {"text": "", "enum": "red", "integer": 0, "bounded": 1, "boolean": True, "numbers": 2, "free": "none"}
    if kind in default and draw(st.booleans()):
        return {**found, "default": default[kind]}
    return nullable(found, draw(st.integers(0, 2)))


def nullable(schema: dict[str, Any], how: int) -> dict[str, Any]:
    """The schema with null, said in one of the usual ways."""
    if how == 0 or "const" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    if "enum" in schema:
        return {"enum": [*schema["enum"], None]}
    if "type" in schema and how == 1:
        return {**schema, "type": [schema["type"], "null"]}
    return {"oneOf": [{"type": "null"}, schema]}


def required_schemas(draw: Drawer) -> dict[str, Any]:
    """The schema of a required field: never null."""
    found: dict[str, Any] = draw(
        st.sampled_from(
            [
                {"type": "string", "minLength": 1, "maxLength": 80},
                {"type": "string", "minLength": 2},
                {"type": "integer", "minimum": 1},
                {"type": "number", "minimum": 0, "maximum": 1},
                {"enum": ["low", "high"]},
                {"type": "boolean"},
                {"type": "string", "format": "date"},
                {"type": "string", "pattern": "^[A-Z]{3}$"},
            ]
        )
    )
    return dict(found)


KEYS: tuple[dict[str, Any], ...] = (
    {"type": "string", "minLength": 1, "maxLength": 100},
    {"type": "string", "maxLength": 20},
    {"type": "string", "minLength": 1, "maxLength": 6},
    {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    {"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "maxLength": 40},
    {"type": "string", "format": "email"},
    {"type": "string", "format": "uuid"},
    {"type": "integer", "minimum": 1},
    {"type": "integer", "minimum": 1, "maximum": 12},
)


@st.composite
def resources(draw: Drawer, name: str, above: tuple[str, ...], siblings: tuple[str, ...]) -> tuple[Any, Any]:
    """One resource and its schema. ``above``: ancestors, the nearest last; ``siblings``: what it may refer to."""
    flag = st.booleans()
    said: dict[str, Any] = {"schema": f"{name}.json"}
    id_field = draw(st.sampled_from(["id", "id", "uid", "key"]))
    id_type = draw(st.sampled_from(["integer", "uuid", "string"]))
    chosen = draw(st.sampled_from(["server", "server", "server", "client", "either"]))
    if chosen != "server" and id_type == "integer" and draw(flag):
        id_type = "string"
    operations = draw(
        st.sampled_from(
            [
                ["list", "create", "read", "update", "delete"],
                ["list", "create", "read", "update", "delete"],
                ["list", "create", "read", "update", "replace", "delete"],
                ["list", "create", "read", "update"],
                ["list", "create", "read"],
                ["list", "create", "delete"],
                ["create", "read", "update"],
                ["list", "read"],
                ["list"],
            ]
        )
    )
    if chosen == "either":
        operations = ["list", "create", "read", "update", "replace", "delete"]
    by_put = False
    if chosen == "client":
        by_put = draw(flag)
        operations = ["list", "read", "update", "replace", "delete"] if by_put else ["list", "create", "read", "delete"]
    said["operations"] = operations
    identity: dict[str, Any] = {"field": id_field} if id_field != "id" else {}
    if chosen != "server":
        identity["chosen_by"] = chosen
    if id_type == "string" and draw(flag):
        identity["pattern"] = draw(st.sampled_from(["[A-Za-z0-9_-]+", "[a-z0-9-]{1,40}"]))
    if identity:
        said["id"] = identity
    said["path"] = path_of(draw, name, above, said)
    envelope = dict(draw(st.sampled_from(envelopes(name, id_field))))
    if envelope:
        said["envelope"] = envelope
    if draw(st.integers(0, 4)) == 0:
        said["media"] = draw(st.sampled_from(MEDIA))
    if draw(st.integers(0, 5)) == 0 and not said["path"].endswith("/"):
        said["item_path"] = draw(st.sampled_from(["/{id}.json", "/no-{id}"])).join([said["path"], ""])
    if "update" in operations and "replace" not in operations and draw(st.integers(0, 4)) == 0:
        said["methods"] = {"update": "PUT"}
    properties: dict[str, Any] = {
        id_field: {
            "integer": {"type": "integer"},
            "uuid": {"type": "string", "format": "uuid"},
            "string": {"type": "string"},
        }[id_type]
    }
    if not (chosen == "client" and not by_put):
        properties[id_field]["readOnly"] = True
    required = fields(draw, properties, said, siblings, id_field)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    if draw(flag):
        schema["additionalProperties"] = False
    schema.update(whole(draw, properties))
    behaviour(draw, said, properties, required, id_field)
    if draw(st.integers(0, 2)) == 0:
        said["operations"] = {name: way(draw, name) for name in operations}
    return said, schema


def whole(draw: Drawer, properties: Mapping[str, Any]) -> dict[str, Any]:
    """What binds the members of a request together, by one keyword."""
    names = [n for n in properties if n.startswith("field_")]
    if len(names) < 2 or draw(st.integers(0, 3)):
        return {}
    one, other = names[:2]
    return dict(
        draw(
            st.sampled_from(
                [
                    {"anyOf": [{"required": [one]}, {"required": [other]}]},
                    {"not": {"required": [one, other]}},
                    {"dependentRequired": {one: [other]}},
                    {"if": {"required": [one]}, "then": {"required": [other]}},
                    {
                        "oneOf": [
                            {"required": [one]},
                            {"required": [other], "properties": {"extra": {"type": "integer"}}},
                        ]
                    },
                ]
            )
        )
    )


def envelopes(name: str, id_field: str) -> list[dict[str, Any]]:
    """Where a resource may stand in its bodies."""
    deep = {"fields": "attributes", "beside": [id_field], "constants": {"/data/type": "{collection}"}}
    return [
        *({}, {}, {"list": "items"}),
        {"request": name, "response": name, "list": f"{name}s"},
        {"request": "data", "response": "data", "list": "data", **deep},
        {"response": "/result/0", "list": "/_embedded/{collection}", "empty_list": "absent"},
    ]


def way(draw: Drawer, operation: str) -> dict[str, Any]:
    """How one operation is asked for, where it is special."""
    if operation == "update" and draw(st.integers(0, 3)) == 0:
        return {"media": {"request": "application/merge-patch+json"}}
    if operation in ("create", "update", "replace") and draw(st.integers(0, 4)) == 0:
        return {"returns": "minimal"}
    return dict(
        draw(
            st.sampled_from(
                [
                    *({}, {}),
                    {"auth": "none"},
                    {"auth": "optional"},
                    {"query": {"expand": "all", "level": {"type": "integer", "minimum": 2, "maximum": 4}}},
                    {"headers": {"X-Reason": "test"}, "rate": "50/second"},
                    {"errors": {"404": "none", "4xx": {"type": "object", "required": ["problem"]}}},
                ]
            )
        )
    )


def path_of(draw: Drawer, name: str, above: tuple[str, ...], said: dict[str, Any]) -> str:
    """The collection's path, and the parents that it does not hold."""
    slash = "/" if draw(st.integers(0, 5)) == 0 else ""
    if not above:
        return f"/{name}s{slash}"
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.sampled_from(["auto", "query", "header"]))
        named = f"X-{above[-1]}-Id" if place == "header" else f"{above[-1]}_id"
        said["parent"] = {above[-1]: {"name": named, "in": place}}
        return f"/{name}s{slash}"
    return "".join(f"/{a}s/{{{a}}}" for a in above) + f"/{name}s{slash}"


def fields(
    draw: Drawer, properties: dict[str, Any], said: dict[str, Any], siblings: tuple[str, ...], id_field: str
) -> list[str]:
    """Add the fields that clients and the server set; returns those that are required."""
    flag = st.booleans()
    required: list[str] = []
    if draw(st.integers(0, 2)):
        properties["name"] = dict(draw(st.sampled_from(KEYS)))
        required.append("name")
        said["unique"] = ["name"]
        if draw(flag):
            properties["region"] = {"type": "string", "enum": ["north", "south"]}
            required.append("region")
            said["unique"] = [["name", "region"]]
        if draw(st.integers(0, 3)) == 0:
            properties["code"] = dict(draw(st.sampled_from(KEYS[:-1])))
            said["unique"].append("code")
            if draw(flag):
                required.append("code")
            else:
                properties["code"] = nullable(properties["code"], 1)
        if draw(st.integers(0, 2)) == 0:
            said["unique_scope"] = "global"
    for number in range(draw(st.integers(0, 2))):
        properties[f"needed_{number}"] = required_schemas(draw)
        required.append(f"needed_{number}")
    for number in range(draw(st.integers(0, 5))):
        properties[f"field_{number}"] = value_schemas(draw)
    if draw(flag):
        properties["created_at"] = {"type": "string", "format": "date-time", "readOnly": True}
    if draw(flag):
        properties["updated_at"] = {"type": "string", "format": "date-time", "readOnly": True}
        said["touched"] = draw(st.sampled_from([["updated_at"], {"updated_at": "always"}, {"updated_at": "on-change"}]))
    if draw(st.integers(0, 3)) == 0:
        properties["views"] = {"type": "integer", "readOnly": True}
        said["volatile"] = ["views"]
    if draw(st.integers(0, 3)) == 0:
        properties["pin"] = nullable({"type": "string", "minLength": 4, "writeOnly": True}, 1)
        said["secret"] = ["pin"]
    if siblings and draw(flag):
        to = siblings[-1]
        many = draw(flag)
        said["references"] = {
            "friend": {"to": to, "on_delete": draw(st.sampled_from(["clear", "cascade", "unspecified"]))}
        }
        if draw(flag):
            said["references"]["friend"]["within"] = "anywhere"
        each = "/*" if many else ""
        said["references"]["friend"] |= draw(
            st.sampled_from(
                [
                    *({}, {}, {"place": f"/friend{each}/id"}),
                    {"place": f"/links/friend/data{each}/id", "with": {"type": to}},
                    {"url": f"/x/{to}s/{{id}}"},
                ]
            )
        )
        properties["friend"] = {"_many": many, "_to": to}
        if draw(st.integers(0, 2)) == 0:
            said["references"]["lines[].of"] = {"to": to}
    return required


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


@st.composite
def statuses(draw: Drawer) -> dict[str, Any]:
    """Statuses other than the defaults."""
    options: dict[str, list[Any]] = {
        "created": [200, 202, [200, 201]],
        "updated": [202, 204, [200, 204]],
        "deleted": [200, 202, [200, 204]],
        "absent": [403, 410, [403, 404]],
        "malformed": [422, "4xx"],
        "no_object": [422, [400, 422]],
        "unknown_field": [400, 406, 422, "kept", [400, 422]],
        "unknown_query": [400, "ignored"],
        "invalid": [400, 422, "4xx"],
        "null_value": [400, 422],
        "rule": [400, 409],
        "conflict": [400, 422],
        "missing_credential": [403, [401, 403]],
        "forbidden": [404, [401, 403]],
        "unsupported": [404, 405],
        "server_set": [400, "2xx", "ignored"],
        "unstorable": [400, "4xx"],
        "malformed_id": [400, 422, [400, 404]],
        "gone": [410, 404],
        "bad_page": [400, 404],
    }
    names = draw(st.lists(st.sampled_from(sorted(options)), max_size=6, unique=True))
    return {n: draw(st.sampled_from(options[n])) for n in names}


@st.composite
def pagings(draw: Drawer) -> dict[str, Any]:
    """A style of paging, with its parameters."""
    style = draw(st.sampled_from(["none", "page", "offset", "token"]))
    if style == "none":
        return {}
    found: dict[str, Any] = {"style": style}
    if draw(st.booleans()):
        found["size"] = "page_size"
    if draw(st.booleans()):
        found["max"] = draw(st.sampled_from([7, 20, 100]))
        found["over_max"] = draw(st.sampled_from(["refused", "clamped", "unspecified"]))
    if draw(st.booleans()):
        found["default"] = draw(st.sampled_from([2, 7]))
    if draw(st.integers(0, 3)) == 0:
        found["min"] = 2
    if style != "token" and draw(st.integers(0, 2)) == 0:
        found["first"] = draw(st.integers(0, 1))
    if draw(st.integers(0, 3)) == 0:
        found["all"] = draw(st.sampled_from([-1, "all"]))
    if style == "token":
        found.update(
            draw(
                st.sampled_from(
                    [
                        {"next_header": "Next-Page"},
                        {"links": True},
                        {"next_field": "next", "token": "cursor"},
                        {"next_field": "/meta/next"},
                        {"next_header": "X-Next", "token": "cursor"},
                        {"next_header": "X-Next", "token": "X-Continue", "token_in": "header"},
                        {"next_entry": "id", "token": "starting_after", "more": "has_more"},
                    ]
                )
            )
        )
    else:
        if draw(st.booleans()):
            found["links"] = True
        if draw(st.booleans()):
            found["size_header"] = "X-Size"
    if draw(st.booleans()):
        found["total"] = "X-Total"
    if draw(st.integers(0, 3)) == 0:
        found["total_field"] = draw(st.sampled_from(["count", "/meta/total"]))
    return found


@st.composite
def contracts(draw: Drawer) -> Drawn:
    """A whole contract of one to three resources, with or without a given root."""
    contract: dict[str, Any] = {"contract": "generated"}
    contract["base_path"] = draw(st.sampled_from(["", "/api", "/rest/v1.0"]))
    scheme = draw(st.sampled_from(["none", "bearer", "basic", "api_key"]))
    contract["auth"] = scheme
    contract["statuses"] = draw(statuses())
    if draw(st.booleans()):
        contract["errors"] = draw(st.sampled_from(ERRORS))
    elif draw(st.integers(0, 3)) == 0:
        contract["body_status"] = dict(draw(st.sampled_from(BODY_STATUSES)))
    contract["paging"] = draw(pagings())
    if draw(st.booleans()):
        contract["query"] = draw(st.sampled_from(SYNTAXES))
    if scheme != "none" and draw(st.booleans()):
        contract["rate_limit"] = {"limit": "X-Limit", "remaining": "X-Left"}
        if draw(st.booleans()):
            contract["rate_limit"]["reset"] = "X-Reset"
        contract["rate_limit"] = draw(st.sampled_from([contract["rate_limit"], "ietf"]))
    if draw(st.integers(0, 3)) == 0:
        contract["idempotency_key"] = "Idempotency-Key"
    if draw(st.integers(0, 3)) == 0:
        contract["order"] = list(draw(st.permutations(ORDER)))
    policies = draw(
        st.lists(st.sampled_from(["create.location", "protocol.head", "update.touches-updated-at"]), unique=True)
    )
    if policies:
        contract["policies"] = policies
    found: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    above: tuple[str, ...] = ()
    if draw(st.booleans()):
        found["root"] = {
            "path": "/roots",
            "operations": [],
            "id": {"type": draw(st.sampled_from(["integer", "string"]))},
        }
        above = ("root",)
    for name in NAMES[: draw(st.integers(1, 3))]:
        siblings = tuple(n for n in schemas if above_of(found, n) == above and makes(found[n]))
        said, schema = draw(resources(name, above, siblings))
        link(schema, schemas, said)
        found[name], schemas[name] = said, schema
        if makes(said) and "read" in said["operations"] and draw(st.booleans()) and above == tuple(path_above(said)):
            above = (*above, name)
    for name, said in found.items():
        shape_lists(contract, name, said)
        if draw(st.integers(0, 5)) == 0:
            search(contract, said)
        if draw(st.integers(0, 5)) == 0:
            follow(draw, said)
        if contract["statuses"].get("unknown_field") == "kept" and name in schemas:
            schemas[name].pop("additionalProperties", None)
    contract["resources"] = found
    more(draw, contract, schemas)
    for name in [n for n in schemas if n in found]:
        schemas |= sides(draw, name, found[name], schemas[name])
    return Drawn({k: v for k, v in contract.items() if v not in ({}, [], "")}, schemas)


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


def filtered(said: Mapping[str, Any]) -> list[str]:
    """The fields that a filter looks at."""
    return [how["field"] if isinstance(how, dict) else name for name, how in said.get("filters", {}).items()]


def search(contract: Mapping[str, Any], said: dict[str, Any]) -> None:
    """Have a list asked for by POST, where no URL leads to its next page."""
    paging, operations = contract.get("paging", {}), said["operations"]
    by_url = "links" in paging or ({"next_header", "next_field"} & paging.keys() and "token" not in paging)
    in_body = any(how.get("in") == "body" for how in said.get("parent", {}).values())
    if "list" not in operations or by_url or in_body:
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


def above_of(found: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The resources above a resource."""
    return (*path_above(found[name]), *found[name].get("parent", {}))


def path_above(said: Mapping[str, Any]) -> list[str]:
    return [part[1:-1] for part in said["path"].split("/") if part.startswith("{")]


def makes(said: Mapping[str, Any]) -> bool:
    """Whether the contract can create the resource."""
    return "create" in said["operations"] or ("replace" in said["operations"] and "chosen_by" in said.get("id", {}))


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


def drawn(number: int) -> Drawn:
    """The contract of the seed ``number``: the second that Hypothesis draws, since the first is the smallest of all."""
    found: list[Drawn] = []

    @seed(number)
    @settings(
        max_examples=2, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(contracts())
    def collect(contract: Drawn) -> None:
        found.append(contract)

    collect()
    return found[-1]
