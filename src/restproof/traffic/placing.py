"""Recorded traffic as what the judges take: the exchanges of one contract's server, without secrets."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from restproof.contract.model import Contract
from restproof.contract.urls import parts_of, without_user
from restproof.errors import Place, TrafficError
from restproof.frozen import frozen
from restproof.headers import first
from restproof.oracle.seen import Locator, Seen, likely_base, origin, query_of, told_as
from restproof.oracle.traffic import uncertain
from restproof.record.events import content_of
from restproof.record.model import RecordedExchange, Traffic
from restproof.untold import REDACTED
from restproof.wire.message import About, Exchange, Request, Response, as_promised
from restproof.wire.redact import Redactor

GATEWAY = (502, 503, 504)
HIDDEN = "hidden"
"""The name of a credential that the recording does not show."""
_SHORTEST_SECRET = 8
_OF_ONE_TOKEN = frozenset({"exp", "iat", "nbf", "jti", "auth_time", "nonce", "at_hash"})
"""Claims that differ in each token of one user."""
_SECRET_NAME = re.compile(r"(?i)token|secret|api[-_]?key|passw|session|csrf|xsrf|signature|^sig$")
_MASKED = re.compile(r"(?i)redacted|filtered|removed|hidden|masked|^\W*$|\*{3}|x{5}|<[^>]*>")


@frozen
class Matched:
    """``seen``: the exchanges of the contract's server that name a resource of it; ``strays``: the others. ``base``:
    scheme, host and prefix of that server. ``retried``: numbers of attempts that failed for the moment and were sent
    again; ``again``: of those that such an attempt went before. ``alone``: numbers of exchanges during which no other
    was under way. ``notes``: what was left out, a sentence each. ``span``: seconds from the first request to the last
    answer."""

    base: str
    seen: list[Seen]
    strays: tuple[RecordedExchange, ...]
    retried: frozenset[int]
    again: frozenset[int]
    alone: frozenset[int]
    notes: tuple[str, ...]
    credentials_shown: bool
    span: float

    @property
    def answers_to_strays(self) -> list[Response]:
        """What was answered where no path of the contract is, and there is content to be asked for."""
        answers = [e.response for e in self.strays if e.response is not None and e.request.method != "HEAD"]
        return [Response(a.status, a.reason, a.headers, content_of(a.body)) for a in answers]


def match(traffic: Traffic, contract: Contract, base_url: str | None, file: Path) -> Matched:
    """Find the contract's server in the traffic (or take ``base_url``, to which the contract's base path is added), and
    each exchange's resource. ``file``: where the traffic was read. Raises ``TrafficError`` where there is none."""
    base = base_url or likely_base(contract, (e.request.url for e in traffic.exchanges)) or traffic.base_url
    if not base:
        raise _nothing(traffic, contract, file)
    placing = Placing(contract, base)
    matched = placing.place(traffic)
    if not matched.seen:
        raise _nothing(traffic, contract, file, placing.base)
    return matched


class Placing:
    """Places traffic with the server ``base``, part by part: the credentials, secrets and attempts that one part has
    shown are known in the next."""

    def __init__(self, contract: Contract, base: str) -> None:
        self._contract = contract
        self._locator = Locator(contract, base)
        self.base = self._locator.base
        self._names = _Names(contract)
        self._secrets: dict[str, None] = {}
        self._secret_headers: set[str] = set()
        self._open: dict[tuple[str, str, object], int] = {}
        self._credentials_shown = False

    def place(self, traffic: Traffic) -> Matched:
        """The next part, whose numbers go on where those of the one before have ended. No exchange of it overlaps in
        time with one of another part."""
        contract = self._contract
        prefix = parts_of(self.base).path
        here = [e for e in traffic.exchanges if self._locator.is_here(e.request.url)]
        self._secrets |= dict.fromkeys(_secrets(here, contract))
        self._secret_headers |= _secret_headers(here, contract)
        redactor = Redactor(list(self._secrets), self._secret_headers, contract.auth.parameters)
        seen: list[Seen] = []
        strays: list[RecordedExchange] = []
        blocked = 0
        for recorded in here:
            asked = recorded.request
            route = self._locator.route(asked.method, asked.url, asked.headers, _bytes(asked.body))
            if route is None:
                strays.append(recorded)
                continue
            about = About(route.resource.name, told_as(route, recorded.request.method))
            exchange = _exchange(recorded, about, self._names.of(recorded), prefix, redactor, contract)
            if exchange.response is not None and exchange.response.blocked_by is not None:
                blocked += 1
                continue
            seen.append(Seen(exchange, contract, route, lacks=traffic.lacking.get(exchange.n, frozenset())))
        unsure = uncertain(seen, contract) if traffic.timed else frozenset()
        retried, again = self._attempts(e for e in here if "request" not in traffic.lacking.get(int(e.n), ()))
        left_out = dict(traffic.skipped)
        left_out["entries of other hosts or paths"] = len(traffic.exchanges) - len(here)
        left_out["entries with a path that the contract does not know"] = len(strays)
        left_out["answers of a firewall before the server"] = blocked
        left_out["entries without an answer"] = sum(s.exchange.response is None for s in seen)
        left_out["answers of an overloaded server or gateway (502, 503, 504)"] = sum(s.status in GATEWAY for s in seen)
        left_out["requests that may not be those that were sent (their answers are judged)"] = sum(
            "request" in s.lacks for s in seen
        )
        left_out["answers whose content was not recorded"] = sum("response body" in s.lacks for s in seen)
        left_out["answers whose headers were not recorded"] = sum("headers" in s.lacks for s in seen)
        self._credentials_shown = self._credentials_shown or any(_credential(e, contract) is not None for e in here)
        return Matched(
            base=self.base,
            seen=[replace(s, certain=False) if s.n in unsure else s for s in seen],
            strays=tuple(strays),
            retried=retried,
            again=again,
            alone=_alone(here) if traffic.timed else frozenset(e.n for e in here if isinstance(e.n, int)),
            notes=tuple(f"{count:,} {what}" for what, count in left_out.items() if count),
            credentials_shown=self._credentials_shown,
            span=max((e.started + e.elapsed for e in here), default=0.0) - min((e.started for e in here), default=0.0),
        )

    def _attempts(self, exchanges: Iterable[RecordedExchange]) -> tuple[frozenset[int], frozenset[int]]:
        """Numbers of exchanges that were answered 429, 502, 503 or 504 and sent again as they were, and of those that
        followed."""
        retried: set[int] = set()
        again: set[int] = set()
        for e in exchanges:
            key = (e.request.method, e.request.url, e.request.body)
            before = self._open.pop(key, None)
            if before is not None:
                retried.add(before)
                again.add(int(e.n))
            if e.response is not None and e.response.status in (429, *GATEWAY):
                self._open[key] = int(e.n)
        return frozenset(retried), frozenset(again)


def _nothing(traffic: Traffic, contract: Contract, file: Path, base: str = "") -> TrafficError:
    where = f"{base}{contract.base_path}" or "/"
    hosts = Counter(origin(e.request.url) for e in traffic.exchanges)
    if not hosts:
        return TrafficError("there is no request in it that a server has answered", place=Place(file))
    most = ", ".join(f"{host} ({count})" for host, count in hosts.most_common(5))
    return TrafficError(
        f"no entry is a request to a path of the contract '{contract.name}' (below {where})",
        place=Place(file),
        hint=f"There are entries of: {most}. Where the API has a prefix of its own, say so with --base-url.",
    )


class _Names:
    """Names for the credentials of the traffic, by the order in which they come. A token that was made anew keeps the
    name of the one before it, where both say for whom they stand."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._known: dict[str, str] = {}

    def of(self, recorded: RecordedExchange) -> str | None:
        if recorded.credential is not None:
            return recorded.credential
        value = _credential(recorded, self._contract)
        if value is None:
            return None
        if _MASKED.search(value.partition(" ")[2] or value):
            return HIDDEN
        return self._known.setdefault(_bearer(value) or value, f"credential {len(self._known) + 1}")


def _bearer(value: str) -> str:
    """All that a JSON Web Token claims (RFC 7519 §4.1) but when it was made and for how long; empty where it claims no
    ``sub``, or is something else."""
    parts = value.rpartition(" ")[2].split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "==")) if len(parts) == 3 else None
    except (ValueError, RecursionError):
        return ""
    if not isinstance(claims, dict) or not claims.get("sub"):
        return ""
    return json.dumps({n: c for n, c in claims.items() if n not in _OF_ONE_TOKEN}, sort_keys=True)


def _exchange(
    recorded: RecordedExchange,
    about: About,
    credential: str | None,
    prefix: str,
    redactor: Redactor,
    contract: Contract,
) -> Exchange:
    parts = parts_of(recorded.request.url)
    query = query_of(recorded.request.url)
    url = without_user(redactor.url(recorded.request.url))
    hidden = {v for n, v in query if _SECRET_NAME.search(n) and v}
    if hidden:
        query = tuple((n, REDACTED if v in hidden else v) for n, v in query)
        for value in hidden:
            url = url.replace(quote(value, safe=""), REDACTED).replace(value, REDACTED)
    request = Request(
        recorded.request.method,
        parts.path.removeprefix(prefix) or "/",
        query,
        recorded.request.headers,
        _bytes(recorded.request.body),
    )
    answer = recorded.response
    response = None
    if answer is not None:
        raw = Response(answer.status, answer.reason, answer.headers, content_of(answer.body))
        response = redactor.response(as_promised(raw, contract, about, request.method))
    return Exchange(
        n=int(recorded.n),
        request=redactor.request(request, request.headers),
        url=url,
        response=response,
        error=None if response is not None else redactor.text(recorded.error or "no answer was recorded"),
        started=recorded.started,
        elapsed=recorded.elapsed,
        credential=credential,
        about=about,
        again=recorded.again,
    )


def _bytes(body: str | bytes | None) -> bytes | None:
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body


def _credential(recorded: RecordedExchange, contract: Contract) -> str | None:
    """What a request shows of its credential."""
    request = recorded.request
    return contract.auth.shown(lambda name: first(request.headers, name), parts_of(request.url).query)


def _secret_headers(exchanges: Iterable[RecordedExchange], contract: Contract) -> set[str]:
    """Headers whose values are never kept: the contract's own, and what is called like a secret."""
    names: set[str] = set()
    for e in exchanges:
        for headers in (e.request.headers, e.response.headers if e.response else ()):
            names.update(n for n, _ in headers)
    return {contract.auth.header, *(n for n in names if _SECRET_NAME.search(n))}


def _secrets(exchanges: Iterable[RecordedExchange], contract: Contract) -> list[str]:
    """The credentials that the traffic shows, to be hidden wherever they come again."""
    found: dict[str, None] = {}
    for e in exchanges:
        value = _credential(e, contract) or ""
        secret = value if contract.auth.scheme == "api_key" else value.partition(" ")[2].strip()
        if len(secret) < _SHORTEST_SECRET or _MASKED.search(secret):
            continue
        found[secret] = None
        if contract.auth.scheme == "basic":
            try:
                found[base64.b64decode(secret, validate=True).decode()] = None
            except (binascii.Error, UnicodeDecodeError):
                continue
    return list(found)


def _alone(exchanges: Sequence[RecordedExchange]) -> frozenset[int]:
    """Numbers of exchanges that no other overlaps in time."""
    crowded: set[int] = set()
    last: RecordedExchange | None = None
    for e in exchanges:
        if last is not None and last.started + last.elapsed > e.started:
            crowded |= {int(last.n), int(e.n)}
        if last is None or e.started + e.elapsed > last.started + last.elapsed:
            last = e
    return frozenset(int(e.n) for e in exchanges) - crowded
