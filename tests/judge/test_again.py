"""A write that was sent again may have been carried out before: its refusal says nothing of what is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import restproof
from restproof.record.writer import Writer
from restproof.wire.message import to_event

from .client import Client
from .conftest import Judged

HEADER = {
    "event": "header",
    "format": 1,
    "restproof": "0",
    "contract": {"name": "procore"},
    "profile": "ci",
    "seed": 1,
    "prefix": "rpabcdef",
    "started": "2026-11-30T05:00:00Z",
    "requirements": [],
}


@pytest.mark.parametrize("again", [True, False])
def test_what_a_delete_found_gone_that_was_sent_again_is_not_lost(again: bool, judged: Judged, tmp_path: Path) -> None:
    with restproof.stub("procore") as api:
        client = Client(api)
        berlin = client.made("/offices", "office", name="Berlin")
        for _ in range(2):
            client.delete(berlin)
        client.get(berlin)
        client.get("/offices")
    made, read, _, deleted, gone, listed = api.requests
    file = tmp_path / "run.jsonl"
    with Writer(file) as writer:
        writer.write(
            {**HEADER, "target": {"name": "t", "kind": "live", "base_url": api.base_url.removesuffix("/rest/v1.0")}}
        )
        for n, exchange in enumerate((made, read, replace(deleted, again=again), gone, listed), 1):
            writer.write(to_event(replace(exchange, n=n)))
    assert bool(judged(file).findings) is not again
