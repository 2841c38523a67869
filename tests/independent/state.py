"""What the server remembers, and how it shows it."""

from __future__ import annotations

import datetime
import random
import time
from dataclasses import dataclass, field
from typing import Any

from .resources import KINDS, Field, Kind
from .seeded import on
from .variety import Variety


class Refused(Exception):
    """A request that is turned down: status, the field at fault and why."""

    def __init__(self, status: int, why: str, field_name: str = "base") -> None:
        super().__init__(why)
        self.status, self.why, self.field_name = status, why, field_name


@dataclass
class Row:
    """One resource. ``home``: the id of its company, or of its project."""

    kind: Kind
    id: int
    home: int
    values: dict[str, Any]
    created: int
    updated: int
    serial: int = 0
    questions: list[dict[str, Any]] = field(default_factory=list)
    first_seen: dict[str, Any] = field(default_factory=dict)
    nested: dict[tuple[str, int], str] = field(default_factory=dict)


def instant(seconds: int) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class State:
    """All resources of one server."""

    def __init__(self, companies: dict[int, str], variety: Variety) -> None:
        self.variety = variety
        self.rows: dict[str, dict[int, Row]] = {name: {} for name in KINDS}
        self.random = random.Random()
        self.freed: list[int] = []
        self.serial = 0
        self.burnt: set[tuple[str, int, str]] = set()
        self.stale: dict[tuple[str, int], dict[str, Any]] = {}
        self.ghosts: dict[int, Row] = {}
        for id, name in companies.items():
            self.rows["company"][id] = Row(KINDS["company"], id, 0, {"name": name, "is_active": id != 6}, 0, 0)

    def now(self) -> float:
        """The time by the server's clock."""
        return time.time() + self.variety.clock

    # ------------------------------------------------------------------ finding

    def find(self, kind: Kind, home: int, id: int) -> Row | None:
        """The resource of that id below that parent; raises where it is below another."""
        row = self.rows[kind.name].get(id)
        if row is None:
            return None
        if row.home != home:
            raise Refused(self.variety.stray_status, "not here", "id")
        return row

    def under(self, kind: Kind, home: int) -> list[Row]:
        return [r for r in self.rows[kind.name].values() if r.home == home]

    # ------------------------------------------------------------------ showing

    def shown(self, row: Row, *, listed: bool = False) -> dict[str, Any]:
        """The representation of a resource."""
        kind, values = row.kind, row.values
        if kind.name == "company":
            return {"id": row.id, "name": values["name"], "is_active": values["is_active"]}
        found: dict[str, Any] = {"id": row.id}
        if kind.name == "project":
            number = values["project_number"]
            found["logo_url"] = "" if row.id % 2 else f"https://logos.example/{row.id}.png"
            if on("display-name-null"):
                found["display_name"] = f"{number} - {values['name']}"
            elif on("display-name-empty"):
                found["display_name"] = values["name"] if number is None else f"{number} - {values['name']}"
            elif on("display-name-swapped"):
                found["display_name"] = f"{values['name']} - {number}" if number else values["name"]
            else:
                found["display_name"] = f"{number} - {values['name']}" if number else values["name"]
            if on("display-name-stale"):
                found["display_name"] = row.first_seen.setdefault("display_name", found["display_name"])
        for name, spec in kind.fields.items():
            if spec.kind == "id":
                found[name.removesuffix("_id")] = self._named(row, spec, values[name])
            elif spec.kind == "ids":
                found["departments"] = [s for i in values[name] if (s := self._named(row, spec, i))]
            elif spec.kind == "number" and self.variety.floats and values[name] is not None:
                found[name] = float(values[name])
            elif spec.kind != "question":
                found[name] = values[name]
        if kind.name == "rfi":
            number = f"RFI-{row.serial}" if self.variety.extra_fields else str(row.serial)
            found["number"] = values.get("number", number)
            found["questions"] = row.questions
        if kind.name in ("project", "rfi"):
            found |= {"created_at": instant(row.created), "updated_at": instant(row.updated)}
        if self.variety.extra_fields:
            found |= {"lock_version": row.updated, "links": {"self": f"/{kind.collection}/{row.id}"}}
            if not listed:
                found["etag"] = f"w-{row.id}"
        elif listed:
            found["position"] = row.serial
        return self._spoilt(row, found, listed)

    def _named(self, row: Row, spec: Field, id: int | None) -> dict[str, Any] | None:
        if id is None:
            return None
        other = self.rows[spec.to].get(id)
        if other is None:
            return {"id": id, "name": row.nested.get((spec.to, id), "")} if on("dangling") else None
        row.nested[spec.to, id] = other.values["name"]
        return {"id": id, "name": other.values["name"]}

    def _spoilt(self, row: Row, found: dict[str, Any], listed: bool) -> dict[str, Any]:
        kind = row.kind.name
        if on("absent-empty-text") and kind == "office" and found["fax"] is None:
            found["fax"] = ""
        if on("null-array") and kind == "project" and not found["departments"]:
            found["departments"] = None
        if on("text-id-listed") and listed and kind == "program":
            found["id"] = str(row.id)
        if on("text-id") and kind == "rfi":
            found["id"] = str(row.id)
        if on("number-as-integer") and kind == "rfi":
            found["number"] = row.serial
        if on("latitude-as-text") and kind == "project" and found["latitude"] is not None:
            found["latitude"] = str(found["latitude"])
        if on("boolean-as-integer") and kind == "project_stage":
            found["is_bidding_stage"] = int(found["is_bidding_stage"])
        if on("fraction-seconds") and kind == "rfi":
            found["created_at"] = found["created_at"].replace("Z", ".000Z")
        if on("offset-times") and kind == "project":
            found["updated_at"] = found["updated_at"].replace("Z", "+00:00")
        if on("listed-sparse") and listed and kind == "project":
            del found["departments"], found["public_notes"]
        if on("listed-cut") and listed and kind == "project" and found["description"]:
            found["description"] = found["description"][:20]
        if on("listed-private-false") and listed and kind == "rfi":
            found["private"] = False
        if on("field-dropped-null") and kind == "office":
            found = {n: v for n, v in found.items() if v is not None}
        if on("logo-missing") and kind == "project":
            del found["logo_url"]
        if on("departments-shuffled") and kind == "project" and not listed:
            found["departments"] = self.random.sample(found["departments"], len(found["departments"]))
        return found
