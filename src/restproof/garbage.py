"""When Python looks for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_RUNS: list[None] = []
"""One for each run that goes on in this process."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage is looked for within the block: what files are read into stays and holds no cycles, and the collector
    would go through all of it again and again, and once more behind the block."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            keep()
            gc.enable()


def keep() -> None:
    """Take what there is for old: within a run it lives as long as that does, else it is gone through with what else
    has lived for long."""
    gc.freeze()
    if not _RUNS:
        gc.unfreeze()


@contextmanager
def few_collections() -> Iterator[None]:
    """Garbage is looked for rarely while a run goes on: it makes hardly any that counting references does not find."""
    usual = gc.get_threshold()
    gc.set_threshold(600_000, 20, 20)
    _RUNS.append(None)
    try:
        yield
    finally:
        keep()  # else all that the last of it has made is gone through once more
        _RUNS.pop()
        gc.set_threshold(*usual)
        if not _RUNS:
            gc.unfreeze()
