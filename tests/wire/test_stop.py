"""A run that is asked to end, at the worst moments."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.strangers.harness import write_contract
from tests.strangers.server import Asked, Server, listening

from restproof.cli.main import run
from restproof.wire.stop import Heard, Stop

ONLY = ("--only", "create", "--only", "update")


@pytest.fixture
def stop() -> Iterator[Stop]:
    """One that SIGUSR1 asks."""
    stop = Stop()
    before = signal.signal(signal.SIGUSR1, lambda *_: stop.ask())
    yield stop
    signal.signal(signal.SIGUSR1, before)


def ask() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def test_who_asks_outside_of_an_item_is_heard_at_once(stop: Stop) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask()


def test_what_may_not_be_left_half_done_goes_on_to_where_it_checks(stop: Stop) -> None:
    done = []

    def item() -> None:
        with stop.deferring():
            ask()
            done.append("the rest of a step")
            stop.check()
            done.append("the next step")

    with pytest.raises(KeyboardInterrupt):
        item()
    assert done == ["the rest of a step"]


def test_an_item_that_checks_no_more_ends_with_its_block(stop: Stop) -> None:
    with pytest.raises(KeyboardInterrupt), stop.deferring():
        ask()
    with pytest.raises(KeyboardInterrupt), stop.deferring():
        pytest.fail("nothing begins any more")
    stop.forget()
    with stop.deferring():
        pass


def test_a_sleep_is_left_at_once(stop: Stop) -> None:
    threading.Timer(0.1, ask).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), stop.deferring():
        stop.sleep(60)
    assert time.monotonic() - began < 30


def test_an_answer_that_is_waited_for_is_broken_off(stop: Stop) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        stop.opened(1, ours)
        threading.Timer(0.1, ask).start()
        with pytest.raises(KeyboardInterrupt), stop.deferring():
            assert ours.recv(1) == b""
    stop.closed(1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_while_the_lock_of_the_connections_is_held_leaves_it_free_for_clean_up(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, entered, sent = Server(), threading.Condition.__enter__, list[int]()

    def interrupted(self: threading.Condition) -> bool:
        found = entered(self)
        # The lock is taken, and what would let go of it again has not begun.
        if len(server.log) >= 30 and not sent and threading.current_thread() is threading.main_thread():
            sent.append(number)
            os.kill(os.getpid(), number)
        return found

    monkeypatch.setattr(threading.Condition, "__enter__", interrupted)
    contract = write_contract(tmp_path)
    with listening(server) as url:
        code = run(["run", str(contract), "--target", url, "-q", "--out", str(tmp_path / "out"), *ONLY])
    assert code == 128 + number
    assert server.ours() == {}
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["left"] == []


def test_what_is_to_be_ignored_ends_no_run(tmp_path: Path) -> None:
    server, before = Server(), signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def hangs_up(_: Asked) -> Any:
        if len(server.log) == 30:
            os.kill(os.getpid(), signal.SIGHUP)
        return None

    server.first = hangs_up
    contract = write_contract(tmp_path)
    try:
        with listening(server) as url:
            code = run(["run", str(contract), "--target", url, "-q", "--out", str(tmp_path / "out"), *ONLY])
        assert (code, signal.getsignal(signal.SIGHUP)) == (0, signal.SIG_IGN)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_server_that_is_slow_to_answer_does_not_hold_up_the_end(tmp_path: Path) -> None:
    server, asked = Server(), threading.Event()
    honest = server.first

    def slow(request: Asked) -> Any:
        if len(server.log) == 30:
            server.first = honest
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
            server.lock.release()  # others are answered meanwhile
            asked.wait(20)
            server.lock.acquire()
        return None

    server.first = slow
    contract = write_contract(tmp_path)
    with listening(server) as url:
        began = time.monotonic()
        code = run(["run", str(contract), "--target", url, "-q", "--out", str(tmp_path / "out"), *ONLY])
        lasted = time.monotonic() - began
        asked.set()
    assert (code, server.harm()) == (143, [])
    assert lasted < 15


def test_what_signals_ask_depends_on_which_and_when(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("restproof.wire.stop.time.monotonic", lambda: now[0])

    def words(*told: tuple[float, int]) -> list[str]:
        heard, found = Heard(), list[str]()
        for later, number in told:
            now[0] += later
            found.append(heard.word(number))
        return found

    interrupt, terminate = signal.SIGINT, signal.SIGTERM
    assert words((0, interrupt), (0.2, interrupt), (0.2, terminate)) == ["end", "same", "same"]
    assert words((0, interrupt), (7.5, terminate)) == ["end", "hurry"], "GitHub's runner"
    assert words((0, interrupt), (2, interrupt)) == ["end", "leave"]
    assert words((0, terminate), (0.2, interrupt), (3, terminate)) == ["end", "same", "leave"]
    assert words((0, interrupt), (3, terminate), (3, interrupt)) == ["end", "hurry", "leave"]
