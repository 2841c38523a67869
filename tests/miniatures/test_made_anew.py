"""Entries that take the place of others are other ones: the server gives them ids and its own defaults. And what a
create makes may be named by its first version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Row

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1, "maxLength": 60},
        "lines": {
            "type": "array",
            "maxItems": 5,
            "items": {
                "type": "object",
                "required": ["count"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "count": {"type": "integer", "minimum": 1, "maximum": 50},
                    "taxed": {"type": "boolean"},
                },
            },
        },
    },
}


class Orders(Items):
    """Each write of the lines makes new ones, which are taxed where nothing else is said."""

    SCHEMAS: Mapping[str, Any] = {"/items": ORDER}
    lines = 0

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        kept = super().valid(path, fields, row)
        if "lines" in fields:
            old = row.get("lines") or [] if row else []
            kept["lines"] = [self.line(line, old[n : n + 1]) for n, line in enumerate(fields["lines"])]
        return kept

    def line(self, line: Row, old: list[Row]) -> Row:
        self.lines += 1
        return {"taxed": True, **line, "id": self.lines}


class Adding(Orders):
    """The same update again counts one more."""

    def line(self, line: Row, old: list[Row]) -> Row:
        made = super().line(line, old)
        return {**made, "count": line["count"] + any(line["count"] == one["count"] for one in old)}


class Mixing(Orders):
    """What a new line does not say stays as the old one had it."""

    def line(self, line: Row, old: list[Row]) -> Row:
        return {**super().line(line, old), **{n: v for one in old for n, v in one.items() if n == "taxed"}, **line}


class Versions(Items):
    """Location names the first version of what was made."""

    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        return Answer(made.status, made.body, {"Location": f"{self.named(path, made.body['id'])}/versions/1"})

    def named(self, path: str, id: Any) -> str:
        return f"{path}/{id}"


class OfAnother(Versions):
    """The version is of another one, whose id begins in the same way."""

    def named(self, path: str, id: Any) -> str:
        return f"{path}/{id}0"


@pytest.mark.parametrize(
    ("server", "rule", "is_right"),
    [
        (Orders, "update.idempotent", True),
        (Adding, "update.idempotent", False),
        (Orders, "update.replaces-arrays", True),
        (Mixing, "update.replaces-arrays", False),
    ],
)
def test_entries_that_are_made_anew_are_no_other_state(
    server: type[Items], rule: str, is_right: bool, tmp_path: Path
) -> None:
    found = bench.run(server(), *item(ORDER, responses="sparse"), tmp_path, only=(rule,), profile="ci")
    assert {r.outcome for r in found.results} == {"pass" if is_right else "fail"}


@pytest.mark.parametrize(("server", "is_right"), [(Versions, True), (OfAnother, False)])
def test_location_may_lead_to_a_version(server: type[Items], is_right: bool, tmp_path: Path) -> None:
    words = item(contract={"policies": ["create.location"]})
    found = bench.run(server(), *words, tmp_path, only=("create.location",), profile="ci")
    assert {r.outcome for r in found.results} == {"pass" if is_right else "fail"}
