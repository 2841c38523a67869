"""A small server that keeps notes in memory, and what a run has left there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from restproof.contract.model import Contract
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.tidying import clean_up

from ..conftest import answer

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
        self.owners: dict[int, bytes] = {}
        """The secret that alone deletes a note, which others see."""
        self.keeps_what_is_deleted = False
        self.absent: int = 404
        """What a read of nothing answers: 200 with an empty object, where it is that."""
        self.aside: dict[str, Any] = {}
        """What a note shows besides, once it was deleted, where it stays."""
        self.deleted: set[int] = set()
        self.fails_after_deletes = False
        self.spoilt = False
        """Whether the server fails wherever it is to show a note whose name is a number."""
        self.refers: dict[int, int] = {}
        """Which note names which other one, that is not deleted before it."""

    def __call__(self, request: bytes) -> bytes:
        method, target, _ = request.split(b"\r\n")[0].decode().split(" ")
        if any(secret in request for secret in self.hidden_from):
            return answer(403)
        self.log.append(f"{method} {target}")
        url = urlsplit(target)
        if f"{method} {url.path}" in self.status:
            return answer(self.status[f"{method} {url.path}"])
        id = url.path.rpartition("/")[2]
        shown = self.rows.values() if not id.isdecimal() else [self.rows.get(int(id), "")]
        if method == "GET" and self.spoilt and any(isinstance(name, int) for name in shown):
            return answer(500)
        if id.isdecimal() and self.private.get(int(id), b"") not in request:
            return answer(404)
        if method == "GET" and id.isdecimal():
            found = self.rows.get(int(id))
            if found is None:
                return answer(self.absent, b"{}")
            return answer(200, json.dumps(self.shown(int(id))).encode())
        if method == "GET":
            page = int(parse_qs(url.query)["page"][0])
            seen = {i for i in self.rows if self.private.get(i, b"") in request} - self.unlisted
            listed = [self.shown(i) for i in sorted(self.rows) if i in seen]
            return answer(200, json.dumps(listed[(page - 1) * 2 : page * 2]).encode())
        if self.owners.get(int(id), b"") not in request:
            return answer(403)
        if int(id) in self.refers.values():
            return answer(409)
        self.refers.pop(int(id), None)
        if self.keeps_what_is_deleted:
            self.deleted.add(int(id))
            return answer(204)
        self.rows.pop(self.goes_with.get(int(id), 0), None)
        if self.fails_after_deletes:
            self.rows.pop(int(id), None)
            return answer(500)
        return answer(204 if self.rows.pop(int(id), None) else 404)

    def shown(self, id: int) -> dict[str, Any]:
        return {"id": id, "name": self.rows[id], **(self.aside if id in self.deleted else {})}

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
