"""The earlier run that a new one is compared with."""

from __future__ import annotations

from pathlib import Path

from restproof.compare.diff import Judged
from restproof.errors import RunFileError
from restproof.oracle.verdict import judge
from restproof.record.events import RUN_FILE, run_file
from restproof.record.model import Header
from restproof.record.reader import read, read_header

LOOKED_AT = 100
"""How many folders are looked at, the newest first."""


def judged(path: Path) -> Judged:
    """The run of a run file or a run's directory, and the verdict on it; one that breaks off as far as it goes.
    Raises ``RunFileError``."""
    run = read(run_file(path), partial=True)
    return Judged(run, judge(run))


def runs_under(folder: Path) -> list[Path]:
    """The run files in the directories of ``folder``, the newest name first. Links (``latest``) are passed over."""
    found = (d / RUN_FILE for d in folder.iterdir() if d.is_dir() and not d.is_symlink())
    return sorted((f for f in found if f.is_file()), key=lambda f: f.parent.name, reverse=True)


def previous(new: Header, folder: Path, directory: Path) -> Judged | None:
    """The newest whole run in ``folder`` of the same contract, target and selection that began before ``new``, whose
    own directory is ``directory``; ``None`` where there is none that can be read."""
    if not folder.is_dir():
        return None
    found: list[tuple[str, Path]] = []
    for file in runs_under(folder)[:LOOKED_AT]:
        try:
            header = read_header(file)
        except RunFileError:
            continue
        if file.parent.resolve() != directory.resolve() and _alike(header, new) and header.started <= new.started:
            found.append((header.started, file))
    for _, file in sorted(found, key=lambda one: (one[0], one[1].parent.name), reverse=True):
        try:
            run = read(file)
        except RunFileError:
            continue
        if run.footer is not None and run.footer.interrupted is None:
            return Judged(run, judge(run))
    return None


def _alike(one: Header, other: Header) -> bool:
    return (one.contract, one.target.name, one.selection) == (other.contract, other.target.name, other.selection)
