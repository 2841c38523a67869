"""Creates that were refused: what no list may hold."""

from __future__ import annotations

import json

import pytest

from restproof.contract.model import Contract
from restproof.engine.creates import Creates
from restproof.engine.keep import LiveKeeper
from restproof.engine.reply import Reply
from restproof.wire.message import About, Exchange, Request, Response

TOKEN = "rpabcdef00001"


def answered(contract: Contract, operation: str, status: int, name: str = TOKEN) -> Reply:
    response = Response(status, "", (), b"{}")
    request = Request("POST", "/x", body=json.dumps({"name": name}).encode())
    exchange = Exchange(1, request, "/x", response, None, 0, 0, None, About("shelf", operation))
    return Reply(exchange, contract, contract.resources["shelf"], operation, {}, {"name": name})


@pytest.mark.parametrize(
    ("others", "left"),
    [
        ([], {TOKEN}),
        ([("update", 422)], {TOKEN}),
        ([("update", 200)], set()),
        ([("replace", 200)], set()),
        ([("create", 500)], set()),
    ],
)
def test_what_another_write_of_the_case_may_have_stored_is_no_refused_create(
    contract: Contract, others: list[tuple[str, int]], left: set[str]
) -> None:
    """A PUT that is refused counts as a create, since it may be one; but the case may have written its token into what
    it was about before, and need not have made that itself."""
    creates = Creates(LiveKeeper())
    for operation, status in [*others, ("replace", 412)]:
        creates.note(answered(contract, operation, status), TOKEN)
    assert set(creates.in_vain("shelf")) == left
