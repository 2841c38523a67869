"""Resources whose fields stand in one member beside the id, in requests as in answers: ``{"id": 7, "fields": {…}}``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .unsaid import TEXT, Document, call, resource

NUMBER = {"type": "integer"}


def told(**members: Document) -> Document:
    return {"type": "object", "properties": members}


ASKED = told(label=TEXT, colour=TEXT)
SHOWN = told(label=TEXT, colour=TEXT, made=TEXT)
ROW = told(id=NUMBER, self=TEXT, fields=SHOWN)


def rows(sent: Document, one: Document, created: Document) -> Document:
    """Rows, of which the answer to a create may show less."""
    given = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
    item = {"parameters": [given], "get": call(one), "patch": call(one, sent), "delete": {"responses": {"204": {}}}}
    listed = told(rows={"type": "array", "items": one})
    return {"/rows": {"get": call(listed), "post": call(created, sent, 201)}, "/rows/{id}": item}


@pytest.mark.parametrize(
    ("created", "returns"), [(ROW, "representation"), (told(id=NUMBER, self=TEXT), "minimal")], ids=["whole", "link"]
)
def test_what_answers_show_beside_the_id_holds_the_fields(created: Document, returns: str, tmp_path: Path) -> None:
    found = resource(tmp_path, "row", rows(told(fields=ASKED), ROW, created))
    assert (found.envelope.fields, found.envelope.request) == ("fields", None)
    assert set(found.properties) == {"id", "self", "label", "colour", "made"}
    assert set(found.shapes.create["properties"]) >= {"label", "colour"}
    assert found.operation("create").returns == returns


OTHERS: list[Any] = [
    pytest.param(told(id=NUMBER, fields=told(id=NUMBER, label=TEXT)), id="a name in both places"),
    pytest.param(told(id=NUMBER, fields=told(size=NUMBER)), id="other members"),
    pytest.param(told(id=NUMBER, fields={"type": "object", "additionalProperties": TEXT}), id="a map"),
]


@pytest.mark.parametrize("one", OTHERS)
def test_what_cannot_stand_side_by_side_is_one_field(one: Document, tmp_path: Path) -> None:
    found = resource(tmp_path, "row", rows(told(fields=ASKED), one, one))
    assert (found.envelope.fields, found.envelope.request) == (None, None)
    assert set(found.properties) == {"id", "fields"}


def test_a_member_that_no_answer_shows_is_an_envelope(tmp_path: Path) -> None:
    found = resource(tmp_path, "row", rows(told(row=ASKED), told(id=NUMBER, label=TEXT, colour=TEXT), ROW))
    assert (found.envelope.fields, found.envelope.request) == (None, "row")
