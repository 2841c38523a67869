"""What of a state is asked of an answer that shows it."""

from __future__ import annotations

import json
from pathlib import Path

from restproof.contract.load import load
from restproof.oracle.check import asked_of


def test_an_entry_of_a_list_is_not_asked_for_what_lists_leave_out(tmp_path: Path) -> None:
    texts = {name: {"type": "string"} for name in ("id", "name", "body")}
    notes = {"path": "/notes", "schema": "note.json", "operations": ["list", "create"], "unlisted": ["body"]}
    (tmp_path / "note.json").write_text(json.dumps({"type": "object", "properties": texts}))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "notes", "resources": {"note": notes}}))
    resource, state = load(tmp_path).resources["note"], {"name": "a", "body": "b"}
    assert asked_of(resource, "list", state, {}) == {"name": "a"}
    assert asked_of(resource, "create", state, {}) == state
