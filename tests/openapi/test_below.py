"""A filter by a category that finds what is in the categories below it as well, where its words say so: beside its name
or in its schema."""

from __future__ import annotations

from pathlib import Path

import pytest

from .honest import Json, Refused, Request, Service, Text, When, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, resource

OPTIONAL = {"type": ["integer", "null"]}
EQUAL = "The category of the products."


def goods(*faults: str, below: bool) -> Service:
    """``below``: whether products are found by what stands above their category."""

    def known(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        for name in ("parent_id", "category_id"):
            if body.get(name) is not None and body[name] not in service.store("category"):
                raise Refused(400, "there is no such category")
        return {}

    number = When(lambda v: isinstance(v, int) and not isinstance(v, bool), null=True)
    categories = crud(
        "category", "/categories", {"name": Text(40), "parent_id": number}, required=("name",), made=known
    )
    products = crud("product", "/products", {"name": Text(40), "category_id": number}, required=("name",), made=known)
    usual = products["GET", "/products"]

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        status, entries = usual(service, request)
        wanted = request.query.get("category_id")
        if wanted is None or "passes over" in service.faults:
            return status, entries
        if not wanted.isdecimal():
            raise Refused(400, "category_id is no number")
        return status, [e for e in entries if int(wanted) in above(service, e.get("category_id"))]

    def above(service: Service, category: Json) -> list[Json]:
        if category is None or not below:
            return [category]
        one = service.store("category").get(category, {})
        return [category, *above(service, one.get("parent_id"))]

    return Service({**categories, **products, ("GET", "/products"): listed}, frozenset(faults))


def paths(parameter: Document) -> Document:
    found: Document = {}
    for path, name in (("/categories", "parent_id"), ("/products", "category_id")):
        held: Document = {"name": {**TEXT, "maxLength": 40}, name: OPTIONAL}
        shown, sent = object_of(["id", "name"], id={**NUMBER, "readOnly": True}, **held), object_of(["name"], **held)
        found[path] = {
            "get": call({"type": "array", "items": shown}),
            "post": call(shown, sent, 201, others={"400": NO["400"]}),
        }
        gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
        read = call(shown, others={"404": NO["404"]})
        found[f"{path}/{{id}}"] = {"parameters": [ITEM], "get": read, "delete": gone}
    found["/products"]["get"]["parameters"] = [{"name": "category_id", "in": "query", "schema": NUMBER, **parameter}]
    return found


SAID = ("In this category or below it.", "The category, including its children", "category or any sub-category of it")


@pytest.mark.parametrize("words", [*SAID, "Recursively", "Also its descendants", "and everything nested in it"])
@pytest.mark.parametrize("place", ["beside", "in the schema"])
def test_a_filter_that_is_said_to_find_more_is_no_equality(words: str, place: str, tmp_path: Path) -> None:
    said = {"description": words} if place == "beside" else {"schema": {**NUMBER, "description": words}}
    assert not resource(tmp_path, "product", paths(said)).filters


@pytest.mark.parametrize("words", [EQUAL, "The category that is under discussion", "With a subject of this category"])
def test_other_words_leave_it_one(words: str, tmp_path: Path) -> None:
    assert resource(tmp_path, "product", paths({"description": words})).filters


def test_who_finds_what_is_below_is_not_accused(tmp_path: Path) -> None:
    document = written(tmp_path, paths({"schema": {**NUMBER, "description": SAID[0]}}))
    with serving(goods(below=True)) as url:
        ended = run_document(document, url, tmp_path / "run", "--only", "list")
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(("fault", "told"), [("", 0), ("passes over", 1)])
def test_who_passes_over_a_filter_is(fault: str, told: int, tmp_path: Path) -> None:
    document = written(tmp_path, paths({"description": EQUAL}))
    with serving(goods(*filter(None, [fault]), below=False)) as url:
        ended = run_document(document, url, tmp_path / "run", "--only", "list")
    assert ended.returncode == told, ended.stdout + ended.stderr
