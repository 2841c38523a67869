"""Clean-up against a small server that keeps notes in memory."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from restproof.contract.media import Media
from restproof.contract.model import Contract, Status
from restproof.wire.ceilings import Ceilings
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.proof import digests_of, sums_of
from restproof.wire.tidying import clean_up, clean_up_all

from .conftest import NOTES, Connect, Serve, answer, open_entries

PREFIX = "rpabcdef"


class Notes:
    """`/v1/teams/5/notes`, two entries a page."""

    def __init__(self) -> None:
        self.rows: dict[int, Any] = {}
        self.goes_with: dict[int, int] = {}
        self.log: list[str] = []
        self.status: dict[str, int] = {}
        self.hidden_from: list[bytes] = []
        self.unlisted: set[int] = set()
        self.private: dict[int, bytes] = {}
        """The secret that alone finds a note; to others it is not there."""
        self.keeps_what_is_deleted = False
        self.fails_after_deletes = False

    def __call__(self, request: bytes) -> bytes:
        method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
        if any(secret in request for secret in self.hidden_from):
            return answer(403)
        self.log.append(f"{method} {target}")
        url = urlsplit(target)
        if f"{method} {url.path}" in self.status:
            return answer(self.status[f"{method} {url.path}"])
        id = url.path.rpartition("/")[2]
        if id.isdecimal() and self.private.get(int(id), b"") not in request:
            return answer(404)
        if method == "GET" and id.isdecimal():
            found = self.rows.get(int(id))
            return answer(404) if found is None else answer(200, json.dumps({"id": int(id), "name": found}).encode())
        if method == "GET":
            page = int(parse_qs(url.query)["page"][0])
            seen = {i for i in self.rows if self.private.get(i, b"") in request} - self.unlisted
            listed = [{"id": i, "name": n} for i, n in sorted(self.rows.items()) if i in seen]
            return answer(200, json.dumps(listed[(page - 1) * 2 : page * 2]).encode())
        if self.keeps_what_is_deleted:
            return answer(204)
        self.rows.pop(self.goes_with.get(int(id), 0), None)
        if self.fails_after_deletes:
            self.rows.pop(int(id), None)
            return answer(500)
        return answer(204 if self.rows.pop(int(id), None) else 404)

    def sent(self, method: str) -> list[str]:
        return [line.partition(" ")[2] for line in self.log if line.startswith(method)]


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledgers" / "run.jsonl", Origin(prefix=PREFIX))


@pytest.fixture
def clean(
    notes: Notes, ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> Callable[..., tuple[int, list[str]]]:
    def call(**options: Any) -> tuple[int, list[str]]:
        session = connect(serve(notes).url, **options).session
        return clean_up(ledger, session, contract, PREFIX)

    return call


Clean = Callable[..., tuple[int, list[str]]]


def token(id: int) -> str:
    return f"{PREFIX}{id:05}"


def create(notes: Notes, ledger: Ledger, id: int, name: str | None = None, answered: bool = True) -> None:
    """A note of the run; ``name``: what it is called by now."""
    n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(id))])
    notes.rows[id] = f"a {token(id)} note" if name is None else name
    if answered:
        ledger.created(n, f"/v1/teams/5/notes/{id}?x=a%20b", id)


def left(lines: list[str]) -> list[str]:
    """What is left, without the request that removes it."""
    return [line.partition(" (DELETE")[0] for line in lines]


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


def test_clean_up_that_is_broken_off_leaves_what_its_other_workers_have_left_in_their_ledgers(
    notes: Notes, tmp_path: Path, serve: Serve, connect: Connect, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledgers = [Ledger(tmp_path / "ledgers" / f"{name}.jsonl", Origin(prefix=PREFIX)) for name in "ab"]
    for id in range(1, 5):
        create(notes, ledgers[id % 2], id)
    session = connect(serve(notes).url).session
    both = Barrier(2)

    def interrupted(item: str) -> None:
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


def test_a_list_that_cannot_be_read_leaves_its_creates(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, answered=False)
    notes.status["GET /v1/teams/5/notes"] = 500
    assert clean() == (0, ["note /v1/teams/5/notes: the list answered 500"])
    assert ledger.path.exists()


def test_a_list_is_read_by_whoever_may_see_it(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, answered=False)
    notes.hidden_from = [b"full-secret-token"]
    assert clean() == (1, [])
    assert not ledger.path.exists()


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


def test_resources_without_a_delete_are_summed_up(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2, 2):  # the last create was sent again with its idempotency key
        ledger.created(ledger.intend("log", "/v1/logs?team_id=5"), f"/v1/logs/{id}", id)
    ledger.intend("log", "/v1/logs?team_id=5", [("name", token(1))])
    why = "sent and not answered, and nothing deletes what it may have stored"
    assert clean() == (0, [f"log /v1/logs (name {token(1)}): {why}", "log: 2 (no delete operation)"])
    assert notes.log == []
    assert not ledger.path.exists()


def test_clean_up_passes_the_ceiling_of_requests(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1)
    assert clean(ceilings=Ceilings(requests=0)) == (1, [])


def test_a_forbidden_delete_is_left(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1)
    deleted, told = clean(target={"forbid": frozenset({"note.delete"})})
    assert (deleted, left(told)) == (0, ["note /v1/teams/5/notes/1: the target forbids note.delete"])
    assert notes.rows


def test_what_is_not_there_with_another_header_is_deleted_where_it_is(
    notes: Notes, ledger: Ledger, clean: Clean
) -> None:
    """As where a header names the tenant, and a rule has seen that no other one may write to it."""
    for team in ("5", "6"):
        n = ledger.intend("note", "/v1/teams/5/notes", [("name", token(1))], headers=(("X-Team", team),))
        ledger.created(n, "/v1/teams/5/notes/1", 1, placed=team == "6")
    ledger.refused(n)
    notes.rows[1], notes.private[1] = token(1), b"X-Team: 5"
    assert clean() == (1, [])
    assert notes.rows == {}


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
