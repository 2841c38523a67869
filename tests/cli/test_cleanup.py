"""``restproof cleanup``: what interrupted runs have left is deleted by their ledgers, and nothing is asked for that
need not be known."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from restproof.cli.main import run
from restproof.wire import tidying
from restproof.wire.ledger import Ledger, Origin

pytestmark = pytest.mark.usefixtures("here")

CONTRACT = """\
contract: notes
auth: {scheme: bearer}
resources:
  note: {path: /notes, schema: note.json, operations: [list, create, read, delete]}
  book: {path: /books, operations: []}
  leaf: {path: "/books/{book}/leaves", schema: note.json}
"""
"""The target names no book, so that a run leaves out what stands below one."""


PREFIX = "rpabcdef"


class Handler(BaseHTTPRequestHandler):
    """A server with one note, which bears the mark of a run until it is deleted."""

    protocol_version = "HTTP/1.1"
    deleted: ClassVar[list[str]] = []
    status: ClassVar[int] = 204

    def do_GET(self) -> None:
        there = Handler.status >= 300 or not Handler.deleted
        note = {"id": 1, "name": f"{PREFIX}00001 a note"}
        single = self.path.startswith("/notes/")
        self.send_response(200 if there or not single else 404)
        body = json.dumps(note if single else [note] if there else []).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_DELETE(self) -> None:
        Handler.deleted.append(self.path)
        self.send_response(Handler.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Handler, "deleted", [])
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_address[1]}"
        http.shutdown()
        thread.join()


@pytest.fixture
def left_behind(here: Path, server: str) -> Ledger:
    (here / "contracts/notes").mkdir(parents=True)
    (here / "schemas/notes").mkdir(parents=True)
    (here / "contracts/notes/contract.yaml").write_text(CONTRACT)
    (here / "schemas/notes/note.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string"}}}'
    )
    (here / "restproof.toml").write_text(
        f'[targets.local]\nbase_url = "{server}"\n[targets.local.credentials]\nfull = "${{LOCAL_TOKEN}}"\n'
    )
    ledger = Ledger(here / ".restproof/one.jsonl", Origin("contracts/notes", "local", server, "live", PREFIX))
    ledger.created(ledger.intend("note", "/notes", [("name", f"{PREFIX}00001")]), "/notes/1", 1)
    ledger.close()
    return ledger


def test_cleanup_deletes_what_the_ledgers_hold(
    left_behind: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCAL_TOKEN", "local-token")
    assert run(["cleanup"]) == 0
    assert Handler.deleted == ["/notes/1"]
    assert "deleted 1 on local" in capsys.readouterr().out
    assert not left_behind.path.parent.exists()


def test_cleanup_says_what_it_could_not_delete(
    left_behind: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOCAL_TOKEN", "local-token")
    monkeypatch.setattr(Handler, "status", 500)
    assert run(["cleanup", str(left_behind.path)]) == 3
    assert "left: note /notes/1: the delete answered 500" in capsys.readouterr().out
    assert left_behind.path.exists()


def test_cleanup_goes_by_all_ledgers_of_a_run_at_once(
    left_behind: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What one worker has seen of a database that went back holds for what the others have made, and a ledger that
    cannot be read keeps none from being cleaned up after."""
    monkeypatch.setenv("LOCAL_TOKEN", "local-token")
    told: list[tuple[str, float]] = []
    steps = [lambda _: None, lambda work: told.append((work.ledger.path.stem, work.ledger.doubted))]
    monkeypatch.setattr(tidying, "_STEPS", steps)
    folder = left_behind.path.parent
    for name in ("two", "other"):
        origin = replace(left_behind.origin, prefix="rpzzzzzz" if name == "other" else PREFIX)
        ledger = Ledger(folder / f"{name}.jsonl", origin)
        ledger.intend("note", "/notes", [("name", f"{origin.prefix}00002")])
        ledger.close()
    seen = Ledger(left_behind.path)
    seen.restored()
    seen.close()
    (folder / "damaged.jsonl").write_text("{}\n\n")
    assert run(["cleanup"]) == 3
    out, err = capsys.readouterr()
    assert "one.jsonl and 1 more of its run: deleted" in out
    assert "damaged.jsonl:1: not a line of a ledger" in err
    assert sorted(told) == [("one", seen.doubted), ("other", -1.0), ("two", seen.doubted)]


def test_cleanup_needs_the_credential(
    left_behind: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LOCAL_TOKEN", raising=False)
    assert run(["cleanup"]) == 2
    assert (
        "restproof.toml:4: credential `full`: the environment variable LOCAL_TOKEN is not set"
        in capsys.readouterr().err
    )
    assert left_behind.path.exists()


@pytest.mark.parametrize("path", ["", "/second"])
def test_cleanup_asks_no_other_server_than_the_run_did(
    left_behind: Ledger, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    monkeypatch.setenv("LOCAL_TOKEN", "local-token")
    then = left_behind.origin.base_url
    there = then.replace("http://", "HTTP://") + "/" if not path else then + path
    configured = Path("restproof.toml").read_text().replace(then, there)
    Path("restproof.toml").write_text(configured)
    assert run(["cleanup"]) == (2 if path else 0)
    assert Handler.deleted == ([] if path else ["/notes/1"])
    told = f"one.jsonl:1: the run was at {then}, and its target is now {there}"
    assert (told in capsys.readouterr().err, left_behind.path.exists()) == (bool(path), bool(path))


def test_cleanup_forgets_a_sandbox_that_is_gone(here: Path) -> None:
    ledger = Ledger(here / ".restproof/one.jsonl", Origin(kind="sandbox"))
    ledger.intend("note", "/notes", {})
    ledger.close()
    assert run(["cleanup"]) == 0
    assert not ledger.path.exists()


def test_cleanup_without_ledgers_has_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["cleanup"]) == 0
    assert "no ledger" in capsys.readouterr().out
