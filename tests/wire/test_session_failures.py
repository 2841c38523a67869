"""A session where no answer comes, or one that is no answer."""

from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from .conftest import CREATE, GET, POST, READ, Connect, Serve, answer


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", "malformed response"),
        (b"HTTP/1.1 abc\r\n\r\n", "malformed response"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "incomplete response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Encoding: gzip\r\n\r\nabc", "malformed response"),
    ],
)
def test_what_is_not_http_is_an_error_of_the_exchange(serve: Serve, connect: Connect, reply: bytes, error: str) -> None:
    exchange = connect(serve(lambda _: reply).url).session.send(GET, READ)
    assert (exchange.response, exchange.error) == (None, error)


def test_a_refused_connection_is_an_error_of_the_exchange(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    exchange = connect(f"http://127.0.0.1:{port}").session.send(GET, READ)
    assert exchange.error == "connection refused"


def test_a_silent_server_is_a_timeout(serve: Serve, connect: Connect) -> None:
    released = threading.Event()

    def silent(_: bytes) -> None:
        released.wait(5)

    server = serve(silent)
    exchange = connect(server.url, timeout=0.1).session.send(GET, READ)
    released.set()
    assert exchange.error == "timeout"
    assert exchange.elapsed >= 0.1


def test_a_dripping_body_is_a_timeout_too(connect: Connect) -> None:
    """Each piece comes in time, but the whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                try:
                    for _ in range(100):
                        connection.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        exchange = connect(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=0.3).session.send(GET, READ)
        thread.join()
    assert exchange.error == "timeout"


def test_an_incomplete_body_is_an_error(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def cut() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")

        thread = threading.Thread(target=cut)
        thread.start()
        exchange = connect(f"http://127.0.0.1:{listener.getsockname()[1]}").session.send(GET, READ)
        thread.join()
    assert exchange.error == "incomplete response"


def test_a_closed_kept_connection_is_replaced_once(serve: Serve, connect: Connect) -> None:
    """The server takes the second request on the kept connection and closes it without a word."""
    replies = iter([answer(200, b"1"), None, answer(200, b"2")])
    server = serve(lambda _: next(replies))
    client = connect(server.url)
    client.session.send(POST, CREATE)
    exchange = client.session.send(POST, CREATE)
    assert exchange.response.body == b"2"
    assert server.connections == 2
    assert [kind for kind, _ in client.recording.notes] == ["retry"]
    assert len(client.recording.exchanges) == 2


def test_a_new_connection_that_is_closed_is_an_error(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: None)
    exchange = connect(server.url).session.send(POST, CREATE)
    assert exchange.error == "connection closed"
    assert len(server.requests) == 1


def test_a_reset_is_told_apart(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def reset() -> None:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

        thread = threading.Thread(target=reset)
        thread.start()
        exchange = connect(f"http://127.0.0.1:{listener.getsockname()[1]}").session.send(GET, READ)
        thread.join()
    assert exchange.error == "connection reset"
