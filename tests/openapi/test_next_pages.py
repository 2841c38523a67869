"""Lists that go on behind an entry (``starting_after``, ``has_more``) or in a header for links: both are said by a
document without a member that holds the next page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Answer, Json, Refused, Request, Service, numbered, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, read

BOX = object_of(["id", "label"], id=NUMBER, label=TEXT)
SIZE: Document = {"name": "limit", "in": "query", "schema": {**NUMBER, "minimum": 1, "maximum": 50, "default": 10}}
MORE: Document = {"type": "boolean"}
TOP: Document = {"name": "$top", "in": "query", "schema": NUMBER}
URL: Document = {**TEXT, "format": "uri"}


def after(name: str) -> Document:
    return {"name": name, "in": "query", "schema": TEXT}


def boxes(parameters: list[Document], listed: Document, headers: Document | None = None) -> Document:
    """Boxes, of which the list takes these parameters, answers ``listed`` and has these header fields."""
    told = call(listed, parameters=parameters, others={"400": NO["400"]})
    told["responses"]["200"]["headers"] = headers or {}
    create = call(BOX, object_of(["label"], label=TEXT), 201, others={"400": NO["400"]})
    delete = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    item = {"parameters": [ITEM], "get": call(BOX, others={"404": NO["404"]}), "delete": delete}
    return {"/boxes": {"get": told, "post": create}, "/boxes/{id}": item}


def whole(**members: Document) -> Document:
    return object_of(["data"], data={"type": "array", "items": BOX}, **members)


@pytest.mark.parametrize(
    ("parameters", "listed", "headers", "pages"),
    [
        (
            [SIZE, after("starting_after")],
            whole(has_more=MORE),
            {},
            {"token": "starting_after", "next_entry": "id", "more": "has_more", "size": "limit"},
        ),
        ([SIZE, after("starting_after")], whole(), {}, None),
        ([SIZE, after("cursor")], whole(has_more=MORE), {}, None),
        ([SIZE, after("cursor")], whole(), {"Link": {"schema": TEXT}}, {"token": "cursor", "links": True}),
        ([after("cursor")], whole(), {"Link": {"schema": TEXT}}, {"token": "cursor", "links": True, "size": "none"}),
        ([after("cursor")], whole(next_cursor=TEXT), {}, {"next_field": "next_cursor", "size": "none"}),
        ([after("cursor")], whole(next_cursor=MORE), {"Link": {"schema": TEXT}}, None),
        ([TOP, after("$skipToken")], whole(nextLink=URL), {}, {"next_field": "nextLink", "size": "$top"}),
        ([TOP], whole(nextLink=URL), {}, {"next_field": "nextLink", "size": "$top"}),
        ([], whole(**{"@odata.nextLink": TEXT}), {}, {"next_field": "@odata.nextLink", "size": "none"}),
        ([TOP, after("$skipToken")], whole(nextLink=TEXT), {}, None),
        (
            [SIZE, after("page_info")],
            whole(),
            {"Link": {"schema": TEXT}},
            {"token": "page_info", "links": True, "size": "limit"},
        ),
        (
            [SIZE, {**after("Page"), "schema": {**NUMBER, "minimum": 0}}, after("PageToken")],
            whole(next_page_uri={**TEXT, "nullable": True}),
            {},
            {"next_field": "next_page_uri", "size": "limit"},
        ),
    ],
)
def test_where_a_list_goes_on_is_read(
    parameters: list[Document], listed: Document, headers: Document, pages: dict[str, Any] | None, tmp_path: Path
) -> None:
    box = read(tmp_path, boxes(parameters, listed, headers)).contract["resources"]["box"]
    if pages is None:
        assert "paging" not in box
        assert "list" in box["open"]
        return
    assert box["paging"].items() >= {"style": "token", **pages}.items()
    assert "list" not in box["open"]


@pytest.mark.parametrize(
    "told",
    [
        {"meta": object_of([], current_page=NUMBER, last_page=NUMBER, per_page=NUMBER, total=NUMBER)},
        {"links": object_of([], first=TEXT, next=TEXT)},
        {"hasMore": MORE},
    ],
)
def test_of_a_list_that_speaks_of_pages_which_nothing_asks_for_the_first_one_is_judged(
    told: Document, tmp_path: Path
) -> None:
    box = read(tmp_path, boxes([], whole(**told))).contract["resources"]["box"]
    assert "paging" not in box
    assert "list" in box["open"]


def test_a_list_that_tells_how_many_it_holds_holds_all(tmp_path: Path) -> None:
    box = read(tmp_path, boxes([], whole(total=NUMBER))).contract["resources"]["box"]
    assert "list" not in box["open"]


def shelf(way: str, *faults: str) -> Service:
    """A shelf with twelve boxes of others. ``way``: how its list goes on, by ``entry`` or by ``link``."""
    others = {n: {"id": n, "label": f"box {n}"} for n in range(1, 13)}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        rows = [*others.values(), *service.store("box").values()]
        size, token = request.query.get("limit", "10"), request.query.get(TOKEN[way], "0")
        if not (size.isdigit() and token.isdigit() and len(size + token) < 12 and 1 <= int(size) <= 50):
            raise Refused(400, "that is no page")
        rest = [row for row in rows if row["id"] > int(token)]
        page = rest[: int(size)]
        goes_on = len(rest) > len(page)
        if "ends" in service.faults and int(token):
            page, goes_on = page[:-1], False
        if way == "entry":
            return 200, {"data": page, "has_more": goes_on}
        links = {"Link": f'</boxes?limit={size}&cursor={page[-1]["id"]}>; rel="next"'} if goes_on else {}
        return 200, Answer({"data": page}, headers=links)

    def create(service: Service, request: Request) -> tuple[int, Json]:
        label = request.body().get("label")
        if not isinstance(label, str):
            raise Refused(400, "the label is no text")
        box = {"id": 100 + service.number("box"), "label": label}
        service.store("box")[box["id"]] = box
        return 201, box

    def one(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, {**others, **service.store("box")})

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("box")[numbered(request, service.store("box"))["id"]]
        return 204, None

    routes = {
        ("GET", "/boxes"): listed,
        ("POST", "/boxes"): create,
        ("GET", "/boxes/{id}"): one,
        ("DELETE", "/boxes/{id}"): delete,
    }
    return Service(routes, frozenset(faults))


TOKEN = {"entry": "starting_after", "link": "cursor"}


@pytest.mark.parametrize("way", TOKEN)
@pytest.mark.parametrize("fault", ["", "ends"])
def test_all_pages_of_such_a_list_are_judged(way: str, fault: str, tmp_path: Path) -> None:
    listed, headers = (whole(has_more=MORE), {}) if way == "entry" else (whole(), {"Link": {"schema": TEXT}})
    document = written(tmp_path, boxes([SIZE, after(TOKEN[way])], listed, headers))
    service = shelf(way, *filter(None, [fault]))
    rules = ("--only", "list", "--only", "create.is-listed")
    with serving(service) as url:
        ended = run_document(document, url, tmp_path / "run", "--profile", "smoke", *rules)
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert not service.store("box")


@pytest.mark.parametrize(
    ("parameter", "field", "filters"),
    [
        ({"type": "string", "enum": ["OPEN", "SHUT"]}, ["OPEN", "SHUT"], True),
        ({"anyOf": [{"type": "string", "enum": ["SHUT", "OPEN"]}, {"type": "null"}]}, ["OPEN", "SHUT"], True),
        ({"type": "string", "enum": ["OPEN", "SHUT", "ALL"]}, ["OPEN", "SHUT"], False),
        ({"type": "string", "enum": ["OPEN"]}, ["OPEN", "SHUT"], False),
        (TEXT, ["OPEN", "SHUT"], False),
    ],
)
def test_what_takes_just_the_values_of_a_field_selects_by_it(
    parameter: Document, field: list[str], filters: bool, tmp_path: Path
) -> None:
    state = {"name": "state", "in": "query", "schema": parameter}
    box = object_of(["id", "label"], id=NUMBER, label=TEXT, state={"type": "string", "enum": field})
    paths = boxes([state], {"type": "array", "items": box})
    paths["/boxes/{id}"]["get"] = call(box, others={"404": NO["404"]})
    assert ("filters" in read(tmp_path, paths).contract["resources"]["box"]) is filters


@pytest.mark.parametrize("name", ["startIndex", "startAt"])
@pytest.mark.parametrize(
    ("said", "found"),
    [({"default": 1, "minimum": 1}, ("offset", 1)), ({"default": 0}, ("offset", None)), ({}, (None, None))],
)
def test_an_index_of_entries_begins_where_the_document_says(
    name: str, said: Document, found: Any, tmp_path: Path
) -> None:
    start: Document = {"name": name, "in": "query", "schema": {**NUMBER, **said}}
    box = read(tmp_path, boxes([SIZE, start], whole())).contract["resources"]["box"]
    assert (box.get("paging", {}).get("style"), box.get("paging", {}).get("first")) == found


def test_where_a_page_begins_and_whether_it_is_the_last_stands_beside_its_entries(tmp_path: Path) -> None:
    entry = object_of(["name"], name=TEXT)
    page = object_of(
        [], startAt=NUMBER, maxResults=NUMBER, isLast={"type": "boolean"}, values={"type": "array", "items": entry}
    )
    found = read(tmp_path, {"/rooms/used": {"get": call(page)}}).contract["resources"]
    assert [one["envelope"]["list"] for one in found.values()] == ["values"]


def test_what_tells_of_the_next_page_may_be_an_object_of_its_own(tmp_path: Path) -> None:
    inside = object_of([], next=object_of(["after"], after=TEXT, link=TEXT))
    found = read(tmp_path, boxes([SIZE, after("after")], whole(paging=inside))).contract["resources"]["box"]
    assert (found["paging"]["token"], found["paging"]["next_field"]) == ("after", "/paging/next/after")
    beside = read(tmp_path, boxes([SIZE, after("after")], whole(box=inside))).contract["resources"]["box"]
    assert "paging" not in beside
