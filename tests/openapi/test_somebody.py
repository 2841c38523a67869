"""Numbers that name somebody of whom the document knows nothing: none is made up that may be somebody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.plan.bodies import Bodies

from .test_embedded import object_of
from .test_meant import ITEM, NO
from .unsaid import NUMBER, TEXT, Document, call, contract, read

SMALL = {**NUMBER, "minimum": 0, "maximum": 50}


def tickets(needed: bool, **members: Document) -> Document:
    held: Document = {"title": {**TEXT, "maxLength": 60}, **members}
    shown = object_of(["id", "title"], id={**NUMBER, "readOnly": True}, **held)
    sent = object_of(["title", *(members if needed else ())], **held)
    one = {
        "parameters": [ITEM],
        "get": call(shown, others={"404": NO["404"]}),
        "patch": call(shown, object_of([], **held)),
        "delete": {"responses": {"204": {"description": "gone"}}},
    }
    return {
        "/tickets": {"get": call({"type": "array", "items": shown}), "post": call(shown, sent, 201)},
        "/tickets/{id}": one,
    }


SOMEBODY = [
    ("requester_id", NUMBER),
    ("owner", NUMBER),
    ("createdBy", NUMBER),
    ("assigned_to", NUMBER),
    ("desk", {**NUMBER, "description": "ID of the assigned agent."}),
    ("desk", {**NUMBER, "description": "The user who answers for it."}),
    ("watchers", {"type": "array", "items": NUMBER}),
]


@pytest.mark.parametrize(("name", "schema"), SOMEBODY)
def test_a_number_that_names_somebody_is_that_of_nobody(name: str, schema: Document, tmp_path: Path) -> None:
    told = contract(tmp_path, tickets(True, **{name: schema}))
    for body in (Bodies(told, told.resources["ticket"]).minimal(), Bodies(told, told.resources["ticket"]).full()):
        sent = body[name] if isinstance(body[name], list) else [body[name]]
        assert all(number > 10**9 for number in sent)


@pytest.mark.parametrize(("name", "schema"), SOMEBODY)
def test_one_that_no_body_needs_is_not_sent(name: str, schema: Document, tmp_path: Path) -> None:
    told = contract(tmp_path, tickets(False, **{name: schema}))
    assert name not in Bodies(told, told.resources["ticket"]).full()


def test_nor_is_what_needs_a_small_one(tmp_path: Path) -> None:
    found = read(tmp_path, tickets(True, owner=SMALL))
    assert "create" not in found.contract["resources"].get("ticket", {"operations": []})["operations"]


@pytest.mark.parametrize(
    ("name", "schema"),
    [("queue", NUMBER), ("max_per_user", NUMBER), ("users", NUMBER)],
)
def test_other_numbers_are_sent_as_they_were(name: str, schema: Document, tmp_path: Path) -> None:
    told = contract(tmp_path, tickets(True, **{name: schema}))
    assert Bodies(told, told.resources["ticket"]).full()[name] < 10**9


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        ({**NUMBER, "default": 1}, [1]),
        ({**NUMBER, "examples": [7], "default": 1}, [7, 1]),
        ({"type": "array", "items": NUMBER, "default": [1]}, [1]),
    ],
)
def test_of_those_that_a_document_names_no_other_is_sent(schema: Document, sent: list[int], tmp_path: Path) -> None:
    name = "watchers" if "items" in schema else "owner"
    found = read(tmp_path, tickets(True, **{name: schema})).contract["resources"]["ticket"]["values"]
    assert [*found.values()] == [sent]
