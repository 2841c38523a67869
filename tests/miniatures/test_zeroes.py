"""Creates that are refused for a number which they leave out: what needs something made is proven all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.kinds_makes import AGED, Zeroing


def test_what_is_made_with_every_field_is_proven_and_the_small_body_is_told(tmp_path: Path) -> None:
    verdict = bench.run(Zeroing(), *item(AGED, open=["rules"]), tmp_path)
    passed = {(r.requirement, r.operation) for r in verdict.results if r.outcome == "pass"}
    assert passed >= {
        *((name, "update") for name in ("update.answers-ok", "update.only-named", "input.bounds")),
        *((name, "delete") for name in ("delete.is-gone", "delete.siblings", "delete.unlisted")),
        *((name, "list") for name in ("list.answers-ok", "list.entry-agrees")),
    }
    told = {str(r.message) for r in verdict.results if (r.requirement, r.operation) == ("input.bounds", "create")}
    assert len(told) == 1
    assert "one with every field is accepted: say what a create has to hold" in told.pop()


def test_without_a_word_on_rules_the_small_body_is_accused(tmp_path: Path) -> None:
    verdict = bench.run(Zeroing(), *item(AGED), tmp_path)
    assert {c.requirement for c in verdict.causes} >= {"create.answers-created"}
    assert not {c.requirement for c in verdict.causes} & {"update.answers-ok", "delete.is-gone", "read.answers-ok"}


REF = {"type": ["integer", "null"]}
OF_ITSELF = {**AGED, "properties": {**AGED["properties"], "parent_item": REF}}
OF_A_HALL = {**AGED, "properties": {**AGED["properties"], "hall": REF}}
OF_AN_ITEM = {**AGED, "properties": {**AGED["properties"], "of": {"type": "object", "properties": {"item": REF}}}}


@pytest.mark.parametrize("small", [Zeroing, Items])
@pytest.mark.parametrize("schemas", [(OF_ITSELF,), (OF_A_HALL, OF_AN_ITEM)])
def test_what_may_name_its_like_is_made_without(
    schemas: tuple[dict[str, Any], ...], small: type[Items], tmp_path: Path
) -> None:
    """``Items`` take a body without anything, and need nothing: then all that can be sent is."""
    schemas = schemas if small is Zeroing else tuple({**s, "required": []} for s in schemas)
    contract, files = item(schemas[0], open=["rules"])
    contract["resources"]["item"]["references"] = {
        name: {"to": to} for name, to in (("parent_item", "item"), ("hall", "hall")) if name in schemas[0]["properties"]
    }
    if len(schemas) > 1:
        inside = {"of.item": {"to": "item"}}
        contract["resources"]["hall"] = {
            "path": "/halls",
            "schema": "hall.json",
            "open": ["rules"],
            "references": inside,
        }
        files["hall.json"] = schemas[1]
    server = type("Round", (small,), {"SCHEMAS": {"/items": schemas[0], "/halls": schemas[-1]}})()
    verdict = bench.run(server, contract, files, tmp_path, only=("read.answers-ok", "update.answers-ok"))
    assert {r.outcome for r in verdict.results} == {"pass"}
