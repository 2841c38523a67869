"""What shows a value that somebody was let write against the schema is nobody's fault but that write's."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Resource, Status
from restproof.engine.reply import Reply
from restproof.engine.written import Written
from restproof.wire.message import About, Exchange, Request, Response

NAME = "rpabcdef00001"


def written(
    contract: Contract, sent: Any, *, operation: str = "create", status: int = 201, raw: bytes = b"{}"
) -> Reply:
    response = Response(status, "", (("Content-Type", "application/json"),), json.dumps({"id": 7}).encode())
    exchange = Exchange(1, Request("POST", "/x", body=raw), "/x", response, None, 0, 0, None, About("shelf", operation))
    return Reply(exchange, contract, contract.resources["shelf"], operation, {}, sent)


@pytest.fixture
def shelf(contract: Contract) -> Resource:
    return contract.resources["shelf"]


@pytest.fixture
def lax(shelf: Resource) -> Resource:
    """The resource where a contract lets a server take what is of the wrong form."""
    return replace(shelf, statuses={**shelf.statuses, "bad_format": Status(classes=frozenset({2, 4}))})


@pytest.mark.parametrize("sent", [{"name": 5}, None, [{}]])
def test_what_was_written_against_the_schema_is_not_judged(contract: Contract, shelf: Resource, sent: Any) -> None:
    seen = Written()
    seen.note(written(contract, sent))
    assert not seen.is_judged(shelf, {"id": 7, "name": 5})
    assert seen.is_judged(shelf, {"id": 8, "name": 5})


def test_what_was_written_by_the_schema_is_judged(contract: Contract, lax: Resource) -> None:
    seen = Written()
    seen.note(written(contract, {"name": NAME}))
    assert seen.is_judged(lax, {"id": 7, "name": NAME})
    seen.note(written(contract, {"name": 5}, operation="update", status=200))
    assert not seen.is_judged(lax, {"id": 7, "name": NAME})
    seen.note(written(contract, {"name": NAME}, operation="update", status=200))
    assert not seen.is_judged(lax, {"id": 7, "name": NAME}), "the wrong value may still be there"


def test_what_another_process_made_is_judged_where_nobody_may_write_against_the_schema(
    shelf: Resource, lax: Resource
) -> None:
    seen = Written()
    assert seen.is_judged(shelf, {"id": 9, "name": NAME})
    assert not seen.is_judged(lax, {"id": 9, "name": NAME})
    assert seen.is_judged(lax, {"id": 9, "name": "Payroll"})


def test_a_refused_write_and_one_that_was_not_recorded_say_nothing(contract: Contract, shelf: Resource) -> None:
    seen = Written()
    seen.note(written(contract, {"name": 5}, status=422))
    seen.note(written(contract, None, raw=b""))
    assert seen.is_judged(shelf, {"id": 7})
