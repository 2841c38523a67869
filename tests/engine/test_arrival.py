"""Which requests have come to their operation."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.engine.arrival import has_arrived
from restproof.wire.message import Request

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
