"""Flows of mitmproxy (``mitmdump -w FILE``, "Save" of its interfaces) → exchanges.

A file is a row of tnetstrings, one for each flow: the length in decimal, a colon, that many bytes, and a character that
tells what they are (https://tnetstrings.info, with ``;`` for text as mitmproxy has it). A flow is what
``mitmproxy.http.HTTPFlow.get_state`` gives; content is as it was on the wire.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from restproof.headers import Headers, first
from restproof.record.broken import BROKEN, broken
from restproof.record.coding import as_body, uncompressed
from restproof.record.events import Body
from restproof.record.model import Lack, RecordedExchange, Request, Response, Traffic

_LENGTH = re.compile(rb"([0-9]{1,10}):")
_FIRST = re.compile(rb"[0-9]{1,10}:[0-9]{1,3}:[a-z_]+[;,]")
"""A dictionary with its first name, which is text, or bytes as older versions have it."""
_PORTS = {"http": 80, "https": 443}


def is_flows(data: bytes) -> bool:
    """Whether a file begins as one of flows."""
    return _FIRST.match(data) is not None


def from_flows(data: bytes, path: Path) -> Traffic:
    """The exchanges of a file of flows. Raises ``TrafficError`` that names the first broken flow."""
    skipped: Counter[str] = Counter()
    found: list[tuple[float, float, RecordedExchange, frozenset[Lack]]] = []
    number = 1
    try:
        for flow in _values(data):
            if flow.get("type") != "http" or flow.get("websocket"):
                skipped["websockets" if flow.get("websocket") else "flows that are no HTTP"] += 1
            elif _text(flow["request"]["method"]).upper() in ("OPTIONS", "CONNECT"):
                skipped["OPTIONS and CONNECT requests"] += 1
            elif flow.get("response") and _is_made_up(flow):
                skipped["answers from a cache or a mock"] += 1
            else:
                found.append(_exchange(flow))
            number += 1
    except BROKEN as error:
        raise broken(f"flow {number} of mitmproxy", error, path) from None
    found.sort(key=lambda one: one[0])
    begin = found[0][0] if found else 0.0
    exchanges = tuple(
        replace(exchange, n=n, started=started - begin, elapsed=max(0.0, ended - started))
        for n, (started, ended, exchange, _) in enumerate(found, 1)
    )
    lacking = {n: lacks for n, (_, _, _, lacks) in enumerate(found, 1) if lacks}
    return Traffic(exchanges, lacking, dict(skipped), timed=all(started > 0 for started, *_ in found))


def _is_made_up(flow: Mapping[str, Any]) -> bool:
    """Whether mitmproxy has answered by itself: a replay, a mapped file or a script."""
    server = flow.get("server_conn") or {}
    return flow.get("is_replay") == "response" or not (server.get("timestamp_start") or server.get("peername"))


def _exchange(flow: Mapping[str, Any]) -> tuple[float, float, RecordedExchange, frozenset[Lack]]:
    asked, answered = flow["request"], flow.get("response")
    lacks: set[Lack] = set()
    headers = _headers(asked)
    sent = _content(asked, headers, lacks, "request body")
    started = _moment(asked.get("timestamp_start"))
    ended = started
    response: Response | None = None
    error: str | None = None
    if answered:
        got = _headers(answered)
        body = None if flow.get("error") else _content(answered, got, lacks, "response body")
        if flow.get("error"):  # it broke off
            lacks.add("response body")
        response = Response(int(answered["status_code"]), _text(answered.get("reason")), got, body)
        ended = _moment(answered.get("timestamp_end")) or started
    else:
        error = _text((flow.get("error") or {}).get("msg")) or "no answer was recorded"
    request = Request(_text(asked["method"]).upper(), _url(asked, headers), headers, sent)
    return started, ended, RecordedExchange(n=0, request=request, response=response, error=error), frozenset(lacks)


def _moment(found: Any) -> float:
    """Unix time in seconds; 0 where it is not told."""
    moment = float(found or 0)
    if not math.isfinite(moment):
        raise ValueError(f"{moment} is no time")
    return moment


def _url(request: Mapping[str, Any], headers: Headers) -> str:
    """Where a request went, by the name that the client had for it."""
    scheme, port = _text(request["scheme"]), int(request["port"])
    named = _text(request.get("authority")) or first(headers, "host") or ""
    host = _text(request["host"])
    address = f"[{host}]" if ":" in host else host
    own = address if _PORTS.get(scheme) == port else f"{address}:{port}"
    return f"{scheme}://{named or own}{_text(request['path'])}"


def _headers(message: Mapping[str, Any]) -> Headers:
    return tuple((_text(name, "latin-1"), _text(value, "latin-1")) for name, value in message["headers"])


def _content(message: Mapping[str, Any], headers: Headers, lacks: set[Lack], what: Lack) -> Body:
    """The content without its coding; mitmproxy keeps none of what it streams."""
    data = message.get("content")
    codings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    plain = None if data is None else uncompressed(data, codings if data else "")
    if plain is None:
        lacks.add(what)
        return None
    return as_body(plain)


def _text(value: Any, encoding: str = "utf-8") -> str:
    return value.decode(encoding, "replace") if isinstance(value, bytes) else str(value or "")


def _values(data: bytes) -> Iterator[Any]:
    """The values of a row of tnetstrings. Raises ``ValueError``."""
    at = 0
    while at < len(data):
        value, at = _value(data, at)
        yield value


def _value(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at ``at``, and where it ends."""
    found = _LENGTH.match(data, at)
    if found is None:
        raise ValueError(f"byte {at} begins no value")
    begin, end = found.end(), found.end() + int(found[1])
    if end >= len(data):
        raise ValueError("the file breaks off")
    inner = data[begin:end]
    match data[end : end + 1]:
        case b",":
            return inner, end + 1
        case b";":
            return inner.decode(), end + 1
        case b"#":
            return int(inner[:20]), end + 1
        case b"^":
            return float(inner), end + 1
        case b"!":
            return inner == b"true", end + 1
        case b"~":
            return None, end + 1
        case b"]":
            return list(_values(inner)), end + 1
        case b"}":
            row = list(_values(inner))
            names = (_text(name) for name in row[::2])
            return dict(zip(names, row[1::2], strict=True)), end + 1
    raise ValueError(f"byte {end} ends no value")
