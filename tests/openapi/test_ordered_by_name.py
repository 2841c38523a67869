"""Lists that are sorted by a parameter for each field, which holds the way: ``order[name]=desc``, as API Platform has
it, written out or as an object (``deepObject``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.emitted.common import Item
from tests.openapi.honest import Json, Refused, Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_embedded import object_of
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import NUMBER, Document, boxes, call, resource

from restproof.contract.syntax import QuerySyntax

WAY = {"type": "string", "enum": ["asc", "desc"]}
SPELLED = [{"name": f"order[{name}]", "in": "query", "schema": WAY} for name in ("label", "id")]
MEMBERS = {"label": WAY, "id": WAY}
DEEP = [{"name": "sort", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": MEMBERS}}]
FORMS = {"order": SPELLED, "sort": DEEP}


def paths(parameters: list[Document]) -> Document:
    found = boxes(call(SHOWN, SENT, 201), get=call(SHOWN, others={"404": {"description": "absent"}}))
    found["/boxes"]["get"] = call({"type": "array", "items": SHOWN}, parameters=parameters)
    return found


@pytest.mark.parametrize("stem", FORMS)
def test_the_form_of_such_parameters_is_kept(stem: str, tmp_path: Path) -> None:
    found = resource(tmp_path, "box", paths(FORMS[stem]))
    assert found.query == QuerySyntax(sort=f"{stem}[{{field}}]", ascending="asc", descending="desc")
    assert found.sort == ("label", "id")
    assert not found.filters


def test_words_of_their_own_are_kept_and_what_says_no_way_is_left_out(tmp_path: Path) -> None:
    loud = [{**p, "schema": {"type": "string", "enum": ["DESC", "ASC"]}} for p in SPELLED]
    found = resource(tmp_path / "1", "box", paths(loud))
    assert (found.query.ascending, found.query.descending) == ("ASC", "DESC")
    plain = [{**p, "schema": {"type": "string"}} for p in SPELLED]
    assert not resource(tmp_path / "2", "box", paths(plain)).sort


def test_filters_beside_them_have_their_own_form(tmp_path: Path) -> None:
    state = {"type": "string", "enum": ["OPEN", "SHUT"]}
    shown = {**SHOWN, "properties": {**SHOWN["properties"], "state": state}}
    found = paths([*SPELLED, {"name": "state", "in": "query", "schema": state}])
    found["/boxes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["items"] = shown
    found["/boxes/{id}"]["get"] = call(shown, others={"404": {"description": "absent"}})
    box = resource(tmp_path, "box", found)
    assert (box.sort, [*box.filters]) == (("label", "id"), ["state"])


def sorting(stem: str, fault: str) -> Service:
    def page(request: Request, items: list[Item]) -> Json:
        for name, way in request.query.items():
            field = name.removeprefix(f"{stem}[").removesuffix("]")
            if name != f"{stem}[{field}]":
                continue
            if field not in MEMBERS or way not in WAY["enum"]:
                raise Refused(400, "is no order")
            items = sorted(items, key=lambda item: item[field], reverse=way == "desc" and fault != "only up")
        return items

    kind: Any = replace(honest(), page=page)
    return Service({way: handler for way, handler in kind.routes().items() if way[0] in ("GET", "POST")})


@pytest.mark.parametrize("stem", FORMS)
@pytest.mark.parametrize("fault", ["", "only up"])
def test_who_sorts_so_is_not_accused_and_who_sorts_one_way_alone_is(stem: str, fault: str, tmp_path: Path) -> None:
    told = wrong(ran(tmp_path, paths(FORMS[stem]), sorting(stem, fault), "smoke"))
    assert any("list.sort" in one for one in told) if fault else told == []


STATE: Document = {"type": "string", "enum": ["OPEN", "SHUT"]}
RANGE: Document = {"name": "id", "in": "query", "style": "deepObject", "schema": object_of([], gte=NUMBER, lte=NUMBER)}
WRAPPED: list[Document] = [{"name": "filter", "in": "query", "style": "deepObject", "schema": object_of([], label=WAY)}]


@pytest.mark.parametrize("beside", [[RANGE], WRAPPED, []], ids=["a range", "filters of no other field", "nothing"])
def test_a_filter_is_spelled_as_its_parameter_is(beside: list[Document], tmp_path: Path) -> None:
    shown = {**SHOWN, "properties": {**SHOWN["properties"], "state": STATE}}
    found = paths([*beside, {"name": "state", "in": "query", "schema": STATE}])
    found["/boxes"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["items"] = shown
    found["/boxes/{id}"]["get"] = call(shown, others={"404": {"description": "absent"}})
    box = resource(tmp_path, "box", found)
    assert ([*box.filters], box.query.named("state")) == (["state"], "state")
