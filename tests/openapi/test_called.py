"""What only names tell: addresses in texts of no format, versions in paths, a credential by a name that nothing
defines; and a collection at the very base path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import check, load
from restproof.contract.openapi.imported import Imported, imported
from restproof.contract.openapi.naming import free_name
from restproof.contract.openapi.written import write
from restproof.plan.bodies import Bodies

from .test_embedded import object_of
from .unsaid import BOX, NUMBER, SENT, TEXT, Document, call, contract, read

LIST: Document = {"type": "array"}
ITEM = {"name": "id", "in": "path", "required": True, "schema": NUMBER}


def people(**members: Document) -> Document:
    shown = object_of([], id=NUMBER, **members)
    return {
        "/people": {"post": call(shown, object_of([], **members), 201)},
        "/people/{id}": {"parameters": [ITEM], "get": call(shown)},
    }


def test_a_text_that_is_called_an_address_is_sent_as_one(tmp_path: Path) -> None:
    inner = object_of([], userEmail=TEXT)
    told = contract(
        tmp_path, people(name=TEXT, email=TEXT, website=TEXT, note={**TEXT, "format": "date"}, contact=inner)
    )
    full = Bodies(told, told.resources["people"]).full()
    assert "@" in full["email"]
    assert full["website"].startswith("https://")
    assert "@" in full["contact"]["userEmail"]
    assert "@" not in full["name"]


def test_an_address_is_sent_where_it_has_room(tmp_path: Path) -> None:
    told = contract(tmp_path, people(name=TEXT, email={**TEXT, "maxLength": 255}))
    assert "@" in Bodies(told, told.resources["people"]).full()["email"]


@pytest.mark.parametrize(("name", "one_word"), [("sku", True), ("userName", True), ("title", False), ("code", False)])
def test_a_text_that_is_called_as_one_word_is_sent_as_one(name: str, one_word: bool, tmp_path: Path) -> None:
    told = contract(tmp_path, people(note=TEXT, **{name: TEXT}))
    people_ = told.resources["people"]
    assert (" " not in Bodies(told, people_).full()[name]) is one_word
    assert "pattern" not in people_.shapes.response["properties"][name]
    assert (name in people_.lenient) is one_word  # what has blanks may be right all the same


def test_a_text_that_holds_a_number_is_sent_as_one(tmp_path: Path) -> None:
    told = contract(tmp_path, people(note=TEXT, price={**TEXT, "format": "int64"}))
    assert told.resources["people"].shapes.create["properties"]["price"]["pattern"] == "^(0|[1-9][0-9]{0,8})$"
    assert "pattern" not in told.resources["people"].shapes.response["properties"]["price"]


@pytest.mark.parametrize("by_post", [True, False])
@pytest.mark.parametrize("said", [TEXT, {**TEXT, "format": "int64"}])
def test_an_id_has_no_form_but_what_the_document_says(by_post: bool, said: Document, tmp_path: Path) -> None:
    """Others than the run have given some, and a server may take any."""
    user = object_of(["login", "label"], login=said, label=TEXT)
    users = call({**LIST, "items": user})
    given = {**ITEM, "name": "login", "schema": TEXT}
    paths: Document = {
        "/users": {"get": users, **({"post": call(user, user, 201)} if by_post else {})},
        "/users/{login}": {"parameters": [given], "get": call(user), "put": call(user, user, 201)},
    }
    found = contract(tmp_path, paths).resources["user"]
    assert (found.id.field, found.id.chosen_by) == ("login", "either" if by_post else "client")
    assert "pattern" not in found.shapes.response["properties"]["login"]
    assert "pattern" not in Bodies(contract(tmp_path, paths), found).id_schema


def test_the_object_that_holds_the_own_members_of_a_resource_is_sent_where_it_needs_some(tmp_path: Path) -> None:
    own = object_of(["size"], size=NUMBER)
    told = contract(
        tmp_path,
        {
            "/boxes": {"post": call(BOX, object_of(["label"], label=TEXT, properties=own, extra=own), 201)},
            "/boxes/{id}": {
                "parameters": [ITEM],
                "get": call(object_of(["id"], id=NUMBER, label=TEXT, properties=own, extra=own)),
                "patch": call(BOX, object_of([], label=TEXT, properties=object_of([], size=NUMBER))),
            },
        },
    )
    minimal = Bodies(told, told.resources["box"]).minimal()
    assert minimal.keys() == {"label", "properties"}
    assert "size" in minimal["properties"]


@pytest.mark.parametrize("named", [True, False])
def test_the_id_that_a_client_chooses_tells_whose_it_is_and_a_text_with_an_example_is_sent_as_that(
    named: bool, tmp_path: Path
) -> None:
    place = {**TEXT, "example": "westeurope"}
    shown = object_of(["name"], name=TEXT, place=place)
    made = call(shown, object_of(["place"], place=place), 201)
    item: Document = {"parameters": [{**ITEM, "name": "name", "schema": TEXT}], "get": call(shown)}
    paths = {"/boxes": {} if named else {"post": made}, "/boxes/{name}": {**item, **({"put": made} if named else {})}}
    paths["/boxes"]["get"] = call({"type": "array", "items": shown})
    told = contract(tmp_path, paths)
    bodies = Bodies(told, told.resources["box"])
    assert (bodies.minimal()["place"] == "westeurope") is named
    assert (bodies.marked({"place": "westeurope"}, "rpabcdef00001")["place"] == "westeurope") is named


@pytest.mark.parametrize("said", [{"examples": ["x"]}, {"enum": ["x"]}, {"pattern": "^x$"}, {"maxLength": 3}])
def test_what_says_otherwise_what_it_is_stays_as_it_is(said: Document, tmp_path: Path) -> None:
    told = contract(tmp_path, people(name=TEXT, email={**TEXT, **said}))
    assert "@" not in json.dumps(told.resources["people"].shapes.create["properties"]["email"])


def test_where_nothing_is_required_and_rules_are_open_every_field_is_sent(tmp_path: Path) -> None:
    told = contract(tmp_path, people(name=TEXT, size=NUMBER))
    bodies = Bodies(told, told.resources["people"])
    assert bodies.minimal().keys() == {"name", "size"}


def test_a_version_is_no_name() -> None:
    assert free_name("/invoice/v1", "invoiceId", ()) == "invoice"
    assert free_name("/v2beta1", None, ()) == "v2beta1"


def authed(folder: Path, schemes: Document, security: list[Any]) -> Imported:
    paths = {"/boxes": {"post": call(BOX, SENT, 201)}, "/boxes/{id}": {"parameters": [ITEM], "get": call(BOX)}}
    document: Document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths}
    document["security"], document["components"] = security, {"securitySchemes": schemes}
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    return imported(folder / "api.json", "api")


HEADER = {"scheme": "api_key", "header": "Authorization"}
BEARER = {"type": "http", "scheme": "bearer"}
COOKIE = {"type": "apiKey", "in": "cookie", "name": "sid"}


@pytest.mark.parametrize(
    ("schemes", "security", "wanted"),
    [
        ({"t": {"type": "http", "scheme": "Token"}}, [{"t": []}], HEADER),
        ({"t": {"type": "http", "scheme": "DPoP"}}, [{}, {"t": []}], None),
        ({"c": COOKIE, "b": BEARER}, [{"c": []}, {"b": []}, {}], "bearer"),
        ({"bearerAuth": BEARER, "other": COOKIE}, [{"barearAuth": []}], "bearer"),
        ({"key": BEARER}, [{"JWT-auth": []}], "bearer"),
        ({}, [{"access-token": []}], "bearer"),
        ({}, [{"basic": []}], "basic"),
        ({"a": "not a mapping", "b": COOKIE}, [{}, {"a": []}], None),
    ],
)
def test_which_credential_is_meant(schemes: Document, security: list[Any], wanted: Any, tmp_path: Path) -> None:
    found = authed(tmp_path, schemes, security).contract.get("auth")
    said = found if isinstance(found, str) or not found or "header" in found else found.get("scheme")
    assert (said if found != {"scheme": "none"} else None) == wanted


@pytest.mark.parametrize(
    ("schemes", "where"),
    [({}, "security: bearer"), ({"own": BEARER}, "components.securitySchemes.own")],
)
def test_a_credential_is_told_to_come_from_where_the_document_says_it(
    schemes: Document, where: str, tmp_path: Path
) -> None:
    assert authed(tmp_path, schemes, [{"bearer": []}]).origins["auth",] == where


def test_a_collection_may_stand_at_the_base_path(tmp_path: Path) -> None:
    found: Document = {"/": {"get": call({"type": "array", "items": BOX}), "post": call(BOX, SENT, 201)}}
    gone = {"responses": {"204": {"description": ""}}}
    found["/{id}"] = {"parameters": [ITEM], "get": call(BOX), "delete": gone}
    written = write(read(tmp_path, found), tmp_path / "c", "api.json")
    assert check(written) == []
    [box] = load(written).resources.values()
    assert {o: box.operation(o).path for o in ("list", "create", "read", "delete")} == {
        "list": "/",
        "create": "/",
        "read": "/{id}",
        "delete": "/{id}",
    }


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Database name", "name"),
        ("The unique name of the database.", "name"),
        ("the database's name", "name"),
        ("The name of the database. The name is not case sensitive.", "name"),
        ("Database UUID", "id"),
        ("The name of the database, or its id", "id"),
        ("", "id"),
    ],
)
def test_the_words_of_a_parameter_tell_which_member_names_the_item(words: str, field: str, tmp_path: Path) -> None:
    shown = object_of(["id", "name"], id={**TEXT, "format": "uuid"}, name=TEXT)
    named = {"name": "database", "in": "path", "required": True, "schema": TEXT, "description": words}
    paths = {
        "/databases": {"post": call(shown, object_of(["name"], name=TEXT), 201), "get": call({**LIST, "items": shown})},
        "/databases/{database}": {"parameters": [named], "get": call(shown)},
    }
    found = contract(tmp_path, paths).resources["database"]
    assert (found.id.field, found.id.chosen_by) == (field, "client" if field == "name" else "server")


def test_a_parameter_in_short_is_told_by_its_words_too(tmp_path: Path) -> None:
    """As GitHub and Gitea have it: the first name is the owner's, whose ``repos`` they are as well."""
    shown = object_of(["id", "name"], id=NUMBER, name=TEXT)
    named = [
        {"name": name, "in": "path", "required": True, "schema": TEXT, "description": said}
        for name, said in (("owner", "The account owner of it."), ("repo", "The name of the repository."))
    ]
    found = contract(tmp_path, {"/repos/{owner}/{repo}": {"parameters": named, "get": call(shown)}})
    [repo] = [r for r in found.resources.values() if r.supports("read")]
    assert repo.id.field == "name"


@pytest.mark.parametrize(
    ("parameter", "form", "known"),
    [
        ("crn", {"type": "string"}, False),
        ("crn", {"type": "string", "format": "uuid"}, True),
        ("box", {"type": "string"}, True),
        ("box_ref", {"type": "string"}, True),
        ("number", {"type": "string"}, True),
    ],
)
def test_a_text_that_is_called_as_no_id_names_nothing_by_a_uuid(
    parameter: str, form: Document, known: bool, tmp_path: Path
) -> None:
    """Where what it names is not shown, nobody knows what to ask for."""
    shown = object_of(["id", "label"], id={**TEXT, "format": "uuid"}, label=TEXT)
    named = {"name": parameter, "in": "path", "required": True, "schema": form}
    paths = {
        "/boxes": {"get": call({**LIST, "items": shown})},
        f"/boxes/{{{parameter}}}": {"parameters": [named], "get": call(shown)},
    }
    assert contract(tmp_path, paths).resources["box"].supports("read") == known
