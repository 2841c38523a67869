"""HAR 1.2 files of browsers, proxies and other tools → exchanges.

The format: http://www.softwareishard.com/blog/har-12-spec/. Tools differ in what they leave out; what is missing is
noted, never made up.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from restproof.errors import Place, TrafficError
from restproof.record.events import Body
from restproof.record.model import Headers, RecordedExchange, Request, Response
from restproof.record.traffic import Lack, Traffic

_EMPTY = (204, 205, 304)


def from_har(document: Mapping[str, Any], path: Path) -> Traffic:
    """The exchanges of a HAR document. Raises ``TrafficError`` that names the first broken entry."""
    log = document["log"]
    entries = log.get("entries") if isinstance(log, Mapping) else None
    if not isinstance(entries, list):
        raise TrafficError("the HAR has no log.entries", place=Place(path))
    skipped: Counter[str] = Counter()
    found: list[tuple[float, RecordedExchange, frozenset[Lack]]] = []
    for number, entry in enumerate(entries, 1):
        try:
            reason = _no_exchange(entry)
            if reason:
                skipped[reason] += 1
                continue
            found.append(_read(entry))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            why = f"there is no {error}" if isinstance(error, KeyError) else str(error)
            raise TrafficError(f"entry {number} of the HAR is broken: {why}", place=Place(path)) from None
    # Browsers write entries by page, and those of a page as they were asked for.
    found.sort(key=lambda triple: triple[0])
    begin = found[0][0] if found else 0.0
    exchanges, lacking = [], {}
    for n, (started, exchange, lacks) in enumerate(found, 1):
        exchanges.append(_numbered(exchange, n, started - begin))
        if lacks:
            lacking[n] = lacks
    return Traffic(tuple(exchanges), lacking, dict(skipped))


def _no_exchange(entry: Mapping[str, Any]) -> str | None:
    """Why an entry is no exchange with a server, where it is none."""
    request, response = entry["request"], entry["response"]
    if str(request["url"]).partition(":")[0].lower() not in ("http", "https"):
        return "entries of other schemes"
    if entry.get("_resourceType") == "websocket" or response.get("status") == 101:
        return "websockets"
    if entry.get("_fromCache") or entry.get("_fromDiskCache") or entry.get("_servedFromCache"):
        return "answers from the browser's cache"
    if str(request["method"]).upper() == "OPTIONS":
        preflight = any(str(h["name"]).lower() == "access-control-request-method" for h in request.get("headers", ()))
        return "preflights" if preflight else "OPTIONS requests"
    return None


def _read(entry: Mapping[str, Any]) -> tuple[float, RecordedExchange, frozenset[Lack]]:
    asked, answered = entry["request"], entry["response"]
    lacks: set[Lack] = set()
    headers = _headers(asked)
    sent = _sent(asked, headers, lacks)
    response: Response | None = None
    error: str | None = None
    status = int(answered.get("status") or 0)
    if 0 < status <= 999:
        response = _response(answered, status, lacks, head=asked["method"] == "HEAD")
    else:
        error = str(answered.get("_error") or answered.get("statusText") or "no answer was recorded")
    elapsed = entry.get("time") or 0
    exchange = RecordedExchange(
        n=0,
        request=Request(str(asked["method"]).upper(), str(asked["url"]).partition("#")[0], headers, sent),
        response=response,
        error=error,
        credential=entry.get("_credential"),
        elapsed=max(0.0, float(elapsed) / 1000),
    )
    return _instant(str(entry["startedDateTime"])), exchange, frozenset(lacks)


def _numbered(exchange: RecordedExchange, n: int, started: float) -> RecordedExchange:
    return RecordedExchange(
        n=n,
        request=exchange.request,
        response=exchange.response,
        error=exchange.error,
        credential=exchange.credential,
        started=started,
        elapsed=exchange.elapsed,
    )


def _instant(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise ValueError(f"startedDateTime is {text!r}, no ISO 8601 time") from None


def _headers(message: Mapping[str, Any]) -> Headers:
    """The header fields; the pseudo headers of HTTP/2 and HTTP/3 (``:path``) are none."""
    pairs = ((str(h["name"]), str(h["value"])) for h in message.get("headers") or ())
    return tuple((n, v) for n, v in pairs if not n.startswith(":"))


def _sent(request: Mapping[str, Any], headers: Headers, lacks: set[Lack]) -> Body:
    data = request.get("postData")
    if not data or (data.get("text") is None and not data.get("params")):
        size = request.get("bodySize") or 0
        announced = next((v for n, v in headers if n.lower() == "content-length"), "0")
        if (isinstance(size, int | float) and size > 0) or announced.strip() not in ("", "0"):
            lacks.add("request body")
        return None
    text = data.get("text")
    if not text and data.get("params"):
        if "multipart" in str(data.get("mimeType")):
            lacks.add("request body")
            return None
        return urlencode([(p["name"], p.get("value") or "") for p in data["params"]])
    return _decoded(text, data.get("encoding") or data.get("_encoding")) or None


def _response(response: Mapping[str, Any], status: int, lacks: set[Lack], *, head: bool) -> Response:
    headers = _headers(response)
    content = response.get("content") or {}
    body: Body = None
    if content.get("text") is not None:
        body = _decoded(content["text"], content.get("encoding")) or None
    if body is None and not head and status not in _EMPTY:
        announced = next((v for n, v in headers if n.lower() == "content-length"), "0").strip()
        sizes = (content.get("size"), response.get("bodySize"))
        if any(isinstance(s, int | float) and s > 0 for s in sizes) or announced not in ("", "0"):
            lacks.add("response body")
    if not headers:
        lacks.add("headers")
        # All that is left of them.
        media = str(content.get("mimeType") or "")
        headers = (("Content-Type", media),) if body is not None and "/" in media else ()
    return Response(status, str(response.get("statusText") or ""), headers, body)


def _decoded(text: Any, encoding: Any) -> Body:
    if str(encoding).lower() != "base64":
        return str(text)
    try:
        data = base64.b64decode(str(text), validate=False)
    except binascii.Error:
        raise ValueError("its base64 content is damaged") from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
