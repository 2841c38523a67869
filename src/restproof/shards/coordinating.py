"""One run as shards on an engine: they are begun, their ledgers kept, lost ones begun again, and what comes back is
merged.

No write that may store something leaves a shard before the line of its ledger is kept here. So an attempt that counts
as lost can store nothing more, whether its machine is gone or only out of reach: its lines are not kept any more. What
it has stored until then is cleaned up from here, when nobody works any more.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from restproof.errors import ConfigurationError, RestproofError
from restproof.record.stream import lines
from restproof.session.handed import raised
from restproof.shards.engine import (
    ALIVE,
    BEGIN,
    BYE,
    HELLO,
    KEPT,
    STOP,
    Engine,
    EngineLost,
    Lost,
    Said,
    Word,
)
from restproof.shards.mirror import Mirror
from restproof.shards.parcel import Parcel
from restproof.shards.sealing import sealed
from restproof.shards.serving import BEAT, SILENCE
from restproof.version import __version__
from restproof.wire.stop import Heard, handled

TRIES = 3
"""How often a shard is begun, at most."""
_TICK = 0.5
_MARGIN = 15.0
"""Seconds, beside those of clean-up, that an attempt has to end in which was asked to."""
_NOTHING = 5
"""The exit code of pytest for a session without a test."""


@dataclass
class _Attempt:
    """One try to run a shard. ``host`` is empty until it has found room."""

    name: str
    shard: int
    mirror: Mirror
    host: str = ""
    heard: float = 0.0
    stops: int = 0


@dataclass
class Spread:
    """The shards of one run on ``engine``. ``folder``: where their run files go; ``mirror`` makes the place of an
    attempt's ledger; ``say`` hears a line of what goes on; ``patience``: seconds that clean-up may take.

    After :meth:`run`: ``files`` of the shards that have ended, by their numbers; ``empty``: shards without an item;
    ``missing``: why a shard has no file; ``orphans``: ledgers of which something may be left; ``unsettled``: shards
    that have ended and told of something left; ``signal``: what ended it early, ``error``: what made it useless."""

    engine: Engine
    parcel: Parcel
    of: int
    folder: Path
    mirror: Callable[[], Mirror]
    say: Callable[[str], None]
    patience: float
    silence: float = SILENCE
    files: dict[int, Path] = field(default_factory=dict)
    empty: set[int] = field(default_factory=set)
    missing: dict[int, str] = field(default_factory=dict)
    orphans: list[Mirror] = field(default_factory=list)
    unsettled: set[int] = field(default_factory=set)
    signal: int | None = None
    error: RestproofError | None = None
    _attempts: dict[str, _Attempt] = field(default_factory=dict)
    _tries: dict[int, int] = field(default_factory=dict)
    _signals: int = 0
    _ends: float | None = None
    _beat: float = 0.0

    def run(self) -> None:
        """Run all shards, and return when each has ended, is given up, or was asked to end and did."""
        with self._stopping():
            try:
                for shard in range(1, self.of + 1):
                    self._begin(shard)
                while self._goes_on():
                    for heard in self.engine.heard(_TICK):
                        self._take(heard)
                    self._look_after()
            except EngineLost as error:
                self.error = self.error or error
            finally:
                for attempt in list(self._attempts.values()):
                    self._over(attempt, "it was not heard of any more")
                self.engine.close()

    def _goes_on(self) -> bool:
        if not self._is_ending:
            return bool(self._attempts)
        if self._ends is None:
            self._ends = time.monotonic() + self.patience + _MARGIN
        # What has found no room yet has nothing to tidy up.
        at_work = any(a.host for a in self._attempts.values())
        return at_work and self._signals < 2 and time.monotonic() < self._ends

    @property
    def _is_ending(self) -> bool:
        return self.signal is not None or self.error is not None

    def _begin(self, shard: int) -> None:
        self._tries[shard] = self._tries.get(shard, 0) + 1
        name = f"restproof-shard-{shard}-of-{self.of}-{secrets.token_hex(4)}"
        self._attempts[name] = _Attempt(name, shard, self.mirror(), heard=time.monotonic())
        self.engine.begin(name)

    # ---------------------------------------------------------------- what is heard

    def _take(self, heard: Said | Lost) -> None:
        attempt = self._attempts.get(heard.attempt)
        if attempt is None:
            # Out of reach for a while, or begun anew by its engine: nothing of it is kept, so it can store nothing.
            if isinstance(heard, Said) and heard.word["word"] == HELLO:
                self.engine.say(heard.attempt, {"word": STOP})
            return
        if isinstance(heard, Lost):
            self._lost(attempt, heard.why)
            return
        attempt.heard = time.monotonic()
        match heard.word["word"]:
            case "hello" if attempt.host:
                self._lost(attempt, f"the worker on {attempt.host} was lost")
                self.engine.say(attempt.name, {"word": STOP})
            case "hello":
                self._greet(attempt, heard.word)
            case "line":
                self._keep(attempt, heard.word)
            case "ended":
                self._ended(attempt, heard.word)
            case _:
                pass

    def _greet(self, attempt: _Attempt, word: Word) -> None:
        if word["restproof"] != __version__:
            self.error = self.error or ConfigurationError(
                f"the worker on {word['host']} has restproof {word['restproof']}, and this is {__version__}",
                hint="Install the same version on each machine of the engine.",
            )
        if self._is_ending:
            self._over(attempt, "")
            self.engine.say(attempt.name, {"word": STOP})
            return
        attempt.host = str(word["host"]) or "?"
        packed = self.parcel.of_shard(attempt.shard, self.of).packed()
        self.engine.say(attempt.name, {"word": BEGIN, "sealed": sealed(packed, word["key"])})

    def _keep(self, attempt: _Attempt, word: Word) -> None:
        attempt.mirror.keep(word["line"])
        if word["n"]:
            self.engine.say(attempt.name, {"word": KEPT, "n": word["n"]})

    def _ended(self, attempt: _Attempt, word: Word) -> None:
        """An attempt has come to its end, with a run file or a reason for having none."""
        self.engine.say(attempt.name, {"word": BYE})
        file = self.folder / f"{attempt.shard}.jsonl.gz"
        if word["error"]:
            self.error = self.error or raised(json.loads(word["error"]))
        elif not word["run"] and word["code"] == _NOTHING:
            self.empty.add(attempt.shard)
        elif word["run"]:
            file.write_bytes(word["run"])
            failed, last = 0, dict[str, Any]()
            for _, last in lines(file, partial=True):
                failed += last.get("event") == "outcome" and last["outcome"] == "fail"
            is_whole = last.get("event") == "footer"
            if not is_whole or (last["interrupted"] and not self._is_ending):
                file.unlink()
                self._lost(attempt, f"it was interrupted on {attempt.host}")
                return
            self.files[attempt.shard] = file
            self._tell_end(attempt, last["requests"], failed)
            is_clean = not last["cleanup"]["left"] and attempt.mirror.is_removed
            if not is_clean and attempt.mirror.path is not None:
                # What others were making meanwhile may have looked like its own: who looks when they have ended, knows.
                self.unsettled.add(attempt.shard)
                self.orphans.append(attempt.mirror)
        else:
            self._lost(attempt, (word["log"].splitlines() or [f"exit code {word['code']}"])[-1])
            return
        self._over(attempt, "")

    def _tell_end(self, attempt: _Attempt, requests: int, failed: int) -> None:
        done = len(self.files) + len(self.empty)
        self.say(
            f"shard {attempt.shard} of {self.of} has ended on {attempt.host} ({done} so far): {requests:,} requests, "
            f"{failed} failed"
        )

    # ------------------------------------------------------------ what is lost

    def _lost(self, attempt: _Attempt, why: str) -> None:
        """Count an attempt as lost, and begin its shard anew, unless that was tried often enough."""
        self._over(attempt, why)
        if self._is_ending:
            self.say(f"shard {attempt.shard} of {self.of} is lost: {why}")
            return
        if self._tries[attempt.shard] >= TRIES:
            self.missing[attempt.shard] = why
            self.say(f"shard {attempt.shard} of {self.of} is given up: {why}")
            return
        self.say(f"shard {attempt.shard} of {self.of} is begun again: {why}")
        self._begin(attempt.shard)

    def _over(self, attempt: _Attempt, why: str) -> None:
        """From now on nothing of an attempt is kept. ``why``: the reason, where it has not ended by itself."""
        del self._attempts[attempt.name]
        attempt.mirror.close()
        if attempt.mirror.is_removed and attempt.shard not in self.unsettled:
            attempt.mirror.discard()
        if attempt.mirror.path is not None and why:
            self.orphans.append(attempt.mirror)
        if why and attempt.host:
            self.engine.say(attempt.name, {"word": STOP})

    def _look_after(self) -> None:
        """Give signs of life, ask who has to end, and count as lost who gives none."""
        now = time.monotonic()
        for attempt in [a for a in self._attempts.values() if a.host]:
            if now - attempt.heard > self.silence:
                self._lost(attempt, f"nothing was heard from {attempt.host} for {self.silence:.0f} s")
            elif self._is_ending and attempt.stops < max(1, self._signals):
                attempt.stops += 1
                self.engine.say(attempt.name, {"word": STOP})
            elif now - self._beat > BEAT:
                self.engine.say(attempt.name, {"word": ALIVE})
        if now - self._beat > BEAT:
            self._beat = now

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Meanwhile SIGINT, SIGTERM and SIGHUP end the attempts: the first lets them tidy up, the second does not
        wait."""
        heard = Heard()

        def stop(number: int, frame: FrameType | None) -> None:
            if heard.word(number) != "same":
                self.signal = self.signal or number
                self._signals += 1

        with handled(stop):
            yield
