"""Lists that are objects: each entry stands under its id."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Json, Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import Document, boxes, call, read, resource

ABSENT: Document = {"404": {"description": "absent"}}
HELD: Document = {"type": "object", "properties": {n: s for n, s in SHOWN["properties"].items() if n != "id"}}


def paths(entry: Document, member: str | None = None, *, parameters: Any = ()) -> Document:
    found = boxes(call(SHOWN, SENT, 201, others={"400": {"description": "wrong"}}), get=call(SHOWN, others=ABSENT))
    listed: Document = {"type": "object", "additionalProperties": entry}
    if member:
        listed = {"type": "object", "required": [member], "properties": {member: listed, "total": {"type": "integer"}}}
    found["/boxes"]["get"] = call(listed, parameters=list(parameters))
    found["/boxes/{id}"]["delete"] = {"responses": {"204": {"description": "gone"}, **ABSENT}}
    return found


def serving(member: str | None, *, shows_id: bool = True, key: str = "id") -> Service:
    def shown(item: dict[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in item.items() if shows_id or n != "id"}

    def page(request: Request, items: list[dict[str, Any]]) -> Json:
        held = {str(item.get(key, at)): shown(item) for at, item in enumerate(items, start=100)}
        return {member: held, "total": len(items)} if member else held

    kind = replace(honest(), page=page)
    return Service({way: handler for way, handler in kind.routes().items() if way[0] != "PATCH"})


@pytest.mark.parametrize("member", [None, "boxes"])
@pytest.mark.parametrize("shows_id", [True, False], ids=["with ids", "without"])
def test_what_the_list_holds_under_ids_is_found_there(member: str | None, shows_id: bool, tmp_path: Path) -> None:
    document = paths(SHOWN if shows_id else HELD, member)
    envelope = resource(tmp_path, "box", document).operation("list").envelope
    assert (envelope.list, envelope.key and envelope.key.field) == (member, "id")
    verdict = ran(tmp_path, document, serving(member, shows_id=shows_id), "ci")
    assert wrong(verdict) == []
    passed = {r.requirement for r in verdict.results if r.outcome == "pass"}
    assert passed >= {"create.is-listed", "list.entry-agrees", "delete.unlisted"}


def test_what_stands_under_its_place_is_told(tmp_path: Path) -> None:
    broken = ran(tmp_path, paths(HELD), serving(None, shows_id=False, key="place"), "smoke")
    assert any("create.is-listed" in one for one in wrong(broken))


@pytest.mark.parametrize("said", [{"sort": ["label", "-label"]}, {"sort": ["label"], "order": ["asc", "desc"]}])
def test_a_list_by_id_has_no_order(said: dict[str, list[str]], tmp_path: Path) -> None:
    parameters = [{"name": name, "in": "query", "schema": {"enum": values}} for name, values in said.items()]
    found = read(tmp_path, paths(SHOWN, parameters=parameters)).contract["resources"]["box"]
    assert not {"sort", "query"} & found.keys()


def test_an_object_of_other_things_is_no_list(tmp_path: Path) -> None:
    other = {"type": "object", "properties": {"colour": {"type": "string"}, "weight": {"type": "integer"}}}
    found = read(tmp_path, paths(other)).contract["resources"]["box"]
    assert "list" not in found["operations"]
