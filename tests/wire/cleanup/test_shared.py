"""Items that stand in the lists of several parents."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger
from restproof.wire.tidying import clean_up

from ..conftest import NOTES, Connect, Serve
from .conftest import PREFIX, Notes, left, token

OF_ITS_OWN = NOTES.replace("    unique: [name]\n", '    unique: [name]\n    item_path: "/notes/{id}"\n', 1)


@pytest.mark.parametrize("with_read", [True, False], ids=["with a read", "by lists alone"])
@pytest.mark.parametrize("stays", [False, True])
def test_what_another_list_showed_before_it_was_deleted_is_not_left(
    notes: Notes,
    ledger: Ledger,
    serve: Serve,
    connect: Connect,
    contract_with: Callable[..., Contract],
    stays: bool,
    with_read: bool,
) -> None:
    """Every list here shows all notes, as those of projects show a version that all of them share."""
    text = OF_ITS_OWN if with_read else OF_ITS_OWN.replace("create, read, update, delete", "create, delete")
    contract = contract_with(text=text)
    for id, team in ((1, 5), (2, 6)):
        n = ledger.intend("note", f"/v1/teams/{team}/notes", [("name", token(id))])
        ledger.created(n, f"/v1/notes/{id}", id)
    ledger.deleted("/v1/notes/2")
    notes.rows[1], notes.keeps_what_is_deleted = token(1), stays
    deleted, told = clean_up(ledger, connect(serve(notes).url, contract).session, contract, PREFIX)
    assert notes.sent("DELETE") == ["/v1/notes/1"]
    assert deleted == int(not stays)
    assert (left(told) == []) is not stays
