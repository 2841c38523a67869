"""Requests and answers below the resource: as they are sent, what their headers say, and raw connections."""

from __future__ import annotations

from restproof.contract.envelope import Envelope
from restproof.contract.limits import Part, RateLimit
from restproof.contract.media import JSON, is_json
from restproof.contract.model import NO_BODY
from restproof.contract.urls import leads_through, parts_of
from restproof.engine.paging import links
from restproof.wire.failure import NotSent
from restproof.wire.guard import effective_method
from restproof.wire.message import Headers, Request, encode
from restproof.wire.paging import Query, total_in
from restproof.wire.raw import handshake, plain_request, raw_answer
from restproof.wire.searching import named_by
from restproof.wire.waiting import http_date, retry_after

__all__ = [
    "JSON",
    "NO_BODY",
    "Envelope",
    "Headers",
    "NotSent",
    "Part",
    "Query",
    "RateLimit",
    "Request",
    "effective_method",
    "encode",
    "handshake",
    "http_date",
    "is_json",
    "leads_through",
    "links",
    "named_by",
    "parts_of",
    "plain_request",
    "raw_answer",
    "retry_after",
    "total_in",
]
