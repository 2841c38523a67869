"""Recordings of the ``responses`` library (``responses._recorder``, YAML or TOML) → exchanges.

They hold what a test needs to answer again: of requests the method and the URL alone, and of an answer's header not
what every server sends. A recording has no times: its order counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restproof.record.broken import BROKEN, broken
from restproof.record.coding import as_body
from restproof.record.model import Lack, RecordedExchange, Request, Response, Traffic

_BARE = ("GET", "HEAD", "DELETE")
"""Methods whose requests have no content, as a rule."""


def from_recorder(document: Mapping[str, Any], path: Path) -> Traffic:
    """The exchanges of a recording. Raises ``TrafficError`` that names the first broken entry."""
    exchanges: list[RecordedExchange] = []
    lacking: dict[int, frozenset[Lack]] = {}
    for n, entry in enumerate(document["responses"], 1):
        try:
            found = entry["response"]
            method, media = str(found["method"]).upper(), found.get("content_type")
            headers = tuple((str(name), str(value)) for name, value in (found.get("headers") or {}).items())
            headers = ((("Content-Type", str(media)),) if media else ()) + headers
            body = found.get("body")
            response = Response(
                int(found["status"]), "", headers, as_body(body) if isinstance(body, bytes) else str(body or "") or None
            )
            request = Request(method, str(found["url"]))
        except BROKEN as error:
            raise broken(f"response {n} of the recording", error, path) from None
        exchanges.append(RecordedExchange(n=n, request=request, response=response))
        lacking[n] = frozenset({"headers"} if method in _BARE else {"headers", "request body"})
    return Traffic(tuple(exchanges), lacking, timed=False)
