"""What clean-up deletes, in which order, and what it takes for gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Status
from restproof.wire.cleanup import Work
from restproof.wire.ledger import Ledger
from restproof.wire.proof import sums_of
from restproof.wire.tidying import clean_up

from ..conftest import NOTES, Connect, Serve, answer, open_entries
from .conftest import PREFIX, Clean, Notes, create, left, token


def test_the_last_created_goes_first_and_nothing_else_goes(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    notes.rows[7] = "somebody's"
    for id in (1, 2):
        create(notes, ledger, id)
    assert clean() == (2, [])
    assert notes.sent("DELETE") == ["/v1/teams/5/notes/2?x=a%20b", "/v1/teams/5/notes/1?x=a%20b"]
    assert notes.rows == {7: "somebody's"}
    assert not ledger.path.exists()


@pytest.mark.parametrize("listed", [True, False], ids=["in the list", "by a read"])
def test_an_id_that_is_somebody_else_s_by_now_is_left_alone_and_told(
    notes: Notes, ledger: Ledger, clean: Clean, listed: bool
) -> None:
    """Ids come again: SQLite gives the last one anew, and a database is restored from a backup."""
    create(notes, ledger, 1, "Payroll")
    notes.unlisted = set() if listed else {1}
    deleted, told = clean()
    assert deleted == 0
    assert len(told) == 1
    assert "note /v1/teams/5/notes/1" in told[0]
    assert "left alone" in told[0]
    assert "DELETE" not in told[0], "a line is copied soon"
    assert notes.sent("DELETE") == []
    assert notes.rows == {1: "Payroll"}


@pytest.mark.parametrize(
    "name",
    [PREFIX, f"{PREFIX}00009", token(1)[:-1], "rpabcdeg00001", f"see {PREFIX}!"],
    ids=["prefix", "another number", "cut short", "another run", "in a sentence"],
)
def test_a_name_that_resembles_a_token_proves_nothing(notes: Notes, ledger: Ledger, clean: Clean, name: str) -> None:
    ledger.answered(ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))]))
    notes.rows = {3: name}
    assert clean() == (0, [])
    assert notes.rows == {3: name}


def test_capitals_make_no_difference_to_a_token(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, token(1).upper())
    assert clean() == (1, [])


def test_what_an_update_without_a_mark_has_written_proves_it(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2):
        create(notes, ledger, id, "plain")
        ledger.wrote(f"/v1/teams/5/notes/{id}?x=a%20b", sums_of({"name": "plain"}))
    notes.rows[2] = "changed by somebody"
    deleted, told = clean()
    assert deleted == 1
    assert notes.rows == {2: "changed by somebody"}
    assert "left alone" in told[0]


def test_a_mark_that_an_update_has_moved_is_no_sign_of_a_restored_database(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    """What bears no mark is known by its values all the same."""
    create(notes, ledger, 1, "a name without a token")
    ledger.wrote("/v1/teams/5/notes/1?x=a%20b", {}, [("code", token(9))])
    notes.deleted, notes.aside = {1}, {"code": token(9)}
    n = ledger.intend("note", "/v1/teams/5/notes", sums=sums_of({"name": "plain"}), before=())
    ledger.created(n, "/v1/teams/5/notes/2?x=a%20b", 2, new=True)
    notes.rows[2] = "plain"
    assert clean() == (2, [])


@pytest.mark.parametrize(
    ("new", "name", "goes"),
    [(True, "X", True), (False, "X", False), (True, "Y", False), (True, " x ", True), (False, "x", False)],
)
def test_what_can_hold_no_mark_is_proven_by_a_new_id_and_what_was_sent(
    notes: Notes, ledger: Ledger, clean: Clean, new: bool, name: str, goes: bool
) -> None:
    n = ledger.intend("note", "/v1/teams/5/notes", sums=sums_of({"name": "X"}))
    ledger.created(n, "/v1/teams/5/notes/1", 1, new=new)
    notes.rows[1] = name
    deleted, _ = clean()
    assert deleted == int(goes)
    assert (1 in notes.rows) is not goes


def test_a_delete_of_what_is_still_there_is_none(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    notes.keeps_what_is_deleted = True
    create(notes, ledger, 1)
    deleted, told = clean()
    assert deleted == 0
    assert left(told) == ["note /v1/teams/5/notes/1: the delete was answered with success, and it is still there"]
    assert ledger.path.exists()


def test_what_a_list_still_shows_and_a_read_does_not_is_deleted_and_told(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    notes.keeps_what_is_deleted = True
    create(notes, ledger, 1)
    notes.status["GET /v1/teams/5/notes/1"] = 404
    deleted, told = clean()
    assert (deleted, told) == (1, ["note /v1/teams/5/notes/1: deleted, as a read says, and the list still shows it"])
    assert not ledger.path.exists()


def test_what_the_run_itself_deleted_in_vain_is_told(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """A list from a cache would show the same, and the id be somebody else's by now."""
    create(notes, ledger, 1)
    ledger.deleted("/v1/teams/5/notes/1?x=a%20b")
    deleted, told = clean()
    assert (deleted, left(told)) == (
        0,
        ["note /v1/teams/5/notes/1: the delete was answered with success, and it is still there"],
    )
    assert list(notes.rows) == [1]


def test_what_a_rename_has_moved_is_looked_for_in_the_list(
    notes: Notes, ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    note = contract.resources["note"]
    moving = replace(contract, resources={"note": replace(note, id=replace(note.id, follows="name"))})
    create(notes, ledger, 1)
    notes.rows = {2: f"{token(1)} renamed", 7: "somebody's"}
    assert clean_up(ledger, connect(serve(notes).url).session, moving, PREFIX) == (1, [])
    assert notes.rows == {7: "somebody's"}
    assert not ledger.path.exists()


def test_what_is_gone_already_counts_as_clean(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1)
    notes.rows.clear()
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_a_create_without_an_answer_is_looked_for_on_every_page(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 5, answered=False)
    create(notes, ledger, 8, answered=False)
    notes.rows |= {1: "x", 2: "y", 3: "z", 4: "rp-other run"}
    assert clean() == (2, [])
    assert set(notes.rows) == {1, 2, 3, 4}
    assert len(notes.sent("GET")) == 4 + 2 + 3, "one walk for all, a read of each that it shows, and one walk again"
    assert not ledger.path.exists()


def test_a_create_that_was_stored_twice_is_found_twice(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 5)
    notes.rows[6] = notes.rows[5]
    assert clean() == (2, [])


def test_what_stands_under_bytes_that_are_no_utf_8_is_deleted_there(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """The server shows them as U+FFFD, and another path leads to that."""
    stored = [token(9)]

    def odd(request: bytes) -> bytes:
        if b"/notes/%FF " not in request:
            return notes(request)
        if request.startswith(b"DELETE"):
            return answer(204 if stored.pop() else 404)
        return answer(200, json.dumps({"id": "\ufffd", "name": stored[0]}).encode()) if stored else answer(404)

    n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(9))])
    ledger.created(n, "/v1/teams/5/notes/%FF", "\udcff")
    assert clean_up(Ledger(ledger.path), connect(serve(odd).url).session, contract, PREFIX) == (1, [])
    assert stored == []


def test_what_went_though_the_delete_was_answered_with_an_error_is_not_left(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    for id in (1, 2, 3):
        create(notes, ledger, id)
    notes.rows[9] = "of others"
    notes.fails_after_deletes = True
    assert clean() == (0, [])
    assert set(notes.rows) == {9}
    assert len(notes.sent("GET")) == 3 + 2, "the walk before, and one after the deletes: no read of each"
    assert not ledger.path.exists()


@pytest.mark.parametrize("listed", [False, True])
def test_what_no_list_shows_is_read_after_a_delete_that_was_answered_with_an_error(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract_with: Callable[..., Contract], listed: bool
) -> None:
    """There is no list, or it leaves it out."""
    operations = "[list, create, read, update, delete]"
    contract = contract_with(text=NOTES if listed else NOTES.replace(operations, "[create, read, delete]"))
    for id in (1, 2):
        create(notes, ledger, id)
    notes.unlisted = {1, 2}
    notes.fails_after_deletes = True
    notes.status["DELETE /v1/teams/5/notes/1"] = 500
    session = connect(serve(notes).url, contract).session
    count, told = clean_up(ledger, session, contract, PREFIX)
    assert (count, left(told)) == (0, ["note /v1/teams/5/notes/1: the delete answered 500"])
    assert set(notes.rows) == {1}


@pytest.mark.parametrize("repeated", [Status(frozenset({404})), Status(classes=frozenset({2, 4}))])
def test_what_cannot_be_deleted_is_left_and_its_ledger_kept(
    notes: Notes, ledger: Ledger, clean: Clean, contract: Contract, repeated: Status
) -> None:
    for id in (1, 2):
        create(notes, ledger, id)
    note = contract.resources["note"]
    contract.resources["note"] = replace(note, statuses={**note.statuses, "repeat_delete": repeated})  # type: ignore[index]
    notes.status["DELETE /v1/teams/5/notes/1"] = 409
    deleted, told = clean()
    assert (deleted, left(told)) == (1, ["note /v1/teams/5/notes/1: the delete answered 409"])
    assert [e.id for e in open_entries(Ledger(ledger.path))] == [1]
    notes.status.clear()
    assert clean() == (1, [])
    assert not ledger.path.exists()


def test_resources_without_a_delete_are_summed_up(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2, 2):  # the last create was sent again with its idempotency key
        ledger.created(ledger.intend("log", "/v1/logs?team_id=5"), f"/v1/logs/{id}", id)
    ledger.intend("log", "/v1/logs?team_id=5", [("name", token(1))])
    why = "sent and not answered, and nothing deletes what it may have stored"
    assert clean() == (0, [f"log /v1/logs (name {token(1)}): {why}", "log: 2 (no delete operation)"])
    assert notes.log == []
    assert not ledger.path.exists()


def test_what_no_answer_has_named_and_nothing_deletes_is_told(ledger: Ledger, clean: Clean) -> None:
    for accepted in (True, False):
        ledger.answered(ledger.intend("log", "/v1/logs?team_id=5", [("name", token(1))]), accepted=accepted)
    assert clean() == (0, ["log: 1 (no delete operation)"])


def test_what_is_not_there_with_another_header_is_deleted_where_it_is(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    """As where a header names the tenant, and a rule has seen that no other one may write to it."""
    for team in ("5", "6"):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))], headers=(("X-Team", team),))
        ledger.created(n, "/v1/teams/5/notes/1", 1, placed=team == "6")
    ledger.refused(n)
    notes.rows[1], notes.private[1] = token(1), b"X-Team: 5"
    assert (clean(), notes.rows) == ((1, []), {})


def test_what_two_headers_lead_to_is_deleted_once(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for team in ("5", "6"):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))], headers=(("X-Team", team),))
        ledger.created(n, "/v1/teams/5/notes/1", 1, placed=team == "6")
    notes.rows[1] = token(1)
    assert clean() == (1, [])
    assert notes.sent("DELETE") == ["/v1/teams/5/notes/1"]


def test_what_went_with_one_header_says_nothing_of_what_is_there_with_another(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """Two tenants have the same ids. Both deletes are answered with an error, and one was carried out."""
    other = Notes()
    for team, where in (("5", notes), ("6", other)):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))], headers=(("X-Team", team),))
        ledger.created(n, "/v1/teams/5/notes/1", 1)
        where.rows[1] = token(1)
    notes.fails_after_deletes = True
    other.status["DELETE /v1/teams/5/notes/1"] = 500
    url = serve(lambda request: other(request) if b"X-Team: 6" in request else notes(request)).url
    count, told = clean_up(ledger, connect(url).session, contract, PREFIX)
    assert (count, left(told)) == (0, ["note /v1/teams/5/notes/1: the delete answered 500"])
    assert (notes.rows, other.rows) == ({}, {1: token(1)})
    other.status.clear()
    again = Ledger(ledger.path)
    assert clean_up(again, connect(url).session, contract, PREFIX) == (1, [])
    assert other.rows == {}
    assert not ledger.path.exists()


def test_what_is_refused_while_something_refers_to_it_is_deleted_after_that(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    for id in (1, 2, 3):
        create(notes, ledger, id)
    notes.refers = {1: 3}  # by an update: what was made last should go first
    assert clean() == (3, [])
    assert notes.sent("DELETE") == [f"/v1/teams/5/notes/{id}?x=a%20b" for id in (3, 2, 1, 3)]


def test_what_is_refused_for_good_is_tried_no_third_time(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2):
        create(notes, ledger, id)
    notes.refers = {9: 2}
    assert left(clean()[1]) == ["note /v1/teams/5/notes/2: the delete answered 409"]
    assert len(notes.sent("DELETE")) == 3


def test_what_is_refused_is_not_tried_again_where_nothing_else_went(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 2)
    notes.refers = {9: 2}
    assert left(clean()[1]) == ["note /v1/teams/5/notes/2: the delete answered 409"]
    assert len(notes.sent("DELETE")) == 1


def test_what_is_still_there_after_a_second_delete_is_told(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2):
        create(notes, ledger, id)
    notes.refers, notes.keeps_what_is_deleted = {1: 2}, True
    deleted, told = clean()
    assert len(notes.sent("DELETE")) == 3
    assert deleted == 0
    assert "notes/1" in told[0]
    assert "notes/2" in told[0]


def test_what_others_have_put_below_in_the_meantime_keeps_an_item_from_a_second_delete(
    notes: Notes, ledger: Ledger, clean: Clean, monkeypatch: pytest.MonkeyPatch
) -> None:
    for id in (1, 2):
        create(notes, ledger, id)
    notes.refers = {1: 2}
    monkeypatch.setattr(Work, "_holds_others", lambda *_: len(notes.sent("DELETE")) > 1)
    assert clean()[0] == 1
    assert notes.sent("DELETE") == [f"/v1/teams/5/notes/{id}?x=a%20b" for id in (2, 1)]


def test_what_a_list_that_may_leave_things_out_does_not_show_is_told_where_nothing_reads_it(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract_with: Callable[..., Contract]
) -> None:
    operations = "[list, create, read, update, delete]"
    contract = contract_with(text=NOTES.replace(operations, "[list, create, delete]\n    open: [list]"))
    create(notes, ledger, 1)
    create(notes, ledger, 2)
    notes.unlisted = {2}
    put = ledger.intend("note", "/v1/teams/5/notes", [("name", token(3))])
    ledger.created(put, "/v1/teams/5/notes/%FF", "%FF", placed=True)
    ledger.refused(put)
    told = clean_up(ledger, connect(serve(notes).url).session, contract, PREFIX)
    assert (told[0], left(told[1])) == (1, ["note /v1/teams/5/notes/2: nothing shows whose it is"])
    assert set(notes.rows) == {2}


@pytest.mark.parametrize("nothing", [b"null", b"{}"])
def test_what_is_read_as_nothing_with_a_success_is_gone(
    notes: Notes,
    ledger: Ledger,
    serve: Serve,
    connect: Connect,
    contract_with: Callable[..., Contract],
    nothing: bytes,
) -> None:
    """Firebase answers a read of what is not there with 200 and null."""
    words = "[create, read, delete]\n    statuses: {absent: 200, gone: 200, deleted: 200}"
    contract = contract_with(text=NOTES.replace("[list, create, read, update, delete]", words))
    for id in (1, 2, 3):
        create(notes, ledger, id)
    notes.rows[2] = "somebody's"
    del notes.rows[3]

    def answered(request: bytes) -> bytes:
        found = notes(request)
        return answer(200, nothing) if found.startswith((b"HTTP/1.1 404", b"HTTP/1.1 204")) else found

    session = connect(serve(answered).url, contract).session
    count, told = clean_up(ledger, session, contract, PREFIX)
    assert (count, left(told)) == (
        1,
        ["note /v1/teams/5/notes/2: it is not proven to be this run's, and was left alone"],
    )
    assert notes.rows == {2: "somebody's"}


def test_what_only_a_list_shows_is_deleted_later_where_a_read_fails(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """A read that fails says nothing against what the list shows, and the next clean-up asks again."""
    ledger.answered(ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))]))
    notes.rows = {3: token(1)}
    notes.status = {"GET /v1/teams/5/notes/3": 502}
    deleted, told = clean()
    assert (deleted, len(told), "the read answered 502" in told[0], ledger.path.exists()) == (0, 1, True, True)
    notes.status = {}
    assert clean() == (1, [])
    assert notes.rows == {}
