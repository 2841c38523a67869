"""Documents in JSON:API: the attributes of a resource are its fields, and what it is related to are references."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Answer, Json, Refused, Request, Service, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import ITEM, NO, only, written
from .unsaid import NUMBER, TEXT, Document, contract, read

MEDIA = "application/vnd.api+json"
RULES = ("create.answers-created", "create.reads-back", "update.answers-ok", "update.persists", "input.required")


def one_of(kind: str) -> Document:
    return {"type": "string", "enum": [kind]}


def related(kind: str, *, many: bool = False) -> Document:
    one = object_of(["id", "type"], id=TEXT, type=one_of(kind))
    return object_of(["data"], data={"type": "array", "items": one} if many else one)


def in_media(schema: Document) -> Document:
    return {"description": "ok", "content": {MEDIA: {"schema": object_of(["data"], data=schema)}}}


def of(kind: str, attributes: Document, relations: Document | None = None) -> Document:
    """The paths of a collection. ``attributes``: the fields, all needed; ``relations``: what a create has to name."""
    fields, relations = object_of([*attributes], **attributes), relations or {}
    shown: Document = {"type": one_of(kind), "attributes": object_of([], **attributes)}
    beside = {"relationships": object_of([], **relations)} if relations else {}
    item = object_of(["id", "type", "attributes"], id=TEXT, **shown, **beside)
    needed = {"relationships": object_of([*relations], **relations)} if relations else {}
    sent = object_of(["type", "attributes", *needed], type=one_of(kind), attributes=fields, **needed)
    changed = object_of(["id", "type"], id=TEXT, **shown, **beside)

    def call(answer: Document, body: Document | None = None, status: str = "200") -> Document:
        asked = {} if body is None else {"requestBody": {"required": True, **in_media(body)}}
        return {**asked, "responses": {status: in_media(answer), **NO}}

    gone = {"responses": {"204": {"description": "gone"}, **NO}}
    entry = {"parameters": [{**ITEM, "schema": TEXT}], "get": call(item), "patch": call(item, changed), "delete": gone}
    listed = call({"type": "array", "items": item})
    return {f"/{kind}": {"get": listed, "post": call(item, sent, "201")}, f"/{kind}/{{id}}": entry}


DOCUMENT = {**of("people", {"email": TEXT}), **of("articles", {"title": TEXT}, {"author": related("people")})}


def library(*faults: str) -> Service:
    """People, whose addresses are unique, and what they have written."""
    fields = {"people": "email", "articles": "title"}

    def checked(service: Service, kind: str, request: Request, item: dict[str, Json]) -> Json:
        data: Json = request.body().get("data")
        attributes = data.get("attributes", {}) if isinstance(data, dict) else None
        if not isinstance(attributes, dict) or data.get("type") != kind or data.get("id") != item.get("id"):
            raise Refused(400, "that is no resource object")
        text = attributes.get(fields[kind], item.get("text"))
        if not isinstance(text, str):
            raise Refused(400, f"{fields[kind]} is no text")
        if kind == "people" and any(one["text"] == text and one is not item for one in service.store(kind).values()):
            raise Refused(400, "email is taken")
        found = {"text": text}
        if kind == "articles":
            named = data.get("relationships", {"author": {"data": {"id": item.get("author"), "type": "people"}}})
            try:
                author = named["author"]["data"]
                found["author"] = author["id"]
                known = author["type"] == "people" and author["id"] in service.store("people")
            except (KeyError, TypeError):
                known = False
            if not known:
                raise Refused(400, "author must exist")
        return found

    def shown(kind: str, item: Json) -> Json:
        told = {"id": item["id"], "type": kind, "attributes": {fields[kind]: item["text"]}}
        author = {"data": {"id": item.get("author"), "type": "people"}}
        return told | ({"relationships": {"author": author}} if kind == "articles" else {})

    def one(service: Service, kind: str, request: Request) -> Json:
        if request.path["id"] not in service.store(kind):
            raise Refused(404, "that is not there")
        return service.store(kind)[request.path["id"]]

    def routes_of(kind: str) -> dict[tuple[str, str], Any]:
        def listed(service: Service, request: Request) -> tuple[int, Json]:
            return 200, Answer({"data": [shown(kind, i) for i in service.store(kind).values()]}, MEDIA)

        def create(service: Service, request: Request) -> tuple[int, Json]:
            item = {"id": str(service.number(kind)), **checked(service, kind, request, {})}
            service.store(kind)[item["id"]] = item
            return 201, Answer({"data": shown(kind, item)}, MEDIA)

        def shows(service: Service, request: Request) -> tuple[int, Json]:
            return 200, Answer({"data": shown(kind, one(service, kind, request))}, MEDIA)

        def update(service: Service, request: Request) -> tuple[int, Json]:
            item = one(service, kind, request)
            new = checked(service, kind, request, item)
            kept = {"author": item.get("author")} if "moves-nothing" in service.faults and kind == "articles" else {}
            item.update({} if "lost" in service.faults else {**new, **kept})
            return 200, Answer({"data": shown(kind, {**item, **new})}, MEDIA)

        def delete(service: Service, request: Request) -> tuple[int, Json]:
            del service.store(kind)[one(service, kind, request)["id"]]
            return 204, None

        way = f"/{kind}/{{id}}"
        return {
            ("GET", f"/{kind}"): listed,
            ("POST", f"/{kind}"): create,
            ("GET", way): shows,
            ("PATCH", way): update,
            ("DELETE", way): delete,
        }

    return Service({**routes_of("people"), **routes_of("articles")}, frozenset(faults))


@pytest.mark.parametrize("fault", ["", "lost", "moves-nothing"])
def test_what_stands_in_attributes_and_relationships_is_proven(fault: str, tmp_path: Path) -> None:
    service = library(*filter(None, [fault]))
    with serving(service) as url:
        ended = run_document(written(tmp_path, DOCUMENT), url, tmp_path / "run", *only(*RULES))
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert ("update.persists" in ended.stdout) == bool(fault)
    assert "not proven" not in ended.stdout
    assert not service.store("people")
    assert not service.store("articles")


def test_fields_and_what_they_name_stand_side_by_side(tmp_path: Path) -> None:
    found = read(tmp_path, DOCUMENT)
    article = found.contract["resources"]["article"]
    assert article["envelope"]["fields"] == "attributes"
    assert article["envelope"]["constants"] == {"/data/type": "articles"}
    assert article["operations"]["update"]["envelope"] == {"constants": {"/data/id": "{id}"}}
    named = {"to": "people", "place": "/relationships/author/data/id", "with": {"type": "people"}}
    assert article["references"] == {"author": named}
    assert found.schemas["article-request.json"]["required"] == ["title", "author"]


def test_several_are_named_in_an_array(tmp_path: Path) -> None:
    paths = {**of("tags", {"word": TEXT}), **of("articles", {"title": TEXT}, {"tags": related("tags", many=True)})}
    article = read(tmp_path, paths).contract["resources"]["article"]
    assert article["references"]["tags"]["place"] == "/relationships/tags/data/*/id"


@pytest.mark.parametrize("relation", ["author", "title"])
def test_a_create_that_must_name_what_nothing_makes_is_left_out(relation: str, tmp_path: Path) -> None:
    people = {way: {"get": calls["get"]} for way, calls in of("people", {"email": TEXT}).items()}
    people["/people/{id}"]["parameters"] = [{**ITEM, "schema": TEXT}]
    others = of("people", {"email": TEXT}) if relation == "title" else people
    found = read(tmp_path, {**others, **of("articles", {"title": TEXT}, {relation: related("people")})})
    article = found.contract["resources"]["article"]
    assert "create" not in article["operations"]
    assert "references" not in article
    assert any(f"its body needs {relation}" in str(left) for left in found.left_out)


@pytest.mark.parametrize("sent", [True, False])
def test_what_only_one_side_is_said_to_relate_is_read_back_or_not_sent(sent: bool, tmp_path: Path) -> None:
    """Who is related is said of the create alone, or of answers alone."""
    articles = of("articles", {"title": TEXT}, {"author": related("people")})
    for call in (call for calls in articles.values() for way, call in calls.items() if way in ("get", "post", "patch")):
        bodies = [call["requestBody"]] if "requestBody" in call else []
        for body in [one for status, one in call["responses"].items() if status[0] == "2"] if sent else bodies:
            data = body["content"][MEDIA]["schema"]["properties"]["data"]
            one = data.get("items", data)
            one["properties"].pop("relationships", None)
            one["required"] = [name for name in one["required"] if name != "relationships"]
    article = contract(tmp_path, {**of("people", {"email": TEXT}), **articles}).resources["article"]
    assert ("author" in article.references, "author" in article.shapes.create["properties"]) == (sent, sent)


def test_attributes_beside_other_members_are_a_member(tmp_path: Path) -> None:
    item = object_of(["id"], id=NUMBER, type=one_of("box"), attributes=object_of([], size=NUMBER), label=TEXT)
    answer = {"responses": {"200": in_media(item), **NO}}
    box = read(tmp_path, {"/boxes/{id}": {"parameters": [ITEM], "get": answer}}).contract["resources"]["box"]
    assert box["envelope"] == {"response": "data"}
