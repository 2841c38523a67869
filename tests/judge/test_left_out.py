"""What a tool leaves out of a recording is never held against the server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

import restproof

from .client import Client, har, mistakes, offices
from .conftest import Judged

PARTS = (
    "startedDateTime",
    "time",
    "request.headers",
    "request.bodySize",
    "request.postData",
    "request.postData.text",
    "response.headers",
    "response.content",
    "response.content.text",
    "response.content.size",
    "response.content.mimeType",
    "response.statusText",
    "response",
)
TOGETHER = ("request.headers", "request.postData", "response.headers", "response.content.mimeType")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    """What a client has sent that also makes mistakes, and sends forms."""
    with restproof.stub("procore") as api:
        client = Client(api)
        for part in (offices, mistakes):
            part(client)
        client.send("POST", "/offices", files={"office": ("a.txt", b"abc")})
        client.send("POST", "/offices", data={"name": "x"})
    found = har(api.requests)
    for entry in found["log"]["entries"]:
        media = next((h["value"] for h in entry["request"]["headers"] if h["name"] == "Content-Type"), None)
        if media and "postData" in entry["request"]:
            entry["request"]["postData"]["mimeType"] = media
    return found


def without(document: dict[str, Any], *parts: str, value: object = ...) -> dict[str, Any]:
    """The document without these parts of each entry, or with ``value`` in their place."""
    found = deepcopy(document)
    for entry, part in itertools.product(found["log"]["entries"], parts):
        *way, last = part.split(".")
        inner: Any = entry
        for name in way:
            inner = inner.get(name) or {}
        if last in inner:
            inner.pop(last)
            inner |= {} if value is ... else {last: value}
    return found


def ways() -> Iterator[Any]:
    for part in PARTS:
        yield pytest.param((part,), ..., id=f"no {part}")
        yield pytest.param((part,), None, id=f"null {part}")
    for pair in itertools.combinations(TOGETHER, 2):
        yield pytest.param(pair, ..., id=" nor ".join(("no " + pair[0], pair[1])))


def test_all_of_it_shows_no_fault(recorded: dict[str, Any], judged: Judged) -> None:
    assert judged(recorded).findings == []


@pytest.mark.parametrize(("parts", "value"), [*ways()])
def test_what_is_missing_is_nobody_s_fault(
    parts: tuple[str, ...], value: object, recorded: dict[str, Any], judged: Judged
) -> None:
    found = judged(without(recorded, *parts, value=value))
    assert [(f["item"], f["message"]) for f in found.findings] == []


@pytest.mark.parametrize(
    ("part", "text"),
    [
        *itertools.product(("request.postData.text", "response.content.text"), (0, [], {"office": {"name": "Berlin"}})),
        ("request.postData.text", "x" * 2**20),
    ],
)
def test_what_is_no_text_or_cut_is_unknown(part: str, text: object, recorded: dict[str, Any], judged: Judged) -> None:
    """Some tools keep the JSON that they have read; Firefox keeps a mebibyte of a request."""
    assert judged(without(recorded, part, value=text)).findings == []
