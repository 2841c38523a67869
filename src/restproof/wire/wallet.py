"""What the credentials of a target are worth at the moment: renewed before they expire, and once after a refusal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Protocol

from restproof.frozen import frozen
from restproof.wire.message import Headers
from restproof.wire.stop import STOP

_MARGIN = 30.0
"""Seconds before its end at which a credential is renewed; a fifth of its time where that is less."""

_PAUSES = (0.5, 2.0)
"""Seconds to wait between attempts to obtain one."""
_LATER_PAUSES = (*_PAUSES, 5.0, 10.0)
"""And to renew one: who gives them was there, and may only begin anew."""
_SPARED = 2.0
"""Seconds for which one that holds yet is presented again, where it cannot be renewed for the moment."""


class CredentialError(Exception):
    """A credential cannot be obtained. The message is a sentence without secrets; ``passing``: whether another try may
    bring more."""

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


@frozen
class Token:
    """A credential as it is presented now. ``expires``: when it ends (Unix time); ``cookies`` travel with it, ``csrf``
    (a header field) with requests that write. ``number``: its place among those of its name, from 1."""

    value: str = field(repr=False)
    expires: float | None = None
    cookies: Headers = field(default=(), repr=False)
    csrf: Headers = field(default=(), repr=False)
    obtained: float = 0.0
    number: int = 1

    @property
    def secrets(self) -> tuple[str, ...]:
        """All of it that is never shown."""
        return (self.value, *(value for _, value in (*self.cookies, *self.csrf)))

    def is_fresh(self, now: float) -> bool:
        """Whether it holds for a while yet."""
        return self.expires is None or now < self.expires - min(_MARGIN, (self.expires - self.obtained) / 5)


class Wallet(Protocol):
    """Gives the credentials of a target, from any thread."""

    def current(self, name: str) -> Token:
        """The credential to present. Raises :class:`CredentialError`, and ``KeyError`` where the target has none."""

    def renewed(self, name: str, refused: Token) -> Token | None:
        """Another one after ``refused`` was refused; ``None`` where there is no other. Raises as :meth:`current`."""


class Fixed:
    """A wallet whose credentials are what they are."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._tokens = {name: Token(value) for name, value in credentials.items()}

    def current(self, name: str) -> Token:
        return self._tokens[name]

    def renewed(self, name: str, refused: Token) -> Token | None:
        return None


class Renewing:
    """A wallet that obtains some of its credentials, by functions that raise :class:`CredentialError`."""

    def __init__(
        self,
        credentials: Mapping[str, str],
        ways: Mapping[str, Callable[[], Token]],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = STOP.sleep,
    ) -> None:
        self._tokens = {name: Token(value) for name, value in credentials.items() if name not in ways}
        self._ways = ways
        self._failed: dict[str, CredentialError] = {}
        self._spared: dict[str, float] = {}
        """Until when a credential that holds yet is not renewed, since that has failed for the moment."""
        self._clock = clock
        self._sleep = sleep
        self._locks = {name: threading.RLock() for name in ways}

    def current(self, name: str) -> Token:
        if name not in self._ways:
            return self._tokens[name]
        with self._locks[name]:
            held, now = self._tokens.get(name), self._clock()
            if held is not None and (held.is_fresh(now) or self._spared.get(name, 0.0) > now):
                return held
            return self._obtained(name)

    def renewed(self, name: str, refused: Token) -> Token | None:
        if name not in self._ways:
            return None
        with self._locks[name]:
            held = self._tokens.get(name)
            # Another thread or worker may have been quicker.
            if held is not None and held.number > refused.number:
                return held
            return self._obtained(name, is_refused=True)

    def _obtained(self, name: str, *, is_refused: bool = False) -> Token:
        """A new one; the one that is held only where that is not refused, and none can be had for the moment."""
        if name in self._failed:
            raise self._failed[name]
        held = self._tokens.get(name)
        for wait in (*(_PAUSES if held is None else _LATER_PAUSES), None):
            try:
                found = self._ways[name]()
            except CredentialError as error:
                ends = None if held is None or is_refused or not error.passing else held.expires
                if held is not None and ends is not None and ends - self._clock() > _SPARED:
                    self._spared[name] = self._clock() + _SPARED
                    return held
                if error.passing and wait is not None:
                    self._sleep(wait)
                    continue
                self._failed[name] = CredentialError(f"the credential `{name}` cannot be obtained: {error}")
                raise self._failed[name] from error
            number, now = 1 if held is None else held.number + 1, self._clock()
            # What is over as it comes has no end, or one by another clock: a refusal will say when.
            expires = found.expires if found.expires is not None and found.expires > now else None
            self._tokens[name] = replace(found, expires=expires, obtained=now, number=number)
            break
        return self._tokens[name]
