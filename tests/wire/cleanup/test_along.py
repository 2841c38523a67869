"""What nothing deletes, and what has gone with the item that it stood below."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger
from restproof.wire.tidying import clean_up

from ..conftest import NOTES, Connect, Serve
from .conftest import PREFIX, Notes, create, token

MARK = "  mark: {path: '/teams/{team}/notes/{note}/marks', schema: note.json, operations: [list, create, read]}"


@pytest.fixture
def contract(contract_with: Callable[..., Contract]) -> Contract:
    return contract_with(text=f"{NOTES}{MARK}\n")


@pytest.mark.parametrize("goes", [True, False])
def test_what_goes_with_what_it_stood_below_is_not_left(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, goes: bool
) -> None:
    """Nothing deletes it by itself: a read says whether it is there."""
    create(notes, ledger, 1)
    for id in (8, 9):
        n = ledger.intend("mark", "/v1/teams/5/notes/1/marks", [("name", token(id))])
        ledger.created(n, f"/v1/teams/5/notes/1/marks/{id}", id)
    notes.rows |= {} if goes else {8: token(8), 9: token(9)}
    notes.unlisted = {8, 9}
    session = connect(serve(notes).url, contract).session
    assert clean_up(ledger, session, contract, PREFIX) == (1, [] if goes else ["mark: 2 (no delete operation)"])
    assert len([line for line in notes.sent("GET") if "marks" in line]) == 1


@pytest.mark.parametrize("case", ["what it stood below is there", "another one has made it"])
def test_what_one_read_does_not_show_is_left_all_the_same(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, case: str
) -> None:
    create(notes, ledger, 1)
    by_another = case == "another one has made it"
    notes.status |= {} if by_another else {"DELETE /v1/teams/5/notes/1": 409}
    credential = "read_only" if by_another else "full"
    n = ledger.intend("mark", "/v1/teams/5/notes/1/marks", [("name", token(8))], credential=credential)
    ledger.created(n, "/v1/teams/5/notes/1/marks/8", 8)
    notes.rows |= {8: token(8)} if by_another else {}
    notes.private = {8: b"reader:pass/word 1"}
    _, told = clean_up(ledger, connect(serve(notes).url, contract).session, contract, PREFIX)
    assert "mark: 1 (no delete operation)" in told


def test_what_went_with_its_parent_is_not_left_to_a_later_clean_up(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """By then, the ledger has settled the parent."""
    for id in (1, 2):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(id))])
        ledger.created(n, f"/v1/teams/5/notes/{id}", id)
    n = ledger.intend("mark", "/v1/teams/5/notes/1/marks", [("name", token(8))])
    ledger.created(n, "/v1/teams/5/notes/1/marks/8", 8)
    ledger.deleted("/v1/teams/5/notes/1")
    ledger.settled(1)
    ledger.close()
    assert clean_up(Ledger(ledger.path), connect(serve(notes).url, contract).session, contract, PREFIX) == (0, [])


@pytest.mark.parametrize("goes", [True, False])
def test_what_only_a_list_shows_is_not_left_where_that_is_none_any_more(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract_with: Callable[..., Contract], goes: bool
) -> None:
    contract = contract_with(text=f"{NOTES}{MARK.replace(', read', '')}\n")
    create(notes, ledger, 1)
    for id in (8, 9):
        n = ledger.intend("mark", "/v1/teams/5/notes/1/marks", [("name", token(id))])
        ledger.created(n, f"/v1/teams/5/notes/1/marks/{id}", id)
    notes.status |= {"GET /v1/teams/5/notes/1/marks": 404 if goes else 200}
    session = connect(serve(notes).url, contract).session
    assert clean_up(ledger, session, contract, PREFIX) == (1, [] if goes else ["mark: 2 (no delete operation)"])
