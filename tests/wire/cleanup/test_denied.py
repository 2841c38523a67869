"""A server that knows nothing of what a ledger names: it may be another one behind the same name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger
from restproof.wire.tidying import clean_up

from ..conftest import NOTES, Connect, Serve, answer
from .conftest import PREFIX, Notes, create

UNLISTED = NOTES.replace("[list, create, read, update, delete]", "[create, read, delete]")


@pytest.mark.parametrize(
    ("teams", "known", "kept"),
    [(404, False, 2), (200, False, 0), (404, True, 0)],
    ids=["nothing is answered as it was", "another list is", "it has answered before"],
)
def test_what_a_read_denies_is_gone_where_the_server_is_what_it_was(
    teams: int,
    known: bool,
    kept: int,
    ledger: Ledger,
    serve: Serve,
    connect: Connect,
    contract_with: Callable[..., Contract],
) -> None:
    contract = contract_with(text=UNLISTED)
    notes = Notes()
    for id in (1, 2):
        create(notes, ledger, id)

    def another(request: bytes) -> bytes:
        return (
            answer(teams, b"[]") if request.startswith((b"GET /v1/teams ", b"GET /v1/teams?")) else answer(404, b"{}")
        )

    session = connect(serve(another).url, contract).session
    session.presence.is_known = known
    count, told = clean_up(ledger, session, contract, PREFIX)
    assert count == 0
    assert len([line for line in told if "may be on another server" in line]) == bool(kept)
    assert ledger.path.exists() == bool(kept)
