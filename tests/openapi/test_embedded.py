"""What a document asks a client to send that only the service knows: records of other resources, and their ids."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.openapi.imported import imported
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import server_set_bodies
from restproof.plan.profile import PROFILES

from .test_unsaid_resources import lids
from .unsaid import BOX, NUMBER, SENT, TEXT, Document, boxes, call, contract, read, resource


def object_of(needed: list[str], **members: Document) -> Document:
    return {"type": "object", "properties": members, **({"required": needed} if needed else {})}


def sent_of(folder: Path, members: Document, *needed: str) -> dict[str, Any]:
    """What a create of a lid takes, beside boxes that have an id and a label."""
    found = resource(folder, "lid", lids(object_of([*needed], **members)))
    sent: dict[str, Any] = found.shapes.create["properties"] if found.supports("create") else {}
    return sent


@pytest.mark.parametrize(
    "held",
    [BOX, {**BOX, "nullable": True}, object_of([], inner=BOX), object_of([], box=object_of([], id=NUMBER))],
)
def test_a_record_of_another_resource_is_not_made_up(held: Document, tmp_path: Path) -> None:
    sent = sent_of(tmp_path, {"note": TEXT, "of": held})
    assert "id" not in json.dumps(sent.get("of", {}))
    assert "note" in sent


def test_nor_is_one_sent_to_see_whether_the_server_sets_it(tmp_path: Path) -> None:
    told = contract(tmp_path, lids(object_of([], note=TEXT, of=BOX)))
    lid = told.resources["lid"]
    ground = Ground(told, lid, "create", PROFILES["ci"], Bodies(told, lid))
    assert {case["field"] for case in server_set_bodies(ground)} == {"id"}


def test_an_array_that_holds_records_is_sent_empty(tmp_path: Path) -> None:
    line = object_of(["box", "amount"], box=object_of([], id=NUMBER, label=TEXT), amount=NUMBER)
    sent = sent_of(tmp_path, {"note": TEXT, "lines": {"type": "array", "items": line}}, "lines")
    assert sent["lines"]["maxItems"] == 0
    found = resource(tmp_path, "lid", lids(object_of(["lines"], note=TEXT, lines={"type": "array", "items": line})))
    assert found.lenient == ("lines",), "that others are wrong is not what the document says"


def test_a_body_that_needs_a_record_is_not_sent(tmp_path: Path) -> None:
    found = read(tmp_path, lids(object_of(["box"], note=TEXT, box=object_of(["id"], id=NUMBER))))
    assert "POST" not in json.dumps(found.contract["resources"]["lid"]["operations"])
    assert any("box: it holds a record of box" in one.what for one in found.left_out)


@pytest.mark.parametrize(
    "held",
    [
        object_of([], label=TEXT),
        object_of([], id=NUMBER, label=TEXT, colour=TEXT),
        object_of([], id={**NUMBER, "readOnly": True}, label=TEXT),
    ],
)
def test_what_is_no_record_of_another_is_sent(held: Document, tmp_path: Path) -> None:
    assert "label" in json.dumps(sent_of(tmp_path, {"note": TEXT, "box": held})["box"])


def test_several_uuids_are_ids_of_something(tmp_path: Path) -> None:
    uuids = {"type": "array", "items": {**TEXT, "format": "uuid"}}
    assert sent_of(tmp_path, {"note": TEXT, "members": uuids, "words": {"type": "array", "items": TEXT}}).keys() == {
        "note",
        "words",
    }


def test_an_update_is_sent_what_it_needs(tmp_path: Path) -> None:
    every = object_of([], note=TEXT, size=NUMBER)
    found = resource(tmp_path, "lid", lids(every, patch=object_of(["note"], note=TEXT, size=NUMBER)))
    assert found.shapes.update["required"] == ["note"]


def test_of_several_credentials_the_first_is_taken(tmp_path: Path) -> None:
    names = [f"key{n}" for n in range(9)]
    document: Document = {"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": boxes(call(BOX, SENT))}
    schemes = {n: {"type": "apiKey", "in": "header", "name": f"X-{n}"} for n in names}
    document |= {"components": {"securitySchemes": schemes}, "security": [{n: []} for n in reversed(names)]}
    (tmp_path / "api.json").write_text(json.dumps(document), encoding="utf-8")
    assert imported(tmp_path / "api.json", "api").contract["auth"]["header"] == "X-key8"


@pytest.mark.parametrize(
    "held",
    [
        object_of([], id=NUMBER, login=TEXT),
        object_of([], team_id=NUMBER, login=TEXT),
        {"oneOf": [object_of([], id=NUMBER, login=TEXT), {"type": "string", "enum": ["nobody"]}]},
        {"type": "array", "items": object_of([], id=NUMBER, login=TEXT)},
        object_of([], inner=object_of([], uuid=TEXT, login=TEXT)),
        object_of([], owner=object_of([], id=NUMBER), login=TEXT),
    ],
)
def test_an_id_inside_of_a_body_that_may_leave_it_out_is_not_sent(held: Document, tmp_path: Path) -> None:
    sent = json.dumps(sent_of(tmp_path, {"note": TEXT, "made": held})["made"])
    assert "login" in sent
    assert not any(f'"{name}"' in sent for name in ("id", "uuid", "team_id", "owner"))


def test_an_object_of_ids_alone_is_not_sent_and_an_id_that_must_be_there_is(tmp_path: Path) -> None:
    assert "made" not in sent_of(tmp_path, {"note": TEXT, "made": object_of([], id=NUMBER)})
    needed = object_of(["id"], id=NUMBER, login=TEXT)
    assert "id" in sent_of(tmp_path, {"note": TEXT, "made": needed})["made"]["properties"]
