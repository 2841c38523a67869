"""Clean-up against a small server that keeps notes in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from restproof.contract.model import Contract
from restproof.wire.cleanup import clean_up
from restproof.wire.ledger import Ledger, Origin

from .conftest import answer

PREFIX = "rp-abc"


class Notes:
    """`/v1/teams/5/notes`, two entries a page."""

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.log: list[str] = []
        self.status: dict[str, int] = {}
        self.hidden_from: list[bytes] = []

    def __call__(self, request: bytes) -> bytes:
        method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
        if any(secret in request for secret in self.hidden_from):
            return answer(403)
        self.log.append(f"{method} {target}")
        url = urlsplit(target)
        if f"{method} {url.path}" in self.status:
            return answer(self.status[f"{method} {url.path}"])
        if method == "GET":
            page = int(parse_qs(url.query)["page"][0])
            rows = [{"id": i, "name": n} for i, n in sorted(self.rows.items())][(page - 1) * 2 : page * 2]
            return answer(200, json.dumps(rows).encode())
        return answer(204 if self.rows.pop(int(url.path.rpartition("/")[2]), None) else 404)


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
Serve = Callable[..., Any]
Connect = Callable[..., Any]


def create(notes: Notes, ledger: Ledger, id: int, name: str, answered: bool = True) -> None:
    n = ledger.intend("note", "/v1/teams/5/notes", {"name": name})
    notes.rows[id] = name
    if answered:
        ledger.created(n, f"/v1/teams/5/notes/{id}?x=a%20b", id)


def test_an_api_without_credentials_is_asked_without_one(
    notes: Notes, ledger: Ledger, serve: Serve, connect: Connect, contract_with: Callable[..., Contract]
) -> None:
    create(notes, ledger, 1, f"{PREFIX} 1")
    create(notes, ledger, 2, f"{PREFIX} 2", answered=False)
    contract = contract_with("none")
    session = connect(serve(notes).url, contract, {"credentials": {}}).session
    assert clean_up(ledger, session, contract, PREFIX) == (2, [])


def test_the_last_created_goes_first_and_nothing_else_goes(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    notes.rows[7] = "somebody's"
    for id in (1, 2):
        create(notes, ledger, id, f"{PREFIX} {id}")
    assert clean() == (2, [])
    assert notes.log == ["DELETE /v1/teams/5/notes/2?x=a%20b", "DELETE /v1/teams/5/notes/1?x=a%20b"]
    assert notes.rows == {7: "somebody's"}
    assert not ledger.path.exists()


def test_what_a_rename_has_moved_is_looked_for_in_the_list(
    notes: Notes, ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    note = contract.resources["note"]
    moving = replace(contract, resources={"note": replace(note, id=replace(note.id, follows="name"))})
    create(notes, ledger, 1, f"{PREFIX} 1")
    notes.rows = {2: f"{PREFIX} renamed", 7: "somebody's"}
    assert clean_up(ledger, connect(serve(notes).url).session, moving, PREFIX) == (1, [])
    assert notes.rows == {7: "somebody's"}
    assert not ledger.path.exists()


def test_what_is_gone_already_counts_as_clean(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, "a")
    notes.rows.clear()
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_a_create_without_an_answer_is_looked_for_on_every_page(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    notes.rows = {1: "x", 2: "y", 3: "z", 4: "rp-other run"}
    create(notes, ledger, 5, f"an {PREFIX} note", answered=False)
    create(notes, ledger, 8, f"{PREFIX} refused, yet stored", answered=False)
    assert clean() == (2, [])
    assert set(notes.rows) == {1, 2, 3, 4}
    assert sum(line.startswith("GET") for line in notes.log) == 4, "one walk for the whole collection"
    assert not ledger.path.exists()


def test_what_does_not_bear_the_prefix_may_be_somebody_else_s(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    """A create of "A" that is refused because there is an "A" must not cost anybody that "A"."""
    create(notes, ledger, 5, "A", answered=False)
    assert clean() == (0, ["note 5: perhaps of this run, left alone"])
    assert notes.rows == {5: "A"}
    assert not ledger.path.exists()


def test_what_cannot_be_deleted_is_left_and_its_ledger_kept(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2):
        create(notes, ledger, id, "a")
    notes.status["DELETE /v1/teams/5/notes/1"] = 409
    assert clean() == (1, ["note /v1/teams/5/notes/1: 409"])
    assert [e.id for e in Ledger(ledger.path).open_entries()] == [1]
    notes.status.clear()
    assert clean() == (1, [])
    assert not ledger.path.exists()


def test_a_list_that_cannot_be_read_leaves_its_creates(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, "a", answered=False)
    notes.status["GET /v1/teams/5/notes"] = 500
    assert clean() == (0, ["note /v1/teams/5/notes: the list answered 500"])
    assert ledger.path.exists()


def test_a_list_is_read_by_whoever_may_see_it(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, f"{PREFIX} 1", answered=False)
    notes.hidden_from = [b"full-secret-token"]
    assert clean() == (1, [])
    assert not ledger.path.exists()


def test_a_list_that_nobody_may_see_holds_nothing_of_the_run(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    ledger.intend("note", "/v1/teams/5/notes", {"name": "a"})
    notes.status["GET /v1/teams/5/notes"] = 403
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_a_list_that_is_gone_with_its_parent_holds_nothing(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, PREFIX, answered=False)
    notes.status["GET /v1/teams/5/notes"] = 404
    assert clean() == (0, [])
    assert not ledger.path.exists()


def test_resources_without_a_delete_are_summed_up(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    for id in (1, 2):
        ledger.created(ledger.intend("log", "/v1/logs?team_id=5", {}), f"/v1/logs/{id}", id)
    ledger.intend("log", "/v1/logs?team_id=5", {})
    assert clean() == (0, ["log: 2 (no delete operation)"])
    assert notes.log == []
    assert not ledger.path.exists()


def test_clean_up_passes_the_ceiling_of_requests(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, "a")
    assert clean(max_requests=0) == (1, [])


def test_a_forbidden_delete_is_left(notes: Notes, ledger: Ledger, clean: Clean) -> None:
    create(notes, ledger, 1, "a")
    deleted, left = clean(target={"forbid": frozenset({"note.delete"})})
    assert (deleted, left) == (0, ["note /v1/teams/5/notes/1: the target forbids note.delete"])
    assert notes.rows


def test_the_contract_s_headers_are_sent(
    ledger: Ledger, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    server = serve(lambda _: answer(204))
    ledger.created(ledger.intend("note", "/n", {}, headers=(("X-Team", "6"),)), "/n/1", 1)
    ledger.created(ledger.intend("note", "/n", {}), "/n/2", 2)
    clean_up(ledger, connect(server.url).session, contract, PREFIX)
    assert [b"X-Team: 5" in r for r in server.requests] == [True, False]
    assert b"X-Team: 6" in server.requests[1]
