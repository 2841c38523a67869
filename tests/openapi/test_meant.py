"""What a document means beyond its keywords: how words say that a text is written or kept, deletes that only mark, ids
that are called after their part, roles that exclude each other, and pages of no said size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.values_by_description import in_digits
from restproof.contract.openapi.wording import case_of
from restproof.contract.openapi.written import write
from restproof.plan.bodies import Bodies

from .honest import Json, Refused, Request, Service, Text, serving
from .running import run_document
from .services import crud
from .test_embedded import object_of
from .unsaid import NUMBER, TEXT, Document, call, read, resource

ITEM = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
RULES = ("create.answers-created", "create.reads-back", "delete.is-gone")
NO = {"400": {"description": "no"}, "404": {"description": "no"}}


def only(*rules: str) -> list[str]:
    return [word for rule in rules for word in ("--only", rule)]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("UTC date in YYYYMMDD format (e.g. 20240115)", "20240115"),
        ("start time in HHMM or HHMMSS format (e.g. 1430 or 143045)", "1430"),
        ("as DD/MM/YYYY", "17/05/2024"),
        ("yyyy-MM-dd HH:mm:ss", "2024-05-17 14:30:45"),
        ("the time (HH:MM)", "14:30"),
        ("how long, as mm:ss", "05:45"),
        ("'YYYY-MM-DD'.", "2024-05-17"),
        ("YYYY-MM-DDTHH:mm:ssZ", "2024-05-17T14:30:45Z"),
        ("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "2024-05-17T14:30:45.000Z"),
        ("YYYY-MM-DDThh:mm:ss+00:00", "2024-05-17T14:30:45+00:00"),
        ("YYYY-MM-DDTHH:mm:ssXXX", ""),
        ("DD-MMM-YYYY", ""),
        ("frequency in MHz, e.g. 14.225.", "14.225"),
        ("a telephone, for instance '+420 123 456 789'", "+420 123 456 789"),
        ("the number of the room, e.g. 101", ""),
        ("how long it takes, e.g. 2 weeks", ""),
        ("MM", ""),
        ("a band (e.g. 40m, 20m)", ""),
    ],
)
def test_words_show_how_a_text_is_written(words: str, value: str) -> None:
    assert in_digits(words) == value


@pytest.mark.parametrize(
    ("words", "cased"),
    [
        ("code is uppercased on ingest", {"code": "uppercase"}),
        ("name and code are lowercased", {"name": "lowercase", "code": "lowercase"}),
        ("Stores the code in upper case", {"code": "uppercase"}),
        ("Stored lower-cased: name, code", {"name": "lowercase", "code": "lowercase"}),
        ("The code is lowercased and the name trimmed", {"code": "lowercase"}),
        ("The name is trimmed and the code is lowercased", {"code": "lowercase"}),
        ("The code is lowercased, the name is kept", {"code": "lowercase"}),
        ("The name is left alone; codes are lowercased", {}),
        ("The code is not lowercased", {}),
        ("code is never converted to upper case", {}),
        ("The code must be uppercased", {}),
    ],
)
def test_words_say_which_member_is_kept_in_one_case(words: str, cased: dict[str, str]) -> None:
    assert {name: form for name in ("name", "code") if (form := case_of(name, [words]))} == cased


def logs(*faults: str) -> Service:
    """Entries of a log: the day is written as the words of the document have it, and the band in capitals."""

    def made(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        if not (str(body["day"]).isdecimal() and len(str(body["day"])) == 8):
            raise Refused(400, "the day is no day")
        body["band"] = str(body["band"]) if "band-kept" in service.faults else str(body["band"]).upper()
        return {}

    fields = {"band": Text(), "day": Text(), "note": Text()}
    routes = crud(
        "log", "/logs", fields, required=("band", "day", "note"), operations="list create read delete", made=made
    )
    return Service(routes, frozenset(faults))


def logs_document(folder: Path) -> Path:
    day = {**TEXT, "description": "The day in YYYYMMDD format"}
    shown = object_of(["id", "band", "day", "note"], id=NUMBER, band=TEXT, day=day, note=TEXT)
    body = object_of(["band", "day", "note"], band=TEXT, day=day, note=TEXT)
    create = call(
        shown, body, 201, others={"400": NO["400"]}, description="Stores an entry. band is uppercased on ingest."
    )
    gone = "Soft-delete an entry. Soft-deleted entries are excluded from all list and get operations."
    delete = {"description": gone, "responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    paths = {
        "/logs": {"get": call({"type": "array", "items": shown}), "post": create},
        "/logs/{id}": {"parameters": [ITEM], "get": call(shown, others={"404": NO["404"]}), "delete": delete},
    }
    return written(folder, paths)


def written(folder: Path, paths: Document, **beside: Any) -> Path:
    said = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths, **beside}
    (folder / "api.json").write_text(json.dumps(said), encoding="utf-8")
    return folder / "api.json"


@pytest.mark.parametrize(
    ("fault", "told"), [("", "CONFORMING"), ("band-kept", "create."), ("delete-keeps", "delete.is-gone")]
)
def test_what_words_say_of_members_and_of_a_delete_is_kept(fault: str, told: str, tmp_path: Path) -> None:
    service = logs(*filter(None, [fault]))
    with serving(service) as url:
        ended = run_document(logs_document(tmp_path), url, tmp_path / "run", "--profile", "smoke", *only(*RULES))
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert told in ended.stdout
    assert fault == "delete-keeps" or not service.store("log")


def test_a_delete_that_only_lists_are_said_to_know_may_be_read_still(tmp_path: Path) -> None:
    def boxes(words: str) -> Document:
        shown = object_of(["id"], id=NUMBER, label=TEXT)
        delete = {"description": words, "responses": {"200": {"description": "ok"}, "404": NO["404"]}}
        item = {"parameters": [ITEM], "get": call(shown, others={"404": NO["404"]}), "delete": delete}
        return {"/boxes": {"post": call(shown, object_of([], label=TEXT), 201)}, "/boxes/{id}": item}

    listed = resource(tmp_path / "1", "box", boxes("Soft delete a box. Deleted boxes will not appear in listings."))
    assert 200 in listed.status("gone", "read")
    unread = resource(tmp_path / "2", "box", boxes("Soft delete a box, which is excluded from all queries."))
    assert 200 not in unread.status("gone", "read")
    for number, words in enumerate(("", " Answers 404 if it is not found.", " It is not removed from the database.")):
        kept = resource(tmp_path / f"{number + 3}", "box", boxes(f"Soft delete a box.{words}"))
        assert "delete" in kept.open


def games(names: tuple[str, str], *faults: str) -> Service:
    """Games of two teams, which must be two. ``names``: the members that hold their ids."""

    def made(service: Service, body: dict[str, Json]) -> dict[str, Json]:
        teams = body.get(names[0]), body.get(names[1])
        if teams[0] == teams[1] or not all(team in service.store("team") for team in teams):
            raise Refused(400, "two teams are needed")
        body["place"] = "" if "place-lost" in service.faults else body.get("place", "")
        return dict(zip(names, teams, strict=True))

    teams = crud("team", "/teams", {"name": Text()}, required=("name",))
    return Service({**teams, **crud("game", "/games", {"place": Text()}, made=made)}, frozenset(faults))


def games_document(folder: Path, names: tuple[str, str]) -> Path:
    team, game = {"name": TEXT}, {"place": TEXT, **dict.fromkeys(names, NUMBER)}
    paths: Document = {}
    for name, members in (("teams", team), ("games", game)):
        shown, body = object_of(["id"], id=NUMBER, **members), object_of([], **members)
        gone = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
        create = call(shown, body, 201, others={"400": NO["400"]})
        paths[f"/{name}"] = {"get": call({"type": "array", "items": shown}), "post": create}
        item = call(shown, others={"404": NO["404"]})
        paths[f"/{name}/{{id}}"] = {"parameters": [ITEM], "get": item, "delete": gone}
    return written(folder, paths)


@pytest.mark.parametrize("names", [("homeTeamId", "awayTeamId"), ("fromTeamId", "toTeamId")])
@pytest.mark.parametrize(("fault", "code"), [("", 0), ("place-lost", 1)])
def test_ids_that_are_called_after_their_part_are_those_of_two(
    fault: str, code: int, names: tuple[str, str], tmp_path: Path
) -> None:
    with serving(games(names, *filter(None, [fault]))) as url:
        options = ("--profile", "smoke", "--resource", "game", *only(*RULES))
        ended = run_document(games_document(tmp_path, names), url, tmp_path / "run", *options)
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "game create" not in ended.stdout  # among what is not proven


def test_an_id_that_stands_alone_may_be_that_of_something_else(tmp_path: Path) -> None:
    def paths(**members: Document) -> Document:
        found: Document = {}
        for name, own in (("accounts", {"name": TEXT}), ("orders", members)):
            shown = object_of(["id"], id=NUMBER, **own)
            found[f"/{name}"] = {"post": call(shown, object_of([], **own), 201)}
            found[f"/{name}/{{id}}"] = {"parameters": [ITEM], "get": call(shown)}
        return found

    alone = resource(tmp_path / "1", "order", paths(billing_account_id=NUMBER))
    assert not alone.references
    scores = resource(tmp_path / "2", "order", paths(first_account=NUMBER, second_account=NUMBER))
    assert not scores.references
    two = resource(tmp_path / "3", "order", paths(from_account_id=NUMBER, to_account_id=NUMBER))
    assert {name: ref.to for name, ref in two.references.items()} == {
        "from_account_id": "account",
        "to_account_id": "account",
    }


def test_members_are_called_after_what_can_be_made(tmp_path: Path) -> None:
    tree = object_of([], id=NUMBER, label=TEXT, children={"type": "array", "items": {}})
    category, product = object_of(["id"], id=NUMBER, name=TEXT), object_of(["id"], id=NUMBER, category_id=NUMBER)
    paths = {
        "/categories": {"get": call(object_of([], data={"type": "array", "items": tree}))},
        "/category": {"post": call(category, object_of([], name=TEXT), 201)},
        "/category/{id}": {"parameters": [ITEM], "get": call(category)},
        "/products": {"post": call(product, object_of([], category_id=NUMBER), 201)},
        "/products/{id}": {"parameters": [ITEM], "get": call(product)},
    }
    found = resource(tmp_path, "product", paths)
    assert found.references["category_id"].to == "category"


def test_what_is_for_a_role_that_excludes_the_usual_one_is_left_out(tmp_path: Path) -> None:
    def paths(*mine: str) -> Document:
        shown = object_of(["id"], id=NUMBER, name=TEXT)
        roles = {"/boxes": ["admin", "worker"], "/lids": ["admin", "client"], "/my/box": [*mine]}
        return {
            path: {
                "get": call(shown if path == "/my/box" else {"type": "array", "items": shown}, security=[{"jwt": some}])
            }
            for path, some in roles.items()
        }

    def said(folder: str, *mine: str) -> str:
        found = read(tmp_path / folder, paths(*mine))
        return " ".join(str(left) for left in found.left_out)

    assert "it is for the role client, and most others for admin" in said("1", "client")
    assert "it is for the role" not in said("2", "client", "admin")
    assert "it is for the role" not in said("3", "guest")  # who may have both


def test_what_may_be_done_is_no_role(tmp_path: Path) -> None:
    shown = object_of(["id"], id=NUMBER, name=TEXT)

    def said(*scopes: str) -> dict[str, Any]:
        return {"security": [{"jwt": [*scopes]}]}

    for number, (read_it, write_it) in enumerate((("read", "write"), ("boxes:view", "boxes:change"))):
        item = {"get": call(shown, **said(read_it)), "parameters": [ITEM]}
        change = call(shown, object_of([], name=TEXT), **said(read_it, write_it))
        make = call(shown, object_of([], name=TEXT), 201, **said(write_it))
        paths = {"/boxes": {"post": make}, "/boxes/{id}": {**item, "patch": change}, "/lids/{id}": item}
        found = read(tmp_path / str(number), paths)
        assert "it is for the role" not in " ".join(str(left) for left in found.left_out)


def shelves(*faults: str) -> Service:
    """A hundred and twenty books, in pages of at most a hundred."""

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        offset, limit = (request.query.get(name, usual) for name, usual in (("offset", "0"), ("limit", "10")))
        if not (offset.isdecimal() and limit.isdecimal() and len(offset + limit) < 12 and 1 <= int(limit) <= 100):
            raise Refused(400, "that is no page")
        first, size = int(offset), int(limit) + ("longer" in service.faults)
        some = [{"id": n, "title": f"book {n}"} for n in range(1, 121)]
        return 200, {"books": some[first : first + size], "total": 120}

    return Service({("GET", "/books"): listed}, frozenset(faults))


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("longer", 1)])
def test_a_page_may_be_refused_where_it_is_not_said_how_large_one_may_be(fault: str, code: int, tmp_path: Path) -> None:
    sizes = [{"name": name, "in": "query", "schema": NUMBER} for name in ("limit", "offset")]
    books = {"type": "array", "items": object_of(["id", "title"], id=NUMBER, title=TEXT)}
    get = call(object_of([], books=books, total=NUMBER), parameters=sizes, others={"400": NO["400"]})
    with serving(shelves(*filter(None, [fault]))) as url:
        document = written(tmp_path, {"/books": {"get": get}})
        ended = run_document(
            document, url, tmp_path / "run", "--profile", "ci", *only("list.page-size", "list.pages-partition")
        )
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert fault or "blocked" not in ended.stdout


def told(inside: Document, *beside: str) -> Document:
    return object_of(["data"], data=inside, **dict.fromkeys(beside, TEXT))


def test_a_read_may_say_less_of_the_request_than_writes_do(tmp_path: Path) -> None:
    """``{data}`` of a read is the envelope of ``{message, data}``; and what a create calls ``booking_id`` is the id."""
    whole = object_of(["id", "seat"], id=NUMBER, seat=TEXT)
    made = object_of(["booking_id", "seat"], booking_id=NUMBER, seat=TEXT)
    item = {**ITEM, "name": "booking_id"}
    paths = {
        "/bookings": {
            "get": call(told({"type": "array", "items": whole})),
            "post": call(told(made, "message"), object_of(["seat"], seat=TEXT), 201),
        },
        "/bookings/{booking_id}": {"parameters": [item], "get": call(told(whole))},
    }
    found = resource(tmp_path, "booking", paths)
    assert found.operation("read").envelope.response == "data"
    assert found.operation("create").envelope.response == "data"
    assert found.id.field == "id"
    assert "data" not in found.properties


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        ("The certificate (required for MOVIE type)", True),
        ("Mandatory if the type is MOVIE", True),
        ("not required for MOVIE", False),
        ("what a movie has", False),
    ],
)
def test_what_is_needed_now_and_then_is_always_sent(words: str, sent: bool, tmp_path: Path) -> None:
    kind = {**TEXT, "enum": ["MOVIE", "OTHER"]}
    schemas = {"Level": {**TEXT, "enum": ["SU", "13+"]}}
    level = {"$ref": "#/components/schemas/Level", "description": words}
    members: Document = {"type": kind, "year": {**NUMBER, "description": words}, "level": level}
    shown, body = object_of(["id"], id=NUMBER, **members), object_of(["type"], **members)
    paths = {"/films": {"post": call(shown, body, 201)}, "/films/{id}": {"parameters": [ITEM], "get": call(shown)}}
    written(tmp_path, paths, components={"schemas": schemas})
    made = load(write(imported(tmp_path / "api.json", "api"), tmp_path / "contract", "api.json"))
    bodies = Bodies(made, made.resources["film"])
    assert ({"year", "level"} <= bodies.minimal().keys()) == sent
    assert [*bodies.required] == ["type"]
