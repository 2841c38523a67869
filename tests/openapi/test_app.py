"""An application of the user's own as a target: imported, served, and proven from its own document."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import requests
from tests import forked

from restproof.errors import ConfigurationError
from restproof.session.app import hosted

APPLICATIONS = """
import json

DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Colours", "version": "1"},
    "paths": {
        "/colours": {
            "get": {"responses": {"200": {"description": "all", "content": {"application/json": {"schema": {
                "type": "array", "items": {"type": "object", "required": ["name"], "properties": {
                    "id": {"type": "integer"}, "name": {"type": "string"}}}}}}}}}
        },
        "/colours/{id}": {"get": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
            "responses": {"200": {"description": "one", "content": {"application/json": {"schema": {
                "type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}}}},
                "404": {"description": "none"}}}},
    },
}
COLOURS = {1: {"id": 1, "name": "red"}, 2: {"id": 2, "name": "blue"}}


def answer(method, path):
    known = {"/openapi.json": DOCUMENT, "/colours": list(COLOURS.values())}
    known |= {f"/colours/{n}": c for n, c in COLOURS.items()}
    if path not in known:
        return 404, b"{}"
    return (200, json.dumps(known[path]).encode()) if method in ("GET", "HEAD") else (405, b"{}")


async def asgi(scope, receive, send):
    if scope["type"] != "http":
        raise RuntimeError("no lifespan here")
    status, body = answer(scope["method"], scope["path"])
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers + [(b"allow", b"GET, HEAD")]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Wsgi:
    def __call__(self, environ, start_response):
        status, body = answer(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        start_response(f"{status} X", [("Content-Type", "application/json"), ("Allow", "GET, HEAD")])
        return [body]


class NoApplication:
    pass


made = NoApplication()
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "colours.py").write_text(APPLICATIONS, encoding="utf-8")
    monkeypatch.delitem(sys.modules, "colours", raising=False)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


@pytest.mark.filterwarnings("ignore:Uvicorn's native WSGI:DeprecationWarning")
@pytest.mark.parametrize("spec", ["colours:asgi", "colours:Wsgi()"])
def test_an_application_is_served_while_it_is_asked(spec: str, folder: Path) -> None:
    with hosted(spec, folder) as url:
        assert requests.get(f"{url}/colours/1", timeout=5).json() == {"id": 1, "name": "red"}
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{url}/colours/1", timeout=5)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("colours", "names no application"),
        ("colors:app", "no module colors"),
        ("colours:app", "colours has no app"),
        ("colours:made", "is no application"),
    ],
)
def test_what_is_no_application_is_told(spec: str, message: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match=message), hosted(spec, folder):
        pytest.fail("it is served")


def test_an_application_is_proven_from_its_own_document(folder: Path) -> None:
    command = ["run", "/openapi.json", "--app", "colours:asgi", "-q"]
    options = ["--profile", "smoke", "--only", "read", "--only", "list.answers-ok", "--out", str(folder / "run")]
    told = forked.run("restproof", [*command, *options], cwd=folder)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "CONFORMING" in told.stdout


@pytest.mark.parametrize(
    ("name", "source", "spec", "told"),
    [
        ("needs_more", "import nosuchmodule\napp = 1\n", "needs_more:app", "ModuleNotFoundError: No module named"),
        ("raises", "\nraise ValueError('no database')\n", "raises:app", "ValueError: no database"),
        ("unwritten", "def app(:\n", "unwritten:app", "SyntaxError: "),
        ("makes_none", "def make():\n    raise RuntimeError('no')\n", "makes_none:make()", "RuntimeError: no"),
    ],
)
def test_an_application_that_raises_is_told_with_its_line(
    name: str, source: str, spec: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=told) as raised, hosted(spec, tmp_path):
        pass
    assert raised.value.place is not None
    assert raised.value.place.file == tmp_path / f"{name}.py"
    assert raised.value.place.line >= 1
