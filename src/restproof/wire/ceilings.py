"""What bounds a run as a whole: requests, creates, and requests per second, over all of its threads and processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from restproof.wire.failure import NotSent
from restproof.wire.numbers import Numbers
from restproof.wire.pace import Pace, Turns
from restproof.wire.stop import STOP

FILE_NAME = ".ceilings"
"""In the directory of a run: what its processes have spent together."""
_REQUESTS, _CREATES, _FIXED = 1, 2, 3


class Ceilings:
    """The bounds of a run: ``rate`` requests per second, ``requests`` and ``creates`` in all; ``None`` bounds nothing.

    Safe to use from several threads. ``common``: a file through which the processes of a run count together; without
    one, this process counts alone. ``pace``: the turns of all runs that ask the same host; without them, the processes
    of this run take turns. ``paced``: what takes turns of its own besides, by name, and the seconds between two of
    them. ``clock`` must be the same for all of them.
    """

    def __init__(
        self,
        *,
        rate: float | None = None,
        requests: int | None = None,
        creates: int | None = None,
        common: Path | None = None,
        pace: Pace | None = None,
        paced: Mapping[str, float] = MappingProxyType({}),
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = STOP.sleep,
    ) -> None:
        self._interval = None if rate is None else 1.0 / rate
        self._requests = requests
        self._creates = creates
        self._sleep = sleep
        bounded = bool(paced) or any(bound is not None for bound in (rate, requests, creates))
        # When the next request may leave, how many requests and creates have, and when those may that are paced apart.
        self._spent = Numbers(_FIXED + len(paced), common if bounded else None)
        self._pace = pace or Turns(self._spent, clock)
        self._apart = {name: Turns(self._spent, clock, _FIXED + at) for at, name in enumerate(sorted(paced))}
        self._intervals = paced

    def close(self) -> None:
        """Leave what others use, too."""
        self._pace.close()
        self._spent.close()

    def wait(self, name: str = "") -> None:
        """Return when the caller's turn has come: requests leave evenly spaced, those of a ``name``, or of what stands
        before its point, that is paced apart among themselves, too."""
        wait = 0.0 if self._interval is None else self._pace.turn(self._interval)
        for paced in {name, name.partition(".")[0]} & self._apart.keys():
            wait = max(wait, self._apart[paced].turn(self._intervals[paced]))
        if wait > 0:
            self._sleep(wait)

    def take_request(self, *, beyond: bool = False) -> None:
        """Count a request; ``beyond``: one that leaves whatever the ceiling is. Raises ``NotSent``."""
        self._take(_REQUESTS, self._requests, "requests", beyond=beyond)

    def take_create(self) -> None:
        """Count a write that may store something. Raises ``NotSent``."""
        self._take(_CREATES, self._creates, "creates")

    @property
    def is_reached(self) -> bool:
        """Whether no request is left."""
        if self._requests is None:
            return False
        with self._spent.changing() as spent:
            return spent[_REQUESTS] >= self._requests

    def _take(self, what: int, ceiling: int | None, name: str, *, beyond: bool = False) -> None:
        if ceiling is None:
            return
        with self._spent.changing() as spent:
            if spent[what] >= ceiling and not beyond:
                raise NotSent(f"ceiling of {ceiling} {name} reached")
            spent[what] += 1
