"""The bundled contract's statuses, example by example (specification §1, §2 and §5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from restproof.contract.limits import Rate
from restproof.sandbox.call import Call, Credential
from restproof.sandbox.limits import Limiter

from .client import Construction


def test_a_create_answers_201_and_the_new_resource(api: Construction) -> None:
    reply = api("POST", "/offices", {"company_id": api.company, "office": {"name": "North"}})
    assert reply.status == 201
    assert reply.json["name"] == "North"
    assert reply.json["address"] is None
    assert reply.headers["content-type"] == "application/json"


def test_read_list_and_update_answer_200(api: Construction) -> None:
    project = api.project()
    assert api("GET", "/projects", company_id=api.company).status == 200
    assert api("GET", f"/projects/{project['id']}", company_id=api.company).status == 200
    assert api.patch(project, name="Port").status == 200


def test_a_delete_answers_without_a_body(api: Construction) -> None:
    office = api.office()
    reply = api("DELETE", f"/offices/{office['id']}", company_id=api.company)
    assert reply.status in (200, 204)
    assert reply.body == b""
    assert "content-type" not in reply.headers


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xff\xfe",
        b'{"company_id": NaN}',
        b'{"office": {"name": 1e999}}',
        b"[" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b'\xef\xbb\xbf{"office": {}}',
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_a_body_that_is_no_json_object_is_400(api: Construction, raw: bytes) -> None:
    assert api("POST", "/offices", raw=raw).status == 400


def test_a_missing_envelope_or_company_is_400(api: Construction) -> None:
    assert api("POST", "/offices", {"company_id": api.company}).status == 400
    assert api("POST", "/offices", {"company_id": api.company, "office": []}).status == 400
    assert api("POST", "/offices", {"office": {"name": "North"}}).status == 400
    assert api("POST", "/offices", {"company_id": "5", "office": {"name": "North"}}).status == 400
    assert api("GET", "/offices").status == 400
    assert api("GET", "/offices?company_id=").status == 400


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": None},
        {"name": ""},
        {"name": " \t"},
        {"name": 5},
        {"name": "x" * 256},
        {"name": "x", "state_code": "ca"},
        {"name": "x", "state_code": "CA\n"},
        {"name": "x", "city": ["y"]},
        {"name": "a\0b"},
        {"name": "\ud800"},
    ],
)
def test_values_of_the_wrong_kind_are_400_and_named(api: Construction, fields: dict[str, Any]) -> None:
    reply = api("POST", "/offices", {"company_id": api.company, "office": fields})
    assert reply.status == 400
    assert (list(fields)[-1] if fields else "name") in reply.json["errors"]
    assert api("GET", "/offices", company_id=api.company).json == []


@pytest.mark.parametrize(
    "fields",
    [
        {"latitude": 90.0001},
        {"latitude": True},
        {"square_feet": -1},
        {"square_feet": 1.5},
        {"active": None},
        {"active": "true"},
        {"flag": "red"},
        {"estimated_start_date": "2024-02-30"},
        {"estimated_start_date": "2024-2-3"},
        {"department_ids": None},
        {"department_ids": [1, 1]},
        {"office_id": "7"},
    ],
)
def test_project_values_are_checked_exactly(api: Construction, fields: dict[str, Any]) -> None:
    body = {"company_id": api.company, "project": {"name": "Harbour", **fields}}
    assert api("POST", "/projects", body).status == 400


def test_bounds_are_allowed_and_values_come_back_as_sent(api: Construction) -> None:
    sent = {
        "name": "\U0001f3d7" * 255,
        "latitude": -90,
        "longitude": 180.0,
        "square_feet": 0,
        "description": "",
        "city": " Zürich\u00a0 ",
        "active": False,
        "flag": "Red",
        "department_ids": [],
        "public_notes": "'; DROP TABLE entries; -- {{7*7}}",
    }
    project = api.project(**sent)
    shown = api.read(project)
    assert shown["departments"] == sent.pop("department_ids")
    assert {n: shown[n] for n in sent} == sent
    assert shown == project


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer x"}, {"authorization": "Basic eDp5"}])
def test_without_a_known_credential_it_is_401_with_a_challenge(api: Construction, headers: dict[str, str]) -> None:
    for method, path in [("GET", "/projects"), ("POST", "/projects"), ("DELETE", "/nowhere"), ("PUT", "/offices/1")]:
        reply = api(method, path, credential=None, headers=headers)
        assert reply.status == 401
        assert "www-authenticate" in reply.headers


def test_a_read_only_credential_reads_and_never_writes(api: Construction) -> None:
    office = api.office()
    where = f"/offices/{office['id']}"
    assert api("GET", where, credential="read_only", company_id=api.company).status == 200
    body = {"company_id": api.company, "office": {"name": "South"}}
    assert api("POST", "/offices", body, credential="read_only").status == 403
    assert api("PATCH", where, body, credential="read_only").status == 403
    assert api("DELETE", where, credential="read_only", company_id=api.company).status == 403
    assert api("DELETE", "/offices/1", credential="read_only", company_id=api.company).status == 403
    assert api("GET", where, company_id=api.company).json == office


def test_tenants_are_apart(api: Construction) -> None:
    project = api.project()
    where, foreign = f"/projects/{project['id']}", api.ids["foreign_company"]
    assert api("GET", where, credential="foreign", company_id=api.company).status == 403
    assert api("GET", where, credential="foreign", company_id=foreign).status in (403, 404)
    assert api("GET", f"{where}/rfis", credential="foreign").status in (403, 404)
    assert api("GET", "/projects", credential="foreign", company_id=api.company).status == 403
    assert api("GET", "/projects", company_id=foreign).status == 403
    body = {"company_id": api.company, "project": {"name": "mine"}}
    assert api("PATCH", where, body, credential="foreign").status == 403
    assert [c["id"] for c in api("GET", "/companies", credential="foreign").json] == [foreign]
    assert foreign not in [c["id"] for c in api("GET", "/companies").json]
    assert api.read(project) == project


@pytest.mark.parametrize("id", ["0", "-1", "abc", "1.0", "9" * 24, "%00", "%FF", "1%2F2", " ", "null"])
def test_no_such_id_is_404_on_every_verb(api: Construction, id: str) -> None:
    body = {"company_id": api.company, "office": {"name": "x"}}
    assert api("GET", f"/offices/{id}", company_id=api.company).status == 404
    assert api("DELETE", f"/offices/{id}", company_id=api.company).status == 404
    assert api("PATCH", f"/offices/{id}", body).status == 404


def test_unknown_parents_and_paths_are_404(api: Construction) -> None:
    assert api("GET", "/projects/77/rfis").status == 404
    assert api("GET", "/companies/77/programs").status == 404
    assert api("GET", "/companies/abc/programs").status == 404
    assert api("GET", "/offices", company_id=77).status == 404
    assert api("GET", "/offices?company_id=abc").status == 404
    assert api("POST", "/offices", {"company_id": 0, "office": {"name": "x"}}).status == 404
    assert api("GET", "/nowhere").status == 404
    assert api("GET", "/offices/").status == 404
    assert api("GET", f"/companies/{api.company}").status == 404


def test_fields_that_do_not_exist_are_406(api: Construction) -> None:
    office = api.office()
    bodies: list[tuple[Any, Any]] = [
        ({"name": "x", "zzz": 1}, {}),
        ({"name": "x", "id": 9}, {}),
        ({"name": "x"}, {"zzz": 1}),
    ]
    for office_fields, beside in bodies:
        body = {"company_id": api.company, "office": office_fields, **beside}
        assert api("POST", "/offices", body).status == 406
        assert api("PATCH", f"/offices/{office['id']}", body).status == 406
    project = api.project()
    question = {"rfi": {"subject": "s", "question": {"body": "b", "id": 1}}}
    assert api("POST", f"/projects/{project['id']}/rfis", question).status == 406
    in_path = {"company_id": api.company, "program": {"name": "p"}}
    assert api("POST", f"/companies/{api.company}/programs", in_path).status == 406
    assert api("GET", "/offices?sort=city", company_id=api.company).status == 406
    assert api("GET", "/offices?filters[name]=x", company_id=api.company).status == 406


def test_another_verb_is_405_with_allow_after_401_and_before_403(api: Construction) -> None:
    reply = api("PUT", "/offices/1", {"x": 1}, credential="read_only")
    assert reply.status == 405
    assert reply.headers["allow"] == "DELETE, GET, PATCH"
    assert api("DELETE", "/projects/1").status == 405


@pytest.mark.parametrize("media", ["application/xml", "text/xml", "application/x-www-form-urlencoded", "text/plain"])
def test_a_foreign_body_is_refused(api: Construction, media: str) -> None:
    raw = json.dumps({"company_id": api.company, "office": {"name": "x"}}).encode()
    assert api("POST", "/offices", raw=raw, headers={"content-type": media}).status in (400, 415)
    assert api("POST", "/offices", raw=raw, headers={"content-type": ""}).status == 201


def test_accept_is_ignored(api: Construction) -> None:
    for accept in ("application/xml", "text/html", "nonsense"):
        reply = api("GET", "/companies", headers={"accept": accept})
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json")


def test_too_much_is_refused(api: Construction) -> None:
    raw = b'{"company_id": 1, "office": {"name": "' + b"x" * 1_048_576 + b'"}}'
    assert api("POST", "/offices", raw=raw).status == 413
    assert 400 <= api("GET", "/offices?x=" + "y" * 100_000, company_id=api.company).status < 500


def test_the_order_of_refusals(api: Construction) -> None:
    """401, 403, 404, 400 (not JSON, envelope), 406, 400 (values), 422, 409."""
    office = api.office("taken")
    project = api.project(name="taken")
    bad_json = b"{"
    assert api("POST", "/offices", raw=bad_json, credential=None).status == 401
    assert api("POST", "/offices", raw=bad_json, credential="read_only").status == 403
    assert api("PATCH", "/offices/1", raw=bad_json).status == 404
    assert api("PATCH", f"/offices/{office['id']}", raw=bad_json).status == 400
    both = {"company_id": api.company, "office": {"name": "", "zzz": 1}}
    assert api("POST", "/offices", both).status == 406
    assert api("POST", "/offices", {"company_id": api.company, "zzz": 1}).status == 400
    rule = {"estimated_start_date": "2024-02-01", "estimated_completion_date": "2024-01-01"}
    assert api.patch(project, **rule, city=5).status == 400
    body = {"company_id": api.company, "project": {"name": "taken", **rule}}
    assert api("POST", "/projects", body).status == 422
    assert api("POST", "/projects", {"company_id": api.company, "project": {"name": "taken"}}).status == 409


def test_the_limit_answers_429_and_then_lets_through(api: Construction) -> None:
    statuses = [api("GET", "/companies", credential="throttled").status for _ in range(5)]
    assert statuses == [200] * 5
    reply = api("GET", "/companies", credential="throttled")
    assert reply.status == 429
    wait = int(reply.headers["retry-after"])
    assert 1 <= wait <= 3
    assert int(reply.headers["x-rate-limit-reset"]) == int(api.clock.now) + wait
    body = {"company_id": api.company, "office": {"name": "x"}}
    assert api("POST", "/offices", body, credential="throttled").status == 429
    assert api("GET", "/offices", company_id=api.company).json == []
    api.clock.now += wait
    assert api("GET", "/companies", credential="throttled").status == 200


def test_a_window_lasts_as_long_as_is_said_of_it() -> None:
    limiter, throttled = Limiter(), Credential("throttled", "secret", limit=1, window=1)
    call = Call("GET", "/", [], {}, b"", now=10.5, credential=throttled)
    assert [limiter.admits(call) for _ in range(2)] == [True, False]
    assert limiter.retry_after(call) == 1
    call.now = 11.5
    assert limiter.admits(call)


def test_the_reset_header_names_a_second_at_which_the_window_is_over(api: Construction) -> None:
    api.clock.now = int(api.clock.now) + 0.5
    reply = api("GET", "/companies", credential="throttled")
    assert int(reply.headers["x-rate-limit-reset"]) == int(api.clock.now) + 2


def test_who_is_over_the_limit_of_an_operation_waits_for_that_alone() -> None:
    limiter, usual = Limiter(), Credential("full", "secret", limit=2, window=60)
    call = Call("GET", "/", [], {}, b"", now=0.0, credential=usual)
    assert limiter.admits(call)
    assert [limiter.admits_one(call, "office.list", Rate(1, 1)) for _ in range(2)] == [True, False]
    assert limiter.retry_after(call, "office.list") == 1
    assert limiter.admits(call)
    assert limiter.retry_after(call, "office.list") == 60, "the next request would be one too many of all"
    assert not limiter.admits(call)
    assert limiter.retry_after(call, "office.list") == 60


def test_limit_headers_are_on_every_answer_and_never_rise(api: Construction) -> None:
    left: list[int] = []
    for path in ("/companies", "/nowhere", "/offices", "/companies"):
        reply = api("GET", path)
        left.append(int(reply.headers["x-rate-limit-remaining"]))
        assert "date" in reply.headers
    assert left == sorted(left, reverse=True)
    assert "x-rate-limit-limit" in api("GET", "/companies", credential=None).headers
