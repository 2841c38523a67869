"""Recordings of other tools: genuine files of some, and files in the form of others; and what is none."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from restproof.errors import TrafficError
from restproof.record.model import RecordedExchange, Traffic
from restproof.record.traffic import read_traffic

RECORDINGS = Path(__file__).with_name("recordings")
"""The same two requests to the same server, by mitmdump 11 (``mitmproxy.flows`` with a preflight and an answer that
never came; ``mocked.flows`` and its HAR with two answers of its own, one of a script and one of a file;
``replayed.flows`` its replay), betamax 0.9, responses 0.26, vcrpy 9 and Playwright 1.65 (with an answer of the test's
own, and a request that it stopped)."""

RUBY = """
---
http_interactions:
- request:
    method: get
    uri: https://api.example.com/items?page=1
    body:
      encoding: US-ASCII
      string: ''
    headers:
      Accept: ['*/*']
  response:
    status:
      code: 200
      message: OK
    headers:
      Content-Type: [application/json]
    body:
      encoding: ASCII-8BIT
      string: !binary |-
        W3siaWQiOiAxfV0=
    http_version: null
  recorded_at: Sat, 28 Nov 2026 12:00:00 GMT
recorded_with: VCR 6.3.1
"""
GO = """
---
version: 2
interactions:
- id: 0
  request:
    proto: HTTP/1.1
    body: ''
    form: {}
    headers: {Accept: ['*/*']}
    url: https://api.example.com/items?page=1
    method: GET
  response:
    proto: HTTP/1.1
    body: '[{"id": 1}]'
    headers: {Content-Type: [application/json]}
    status: 200 OK
    code: 200
    duration: 12.5ms
"""
PHP = """
-
    request: {method: GET, url: 'https://api.example.com/items?page=1', headers: {Accept: '*/*'}}
    response:
        status: {http_version: '1.1', code: '200', message: OK}
        headers: {Content-Type: application/json}
        body: '[{"id": 1}]'
"""


def read(folder: Path, text: str | bytes, name: str = "traffic") -> Traffic:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_traffic(file)


def two(traffic: Traffic) -> tuple[RecordedExchange, RecordedExchange]:
    """The two requests that each of the recordings begins with."""
    listed, made = traffic.exchanges[:2]
    assert listed.response is not None
    assert made.response is not None
    assert (listed.request.method, made.request.method) == ("GET", "POST")
    assert listed.request.url == "http://127.0.0.1:18998/items?page=1"
    assert (listed.response.status, listed.response.body) == (200, '[{"id": 1, "name": "Zürich"}]')
    assert (made.response.status, made.response.body) == (201, '{"id": 2}')
    return listed, made


@pytest.mark.parametrize(
    "name", ["mitmproxy.flows", "mocked.flows", "mitmproxy.har", "playwright.har", "betamax.json", "vcrpy.yaml"]
)
def test_a_recording_holds_what_was_sent_and_answered(name: str) -> None:
    traffic = read_traffic(RECORDINGS / name)
    listed, made = two(traffic)
    assert ("Authorization", "Bearer abcdefgh12345") in listed.request.headers
    assert made.request.body == '{"name": "a"}'
    assert made.response is not None
    assert ("Content-Type", "application/json") in made.response.headers
    assert not traffic.lacking


def test_flows_have_times_and_what_never_came() -> None:
    traffic = read_traffic(RECORDINGS / "mitmproxy.flows")
    assert traffic.timed
    assert [round(e.started, 1) for e in traffic.exchanges] == [0.0, 0.1, 0.2]
    assert traffic.exchanges[0].elapsed > 0
    assert (traffic.exchanges[2].response, traffic.exchanges[2].error) == (None, "server closed connection")
    assert traffic.skipped == {"OPTIONS and CONNECT requests": 1}


@pytest.mark.parametrize(
    ("name", "skipped"),
    [
        ("mocked.flows", {"answers from a cache or a mock": 2}),
        ("replayed.flows", {"answers from a cache or a mock": 1}),
        ("mitmproxy.har", {"answers from a cache or a mock": 2}),
        ("playwright.har", {"answers from a cache or a mock": 1, "requests that a test has stopped": 1}),
    ],
)
def test_what_a_test_has_answered_is_not_the_server_s(name: str, skipped: dict[str, int]) -> None:
    traffic = read_traffic(RECORDINGS / name)
    assert traffic.skipped == skipped
    assert not any(e.request.url.endswith(("/made", "/mocked", "/local", "/refused")) for e in traffic.exchanges)


@pytest.mark.parametrize("cut", range(1, 7400, 531))
def test_flows_that_break_off_are_a_clear_error(cut: int, tmp_path: Path) -> None:
    whole = (RECORDINGS / "mitmproxy.flows").read_bytes()
    with pytest.raises(TrafficError, match=r"flow \d of mitmproxy is broken: "):
        read(tmp_path, whole[:-cut])


def test_a_recording_of_responses_lacks_what_it_never_held() -> None:
    traffic = read_traffic(RECORDINGS / "responses.yaml")
    listed, _ = two(traffic)
    assert listed.response is not None
    assert listed.response.headers == (("Content-Type", "application/json"),)
    assert traffic.lacking == {1: {"headers"}, 2: {"headers", "request body"}}
    assert not traffic.timed


def test_a_recording_of_responses_may_be_toml(tmp_path: Path) -> None:
    text = '[[responses]]\n[responses.response]\nmethod = "GET"\nurl = "http://h/a"\nstatus = 204\n'
    (found,) = read(tmp_path, text, "r.toml").exchanges
    assert (found.request.url, found.response and found.response.status) == ("http://h/a", 204)


@pytest.mark.parametrize("text", [RUBY, GO, PHP], ids=["vcr", "go-vcr", "php-vcr"])
def test_a_cassette_of_another_language_is_read(text: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, text).exchanges
    assert (found.request.method, found.request.url) == ("GET", "https://api.example.com/items?page=1")
    assert found.request.headers == (("Accept", "*/*"),)
    assert found.response is not None
    assert (found.response.status, found.response.body) == (200, '[{"id": 1}]')
    assert found.response.headers == (("Content-Type", "application/json"),)


def test_whatever_is_read_may_lie_in_a_zip_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.write(RECORDINGS / "mitmproxy.flows", "day/mitmproxy.flows")
        archive.writestr("__MACOSX/day/._mitmproxy.flows", "x")
    two(read_traffic(tmp_path / "t.zip"))
    with zipfile.ZipFile(tmp_path / "t.zip", "a") as archive:
        archive.writestr("second.json", "{}")
    with pytest.raises(TrafficError, match="holds 2 files, none of them a HAR"):
        read_traffic(tmp_path / "t.zip")
    with zipfile.ZipFile(tmp_path / "hars.zip", "w") as archive:
        archive.writestr("a.har", "{}")
        archive.writestr("b.har", "{}")
    with pytest.raises(TrafficError, match=r"holds 2 files \*\.har, not one"):
        read_traffic(tmp_path / "hars.zip")


@pytest.mark.parametrize(
    ("headers", "body", "is_known"),
    [
        ({"Content-Type": ["application/json"]}, '{"name": ', True),
        ({}, '{"name": "x"}', True),
        ({}, None, True),
        ({}, "", True),
        ({}, "name=x&y=z", False),
        ({}, '{"name": ', False),
        ({"Accept": ["*/*"]}, {"name": "x"}, False),
        ({"Accept": ["*/*"]}, ["x"], False),
        ({"Accept": ["*/*"]}, {"string": {"name": "x"}}, False),
        ({"Accept": ["*/*"]}, {"string": None}, True),
        ({"Accept": ["*/*"]}, {"encoding": "UTF-8", "string": "[1]"}, True),
    ],
)
def test_what_a_cassette_has_filtered_or_read_is_unknown(
    headers: dict[str, list[str]], body: object, is_known: bool, tmp_path: Path
) -> None:
    request = {"method": "POST", "uri": "http://h/", "headers": headers, "body": body}
    answer = {"status": {"code": 201}, "headers": {"Date": ["x"]}, "body": body}
    document = {"version": 1, "interactions": [{"request": request, "response": answer}]}
    lacks = read(tmp_path, json.dumps(document), "c.json").lacking.get(1, frozenset())
    assert ("request body" not in lacks) == is_known
    assert ("response body" in lacks) == (not is_known and bool(headers))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('interactions: [{request: {method: GET, uri: "http://h/"}, response: 5}]', "interaction 1 of the cassette"),
        (
            'interactions: [{request: {method: GET, uri: "http://h/"}, response: {status: .inf}}]',
            "interaction 1 of the cassette",
        ),
        ('responses: [{response: {method: GET, url: "http://h/", status: .inf}}]', "response 1 of the recording"),
    ],
)
def test_an_entry_that_is_not_of_its_form_is_named(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(TrafficError, match=f"{told} is broken: "):
        read(tmp_path, text)


@pytest.mark.parametrize("number", [rb"(5):18998#", rb"(18):[0-9.]{18}\^"], ids=["port", "time"])
def test_a_number_of_a_flow_has_an_end(number: bytes, tmp_path: Path) -> None:
    whole = (RECORDINGS / "mitmproxy.flows").read_bytes()
    endless = re.sub(number, lambda found: b"%b:%b^" % (found[1], b"inf".ljust(int(found[1]))), whole)
    with pytest.raises(TrafficError, match="flow 1 of mitmproxy is broken: "):
        read(tmp_path, endless)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd4\xc3\xb2\xa1\x02\x00", "a capture of packets"),
        (b"\x0a\x0d\x0d\x0a\x1c\x00", "a capture of packets"),
        (b"<?xml version='1.0'?>\n<testResults version='1.2'/>", "results of JMeter"),
        ({"info": {"name": "x", "schema": "https://schema.getpostman.com"}, "item": []}, "a collection of Postman"),
        ({"collection": {}, "run": {"executions": []}}, "a report of newman"),
        ({"consumer": {}, "provider": {}, "interactions": [{"request": {}}]}, "a contract of Pact"),
        ({"openapi": "3.1.0", "paths": {}}, "an OpenAPI document"),
        ({"_type": "export", "resources": []}, "an export of Insomnia"),
        ({"type": "collection.insomnia.rest/5.0", "collection": []}, "an export of Insomnia"),
        ([{"status": "COMPLETE", "protocolVersion": "HTTP/1.1", "host": "h", "request": {}}], "a session of Charles"),
        ({"mappings": []}, "stubs of WireMock"),
        ([{"scope": "https://h:443", "method": "GET", "response": {}}], "a recording of nock"),
        ({"contract": "x", "resources": {}}, "a contract of restproof"),
    ],
)
def test_what_is_no_traffic_is_named_with_what_to_do(content: object, told: str, tmp_path: Path) -> None:
    with pytest.raises(TrafficError, match=f"this is {told}") as error:
        read(tmp_path, content if isinstance(content, bytes) else json.dumps(content))
    assert error.value.hint is not None
    assert "can be judged" in error.value.hint


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["_index.htm", "[Content_Types].xml", "raw/1_c.txt", "raw/1_s.txt"], "a session of Fiddler"),
        (["trace.trace", "trace.network", "resources/0a.json"], "a trace of Playwright"),
    ],
)
def test_an_archive_that_is_no_traffic_is_named(names: list[str], told: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.saz", "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    with pytest.raises(TrafficError, match=f"this is {told}") as error:
        read_traffic(tmp_path / "t.saz")
    assert error.value.hint is not None
    assert "HAR" in error.value.hint
