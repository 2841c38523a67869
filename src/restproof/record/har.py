"""HAR 1.2 files of browsers, proxies and other tools → exchanges.

The format: http://www.softwareishard.com/blog/har-12-spec/. Tools differ in what they leave out; what is missing is
noted, never made up.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from restproof.errors import Place, TrafficError
from restproof.record.broken import BROKEN, broken
from restproof.record.events import Body
from restproof.record.model import Headers, Lack, RecordedExchange, Request, Response, Traffic

_EMPTY = (204, 205, 304)
_CACHED = ("memory cache", "disk cache", "service worker")
"""Where Safari says that an answer came from, when it did not come from the server."""
_EPOCH = 0.0

Attached = Callable[[str], bytes | None]
"""The content that a HAR keeps in a file of its own (``_file``); ``None`` where it is not at hand."""


def from_har(document: Mapping[str, Any], path: Path, attached: Attached = lambda name: None) -> Traffic:
    """The exchanges of a HAR document; one without times keeps its order. Raises ``TrafficError`` that names the
    first broken entry."""
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
            found.append(_read(entry, attached))
        except BROKEN as error:
            raise broken(f"entry {number} of the HAR", error, path) from None
    timed = _has_times(found)
    if all(started > _EPOCH for started, _, _ in found):
        # Browsers write entries by page, and those of a page as they were asked for.
        found.sort(key=lambda triple: triple[0])
    begin = found[0][0] if found else 0.0
    exchanges, lacking = [], {}
    for n, (started, exchange, lacks) in enumerate(found, 1):
        exchanges.append(_numbered(exchange, n, started - begin if timed else 0.0))
        if lacks:
            lacking[n] = lacks
    return Traffic(tuple(exchanges), lacking, dict(skipped), timed=timed)


def _has_times(found: list[tuple[float, RecordedExchange, frozenset[Lack]]]) -> bool:
    """Whether the times mean something: many tools write zero, or one moment for all, where they know none."""
    begins = {started for started, _, _ in found}
    if any(started <= _EPOCH for started in begins) or (len(found) > 1 and len(begins) == 1):
        return False
    return not found or any(exchange.elapsed for _, exchange, _ in found)


def _no_exchange(entry: Mapping[str, Any]) -> str | None:
    """Why an entry is no exchange with a server, where it is none."""
    request, response = entry["request"], entry["response"]
    if str(request["url"]).partition(":")[0].lower() not in ("http", "https"):
        return "entries of other schemes"
    if entry.get("_resourceType") == "websocket" or response.get("status") == 101:
        return "websockets"
    if _is_cached(entry):
        return "answers from the browser's cache"
    if str(request["method"]).upper() == "OPTIONS":
        preflight = any(str(h["name"]).lower() == "access-control-request-method" for h in request.get("headers", ()))
        return "preflights" if preflight else "OPTIONS requests"
    return None


def _is_cached(entry: Mapping[str, Any]) -> bool:
    """Whether the browser answered by itself, as Chrome, Firefox, Safari and Playwright say it."""
    worker = str(entry.get("_serviceWorkerResponseSource") or "network").lower()
    return bool(
        entry.get("_fromCache")
        or entry.get("_fromDiskCache")
        or entry.get("_servedFromCache")
        or str(entry.get("_fetchType")).lower() in _CACHED
        or worker != "network"
    )


def _read(entry: Mapping[str, Any], attached: Attached) -> tuple[float, RecordedExchange, frozenset[Lack]]:
    asked, answered = entry["request"], entry["response"]
    lacks: set[Lack] = set()
    headers = _headers(asked)
    sent = _sent(asked, headers, lacks, attached)
    response: Response | None = None
    error: str | None = None
    status = int(answered.get("status") or 0)
    if 0 < status <= 999:
        response = _response(answered, status, lacks, attached, head=asked["method"] == "HEAD")
    else:
        error = str(answered.get("_error") or answered.get("statusText") or "no answer was recorded")
    elapsed = float(entry.get("time") or 0)
    exchange = RecordedExchange(
        n=0,
        request=Request(str(asked["method"]).upper(), str(asked["url"]).partition("#")[0], headers, sent),
        response=response,
        error=error,
        credential=entry.get("_credential"),
        elapsed=max(0.0, elapsed / 1000) if math.isfinite(elapsed) else 0.0,
    )
    return _instant(str(entry.get("startedDateTime") or "")), exchange, frozenset(lacks)


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
    """Unix time in seconds; 0 where the tool knew none (nothing, or the first moment of its calendar)."""
    if not text or text.startswith(("0000-", "0001-")):
        return _EPOCH
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(f"startedDateTime is {text!r}, no ISO 8601 time") from None


def _headers(message: Mapping[str, Any]) -> Headers:
    """The header fields; the pseudo headers of HTTP/2 and HTTP/3 (``:path``) are none."""
    pairs = ((str(h["name"]), str(h["value"])) for h in message.get("headers") or ())
    return tuple((n, v) for n, v in pairs if not n.startswith(":"))


def _sent(request: Mapping[str, Any], headers: Headers, lacks: set[Lack], attached: Attached) -> Body:
    data = request.get("postData")
    if data and not data.get("text") and data.get("_file"):
        return _from_file(data["_file"], attached, lacks, "request body")
    if not data or (data.get("text") is None and not data.get("params")):
        if _is_announced(headers, request.get("bodySize")):
            lacks.add("request body")
        return None
    text = data.get("text")
    if not text and data.get("params"):
        if "multipart" in str(data.get("mimeType")):
            lacks.add("request body")
            return None
        return urlencode([(p["name"], p.get("value") or "") for p in data["params"]])
    return _decoded(text, data.get("encoding") or data.get("_encoding")) or None


def _response(
    response: Mapping[str, Any], status: int, lacks: set[Lack], attached: Attached, *, head: bool
) -> Response:
    headers = _headers(response)
    content = response.get("content") or {}
    # The text of a 304 is the browser's own copy: the server sent none.
    body = None if status == 304 else _content(content, lacks, attached)
    if body is None and not head and status not in _EMPTY:
        sizes = (content.get("size"), response.get("bodySize"))
        if content.get("comment") or _is_announced(headers, *sizes):
            lacks.add("response body")
    if not headers:
        lacks.add("headers")
        # All that is left of them.
        media = str(content.get("mimeType") or "")
        headers = (("Content-Type", media),) if body is not None and "/" in media else ()
    return Response(status, str(response.get("statusText") or ""), headers, body)


def _content(content: Mapping[str, Any], lacks: set[Lack], attached: Attached) -> Body:
    """The content as far as the recording has all of it: a tool that cuts says how long it was."""
    if not content.get("text") and content.get("_file"):
        return _from_file(content["_file"], attached, lacks, "response body")
    if content.get("text") is None:
        return None
    body = _decoded(content["text"], content.get("encoding")) or None
    length = len(body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b"")
    size = content.get("size")
    if isinstance(size, int | float) and size > length:
        lacks.add("response body")
        return None
    return body


def _from_file(name: object, attached: Attached, lacks: set[Lack], what: Lack) -> Body:
    data = attached(str(name))
    if data is None:
        lacks.add(what)
        return None
    return _text(data)


def _is_announced(headers: Headers, *sizes: object) -> bool:
    """Whether the head, or a size that the tool noted, says that there was content."""
    announced = next((v for n, v in headers if n.lower() == "content-length"), "0").strip()
    return any(isinstance(s, int | float) and s > 0 for s in sizes) or announced not in ("", "0")


def _decoded(text: Any, encoding: Any) -> Body:
    if str(encoding).lower() != "base64":
        return str(text)
    try:
        data = base64.b64decode(str(text), validate=False)
    except binascii.Error:
        raise ValueError("its base64 content is damaged") from None
    return _text(data)


def _text(data: bytes) -> Body:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
