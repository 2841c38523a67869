"""Examples of whole bodies, beside their schemas: what a server takes that checks more than its document says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Kind, numbers
from tests.openapi.honest import Field, Service, Text, When, whole
from tests.openapi.shares import wrong
from tests.openapi.test_supposed import ran
from tests.openapi.unsaid import NUMBER, TEXT, Document, boxes, call, read

IDS: Document = {"owner_id": NUMBER, "token_id": TEXT, "parent": NUMBER, "author": NUMBER, "phone": TEXT}
MEMBERS = {"label": TEXT, "currency": TEXT, "due": TEXT, "year": NUMBER, **IDS}
SENT: Document = {"type": "object", "required": ["label", "currency", "due", "year"], "properties": MEMBERS}
SHOWN: Document = {"type": "object", "required": ["id", *SENT["required"]], "properties": {"id": NUMBER, **MEMBERS}}
EXAMPLE = {"label": "Chairs", "currency": "EUR", "due": "30.11.2026", "year": 2026}
EXAMPLE |= {"owner_id": 7, "token_id": "t-7", "parent": 7, "author": 7, "phone": "+49 30 901820"}
ABSENT: Document = {"404": {"description": "absent"}}
WRONG: Document = {"400": {"description": "wrong"}}


def paths(beside: Document, shown: Document | None = None) -> Document:
    create = call(SHOWN, SENT, 201, others=WRONG)
    create["requestBody"]["content"]["application/json"] |= beside
    found = boxes(create, get=call(SHOWN, others=ABSENT), patch=call(SHOWN, SENT, others={**ABSENT, **WRONG}))
    found["/boxes/{id}"]["get"]["responses"]["200"]["content"]["application/json"] |= shown or {}
    found["/boxes"]["get"] = call({"type": "array", "items": SHOWN})
    found["/boxes/{id}"]["delete"] = {"responses": {"204": {"description": "gone"}, **ABSENT}}
    return found


def service() -> Service:
    fields: dict[str, Field] = {
        "label": Text(200, 1),
        "currency": When(lambda v: v in ("EUR", "USD")),
        "due": When(lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d\d\.\d\d\.\d{4}", v))),
        "year": whole(1990, 2100),
        "phone": Text(200),
        **dict.fromkeys(("parent", "author"), whole(-(10**30), 10**30)),
    }
    kind = Kind("boxes", "/boxes", "/boxes/{id}", fields, SENT["required"], numbers("boxes"))
    return Service(kind.routes())


def taught(folder: Path, document: Document) -> dict[str, Any]:
    schemas = read(folder, document).schemas
    properties = next(s for name, s in schemas.items() if name.startswith("box"))["properties"]
    return {name: schema["examples"] for name, schema in properties.items() if "examples" in schema}


KNOWN = {"currency": ["EUR"], "due": ["30.11.2026"], "year": [2026]}
"""A label may have to differ from create to create, and an id is somebody's."""


@pytest.mark.parametrize(
    "beside",
    [{"example": EXAMPLE}, {"examples": {"wrong": {"value": {"label": 5}}, "usual": {"value": EXAMPLE}}}],
    ids=["one", "several"],
)
def test_an_example_of_a_create_tells_what_fits(beside: Document, tmp_path: Path) -> None:
    assert taught(tmp_path, paths(beside)) == KNOWN


def test_so_does_that_of_what_a_read_shows(tmp_path: Path) -> None:
    assert taught(tmp_path, paths({}, {"example": {"id": 5, **EXAMPLE}})) == KNOWN


def test_what_breaks_the_schema_of_the_body_is_no_example(tmp_path: Path) -> None:
    assert taught(tmp_path, paths({"example": {**EXAMPLE, "label": 7}})) == {}


def test_a_server_that_checks_more_than_its_document_says_is_proven(tmp_path: Path) -> None:
    verdict = ran(tmp_path, paths({"example": EXAMPLE}), service(), "ci")
    assert wrong(verdict) == []
    passed = {r.requirement for r in verdict.results if r.outcome == "pass"}
    assert passed >= {"create.answers-created", "read.answers-ok", "update.answers-ok", "delete.answers"}
