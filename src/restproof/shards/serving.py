"""An attempt, where its engine has found room for it: the run of one shard in a process of its own.

The process writes its ledger down here and, before each write that may store something, with who began the attempt.
Where either of the two is lost, the process ends as after SIGTERM: it sends nothing more, and tidies up.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import restproof.version
from restproof.record.events import RUN_FILE
from restproof.shards.engine import ALIVE, BEGIN, ENDED, HELLO, KEPT, LINE, STOP, Channel, ChannelLost, Word
from restproof.shards.parcel import Parcel
from restproof.shards.sealing import NotForUs, Opener
from restproof.version import __version__

BEAT = 5.0
"""Seconds between two signs of life."""
SILENCE = 60.0
"""Seconds without one after which the other side counts as lost."""
RUN, RESULT, LOG, FILES = "run", "result.json", "log.txt", "files"
_TICK = 0.2
_LOG = 4000
"""Characters of what the process has said that are told."""


def serve(channel: Channel, *, silence: float = SILENCE) -> None:
    """Run the shard that ``channel`` gives. Raises ``ChannelLost``, when the process has ended."""
    opener = Opener()
    channel.say({"word": HELLO, "key": opener.public, "restproof": __version__, "host": socket.gethostname()})
    parcel = _given(channel, opener, silence)
    if parcel is None:
        return
    with TemporaryDirectory(prefix="restproof-shard-", ignore_cleanup_errors=True) as folder:
        _Shard(channel, parcel, Path(folder), silence).run()


def _given(channel: Channel, opener: Opener, silence: float) -> Parcel | None:
    """The parcel, when it comes; ``None`` where the attempt is not wanted any more."""
    ends = time.monotonic() + silence
    while time.monotonic() < ends:
        word = channel.hear(1.0)
        if word is not None and word["word"] == STOP:
            return None
        if word is not None and word["word"] == BEGIN:
            with suppress(NotForUs):  # for an earlier attempt of this name, whose machine is lost
                return Parcel.unpacked(opener.opened(word["sealed"]))
    return None


@dataclass
class _Shard:
    """The process of one shard, and the pipes to it."""

    channel: Channel
    parcel: Parcel
    folder: Path
    silence: float
    _lost: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        here = self.parcel.laid_out(self.folder / FILES)
        lines, their_lines = os.pipe()
        their_words, words = os.pipe()
        try:
            with (self.folder / LOG).open("wb") as log:
                process = self._started(here, log, their_lines, their_words)
        finally:
            os.close(their_lines)
            os.close(their_words)
        telling = threading.Thread(target=self._tell_lines, args=(lines,), daemon=True)
        telling.start()
        try:
            self._until_it_ends(process, words)
        finally:
            os.close(words)
            if process.stdin is not None:
                process.stdin.close()
        telling.join()
        if self._lost.is_set():
            raise ChannelLost
        self.channel.say(self._ending(process.returncode))

    def _started(self, here: Path, log: IO[bytes], lines: int, words: int) -> subprocess.Popen[bytes]:
        source = str(Path(restproof.version.__file__).parent.parent)
        path = os.pathsep.join(p for p in (source, os.environ.get("PYTHONPATH", "")) if p)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "restproof.api.shard", str(self.folder), str(lines), str(words)],
            cwd=here,
            env={**os.environ, **self.parcel.variables, "PYTHONPATH": path},
            stdin=subprocess.PIPE,  # open as long as this process lives
            stdout=log,
            stderr=log,
            pass_fds=(lines, words),
            start_new_session=True,
        )
        if process.stdin is not None:
            asked = {name: getattr(self.parcel, name) for name in ("options", "words", "given", "bundled")}
            with suppress(BrokenPipeError):  # it has ended, and says why
                process.stdin.write(json.dumps(asked).encode() + b"\n")
                process.stdin.flush()
        return process

    def _tell_lines(self, lines: int) -> None:
        """Pass on what the process writes down, until it ends."""
        with open(lines, "rb") as read:
            for line in read:
                if self._lost.is_set():
                    continue  # clean-up goes on, and tells nobody
                try:
                    self.channel.say({"word": LINE, **json.loads(line)})
                except ChannelLost:
                    self._lost.set()

    def _until_it_ends(self, process: subprocess.Popen[bytes], words: int) -> None:
        """Pass on what is said to the process. Who is not heard of any more has ended it."""
        beat = heard = time.monotonic()
        stopped = False
        while process.poll() is None:
            now = time.monotonic()
            if not stopped and (self._lost.is_set() or now - heard > self.silence):
                self._lost.set()
                stopped = True
                process.send_signal(signal.SIGTERM)
            if self._lost.is_set():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_TICK)
                continue
            try:
                if now - beat > BEAT:
                    beat = now
                    self.channel.say({"word": ALIVE})
                word = self.channel.hear(_TICK)
            except ChannelLost:
                self._lost.set()
                continue
            if word is not None:
                heard = time.monotonic()
                stopped |= self._heed(word, process, words)

    def _heed(self, word: Word, process: subprocess.Popen[bytes], words: int) -> bool:
        """Do what a word asks; whether it asks to end."""
        if word["word"] == KEPT:
            with suppress(BrokenPipeError):
                os.write(words, f"{word['n']}\n".encode())
        if word["word"] != STOP:
            return False
        process.send_signal(signal.SIGTERM)
        return True

    def _ending(self, code: int) -> dict[str, Any]:
        """The last word: how the process has ended, and what it has left."""
        run, result = self.folder / RUN / RUN_FILE, self.folder / RESULT
        log = (self.folder / LOG).read_text(encoding="utf-8", errors="replace")
        return {
            "word": ENDED,
            "code": code,
            "run": run.read_bytes() if run.is_file() else b"",
            "error": result.read_text(encoding="utf-8") if result.is_file() else "",
            "log": log.strip()[-_LOG:],
        }
