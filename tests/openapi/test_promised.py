"""What a document promises beside the bodies of what succeeds: error bodies, Location, entity-tags, repeated keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.semantics.checker import checker

from .unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, content, contract

PROBLEM = {"type": "object", "required": ["title"], "properties": {"title": TEXT}}
OTHER = {"type": "object", "required": ["error"], "properties": {"error": TEXT}}
HEADER = {"schema": TEXT}
AT_NINE = "2026-11-28T09:30:00Z"
A_UUID = {"type": "string", "format": "uuid"}


def asked(name: str, **more: Any) -> list[Document]:
    return [{"name": name, "in": "header", "schema": TEXT, **more}]


def test_each_operation_has_the_error_bodies_of_its_own_statuses(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201, others={"400": content(PROBLEM), "409": {"description": "taken"}})
    paths = boxes(made, delete={"responses": {"204": {"description": "gone"}, "404": content(OTHER)}})
    found = contract(tmp_path, paths)
    create, delete = (found.resources["box"].operation(o) for o in ("create", "delete"))
    assert found.error_schema(400) is None
    assert (found.error_schema(400, create) or {})["required"] == ["title"]
    assert found.error_schema(409, create) is None
    assert (found.error_schema(404, delete) or {})["required"] == ["error"]
    assert found.clauses["shape.error"].level == "should"


def test_a_default_answer_is_that_of_the_statuses_without_one(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201, others={"default": content(PROBLEM), "409": {"description": "taken"}})
    found = contract(tmp_path, boxes(made))
    create = found.resources["box"].operation("create")
    assert (found.error_schema(422, create) or {})["required"] == ["title"]
    assert found.error_schema(409, create) is None


def test_what_a_generator_writes_beside_every_operation_is_no_promise(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201, others={"422": content({"$ref": "#/components/schemas/HTTPValidationError"})})
    found = contract(tmp_path, boxes(made))
    assert not found.resources["box"].operation("create").errors


@pytest.mark.parametrize("said", [True, False])
def test_location_is_promised_where_it_is_documented(said: bool, tmp_path: Path) -> None:
    made = call(BOX, SENT, 201)
    if said:
        made["responses"]["201"]["headers"] = {"Location": HEADER}
    assert ("create.location" in contract(tmp_path, boxes(made)).policies) is said


def test_a_key_that_may_be_repeated_is_taken_and_one_that_must_be_there_is_a_new_one_each_time(tmp_path: Path) -> None:
    optional = boxes(call(BOX, SENT, 201, parameters=asked("Idempotency-Key")))
    assert contract(tmp_path / "a", optional).idempotency_key == "Idempotency-Key"
    needed = boxes(call(BOX, SENT, 201, parameters=asked("Idempotency-Key", required=True)))
    found = contract(tmp_path / "b", needed)
    assert found.idempotency_key == "Idempotency-Key"
    assert found.resources["box"].operation("create").headers == {"Idempotency-Key": A_UUID}
    numbers = asked("Idempotency-Key", required=True)
    numbers[0]["schema"] = {"type": "string", "maxLength": 20}
    assert "create" not in contract(tmp_path / "c", boxes(call(BOX, SENT, 201, parameters=numbers))).resources


@pytest.mark.parametrize(
    ("schema", "held"),
    [
        ({"type": "string", "format": "uuid"}, A_UUID),
        ({"type": "string", "format": "uuid", "enum": ["5f0d7f2c-8d1c-4e53-9a52-0c6c5d1b7e11"]}, None),
        ({"type": "string", "pattern": "^[a-z]{3}$"}, {"type": "string", "pattern": "^[a-z]{3}$"}),
        ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 1}),
        ({"type": "string"}, "left out"),
    ],
)
def test_a_header_that_is_needed_has_a_value_of_its_schema(schema: Document, held: Any, tmp_path: Path) -> None:
    parameters = [{"name": "X-Region", "in": "header", "required": True, "schema": schema}]
    found = contract(tmp_path, boxes(call(BOX, SENT, 201, parameters=parameters))).resources["box"]
    if held == "left out":
        assert "create" not in found.operations
    else:
        assert found.operation("create").headers == {"X-Region": held or {"const": schema["enum"][0]}}


def test_the_id_of_a_request_is_a_new_one_each_time(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201, parameters=asked("X-Correlation-ID", required=True))
    assert contract(tmp_path, boxes(made)).resources["box"].operation("create").headers == {"X-Correlation-ID": A_UUID}


def test_an_answer_without_a_documented_body_shows_nothing_and_location_tells_the_id(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201)
    made["responses"]["201"] = {"description": "made", "headers": {"Location": HEADER}}
    found = contract(tmp_path, boxes(made)).resources["box"]
    assert found.operation("create").returns == "minimal"


def test_a_default_that_is_the_only_answer_is_that_of_a_success(tmp_path: Path) -> None:
    made = call(BOX, SENT, 201)
    made["responses"] = {"default": content(BOX)}
    found = contract(tmp_path, boxes(made)).resources["box"]
    assert str(found.status("created", "create")) == "2xx"
    assert not found.operation("create").errors


def test_what_servers_keep_is_not_sent_where_one_schema_speaks_for_both_directions(tmp_path: Path) -> None:
    kept = {"version": {"type": "integer"}, "createdDate": TEXT, "date_modified": TEXT, "last_updated_by": TEXT}
    own = {"id": {"type": "integer"}, **LABEL, "conversion": TEXT, "created_for": TEXT}
    both: Document = {"type": "object", "required": ["label"], "properties": {**own, **kept}}
    found = contract(tmp_path / "a", boxes(call(both, both, 201))).resources["box"]
    assert {n for n, s in found.properties.items() if s.get("readOnly")} == {"id", *kept}
    assert set(kept) <= set(found.volatile)
    without = {**both, "properties": {n: s for n, s in both["properties"].items() if n != "id"}}
    found = contract(tmp_path / "b", boxes(call(both, without, 201))).resources["box"]
    assert {n for n, s in found.properties.items() if s.get("readOnly")} == {"id"}


def test_what_can_be_changed_below_another_and_neither_made_nor_deleted_is_always_there(tmp_path: Path) -> None:
    one = {"type": "object", "required": ["label"], "properties": {"label": TEXT}}
    absent = {"404": {"description": "no such box"}}
    below = {"get": call(one, others=absent), "patch": call(one, SENT, others=absent)}
    paths = {**boxes(call(BOX, SENT, 201)), "/boxes/{id}/lid": below}
    found = contract(tmp_path / "a", paths).resources
    assert found["lid"].id.single
    assert found["lid"].operations == ("read", "update")
    below["delete"] = {"responses": {"204": {"description": "taken off"}}}
    assert "lid" not in contract(tmp_path / "b", paths).resources


@pytest.mark.parametrize("refused", [True, False])
def test_entity_tags_are_promised_where_changes_name_them(refused: bool, tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    paths["/boxes/{id}"]["get"] = call(BOX, others={"304": {"description": "known"}})
    paths["/boxes/{id}"]["get"]["responses"]["200"]["headers"] = {"ETag": HEADER}
    others = {"412": {"description": "stale"}} if refused else {}
    paths["/boxes/{id}"]["patch"] = call(BOX, SENT, others=others, parameters=asked("If-Match"))
    assert contract(tmp_path, paths).resources["box"].etag is refused


def test_an_id_keeps_the_bounds_of_the_path_that_asks_for_it(tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    bounded = {"type": "integer", "minimum": 100, "maximum": 999}
    paths["/boxes/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": bounded}]
    shown = contract(tmp_path, paths).resources["box"].properties["id"]
    assert (shown["minimum"], shown["maximum"]) == (100, 999)


def test_an_id_that_could_not_keep_both_has_the_bounds_that_are_shown(tmp_path: Path) -> None:
    few = {**BOX, "properties": {"id": {"type": "integer", "maximum": 9}, **LABEL}}
    paths = boxes(call(few, SENT, 201), get=call(few))
    above = {"type": "integer", "minimum": 100}
    paths["/boxes/{id}"]["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": above}]
    shown = contract(tmp_path, paths).resources["box"].properties["id"]
    assert (shown.get("minimum"), shown["maximum"]) == (None, 9)


@pytest.mark.parametrize("everywhere", [True, False])
def test_a_rate_limit_is_promised_where_each_answer_tells_it(everywhere: bool, tmp_path: Path) -> None:
    made = call(BOX, SENT, 201, others={"429": {"description": "too many"}})
    paths = boxes(made)
    told = {"X-RateLimit-Limit": HEADER, "X-RateLimit-Remaining": HEADER}
    calls = [c for entry in paths.values() for c in entry.values() if isinstance(c, dict) and "responses" in c]
    answers = [answer for c in calls for answer in c["responses"].values()]
    for answer in answers if everywhere else answers[:-1]:
        answer["headers"] = told
    found = contract(tmp_path, paths).rate_limit
    assert (found is not None) is everywhere


def test_a_delete_below_a_parent_may_be_done_where_only_the_parent_is_missed(tmp_path: Path) -> None:
    gone = {"responses": {"204": {"description": "gone"}, "404": {"description": "no such shelf"}}}
    paths = boxes(call(BOX, SENT, 201), delete=gone)
    top = contract(tmp_path / "a", paths).resources["box"]
    assert 204 not in top.status("absent", "delete")
    below = {f"/shelves/{{shelf_id}}{path}": entry for path, entry in paths.items()}
    nested = contract(tmp_path / "b", below).resources["box"]
    assert 204 in nested.status("absent", "delete")
    assert 204 not in nested.status("absent", "read")


@pytest.mark.parametrize(
    ("words", "stays"),
    [
        ({"summary": "Delete a box"}, False),
        ({"operationId": "cancelBox"}, True),
        ({"summary": "Archive a box"}, True),
        ({"summary": "Cancel and delete a box"}, False),
        ({"summary": "Delete a box", "description": "The box is marked as deleted."}, True),
        ({"description": "Soft-deletes it."}, True),
        ({"summary": "Remove a box", "description": "Close it first."}, False),
        *(({"summary": title}, True) for title in ("Desactivar caja", "Inativar caixa", "Annuler une boîte")),
        *(({"summary": title}, True) for title in ("Karton stornieren", "Désactiver la boîte", "Disattiva scatola")),
        *(({"summary": title}, False) for title in ("Eliminar caja", "Supprimer la boîte", "Karton löschen")),
        *(({"summary": title}, False) for title in ("Cancella scatola", "Excluir ou inativar caixa")),
        *(({"summary": title}, True) for title in ("Cancel a box and its cancellation fee", "Close exclusive box")),
        ({"summary": "Desactivar borrador"}, True),
        ({"summary": "Stop a box", "operationId": "delete-box"}, True),
        ({"summary": "Cancel a box", "operationId": "deleteBox"}, True),
        ({"summary": "Stop and remove a box", "operationId": "delete-box"}, False),
        ({"operationId": "delete-cancelled-box"}, False),
    ],
)
def test_a_delete_that_may_only_end_what_it_names_is_a_delete_after_which_that_may_be_there(
    words: Document, stays: bool, tmp_path: Path
) -> None:
    gone = {**words, "responses": {"200": content(BOX), "404": {"description": "none"}}}
    found = contract(tmp_path, boxes(call(BOX, SENT, 201), delete=gone)).resources["box"]
    assert found.supports("delete")
    assert ("delete" in found.open) is stays


@pytest.mark.parametrize(
    ("one", "collection", "item"),
    [
        ("/boxes({id})", "/boxes", "/boxes({id})"),
        ("/boxes('{id}')", "/boxes", "/boxes('{id}')"),
        ("/boxes/{id}.json", "/boxes.json", "/boxes/{id}.json"),
        ("/boxes/no-{id}", "/boxes", "/boxes/no-{id}"),
        ("/boxes/no-{id}", "/boxes/", "/boxes/no-{id}"),
    ],
)
def test_an_id_may_have_something_around_it(one: str, collection: str, item: str, tmp_path: Path) -> None:
    paths = boxes(call(BOX, SENT, 201))
    paths = {collection: {"get": call({"type": "array", "items": BOX}), **paths["/boxes"]}, one: paths["/boxes/{id}"]}
    [found] = contract(tmp_path, paths).resources.values()
    assert (found.path, found.item_path) == (collection, item)
    assert found.operations == ("list", "create", "read")
    assert found.operation("read").path == item


def test_what_has_no_id_and_is_listed_is_a_list(tmp_path: Path) -> None:
    entry = {"type": "object", "required": ["minutes"], "properties": {"minutes": NUMBER}}
    paths = {"/hours": {"get": call({"type": "array", "items": entry}), "post": call(entry, entry, 201)}}
    found = contract(tmp_path, paths).resources["hour"]
    assert (found.operations, found.id.field) == (("list",), "")


@pytest.mark.parametrize("form", [("page[number]", "page[size]"), ("$skip", "$top"), ("page[offset]", "page[limit]")])
def test_pages_are_known_by_the_names_of_conventions(form: tuple[str, str], tmp_path: Path) -> None:
    place, size = form
    paths = boxes(call(BOX, SENT, 201))
    parameters = [{"name": n, "in": "query", "schema": NUMBER} for n in form]
    paths["/boxes"]["get"] = call({"type": "array", "items": BOX}, parameters=parameters)
    paging = contract(tmp_path, paths).resources["box"].paging
    assert (paging.page if paging.style == "page" else paging.offset, paging.size) == (place, size)


@pytest.mark.parametrize(("example", "is_open"), [(None, True), ("2026-11-28T09:30:00", True), (AT_NINE, False)])
def test_times_have_a_zone_where_an_example_shows_one(example: str | None, is_open: bool, tmp_path: Path) -> None:
    """Frameworks write ``format: date-time`` of a time without a zone too."""
    moment = {"type": "string", "format": "date-time", **({"example": example} if example else {})}
    made_at = {"made_at": {**moment, "readOnly": True}}
    timed = {**BOX, "properties": {"id": {"type": "integer"}, **LABEL, **made_at}}
    box = contract(tmp_path, boxes(call(timed, SENT, 201), get=call(timed))).resources["box"]
    assert ("zones" in box.open) is is_open
    shown = checker(box.shapes.response["properties"]["made_at"])
    assert shown.accepts("2026-11-28T09:30:00.125") is is_open
    assert shown.accepts("2026-11-28T10:30:00+01:00")
    assert not shown.accepts("28/11/2026 09:30")
