"""Clean-up: deletes what a run has stored, and nothing else.

It goes by the ledger, which says what may be there, and by looks at the server, which prove whose it is by now: ids
come again, a ledger may be old, a database restored. A delete counts where a closing look shows that it was one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import Any

from restproof.contract.model import Contract
from restproof.wire.earlier import was_there
from restproof.wire.failure import NotSent
from restproof.wire.group import LATE, Collection, Group, Item, below, is_of_another_time, shows, unknown_to_all
from restproof.wire.heeding import Deletes
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.left import CHANGED, STILL, THERE, UNANSWERED, UNREAD, UNSHOWN, Left, place_of, unlisted
from restproof.wire.message import Exchange, Headers
from restproof.wire.nothing import FAILED, is_malformed, says_done, says_none, shows_nothing
from restproof.wire.places import entity_of, in_utf8
from restproof.wire.proof import Marks, agrees_since, agrees_when_new, is_by_update
from restproof.wire.waiting import pause
from restproof.wire.walk import ListUnreadable, contract_headers
from restproof.wire.walks import Walks

_TAKEN_UP = 3600.0
"""Seconds after which somebody may have taken into use what a run has left."""


class Work:
    """What is to be cleaned up by one ledger; its methods are the steps, in their order. ``count``: resources that were
    deleted; ``failed``, ``doubtful``, ``unanswered``, ``undeletable`` and, of those, ``nameless`` ones (which no answer
    has named): what is left or not verified; ``refused``: of ``failed`` what a delete was refused for, with the count
    at that time, and how it is tried again."""

    def __init__(self, ledger: Ledger, walks: Walks, contract: Contract, prefix: str) -> None:
        self.ledger, self.walks, self.session = ledger, walks, walks.session
        self.contract, self.marks = contract, Marks(prefix)
        self.deletes = Deletes(self.session, contract, ledger, self.marks)
        self.count = 0
        self.failed: list[Left] = []
        self.refused: list[tuple[Left, int, tuple[Group, str, str, LedgerEntry | None]]] = []
        self.doubtful: list[Left] = []
        self.unanswered: Counter[tuple[str, str]] = Counter()
        self.undeletable: set[tuple[str, str, Headers]] = set()
        self.nameless: Counter[str] = Counter()
        self.groups: dict[Collection, Group] = {}
        self.deleted: set[Item] = set()
        self.in_vain: set[Item] = set()
        self.told: dict[Item, Group] = {}
        self.named: dict[Item, list[LedgerEntry]] = {}
        for entry in ledger.entries():
            self._enter(entry)

    def let_go(self) -> None:
        """Takes the ledger from the disk where nothing is left."""
        (self.ledger.close if self.failed or self.unanswered else self.ledger.remove)()

    def _enter(self, entry: LedgerEntry) -> None:
        if entry.item is not None:
            self.named.setdefault((entry.item, entry.headers), []).append(entry)
        resource, item = self.contract.resources.get(entry.resource), entry.item
        if resource is None or not resource.supports("delete"):
            if item is not None and not (entry.refused or entry.is_open or self.ledger.changed.get(item)):
                self.undeletable.add((entry.resource, item, entry.headers))  # once: creates may name one item
            if entry.is_open:
                self.doubtful.append(Left(entry.resource, place_of(entry), UNANSWERED))
            self.nameless[entry.resource] += entry.accepted and entry.item is None
            return
        if entry.marks is None:
            self.marks.accept_any(resource)
        else:
            self.marks.add(resource, (*entry.marks, *self.ledger.rewritten()))
        key = (entry.resource, entry.collection, entry.headers)
        group = self.groups.setdefault(
            key,
            Group(
                resource,
                entry.collection,
                entry.headers or contract_headers(self.contract, dict(self.session.target.ids)),
                None if self.contract.auth.scheme == "none" else "full",
            ),
        )
        group.entries.append(entry)
        if entry.item is not None and entry.credential is not None and group.credential is not None:
            group.credential = entry.credential  # it could make something here

    # ---------------------------------------------------------------- the looks

    def look(self) -> None:
        """One walk through each list that may hold something of the run."""
        for group in self.groups.values():
            group.walk(self.walks, self.marks, self.ledger)
        late = {at: group for group in self.groups.values() if (at := group.unsettled(self.marks, self.ledger))}
        if late:
            pause(max(late) + LATE - time.time(), self.session.sleep, self.session.ends)
            since = time.monotonic()
            for group in late.values():
                group.walk(self.walks, self.marks, self.ledger, since=since)
        if any(is_of_another_time(g, self.marks, self.ledger) for g in self.groups.values()):
            self.ledger.restored()

    def look_at_unproven(self) -> None:
        """Walks once more through the lists with something that nothing proved: it may have gone with a group since."""
        for group in self.groups.values():
            if self.count and group.unproven(self.ledger, self.deleted | self.told.keys()):
                group.walk(self.walks, self.marks, self.ledger)

    def delete_unproven(self) -> None:
        """Deletes what such a walk has proven."""
        for group in self.groups.values():
            for id, entry in group.unproven(self.ledger, self.deleted | self.told.keys()):
                if self.is_ours(group, entry, (group.seen or {})[id]):
                    self._delete_if_ours(group, entry.item or group.item(self.contract, id), id, entry)

    def look_again(self) -> None:
        """Walks through the lists that something was deleted from, or that hold what was not proven; what is left, or
        cannot be verified, is told."""
        for group in self.groups.values():
            if group.is_touched and (group.seen is not None or group.is_spoilt):
                group.walk(self.walks, self.marks, self.ledger)
            by_reads = self.deleted.issuperset((e.item, e.headers) for e in group.entries)  # then no list need say it
            if group.seen is None and not group.is_gone and not by_reads:
                self._unverified(group)
            else:
                self._tell(group)

    def is_gone(self, left: Left) -> bool:
        """Whether a read says that an item which was told is not there any more."""
        group = self.told.get((left.where, left.headers))
        if group is None or not group.resource.supports("read"):
            return False
        listed = (shown for id, shown in (group.seen or {}).items() if group.item(self.contract, id) == left.where)
        if left.why == UNREAD and any(self.is_ours(group, None, shown) for shown in listed):
            return False  # under another id than its own, as it seems
        try:
            return says_none(group.resource, self._send(group, "read", left.where))
        except NotSent:
            return False

    # -------------------------------------------------------------- the deletes

    def delete(self) -> None:
        """Deletes what is proven, the last created first."""
        for group, id, entry in self._proven():
            target = entry.item if entry is not None and entry.item is not None else group.item(self.contract, id)
            if (target, group.headers) not in self.deleted:
                self._delete_if_ours(group, target, id, entry)

    def _delete_if_ours(self, group: Group, target: str, id: str, entry: LedgerEntry | None) -> None:
        goes = not self._holds_others(group, target, entry) and self._is_ours_still(group, target, id, entry)
        if goes and (left := self._delete(group, target, id, entry)):
            self.failed.append(left)
            self.refused.append((left, self.count, (group, target, id, entry)))

    def delete_again(self) -> None:
        """Deletes what was refused before something else went, once more: that may have referred to it."""
        refused, self.refused = self.refused, []
        for left, count, again in refused:
            if self.count > count:
                self.failed.remove(left)
                self.told.pop((left.where, left.headers), None)
                self._delete_if_ours(*again)

    def _proven(self) -> list[tuple[Group, str, LedgerEntry | None]]:
        """What a look has proven, the last created first: by their numbers in the ledger, what only the lists show by
        the last of its collection."""
        found: list[tuple[int, Group, str, LedgerEntry | None]] = []
        # What two lists show (of the same path with other headers) goes the way it came.
        owners = {e.item.partition("?")[0]: g for g in self.groups.values() for e in g.entries if e.item is not None}
        for group in self.groups.values():
            known, seen = group.known, group.seen or {}
            for id, shown in seen.items():
                owner = owners.get(group.item(self.contract, id).partition("?")[0], group)
                named = known.get(id)  # what was deleted may have left its id to what no answer has named
                is_free = named is None or (self.ledger.is_deleted(named) and not self.is_ours(group, named, shown))
                if owner is group and is_free and self.is_ours(group, None, shown):
                    found.append((max(e.n for e in group.entries), group, id, None))
            for id, entry in known.items():
                if group.is_gone and not group.may_outlive(entry):
                    continue
                if id in seen and self.ledger.is_deleted(entry):
                    group.is_touched = True  # A list that is late shows it, or one from a cache: its id may come again.
                elif id in seen and self.is_ours(group, entry, seen[id]):
                    found.append((entry.n, group, id, entry))
                elif id in seen and group.shows_another(entry, self.marks):
                    continue  # A read that still shows ours would be late, or from a cache.
                elif not self.ledger.is_deleted(entry) and (seen_by := self._read_as_ours(group, entry)):
                    group.is_partial = group.seen is not None
                    found.append((entry.n, seen_by, id, entry))
        return [(group, id, entry) for _, group, id, entry in sorted(found, key=lambda f: f[0], reverse=True)]

    def _is_ours_still(self, group: Group, target: str, id: str, entry: LedgerEntry | None) -> bool:
        """Whether what only a list has shown, or what has an id that came again or went with other headers, may be
        deleted: something creates such, and a read just before agrees, since a delete may have moved the ids."""
        if entry is not None and not (group.gives_ids_again or any(item == target for item, _ in self.deleted)):
            return True
        if entry is None and not group.resource.creatable:
            self.doubtful.append(self._left(group, target, "it bears a token of this run, and nothing creates such"))
            return False
        if not group.resource.supports("read"):
            return True
        try:
            shown = self.deletes.shown(group, target, id)
        except NotSent as reason:
            self.failed.append(self._left(group, target, str(reason)))
            return False
        if shown is None or not self.is_ours(group, entry, shown):
            self.doubtful.append(self._left(group, target, UNREAD, made=False))
            group.is_touched = True
            return False
        return True

    def is_ours(self, group: Group, entry: LedgerEntry | None, shown: Mapping[str, Any]) -> bool:
        """Whether what is shown is the run's: what a create wrote proves it, and each write before that settled."""
        id = shown.get(group.resource.id.field)
        target = (entry and entry.item) or group.item(self.contract, id)
        was_before = was_there(id, group.entries) if entry is None else entry.there
        if self.ledger.changed.get(target) or was_before:
            return False  # it was there before a create has written to it
        writes = self._writes(entry)
        own = [mark for w in writes for mark in w.marks or ()] + self.ledger.rewritten()
        marks = own if writes and all(w.marks is not None for w in writes) else None
        if self.marks.shown(group.resource, shown, marks):
            return entry is not None or not is_by_update(group.resource, shown, self.marks, self.ledger)
        if entry is None or entry.item is None:
            return False
        written = self.ledger.written(entry.item)
        return any(
            agrees_since(written, w.sums, shown)
            or (w.new and (agrees_when_new(w.sums, shown) or group.is_new_and_bare(w, shown)))
            for w in writes
            if w.at > self.ledger.doubted
        )

    def _read_as_ours(self, group: Group, entry: LedgerEntry) -> Group | None:
        """The group as the credential by which a read under the entry's id proves it; what else the read shows is
        told. Who did not make it may be told that it is not there."""
        assert entry.item is not None
        if not group.resource.supports("read"):
            was_refused = entry.refused and all(w.refused for w in self._writes(entry))
            if not was_refused and (group.seen is None or "list" in group.resource.open):
                # A list that may leave it out by itself does not say that it is gone.
                self.doubtful.append(self._left(group, entry.item, "nothing shows whose it is"))
            return None
        unread = ""
        for maker in group.seen_by(self._writes(entry), self.session.target.credentials):
            try:
                exchange = self._send(maker, "read", entry.item)
            except NotSent as reason:
                unread = str(reason)
                continue
            shown = entity_of(group.resource, exchange.response) if exchange.is_success else None
            named = str(shown.get(group.resource.id.field, entry.id)) if shown is not None else None
            has_id = named in (str(entry.id), in_utf8(str(entry.id)))
            if shown is not None and has_id and self.is_ours(group, entry, shown):
                return maker
            if says_none(group.resource, exchange):
                continue
            if shown is not None:
                self._doubt(maker, entry.item, entry, shown)
                return None
            has_failed = entry.item in self.ledger.failed and entry.at > self.ledger.doubted
            has_failed = has_failed and time.time() - entry.at < _TAKEN_UP  # later its id may be somebody else's
            if has_failed and exchange.status == FAILED:
                # It was proven just before a write at which the server has failed, as it does since whenever it is
                # to show the item: what spoils a list for everybody is not left there.
                group.is_spoilt = True
                return maker
            if not is_malformed(group.resource, entry.id, exchange.status or 0):
                unread = f"the read {exchange.ending}"
        if unread:
            self.failed.append(self._left(group, entry.item, unread))
        else:
            self.deleted.add((entry.item, group.headers))
        return None

    def _writes(self, entry: LedgerEntry | None) -> list[LedgerEntry]:
        return [] if entry is None or entry.item is None else self.named[entry.item, entry.headers]

    def _holds_others(self, group: Group, target: str, entry: LedgerEntry | None) -> bool:
        """Whether what stands below an item is not all proven to be this run's, and is told: after a while somebody
        may have put something there, which would go with it."""
        if entry is None or time.time() - entry.at < _TAKEN_UP:
            return False
        try:
            for child, where, shown in below(self.session, self.contract, group, target):
                own = self.groups.get((child.name, where, group.headers)) or Group(child, where, group.headers, None)
                if not self.is_ours(own, own.known.get(str(shown.get(child.id.field))), shown):
                    raise ListUnreadable(f"it holds {child.name} that this run did not make")
        except (ListUnreadable, NotSent) as reason:
            self.failed.append(self._left(group, target, str(reason)))
            return True
        return False

    def _delete(self, group: Group, target: str, id: str, entry: LedgerEntry | None) -> Left | None:
        """What is left where the delete is refused."""
        try:
            exchange = self._sent_delete(group, target, entry)
        except NotSent as reason:
            return self._left(group, target, str(reason))
        if not says_done(group.resource, exchange):
            left = self._left(group, target, f"the delete {exchange.ending}")
            # Where the list does not show it, a read alone tells that it went all the same.
            if id in (group.seen or {}) or not self.is_gone(left):
                group.deleted_perhaps(target, id)
                return left
        read = self._send(group, "read", target) if group.seen is None and group.resource.supports("read") else None
        bare = exchange.is_success and read is not None and shows_nothing(group.resource, read)
        if read is not None and read.is_success and not (bare or says_none(group.resource, read)):
            self.in_vain |= {(target, group.headers)} if exchange.is_success else set()
            self.failed.append(self._left(group, target, f"the delete {exchange.ending}, {THERE}"))
            return None
        self.count += exchange.is_success
        for other in self.groups.values():
            other.is_touched |= other.collection == group.collection or shows(other, self.contract, id, target)
        self.deleted.add((target, group.headers))
        self.ledger.deleted(target, group.headers)
        return None

    def _sent_delete(self, group: Group, target: str, entry: LedgerEntry | None) -> Exchange:
        """The answer to who is known to have made it: others may not delete it, or have another one under its id."""
        made = (w for w in self._writes(entry) if w.new or not w.placed)
        answers = (self._send(m, "delete", target) for m in group.seen_by(made, self.session.target.credentials))
        first = next(answers)
        return next((e for e in chain([first], answers) if says_done(group.resource, e)), first)

    def _send(self, group: Group, operation: str, target: str) -> Exchange:
        """``target``: that of the delete; a read may have another path."""
        return self.deletes.send(group, operation, group.request(self.contract, operation, target))

    def _tell(self, group: Group) -> None:
        """What is left in a collection that was looked through; the entries that left nothing are settled."""
        known = group.known
        left = any(told is group for told in self.told.values())
        went = group.went(self.ledger)
        self.failed = [told for told in self.failed if told.where not in went or told.headers != group.headers]
        for id, shown in (group.seen or {}).items():
            target, entry = group.item(self.contract, id), known.get(id)
            item = (target, group.headers)
            items = {item, (entry.item, group.headers)} if entry is not None and entry.item is not None else {item}
            if not items.isdisjoint(self.told):
                left = True
                continue
            if self.is_ours(group, entry, shown):
                left = True
                if not items.isdisjoint(self.deleted):
                    self.count -= 1
                    self.in_vain.add(item)
                is_still = item in self.in_vain or (entry is not None and self.ledger.is_deleted(entry))
                self.failed.append(self._left(group, target, STILL if is_still else UNSHOWN))
            elif entry is not None and not self.ledger.is_deleted(entry):
                self._doubt(group, target, entry, shown)
            elif was_there(id, group.entries):
                if self.marks.shown(group.resource, shown):
                    self.doubtful.append(self._left(group, target, CHANGED, made=False))
            elif group.may_hold(id, shown, self.ledger):
                self.doubtful.append(self._left(group, target, "perhaps of this run: left alone", made=False))
        self.doubtful += [lost for lost in group.adrift(self.ledger) if (lost.where, lost.headers) not in self.told]
        self.doubtful += unknown_to_all(group, self.ledger, self.marks)
        self.failed += (pending := group.pending(self.ledger, self.session.timeout))
        if unseen := group.unseen():
            self.unanswered[group.resource.name, unseen[0]] += unseen[1]
        elif not (left or pending):
            for entry in group.entries:
                self.ledger.settled(entry.n)

    def _unverified(self, group: Group) -> None:
        """What a list cannot verify."""
        if group.resource.supports("list"):
            self.failed += [Left(group.resource.name, group.place, group.unread), *unlisted(group.nameless)]
            return
        self.failed += group.pending(self.ledger, self.session.timeout)
        if nameless := sum(1 for e in group.nameless if not e.refused):
            self.unanswered[group.resource.name, group.unread] += nameless

    def _doubt(self, group: Group, target: str, entry: LedgerEntry, shown: Mapping[str, Any]) -> None:
        """What stands under an id of the ledger, and nothing proves."""
        if self.ledger.changed.get(target):
            self.told[target, group.headers] = group  # as changed
            return
        # What was there before, or may have been, may be anybody's.
        made = any(w.new and w.at > self.ledger.doubted for w in self._writes(entry))
        is_changed = entry.there and self.marks.shown(group.resource, shown)
        why = CHANGED if is_changed else "it is not proven to be this run's, and was left alone"
        self.doubtful.append(self._left(group, target, why, made=made))

    def _left(self, group: Group, target: str, why: str, *, made: bool = True) -> Left:
        """What is left, why, and, where it is the run's or is new (``made``), the request that removes it."""
        self.told[target, group.headers] = group
        way, base = group.resource.operation("delete"), self.session.target.base_url.rstrip("/")
        how = f"{way.method} {base}{way.told(target)}" if made else ""
        return Left(group.resource.name, target, why, how, group.headers)
