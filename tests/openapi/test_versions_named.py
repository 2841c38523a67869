"""Changes whose bodies must name the version that a read shows (``version``, ``lock_version``): a document says so by a
member that they need and no create takes, and by the refusal of a stale one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Json, Refused, Request, Service, numbered, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import ITEM, NO, only, written
from .unsaid import NUMBER, TEXT, Document, call, read

RULES = ("update.answers-ok", "update.persists", "conditional.version", "create.answers-created")


def boxes(name: str, codes: tuple[str, ...] = ("409",), *, needed: bool = True, made: bool = False) -> Document:
    """Boxes, which a PATCH changes. ``needed``: whether it needs the version; ``made``: whether creates take it."""
    version = {name: NUMBER}
    shown = object_of(["id", "label", name], id=NUMBER, label=TEXT, **version)
    create = call(shown, object_of(["label"], label=TEXT, **(version if made else {})), 201, others={"400": NO["400"]})
    refused = {code: {"description": "the version is stale"} for code in codes}
    body = object_of(["label", *([name] if needed else [])], label=TEXT, **version)
    patch = call(shown, body, others={**NO, **refused})
    delete = {"responses": {"204": {"description": "gone"}, "404": NO["404"]}}
    item = {"parameters": [ITEM], "get": call(shown, others={"404": NO["404"]}), "patch": patch, "delete": delete}
    return {"/boxes": {"get": call({"type": "array", "items": shown}), "post": create}, "/boxes/{id}": item}


def shelf(*faults: str) -> Service:
    def listed(service: Service, request: Request) -> tuple[int, Json]:
        return 200, list(service.store("box").values())

    def label_of(request: Request) -> str:
        label = request.body().get("label")
        if not isinstance(label, str):
            raise Refused(400, "the label is no text")
        return label

    def create(service: Service, request: Request) -> tuple[int, Json]:
        box = {"id": service.number("box"), "label": label_of(request), "version": 1}
        service.store("box")[box["id"]] = box
        return 201, box

    def one(service: Service, request: Request) -> tuple[int, Json]:
        return 200, numbered(request, service.store("box"))

    def patch(service: Service, request: Request) -> tuple[int, Json]:
        box, label, version = numbered(request, service.store("box")), label_of(request), request.body().get("version")
        if not isinstance(version, int) or isinstance(version, bool):
            raise Refused(400, "the version is no number")
        if version != box["version"] and "stale" not in service.faults:
            raise Refused(409, "somebody else has changed it")
        box.update({} if "lost" in service.faults else {"label": label}, version=box["version"] + 1)
        return 200, {**box, "label": label}

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("box")[numbered(request, service.store("box"))["id"]]
        return 204, None

    routes = {("GET", "/boxes"): listed, ("POST", "/boxes"): create, ("GET", "/boxes/{id}"): one}
    return Service({**routes, ("PATCH", "/boxes/{id}"): patch, ("DELETE", "/boxes/{id}"): delete}, frozenset(faults))


@pytest.mark.parametrize(
    ("fault", "told"), [("", "CONFORMING"), ("stale", "conditional.version"), ("lost", "update.persists")]
)
def test_what_must_name_its_version_is_changed_and_a_stale_one_refused(fault: str, told: str, tmp_path: Path) -> None:
    service = shelf(*filter(None, [fault]))
    with serving(service) as url:
        ended = run_document(written(tmp_path, boxes("version")), url, tmp_path / "run", *only(*RULES))
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert told in ended.stdout
    assert not service.store("box")


@pytest.mark.parametrize(
    ("name", "said", "stale"),
    [
        ("lock_version", {}, 409),
        ("rowVersion", {"codes": ("412",)}, 412),
        ("version", {"codes": ("409", "412")}, [409, 412]),
        ("version", {"codes": ()}, None),
        ("version", {"needed": False}, None),
        ("version", {"made": True}, None),
        ("edition", {}, None),
    ],
)
def test_only_what_is_needed_shown_and_refused_when_stale_is_a_version(
    name: str, said: dict[str, Any], stale: Any, tmp_path: Path
) -> None:
    box = read(tmp_path, boxes(name, **said)).contract["resources"]["box"]
    assert box.get("conditional") == ({"version": name} if stale else None)
    assert box["statuses"].get("stale") == stale
