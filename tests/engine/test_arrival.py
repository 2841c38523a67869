"""Which requests have come to their operation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from restproof.contract.load import load
from restproof.engine.arrival import has_arrived
from restproof.engine.reply import Reply
from restproof.wire.message import About, Exchange, Request, Response

CONTRACT = Path(__file__).parents[2] / "contracts" / "procore"
JSON = (("Content-Type", "application/json"),)


@pytest.mark.parametrize(
    ("request_", "arrived"),
    [
        (Request("PATCH", "{}/7", headers=JSON, body=b'{"name": 5}'), True),
        (Request("PATCH", "{}/7", headers=JSON, body=b"{"), False),
        (Request("PATCH", "{}/7", headers=JSON, body=b"[]"), False),
        (Request("PATCH", "{}/7", headers=(("Content-Type", "text/plain"),), body=b"{}"), False),
        (Request("PATCH", "{}/seven", headers=JSON, body=b"{}"), False),
        (Request("PATCH", "{}/%00", headers=JSON, body=b"{}"), False),
        (Request("PUT", "{}/7", headers=JSON, body=b"{}"), False),
        (Request("PATCH", "{}/7", (("a", "\0"),), headers=JSON, body=b"{}"), False),
        (Request("PATCH", "/elsewhere", headers=JSON, body=b"{}"), False),
    ],
)
def test_what_no_router_or_parser_stops_has_come(request_: Request, arrived: bool) -> None:
    contract = load(CONTRACT)
    resource = contract.resources["office"]
    collection = contract.base_path + resource.path
    request = Request(
        request_.method, request_.path.replace("{}", collection), request_.query, request_.headers, request_.body
    )
    assert has_arrived(contract, resource, "update", request) is arrived


@pytest.mark.parametrize(
    ("path", "own", "usual"),
    [("/offices/7", True, False), ("/offices/seven", True, True)],
    ids=["it has come to its operation", "a router may have answered"],
)
def test_a_refusal_is_of_its_operation_or_where_it_may_not_have_come_to_that_of_any(
    path: str, own: bool, usual: bool
) -> None:
    contract = load(CONTRACT)
    office = contract.resources["office"]
    way = replace(office.operation("read"), errors={"4xx": {"required": ["own"]}})
    contract = replace(
        contract,
        resources={**contract.resources, "office": replace(office, own_ways={"read": way})},
        errors={"required": ["usual"]},
        errors_by_status={},
    )
    request = Request("GET", contract.base_path + path)
    answer = Response(404, "Not Found", JSON, b"{}")
    about = About("office", "read")
    exchange = Exchange(1, request, request.path, answer, None, 0.0, 0.0, None, about)
    schema = Reply(exchange, contract, contract.resources["office"], "read", {}).error_schema
    assert schema is not None
    validator = Draft202012Validator(schema)
    assert [validator.is_valid({"own": 1}), validator.is_valid({"usual": 1})] == [own, usual]
