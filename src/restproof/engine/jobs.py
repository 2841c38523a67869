"""What becomes of a write that is only accepted: its job is asked for until it has ended, within a bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote

from restproof.contract.jobs import OWN, SEE_OTHER, Job, value_at
from restproof.contract.model import Contract, Resource
from restproof.contract.routing import as_read, id_of_url
from restproof.engine.failure import NotTested
from restproof.engine.keep import Clock
from restproof.engine.reply import Ended, Reply
from restproof.engine.settling import FIRST_PAUSE, LONGEST_PAUSE, Settling
from restproof.oracle.finding import shown
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Exchange, Request
from restproof.wire.ticket import Guard
from restproof.wire.waiting import retry_after

_PATIENCE = 2
"""Jobs of one operation that may take the whole time, where none has ever ended."""


class Sender(Protocol):
    """Who sends: ``wire.session.Session`` is one."""

    def send(self, request: Request, about: About, credential: str | None = "full") -> Exchange: ...

    @property
    def guard(self) -> Guard: ...


class Jobs:
    """Follows the jobs of a run."""

    def __init__(self, contract: Contract, session: Sender, clock: Clock, settling: Settling) -> None:
        self._contract = contract
        self._session = session
        self._clock = clock
        self._settling = settling
        self._in_vain: Counter[tuple[str, str]] = Counter()

    def followed(self, reply: Reply, about: tuple[str | None, str | None, str | None]) -> Reply:
        """The reply with what came of it, where a job goes on with it; any other as it is. ``about``: the item, case
        and set-up that it belongs to. Raises ``NotTested`` where the job may not be asked for."""
        job = reply.resource.operation(reply.operation).job
        if job is None or not reply.is_under_way:
            return reply
        named = job.named(reply.header, reply.json)
        if named is None:
            return replace(reply, job=Ended(problem=f"the answer to the {reply} names no job at {job.at}"))
        try:
            ended = self._ended(reply, job, named, about)
        except NotSent as reason:
            raise NotTested(str(reason)) from None
        if ended.made is not None:
            self._session.guard.made(reply.exchange, ended.made)
        return replace(reply, job=ended)

    def _ended(self, reply: Reply, job: Job, named: str, about: tuple[str | None, str | None, str | None]) -> Ended:
        item, case, setup = about
        key = reply.resource.name, reply.operation
        bound = job.within if self._in_vain[key] < _PATIENCE else job.within / 10
        end, pause = self._clock.monotonic() + bound, FIRST_PAUSE
        request = self._request(reply, job, named)
        while True:
            # No operation: an answer to this one shows no representation of the resource.
            asked = About(reply.resource.name, None, item=item, case=case, setup=setup)
            exchange = self._session.send(request, asked, reply.exchange.credential)
            told = replace(reply, exchange=exchange)
            state = job.state_of(exchange.json)
            if any(_is(state, known) for known in job.failed):
                return Ended(problem=f"the job of a valid {reply} ended as {shown(state)}", reply=told)
            if exchange.status == SEE_OTHER or any(_is(state, known) for known in job.done):
                self._in_vain[key] = -_PATIENCE
                return self._done(reply, job, told)
            if not self._settling.goes_on(about, end, max(pause, retry_after(exchange.response, None) or 0.0)):
                self._in_vain[key] += 1
                what = f"is in the state {shown(state)}" if told.ok else exchange.ending
                return Ended(problem=f"the job of a valid {reply} {what} after {bound:g} s", reply=told)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def _done(self, reply: Reply, job: Job, told: Reply) -> Ended:
        if job.made is None:
            return Ended(reply=told)
        said = value_at(job.made, told.header, told.json)
        made = _id(self._contract, reply.resource, said)
        if made is None and reply.operation == "create":
            return Ended(
                problem=f"the job of a create is done, and names nothing that was made at {job.made}", reply=told
            )
        return Ended(made, reply=told)

    def _request(self, reply: Reply, job: Job, named: str) -> Request:
        ids: Mapping[str, Any] = {**reply.scope, OWN: named}
        path = job.path.format_map({n: quote(str(id), safe="") for n, id in ids.items()})
        accept = [(n, v) for n, v in reply.exchange.request.headers if n.lower() == "accept"]
        return Request("GET", f"{self._contract.base_path}{path}", headers=tuple(accept))


def _id(contract: Contract, resource: Resource, said: Any) -> Any:
    """The id that a job names, by itself or at the end of a URL."""
    if isinstance(said, bool) or not isinstance(said, str | int):
        return None
    is_url = isinstance(said, str) and "/" in said and not (resource.id.slashes and "://" not in said)
    text = id_of_url(contract, resource, said) if is_url and isinstance(said, str) else said
    return as_read(resource, text) if text != "" else None


def _is(state: Any, known: Any) -> bool:
    """Whether a state is the known one: true is not 1."""
    return type(state) is type(known) and bool(state == known)
