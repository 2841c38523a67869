"""File systems without locks (``flock``), as some that are shared over a network: what can go on goes on, and what
cannot says why."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from restproof.errors import StorageError
from restproof.record.disk import Hold
from restproof.record.locks import lock
from restproof.wire.failure import NotProven
from restproof.wire.hearsay import Hearsay
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.numbers import Numbers


@pytest.fixture(params=[errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(fcntl, "flock", refuse)


def ledger_of(folder: Path, process: int) -> Ledger:
    ledger = Ledger(folder / f"20261130T160000Z-rpabcdef-{process}.jsonl", Origin(prefix="rpabcdef"))
    ledger.intend("note", "/notes", [("name", "rpabcdef00001")])
    ledger.close()
    return ledger


@pytest.mark.usefixtures("no_locks")
def test_a_run_goes_on(tmp_path: Path) -> None:
    Hold(tmp_path).release()
    assert len(ledger_of(tmp_path, os.getpid()).entries()) == 1


@pytest.mark.usefixtures("no_locks")
def test_a_ledger_is_in_use_while_the_process_in_its_name_runs(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        theirs, own = ledger_of(tmp_path, other.pid), ledger_of(tmp_path, os.getpid())
        assert (theirs.in_use(), own.in_use()) == (True, False)
    finally:
        other.communicate()
    assert not theirs.in_use()


@pytest.mark.usefixtures("no_locks")
def test_nobody_takes_turns_or_counts_together(tmp_path: Path) -> None:
    with pytest.raises(NotProven, match=r"has no locks \(flock\)"):
        Hearsay(tmp_path / "hearsay").claim("settings")
    numbers = Numbers(1, tmp_path / "numbers")
    with pytest.raises(StorageError, match=r"has no locks \(flock\)"), numbers.changing():
        pass


def test_what_another_has_and_what_else_goes_wrong_is_no_lack_of_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "file").open("wb") as one, (tmp_path / "file").open("rb") as other:
        assert lock(one, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            lock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

        def interrupted(*_: Any) -> None:
            raise OSError(errno.EIO, "input/output error")

        monkeypatch.setattr(fcntl, "flock", interrupted)
        with pytest.raises(OSError, match="input/output"):
            lock(other, fcntl.LOCK_EX)
