"""What a document says and a contract does not is told with a reason that is true of the document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.openapi.imported import imported
from restproof.errors import ContractError

from .unsaid import BOX, NUMBER, SENT, TEXT, Document, boxes, call, content, read, resource

THING = {"type": "object", "properties": {"note": TEXT}}


def listed(schema: Document) -> Document:
    return {"type": "array", "items": schema}


def with_members(**members: Document) -> Document:
    return {"type": "object", "properties": members}


def reason(folder: Path, path: str, operation: Document, method: str = "get") -> str:
    """Why an operation of a path beside the boxes is left out."""
    found = read(folder, {**boxes(call(BOX, SENT, 201)), path: {method: operation}})
    [one] = [left.what for left in found.left_out if left.what.startswith((f"{method.upper()} {path}:", f"{path}:"))]
    return one.partition(": ")[2]


TWO = with_members(cats=listed(BOX), dogs=listed(BOX), total=NUMBER)
MANY = with_members(tags=listed(BOX), motto=TEXT)
ANSWERS: dict[str, tuple[Document, str]] = {
    "texts": (call(listed(TEXT)), "its answer is an array of texts, not of objects"),
    "anything": (call(listed({})), "its answer is an array, and it is not said what its entries hold"),
    "a value": (call({"type": "boolean"}), "its answer is a single value"),
    "two lists": (
        call(TWO, others={"404": content(THING)}),
        "its answer holds several arrays, and it is not plain which is the list: cats, dogs",
    ),
    "one of many": (call(MANY, others={"404": content(THING)}), "its answer holds tags among other things"),
    "absent": (call(THING, others={"404": content(THING)}), "its answer is one object, which may be absent (404)"),
    "one that is asked for": (
        {**call(THING), "parameters": [{"name": "no", "in": "query", "required": True, "schema": NUMBER}]},
        "its answer is one object, which one its query says (/lids?no={id} may be the item_path of a list)",
    ),
    "an image": (
        {"responses": {"200": {"description": "", "content": {"image/png": {}}}}},
        "its answer is image/png, no",
    ),
    "any JSON": (call({}), "it is not said what the JSON of its answer holds"),
    "nothing": ({"responses": {"200": {"description": ""}}}, "the document does not say its answer"),
    "a redirect": ({"responses": {"302": {"description": ""}}}, "the document has no answer of its success"),
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_reason_says_what_the_answer_is(answer: str, tmp_path: Path) -> None:
    operation, expected = ANSWERS[answer]
    assert reason(tmp_path, "/lids", operation).startswith(expected)


def test_the_reason_says_what_the_body_is(tmp_path: Path) -> None:
    for given, expected in (
        (call(BOX, {}, 201), "it is not said what the JSON that it takes holds"),
        ({**call(BOX, None, 201), "requestBody": {"content": {"text/csv": {}}}}, "it takes text/csv, no JSON"),
        (call(BOX, None, 201), "it takes no body"),
    ):
        found = read(tmp_path, boxes(given))
        assert f"POST /boxes: {expected}" in [one.what for one in found.left_out]


def test_a_path_without_a_read_and_one_that_no_contract_has_are_told_as_such(tmp_path: Path) -> None:
    assert reason(tmp_path, "/boxes/{id}/open", call(BOX), "post").endswith("nothing is read there")
    assert reason(tmp_path, "/boxes?deep=true", call(BOX)) == "no path of a contract holds '?'"


def test_a_list_that_tells_of_warnings_beside_its_entries_is_one(tmp_path: Path) -> None:
    shown = call(with_members(warnings=listed(THING), boxes=listed(BOX)))
    paths = boxes(call(BOX, SENT, 201))
    found = resource(tmp_path, "box", {**paths, "/boxes": {**paths["/boxes"], "get": shown}})
    assert found.envelope.list == "boxes"


def test_a_list_without_ids_that_something_stands_below_is_left_out(tmp_path: Path) -> None:
    below = {"get": call(listed(THING))}
    found = read(tmp_path, {"/roles": {"get": call(listed(THING))}, "/roles/{code}/users": below})
    assert found.contract["resources"]["role"]["operations"] == []
    assert "GET /roles: no member of its entries is plainly their id" in [one.what for one in found.left_out]


def secured(
    folder: Path, security: list[Document], paths: Document | None = None, **schemes: Document
) -> tuple[Document, list[str]]:
    document: Document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "security": security}
    document |= {"paths": paths or boxes(call(BOX, SENT, 201)), "components": {"securitySchemes": schemes}}
    (folder / "api.json").write_text(json.dumps(document), encoding="utf-8")
    found = imported(folder / "api.json", "api")
    return found.contract, [one.what for one in found.left_out]


KEY = {"type": "apiKey", "in": "header", "name": "Authorization"}
APART = {"type": "apiKey", "in": "header", "name": "X-Key"}
BEARER = {"type": "http", "scheme": "bearer"}


def test_two_credentials_in_one_header_are_one(tmp_path: Path) -> None:
    found, left = secured(tmp_path, [{"key": [], "token": []}], key=KEY, token=BEARER)
    assert found["auth"] == {"scheme": "api_key", "header": "Authorization"}
    assert left == []


def test_of_two_credentials_that_stand_apart_a_hook_sends_one(tmp_path: Path) -> None:
    found, left = secured(tmp_path, [{"key": [], "token": []}], key=APART, token=BEARER)
    assert found["auth"] == "bearer"
    assert left == ["the credential key, asked for beside token: let a hook send it"]


def test_what_asks_for_a_credential_that_no_read_shows_to_be_sent_is_left_out(tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes"]["post"]["security"] = [{"token": [], "key": []}]
    found, left = secured(tmp_path, [{"token": []}], paths, key=APART, token=BEARER)
    assert "create" not in found["resources"]["box"]["operations"]
    why = "it asks for the credential key beside token, and not every read does: add it with a hook that sends that"
    assert f"POST /boxes: {why}" in left


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("WebSocket, told of new boxes", True),
        ("Opens a WebSocket connection", True),
        ("Stream changes over a websocket", True),
        ("List WebSocket connections", False),
        ("WebSocket settings of the team", False),
        ("The boxes that a WebSocket tells of", False),
    ],
)
def test_only_what_opens_a_websocket_is_left_out_as_one(tmp_path: Path, title: str, is_one: bool) -> None:
    listing = {"get": {**call(listed(BOX)), "summary": title}}
    found = read(tmp_path, {**boxes(call(BOX, SENT, 201)), "/lids": listing})
    assert ("GET /lids: it opens a WebSocket" in [one.what for one in found.left_out]) is is_one


@pytest.mark.parametrize(
    ("words", "depends"),
    [
        ("Available only when lids are configured.", True),
        ("The lids. This endpoint is only available if the plugin is enabled.", True),
        ("Lists lids; requires the store to be set up", True),
        ("The lids. Sorting is available when the index is enabled.", False),
        ("The lids. The parameter `q` works only if search is enabled.", False),
    ],
)
def test_only_what_depends_as_a_whole_on_how_a_service_is_set_up_is_left_out(
    tmp_path: Path, words: str, depends: bool
) -> None:
    listing = {"get": {**call(listed(BOX)), "description": words}}
    found = read(tmp_path, {**boxes(call(BOX, SENT, 201)), "/lids": listing})
    why = "GET /lids: its words say that it depends on how the service is set up"
    assert (why in [one.what for one in found.left_out]) is depends


def test_a_credential_that_is_asked_for_alone_is_preferred(tmp_path: Path) -> None:
    found, left = secured(
        tmp_path,
        [{"key": [], "basic": []}, {"token": []}],
        key=APART,
        token=BEARER,
        basic={**BEARER, "scheme": "basic"},
    )
    assert (found["auth"], left) == ("bearer", [])


def test_where_nothing_is_a_resource_the_reasons_that_most_is_left_out_for_are_told(tmp_path: Path) -> None:
    with pytest.raises(ContractError) as raised:
        read(tmp_path, {**{f"/do{n}": {"post": call(BOX)} for n in range(5)}, "/": {"get": call(BOX)}})
    first, second, *_ = str(raised.value.hint).splitlines()
    assert first == "at #/paths: /do0, /do1, /do2, …: neither a collection nor an item of one: nothing is read there"
    assert second.strip() == "/: it is no collection"
