"""An answer that comes before the request is read to its end, and the connection with it, is an answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from restproof.config import Target
from restproof.contract.load import load
from restproof.wire.message import About, Request
from restproof.wire.session import Session, Unrecorded

ANSWER = b"HTTP/1.1 431 Too Large\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig"
BARE = b"HTTP/1.1 431 Too Large\r\nConnection: close\r\n\r\n"
SUCCESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[]"


@pytest.fixture(params=[ANSWER, BARE, SUCCESS], ids=["long", "bare", "success"])
def impatient(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that answers after the first thousand bytes, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1000)
                connection.recv(1, socket.MSG_PEEK)  # what is there and not read makes the end a reset
                connection.sendall(request.param)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@pytest.mark.parametrize(
    "request_", [Request("GET", "/items", (("q", "x" * 70_000),)), Request("POST", "/items", body=b"x" * 3_000_000)]
)
def test_a_refusal_before_the_end_of_the_request_is_read(
    request_: Request, impatient: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "contract.yaml").write_text("contract: m\nresources: {item: {path: /items, schema: item.json}}\n")
    (tmp_path / "item.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}}}'
    )
    target = Target("impatient", f"http://127.0.0.1:{impatient}")
    with Session(target, load(tmp_path), Unrecorded()) as session:
        exchange = session.send(request_, About("item", "list"), None)
    refused = (431, None)
    is_cut = request.node.callspec.params["impatient"] == SUCCESS  # of a success, nobody knows whether it is whole
    assert (exchange.status, exchange.error) == ((None, "connection reset") if is_cut else refused)
