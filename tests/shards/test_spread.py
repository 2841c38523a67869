"""A run on an engine, as its protocol has it: attempts in threads of this process take the place of a cluster."""

from __future__ import annotations

import json
import queue
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.record import synthetic_run as build

from restproof.errors import ConfigurationError
from restproof.session.options import Options
from restproof.session.promise import promised
from restproof.shards.coordinating import TRIES, Spread
from restproof.shards.engine import ChannelLost, EngineLost, Lost, Said, Word
from restproof.shards.mirror import Mirror
from restproof.shards.parcel import Parcel
from restproof.shards.run import spread
from restproof.shards.sealing import Opener
from restproof.shards.serving import serve
from restproof.version import __version__
from restproof.wire.ledger import Ledger

SECRET = "nobody-may-read-this"


class Way:
    """An attempt's channel, and what was told through it."""

    def __init__(self, engine: Threads, name: str) -> None:
        self.engine, self.name = engine, name
        self.down: queue.SimpleQueue[Word] = queue.SimpleQueue()

    def say(self, word: Word) -> None:
        self.engine.up.put(Said(self.name, word))

    def hear(self, seconds: float) -> Word | None:
        try:
            word = self.down.get(timeout=seconds)
        except queue.Empty:
            return None
        if word["word"] == "bye":
            raise ChannelLost
        return word

    def wait_for(self, kind: str) -> Word:
        while True:
            word = self.hear(5)
            assert word is not None, kind
            if word["word"] == kind:
                return word


@dataclass
class Threads:
    """An engine whose attempts do what ``attempt`` does, with the number of the try."""

    attempt: Callable[[Way, int], None]
    room: int = 2
    up: queue.SimpleQueue[Said | Lost] = field(default_factory=queue.SimpleQueue)
    ways: dict[str, Way] = field(default_factory=dict)
    told: list[Any] = field(default_factory=list)

    def begin(self, attempt: str) -> None:
        way = self.ways[attempt] = Way(self, attempt)
        number = len(self.ways)
        self.told.append(attempt)
        threading.Thread(target=self._run, args=(way, number), daemon=True).start()

    def _run(self, way: Way, number: int) -> None:
        with suppress(ChannelLost):  # the run has ended without it
            self.attempt(way, number)

    def heard(self, seconds: float) -> list[Said | Lost]:
        try:
            heard = self.up.get(timeout=min(seconds, 0.05))
        except queue.Empty:
            return []
        self.told.append(heard)
        return [heard]

    def say(self, attempt: str, word: Word) -> None:
        self.told.append(word)
        self.ways[attempt].down.put(word)

    def close(self) -> None:
        for name in self.ways:
            self.say(name, {"word": "bye"})


def greeted(way: Way, version: str = __version__) -> Parcel:
    opener = Opener()
    way.say({"word": "hello", "key": opener.public, "restproof": version, "host": "there"})
    return Parcel.unpacked(opener.opened(way.wait_for("begin")["sealed"]))


def makes_something(way: Way, prefix: str = "abc") -> None:
    """A ledger with one write, as a shard would tell it before it is sent."""
    way.say({"word": "line", "line": json.dumps({"event": "ledger", "format": 2, "prefix": prefix}), "n": 0})
    intend = {"event": "intend", "n": 1, "resource": "office", "collection": "/offices", "headers": []}
    way.say({"word": "line", "line": json.dumps({**intend, "credential": "full"}), "n": 1})


def ends(way: Way, parcel: Parcel, folder: Path, interrupted: str | None = None, left: tuple[str, ...] = ()) -> None:
    it = build.item("create.answers-created", "office", "create")
    head = build.header(selection={"shard": parcel.options["shard"]})
    cleanup = {"deleted": 0, "left": list(left)}
    foot = build.footer(requests=0, complete=False, interrupted=interrupted, cleanup=cleanup)
    file = folder / f"{threading.get_ident()}.jsonl.gz"
    build.write(file, *build.small(it, head=head, foot=foot))
    way.say({"word": "line", "line": json.dumps({"event": "removed"}), "n": 0})
    way.say({"word": "ended", "run": file.read_bytes(), "code": 0, "error": "", "log": ""})


@pytest.fixture
def of(tmp_path: Path) -> Callable[..., Spread]:
    """A run of ``shards`` shards whose attempts are functions."""
    (tmp_path / "files").mkdir()
    parcel = Parcel({}, ".", {}, variables={"TOKEN": SECRET})

    def made(attempt: Callable[[Way, int], None], shards: int = 1, silence: float = 60) -> Spread:
        ledgers = tmp_path / ".restproof"
        return Spread(
            Threads(attempt),
            parcel,
            shards,
            tmp_path / "files",
            lambda: Mirror(ledgers, tmp_path / "contract.yaml"),
            lambda line: None,
            patience=5,
            silence=silence,
        )

    return made


def test_each_shard_comes_back_and_its_ledger_is_here_before_it_writes(
    of: Callable[..., Spread], tmp_path: Path
) -> None:
    seen = []

    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        makes_something(way, f"p{number}")
        way.wait_for("kept")
        (file,) = (tmp_path / ".restproof").glob(f"*-p{number}-*.jsonl")
        seen.append([e.collection for e in Ledger(file).entries()])
        assert Ledger(file).origin.contract == str(tmp_path / "contract.yaml")
        ends(way, parcel, tmp_path)

    going = of(attempt, 2)
    going.run()
    assert sorted(going.files) == [1, 2]
    assert seen == [["/offices"], ["/offices"]]
    assert (going.orphans, going.missing, going.error) == ([], {}, None)
    assert not (tmp_path / ".restproof").exists()


def test_what_a_shard_tells_of_as_left_is_looked_at_again_when_all_have_ended(
    of: Callable[..., Spread], tmp_path: Path
) -> None:
    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        makes_something(way, "abc")
        way.wait_for("kept")
        ends(way, parcel, tmp_path, left=("badge /badges/3: perhaps of this run",))

    going = of(attempt)
    going.run()
    assert (going.unsettled, [mirror.prefix for mirror in going.orphans]) == ({1}, ["abc"])
    assert len(Ledger(going.orphans[0].path or tmp_path).entries()) == 1


def test_nothing_that_an_engine_sees_holds_a_credential(of: Callable[..., Spread], tmp_path: Path) -> None:
    held = []

    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        held.append(parcel.variables["TOKEN"])
        ends(way, parcel, tmp_path)

    going = of(attempt)
    going.run()
    assert held == [SECRET]
    assert isinstance(going.engine, Threads)
    assert SECRET not in repr(going.engine.told)
    assert SECRET not in repr(going.parcel)


def test_a_lost_attempt_is_begun_again_and_nothing_more_of_it_is_kept(
    of: Callable[..., Spread], tmp_path: Path
) -> None:
    words = []
    heard = threading.Event()

    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        makes_something(way, f"p{number}")
        way.wait_for("kept")
        if number > 1:
            assert heard.wait(5)  # the run is not over before the first has its answer
            ends(way, parcel, tmp_path)
            return
        way.engine.up.put(Lost(way.name, "its machine is gone"))
        # It was only out of reach, and goes on.
        makes_something(way, f"p{number}")
        words.append(way.hear(5))
        heard.set()

    going = of(attempt)
    going.run()
    assert sorted(going.files) == [1]
    assert [w["word"] for w in words if w] == ["stop"]
    assert [mirror.prefix for mirror in going.orphans] == ["p1"]
    assert going.orphans[0].path is not None
    assert not Ledger(going.orphans[0].path).in_use()
    assert len(Ledger(going.orphans[0].path).entries()) == 1


def test_an_attempt_that_its_engine_begins_anew_counts_as_lost(of: Callable[..., Spread], tmp_path: Path) -> None:
    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        if number == 1:
            way.say({"word": "hello", "key": Opener().public, "restproof": __version__, "host": "elsewhere"})
            way.wait_for("stop")
        else:
            ends(way, parcel, tmp_path)

    going = of(attempt)
    going.run()
    assert (sorted(going.files), len(going._tries)) == ([1], 1)
    assert going._tries == {1: 2}


@pytest.mark.parametrize("silent", [True, False])
def test_a_shard_that_is_lost_again_and_again_is_given_up(
    silent: bool, of: Callable[..., Spread], tmp_path: Path
) -> None:
    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        if not silent:
            ends(way, parcel, tmp_path, interrupted="SIGTERM")

    going = of(attempt, silence=0.2)
    going.run()
    assert going.files == {}
    assert going._tries == {1: TRIES}
    assert ("nothing was heard from there" if silent else "interrupted on there") in going.missing[1]


@pytest.mark.parametrize("events", [(), (build.header(),)])
@pytest.mark.parametrize("is_ending", [False, True])
def test_a_run_file_that_a_killed_process_has_left_is_no_shard(
    is_ending: bool, events: tuple[dict[str, Any], ...], of: Callable[..., Spread], tmp_path: Path
) -> None:
    build.write(tmp_path / "torn.jsonl.gz", *events)
    torn = (tmp_path / "torn.jsonl.gz").read_bytes()

    def attempt(way: Way, number: int) -> None:
        greeted(way)
        if is_ending:
            signal.raise_signal(signal.SIGTERM)
            way.wait_for("stop")
        way.say({"word": "ended", "run": torn, "code": -9, "error": "", "log": ""})

    going = of(attempt)
    going.run()
    assert going.files == {}
    assert going._tries == {1: 1 if is_ending else TRIES}
    assert list((tmp_path / "files").iterdir()) == []


def test_another_version_ends_the_run(of: Callable[..., Spread]) -> None:
    def attempt(way: Way, number: int) -> None:
        greeted(way, "0.0.1")

    going = of(attempt)
    going.run()
    assert "the worker on there has restproof 0.0.1" in str(going.error)


def test_ctrl_c_lets_every_attempt_tidy_up(of: Callable[..., Spread], tmp_path: Path) -> None:
    def attempt(way: Way, number: int) -> None:
        parcel = greeted(way)
        if number == 1:
            signal.raise_signal(signal.SIGINT)
        way.wait_for("stop")
        ends(way, parcel, tmp_path, interrupted="SIGTERM")

    going = of(attempt, 2)
    going.run()
    assert going.signal == signal.SIGINT
    assert sorted(going.files) == [1, 2]


def test_without_its_engine_a_run_ends(of: Callable[..., Spread]) -> None:
    def attempt(way: Way, number: int) -> None:
        greeted(way)
        makes_something(way)

    class Gone(Threads):
        def heard(self, seconds: float) -> list[Said | Lost]:
            if any(isinstance(t, dict) and t["word"] == "kept" for t in self.told):
                raise EngineLost("the engine's scheduler is gone")
            return super().heard(seconds)

    going = of(attempt)
    going.engine = Gone(attempt)
    going.run()
    assert isinstance(going.error, EngineLost)
    assert len(going.orphans) == 1


def test_a_whole_run_in_processes_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    users = tmp_path / "spread" / "shards" / "of-the-user.txt"
    users.parent.mkdir(parents=True)
    users.write_text("")
    options = Options(profile="smoke", only=("create.answers-created",), resource=("office",), out="spread")

    def attempt(way: Way, number: int) -> None:
        serve(way)

    lines: list[str] = []
    done = spread(promised(options, tmp_path), Threads(attempt), (), 1, lines.append)
    assert done.ended is not None
    assert done.ended.verdict.counts["pass"] == 1
    assert done.ended.verdict.verdict == "conforming"
    summary = json.loads((tmp_path / "spread" / "summary.json").read_text())
    assert summary["selection"] == {"only": ["create.answers-created"], "resource": ["office"]}
    assert [p for p in (tmp_path / "spread").rglob("*") if "shards" in str(p)] == [users.parent, users]
    assert any("shard 1 of 1 has ended" in line for line in lines)


def test_what_is_wrong_with_a_run_is_told_as_without_an_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def attempt(way: Way, number: int) -> None:
        greeted(way)
        error = {"error": "ConfigurationError", "message": "the target is none", "place": None, "hint": None}
        way.say({"word": "ended", "run": b"", "code": 2, "error": json.dumps(error), "log": ""})

    with pytest.raises(ConfigurationError, match="the target is none"):
        spread(promised(Options(out="spread"), tmp_path), Threads(attempt), (), 1, lambda line: None)
    assert not (tmp_path / "spread").exists()
