"""Nothing of others changes, whatever a server says about identity, and everything of ours is gone or told."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.config import Target
from restproof.plan.symbols import RUN
from restproof.record.reader import read
from restproof.session.live import LEDGERS, LiveEndpoint
from restproof.wire.session import Unrecorded

from .harness import Plan, Told, begin, plan_in, run, write_contract
from .kills import RESTPROOF, SIGNALS, environment, killed
from .lies import AKIN
from .mirrors import LIES
from .server import Answer, Asked, Server, listening

FEW = (
    "create.server-set[office-create]",
    "create.unique-id[office-create]",
    "delete.repeat[office-delete]",
    "identity.malformed[office-delete]",
    "identity.unknown[note-update]",
    "identity.unknown[memo-delete]",
    "input.malformed-json[note-create]",
    "input.type[note-create]",
    "protocol.unsupported-verb[room-list]",
    "protocol.unsupported-verb[badge-list]",
    "replace.creates[tag-replace]",
    "robust.hostile-headers[office-read]",
    "update.answers-ok[badge-update]",
)
"""Items of every kind that writes: few, so that each way to lie is tried in every test run."""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_in(tmp_path_factory.mktemp("strangers"))


@pytest.fixture(scope="module")
def few(plan: Plan) -> Plan:
    found = [item for item in plan.items if item.id in FEW]
    assert {item.id for item in found} == set(FEW)
    return replace(plan, items=found)


def ran(plan: Plan, lie: str | None, folder: Path, **options: Any) -> tuple[Server, Told]:
    server = Server()
    if lie is not None:
        LIES[lie](server)
    return server, run(plan, server, folder, **options)


def untold(server: Server, told: Told) -> dict[str, list[Any]]:
    """What of ours is left, in collections of which nothing is told."""
    words = " ".join(told.left)
    return {r: keys for r, keys in server.ours().items() if f"{r} " not in words and f"{r}:" not in words}


WHOLE = os.environ.get("STRANGERS") == "all"
"""Whether each way to lie is met with whole runs too, which takes more than half an hour (``tox -e strangers``)."""


def test_there_are_enough_ways_to_lie() -> None:
    assert len(LIES) >= 60


def test_an_honest_server_is_judged_and_left_as_it_was(few: Plan, tmp_path: Path) -> None:
    server, told = ran(few, None, tmp_path)
    assert (server.harm(), server.ours(), told.left) == ([], {}, [])
    assert told.outcomes["pass"] > told.outcomes["not tested"]


@pytest.mark.parametrize("lie", LIES if WHOLE else [name for name in LIES if name not in AKIN])
def test_nothing_of_others_changes(few: Plan, tmp_path: Path, lie: str) -> None:
    server, told = ran(few, lie, tmp_path)
    assert server.harm() == []
    assert untold(server, told) == {}


@pytest.mark.parametrize("form", ["in a path", "in an object"])
def test_an_id_that_no_path_can_hold_breaks_no_rule(plan: Plan, tmp_path: Path, form: str) -> None:
    rules = ("conflict.race[office-create]", "media.foreign-body[office-create]", "robust.hostile-body[tag-create]")
    some = replace(plan, items=[item for item in plan.items if item.id in rules])
    server, told = ran(some, f"a create answers the id of one of others {form}", tmp_path)
    assert (len(some.items), told.outcomes["error"], server.harm()) == (3, 0, []), told.reasons


@pytest.mark.parametrize("lie", [None, *sorted(LIES)[::18]], ids=str)
def test_a_killed_run_leaves_nothing_that_could_be_deleted(few: Plan, tmp_path: Path, lie: str | None) -> None:
    chance = random.Random(str(lie))
    for _ in range(2):
        server, told = ran(few, lie, tmp_path, killed_at=chance.randint(2, 150))
        assert server.harm() == []
        assert untold(server, told) == {}


def test_a_race_of_updates_leaves_what_it_changes_proven(plan: Plan, tmp_path: Path) -> None:
    races = [item for item in plan.items if item.id.startswith("update.race")]
    changes = {item.label.partition("-")[0]: (item.cases or ())[0]["changes"] for item in races}
    assert [list(change) for change in changes["note"]] == [["text"], ["pinned"]]
    assert all(RUN in text for change in changes["note"] for text in change.values() if isinstance(text, str))
    server = Server()
    honest = server.update

    def losing(asked: Asked) -> Answer:
        """The last of a race wins, and is answered as if all had."""
        before = dict(server.rows["note"].get(server.find(asked), {}))
        answer = honest(asked)
        if "pinned" in (asked.body or {}) and before:
            server.rows["note"][server.find(asked)]["text"] = before["text"].swapcase()
        return answer

    server.update = losing
    told = run(replace(plan, items=races), server, tmp_path)
    assert (server.harm(), untold(server, told)) == ([], {})
    # A badge has no text for a token: where two answers cross, the one that is read last need not show the last state.
    assert set(server.ours()) <= {"badge"}


def test_several_workers_are_tidied_up_after_when_all_have_ended(few: Plan, tmp_path: Path) -> None:
    server = Server()
    with listening(server) as url:
        parts = [begin(few, url, tmp_path / LEDGERS, worker=n, prefix="rpworker") for n in (0, 1)]
        for n, part in enumerate(parts):
            list(part.items(few.items[n::2]))
            part.ledger.close()
            part.session.close()
        assert server.ours()
        endpoint = LiveEndpoint.of_worker(Target("strangers", url), "rpworker", None)
        tidied = endpoint.tidy(few.contract, tmp_path, Unrecorded(), None, None)
    assert (server.ours(), tidied.left, server.harm()) == ({}, (), [])
    assert not (tmp_path / LEDGERS).exists()


# ------------------------------------------------------------------ whole runs


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SIGNALS)), ids=[s.name for s in SIGNALS])
def test_a_run_that_a_signal_ends_leaves_nothing_untold(tmp_path: Path, number: int) -> None:
    assert killed(Server(), tmp_path, number, random.Random(number)) == []


@pytest.mark.slow
def test_workers_send_nothing_new_once_their_run_is_interrupted(tmp_path: Path) -> None:
    contract, server = write_contract(tmp_path), Server()
    sent: list[tuple[float, str]] = []
    honest = server.answer

    def noting(asked: Asked) -> Answer:
        sent.append((time.monotonic(), asked.method))
        return honest(asked)

    server.answer = noting  # type: ignore[method-assign]
    with listening(server) as url:
        going = subprocess.Popen(
            [*RESTPROOF, "run", str(contract), "--target", url, "-q", "--workers", "2", "--out", "out"],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        while going.poll() is None and sum(method == "POST" for _, method in sent) < 30:
            time.sleep(0.01)
        at = time.monotonic()
        going.send_signal(signal.SIGINT)
        out, _ = going.communicate(timeout=60)
    assert (going.returncode, "Traceback" in out, "incomplete run" in out) == (130, False, True), out
    assert [method for when, method in sent if when > at + 1 and method not in ("GET", "DELETE")] == []
    assert server.harm() == []
    footer = read(tmp_path / "out" / "run.jsonl.gz").footer
    assert footer is not None
    assert (footer.interrupted, footer.complete) == ("SIGINT", False)
    # What was under way when the signal came may stay in doubt, and is told then.
    assert {r for r in server.ours() if f"{r} " not in " ".join(footer.left)} == set()


@pytest.mark.parametrize(
    ("lie", "workers"),
    [(lie, workers) for lie in ([None, *LIES] if WHOLE else [None]) for workers in ((1, 4) if WHOLE else (1,))],
    ids=str,
)
def test_nothing_of_others_changes_in_a_whole_run(plan: Plan, tmp_path: Path, lie: str | None, workers: int) -> None:
    server, told = ran(plan, lie, tmp_path, workers=workers)
    assert server.harm() == []
    assert untold(server, told) == {}
