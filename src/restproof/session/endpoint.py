"""What a run speaks to: a server or a recording, behind one protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.engine.keep import EventSink
from restproof.engine.runner import Runner
from restproof.engine.watch import Watch
from restproof.frozen import frozen
from restproof.plan.bodies import Bodies
from restproof.plan.profile import Profile
from restproof.plan.symbols import PREFIX_LENGTH
from restproof.session.options import Options
from restproof.wire.session import Recorder, Session

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@frozen
class Task:
    """What an endpoint is to run. ``root``: the folder beside which ledgers lie; ``bodies``: those of each resource, by
    its name; ``worker``: the number of the worker of pytest-xdist, ``None`` where there is one process; ``common``: the
    folder of the files through which workers count together and tell each other what they have seen, ``None`` where
    there is one process; ``epoch``: the moment (of ``time.perf_counter``) from which workers that are forks tell the
    time of their requests."""

    contract: Contract
    contract_path: Path
    root: Path
    options: Options
    profile: Profile
    bodies: Mapping[str, Bodies]
    started: datetime
    worker: int | None = None
    common: Path | None = None
    epoch: float | None = None


@frozen
class Tidied:
    """What clean-up came to: how many resources were deleted, and a line for each that is left."""

    deleted: int = 0
    left: tuple[str, ...] = ()


class Connection(Protocol):
    """A way to the endpoint, ready to run items."""

    @property
    def session(self) -> Session: ...

    @property
    def runner(self) -> Runner: ...

    @property
    def watch(self) -> Watch: ...

    def close(self) -> Tidied:
        """Tidy up and end the session."""


class Endpoint(Protocol):
    """A server or a recording. ``prefix``: that of all tokens of the run."""

    @property
    def target(self) -> Target: ...

    @property
    def prefix(self) -> str: ...

    @property
    def shared(self) -> tuple[str, str] | None:
        """Where workers ask for credentials that are obtained, address and key; ``None`` where there are none."""

    def connect(self, task: Task, sink: EventSink, recorder: Recorder) -> Connection:
        """The connection through which this process runs its part of the items."""

    def tidy(
        self, contract: Contract, root: Path, recorder: Recorder, ends: float | None, epoch: float | None
    ) -> Tidied:
        """Tidy up after all workers of the run, which have ended; their ledgers lie under ``root``. ``ends`` (of
        ``time.monotonic``): when it has to be over; ``None``: when it is done. ``epoch``: when the run began (of
        ``time.perf_counter``); ``None``: now."""

    def leave(self) -> None:
        """Nothing more is sent: let what was started for the run begin to end."""

    def close(self) -> None:
        """End what was started for the run."""


def prefix_of(seed: int) -> str:
    """The prefix of a run that owns its whole target."""
    return prefix_from(hashlib.sha256(str(seed).encode()).digest())


def prefix_from(data: bytes) -> str:
    """A prefix made of eight bytes."""
    number = int.from_bytes(data[:8], "big")
    digits = ""
    for _ in range(PREFIX_LENGTH - 2):
        number, digit = divmod(number, 36)
        digits += _DIGITS[digit]
    return f"rp{digits}"
