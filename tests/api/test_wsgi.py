"""A WSGI application of the user's own as a target: it is asked and heard as by any server of WSGI."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from restproof.session.app import served

Start = Callable[..., Any]
Environ = dict[str, Any]


def asked(application: Callable[..., Any], method: str = "GET", path: str = "/", **more: Any) -> requests.Response:
    with served(application, "the target") as url:
        return requests.request(method, url + path, timeout=10, **more)


def test_an_application_is_asked_by_the_bytes_that_were_sent() -> None:
    seen: list[Environ] = []

    def application(environ: Environ, start: Start) -> list[bytes]:
        seen.append({**environ, "body": environ["wsgi.input"].read()})
        start("200 OK", [])
        return []

    asked(application, "POST", "/notes/%FF?q=%C3%A9", data=iter([b"ab", b"cd"]), headers={"X-Who": "me"})
    sent = seen[0]
    assert (sent["PATH_INFO"], sent["QUERY_STRING"]) == ("/notes/\xff", "q=%C3%A9")
    assert (sent["body"], sent["CONTENT_LENGTH"], "HTTP_TRANSFER_ENCODING" in sent) == (b"abcd", "4", False)
    assert (sent["REQUEST_METHOD"], sent["HTTP_X_WHO"], sent["wsgi.url_scheme"]) == ("POST", "me", "http")


def test_an_answer_is_heard_whole_and_closed() -> None:
    ended: list[str] = []

    def application(environ: Environ, start: Start) -> Iterator[bytes]:
        write = start("201 Made", [("X-Name", "caf\xe9"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        write(b"one ")
        try:
            yield b""
            yield b"two"
        finally:
            ended.append("closed")

    answer = asked(application)
    assert (answer.status_code, answer.content, ended) == (201, b"one two", ["closed"])
    assert answer.headers["X-Name"].encode("latin-1") == b"caf\xe9"
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("at", ["before the head", "before the content"])
def test_an_application_that_breaks_answers_500(at: str) -> None:
    def application(environ: Environ, start: Start) -> list[bytes]:
        if at == "before the content":
            start("200 OK", [])
        raise ValueError(at)

    assert asked(application).status_code == 500


def test_a_head_that_has_not_left_may_be_taken_back() -> None:
    def application(environ: Environ, start: Start) -> list[bytes]:
        start("200 OK", [])
        error = ValueError()
        start("503 Gone Wrong", [], (ValueError, error, None))
        return [b"{}"]

    assert asked(application).status_code == 503


HANGS = """\
import threading, requests
from restproof.session.app import served
with served(lambda environ, start: threading.Event().wait(), "the target") as url:
    try:
        requests.get(url, timeout=0.5)
    except requests.Timeout:
        print("no answer")
"""


def test_an_application_that_never_answers_keeps_nobody_from_ending() -> None:
    done = subprocess.run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "no answer\n"


def test_who_takes_warnings_for_errors_is_not_bothered() -> None:
    """As the tests of many teams do."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asked(lambda environ, start: (start("204 No Content", []), [])[1]).status_code == 204
