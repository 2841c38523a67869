"""Items whose path is not their collection and an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.written import write

VISITS = """
openapi: 3.1.0
info: {title: Kennel, version: "1"}
components:
  schemas:
    Visit: {type: object, required: [id, reason], properties: {id: {type: integer}, reason: {type: string}}}
    Other: {type: object, properties: {id: {type: integer}, reason: {type: string}}}
    New: {type: object, required: [reason], properties: {reason: {type: string}}}
paths:
  /dogs/{dogId}/visits:
    parameters: [{name: dogId, in: path, required: true, schema: {type: integer}}]
    get:
      responses:
        "200": {content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Visit"}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}}
      responses: {"201": {content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}}}
  /visits/{visitId}:
    parameters: [{name: visitId, in: path, required: true, schema: {type: integer}}]
    get:
      responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Visit"}}}}}
    delete: {responses: {"204": {description: gone}}}
"""


def resources_of(tmp_path: Path, document: str) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Of each resource the path of its collection, that of its items, and its operations."""
    (tmp_path / "kennel.yaml").write_text(document, encoding="utf-8")
    contract = load(write(imported(tmp_path / "kennel.yaml", "kennel"), tmp_path / "contract", "kennel.yaml"))
    return {r.name: (r.path, r.own_item_path or "", tuple(r.operations)) for r in contract}


def test_items_that_stand_elsewhere_belong_to_the_collection_that_shows_the_same(tmp_path: Path) -> None:
    assert resources_of(tmp_path, VISITS) == {
        "dog": ("/dogs", "", ()),
        "visit": ("/dogs/{dog}/visits", "/visits/{id}", ("list", "create", "read", "delete")),
    }


A_VISIT = "  /visits/{visitId}:"
A_DOG = "    parameters: [{name: dogId, in: path, required: true, schema: {type: integer}}]\n"
OWN = VISITS.replace("/dogs/{dogId}/visits", "/me/visits").replace(A_DOG, "")


def test_what_the_caller_has_may_stand_elsewhere_too(tmp_path: Path) -> None:
    visit = {"visit": ("/me/visits", "/visits/{id}", ("list", "create", "read", "delete"))}
    assert resources_of(tmp_path, OWN) == visit
    assert resources_of(tmp_path, OWN + a_list("/visits", '{$ref: "#/components/schemas/Visit"}')) == visit
    others = resources_of(tmp_path, OWN.replace("/me/visits", "/busy/visits"))
    assert not any(elsewhere for _, elsewhere, _ in others.values())


@pytest.mark.parametrize("made", [True, False], ids=["a parent that can be made", "one that is given"])
def test_a_list_of_all_gives_way_to_one_beside_a_create(made: bool, tmp_path: Path) -> None:
    dogs = OWN.partition("  /me/visits:")[2].partition("  /visits")[0].replace("Visit", "Other")
    whole = VISITS + a_list("/visits", '{$ref: "#/components/schemas/Visit"}') + (f"  /dogs:{dogs}" if made else "")
    visits = [r for name, r in resources_of(tmp_path, whole).items() if "visit" in name]
    joined = ("/dogs/{dog}/visits", "/visits/{id}", ("list", "create", "read", "delete"))
    assert (visits == [joined]) == made


SHOWN = '{schema: {$ref: "#/components/schemas/Visit"}}}}}\n    delete'


def a_list(path: str, schema: str) -> str:
    """The lines of a path that has a list alone."""
    answer = "{content: {application/json: {schema: {type: array, items: " + schema + "}}}}"
    return f'  {path}:\n    get: {{responses: {{"200": {answer}}}}}\n'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (A_VISIT, "  /checks/{visitId}:"),
        (SHOWN, SHOWN.replace("Visit", "Other")),
        (A_VISIT, a_list("/cats/{catId}/visits", '{$ref: "#/components/schemas/Visit"}') + A_VISIT),
    ],
    ids=["another word", "another schema", "two collections"],
)
def test_items_elsewhere_stand_alone_where_it_is_not_plain_whose_they_are(tmp_path: Path, old: str, new: str) -> None:
    assert old in VISITS
    found = resources_of(tmp_path, VISITS.replace(old, new))
    assert not any(elsewhere for _, elsewhere, _ in found.values())


def test_what_stands_below_items_elsewhere_stands_below_what_their_collection_makes(tmp_path: Path) -> None:
    given = "    parameters: [{name: visitId, in: path, required: true, schema: {type: integer}}]\n"
    notes = a_list("/visits/{visitId}/notes", "{type: object, properties: {id: {type: integer}}}").split("\n", 1)
    assert resources_of(tmp_path, VISITS + f"{notes[0]}\n{given}{notes[1]}") == {
        "dog": ("/dogs", "", ()),
        "visit": ("/dogs/{dog}/visits", "/visits/{id}", ("list", "create", "read", "delete")),
        "note": ("/visits/{visit}/notes", "", ("list",)),
    }


SILENCES = """
openapi: 3.0.3
info: {title: Alerts, version: "1"}
components:
  schemas:
    Silence: {type: object, required: [comment], properties: {comment: {type: string}}}
    Shown:
      allOf:
        - {type: object, required: [id], properties: {id: {type: string}}}
        - {$ref: "#/components/schemas/Silence"}
    Silences: {type: array, items: {$ref: "#/components/schemas/Shown"}}
paths:
  /silences:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Silences"}}}}}}
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Silence"}}}}
      responses:
        "200": {content: {application/json: {schema: {type: object, properties: {silenceID: {type: string}}}}}}
  /silence/{silenceID}:
    parameters: [{name: silenceID, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Shown"}}}}}}
    delete: {responses: {"200": {description: gone}}}
"""


def silences(tmp_path: Path, document: str = SILENCES) -> Contract:
    (tmp_path / "alerts.yaml").write_text(document, encoding="utf-8")
    return load(write(imported(tmp_path / "alerts.yaml", "alerts"), tmp_path / "contract", "alerts.yaml"))


def test_the_list_beside_an_item_is_called_by_its_plural(tmp_path: Path) -> None:
    (silence,) = silences(tmp_path)
    assert {o: silence.operation(o).path for o in silence.operations} == {
        "list": "/silences",
        "create": "/silences",
        "read": "/silence/{id}",
        "delete": "/silence/{id}",
    }


def test_both_may_end_with_a_slash(tmp_path: Path) -> None:
    slashed = SILENCES.replace("  /silences:", "  /silences/:").replace("/{silenceID}:", "/{silenceID}/:")
    (silence,) = silences(tmp_path, slashed)
    assert {silence.operation(o).path for o in silence.operations} == {"/silences/", "/silence/{id}/"}


def test_a_list_in_the_plural_that_shows_something_else_stands_alone(tmp_path: Path) -> None:
    apart = SILENCES.replace(
        'items: {$ref: "#/components/schemas/Shown"}', "items: {type: object, properties: {n: {}}}"
    )
    assert len(list(silences(tmp_path, apart))) == 2


def test_the_id_of_what_was_made_stands_under_the_name_that_the_path_of_an_item_has(tmp_path: Path) -> None:
    create = next(iter(silences(tmp_path))).operation("create")
    assert create.returns == "minimal"
    assert create.shown({"silenceID": "4d413a76-d20f"}) == {"silenceID": "4d413a76-d20f", "id": "4d413a76-d20f"}
    assert create.shown({"id": "7", "comment": "x"}) == {"id": "7", "comment": "x"}


def test_the_id_of_what_was_made_may_be_a_number(tmp_path: Path) -> None:
    counted = SILENCES.replace("{type: string}}}\n        - {$ref", "{type: integer}}}\n        - {$ref")
    counted = counted.replace("silenceID: {type: string}", "silenceID: {type: integer}")
    create = next(iter(silences(tmp_path, counted.replace("string, format: uuid", "integer")))).operation("create")
    for shown in (7, "7"):
        assert (create.shown({"silenceID": shown}) or {})["id"] == 7
    assert "id" not in (create.shown({"silenceID": None}) or {})


def test_ids_are_such_as_the_path_of_an_item_asks_for(tmp_path: Path) -> None:
    assert next(iter(silences(tmp_path))).id.type == "uuid"


VEHICLES = """
swagger: "2.0"
info: {title: Fleet, version: "1"}
definitions:
  Vehicle:
    type: object
    required: [plate]
    properties: {id: {type: integer, readOnly: true}, plate: {type: string}}
  Note: {type: object, properties: {plate: {type: string}}}
paths:
  /vehicles:
    get: {responses: {"200": {description: all, schema: {type: array, items: {$ref: "#/definitions/Vehicle"}}}}}
  /vehicle:
    post:
      parameters: [{name: vehicle, in: body, required: true, schema: {$ref: "#/definitions/Vehicle"}}]
      responses: {"201": {description: made, schema: {$ref: "#/definitions/Vehicle"}}}
  /vehicles/{id}:
    get:
      parameters: [{name: id, in: path, required: true, type: integer}]
      responses: {"200": {description: one, schema: {$ref: "#/definitions/Vehicle"}}}
"""


def test_a_create_may_be_called_by_the_singular(tmp_path: Path) -> None:
    (tmp_path / "fleet.yaml").write_text(VEHICLES, encoding="utf-8")
    contract = load(write(imported(tmp_path / "fleet.yaml", "fleet"), tmp_path / "contract", "fleet.yaml"))
    (vehicle,) = contract
    assert {o: vehicle.operation(o).path for o in vehicle.operations} == {
        "list": "/vehicles",
        "create": "/vehicle",
        "read": "/vehicles/{id}",
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('made, schema: {$ref: "#/definitions/Vehicle"}', 'made, schema: {$ref: "#/definitions/Note"}'),
        ("  /vehicle:\n", "  /car:\n"),
    ],
    ids=["it makes something else", "another word"],
)
def test_a_path_in_the_singular_that_makes_something_else_is_no_create(tmp_path: Path, old: str, new: str) -> None:
    assert old in VEHICLES
    (tmp_path / "fleet.yaml").write_text(VEHICLES.replace(old, new), encoding="utf-8")
    found = imported(tmp_path / "fleet.yaml", "fleet")
    assert found.contract["resources"]["vehicle"]["operations"] == ["list", "read"]
