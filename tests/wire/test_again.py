"""A write that is sent again may have been carried out before, and what it is answered then is known to be no more than
that: in the run, and in a replay of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restproof.wire.message import Request

from .conftest import CREATE, GET, POST, READ, Connect, Serve, answer
from .test_presence import contract_in, ends


@pytest.mark.parametrize("ending", [None, answer(502), answer(503)], ids=["closed", "502", "503"])
@pytest.mark.parametrize(("request_", "about", "again"), [(POST, CREATE, True), (GET, READ, False)], ids=str)
def test_a_write_that_is_sent_again_says_so(
    ending: bytes | None, request_: Request, about: object, again: bool, serve: Serve, connect: Connect
) -> None:
    replies = iter([answer(), ending, answer(), answer()])
    client = connect(serve(lambda _: next(replies)).url)
    last = [client.session.send(request_, about) for _ in range(3)]
    assert [e.again for e in last] == [False, again, False]


def test_one_that_was_throttled_says_nothing_of_the_kind(serve: Serve, connect: Connect) -> None:
    replies = iter([answer(429, Retry_After="0"), answer()])
    exchange = connect(serve(lambda _: next(replies)).url).session.send(POST, CREATE)
    assert (exchange.attempt, exchange.again) == (2, False)


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_conflict_with_itself_is_no_fault_in_a_replay_either(
    is_lost: bool, serve: Serve, tmp_path: Path, run_command: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    contract_in(tmp_path)
    creates: list[bytes] = []

    def handler(request: bytes) -> bytes | None:
        if not request.startswith(b"POST"):
            return answer(200, b"[]")
        creates.append(request.partition(b"\r\n\r\n")[2])
        if len(creates) == 1:  # on a new connection, where a lost answer is a fault
            return answer(201, json.dumps({"id": 1, **json.loads(creates[0])}).encode())
        return None if is_lost and creates.count(creates[-1]) == 1 else answer(409, b"{}")

    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    live, replayed = tmp_path / "live", tmp_path / "replayed"
    narrow = ["run", "contracts/notes", "--resource", "note"]
    narrow += ["--only", "create.answers-created", "--only", "create.defaults"]
    run_command(*narrow, "--target", serve(handler).url, "--out", live)
    run_command(*narrow, "--stubs", live / "run.jsonl.gz", "--out", replayed)
    assert ends(replayed) == ends(live)
    assert {"fail", "blocked"}.isdisjoint(ends(live).values()) is is_lost
    told = (replayed / "summary.json").read_text()
    assert ("the create was sent again, and answered 409" in told) is is_lost


class Notes:
    """Carries out what it is asked, and ends a kept connection before it says so, for each update the first time."""

    def __init__(self) -> None:
        self.kept: set[int] = set()
        self.notes: dict[str, dict[str, Any]] = {}
        self.updates: list[bytes] = []

    def __call__(self, request: bytes) -> bytes | None:
        is_kept = threading.get_ident() in self.kept
        self.kept.add(threading.get_ident())
        head, _, body = request.partition(b"\r\n\r\n")
        method, target = head.decode().split(" ")[:2]
        id = target.partition("?")[0].rpartition("/")[2]
        if id == "notes":
            if method == "POST":
                id = str(len(self.notes) + 1)
                self.notes[id] = {**json.loads(body), "id": int(id)}
                return answer(201, json.dumps(self.notes[id]).encode(), Content_Type="application/json")
            return answer(200, json.dumps([*self.notes.values()]).encode(), Content_Type="application/json")
        if id not in self.notes:
            return answer(404, b"{}", Content_Type="application/json")
        if method == "DELETE":
            del self.notes[id]
            return answer(204)
        if method == "PATCH":
            self.notes[id] |= json.loads(body)
            self.updates.append(id.encode() + body)
            if self.updates.count(self.updates[-1]) == 1 and is_kept:
                return None
        return answer(200, json.dumps(self.notes[id]).encode(), Content_Type="application/json")


def test_an_update_that_has_taken_the_mark_away_may_be_sent_again(
    serve: Serve, tmp_path: Path, run_command: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item shows what the update has written, be it the mark of another case or no mark at all."""
    contract_in(tmp_path)
    monkeypatch.setenv("RESTPROOF_ID_TEAM", "5")
    server, out = Notes(), tmp_path / "out"
    narrow = ["run", "contracts/notes", "--resource", "note", "--only", "update", "--only", "robust.no-timeout"]
    run_command(*narrow, "--target", serve(server).url, "--out", out)
    assert {"fail", "blocked"}.isdisjoint(ends(out).values())
    assert len(server.updates) > 4
    assert server.notes == {}
