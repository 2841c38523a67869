"""The token of the case in creates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.plan.bodies import Bodies, unmarked
from restproof.plan.ground import Ground
from restproof.plan.inputs import server_set_bodies, wrong_type_bodies
from restproof.plan.marking import marked_text
from restproof.plan.profile import PROFILES
from restproof.plan.symbols import RUN
from restproof.suite.setup import written

TOKEN = "rpabcdef00001"
TEXT = {"type": "string"}
ID = {"id": {"type": "integer", "readOnly": True}}


def contract(folder: Path, *required: str, references: str = "", **properties: Any) -> Contract:
    (folder / "thing.json").write_text(
        json.dumps({"type": "object", "required": list(required), "properties": {**ID, **properties}})
    )
    (folder / "contract.yaml").write_text(
        "contract: things\nbase_path: /v1\nauth: none\nresources:\n"
        f"  thing: {{path: /things, schema: thing.json{references}}}\n"
    )
    return load(folder)


def bodies(folder: Path, *required: str, **properties: Any) -> Bodies:
    made = contract(folder, *required, **properties)
    return Bodies(made, made.resources["thing"])


@pytest.mark.parametrize(
    ("schema", "marked"),
    [
        (TEXT, f"{RUN} wing"),
        ({**TEXT, "maxLength": 16}, f"{RUN} wi"),
        ({**TEXT, "maxLength": 13}, RUN),
        ({**TEXT, "maxLength": 12}, None),
        ({**TEXT, "pattern": "^[a-z0-9]*$"}, f"{RUN}wing"),
        ({**TEXT, "pattern": "^[A-Z]{2}$"}, None),
        ({"enum": ["wing"]}, None),
        ({**TEXT, "format": "email"}, f"{RUN}@example.com"),
    ],
)
def test_a_text_takes_the_token_where_there_is_room(schema: Mapping[str, Any], marked: str | None) -> None:
    assert marked_text(schema, "wing") == marked


def test_a_required_text_holds_it_in_every_plain_body(tmp_path: Path) -> None:
    found = bodies(tmp_path, "title", title=TEXT, note=TEXT)
    assert found.minimal()["title"].startswith(RUN)
    assert RUN not in found.full()["note"]


def test_a_text_that_a_case_is_about_is_left_as_it_is(tmp_path: Path) -> None:
    found = bodies(tmp_path, "title", title=TEXT, note=TEXT)
    assert found.marked({"title": "x" * 40}, TOKEN) == {"title": "x" * 40, "note": found.marked({}, TOKEN)["note"]}
    assert TOKEN in found.marked({"title": 5}, TOKEN)["note"]
    assert "title" not in found.marked({}, TOKEN), "a required field that is left out is what the case is about"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"street": TEXT}}, {"street": f"{TOKEN} North Wing Renovation"}),
        ({"type": "array", "items": TEXT}, [f"{TOKEN} North Wing Renovation"]),
    ],
    ids=["object", "array"],
)
def test_nested_texts_take_it(tmp_path: Path, schema: Mapping[str, Any], value: Any) -> None:
    found = bodies(tmp_path, "place", place=schema)
    marked = found.marked({"place": found.plain("place")}, TOKEN)
    assert TOKEN in json.dumps(marked)
    assert type(marked["place"]) is type(value)


@pytest.mark.parametrize("told", [{"default": ["urn:a"]}, {"examples": [["urn:a"]]}])
def test_entries_of_which_something_is_told_take_it_last(tmp_path: Path, told: Mapping[str, Any]) -> None:
    names = {"type": "array", "items": TEXT, **told}
    found = bodies(tmp_path, "names", "title", names=names, title=TEXT, note=TEXT)
    body = {"names": ["urn:a"], "title": "x" * 40, "note": found.plain("note")}
    assert found.marked(body, TOKEN) == {**body, "note": f"{TOKEN} {body['note']}"}
    alone = {"names": ["urn:a"], "title": "x" * 40}
    assert TOKEN in str(found.marked(alone, TOKEN))


def test_what_can_hold_none_is_named(tmp_path: Path) -> None:
    ((name, proof),) = unmarked([bodies(tmp_path, "size", size={"type": "integer"})])
    assert (name, "the list did not hold" in proof) == ("thing", True)
    assert list(unmarked([bodies(tmp_path, "size", size={"type": "integer"}, note=TEXT)])) == []
    names = {
        "type": "array",
        "minItems": 1,
        "items": {"type": "object", "required": ["family"], "properties": {"family": TEXT}},
    }
    assert list(unmarked([bodies(tmp_path, "names", names=names)])) == [], "a text inside holds it"


def ground(made: Contract) -> Ground:
    resource = made.resources["thing"]
    return Ground(made, resource, "create", PROFILES["ci"], Bodies(made, resource))


def test_the_server_s_id_is_tried_with_ids_of_our_own(tmp_path: Path) -> None:
    values = [c["value"] for c in server_set_bodies(ground(contract(tmp_path, "title", title=TEXT)))]
    assert values == ["{ref:thing:deleted}", "{ref:thing:0}"]


def test_references_of_another_type_are_made_of_our_own(tmp_path: Path) -> None:
    references = ", references: {above_id: {to: thing, reads_as: above_id, on_delete: clear}}"
    made = contract(tmp_path, "title", title=TEXT, above_id={"type": ["integer", "null"]}, references=references)
    values = [c["body"]["above_id"] for c in wrong_type_bodies(ground(made)) if c["field"] == "above_id"]
    assert "{text:thing:0}" in values
    assert "{half:thing:0}" in values
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    assert numbers == []


def test_a_create_that_a_case_builds_itself_holds_it_too(tmp_path: Path) -> None:
    found = bodies(tmp_path, "size", size={"type": "integer"}, note=TEXT)
    subject: Any = SimpleNamespace(spec=found.resource, bodies=found, token=TOKEN, resolved=lambda body: body)
    assert TOKEN in written(subject, "create", found.minimal())["note"]
    assert written(subject, "update", {"size": 3}) == {"size": 3}


def test_a_text_that_responses_show_under_another_name_takes_the_token(tmp_path: Path) -> None:
    sent = {"type": "object", "required": ["Body"], "properties": {"Body": TEXT}}
    (tmp_path / "in.json").write_text(json.dumps(sent))
    (tmp_path / "out.json").write_text(json.dumps({"type": "object", "properties": {**ID, "body": TEXT}}))
    words = "{path: /things, schema: {request: in.json, response: out.json}, reads_as: {Body: body}}"
    (tmp_path / "contract.yaml").write_text(f"contract: things\nresources:\n  thing: {words}\n")
    made = load(tmp_path)
    found = Bodies(made, made.resources["thing"])
    assert RUN in found.minimal()["Body"]
    assert not [*unmarked([found])]


def test_what_a_rule_freezes_has_room_for_the_token(tmp_path: Path) -> None:
    rules = ", rules: [{frozen: [note], when: {state: closed}}, {refused: {word: bad}, because: it is bad}]"
    states = {"type": "string", "enum": ["open", "closed"], "default": "open"}
    made = contract(tmp_path, "note", references=rules, word=TEXT, note=TEXT, state=states)
    found = Bodies(made, made.resources["thing"])
    assert found.token_field == "note", "frozen is no value: a create may hold any"
    assert TOKEN in found.marked({"note": found.plain("note")}, TOKEN)["note"].replace(RUN, TOKEN)


def test_what_a_replace_must_hold_is_not_added_to_one_that_lacks_it(tmp_path: Path) -> None:
    """Where only PUT creates, and its schema asks for more than that of responses."""
    sent = {"type": "object", "required": ["note"], "properties": {"note": TEXT, "size": {"type": "integer"}}}
    (tmp_path / "in.json").write_text(json.dumps(sent))
    shown = {"type": "object", "properties": {"id": {"type": "string"}, **sent["properties"]}}  # type: ignore[dict-item]
    (tmp_path / "out.json").write_text(json.dumps(shown))
    (tmp_path / "change.json").write_text(json.dumps({**sent, "required": []}))
    schemas = "{replace: in.json, update: change.json, response: out.json}"
    words = f"{{path: /things, schema: {schemas}, operations: [list, read, update, replace]"
    identity = "id: {type: string, chosen_by: client}}"
    (tmp_path / "contract.yaml").write_text(f"contract: things\nresources:\n  thing: {words}, {identity}\n")
    made = load(tmp_path)
    found = Bodies(made, made.resources["thing"])
    assert found.marked({"size": 1}, TOKEN) == {"size": 1}


def test_another_value_of_what_holds_the_token_inside_holds_it_too(tmp_path: Path) -> None:
    """Of a typed property (``{"title": …}``) as of a text: after a race nothing else tells whose it is."""
    title = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string", "maxLength": 200}}}
    done = {"type": "object", "required": ["checkbox"], "properties": {"checkbox": {"type": "boolean"}}}
    found = bodies(tmp_path, "name", name=title, done=done)
    assert RUN in found.another_with_token("name")["title"]
    assert found.another_with_token("done") == found.another("done") != found.plain("done")


def test_what_no_text_marks_holds_something_that_tells_it(tmp_path: Path) -> None:
    """Nothing tells a create without any content from what others have made."""
    number = {"type": "integer", "minimum": 0, "default": 1}
    found = bodies(tmp_path, size=number)
    assert [*found.minimal()] == ["size"]
    assert found.bare() == {}
    assert bodies(tmp_path, size=number, name=TEXT).minimal() == {}


def test_a_token_that_only_requests_hold_marks_nothing(tmp_path: Path) -> None:
    secret = {**TEXT, "writeOnly": True}
    made = bodies(tmp_path, "email", email={**secret, "format": "email"}, name={**TEXT, "maxLength": 40})
    address = f"{TOKEN}@example.com"
    assert TOKEN in made.marked({"email": address}, TOKEN)["name"]
    assert made.marked({"email": address, "name": TOKEN}, TOKEN) == {"email": address, "name": TOKEN}
    shown = bodies(tmp_path, "email", email={**TEXT, "format": "email"}, name={**TEXT, "maxLength": 40})
    assert shown.marked({"email": address}, TOKEN) == {"email": address}


def test_a_text_of_a_map_takes_the_token(tmp_path: Path) -> None:
    worded = {"type": "object", "additionalProperties": {**TEXT, "maxLength": 40}, "examples": [{"en": "a", "de": "b"}]}
    made = bodies(tmp_path, "name", name=worded)
    assert made.marked({"name": {"en": "a", "de": "b"}}, TOKEN) == {"name": {"en": "a", "de": f"{TOKEN} b"}}
    assert made.marked({"name": {"en": "what a case is about"}}, TOKEN) == {"name": {"en": "what a case is about"}}
    numbers = bodies(tmp_path, "name", name={"type": "object", "additionalProperties": {"type": "integer"}})
    assert numbers.marked(numbers.minimal(), TOKEN) == numbers.minimal()
