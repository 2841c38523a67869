"""What names one of a resource that no request makes, and of which the document has no value, is not sent: whichever it
were, it would be somebody's."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Refused, Request, Service, serving, whole
from tests.openapi.running import run_document
from tests.openapi.test_directions import honest
from tests.openapi.unsaid import BOX, LABEL, NUMBER, SENT, TEXT, Document, boxes, call, content, read, resource

GIVEN = {"name": "id", "in": "path", "required": True, "schema": NUMBER}
TEAM = {"type": "object", "required": ["id", "name"], "properties": {"id": NUMBER, "name": TEXT}}
TEAMS: Document = {
    "/teams": {"get": call({"type": "array", "items": TEAM})},
    "/teams/{id}": {"parameters": [GIVEN], "get": call(TEAM)},
}
UUID = {**TEXT, "format": "uuid"}
NONE = {"description": "there is none"}


def of_team(name: str, schema: Document, *, needed: bool = False) -> Document:
    sent = {**SENT, "required": ["label", name] if needed else ["label"], "properties": {**LABEL, name: schema}}
    shown = {**BOX, "properties": {"id": NUMBER, **LABEL, name: schema}}
    gone = {"responses": {"204": {"description": "gone"}, "404": NONE}}
    paths = boxes(call(shown, sent, 201), get=call(shown, others={"404": NONE}), delete=gone)
    paths["/boxes"]["get"] = call({"type": "array", "items": shown})
    return {**paths, **deepcopy(TEAMS)}


@pytest.mark.parametrize(
    ("name", "schema", "is_sent"),
    [
        ("team", NUMBER, False),
        ("team", {**TEXT, "format": "uuid"}, False),
        ("team_id", NUMBER, False),
        ("team_pk", NUMBER, False),
        ("parent", NUMBER, False),
        ("parent", {**NUMBER, "example": 7}, True),
        ("level", NUMBER, True),
        ("team", {**NUMBER, "enum": [1, 2]}, True),
        ("team", {"type": "number"}, True),
        ("teams_here", NUMBER, True),
    ],
)
def test_a_number_that_is_called_as_another_resource_is_not_sent(
    name: str, schema: Document, is_sent: bool, tmp_path: Path
) -> None:
    found = resource(tmp_path, "box", of_team(name, schema))
    assert (name in found.shapes.request("create")["properties"]) is is_sent


@pytest.mark.parametrize("name", ["team", "team_pk", "team_ids", "teams_ids"])
def test_one_that_can_be_made_is_a_reference(name: str, tmp_path: Path) -> None:
    several = {"type": "array", "items": NUMBER}
    paths = of_team(name, several if name.endswith("ids") else NUMBER, needed=True)
    paths["/teams"]["post"] = call(TEAM, {"type": "object", "required": ["name"], "properties": {"name": TEXT}}, 201)
    found = resource(tmp_path, "box", paths)
    assert found.references[name].to == "team"
    assert found.supports("create")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("team", "no request makes what that names"),
        ("team_id", "no request makes what that names"),
        ("team_pk", "no request makes what that names"),
        ("former_team_id", "no value is known to be such an id"),
        ("parent", "no value is known to be such an id"),
        ("parent_id", "no value is known to be such an id"),
    ],
)
def test_a_create_that_needs_to_name_one_is_left_out(name: str, why: str, tmp_path: Path) -> None:
    found = resource(tmp_path, "box", of_team(name, NUMBER, needed=True))
    assert not found.supports("create")
    told = read(tmp_path / "told", of_team(name, NUMBER, needed=True)).left_out
    assert f"its body needs {name}, and {why}" in str(told)
    known = of_team(name, {**NUMBER, "example": 7}, needed=True)
    assert resource(tmp_path / "known", "box", known).supports("create")


@pytest.mark.parametrize("name", ["team", "team_id"])
@pytest.mark.parametrize(
    ("ids", "may_be_one"),
    [(TEXT, True), ({"anyOf": [TEXT, NUMBER]}, True), (UUID, False), (NUMBER, False)],
    ids=["text", "either", "uuid", "number"],
)
@pytest.mark.parametrize("needed", [False, True])
def test_a_number_is_sent_to_name_one_only_where_ids_are_known_as_numbers(
    ids: Document, may_be_one: bool, needed: bool, name: str, tmp_path: Path
) -> None:
    paths = of_team(name, NUMBER, needed=needed)
    team = {**TEAM, "properties": {"id": ids, "name": TEXT}}
    for call_of in (paths["/teams"], paths["/teams/{id}"]):
        call_of["get"] = call({"type": "array", "items": team} if call_of is paths["/teams"] else team)
    paths["/teams/{id}"]["parameters"] = [{**GIVEN, "schema": TEXT}]
    paths["/teams"]["post"] = call(team, {"type": "object", "required": ["name"], "properties": {"name": TEXT}}, 201)
    found = resource(tmp_path, "box", paths)
    is_sent = found.supports("create") and name in found.shapes.request("create")["properties"]
    assert is_sent is (not may_be_one and (name == "team" or ids is not UUID or needed))
    assert found.supports("create") is not (needed and may_be_one)
    assert (name in found.references) is (ids is NUMBER)


@pytest.mark.parametrize(
    ("name", "schema", "is_asked"),
    [
        ("team", NUMBER, False),
        ("team_id", TEXT, False),
        ("team", {**NUMBER, "default": 3}, True),
        ("year", NUMBER, True),
        ("q", TEXT, True),
    ],
)
def test_a_list_that_requires_one_in_its_query_is_left_out(
    name: str, schema: Document, is_asked: bool, tmp_path: Path
) -> None:
    paths = {**boxes(call(BOX, SENT, 201)), **TEAMS}
    asked = {"in": "query", "required": True, "name": name, "schema": schema}
    paths["/boxes"] |= {"get": call({"type": "array", "items": BOX}, parameters=[asked])}
    assert resource(tmp_path, "box", paths).supports("list") is is_asked


@pytest.mark.parametrize("with_kind", [False, True])
@pytest.mark.parametrize("with_id", [False, True])
def test_what_something_is_about_is_not_its_id(with_id: bool, with_kind: bool, tmp_path: Path) -> None:
    """A path may call the id of each resource so, and a remark have a member of that name: what it was made about."""
    about = {"object_id": NUMBER, **({"object_type": {**TEXT, "enum": ["box", "bag"]}} if with_kind else {})}
    shown = {**BOX, "properties": {**({"id": NUMBER} if with_id else {}), **LABEL, **about}}
    shown["required"] = [*shown["properties"]]
    sent = {**SENT, "required": ["label", "object_id"], "properties": {**LABEL, **about}}
    paths = boxes(call(shown, sent, 201))
    item = paths.pop("/boxes/{id}")
    item |= {"get": call(shown, others={"404": NONE}), "parameters": [{**GIVEN, "name": "object_id"}]}
    paths["/boxes"]["get"] = call({"type": "array", "items": shown})
    found = resource(tmp_path, "box", {**paths, "/boxes/{object_id}": item})
    assert found.id.field == ("id" if with_id else "object_id")
    assert found.supports("create") is not (with_id and with_kind)


@pytest.mark.parametrize(("fault", "rule"), [("", ""), ("forgets", "create.reads-back")])
def test_no_box_is_put_into_the_team_of_others(fault: str, rule: str, tmp_path: Path) -> None:
    asked = [{"in": "query", "required": True, "name": "team", "schema": NUMBER}]
    bag = {"get": {"parameters": asked, "responses": {"200": content({"type": "array", "items": BOX})}}}
    paths = {**of_team("team", NUMBER), "/bags": bag}
    document = {"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": paths}
    (tmp_path / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    kind = replace(honest(), fields={**honest().fields, "team": whole(1, 50)})
    named: list[Any] = []

    def create(service: Service, request: Request) -> tuple[int, Any]:
        named.append(request.body().get("team"))
        made = kind.create(service, request)
        if fault:
            service.store("boxes").popitem()
        return made

    def bags(service: Service, request: Request) -> tuple[int, Any]:
        named.append(request.query["team"])
        raise Refused(404, "there is no such team")

    def team(service: Service, request: Request) -> tuple[int, Any]:
        if request.path["id"] not in map(str, range(1, 51)):
            raise Refused(404, "there is none")
        return 200, {"id": int(request.path["id"]), "name": "theirs"}

    def teams(service: Service, request: Request) -> tuple[int, Any]:
        return 200, [{"id": number, "name": "theirs"} for number in range(1, 51)]

    ways = {("POST", "/boxes"): create, ("GET", "/bags"): bags, ("GET", "/teams"): teams, ("GET", "/teams/{id}"): team}
    with serving(Service({**kind.routes(), **ways})) as url:
        only = [
            word for one in ("create.reads-back", "create.is-listed", "list.answers-ok") for word in ("--only", one)
        ]
        told = run_document(tmp_path / "boxes.json", url, tmp_path / "run", *only)
    assert told.returncode == (1 if rule else 0), told.stdout + told.stderr
    assert rule in told.stdout
    assert named
    assert {*named} == {None}


@pytest.mark.parametrize(("member", "code"), [("team", 0), ("team_name", 0), ("colour", 1)])
def test_a_text_that_is_called_as_another_resource_may_name_none(member: str, code: int, tmp_path: Path) -> None:
    paths = of_team(member, TEXT, needed=True)
    document = {"openapi": "3.1.0", "info": {"title": "Boxes", "version": "1"}, "paths": paths}
    (tmp_path / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    kind = honest()

    def create(service: Service, request: Request) -> tuple[int, Any]:
        kind.valid(service, request, ("label", member))
        raise Refused(404, f"there is no {request.body()[member]}")

    ways = {("POST", "/boxes"): create, ("GET", "/teams"): lambda service, request: (200, [])}
    with serving(Service({**kind.routes(), **ways})) as url:
        only = ("--only", "create.reads-back", "--only", "create.is-listed")
        told = run_document(tmp_path / "boxes.json", url, tmp_path / "run", *only)
    assert (told.returncode == 1) is bool(code), told.stdout + told.stderr
    assert ("no value is known to be an id for" in told.stdout) is not bool(code)
