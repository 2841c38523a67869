"""A collection as clean-up sees it: what the ledger says of it, and what a look has shown."""

from __future__ import annotations

import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl

from restproof.contract.model import Contract, Resource
from restproof.contract.routing import BYTES, Router, one_of_list
from restproof.plan.parameters import fixed_headers, fixed_query
from restproof.wire.failure import NotSent
from restproof.wire.given import Given
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.left import Left, place_of
from restproof.wire.message import Headers, Request, merged
from restproof.wire.places import Places, Spot
from restproof.wire.proof import Marks, agrees, digests_of, holds_nothing_given, may_show, resembles
from restproof.wire.walk import ListUnreadable, Sender, contract_headers, listed
from restproof.wire.walks import Walks

_ADRIFT = "a write below what is not there was not refused, and no look shows what it has stored"
_UNKNOWN = "made without a credential of the target, none of which sees it"
_PENDING = "sent and not answered: it may be stored yet, and restproof cleanup looks again"
_PATIENCE = 2
"""Times that a client waits for an answer until a look that shows nothing proves that nothing is stored."""
Collection = tuple[str, str, Headers]
"""Resource, request target of the list and headers: what one walk covers."""
Item = tuple[str, Headers]
"""Request target and headers: the same path may be another item where a header names a parent."""
LATE = 3.0
"""Seconds after a write for which lists and reads may not show it yet."""


@dataclass
class Group:
    """A collection, the entries of the ledger that belong there, and what a look has shown of it. ``seen``: the entries
    of its list by the text of their ids; ``None`` where it could not be read, for the reason ``unread``."""

    resource: Resource
    collection: str
    headers: Headers
    credential: str | None
    entries: list[LedgerEntry] = field(default_factory=list)
    seen: dict[str, Mapping[str, Any]] | None = None
    first: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Each entry as the first look has shown it."""
    unread: str = ""
    is_touched: bool = False
    is_spoilt: bool = False
    """Something in it was what the server fails to show since a write of the run, and its list may fail with it."""
    is_partial: bool = False
    """A read has proven an item that the list does not show."""
    is_gone: bool = False
    """The list answered that it is not there: its parent is deleted, or nobody may look, so nothing was made."""
    found: set[int] = field(default_factory=set)
    """The numbers of the entries whose marks the list has shown at some time."""
    awaited: set[int] = field(default_factory=set)
    """The numbers of the entries that were told as not answered."""
    _targets: dict[tuple[str, str], str] = field(default_factory=dict)
    _in_doubt: dict[str, str] = field(default_factory=dict)
    """What the list showed when a delete of it was not answered with success: request target → the text of its id."""

    def request(self, contract: Contract, operation: str, target: str) -> Request:
        """The read or delete of an item by the request ``target`` of its delete; a read may have another path."""
        read, delete = (self.resource.operation(o) for o in ("read", "delete"))
        if operation == "read" and (read.path, read.parents) != (delete.path, delete.parents):
            route = Router(contract).find(target.partition("?")[0], errors=BYTES)
            target = self.item(contract, route.id if route else None, "read")
        path, _, query = target.partition("?")
        way, named = self.resource.operation(operation), tuple(parse_qsl(query, keep_blank_values=True))
        asked = (*fixed_query(way, {name for name, _ in named}), *named)
        return Request(way.method, path, asked, merged(self.headers, fixed_headers(way)))

    def walk(self, walks: Walks, marks: Marks, ledger: Ledger, *, since: float = 0.0) -> None:
        """Takes what a walk through the list shows (one that began at ``since`` or later), to its own credential or to
        another of the target, which may have gone to a parent that its own does not see."""
        self._look(walks, marks, since)
        if self.is_gone and _is_below_given(self, walks.session.contract, walks.session.target.ids):
            self.is_gone = not _tell_of_something(self.entries, ledger)

    def _look(self, walks: Walks, marks: Marks, since: float) -> None:
        self.seen, self.is_gone = None, False
        if not self.resource.supports("list"):
            self.unread = "there is no list to look through"
            return
        others = walks.session.target.credentials if self.credential else ()
        for credential in dict.fromkeys([self.credential, *others]):
            try:
                found = walks.entries(self.resource, self.collection, self.headers, credential, since=since)
            except NotSent as reason:
                self.unread = str(reason)
                return
            except ListUnreadable as error:
                if error.status == 403 or error.status in self.resource.status("forbidden_parent"):
                    self.is_gone, self.unread = True, str(error)  # unless another credential may look
                    continue
                if error.status == 429 and self.is_gone:
                    continue  # of another credential, whose requests are used up
                self.is_gone = error.status in self.resource.codes_of_nothing
                self.unread = str(error)
                return
            self.show(found, marks)
            self.credential, self.is_gone = credential, False
            return

    def show(self, entries: Iterable[Mapping[str, Any]], marks: Marks) -> None:
        """Takes what a walk through the list has shown."""
        identity = self.resource.id.field
        self.seen = {str(e[identity]): e for e in entries if identity in e}
        self.first = {**self.seen, **self.first}
        self.found |= {
            e.n
            for e in self.entries
            if (e.is_open and self._shows_all_like(e, marks))
            or ((e.adrift or e.accepted) and any(marks.shown(self.resource, s, e.marks) for s in self.seen.values()))
        }

    def _shows_all_like(self, entry: LedgerEntry, marks: Marks) -> bool:
        """Whether the list shows what was written to that id, or as many with the marks of a write as were sent."""
        if entry.item is not None:
            return str(entry.id) in (self.seen or {})
        alike = sum(1 for e in self.entries if e.marks == entry.marks and not (e.refused or e.answered))
        shown = sum(marks.shown(self.resource, one, entry.marks) for one in (self.seen or {}).values())
        return shown >= alike

    def unproven(self, ledger: Ledger, settled: Container[tuple[str | None, Headers]]) -> list[tuple[str, LedgerEntry]]:
        """What the list shows under ids of the ledger that is neither deleted nor ``settled``, the last created
        first."""
        shown = [(id, e) for id, e in self.known.items() if id in (self.seen or {})]
        left = [(id, e) for id, e in shown if (e.item, self.headers) not in settled and not ledger.is_deleted(e)]
        return sorted(left, key=lambda one: -one[1].n)

    def deleted_perhaps(self, target: str, id: str) -> None:
        """Takes note of a delete that was not answered with success: it may have been carried out all the same, as by a
        server that fails after it has deleted."""
        if id in (self.seen or {}):
            self._in_doubt[target] = id
            self.is_touched = True

    def went(self, ledger: Ledger) -> set[str]:
        """The request targets of what such deletes have removed: the list showed it before, and does no more. The
        ledger says so from now on."""
        targets = {target for target, id in self._in_doubt.items() if id not in (self.seen or {})}
        for target in targets:
            ledger.deleted(target, self.headers)
        return targets

    def pending(self, ledger: Ledger, timeout: float) -> list[Left]:
        """The writes that nobody waits for any more and that no look has shown: a slow server may still store them, so
        whatever was deleted there says nothing. ``timeout``: seconds that one waits for an answer."""
        since = time.time() - _PATIENCE * timeout
        waiting = [e for e in self.entries if e.is_open and e.at > since]
        waiting = [
            e for e in waiting if _is_rewrite(e, self.entries) or not (e.n in self.found or ledger.is_deleted(e))
        ]
        for e in waiting:
            if e.item is not None and e.id is not None:
                ledger.created(e.n, e.item, e.id, placed=True)
        self.awaited = {e.n for e in waiting}
        return [Left(e.resource, place_of(e), _PENDING) for e in waiting]

    def adrift(self, ledger: Ledger) -> list[Left]:
        """The writes below what was not there that were not refused, and of which no look has shown what they have
        stored: it may be below nobody, where no list leads. The look at the parent may have been late: what was deleted
        with it is gone."""
        deleted = {e.marks for e in self.entries if e.marks and ledger.is_deleted(e)}
        lost = [e for e in self.entries if e.adrift and not e.refused and not ledger.is_deleted(e)]
        lost = [e for e in lost if not (e.n in self.found or e.marks in deleted)]
        lost = [e for e in lost if not any(n >= e.n for n in ledger.deletes(e.adrift, e.headers))]
        return [Left(self.resource.name, e.item or e.collection, _ADRIFT, headers=self.headers) for e in lost]

    def shows_another(self, entry: LedgerEntry, marks: Marks) -> bool:
        """Whether the list has, under the id of an entry, something else where that wrote what would prove it."""
        shown = (self.seen or {}).get(str(entry.id), {})
        return marks.are_missing(self.resource, shown, entry.marks or ()) or not shown.keys().isdisjoint(entry.sums)

    def may_outlive(self, entry: LedgerEntry) -> bool:
        """Whether a resource may be there when its list is not: its path names no parent, or the parent was never
        there."""
        return bool(entry.adrift) or len(self.resource.named_by_all_on_items) < len(self.resource.parents)

    @property
    def known(self) -> dict[str, LedgerEntry]:
        """The entries whose ids are named, by the texts of these. Where several are of one item, the last of a create
        stands for it, since that says when it was made."""
        named: dict[str, LedgerEntry] = {}
        for entry in self.entries:
            if entry.item is not None and (not entry.placed or str(entry.id) not in named):
                named[str(entry.id)] = entry
        return named

    @property
    def nameless(self) -> list[LedgerEntry]:
        """The entries of which nothing says where their resource is, but those that were told as not answered."""
        return [e for e in self.entries if e.item is None and e.n not in self.awaited]

    @property
    def gives_ids_again(self) -> bool:
        """Whether several creates were answered with one id: it may be a place in the list, which moves."""
        made = [e.item for e in self.entries if e.item is not None and not e.placed]
        return len(set(made)) < len(made)

    @property
    def place(self) -> str:
        return self.collection.partition("?")[0]

    def unsettled(self, marks: Marks, ledger: Ledger) -> float:
        """When the last write was written down that the list does not show, and may yet, because it comes from a copy
        which is late, or from a cache; 0 where there is none."""
        return max((e.at for e in self.entries if not ledger.is_deleted(e) and self._may_yet_show(e, marks)), default=0)

    def _may_yet_show(self, entry: LedgerEntry, marks: Marks) -> bool:
        if self.seen is None or entry.refused or time.time() - entry.at > LATE:
            return False
        if entry.item is not None:
            return str(entry.id) not in self.seen
        return not any(marks.shown(self.resource, shown, entry.marks) for shown in self.seen.values())

    def is_new_and_bare(self, write: LedgerEntry, shown: Mapping[str, Any]) -> bool:
        """Whether it is what a create has made that sent nothing to know it by: the list did not hold its id just
        before, and does now, beside all that it held then and the run has not deleted (else the list may show parts);
        and it holds nothing that anybody has given it."""
        if write.marks != () or write.sums or write.before is None or str(write.id) not in (self.seen or {}):
            return False
        ours = [str(e.id) for e in self.entries if e.id is not None]
        missing = set(write.before).difference(digests_of([*(self.seen or {}), *ours]))
        return not missing and holds_nothing_given(self.resource, shown)

    def may_hold(self, id: str, shown: Mapping[str, Any], ledger: Ledger) -> bool:
        """Whether it may be what a write has stored that held no mark which shows, and more than once or elsewhere than
        it was answered: it was not there before, and holds what was sent, or nothing, where nothing was; or it shows
        no member that was sent, and no look has shown what the answer has named."""
        (digest,) = digests_of([id])
        return any(
            resembles(e.sums, shown, self.resource.properties)
            or (shown.keys().isdisjoint(e.sums) and e.before is not None and _is_astray(e, self.first, ledger))
            if e.sums
            else e.before is not None and not e.refused and holds_nothing_given(self.resource, shown)
            for e in self.entries
            if _is_unmarked(self.resource, e) and digest not in (e.before or ())
            if not (e.placed and (e.refused or ledger.is_deleted(e)))
        )

    def unseen(self) -> tuple[str, int] | None:
        """Why the list cannot show what those writes have stored whose answers named nothing, and how many they
        are."""
        unanswered = [e for e in self.nameless if not e.refused]
        if unanswered and self.is_partial:
            return "the list does not show all that this run has made", len(unanswered)
        lost = sum(1 for e in unanswered if e.accepted and not self._may_show(e))
        # Where other creates were answered with ids, a success without one may be a refusal in disguise.
        if lost and all(e.item is None or e.placed for e in self.entries):
            return "the list does not show what those have stored that were answered with success", lost
        alike = sum(1 for e in unanswered if _is_unmarked(self.resource, e) and self._shows_like(e))
        return ("nothing tells what they have stored from what others have", alike) if alike else None

    def _may_show(self, write: LedgerEntry) -> bool:
        """Whether the list has shown the marks of ``write``, or, where none would show, anything that was not there."""
        new = _is_unmarked(self.resource, write) and set(digests_of(self.seen or {})).difference(write.before or ())
        return bool(new) or write.n in self.found

    def _shows_like(self, write: LedgerEntry) -> bool:
        """Whether the list shows, of what was not there before, something with the values of ``write``, which others
        would have by themselves too."""
        return any(
            agrees(write.sums, shown) and not resembles(write.sums, shown, self.resource.properties)
            for id, shown in (self.seen or {}).items()
            if id not in self.known and not set(digests_of([id])) & set(write.before or ())
        )

    def seen_by(self, writes: Iterable[LedgerEntry], credentials: Container[str | None]) -> list[Group]:
        """The group as each credential that may have made an item, by the ``writes`` to it, then as its own."""
        made = [w.credential for w in writes if not w.refused and w.credential in credentials]
        names = [self.credential] if self.credential is None else dict.fromkeys([*made, self.credential])
        return [replace(self, credential=name) for name in names]

    def item(self, contract: Contract, id: object, operation: str = "delete") -> str:
        """The request target that deletes (or reads) an item of the collection."""
        key = str(id), operation
        if key not in self._targets:
            self._targets[key] = one_of_list(contract, self.resource, operation, self.collection, id)
        return self._targets[key]


def shows(group: Group, contract: Contract, id: str, target: str) -> bool:
    """Whether the list showed an item that another one names as well, as of versions that several projects share."""
    return id in (group.seen or {}) and group.item(contract, id) == target


def is_of_another_time(group: Group, marks: Marks, ledger: Ledger) -> bool:
    """Whether the list shows what somebody else has made under an id that the run was given for what bears a mark, and
    nobody has deleted: a database may have gone back to an earlier state, and have given the ids out once more. Then
    values do not tell who has made what bears no mark."""
    named = [e for e in group.known.values() if e.marks and not (e.placed or e.refused or ledger.is_deleted(e))]
    return any(
        marks.are_missing(group.resource, (group.seen or {}).get(str(e.id), {}), e.marks or ())
        for e in named
        if not ledger.written(e.item or "")
    )


def _is_below_given(group: Group, contract: Contract, ids: Mapping[str, int | str]) -> bool:
    """Whether no parent of the run's is above, which could be gone with all that is in it."""
    asked = Request(group.resource.method("list"), group.collection, headers=group.headers)
    place = Places(contract).of(asked)
    return place is not None and {*place.parents} <= Given(contract, ids).named


def _tell_of_something(entries: Iterable[LedgerEntry], ledger: Ledger) -> bool:
    """Whether an answer has told of something that was made, and that nobody has deleted."""
    made = [e for e in entries if not e.refused and (e.accepted if e.item is None else not e.placed)]
    return any(not ledger.is_deleted(e) for e in made)


def _is_rewrite(write: LedgerEntry, entries: Iterable[LedgerEntry]) -> bool:
    """Whether it went to what was there already: that this is shown, or deleted, does not say that the write has been
    carried out."""
    return write.item is not None and any(e.item == write.item and not e.is_open for e in entries)


def _is_astray(write: LedgerEntry, shown: Container[str], ledger: Ledger) -> bool:
    """Whether a write has succeeded, and its answer named nothing, or what is not among the ids that were ``shown``."""
    if write.item is None:
        return write.accepted
    return str(write.id) not in shown and not (write.refused or ledger.is_deleted(write))


def _is_unmarked(resource: Resource, write: LedgerEntry) -> bool:
    """Whether no look shows what a write may have marked, as far as the contract says."""
    return write.marks is not None and not may_show(resource, write.marks)


def unknown_to_all(group: Group, ledger: Ledger, marks: Marks) -> list[Left]:
    """What creates without a credential of the target have made, by their answers, and neither the list shows nor a
    delete has met: it may be another tenant's, where the same id was given out once more."""
    if group.credential is None:
        return []
    named = [e for e in group.entries if e.item is not None and not (e.refused or e.placed)]
    found = [e for e in named if e.credential is None and not _was_met(e, named, ledger)]
    known = {e.item for e in named if e.credential is not None}
    seen = group.seen or {}
    lost = [e for e in found if e.item in known or str(e.id) not in seen]
    lost = [e for e in lost if not any(marks.shown(group.resource, one, e.marks) for one in seen.values())]
    return [Left(group.resource.name, e.item or "", _UNKNOWN) for e in lost]


def _was_met(write: LedgerEntry, others: Iterable[LedgerEntry], ledger: Ledger) -> bool:
    """Whether a delete can only have met what ``write`` has made: since the delete before, no credential of the target
    has made anything under that id."""
    deletes = ledger.deletes(write.item, write.headers, earlier=True)
    end = next((n for n in deletes if n >= write.n), None)
    since = max((n for n in deletes if n < write.n), default=0)
    made = [e.n for e in others if e.item == write.item and e.credential is not None]
    return end is not None and not any(since < n <= end for n in made)


def below(
    sender: Sender, contract: Contract, group: Group, target: str
) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    """What the lists below the item at ``target`` show: the resource, the request target of its list, the entry.
    Raises ``ListUnreadable`` and ``NotSent``."""
    places = Places(contract)
    above = places.of(Request("DELETE", target, headers=group.headers))
    for child in contract:
        if above is None or above.id is None or not child.parents or not child.supports("list"):
            continue
        if child.parents[-1].resource != group.resource.name:
            continue
        parents = tuple(sorted((*above.parents, (group.resource.name, above.id))))
        headers = merged(group.headers, contract_headers(contract, dict(parents)))
        asked = places.request(Spot(child, parents), "list", headers)
        try:
            for entry in listed(sender, child, asked.target, headers=asked.headers, credential=group.credential):
                yield child, asked.target, entry
        except ListUnreadable as error:
            if error.status not in child.codes_of_nothing:
                raise
