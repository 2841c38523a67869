"""What a run did not send, as its recording keeps it: a replay has no guard, and does not send it either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.model import Contract
from restproof.wire.failure import NotProven, NotSent
from restproof.wire.message import About, Request
from restproof.wire.searching import Searches
from restproof.wire.ticket import Ticket, Unguarded
from restproof.wire.walk import Sender

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


class RecordedRefusals(Unguarded):
    """The guard of a replay (``restproof.wire.ownership.Guard``): a recording is no server, so nothing can come to
    harm; what the recorded run did not send is not sent. ``refusals``: worker → name → reason."""

    def __init__(
        self, contract: Contract, refusals: Mapping[int, Mapping[str, Any]], worker: Callable[[], int]
    ) -> None:
        self._searches = Searches(contract)
        self._refusals = refusals
        self._worker = worker
        self._asked: dict[int, Asked] = {}

    def before(self, request: Request, about: About, credential: str | None, sender: Sender) -> Ticket | None:
        if self._searches.may_change(request):
            worker = self._worker()
            name = self._asked.setdefault(worker, Asked()).name(about)
            refusal = self._refusals.get(worker, {}).get(name)
            if refusal is not None:
                raise recalled(refusal)
        return None
