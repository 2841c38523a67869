"""HTTP/2: what a server may say in frames, and what an exchange tells of it. The server is h2's other end."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, Event, RequestReceived, StreamEnded
from h2.exceptions import ProtocolError
from hyperframe.frame import GoAwayFrame, PingFrame

from restproof.config import Target
from restproof.sources import Login
from restproof.wire.http2 import Framed
from restproof.wire.message import About, Request
from restproof.wire.obtain import wallet_of

from .conftest import Client, ScriptedServer, answer

GET = Request("GET", "/v1/teams")
POST = Request("POST", "/v1/teams/5/notes", body=b'{"name": "' + b"x" * 200_000 + b'"}')
READ, CREATE = About("team", "list"), About("note", "create")


@dataclass
class Asked:
    """A request as it came, on the connection of which number; ``raw`` sends bytes that h2 would not."""

    talk: H2Connection
    stream: int
    headers: dict[str, str]
    raw: Callable[[bytes], None]
    number: int
    body: bytes = b""

    def head(self, status: int | str = 200, end: bool = False, /, **fields: str) -> None:
        pairs = [(n.replace("_", "-").lower(), v) for n, v in fields.items()]
        self.talk.send_headers(self.stream, [(":status", str(status)), *pairs], end_stream=end)

    def answer(self, body: bytes = b"[]", status: int = 200, **fields: str) -> None:
        self.head(status, False, **fields)
        for at in range(0, len(body), 16_384):
            self.talk.send_data(self.stream, body[at : at + 16_384])
        self.talk.end_stream(self.stream)


Handler = Callable[[Asked], None]


@dataclass
class FramedServer:
    """Speaks HTTP/2, on connections of ``wrap`` (TLS), and lets ``handler`` answer; where that raises ``EOFError`` the
    connection is closed. ``at_once``: before the content of the request has come."""

    handler: Handler
    wrap: Callable[[socket.socket], socket.socket] = lambda plain: plain
    at_once: bool = False
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plain, _ = self._listening.accept()
                self.connections += 1
                threading.Thread(target=self.serve, args=(plain, self.connections), daemon=True).start()

    def serve(self, plain: socket.socket, number: int = 0) -> None:
        with suppress(OSError, EOFError, ProtocolError), self.wrap(plain) as client:
            talk = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
            talk.initiate_connection()
            client.sendall(talk.data_to_send())
            under_way: dict[int, Asked] = {}
            while data := client.recv(65536):
                for event in talk.receive_data(data):
                    self._take(event, talk, client, under_way, number)
                client.sendall(talk.data_to_send())

    def _take(
        self, event: Event, talk: H2Connection, client: socket.socket, under_way: dict[int, Asked], number: int
    ) -> None:
        def raw(data: bytes) -> None:
            client.sendall(talk.data_to_send() + data)

        match event:
            case RequestReceived():
                headers = dict(event.headers)
                under_way[event.stream_id] = Asked(talk, event.stream_id, headers, raw, number)  # type: ignore[arg-type]
                if self.at_once:
                    self._answer(under_way[event.stream_id])
            case DataReceived():
                under_way[event.stream_id].body += event.data
                talk.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded() if not self.at_once:
                self._answer(under_way[event.stream_id])

    def _answer(self, asked: Asked) -> None:
        self.asked.append(asked)
        self.handler(asked)


Framing = Callable[..., FramedServer]
Ask = Callable[..., tuple[FramedServer, Client]]


@pytest.fixture
def frames() -> Iterator[Framing]:
    started: list[FramedServer] = []

    def start(handler: Handler, **options: Any) -> FramedServer:
        started.append(FramedServer(handler, **options))
        return started[-1]

    yield start
    for server in started:
        server.close()


@pytest.fixture
def ask(frames: Framing, connect: Callable[..., Client]) -> Ask:
    def begin(handler: Handler, timeout: float = 10.0, **options: Any) -> tuple[FramedServer, Client]:
        server = frames(handler, **options)
        return server, connect(f"http://127.0.0.1:{server.port}", target={"http2": True}, timeout=timeout)

    return begin


def test_requests_go_one_after_the_other_on_one_connection_whatever_their_size(ask: Ask) -> None:
    server, client = ask(lambda asked: asked.answer(asked.body or b"[]", 201 if asked.body else 200, x_more="1"))
    for _ in range(3):
        exchange = client.session.send(POST, CREATE)
        assert (exchange.status, exchange.error) == (201, None)
        assert exchange.response is not None
        assert exchange.response.body == POST.body
        assert exchange.header("X-More") == "1"
        assert client.session.send(GET, READ).json == []
    assert server.connections == 1
    headers = server.asked[0].headers
    assert (headers[":method"], headers[":scheme"], headers[":path"]) == ("POST", "http", "/v1/teams/5/notes")
    assert headers[":authority"] == f"127.0.0.1:{server.port}"
    assert headers["authorization"] == "Bearer full-secret-token"
    assert "host" not in headers


def test_a_length_of_what_is_not_sent_is_no_fault(ask: Ask) -> None:
    _, client = ask(
        lambda asked: asked.head(304 if asked.headers[":method"] == "GET" else 200, True, content_length="7")
    )
    conditional = Request("GET", "/v1/teams", headers=(("If-None-Match", '"a"'),))
    exchanges = [client.session.send(r, READ) for r in (conditional, Request("HEAD", "/v1/teams"))]
    assert [(e.status, e.header("Content-Length"), e.error) for e in exchanges] == [(304, "7", None), (200, "7", None)]


def test_an_answer_behind_a_goodbye_counts_and_the_next_request_has_a_connection_of_its_own(ask: Ask) -> None:
    def last(asked: Asked) -> None:
        asked.raw(GoAwayFrame(0, last_stream_id=asked.stream).serialize())
        asked.answer()

    server, client = ask(last)
    assert [client.session.send(POST, CREATE).status for _ in range(2)] == [200, 200]
    assert server.connections == 2


@pytest.mark.parametrize("how", ["goodbye", "refused"])
def test_what_the_server_has_not_looked_at_is_sent_again_on_a_new_connection(ask: Ask, how: str) -> None:
    def once(asked: Asked) -> None:
        if asked.stream == 1:
            asked.answer()
        elif how == "goodbye":
            asked.raw(GoAwayFrame(0, last_stream_id=1).serialize())
        else:
            asked.talk.reset_stream(asked.stream, error_code=7)

    server, client = ask(once)
    assert [client.session.send(POST, CREATE).status for _ in range(2)] == [200, 200]
    assert [(a.number, a.stream) for a in server.asked] == [(1, 1), (1, 3), (2, 1)]
    assert [kind for kind, _ in client.recording.notes] == ["retry"]


def test_an_answer_that_is_whole_counts_though_the_server_reads_no_more_of_the_request(ask: Ask) -> None:
    def refused(asked: Asked) -> None:
        asked.answer(b"{}", 413)
        asked.talk.reset_stream(asked.stream, error_code=0)

    server, client = ask(refused, at_once=True)
    exchanges = [client.session.send(POST, CREATE) for _ in range(2)]
    assert [(e.status, e.json, e.error) for e in exchanges] == [(413, {}, None)] * 2
    assert [a.number for a in server.asked] == [1, 2]


class _Failing:
    """The socket of a connection, on which the first long write fails behind the head of its request."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain
        self.writes: list[int] = []
        self.failed = 0

    def send(self, data: bytes) -> int:
        self.writes.append(len(data))
        if len(data) > 10_000:
            self._plain.sendall(data[: 9 + int.from_bytes(data[:3])])
            self.failed = len(self.writes)
            raise ConnectionResetError(104, "Connection reset by peer")
        sent: int = self._plain.send(data)
        return sent

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)


def test_a_write_that_failed_is_the_last_one_and_the_answer_counts(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """TLS would take another write for the end of the connection, before the answer is read."""
    connected, sockets = Framed._new_conn, list[_Failing]()

    def failing(connection: Framed) -> Any:
        sockets.append(_Failing(connected(connection)))
        return sockets[-1]

    monkeypatch.setattr(Framed, "_new_conn", failing, raising=False)
    server, client = ask(lambda asked: asked.answer(b"{}", 413), at_once=True)
    assert [client.session.send(*sent).status for sent in ((POST, CREATE), (GET, READ))] == [413, 413]
    assert [a.number for a in server.asked] == [1, 2]
    assert sockets[0].failed == len(sockets[0].writes)


def closed(asked: Asked) -> None:
    raise EOFError


def taken_and_closed(asked: Asked) -> None:
    asked.raw(GoAwayFrame(0, last_stream_id=asked.stream).serialize())
    raise EOFError


def begun_and_closed(asked: Asked) -> None:
    asked.head()
    asked.raw(b"")
    raise EOFError


def begun_and_reset(asked: Asked) -> None:
    asked.head()
    asked.talk.reset_stream(asked.stream, error_code=2)


def bomb(asked: Asked) -> None:
    """A few bytes that stand for many: the one long field is in the table of both ends."""
    asked.talk.send_headers(asked.stream, [(":status", "200"), *[("x", "a" * 3_500)] * 80], end_stream=True)


def interim_without_end(asked: Asked) -> None:
    for _ in range(1_100):
        asked.head(103)


def trickled(asked: Asked) -> None:
    asked.head()
    with suppress(OSError):
        for _ in range(40):
            asked.talk.send_data(asked.stream, b" ")
            asked.raw(b"")
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (lambda asked: asked.talk.reset_stream(asked.stream, error_code=2), "stream reset"),
        (lambda asked: asked.talk.reset_stream(asked.stream, error_code=11), "enhance your calm"),
        (lambda asked: asked.raw(GoAwayFrame(0, last_stream_id=0, error_code=11).serialize()), "enhance your calm"),
        (closed, "connection closed"),
        (taken_and_closed, "stream reset"),
        (begun_and_closed, "incomplete response"),
        (begun_and_reset, "incomplete response"),
        (lambda asked: asked.answer(b"[]", content_length="7"), "incomplete response"),
        (lambda asked: asked.head(200, True, x="0" * 60_000), None),
        (bomb, "oversized header"),
        (interim_without_end, "oversized header"),
        (lambda asked: asked.head("2e1", True), "malformed response"),
        (lambda asked: asked.head(99, True), "malformed response"),
        (lambda asked: asked.raw(b"\0\0\1\0\0\0\0\0\7x"), "malformed response"),
        (lambda asked: asked.raw(b"\xff\xff\xff\0\0\0\0\0\1"), "malformed response"),
        (trickled, "timeout"),
    ],
)
def test_what_went_wrong_is_told_as_with_any_other_server(ask: Ask, handler: Handler, error: str | None) -> None:
    server, client = ask(handler, timeout=0.5 if error == "timeout" else 10.0)
    assert client.session.send(POST, CREATE).error == error
    assert len(server.asked) == 1, "nothing that may have been carried out is sent twice"


def test_what_comes_between_two_requests_is_heard(ask: Ask) -> None:
    def with_a_question(asked: Asked) -> None:
        asked.head(103)
        asked.answer()
        asked.raw(PingFrame(0, b"12345678").serialize())

    server, client = ask(with_a_question)
    assert [client.session.send(GET, READ).status for _ in range(3)] == [200, 200, 200]
    assert server.connections == 1


def test_a_server_of_http_1_1_is_told(
    serve: Callable[..., ScriptedServer], connect: Callable[..., Client], tmp_path: Path
) -> None:
    plain = serve(lambda _: answer(200, b"[]"))
    client = connect(plain.url, target={"http2": True})
    assert client.session.send(GET, READ).error == "no HTTP/2"

    context = authority(tmp_path)
    secure = serve(lambda _: answer(200, b"[]"), lambda plain: context.wrap_socket(plain, server_side=True))
    trusted = {"http2": True, "ca_bundle": tmp_path / "ca.pem"}
    assert connect(f"https://127.0.0.1:{secure.port}", target=trusted).session.send(GET, READ).error == "no HTTP/2"


def authority(folder: Path) -> ssl.SSLContext:
    """A server's context, whose authority is ``ca.pem`` in ``folder``."""
    found, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.issue_cert("127.0.0.1").configure_cert(context)
    found.cert_pem.write_to_path(folder / "ca.pem")
    return context


def test_a_server_behind_a_unix_socket_may_speak_it(
    frames: Framing, connect: Callable[..., Client], tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "api.sock"))
        listening.listen()
        server = frames(lambda asked: asked.answer())
        threading.Thread(target=lambda: server.serve(listening.accept()[0]), daemon=True).start()
        client = connect("http://localhost", target={"http2": True, "socket": tmp_path / "api.sock"})
        assert [client.session.send(GET, READ).status for _ in range(2)] == [200, 200]
    assert [a.headers[":authority"] for a in server.asked] == ["localhost"] * 2
    assert server.connections == 0, "none by TCP"


def test_a_login_below_the_base_url_speaks_it_too(frames: Framing, tmp_path: Path) -> None:
    context = authority(tmp_path)
    context.set_alpn_protocols(["h2"])
    server = frames(
        lambda asked: asked.answer(b"{}", set_cookie="sessionid=s3cret-id; Path=/"),
        wrap=lambda plain: context.wrap_socket(plain, server_side=True),
    )
    source = Login(path="/login", json={"user": "me"}, token=None, cookie="sessionid")
    target = Target(
        "test",
        f"https://127.0.0.1:{server.port}",
        credentials={"full": ""},
        sources={"full": source},
        ca_bundle=tmp_path / "ca.pem",
        http2=True,
    )
    assert wallet_of(target).current("full").value == "s3cret-id"
    assert server.asked[0].body == b'{"user": "me"}'
    assert server.asked[0].headers[":scheme"] == "https"
