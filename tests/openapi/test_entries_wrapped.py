"""Lists whose entries hold, in one member, what a read shows: ``node`` beside ``cursor``, ``resource`` beside
``fullUrl``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Json, Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import TEXT, Document, boxes, call, read, resource

ABSENT: Document = {"404": {"description": "absent"}}


def paths(member: str, inside: str, held: Document = SHOWN, **beside: Document) -> Document:
    found = boxes(call(SHOWN, SENT, 201, others={"400": {"description": "wrong"}}), get=call(SHOWN, others=ABSENT))
    entry = {"type": "object", "required": [inside], "properties": {**beside, inside: held}}
    links: Document = {"type": "array", "items": {"type": "object", "properties": {"relation": TEXT, "url": TEXT}}}
    listed: Document = {"type": "array", "items": entry}
    whole = {"type": "object", "required": [member], "properties": {"link": links, member: listed}}
    found["/boxes"]["get"] = call(whole)
    found["/boxes/{id}"]["delete"] = {"responses": {"204": {"description": "gone"}, **ABSENT}}
    return found


@pytest.mark.parametrize(
    ("member", "inside", "beside"),
    [("entry", "resource", "fullUrl"), ("edges", "node", "cursor"), ("hits", "_source", "_id")],
)
def test_what_the_entries_wrap_is_found_there(member: str, inside: str, beside: str, tmp_path: Path) -> None:
    def page(request: Request, items: list[dict[str, Any]]) -> Json:
        return {"link": [], member: [{beside: str(item["id"]), inside: item} for item in items]}

    document = paths(member, inside, **{beside: TEXT})
    found = resource(tmp_path, "box", document)
    envelope = found.operation("list").envelope
    assert (envelope.list, envelope.entry) == (member, inside)
    routes = replace(honest(), page=page).routes()
    service = Service({way: handler for way, handler in routes.items() if way[0] != "PATCH"})
    verdict = ran(tmp_path, document, service, "ci")
    assert wrong(verdict) == []
    passed = {r.requirement for r in verdict.results if r.outcome == "pass"}
    assert passed >= {"create.is-listed", "list.entry-agrees", "delete.unlisted", "shape.list"}


def test_entries_that_only_name_another_thing_are_what_they_are(tmp_path: Path) -> None:
    other = {"type": "object", "properties": {"colour": TEXT, "weight": {"type": "integer"}}}
    document = paths("entry", "resource", other, id={"type": "integer"}, label=TEXT)
    assert "entry" not in read(tmp_path, document).contract["resources"]["box"].get("envelope", {})
