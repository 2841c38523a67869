"""The answer to a write may show what was sent, and is not what stays: what is told of others goes by what a look has
shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import item, schema
from tests.miniatures.server import Answer, Row, Shop

TITLE = {"type": "string", "minLength": 1, "maxLength": 60}
FLOW = schema("title", title=TITLE, shared={"type": "array", "items": {"type": "string"}})
RULES = ("create.siblings", "delete.siblings", "replace.siblings")


class Echo(Shop):
    """Says that it shares what it makes with whoever is named, and shares it with its owner alone."""

    SCHEMAS: Mapping[str, Any] = {"/items": FLOW}
    VERBS: Mapping[str, Mapping[str, str]] = {
        **Shop.VERBS,
        "item": {"GET": "read", "PATCH": "update", "PUT": "replace", "DELETE": "delete"},
    }

    def do_create(self, path: str, fields: Row) -> Answer:
        told = super().do_create(path, fields)
        self.rows[path][told.body["id"]]["shared"] = ["owner"]
        return told

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        return {**super().valid(path, fields, row), **({"shared": ["owner"]} if row is not None else {})}


class Neighbours(Echo):
    """Whatever is written, another one is renamed by it."""

    def do_create(self, path: str, fields: Row) -> Answer:
        self.rename()
        return super().do_create(path, fields)

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        self.rename()

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        self.rename(int(id))
        return super().do_replace(path, id, fields)

    def rename(self, but: int = 0) -> None:
        for row in self.rows["/items"].values():
            row["title"] = row["title"] if row["id"] == but else "renamed"


class Unsharing(Echo):
    """A delete takes from all others what their creates have shown otherwise anyway."""

    def removed(self, path: str, row: Row) -> None:
        super().removed(path, row)
        for other in self.rows[path].values():
            other["shared"] = []


@pytest.mark.parametrize(("server", "outcome"), [(Echo, "pass"), (Neighbours, "fail")])
def test_what_others_are_is_what_a_look_shows(server: type[Shop], outcome: str, tmp_path: Path) -> None:
    contract, files = item(operations=["list", "create", "read", "update", "replace", "delete"], open=["replace"])
    schemas = dict.fromkeys(files, FLOW)
    found = bench.run(server(), contract, schemas, tmp_path, only=RULES)
    told = {r.requirement: r.outcome for r in found.results}
    assert {rule: told[rule] for rule in RULES} == dict.fromkeys(RULES, outcome)


def test_what_a_look_has_shown_stays_whatever_creates_show(tmp_path: Path) -> None:
    contract, files = item()
    for server, outcome in ((Echo(), "pass"), (Unsharing(), "fail")):
        schemas = dict.fromkeys(files, FLOW)
        found = bench.run(server, contract, schemas, tmp_path / outcome, only=("delete.siblings",))
        assert {r.outcome for r in found.results} == {outcome}
