"""What a run comes to hold by the way (a token, a value, an instance that an earlier item made): written down, so that
a replay has it without repeating the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from restproof.wire.stop import STOP


class Keeper(Protocol):
    """Gives values by name. ``recall_or_make`` makes the value where the run is live; ``recall`` is for one
    that a case finds ready (``None``: it does not, and sends what is needed for it)."""

    def recall_or_make(self, name: str, make: Callable[[], Any]) -> Any: ...

    def recall(self, name: str, value: Any) -> Any: ...


class EventSink(Protocol):
    """Takes events of the run file."""

    def write(self, event: Mapping[str, Any]) -> None: ...


class LiveKeeper:
    """The keeper of a live run: writes each value to the run file. ``sink`` may be ``None``, for what is no run."""

    def __init__(self, sink: EventSink | None = None) -> None:
        self._sink = sink
        self._made: dict[str, Any] = {}

    def recall_or_make(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
            self._write(name, self._made[name])
        return self._made[name]

    def recall(self, name: str, value: Any) -> Any:
        if value is not None:
            self._write(name, value)
        return value

    def _write(self, name: str, value: Any) -> None:
        if self._sink is not None:
            self._sink.write({"event": "value", "name": name, "value": value})


class Clock(Protocol):
    """What a rule about time goes by. That of a replay shows recorded times and never waits."""

    def monotonic(self) -> float:
        """Seconds since some moment before the run."""

    def time(self) -> float:
        """Unix time in seconds."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class LiveClock:
    """The time of this machine."""

    def monotonic(self) -> float:
        return time.monotonic()

    def time(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        STOP.sleep(seconds)
