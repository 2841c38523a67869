"""What comes on a kept connection behind an answer is told of the exchange that it came with, and of no other."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from urllib3 import HTTPHeaderDict

from restproof.wire.adapter import Adapter, Prepared
from restproof.wire.message import About

from .conftest import GET, Connect, Serve, answer

READ = About("note", "read")
SECOND = answer(500, b"{}")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (answer(200, b"{}"), ""),
        (answer(204), ""),
        (answer(200, b"{}") + b"}", "more bytes"),
        (answer(200, b"{}") + b"\r\n", "more bytes"),
        (answer(204) + b"{}", "more bytes"),
        (answer(200, b"{}") + SECOND, "a second answer (500)"),
        (CHUNKED + SECOND, "a second answer (500)"),
        (answer(200, b"{}", Connection="close") + b"}", "more bytes"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}" + SECOND, ""),
        (answer(200, b"{}") + answer(408), ""),
    ],
)
def test_what_comes_behind_an_answer_is_told_of_it(serve: Serve, connect: Connect, sent: bytes, told: str) -> None:
    """Where the end of an answer is the end of the connection, there is nothing behind it."""
    answers = iter([sent, answer(200, b"[]")])
    session = connect(serve(lambda _: next(answers)).url).session
    first, second = session.send(GET, READ), session.send(GET, READ)
    assert first.behind == told
    assert (second.status, second.response.body, second.behind) == (200, b"[]", "")
    assert session.belated == {}


@contextmanager
def late(before: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """A server that answers ``before`` requests on one connection, then sends what nobody has asked for when it is told
    to, and answers one request on another connection."""
    more, sent = threading.Event(), threading.Event()

    def send_more() -> None:
        more.set()
        sent.wait(5)

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as first:
                first.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # what is sent is there at once
                for _ in range(before):
                    first.recv(65536)
                    first.sendall(answer(200, b"{}"))
                more.wait(5)
                first.sendall(SECOND)
                sent.set()
                with listener.accept()[0] as second:
                    second.recv(65536)
                    second.sendall(answer(200, b"[]"))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", send_more
        thread.join(5)


def test_what_comes_late_is_told_of_the_answer_before_it(connect: Connect) -> None:
    """It is found when the connection is used again, and the next request goes over a new one."""
    with late(1) as (url, send_more):
        session = connect(url).session
        first = session.send(GET, READ)
        send_more()
        second = session.send(GET, READ)
    assert (first.behind, second.behind, second.status) == ("", "", 200)
    assert session.belated == {first.n: "a second answer (500)"}


@pytest.mark.parametrize("numbers", [(1, 2), (1, None)])
def test_what_comes_late_is_told_of_no_other_answer(numbers: tuple[int | None, ...]) -> None:
    """A thread may use a connection again before the exchange of another one has its number."""
    with late(2) as (url, send_more):
        adapter = Adapter(url, ca_bundle=None)

        def exchange() -> None:
            got = adapter.answer(Prepared("GET", url, "/", HTTPHeaderDict(), None), 5)
            if got.whole is None:  # the first answer of a connection is read as urllib3 does
                got.raw.read()
                got.raw.release_conn()

        for number in numbers:
            exchange()
            if number is not None:
                adapter.numbered(number)
        send_more()
        exchange()
    assert adapter.belated() == [(n, "a second answer (500)") for n in numbers[1:] if n is not None]
