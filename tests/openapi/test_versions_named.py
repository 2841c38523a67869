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
from .unsaid import NUMBER, TEXT, Document, call, contract, read

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


def beside(
    name: str, where: str = "header", *, needed: bool = True, read: bool = False, ends: bool = False
) -> Document:
    """Boxes, of which a PUT names the version beside its body. ``read``: whether a read takes the parameter as well;
    ``ends``: whether a delete does."""
    paths, parameter = boxes("version"), {"name": name, "in": where, "required": needed, "schema": NUMBER}
    item, shown = (
        paths["/boxes/{id}"],
        object_of(["id", "label", "sys"], id=NUMBER, label=TEXT, note=TEXT, sys=object_of([], version=NUMBER)),
    )
    del item["patch"]
    stale = {"409": {"description": "the version is stale"}}
    answers = call(shown, object_of(["label"], label=TEXT, note=TEXT), others={**NO, **stale})
    item |= {"put": {**answers, "parameters": [parameter]}, "get": call(shown, others={"404": NO["404"]})}
    for method in ["get"] * read + ["delete"] * ends:
        item[method] = {**item[method], "parameters": [parameter]}
    create = call(shown, object_of(["label"], label=TEXT, note=TEXT), 201, others={"400": NO["400"]})
    return {"/boxes": {"get": call({"type": "array", "items": shown}), "post": create}, "/boxes/{id}": item}


PLAIN = {"field": "sys.version", "in": "header", "name": "X-Box-Version"}


@pytest.mark.parametrize(
    ("paths", "version"),
    [
        (beside("X-Box-Version", ends=True), PLAIN),
        (beside("X-Box-Version"), {**PLAIN, "delete": False}),
        (beside("X-Box-Version", needed=False, ends=True), {**PLAIN, "required": False}),
        (beside("version", "query", ends=True), {"field": "sys.version", "in": "query", "name": "version"}),
        (beside("X-Box-Version", read=True), None),
        (beside("X-API-Version"), None),
    ],
)
def test_a_header_or_a_parameter_of_changes_alone_names_the_version(
    paths: Document, version: Any, tmp_path: Path
) -> None:
    box = read(tmp_path, paths).contract["resources"]["box"]
    assert box.get("conditional") == (version and {"version": version})
    words = box["operations"]["replace"]
    assert ("headers" in words or "query" in words) is (version is None)


@pytest.mark.parametrize("why", ["no read", "requests hold it"])
def test_what_no_read_shows_or_requests_may_hold_is_no_version(why: str, tmp_path: Path) -> None:
    """Of such a contract lint would say that it contradicts itself."""
    paths = beside("X-Box-Version", ends=True)
    if why == "no read":
        paths["/boxes/{id}"]["get"] = call(TEXT, others={"404": NO["404"]})
    else:
        sent = object_of(["label"], label=TEXT, note=TEXT, sys=object_of([], version=NUMBER))
        paths["/boxes"]["post"]["requestBody"] = call({}, sent)["requestBody"]
    assert contract(tmp_path, paths).resources["box"].version is None


def test_what_names_no_version_in_a_header_is_not_changed(tmp_path: Path) -> None:
    """The PUT of a server that wants the version gets it, and one that takes any is told."""

    def versioned(faults: frozenset[str]) -> Service:
        plain = shelf()

        def put(service: Service, request: Request) -> tuple[int, Json]:
            box, named = numbered(request, service.store("box")), request.headers.get("X-Box-Version", "")
            if not named.isdecimal():
                raise Refused(400, "the version is no number")
            if int(named) != box["sys"]["version"] and "stale" not in service.faults:
                raise Refused(409, "somebody else has changed it")
            label = request.body().get("label")
            if not isinstance(label, str):
                raise Refused(400, "the label is no text")
            box |= {"label": label, "note": request.body().get("note"), "sys": {"version": box["sys"]["version"] + 1}}
            return 200, box

        def create(service: Service, request: Request) -> tuple[int, Json]:
            code, box = plain.routes["POST", "/boxes"](service, request)
            box |= {"note": request.body().get("note"), "sys": {"version": box.pop("version")}}
            return code, box

        routes = {k: v for k, v in plain.routes.items() if k[0] != "PATCH"}
        return Service({**routes, ("PUT", "/boxes/{id}"): put, ("POST", "/boxes"): create}, faults)

    rules = ("replace.answers", "conditional.version", "create.answers-created")
    for faults, told in ((frozenset[str](), "CONFORMING"), (frozenset({"stale"}), "conditional.version")):
        service = versioned(faults)
        with serving(service) as url:
            document = written(tmp_path, beside("X-Box-Version"))
            ended = run_document(document, url, tmp_path / f"run{len(faults)}", *only(*rules))
        assert ended.returncode == bool(faults), ended.stdout + ended.stderr
        assert told in ended.stdout
        assert not service.store("box")
