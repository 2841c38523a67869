"""What nothing deletes, and what has gone all the same: with the item that it stood below."""

from __future__ import annotations

from restproof.wire.cleanup import Work
from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.message import Headers, Request
from restproof.wire.nothing import says_none
from restproof.wire.places import Places, Spot
from restproof.wire.walk import contract_headers


def drop_what_went_along(work: Work) -> None:
    """Forgets what stood below something that the run has deleted, where reads say that it is not there any more, to
    whoever may have made it. What is asked about one tells of all that stand beside it: they go together."""
    places = Places(work.contract)
    usual = contract_headers(work.contract, dict(work.session.target.ids))
    credential = None if work.contract.auth.scheme == "none" else "full"
    named = [entry for entries in work.named.values() for entry in entries]
    deleted = {(entry.resource, str(entry.id)) for entry in named if work.ledger.is_deleted(entry)}
    gone: dict[object, bool] = {}
    for item in sorted(work.undeletable):
        name, target, headers = item
        place = places.of(Request("GET", target, headers=headers or usual))
        if place is None or place.resource.name != name or not place.resource.supports("read"):
            continue
        if deleted.isdisjoint(place.parents) and not _is_below_deleted(work, places, place, headers):
            continue
        group = Group(place.resource, "", headers or usual, credential)
        makers = group.seen_by(work.named[target, headers], work.session.target.credentials)
        beside = place.collection.key, headers, tuple(maker.credential for maker in makers)
        if beside not in gone:
            gone[beside] = all(_is_gone(work, maker, places.request(place, "read", maker.headers)) for maker in makers)
        if gone[beside]:
            work.undeletable.discard(item)


def _is_below_deleted(work: Work, places: Places, place: Spot, headers: Headers) -> bool:
    """Whether the ledger has a delete of what is above, be it settled since."""
    above = (item for item in places.parents_of(place) if item.resource.supports("delete"))
    return any(work.ledger.deletes(places.target(item, "delete"), headers) for item in above)


def _is_gone(work: Work, maker: Group, request: Request) -> bool:
    try:
        return says_none(maker.resource, work.deletes.send(maker, "read", request))
    except NotSent:
        return False
