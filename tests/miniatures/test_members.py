"""What is named by the id of something else (a member by that of a user), and what a replace has to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row, Shop

NAME = {"type": "string", "minLength": 1, "maxLength": 60}
USER = schema("name", name=NAME)
MEMBER: dict[str, Any] = {
    "type": "object",
    "required": ["user_id"],
    "properties": {"user_id": {"type": "integer"}, "note": {"type": ["string", "null"], "maxLength": 60}},
}


class Members(Shop):
    """A member has the id of the user that it is, and no other one."""

    SCHEMAS: Mapping[str, Any] = {"/users": USER, "/members": MEMBER}

    def new_id(self, path: str, fields: Row) -> Any:
        return fields["user_id"] if path == "/members" else super().new_id(path, fields)

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        known = super().valid(path, fields, row)
        if path == "/members" and known.get("user_id", 0) not in {0, *self.rows["/users"]}:
            raise Refused(422, "names nobody", "user_id")
        if path == "/members" and row is None and known["user_id"] in self.rows[path]:
            raise Refused(409, "is a member", "user_id")
        if row is not None and known.get("user_id", row.get("user_id")) != row.get("user_id"):
            raise Refused(400, "never changes", "user_id")
        return known


class Noteless(Members):
    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), **({"note": None} if path == "/members" else {})}


@pytest.mark.parametrize(("server", "outcome"), [(Members, "pass"), (Noteless, "fail")])
def test_every_member_is_a_user_of_its_own(server: type[Members], outcome: str, tmp_path: Path) -> None:
    member = {
        "path": "/members",
        "schema": "member.json",
        "id": {"field": "user_id", "chosen_by": "client"},
        "references": {"user_id": {"to": "user"}},
    }
    contract = {"contract": "mini", "resources": {"user": {"path": "/users", "schema": "user.json"}, "member": member}}
    files = {"user.json": USER, "member.json": MEMBER}
    only = ("create.reads-back", "update.persists")
    found = bench.run(server(), contract, files, tmp_path, only=only, profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["create.reads-back[member-create]"] == outcome
    assert told["update.persists[member-update]"] == "pass"


class Placed(Members):
    """A team takes a user in by a PUT to its id."""

    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PATCH": "update", "PUT": "replace", "DELETE": "delete"},
    }
    SCHEMAS: Mapping[str, Any] = {
        "/users": USER,
        "/members": schema(**{**MEMBER["properties"], "size": {"type": "integer", "minimum": 0, "default": 1}}),
    }

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        if not id.isdecimal() or int(id) not in self.rows["/users"]:
            raise Refused(404, "names nobody")
        is_new = int(id) not in self.rows[path]
        row = self.put(self.blank(path), Shop.valid(self, path, fields, None))
        self.rows[path][int(id)] = {**row, "id": int(id), "user_id": int(id)}
        return Answer(201 if is_new else 200, self.show(path, self.rows[path][int(id)]))

    def put(self, blank: Row, fields: Row) -> Row:
        return {**blank, **fields}

    def show(self, path: str, row: Row) -> Any:
        return {n: v for n, v in row.items() if n != "id"} if path == "/members" else super().show(path, row)


class Sizeless(Placed):
    def put(self, blank: Row, fields: Row) -> Row:
        return {**blank, **fields, "size": 1}


class Anybody(Placed):
    """Takes in who is nobody."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        self.rows["/users"].setdefault(int(id) if id.isdecimal() else 0, {})
        return super().do_replace(path, id, fields)


@pytest.mark.parametrize(
    ("server", "wrong"),
    [(Placed, set[str]()), (Sizeless, {"create.reads-back", "replace.creates"}), (Anybody, {"input.reference"})],
)
def test_who_joins_by_a_put_is_a_user_of_the_run(server: type[Placed], wrong: set[str], tmp_path: Path) -> None:
    """Also where the body does not name the one that its path names."""
    shown = {**MEMBER["properties"], "size": {"type": "integer", "minimum": 0, "default": 1}}
    words = {
        "path": "/members",
        "schema": "member.json",
        "id": {"field": "user_id", "chosen_by": "client"},
        "operations": ["list", "read", "replace", "delete"],
        "references": {"user_id": {"to": "user"}},
    }
    user = {"path": "/users", "schema": "user.json"}
    files = {"user.json": USER, "member.json": {"type": "object", "properties": shown}}
    contract = {"contract": "mini", "resources": {"user": user, "member": words}}
    only = ("create.reads-back", "replace.creates", "delete", "input.reference")
    found = bench.run(server(), contract, files, tmp_path, only=only, profile="ci")
    told = [r for r in found.results if r.resource == "member"]
    assert {r.requirement for r in told if r.outcome == "fail"} >= wrong
    assert wrong or {r.outcome for r in told} == {"pass"}, told


LOGIN = schema("login", "name", login={**NAME, "maxLength": 30}, name=NAME)


class Logins(Items):
    """A PUT holds the whole of it, the login that never changes included."""

    SCHEMAS: Mapping[str, Any] = {"/items": LOGIN}
    VERBS: Mapping[str, Mapping[str, str]] = {
        **Items.VERBS,
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        if fields.get("login", (row := self.found(path, id))["login"]) != row["login"]:
            raise Refused(400, "never changes", "login")
        return super().do_replace(path, id, fields)


class Patient(Logins):
    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        return super().do_replace(path, id, {"login": self.found(path, id)["login"], **fields})


@pytest.mark.parametrize(("server", "outcome"), [(Logins, "pass"), (Patient, "fail")])
def test_a_replace_without_what_never_changes_lacks_it(server: type[Logins], outcome: str, tmp_path: Path) -> None:
    words = {"operations": ["list", "create", "read", "replace", "delete"], "immutable": ["id", "login"]}
    contract, schemas = item(LOGIN, **words)
    found = bench.run(server(), contract, schemas, tmp_path, only=("input.required",), profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["input.required[item-replace]"] == outcome
