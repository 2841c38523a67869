"""What has gone all the same: with the item that it stood below."""

from __future__ import annotations

from dataclasses import replace

from restproof.wire.cleanup import Work
from restproof.wire.failure import NotSent
from restproof.wire.group import Group
from restproof.wire.left import MARKED, STILL
from restproof.wire.message import Headers, Request
from restproof.wire.nothing import says_none
from restproof.wire.places import Places, Spot
from restproof.wire.walk import contract_headers


def drop_what_is_gone(work: Work) -> None:
    """Looks once more at what was told before the last delete, or by a list that was read before it: children go with
    their parents."""
    still = [left for left in work.failed if left.why == STILL]
    others = [left for left in work.failed if left.why != STILL]
    if work.count:
        work.doubtful = [left for left in work.doubtful if not work.is_gone(left)]
        others = [left for left in others if not work.is_gone(left)]
    marked = [left for left in still if work.is_gone(left)]
    work.failed = [*others, *(left for left in still if left not in marked)]
    work.doubtful += [replace(left, why=MARKED, how="") for left in marked]
    work.count += sum((left.where, left.headers) in work.in_vain for left in marked)


def drop_what_went_along(work: Work) -> None:
    """Forgets what stood below something that the run has deleted, where reads, or lists of what has none, say that it
    is not there any more, to whoever may have made it. What is asked about one tells of all that stand beside it: they
    go together."""
    places = Places(work.contract)
    usual = contract_headers(work.contract, dict(work.session.target.ids))
    credential = None if work.contract.auth.scheme == "none" else "full"
    named = [entry for entries in work.named.values() for entry in entries]
    deleted = {(entry.resource, str(entry.id)) for entry in named if work.ledger.is_deleted(entry)}
    gone: dict[object, bool] = {}
    for item in sorted(work.undeletable):
        name, target, headers = item
        # What has no path of its own stands where its list is.
        paths = (target, work.named[target, headers][0].collection)
        spots = (places.of(Request("GET", path, headers=headers or usual)) for path in paths)
        place = next((spot for spot in spots if spot is not None), None)
        looks = [o for o in ("read", "list") if place is not None and place.resource.supports(o)]
        if place is None or place.resource.name != name or not looks:
            continue
        if deleted.isdisjoint(place.parents) and not _is_below_deleted(work, places, place, headers):
            continue
        group = Group(place.resource, "", headers or usual, credential)
        makers = group.seen_by(work.named[target, headers], work.session.target.credentials)
        beside = place.collection.key, headers, tuple(maker.credential for maker in makers)
        if beside not in gone:
            where = place if looks[0] == "read" else place.collection
            asked = [(maker, places.request(where, looks[0], maker.headers)) for maker in makers]
            gone[beside] = all(_is_gone(work, maker, looks[0], request) for maker, request in asked)
        if gone[beside]:
            work.undeletable.discard(item)


def _is_below_deleted(work: Work, places: Places, place: Spot, headers: Headers) -> bool:
    """Whether the ledger has a delete of what is above, be it settled since."""
    above = (item for item in places.parents_of(place) if item.resource.supports("delete"))
    return any(work.ledger.deletes(places.target(item, "delete"), headers) for item in above)


def _is_gone(work: Work, maker: Group, operation: str, request: Request) -> bool:
    try:
        exchange = work.deletes.send(maker, operation, request)
    except NotSent:
        return False
    if operation == "list":
        return exchange.status in maker.resource.codes_of_nothing
    return says_none(maker.resource, exchange)
