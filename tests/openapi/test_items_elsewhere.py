"""Items whose path is not their collection and an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write

VISITS = """
openapi: 3.1.0
info: {title: Kennel, version: "1"}
components:
  schemas:
    Visit: {type: object, required: [id, reason], properties: {id: {type: integer}, reason: {type: string}}}
    Other: {type: object, properties: {id: {type: integer}, reason: {type: string}}}
    New: {type: object, required: [reason], properties: {reason: {type: string}}}
paths:
  /dogs/{dogId}/visits:
    parameters: [{name: dogId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Visit"}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}}}
  /visits/{visitId}:
    parameters: [{name: visitId, in: path, required: true, schema: {type: integer}}]
    get:
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}}}
    delete: {responses: {"204": {description: gone}}}
"""


def resources_of(tmp_path: Path, document: str) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Of each resource the path of its collection, that of its items, and its operations."""
    (tmp_path / "kennel.yaml").write_text(document, encoding="utf-8")
    contract = load(write(imported(tmp_path / "kennel.yaml", "kennel"), tmp_path / "contract", "kennel.yaml"))
    return {r.name: (r.path, r.own_item_path or "", tuple(r.operations)) for r in contract}


def test_items_that_stand_elsewhere_belong_to_the_collection_that_shows_the_same(tmp_path: Path) -> None:
    assert resources_of(tmp_path, VISITS) == {
        "dog": ("/dogs", "", ()),
        "visit": ("/dogs/{dog}/visits", "/visits/{id}", ("list", "create", "read", "delete")),
    }


A_VISIT = "  /visits/{visitId}:"


SHOWN = '{schema: {$ref: "#/components/schemas/Visit"}}}}}\n    delete'


def a_list(path: str, schema: str) -> str:
    """The lines of a path that has a list alone."""
    answer = "{content: {application/json: {schema: {type: array, items: " + schema + "}}}}"
    return f'  {path}:\n    get: {{responses: {{"200": {answer}}}}}\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (A_VISIT, "  /checks/{visitId}:"),
        (SHOWN, SHOWN.replace("Visit", "Other")),
        (A_VISIT, a_list("/visits/{visitId}/notes", "{type: object, properties: {id: {type: integer}}}") + A_VISIT),
        (A_VISIT, a_list("/cats/{catId}/visits", '{$ref: "#/components/schemas/Visit"}') + A_VISIT),
    ],
    ids=["another word", "another schema", "something below them", "two collections"],
)
def test_items_elsewhere_stand_alone_where_it_is_not_plain_whose_they_are(tmp_path: Path, old: str, new: str) -> None:
    assert old in VISITS
    found = resources_of(tmp_path, VISITS.replace(old, new))
    assert not any(elsewhere for _, elsewhere, _ in found.values())
