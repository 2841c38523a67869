"""Looks at single items: what a read, or the list, shows there, and whether reads heed the ids that they name."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

from restproof.contract.model import Resource
from restproof.wire.holdings import AFRESH, Looker
from restproof.wire.message import About
from restproof.wire.nothing import NO_ID, says_none
from restproof.wire.places import Places, Spot, entity_of, readings
from restproof.wire.stop import STOP
from restproof.wire.walk import CLEANUP, ListUnreadable, listed_one

_LARGEST = 2**31 - 1
_UNHEEDED = "a read shows the same whatever id it names, so that the id may not be heeded"
_UNCLEAR = "no read says of an id that names nothing that it does, so that the id may not be heeded"


class Reads:
    """Looks at items. ``setup``: the name that they are sent under."""

    def __init__(self, places: Places, setup: str) -> None:
        self._places, self._setup = places, setup
        self._doubts: dict[str, str] = {}
        """By resource, once it is seen: why its reads may not heed ids, empty where they do."""
        self._shows_ids: set[str] = set()
        """The resources of which a read has shown an id."""

    def doubt(self, place: Spot, looker: Looker) -> str:
        """Why reads may not heed ids; empty where one under an id that names nothing shows nothing."""
        resource = place.resource
        if not resource.supports("read") or resource.operation("read").address is None:
            return ""
        if resource.name not in self._doubts:
            nobody = place.item(of_nobody(resource))
            shown = self.shown(nobody, looker)
            if shown and resource.id.field not in shown and self.shown(place, looker):
                shown = self.shown(nobody, looker)  # by now it is known whether reads show ids
            if shown is None:
                return _UNCLEAR
            heeds = not shown or str(shown.get(resource.id.field)) in readings(resource, nobody.id)
            self._doubts[resource.name] = "" if heeds else _UNHEEDED
        return self._doubts[resource.name]

    def shown(self, place: Spot, looker: Looker) -> Mapping[str, Any] | None:
        """What a read, or where there is none the list, shows there, empty where it shows nothing; ``None`` where
        nothing says it."""
        resource = place.resource
        if not resource.supports("read"):
            return self._listed(place, looker)
        request = self._places.request(place, "read", (*looker.headers, AFRESH))
        about = About(resource.name, "read", setup=self._setup)
        beyond = self._setup == CLEANUP
        exchange = looker.sender.send(request, about, looker.credential, beyond_ceiling=beyond)
        if says_none(resource, exchange):
            return {}
        if not exchange.is_success:
            return {} if exchange.status in NO_ID else None
        shown = entity_of(resource, exchange.response) or {}
        has_id = shown.get(resource.id.field) is not None
        self._shows_ids |= {resource.name} if has_id else set()
        # Where a success may say that there is none, what shows no id, as others do, shows none.
        lacks_id = (not has_id and resource.name in self._shows_ids) or resource.shows_nothing(shown)
        return {} if lacks_id and exchange.status in resource.status("absent", "read") else shown

    def _listed(self, place: Spot, looker: Looker) -> Mapping[str, Any] | None:
        resource = place.resource
        if not resource.supports("list"):
            return None
        asked = self._places.request(place.collection, "list", (*looker.headers, AFRESH))
        at = looker.sender, resource, asked.target, asked.headers
        try:
            found = listed_one(*at, str(place.id), credential=looker.credential, setup=self._setup)
        except ListUnreadable:
            return None
        return {n: v for n, v in (found or {}).items() if n not in resource.unlisted}


def await_shown(resource: Resource, operation: str, since: float) -> None:
    """Wait until looks show what an operation has written at ``since`` (of ``time.monotonic``): for a while they may
    show what was there before."""
    settles = resource.settles.after(operation)
    bound = settles.reads if resource.supports("read") else settles.lists
    if bound:
        STOP.sleep(max(0.0, since + bound - time.monotonic()))


def of_nobody(resource: Resource) -> str:
    """An id that names nothing."""
    made = uuid.uuid4()
    if resource.id.type == "integer":
        return str(_LARGEST - made.int % 10**6)
    return str(made) if resource.id.type == "uuid" else f"restproof{made.hex[:12]}"
