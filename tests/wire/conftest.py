"""A server that answers with whatever bytes a test wants, and sessions that talk to it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from restproof.config import Target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.message import About, Exchange, Request
from restproof.wire.session import Session

Handler = Callable[[bytes], bytes | None]
Serve = Callable[..., Any]
"""The fixture ``serve``."""
Connect = Callable[..., Any]
"""The fixture ``connect``."""

READ = About("note", "read", "read.answers-ok[note-read]", "read.answers-ok[note-read]#1")
CREATE = About("note", "create")
GET = Request("GET", "/v1/teams/5/notes/1")
POST = Request("POST", "/v1/teams/5/notes", body=b'{"name":"a"}')


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP answer; `Retry_After="1"` becomes a header."""
    lines = [f"HTTP/1.1 {status} Reason", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def open_entries(ledger: Ledger) -> list[LedgerEntry]:
    """What a ledger says may still be there."""
    return [entry for entry in ledger.entries() if not ledger.is_deleted(entry)]


class ScriptedServer:
    """Calls `handler` with each request (head and body) and sends what it returns; None closes the connection."""

    def __init__(
        self, handler: Handler, wrap: Callable[[socket.socket], socket.socket] | None = None, port: int = 0
    ) -> None:
        self.handler = handler
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = threading.Event()
        self._wrap = wrap
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._socket.fileno() < 0:
            return
        # shutdown wakes the thread that waits in accept; close alone does not.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.closed.set()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self._wrap(plain) if self._wrap else plain
        except OSError:
            return
        with connection:
            while (request := self._receive(connection)) is not None:
                self.requests.append(request)
                reply = self.handler(request)
                if reply is None:
                    return
                with suppress(ConnectionError):  # a client need not read to the end
                    connection.sendall(reply)

    @staticmethod
    def _receive(connection: socket.socket) -> bytes | None:
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                piece = connection.recv(65536)
                if not piece:
                    return None
                data += piece
            head, _, body = data.partition(b"\r\n\r\n")
            told = re.search(rb"(?im)^content-length: *([0-9]+) *\r?$", head)
            length = int(told[1]) if told else 0
            while len(body) < length:
                body += connection.recv(65536)
        except OSError:
            return None
        return head + b"\r\n\r\n" + body


@dataclass
class Recording:
    exchanges: list[Exchange] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def exchange(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def note(self, kind: str, message: str, started: float) -> None:
        self.notes.append((kind, message))


@dataclass
class Client:
    """A session with what it recorded and how long it slept."""

    session: Session
    recording: Recording
    slept: list[float]


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    started: list[ScriptedServer] = []

    def start(
        handler: Handler, wrap: Callable[[socket.socket], socket.socket] | None = None, port: int = 0
    ) -> ScriptedServer:
        started.append(ScriptedServer(handler, wrap, port))
        return started[-1]

    yield start
    for server in started:
        server.close()


NOTES = """\
contract: notes
base_path: /v1
auth: {scheme: SCHEME}
headers: {X-Team: "{team}"}
paging: {style: page, page: page, size: per_page, default: 2, max: 2}
rate_limit: {limit: X-Limit, remaining: X-Remaining, reset: X-Reset}
resources:
  team: {path: /teams, schema: team.json, operations: [list]}
  note:
    path: /teams/{team}/notes
    schema: note.json
    unique: [name]
    operations: [list, create, read, update, delete]
  log:
    path: /logs
    parent: {team: team_id}
    schema: note.json
    operations: [list, create, read]
"""
SCHEMA = """\
{"type": "object", "required": ["name"],
 "properties": {"id": {"type": "integer", "readOnly": true}, "name": {"type": "string", "minLength": 1}}}
"""


@pytest.fixture
def contract_with(tmp_path: Path) -> Callable[..., Contract]:
    def make(scheme: str = "bearer", text: str = NOTES) -> Contract:
        folder = tmp_path / "contracts" / "notes"
        folder.mkdir(parents=True, exist_ok=True)
        schemas = tmp_path / "schemas" / "notes"
        schemas.mkdir(parents=True, exist_ok=True)
        (folder / "contract.yaml").write_text(text.replace("SCHEME", scheme))
        for name in ("team", "note"):
            (schemas / f"{name}.json").write_text(SCHEMA)
        return load(folder)

    return make


@pytest.fixture
def contract(contract_with: Callable[..., Contract]) -> Contract:
    return contract_with()


@pytest.fixture
def connect(contract: Contract) -> Iterator[Callable[..., Client]]:
    opened: list[Session] = []

    def make(url: str, contract: Contract = contract, target: dict[str, Any] | None = None, **options: Any) -> Client:
        credentials = {"full": "full-secret-token", "read_only": "reader:pass/word 1"}
        chosen = Target("test", url, **{"credentials": credentials, "ids": {"team": 5}, **(target or {})})
        recording, slept = Recording(), list[float]()
        session = Session(chosen, contract, recording, **{"timeout": 2.0, "sleep": slept.append, **options})
        opened.append(session)
        return Client(session, recording, slept)

    yield make
    for session in opened:
        session.close()


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs a command of `restproof` in this process, in the test's own directory."""
    from restproof.cli.main import run

    monkeypatch.chdir(tmp_path)
    return lambda *words: run([*map(str, words), *(["-q"] if words[0] == "run" else [])])
