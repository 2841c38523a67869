"""Unusual values: what a server makes of what it is sent, and what it shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.miniatures.kinds import ID, Items, Kind, item, of, schema
from tests.miniatures.kinds_answers import forgetful
from tests.miniatures.server import Row, Shop

TITLE = {"type": "string", "minLength": 1, "maxLength": 60}


def kinds() -> Iterator[Kind]:
    dated = schema("title", title=TITLE, at={"type": ["string", "null"], "format": "date-time"})

    class Local(Items):
        """Times come back in the time zone of the server."""

        SCHEMAS: Mapping[str, Any] = {"/items": dated}

        shift = 2

        def show(self, path: str, row: Row) -> Any:
            from datetime import datetime, timedelta, timezone

            at = row.get("at")
            if at is None:
                return dict(row)
            text = at.upper().replace("Z", "+00:00")
            try:
                when = datetime.fromisoformat(text).astimezone(timezone(timedelta(hours=2)))
            except (ValueError, OverflowError):
                return dict(row)
            return {**row, "at": (when + timedelta(hours=self.shift - 2)).isoformat()}

    wrong = type("Wrong", (Local,), {"shift": 3})
    yield Kind("times come back in a local offset", *item(dated), Local, wrong, ("create", "update"))
    tagged = schema(
        "title", title=TITLE, tags={"type": "array", "items": {"type": "string", "maxLength": 20}, "default": []}
    )

    class Sorted(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": tagged}

        def show(self, path: str, row: Row) -> Any:
            return {**row, "tags": sorted(row["tags"])}

    class Dropping(Sorted):
        def show(self, path: str, row: Row) -> Any:
            return {**row, "tags": sorted(row["tags"])[:1]}

    yield Kind("arrays come back sorted", *item(tagged, unordered=["tags"]), Sorted, Dropping, ("create", "update"))
    free = schema("title", title=TITLE, payload={})

    class Falsy(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": free}

        def changed(self, path: str, row: Row, fields: Row) -> None:
            row.update({n: v for n, v in fields.items() if v})

    yield Kind("a field takes any JSON", *item(free), of(free), Falsy, ("update",))
    labels = schema(
        "title",
        title=TITLE,
        labels={
            "type": "object",
            "propertyNames": {"pattern": "^[a-z]{1,8}$"},
            "additionalProperties": {"type": "string", "maxLength": 20},
            "default": {},
        },
    )

    class Merging(Items):
        """A map keeps what an update does not name (RFC 7396)."""

        SCHEMAS: Mapping[str, Any] = {"/items": labels}

        def changed(self, path: str, row: Row, fields: Row) -> None:
            merged = {**row["labels"], **fields["labels"]} if "labels" in fields else row["labels"]
            super().changed(path, row, {**fields, "labels": merged})

    class Swallowing(Merging):
        def made(self, path: str, fields: Row) -> Row:
            return {**super().made(path, fields), "labels": {}}

    yield Kind("a map keeps what an update leaves out", *item(labels), Merging, Swallowing, ("create", "update"))
    counted = schema("title", title=TITLE, views={"type": "integer", "readOnly": True})

    class Views(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": counted}

        ticks = itertools.count()

        def show(self, path: str, row: Row) -> Any:
            return {**row, "views": next(self.ticks)}

    yield Kind(
        "a counter moves with each read", *item(counted, volatile=["views"]), Views, forgetful(Views), ("update",)
    )
    slugs = schema("title", title=TITLE, slug={"type": "string", "readOnly": True})

    class Slugs(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": slugs}

        def show(self, path: str, row: Row) -> Any:
            return {**row, "slug": f"<{row['title']}>"}

    class Stale(Slugs):
        def show(self, path: str, row: Row) -> Any:
            row.setdefault("slug", None)
            row["slug"] = row["slug"] or f"<{row['title']}>"
            return dict(row)

    yield Kind("a field follows another", *item(slugs, derived={"slug": "<{title}>"}), Slugs, Stale, ("update",))
    secret = schema("title", title=TITLE, password={"type": "string", "minLength": 6, "writeOnly": True})

    class Shows(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": secret}

        def show(self, path: str, row: Row) -> Any:
            return dict(row)

    yield Kind("a secret is never shown", *item(secret, secret=["password"]), of(secret), Shows, ("shape", "create"))
    defaults = schema(
        "title", title=TITLE, kind={"enum": ["a", "b"], "default": "b"}, size={"type": "integer", "default": 7}
    )
    yield Kind("defaults are the server's", *item(defaults), of(defaults), _without_defaults(of(defaults)), ("create",))

    yield from _shown_defaults()


def _without_defaults(base: type[Shop]) -> type[Shop]:
    class Without(base):  # type: ignore[misc, valid-type]
        def blank(self, path: str) -> Row:
            return {**super().blank(path), "size": 0}

    return Without


def _shown_defaults() -> Iterator[Kind]:
    asked: dict[str, Any] = {
        "type": "object",
        "properties": {"title": TITLE, "price": {"type": "number", "minimum": 0, "default": 2}},
    }
    shown = schema("title", title=TITLE, price={"type": "string", "pattern": "^[0-9]+[.][0-9]{2}$"})

    whole = {"/items": {**asked, "required": ["title"], "properties": {**ID, **asked["properties"]}}}

    class Priced(Items):
        SCHEMAS: Mapping[str, Any] = whole

        def show(self, path: str, row: Row) -> Row:
            return {**row, "price": f"{Decimal(str(row['price'])):.2f}"}

    class Free(Priced):
        def made(self, path: str, fields: Row) -> Row:
            return super().made(path, {"price": 0, **fields})

    contract, schemas = item(shown, normalized={"price": {"decimal": 2, "text": True}})
    contract["resources"]["item"]["schema"] = {"request": "asked.json", "response": "item.json"}
    schemas["asked.json"] = {**asked, "required": ["title"]}
    yield Kind("a default is a number, and shown as a text", contract, schemas, Priced, Free, ("create",))
