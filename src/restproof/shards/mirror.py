"""The ledgers of attempts, as they are kept where the run was begun: what ``restproof cleanup`` goes by, should a
machine be lost."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from restproof.record.disk import private, storing
from restproof.record.locks import lock

_REMOVED = "removed"


@dataclass
class Mirror:
    """The ledger of one attempt: lines are on the disk when :meth:`keep` returns. ``folder``: that of the ledgers;
    ``contract``: where its contract is here; ``prefix``: that of the attempt's run, empty until a line has told it."""

    folder: Path
    contract: Path
    prefix: str = ""
    path: Path | None = None
    is_removed: bool = False
    _file: IO[str] | None = field(default=None, repr=False)

    def keep(self, line: str) -> None:
        """Keep a line of the ledger. Raises ``StorageError``."""
        event = json.loads(line)
        if event["event"] == _REMOVED:
            self.is_removed = True
            return
        if event["event"] == "ledger":
            self.prefix = event["prefix"]
            line = json.dumps({**event, "contract": str(self.contract)})
        with storing(self.folder):
            if self._file is None:
                self._file = self._opened()
            self._file.write(line.rstrip("\n") + "\n")
            self._file.flush()

    def close(self) -> None:
        """Nobody adds to it any more, so that it may be cleaned up by."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def discard(self) -> None:
        """Take it from the disk, and the folder if nothing else is in it."""
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
            self.path = None
            with suppress(OSError):
                self.folder.rmdir()

    def _opened(self) -> IO[str]:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.path or self.folder / f"shard-{self.prefix}-{id(self):x}-{os.getpid()}.jsonl"
        file: IO[str] = open(self.path, "a+", encoding="ascii", opener=private)  # noqa: SIM115
        lock(file, fcntl.LOCK_SH)  # whoever cleans up meanwhile sees that it is in use
        return file
