"""`restproof proxy`: what passes through is what was sent, both ways."""

from __future__ import annotations

import gzip
import http.client
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from restproof.cli.main import run
from restproof.config import Target
from restproof.record.model import RecordedExchange
from restproof.traffic.proxy import Proxy
from restproof.traffic.upstream import Origin

Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


def head(handler: BaseHTTPRequestHandler, status: int, *headers: tuple[str, str]) -> None:
    handler.send_response_only(status)
    for pair in headers:
        handler.send_header(*pair)
    handler.end_headers()


def plain(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    head(handler, 200, ("Content-Length", str(len(body))))
    if handler.command != "HEAD":
        handler.wfile.write(body)


def gzipped(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    packed = gzip.compress(b'{"a": 1}')
    head(handler, 200, ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))))
    handler.wfile.write(packed)


def streamed(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    head(handler, 200, ("Transfer-Encoding", "chunked"), ("Content-Type", "text/event-stream"))
    handler.wfile.write(b"5\r\nfirst\r\n")
    handler.server.turn.wait(10)  # type: ignore[attr-defined]
    handler.wfile.write(b"6\r\nsecond\r\n0\r\n\r\n")


def later(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.server.turn.wait(10)  # type: ignore[attr-defined]
    plain(handler, b"later")


def endless(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.close_connection = True
    head(handler, 200)
    handler.wfile.write(b"until the end")


def broken_off(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.close_connection = True
    head(handler, 200, ("Content-Length", "100"))
    handler.wfile.write(b"ten bytes.")


def moved(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    at = f"http://{handler.headers['Host']}/base/there"
    cookie = "a=1; Domain=example.com; Path=/"
    head(handler, 302, ("Location", at), ("Set-Cookie", cookie), ("Set-Cookie", "b=2"), ("Content-Length", "0"))


def unchanged(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    head(handler, 304, ("ETag", '"1"'), ("Content-Length", "400"))


def elsewhere(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    own = f"http://{handler.headers['Host']}"
    link = f'<{own}/base?page=2>; rel="next"'
    head(handler, 302, ("Location", f"{own}/basement/x"), ("Link", link), ("Content-Length", "0"))


def no_http(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.close_connection = True
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


def hung_up(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answers, and closes the connection without having said so."""
    plain(handler, body)
    handler.close_connection = True


ANSWERS: dict[str, Answer] = {
    f.__name__: f
    for f in (plain, gzipped, streamed, endless, broken_off, moved, elsewhere, later, unchanged, no_http, hung_up)
}


class Upstream(BaseHTTPRequestHandler):
    """A server that does what the last segment of the path says; it keeps what it was asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answer(self) -> None:
        body = b""
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.requestline, self.headers.items(), body))  # type: ignore[attr-defined]
        ANSWERS[self.path.partition("?")[0].rpartition("/")[2]](self, body)

    do_GET = do_HEAD = do_POST = do_PUT = do_QUERY = answer


class Served(ThreadingHTTPServer):
    daemon_threads = True
    asked: list[tuple[str, list[tuple[str, str]], bytes]]
    turn: threading.Event


@pytest.fixture(scope="module")
def upstream() -> Iterator[Served]:
    server = Served(("127.0.0.1", 0), Upstream)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(upstream: Served) -> Iterator[Proxy]:
    upstream.asked, upstream.turn = [], threading.Event()
    with Proxy(Origin(Target("t", f"http://127.0.0.1:{upstream.server_port}/base"))) as found:
        yield found


def recorded(proxy: Proxy, count: int = 1) -> list[RecordedExchange]:
    """What was recorded: the last exchange is kept a moment after its client has the answer."""
    until = time.monotonic() + 10
    while len(found := proxy.recording.traffic().exchanges) < count and time.monotonic() < until:
        time.sleep(0.01)
    assert len(found) == count
    return list(found)


@contextmanager
def connection(proxy: Proxy) -> Iterator[http.client.HTTPConnection]:
    found = http.client.HTTPConnection(proxy.url.removeprefix("http://"), timeout=10)
    yield found
    found.close()


def test_a_request_goes_on_as_it_came(proxy: Proxy, upstream: Served) -> None:
    with connection(proxy) as client:
        client.putrequest("QUERY", "//a/../%7e/plain?q=%20&q=2", skip_accept_encoding=True)
        for name, value in (("X-Twice", "1"), ("x-twice", "2"), ("Connection", "X-Hop"), ("X-Hop", "h")):
            client.putheader(name, value)
        client.putheader("Accept-Encoding", "br, gzip;q=0.5, zstd")
        client.putheader("Content-Length", "4")
        client.endheaders(b"\x00\xffab")
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, b"\x00\xffab")
    ((line, headers, body),) = upstream.asked
    assert (line, body) == ("QUERY /base//a/../%7e/plain?q=%20&q=2 HTTP/1.1", b"\x00\xffab")
    assert headers == [
        ("Host", f"127.0.0.1:{upstream.server_port}"),
        ("X-Twice", "1"),
        ("x-twice", "2"),
        ("Accept-Encoding", "gzip;q=0.5"),
        ("Content-Length", "4"),
    ]
    (kept,) = recorded(proxy)
    assert (kept.request.method, kept.request.body) == ("QUERY", b"\x00\xffab")
    assert kept.request.url == f"http://127.0.0.1:{upstream.server_port}/base//a/../%7e/plain?q=%20&q=2"


def test_chunks_go_on_as_chunks_and_connections_are_kept(proxy: Proxy, upstream: Served) -> None:
    with requests.Session() as session:
        for _ in range(2):
            sent = session.post(f"{proxy.url}/plain", data=iter([b"one", b"two"]), timeout=10)
            assert sent.content == b"onetwo"
    assert [body for _, _, body in upstream.asked] == [b"onetwo"] * 2
    assert [e.request.body for e in recorded(proxy, 2)] == ["onetwo"] * 2


def test_content_that_is_compressed_stays_so_and_is_recorded_plain(proxy: Proxy) -> None:
    with connection(proxy) as client:
        client.request("GET", "/gzipped", headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(client.getresponse().read()) == b'{"a": 1}'
    (kept,) = recorded(proxy)
    assert kept.response is not None
    assert kept.response.body == '{"a": 1}'


def test_an_answer_streams(proxy: Proxy, upstream: Served) -> None:
    with connection(proxy) as client:
        client.request("GET", "/streamed")
        answer = client.getresponse()
        assert answer.read1(100) == b"first"  # the second piece waits for us to have this one
        upstream.turn.set()
        assert answer.read() == b"second"
    assert [e.response.body for e in recorded(proxy) if e.response] == ["firstsecond"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_has_no_content_is_framed_by_its_head(proxy: Proxy, method: str) -> None:
    with connection(proxy) as client:
        for _ in range(2):  # the connection is at its next answer
            client.request(method, "/unchanged")
            answer = client.getresponse()
            assert (answer.status, answer.getheader("Content-Length"), answer.read()) == (304, "400", b"")
        client.request("HEAD", "/plain", body=b"12345")
        answer = client.getresponse()
        assert (answer.getheader("Content-Length"), answer.read()) == ("5", b"")


def test_an_answer_without_an_end_of_its_own_is_given_one(proxy: Proxy) -> None:
    with connection(proxy) as client:
        for _ in range(2):
            client.request("GET", "/endless")
            assert client.getresponse().read() == b"until the end"
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as old:
        old.sendall(b"GET /endless HTTP/1.0\r\n\r\n")
        said = b"".join(iter(lambda: old.recv(4096), b""))
    assert said.endswith(b"\r\n\r\nuntil the end")


def test_an_answer_that_breaks_off_is_no_content(proxy: Proxy) -> None:
    with connection(proxy) as client:
        client.request("GET", "/broken_off")
        with pytest.raises(http.client.IncompleteRead):
            client.getresponse().read()
    recorded(proxy)
    assert proxy.recording.traffic().lacking == {1: frozenset({"response body"})}


def test_the_target_is_called_by_the_name_of_the_proxy(proxy: Proxy, upstream: Served) -> None:
    answer = requests.get(f"{proxy.url}/moved", allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == f"{proxy.url}/there"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1; Path=/", "b=2"]
    (kept,) = recorded(proxy)
    assert kept.response is not None
    there = ("Location", f"http://127.0.0.1:{upstream.server_port}/base/there")
    assert there in kept.response.headers  # as the server said it


def test_what_only_begins_like_the_target_keeps_its_name(proxy: Proxy, upstream: Served) -> None:
    answer = requests.get(f"{proxy.url}/elsewhere", allow_redirects=False, timeout=10)
    assert answer.headers["Location"] == f"http://127.0.0.1:{upstream.server_port}/basement/x"
    assert answer.headers["Link"] == f'<{proxy.url}?page=2>; rel="next"'


def test_bytes_that_no_url_has_are_encoded_once(proxy: Proxy, upstream: Served) -> None:
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as client:
        client.sendall("GET /ü%7e/plain HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        assert b" 200 " in client.recv(4096)
    assert upstream.asked[0][0] == "GET /base/%C3%BC%7e/plain HTTP/1.1"
    assert recorded(proxy)[0].request.url.endswith("/base/%C3%BC%7e/plain")


def test_a_request_that_the_target_does_not_read_whole_is_not_known_and_ends_the_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            taken, _ = listening.accept()
            taken.recv(1000)
            taken.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
            taken.shutdown(socket.SHUT_RDWR)
            taken.close()

        threading.Thread(target=refuse, daemon=True).start()
        with Proxy(Origin(Target("t", f"http://127.0.0.1:{listening.getsockname()[1]}"))) as proxy:
            with connection(proxy) as client:
                client.putrequest("POST", "/x")
                client.putheader("Content-Length", "1000")
                client.endheaders()
                said = b""
                while not said and client.sock is not None:  # a piece after the other, until there is an answer
                    client.send(b"x")
                    client.sock.settimeout(0.05)
                    with suppress(TimeoutError):
                        said = client.sock.recv(1000)
            (kept,) = recorded(proxy)
            assert kept.request.body is None
            assert proxy.recording.traffic().lacking == {1: frozenset({"request body"})}
    assert kept.response is not None
    assert kept.response.status == 413
    assert b"\r\nConnection: close\r\n" in said


def test_a_client_that_has_gone_leaves_no_empty_answer(proxy: Proxy, upstream: Served) -> None:
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as client:
        client.sendall(b"GET /later HTTP/1.1\r\nHost: h\r\n\r\n")
        while not upstream.asked:
            time.sleep(0.01)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    upstream.turn.set()
    recorded(proxy)
    assert proxy.recording.traffic().lacking == {1: {"response body"}}


def test_a_connection_that_the_target_closes_is_opened_again(proxy: Proxy) -> None:
    with requests.Session() as session:
        # What may have been carried out is not sent again, so that a write could meet the closing and fail.
        for _ in range(4):
            assert session.get(f"{proxy.url}/hung_up", timeout=10).status_code == 200


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (b"GET /no_http HTTP/1.1\r\nHost: h\r\n\r\n", 502, b"is no HTTP (BadStatusLine)"),
        (b"POST /plain HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, b"Content-Length"),
        (b"POST /plain HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, b"chunks"),
        (b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400, b"reverse proxy"),
    ],
)
def test_what_cannot_pass_is_answered_with_a_sentence(proxy: Proxy, sent: bytes, status: int, sentence: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as client:
        client.sendall(sent)
        said = b"".join(iter(lambda: client.recv(4096), b""))
    assert said.startswith(b"HTTP/1.1 %d " % status)
    assert sentence in said


def test_a_target_that_is_away_is_told(unused_port: int) -> None:
    with Proxy(Origin(Target("t", f"http://127.0.0.1:{unused_port}"))) as proxy:
        answer = requests.get(f"{proxy.url}/x", timeout=10)
        assert answer.status_code == 502
        assert answer.json() == {"restproof proxy": f"127.0.0.1:{unused_port} cannot be reached: Connection refused"}
        (kept,) = recorded(proxy)
        assert kept.response is None
        assert "Connection refused" in str(kept.error)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_client_that_waits_for_leave_gets_it(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", int(proxy.url.rpartition(":")[2])), 10) as client:
        client.sendall(b"PUT /plain HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"abc")
        assert b" 200 " in client.recv(4096)


def test_a_signal_ends_it_with_the_verdict(
    upstream: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.asked = []
    monkeypatch.chdir(tmp_path)
    before = signal.getsignal(signal.SIGTERM)

    def end() -> None:
        while signal.getsignal(signal.SIGTERM) is before:
            time.sleep(0.01)
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=end, daemon=True).start()
    target = f"http://127.0.0.1:{upstream.server_port}"
    assert run(["proxy", "--target", target, "--contract", "procore", "--port", "0"]) == 2
    assert signal.getsignal(signal.SIGTERM) is before
    assert "nothing has come through the proxy" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(upstream: Served, capsys: pytest.CaptureFixture[str]) -> None:
    target = f"http://127.0.0.1:{upstream.server_port}"
    options = ["proxy", "--target", target, "--contract", "procore", "--port", str(upstream.server_port)]
    assert run(options) == 2
    assert "Address already in use" in capsys.readouterr().err
