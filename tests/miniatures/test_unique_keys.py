"""Of several unique keys each is asked for by itself, in creates and in renames; and so is one beside an id
that clients choose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row

TEXT = {"type": "string", "minLength": 1, "maxLength": 60}
USER = schema("login", "email", login=TEXT, email=TEXT)


class Users(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": USER}
    UNIQUE: tuple[str, ...] = ("login", "email")


class Emails(Users):
    UNIQUE = ("email",)


class Logins(Users):
    UNIQUE = ("login",)


@pytest.mark.parametrize("item_id", ["conflict.duplicate[item-create]", "conflict.rename[item-update]"])
@pytest.mark.parametrize(("server", "outcome"), [(Users, "pass"), (Emails, "fail"), (Logins, "fail")])
def test_each_key_is_asked_for_alone(server: type[Users], outcome: str, item_id: str, tmp_path: Path) -> None:
    """Each rule in a run of its own: a duplicate that is accepted blocks what is told of renames."""
    contract, schemas = item(USER, unique=["login", "email"])
    found = bench.run(server(), contract, schemas, tmp_path, only=(item_id.partition("[")[0],), profile="ci")
    assert {r.item: r.outcome for r in found.results}[item_id] == outcome


class Named(Users):
    """A login is for ever: an update that names one is refused."""

    UNIQUE: tuple[str, ...] = ("login", "email")

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if "login" in fields:
            raise Refused(400, "is for ever", "login")
        return super().do_update(path, id, fields)


class NamedAlone(Named):
    """An email may be held by several after an update."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        self.UNIQUE = ("login",)
        return super().do_update(path, id, fields)


@pytest.mark.parametrize(("server", "outcome"), [(Named, "pass"), (NamedAlone, "fail")])
def test_what_no_update_takes_is_not_renamed_though_it_is_the_first_key(
    server: type[Users], outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item(USER, unique=["login", "email"], create_only=["login"])
    rules = ("conflict.race", "conflict.own-value", "conflict.scope")
    found = bench.run(server(), contract, schemas, tmp_path, only=rules, profile="ci")
    told = {r.item: r.outcome for r in found.results if r.operation == "update"}
    assert told == {"conflict.race[item-update]": outcome, "conflict.own-value[item-update]": "pass"}


BOOK = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {"id": {**TEXT, "pattern": "^[A-Za-z0-9-]+$"}, "title": TEXT, "size": {"type": "integer"}},
}


class Chosen(Items):
    """Each id is there once, and each title."""

    SCHEMAS: Mapping[str, Any] = {"/items": BOOK}
    UNIQUE: tuple[str, ...] = ("id", "title")

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "id": fields["id"]}


class IdAlone(Chosen):
    UNIQUE = ("id",)


@pytest.mark.parametrize("rule", ["conflict.duplicate", "conflict.race"])
@pytest.mark.parametrize(("server", "outcome"), [(Chosen, "pass"), (IdAlone, "fail")])
def test_a_key_is_asked_for_under_another_id(server: type[Chosen], outcome: str, rule: str, tmp_path: Path) -> None:
    """A create that repeats the id too is refused for that."""
    identity = {"field": "id", "type": "string", "chosen_by": "client"}
    operations = ["list", "create", "read", "delete"]
    contract, schemas = item(BOOK, unique=["title"], id=identity, operations=operations)
    found = bench.run(server(), contract, schemas, tmp_path, only=(rule,), profile="ci")
    assert {r.item: r.outcome for r in found.results}[f"{rule}[item-create]"] == outcome


EMAIL = {"type": "string", "maxLength": 60, "pattern": "^[A-Za-z0-9]+@[A-Za-z0-9]+\\.[a-z]{2,8}$"}


class Members(Items):
    """An address is there once, in whatever case."""

    SCHEMAS: Mapping[str, Any] = {"/items": schema("email", email=EMAIL, size={"type": ["integer", "null"]})}

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        others = {r["email"].casefold() for r in self.rows[path].values() if r is not row}
        if fields.get("email", "").casefold() in others:
            raise Refused(409, "is taken", "email")


class Cased(Members):
    UNIQUE = ("email",)
    unique = Items.unique


@pytest.mark.parametrize(("server", "outcome"), [(Members, "pass"), (Cased, "fail")])
def test_another_form_is_looked_for_within_the_pattern(server: type[Items], outcome: str, tmp_path: Path) -> None:
    words = {"unique": [{"field": "email", "by": "casefold"}]}
    contract, schemas = item(server.SCHEMAS["/items"], **words)
    found = bench.run(server(), contract, schemas, tmp_path, only=("conflict.duplicate",), profile="ci")
    assert {r.item: r.outcome for r in found.results}["conflict.duplicate[item-create]"] == outcome


class Leased(Items):
    """An item may name the hall that it stands in."""

    SCHEMAS: Mapping[str, Any] = {
        "/items": schema("login", login=TEXT, note=TEXT, hall={"type": ["integer", "null"]}),
        "/halls": schema("login", login=TEXT),
    }
    UNIQUE: tuple[str, ...] = ("login",)


class Replacing(Leased):
    """A create with a login that is taken is refused, and changes who has it."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        try:
            super().unique(path, fields, row)
        except Refused:
            for held in self.rows[path].values() if row is None else ():
                if held["login"] == fields["login"]:
                    held.update(fields)
            raise


@pytest.mark.parametrize(("server", "outcome"), [(Leased, "pass"), (Replacing, "fail")])
def test_a_duplicate_refers_to_nothing_that_has_to_be_made_first(
    server: type[Leased], outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item({**server.SCHEMAS["/items"]}, unique=["login"], references={"hall": {"to": "hall"}})
    contract["resources"]["hall"] = {"path": "/halls", "schema": "hall.json"}
    there = server()
    found = bench.run(
        there, contract, {**schemas, "hall.json": server.SCHEMAS["/halls"]}, tmp_path, only=("conflict.duplicate",)
    )
    assert {r.item: r.outcome for r in found.results}["conflict.duplicate[item-create]"] == outcome
    assert not there.rows["/halls"]


PRODUCT = schema("name", "sku", "price", name=TEXT, sku=TEXT, price={"type": "integer", "minimum": 0, "maximum": 999})


class Products(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": PRODUCT}
    UNIQUE: tuple[str, ...] = ("sku",)
    BESIDES = ""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        if row is not None and "sku" in fields and self.BESIDES in fields:
            row[self.BESIDES] = fields[self.BESIDES]
        super().unique(path, fields, row)


class Titled(Products):
    """The name is written before the key is looked for."""

    BESIDES = "name"


class Priced(Products):
    """So is the price."""

    BESIDES = "price"


@pytest.mark.parametrize(("server", "outcome"), [(Products, "pass"), (Titled, "fail"), (Priced, "fail")])
def test_what_a_refused_rename_holds_besides_is_another_value(
    server: type[Products], outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item(PRODUCT, unique=["sku"])
    found = bench.run(server(), contract, schemas, tmp_path, only=("conflict.rename",), profile="ci")
    assert {r.item: r.outcome for r in found.results} == {"conflict.rename[item-update]": outcome}
