"""Members that a body needs and no schema describes: of those any value is valid, and without one no body is."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind
from tests.openapi.honest import When
from tests.openapi.test_directions import accused, honest, of
from tests.openapi.unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, contract, resource

from restproof.plan.bodies import Bodies

WRONG = {"400": {"description": "wrong"}}


def needing(*names: str, shown: Document = BOX, **more: Any) -> Document:
    """The paths of boxes of which a create needs members of those names, too."""
    asked = {**SENT, "required": ["label", *names], **more}
    return boxes(call(shown, asked, 201, others=WRONG), get=call(shown, others={"404": WRONG["400"]}))


def taking_anything() -> Kind:
    """Boxes that need slots, which may be any value of JSON."""

    def is_json(value: Any) -> bool:
        with suppress(ValueError):
            return bool(json.dumps(value, allow_nan=False))
        return False

    kind = honest()
    return replace(kind, required=("label", "slots"), fields={**kind.fields, "slots": When(is_json, null=True)})


def test_it_is_sent(tmp_path: Path) -> None:
    found = contract(tmp_path, needing("slots"))
    assert "slots" in Bodies(found, found.resources["box"]).minimal()


def test_a_server_that_needs_it_and_takes_anything_is_not_accused(tmp_path: Path) -> None:
    kind = replace(taking_anything(), shown=lambda item: {n: v for n, v in item.items() if n != "slots"})
    assert accused(tmp_path, needing("slots"), lambda: of(kind)) == []


def test_a_server_that_shows_it_all_the_same_is_not_accused(tmp_path: Path) -> None:
    assert accused(tmp_path, needing("slots"), lambda: of(taking_anything())) == []


@pytest.mark.parametrize("name", ["id", "made_at"])
def test_what_answers_show_is_left_to_the_server(name: str, tmp_path: Path) -> None:
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, "made_at": TEXT}}
    found = resource(tmp_path, "box", needing(name, shown=shown))
    assert found.shapes.request("create")["required"] == ["label"]


def test_other_members_than_those_described_say_what_it_holds(tmp_path: Path) -> None:
    found = resource(tmp_path, "box", needing("slots", additionalProperties={"type": "integer"}))
    assert found.shapes.request("create")["properties"]["slots"]["type"] == "integer"


@pytest.mark.parametrize("word", [{"additionalProperties": False}, {"patternProperties": {"^s": TEXT}}])
def test_a_create_that_cannot_be_kept_is_left_out(word: Document, tmp_path: Path) -> None:
    found = contract(tmp_path, needing("slots", **word))
    assert not found.resources["box"].supports("create")
    assert "slots: it is needed" in (tmp_path / "contract/contract.yaml").read_text()
