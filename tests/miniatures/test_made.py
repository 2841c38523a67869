"""What a create answers wrongly is told of creates: no other rule takes it for the state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Row

from restproof.wire.message import Request


class Early(Items):
    """A create answers before what was left out has its value."""

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {**row, "note": row["note"] or "none"}

    def do_create(self, path: str, fields: Row) -> Answer:
        answer = super().do_create(path, fields)
        answer.body = {**answer.body, "note": fields.get("note")}
        return answer


class Careless(Early):
    """What is refused for its media type is stored all the same."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if request.method == "PATCH" and "json" not in (request.header("Content-Type") or ""):
            for row in self.rows["/items"].values():
                row["size"] = 999
        return super().answer(request, path, query)


@pytest.mark.parametrize("profile", ["smoke", "ci"])
def test_an_answer_to_a_create_that_no_read_shows_accuses_creates_alone(profile: str, tmp_path: Path) -> None:
    found = bench.run(Early(), *item(), tmp_path, profile=profile)
    told = {r.requirement for r in found.results if r.outcome in ("fail", "error")}
    assert told == {"create.reads-back", "create.defaults", "create.accepts-valid"}
    blocked = {r.requirement for r in found.results if r.outcome == "blocked"}
    assert blocked <= {"update.only-named", "lifecycle.model"}


def test_what_changes_after_such_a_create_is_told_all_the_same(tmp_path: Path) -> None:
    found = bench.run(Careless(), *item(), tmp_path, profile="ci", only=("media",))
    assert {r.requirement for r in found.results if r.outcome == "fail"} == {"media.foreign-body"}


def test_what_is_beside_a_replace_is_not_accused_of_such_a_create(tmp_path: Path) -> None:
    collection, one = {"GET": "list", "POST": "create"}, {"GET": "read", "PUT": "replace", "DELETE": "delete"}
    verbs = {"collection": collection, "item": one}

    class Replacing(Early):
        VERBS = verbs

    operations = ["list", "create", "read", "replace", "delete"]
    found = bench.run(Replacing(), *item(operations=operations), tmp_path, profile="ci")
    told = {r.requirement for r in found.results if r.outcome in ("fail", "error")}
    assert told == {"create.reads-back", "create.defaults", "create.accepts-valid"}
    assert "replace.siblings" in {r.requirement for r in found.results if r.outcome == "blocked"}
