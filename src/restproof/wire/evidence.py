"""What this run has seen of the server: which ids are proven to be its own, which name nothing, which are others'."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from restproof.config import Target
from restproof.contract.model import Contract, Resource
from restproof.wire.doubts import Doubts
from restproof.wire.earlier import Earlier
from restproof.wire.hearsay import Hearsay
from restproof.wire.holdings import AFRESH, JUST_NOW, NOTHING_SHOWN, Holdings, Looker
from restproof.wire.lastlooks import LastLooks
from restproof.wire.lately import Answered, Lately
from restproof.wire.ledger import Ledger
from restproof.wire.looking import is_like_a_look
from restproof.wire.message import About, Exchange
from restproof.wire.nothing import FAILED, NO_ID, is_malformed, may_name, says_none
from restproof.wire.places import Key, Places, Spot, entity_of, entries_of, readings
from restproof.wire.proof import Marks, agrees_since, agrees_when_new, is_by_update, may_go_with_others
from restproof.wire.sight import Sight, Thing
from restproof.wire.walk import GUARD, ListUnreadable, listed_one

_FRESH = 30.0
"""Seconds for which a sight of what is ours is trusted (somebody may have deleted it, and its id come again), and that
of an id that names nothing and that no server has given out to this run."""
_GONE = (404, 410)
_RESTORED = "restored"
"""What the processes of a run tell each other of here."""
_MOST_READS, _MOST_LISTS = 1000, 64
"""Answers to reads, and to lists, that are kept for a decision that may ask for them."""


class Evidence:
    """The answers that prove something, and the looks that find more. ``clock`` gives seconds."""

    def __init__(
        self,
        contract: Contract,
        target: Target,
        ledger: Ledger,
        marks: Marks,
        clock: Callable[[], float],
        hearsay: Hearsay,
    ) -> None:
        self.places = Places(contract)
        self.marks = marks
        self.is_alone = target.kind == "sandbox"
        """Whether the server was started for this run, and ends with it: all that is in it is of this run."""
        self._contract = contract
        self._target = target
        self._ledger = ledger
        self._clock = clock
        self._things: dict[tuple[str, str], list[Thing]] = {}
        self._seen: dict[Key, tuple[Sight, float]] = {}
        self._reads = Lately(_MOST_READS)
        self._lists = Lately(_MOST_LISTS)
        self._forgotten: dict[Key, float] = {}
        self._ended: set[Key] = set()
        self._gone_to: dict[Key, set[str | None]] = {}
        """The credentials to which the server has said that an item is there no more."""
        self._proven: set[Key] = set()
        """What a look has shown as this run's at some time."""
        self._by_marks_alone: set[tuple[str, str]] = set()
        """What was made before a database was restored, as it seems: others may have got its id, with like values."""
        self._over: dict[tuple[str, str | None], float] = {}
        """When items were last said to be there no more, by whoever made them: what was below went with them."""
        self.looked, self.doubts = LastLooks(), Doubts(self._things)
        self._moving: set[str] = set()
        """Resources whose ids have come again without a delete: they may be places in a list, where others write."""
        self.holdings = Holdings(self.places, clock)
        self.earlier = Earlier(contract, target, marks, ledger, self.holdings, hearsay)
        self.hearsay = hearsay
        hearsay.listen(_RESTORED, self._heard)

    # ------------------------------------------------------------ what is noted

    def keep(self, exchange: Exchange) -> None:
        """Keeps the answer to a read as it came: a decision that asks for it looks into it."""
        if exchange.response is not None and self.places.asks(exchange.request, exchange.about):
            kept = self._lists if exchange.about.operation == "list" else self._reads
            kept.keep(self.places.where_of(exchange.request), exchange, self._clock())
            if exchange.status in _GONE and (place := self.places.of(exchange.request)) is not None:
                self.heed(place, exchange)
                if self._is_shown_to_maker(place, exchange.credential):
                    self.earlier.is_free(place)
            elif kept is self._lists and exchange.is_success and not self.is_alone:
                self.earlier.keep(self.places.of(exchange.request), exchange)

    def heed(self, place: Spot, exchange: Exchange) -> None:
        """Where an answer says that nothing is there to who made what was seen there, something else is going on (a
        database was restored), and what was seen before holds no longer."""
        seen, _ = self._seen.get(place.key, (None, 0.0))
        if not 400 <= (exchange.status or 0) < 500:
            self.forget(place)  # only a refusal says that nothing was done
        if seen is Sight.OURS and exchange.status == FAILED:
            self._ledger.wrote(self.item_target(place), {}, failed=True)
        had_its_own = exchange.credential in self._gone_to.get(place.key, ())  # under an id that each tenant may choose
        is_maker = self._is_shown_to_maker(place, exchange.credential) and not had_its_own
        if seen is Sight.OURS and exchange.status in _GONE and is_maker:
            self._forget_all(place.resource)

    def _forget_all(self, resource: Resource, *, moving: bool = False) -> None:
        """What is seen of ``resource`` speaks against all that was seen before, by any process of the run."""
        said = json.dumps([moving and resource.name, not may_go_with_others(resource)])
        self._heard(said)
        self.hearsay.tell(_RESTORED, said)

    def _heard(self, said: str) -> None:
        """No sight holds any more: of ``moving`` none that comes will, and a database ``is_restored``, as it seems."""
        moving, is_restored = json.loads(said)
        self._seen.clear()
        self.looked.forget_last()
        self._reads.clear()
        self._lists.clear()
        self._moving |= {moving} if moving else set()
        if is_restored:
            self._by_marks_alone |= self._things.keys()
            self._ledger.restored()

    def claim(self, thing: Thing, answer: Exchange | None = None) -> None:
        """An answer says that this is ours, which proves nothing yet. An id that comes again without having been
        deleted, in the answer to another create than that with one idempotency key, makes whatever was seen before
        doubtful. ``answer``: that to its create."""
        resource, id = thing.place.resource, str(thing.place.id)
        shown = answer and entity_of(resource, answer.response, answer.about.operation or "create")
        name = self._contract.idempotency_key
        key = answer.request.header(name) if answer and name else None
        thing = replace(thing, said=self.marks.shown(resource, shown or {}, thing.marks), key=key or "")
        is_replayed = bool(key) and key in {t.key for t in self._things.get((resource.name, id), ())}
        is_theirs = resource.id.chosen_by != "server" and thing.credential not in self.makers(thing.place)
        is_anew = thing.place.key not in self._ended and not is_theirs and not is_replayed
        if self.made(resource, id) is not None and is_anew:
            self._forget_all(resource, moving=True)
        if (resource.name, id) in self._by_marks_alone:
            self._by_marks_alone.discard((resource.name, id))
            del self._things[resource.name, id]
        self._things.setdefault((resource.name, id), []).append(thing)
        self.earlier.met(thing, self.item_target(thing.place), answer)
        self.forget(thing.place)
        self._ended.discard(thing.place.key)
        self._gone_to.get(thing.place.key, set()).discard(thing.credential)
        self.holdings.add(thing.place)

    def forget(self, place: Spot, update: Exchange | None = None) -> None:
        """What was seen of the item holds no longer, in lists neither. What the answer to an ``update`` has shown since
        proves for a moment an item that bears a mark."""
        self._forgotten[place.key] = self._clock()
        self._seen.pop(place.key, None)
        self._reads.forget(self.places.where(place))
        shown = update and entity_of(place.resource, update.response, update.about.operation or "update")
        if not shown or str(shown.get(place.resource.id.field)) != place.id or place.key in self._ended:
            return
        if self.marks.shown(place.resource, shown) and self.is_ours(place, shown):
            self._seen[place.key] = Sight.OURS, self._clock() - _FRESH + JUST_NOW

    def end(self, place: Spot, credential: str | None) -> bool:
        """The server has said that the item is there no more: what still shows it is late, or from a cache, and its id
        may be somebody else's by now. Returns whether ``credential`` is of who made it; to others, a server may say so
        of what it hides from them."""
        self.forget(place)
        if credential not in self._makers(place):
            return False
        gone_to = self._gone_to.setdefault(place.key, set())
        gone_to.add(credential)
        if place.resource.id.chosen_by != "server" and self.makers(place) - gone_to:
            return False  # each tenant may have one under an id that clients choose
        self._ended.add(place.key)
        self.earlier.is_free(place, deleted=True)
        # What is below it goes with it.
        above = place.resource.name, place.id
        self._over[above] = self._clock()
        for key in [k for k in self._seen if above in k[1]]:
            del self._seen[key]
        return True

    def made(self, resource: Resource, id: str) -> Thing | None:
        """What a create of this run was answered to have made under that id, if any."""
        return found[-1] if (found := self._things.get((resource.name, id))) else None

    def item_target(self, place: Spot) -> str:
        """The request target by which the ledger knows an item."""
        return self.places.target(place, "delete" if place.resource.supports("delete") else "read")

    # ---------------------------------------------------------------- the looks

    def look(self, place: Spot, looker: Looker) -> Sight:
        """What is at an item: as seen of late, as a read or list of the suites has shown, else by a read of its own."""
        known = self._seen.get(place.key)
        if known is not None and self._holds(place, *known):
            return known[0]
        if self._was_shown(place):
            sight = Sight.OURS
        elif self._was_absent(place, looker):
            return Sight.NOTHING
        else:
            sight = self._read(place, looker)
        if sight is Sight.OURS and place.key in self._ended:
            sight = Sight.STALE
        if sight is Sight.OURS:
            self._proven.add(place.key)
        self._seen[place.key] = sight, self._clock()
        return sight

    def _holds(self, place: Spot, sight: Sight, at: float) -> bool:
        """Whether an earlier sight is still to be trusted: it is fresh, and nothing newer speaks against it."""
        never_made = sight is Sight.NOTHING and self.made(place.resource, str(place.id)) is None
        if self._clock() - at > (self._patience(place) if sight is Sight.OURS or never_made else JUST_NOW):
            return False
        newer = self._reads.at(self.places.where(place)) if sight is Sight.OURS else None
        # Most came before it, and need no look at how long a cache has had them.
        if newer is None or newer.came <= at or given_at(newer) <= at:
            return True
        if newer.exchange.credential not in self._makers(place):
            return True
        return self.sight(place, newer.exchange) not in (Sight.NOTHING, Sight.OTHERS)

    def _patience(self, place: Spot) -> float:
        """Seconds for which a sight of what is ours is trusted."""
        return 0.0 if place.resource.name in self._moving else _FRESH

    def _was_shown(self, place: Spot) -> bool:
        """Whether a read or a list that the suites have sent of late proves it."""
        since = max([self._clock() - self._patience(place), *(self._over.get(above, 0.0) for above in place.parents)])
        read = self._reads.at(self.places.where(place))
        if read is not None and given_at(read) >= since and read.exchange.credential in self._makers(place):
            return self.sight(place, read.exchange) is Sight.OURS
        # A list may show anything beside an id: only what the create of that very id wrote will do.
        made = self.made(place.resource, str(place.id))
        marks = made.marks if made is not None else ()
        tokens = {token.encode() for _, token in marks}
        if not tokens or not place.resource.supports("list"):
            return False
        path = self.places.target(place.collection, "list").partition("?")[0]
        forgotten = self._forgotten.get(place.key, since)
        for kept in reversed(self._lists):
            exchange, response = kept.exchange, kept.exchange.response
            if response is None or exchange.request.path != path:
                continue
            if (at := given_at(kept)) < since or at <= forgotten:
                continue
            if not any(token in response.body for token in tokens):
                continue
            found = self.places.of(exchange.request)
            if found is not None and found.key == place.collection.key:
                identity = place.resource.id.field
                entries = entries_of(place.resource, response) or []
                entry = next((e for e in entries if str(e.get(identity)) == place.id), None)
                if entry is not None:
                    return self.marks.shown(place.resource, entry, marks)
        return False

    def _was_absent(self, place: Spot, looker: Looker) -> bool:
        """Whether a read that the suites have sent of late, like the one that a look would send, says that the id names
        nothing."""
        kept = self._reads.at(self.places.where(place))
        if kept is None or not place.resource.supports("read") or not self._holds(place, Sight.NOTHING, given_at(kept)):
            return False
        exchange = kept.exchange
        asking = self._credentials(place, looker)
        if self.made(place.resource, str(place.id)) is None:
            asking = asking[:1]
        alike = asking == [exchange.credential] and is_like_a_look(
            exchange, self.places.sent(place, "read", looker.headers), self._contract.auth.header
        )
        return alike and self.sight(place, exchange) is Sight.NOTHING

    def _read(self, place: Spot, looker: Looker) -> Sight:
        """Looks at the item, with each credential that may see it."""
        found = Sight.UNCLEAR
        for credential in self._credentials(place, looker):
            found = self._read_as(place, looker, credential)
            if found in (Sight.OURS, Sight.OTHERS, Sight.STALE):
                break
            if found is Sight.NOTHING and self.made(place.resource, str(place.id)) is None:
                break
        return found

    def _read_as(self, place: Spot, looker: Looker, credential: str | None) -> Sight:
        resource = place.resource
        if resource.supports("read"):
            request = self.places.request(place, "read", (*looker.headers, AFRESH))
            about = About(resource.name, "read", setup=GUARD)
            exchange = looker.sender.send(request, about, credential)
            self.looked.keep(looker, place, exchange, self._clock())
            return self.sight(place, exchange)
        if not resource.supports("list"):
            return Sight.UNCLEAR
        asked = self.holdings.asked(place, replace(looker, shown=NOTHING_SHOWN))
        try:
            entry = listed_one(*asked, str(place.id), credential=credential, setup=GUARD)
            if entry is not None:
                return Sight.OURS if self.is_ours(place, entry) else self._others(place, entry, credential)
        except ListUnreadable as unread:
            return Sight.NOTHING if unread.status in resource.codes_of_nothing else Sight.UNCLEAR
        return Sight.NOTHING

    def makers(self, place: Spot) -> set[str | None]:
        """The credentials whose creates were answered to have made the item."""
        return {t.credential for t in self._things.get((place.resource.name, str(place.id)), ())}

    def may_name(self, resource: Resource, readings: Sequence[str]) -> Sequence[str]:
        """Those ``readings`` of an id of ``resource`` that may name something, by the ids that this run was given."""
        return may_name(resource, readings, (id for name, id in self._things if name == resource.name))

    def _is_shown_to_maker(self, place: Spot, credential: str | None) -> bool:
        """Whether it is what was made that is shown: to others, the id may be another tenant's, or hidden."""
        return credential in (self.makers(place) or self._makers(place))

    def _makers(self, place: Spot) -> set[str | None]:
        """The credentials with which the item may have been made."""
        return self.makers(place) | {"full", None if self._contract.auth.scheme == "none" else "full"}

    def _credentials(self, place: Spot, looker: Looker) -> list[str | None]:
        """The credentials to look with: the one that made it, that of the request, then the usual one. Who was refused
        of late below the same parents would be so again, and has made nothing there."""
        if self._contract.auth.scheme == "none":
            return [None]
        things = self._things.get((place.resource.name, str(place.id)), ())
        wanted = dict.fromkeys([*(t.credential for t in things), looker.credential, "full"])
        is_made_here = any(t.place.key == place.key for t in things)
        now = self._clock()
        asked = [
            c for c in wanted if is_made_here or c == looker.credential or not self.looked.is_refused(place, c, now)
        ]
        return [c for c in asked if c in self._target.credentials]

    # ---------------------------------------------------------------- the proof

    def sight(self, place: Spot, exchange: Exchange) -> Sight:
        """What the answer to a read shows of the item."""
        status = exchange.status or 0
        if self._clock() - age_of(exchange) < self._forgotten.get(place.key, 0.0):
            return Sight.STALE
        if not exchange.is_success:
            if status in place.resource.codes_of_nothing:
                return Sight.NOTHING
            given = [id for name, id in self._things if name == place.resource.name] if status in NO_ID else ()
            return Sight.NOTHING if is_malformed(place.resource, place.id, status, given) else Sight.UNCLEAR
        entity = entity_of(place.resource, exchange.response)
        if entity is not None and self.is_ours(place, entity):
            return Sight.OURS
        if says_none(place.resource, exchange):
            return Sight.NOTHING
        if entity is None:
            return Sight.UNCLEAR
        return self._others(place, entity, exchange.credential)

    def _others(self, place: Spot, entity: Mapping[str, Any], credential: str | None) -> Sight:
        """Takes note of what somebody else has made: where this run's was, by a look or by the answer to its create,
        and nobody has deleted that, it says that what was seen before holds no longer."""
        made = self.made(place.resource, str(place.id))
        was = made is not None and (made.said or place.key in self._proven) and place.key not in self._ended
        lacks = self.marks.are_missing(place.resource, entity, made.marks if made is not None and was else ())
        is_another = lacks and not self._ledger.written(self.item_target(place))
        if is_another and self._is_shown_to_maker(place, credential):
            self._forget_all(place.resource)
        return Sight.OTHERS

    def is_ours(self, place: Spot, entity: Mapping[str, Any]) -> bool:
        """Whether a representation that stands under the item's id is one of this run's.

        It shows a token where this run wrote it; or it holds what this run saw there last; or, where nothing could hold
        a token, what was sent, under an id that named nothing before."""
        resource = place.resource
        shown = str(entity.get(resource.id.field, place.id))
        if shown != place.id and shown not in readings(resource, place.id) and not _differ_in_case(shown, place.id):
            return False
        if self._ledger.changed.get(self.item_target(place.item(shown))) is not None:
            return False  # it was there before a create has written to it
        if self.marks.shown(resource, entity):
            made = self.made(resource, shown)
            is_anybodys = made is None and is_by_update(resource, entity, self.marks, self._ledger)
            return not (is_anybodys or self.earlier.was_there(place.item(shown), self._makers(place)))
        if (resource.name, shown) in self._by_marks_alone:
            return False
        things = self._things.get((resource.name, shown), ())
        written = self._ledger.written(self.item_target(place.item(shown)))
        return any(agrees_since(written, t.sums, entity) or (t.new and agrees_when_new(t.sums, entity)) for t in things)


def _differ_in_case(shown: str, id: str | None) -> bool:
    """Whether an answer shows the id that was asked for, but for the case of its letters: ids in capitals may be found
    in small letters, too."""
    return id is not None and shown.casefold() == id.casefold()


def age_of(exchange: Exchange) -> float:
    """The seconds that a cache has had an answer (RFC 9111 §5.1); 0 where it comes from the server itself."""
    said = exchange.response.header("Age") if exchange.response else None
    return float(said) if said is not None and re.fullmatch("[0-9]{1,9}", said) else 0.0


def given_at(kept: Answered) -> float:
    """When the server itself has given an answer that was kept."""
    return kept.came - age_of(kept.exchange)
