"""A recording in place of a server: the session's requests are answered, through ``responses``, by recorded exchanges.

Within each case, and within each shared set-up, they are answered in the order in which they were recorded. A request
that is not the recorded one raises ``StaleStub``. No socket is opened and nothing waits: the session's clock shows
recorded times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import parse_qsl

import requests
import responses
from responses.registries import FirstMatchRegistry
from urllib3 import HTTPHeaderDict, HTTPResponse

from restproof.config import Target
from restproof.contract.model import Contract
from restproof.contract.urls import parts_of
from restproof.frozen import frozen
from restproof.record.events import content_of
from restproof.record.model import RecordedExchange
from restproof.wire import message
from restproof.wire.failure import NotSent, StaleStub, TransportError
from restproof.wire.message import About, Headers, Request
from restproof.wire.redact import Redactor
from restproof.wire.session import Outgoing, Permit, Recorder, Session
from restproof.wire.standin import Learned
from restproof.wire.unsent import RecordedRefusals
from restproof.wire.walk import CLEANUP, GUARD

MEND = "record again"
_LONGEST = 200
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNCOMPARED = frozenset({"user-agent", "content-length", "accept-encoding"})


@frozen
class FoundExchange:
    """A recorded exchange and its place in the recording."""

    at: int
    exchange: RecordedExchange


class AnswerSource(Protocol):
    """Where answers come from. ``learned``: what the stand-ins in them stand for."""

    learned: Learned

    def next(self, about: About, worker: int, request: requests.PreparedRequest) -> FoundExchange:
        """The answer to a request. Raises ``StaleStub`` where there is none."""

    def begins(self, about: About, worker: int) -> float | None:
        """When the next exchange began, in seconds since the recorded run began; ``None`` where that is not known."""

    def repeats(self, about: About, worker: int) -> bool:
        """Whether the recording went on with the same request, sent again."""

    def is_spent(self, about: About, worker: int) -> bool:
        """Whether nothing more was recorded for the case."""


class InOrder:
    """The exchanges of a run file, by worker and case or shared set-up."""

    def __init__(self, exchanges: Iterable[RecordedExchange], redactor: Redactor, learned: Learned) -> None:
        self.learned = learned
        self._queues: dict[tuple[int, str], list[FoundExchange]] = {}
        self._given: dict[tuple[int, str], int] = {}
        self._stale: dict[tuple[int, str], StaleStub] = {}
        self._redactor = redactor
        # A run sends the same few sets of headers over and over.
        self._compared: dict[Headers, Mapping[str, list[str]]] = {}
        for at, exchange in enumerate(exchanges):
            name = exchange.case or exchange.setup
            if name is not None and exchange.setup not in (CLEANUP, GUARD):
                self._queues.setdefault((exchange.worker, name), []).append(FoundExchange(at, exchange))

    def next(self, about: About, worker: int, request: requests.PreparedRequest) -> FoundExchange:
        key = worker, about.case or about.setup or ""
        if key in self._stale:
            raise StaleStub(str(self._stale[key]))
        found = self._ahead(key)
        problem = "no further exchange" if found is None else self._difference(request, found.exchange)
        if problem is not None or found is None:
            where = f"case {about.case}" if about.case else f"the shared set-up {about.setup}"
            self._stale[key] = StaleStub(
                f"stale stub in {where}: the suite wanted {_shown(request)}, the recording holds {problem}: {MEND}"
            )
            raise self._stale[key]
        self._given[key] = self._given.get(key, 0) + 1
        return found

    def begins(self, about: About, worker: int) -> float | None:
        found = self._ahead((worker, about.case or about.setup or ""))
        return None if found is None else found.exchange.started

    def repeats(self, about: About, worker: int) -> bool:
        found = self._ahead((worker, about.case or about.setup or ""))
        return found is not None and found.exchange.attempt > 1

    def is_spent(self, about: About, worker: int) -> bool:
        return self._ahead((worker, about.case or about.setup or "")) is None

    def _ahead(self, key: tuple[int, str]) -> FoundExchange | None:
        queue, given = self._queues.get(key, ()), self._given.get(key, 0)
        return queue[given] if given < len(queue) else None

    def _difference(self, wanted: requests.PreparedRequest, exchange: RecordedExchange) -> str | None:
        """What the recording holds instead of ``wanted``; ``None`` where it is the same request."""
        found, resource = exchange.request, exchange.resource
        # The origin says nothing: the shards of a merged run had a sandbox each.
        asked = self._redactor.url(str(wanted.url))
        url, recorded_url = self.learned.aligned(asked, found.url, resource, url=True)
        if wanted.method != found.method or _target(url) != _target(recorded_url):
            return f"{found.method} {found.url}"
        content = wanted.body if isinstance(wanted.body, bytes) else b""
        if not self._same_body(self._redactor.data(content), content_of(found.body), resource):
            return f"{found.method} {found.url} with {_text(content_of(found.body))}"
        sent, recorded = self._headers(tuple(wanted.headers.items())), self._headers(found.headers)
        for name in {**sent, **recorded}:
            if sent.get(name) != recorded.get(name):
                return f"that request with {name}: {', '.join(recorded.get(name, ())) or 'nothing'}"
        return None

    def _same_body(self, sent: bytes, recorded: bytes, resource: str | None) -> bool:
        if sent == recorded:
            return True
        try:
            here, there = self.learned.aligned(sent.decode(), recorded.decode(), resource)
        except UnicodeDecodeError:
            return False
        return _same_json(here, there)

    def _headers(self, pairs: Headers) -> Mapping[str, list[str]]:
        """Those that make a request another one, by lower-case name."""
        if pairs not in self._compared:
            self._compared[pairs] = self._compared_of(pairs)
        return self._compared[pairs]

    def _compared_of(self, pairs: Headers) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, value in pairs:
            key = name.lower()
            if key not in _UNCOMPARED and isinstance(value, str) and not self._redactor.is_sensitive(key):
                # What names the request itself is another one in each.
                found.setdefault(key, []).append("a UUID" if _UUID.fullmatch(value) else value)
        return found


class ByAddress:
    """Exchanges that belong to no case: each request is answered by the next one with its method and URL."""

    def __init__(self, exchanges: Iterable[RecordedExchange], learned: Learned) -> None:
        self.learned = learned
        self._queues: dict[tuple[Any, ...], list[FoundExchange]] = {}
        for at, exchange in enumerate(exchanges):
            key = _address(exchange.request.method, exchange.request.url)
            self._queues.setdefault(key, []).append(FoundExchange(at, exchange))

    def next(self, about: About, worker: int, request: requests.PreparedRequest) -> FoundExchange:
        queue = self._queues.get(_address(str(request.method), str(request.url)))
        if not queue:
            what = "no answer to it" if queue is None else "no further answer to it"
            raise StaleStub(
                f"stale stub in {about.case or about.setup}: the suite wanted {_shown(request)}, the recording holds "
                f"{what}: {MEND}"
            )
        # A control says only that a request is accepted: it takes no answer away from a case.
        return queue[0] if about.is_control else queue.pop(0)

    def begins(self, about: About, worker: int) -> float | None:
        return None

    def repeats(self, about: About, worker: int) -> bool:
        return False

    def is_spent(self, about: About, worker: int) -> bool:
        return False


class Stubs(Session):
    """A session whose answers are recorded. ``worker``: which worker's part of the recording speaks now; ``at``: the
    place in the recording of the last answer; ``now``: its time, in seconds since the recorded run began. ``refusals``:
    what the recorded run did not send, by worker, name and reason; ``gone``: why it sent nothing more, where its target
    went."""

    def __init__(
        self,
        target: Target,
        contract: Contract,
        recorder: Recorder,
        source: AnswerSource,
        *,
        max_requests: int | None = None,
        gone: str | None = None,
        read_only: bool = False,
        max_wait: float = 5.0,
        refusals: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
    ) -> None:
        # A session looks at its clock when it begins.
        self.worker = 0
        self.now = 0.0
        super().__init__(
            target,
            contract,
            recorder,
            read_only=read_only,
            max_wait=max_wait,
            clock=lambda: self.now,
            sleep=self._pass_over,
            epoch=0.0,
            guard=RecordedRefusals(contract, refusals, lambda: self.worker),
        )
        # What was recorded is redacted already; the stand-ins for credentials hide nothing.
        self._credentials.redactor = recording_redactor(contract)
        self.at = -1
        self._source = source
        self.learned = source.learned
        self._ceiling, self._gone, self._is_noted = max_requests, gone, False
        self._about = About(None, None)
        self._leaving: Permit | None = None
        self._answering = False
        self._mock = responses.RequestsMock(assert_all_requests_are_fired=False, registry=self._registry)  # type: ignore[arg-type]

    def _registry(self) -> FirstMatchRegistry:
        return _Registry(self)

    def start(self) -> None:
        """From now until ``close``, nothing in this process that goes through ``requests`` reaches a network."""
        self._mock.start()
        self._answering = True

    def close(self) -> None:
        if self._answering:
            self._mock.stop(allow_assert=False)
            self._answering = False
        super().close()

    def found(self, request: requests.PreparedRequest) -> responses.BaseResponse:
        """What answers ``request``, for the registry."""
        found = self._source.next(self._about, self.worker, request)
        self._mock.calls.reset()
        self.at = found.at
        if self._leaving is not None:
            self._leaving.again = self._leaving.again or found.exchange.again
        return _Answer(found.exchange, self)

    def _attempt(self, permit: Permit, outgoing: Outgoing, attempt: int) -> message.Exchange:
        self._about, self._leaving = permit.about, permit
        began = self._source.begins(permit.about, self.worker)
        self.now = self.now if began is None else began
        return super()._attempt(permit, outgoing, attempt)

    def look_for_target(self, last: message.Exchange | None = None, *, for_cleanup: bool = False) -> None:
        """A recording goes nowhere. That it has answered counts: then a refused connection may have been waited for."""
        if last is not None:
            self.presence.is_doubtful(last, self.requests)

    def _renews(self, permit: Permit, outgoing: Outgoing, exchange: message.Exchange, *, before: int) -> bool:
        return self._source.repeats(self._about, self.worker)

    def _may_repeat(self, waited: float, beyond_ceiling: bool) -> bool:
        return self._source.repeats(self._about, self.worker)

    def _check_allowed(self, request: Request, about: About) -> None:
        super()._check_allowed(request, about)
        if self._gone is not None and self._source.is_spent(about, self.worker):
            if not self._is_noted:
                self._is_noted = True
                self._note("gone", self._gone)
            raise NotSent(self._gone)
        if self._ceiling is not None and self._source.is_spent(about, self.worker):
            # The recorded run stopped here, whatever a replay of a part of it has counted.
            raise NotSent(f"ceiling of {self._ceiling} requests reached")

    def _pass_over(self, seconds: float) -> None:
        self.now += seconds


class _Registry(FirstMatchRegistry):
    def __init__(self, stubs: Stubs) -> None:
        super().__init__()
        self._stubs = stubs

    def find(self, request: requests.PreparedRequest) -> tuple[responses.BaseResponse | None, list[str]]:
        return self._stubs.found(request), []


class _Answer(responses.BaseResponse):
    def __init__(self, exchange: RecordedExchange, stubs: Stubs) -> None:
        super().__init__(exchange.request.method, "")
        self._exchange = exchange
        self._stubs = stubs

    def get_response(self, request: requests.PreparedRequest) -> HTTPResponse:
        recorded, self._stubs.now = self._exchange, self._exchange.started + self._exchange.elapsed
        if recorded.response is None:
            raise TransportError(recorded.error or "no recorded answer")
        body = recorded.response.body
        if isinstance(body, str):
            body = self._stubs.learned.body(body, recorded.resource)
        return HTTPResponse(
            body=BytesIO(content_of(body)),
            headers=HTTPHeaderDict(recorded.response.headers),
            status=recorded.response.line or recorded.response.status,
            reason=recorded.response.reason,
            preload_content=False,
            decode_content=False,
            enforce_content_length=False,
        )


class RecordedClock:
    """The clock of a replay (``restproof.engine.keep.Clock``): what the recorded exchanges show; it never waits.
    ``began``: Unix time at which the recorded run began."""

    def __init__(self, stubs: Stubs, began: float) -> None:
        self._stubs = stubs
        self._began = began

    def monotonic(self) -> float:
        return self._stubs.now

    def time(self) -> float:
        return self._began + self._stubs.now

    def sleep(self, seconds: float) -> None:
        self._stubs.now += seconds


def recording_redactor(contract: Contract) -> Redactor:
    """Hides what stands where credentials stand."""
    return Redactor((), [contract.auth.header], contract.auth.parameters)


def _target(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]


def _same_json(one: str, other: str) -> bool:
    if one == other:
        return True
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False


def _address(method: str, url: str) -> tuple[Any, ...]:
    parts = parts_of(url)
    query: Sequence[tuple[str, str]] = sorted(parse_qsl(parts.query, keep_blank_values=True))
    return method.upper(), parts.scheme, parts.netloc, parts.path, tuple(query)


def _shown(request: requests.PreparedRequest) -> str:
    content = request.body if isinstance(request.body, bytes) else b""
    return f"{request.method} {request.url}" + (f" with {_text(content)}" if content else "")


def _text(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return (text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)") or "no body"
