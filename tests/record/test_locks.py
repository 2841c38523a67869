"""File systems without locks (``flock``), as some that are shared over a network: what can go on goes on, and what
cannot says why."""

from __future__ import annotations

import errno
import fcntl
import json
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
from restproof.wire.ledger import FORMAT, Ledger, Origin
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
def test_so_is_what_is_kept_of_a_shard(tmp_path: Path) -> None:
    code = "import sys, pathlib as p; from restproof.shards.mirror import Mirror; m = Mirror(p.Path(), p.Path()); "
    line = json.dumps({"event": "ledger", "format": FORMAT, **vars(Origin(prefix="rpabcdef"))})
    kept = f"m.keep({line!r}); print(flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code + kept], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        other.stdout.readline()
        (path,) = tmp_path.glob("shard-rpabcdef-*.jsonl")
        assert Ledger(path).in_use()
    finally:
        other.communicate()
    assert not Ledger(path).in_use()


def test_nfs_tells_of_processes_on_other_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There it is shared by who can read the file, and held alone by who can write to it (flock(2))."""
    flock = fcntl.flock

    def held(file: Any, how: int) -> None:
        mode = fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE
        if mode == (os.O_RDONLY if how & fcntl.LOCK_EX else os.O_WRONLY):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", held)
    ledger = Ledger(tmp_path / f"20261130T160000Z-rpabcdef-{2**22 + 1}.jsonl", Origin(prefix="rpabcdef"))
    ledger.intend("note", "/notes", [("name", "rpabcdef00001")])
    assert Ledger(ledger.path).in_use()
    ledger.close()
    assert not Ledger(ledger.path).in_use()


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
