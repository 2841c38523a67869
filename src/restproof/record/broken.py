"""What is wrong with one entry of recorded traffic."""

from __future__ import annotations

from pathlib import Path

from restproof.errors import Place, TrafficError

BROKEN = (KeyError, TypeError, AttributeError, ValueError, IndexError, OverflowError, RecursionError)
"""What a reader meets in an entry that is not of its form."""


def broken(entry: str, error: Exception, path: Path) -> TrafficError:
    """The sentence on an ``entry`` of the file at ``path``, and why it cannot be read."""
    why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
    return TrafficError(f"{entry} is broken: {why}", place=Place(path))
