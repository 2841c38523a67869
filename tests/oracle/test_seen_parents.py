"""Which parent a request of recorded traffic names, wherever it names it; and that it is missed where it is named
nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.routing import Router
from restproof.oracle.asked import Asked
from restproof.oracle.seen import Seen
from restproof.wire.message import About, Exchange, Headers, Request, Response, encode
from restproof.wire.paging import Query

THING = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True}, "note": {"type": "string"}}}


@pytest.mark.parametrize(
    ("place", "query", "headers", "missing"),
    [
        ("query", (("account", "7"),), (), False),
        ("query", (("account", ""),), (), True),
        ("query", (), (("Account", "7"),), True),
        ("header", (), (("ACCOUNT", "7"),), False),
        ("header", (), (("Account", ""),), True),
        ("header", (("account", "7"),), (), True),
    ],
)
def test_a_parent_is_looked_for_where_the_contract_has_it(
    place: str, query: Query, headers: Headers, missing: bool, tmp_path: Path
) -> None:
    (tmp_path / "thing.json").write_text(json.dumps(THING))
    (tmp_path / "contract.yaml").write_text(
        "contract: c\nresources:\n  account: {path: /accounts, schema: thing.json}\n"
        f"  order: {{path: /orders, schema: thing.json, parent: {{account: {{name: account, in: {place}}}}}}}\n"
    )
    contract = load(tmp_path)
    route = Router(contract).find("/orders")
    assert route is not None
    request = Request("POST", "/orders", query, headers, encode({"note": "x"}))
    answer = Response(201, "Created", (), b"{}")
    seen = Seen(Exchange(1, request, "/orders", answer, None, 0, 0, None, About("order", "create")), contract, route)
    reasons = Asked(contract).reasons(seen)
    assert [r.case for r in reasons or ()] == ["missing_parent"] * missing
    assert seen.scope.get("account", "") == ("" if missing else "7")
