"""Clean-up: deletes what a run has created, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote

from restproof.contract.model import Contract, Resource
from restproof.wire.ledger import Entry, Ledger
from restproof.wire.message import About, Headers, Request
from restproof.wire.session import NotSent, Session
from restproof.wire.walk import ListUnreadable, contract_headers, walk

_GONE = (404, 410)


def clean_up(ledger: Ledger, session: Session, contract: Contract, prefix: str) -> tuple[int, list[str]]:
    """Deletes what ``ledger`` holds, the last created first, so that children go before their parents; then looks
    through the lists for what creates without an answered id have stored. There, entries that bear ``prefix`` are
    deleted; one that only has a unique value that was written down is told of, for it may be somebody else's.

    Returns how many resources were deleted, and what is left: one line for each that could not be deleted, and one
    for each resource that has no delete. A ledger with nothing left to delete is removed from the disk.
    """
    work = _Work(ledger, session, contract, prefix)
    work.delete_known()
    work.sweep()
    if not work.failed:
        ledger.remove()
    else:
        ledger.close()
    return work.count, [*work.failed, *work.doubtful, *work.summary()]


class _Work:
    def __init__(self, ledger: Ledger, session: Session, contract: Contract, prefix: str) -> None:
        self.ledger = ledger
        self.session = session
        self.contract = contract
        self.prefix = prefix
        self.count = 0
        self.failed: list[str] = []
        self.doubtful: list[str] = []
        self.undeletable: Counter[str] = Counter()
        self.moved: list[Entry] = []
        self.entries = ledger.open_entries()

    def delete_known(self) -> None:
        for entry in reversed(self.entries):
            resource = self.contract.resources.get(entry.resource)
            if entry.item is None:
                continue
            if resource is None or not resource.supports("delete"):
                self.undeletable[entry.resource] += 1
            elif not self._delete(resource, entry, entry.item) and resource.id.follows:
                self.moved.append(entry)

    def sweep(self) -> None:
        """One walk for each collection that has creates without a known id, or whose id an update has changed."""
        groups: dict[tuple[str, str, Headers, str], list[Entry]] = {}
        for entry in [*(e for e in self.entries if e.item is None), *self.moved]:
            key = (entry.resource, entry.collection, entry.headers, entry.credential)
            groups.setdefault(key, []).append(entry)
        for group in reversed(groups.values()):
            resource = self.contract.resources.get(group[0].resource)
            if resource is None or not resource.supports("delete"):
                continue
            if not resource.supports("list"):
                self.failed.append(
                    f"{resource.name}: {len(group)} unanswered or refused creates and no list to look through"
                )
                continue
            self._sweep_collection(resource, group)

    def _sweep_collection(self, resource: Resource, group: list[Entry]) -> None:
        first = group[0]
        wanted = {_key(entry.unique, entry.unique) for entry in group if entry.unique}
        fields = {tuple(entry.unique) for entry in group if entry.unique}
        before = len(self.failed)
        for seen_by in self._with_each_credential(first):
            try:
                entries = [*self._walk(resource, seen_by)]
            except (ListUnreadable, NotSent) as error:
                status = error.status if isinstance(error, ListUnreadable) else None
                if status == 403 or status in resource.status("forbidden_parent"):
                    continue  # Where nobody may look, nothing was made.
                if status not in _GONE and status not in resource.status("absent_parent"):
                    self.failed.append(f"{resource.name} {first.collection}: {error}")
                break  # Else its parent has been deleted, and it with it.
            found = []
            for item in entries:
                if resource.id.field not in item:
                    continue
                if _holds(item, self.prefix):
                    found.append(item)
                elif any(_key(item, names) in wanted for names in fields):
                    self.doubtful.append(f"{resource.name} {item[resource.id.field]}: perhaps of this run, left alone")
            for item in found:
                path, _, query = first.collection.partition("?")
                slash = "/" if path.endswith("/") else ""
                target = f"{path.rstrip('/')}/{quote(str(item[resource.id.field]), safe='')}{slash}"
                self._delete(resource, seen_by, f"{target}?{query}" if query else target)
            break
        if len(self.failed) == before:
            for entry in group:
                self.ledger.settled(entry.n)

    def _with_each_credential(self, entry: Entry) -> Iterator[Entry]:
        """The entry as one of each credential: its own, then the others, for it may have been sent to a parent that
        its own does not see."""
        others = [] if self.contract.auth.scheme == "none" else self.session.target.credentials
        for name in dict.fromkeys([entry.credential, *others]):
            yield replace(entry, credential=name)

    def _walk(self, resource: Resource, entry: Entry) -> Iterable[Mapping[str, Any]]:
        return walk(
            self.session,
            resource,
            entry.collection,
            headers=self._headers(entry),
            credential=self._credential(entry),
        )

    def _delete(self, resource: Resource, entry: Entry, item: str) -> bool:
        """Whether the delete of ``item`` found it."""
        path, _, query = item.partition("?")
        request = Request(
            resource.method("delete"), path, tuple(parse_qsl(query, keep_blank_values=True)), self._headers(entry)
        )
        about = About(resource.name, "delete", setup="cleanup")
        try:
            exchange = self.session.send(request, about, self._credential(entry), beyond_ceiling=True)
        except NotSent as reason:
            self.failed.append(f"{resource.name} {path}: {reason}")
            return False
        status = exchange.status
        # What the contract answers to a second delete says that it is gone, be it 403.
        gone = status in _GONE or status in resource.status("repeat_delete")
        if status is not None and (status // 100 == 2 or gone):
            self.count += status // 100 == 2
            self.ledger.deleted(item)
        else:
            self.failed.append(f"{resource.name} {path}: {status or exchange.error}")
        return status is not None and status // 100 == 2

    def _credential(self, entry: Entry) -> str | None:
        """The credential that the create was sent with; none where the API has none."""
        return None if self.contract.auth.scheme == "none" else entry.credential

    def _headers(self, entry: Entry) -> Headers:
        return entry.headers or contract_headers(self.contract, dict(self.session.target.ids))

    def summary(self) -> list[str]:
        return [f"{name}: {count} (no delete operation)" for name, count in sorted(self.undeletable.items())]


def _holds(item: Mapping[str, Any], prefix: str) -> bool:
    """Whether one of the item's texts holds the run's prefix. Only that makes it ours: a value without the prefix
    may be somebody else's, and just therefore have been refused."""
    return bool(prefix) and any(isinstance(v, str) and prefix in v for v in item.values())


def _key(values: Mapping[str, Any], fields: Iterable[str]) -> str:
    return json.dumps([[field, values.get(field)] for field in sorted(fields)])
