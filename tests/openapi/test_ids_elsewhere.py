"""Ids that stand elsewhere than in paths, as an OpenAPI document has them."""

from __future__ import annotations

import json
from pathlib import Path

from openapi_spec_validator import validate

from restproof.contract.load import load
from restproof.contract.openapi.export import document

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
      read: {path: /task, headers: {X-Task: "{id}"}}
      delete: {method: POST, path: /tasks.delete, envelope: {constants: {/id: "{id}"}}}
"""
SCHEMA = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "text": {"type": "string"}}}


def test_each_operation_has_the_id_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "note.json").write_text(json.dumps(SCHEMA))
    found = document(load(tmp_path))
    validate(found)
    paths = found["paths"]
    assert set(paths) == {"/notes", "/note", "/tasks", "/task", "/tasks.delete"}
    for verb in ("get", "patch", "delete"):
        assert [(p["name"], p["in"]) for p in paths["/note"][verb]["parameters"]] == [("id", "query")]
    assert [(p["name"], p["in"]) for p in paths["/task"]["get"]["parameters"]] == [("X-Task", "header")]
    body = paths["/tasks.delete"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["id"]
    links = paths["/notes"]["post"]["responses"]["201"]["links"]
    assert links["read_note"]["parameters"] == {"query.id": "$response.body#/id"}
