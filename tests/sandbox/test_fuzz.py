"""Nothing that a client sends makes the server fail, and every refusal keeps the contract's error schema."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from restproof.semantics.checker import checker

from .client import Construction, Reply

API = Construction()
OFFICE = API.office("fixed")
PROJECT = API.project(name="fixed")
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
ANY_TEXT = st.text(st.characters(), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
PATHS = st.sampled_from(
    [
        "/offices",
        f"/offices/{OFFICE['id']}",
        "/projects",
        f"/projects/{PROJECT['id']}",
        f"/projects/{PROJECT['id']}/rfis",
        f"/companies/{API.company}/programs",
        "/companies/%FF%00/programs/..%2F",
    ]
)
METHODS = st.sampled_from(["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"])


def _judge(reply: Reply) -> None:
    assert reply.status < 500, reply
    if reply.status >= 400 and reply.body:
        assert API.contract.errors is not None
        assert checker(API.contract.errors).accepts(reply.json), reply
        assert b"Traceback" not in reply.body


@SETTINGS
@given(method=METHODS, path=PATHS, raw=st.binary(max_size=200))
def test_any_bytes(method: str, path: str, raw: bytes) -> None:
    if method != "DELETE" or path != f"/offices/{OFFICE['id']}":
        _judge(API(method, path, raw=raw))


@SETTINGS
@given(
    method=st.sampled_from(["POST", "PATCH"]),
    path=PATHS,
    wrapper=st.sampled_from(["office", "project", "rfi", "program"]),
    fields=st.dictionaries(
        st.sampled_from(["name", "subject", "question", "office_id", "department_ids", "flag", "latitude", "id"])
        | ANY_TEXT,
        JSON,
        max_size=6,
    ),
    company=st.just(API.company) | JSON,
)
def test_any_json(method: str, path: str, wrapper: str, fields: Any, company: Any) -> None:
    _judge(API(method, path, {"company_id": company, wrapper: fields}))


@SETTINGS
@given(path=PATHS, query=st.binary(max_size=60) | st.from_regex(rb"(page|per_page|sort|filters\[id\])=[ -~]{0,20}"))
def test_any_query(path: str, query: bytes) -> None:
    _judge(API("GET", f"{path}?{query.decode('latin-1')}&company_id={API.company}"))


@SETTINGS
@given(
    name=st.sampled_from(["authorization", "content-type", "accept", "if-match", "host", "x-anything"]),
    value=st.text(st.characters(max_codepoint=255), max_size=60),
)
def test_any_header(name: str, value: str) -> None:
    raw = json.dumps({"company_id": API.company, "office": {"name": "fixed"}}).encode()
    _judge(API("POST", "/offices", raw=raw, headers={name: value}))


def test_two_servers_in_one_process_share_nothing() -> None:
    assert Construction()("GET", "/offices", company_id=API.company).status == 404
