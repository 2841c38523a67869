"""What is written of a document is a contract, whatever the document leaves out of a resource, or has elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from .unsaid import BOX, NUMBER, SENT, TEXT, Document, call, contract

GONE: Document = {"responses": {"204": {"description": "gone"}}}
LIST: Document = {"type": "array", "items": BOX}


def at(path: str, **operations: Document) -> Document:
    """A path, each of whose parameters is a number."""
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    given = [{"name": name, "in": "path", "required": True, "schema": NUMBER} for name in names]
    return {path: {"parameters": given, **operations}}


def named(schema: Document, **more: Document) -> Document:
    """A schema that all answers of a kind share."""
    return {**schema, "properties": {**schema["properties"], **more}}


def test_a_field_that_is_not_sent_is_in_no_word_about_requests(tmp_path: Path) -> None:
    """A text called as another resource is not sent; it is also spelled otherwise in answers, and said to be unique."""
    said = {"type": "string", "description": "Must be unique."}
    sent = named(SENT, note=said, remark=TEXT)
    shown = named(BOX, Note=TEXT, remark=TEXT)
    note = {"type": "object", "required": ["id", "text"], "properties": {"id": NUMBER, "text": TEXT}}
    paths = {
        **at("/boxes", post=call(shown, sent, 201)),
        **at("/boxes/{id}", get=call(shown), delete=GONE),
        **at("/notes", get=call({"type": "array", "items": note})),
        **at("/notes/{id}", get=call(note)),
    }
    box = contract(tmp_path, paths).resources["box"]
    assert "note" not in {*box.shapes.create["properties"], *box.reads_as, *(f for key in box.unique for f in key)}
    assert "remark" in box.shapes.create["properties"]


@pytest.mark.parametrize(("above", "joined"), [("/rooms/{room}", True), ("/rooms/{room}/shelves/{shelf}", False)])
def test_items_elsewhere_name_no_parent_that_their_list_does_not_name(above: str, joined: bool, tmp_path: Path) -> None:
    """A list of all boxes of a room; each box is read and deleted below its shelf, which no list of boxes shows."""
    box = {"$ref": "#/components/schemas/box"}
    paths = {
        **at("/rooms/{room}/all/boxes", get=call({"type": "array", "items": box})),
        **at(f"{above}/boxes/{{id}}", get=call(box), delete=GONE),
    }
    resources = contract(tmp_path, paths, {"box": BOX}).resources
    both = [r for r in resources.values() if {"list", "delete"} <= {*r.operations}]
    assert [r.path for r in both] == (["/rooms/{room}/all/boxes"] if joined else [])


def test_a_parent_under_two_names_of_its_parameter_is_one(tmp_path: Path) -> None:
    paths = {
        **at("/shelves/{owner}/{shelf}/boxes", get=call(LIST), post=call(BOX, SENT, 201)),
        **at("/shelves/{owner}/{shelf}/boxes/{id}", get=call(BOX), delete=GONE),
        **at("/shelves/{owner}/{shelf}", get=call(BOX)),
        **at("/shelves/{org}/{shelf}/seals", get=call(LIST), post=call(BOX, SENT, 201)),
        **at("/shelves/{org}/{shelf}/seals/{id}", get=call(BOX), delete=GONE),
    }
    resources = contract(tmp_path, paths).resources
    parents = {name: [p.resource for p in resources[name].parents] for name in ("box", "seal")}
    assert parents["box"] == parents["seal"]


def test_what_has_no_id_has_no_items(tmp_path: Path) -> None:
    """One of them is answered as all of them are, by a path with a format behind its parameter."""
    results = {"type": "array", "items": BOX}
    entries = {"type": "object", "properties": {"callback": TEXT, "meta": {"type": "object"}, "results": results}}
    paths = {
        **at("/boxes.json", get=call(entries)),
        "/boxes/{id}.json": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": NUMBER}],
            "get": call(entries),
        },
    }
    box = contract(tmp_path, paths).resources["box"]
    assert (box.id.field, {*box.operations}, {*box.other_methods}) == ("", {"read"}, set())


def test_who_chooses_no_id_any_more_creates_nothing(tmp_path: Path) -> None:
    """A POST to the path of an item would make one; its body is a file, and it is left out."""
    file = {"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": TEXT}}}}
    made = {**file, "responses": {"201": call(BOX)["responses"]["200"]}}
    paths = {**at("/boxes", get=call(LIST)), **at("/boxes/{id}", get=call(BOX), post=made, delete=GONE)}
    box = contract(tmp_path, paths).resources["box"]
    assert (box.id.chosen_by, {*box.operations}) == ("server", {"list", "read", "delete"})


def test_a_create_at_the_path_of_an_item_below_a_parent_names_that_parent(tmp_path: Path) -> None:
    paths = {**at("/shelves/{shelfKey}/{boxKey}", get=call(BOX), post=call(BOX, SENT, 201), delete=GONE)}
    resources = contract(tmp_path, paths).resources
    made = next(r for r in resources.values() if "create" in r.operations)
    assert made.operation("create").path == f"/shelves/{{{made.parents[0].resource}}}/{{id}}"
