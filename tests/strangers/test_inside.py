"""What bodies name inside of their fields, as an order names products in its lines, is nobody's either."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.semantics.inner import referring
from restproof.wire.failure import NotProven
from restproof.wire.places import Spot
from restproof.wire.proof import Marks
from restproof.wire.ticket import lasting

from .bench import Bench
from .harness import Plan, begin
from .server import Server, listening

PLACES = {"about.office_id": "office", "lines[].office_id": "office"}
PREFIX = "rpabcdef"


@pytest.fixture
def inside(plan: Plan) -> Plan:
    """Notes name offices in an object and in the entries of an array."""
    note = replace(plan.contract.resources["note"], references={}, inner_references=PLACES)
    return replace(plan, contract=replace(plan.contract, resources={**plan.contract.resources, "note": note}))


@pytest.mark.parametrize(
    "fields",
    [
        lambda id: {"about": {"office_id": id}},
        lambda id: {"about": {"office_id": str(id)}},
        lambda id: {"lines": [{"office_id": id}]},
        lambda id: {"lines": {"office_id": id}},
        lambda id: {"about": id},
        lambda id: {"lines": [[id]]},
    ],
)
def test_no_id_inside_of_a_field_names_somebody(
    inside: Plan, tmp_path: Path, fields: Callable[[int], dict[str, Any]]
) -> None:
    server = Server()
    with listening(server) as url:
        made = Bench(server, begin(inside, url, tmp_path), inside)
        for theirs in (17, 400):
            with pytest.raises(NotProven, match=f"names office {theirs}"):
                made.send("POST", "/notes", {"text": made.token(), **fields(theirs)})
        for free in (made.office(), 100_000):
            assert made.send("POST", "/notes", {"text": made.token(), **fields(free)}).status == 201
    assert server.harm() == []


def test_what_an_update_has_left_without_the_mark_that_stood_beside_ids_is_deleted(
    inside: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark stands in a text of the lines, which name offices, and an update writes other lines."""
    server = Server()
    monkeypatch.setattr(server, "fields", lambda asked: dict(asked.body))
    with listening(server) as url:
        made = Bench(server, begin(inside, url, tmp_path), inside)
        lines = [{"office_id": made.office(), "text": made.token()}]
        sent = made.send("POST", "/notes", {"text": "plain", "lines": lines})
        assert sent.response is not None
        id = sent.response.json["id"]
        assert made.send("PATCH", f"/notes/{id}", {"lines": [{**lines[0], "text": "plain"}]}).status == 200
        assert made.send("PATCH", f"/notes/{id}", {"lines": [{**lines[0], "text": "plainer"}]}).status == 200
        assert made.clean_up() == []
    assert (server.ours(), server.harm()) == ({}, [])


def test_a_token_of_what_is_named_inside_proves_nothing(inside: Plan) -> None:
    note, marks = inside.contract.resources["note"], Marks(PREFIX)
    token, other = f"{PREFIX}00001", f"{PREFIX}00002"
    body = {"text": "plain", "lines": [{"office_id": token, "for": other}]}
    assert marks.of(note, [body], body, json.dumps(body).encode()) == (("lines", other),)


def test_what_a_body_names_inside_may_be_shown_otherwise(inside: Plan) -> None:
    """With the name of what it names beside the id, or not at all when that is gone."""
    note = inside.contract.resources["note"]
    assert referring(note) == {"about", "lines"}
    assert lasting(Spot(note, (), None), [{"text": "plain", "about": {"office_id": 5}}]) == {"text": "plain"}
    assert lasting(Spot(note, (), None), [{"about": {"office_id": 5}}]) == {"about": {"office_id": 5}}
