"""Who sends next, where several processes ask one host: they take turns through a file, or through Redis."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from restproof.config import VARIABLE
from restproof.errors import ConfigurationError
from restproof.wire.numbers import Numbers

if TYPE_CHECKING:
    import redis

_KNOWN = 60
"""Seconds for which Redis remembers who takes part."""
_URL = re.compile("rediss?://|unix://")
_AGAIN = 1.0
"""Seconds without Redis before it is asked again."""

# Redis' own clock, so that machines need not agree on theirs. Gives the microseconds to wait, and how many take part.
_TURN = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local turn = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
redis.call('SET', KEYS[1], string.format('%d', turn + ARGV[1]), 'EX', ARGV[2])
redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - ARGV[2] * 1000000)
redis.call('EXPIRE', KEYS[2], ARGV[2])
return {turn - now, redis.call('ZCARD', KEYS[2])}
"""


class Pace(Protocol):
    """Turns at one host."""

    def turn(self, interval: float) -> float:
        """Take a turn, ``interval`` seconds after the one before it: the seconds until it comes."""
        ...

    def close(self) -> None:
        """Take no more turns."""
        ...


def pace_of(place: str, base_url: str) -> Pace:
    """The turns of all who name the same ``place`` (a folder, or ``redis://HOST``) and ask the host of ``base_url``.
    Raises ``ConfigurationError``."""
    place = filled(place)
    host = re.sub(r"[^A-Za-z0-9.-]", "_", urlsplit(base_url).netloc.lower())
    if _URL.match(place):
        return RedisPace(place, host)
    folder = Path(place)
    folder.mkdir(parents=True, exist_ok=True)
    # The file outlives the machine's start, with which other clocks begin anew.
    return Turns(Numbers(1, folder / host), time.time)


def filled(place: str) -> str:
    """``place`` with its variables (``redis://:${NAME}@HOST``) filled in from the environment: whatever is an argument,
    ``ps`` shows. What stands in a URL is percent-encoded. Raises ``ConfigurationError``."""
    is_url = _URL.match(place)

    def value(variable: re.Match[str]) -> str:
        if (found := os.environ.get(variable[1])) is None:
            raise ConfigurationError(
                f"--coordinate: the environment variable {variable[1]} is not set", hint=f"export {variable[1]}=…"
            )
        return quote(found, safe="") if is_url else found

    return VARIABLE.sub(value, place)


def check_place(place: str) -> None:
    """Raises ``ConfigurationError`` where nobody can take turns by ``place``."""
    try:
        pace = pace_of(place, "http://127.0.0.1")
    except OSError as error:
        raise ConfigurationError(
            f"--coordinate {place}: {error.strerror or error}", hint="Name a folder that can be written to."
        ) from None
    if isinstance(pace, RedisPace):
        pace.check()
    pace.close()


class Turns:
    """Turns by one of ``numbers`` (the one ``at`` that place), which is when the next one comes, in seconds of
    ``clock``. All who change them must have the same clock."""

    def __init__(self, numbers: Numbers, clock: Callable[[], float], at: int = 0) -> None:
        self._numbers = numbers
        self._clock = clock
        self._at = at

    def turn(self, interval: float) -> float:
        with self._numbers.changing() as numbers:
            now = self._clock()
            turn = max(now, numbers[self._at])
            numbers[self._at] = turn + interval
        return turn - now

    def close(self) -> None:
        self._numbers.close()


class RedisPace:
    """Turns through Redis. While it cannot be reached, each keeps to an even share of the rate by itself: to that of as
    many as took part when it was last heard of. Raises ``ConfigurationError`` for what is no URL of Redis."""

    def __init__(self, url: str, host: str) -> None:
        try:
            import redis
        except ModuleNotFoundError:
            raise ConfigurationError(
                "--coordinate with Redis needs its package", hint="pip install 'restproof[redis]'"
            ) from None
        self._errors: tuple[type[Exception], ...] = (redis.exceptions.RedisError, OSError)
        self._keys = (f"restproof:turn:{{{host}}}", f"restproof:who:{{{host}}}")
        self._who = secrets.token_hex(8)
        self._lock = threading.RLock()
        self._others, self._next, self._silent_until = 1, 0.0, 0.0
        try:
            self._client: redis.Redis = redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)
        except ValueError as error:
            # The URL may hold a password.
            raise ConfigurationError(f"--coordinate: {error}", hint="Give redis://HOST:PORT.") from None
        self._script = self._client.register_script(_TURN)

    def check(self) -> None:
        """Raises ``ConfigurationError`` where Redis cannot be reached."""
        try:
            self._client.ping()
        except self._errors as error:
            raise ConfigurationError(f"--coordinate: {error}", hint="Is Redis there?") from None

    def turn(self, interval: float) -> float:
        with self._lock:
            now = time.monotonic()
            if now >= self._silent_until:
                try:
                    wait, self._others = self._script(
                        keys=self._keys, args=[round(interval * 1e6), _KNOWN, self._who], client=self._client
                    )
                except self._errors:
                    self._silent_until = now + _AGAIN
                else:
                    return float(wait) / 1e6
            turn = max(now, self._next)
            self._next = turn + interval * max(1, self._others)
            return turn - now

    def close(self) -> None:
        self._client.close()
