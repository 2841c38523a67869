"""Creates that are answered with 303, as a form of a page is: the answer leads to what was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Row, Shop


class Leading(Items):
    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        return Answer(303, None, {"Location": f"{path}/{made.body['id']}"})


class Forgetting(Leading):
    """The note of a create is lost."""

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "note": None}


OPERATIONS: dict[str, Any] = {
    "list": {},
    "create": {"statuses": {"created": 303}, "returns": "minimal"},
    "read": {},
    "update": {},
    "delete": {},
}


@pytest.mark.parametrize(
    ("server", "told"), [(Leading, set()), (Forgetting, {"create.reads-back", "create.accepts-valid"})]
)
def test_what_a_create_leads_to_was_made(server: type[Shop], told: set[str], tmp_path: Path) -> None:
    words = item(operations=OPERATIONS, contract={"policies": ["create.location"]})
    only = ("create", "update", "read", "delete", "robust.hostile-body")
    results = bench.run(server(), *words, tmp_path, only=only, profile="ci").results
    assert {r.requirement for r in results if r.outcome == "fail"} == told
    assert not [r.item for r in results if r.outcome == "blocked"]


def test_where_no_contract_says_so_it_is_no_success(tmp_path: Path) -> None:
    results = bench.run(Leading(), *item(), tmp_path, only=("create.answers-created", "update")).results
    assert {r.outcome for r in results if r.requirement == "create.answers-created"} == {"fail"}
    assert "blocked" in {r.outcome for r in results if r.operation == "update"}
