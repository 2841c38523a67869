"""Members that a PUT makes under the id of something else: under that of one of the run's own, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.test_members import Placed, Sizeless

from restproof.contract.openapi.written import write

from .unsaid import NUMBER, TEXT, Document, call, contract, read

NAME: Document = {**TEXT, "minLength": 1, "maxLength": 60}
USER: Document = {"type": "object", "required": ["id", "name"], "properties": {"id": NUMBER, "name": NAME}}
SENT: Document = {"type": "object", "required": ["name"], "properties": {"name": NAME}}
NOTE: Document = {"note": {**TEXT, "nullable": True, "maxLength": 60}, "size": {**NUMBER, "minimum": 0, "default": 1}}
PLACED: Document = {"type": "object", "properties": NOTE}
MEMBER: Document = {"type": "object", "properties": {"user_id": {**NUMBER, "readOnly": True}, **NOTE}}
DELETE: Document = {"responses": {"204": {"description": "gone"}}}


def one(path: str, name: str, **operations: Document) -> Document:
    given = {"name": name, "in": "path", "required": True, "schema": NUMBER}
    return {f"{path}/{{{name}}}": {"parameters": [given], **operations}}


def members(parameter: str = "user_id", *codes: int, known: bool = True) -> Document:
    """Users, where they are ``known``, and members, each under a ``parameter``, which a PUT makes: with ``codes``."""
    put = call(MEMBER, PLACED)
    put["responses"] |= {str(code): call(MEMBER, status=code)["responses"][str(code)] for code in codes}
    users = {"/users": {"get": call({"type": "array", "items": USER}), "post": call(USER, SENT, 201)}}
    users |= one("/users", "id", get=call(USER), delete=DELETE)
    listed: Document = {"/members": {"get": call({"type": "array", "items": MEMBER})}}
    return {
        **(users if known else {}),
        **listed,
        **one("/members", parameter, get=call(MEMBER), put=put, delete=DELETE),
    }


def test_a_member_is_a_user_of_the_run(tmp_path: Path) -> None:
    found = contract(tmp_path, members("user_id", 201)).resources["member"]
    assert (found.id.field, found.id.chosen_by, found.references["user_id"].to) == ("user_id", "client", "user")


@pytest.mark.parametrize("codes", [(), (201,)])
def test_no_member_is_made_of_whom_nobody_knows(codes: tuple[int, ...], tmp_path: Path) -> None:
    found = read(tmp_path, members("user_id", *codes, known=False))
    assert [*found.contract["resources"]["member"]["operations"]] == ["list", "read", "delete"]
    assert "what is called user, and no request makes one" in " ".join(one.what for one in found.left_out)


@pytest.mark.parametrize("parameter", ["member_id", "team_member_id", "externalId"])
def test_an_id_of_its_own_is_chosen_freely(parameter: str, tmp_path: Path) -> None:
    paths = json.loads(json.dumps(members(parameter, 201)).replace("user_id", parameter))
    found = contract(tmp_path, paths).resources["member"]
    assert (found.id.chosen_by, found.id.field in found.references) == ("client", False)


@pytest.mark.parametrize(("server", "wrong"), [(Placed, set[str]()), (Sizeless, {"replace.creates"})])
def test_who_joins_by_a_put_is_made_first(server: type[Placed], wrong: set[str], tmp_path: Path) -> None:
    found = read(tmp_path, members("user_id", 201))
    text = write(found, tmp_path / "contract", "api.json").read_text(encoding="utf-8")
    only = ("create.reads-back", "replace.creates", "delete.is-gone")
    verdict = bench.run(server(), text, dict(found.schemas), tmp_path / "run", only=only, profile="ci")
    told = [r for r in verdict.results if r.resource == "member"]
    assert {r.requirement for r in told if r.outcome == "fail"} >= wrong
    assert wrong or {r.outcome for r in told} == {"pass"}, told


def called(word: str, *, known: bool) -> Document:
    """Members, each at the end of a path that has a number of what is called by one word."""
    paths = members("user_id", 201, known=known)
    renamed: Document = json.loads(json.dumps(paths).replace("user_id", word))
    return renamed


def test_a_number_that_is_called_as_a_user_is_one_of_the_run(tmp_path: Path) -> None:
    found = contract(tmp_path, called("user", known=True)).resources["member"]
    assert (found.id.field, found.id.chosen_by, found.references["user"].to) == ("user", "client", "user")


def test_a_number_of_whom_nobody_knows_is_not_made_up(tmp_path: Path) -> None:
    found = read(tmp_path, called("user", known=False))
    assert [*found.contract["resources"]["member"]["operations"]] == ["list", "read", "delete"]
    assert "what is called user, and no request makes one" in " ".join(one.what for one in found.left_out)


@pytest.mark.parametrize("word", ["number", "memberNo", "position", "year", "member"])
def test_a_number_that_counts_names_nobody(word: str, tmp_path: Path) -> None:
    found = contract(tmp_path, called(word, known=False)).resources["member"]
    assert (found.id.field, found.id.chosen_by, *found.references) == (word, "client")
