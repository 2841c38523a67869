"""What a slow server stores when nobody waits for its answer any more is told, and what an update has left without a
mark, or a delete has moved, is looked at before the next write."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.hooks import HookFailed, load_hooks
from restproof.wire import group
from restproof.wire.ceilings import Ceilings
from restproof.wire.earlier import Earlier
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.ledger import Ledger
from restproof.wire.message import Request
from restproof.wire.stop import STOP
from restproof.wire.tidying import clean_up

from .bench import CASE, Bench
from .harness import Plan, begin, plan_in, write_contract
from .server import CONTRACT, Answer, Asked, Record, Server, listening


@dataclass
class Slow:
    """A server that carries a write out only when it is allowed to. ``heard``: what happens when the write is there."""

    server: Server
    heard: Callable[[], None] = lambda: None
    hangs_up: bool = False
    """Whether it closes the connection as soon as a write is there."""
    may_store: threading.Event = field(default_factory=threading.Event)
    stored: threading.Event = field(default_factory=threading.Event)

    def later(self, step: Callable[[Asked], Answer]) -> Callable[[Asked], Answer]:
        def delayed(asked: Asked) -> Answer:
            if asked.headers.get("x-late") is None:
                return step(asked)
            if self.hangs_up:
                threading.Thread(target=self._store, args=(step, asked)).start()
                return Answer(0, lost=True)
            self.server.lock.release()  # others are answered meanwhile
            self.heard()
            self.may_store.wait(20)
            self.server.lock.acquire()
            answer = step(asked)
            self.stored.set()
            return answer

        return delayed

    def _store(self, step: Callable[[Asked], Answer], asked: Asked) -> None:
        self.may_store.wait(20)
        with self.server.lock:
            step(asked)
        self.stored.set()

    def catches_up(self) -> None:
        self.may_store.set()
        assert self.stored.wait(20)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_in(tmp_path_factory.mktemp("untold"))


@pytest.fixture
def slow() -> Slow:
    slow = Slow(Server())
    slow.server.create, slow.server.update = slow.later(slow.server.create), slow.later(slow.server.update)
    return slow


@pytest.fixture
def bench(plan: Plan, slow: Slow, tmp_path: Path) -> Iterator[Bench]:
    with listening(slow.server) as url:
        made = Bench(slow.server, begin(plan, url, tmp_path), plan)
        yield made
        slow.may_store.set()
        made.run.session.close()


@pytest.fixture(params=["by a signal", "by the timeout", "by the server"])
def broken_off(
    request: pytest.FixtureRequest, bench: Bench, slow: Slow
) -> Iterator[Callable[[str, str, dict[str, Any]], None]]:
    """Sends a write whose answer is broken off."""
    usual, patience = signal.signal(signal.SIGUSR1, lambda *_: STOP.ask()), bench.run.session.timeout

    def send(method: str, path: str, body: dict[str, Any]) -> None:
        late = (("X-Late", "1"),)
        if request.param == "by the server":
            bench.run.session.release()  # what goes over a connection that was closed meanwhile is sent once more
            slow.hangs_up = True
            assert bench.send(method, path, body, late).error == "connection closed"
            return
        if request.param == "by the timeout":
            bench.run.session.timeout = 0.2
            assert bench.send(method, path, body, late).error == "timeout"
            bench.run.session.timeout = patience
            return
        slow.heard = lambda: os.kill(os.getpid(), signal.SIGUSR1)
        with pytest.raises(KeyboardInterrupt), STOP.deferring():
            bench.send(method, path, body, late)
        STOP.forget()

    yield send
    STOP.forget()
    signal.signal(signal.SIGUSR1, usual)


Write = tuple[str, str, dict[str, Any], str]
WRITES: dict[str, Write] = {
    "create": ("POST", "/offices", {"name": "TOKEN wing"}, "office /v1/offices (name TOKEN)"),
    "put that creates": ("PUT", "/tags/TOKEN", {"colour": "red"}, "tag /v1/tags/TOKEN"),
    "put over what is there": ("PUT", "/tags/made-TOKEN", {"colour": "red"}, "tag /v1/tags/made-TOKEN"),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_is_stored_when_nobody_waits_for_it_any_more_is_told_and_found_later(
    bench: Bench,
    slow: Slow,
    broken_off: Callable[[str, str, dict[str, Any]], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    token = bench.token()
    method, path, body, told = WRITES[name]
    if name == "put over what is there":
        made = bench.send("POST", "/tags", {"slug": f"made-{token}", "colour": f"{token} red"})
        assert made.status == 201
    broken_off(method, path.replace("TOKEN", token), {n: v.replace("TOKEN", token) for n, v in body.items()})
    left = bench.clean_up()
    assert slow.server.ours() == {}, "nothing shows it yet"
    slow.catches_up()
    assert slow.server.ours() != {}
    assert [line for line in left if line.startswith(f"{told.replace('TOKEN', token)}: sent and not answered")] == left
    assert len(left) == 1
    ledger, session = Ledger(bench.run.ledger.path), bench.run.session
    deleted, left = clean_up(ledger, session, bench.plan.contract, ledger.origin.prefix)
    assert deleted == 1, (left, slow.server.log[-9:])
    assert (slow.server.ours(), slow.server.harm()) == ({}, [])
    monkeypatch.setattr(group, "_PATIENCE", 0)  # whoever would still wait for it has waited long enough
    assert clean_up(Ledger(ledger.path), session, bench.plan.contract, ledger.origin.prefix) == (0, [])
    assert not ledger.path.exists()


def throttling(slow: Slow) -> None:
    """The first write is one too many."""
    said = [Answer(429)]
    slow.server.first = lambda asked: said.pop() if asked.method != "GET" and said else None


def test_what_was_throttled_first_is_told_where_nobody_waits_for_it_any_more(
    bench: Bench, slow: Slow, broken_off: Callable[[str, str, dict[str, Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    throttling(slow)
    monkeypatch.setattr(bench.run.session, "sleep", lambda seconds: None)
    token = bench.token()
    broken_off("POST", "/offices", {"name": f"{token} wing"})
    left = bench.clean_up()
    assert [line.partition(":")[0] for line in left] == [f"office /v1/offices (name {token})"]
    slow.catches_up()
    ledger, session = Ledger(bench.run.ledger.path), bench.run.session
    assert clean_up(ledger, session, bench.plan.contract, ledger.origin.prefix)[0] == 1


def test_what_was_throttled_first_and_then_made_is_no_refusal(
    bench: Bench, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttling(slow)
    monkeypatch.setattr(bench.run.session, "sleep", lambda seconds: None)
    bench.office()
    for ledger in (bench.run.ledger, Ledger(bench.run.ledger.path)):
        assert [(e.id is not None, e.refused) for e in ledger.entries()] == [(True, False)]


def test_what_was_answered_is_told_by_no_mistake(bench: Bench, slow: Slow) -> None:
    slow.server.first = lambda asked: Answer(500) if asked.method == "POST" else None
    bench.send("POST", "/offices", {"name": f"{bench.token()} wing"})
    assert bench.clean_up() == []


def test_what_was_broken_off_and_is_shown_is_told_by_no_mistake(
    bench: Bench, slow: Slow, broken_off: Callable[[str, str, dict[str, Any]], None]
) -> None:
    broken_off("POST", "/offices", {"name": f"{bench.token()} wing"})
    slow.catches_up()
    assert (bench.clean_up(), slow.server.ours()) == ([], {})
    assert not bench.run.ledger.path.exists()


def test_what_never_left_is_told_by_no_mistake(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.run.session, "_ceilings", Ceilings(requests=0))
    with pytest.raises(NotSent):
        bench.send("POST", "/offices", {"name": f"{bench.token()} wing"})
    assert bench.clean_up() == []


def test_what_never_left_at_the_same_time_is_told_by_no_mistake(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first may be kept back before the last one is begun with."""
    monkeypatch.setattr(bench.run.session, "_ceilings", Ceilings(requests=0))
    for _ in range(30):
        body = json.dumps({"name": f"{bench.token()} wing"}).encode()
        with pytest.raises(NotSent):
            bench.run.session.send_together([Request("POST", "/v1/offices", body=body)] * 8, CASE, None)
    assert bench.clean_up() == []


def test_what_a_hook_keeps_back_is_told_by_no_mistake(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "restproof_hooks.py").write_text("def before_request(request):\n    raise ValueError('no key')\n")
    bench.office()
    bench.run.session._hooks = load_hooks(tmp_path)
    with pytest.raises(HookFailed, match="no key"):
        bench.send("POST", "/offices", {"name": f"{bench.token()} wing"})
    bench.run.session._hooks = None
    assert [entry.is_open for entry in bench.run.ledger.entries()] == [False, False]
    assert bench.clean_up() == []


def test_what_is_not_answered_is_told_once_where_there_is_no_list(slow: Slow, tmp_path: Path) -> None:
    words = CONTRACT.replace("{path: /offices,", "{path: /offices, operations: [create, read, delete],")
    plan = Plan(load(write_contract(tmp_path, words)), "smoke")
    slow.hangs_up = True
    with listening(slow.server) as url:
        bench = Bench(slow.server, begin(plan, url, tmp_path), plan)
        token = bench.token()
        bench.send("POST", "/offices", {"name": f"{token} wing"}, (("X-Late", "1"),))
        slow.may_store.set()
        told = f"office /v1/offices (name {token}): sent and not answered"
        assert [line[: len(told)] for line in bench.clean_up()] == [told]
        bench.run.session.close()


def test_what_never_left_beside_another_one_is_told_by_no_mistake(bench: Bench) -> None:
    bench.run.guard._ceilings = Ceilings(creates=1)
    creates = [
        Request("POST", "/v1/offices", body=json.dumps({"name": f"{bench.token()} wing"}).encode()) for _ in range(2)
    ]
    with pytest.raises(NotSent, match="ceiling of 1 creates"):
        bench.run.session.send_together(creates, CASE, None)
    assert (bench.clean_up(), bench.server.ours()) == ([], {})


def test_an_update_that_leaves_no_mark_makes_the_next_write_look_first(bench: Bench, slow: Slow) -> None:
    """A server may make one record of two that are alike; from then on our id leads to that of others."""
    server = slow.server
    key = bench.office()
    theirs, honest = 17, server.update
    twin = server.rows["office"][theirs]["name"]

    def merging(asked: Asked) -> Answer:
        answer = honest(asked)
        if asked.body == {"name": "alike"}:
            server.rows["office"][key] = server.rows["office"][theirs]
            server.entries = lambda asked: [r for k, r in server.rows[asked.resource].items() if k != key]
            return Answer(200, {"id": key, "name": "alike"})
        return answer

    server.update = merging
    assert bench.send("PATCH", f"/offices/{key}", {"floor": 2}).status == 200
    assert bench.send("PATCH", f"/offices/{key}", {"name": "alike"}).status == 200
    with pytest.raises(NotProven):
        bench.send("PATCH", f"/offices/{key}", {"floor": 3})
    assert (server.harm(), server.rows["office"][theirs]["name"]) == ([], twin)


def at_places(server: Server) -> None:
    """The ids of offices are their places in a list that begins with the newest."""
    create, find = server.create, server.find

    def row_at(asked: Asked) -> Any:
        rows = sorted(server.rows["office"], reverse=True)
        at = int(str(asked.id)) if asked.resource == "office" else 0
        return rows[at - 1] if 0 < at <= len(rows) else find(asked) if not at else None

    def entries(asked: Asked) -> list[Record]:
        rows = server.rows["office"]
        return [{**rows[key], "id": at} for at, key in enumerate(sorted(rows, reverse=True), 1)]

    def read(asked: Asked) -> Answer:
        key = row_at(asked)
        found = None if key is None else {**server.rows[asked.resource][key], "id": int(str(asked.id))}
        return Answer(404) if found is None else Answer(200, found)

    def creating(asked: Asked) -> Answer:
        answer = create(asked)
        return replace(answer, body={**answer.body, "id": 1})

    server.create, server.find, server.entries, server.read = creating, row_at, entries, read


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """No list has shown what was there before a create, as of one that is longer than what is looked at."""
    monkeypatch.setattr(Earlier, "keep", lambda *_: None)


@pytest.mark.usefixtures("unseen")
def test_ids_that_are_places_are_looked_at_before_each_write(bench: Bench, slow: Slow) -> None:
    server = slow.server
    at_places(server)
    honest = server.update
    server.update = lambda asked: replace(answer := honest(asked), body={**answer.body, "id": int(str(asked.id))})
    for _ in range(2):
        assert bench.send("POST", "/offices", {"name": f"{bench.token()} wing"}).status == 201
    assert bench.send("PATCH", "/offices/1", {"floor": 2}).status == 200
    server.stranger("office", server.new_id("office"), "of a colleague, at the same time")
    with pytest.raises(NotProven):
        bench.send("PATCH", "/offices/1", {"floor": 3})
    assert server.harm() == []


@pytest.mark.usefixtures("unseen")
def test_what_a_delete_has_moved_is_looked_at_before_the_next(bench: Bench, slow: Slow) -> None:
    at_places(slow.server)
    for _ in range(4):
        assert bench.send("POST", "/offices", {"name": f"{bench.token()} wing"}).status == 201
    left = " ".join(bench.clean_up())
    assert slow.server.harm() == []
    assert len(slow.server.ours()["office"]) < 4
    assert "office /v1/offices/" in left
    assert "DELETE" not in left.partition("a read does not")[2].partition(":")[0], "a line is copied soon"
