"""Where the body of an answer says whether the request succeeded, whatever the status line says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.texts import text_of
from restproof.frozen import frozen
from restproof.pointer import member, put, step, steps

ABSENT = "absent"
_USUAL = 400


@frozen
class BodyStatus:
    """``at``: the place of the member that tells; ``success``: what it holds where the request succeeded (``absent``:
    nothing, or null). Of anything else, ``statuses`` says which status the value at ``code`` stands for, and ``other``
    which one where it does not."""

    at: str
    success: tuple[Any, ...]
    code: str
    statuses: Mapping[str, int]
    other: int = _USUAL

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> BodyStatus:
        """From the words of a contract."""
        success = said["success"] if isinstance(said["success"], list) else [said["success"]]
        code = said.get("code", said["at"])
        return cls(said["at"], tuple(success), code, said.get("statuses", {}), said.get("other", _USUAL))

    def status(self, document: Any) -> int | None:
        """The status that the body of an answer stands for; ``None`` where it says that the request succeeded."""
        told = member(document, self.at)
        if any(_same(told, value) for value in self.success):
            return None
        return self.statuses.get(text_of(member(document, self.code)), self.other)

    def members(self, pointer: str) -> frozenset[str]:
        """The members of the object at ``pointer`` (RFC 6901) that tell it, or lead there."""
        way = steps(pointer)
        depth = len(way)
        found = (steps(_pointer(place)) for place in (self.at, self.code))
        return frozenset(s[depth] for s in found if len(s) > depth and s[:depth] == way)

    def succeeded(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The body of an answer to a request that succeeded, which says so."""
        if ABSENT in self.success:
            return dict(document)
        return _with(document, self.at, self.success[0])

    def failed(self, document: Mapping[str, Any], status: int) -> dict[str, Any] | None:
        """The body of a refusal, which says so; ``None`` where it can say no such status."""
        key = next((key for key, known in self.statuses.items() if known == status), None)
        if key is None and status != self.other:
            return None
        number = any(isinstance(value, int) and not isinstance(value, bool) for value in self.success)
        if self.code != self.at:
            told: Any = False if True in self.success else next(n for n in (1, 2) if n not in self.success)
            return _with(_with(document, self.at, told), self.code, key or "refused")
        if key is None:
            return _with(document, self.at, next(n for n in range(1, 9999) if str(n) not in self.statuses))
        return _with(document, self.at, int(key) if number and key.isdecimal() else key)


def is_success(status: int) -> bool:
    """Whether a status line says that the request succeeded."""
    return 200 <= status < 300


def _same(told: Any, value: Any) -> bool:
    if value == ABSENT:
        return told is None
    return isinstance(told, bool) == isinstance(value, bool) and bool(told == value)


def _with(document: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = put(document, _pointer(place), value)
    return found


def _pointer(place: str) -> str:
    return place if place.startswith("/") else step(place)
