"""What proves that something is of the run, and what is told of what is left."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.model import Contract, Status
from restproof.wire import cleanup
from restproof.wire.ledger import Ledger
from restproof.wire.proof import digests_of, sums_of
from restproof.wire.tidying import clean_up

from ..conftest import Connect, Serve
from .conftest import PREFIX, Clean, Notes, create, left, token


def test_any_token_of_the_run_proves_what_an_older_ledger_names(
    notes: Notes, tmp_path: Path, serve: Serve, connect: Connect, contract: Contract
) -> None:
    file = tmp_path / "old.jsonl"
    lines: list[dict[str, Any]] = [{"event": "ledger", "format": 1, "prefix": PREFIX}]
    for id in (1, 2):
        entry = {"n": id, "resource": "note", "collection": "/v1/teams/5/notes", "unique": {"name": "x"}}
        lines.append({"event": "intend", **entry, "headers": [], "credential": "full"})
        lines.append({"event": "created", "n": id, "item": f"/v1/teams/5/notes/{id}", "id": id})
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    notes.rows = {1: token(4), 2: "Payroll"}
    deleted, told = clean_up(Ledger(file), connect(serve(notes).url).session, contract, PREFIX)
    assert deleted == 1
    assert notes.rows == {2: "Payroll"}
    assert "left alone" in told[0]


def write(ledger: Ledger, id: int, marks: tuple[tuple[str, str], ...] = (), **fields: Any) -> None:
    """A write to an id that a read did not find, and that was refused."""
    n = ledger.intend("note", "/v1/teams/5/notes", marks, sums={} if marks else sums_of(fields))
    ledger.created(n, f"/v1/teams/5/notes/{id}?x=a%20b", id, placed=True)
    ledger.refused(n)


@pytest.mark.parametrize("again", [False, True], ids=["in the run", "by the ledger"])
def test_what_was_written_to_before_it_had_settled_is_still_proven_by_its_create(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, again: bool
) -> None:
    for id in (1, 2):
        create(notes, ledger, id)
    write(ledger, 1, body="x")
    session = connect(serve(notes).url).session
    ledger.close()
    assert clean_up(Ledger(ledger.path) if again else ledger, session, contract, PREFIX) == (2, [])
    assert notes.sent("DELETE")[0].startswith("/v1/teams/5/notes/2"), "the write does not change when it was made"


def test_a_mark_of_a_later_write_proves_the_item_as_well(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, f"now {token(9)}")
    write(ledger, 1, (("name", token(9)),))
    assert clean() == (1, [])


def test_a_write_that_was_refused_proves_nothing(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """Its id named nothing, and what somebody has made there since may well hold the one value that it sent."""
    write(ledger, 1, name="plain")
    notes.rows = {1: "plain"}
    told = ["note /v1/teams/5/notes/1: it is not proven to be this run's, and was left alone"]
    assert clean() == (0, told), "and no request to copy"
    assert notes.rows == {1: "plain"}


def test_a_default_is_not_perhaps_of_the_run(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    note = contract.resources["note"]
    schema = {**note.schema, "properties": {**note.properties, "name": {"type": "string", "default": "untitled"}}}
    usual = replace(contract, resources={"note": replace(note, schema=schema)})
    notes.rows = {1: "untitled", 2: "titled"}
    for name in notes.rows.values():
        bare(ledger, name=name)
    told = clean_up(ledger, connect(serve(notes).url).session, usual, PREFIX)
    assert told == (0, ["note /v1/teams/5/notes/2: perhaps of this run: left alone", _ALIKE])


_ALIKE = "note: 1 creates whose answers name nothing, and nothing tells what they have stored from what others have"


def bare(ledger: Ledger, before: Iterable[int] = (), **fields: Any) -> int:
    """A create that could hold no mark, and was answered with no id. ``before``: the ids that the list held."""
    known = digests_of(str(id) for id in before)
    n = ledger.intend("note", "/v1/teams/5/notes", sums=sums_of(fields), before=known)
    ledger.answered(n)
    return n


@pytest.mark.parametrize("value", [None, False, True, 0, "", []], ids=json.dumps)
def test_values_that_anybody_has_are_not_perhaps_of_the_run(
    notes: Notes, ledger: Ledger, clean: Clean, value: Any
) -> None:
    notes.rows = dict.fromkeys(range(1, 10), value)
    bare(ledger, range(1, 10), name=value)
    write(ledger, 2_000_000, name=value)
    assert clean() == (0, [])


@pytest.mark.parametrize("value", [None, 0], ids=json.dumps)
def test_a_create_of_values_that_anybody_has_is_told_where_something_alike_is_new(
    notes: Notes, ledger: Ledger, clean: Clean, value: Any
) -> None:
    notes.rows = dict.fromkeys(range(1, 10), value)
    bare(ledger, range(1, 9), name=value)
    assert clean() == (0, [_ALIKE])


def test_a_refused_update_is_not_looked_for_among_others(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    notes.rows = dict.fromkeys(range(1, 10), "plain")
    write(ledger, 2_000_000, name="plain")
    assert clean() == (0, [])


@pytest.mark.parametrize("again", [False, True], ids=["in the run", "by the ledger"])
def test_what_was_there_before_a_create_is_not_perhaps_of_the_run(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, again: bool
) -> None:
    notes.rows = dict.fromkeys(range(1, 11), "plain")
    bare(ledger, range(1, 10), name="plain")
    ledger.close()
    book = Ledger(ledger.path) if again else ledger
    told = clean_up(book, connect(serve(notes).url).session, contract, PREFIX)
    assert told == (0, ["note /v1/teams/5/notes/10: perhaps of this run: left alone"]), "and no request to copy"


def test_a_line_stands_for_all_that_is_left_for_one_reason(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in range(1, 8):
        create(notes, ledger, id, "Payroll" if id < 6 else None)
        notes.status[f"DELETE /v1/teams/5/notes/{id}"] = 409
    deleted, told = clean()
    assert (deleted, left(told)) == (
        0,
        [
            "note /v1/teams/5/notes/7, /v1/teams/5/notes/6: the delete answered 409",
            "note /v1/teams/5/notes/1, /v1/teams/5/notes/2, /v1/teams/5/notes/3 and 2 more: "
            "it is not proven to be this run's, and was left alone",
        ],
    )
    assert told[0].count("DELETE http://") == 2


@pytest.mark.parametrize("goes", [True, False])
@pytest.mark.parametrize("why", ["doubtful", "refused"])
def test_what_went_with_the_last_delete_is_not_told(
    notes: Notes, ledger: Ledger, clean: Clean, why: str, goes: bool
) -> None:
    create(notes, ledger, 1)
    create(notes, ledger, 2, "changed" if why == "doubtful" else None)
    notes.status = {"DELETE /v1/teams/5/notes/2": 409}
    notes.goes_with = {1: 2} if goes else {}
    deleted, told = clean()
    assert (deleted, len(told)) == (1, 0 if goes else 1)
    assert ledger.path.exists() is (why == "refused" and not goes)


@pytest.mark.parametrize(
    ("sent", "stored", "goes"),
    [
        ("  Ein Wort ", "Ein Wort", True),
        ("Ein Wort", "EIN WORT", True),
        ([" A", {"b": "C "}], ["a", {"b": "c"}], True),
        ("Ein Wort", "EinWort", False),
        (" 1", 1, False),
    ],
    ids=json.dumps,
)
def test_a_text_that_was_trimmed_or_folded_is_still_what_was_sent_under_a_new_id(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract, sent: Any, stored: Any, goes: bool
) -> None:
    for id, new in ((1, True), (2, False)):
        n = ledger.intend("note", "/v1/teams/5/notes", sums=sums_of({"name": sent}), before=digests_of("12"))
        ledger.created(n, f"/v1/teams/5/notes/{id}", id, new=new)
        notes.rows[id] = stored
    ledger.close()
    deleted, _ = clean_up(Ledger(ledger.path), connect(serve(notes).url).session, contract, PREFIX)
    assert (deleted, 1 in notes.rows, 2 in notes.rows) == (int(goes), not goes, True)


def test_what_an_update_has_written_is_compared_exactly(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, "plain")
    ledger.wrote("/v1/teams/5/notes/1?x=a%20b", sums_of({"name": "Plain "}))
    assert clean()[0] == 0
    assert 1 in notes.rows


def test_what_can_be_no_id_names_nothing_however_its_read_is_refused(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))])
    ledger.created(n, "/v1/teams/5/notes/restproof", "restproof")
    notes.status["GET /v1/teams/5/notes/restproof"] = 422
    note = contract.resources["note"]
    told = clean_up(ledger, connect(serve(notes).url, contract).session, contract, PREFIX)
    assert told[1]
    assert "the read answered 422" in told[1][0]
    statuses = {**note.statuses, "malformed_id": Status(codes=frozenset({422}))}
    by_uuid = replace(note, id=replace(note.id, type="uuid"), statuses=statuses)
    uuids = replace(contract, resources={**contract.resources, "note": by_uuid})
    assert clean_up(ledger, connect(serve(notes).url, uuids).session, uuids, PREFIX) == (0, [])


def test_a_create_that_was_refused_is_not_told_where_there_is_no_list(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    note = contract.resources["note"]
    operations = tuple(name for name in note.operations if name != "list")
    unlisted = replace(contract, resources={"note": replace(note, operations=operations)})
    for n in (1, 2, 3):
        number = ledger.intend("note", "/v1/teams/5/notes", marks=(("name", token(n)),))
        ledger.refused(number) if n < 3 else ledger.answered(number)
    told = "note: 1 creates whose answers name nothing, and there is no list to look through"
    assert clean_up(ledger, connect(serve(notes).url).session, unlisted, PREFIX) == (0, [told])


def test_what_is_proven_once_something_else_went_goes_too(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    """A group without a token, which shows its members besides as long as they are there."""
    group = ledger.intend("note", "/v1/teams/5/notes", (), sums=sums_of({"name": "plain"}), before=())
    ledger.created(group, "/v1/teams/5/notes/1", 1, new=True)
    notes.rows[1] = "plain, with one member"
    create(notes, ledger, 2)

    def cleared(request: bytes) -> bytes:
        answered = notes(request)
        if 1 in notes.rows and 2 not in notes.rows:
            notes.rows[1] = "plain"
        return answered

    session = connect(serve(cleared).url).session
    assert clean_up(ledger, session, contract, PREFIX) == (2, [])
    assert notes.rows == {}


def test_what_comes_to_be_seen_after_the_deletes_is_told(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract: Contract
) -> None:
    ledger.answered(ledger.intend("note", "/v1/teams/5/notes", [("name", token(3))]))
    create(notes, ledger, 1)
    late = {3: f"a {token(3)} note"}

    def stored_late(request: bytes) -> bytes:
        answered = notes(request)
        if request.startswith(b"DELETE"):
            notes.rows.update(late)
        return answered

    session = connect(serve(stored_late).url).session
    deleted, told = clean_up(ledger, session, contract, PREFIX)
    assert (deleted, left(told)) == (
        1,
        ["note /v1/teams/5/notes/3: no look showed it as this run's before the deletes"],
    )
    assert ledger.path.exists()


@pytest.mark.parametrize(("failed", "late"), [(True, False), (False, False), (True, True)])
def test_what_a_write_of_the_run_has_spoilt_does_not_stay_to_spoil_the_list(
    notes: Notes, ledger: Ledger, clean: Clean, failed: bool, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has stored a value that it cannot show, and has failed at that write; else nothing tells why it
    fails. After a while, the id may be somebody else's."""
    if late:
        monkeypatch.setattr(cleanup, "_TAKEN_UP", 0.0)
    create(notes, ledger, 1)
    create(notes, ledger, 2)
    notes.rows |= {2: 5, 9: "of others"}
    notes.spoilt = True
    if failed:
        ledger.wrote("/v1/teams/5/notes/2?x=a%20b", {}, failed=True)
    deleted, told = clean()
    if failed and not late:
        assert (deleted, told, notes.rows) == (2, [], {9: "of others"})
    else:
        note = "note /v1/teams/5/notes"
        assert (deleted, left(told)) == (1, [f"{note}/2: the read answered 500", f"{note}: the list answered 500"])


def test_what_no_answer_has_named_is_told_by_its_token_where_the_list_fails(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    """What one of them has stored may be the reason why it does."""
    for id in (1, 2, 3):
        create(notes, ledger, id, answered=False)
    ledger.answered(1)
    ledger.answered(2, accepted=True)
    ledger.refused(3)
    notes.status["GET /v1/teams/5/notes"] = 500
    deleted, told = clean()
    assert (deleted, told[0]) == (0, "note /v1/teams/5/notes: the list answered 500")
    places = ", ".join(f"/v1/teams/5/notes (name {token(id)})" for id in (1, 2))
    assert told[1:] == [f"note {places}: it may have been stored, and the list that would show it cannot be read"]


@pytest.mark.parametrize("keeps", [True, False])
def test_a_read_that_shows_nothing_after_a_delete_says_that_it_is_gone(
    notes: Notes, ledger: Ledger, clean: Clean, keeps: bool
) -> None:
    create(notes, ledger, 1)
    notes.absent, notes.keeps_what_is_deleted = 200, keeps
    notes.status["GET /v1/teams/5/notes"] = 500
    deleted, told = clean()
    assert deleted == int(not keeps)
    assert any("still there" in line for line in told) == keeps
