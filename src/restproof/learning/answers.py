"""Words for what every answer holds: ids, headers, the bodies of errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.policies import LOCATION
from restproof.contract.routing import id_of_url
from restproof.contract.shapes import type_of
from restproof.contract.versions import CHANGES
from restproof.learning.sighting import Read
from restproof.learning.word import ENOUGH, Doubt, Word, numbers
from restproof.oracle.seen import Seen, id_of
from restproof.wire.message import Response


def answer_words(
    reads: Sequence[Read], contract: Contract, said: Mapping[str, Any], strays: Sequence[Response]
) -> Iterator[Word | Doubt]:
    """What traffic shows of answers. ``said``: the contract as it is written; ``strays``: what was answered at paths of
    no resource."""
    shown = [r.seen for r in reads if "headers" not in r.seen.lacks and "response body" not in r.seen.lacks]
    for resource in contract:
        own = [s for s in shown if s.resource.name == resource.name]
        yield from _ids(resource, own, said)
        yield from _etag(resource, own)
    yield from _location(contract, shown, said)
    if not contract.errors and "errors" not in said:
        yield from _errors(shown, strays)


# ------------------------------------------------------------------- ids


def _ids(resource: Resource, own: Sequence[Seen], said: Mapping[str, Any]) -> Iterator[Word]:
    """Ids that do not come again: those of creates right after the delete of what was made last."""
    if resource.id.chosen_by != "server" or resource.id.follows or resource.id.single or resource.id.reused == "never":
        return
    gone: set[str] = set()
    last, proofs = "", []
    for seen in own:
        id = seen.id
        if not seen.ok or id is None:
            continue
        if seen.operation == "create":
            if id in gone:
                return
            if last in gone:
                proofs.append(seen.n)
            last = id
        elif seen.operation == "delete":
            gone.add(id)
    stated = (said["resources"].get(resource.name) or {}).get("id")
    if len(proofs) >= ENOUGH and (stated is None or isinstance(stated, dict)):
        what = f"the id of what was deleted last did not come again, {len(proofs)} times"
        yield Word(resource.name, ("id", "reused"), "never", what, numbers(proofs))


# ------------------------------------------------------------------- headers


def _etag(resource: Resource, own: Sequence[Seen]) -> Iterator[Word | Doubt]:
    """Entity-tags that follow the state: every read has one, one that is repeated saves the content, and one that is
    out of date keeps writes away (RFC 9110 §13): of those that it does not keep away, nothing is said."""
    if resource.etag or resource.weak_etag:
        return
    reads = [s for s in own if s.operation == "read" and s.exchange.request.method == "GET"]
    plain = [s for s in reads if s.ok]
    tags = [s.header("ETag") for s in plain]
    if len({s.id for s in plain}) < ENOUGH or any(tag is None or not tag.startswith('"') for tag in tags):
        return
    if not _follow_state(plain):
        return
    spared = [s.n for s in reads if s.status == 304 and s.exchange.request.header("If-None-Match")]
    changes = [o for o in CHANGES if resource.supports(o)]
    asked = [s for s in own if s.operation in changes and s.exchange.request.header("If-Match")]
    stale = [s for s in asked if '"restproof' in (s.exchange.request.header("If-Match") or "")]
    kept_off = [s.n for s in asked if s.status == 412]
    matched = [o for o in changes if any(s.n in kept_off for s in asked if s.operation == o)]
    ignoring = [s for s in stale if s.ok]
    if ignoring:
        what = ", ".join(dict.fromkeys(str(s.operation) for s in ignoring))
        why = f"If-Match with another tag is passed over ({what})"
        yield Doubt(resource.name, "conditional.match", why, numbers(s.n for s in ignoring))
    if spared and not {s.operation for s in ignoring} & set(matched):
        what = f"each of {len(plain)} reads has an ETag, and requests on condition of one work"
        if matched != changes:
            what += f" ({', '.join(['reads', *matched])})"
        value: dict[str, Any] = {"etag": True} | ({"match": matched} if matched != changes else {})
        yield Word(resource.name, ("conditional",), value, what, numbers([*spared, *kept_off]))


def _follow_state(reads: Sequence[Seen]) -> bool:
    """Whether the tags of an instance are the same as long as it is, and others when it is another: both were seen."""
    last: dict[str | None, Seen] = {}
    same_, other = 0, 0
    for seen in reads:
        before = last.get(seen.id)
        last[seen.id] = seen
        if before is None or before.entity is None or seen.entity is None:
            continue
        stays, kept = before.entity == seen.entity, before.header("ETag") == seen.header("ETag")
        if stays is not kept:
            return False
        same_, other = same_ + stays, other + (not stays)
    return bool(same_) and (bool(other) or not any(reads[0].resource.supports(o) for o in ("update", "replace")))


def _location(contract: Contract, shown: Sequence[Seen], said: Mapping[str, Any]) -> Iterator[Word]:
    """Creates whose answers lead to what they made (RFC 9110 §10.2.2)."""
    made = [s for s in shown if s.operation == "create" and s.status == 201 and s.resource.supports("read")]
    if LOCATION in contract.policies or len(made) < ENOUGH:
        return
    able = {r.name for r in contract if r.supports("create") and r.supports("read")}
    if {s.resource.name for s in made} == able and all(_leads(contract, s) for s in made):
        what = f"each of {len(made)} creates was answered with the Location of what it made"
        policies = [*said.get("policies", ()), LOCATION]
        yield Word(None, ("policies",), policies, what, numbers(s.n for s in made))


def _leads(contract: Contract, seen: Seen) -> bool:
    id = id_of(seen.resource, seen.entity)
    return id is not None and id_of_url(contract, seen.resource, seen.header("Location") or "") == id


# ------------------------------------------------------------------- the bodies of errors


def _errors(shown: Sequence[Seen], strays: Sequence[Response]) -> Iterator[Word]:
    """What the bodies of refusals with one status have in common. Of an absent path a framework tells by itself, mostly
    otherwise than the service tells of an absent item: what was seen of that counts as well."""
    by_status: dict[int, list[Seen]] = {}
    for seen in shown:
        if seen.refused and seen.exchange.request.method != "HEAD":
            by_status.setdefault(seen.status, []).append(seen)
    by_itself: dict[int, list[Any]] = {}
    for answer in strays:
        by_itself.setdefault(answer.status, []).append(answer.document)
    schemas = {
        status: _common([*(s.json for s in found), *by_itself.get(status, ())])
        for status, found in by_status.items()
        if len(found) >= ENOUGH
    }
    known = {status: schema for status, schema in schemas.items() if schema is not None}
    if not known:
        return
    evidence = numbers(s.n for status in known for s in by_status[status])
    # Nobody knows of other statuses: what a framework answers by itself has a form of its own.
    for_each: dict[Any, Any] = dict(sorted(known.items()))
    what = f"refusals have the same members by status ({', '.join(map(str, for_each))})"
    yield Word(None, ("errors",), for_each, what, evidence)


def _common(bodies: Sequence[Any]) -> dict[str, Any] | None:
    """The schema of what all bodies hold; ``None`` where they are no objects or have nothing in common."""
    if not all(isinstance(b, dict) for b in bodies):
        return None
    names = [n for n in bodies[0] if all(n in b for b in bodies)]
    types = {n: sorted({str(type_of(b[n])) for b in bodies}) for n in names}
    plain = {n: kinds[0] for n, kinds in types.items() if len(kinds) == 1 and kinds[0] != "null"}
    if not plain:
        return None
    return {"type": "object", "required": list(plain), "properties": {n: {"type": t} for n, t in plain.items()}}
