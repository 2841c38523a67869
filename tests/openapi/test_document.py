"""``restproof run DOCUMENT``: from a document to a verdict, without a contract."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.cli.document import fetched, read_document
from restproof.cli.main import run
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError, TargetError
from restproof.session.options import Options
from restproof.session.promise import promised

from .honest import Json, Request, Service, Text, serving
from .running import run_document
from .services import crud

ITEM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer", "readOnly": True}, "name": {"type": "string", "maxLength": 80}},
}
_IN = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}


def _json(schema: Any) -> dict[str, Any]:
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "items", "version": "1"},
    "servers": [{"url": "/v1"}],
    "paths": {
        "/items": {
            "get": {"responses": {"200": _json({"type": "array", "items": ITEM})}},
            "post": {
                "requestBody": {"required": True, "content": {"application/json": {"schema": ITEM}}},
                "responses": {"201": _json(ITEM), "400": {"description": "bad"}},
            },
        },
        "/items/{id}": {
            "parameters": [_IN],
            "get": {"responses": {"200": _json(ITEM), "404": {"description": "absent"}}},
            "delete": {"responses": {"204": {"description": "gone"}, "404": {"description": "absent"}}},
        },
        "/items/{id}/lock": {"parameters": [_IN], "post": {"responses": {"204": {"description": "locked"}}}},
    },
}


def items(*faults: str) -> Service:
    """A service that gives its own document."""

    def document(service: Service, request: Request) -> tuple[int, Json]:
        return 200, DOCUMENT

    routes = crud("item", "/v1/items", {"name": Text()}, required=("name",))
    return Service({**routes, ("GET", "/openapi.json"): document}, frozenset(faults))


@pytest.mark.slow
def test_a_document_of_the_target_itself_gives_a_verdict_and_a_contract(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with serving(items()) as url:
        told = run_document(f"{url}/openapi.json", None, tmp_path / "run", "--profile", "smoke", "--write", str(kept))
    assert told.returncode == 0, told.stdout + told.stderr
    assert "CONFORMING" in told.stdout
    assert "left out: /items/{id}/lock: neither a collection nor an item of one" in told.stdout
    assert "open: item: is any field unique?" in told.stdout
    assert load(kept).resources["item"].operations == ("list", "create", "read", "delete")


def test_what_breaks_the_document_is_seen(tmp_path: Path) -> None:
    with serving(items("create-200")) as url:
        told = run_document(
            f"{url}/openapi.json", None, tmp_path / "run", "--profile", "smoke", "--only", "create.answers-created"
        )
    assert told.returncode == 1, told.stdout + told.stderr
    assert "create.answers-created" in told.stdout


def test_a_base_path_in_the_targets_url_is_not_added_twice(tmp_path: Path) -> None:
    with serving(items()) as url:
        told = run_document(
            f"{url}/openapi.json", f"{url}/v1", tmp_path / "run", "--profile", "smoke", "--only", "list.answers-ok"
        )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_contract_of_a_document_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document of hundreds of resources makes a large one."""
    read: list[Path] = []

    def counted(path: Path) -> Contract:
        read.append(path)
        return load(path)

    for module in ("restproof.cli.document", "restproof.session.promise"):
        monkeypatch.setattr(f"{module}.load", counted)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "openapi.json").write_text(json.dumps(DOCUMENT))
    assert run(["run", "openapi.json", "--target", "http://127.0.0.1:1", "--plan", "-q"]) == 0
    assert len(read) == 1


WRONG = {
    "a document of another server": (("--target", "http://127.0.0.1:1"), "is not the target's own"),
    "a document that is not there": ((), "cannot be fetched"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_url_is_told(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options, message = WRONG[case]
    monkeypatch.chdir(tmp_path)
    assert run(["run", "http://127.0.0.1:2/openapi.json?key=Sesame", *options]) in (2, 3)
    told = capsys.readouterr().err
    assert f"http://127.0.0.1:2/openapi.json?… {message}" in told
    assert "Sesame" not in told


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Content-Length: 500", "incomplete response"),
        ("Content-Length: 2\r\nContent-Encoding: gzip", "malformed response"),
    ],
)
def test_a_document_that_comes_broken_is_told_in_a_sentence(head: str, words: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            taken, _ = listener.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n{{}}".encode())

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(TargetError, match=f"cannot be fetched: {words}"):
            fetched(f"http://127.0.0.1:{listener.getsockname()[1]}/openapi.json", None, tmp_path)


@pytest.mark.parametrize(("status", "hint"), [(403, "without a credential: save it"), (404, "or a file")])
def test_a_document_that_is_refused_is_told_with_what_to_do(status: int, hint: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            taken, _ = listener.accept()
            with taken:
                taken.recv(65536)
                taken.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\n\r\n".encode())

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(TargetError, match=f"answered {status}") as told:
            fetched(f"http://127.0.0.1:{listener.getsockname()[1]}/openapi.json", None, tmp_path)
    assert hint in str(told.value.hint)


@pytest.mark.parametrize("target", ["here", None])
def test_a_document_is_fetched_as_its_target_is_reached(target: str | None, tmp_path: Path) -> None:
    heads: list[bytes] = []
    (tmp_path / "restproof.toml").write_text(
        '[targets.here]\nbase_url = "http://api.example"\nsocket = "api.sock"\n'
        '[targets.here.credentials]\nfull = "${NOWHERE}"\n',
        encoding="utf-8",
    )
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "api.sock"))
        listener.listen()

        def answer() -> None:
            taken, _ = listener.accept()
            with taken:
                heads.append(taken.recv(65536))
                taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        threading.Thread(target=answer, daemon=True).start()
        assert fetched("http://api.example/openapi.json", target, tmp_path) == b"{}"
    assert heads[0].startswith(b"GET /openapi.json HTTP/1.1\r\n")
    assert b"uthorization" not in heads[0]


def test_an_import_takes_a_url_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["import", "openapi", "http://127.0.0.1:2/openapi.json"]) == 3
    assert "http://127.0.0.1:2/openapi.json cannot be fetched" in capsys.readouterr().err


def test_what_a_url_asks_for_does_not_stand_in_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("restproof.cli.document.fetched", lambda *_: json.dumps(DOCUMENT).encode())
    assert run(["import", "openapi", "http://127.0.0.1:2/openapi.yaml?key=s3cret"]) == 0
    contract = Path("contracts/openapi/contract.yaml").read_text(encoding="utf-8")
    assert "openapi.yaml" in contract
    assert "s3cret" not in contract


def test_a_contract_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contract.yaml").write_text("contract: mine\n", encoding="utf-8")
    (tmp_path / "api.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    assert run(["run", "api.json", "--write", str(tmp_path)]) == 2
    assert "there is a contract already" in capsys.readouterr().err
    assert (tmp_path / "contract.yaml").read_text(encoding="utf-8") == "contract: mine\n"


@pytest.mark.parametrize("changed", [None, "contract.yaml", "[a-z]*.json"])
def test_what_a_run_that_did_not_begin_has_written_is_no_contract_of_somebody(
    changed: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.json").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    words = ["run", "api.json", "--target", "http://127.0.0.1:2", "--write", "contract"]
    assert run(words) == 3
    if changed is not None:
        (file, *_) = (tmp_path / "contract").glob(changed)
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    capsys.readouterr()
    assert run(words) == (3 if changed is None else 2)
    assert ("there is a contract already" in capsys.readouterr().err) == (changed is not None)


def test_all_that_is_missing_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("RESTPROOF_FULL", "RESTPROOF_ID_SHOP", "RESTPROOF_ID_RACK"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "api.yaml").write_text(
        """
openapi: 3.1.0
info: {title: x, version: "1"}
security: [{token: []}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths:
  /shops/{shopId}/items/{id}: &item
    get: {responses: {"200": {content: {application/json: {schema: {properties: {id: {type: integer}}}}}}}}
  /racks/{rackId}/books/{id}: *item
""",
        encoding="utf-8",
    )
    assert run(["run", "api.yaml", "--target", "http://127.0.0.1:1"]) == 2
    told = capsys.readouterr().err
    for line in ("Set RESTPROOF_FULL", "Set RESTPROOF_ID_SHOP", "Set RESTPROOF_ID_RACK"):
        assert line in told
    assert run(["run", "api.yaml", "--target", "http://127.0.0.1:1", "--resource", "item"]) == 2
    assert "RACK" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("schemes", "credential", "auth"),
    [
        (["basic", "bearer"], "a-token", "bearer"),
        (["basic", "bearer"], "ann:secret", "basic"),
        (["bearer", "basic"], "a-token", "bearer"),
        (["bearer", "basic"], "ann:secret", "basic"),
        (["basic"], "a-token", "basic"),
        (["basic", "bearer"], "", "basic"),
    ],
)
def test_of_two_credentials_the_one_is_sent_that_is_given(
    schemes: list[str], credential: str, auth: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTPROOF_FULL", credential)
    known = {name: {"type": "http", "scheme": name} for name in ("basic", "bearer")}
    asked = {"security": [{name: []} for name in schemes], "components": {"securitySchemes": known}}
    file = tmp_path / "items.json"
    file.write_text(json.dumps({**DOCUMENT, **asked}), encoding="utf-8")
    options = Options(contract=str(file), target="http://127.0.0.1:9")
    with read_document(options, None, tmp_path) as (document, _):
        assert document.contract.auth.scheme == auth


def _with_notes(*, listed: bool) -> dict[str, Any]:
    """Things that no operation makes, with notes below them, beside the items."""
    thing = {"/things": {"get": {"responses": {"200": _json({"type": "array", "items": ITEM})}}}} if listed else {}
    below = {
        "get": {"responses": {"200": _json({"type": "array", "items": ITEM})}},
        "post": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": ITEM}}},
            "responses": {"201": _json(ITEM)},
        },
    }
    note = {"/things/{thing_id}/notes": {"parameters": [{**_IN, "name": "thing_id"}], **below}}
    return {**DOCUMENT, "paths": {**DOCUMENT["paths"], **thing, **note}}


@pytest.mark.parametrize("listed", [True, False])
def test_what_needs_an_id_that_only_the_user_knows_is_left_out_with_the_line(
    listed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "items.json"
    file.write_text(json.dumps(_with_notes(listed=listed)), encoding="utf-8")
    options = Options(contract=str(file), target="http://127.0.0.1:9")
    with read_document(options, None, tmp_path) as (document, narrowed):
        assert narrowed.resource == (("item", "thing") if listed else ("item",))
        assert promised(narrowed, tmp_path).target is not None
        told = "\n".join(document.closing_lines())
    assert (
        "not judged: note: no request makes an id that this needs. Set RESTPROOF_ID_THING in the environment." in told
    )
    with read_document(replace(options, resource=("note",)), None, tmp_path) as (_, chosen):
        assert chosen.resource == ("note",)
        with pytest.raises(ConfigurationError, match="no id for thing"):
            _ = promised(chosen, tmp_path).target
    monkeypatch.setenv("RESTPROOF_ID_THING", "4")
    with read_document(options, None, tmp_path) as (_, whole):
        assert whole.resource == ()
