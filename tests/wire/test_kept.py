"""What a kept connection is sent, and what is read of its answer, is the same as on a connection that is new."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Any

import pytest

from restproof.wire import kept
from restproof.wire.failure import NotSent
from restproof.wire.kept import DirectPool, Whole
from restproof.wire.message import About, Exchange, Request

from .conftest import GET, Connect, Serve, answer

READ = About("note", "read")
LONG = b"x" * (1024 * 1024 + 1)
FIELDS = b"".join(b"X-%d: 1\r\n" % n for n in range(98))
MANY = b"HTTP/1.1 200 OK\r\n" + FIELDS + b"%bContent-Length: 2\r\n\r\n{}"

ANSWERS = {
    "plain": answer(200, b'{"id":1}', Content_Type="application/json"),
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified, with the length of what it stands for": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 8\r\n\r\n",
    "no length": b"HTTP/1.1 200 OK\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunked and with a length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n0\r\n\r\n",
    "compressed, and it is not": answer(200, b"{}", Content_Encoding="gzip"),
    "interim": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(200, b"{}"),
    "a blank before the colon": b"HTTP/1.1 200 OK\r\nX-A : 1\r\nContent-Length: 2\r\n\r\n{}",
    "no colon": b"HTTP/1.1 200 OK\r\nnothing\r\nContent-Length: 2\r\n\r\n{}",
    "folded": b"HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 2\r\n\r\n{}",
    "NUL in a field": b"HTTP/1.1 200 OK\r\nX-A: 1\x002\r\nContent-Length: 2\r\n\r\n{}",
    "beyond ASCII": b"HTTP/1.1 200 OK\r\nX-A: \xe4\r\nContent-Length: 2\r\n\r\n{}",
    "blanks around values": b"HTTP/1.1 200 OK\r\nX-A:  1 \r\nX-B:\r\nContent-Length: 2\r\n\r\n{}",
    "repeated": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\n\r\n{}",
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "ends": answer(200, b"{}", Connection="close"),
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
    "no HTTP": b"SSH-2.0-x\r\n\r\n",
    "long": answer(200, LONG),
    "as many fields as there may be": MANY % b"",
    "one field too many": MANY % b"X-A: 1\r\n",
    "something behind it": answer(200, b"{}") + b"}",
    "a second answer": answer(200, b"{}") + answer(500, b"{}"),
}
PLAIN = {"plain", "no content", "not modified, with the length of what it stands for", "something behind it"} | {
    "a second answer",
    "as many fields as there may be",
}


def seen(exchange: Exchange) -> tuple[Any, ...]:
    response = exchange.response
    parts = None if response is None else (response.status, response.reason, response.headers, response.body)
    return parts, exchange.error, exchange.behind


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_on_a_kept_connection_is_read_as_on_a_new_one(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Until the connection ends in the end, where an answer has no other end. What is plain is read to its end."""
    whole: list[bool] = []
    real = DirectPool._answered

    def answered(*given: Any) -> Any:
        found = real(*given)
        whole.append(isinstance(found, Whole))
        return found

    monkeypatch.setattr(DirectPool, "_answered", answered)
    sent = ANSWERS[kind]
    options = {"timeout": 0.3}
    new = connect(serve(lambda _: sent).url, **options).session.send(GET, READ)
    answers = iter([answer(200, b"[]"), sent, answer(200, b"[1]")])
    server = serve(lambda _: next(answers))
    session = connect(server.url, **options).session
    first, second, after = (session.send(GET, READ) for _ in range(3))
    assert (first.status, seen(second)) == (200, seen(new))
    assert after.response is not None
    assert after.response.body == b"[1]"
    assert whole[:1] == ([kind in PLAIN] if second.error is None else whole[:1])
    assert kind not in PLAIN or server.connections == (2 if second.behind else 1)


REQUESTS = [
    Request("GET", "/v1/notes", (("a b", "ä&"),)),
    Request("GET", "/v1/%ff%00"),
    Request("POST", "/v1/notes", body=b'{"name":"x"}'),
    Request("POST", "/v1/notes"),
    Request("PUT", "/v1/notes/1", body=b""),
    Request("DELETE", "/v1/notes/1", headers=(("If-Match", '"1"'),)),
    Request("PROPFIND", "/v1/notes"),
    Request("GET", "/v1/notes", headers=(("User-Agent", ""), ("Accept-Encoding", ""))),
    Request("GET", "/v1/notes", headers=(("Host", "elsewhere.example"),)),
    Request("GET", "/v1/notes", headers=(("X-A", "1"), ("X-A", "2"), ("X-B", "ä"))),
    Request("POST", "/v1/notes", headers=(("Content-Length", "2"),), body=b"{}"),
    Request("GET", "/v1/notes", headers=(("X-A", "1\r\nX-B: 2"),)),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_a_kept_connection_is_sent_the_same_bytes(serve: Serve, connect: Connect, request_: Request) -> None:
    """What no client may send is refused there, too."""

    def sent(before: list[Request]) -> list[bytes]:
        server = serve(lambda _: answer(200, b"{}"))
        session = connect(server.url).session
        for one in [*before, request_]:
            try:
                session.send(one, About(None, None))
            except (ValueError, NotSent):
                server.requests.append(b"refused")
        return [b"" if "refused" in str(r) else r.replace(server.url[7:].encode(), b"HERE") for r in server.requests]

    assert sent([GET])[-1] == sent([])[-1]


def test_an_answer_that_is_broken_off_is_asked_for_once(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request was carried out: it is not sent again as after a connection that had gone stale."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset() -> None:
            connection, _ = listener.accept()
            for sent in (answer(200, b"[]"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"):
                connection.recv(65536)
                connection.sendall(sent)
            begun.wait(5)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        def come(connection: Any, until: float) -> bytes:
            found = real(connection, until)
            begun.set()
            return found

        real, begun = kept._come, threading.Event()
        monkeypatch.setattr(kept, "_come", come)
        thread = threading.Thread(target=reset)
        thread.start()
        client = connect(f"http://127.0.0.1:{listener.getsockname()[1]}")
        client.session.send(GET, READ)
        assert client.session.send(GET, READ).error == "connection reset"
        thread.join()
    assert client.recording.notes == []


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="Linux alone has it")
def test_what_comes_is_acknowledged_at_once(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that writes head and body apart would wait 40 ms between them."""
    told: list[int] = []
    was_told = socket.socket.setsockopt

    def telling(self: socket.socket, level: int, name: int, *value: Any) -> None:
        told.extend([name] if (level, name) == (socket.IPPROTO_TCP, socket.TCP_QUICKACK) else [])
        was_told(self, level, name, *value)

    monkeypatch.setattr(socket.socket, "setsockopt", telling)
    client = connect(serve(lambda _: answer(200, b"{}")).url)
    for sent in range(1, 4):
        client.session.send(GET, READ)
        assert len(told) == sent
