"""Where the runs of a fleet are kept: a folder, or whatever ``fsspec`` reaches (``s3://bucket/runs``, ``sftp://…``).

``SERVICE/RUN/`` holds what ``restproof run`` left, the log of the run, and ``record.json``, which tells how it came to
an end. The names of runs are times, so that the last name is the newest run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from restproof.contract.urls import told_url
from restproof.errors import ConfigurationError
from restproof.frozen import frozen

RECORD = "record.json"
SUMMARY = "summary.json"
STATE = "state.json"


@frozen
class Record:
    """How a run of a service ended. ``fleet_run``: the run of the fleet that it is part of, empty where it was
    interrupted; ``verdict`` and ``failing`` results: those of its summary, if it left one; ``fingerprint``: of all that
    it was about, ``None`` where that could not be told; ``said``: its first words, where it left no verdict."""

    service: str
    name: str
    fleet_run: str
    exit_code: int
    verdict: str = ""
    failing: int = 0
    fingerprint: str | None = None
    revision: str = ""
    said: str = ""


class Store:
    """The runs under ``where``, a path below ``root`` or a URL. Raises ``ConfigurationError`` where ``fsspec`` is
    missing or does not know the protocol."""

    def __init__(self, where: str, root: Path) -> None:
        try:
            import fsspec
        except ModuleNotFoundError:
            raise ConfigurationError(
                "the runs of a fleet are kept with fsspec, which is not installed",
                hint="pip install 'restproof[fleet]'",
            ) from None
        try:
            self._files, self.top = fsspec.core.url_to_fs(where if "://" in where else str(root / where))
        except (ImportError, ValueError) as error:
            raise ConfigurationError(f"runs = {told_url(where)!r}: {error}") from None

    def names(self, service: str) -> list[str]:
        """The runs of a service, the oldest first."""
        found = (str(path).split("/") for path in self._files.find(self._path(service), maxdepth=2))
        return sorted(parts[-2] for parts in found if parts[-1] == RECORD)

    def record(self, service: str, name: str) -> Record:
        """How a run ended."""
        return Record(**json.loads(self._files.cat_file(self._path(service, name, RECORD))))

    def summary(self, service: str, name: str) -> Mapping[str, Any]:
        """The ``summary.json`` of a run that came to a verdict."""
        found: dict[str, Any] = json.loads(self._files.cat_file(self._path(service, name, SUMMARY)))
        return found

    def keep(self, record: Record, folder: Path) -> None:
        """Keep what a run left in ``folder``. Its record is written last: a run without one is not there."""
        to = self._path(record.service, record.name)
        self._files.makedirs(to, exist_ok=True)
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                target = f"{to}/{file.relative_to(folder).as_posix()}"
                self._files.makedirs(target.rpartition("/")[0], exist_ok=True)
                self._files.put_file(str(file), target)
        self.write(f"{record.service}/{record.name}/{RECORD}", json.dumps(asdict(record), indent=1) + "\n")

    def thin(self, service: str, keep: int) -> None:
        """Leave the newest ``keep`` runs of a service."""
        for name in self.names(service)[:-keep]:
            self._files.rm(self._path(service, name), recursive=True)

    def write(self, name: str, text: str) -> None:
        """Write a file below the top."""
        self._files.makedirs(self._path(name).rpartition("/")[0], exist_ok=True)
        self._files.pipe_file(self._path(name), text.encode())

    def read(self, name: str) -> str | None:
        """The text of a file below the top; ``None`` where there is none."""
        path = self._path(name)
        return self._files.cat_file(path).decode() if self._files.exists(path) else None

    def _path(self, *parts: str) -> str:
        return "/".join((str(self.top).rstrip("/"), *parts))
