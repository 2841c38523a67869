"""Ids that answers show at the end of a path or a URL alone, as Google's, Spring's and Azure's do, and references that
hold such an address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Json, Refused, Request, Service, Text, checked, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .test_meant import NO, written
from .unsaid import NUMBER, TEXT, Document, call, read, resource

SET = {**TEXT, "readOnly": True}
HREF = object_of([], href=TEXT)
SELF = object_of([], self=HREF)


def parameter(name: str, schema: Document = TEXT) -> Document:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def shelves(shown: Document, name: str = "shelf", body: Document | None = None, kind: Document = TEXT) -> Document:
    """Shelves, of which answers show these members beside a label."""
    one = object_of(["label"], label=TEXT, **shown)
    sent = body or object_of(["label"], label=TEXT)
    listed = object_of(["shelves"], shelves={"type": "array", "items": one})
    gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    item = {
        "parameters": [parameter(name, kind)],
        "get": call(one, others={"404": NO["404"]}),
        "patch": call(one, sent, others=NO),
        "delete": gone,
    }
    return {"/shelves": {"get": call(listed), "post": call(one, sent, 201, others={"400": NO["400"]})}} | {
        f"/shelves/{{{name}}}": item
    }


PATH = {**TEXT, "description": "The resource name: shelves/{shelf}."}


@pytest.mark.parametrize(
    ("shown", "id"),
    [
        ({"_links": SELF}, {"link": "/_links/self/href"}),
        ({"_links": {"type": "object", "additionalProperties": HREF}}, {"link": "/_links/self/href"}),
        ({"links": object_of([], self=TEXT)}, {"link": "/links/self"}),
        ({"name": PATH}, {"field": "name", "url": "shelves/{id}"}),
        ({"name": {**TEXT, "description": "The resource name."}}, {"link": "/name"}),
        ({"name": SET}, {"field": "name"}),  # a bare name, by the words that were there before
        ({"@id": SET}, {"link": "/@id"}),
        ({"selfLink": TEXT}, {"link": "/selfLink"}),
        ({"url": {**SET, "format": "uri"}}, {"link": "/url"}),
        ({"url": SET}, None),
        ({"homepage": {**SET, "format": "uri"}}, None),
        ({"_links": object_of([], owner=HREF)}, None),
    ],
)
def test_an_id_at_the_end_of_an_address_is_found(shown: Document, id: dict[str, str] | None, tmp_path: Path) -> None:
    paths = shelves(shown)
    if id is None:
        paths["/boxes"], paths["/boxes/{id}"] = paths["/shelves"], {"parameters": [parameter("id")], "get": call(BOX)}
        assert "create" not in read(tmp_path, paths).contract["resources"]["shelf"]["operations"]
        return
    shelf = read(tmp_path, paths).contract["resources"]["shelf"]
    assert {w: v for w, v in shelf["id"].items() if w != "chosen_by"} == id
    assert ("id" in shelf.get("open", ())) is ("url" in shown)  # it may lead elsewhere


BOX = object_of(["id"], id=NUMBER)


def test_a_name_that_is_a_path_is_sent_by_nobody(tmp_path: Path) -> None:
    body = object_of(["label"], label=TEXT, name=PATH)
    found = resource(tmp_path, "shelf", shelves({"name": PATH}, body=body))
    assert (found.id.field, found.id.url) == ("name", "shelves/{id}")
    assert "name" not in found.shapes.request("create")["properties"]


def test_what_clients_may_set_is_no_link(tmp_path: Path) -> None:
    body = object_of(["label"], label=TEXT, href=TEXT)
    paths = shelves({"href": TEXT}, body=body) | {"/boxes/{id}": {"parameters": [parameter("id")], "get": call(BOX)}}
    assert "create" not in read(tmp_path, paths).contract["resources"]["shelf"]["operations"]


@pytest.mark.parametrize(("name", "field"), [("shelfName", "name"), ("shopName", "id")])
def test_a_parameter_that_is_called_the_name_of_what_it_stands_behind_is_its_name(
    name: str, field: str, tmp_path: Path
) -> None:
    paths = shelves({"id": SET, "name": SET}, name)
    for entry in paths.values():
        entry["x-restproof-resource"] = "store_shelf"
    assert resource(tmp_path, "store_shelf", paths).id.field == field


def linked(way: str, *faults: str) -> Service:
    """Shelves whose ids stand in a link or in a name alone, with some of others."""

    def show(row: dict[str, Any]) -> Json:
        place = f"shelves/{row['n']}"
        if way == "name":
            return {"name": place, "label": row["label"]}
        return {"label": row["label"], "_links": {"self": {"href": f"http://localhost/{place}"}}}

    def rows(service: Service) -> dict[str, dict[str, Any]]:
        others = {f"s{n}": {"n": f"s{n}", "label": f"shelf {n}"} for n in range(7)}
        return {**others, **service.store("shelf")}

    def one(service: Service, request: Request) -> dict[str, Any]:
        found = rows(service).get(request.path["shelf"])
        if found is None:
            raise Refused(404, "there is none")
        return found

    def label(request: Request) -> str:
        found = request.body().get("label")
        if not isinstance(found, str):
            raise Refused(400, "the label is no text")
        return found

    def create(service: Service, request: Request) -> tuple[int, Json]:
        row = {"label": label(request), "n": f"t{service.number('shelf')}"}
        service.store("shelf")[row["n"]] = row
        return 201, show(row)

    def update(service: Service, request: Request) -> tuple[int, Json]:
        row = {**one(service, request), "label": label(request)}
        if "lost" not in service.faults and row["n"] in service.store("shelf"):
            service.store("shelf")[row["n"]] = row
        return 200, show(row)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        row = one(service, request)
        if "kept" not in service.faults:
            service.store("shelf").pop(row["n"])
        return 204, None

    path = "/shelves/{shelf}"
    routes = {
        ("GET", "/shelves"): lambda s, _: (200, {"shelves": [show(row) for row in rows(s).values()]}),
        ("POST", "/shelves"): create,
        ("GET", path): lambda s, r: (200, show(one(s, r))),
        ("PATCH", path): update,
        ("DELETE", path): delete,
    }
    return Service(routes, frozenset(faults))


@pytest.mark.parametrize("way", ["name", "link"])
@pytest.mark.parametrize("fault", ["", "lost", "kept"])
def test_what_has_such_an_id_is_made_changed_and_taken_away(way: str, fault: str, tmp_path: Path) -> None:
    shown: Document = {"name": PATH} if way == "name" else {"_links": SELF}
    document = written(tmp_path, shelves(shown))
    service = linked(way, *filter(None, [fault]))
    rules = ("--only", "update", "--only", "delete", "--only", "create", "--only", "identity")
    with serving(service) as url:
        ended = run_document(document, url, tmp_path / "run", "--profile", "smoke", *rules)
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert fault == "kept" or not service.store("shelf")


def bookings(room: Document) -> Document:
    """Rooms, and bookings that name one."""
    made: dict[str, Any] = {}
    for name, members in {"room": {"seats": NUMBER}, "booking": {"title": TEXT, "room": room}}.items():
        one, sent = object_of(["id"], id=NUMBER, **members), object_of([*members], **members)
        made[f"/api/{name}s"] = {"get": call({"type": "array", "items": one}), "post": call(one, sent, 201)}
        made[f"/api/{name}s/{{id}}"] = {
            "parameters": [parameter("id")],
            "get": call(one, others={"404": NO["404"]}),
            "delete": {"responses": {"204": {"description": "gone"}, "404": NO["404"]}},
        }
    return made


def test_the_path_of_what_a_member_is_called_after_is_a_reference(tmp_path: Path) -> None:
    found = resource(tmp_path, "booking", bookings({**TEXT, "format": "iri-reference"}))
    assert found.references["room"].to == "room"
    assert [one.url for one in found.envelope.held] == ["/api/rooms/{id}"]
    assert found.shapes.request("create")["properties"]["room"]["type"] == "integer"


@pytest.mark.parametrize(
    "room", [TEXT, {**TEXT, "format": "uri"}, {**TEXT, "format": "iri-reference", "readOnly": True}]
)
def test_other_addresses_are_none(room: Document, tmp_path: Path) -> None:
    assert not resource(tmp_path, "booking", bookings(room)).references


def test_a_member_that_is_called_after_the_own_name_of_an_id_is_a_reference(tmp_path: Path) -> None:
    student = object_of(["code"], code=TEXT, label=TEXT)
    put = {**call(student, object_of(["label"], label=TEXT), 201, others=NO)}
    grade = object_of(["id"], id=NUMBER, studentCode=TEXT)
    paths: Document = {
        "/students": {"get": call({"type": "array", "items": student})},
        "/students/{code}": {"parameters": [parameter("code")], "get": call(student, others=NO), "put": put},
        "/grades": {"post": call(grade, object_of(["studentCode"], studentCode=TEXT), 201)},
        "/grades/{id}": {"parameters": [parameter("id")], "get": call(grade, others={"404": NO["404"]})},
    }
    assert resource(tmp_path, "grade", paths).references["studentCode"].to == "student"


def test_such_a_reference_that_answers_spell_otherwise_says_so_itself(tmp_path: Path) -> None:
    desk = object_of(["sid"], sid=SET, label=TEXT)
    chair = object_of(["id"], id=NUMBER, desk_sid=TEXT, tall_back=TEXT)
    sent = object_of(["DeskSid"], DeskSid=TEXT, TallBack=TEXT)
    paths: Document = {
        "/desks": {"post": call(desk, object_of(["label"], label=TEXT), 201)},
        "/desks/{sid}": {"parameters": [parameter("sid")], "get": call(desk, others=NO)},
        "/chairs": {"post": call(chair, sent, 201)},
        "/chairs/{id}": {"parameters": [parameter("id")], "get": call(chair, others={"404": NO["404"]})},
    }
    found = resource(tmp_path, "chair", paths)
    assert (found.references["DeskSid"].to, found.references["DeskSid"].reads_as) == ("desk", "desk_sid")
    assert found.reads_as == {"TallBack": "tall_back"}


@pytest.mark.parametrize(
    ("needed", "kind", "refers"),
    [(["owner"], TEXT, True), ([], TEXT, False), (["owner"], {**TEXT, "enum": ["a"]}, False)],
)
def test_a_text_that_a_body_needs_and_that_is_called_after_what_can_be_made_holds_the_id_of_one(
    needed: list[str], kind: Document, refers: bool, tmp_path: Path
) -> None:
    owner = object_of(["id"], id=SET, label=TEXT)
    either = object_of(["id"], id=NUMBER, label=TEXT, owner={"anyOf": [kind, owner]})
    paths: Document = {
        "/owners": {"post": call(owner, object_of(["label"], label=TEXT), 201)},
        "/owners/{id}": {"parameters": [parameter("id")], "get": call(owner, others=NO)},
        "/dogs": {"post": call(either, object_of(["label", *needed], label=TEXT, owner=kind), 201)},
        "/dogs/{id}": {"parameters": [parameter("id")], "get": call(either, others={"404": NO["404"]})},
    }
    assert ("owner" in resource(tmp_path, "dog", paths).references) is refers


NAMED = "shelves/[^/]+"


@pytest.mark.parametrize(
    ("pattern", "found"), [(NAMED, True), (f"^{NAMED}$", True), ("[^/]+", False), ("s.*/[^/]+", False)]
)
def test_the_pattern_of_a_name_tells_the_path_that_it_stands_for(pattern: str, found: bool, tmp_path: Path) -> None:
    shelf, book = (object_of(["name"], name=TEXT, label=TEXT) for _ in range(2))
    sent = object_of(["label"], label=TEXT)
    gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    below = f"{pattern.removesuffix('$')}/books/[^/]+"

    def named(name: str, form: str) -> Document:
        return {"parameters": [parameter(name, {**TEXT, "pattern": form})]}

    paths: Document = {
        "/v1/shelves": {
            "get": call(object_of([], shelves={"type": "array", "items": shelf})),
            "post": call(shelf, sent),
        },
        "/v1/{name}": {**named("name", pattern), "get": call(shelf, others=NO), "delete": gone},
        "/v1/{parent}/books": {**named("parent", pattern), "post": call(book, sent)},
        "/v1/{name_1}": {**named("name_1", below), "get": call(book, others=NO), "delete": gone},
        "/v1/{book.name}": {**named("book.name", below), "patch": call(book, sent, others=NO)},
    }
    resources = read(tmp_path, paths).contract["resources"]
    assert ("book" in resources) is found
    if found:
        assert resources["book"]["path"] == "/v1/shelves/{shelf}/books"
        assert resources["book"]["operations"].keys() == {"create", "read", "update", "delete"}
        assert resources["shelf"]["id"] == resources["book"]["id"] == {"link": "/name"}


def desks(*faults: str, hidden: bool = False) -> Service:
    """Rooms and the desks in them; lists of desks filter by the room, and then show one that is ``hidden`` else."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        rows, room = [*service.store("desk").values()], request.query.get("roomId")
        if room is None:
            return 200, rows
        rows += [{"id": 900, "label": "of old", "roomId": int(room)}] if hidden and room.isdecimal() else []
        return 200, [row for row in rows if str(row["roomId"]) == room or "filter" in service.faults]

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        if body.get("roomId") not in service.store("room"):
            raise Refused(400, "there is no such room")
        checked(service, body, {"label": Text()}, required=("label",))
        row = {"label": body["label"], "roomId": body["roomId"], "id": service.number("desk")}
        service.store("desk")[row["id"]] = row
        return 201, row

    routes = {**crud("room", "/rooms", {"label": Text()}), **crud("desk", "/desks", {"label": Text()})}
    service = Service({**routes, ("GET", "/desks"): listed, ("POST", "/desks"): create}, frozenset(faults))
    for number in (800, 801):
        service.store("room")[number] = {"id": number, "label": "of others"}
        service.store("desk")[number] = {"id": number, "label": "of others", "roomId": number}
    return service


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("fault", ["", "filter"])
def test_a_parameter_that_is_called_as_a_reference_selects_by_it(fault: str, hidden: bool, tmp_path: Path) -> None:
    said: list[Document] = [{"name": "roomId", "in": "query", "schema": NUMBER}]
    said += [{"name": "all", "in": "query", "schema": {"type": "boolean"}}] if hidden else []
    paths: Document = {}
    for name, members in {"room": {"label": TEXT}, "desk": {"label": TEXT, "roomId": NUMBER}}.items():
        one, sent = object_of(["id"], id=NUMBER, **members), object_of([*members], **members)
        listed = call({"type": "array", "items": one}, parameters=said if name == "desk" else [])
        paths[f"/{name}s"] = {"get": listed, "post": call(one, sent, 201, others={"400": NO["400"]})}
        gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
        item: Document = {"parameters": [parameter("id", NUMBER)], "get": call(one, others={"404": NO["404"]})}
        paths[f"/{name}s/{{id}}"] = {**item, "delete": gone}
    document = written(tmp_path, paths)
    with serving(desks(*filter(None, [fault]), hidden=hidden)) as url:
        ended = run_document(document, url, tmp_path / "run", "--profile", "ci", "--only", "list", "--resource", "desk")
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr


@pytest.mark.parametrize(
    ("way", "query"),
    [
        ({"enum": ["asc", "desc"]}, {"ascending": "asc", "descending": "desc"}),
        ({"enum": ["DESC", "ASC"]}, {"ascending": "ASC", "descending": "DESC"}),
        ({"enum": ["up", "down"]}, None),
        ({}, None),
    ],
)
def test_the_way_of_an_order_may_be_a_parameter_of_its_own(
    way: Document, query: dict[str, str] | None, tmp_path: Path
) -> None:
    one = object_of(["id"], id=NUMBER, label=TEXT, size=NUMBER)
    by = {"name": "sortBy", "in": "query", "schema": {**TEXT, "enum": ["label", "size"]}}
    listed = call(
        {"type": "array", "items": one}, parameters=[{"name": "order", "in": "query", "schema": {**TEXT, **way}}, by]
    )
    paths: Document = {
        "/boxes": {"get": listed, "post": call(one, object_of(["label"], label=TEXT), 201)},
        "/boxes/{id}": {"parameters": [parameter("id", NUMBER)], "get": call(one, others={"404": NO["404"]})},
    }
    box = resource(tmp_path, "box", paths)
    assert box.sort == (("label", "size") if query else ())
    if query:
        told = {word: getattr(box.query, word) for word in ("sort", "direction", "ascending", "descending")}
        assert told == {"sort": "sortBy", "direction": "order", **query}
