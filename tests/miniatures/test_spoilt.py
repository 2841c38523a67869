"""A server that keeps what it cannot show fails for everybody who lists it: such creates end with the first."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import schema
from tests.miniatures.server import Answer, Refused, Row, Shop

NOTE = schema("title", title={"type": "string", "maxLength": 60}, text={"type": "string", "maxLength": 200})
WORDS = {word: {"type": "string"} for word in ("en", "de")}
NAMES = ("note", "page", "leaf")
RULES = ("list.shape", "robust.hostile-text", "robust.hostile-body")


def has_surrogates(value: Any) -> bool:
    return re.search(r"\\ud[89a-f]", json.dumps(value)) is not None


class Frail(Shop):
    """Stores a lone surrogate, and fails to write it down."""

    SCHEMAS: Mapping[str, Any] = {f"/{name}s": NOTE for name in NAMES}

    def shown(self, answer: Answer) -> Answer:
        rows = answer.body if isinstance(answer.body, list) else [answer.body]
        return Answer(500, {"error": "no"}) if any(map(has_surrogates, rows)) else answer

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return self.shown(super().do_list(path, query))

    def do_create(self, path: str, fields: Row) -> Answer:
        return self.shown(super().do_create(path, fields))

    def spoilt(self) -> int:
        return sum(has_surrogates(row) for rows in self.rows.values() for row in rows.values())


class Undone(Frail):
    """Fails as well, and keeps nothing of it."""

    def do_create(self, path: str, fields: Row) -> Answer:
        answer = super().do_create(path, fields)
        self.rows[path] = {id: row for id, row in self.rows[path].items() if not has_surrogates(row)}
        return answer


class Broken(Undone):
    """One of its lists fails, whatever it holds."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return Answer(500, {"error": "no"}) if path == "/notes" else super().do_list(path, query)


class Strict(Frail):
    """Its lists fail as well at each parameter that they do not know."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return Answer(500, {"error": "no"}) if query.keys() - {"page", "per_page"} else super().do_list(path, query)


@pytest.mark.parametrize(
    ("server", "spoilt", "failing"), [(Frail, 1, 1), (Undone, 0, 3), (Broken, 0, 3), (Strict, 1, 1)]
)
def test_a_list_is_spoilt_once(server: type[Frail], spoilt: int, failing: int, tmp_path: Path) -> None:
    resources = {name: {"path": f"/{name}s", "schema": "note.json", "operations": ["list", "create"]} for name in NAMES}
    shop, rules = server(), (*RULES, "robust.hostile-query")
    found = bench.run(shop, {"contract": "mini", "resources": resources}, {"note.json": NOTE}, tmp_path, only=rules)
    told = [r for r in found.results if r.requirement == "robust.hostile-text" and r.outcome == "fail"]
    assert (shop.spoilt(), len(told)) == (spoilt, failing)


class Worded(Frail):
    """Texts in several languages, in one object."""

    SCHEMAS: Mapping[str, Any] = {"/notes": schema("title", title={"type": "object", "properties": WORDS})}

    def __init__(self) -> None:
        super().__init__()
        self.created = 0
        """Creates that held what spoils a list."""

    def do_create(self, path: str, fields: Row) -> Answer:
        self.created += has_surrogates(fields)
        return super().do_create(path, fields)

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        return self.shown(super().do_update(path, id, fields))

    def do_read(self, path: str, id: str) -> Answer:
        return self.shown(super().do_read(path, id))


class Careful(Worded):
    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        if has_surrogates(fields):
            raise Refused(400, "is no text", "title")
        return super().valid(path, fields, row)


@pytest.mark.parametrize(("server", "outcome"), [(Worded, "fail"), (Careful, "pass")])
def test_what_only_an_update_need_spoil_is_in_no_create(server: type[Worded], outcome: str, tmp_path: Path) -> None:
    resources = {"note": {"path": "/notes", "schema": "note.json"}}
    shop, files = server(), {"note.json": server.SCHEMAS["/notes"]}
    found = bench.run(shop, {"contract": "mini", "resources": resources}, files, tmp_path, only=RULES[1:2])
    told = {r.operation: r.outcome for r in found.results if r.requirement == "robust.hostile-text"}
    assert (shop.created, told["update"]) == (0, outcome)


class Heavy(Shop):
    """Stores a weight that it cannot show, and fails for everybody who lists what there is."""

    SCHEMAS: Mapping[str, Any] = {
        "/notes": schema(
            "title",
            title={"type": "string", "maxLength": 60},
            weight={"type": "integer", "minimum": 0, "maximum": 1000},
            mass={"type": "integer", "minimum": 0, "maximum": 1000},
        )
    }
    keeps = True

    def __init__(self) -> None:
        super().__init__()
        self.failed = 0
        """Creates at which it failed."""

    @staticmethod
    def is_heavy(row: Row) -> bool:
        return any(isinstance(row.get(n), int) and row[n] > 100 for n in ("weight", "mass"))

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        failing = self.keeps and any(map(self.is_heavy, self.rows[path].values()))
        return Answer(500, {"error": "no"}) if failing else super().do_list(path, query)

    def do_create(self, path: str, fields: Row) -> Answer:
        answer = super().do_create(path, fields)
        if not (isinstance(answer.body, dict) and self.is_heavy(answer.body)):
            return answer
        self.failed += 1
        if not self.keeps:
            self.rows[path] = {id: row for id, row in self.rows[path].items() if not self.is_heavy(row)}
        return Answer(500, {"error": "no"})


class Light(Heavy):
    """Fails as well, and keeps nothing of it."""

    keeps = False


@pytest.mark.parametrize(("server", "most"), [(Heavy, 1), (Light, 99)])
def test_no_create_holds_what_is_new_when_one_has_spoilt_its_list(
    server: type[Heavy], most: int, tmp_path: Path
) -> None:
    resources = {"note": {"path": "/notes", "schema": "note.json"}}
    shop, files = server(), {"note.json": server.SCHEMAS["/notes"]}
    found = bench.run(shop, {"contract": "mini", "resources": resources}, files, tmp_path, profile="ci")
    told = {r.requirement for r in found.results if r.outcome == "fail"}
    assert ("robust.no-5xx" in told, min(shop.failed, 2)) == (True, min(most, 2)), (told, shop.failed)
    unsent = [r for r in found.results if "no other one is sent that holds what none has held" in r.message]
    assert bool(unsent) is (most == 1)
