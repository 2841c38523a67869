"""Answers that no server should give: each is an error of its exchange or a readable answer, in time and in bounds."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from restproof.record.jsontext import Unreadable, allow_long_integers
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Request, Response, to_event
from restproof.wire.raw import plain_request, raw_answer
from restproof.wire.session import MAX_RESPONSE, Session

from .conftest import GET, Connect, Serve, answer

READ = About("note", "read")
OK = b"HTTP/1.1 200 OK\r\n"
LATE = 10
"""Seconds: far beyond each deadline of these tests, and what a starved machine does not take either."""


@contextmanager
def dripping(first: bytes, piece: bytes, pause: float = 0.02) -> Iterator[int]:
    """The port of a server that answers with `first`, and then with `piece` again and again, without end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ended = threading.Event()

        def drip(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(first)
                while not ended.wait(pause):
                    connection.sendall(piece)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=drip, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 ", b"2"),
        (OK, b"X"),
        (OK, b"X-A: 1\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
        (OK + b"\r\n", b"["),
        (OK + b"Content-Length: 1000000000000000000\r\n\r\n", b"["),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n[\r\n"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: 1\r\n"),
    ],
)
def test_one_deadline_holds_however_it_trickles(connect: Connect, first: bytes, piece: bytes) -> None:
    with dripping(first, piece) as port:
        exchange = connect(f"http://127.0.0.1:{port}", timeout=0.3).session.send(GET, READ)
    assert (exchange.response, exchange.error) == (None, "timeout")
    assert 0.25 < exchange.elapsed < LATE


def test_a_server_that_does_not_read_is_held_to_the_deadline_too(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        request = Request("POST", "/v1/teams/5/notes", body=b"x" * 16_000_000)
        exchange = connect(url, timeout=0.3).session.send(request, READ)
    assert exchange.error == "timeout"
    assert exchange.elapsed < LATE


@pytest.mark.parametrize(("first", "piece"), [(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), (OK, b"X"), (b"", b"H")])
def test_below_http_one_deadline_holds_as_well(first: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("restproof.wire.raw.TIMEOUT", 0.3)
    with dripping(first, piece) as port:
        began = time.monotonic()
        assert plain_request("127.0.0.1", port, "/", ()) == (None, "")
        if first != OK:  # else the status has come
            with pytest.raises(TimeoutError):
                raw_answer("127.0.0.1", port, None, tls=False, data=b"GET / HTTP/1.1\r\n\r\n")
        assert time.monotonic() - began < LATE


@pytest.mark.parametrize("tls", [False, True])
def test_who_takes_no_connection_is_sent_nothing(tls: bool) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent, match=r"takes no connection \(connection refused\)"):
            raw_answer("127.0.0.1", closed.getsockname()[1], None, tls=tls, data=b"GET / HTTP/1.1\r\n\r\n")


def packed(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = gzip.compress(data, 9)
    return data


BOMB = packed(b"0" * (MAX_RESPONSE + 1), 1)
NESTED = packed(b"0" * (MAX_RESPONSE + 1), 2)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer(200, BOMB, Content_Encoding="gzip"), "response over 16 MiB"),
        (answer(200, NESTED, Content_Encoding="gzip, gzip"), "response over 16 MiB"),
        (answer(200, b"x", Content_Encoding=", ".join(["gzip"] * 50)), "malformed response"),
        (answer(200, b" " * (MAX_RESPONSE + 1)), "response over 16 MiB"),
        (OK + b"X-A: " + b"a" * 10_000_000 + b"\r\n\r\n", "oversized header"),
        (OK + b"X-A: a\r\n" * 200 + b"\r\n", "oversized header"),
        (OK + (b"X-A: " + b"a" * 60_000 + b"\r\n") * 50 + b"\r\n", "oversized header"),
        (OK + b"no colon\r\n" * 200 + b"\r\n", "oversized header"),
        (b"HTTP/1.1 103 Early\r\n\r\n" * 2_000 + answer(200, b"[]"), "oversized header"),
        (OK + b"Content-Length: 1, 2\r\n\r\n[]", "malformed response"),
        (b"HTTP/1.1 20\xb2 OK\r\n\r\n", "malformed response"),
        (b"\0" * 1_000 + b"\r\n", "malformed response"),
    ],
)
def test_what_is_out_of_bounds_is_an_error_of_the_exchange(
    serve: Serve, connect: Connect, reply: bytes, error: str
) -> None:
    exchange = connect(serve(lambda _: reply).url).session.send(GET, READ)
    assert (exchange.response, exchange.error) == (None, error)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        (b"Content-Type : text/plain", ("Content-Type ", "text/plain")),
        (b"no colon at all", ("no colon at all", "")),
        (b": no name", ("", "no name")),
        (b"two words: 1", ("two words", "1")),
        (b"X-A: a\0b", ("X-A", "a\0b")),
        ("X-Ä: 1".encode(), ("X-Ã\x84", "1")),
    ],
)
def test_a_header_line_that_is_no_field_ends_no_header(
    serve: Serve, connect: Connect, line: bytes, kept: tuple[str, str]
) -> None:
    server = serve(lambda _: OK + line + b"\r\nContent-Length: 2\r\n\r\n[]")
    session: Session = connect(server.url).session
    for _ in range(2):
        response = session.send(GET, READ).response
        assert response is not None
        assert response.body == b"[]"
        assert kept in response.headers
        assert response.header("Content-Length") == "2"
        assert response.header("Content-Type") == ("text/plain" if line.startswith(b"Content-Type") else None)
    assert server.connections == 1


def test_what_is_no_field_hides_no_credential(serve: Serve, connect: Connect) -> None:
    line = b"\r\nAuthorization : Bearer sesame\r\nyou sent full-secret-token\r\n"
    session = connect(serve(lambda _: OK + line[2:] + b"Content-Length: 0\r\n\r\n").url).session
    told = str(to_event(session.send(GET, READ)))
    assert "sesame" not in told
    assert "full-secret-token" not in told


def body(text: bytes) -> Response:
    return Response(200, "OK", (), text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"[" * 100_000 + b"]" * 100_000, "nested more than 100 levels"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "nested more than 100 levels"),
        (b"[" * 100_000, "nested more than 100 levels"),
        (b'[{"a": "]}"},' * 150 + b"1" + b"]" * 150, "nested more than 100 levels"),
        (b'{"id": 1E400}', "1E400, which no double"),
        (b'{"id": -1e+999999999}', "no double"),
        (b"9" * 30_000, "integer of more than 20,000 digits"),
    ],
)
def test_valid_json_out_of_bounds_is_told_as_such(text: bytes, why: str) -> None:
    allow_long_integers()
    with pytest.raises(Unreadable, match=why):
        _ = body(text).json


def test_valid_json_within_bounds_is_read() -> None:
    allow_long_integers()
    assert body(b'{"id": %s}' % (b"9" * 5_000)).json == {"id": 10**5_000 - 1}
    assert body(b"[" * 100 + b"]" * 100).json
    assert len(body(b'[["[[[[", {"a": "1e400 }}}"}]' + b', ["[[", {}]' * 500 + b"]").json) == 501
    assert body(b'{"a": NaN}').no_number == "NaN"
