"""The session: sends one request at a time to one target and gives each back as an exchange.

What it adds to a request: the credential, ``Accept``, ``Content-Type``, ``User-Agent``. What it keeps away from it:
cookies, redirects, ``.netrc``, environment proxies. What goes wrong on the wire becomes the ``error`` of an
exchange, never an exception.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, Self

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.hooks import HookFailed, Hooks
from restproof.wire.adapter import Prepared, WireAnswer, adapter_to
from restproof.wire.addressed import Addressed
from restproof.wire.ceilings import Ceilings
from restproof.wire.credentials import Credentials
from restproof.wire.faces import PRESENCE, Faces
from restproof.wire.failure import FAILURES, OVERSIZED, NotSent, TransportError, describe, is_stale_connection
from restproof.wire.fields import Fields, fields_of
from restproof.wire.forms import Forms
from restproof.wire.guard import check
from restproof.wire.hooked import Hooked
from restproof.wire.message import About, Exchange, Headers, Request, Response, as_promised, with_query
from restproof.wire.preconditions import Preconditions
from restproof.wire.presence import Presence
from restproof.wire.searching import Searches
from restproof.wire.stop import STOP
from restproof.wire.ticket import Guard, Ticket, Unguarded
from restproof.wire.waiting import backoff, retry_after
from restproof.wire.wallet import Token, Wallet
from restproof.wire.walls import Walls

MAX_RESPONSE = 16 * 1024 * 1024
"""Bytes of a response body, decoded, that are read. Nothing that is larger is parsed or kept."""

OUT_OF_TIME = "the time for clean-up is over (--cleanup-timeout)"
_PIECE = 64 * 1024
"""Bytes that are decoded at a time: a small piece of compressed data may hold gigabytes."""

_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")
_RETRIES = 2
_RETURNS = 4
"""How often a request is sent again to a target that takes no connections any more: that restarts may take seconds."""
_THROTTLED = 10


class Recorder(Protocol):
    """Takes what happens on the wire; called by one thread at a time."""

    def exchange(self, exchange: Exchange) -> None: ...

    def note(self, kind: str, message: str, started: float) -> None: ...


class Unrecorded:
    """A recorder for what is no part of a run."""

    def exchange(self, exchange: Exchange) -> None:
        """Forgets the exchange."""

    def note(self, kind: str, message: str, started: float) -> None:
        """Forgets the note."""


@dataclass
class Permit:
    """A request that may be sent, and what its guard wants to know of it again."""

    request: Request
    about: About
    credential: str | None
    ticket: Ticket | None
    sent: Request
    """The request with its id where the contract has it, and the body that its media type wants."""
    again: bool = False
    """Whether it is a write that may have been carried out already."""


def aside(permit: Permit, contract: Contract) -> Permit:
    """A read of the base path, to be sent before the last attempt of a write. Each attempt is preceded by as many looks
    as the one before, so that a server which turns each fifth request away would turn away that one each time."""
    request = Request("GET", contract.base_path or "/")
    return Permit(request, replace(permit.about, resource=None, operation=None), permit.credential, None, request)


class Outgoing(NamedTuple):
    """What leaves of a request: its target (below the origin), its header fields, and the credential that they show."""

    target: str
    headers: Fields
    token: Token | None = None


class Session:
    """Sends requests to ``target`` and tells ``recorder`` of each exchange. Safe to use from several threads.

    ``timeout`` is in seconds for a whole exchange (the target's, where nothing is said); ``ceilings`` bound the run
    (the target's rate alone, where nothing is said); ``max_wait`` is the longest time in seconds that one :meth:`send`
    waits for a throttle or an overloaded server.
    ``clock``, ``sleep`` and ``epoch`` (the clock's time when the run began) may be replaced. ``guard`` decides which
    requests that may change something leave; without one, all do. ``wallet``: what the credentials are at the moment
    (without one, what the target says); ``hooks``: those of the user. ``ends`` (of ``time.monotonic``; may be set
    later) is when nothing more is sent, not even for clean-up. ``belated``: what came behind answers and was found only
    when their connections were used again, by the numbers of their exchanges, until somebody takes it.
    """

    def __init__(
        self,
        target: Target,
        contract: Contract,
        recorder: Recorder,
        *,
        timeout: float | None = None,
        ceilings: Ceilings | None = None,
        read_only: bool = False,
        max_wait: float = 5.0,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = STOP.sleep,
        epoch: float | None = None,
        guard: Guard | None = None,
        wallet: Wallet | None = None,
        hooks: Hooks | None = None,
    ) -> None:
        self.target = target
        self.contract = contract
        self._searches = Searches(contract)
        self._forms = Forms(contract)
        self._addressed = Addressed(contract)
        self._preconditions = Preconditions(contract, target)
        self.requests = 0
        self.presence = Presence()
        self.belated: dict[int, str] = {}
        self.ends: float | None = None
        self.max_wait = max_wait
        self._recorder = recorder
        self.guard = Unguarded() if guard is None else guard
        self.timeout = timeout or target.timeout
        self._read_only = read_only
        self._clock = clock
        self.sleep = sleep
        self._epoch = clock() if epoch is None else epoch
        self._base = target.base_url.rstrip("/")
        origin = re.match(r"https?://[^/]+", self._base)
        if origin is None:
            raise ValueError(f"not an absolute http or https URL: {target.base_url}")
        self._prefix = self._base[origin.end() :]
        self._origin = origin[0]
        self._adapter = adapter_to(self._origin, target)
        self._ceilings = ceilings or Ceilings(rate=target.rate, clock=clock, sleep=sleep)
        self._numbers = itertools.count(1)
        # Reentrant: a second Ctrl-C may come while it is held.
        self._lock = threading.RLock()
        self._hooks = hooks if hooks is not None and hooks.change_exchanges else None
        self.walls = Walls(self._note)
        self._faces = Faces(contract, target.ids)
        self._credentials = Credentials(target, contract, wallet, self.presence, self._note)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes all connections."""
        self._adapter.close()
        self._ceilings.close()

    def send(
        self,
        request: Request,
        about: About,
        credential: str | None = "full",
        *,
        expect_throttle: bool = False,
        retry: bool = True,
        beyond_ceiling: bool = False,
    ) -> Exchange:
        """Sends ``request`` and returns its last exchange.

        502 and 503 are retried (``retry``) at most twice, a write once more (see ``aside``), and a connection that a
        target refuses which has answered at most four times; 429 is waited for, unless ``expect_throttle``; all within
        ``max_wait``. Each attempt is an exchange of its own. ``beyond_ceiling`` lets clean-up pass the ceiling of
        requests.

        Raises :class:`NotSent` before anything is sent, ``ValueError`` for a request that no client may send,
        ``KeyError`` for a credential that the target does not have, ``HookFailed`` for a hook that does, and
        ``KeyboardInterrupt`` where the run was asked to end meanwhile.
        """
        STOP.check()
        if (why := self.presence.off(for_cleanup=beyond_ceiling)) is not None:
            raise NotSent(why)
        if any(ends is not None and time.monotonic() > ends for ends in (self.ends, STOP.ends)):
            raise NotSent(OUT_OF_TIME)
        request = self._searches.leaving(request)
        request = self._preconditions.tagged(request, about, credential, self, beyond_ceiling=beyond_ceiling)
        permit = self._permit(request, about, credential)
        try:
            return self._send(permit, expect_throttle=expect_throttle, retry=retry, beyond_ceiling=beyond_ceiling)
        except HookFailed as error:
            if beyond_ceiling:
                raise NotSent(str(error)) from error  # the rest is cleaned up all the same
            raise

    def _permit(self, request: Request, about: About, credential: str | None) -> Permit:
        """Leave to send ``request``. Raises as :meth:`send`."""
        left = self._addressed.leaving(request)
        check(left)
        # What it is about is told by what leaves.
        request = self._addressed.arrived(left)
        self._check_allowed(request, about)
        body = self._forms.leaving(request).body
        sent = left if body is left.body else replace(left, body=body)
        return Permit(request, about, credential, self.guard.before(request, about, credential, self), sent)

    def _send(
        self,
        permit: Permit,
        *,
        expect_throttle: bool = False,
        retry: bool = True,
        beyond_ceiling: bool = False,
    ) -> Exchange:
        exchange = self._exchanged(permit, expect_throttle, retry, beyond_ceiling)
        self._preconditions.note(permit.request, exchange)
        if beyond_ceiling or not expect_throttle:
            self.look_for_target(exchange, for_cleanup=beyond_ceiling)
        return exchange

    def look_for_target(self, last: Exchange | None = None, *, for_cleanup: bool = False) -> None:
        """Ask for the target itself where the last requests brought nothing, or one answer to all. Without a ``last``
        one, the run is at its end: then the few that were answered alike are enough."""
        with self._lock:
            seen = self.presence
            is_missed = last is not None and (
                seen.cleaned(last) if for_cleanup else not seen.gone and seen.is_doubtful(last, self.requests)
            )
            is_another = not (is_missed or for_cleanup or seen.gone) and self._faces.is_doubtful(last)
            if not (is_missed or is_another):
                return
            usual = (
                Request("GET", self.contract.base_path or "/"),
                "full" if "full" in self.target.credentials else None,
            )
            request, credential = (self._faces.asked if is_another else None) or usual
            permit = Permit(request, About(None, None, setup=PRESENCE), credential, None, request)
            exchange = self._attempt(permit, self._outgoing(request, credential), 1)
            if for_cleanup:
                seen.asked_for_cleanup(exchange)
                return
            reason = self._faces.why_gone(exchange) if is_another else seen.asked(exchange)
            if reason is not None and is_another:
                seen.changed(reason)
            if reason is not None:
                self._note("gone", reason)

    def _exchanged(self, permit: Permit, expect_throttle: bool, retry: bool, beyond_ceiling: bool) -> Exchange:
        request, limit = permit.sent, self.contract.rate_limit
        waited, retried, throttled, renewed, away = 0.0, 0, 0, 0, 0
        while True:
            about = permit.about
            try:
                outgoing = self._outgoing(request, permit.credential)
                self._count(beyond_ceiling)
                self._ceilings.wait("" if expect_throttle else f"{about.resource}.{about.operation}")
            except (NotSent, KeyboardInterrupt):
                self.guard.ended(permit.ticket, under_way=False)
                raise
            try:
                exchange = self._attempt(permit, outgoing, 1 + retried + throttled + renewed + away)
            except KeyboardInterrupt:
                self.guard.ended(permit.ticket, under_way=True)
                raise
            except HookFailed:  # before it left, or with the answer in hand
                self.guard.ended(permit.ticket, under_way=False)
                raise
            self.guard.after(permit.ticket, exchange)
            self._credentials.heard(permit.credential, exchange)
            if exchange.is_given_up:
                self.guard.ended(permit.ticket, under_way=True)
            if exchange.status in (401, 403) and self._renews(permit, outgoing, exchange, before=renewed):
                renewed += 1
                if self._is_exhausted(beyond_ceiling) or not self._may_go_again(permit):
                    return exchange
                continue
            if exchange.status == 429 and not expect_throttle and throttled < _THROTTLED:
                kind, said, usual = "throttle", retry_after(exchange.response, limit), backoff(throttled)
                throttled += 1
            elif exchange.status in (502, 503) and retry and retried < _RETRIES + request.writes:
                kind, said, usual = "retry", retry_after(exchange.response, None), backoff(retried)
                retried += 1
                permit.again = request.writes  # a gateway may say so of a server that was at it
            elif retry and away < _RETURNS and not beyond_ceiling and self.presence.may_return(exchange):
                kind, said, usual = "retry", None, backoff(away)
                away += 1
            else:
                return exchange
            wait = usual if said is None else said
            if not self._may_repeat(waited + wait, beyond_ceiling):
                return exchange
            waited += wait
            told = exchange.error or exchange.status
            self._note(kind, f"{told} to {request.method} {request.path}: sent again after {wait:.1f} s")
            self.sleep(wait)
            if retried > _RETRIES:
                other = aside(permit, self.contract)
                self._count(beyond_ceiling)
                self._ceilings.wait()
                self._attempt(other, self._outgoing(other.request, other.credential), 1 + retried)
                if self._is_exhausted(beyond_ceiling):
                    return exchange
            if exchange.status != 429 and not self._may_go_again(permit):
                return exchange

    def send_together(
        self, requests: Sequence[Request], about: About, credential: str | None = "full"
    ) -> list[Exchange]:
        """Sends ``requests`` at the same time, each over a connection of its own, and returns their exchanges in the
        same order. Raises as :meth:`send`."""
        if self.presence.gone:
            raise NotSent(self.presence.gone)
        start = threading.Barrier(len(requests))
        meant = [self._preconditions.tagged(request, about, credential, self) for request in requests]
        permits: list[Permit] = []
        try:
            for request in meant:
                permits.append(self._permit(request, about, credential))
            self.guard.together([permit.ticket for permit in permits])
        except (NotSent, KeyboardInterrupt):
            for permit in permits:
                self.guard.ended(permit.ticket, under_way=False)
            raise

        def one(permit: Permit) -> Exchange:
            self._adapter.wait_for(start)
            try:
                return self._send(permit)
            except NotSent:
                start.abort()
                raise

        with ThreadPoolExecutor(len(requests)) as pool:
            going = [pool.submit(one, permit) for permit in permits]  # each is begun, whatever becomes of another one
        return [each.result() for each in going]

    def headers_for(self, request: Request, credential: str | None) -> Headers:
        """The header fields that :meth:`send` would send, the credential among them: for the few checks that go below
        HTTP."""
        return self._outgoing(request, credential).headers.sent

    def secret_of(self, credential: str) -> str:
        """What the credential is at the moment. Raises as :meth:`send`."""
        return self._credentials.token(credential).value

    def _renews(self, permit: Permit, outgoing: Outgoing, exchange: Exchange, *, before: int) -> bool:
        """Whether a request that was answered 401 or 403 is sent once more, with another credential."""
        if permit.credential is None or outgoing.token is None:
            return False
        return self._credentials.is_renewed(permit.credential, outgoing.token, exchange, before=before)

    def _check_allowed(self, request: Request, about: About) -> None:
        if self._read_only and request.writes and not self._searches.only_asks(request):
            raise NotSent("read-only run")
        operation = f"{about.resource}.{about.operation}"
        if operation in self.target.forbid:
            raise NotSent(f"the target forbids {operation}")

    def _count(self, beyond_ceiling: bool) -> None:
        self._ceilings.take_request(beyond=beyond_ceiling)
        with self._lock:
            self.requests += 1

    def _may_go_again(self, permit: Permit) -> bool:
        """Whether a request that may have been carried out already can be sent once more. What it may store is in the
        ledger once more, and what it may change is proven once more."""
        if permit.ticket is None:
            return True
        try:
            permit.ticket = self.guard.again(permit.ticket, permit.request, permit.about, permit.credential, self)
        except NotSent:
            return False
        return True

    def _may_repeat(self, waited: float, beyond_ceiling: bool) -> bool:
        """Whether a request is sent again, for which ``waited`` seconds pass in all."""
        return waited <= self.max_wait and not self.presence.gone and not self._is_exhausted(beyond_ceiling)

    def _is_exhausted(self, beyond_ceiling: bool) -> bool:
        return not beyond_ceiling and self._ceilings.is_reached

    def _outgoing(self, request: Request, credential: str | None) -> Outgoing:
        token = None if credential is None else self._credentials.token(credential)
        target = self._prefix + request.target
        presented: Headers = ()
        if credential is not None and token is not None:
            held = self._credentials.presented(credential, token, request.method, target, request.body)
            presented = held.headers
            if held.query:
                # The URL of a next page may hold, as a stand-in, the credential of the request that named it.
                shown = {name for name, _ in held.query}
                asked = tuple(pair for pair in request.query if pair[0] not in shown)
                target = with_query(self._prefix + with_query(request.path, asked), held.query)
        length = None if request.body is None else len(request.body)
        return Outgoing(target, fields_of(request.headers, presented, length), token)

    def _attempt(self, permit: Permit, outgoing: Outgoing, attempt: int) -> Exchange:
        request, headers = permit.sent, outgoing.headers
        prepared = Prepared(request.method, self._origin, outgoing.target, headers, request.body)
        hooked = None if self._hooks is None else Hooked(self._hooks, prepared, permit.about, permit.credential)
        planned_url = prepared.url or ""
        if hooked is not None:
            prepared = hooked.leaving()
        started = self._clock()
        response: Response | None = None
        error: str | None = None
        answer: WireAnswer | None = None
        try:
            answer = self._answer(prepared, permit, hooked)
            response = Response(
                answer.status_code,
                answer.reason,
                self._fields(answer),
                self._read(answer),
            )
        except TransportError as failure:
            STOP.check()  # then it was broken off by ourselves
            error = failure.error
        if hooked is not None and response is not None:
            response = hooked.arrived(response)
        if response is not None:
            response = as_promised(response, self.contract, permit.about, request.method)
        elapsed = self._clock() - started
        began = started - self._epoch
        if answer is not None and answer.elapsed:
            elapsed = answer.elapsed.total_seconds()
            began = began if answer.began is None else answer.began
        redactor = self._credentials.redactor
        if request.headers:
            redactor = redactor.and_of(request.headers)
        shown, url, response = redactor.exchanged(request, headers.sent, planned_url, response)
        number = next(self._numbers)
        self._adapter.numbered(number)
        exchange = Exchange(
            n=number,
            request=shown,
            url=url,
            response=response,
            error=error,
            started=began,
            elapsed=elapsed,
            credential=permit.credential,
            about=permit.about,
            attempt=attempt,
            again=permit.again,
            hooks=() if hooked is None else tuple(map(redactor.text, hooked.messages)),
            behind="" if answer is None else answer.behind,
        )
        with self._lock:
            self._recorder.exchange(exchange)
            self.belated.update(self._adapter.belated())
        return exchange

    def release(self) -> None:
        """Close the idle connections: a server that takes one at a time has room for another."""
        self._adapter.forget_connections()

    def _answer(self, prepared: Prepared, permit: Permit, hooked: Hooked | None) -> WireAnswer:
        """The answer up to its body. A kept connection that the server has closed meanwhile is no answer to this
        request (RFC 9112 §9.5): once, and only then, it is sent on a new one."""
        self._adapter.connected()
        try:
            return self._adapter.answer(prepared, self.timeout)
        except FAILURES as failure:
            STOP.check()
            if self._adapter.connected() or not is_stale_connection(failure):
                raise TransportError(describe(failure)) from failure
            # Told before the look that decides anew: a server that this request has ended answers neither.
            path = self._credentials.redactor.text(permit.request.path)
            self.presence.missed(permit.request.method, path, permit.about)
            if not self._may_go_again(permit):
                raise TransportError(describe(failure)) from failure
        self._note(
            "retry", f"the server had closed the kept connection: {prepared.method} {prepared.target} sent on a new one"
        )
        permit.again = permit.request.writes
        self._adapter.forget_connections()
        if hooked is not None:
            prepared = hooked.leaving()
        try:
            return self._adapter.answer(prepared, self.timeout)
        except FAILURES as failure:
            raise TransportError(describe(failure)) from failure

    def _fields(self, answer: WireAnswer) -> Headers:
        """The header as it came: a line that is no field keeps the blank before its colon, or has no value."""
        if answer.whole is not None:
            return answer.whole.headers
        # A folded line is one with a blank (RFC 9112 §5.2), which not every urllib3 knows.
        fields = [(name, _FOLD.sub(" ", value)) for name, value in answer.raw.headers.iteritems()]
        for name, value in self._adapter.odd_lines():
            mended = (name.rstrip(), value)
            if mended in fields:
                fields[fields.index(mended)] = (name, value)
            else:
                fields.append((name, value))
        return tuple(fields)

    def _read(self, answer: WireAnswer) -> bytes:
        """The body, decoded."""
        if answer.whole is not None:
            return answer.whole.body
        parts: list[bytes] = []
        size = 0
        # A stub has no connection: its recorded body is decoded already, whatever the recorded headers say.
        is_live = answer.raw.connection is not None
        try:
            while piece := answer.raw.read1(_PIECE if is_live else None, decode_content=is_live):
                parts.append(piece)
                size += len(piece)
                if size > MAX_RESPONSE:
                    raise TransportError(OVERSIZED)
            if is_live and answer.raw.length_remaining:
                # read1 gives what there is and, unlike read, does not mind that it is not all.
                raise TransportError("incomplete response")
        except FAILURES as failure:
            answer.raw.close()
            raise TransportError(describe(failure)) from failure
        except TransportError:
            answer.raw.close()
            raise
        answer.behind = self._adapter.behind()
        answer.raw.release_conn()
        return b"".join(parts)

    def _note(self, kind: str, message: str) -> None:
        with self._lock:
            self._recorder.note(kind, self._credentials.redactor.text(message), self._clock() - self._epoch)
