"""What the headers and statuses of a document promise beside its bodies: Location, entity-tags, repeated keys."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.policies import LOCATION
from restproof.contract.versions import CHANGES

REPEATS = re.compile(r"(?i)(x-)?idempotency-?key")
"""Names of the header whose repetition gets the first answer."""
_LIMITS = {part: rf"(x-)?rate-?limit-{part}" for part in ("limit", "remaining", "reset")}


def of_contract(reader: Reader, found: Collection[Found]) -> dict[str, Any]:
    """The words of the contract as a whole, where all that create promise the same."""
    creates = [f.calls["create"] for f in found if "create" in f.calls and f.calls["create"].method == "POST"]
    said: dict[str, Any] = {}
    if creates and all("location" in reader.headers(create, "2") for create in creates):
        said["policies"] = [LOCATION]
    limits = rate_limit(reader, [call for f in found for call in f.calls.values()])
    if limits:
        said["rate_limit"] = limits
    names = {next((n for n in create.named("header") if REPEATS.fullmatch(n)), None) for create in creates}
    name = names.pop() if len(names) == 1 else None
    return {**said, "idempotency_key": name} if name else said


def rate_limit(reader: Reader, calls: Collection[Call]) -> Any:
    """The header fields that tell the rate limit, where each answer of each operation is documented to have them."""
    answers = [
        {name.lower() for name in reader.source.mapping(answer.get("headers") or {}, (*route, "headers"))}
        for call in calls
        for _, answer, route in reader.responses(call)
    ]
    always = set.intersection(*answers) if answers else set()
    if {"ratelimit", "ratelimit-policy"} <= always:
        return "ietf"
    told = {part: next((n for n in sorted(always) if re.fullmatch(form, n)), None) for part, form in _LIMITS.items()}
    return {part: name for part, name in told.items() if name} if told["limit"] and told["remaining"] else None


def tags(reader: Reader, found: Found) -> dict[str, Any] | None:
    """The words for entity-tags, where reads are said to have one and to know it again, and a change to name one and to
    be refused where it is another by now; ``None`` where they are not."""
    read = found.calls.get("read")
    if read is None or "etag" not in reader.headers(read, "2"):
        return None
    known = 304 in reader.codes(read, "3") or _takes(read, "if-none-match")
    changes = {o: found.calls[o] for o in CHANGES if o in found.calls}
    matched = [o for o, c in changes.items() if 412 in reader.codes(c, "4") and _takes(c, "if-match", required=False)]
    if not known or (changes and not matched):
        return None
    return {"etag": True} | ({"match": matched} if len(matched) < len(changes) else {})


def _takes(call: Call, header: str, required: bool | None = None) -> bool:
    return header in map(str.lower, call.named("header", required=required))
