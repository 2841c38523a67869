"""Where a ledger is written down a second time: with whoever began this process on another machine.

That one cleans up should this machine be lost. So what a line announces is not sent before the other side has said that
it has the line; and where nobody is there to say so, nothing that may store something is sent any more.
"""

from __future__ import annotations

import json
import os
import threading
from contextlib import suppress

from restproof.errors import StorageError
from restproof.wire.stop import STOP

_AHEAD = ("intend", "wrote", "changes")
"""The events of a ledger that announce a write."""


class Witness:
    """Two pipes: lines of JSON go through the one (``{"line": TEXT, "n": NUMBER}``, 0 where nobody waits), the numbers
    of those that are kept come back through the other. Without them (:meth:`through`) nothing is told."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._up = self._down = -1
        self._number = 0
        self._rest = b""

    def through(self, up: int, down: int) -> None:
        """From now on, tell the descriptor ``up``, and wait for ``down``."""
        self._up, self._down = up, down

    def tell(self, event: str, line: str) -> None:
        """Tell a line of a ledger, and wait until it is kept where it announces a write. Raises, for such a line,
        ``StorageError`` where it is not kept, and ``OSError`` where nobody listens: clean-up needs nobody."""
        if self._up < 0:
            return
        with self._lock:
            ahead = event in _AHEAD
            self._number += ahead
            data = json.dumps({"line": line, "n": self._number if ahead else 0}).encode("ascii") + b"\n"
            with suppress(*(() if ahead else (BrokenPipeError,))):
                while data:
                    data = data[os.write(self._up, data) :]
            if ahead:
                with STOP.waiting():
                    self._wait(self._number)

    def _wait(self, number: int) -> None:
        kept = -1
        while kept != number:  # what an interrupted wait has left comes before
            while b"\n" not in self._rest:
                piece = os.read(self._down, 4096)
                if not piece:
                    raise StorageError("nobody keeps the ledger any more: who began this shard is gone")
                self._rest += piece
            word, _, self._rest = self._rest.partition(b"\n")
            kept = int(word)


WITNESS = Witness()
"""That of this process."""
