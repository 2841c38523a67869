"""A run → HAR 1.2, for browsers, proxies and whatever else reads recorded traffic.

The format: http://www.softwareishard.com/blog/har-12-spec/. Members that begin with an underscore are restproof's own.
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from restproof.contract.urls import parts_of
from restproof.headers import Headers, first
from restproof.record.events import Body, content_of
from restproof.record.model import RecordedExchange, RecordedRun


def render_har(run: RecordedRun) -> str:
    """The exchanges of a run as a HAR document, in the order in which they began. An exchange without an answer has
    the status 0 and says why in ``_error``; ``_credential`` is the name of the credential; ``_case`` the case."""
    began = datetime.fromisoformat(run.header.started)
    ordered = sorted(run.exchanges, key=lambda e: e.started)
    log = {
        "version": "1.2",
        "creator": {"name": "restproof", "version": run.header.restproof},
        "comment": f"contract {run.header.contract}, target {run.header.target.name}; secrets are replaced",
        "entries": [_entry(e, began) for e in ordered],
    }
    return json.dumps({"log": log}, ensure_ascii=True, indent=1)


def _entry(exchange: RecordedExchange, began: datetime) -> dict[str, Any]:
    took = round(exchange.elapsed * 1000, 3)
    request, response = exchange.request, exchange.response
    entry: dict[str, Any] = {
        "startedDateTime": (began + timedelta(seconds=exchange.started)).isoformat(timespec="microseconds"),
        "time": took,
        "request": {
            "method": request.method,
            "url": request.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(request.headers),
            "queryString": [
                {"name": n, "value": v} for n, v in parse_qsl(parts_of(request.url).query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": len(content_of(request.body)),
        },
        "response": {
            "status": response.status if response else 0,
            "statusText": response.reason if response else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(response.headers) if response else [],
            "content": _content(response.body, _media(response.headers)) if response else {"size": 0, "mimeType": ""},
            "redirectURL": (response and first(response.headers, "Location")) or "",
            "headersSize": -1,
            "bodySize": len(content_of(response.body)) if response else -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": took, "receive": 0},
        "_credential": exchange.credential,
        "_case": exchange.case,
    }
    if request.body is not None:
        text, coded = _text(request.body)
        entry["request"]["postData"] = {
            "mimeType": _media(request.headers),
            "params": [],
            "text": text,
            **({"_encoding": "base64"} if coded else {}),
        }
    if response is None:
        entry["response"]["_error"] = exchange.error or "no answer"
    return entry


def _headers(headers: Headers) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers]


def _media(headers: Headers) -> str:
    return first(headers, "Content-Type") or ""


def _text(body: str | bytes) -> tuple[str, bool]:
    return (body, False) if isinstance(body, str) else (base64.b64encode(body).decode("ascii"), True)


def _content(body: Body, media: str) -> dict[str, Any]:
    if body is None:
        return {"size": 0, "mimeType": media}
    text, coded = _text(body)
    return {"size": len(content_of(body)), "mimeType": media, "text": text, **({"encoding": "base64"} if coded else {})}
