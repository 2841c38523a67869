"""Which lists clean-up reads, as whom, how many ledgers at once, and for how long."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from restproof.contract.media import Media
from restproof.contract.model import Contract
from restproof.wire.ceilings import Ceilings
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.message import Headers
from restproof.wire.proof import sums_of
from restproof.wire.tidying import clean_up, clean_up_all

from ..conftest import Connect, Serve, answer
from .conftest import PREFIX, Clean, Notes, create, left, token


def test_an_api_without_credentials_is_asked_without_one(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract_with: Callable[..., Contract]
) -> None:
    create(notes, ledger, 1)
    create(notes, ledger, 2, answered=False)
    contract = contract_with("none")
    session = connect(serve(notes).url, contract, {"credentials": {}}).session
    assert clean_up(ledger, session, contract, PREFIX) == (2, [])


def test_the_ledgers_of_several_workers_are_cleaned_at_the_same_time(
    notes: Notes, tmp_path: Path, serve: Serve, connect: Connect, contract: Contract
) -> None:
    ledgers = [Ledger(tmp_path / "ledgers" / f"{name}.jsonl", Origin(prefix=PREFIX)) for name in "abc"]
    for id in range(1, 7):
        create(notes, ledgers[id % 3], id)
    notes.rows[7] = "somebody's"
    together = Barrier(3)

    def delayed(request: bytes) -> bytes:
        if request.startswith(b"DELETE"):
            together.wait(10)
        return notes(request)

    assert clean_up_all(ledgers, connect(serve(delayed).url).session, contract, PREFIX) == (6, [])
    verbs = [line.partition(" ")[0] for line in notes.log]
    first, last = verbs.index("DELETE"), len(verbs) - verbs[::-1].index("DELETE")
    assert verbs[first:last] == ["DELETE"] * 6  # no list is walked through meanwhile
    assert notes.rows == {7: "somebody's"}
    assert not any(ledger.path.exists() for ledger in ledgers)
    before, after = verbs[:first], verbs[last:]
    assert before == ["GET"] * 5  # seven notes, two a page, and an empty one: one walk serves all three ledgers
    assert after == ["GET"] * 2  # and another one what comes after the deletes


def test_a_list_that_is_late_is_walked_through_once_more(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    create(notes, ledger, 1, answered=False)
    notes.unlisted = {1}
    session = connect(serve(notes).url, sleep=lambda seconds: notes.unlisted.clear()).session
    assert clean_up(ledger, session, contract, PREFIX) == (1, [])


@pytest.mark.parametrize("other", [None, token(1), "of a colleague since"])
def test_what_one_worker_sees_of_a_restored_database_holds_for_all(
    notes: Notes, tmp_path: Path, serve: Serve, connect: Connect, contract: Contract, other: str | None
) -> None:
    """Of what bears no mark, the values tell no more whose it is."""
    ledgers = [Ledger(tmp_path / "ledgers" / f"{name}.jsonl", Origin(prefix=PREFIX)) for name in "ab"]
    if other is not None:
        create(notes, ledgers[0], 1, other)
    n = ledgers[1].intend("note", "/v1/teams/5/notes", sums=sums_of({"name": "plain"}), before=())
    ledgers[1].created(n, "/v1/teams/5/notes/2", 2, new=True)
    notes.rows[2] = "plain"
    clean_up_all(ledgers, connect(serve(notes).url).session, contract, PREFIX)
    assert notes.rows == ({1: other, 2: "plain"} if other == "of a colleague since" else {})


def test_what_an_update_took_one_of_several_marks_out_of_speaks_of_no_restored_database(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1)), ("title", token(1))])
    ledger.created(n, "/v1/teams/5/notes/1?x=a%20b", 1)
    n = ledger.intend("note", "/v1/teams/5/notes", sums=sums_of({"name": "plain"}), before=())
    ledger.created(n, "/v1/teams/5/notes/2", 2, new=True)
    notes.rows = {1: f"{token(1)} note", 2: "plain"}
    notes.deleted, notes.aside = {1}, {"title": "a text that an update has put there"}
    assert clean() == (2, [])


def test_clean_up_that_is_broken_off_leaves_what_its_other_workers_have_left_in_their_ledgers(
    notes: Notes, tmp_path: Path, serve: Serve, connect: Connect, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgers = [Ledger(tmp_path / "ledgers" / f"{name}.jsonl", Origin(prefix=PREFIX)) for name in "ab"]
    for id in range(1, 5):
        create(notes, ledgers[id % 2], id)
    session = connect(serve(notes).url).session
    both = Barrier(2)

    def interrupted(item: str, headers: Headers) -> None:
        if both.wait(10) == 0:
            raise KeyboardInterrupt
        until = time.monotonic() + 5
        while session.ends is None and time.monotonic() < until:
            time.sleep(0.001)

    for ledger in ledgers:
        monkeypatch.setattr(ledger, "deleted", interrupted)
    with pytest.raises(KeyboardInterrupt):
        clean_up_all(ledgers, session, contract, PREFIX)
    assert len(notes.sent("DELETE")) == 2  # nobody goes on
    assert all(ledger.path.exists() for ledger in ledgers)


def test_a_list_that_cannot_be_read_leaves_its_creates(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, answered=False)
    notes.status["GET /v1/teams/5/notes"] = 500
    deleted, told = clean()
    assert (deleted, told[:1]) == (0, ["note /v1/teams/5/notes: the list answered 500"])
    assert ledger.path.exists()


def test_a_list_is_read_by_whoever_may_see_it(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, answered=False)
    notes.hidden_from = [b"full-secret-token"]
    assert clean() == (1, [])
    assert not ledger.path.exists()


def test_a_credential_whose_requests_are_used_up_says_nothing_of_what_is_hidden_from_its_own(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """Below a parent of others, nobody of ours has made anything."""
    ledger.refused(ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))]))
    notes.hidden_from = [b"full-secret-token"]

    def limited(request: bytes) -> bytes:
        found = notes(request)
        return found if b"full-secret-token" in request else answer(429, b"", Retry_After="60")

    assert clean_up(ledger, connect(serve(limited).url).session, contract, PREFIX) == (0, [])


def test_what_one_credential_has_made_is_looked_at_as_that_one(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """To another one it is not there; and that one was refused when it tried to change it."""
    create(notes, ledger, 1)
    theirs = ledger.intend("note", "/v1/teams/5/notes", [("name", token(2))], credential="read_only")
    ledger.created(theirs, "/v1/teams/5/notes/2", 2)
    tried = ledger.intend("note", "/v1/teams/5/notes", [("name", token(3))])
    ledger.created(tried, "/v1/teams/5/notes/2", 2, placed=True)
    ledger.refused(tried)
    notes.rows[2] = f"a {token(2)} note"
    notes.private[2] = b"reader:pass/word 1"
    create(notes, ledger, 4)
    assert clean() == (3, [])
    assert notes.rows == {}


def test_a_list_that_nobody_may_see_holds_nothing_of_the_run(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    ledger.answered(ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))]))
    notes.status["GET /v1/teams/5/notes"] = 403
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_a_list_that_is_gone_with_its_parent_holds_nothing(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    ledger.answered(ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))]))
    notes.status["GET /v1/teams/5/notes"] = 404
    assert clean() == (0, [])
    assert not ledger.path.exists()


@pytest.mark.parametrize("status", [403, 404])
def test_a_list_below_nothing_of_the_run_that_is_not_there_any_more_verifies_nothing(
    notes: Notes, ledger: Ledger, clean: Clean, status: int
) -> None:
    """A deployment may have taken it away, or a firewall: what was made is there yet."""
    create(notes, ledger, 1)
    notes.status |= {"GET /v1/teams/5/notes": status, "GET /v1/teams/5/notes/1": status}
    deleted, told = clean()
    assert deleted == 0
    assert f"note /v1/teams/5/notes: the list answered {status}" in left(told)
    assert ledger.path.exists(), "so that a later clean-up finds it"


def test_a_parent_that_the_run_has_made_beside_a_given_one_may_be_gone(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    n = ledger.intend("note", "/v1/teams/9/notes", [("name", token(1))])
    ledger.created(n, "/v1/teams/9/notes/1", 1)
    notes.status["GET /v1/teams/9/notes"] = 404
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_clean_up_passes_the_ceiling_of_requests(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1)
    assert clean(ceilings=Ceilings(requests=0)) == (1, [])


def test_a_forbidden_delete_is_left(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1)
    deleted, told = clean(target={"forbid": frozenset({"note.delete"})})
    assert (deleted, left(told)) == (0, ["note /v1/teams/5/notes/1: the target forbids note.delete"])
    assert notes.rows


def test_the_contract_s_headers_are_sent(
    notes: Notes, ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    server = serve(notes)
    for id, headers in ((1, (("X-Team", "6"),)), (2, ())):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(id))], headers=headers)
        ledger.created(n, f"/v1/teams/5/notes/{id}", id)
        notes.rows[id] = token(id)
    clean_up(ledger, connect(server.url).session, contract, PREFIX)
    deletes = [r for r in server.requests if r.startswith(b"DELETE")]
    assert sorted(b"X-Team: 5" in r for r in deletes) == [False, True]
    assert sorted(b"X-Team: 6" in r for r in deletes) == [False, True]


def test_the_media_type_of_the_contract_is_asked_for(
    notes: Notes, ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    hal = replace(contract.resources["note"], media=Media(response="application/hal+json"))
    server = serve(notes)
    create(notes, ledger, 1)
    create(notes, ledger, 2, answered=False)
    told = replace(contract, resources={**contract.resources, "note": hal})
    assert clean_up(ledger, connect(server.url, told).session, told, PREFIX) == (2, [])
    assert all(b"Accept: application/hal+json" in r for r in server.requests)


def test_clean_up_ends_in_time_and_leaves_the_rest_in_the_ledger(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    create(notes, ledger, 1, f"{PREFIX} 1")
    session = connect(serve(notes).url).session
    session.ends = 0.0
    deleted, left = clean_up(ledger, session, contract, PREFIX)
    assert (deleted, notes.log) == (0, [])
    assert any("--cleanup-timeout" in line for line in left)
    assert ledger.path.exists()
    assert notes.rows


def test_what_one_credential_has_made_is_deleted_as_that_one(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """Others see it, and may not delete it: everybody reads the polls, and their owners take them away."""
    create(notes, ledger, 1)
    theirs = ledger.intend("note", "/v1/teams/5/notes", [("name", token(2))], credential="read_only")
    ledger.created(theirs, "/v1/teams/5/notes/2", 2)
    notes.rows[2] = f"a {token(2)} note"
    create(notes, ledger, 4)
    notes.owners = {1: b"full-secret-token", 2: b"reader:pass/word 1", 4: b"full-secret-token"}
    assert clean() == (3, [])
    assert notes.rows == {}


def test_what_a_credential_may_not_have_made_is_not_deleted_as_that_one(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    """A server has failed at its PUT: under that id, this tenant may have had another one all along."""
    create(notes, ledger, 1)
    put = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))], credential="read_only")
    ledger.created(put, "/v1/teams/5/notes/1?x=a%20b", 1, placed=True)
    ledger.answered(put)
    create(notes, ledger, 4)
    notes.owners = {1: b"reader:pass/word 1", 4: b"full-secret-token"}
    deleted, left = clean()
    assert (deleted, [*notes.rows]) == (1, [1])
    assert "the delete answered 403" in left[0]
