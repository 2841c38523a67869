"""A drawn resource: where it is, how it is asked for, and its fields."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .additions import Drawer
from .behaviour import behaviour
from .members import KEYS, nullable, required_schemas, value_schemas, whole

MEDIA: tuple[Any, ...] = (
    "application/vnd.drawn+json",
    {"response": "application/hal+json"},
    {"request": "application/x-www-form-urlencoded"},
    {"request": "application/x-www-form-urlencoded", "nested": "dots"},
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
                    {"headers": {"X-Reason": "test"}, "rate": "500/second"},
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
