"""A server that says no to everything refuses all that should be refused, and proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import ITEM

from restproof.wire.message import Headers, Request


def absent(_: Request) -> tuple[int, bytes, Headers]:
    headers = (("Content-Type", "application/json"), ("Date", "Sat, 28 Nov 2026 05:00:00 GMT"))
    return 404, b'{"error": "there is none"}', headers


def test_where_nobody_can_create_nothing_is_judged(tmp_path: Path) -> None:
    me = {"path": "/me", "schema": "me.json", "operations": ["read", "update"]}
    contract = {"contract": "mine", "resources": {"me": me}}
    verdict = bench.run(absent, contract, {"me.json": ITEM}, tmp_path)
    assert (verdict.verdict, verdict.counts["fail"]) == ("not judged", 0)
    assert [u.operation for u in verdict.unproven] == ["read", "update"]


def test_a_create_that_is_refused_is_the_one_that_is_told(tmp_path: Path) -> None:
    contract = {"contract": "mini", "resources": {"item": {"path": "/items", "schema": "item.json"}}}
    verdict = bench.run(absent, contract, {"item.json": ITEM}, tmp_path, only=("create", "input", "media"))
    assert {c.requirement for c in verdict.causes} == {"create.answers-created"}
    refused = [r for r in verdict.results if r.requirement == "input.type" and r.operation == "create"]
    assert [(r.outcome, r.message) for r in refused] == [("not tested", "the control was refused (404: there is none)")]


def test_where_all_is_absent_the_base_url_is_asked_for(tmp_path: Path) -> None:
    contract = {"contract": "mini", "resources": {"item": {"path": "/items", "schema": "item.json"}}}
    schemas = {"item.json": ITEM}
    only = ("create", "input.type", "list.answers-ok", "auth.missing")
    verdict = bench.run(absent, contract, schemas, tmp_path / "all", only=only)
    assert verdict.verdict == "not judged"
    assert "the right base URL? All " in verdict.unmet[0]
    assert verdict.causes

    def listing(request: Request) -> tuple[int, bytes, Headers]:
        status, body, headers = absent(request)
        return (
            (200, b"[]", headers) if request.method == "GET" and request.path == "/items" else (status, body, headers)
        )

    verdict = bench.run(listing, contract, schemas, tmp_path / "but one", only=only)
    assert (verdict.verdict, verdict.unmet) == ("not conforming", ())


@pytest.mark.parametrize(
    ("only", "status", "verdict"),
    [("robust.hostile-id", 404, "not judged"), ("identity.unknown", 410, "not conforming")],
)
def test_where_only_absent_ids_are_asked_for_no_base_url_is(
    only: str, status: int, verdict: str, tmp_path: Path
) -> None:
    contract = {
        "contract": "mini",
        "statuses": {"absent": status},
        "resources": {f"item{n}": {"path": f"/items{n}", "schema": "item.json"} for n in range(4)},
    }
    found = bench.run(absent, contract, {"item.json": ITEM}, tmp_path, only=(only,), profile="ci")
    assert found.statuses.keys() == {404}
    assert found.requests >= 10
    assert (found.verdict, found.unmet) == (verdict, ())
