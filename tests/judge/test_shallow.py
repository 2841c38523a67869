"""Traffic of contracts that are not the bundled one: items beside their collection, and what only a parser sees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.engine.register import load as load_register
from restproof.record.traffic import read_traffic
from restproof.traffic import judging
from restproof.traffic.placing import match

CONTRACT = """
contract: shops
resources:
  shop: {path: /shops, schema: order.json, operations: [list, read]}
  order:
    path: /shops/{shop}/orders
    item_path: /orders/{id}
    schema: order.json
  slip:
    path: /slips
    schema: slip.json
    statuses: {conflict: 200}
    responses: sparse
    references: {order_id: {to: order, on_delete: cascade}}
  address: {path: /addresses, schema: address.json}
  draft: {path: /drafts, schema: draft.json, conditional: {version: {field: revision, in: header, name: X-Revision}}}
"""
SLIP = """
{"type": "object",
 "properties": {"id": {"type": "integer", "readOnly": true}, "order_id": {"type": ["integer", "null"]}}}
"""
ADDRESS = """
{"type": "object", "dependentRequired": {"street": ["city"]},
 "properties": {"id": {"type": "integer", "readOnly": true}, "city": {"type": "string"}, "street": {"type": "string"}}}
"""
DRAFT = """
{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "text": {"type": "string"},
 "revision": {"type": "integer", "readOnly": true}}}
"""
SCHEMA = """
{"type": "object", "required": ["note"],
 "properties": {"id": {"type": "integer", "readOnly": true}, "note": {"type": "string"}, "amount": {"type": "integer"}}}
"""
Told = Callable[..., set[str]]


class _Kept(list[dict[str, Any]]):
    write = list.append

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The requirements that a row of exchanges (method, path, body, status, answer) breaks."""
    folder = tmp_path_factory.mktemp("shops")
    (folder / "contract.yaml").write_text(CONTRACT)
    (folder / "order.json").write_text(SCHEMA)
    (folder / "slip.json").write_text(SLIP)
    (folder / "address.json").write_text(ADDRESS)
    (folder / "draft.json").write_text(DRAFT)
    contract = load(folder / "contract.yaml")
    suites = bundled_dir() / "suites"
    register = load_register(suites / "requirements.yaml")
    items = judging.items_under([suites], contract, register)

    def judge(*exchanges: tuple[str, str, Any, int, Any]) -> set[str]:
        entries = [_entry(*exchange) for exchange in exchanges]
        file = folder / "t.har"
        file.write_text(json.dumps({"log": {"entries": entries}}))
        kept = _Kept()
        judging.Judging(contract, register, items, kept).run(match(read_traffic(file), contract, None, Path("t.har")))
        return {e["item"].partition("[")[0] for e in kept if e["event"] == "finding"}

    return judge


def _entry(method: str, path: str, body: Any, status: int, answer: Any) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": "application/json"}]
    date = [{"name": "Date", "value": "Sat, 28 Nov 2026 12:00:00 GMT"}] if status != 400 else []
    sent = {"postData": {"text": json.dumps(body)}} if body is not None else {}
    text = "" if answer is None else json.dumps(answer)
    return {
        "request": {"method": method, "url": f"http://h{path}", "headers": headers if sent else [], **sent},
        "response": {"status": status, "headers": [*headers, *date], "content": {"text": text, "size": len(text)}},
    }


MADE = ("POST", "/shops/1/orders", {"note": "a", "amount": 1}, 201, {"id": 5, "note": "a", "amount": 1})
CHANGED = ("PATCH", "/orders/5", {"note": "b"}, 200, {"id": 5, "note": "b", "amount": 1})


def listed(*notes: str) -> tuple[str, str, None, int, Any]:
    return "GET", "/shops/1/orders", None, 200, [{"id": 5, "note": note, "amount": 1} for note in notes]


def test_an_item_is_the_same_beside_its_collection_as_below_it(told: Told) -> None:
    assert told(MADE, CHANGED, listed("b")) == set()
    assert told(MADE, CHANGED, listed("a")) == {"list.entry-agrees"}
    assert told(MADE, ("GET", "/orders/5", None, 200, {"id": 5, "note": "x", "amount": 1})) == {"create.reads-back"}
    gone = ("DELETE", "/orders/5", None, 204, None)
    assert told(MADE, gone, listed()) == set()
    assert told(MADE, gone, listed("a")) != set()


def test_a_number_that_no_integer_holds_is_nobodys_failure(told: Told) -> None:
    refused = {"message": "no"}
    assert told(("POST", "/shops/1/orders", {"note": "a", "amount": 10**30}, 400, refused)) <= {"protocol.date"}
    broken = told(("POST", "/shops/1/orders", {"note": "a", "amount": 10**15}, 400, refused))
    assert "create.accepts-valid" in broken


def test_what_a_parser_answers_to_a_method_of_its_own_is_not_the_application_s(told: Told) -> None:
    assert told(MADE, ("NONSENSE", "/orders/5", None, 400, "no")) == set()
    assert "protocol.date" in told(MADE, ("PATCH", "/orders/5", {"note": 5}, 400, {"message": "no"}))


SLIPPED = ("POST", "/slips", {"order_id": 5}, 201, {"id": 9, "order_id": 5})
GONE = ("GET", "/slips/9", None, 404, {"message": "no"})


def test_what_refers_to_a_resource_may_go_with_it(told: Told) -> None:
    assert told(SLIPPED, GONE) == {"create.reads-back"}
    assert told(SLIPPED, ("DELETE", "/orders/5", None, 204, None), GONE) == set()


def test_a_create_may_show_what_is_there_where_the_contract_says_so(told: Told) -> None:
    there = {"id": 9, "order_id": 7}
    assert told(("POST", "/slips", {"order_id": 5}, 200, there), ("GET", "/slips/9", None, 200, there)) == set()
    assert told(("POST", "/slips", {"order_id": 5}, 202, None)) == {"create.answers-created"}


def test_a_condition_on_the_whole_body_is_a_reason_for_a_refusal(told: Told) -> None:
    refused = {"message": "no"}
    assert told(("POST", "/addresses", {"street": "a"}, 400, refused)) <= {"protocol.date"}
    assert "create.accepts-valid" in told(("POST", "/addresses", {"street": "a", "city": "b"}, 400, refused))


def test_a_missing_version_is_a_reason_for_a_refusal_of_writes_that_name_one(told: Told) -> None:
    refused = {"message": "no"}
    assert told(("PATCH", "/drafts/5", {"text": "a"}, 400, refused)) <= {"protocol.date"}
    assert "create.accepts-valid" in told(("POST", "/drafts", {"text": "a"}, 400, refused))
