"""What runs shards elsewhere, as far as a run needs to know it.

An attempt is one try to run one shard. Its engine calls :func:`restproof.shards.serving.serve` wherever it has room,
with a :class:`Channel`; what the two sides tell each other are words: mappings of texts, numbers and bytes, with the
kind of the word under ``word``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from restproof.errors import RestproofError
from restproof.frozen import frozen

Word = Mapping[str, Any]

HELLO = "hello"
"""From an attempt that has found room: ``key`` (what its parcel is to be sealed for), ``restproof``, ``host``."""
BEGIN = "begin"
"""To an attempt: ``sealed``, its parcel."""
LINE = "line"
"""From an attempt: ``line`` of its ledger, and ``n``: the number that is waited for, or 0."""
KEPT = "kept"
"""To an attempt: the line ``n`` is kept."""
ALIVE = "alive"
"""From either side, every few seconds."""
STOP = "stop"
"""To an attempt: end, and tidy up. A second one: end at once."""
ENDED = "ended"
"""From an attempt, its last word: ``run`` (its run file), ``code``, ``error`` (as JSON, or empty), ``log``."""
BYE = "bye"
"""To an attempt: nothing more will be said."""


class EngineLost(RestproofError):
    """The engine is gone, or has no room any more: what was begun there tidies up by itself."""

    exit_code = 3


class ChannelLost(Exception):
    """The other side of a channel is gone."""


@frozen
class Said:
    """A word of an attempt."""

    attempt: str
    word: Word


@frozen
class Lost:
    """An attempt of which nothing more is to be expected, and why."""

    attempt: str
    why: str


class Engine(Protocol):
    """Runs attempts somewhere. Its methods are called from one thread."""

    @property
    def room(self) -> int:
        """How many attempts go on at once."""
        ...

    def begin(self, attempt: str) -> None:
        """Have an attempt run as soon as there is room. Its name is shown to whoever watches the engine."""
        ...

    def heard(self, seconds: float) -> Sequence[Said | Lost]:
        """What has come from attempts; waits for it, up to ``seconds``. Raises ``EngineLost``."""
        ...

    def say(self, attempt: str, word: Word) -> None:
        """Tell an attempt something, if it is still there."""
        ...

    def close(self) -> None:
        """Begin no more, and let go of what was begun."""
        ...


class Channel(Protocol):
    """An attempt's way to whoever began it."""

    def say(self, word: Word) -> None:
        """Tell something. Safe to use from several threads. Raises ``ChannelLost``."""
        ...

    def hear(self, seconds: float) -> Word | None:
        """The next word, if one comes within ``seconds``. Raises ``ChannelLost``."""
        ...
