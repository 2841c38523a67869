"""The kinds of findings: what sort of fault it is, by a slug that stays the same wherever that sort shows."""

from __future__ import annotations

import re
from functools import cache

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

KINDS = {
    "allow": "Allow names other methods than the contract, or not the refused one's absence",
    "another-id": "a representation has another id than the one asked for",
    "back-again": "what was deleted is there again",
    "certificate": "a certificate that does not verify is served",
    "content": "an answer has content where it has none, or lacks it",
    "content-type": "the media type of an answer is not the promised one",
    "created": "a request that creates nothing created something",
    "dangling": "a reference names what is deleted",
    "date": "Date is no time of now",
    "does-not-match": "an entry of a filtered list does not match the filter",
    "duplicate": "an entry or an id shows twice",
    "duplicates": "two resources have one unique value",
    "error-in-success": "a success carries an error",
    "etag": "an entity tag does not follow the representation",
    "field-not-named": "an error does not name the field at fault",
    "filter": "a filter leaves out what matches, or lets through what does not",
    "filter-page": "a filtered page has another size",
    "filter-pages": "the pages of a filtered list do not make the whole",
    "foreign-entry": "somebody shows another tenant's or parent's resource",
    "format": "a value is not of the format that is promised",
    "header": "a header has another value than promised",
    "id-type": "an id is of another type",
    "idempotency": "a request that was sent again with its key took effect again",
    "impossible-filter": "a filter by a value of an impossible kind finds something",
    "injection": "text was taken for code",
    "json": "a body is no JSON",
    "json-bounds": "a body is JSON beyond what readers hold",
    "latency": "an answer came too late",
    "leak": "an answer shows what is inside the server",
    "left-out": "a list lacks an entry that it should hold",
    "left-over": "what was to be cleared is still there",
    "link": "a link to another page leads elsewhere, or is missing",
    "link-query": "a link to another page lost the query",
    "listed": "a list holds what it should not, or lacks what it should hold",
    "location": "Location leads elsewhere",
    "lost": "what was stored is not there",
    "media-type": "a media type was taken or given that is not promised",
    "missing-header": "a promised header is not there",
    "no-allow": "a 405 has no Allow",
    "no-answer": "no answer came",
    "no-challenge": "a 401 has no WWW-Authenticate",
    "no-content-type": "a body has no Content-Type",
    "no-date": "an answer has no Date",
    "no-entries": "the answer to a list holds no array of entries",
    "no-error-object": "an error has no object of the promised shape",
    "no-etag": "an answer has no entity tag",
    "no-id": "a create names no id",
    "no-location": "a create has no Location",
    "no-representation": "an answer holds no representation where it should",
    "no-retry-after": "a throttled answer has no Retry-After",
    "not-created": "a request that creates did not",
    "not-removed": "a member that a merge patch removes is left",
    "not-throttled": "a limit is not kept",
    "not-touched": "a time that moves with each change did not",
    "offset": "an offset counts otherwise",
    "page-size": "a page has another number of entries",
    "page-size-header": "the header that tells the size of a page tells another",
    "past-the-end": "a page past the end has entries",
    "plain-http": "plain HTTP is served",
    "problem-status": "a problem document names another status",
    "race": "requests at the same time had an effect that none of them alone has",
    "repeated-header": "a header field that has one value stands twice",
    "repeated": "an entry shows on two pages",
    "reset": "the moment at which a limit ends is told wrong",
    "retry-after": "Retry-After is no time to wait",
    "same-id": "an id is given twice",
    "schema": "a value breaks its schema",
    "scope": "a list shows what lives under another parent",
    "secret-quoted": "an error quotes a secret",
    "secret-shown": "an answer shows a secret",
    "server-set": "a client set what only the server sets",
    "sort": "a list is not sorted as asked",
    "sort-pages": "the pages of a sorted list do not make the whole",
    "stale": "what shows another resource does not follow it",
    "status": "the status is not the promised one",
    "stored": "a refused request was stored",
    "taken": "a refused create took its unique value",
    "tls-version": "an old version of TLS is spoken",
    "total": "the total is not the number of entries",
    "undeclared": "an answer holds a member that is not declared",
    "unknown-field": "an unknown member of a request was not treated as promised",
    "unlisted": "a list lacks what is there",
    "value": "a member has another value than it must",
    "walk": "the pages of a list do not make the whole",
}
"""Those of the bundled rules, with what each says. A rule of one's own may have others."""


@cache
def checked(kind: str) -> str:
    """``kind``, which is a slug. Raises ``ValueError`` for prose: what differs from run to run groups nothing."""
    if not SLUG.fullmatch(kind):
        raise ValueError(f"the kind of a finding is a slug such as 'page-size', not {kind!r}")
    return kind
