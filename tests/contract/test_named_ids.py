"""Ids that are made of a field, and fields that a list leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from typing import Any

import pytest

from restproof.cli.main import run
from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.plan.bodies import Bodies
from restproof.plan.inputs import accepted_bodies, out_of_bounds_bodies, server_set_bodies
from restproof.record.reader import read

SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "kind": {"const": "zone", "readOnly": True},
        "serial": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "maxLength": 40},
        "key": {"type": "string"},
    },
}
TEXT = """
contract: names
statuses: {invalid: 422}
resources:
  zone:
    path: /zones
    schema: zone.json
    id: {follows: name}
    unique: [name]
    unlisted: [key]
    volatile: [serial]
"""


def write(folder: Path, text: str = TEXT) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(dedent(text), encoding="utf-8")
    (folder / "zone.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    return folder


def field(contract: Contract, operation: str) -> Any:
    zone = contract.resources["zone"]
    return SimpleNamespace(
        contract=contract, resource=zone, operation=operation, bodies=Bodies(contract, zone), leads=True
    )


def test_an_id_may_follow_a_field_and_a_list_leave_fields_out(tmp_path: Path) -> None:
    zone = load(write(tmp_path)).resources["zone"]
    assert (zone.id.follows, zone.unlisted) == ("name", ("key",))


@pytest.mark.parametrize(
    ("said", "instead", "message"),
    [
        ("follows: name", "follows: nam", "unknown field 'nam'"),
        ("follows: name", "follows: serial", "readOnly"),
        ("follows: name", "follows: name, chosen_by: client", "server's to choose"),
        ("unlisted: [key]", "unlisted: [kez]", "unknown field 'kez'"),
    ],
)
def test_what_contradicts_the_schema_is_told(tmp_path: Path, said: str, instead: str, message: str) -> None:
    problems = check(write(tmp_path, TEXT.replace(said, instead)))
    assert any(message in p.message for p in problems), problems
    assert all(p.place and p.place.line for p in problems)


def test_the_field_of_an_id_changes_only_where_it_must_be_refused(tmp_path: Path) -> None:
    contract = load(write(tmp_path))
    bodies = Bodies(contract, contract.resources["zone"])
    assert set(bodies.changeable) == {"key"}
    assert not any("name" in case["body"] for case in accepted_bodies(field(contract, "update")))
    refused = [case for case in out_of_bounds_bodies(field(contract, "update")) if case["field"] == "name"]
    assert [len(case["body"]["name"]) for case in refused] == [41]


def test_nobody_is_asked_to_set_what_has_but_one_value(tmp_path: Path) -> None:
    tried = {case["field"] for case in server_set_bodies(field(load(write(tmp_path)), "create"))}
    assert tried == {"id", "serial"}


@pytest.mark.slow
def test_the_sandbox_lists_without_what_is_left_out_and_conforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = write(tmp_path / "names")
    monkeypatch.chdir(tmp_path)
    rules = ("list.entry-agrees", "shape.list", "delete.frees-unique", "create.is-listed")
    options = [word for rule in rules for word in ("--only", rule)]
    assert run(["run", str(contract), "-q", "--out", str(tmp_path / "run"), *options]) in (0, 3)
    told = read(tmp_path / "run" / "run.jsonl.gz")
    assert {o.outcome for o in told.outcomes} == {"pass"}
    lists = [json.loads(str(e.response.body)) for e in told.exchanges if e.operation == "list" and e.response]
    entries = [entry for found in lists for entry in found]
    assert entries
    assert not any("key" in entry for entry in entries)


def test_an_id_that_every_change_repeats_is_tried_on_creates_alone(tmp_path: Path) -> None:
    words = {"path": "/books", "schema": "book.json"}
    (tmp_path / "contract.yaml").write_text(
        json.dumps({"contract": "books", "preset": "json-api", "resources": {"zone": words}})
    )
    (tmp_path / "book.json").write_text(json.dumps(SCHEMA))
    contract = load(tmp_path)
    tried = {o: {c["field"] for c in server_set_bodies(field(contract, o))} for o in ("create", "update")}
    assert tried == {"create": {"id", "serial"}, "update": {"serial"}}
