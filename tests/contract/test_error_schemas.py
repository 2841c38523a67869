"""Schemas of error bodies: one for all, or by status."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import check, load

ITEM = '{"type": "object", "properties": {"id": {}}}'
SCHEMA = "{type: object, required: [message]}"


def write(folder: Path, errors: str) -> Path:
    (folder / "item.json").write_text(ITEM, encoding="utf-8")
    (folder / "problem.json").write_text('{"type": "object", "required": ["title"]}', encoding="utf-8")
    text = f"{{contract: c, errors: {errors}, resources: {{item: {{path: /items, schema: item.json}}}}}}"
    (folder / "contract.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("errors", "required"),
    [
        (SCHEMA, {404: "message", 422: "message"}),
        ("problem.json", {404: "title", 500: "title"}),
        (f"{{default: problem.json, 422: {SCHEMA}, 404: none}}", {400: "title", 422: "message", 404: None}),
        (f"{{4xx: problem.json, 409: {SCHEMA}}}", {400: "title", 409: "message", 500: None}),
    ],
)
def test_each_status_has_its_schema(errors: str, required: dict[int, str | None], tmp_path: Path) -> None:
    contract = load(write(tmp_path, errors))
    for status, name in required.items():
        schema = contract.error_schema(status)
        assert (schema["required"][0] if schema else None) == name


def test_a_file_that_is_not_there_is_told_with_its_line(tmp_path: Path) -> None:
    (problem,) = check(write(tmp_path, "{default: problem.json, 422: problm.json}"))
    assert "problm.json" in problem.message
    assert problem.place
    assert problem.place.line == 1
