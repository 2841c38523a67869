"""Contracts that differ from the bundled one in almost everything: envelopes, ids, paging, PUT, tolerance."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Status
from restproof.sandbox.call import refusal_status

from .client import Client, Reply

RECORDS = """
contract: records
base_path: /v1
auth: {scheme: basic}
statuses: {unknown_field: kept, deleted: 204}
max_body: 20000
resources:
  bucket:
    path: /buckets
    schema: bucket.json
    envelope: {request: data, response: data, list: data}
    id: {field: id, type: string, chosen_by: client, pattern: "^[a-z0-9-]+$"}
    operations: [list, read, replace, delete]
  record:
    path: /buckets/{bucket}/records
    schema: record.json
    envelope: {request: data, response: data, list: data}
    id: {field: id, type: uuid, chosen_by: either}
    operations: [list, create, read, update, replace, delete]
    paging: {style: token, size: _limit, token: _token, next_field: next, total_field: count, max: 5, over_max: clamped}
    conditional: {etag: true}
    unique: [slug]
    sort: [slug]
"""
BUCKET = {
    "type": "object",
    "properties": {"id": {"type": "string", "readOnly": True}, "note": {"type": ["string", "null"]}},
}
RECORD = {
    "type": "object",
    "required": ["slug"],
    "properties": {
        "id": {"type": "string", "format": "uuid", "readOnly": True},
        "slug": {"type": "string", "minLength": 1},
        "weight": {"type": ["number", "null"], "default": 1.5},
        "secret": {"type": "string", "writeOnly": True},
        "modified": {"type": "string", "format": "date-time", "readOnly": True},
    },
}


@pytest.mark.parametrize(
    "errors",
    [
        {"required": ["error"], "properties": {"error": {"type": "string"}}},
        {"required": ["status", "reason"], "properties": {"status": {"type": "integer"}, "reason": {"type": "string"}}},
        {"required": ["title"], "properties": {"title": {"type": "string"}, "where": {"type": "string"}}},
        {"required": ["detail"], "properties": {"detail": {"type": "array", "minItems": 1}}},
    ],
    ids=["a sentence", "a word of its own", "one that may be there", "a list"],
)
def test_a_refusal_names_the_field_wherever_its_schema_has_room(tmp_path: Path, errors: dict[str, Any]) -> None:
    (tmp_path / "note.json").write_text(
        json.dumps(
            {
                "type": "object",
                "properties": {"id": {"type": "integer", "readOnly": True}, "colour": {"type": "string"}},
            }
        )
    )
    said = {"type": "object", "additionalProperties": False, **errors}
    resources = {"note": {"path": "/notes", "schema": "note.json"}}
    words = {"contract": "notes", "transport": "any", "errors": said, "resources": resources}
    (tmp_path / "contract.yaml").write_text(json.dumps(words))
    refused = Client(load(tmp_path))("POST", "/notes", {"colour": 7})
    assert refused.status in (400, 422)
    assert b"colour" in refused.body


def test_where_a_class_is_said_a_refusal_has_the_usual_status_of_its_case() -> None:
    open_, narrow = Status(frozenset(), frozenset({2, 4})), Status(frozenset({400, 404}))
    cases = {
        "absent": 404,
        "absent_parent": 404,
        "conflict": 409,
        "missing_credential": 401,
        "envelope": 400,
        "rule": 422,
    }
    assert {case: refusal_status(case, open_) for case in cases} == cases
    assert refusal_status("unknown_field", open_) == 400
    assert refusal_status("conflict", narrow) == 400


NOTES = """
contract: notes
statuses: {unknown_field: ignored}
query: {sort: ordering}
paging: {style: offset, size: limit, default: 2, max: 3, total_field: count, next_field: next}
resources:
  note:
    path: /notes/
    schema: note.json
    envelope: {list: results}
    sort: [title]
    filters: {title: equals}
"""
NOTE = {
    "type": "object",
    "required": ["title"],
    "properties": {"id": {"type": "integer", "readOnly": True}, "title": {"type": "string"}},
}


def _write(folder: Path, contract: str, **schemas: Any) -> Path:
    for name, schema in schemas.items():
        (folder / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    (folder / "contract.yaml").write_text(contract, encoding="utf-8")
    return folder


class Records(Client):
    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        secret = self.app.credentials[options.pop("credential", "full")].secret
        headers = {"authorization": "Basic " + base64.b64encode(secret.encode()).decode(), **options.pop("headers", {})}
        return super().__call__(method, path, body, credential=None, headers=headers, **options)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    made = Records(load(_write(tmp_path, RECORDS, bucket=BUCKET, record=RECORD)))
    assert made("PUT", "/buckets/one", {"data": {}}).status == 201
    return made


def _record(records: Records, slug: str, **fields: Any) -> Any:
    return records.create("/buckets/one/records", {"data": {"slug": slug, **fields}})["data"]


def test_only_credentials_that_mean_something_are_offered(records: Records) -> None:
    assert set(records.app.credentials) == {"full", "read_only", "throttled"}
    assert records.ids == {}
    assert records("PUT", "/buckets/two", {"data": {}}, credential="read_only").status == 403


def test_put_creates_and_replaces_whole(records: Records) -> None:
    id = "0b1f4ac6-5a0b-4a4e-9b3a-2f1f8f3f0a11"
    where = f"/buckets/one/records/{id}"
    assert records("PUT", where, {"data": {"slug": "a", "weight": 3}}).status == 201
    replaced = records("PUT", where, {"data": {"slug": "b"}})
    assert replaced.status == 200
    assert replaced.json["data"]["weight"] == 1.5
    assert replaced.json["data"]["id"] == id
    assert records("GET", where).json == replaced.json
    assert records("PUT", "/buckets/one/records/not-a-uuid", {"data": {"slug": "c"}}).status == 404


def test_unknown_fields_are_kept_and_write_only_ones_never_shown(records: Records) -> None:
    made = _record(records, "a", extra={"x": [1]}, secret="s", modified="mine", id="mine")
    assert made["extra"] == {"x": [1]}
    assert "secret" not in made
    assert made["modified"] != "mine"
    assert made["id"] != "mine"


def test_tokens_walk_the_list_once(records: Records) -> None:
    made = [_record(records, f"s{n}")["id"] for n in range(7)]
    seen: list[str] = []
    query: dict[str, Any] = {"_limit": 3, "sort": "-slug"}
    while True:
        page = records("GET", "/buckets/one/records", **query).json
        assert page["count"] == 7
        seen += [r["id"] for r in page["data"]]
        if page["next"] is None:
            break
        query["_token"] = page["next"]
    assert seen == made[::-1]
    assert len(records("GET", "/buckets/one/records", _limit=1000).json["data"]) == 5
    assert records("GET", "/buckets/one/records", _token="!!").status in (400, 422)


def test_entity_tags_guard_writes(records: Records) -> None:
    id = _record(records, "a")["id"]
    where = f"/buckets/one/records/{id}"
    tag = records("GET", where).headers["etag"]
    assert records("GET", where, headers={"if-none-match": tag}).status == 304
    assert records("PATCH", where, {"data": {"weight": 2}}, headers={"if-match": '"other"'}).status == 412
    assert records("PATCH", where, {"data": {"weight": 2}}, headers={"if-match": tag}).status == 200
    assert records("GET", where).headers["etag"] != tag
    assert records("PUT", where, {"data": {"slug": "a"}}, headers={"if-none-match": "*"}).status == 412


def test_a_delete_takes_what_is_below_along(records: Records) -> None:
    id = _record(records, "a")["id"]
    assert records("DELETE", "/buckets/one").status == 204
    assert records("GET", f"/buckets/one/records/{id}").status == 404
    assert records("PUT", "/buckets/one", {"data": {}}).status == 201
    assert records("GET", "/buckets/one/records").json["data"] == []


@pytest.fixture
def notes(tmp_path: Path) -> Client:
    return Client(load(_write(tmp_path, NOTES, note=NOTE)))


def test_offset_paging_without_authentication(notes: Client) -> None:
    for n in range(5):
        notes.create("/notes/", {"title": f"t{n}", "unknown": 1}, credential=None)
    first = notes("GET", "/notes/", credential=None).json
    assert first["count"] == 5
    assert [n["title"] for n in first["results"]] == ["t0", "t1"]
    assert "unknown" not in first["results"][0]
    second = notes("GET", first["next"].partition("sandbox.test")[2], credential=None).json
    assert [n["title"] for n in second["results"]] == ["t2", "t3"]
    assert notes("GET", "/notes/?offset=-1", credential=None).status in (400, 422)
    assert notes("GET", "/notes/?offset=9", credential=None).json["next"] is None
    assert notes("GET", "/notes/?ordering=-title&limit=1", credential=None).json["results"][0]["title"] == "t4"
    assert notes("GET", "/notes/?title=t3", credential=None).json["count"] == 1


TASKS = """
contract: tasks
statuses: {gone: 410}
resources:
  list: {path: /lists, schema: list.json}
  task: {path: /tasks, schema: task.json, parent: {list: {name: list_id, in: body}}}
"""


def test_a_parent_that_stands_in_bodies_alone_is_not_asked_for_elsewhere(tmp_path: Path) -> None:
    named = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "title": {"type": "string"}}}
    tasks = Client(load(_write(tmp_path, TASKS, list=named, task=named)))
    one, two = (tasks.create("/lists", {"title": t}, credential=None)["id"] for t in "ab")
    made = tasks.create("/tasks", {"list_id": one, "title": "t"}, credential=None)
    where = f"/tasks/{made['id']}"
    assert tasks("POST", "/tasks", {"list_id": 77, "title": "t"}, credential=None).status == 404
    assert tasks("GET", "/tasks", credential=None).json == [made]
    assert tasks("GET", where, credential=None).json == made
    assert tasks("PATCH", where, {"list_id": two, "title": "u"}, credential=None).status == 404
    assert tasks("PATCH", where, {"list_id": one, "title": "u"}, credential=None).status == 200
    assert tasks("DELETE", where, credential=None).status == 204
    assert [tasks(method, where, credential=None).status for method in ("GET", "DELETE")] == [410, 410]
    assert tasks("GET", "/tasks/99", credential=None).status == 404


def test_a_repeated_create_is_answered_in_the_media_type_of_the_first(tmp_path: Path) -> None:
    (tmp_path / "note.json").write_text(json.dumps({"type": "object", "properties": {"id": {"type": "integer"}}}))
    (tmp_path / "contract.yaml").write_text(
        "contract: keys\nidempotency_key: Idempotency-Key\nmedia: application/vnd.api+json\n"
        "resources:\n  note: {path: /notes, schema: note.json}\n"
    )
    api = Client(load(tmp_path))
    sent = {"idempotency-key": "k1", "content-type": "application/vnd.api+json"}
    first, again = (api("POST", "/notes", {}, credential=None, headers=sent) for _ in range(2))
    assert (first.status, first.body) == (again.status, again.body)
    assert again.headers["content-type"] == first.headers["content-type"] == "application/vnd.api+json"
