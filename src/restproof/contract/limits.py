"""What answers say of a rate limit: in three header fields, or in those of the IETF's draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

from restproof.frozen import frozen

Part = Literal["limit", "remaining", "reset"]
_NAME = r"\"(?:[^\"\\]|\\.)*\"|[A-Za-z*][\w!#$%&'*+.^`|~:/-]*"
_VALUE = r"\"(?:[^\"\\]|\\.)*\"|:[A-Za-z0-9+/=]*:|[^;,\s\"]+"
_PARAMETER = re.compile(rf"\s*;\s*([a-z*][a-z0-9_.*-]*)(?:=({_VALUE}))?")
_ITEM = re.compile(rf"\s*({_NAME})((?:{_PARAMETER.pattern})*)\s*(?:,|$)")
_PAIR = re.compile(rf"\s*([a-z*][a-z0-9_.*-]*)=({_VALUE})\s*(?:,|$)")


_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_UNCOUNTED = (401, 408, 413, 414, 431, 502, 503, 504, 505)
"""What comes before anybody counts: of nobody who is known, or answered by a server before the API."""
_MARGIN = 1.02
"""Turns are this much longer than they need be: clocks differ, and requests take their time."""


@frozen
class Rate:
    """So many requests in so many seconds."""

    requests: int
    seconds: int

    @classmethod
    def of(cls, said: str | None) -> Rate | None:
        """From the words of a contract: ``10/minute``; ``None`` for none."""
        if said is None:
            return None
        count, _, unit = said.partition("/")
        return cls(int(count), _SECONDS[unit])

    @property
    def interval(self) -> float:
        """Seconds between two requests that stay below it."""
        return self.seconds * _MARGIN / self.requests

    def __str__(self) -> str:
        unit = next(name for name, seconds in _SECONDS.items() if seconds == self.seconds)
        return f"{self.requests}/{unit}"


@frozen
class RateLimit:
    """Names of the header fields that every answer carries, and the form of the reset and of ``Retry-After``.

    ``carried_by``: whether answers that nobody counts carry them too. ``is_structured``: they are ``RateLimit-Policy``
    and ``RateLimit`` (draft-ietf-httpapi-ratelimit-headers), whose members and parameters tell what is told in one
    field each otherwise.
    """

    limit: str
    remaining: str
    reset: str | None = None
    reset_is: Literal["moment", "any"] = "any"
    retry_after: Literal["seconds", "any"] = "any"
    carried_by: Literal["all", "counted"] = "counted"
    is_structured: bool = False

    @classmethod
    def of(cls, said: str | Mapping[str, Any]) -> RateLimit:
        """From the words of a contract."""
        words = {"fields": said} if isinstance(said, str) else said
        if "fields" not in words:
            return cls(**words)
        more: dict[str, Any] = {word: value for word, value in words.items() if word != "fields"}
        return cls("RateLimit-Policy", "RateLimit", "RateLimit", is_structured=True, **more)

    @property
    def fields(self) -> tuple[str, ...]:
        """The header fields that tell it."""
        return tuple(dict.fromkeys(name for name in (self.limit, self.remaining, self.reset) if name))

    @property
    def sure(self) -> tuple[Part, ...]:
        """What every answer tells: the draft leaves all but what remains to the server."""
        if self.is_structured:
            return ("remaining",)
        return ("limit", "remaining", "reset") if self.reset else ("limit", "remaining")

    def must_carry(self, part: Part, status: int) -> bool:
        """Whether an answer with that status must tell the part."""
        return part in self.sure and (self.carried_by == "all" or status not in _UNCOUNTED)

    def said(self, header: Callable[[str], str | None], part: Part) -> str | None:
        """What an answer tells of a part, as it is written; ``None`` where it does not. ``header`` gives a field."""
        if not self.is_structured:
            name = {"limit": self.limit, "remaining": self.remaining, "reset": self.reset}[part]
            return header(name) if name else None
        state = header("RateLimit") or ""
        if _PAIR.match(state):  # as the drafts before the eighth had it
            return dict(_PAIR.findall(state)).get(part)
        found = min(_items(state), key=lambda item: _count(item[1].get("r")), default=None)
        if found is None:
            return None
        name, parameters = found
        if part != "limit":
            return parameters.get("r" if part == "remaining" else "t")
        return next((p.get("q") for n, p in _items(header("RateLimit-Policy") or "") if n == name), None)

    def named(self, part: Part) -> str:
        """Where a part is told, in words."""
        if self.is_structured:
            return {"limit": "q of RateLimit-Policy", "remaining": "r of RateLimit", "reset": "t of RateLimit"}[part]
        return {"limit": self.limit, "remaining": self.remaining, "reset": self.reset or ""}[part]

    def spelled(self, limit: int, remaining: int, reset: int, now: int, window: int) -> dict[str, str]:
        """The fields of an answer. ``reset`` and ``now`` in Unix seconds, ``window`` in seconds."""
        if self.is_structured:
            told = f'"default";r={remaining};t={max(0, reset - now)}'
            return {"RateLimit-Policy": f'"default";q={limit};w={window}', "RateLimit": told}
        found = {self.limit: str(limit), self.remaining: str(remaining)}
        return found | ({self.reset: str(reset)} if self.reset else {})


def _items(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The members of a structured list (RFC 9651 §3.1) with their parameters; nothing where it is none."""
    at = 0
    while at < len(text):
        match = _ITEM.match(text, at)
        if match is None:
            return
        yield match[1].strip('"'), dict(_PARAMETER.findall(match[2]))
        at = match.end()


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
