from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import responses

from restproof.contract.model import Contract
from restproof.wire.failure import Unsayable
from restproof.wire.guard import has_dot_segment
from restproof.wire.message import Request, to_event
from restproof.wire.raw import plain_request, raw_answer

from .conftest import CREATE, GET, POST, READ, Connect, Serve, answer


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
    assert 0 <= exchange.started < exchange.started + exchange.elapsed < 60
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


@pytest.mark.parametrize("busy", [502, 503])
def test_who_has_no_time_below_http_is_asked_again(busy: int, serve: Serve) -> None:
    answers = iter(
        [answer(busy), answer(503), answer(400), answer(busy), answer(301, Location="/x"), *[answer(busy)] * 3]
    )
    server = serve(lambda _: next(answers))
    data = b"GET / HTTP/1.1\r\n\r\n"
    assert raw_answer("127.0.0.1", server.port, None, tls=False, data=data) == 400
    assert plain_request("127.0.0.1", server.port, "/", ()) == (301, "/x")
    assert raw_answer("127.0.0.1", server.port, None, tls=False, data=data) == busy


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


@pytest.mark.parametrize("value", ["\u0141\xf3d\u017a", "5 \u20ac", "\ud800"])
def test_what_no_header_field_can_hold_is_not_sent(serve: Serve, connect: Connect, value: str) -> None:
    """The id of a parent may be any text, and a server may have it named by a header."""
    server = serve(lambda _: answer(200))
    client = connect(server.url)
    with pytest.raises(Unsayable, match="cannot hold"):
        client.session.send(replace(GET, headers=(("X-Team", value),)), READ)
    assert client.session.send(replace(GET, headers=(("X-Team", "caf\xe9\t1"),)), READ).status == 200
    assert client.session.requests == 1
