"""Where a run lands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from restproof.config import Config
from restproof.record.disk import made, unusable


def now() -> datetime:
    """The present moment, with its time zone."""
    return datetime.now(UTC)


def run_directory(out: str | None, config: Config, cwd: Path, started: datetime) -> Path:
    """Where the run lands: exactly ``out`` where it is given, else ``reports/<time>`` beside the configuration (or the
    working directory)."""
    if out:
        return Path(out)
    root = config.root if config.contract or config.target else cwd
    return root / "reports" / started.strftime("%Y%m%dT%H%M%SZ")


def landed(out: str | None, config: Config, cwd: Path, started: datetime) -> Path:
    """The directory of a run, made. Raises ``ConfigurationError`` where it cannot be."""
    wanted = run_directory(out, config, cwd, started)
    return made(wanted) if out else claimed(wanted)


def claimed(wanted: Path) -> Path:
    """Make the directory of a run: ``wanted``, or ``wanted-2`` … where another run of the same second has made it.
    Raises ``ConfigurationError`` where none can be made."""
    found, number = wanted, 1
    while True:
        try:
            found.mkdir(parents=True)
        except FileExistsError:
            number += 1
            found = wanted.with_name(f"{wanted.name}-{number}")
        except OSError as error:
            raise unusable(found, error) from None
        else:
            return found


def point_latest(run: Path) -> None:
    """Let ``latest`` beside the run's directory point to it."""
    link = run.parent / "latest"
    if link.is_symlink() or not link.exists():
        # Made aside and moved, because another run may end at the same moment.
        fresh = run.parent / f".latest-{run.name}"
        fresh.symlink_to(run.name, target_is_directory=True)
        fresh.replace(link)
