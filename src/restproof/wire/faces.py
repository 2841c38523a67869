"""A target that answers still, and is not what it was: a deployment replaced, a session gone. Whatever is asked for,
the answer is one page for people, one way elsewhere, or that nothing is there."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from restproof.contract.model import Contract
from restproof.wire.message import Exchange, Headers, Request

PRESENCE = "presence"
"""The set-up name of requests that ask for the target itself."""
_IN_A_ROW = 15
"""Answers that look alike, to different operations, before what was answered otherwise is asked for again."""
_OPERATIONS = 3
_NOWHERE = (404, 410)


class _Answer(Protocol):
    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Headers: ...


class Asked(NamedTuple):
    """A list that was answered as it should be, and can be asked for again."""

    request: Request
    credential: str | None


def face(answer: _Answer | None) -> str:
    """What an answer looks like that may be given to anything; empty where it is none of the kind."""
    if answer is None:
        return ""
    if 300 <= answer.status < 400 and (location := _field(answer, "location")):
        return f"a redirect ({answer.status}) to {urlsplit(location).path or '/'}"
    if _field(answer, "content-type").lower().startswith("text/html"):
        return f"a page of HTML ({answer.status})"
    return f"{answer.status}" if answer.status in _NOWHERE else ""


def _field(answer: _Answer, name: str) -> str:
    return next((value for field, value in answer.headers if field.lower() == name), "")


class Faces:
    """Looks at the answers of a session in their order. ``given``: the resources whose ids are given, below which lists
    stay where they are."""

    def __init__(self, contract: Contract, given: Collection[str]) -> None:
        self._open = {r.name for r in contract if all(p.resource in given for p in r.parents)}
        self.asked: Asked | None = None
        """Of the lists that were answered, and stand below nothing the run has made, the first with the fewest
        parameters: a later page may be there no more."""
        self._shown = ""
        self._first: Exchange | None = None
        self._count, self._enough = 0, _IN_A_ROW
        self._operations: set[tuple[str | None, str | None]] = set()

    def is_doubtful(self, exchange: Exchange | None) -> bool:
        """Whether it is time to ask once more for what was answered before; at the end of the run (``None``), wherever
        the last answers looked alike."""
        if exchange is None:
            return self.asked is not None and bool(self._shown)
        about, shown = exchange.about, face(exchange.response)
        if not shown or shown != self._shown:
            self._shown, self._first = shown, exchange
            self._count, self._enough = 0, _IN_A_ROW
            self._operations.clear()
        if not shown:
            if exchange.is_success and about.operation == "list" and about.resource in self._open:
                self._may_be_asked(Asked(exchange.request, exchange.credential))
            return False
        self._count += 1
        self._operations.add((about.resource, about.operation))
        # What names nobody may be nowhere; what a create without a parent is answered by never is.
        is_all = not shown.isdecimal() or any((name, "create") in self._operations for name in self._open)
        return self.asked is not None and is_all and self._is_enough()

    def _may_be_asked(self, asked: Asked) -> None:
        if self.asked is None or len(asked.request.query) < len(self.asked.request.query):
            self.asked = asked

    def _is_enough(self) -> bool:
        return self._count >= self._enough and len(self._operations) >= _OPERATIONS

    def why_gone(self, again: Exchange) -> str | None:
        """Why the target counts as gone, by the answer to what was asked for once more."""
        if self._first is None or face(again.response) != self._shown:
            self._enough = 2 * self._count
            return None
        about, method, path = self._first.about, self._first.request.method, self._first.request.path
        of = f" of {about.item}" if about.item else ""
        return (
            f"since request {self._first.n} every answer is {self._shown}, that to {again.request.method} "
            f"{again.request.path} too, which had its list before; the first was that to {method} {path:.200}{of}"
        )
