"""Lists that want one of several parameters, each of which their document calls optional."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Refused, Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import NUMBER, TEXT, Document, boxes, call, contract, resource

from restproof.contract.openapi.export import document

NAMES = ("project_id", "project_name")


def paths() -> Document:
    found = boxes(call(SHOWN, SENT, 201), get=call(SHOWN, others={"404": {"description": "absent"}}))
    optional = {
        "project_id": NUMBER,
        "project_name": TEXT,
        "size": {**NUMBER, "default": 5},
        "all": {"type": "boolean"},
    }
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in optional.items()]
    found["/boxes"]["get"] = call({"type": "array", "items": SHOWN}, parameters=parameters)
    return found


def wanting(message: str) -> Service:
    """A service whose list wants a project."""

    def page(request: Request, items: list[dict[str, Any]]) -> Any:
        if not request.query.keys() & {*NAMES}:
            raise Refused(422, message)
        return items

    kind = replace(honest(), page=page)
    return Service({way: handler for way, handler in kind.routes().items() if way[0] in ("GET", "POST")})


def test_what_the_list_may_want_is_kept_by_name(tmp_path: Path) -> None:
    assert resource(tmp_path, "box", paths()).may_need == NAMES


@pytest.mark.parametrize("said", ["give project_id or project_name", "projectId is missing"])
def test_a_list_that_names_what_it_wants_is_not_accused(said: str, tmp_path: Path) -> None:
    verdict = ran(tmp_path, paths(), wanting(said), "smoke")
    assert wrong(verdict) == []
    [told] = [r for r in verdict.results if r.requirement == "list.answers-ok"]
    assert told.outcome == "not tested"
    assert "it may need project_id" in str(told.message)
    assert "say a value in operations: {list: {query: {project_id: …}}}" in str(told.message)


def test_a_list_that_names_nothing_it_knows_is_told(tmp_path: Path) -> None:
    assert any("list.answers-ok" in one for one in wrong(ran(tmp_path, paths(), wanting("not today"), "smoke")))


def test_what_the_list_filters_by_and_may_want_stands_once_in_a_document_of_it(tmp_path: Path) -> None:
    shown = {**SHOWN, "properties": {**SHOWN["properties"], "project_id": NUMBER}}
    said = boxes(call(shown, SENT, 201), get=call(shown))
    by_project = {"name": "project_id", "in": "query", "schema": NUMBER, "description": "Exactly this one."}
    said["/boxes"]["get"] = call({"type": "array", "items": shown}, parameters=[by_project])
    told = contract(tmp_path, said)
    assert (told.resources["box"].may_need, [*told.resources["box"].filters]) == (("project_id",), ["project_id"])
    names = [p["name"] for p in document(told)["paths"]["/boxes"]["get"]["parameters"]]
    assert names.count("project_id") == 1


MEMBERS: Document = {"page": NUMBER, "shelf": TEXT, "state": {**TEXT, "enum": ["new", "old"]}}


@pytest.mark.parametrize(("style", "name"), [("deepObject", "where[state]"), ("form", "state")])
def test_of_an_object_that_must_be_there_one_member_is_sent(style: str, name: str, tmp_path: Path) -> None:
    """Else nothing is: no member of it has to be."""
    found = paths()
    where = {"type": "object", "properties": MEMBERS}
    needed = {"name": "where", "in": "query", "required": True, "style": style, "schema": where}
    found["/boxes"]["get"]["parameters"] = [needed]
    assert resource(tmp_path, "box", found).operation("list").query.keys() == {name}


def test_of_an_object_that_only_cuts_a_list_nothing_is_needed(tmp_path: Path) -> None:
    """Spring's Pageable, which its generator says to be required: the list is asked for pages by its members."""
    found = paths()
    pageable = {
        "type": "object",
        "properties": {"page": NUMBER, "size": NUMBER, "sort": {"type": "array", "items": TEXT}},
    }
    found["/boxes"]["get"]["parameters"] = [{"name": "pageable", "in": "query", "required": True, "schema": pageable}]
    told = resource(tmp_path, "box", found)
    assert (told.operation("list").query, told.paging.page, told.paging.size) == ({}, "page", "size")


@pytest.mark.parametrize(("members", "needed"), [({"orderNo": NUMBER}, []), ({"shelf": TEXT}, [{}])])
def test_what_only_begins_as_an_order_is_needed_whatever_else_stands_there(
    members: Document, needed: list[Any], tmp_path: Path
) -> None:
    found = paths()
    where = {"type": "object", "properties": members, "required": needed}
    found["/boxes"]["get"]["parameters"] = [{"name": "where", "in": "query", "required": True, "schema": where}]
    assert resource(tmp_path, "box", found).operation("list").query.keys() == members.keys()
