from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import responses
from urllib3.connection import HTTPConnection

from restproof.contract.model import Contract
from restproof.wire.ceilings import Ceilings
from restproof.wire.failure import NotSent
from restproof.wire.guard import has_dot_segment
from restproof.wire.message import About, Request, to_event
from restproof.wire.raw import raw_answer

from .conftest import answer

READ = About("note", "read", "read.answers-ok[note-read]", "read.answers-ok[note-read]#1")
CREATE = About("note", "create")
GET = Request("GET", "/v1/teams/5/notes/1")
POST = Request("POST", "/v1/teams/5/notes", body=b'{"name":"a"}')

Serve = Callable[..., Any]
Connect = Callable[..., Any]


def head(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def test_an_exchange_holds_request_answer_and_times(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(200, b'{"id":1}', Content_Type="application/json"))
    client = connect(server.url)
    exchange = client.session.send(GET, READ)
    assert (exchange.n, exchange.status, exchange.error, exchange.credential) == (1, 200, None, "full")
    assert exchange.response.json == {"id": 1}
    assert exchange.response.reason == "Reason"
    assert exchange.url == f"{server.url}/v1/teams/5/notes/1"
    assert 0 <= exchange.started < exchange.started + exchange.elapsed < 2
    assert client.recording.exchanges == [exchange]
    assert server.requests[0].startswith(b"GET /v1/teams/5/notes/1 HTTP/1.1\r\n")


def test_interim_responses_are_passed_over(serve: Serve, connect: Connect) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
    server = serve(lambda _: early + b"HTTP/1.1 102 Processing\r\n\r\n" + answer(200, b'{"id":1}', X_Last="yes"))
    session = connect(server.url).session
    for _ in range(2):  # over the same connection
        exchange = session.send(GET, READ)
        assert (exchange.status, exchange.response.json) == (200, {"id": 1})
        assert exchange.response.header("Link") is None
    assert server.connections == 1
    assert raw_answer("127.0.0.1", server.port, None, tls=False, data=b"GET / HTTP/1.1\r\n\r\n") == 200


def test_the_usual_headers_are_added(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    session = connect(server.url).session
    session.send(GET, READ)
    session.send(POST, CREATE)
    read, create = (head(r) for r in server.requests)
    assert read["authorization"] == "Bearer full-secret-token"
    assert read["accept"] == "application/json"
    assert read["accept-encoding"] == "identity"
    assert read["user-agent"].startswith("restproof/")
    assert "content-type" not in read
    assert create["content-type"] == "application/json"
    assert server.requests[1].endswith(b'\r\n\r\n{"name":"a"}')


def test_a_request_may_replace_headers_or_leave_them_out(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    headers = (
        ("accept", "text/xml"),
        ("Content-Type", ""),
        ("User-Agent", ""),
        ("Authorization", "Basic zzz"),
        ("X-A", "1"),
    )
    connect(server.url).session.send(Request("POST", "/v1/x", headers=headers, body=b"<a/>"), CREATE)
    sent = head(server.requests[0])
    assert sent["accept"] == "text/xml"
    assert sent["authorization"] == "Basic zzz"
    assert sent["x-a"] == "1"
    assert not {"content-type", "user-agent"} & set(sent)


def test_no_credential_means_none(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(401))
    exchange = connect(server.url).session.send(GET, READ, None)
    assert "authorization" not in head(server.requests[0])
    assert exchange.credential is None


def test_repeated_headers_are_all_sent(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    connect(server.url).session.send(Request("GET", "/", headers=(("X-A", "1"), ("X-A", "2"))), READ)
    assert server.requests[0].count(b"X-A: ") == 2


@pytest.mark.parametrize(
    ("scheme", "header", "value"),
    [
        ("basic", "authorization", "Basic " + base64.b64encode(b"reader:pass/word 1").decode()),
        ("api_key", "x-api-key", "reader:pass/word 1"),
    ],
)
def test_other_schemes(
    serve: Serve, connect: Connect, contract_with: Callable[..., Contract], scheme: str, header: str, value: str
) -> None:
    server = serve(lambda _: answer())
    exchange = connect(server.url, contract_with(scheme)).session.send(GET, READ, "read_only")
    assert head(server.requests[0])[header] == value
    assert "pass" not in json.dumps(to_event(exchange))


def test_no_secret_reaches_an_event_even_when_the_server_echoes_it(serve: Serve, connect: Connect) -> None:
    def echo(request: bytes) -> bytes:
        body = json.dumps({"you": request.decode("latin-1"), "other": "reader:pass/word 1"}).encode()
        return answer(400, body, X_Echo=head(request)["authorization"], Set_Cookie="sid=abc")

    exchange = connect(serve(echo).url).session.send(
        Request("POST", "/v1/x", (("token", "full-secret-token"),), body=b"full-secret-token"), CREATE
    )
    text = json.dumps(to_event(exchange)) + repr(exchange)
    for secret in ("full-secret-token", "pass/word", "sid=abc"):
        assert secret not in text
    assert exchange.response.header("X-Echo") == "Bearer [redacted]"


def test_a_path_is_sent_as_it_is_written(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    connect(server.url + "/gateway").session.send(Request("GET", "/v1/a%20b//c%ff/../d", (("q", "/"),)), READ)
    assert server.requests[0].startswith(b"GET /gateway/v1/a%20b//c%ff/../d?q=%2F HTTP/1.1")
    connect(server.url).session.send(Request("GET", "/v1/a?b=%zz&50%"), READ)
    assert server.requests[1].startswith(b"GET /v1/a?b=%zz&50% HTTP/1.1")


@pytest.mark.parametrize("path", ["v1", "", "/a b", "/a\r\nX: 1", "/ä", "/a#b"])
def test_a_path_that_is_not_encoded_is_refused(serve: Serve, connect: Connect, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        connect("http://127.0.0.1:1").session.send(Request("GET", path), READ)


def test_a_line_break_in_a_header_is_refused(connect: Connect) -> None:
    with pytest.raises(ValueError, match="line break"):
        connect("http://127.0.0.1:1").session.send(Request("GET", "/", headers=(("X-A", "1\r\nX-B: 2"),)), READ)


@pytest.mark.parametrize(
    "path", ["/a/..", "/a/./b", "/a/%2e%2E/b", "/a/.%2e", "/a/..%2fb", "/a/%252e%252e", "/..;x/a", "/a%5c..%5cb"]
)
def test_no_dot_segment_goes_out_with_a_writing_verb(connect: Connect, path: str) -> None:
    assert has_dot_segment(path)
    for method in ("POST", "PATCH", "DELETE", "PUT"):
        with pytest.raises(ValueError, match="dot segment"):
            connect("http://127.0.0.1:1").session.send(Request(method, path), CREATE)


@pytest.mark.parametrize("path", ["/rest/v1.0/a", "/a/...", "/a/..b", "/a/b.", "/a?q=/../"])
def test_a_dot_is_no_dot_segment(path: str) -> None:
    assert not has_dot_segment(path)


@pytest.mark.parametrize("reply", [answer(200, b"x"), answer(200), b"HTTP/1.1 204 Gone\r\n\r\n"])
def test_connections_are_kept(serve: Serve, connect: Connect, reply: bytes) -> None:
    server = serve(lambda _: reply)
    session = connect(server.url).session
    for _ in range(5):
        session.send(GET, READ)
    assert server.connections == 1


def test_redirects_are_not_followed_and_cookies_not_kept(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(302, Location="/elsewhere", Set_Cookie="sid=1"))
    session = connect(server.url).session
    assert session.send(GET, READ).status == 302
    session.send(GET, READ)
    assert len(server.requests) == 2
    assert "cookie" not in head(server.requests[1])


def test_environment_proxies_are_ignored(serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert connect(serve(lambda _: answer()).url).session.send(GET, READ).status == 200


def test_a_compressed_body_is_decoded(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(200, gzip.compress(b'{"a":1}'), Content_Encoding="gzip"))
    assert connect(server.url).session.send(GET, READ).response.json == {"a": 1}


def test_a_chunked_body_is_joined(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    session = connect(server.url).session
    assert [session.send(GET, READ).response.body for _ in range(2)] == [b"abcde"] * 2
    assert server.connections == 1


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
    assert 0.1 <= exchange.elapsed < 1


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
    assert exchange.elapsed < 1


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


@pytest.mark.parametrize("status", [502, 503])
def test_a_passing_failure_is_retried(serve: Serve, connect: Connect, status: int) -> None:
    replies = iter([answer(status), answer(status, Retry_After="1"), answer(200)])
    client = connect(serve(lambda _: next(replies)).url)
    assert client.session.send(GET, READ).status == 200
    assert [e.status for e in client.recording.exchanges] == [status, status, 200]
    assert [e.n for e in client.recording.exchanges] == [1, 2, 3]
    assert client.slept == [0.2, 1.0]
    assert [kind for kind, _ in client.recording.notes] == ["retry", "retry"]


def test_a_lasting_failure_is_retried_twice_and_no_more(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url)
    assert client.session.send(GET, READ).status == 503
    assert len(client.recording.exchanges) == 3


def test_no_retry_where_it_is_not_wanted(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url)
    client.session.send(GET, READ, retry=False)
    assert len(client.recording.exchanges) == 1


def test_a_500_is_never_retried(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(500)).url)
    client.session.send(GET, READ)
    assert len(client.recording.exchanges) == 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry_After": "2"}, 2.0),
        ({"X_Reset": "3"}, 3.0),
        ({"X_Reset": "1767225604", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 4.0),
        ({"Retry_After": "Thu, 01 Jan 2026 00:00:01 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 1.0),
        ({"Retry_After": "soon"}, 0.2),
        ({}, 0.2),
    ],
)
def test_a_throttle_is_obeyed(serve: Serve, connect: Connect, headers: dict[str, str], wait: float) -> None:
    replies = iter([answer(429, b"", **headers), answer(200)])
    client = connect(serve(lambda _: next(replies)).url)
    assert client.session.send(GET, READ).status == 200
    assert client.slept == [wait]
    assert [kind for kind, _ in client.recording.notes] == ["throttle"]


def test_a_throttle_longer_than_the_longest_wait_is_handed_back(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="6")).url)
    assert client.session.send(GET, READ).status == 429
    assert client.slept == []


def test_waits_add_up_to_the_longest_wait(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="2")).url)
    assert client.session.send(GET, READ).status == 429
    assert client.slept == [2.0, 2.0]


def test_a_throttle_without_a_wait_does_not_go_on_for_ever(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="0")).url)
    assert client.session.send(GET, READ).status == 429
    assert len(client.recording.exchanges) == 11


def test_an_expected_throttle_is_handed_back(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(429, Retry_After="1")).url)
    assert client.session.send(GET, READ, expect_throttle=True).status == 429
    assert len(client.recording.exchanges) == 1


def test_a_read_only_session_sends_no_write(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    session = connect(server.url, read_only=True).session
    session.send(GET, READ)
    with pytest.raises(NotSent, match="read-only"):
        session.send(POST, CREATE)
    assert len(server.requests) == 1


def test_a_forbidden_operation_is_not_sent(connect: Connect) -> None:
    session = connect("http://127.0.0.1:1", target={"forbid": frozenset({"note.create"})}).session
    with pytest.raises(NotSent, match=r"the target forbids note\.create"):
        session.send(POST, CREATE)


def test_the_ceiling_counts_every_attempt_and_clean_up_may_pass_it(serve: Serve, connect: Connect) -> None:
    replies = iter([answer(503), answer(200), answer(200)])
    session = connect(serve(lambda _: next(replies)).url, ceilings=Ceilings(requests=2)).session
    session.send(GET, READ)
    with pytest.raises(NotSent, match="ceiling of 2 requests"):
        session.send(GET, READ)
    assert session.requests == 2
    assert session.send(GET, READ, beyond_ceiling=True).status == 200


def test_the_ceiling_ends_retries_with_the_last_answer(serve: Serve, connect: Connect) -> None:
    client = connect(serve(lambda _: answer(503)).url, ceilings=Ceilings(requests=2))
    assert client.session.send(GET, READ).status == 503
    assert len(client.recording.exchanges) == 2


def test_requests_keep_their_pace(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer())
    now = [100.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(round(seconds, 3))
        now[0] += seconds

    session = connect(server.url, ceilings=Ceilings(rate=4, clock=lambda: now[0], sleep=sleep)).session
    for _ in range(3):
        session.send(GET, READ)
    assert slept == [0.25, 0.25]


def test_requests_that_are_sent_together_leave_when_all_connections_are_open(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    opens = HTTPConnection.connect

    def slowly(connection: HTTPConnection) -> None:
        time.sleep(0.03 * (1 + len(events)))
        opens(connection)
        events.append("open")

    def handler(_: bytes) -> bytes:
        events.append("request")
        together.wait()
        return answer(201)

    together = threading.Barrier(4, timeout=5)
    monkeypatch.setattr(HTTPConnection, "connect", slowly)
    client = connect(serve(handler).url, timeout=5)
    requests = [Request("POST", f"/v1/teams/5/notes/{n}", body=b"{}") for n in range(4)]
    exchanges = client.session.send_together(requests, CREATE)
    assert events == ["open"] * 4 + ["request"] * 4
    assert [e.request.target for e in exchanges] == [r.target for r in requests]
    assert sorted(e.n for e in client.recording.exchanges) == [1, 2, 3, 4]
    assert {e.status for e in client.recording.exchanges} == {201}


def test_a_request_that_must_not_be_sent_does_not_hold_up_the_others(serve: Serve, connect: Connect) -> None:
    server = serve(lambda _: answer(201))
    session = connect(server.url, ceilings=Ceilings(requests=2)).session
    with pytest.raises(NotSent, match="ceiling of 2 requests"):
        session.send_together([POST] * 3, CREATE)
    assert len(server.requests) == 2


def test_responses_can_answer_in_place_of_a_server(connect: Connect) -> None:
    with responses.RequestsMock() as stubs:
        stubs.add(
            "POST", "http://api.example.com/v1/teams/5/notes", body=b'{"id": 1}', status=201, headers={"X-A": "1"}
        )
        client = connect("http://api.example.com")
        exchange = client.session.send(POST, CREATE)
        unknown = client.session.send(GET, READ)
    assert (exchange.status, exchange.response.json, exchange.response.header("x-a")) == (201, {"id": 1}, "1")
    assert unknown.error == "no recorded answer"


def test_a_stub_answers_with_the_decoded_body_whatever_its_recorded_headers_say(connect: Connect) -> None:
    with responses.RequestsMock() as stubs:
        headers = {"Content-Encoding": "gzip", "Content-Length": "999", "X-A": "1"}
        stubs.add("GET", "http://api.example.com/v1/teams/5/notes/1", body=b"{}", headers=headers)
        exchange = connect("http://api.example.com").session.send(GET, READ)
    assert (exchange.error, exchange.response.body) == (None, b"{}")


def test_a_stub_brings_the_recorded_time_with_it(connect: Connect) -> None:
    def recorded(answered: Any) -> Any:
        answered.elapsed, answered.began = timedelta(seconds=7.5), 3.25
        return answered

    with responses.RequestsMock(response_callback=recorded) as stubs:
        stubs.add("GET", "http://api.example.com/v1/teams/5/notes/1", body=b"{}")
        exchange = connect("http://api.example.com").session.send(GET, READ)
    assert (exchange.started, exchange.elapsed) == (3.25, 7.5)


def test_the_session_shows_no_credential(connect: Connect) -> None:
    session = connect("http://127.0.0.1:1").session
    assert "secret" not in repr(session)
    assert "secret" not in repr(session.target)
