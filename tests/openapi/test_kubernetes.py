"""Documents in the style of Kubernetes: what an object calls itself stands beside its schema, its name inside of
``metadata``, and the token of the next page inside of that of a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .honest import Json, Refused, Request, Service, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import NO, written
from .unsaid import NUMBER, TEXT, Document, call, resource

KIND = "x-kubernetes-group-version-kind"
NAMED = {**TEXT, "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$", "maxLength": 63}
PATH = "/apis/shop.example/v1/widgets"


def paths(*kinds: dict[str, str]) -> Document:
    server: Document = {"readOnly": True}
    meta = object_of(["name"], name=NAMED, uid={**TEXT, **server}, resourceVersion={**TEXT, **server})
    spec = object_of(["size"], size=NUMBER)
    widget = object_of(["metadata", "spec"], apiVersion=TEXT, kind=TEXT, metadata=meta, spec=spec)
    widget[KIND] = list(kinds)
    about = object_of([], **{"continue": TEXT, "resourceVersion": TEXT})
    listed = object_of(["items"], kind=TEXT, metadata=about, items={"type": "array", "items": widget})
    query = [{"name": n, "in": "query", "schema": s} for n, s in {"limit": NUMBER, "continue": TEXT}.items()]
    absent = {"404": NO["404"]}
    made = call(widget, widget, 201, others={"400": NO["400"], "409": {"description": "already exists"}})
    item = {
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": NAMED}],
        "get": call(widget, others=absent),
        "delete": {"responses": {"200": {"description": "gone"}, **absent}},
    }
    return {PATH: {"get": call(listed, parameters=query), "post": made}, f"{PATH}/{{name}}": item}


ONE = {"group": "shop.example", "version": "v1", "kind": "Widget"}


def cluster(*faults: str) -> Service:
    def valid(body: dict[str, Json]) -> str:
        meta, spec = body.get("metadata"), body.get("spec")
        if body.get("kind", "Widget") != "Widget" or body.get("apiVersion", "shop.example/v1") != "shop.example/v1":
            raise Refused(400, "no such kind")
        name = meta.get("name") if isinstance(meta, dict) else None
        size = spec.get("size") if isinstance(spec, dict) else None
        if not isinstance(name, str) or not name.replace("-", "a").isalnum() or not name[0].islower() or len(name) > 63:
            raise Refused(400, "no name")
        if not isinstance(size, int) or isinstance(size, bool) or name.lower() != name or not name.isascii():
            raise Refused(400, "no size")
        return name

    def create(service: Service, request: Request) -> tuple[int, Json]:
        body = request.body()
        name, store = valid(body), service.store("widget")
        if name in store:
            raise Refused(409, f"widgets {name} already exists")
        meta = {"name": name, "uid": f"u-{len(store)}", "resourceVersion": str(service.number("version"))}
        widget = {"metadata": meta, "spec": {"size": body["spec"]["size"] if "size-lost" not in service.faults else 0}}
        store[name] = {"apiVersion": "shop.example/v1", "kind": "Widget", **widget}
        return 201, store[name]

    def found(service: Service, request: Request) -> dict[str, Any]:
        if request.path["name"] not in service.store("widget"):
            raise Refused(404, "there is none")
        return service.store("widget")[request.path["name"]]

    def read(service: Service, request: Request) -> tuple[int, Json]:
        return 200, found(service, request)

    def delete(service: Service, request: Request) -> tuple[int, Json]:
        del service.store("widget")[found(service, request)["metadata"]["name"]]
        return 200, {"kind": "Status", "status": "Success"}

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        asked = request.query.get("limit", "0"), request.query.get("continue", "") or "0"
        if not all(word.isdecimal() and len(word) < 10 for word in asked):
            raise Refused(400, "no page")
        size, start = int(asked[0]) or 10**9, int(asked[1])
        entries = list(service.store("widget").values())
        more = start + size < len(entries) and "ends" not in service.faults
        about = {"resourceVersion": "1", **({"continue": str(start + size)} if more else {})}
        return 200, {"kind": "WidgetList", "metadata": about, "items": entries[start : start + size]}

    routes = {("GET", PATH): listed, ("POST", PATH): create}
    items = {("GET", f"{PATH}/{{name}}"): read, ("DELETE", f"{PATH}/{{name}}"): delete}
    return Service({**routes, **items}, frozenset(faults))


def test_objects_call_themselves_what_is_said_beside_their_schema(tmp_path: Path) -> None:
    widget = resource(tmp_path / "one", "widget", paths(ONE))
    sent = widget.shapes.create["properties"]
    assert (sent["apiVersion"]["const"], sent["kind"]["const"]) == ("shop.example/v1", "Widget")
    assert (widget.id.field, widget.paging.token, widget.paging.next_field) == (
        "metadata.name",
        "continue",
        "/metadata/continue",
    )
    several = resource(tmp_path / "two", "widget", paths(ONE, {**ONE, "version": "v2"}))
    assert "const" not in several.shapes.create["properties"]["kind"]
    core = resource(tmp_path / "core", "widget", paths({**ONE, "group": ""}))
    assert core.shapes.create["properties"]["apiVersion"]["const"] == "v1"


@pytest.mark.parametrize(("fault", "code"), [("", 0), ("ends", 1), ("size-lost", 1)])
def test_a_cluster_is_judged_by_its_document(fault: str, code: int, tmp_path: Path) -> None:
    document = written(tmp_path, paths(ONE))
    service = cluster(*filter(None, [fault]))
    with serving(service) as url:
        ended = run_document(document, url, tmp_path / "run", "--profile", "smoke")
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert fault or not service.store("widget")
