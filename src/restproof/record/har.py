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
from restproof.headers import Headers, first
from restproof.record.broken import BROKEN, broken
from restproof.record.events import Body, content_of
from restproof.record.model import Lack, RecordedExchange, Request, Response, Traffic

_EMPTY = (204, 205, 304)
_NAMING = ("Firefox", "mitmproxy")
_RENDERING = ("Insomnia REST Client",)
"""What exports requests as they stand by now, in the order of a workspace, each with the last answer to it."""
_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_CONTENT_EXPECTED = ("POST", "PUT", "PATCH")
_FIREFOX_KEEPS = 1024 * 1024
"""Characters of a request that Firefox keeps at most, and has kept of an answer."""
_FROM_NETWORK = "Network Load"
"""What Safari says of an answer that came from the server; else it names a cache, a worker or an override."""
_COMPLETE = "COMPLETE"
"""What Charles says of an exchange that ended well; else the answer may be cut, or a page of Charles's own."""
_OF_FIDDLER = "Fiddler - "
"""How the reason of a page begins that Fiddler made, where it had no answer (``502 Fiddler - DNS Lookup Failed``)."""
_EPOCH = 0.0
_DIGITS = 20
"""More have no meaning as a length."""

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
    names_servers = _names_servers(log, entries)
    rendered: frozenset[Lack] = frozenset({"request"} if _creator(log) in _RENDERING else ())
    for number, entry in enumerate(entries, 1):
        try:
            reason = _no_exchange(entry, names_servers=names_servers)
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
        if lacks | rendered:
            lacking[n] = lacks | rendered
    return Traffic(tuple(exchanges), lacking, dict(skipped), timed=timed)


def _has_times(found: list[tuple[float, RecordedExchange, frozenset[Lack]]]) -> bool:
    """Whether the times mean something: many tools write zero, or one moment for all, where they know none."""
    begins = {started for started, _, _ in found}
    if any(started <= _EPOCH for started in begins) or (len(found) > 1 and len(begins) == 1):
        return False
    return not found or any(exchange.elapsed for _, exchange, _ in found)


def _names_servers(log: Mapping[str, Any], entries: list[Any]) -> bool:
    """Whether the address of a server is in each entry that one has answered, and in no other: so the tool has it."""
    named = any(isinstance(entry, Mapping) and entry.get("serverIPAddress") for entry in entries)
    return named and _creator(log) in _NAMING


def _creator(log: Mapping[str, Any]) -> object:
    """The name of the tool, if the HAR tells it."""
    creator = log.get("creator")
    return creator.get("name") if isinstance(creator, Mapping) else None


def _no_exchange(entry: Mapping[str, Any], *, names_servers: bool) -> str | None:
    """Why an entry is no exchange with a server, where it is none."""
    request, response = entry["request"], _answer(entry)
    method = str(request["method"]).upper()
    if str(request["url"]).partition(":")[0].lower() not in ("http", "https"):
        return "entries of other schemes"
    if entry.get("_resourceType") == "websocket" or response.get("status") == 101:
        return "websockets"
    unserved = names_servers and response.get("status") and not entry.get("serverIPAddress")
    if unserved or entry.get("_wasFulfilled") or _is_cached(entry, response):
        return "answers from a cache or a mock"
    if entry.get("_wasAborted"):
        return "requests that a test has stopped"
    if any(str(h["name"]).lower() == "non-authoritative-reason" for h in response.get("headers") or ()):
        return "redirects that the browser made up"
    if method == "OPTIONS":
        preflight = any(str(h["name"]).lower() == "access-control-request-method" for h in request.get("headers", ()))
        return "preflights" if preflight else "OPTIONS requests"
    return "CONNECT requests" if method == "CONNECT" else None


def _answer(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told of the answer; nothing where a tool was still waiting for it."""
    found: Mapping[str, Any] = entry.get("response") or {}
    return found


def _is_cached(entry: Mapping[str, Any], response: Mapping[str, Any]) -> bool:
    """Whether the browser answered by itself, as Chrome, Safari and Playwright say it. What went through a service
    worker is what that has made of an answer; where it asked the server, its own request is another entry."""
    worker = [m.get("_serviceWorkerResponseSource") or "network" for m in (entry, response)]
    return bool(
        entry.get("_fromCache")
        or entry.get("_fromDiskCache")
        or entry.get("_servedFromCache")
        or str(entry.get("_fetchType") or _FROM_NETWORK) != _FROM_NETWORK
        or response.get("_fetchedViaServiceWorker")
        or any(str(source).lower() != "network" for source in worker)
    )


def _read(entry: Mapping[str, Any], attached: Attached) -> tuple[float, RecordedExchange, frozenset[Lack]]:
    asked, answered = entry["request"], _answer(entry)
    lacks: set[Lack] = set()
    headers = _headers(asked)
    sent = _sent(asked, headers, lacks, attached)
    if sent is not None and entry.get("_wasContinued"):  # perhaps with another one, which Playwright does not tell
        lacks.add("request body")
    response: Response | None = None
    error: str | None = None
    status = int(answered.get("status") or 0)
    said = str(answered.get("statusText") or "")
    unended = said.startswith(_OF_FIDDLER) or str(answered.get("_charlesStatus") or _COMPLETE).upper() != _COMPLETE
    if 0 < status <= 999 and not unended:
        confirmed = not headers or any(_value(headers, name) for name in ("if-none-match", "if-modified-since"))
        is_head = asked["method"] == "HEAD"
        response = _response(answered, status, lacks, attached, head=is_head, confirmed=confirmed)
    else:
        error = str(_failure(answered) or (not unended and said) or "no answer was recorded")
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


def _failure(response: Mapping[str, Any]) -> object:
    """What a browser or Playwright says of an answer that broke off, if it did."""
    return response.get("_error") or response.get("_failureText")


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
    """The header fields. The pseudo headers of HTTP/2 and HTTP/3 (``:path``) are none, and one without a value was not
    sent (axios)."""
    fields = (h for h in message.get("headers") or () if h.get("value") is not None)
    pairs = ((str(h["name"]), str(h["value"])) for h in fields)
    # Chromium and Firefox join the fields of one name by line feeds, which no value can hold.
    return tuple((n, v) for n, values in pairs if not n.startswith(":") for v in values.split("\n"))


def _sent(request: Mapping[str, Any], headers: Headers, lacks: set[Lack], attached: Attached) -> Body:
    data = request.get("postData")
    if data and data.get("comment"):  # Firefox: the body was too large to keep
        lacks.add("request body")
        return None
    if data and not data.get("text") and data.get("_file"):
        return _from_file(data["_file"], attached, lacks, "request body")
    if not data or (data.get("text") is None and not data.get("params")):
        if _announced(headers, request.get("bodySize")) or _is_untold(request, headers):
            lacks.add("request body")
        return None
    text = data.get("text")
    if _may_be_another(text) or _is_form(headers, data.get("mimeType")):
        lacks.add("request body")
        return None
    if not text and data.get("params"):
        if "multipart" in str(data.get("mimeType")):
            lacks.add("request body")
            return None
        made_anew = urlencode([(p["name"], p.get("value") or "") for p in data["params"]])
        if _announced(headers, request.get("bodySize")) not in (0, len(made_anew)):
            lacks.add("request body")  # it was encoded in another way, or was no form at all
            return None
        return made_anew
    body = _decoded(text, data.get("encoding") or data.get("_encoding")) or None
    if len(content_of(body)) < _announced(headers, request.get("bodySize")):
        lacks.add("request body")  # it was left out, or cut: files of a form, for one
        return None
    return body


def _may_be_another(text: object) -> bool:
    """Whether the text of a body is none as it was sent: cut where Firefox cuts, or already read by the tool."""
    return not isinstance(text, str | None) or (text is not None and len(text) == _FIREFOX_KEEPS)


def _is_form(headers: Headers, media: object) -> bool:
    """Whether a body is that of a form by the tool's word alone: the header that would say so was left out."""
    return not _value(headers, "content-type") and str(media).lower().startswith(_FORMS)


def _is_untold(request: Mapping[str, Any], headers: Headers) -> bool:
    """Whether a request may have had content of which nothing is told: a Blob or a stream (Chromium). Who sends none by
    such a method says so, by a length of zero (RFC 9110 §8.6)."""
    names = {name.lower() for name, _ in headers}
    may_have = str(request["method"]).upper() in _CONTENT_EXPECTED and (not names or "content-type" in names)
    return "transfer-encoding" in names or (may_have and "content-length" not in names)


def _response(
    response: Mapping[str, Any], status: int, lacks: set[Lack], attached: Attached, *, head: bool, confirmed: bool
) -> Response:
    """``confirmed``: where the request was a conditional one, it may be the browser's own, by which a 304 has confirmed
    what is in the cache; to the page that is a 200 with the cached content, under the head of the 304."""
    headers = _headers(response)
    content = response.get("content") or {}
    # The text of a 304 is the browser's own copy: the server sent none.
    broken_off = bool(_failure(response))
    body = None if status == 304 or broken_off else _content(response, headers, lacks, attached)
    if body is None and not head and status not in _EMPTY:
        sizes = (content.get("size"), response.get("bodySize"))
        # A size of zero may stand for one that the tool does not know.
        untold = not isinstance(content.get("text"), str) and _value(headers, "content-length") != "0"
        if broken_off or untold or content.get("comment") or _announced(headers, *sizes):
            lacks.add("response body")
    if not headers or (confirmed and body is not None and not _value(headers, "content-type")):
        lacks.add("headers")
        # All that is left of what said so.
        media = str(content.get("mimeType") or "")
        headers = (*headers, *((("Content-Type", media),) if body is not None and "/" in media else ()))
    return Response(status, str(response.get("statusText") or ""), headers, body)


def _content(response: Mapping[str, Any], headers: Headers, lacks: set[Lack], attached: Attached) -> Body:
    """The content as far as the recording has all of it: a tool that cuts says how long it was."""
    content = response.get("content") or {}
    if not content.get("text") and content.get("_file"):
        return _from_file(content["_file"], attached, lacks, "response body")
    if not isinstance(content.get("text"), str):
        return None
    body = _decoded(content["text"], content.get("encoding")) or None
    size, coded = content.get("size"), _is_coded(response, headers)
    too_short = isinstance(size, int | float) and size > len(content_of(body)) and not coded
    if too_short or (coded and isinstance(body, str) and len(body) == _FIREFOX_KEEPS):
        lacks.add("response body")
        return None
    return body


def _is_coded(response: Mapping[str, Any], headers: Headers) -> bool:
    """Whether the size of the content is that of what came, compressed, as Firefox has it: of the text, which may be
    shorter, it says nothing then."""
    size, total, head = response["content"].get("size"), response.get("bodySize"), response.get("headersSize")
    after = total - head if isinstance(total, int | float) and isinstance(head, int | float) else None
    is_what_came = str(size) == _value(headers, "content-length") or size in (total, after)
    return is_what_came and _value(headers, "content-encoding").lower() not in ("", "identity")


def _from_file(name: object, attached: Attached, lacks: set[Lack], what: Lack) -> Body:
    data = attached(str(name))
    if data is None:
        lacks.add(what)
        return None
    return _text(data)


def _value(headers: Headers, name: str) -> str:
    """What the head says by a field, without the blanks around it; empty where it says nothing."""
    return (first(headers, name) or "").strip()


def _announced(headers: Headers, *sizes: object) -> float:
    """How many bytes of content the head, or a size that the tool noted, says there were."""
    declared = _value(headers, "content-length")
    head = int(declared) if declared.isdecimal() and len(declared) < _DIGITS else int(bool(declared))
    return max(head, *(s for s in sizes if isinstance(s, int | float)), 0)


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
