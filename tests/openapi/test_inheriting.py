"""A body that is one of several by its discriminator, where only those below say so: it is sent as one of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Refused, Row, Shop

from restproof.contract.openapi.imported import imported
from restproof.contract.openapi.inheriting import spelled_out
from restproof.contract.openapi.written import write

from .unsaid import NUMBER, TEXT, Document, call

NAME: Document = {**TEXT, "minLength": 1, "maxLength": 60}
PET: Document = {
    "type": "object",
    "discriminator": {"propertyName": "kind"},
    "required": ["kind", "name"],
    "properties": {"id": {**NUMBER, "readOnly": True}, "kind": {**TEXT, "enum": ["Cat", "Dog"]}, "name": NAME},
}


def heir(needs: bool = True, **members: Document) -> Document:
    own = {"type": "object", "properties": members, **({"required": [*members]} if needs else {})}
    return {"allOf": [{"$ref": "#/components/schemas/Pet"}, own]}


LIVES, LEASH = {**NUMBER, "minimum": 1, "maximum": 9}, {**NUMBER, "minimum": 1, "maximum": 20}
SCHEMAS: Document = {"Pet": PET, "Cat": heir(lives=LIVES), "Dog": heir(leash=LEASH)}
REF = {"$ref": "#/components/schemas/Pet"}
GIVEN = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
NONE: Document = {"404": {"description": "none"}}
WRONG: Document = {"400": {"description": "not valid"}}
PATHS: Document = {
    "/pets": {"get": call({"type": "array", "items": REF}), "post": call(REF, REF, 201, others=WRONG)},
    "/pets/{id}": {
        "parameters": [GIVEN],
        "get": call(REF, others=NONE),
        "put": call(REF, REF, others={**NONE, **WRONG}),
        "delete": {"responses": {"204": {"description": "gone"}, **NONE}},
    },
}


def document(schemas: Document) -> Document:
    return {
        "openapi": "3.0.3",
        "info": {"title": "x", "version": "1"},
        "paths": PATHS,
        "components": {"schemas": schemas},
    }


class Pets(Shop):
    """A cat has lives, and a dog a leash; each shows null for what the other has."""

    OF: Mapping[str, str] = {"Cat": "lives", "Dog": "leash"}
    VERBS: Mapping[str, Mapping[str, str]] = {
        **Shop.VERBS,
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }
    SCHEMAS: Mapping[str, Any] = {
        "/pets": {**PET, "properties": {**PET["properties"], "lives": LIVES, "leash": LEASH}},
    }

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if self.OF[fields["kind"]] not in fields:
            raise Refused(400, "is missing", self.OF[fields["kind"]])


class Immortal(Pets):
    """A cat has nine lives, whatever is said."""

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "lives": 9}


@pytest.mark.parametrize(("server", "failed"), [(Pets, set[str]()), (Immortal, {"create.answers-created"})])
def test_what_is_made_is_one_of_those_below(server: type[Pets], failed: set[str], tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps(document(SCHEMAS)), encoding="utf-8")
    found = imported(tmp_path / "api.json", "api")
    text = write(found, tmp_path / "contract", "api.json").read_text(encoding="utf-8")
    verdict = bench.run(server(), text, dict(found.schemas), tmp_path / "run", profile="ci")
    assert {r.requirement for r in verdict.results if r.outcome == "fail"} >= failed
    if not failed:
        told = [f"{r.item}: {r.message}" for r in verdict.results if r.outcome == "fail"]
        assert told == []
        passed = {r.item for r in verdict.results if r.outcome == "pass"}
        assert {"create.reads-back[pet-create]", "delete.is-gone[pet-delete]"} <= passed


def test_the_document_itself_stays_as_it_is() -> None:
    before = document(SCHEMAS)
    after = spelled_out(copy.deepcopy(before))
    assert before == document(SCHEMAS)
    assert [part["$ref"] for part in after["components"]["schemas"]["Pet"]["oneOf"]] == [
        "#/components/schemas/Cat",
        "#/components/schemas/Dog",
    ]


def test_what_refers_to_a_part_of_the_one_above_is_led_to_it(tmp_path: Path) -> None:
    held = {"id": {**NUMBER, "readOnly": True}, "label": {"$ref": "#/components/schemas/Pet/properties/name"}}
    toys: Document = {"type": "object", "required": ["id"], "properties": held}
    whole = document({**SCHEMAS, "Toy": toys})
    of_toys = {"$ref": "#/components/schemas/Toy"}
    whole["paths"] = {**PATHS, "/toys": {"post": call(of_toys, of_toys, 201)}}
    whole["paths"] |= {"/toys/{id}": {"parameters": [GIVEN], "get": call(of_toys, others=NONE)}}
    (tmp_path / "api.json").write_text(json.dumps(whole), encoding="utf-8")
    found = imported(tmp_path / "api.json", "api")
    assert found.contract["resources"].keys() == {"pet", "toy"}
    file = found.contract["resources"]["toy"]["schema"]
    told = found.schemas[file if isinstance(file, str) else file["request"]]["properties"]["label"]
    assert told.items() >= NAME.items()


def changed(schemas: Document, **others: Any) -> Document:
    return {**schemas, **others}


@pytest.mark.parametrize(
    "schemas",
    [
        changed(SCHEMAS, Cat=heir(needs=False, lives=LIVES), Dog=heir(needs=False, leash=LEASH)),
        {"Pet": PET, "Cat": heir(lives=LIVES)},
        changed(SCHEMAS, Pet={**PET, "properties": {**PET["properties"], "kind": {"enum": ["cat", "dog"]}}}),
        changed(SCHEMAS, Pet={**PET, "discriminator": {"propertyName": "kind", "mapping": {"Dog": "Pet"}}}),
        changed(SCHEMAS, Puppy={"allOf": [{"$ref": "#/components/schemas/Dog"}, {"required": ["age"]}]}),
        changed(SCHEMAS, Pet={w: v for w, v in PET.items() if w != "discriminator"}),
        changed(SCHEMAS, Pet={**PET, "properties": {**PET["properties"], "kind": {"enum": 5}}}),
    ],
    ids=[
        "none needs more",
        "one is not described",
        "other words",
        "the one above is one",
        "a third row",
        "none said",
        "no list",
    ],
)
def test_what_is_not_plain_stays_as_it_is(schemas: Document) -> None:
    found = document(schemas)
    assert spelled_out(found) is found


def test_one_that_is_made_of_two_is_apart_from_both(tmp_path: Path) -> None:
    toy = {"type": "object", "discriminator": {"propertyName": "sort"}, "properties": {"sort": TEXT}}
    of_both = {"allOf": [REF, {"$ref": "#/components/schemas/Toy"}, {"required": ["lives"]}]}
    (tmp_path / "api.json").write_text(json.dumps(document(changed(SCHEMAS, Toy=toy, Cat=of_both))), encoding="utf-8")
    found = imported(tmp_path / "api.json", "api")
    assert {*found.contract["resources"]["pet"]["operations"]} == {"list", "create", "read", "replace", "delete"}
    assert found.left_out == ()


@pytest.mark.parametrize("indent", [None, 1])
def test_what_is_wrong_in_the_one_above_is_told_where_it_stands(indent: int | None, tmp_path: Path) -> None:
    pet = {**PET, "properties": {**PET["properties"], "name": {**NAME, "pattern": "("}}}
    text = json.dumps(document(changed(SCHEMAS, Pet=pet)), indent=indent)
    (tmp_path / "api.json").write_text(text, encoding="utf-8")
    told = next(one for one in imported(tmp_path / "api.json", "api").left_out if one.what.startswith("'pattern'"))
    assert told.pointer == ("" if indent else "#/components/schemas/Pet/properties/name/pattern")
    assert '"pattern"' in text.splitlines()[told.place.line - 1]


def test_what_else_a_document_holds_may_be_deep(tmp_path: Path) -> None:
    held = f"{'[' * 3000}{']' * 3000}"
    whole = json.dumps({**document(SCHEMAS), "x-held": 0}).replace('"x-held": 0', f'"x-held": {held}')
    (tmp_path / "api.json").write_text(whole, encoding="utf-8")
    assert {*imported(tmp_path / "api.json", "api").contract["resources"]} == {"pet"}


def test_what_else_a_document_holds_may_stand_in_very_many_places(tmp_path: Path) -> None:
    said = [f"{word}: {json.dumps(value)}" for word, value in document(SCHEMAS).items()]
    said += ["x-a0: &a0 [1]", *(f"x-a{n}: &a{n} [{f'*a{n - 1}, ' * 10}]" for n in range(1, 12))]
    (tmp_path / "api.yaml").write_text("\n".join(said), encoding="utf-8")
    assert {*imported(tmp_path / "api.yaml", "api").contract["resources"]} == {"pet"}
