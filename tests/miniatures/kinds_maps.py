"""Maps, whose members the client names: each of them is an object with bounds of its own, and an update merges into
it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from tests.miniatures.kinds import Items, Kind, schema
from tests.miniatures.kinds_schemas import merged
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Refused, Row

from restproof.wire.message import Request

PATCH = "application/merge-patch+json"
SHARE = {"type": "integer", "minimum": 0, "maximum": 100}
PLACE: dict[str, Any] = {
    "type": "object",
    "required": ["on", "share"],
    "additionalProperties": False,
    "properties": {"on": {"type": "boolean"}, "share": SHARE, "note": {"type": ["string", "null"], "maxLength": 50}},
}
PLACES: dict[str, Any] = {"type": "object", "propertyNames": {"pattern": "^[a-z]{2,16}$"}, "default": {}}
FLAG = schema("title", title=TITLE, places={**PLACES, "additionalProperties": PLACE}, closed={"type": "boolean"})


def kinds() -> Iterator[Kind]:
    new = schema("title", title=TITLE, places={**PLACES, "additionalProperties": PLACE})
    shown = schema(**{**FLAG["properties"], "closed": {"type": "boolean", "default": False}})
    part = {**PLACE, "properties": {**PLACE["properties"], "share": SHARE}}
    change = schema(title=TITLE, places={**PLACES, "additionalProperties": part}, closed={"type": "boolean"})
    contract: dict[str, Any] = {
        "contract": "mini",
        "errors": "error.json",
        "resources": {
            "item": {
                "path": "/items",
                "schema": {"create": "new.json", "update": "change.json", "response": "item.json"},
                "operations": {
                    **dict.fromkeys(("list", "create", "read", "delete")),
                    "update": {"media": {"request": PATCH}},
                },
                "rules": [{"frozen": ["title", "places"], "when": {"closed": [True]}}],
            }
        },
    }
    files = {"new.json": new, "change.json": change, "item.json": shown, "error.json": {"type": "object"}}
    for name, twin, only in (
        ("a map of objects with bounds, into which a patch merges", Beyond, "input.bounds"),
        ("a patch leaves what an entry of a map has besides", Forgets, "update.merges"),
        ("what is closed by an update changes no more", Reopens, "input.business-rule"),
    ):
        yield Kind(name, contract, files, Flags, twin, (only,))


class Flags(Items):
    """Flags with what they are in each place. A refusal names the member of the map that is wrong, or what is wrong
    inside."""

    SCHEMAS: Mapping[str, Any] = {"/items": FLAG}
    frozen: tuple[str, ...] = ("title", "places")

    def body(self, request: Request) -> Row:
        if request.method == "PATCH":
            if (request.header("Content-Type") or "").partition(";")[0] != PATCH:
                raise Refused(415, "send a merge patch")
            request = replace(request, headers=())
        return super().body(request)

    def blank(self, path: str) -> Row:
        return {**super().blank(path), "closed": False}

    def together(self, before: Any, patch: Any) -> Any:
        return merged(before, patch)

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        places = fields.get("places")
        if row is not None and isinstance(places, dict):
            fields = {**fields, "places": self.together(row["places"], places)}
        rest = {n: v for n, v in fields.items() if n != "places" or not isinstance(v, dict)}
        for name, place in (fields["places"] if len(rest) < len(fields) else {}).items():
            self.placed(name, place)
        found = super().valid(path, rest, row)
        if row is not None and row["closed"] and any(n in fields and fields[n] != row[n] for n in self.frozen):
            raise Refused(422, "is closed", "title")
        kept = fields["places"] if len(rest) < len(fields) else None
        return {**found, **({} if kept is None else {"places": {n: bare(p) for n, p in kept.items()}})}

    def placed(self, name: str, place: Any) -> None:
        """Raises ``Refused`` for what is no name, or no place."""
        if not self.fits(PLACES, {name: place}):
            raise Refused(400, "is no name of a place", "places")
        for inside, part in PLACE["properties"].items():
            if isinstance(place, dict) and inside in place and not self.fits(self.part(part), place[inside]):
                raise Refused(400, "is out of range", inside)
        if not self.fits({**PLACE, "properties": dict.fromkeys(PLACE["properties"], True)}, place):
            raise Refused(400, "is not valid", name)

    def part(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a member of a place has to be."""
        return schema


def bare(place: Row) -> Row:
    return {n: v for n, v in place.items() if v is not None}


class Beyond(Flags):
    """Members of a place have no bounds, only types."""

    def part(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"type": schema["type"]}


class Forgets(Flags):
    """What a patch says of a place takes the place of all that it was."""

    def together(self, before: Any, patch: Any) -> Any:
        there = {n: None if n in patch else v for n, v in before.items()}
        return merged({n: v for n, v in there.items() if v is not None}, patch)


class Reopens(Flags):
    """The title of what is closed changes."""

    frozen = ("places",)
