"""What a run did not send, as its recording keeps it: a replay has no guard, and does not send it either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from restproof.wire.failure import NotProven, NotSent
from restproof.wire.message import About

_NOT_PROVEN, _NOT_SENT = "not proven", "not sent"


def refusal_as_json(reason: NotSent) -> dict[str, str]:
    """A refusal as the run file keeps it."""
    return {"reason": str(reason), "kind": _NOT_PROVEN if isinstance(reason, NotProven) else _NOT_SENT}


def recalled(value: Mapping[str, str]) -> NotSent:
    """A refusal that the run file kept."""
    return (NotProven if value["kind"] == _NOT_PROVEN else NotSent)(value["reason"])


class Asked:
    """Names the writes of each case by their order, which is the same in a replay."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def name(self, about: About) -> str:
        """The name of the next write."""
        where = about.case or about.setup or ""
        self._counts[where] += 1
        return f"not sent {where} {self._counts[where]}"
