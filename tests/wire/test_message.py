from __future__ import annotations

import json
from dataclasses import replace

import jsonschema_rs
import pytest

from restproof.record.events import schema
from restproof.wire.message import About, Exchange, Request, Response, to_event

EXCHANGE = Exchange(
    n=3,
    request=Request("POST", "/v1/notes", (("team", "5"),), (("Accept", "application/json"),), b'{"name":"\xc3\xa4"}'),
    url="https://api.example.com/v1/notes?team=5",
    response=Response(201, "Created", (("X-A", "1"), ("x-a", "2")), b"\xff\x00"),
    error=None,
    started=1.5,
    elapsed=0.25,
    credential="full",
    about=About("note", "create", "create.answers-created[note-create]", "create.answers-created[note-create]#1"),
)


def test_the_target_encodes_the_query_and_keeps_the_path_as_it_is() -> None:
    request = Request("GET", "/a%2Fb", (("filters[name]", "a b&c=ä"), ("x", "")))
    assert request.target == "/a%2Fb?filters%5Bname%5D=a%20b%26c%3D%C3%A4&x="
    assert Request("GET", "/a?b=1", (("c", "2"),)).target == "/a?b=1&c=2"


def test_a_lone_surrogate_in_a_query_is_encoded() -> None:
    assert Request("GET", "/", (("q", "\ud800"),)).target == "/?q=%ED%A0%80"


def test_headers_are_found_whatever_their_case() -> None:
    response = EXCHANGE.response
    assert response is not None
    assert response.header("x-A") == "1"
    assert response.all("X-a") == ("1", "2")
    assert response.header("absent") is None


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xef\xbb\xbf{}", b"[1,]", b"[" * 100_000])
def test_json_is_strict(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (whatever the parser says)
        _ = Response(200, "OK", (), body).json


@pytest.mark.parametrize("name", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_hides_nothing_else_and_is_told(name: str) -> None:
    response = Response(200, "OK", (), f'{{"a": [{name}, 1]}}'.encode())
    assert response.json == {"a": [None, 1]}
    assert response.no_number == name


def test_json_is_read_once() -> None:
    response = Response(200, "OK", (), b'{"a": [1]}')
    assert response.json == {"a": [1]}
    assert response.json is response.json


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "patch", "PURGE"])
def test_every_method_but_the_safe_ones_writes(method: str) -> None:
    assert Request(method, "/").writes


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "get"])
def test_the_safe_methods_do_not_write(method: str) -> None:
    assert not Request(method, "/").writes


def test_the_event_has_the_documented_form() -> None:
    event = json.loads(json.dumps(to_event(EXCHANGE)))
    jsonschema_rs.Draft202012Validator(schema()).validate(event)
    assert event["request"] == {
        "method": "POST",
        "url": "https://api.example.com/v1/notes?team=5",
        "headers": [["Accept", "application/json"]],
        "body": '{"name":"ä"}',
    }
    assert event["response"]["body"] == {"base64": "/wA="}
    assert event["response"]["headers"] == [["X-A", "1"], ["x-a", "2"]]
    assert (event["n"], event["credential"], event["setup"], event["error"]) == (3, "full", None, None)


def test_an_error_takes_the_place_of_the_answer() -> None:
    event = json.loads(json.dumps(to_event(replace(EXCHANGE, response=None, error="timeout"))))
    jsonschema_rs.Draft202012Validator(schema()).validate(event)
    assert (event["response"], event["error"]) == (None, "timeout")
