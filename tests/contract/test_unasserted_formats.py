"""Formats that nobody here knows are annotations, and lint says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.cli.main import run
from restproof.contract.formats import unasserted

SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "isbn": {"type": ["string", "null"], "format": "isbn"},
        "on": {"type": "string", "format": "date"},
        "parts": {"type": "array", "items": {"anyOf": [{"format": "color"}, {"type": "null"}]}},
    },
}


def test_every_depth_is_looked_at() -> None:
    assert unasserted(SCHEMA) == {"isbn", "color"}


def test_lint_names_them_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "item.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    text = "{contract: c, resources: {item: {path: /items, schema: item.json}}}"
    (tmp_path / "contract.yaml").write_text(text, encoding="utf-8")
    assert run(["lint", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "item: the format 'isbn' is an annotation" in told
    assert "'date'" not in told


def test_a_member_called_format_is_no_format() -> None:
    inner = {"type": "object", "properties": {"format": {"type": "string", "format": "isbn"}}}
    assert unasserted({"type": "object", "properties": {"format": {"enum": ["paper"]}, "enum": inner}}) == {"isbn"}
