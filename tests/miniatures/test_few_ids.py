"""Resources whose clients choose ids of which there are few: codes of languages, some of them taken by others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

CODES = [a + b for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]


def schema(codes: list[str] | None) -> dict[str, Any]:
    code = {"enum": codes} if codes else {"type": "string", "pattern": "^[a-z]{2}$"}
    weight = {"type": "integer", "minimum": 0, "maximum": 100}
    note = {"type": ["string", "null"], "maxLength": 80}
    properties = {"id": code, "weight": weight, "note": note, "formal": {"type": ["boolean", "null"]}}
    return {"type": "object", "required": ["weight"], "properties": properties}


class Languages(Items):
    """Made by PUT; each third code is taken by others."""

    SCHEMAS: Mapping[str, Any] = {"/items": schema(None)}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }
    KNOWN: tuple[str, ...] = tuple(CODES)
    TAKEN: tuple[str, ...] = tuple(CODES[::3])

    def __init__(self) -> None:
        super().__init__()
        self.rows["/items"] = {
            code: {"id": code, "weight": 7, "note": "others'", "formal": None} for code in self.TAKEN
        }

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        if id not in self.KNOWN:
            raise Refused(404, "no such language")
        is_new = id not in self.rows[path]
        row = {**self.blank(path), **self.valid(path, {"id": id, **fields}, None)}
        self.rows[path][id] = {**row, "id": id}
        return Answer(201 if is_new else 200, self.rows[path][id])


class Five(Languages):
    """There are five codes, and nobody has one."""

    SCHEMAS: Mapping[str, Any] = {"/items": schema(["de", "en", "es", "fr", "it"])}
    KNOWN = ("de", "en", "es", "fr", "it")
    TAKEN = ()


class Posted(Languages):
    """Made by POST, with the code in the body."""

    SCHEMAS: Mapping[str, Any] = {"/items": {**schema(None), "required": ["id", "weight"]}}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PATCH": "update", "DELETE": "delete"},
    }

    def do_create(self, path: str, fields: Row) -> Answer:
        row = {**self.blank(path), **self.valid(path, fields, None)}
        if row["id"] in self.rows[path]:
            raise Refused(409, "is taken", "id")
        self.rows[path][row["id"]] = row
        return Answer(201, row)

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        return super().do_update(path, id, {n: v for n, v in fields.items() if n != "id"})


class Kept(Languages):
    """A PUT keeps whether it is formal where it does not say so."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        before = self.rows[path].get(id, {})
        found = super().do_replace(path, id, fields)
        if "formal" not in fields and before:
            self.rows[path][id]["formal"] = before["formal"]
        return found


@pytest.mark.parametrize(
    ("server", "told"), [(Languages, set()), (Five, set()), (Posted, set()), (Kept, {"replace.answers"})]
)
def test_what_has_an_id_already_is_left_alone_and_told_of_nobody(
    server: type[Languages], told: set[str], tmp_path: Path
) -> None:
    by_put = server is not Posted
    ways = ["list", "read", "replace", "delete"] if by_put else ["list", "create", "read", "update", "delete"]
    unique = {} if by_put else {"unique": ["id"]}
    words = item(
        dict(server.SCHEMAS["/items"]),
        id={"field": "id", "type": "string", "chosen_by": "client"},
        operations=ways,
        statuses={"invalid": 400, "unsupported": 405},
        **unique,
    )
    honest = server()
    verdict = bench.run(honest, *words, tmp_path, profile="ci")
    assert {r.requirement for r in verdict.results if r.outcome in ("fail", "error")} == told
    others = [honest.rows["/items"].get(code) for code in server.TAKEN]
    assert others == [{"id": code, "weight": 7, "note": "others'", "formal": None} for code in server.TAKEN]
    assert sum(r.outcome == "pass" for r in verdict.results) > 40
