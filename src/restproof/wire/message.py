"""Requests, responses and exchanges as frozen values, and their form in the run file.

An :class:`Exchange` holds no secret: the session redacts it before anybody sees it, so a judge sees the same live
and replayed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import orjson

from restproof.contract.bodystatus import BodyStatus, is_success
from restproof.contract.model import WRITES, Contract
from restproof.contract.statuses import SUCCESS
from restproof.frozen import frozen
from restproof.headers import Headers as Headers
from restproof.record.events import encode_body
from restproof.record.jsontext import WITHOUT_ODDITIES, Oddity, loads, loads_leniently, noting
from restproof.version import __version__
from restproof.wire.blocking import blocked_by

USUAL_HEADERS: Mapping[str, str] = MappingProxyType(
    {"User-Agent": f"restproof/{__version__}", "Accept-Encoding": "identity", "Accept": "application/json"}
)
"""What the session adds to every request that does not bring its own."""

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
_SHORT = 64
"""Characters of a name or a value in a query up to which its encoding is kept: the same come again and again."""
_BROKEN_OFF = frozenset({"timeout", "connection closed", "connection reset", "stream reset"})
_BROKEN_TLS = "tls: unexpected eof"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""The methods that change nothing (RFC 9110 §9.2.1); every other one writes."""


@frozen
class Request:
    """One request before credentials are added.

    ``path`` is absolute, percent-encoded and includes the contract's base path. A header with the value ``""``
    means that the session must not send the one it would add by itself.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()
    body: bytes | None = None

    @cached_property
    def target(self) -> str:
        """The request target (RFC 9112 §3.2): the path and the encoded query."""
        return with_query(self.path, self.query)

    @property
    def writes(self) -> bool:
        """Whether the method may change something."""
        return self.method.upper() not in SAFE_METHODS

    def header(self, name: str) -> str | None:
        """The first value of header ``name``, whatever its case."""
        return self._by_name.get(name.lower())

    def having(self, headers: Headers) -> Request:
        """The request with these headers, in place of those of the same name."""
        return replace(self, headers=merged(self.headers, headers))

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return {name.strip().lower(): value for name, value in reversed(self.headers)}


def merged(*layers: Headers) -> Headers:
    """Headers of several layers; a later one takes the place of an earlier one of the same name."""
    said = [layer for layer in layers if layer]
    if len(said) < 2:
        return said[0] if said else ()
    found: list[tuple[str, str]] = []
    for layer in said:
        names = {name.lower() for name, _ in layer}
        found = [*(h for h in found if h[0].lower() not in names), *layer]
    return tuple(found)


def encode(value: Any) -> bytes:
    """JSON as it is sent: UTF-8, every character as itself but for lone surrogates, which only an escape can hold."""
    # This encoder takes a tenth as long. It knows no lone surrogate and no integer of more than 64 bits, and writes
    # null for a NaN.
    with suppress(orjson.JSONEncodeError):
        if b"null" not in (data := orjson.dumps(value)):
            return data
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


_SEE_OTHER = 303


@frozen
class Response:
    """One answer. ``headers`` keeps order and repetitions; ``body`` is decoded from its transfer and content
    codings. ``line``: what the status line says, where the body tells another status; ``leads_on``: whether it is the
    303 by which the contract has a write succeed (:func:`as_promised`)."""

    status: int
    reason: str
    headers: Headers
    body: bytes
    line: int | None = None
    leads_on: bool = False

    def header(self, name: str) -> str | None:
        """The first value of header ``name``, whatever its case."""
        found = self._by_name.get(name.lower())
        return found[0] if found else None

    def all(self, name: str) -> tuple[str, ...]:
        """All values of header ``name`` in the order they came."""
        return self._by_name.get(name.lower(), ())

    @cached_property
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            # What stands before the colon may end with a blank, where a server writes one (RFC 9112 §5.1 forbids it).
            key = name.strip().lower()
            found[key] = (*found[key], value) if key in found else (value,)
        return found

    @cached_property
    def json(self) -> Any:
        """The body as JSON (RFC 8259) without byte order mark. What is no UTF-8 is read as U+FFFD, and ``NaN`` or
        ``Infinity`` as null, so that one broken value does not hide the rest of a list (``protocol.json-valid`` tells
        of it).

        Raises ``ValueError`` where it is something else, and ``Unreadable`` (which is one) where it is out of bounds.
        """
        return self._parsed[0]

    @cached_property
    def document(self) -> Any:
        """The body as JSON; ``None`` where there is none, or it is no JSON that can be read."""
        try:
            return self.json if self.body else None
        except ValueError:
            return None

    @cached_property
    def legible(self) -> Any:
        """The body as ``document``, and where that holds nothing as a lenient reader sees it: for a look at what is
        stored, which one value may have spoilt for all others."""
        if self.document is not None or not self.body:
            return self.document
        try:
            return loads_leniently(self.body)
        except ValueError:
            return None

    @property
    def is_null(self) -> bool:
        """Whether the body is JSON's null."""
        return self.body.strip() == b"null"

    @property
    def repeated_name(self) -> str | None:
        """A name that stands twice in one object of the JSON (RFC 8259 §4): the first one met. Raises as ``json``."""
        return self._parsed[1]

    @property
    def no_number(self) -> str | None:
        """``NaN``, ``Infinity`` or ``-Infinity``, where the JSON holds one. Raises as ``json``."""
        return self._parsed[2]

    @cached_property
    def blocked_by(self) -> str | None:
        """The firewall that the answer names as the one that gave it, if it does."""
        return blocked_by(self.status, self.headers, self.body)

    @cached_property
    def _parsed(self) -> tuple[Any, str | None, str | None]:
        return _parsed_before(self.body) if len(self.body) <= _USUAL else _parsed(self.body)


def _parsed(body: bytes) -> tuple[Any, str | None, str | None]:
    """What JSON says, a name that stands twice in it, and what is no number."""
    try:
        return loads(body, WITHOUT_ODDITIES), None, None
    except Oddity:
        repeated: list[str] = []
        constants: list[str] = []
        value = loads(body, noting(repeated.append, constants.append))
        return value, repeated[0] if repeated else None, constants[0] if constants else None


_parsed_before = lru_cache(maxsize=512)(_parsed)
"""Refusals and reads say the same over and over: it is read once, and shared by all answers that say it, so that nobody
may change it."""
_USUAL = 4000
"""Bytes of an answer up to which it is likely to come again."""


def told_by_body(response: Response, promised: BodyStatus | None) -> Response:
    """The answer with the status that its body tells, where the contract has it there."""
    if promised is None or not is_success(response.status) or not isinstance(response.document, dict):
        return response
    status = promised.status(response.document)
    return response if status is None else replace(response, status=status, line=response.status)


def as_promised(response: Response, contract: Contract, about: About, method: str) -> Response:
    """The answer as the contract has it: with the status that its body tells, and as a success where it leads on (RFC
    9110 §15.4.4) from a write that is promised to be answered so."""
    response = told_by_body(response, contract.body_status)
    if response.status != _SEE_OTHER:
        return response
    resource = contract.resources.get(about.resource or "")
    operation = about.operation if about.operation in (*WRITES, "delete") else None
    if resource is None or operation is None:
        return response
    is_own = method == resource.operation(operation).method and resource.supports(operation)
    promised = resource.status(SUCCESS[operation], operation).codes
    return replace(response, leads_on=True) if is_own and _SEE_OTHER in promised else response


CONTROL = "control"
"""Begins the key of a set-up that only sees a valid request accepted: ``office:control update``."""


@frozen
class About:
    """What an exchange belongs to: resource and operation, and the item and case, or the shared set-up, that sent
    it."""

    resource: str | None
    operation: str | None
    item: str | None = None
    case: str | None = None
    setup: str | None = None

    @property
    def is_control(self) -> bool:
        """Whether it belongs to a control, or to what a control changes."""
        return (self.setup or "").partition(":")[2].startswith(CONTROL)


@frozen
class Exchange:
    """A request as it was sent, with its answer or the error that came instead; exactly one of the two is set.

    ``started`` is in seconds since the run began, ``elapsed`` in seconds until the last byte. ``credential`` is the
    name of the credential, ``None`` where none was sent. ``attempt``: 2 where it is the same request sent again after
    a 429, 502 or 503, and so on. ``again``: whether it is a write that was sent before and may have been carried out:
    the connection ended without an answer, or that was a 502 or 503. ``hooks``: what hooks of the user have changed of
    it, a line each.
    ``behind``: what came on the connection behind the answer, where something did; no recording shows it.
    """

    n: int
    request: Request
    url: str
    response: Response | None
    error: str | None
    started: float
    elapsed: float
    credential: str | None
    about: About
    attempt: int = 1
    again: bool = False
    hooks: tuple[str, ...] = ()
    behind: str = ""

    @property
    def status(self) -> int | None:
        """The status of the answer, if one came."""
        return self.response.status if self.response else None

    @property
    def ending(self) -> str:
        """How it ended, in words: ``answered 404``, ``got no answer: timeout``."""
        return f"got no answer: {self.error}" if self.response is None else f"answered {self.response.status}"

    @property
    def is_success(self) -> bool:
        """Whether the status of the answer is a success (RFC 9110 §15.3), or the 303 that the contract has in place of
        one, and the answer no firewall's."""
        answer = self.response
        return answer is not None and (answer.leads_on or is_success(answer.status)) and answer.blocked_by is None

    @property
    def is_given_up(self) -> bool:
        """Whether nobody waits any more for the server (we have stopped, or a gateway, or the connection broke before
        an answer began), which may still be at it."""
        error = self.error or ""
        return self.status == 504 or error in _BROKEN_OFF or error.startswith(_BROKEN_TLS)

    @property
    def json(self) -> Any:
        """The body of the answer as JSON; ``None`` where none came, or it is no JSON that can be read."""
        return self.response.document if self.response else None

    def header(self, name: str) -> str | None:
        """The first value of a header of the answer, whatever the case of its name."""
        return self.response.header(name) if self.response else None


def to_event(exchange: Exchange) -> dict[str, Any]:
    """The ``exchange`` event of the run file (``docs/architecture.md``)."""
    request, response, about = exchange.request, exchange.response, exchange.about
    return {
        "event": "exchange",
        "n": exchange.n,
        "case": about.case,
        "setup": about.setup,
        "item": about.item,
        "resource": about.resource,
        "operation": about.operation,
        "credential": exchange.credential,
        **({"attempt": exchange.attempt} if exchange.attempt > 1 else {}),
        **({"again": True} if exchange.again else {}),
        **({"hooks": list(exchange.hooks)} if exchange.hooks else {}),
        "request": {
            "method": request.method,
            "url": exchange.url,
            "headers": request.headers,
            "body": encode_body(request.body),
        },
        "response": None
        if response is None
        else {
            "status": response.status,
            **({"line": response.line} if response.line is not None else {}),
            "reason": response.reason,
            "headers": response.headers,
            "body": encode_body(response.body),
        },
        "error": exchange.error,
        "started": round(exchange.started, 6),
        "elapsed": round(exchange.elapsed, 6),
    }


def with_query(target: str, query: Sequence[tuple[str, str]]) -> str:
    """A request target with more parameters at its end."""
    if not query:
        return target
    pairs = (f"{_encoded(name)}={_encoded(value)}" for name, value in query)
    return f"{target}{'&' if '?' in target else '?'}{'&'.join(pairs)}"


def _encoded(text: str) -> str:
    return _encoded_anew(text) if len(text) > _SHORT else _encoded_once(text)


def _encoded_anew(text: str) -> str:
    # Lone surrogates are legal in JSON escapes, so generated text may hold them; they must not break the encoding.
    return quote(text, safe="", errors="surrogatepass")


_encoded_once = lru_cache(4096)(_encoded_anew)
