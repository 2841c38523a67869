"""What only a PUT makes, at an id that the client chooses: whatever success that is documented to answer, it may find
nothing there and make it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .honest import Request, Service, Text, checked, serving
from .running import run_document
from .unsaid import TEXT, Document, call, resource

LABEL: Document = {"type": "string", "minLength": 1, "maxLength": 40}
SENT: Document = {"type": "object", "required": ["label"], "properties": {"label": LABEL}}
SHOWN: Document = {"type": "object", "required": ["day", "label"], "properties": {"day": TEXT, "label": LABEL}}
DAY: Document = {"name": "day", "in": "path", "required": True, "schema": {"type": "string", "format": "date"}}
NONE: Document = {"404": {"description": "there is none"}}
WRONG: Document = {"400": {"description": "not valid"}}
DELETE: Document = {"responses": {"204": {"description": "gone"}, **NONE}}


def days(put: Document, **more: Document) -> Document:
    item: Document = {"parameters": [DAY], "get": call(SHOWN, others=NONE), "put": put, **more}
    return {"/days": {"get": call({"type": "array", "items": SHOWN})}, "/days/{day}": item}


def absent(folder: Path, paths: Document, name: str = "day") -> str:
    return str(resource(folder, name, paths).status("absent", "replace"))


def test_a_put_may_make_what_nothing_else_makes(tmp_path: Path) -> None:
    put = call(SHOWN, SENT, others=WRONG)
    open_ = absent(tmp_path / "a", days(put, delete=DELETE))
    missed = absent(tmp_path / "b", days(call(SHOWN, SENT, others=NONE), delete=DELETE))
    assert (open_ == missed, "2xx" in open_, missed) == (False, True, "404")
    posted = days(put, delete=DELETE)
    posted["/days"]["post"] = call(SHOWN, SHOWN, 201)
    assert "2xx" not in absent(tmp_path / "c", posted)


def test_what_a_put_below_a_parent_misses_may_be_the_parent(tmp_path: Path) -> None:
    put = call(SHOWN, SENT, others=NONE)
    year: Document = {"type": "object", "required": ["id"], "properties": {"id": TEXT, "label": LABEL}}
    paths: Document = {"/years": {"post": call(year, SENT, 201), "get": call({"type": "array", "items": year})}}
    given = {"name": "year", "in": "path", "required": True, "schema": TEXT}
    paths["/years/{year}"] = {"parameters": [given], "get": call(year)}
    for path, item in days(put).items():
        paths[f"/years/{{year}}{path}"] = {**item, "parameters": [given, *item.get("parameters", [])]}
    assert absent(tmp_path / "a", paths) == "404"  # nothing deletes one: they are there as they are
    paths["/years/{year}/days/{day}"]["delete"] = DELETE
    assert "2xx" in absent(tmp_path / "b", paths)


def calendar(fault: str = "") -> Service:
    """Holidays by their days. ``absent``: a read of none shows an empty one."""
    holidays: dict[str, Any] = {"2020-01-01": {"day": "2020-01-01", "label": "New Year"}}
    service = Service({}, stores={"day": holidays})

    def listed(service: Service, request: Request) -> tuple[int, Any]:
        return 200, list(holidays.values())

    def read(service: Service, request: Request) -> tuple[int, Any]:
        day = request.path["day"]
        empty = {"day": day, "label": "none"}
        return (200, holidays.get(day, empty)) if fault == "absent" or day in holidays else (404, {"message": "none"})

    def put(service: Service, request: Request) -> tuple[int, Any]:
        body = request.body()
        checked(service, body, {"label": Text(40)}, ("label",))
        if not body["label"]:
            return 400, {"message": "label: empty"}
        holidays[request.path["day"]] = {"day": request.path["day"], "label": body["label"]}
        return 200, holidays[request.path["day"]]

    def delete(service: Service, request: Request) -> tuple[int, Any]:
        return (204, None) if holidays.pop(request.path["day"], None) else (404, {"message": "none"})

    one = "/days/{day}"
    service.routes = {("GET", "/days"): listed, ("GET", one): read, ("PUT", one): put, ("DELETE", one): delete}
    return service


@pytest.mark.parametrize(("fault", "told"), [("", ""), ("absent", "must identity.unknown: A read")])
def test_who_makes_what_a_put_names_is_left_in_peace(fault: str, told: str, tmp_path: Path) -> None:
    document = {"openapi": "3.1.0", "info": {"title": "Days", "version": "1"}}
    paths = days(call(SHOWN, SENT, others=WRONG), delete=DELETE)
    (tmp_path / "days.json").write_text(json.dumps({**document, "paths": paths}), encoding="utf-8")
    service = calendar(fault)
    with serving(service) as url:
        found = run_document(tmp_path / "days.json", url, tmp_path / "run", "--profile", "ci")
    assert ("must" in found.stdout, told in found.stdout) == (bool(fault), True), found.stdout + found.stderr
    assert service.store("day") == {"2020-01-01": {"day": "2020-01-01", "label": "New Year"}}
