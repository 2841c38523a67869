"""What the headers and statuses of a document promise beside its bodies: Location, entity-tags, repeated keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import Shaped, shaped
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.policies import LOCATION
from restproof.contract.versions import CHANGES
from restproof.contract.words import snake

REPEATS = re.compile(r"(?i)(x-)?idempotency-?key")
"""Names of the header whose repetition gets the first answer."""
_LIMITS = {part: rf"(x-)?rate-?limit-{part}" for part in ("limit", "remaining", "reset")}
_VERSION = re.compile(r"_?((lock|object|record|row)_)?(rev|revision|version)(_(no|number))?")
"""Names of what tells one state of an item from another."""
_OF_STALE = {409, 412}


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


def without_version(reader: Reader, found: Found, apart: Callable[[Schema], Schema]) -> Shaped:
    """What the bodies of a resource say (``shaped``), the version apart that each change must name, that a read shows
    and no create takes, where a stale one is said to be refused."""
    told = shaped(reader, found, apart)
    changes = [operation for operation in ("update", "replace") if operation in told.sent]
    if tags(reader, found):
        return told
    codes = [_OF_STALE & set(reader.codes(found.calls[o], "4")) for o in changes if o in found.calls]
    needed = [told.sent[o].get("required", ()) for o in changes]
    for name in needed[0] if needed else ():
        is_shown = name in told.read.get("properties", {}) and name not in told.writable("create")
        if not (is_shown and _VERSION.fullmatch(snake(name)) and all(name in some for some in needed) and all(codes)):
            continue
        for operation in changes:
            sent = told.sent[operation]
            kept = {n: s for n, s in told.writable(operation).items() if n != name}
            told.sent[operation] = {**sent, "properties": kept, "required": [n for n in sent["required"] if n != name]}
        refused = sorted(set().union(*codes))
        told.version, told.stale = {"version": name}, {"stale": refused[0] if len(refused) == 1 else refused}
        break
    return told
