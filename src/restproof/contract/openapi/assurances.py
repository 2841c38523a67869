"""What the headers and statuses of a document promise beside its bodies: Location, entity-tags, repeated keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from restproof.contract.openapi.answers import Reader, object_of
from restproof.contract.openapi.bodies import Shaped, shaped
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.policies import LOCATION
from restproof.contract.shapes import types_of
from restproof.contract.versions import CHANGES
from restproof.contract.words import snake

REPEATS = re.compile(r"(?i)(x-)?idempotency-?key")
"""Names of the header whose repetition gets the first answer."""
_LIMITS = {part: rf"(x-)?rate-?limit-{part}" for part in ("limit", "remaining", "reset")}
_VERSION = re.compile(r"_?((lock|object|record|row)_)?(rev|revision|version)(_(no|number))?")
"""Names of what tells one state of an item from another."""
_NAMES_IT = re.compile(r"(?i)(?!.*(accept|api|client|schema))(.*[-_])?(rev|revision|version)(-?match)?")
"""Names of the header or the parameter in which a change names it."""
_WORDS = {"header": "headers", "query": "query"}
"""Where it stands → the word of an operation for what it is asked with there."""
_KEPT = re.compile(r"_?(meta(data)?|sys(tem)?)")
"""Objects that hold what the server keeps of an item."""
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


def without_version(
    reader: Reader, found: Found, ways: Mapping[str, dict[str, Any]], apart: Callable[[Schema], Schema]
) -> Shaped:
    """What the bodies of a resource say (``shaped``), the version apart that each change must name, that a read shows
    and no create takes, where a stale one is said to be refused; it is taken out of ``ways`` to ask, too."""
    told = shaped(reader, found, apart)
    changes = [operation for operation in ("update", "replace") if operation in told.sent]
    codes = [_OF_STALE & set(reader.codes(found.calls[o], "4")) for o in changes if o in found.calls]
    if tags(reader, found) or not changes or not all(codes) or "read" not in found.calls.keys() - told.left_out.keys():
        return told
    name, beside = _in_bodies(changes, told), _beside_bodies(found, changes, told)
    refused = sorted(set().union(*codes))
    stale = {"stale": refused[0] if len(refused) == 1 else refused}
    if name is not None:
        for operation in changes:
            sent = told.sent[operation]
            kept = {n: s for n, s in told.writable(operation).items() if n != name}
            told.sent[operation] = {**sent, "properties": kept, "required": [n for n in sent["required"] if n != name]}
        told.version, told.stale = {"version": name}, stale
    elif beside is not None:
        told.version, told.stale = {"version": beside}, {**stale, "no_version": "4xx"}
        word = _WORDS[beside["in"]]
        for way in (ways[o] for o in CHANGES if o in ways):
            others = {n: v for n, v in way.pop(word, {}).items() if n != beside["name"]}
            way |= {word: others} if others else {}
    return told


def _in_bodies(changes: Sequence[str], told: Shaped) -> str | None:
    """The member that all changes need, and that a read shows as the version."""
    needed = [told.sent[o].get("required", ()) for o in changes]
    for name in needed[0]:
        is_shown = name in told.read.get("properties", {}) and name not in told.writable("create")
        if is_shown and _VERSION.fullmatch(snake(name)) and all(name in some for some in needed):
            return str(name)
    return None


def _beside_bodies(found: Found, changes: Sequence[str], told: Shaped) -> dict[str, Any] | None:
    """The words for a version that all changes, and no reads, take in a header or a parameter of the query, and that a
    read shows: by itself, or in an object of what the server keeps."""
    members = told.read.get("properties", {}).items()
    shown = [n for n, s in members if _is_version(n, s) and n not in told.writable("create")]
    kept = [(n, s) for n, s in members if _KEPT.fullmatch(n) and not any(n in told.writable(o) for o in told.sent)]
    shown += [f"{n}.{m}" for n, s in kept for m, i in _members(s) if _is_version(m, i)]
    calls = [found.calls[o] for o in changes]
    others = [found.calls[o] for o in ("list", "create", "read") if o in found.calls]
    for place in _WORDS if len(shown) == 1 else ():
        for name in filter(_NAMES_IT.fullmatch, calls[0].named(place)):
            if all(name in c.named(place) for c in calls) and not any(name in c.named(place) for c in others):
                said: dict[str, Any] = {"field": shown[0], "in": place, "name": name}
                if not all(name in c.named(place, required=True) for c in calls):
                    said["required"] = False
                if "delete" in found.calls and name not in found.calls["delete"].named(place):
                    said["delete"] = False
                return said
    return None


def _members(schema: Schema) -> Iterable[tuple[str, Schema]]:
    members: dict[str, Schema] = object_of(schema).get("properties", {})
    return members.items()


def _is_version(name: str, schema: Schema) -> bool:
    return bool(_VERSION.fullmatch(snake(name)) and types_of(schema) & {"integer", "string"})
