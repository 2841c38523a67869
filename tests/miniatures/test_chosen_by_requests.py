"""Creates whose requests choose the id, on a server where others have some: theirs stay, and ours go or are told."""

from __future__ import annotations

import copy
import json
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests import forked
from tests.miniatures.kinds_chosen import ByPath, ByQuery, Chosen, Losing, Numbering, kinds
from tests.openapi.honest import Service, serving

from restproof.contract.load import check
from restproof.wire.message import Request

CONTRACTS = [kind.contract for kind in kinds()]


class Spoken(Service):
    """A miniature, as what speaks HTTP takes it."""

    def __init__(self, shop: Chosen) -> None:
        super().__init__({})
        self.shop = shop

    def answer(self, method: str, target: str, headers: Message, text: bytes) -> tuple[int, Any, list[str]]:
        with self.lock:
            status, data, fields = self.shop(Request(method, target, (), tuple(headers.items()), text or None))
        allowed = dict(fields).get("Allow", "").split(", ")
        return status, json.loads(data) if data else None, allowed


def written(folder: Path, contract: Any, schema: Any) -> Path:
    made = folder / "contracts" / "mini"
    made.mkdir(parents=True)
    (made / "contract.yaml").write_text(yaml.safe_dump({**contract, "auth": {"scheme": "none"}}))
    (folder / "schemas" / "mini").mkdir(parents=True)
    (folder / "schemas" / "mini" / "item.json").write_text(json.dumps(schema))
    return made


@pytest.mark.parametrize(
    ("shop", "contract", "code"),
    [(ByPath, 0, 0), (Losing, 0, 1), (ByQuery, 1, 0), (Numbering, 1, 1)],
    ids=["by its path", "lost", "by a parameter", "passed over"],
)
def test_what_others_have_stays_and_what_is_ours_goes_or_is_told(
    shop: type[Chosen], contract: int, code: int, tmp_path: Path
) -> None:
    server = shop()
    others = copy.deepcopy(server.rows["/items"])
    written(tmp_path, CONTRACTS[contract], shop.SCHEMAS["/items"])
    with serving(Spoken(server)) as url:
        only = [word for rule in ("create", "delete.answers", "update.persists") for word in ("--only", rule)]
        words = ["run", "mini", "-q", "--target", url, "--profile", "smoke", *only, "--out", str(tmp_path / "run")]
        told = forked.run("restproof", words, cwd=tmp_path, timeout=120)
    assert told.returncode == code, told.stdout + told.stderr
    rows = server.rows["/items"]
    assert {id: row for id, row in rows.items() if id in others} == others
    if rows.keys() != others.keys():
        assert "left on the target" in told.stdout


def test_a_body_that_may_hold_the_id_as_well_is_refused(tmp_path: Path) -> None:
    schema = {**Chosen.SCHEMAS["/items"]}
    schema["properties"] = {**schema["properties"], "id": {"type": "string"}}
    (problem,) = check(written(tmp_path, CONTRACTS[0], schema))
    assert "a create names the id, and its body may hold one too" in str(problem)


def test_what_the_server_numbers_has_no_id_before_it_is_made(tmp_path: Path) -> None:
    contract = copy.deepcopy(CONTRACTS[1])
    del contract["resources"]["item"]["id"]
    (problem,) = check(written(tmp_path, contract, Chosen.SCHEMAS["/items"]))
    assert "the create names the id of one item" in str(problem)
    assert "chosen_by: client" in str(problem)
