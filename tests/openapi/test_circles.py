"""Resources that can be made only where one is there already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.openapi.emitted.common import numbers
from tests.openapi.honest import Handler, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_embedded import object_of
from tests.openapi.test_supposed import ran
from tests.openapi.unsaid import NUMBER, TEXT, Document, call

NEEDS = {"shop": "room", "room": "shop"}
GIVEN = {"name": "id", "in": "path", "required": True, "schema": NUMBER}


def paths(required: tuple[str, ...]) -> Document:
    found: Document = {}
    for name, needed in NEEDS.items():
        fields = {"label": TEXT, f"{needed}_id": NUMBER}
        needs = ["label", *(f for f in fields if f.removesuffix("_id") in required)]
        shown = object_of(["id", *needs], id=NUMBER, **fields)
        absent = {"404": {"description": "there is none"}}
        found[f"/{name}s"] = {"post": call(shown, object_of(needs, **fields), 201)}
        found[f"/{name}s/{{id}}"] = {"parameters": [GIVEN], "get": call(shown, others=absent)}
    return found


def shops(required: tuple[str, ...]) -> Service:
    routes: dict[tuple[str, str], Handler] = {}
    for name, needed in NEEDS.items():
        fields = {"label": honest().fields["label"], f"{needed}_id": honest().fields["size"]}
        needs = tuple(f for f in fields if f == "label" or f.removesuffix("_id") in required)
        place = f"/{name}s"
        one = replace(honest(), name=place, path=place, one=f"{place}/{{id}}", fields=fields, required=needs)
        routes |= replace(one, made=numbers(place)).routes()
    return Service({way: handler for way, handler in routes.items() if way[0] in ("GET", "POST")})


@pytest.mark.parametrize("required", [("shop", "room"), ("shop",), ()])
def test_what_needs_itself_by_way_of_others_is_not_tested(required: tuple[str, ...], tmp_path: Path) -> None:
    verdict = ran(tmp_path, paths(required), shops(required))
    assert wrong(verdict) == []
    told = {str(one.message) for one in verdict.results if one.outcome == "not tested"}
    assert any("can be made only where there is one" in one for one in told) is (len(required) == len(NEEDS))
