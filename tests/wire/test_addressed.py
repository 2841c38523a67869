"""Requests whose id stands elsewhere than in their path, as they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.wire.addressed import Addressed
from restproof.wire.failure import Unsayable
from restproof.wire.message import Request

CONTRACT = """\
contract: elsewhere
resources:
  note: {path: /notes, item_path: "/note?id={id}", schema: note.json}
  task:
    path: /tasks
    schema: note.json
    operations:
      list:
      create:
      read: {method: POST, path: /tasks.get, envelope: {constants: {/v: 2, /task/id: "{id}"}}}
      update: {method: POST, path: /tasks.update, envelope: {request: task, constants: {/task/id: "{id}"}}}
      delete: {path: /task, headers: {X-Task: "{id}"}}
"""
SCHEMA = '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "text": {"type": "string"}}}'


@pytest.fixture
def addressed(tmp_path: Path) -> Addressed:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "note.json").write_text(SCHEMA)
    return Addressed(load(tmp_path))


@pytest.mark.parametrize(
    ("inside", "sent"),
    [
        (Request("GET", "/note#/7", (("a", "b"),)), Request("GET", "/note", (("id", "7"), ("a", "b")))),
        (Request("HEAD", "/note#/a%20b"), Request("HEAD", "/note", (("id", "a b"),))),
        (Request("PUT", "/note#/7", body=b"{}"), Request("PUT", "/note", (("id", "7"),), body=b"{}")),
        (
            Request("POST", "/tasks.get#/7"),
            Request("POST", "/tasks.get", (), (("Content-Type", "application/json"),), b'{"v":2,"task":{"id":7}}'),
        ),
        (
            Request("POST", "/tasks.update#/x7", body=b'{"task": {"text": "t"}}'),
            Request("POST", "/tasks.update", body=b'{"task":{"text":"t","id":"x7"}}'),
        ),
        (
            Request("POST", "/tasks.update#/7", body=b'{"task": {"id": 7}}'),
            Request("POST", "/tasks.update", body=b'{"task": {"id": 7}}'),
        ),
        (Request("DELETE", "/task#/7"), Request("DELETE", "/task", (), (("X-Task", "7"),))),
    ],
)
def test_the_id_goes_where_the_contract_has_it(addressed: Addressed, inside: Request, sent: Request) -> None:
    left = addressed.leaving(inside)
    assert left == sent
    again = addressed.arrived(left)
    assert (again.path, again.query) == (inside.path, inside.query)
    assert addressed.arrived(again) == again


@pytest.mark.parametrize(
    "inside",
    [
        Request("GET", "/note#/"),
        Request("GET", "/note#/7/beyond"),
        Request("GET", "/note#/%FF"),
        Request("DELETE", "/task#/%00"),
        Request("DELETE", "/task#/%207"),
        Request("POST", "/tasks.update#/7", body=b""),
        Request("POST", "/tasks.update#/7", body=b'{"task": {"text"'),
        Request("POST", "/tasks.update#/7", body=b"[]"),
        Request("POST", "/tasks.update#/7", body=b'{"text": "without its envelope"}'),
        Request("POST", "/tasks.update#/7", body=b'{"task": {"id": 8}}'),
    ],
)
def test_what_cannot_hold_the_id_does_not_leave(addressed: Addressed, inside: Request) -> None:
    with pytest.raises(Unsayable):
        addressed.leaving(inside)


def test_other_requests_stay_as_they_are(addressed: Addressed) -> None:
    for request in (Request("GET", "/notes"), Request("GET", "/note"), Request("POST", "/tasks", body=b'{"id": 7}')):
        assert addressed.leaving(request) == addressed.arrived(request) == request
    assert addressed.arrived(replace(Request("GET", "/other"), query=(("id", "7"),))).path == "/other"


def test_a_query_that_stands_in_the_path_names_an_id_as_well(addressed: Addressed) -> None:
    arrived = addressed.arrived(Request("DELETE", "/note?id=7&a=b", (("c", "d"),)))
    assert (arrived.path, arrived.query) == ("/note#/7", (("c", "d"), ("a", "b")))
    assert addressed.arrived(Request("DELETE", "/note?id=7", (("id", "8"),))).path == "/note?id=7"
