"""What schemas and rules say in unusual ways: closed objects, members that the server makes, lenient fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.miniatures.kinds import Items, Kind, item, of, schema
from tests.miniatures.kinds_states import Keeps
from tests.miniatures.kinds_values import TITLE
from tests.miniatures.server import Refused, Row

from restproof.wire.message import Request


def kinds() -> Iterator[Kind]:
    yield from _made_by_the_server()
    yield from _closed_and_lenient()
    yield from _never()
    yield from _reached_by_updates()
    yield from _without_zones()
    yield from _in_zones()
    yield from _long()
    yield from _merging()


def _made_by_the_server() -> Iterator[Kind]:
    flag = {"type": "boolean", "readOnly": True}
    flagged = schema("title", title={"type": "string", "maxLength": 60}, live=flag)

    class Live(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": flagged}

        def made(self, path: str, fields: Row) -> Row:
            return {**super().made(path, fields), "live": True}

    class Settable(Live):
        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            found = super().valid(path, fields, row)
            return {**found, "live": fields["live"]} if isinstance(fields.get("live"), bool) else found

        def made(self, path: str, fields: Row) -> Row:
            return {"live": True, **super().made(path, fields), **fields}

    yield Kind("a server-set boolean is always true", *item(flagged), Live, Settable, ("create",))
    price = {
        "type": "object",
        "required": ["amount"],
        "properties": {"amount": {"type": "number"}, "formatted": {"type": "string", "readOnly": True}},
    }
    priced = schema("price", price=price)

    class Formats(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": priced}

        def show(self, path: str, row: Row) -> Any:
            amount = row["price"]["amount"]
            return {**row, "price": {"amount": amount, "formatted": f"{amount} EUR"}}

    class Rounds(Formats):
        def show(self, path: str, row: Row) -> Any:
            return {**row, "price": {"amount": int(row["price"]["amount"]), "formatted": ""}}

    yield Kind(
        "a nested member is made by the server", *item(priced), Formats, Rounds, ("create", "update", "lifecycle")
    )


def _closed_and_lenient() -> Iterator[Kind]:
    closed = schema(
        "owner",
        owner={
            "type": "object",
            "additionalProperties": False,
            "properties": {"first": {"type": "string"}, "last": {"type": "string"}},
        },
    )

    class Open(Items):
        SCHEMAS: Mapping[str, Any] = {"/items": closed}

        def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
            if isinstance(value, dict):
                value = {n: v for n, v in value.items() if n in ("first", "last")}
            return super().fits(schema, value)

    yield Kind("a nested object is closed", *item(closed), of(closed), Open, ("input",))
    loose = schema("title", title=TITLE, region={"type": ["string", "null"], "maxLength": 5})

    class Loose(Items):
        """Takes a region of any length, and of no other type."""

        SCHEMAS: Mapping[str, Any] = {"/items": loose}

        def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
            if schema.get("maxLength") == 5:
                return value is None or isinstance(value, str)
            return super().fits(schema, value)

    class Fragile(Loose):
        def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
            if schema.get("maxLength") == 5 and not isinstance(value, str | None):
                raise Refused(500, "oops")
            return super().fits(schema, value)

    position: dict[str, Any] = {
        "type": "array",
        "prefixItems": [{"type": "number", "minimum": -180, "maximum": 180}, {"enum": ["N", "S"]}],
        "items": False,
        "minItems": 2,
    }
    marks = {
        "type": "array",
        "items": {"type": "string", "maxLength": 20},
        "contains": {"const": "main"},
        "maxItems": 4,
    }
    placed = schema("title", "at", title=TITLE, at=position, marks=marks)

    class First(Items):
        """Looks at the first place alone, and at no entry that must be there."""

        SCHEMAS: Mapping[str, Any] = {
            "/items": schema(
                "title",
                "at",
                title=TITLE,
                at={**position, "prefixItems": [position["prefixItems"][0], {}]},
                marks={w: v for w, v in marks.items() if w != "contains"},
            )
        }

    class Placed(of(placed)):  # type: ignore[misc]
        def blank(self, path: str) -> Row:
            return {**super().blank(path), "marks": ["main"]}

    broken = type("Broken", (Placed,), {"SCHEMAS": First.SCHEMAS})
    words = {"defaults": {"marks": "server"}}
    yield Kind("places of an array are told apart", *item(placed, **words), Placed, broken, ("input.bounds",))
    yield Kind("a field is lenient", *item(loose, lenient=["region"]), Loose, Fragile, ("input", "robust"))


def _never() -> Iterator[Kind]:
    flow = schema("title", title=TITLE, status={"enum": ["draft", "open", "closed"], "default": "draft"})

    class Flow(Keeps):
        SCHEMAS: Mapping[str, Any] = {"/items": flow}
        broken = "status"

        def against(self, state: Row, fields: Row, row: Row | None) -> bool:
            return row is not None and row["status"] == "draft" and fields.get("status") == "closed"

    rules = [{"never": {"status": ["draft", "closed"]}}]
    yield Kind("a change is never made", *item(flow, rules=rules), Flow, of(flow), ("input",))


def _reached_by_updates() -> Iterator[Kind]:
    moves = {("draft", "open"), ("open", "closed"), ("closed", "closed")}
    status = {"type": "string", "enum": ["draft", "open", "closed"], "default": "draft"}
    shown = schema("title", title=TITLE, status=status, loud={"type": "boolean", "default": False})
    files = {
        "new.json": {**shown, "properties": {n: shown["properties"][n] for n in ("title", "loud")}},
        "change.json": {**shown, "required": []},
        "item.json": shown,
    }

    class Desk(Items):
        """Every item begins as a draft, and goes on by updates alone."""

        SCHEMAS: Mapping[str, Any] = {"/items": shown}

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            if row is None:
                return super().valid(path, {n: v for n, v in fields.items() if n != "status"}, None)
            return super().valid(path, fields, row)

        def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
            if row is None:
                return
            step = row["status"], state["status"]
            if (step[0] != step[1] and step not in moves) and not self.forgets(row, step):
                raise Refused(422, "is no way on", "status")
            if row["status"] == "closed" and state["title"] != row["title"]:
                raise Refused(422, "is closed", "title")

        def forgets(self, row: Row, step: tuple[str, str]) -> bool:
            return False

    class Opening(Desk):
        def forgets(self, row: Row, step: tuple[str, str]) -> bool:
            return True

    back = [("draft", "closed"), ("open", "draft"), ("closed", "draft"), ("closed", "open")]
    rules: list[dict[str, Any]] = [{"never": {"status": [*step]}} for step in back]
    rules.append({"frozen": ["title"], "when": {"status": "closed"}, "because": "it is closed"})
    contract, _ = item(shown, rules=rules)
    contract["resources"]["item"]["schema"] = {"create": "new.json", "update": "change.json", "response": "item.json"}
    yield Kind("a state is reached by updates alone", contract, files, Desk, Opening, ("input.business-rule",))


def _without_zones() -> Iterator[Kind]:
    moment = {"type": "string", "format": "date-time"}
    dated = schema(
        "title", title=TITLE, due={"anyOf": [moment, {"type": "null"}]}, made_at={**moment, "readOnly": True}
    )

    class Naive(Items):
        """Keeps times in UTC, and shows them without saying so."""

        SCHEMAS: Mapping[str, Any] = {"/items": dated}
        late = timedelta()

        def made(self, path: str, fields: Row) -> Row:
            return {**super().made(path, fields), "made_at": "2026-11-28T09:30:00.125"}

        def show(self, path: str, row: Row) -> Any:
            shown = super().show(path, row)
            if shown.get("due"):
                due = datetime.fromisoformat(shown["due"]).astimezone(UTC).replace(tzinfo=None) + self.late
                shown = {**shown, "due": due.isoformat()}
            return shown

    late = type("Late", (Naive,), {"late": timedelta(hours=1)})
    words = {"open": ["zones"], "volatile": ["made_at"]}
    yield Kind("times have no zone", *item(dated, **words), Naive, late, ("create", "update"))


def _in_zones() -> Iterator[Kind]:
    moment = {"type": ["string", "null"], "format": "date-time"}
    stay = schema("title", title=TITLE, start=moment, end=moment)

    class Stays(Keeps):
        """Keeps moments in the zone in which they come, and compares them by what they are."""

        SCHEMAS: Mapping[str, Any] = {"/items": stay}
        broken = "end"
        as_text = False

        def against(self, state: Row, fields: Row, row: Row | None) -> bool:
            if not state["start"] or not state["end"]:
                return False
            if self.as_text:
                return bool(state["start"] > state["end"])
            return datetime.fromisoformat(state["start"].upper()) > datetime.fromisoformat(state["end"].upper())

    texts = type("Texts", (Stays,), {"as_text": True})
    words = {"rules": [{"ordered": ["start", "end"]}]}
    yield Kind("moments are in order in all zones", *item(stay, **words), Stays, texts, ("input",))


def _long() -> Iterator[Kind]:
    letter = schema("title", title=TITLE, text={"type": ["string", "null"], "maxLength": 400})

    class Lowering(of(letter)):  # type: ignore[misc]
        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            found = super().valid(path, fields, row)
            return {n: v.lower() if isinstance(v, str) and len(v) > 200 else v for n, v in found.items()}

    yield Kind("long text keeps its letters", *item(letter), of(letter), Lowering, ("create", "update"))


def _merging() -> Iterator[Kind]:
    labels = {"type": "object", "maxProperties": 3, "additionalProperties": {"type": "string", "maxLength": 20}}
    box = {
        "type": ["object", "null"],
        "required": ["width"],
        "properties": {
            "width": {"type": "integer", "minimum": 1, "maximum": 9},
            "unit": {"enum": ["mm", "cm"], "default": "cm"},
        },
    }
    parcel = schema("title", title=TITLE, labels={**labels, "default": {}}, box=box)
    patch = "application/merge-patch+json"

    class Patching(Items):
        """Merges what an update says of objects (RFC 7396), and fills in the default of a member."""

        SCHEMAS: Mapping[str, Any] = {"/items": parcel}
        room = 3
        replaced: tuple[str, ...] = ()

        def body(self, request: Request) -> Row:
            if request.method == "PATCH":
                if (request.header("Content-Type") or "").partition(";")[0] != patch:
                    raise Refused(415, "send a merge patch")
                request = replace(request, headers=())
            return super().body(request)

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            if row is not None:
                fields = {n: merged(None if n in self.replaced else row.get(n), v) for n, v in fields.items()}
            found = super().valid(path, fields, row)
            if row is not None and len(found.get("labels") or ()) > self.room:
                raise Refused(400, "has too many", "labels")
            return {**found, "box": {"unit": "cm", **found["box"]}} if found.get("box") else found

    tight = type("Tight", (Patching,), {"room": 2})
    whole = type("Whole", (Patching,), {"replaced": ("labels",)})
    update = {"list": None, "create": None, "read": None, "update": {"media": {"request": patch}}, "delete": None}
    found = item(parcel, operations=update)
    yield Kind("a patch merges into a map with bounds", *found, Patching, tight, ("update.accepts-valid",))
    yield Kind("a patch names some members of a map", *found, Patching, whole, ("update.merges",))

    class Joining(Patching):
        """The members of a map join those that are there, with any JSON."""

        def body(self, request: Request) -> Row:
            return Items.body(self, request)

    tight = type("Tight", (Joining,), {"room": 2})
    labelled = schema("title", title=TITLE, labels={**labels, "default": {}})
    servers = (of(labelled, Joining), of(labelled, tight))
    yield Kind("an update joins members to a map with bounds", *item(labelled), *servers, ("update.accepts-valid",))


def merged(there: Any, patch: Any) -> Any:
    """What a merge patch makes of a value (RFC 7396 §2)."""
    if not isinstance(patch, dict):
        return patch
    before = there if isinstance(there, dict) else {}
    kept = {n: v for n, v in before.items() if n not in patch}
    return {**kept, **{n: merged(before.get(n), v) for n, v in patch.items() if v is not None}}
