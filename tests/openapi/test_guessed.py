"""Required parameters of which a document says no more than that they are texts: their refusal accuses nobody, and of
the version of an API the document knows its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from .honest import Handler, Json, Refused, Request, Service, serving
from .running import run_document
from .test_embedded import object_of
from .test_meant import ITEM, NO, written
from .unsaid import NUMBER, TEXT, Document, call, read

LISTS = ("--only", "list.answers-ok", "--only", "robust.hostile-bytes", "--only", "read.answers-ok")


def asked(name: str, **more: str) -> Document:
    return {"name": name, "in": "query", "required": True, "schema": {**TEXT, **more}}


def stops(parameter: str, taken: str, *faults: str) -> Service:
    """The stops of a region, as others have made them: what is no region is not there."""
    rows = {"1": {"id": 1, "name": "Harbour"}, "2": {"id": 2, "name": "Market"}}

    def in_region(handler: Handler) -> Handler:
        def told(service: Service, request: Request) -> tuple[int, Json]:
            if request.query.get(parameter) != taken:
                raise Refused(404 if parameter == "region" else 400, f"no such {parameter}")
            return handler(service, request)

        return told

    def listed(service: Service, request: Request) -> tuple[int, Json]:
        if "refuses" in service.faults:
            raise Refused(409, "not today")
        return 200, {"stops": list(rows.values())} if "wrapped" in service.faults else list(rows.values())

    def one(service: Service, request: Request) -> tuple[int, Json]:
        if request.path["id"] not in rows:
            raise Refused(404, "no such stop")
        return 200, rows[request.path["id"]]

    routes = {("GET", "/stops"): in_region(listed), ("GET", "/stops/{id}"): in_region(one)}
    return Service(routes, frozenset(faults))


def stops_document(folder: Path, parameter: Document) -> Path:
    stop = object_of(["id", "name"], id=NUMBER, name=TEXT)
    paths = {
        "/stops": {"parameters": [parameter], "get": call({"type": "array", "items": stop}, others=NO)},
        "/stops/{id}": {"parameters": [ITEM, parameter], "get": call(stop, others=NO)},
    }
    return written(folder, paths)


def test_a_list_that_knows_no_text_of_ours_is_not_accused(tmp_path: Path) -> None:
    with serving(stops("region", "north")) as url:
        ended = run_document(stops_document(tmp_path, asked("region")), url, tmp_path / "run", *LISTS)
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "no value is known to be a right region" in ended.stdout


def test_a_list_that_refuses_what_a_document_shows_is_told(tmp_path: Path) -> None:
    document = stops_document(tmp_path, asked("region", example="north"))
    with serving(stops("region", "south")) as url:
        ended = run_document(document, url, tmp_path / "run", *LISTS)
    assert ended.returncode == 1
    assert "list.answers-ok: The list answered 404" in ended.stdout


@pytest.mark.parametrize("fault", ["", "refuses", "wrapped"])
def test_the_version_of_an_api_is_that_of_its_document(fault: str, tmp_path: Path) -> None:
    document = stops_document(tmp_path, asked("api-version"))
    with serving(stops("api-version", "1", *filter(None, [fault]))) as url:
        ended = run_document(document, url, tmp_path / "run", *LISTS)
    assert ended.returncode == bool(fault), ended.stdout + ended.stderr
    assert ("list.answers-ok" in ended.stdout) == bool(fault)


@pytest.mark.parametrize(
    ("parameter", "sent"),
    [
        (asked("api-version"), "1"),
        (asked("apiVersion"), "1"),
        (asked("api_version", example="2024-01-01"), "2024-01-01"),
        (asked("api-version", pattern="^v[0-9]+$"), None),
        (asked("version"), None),
    ],
)
def test_only_what_is_called_so_and_has_no_other_value_has_that_version(
    parameter: Document, sent: str | None, tmp_path: Path
) -> None:
    box = object_of(["id"], id=NUMBER)
    found = read(tmp_path, {"/boxes/{id}": {"parameters": [ITEM, parameter], "get": call(box, others=NO)}})
    value = found.contract["resources"]["box"]["operations"]["read"]["query"][parameter["name"]]
    assert value == sent if sent else isinstance(value, dict)
