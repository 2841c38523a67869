"""What a delete has only put aside, as it says itself, is told as that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger
from restproof.wire.tidying import clean_up

from ..conftest import Connect, Serve
from .conftest import PREFIX, Notes, create


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({"archived": True}, "archived: true"),
        ({"isDeleted": 1}, "isDeleted is set"),
        ({"deleted_at": "2026-11-30T07:00:00Z"}, "deleted_at is set"),
        ({"active": False}, "active: false"),
        ({"status": "Archived"}, 'status: "Archived"'),
        ({"archived": False, "deleted_at": None, "active": True, "status": "open", "deletable": True}, ""),
    ],
)
@pytest.mark.parametrize("listed", [True, False], ids=["in the list", "by a read"])
def test_what_a_delete_has_put_aside_is_told_as_that(
    notes: Notes,
    ledger: Ledger,
    serve: Serve,
    connect: Connect,
    contract: Contract,
    shown: dict[str, Any],
    said: str,
    listed: bool,
) -> None:
    """Nothing more is to be done about it: no request removes it, and its ledger goes."""
    notes.keeps_what_is_deleted = True
    notes.aside = shown
    create(notes, ledger, 1)
    note = contract.resources["note"]
    if not listed:
        bare = replace(note, operations=tuple(name for name in note.operations if name != "list"))
        contract = replace(contract, resources={**contract.resources, "note": bare})
    deleted, told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    if said:
        assert told == [f"note /v1/teams/5/notes/1: its delete has put it aside ({said})"]
    else:
        assert "still there (DELETE " in told[0]
    assert deleted == bool(said)
    assert ledger.path.exists() is not bool(said)


def test_a_member_that_clients_write_says_nothing_of_a_delete(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    notes.keeps_what_is_deleted = True
    notes.aside = {"archived": True}
    create(notes, ledger, 1)
    note = contract.resources["note"]
    schema = {**note.schema, "properties": {**note.properties, "archived": {"type": "boolean"}}}
    contract = replace(contract, resources={**contract.resources, "note": replace(note, schema=schema)})
    _, told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    assert "still there (DELETE " in told[0]


def test_what_said_so_before_its_delete_is_still_there(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """A user is inactive until it is confirmed; of that a delete which does nothing has put nothing aside."""
    notes.keeps_what_is_deleted = True
    notes.aside, notes.deleted = {"active": False}, {1}
    create(notes, ledger, 1)
    deleted, told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    assert "still there (DELETE " in told[0]
    assert deleted == 0
    assert ledger.path.exists()


@pytest.mark.parametrize("again", [204, 409])
@pytest.mark.parametrize("listed", [True, False], ids=["in the list", "by a read"])
def test_what_a_contract_leaves_open_is_told_once_and_nothing_more_is_to_be_done(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, again: int, listed: bool
) -> None:
    """A booking that was cancelled is there still, and a second cancellation may be refused."""
    notes.keeps_what_is_deleted = True
    notes.unlisted = set() if listed else {1}
    create(notes, ledger, 1)
    if again == 409:
        notes.status["DELETE /v1/teams/5/notes/1"] = again
        ledger.deleted("/v1/teams/5/notes/1?x=a%20b")
    note = replace(contract.resources["note"], open=("delete",))
    contract = replace(contract, resources={**contract.resources, "note": note})
    deleted, told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    assert deleted == 0
    assert told == ["note /v1/teams/5/notes/1: its delete may only end it or put it aside, as the contract leaves open"]
    assert not ledger.path.exists()


@pytest.mark.parametrize("mine", [True, False])
def test_what_has_the_id_of_something_deleted_may_be_others(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, mine: bool
) -> None:
    create(notes, ledger, 1)
    ledger.deleted("/v1/teams/5/notes/1?x=a%20b")
    notes.rows[1], notes.unlisted = notes.rows[1] if mine else "of a stranger", {1}
    note = replace(contract.resources["note"], open=("delete",))
    contract = replace(contract, resources={**contract.resources, "note": note})
    _, told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    assert bool(told) is mine
