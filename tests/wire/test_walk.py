"""Walks over lists that would lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Paging
from restproof.wire.walk import CLEANUP, walk

from .conftest import answer


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example/steal?after={}", "/v1/teams/5/notes?after={}", "?after={}"]
)
def test_a_walk_ends_at_a_page_that_was_there_already_and_leaves_the_server_never(
    following: str, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    """The pages go round in a circle of three."""

    def handler(request: bytes) -> bytes:
        page = int(request.partition(b"after=")[2][:1] or b"0")
        link = f'<{following.format((page + 1) % 3)}>; rel="next"'
        return answer(200, json.dumps([{"id": page, "name": "a"}]).encode(), Link=link)

    server = serve(handler)
    note = replace(contract.resources["note"], paging=Paging(style="token", size="limit", token="after"))
    found = list(walk(connect(server.url).session, note, "/v1/teams/5/notes", setup=CLEANUP))
    assert {entry["id"] for entry in found} == {0, 1, 2}
    assert len(server.requests) <= 4


def test_an_id_with_a_lone_surrogate_has_a_path(contract: Contract) -> None:
    from restproof.contract.routing import _segment

    assert _segment("a\ud800") == "a%ED%A0%80"
