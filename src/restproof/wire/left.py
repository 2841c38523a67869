"""What clean-up tells of what is left: one line for each resource and reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from restproof.contract.address import APART
from restproof.frozen import frozen
from restproof.wire.ledger import Ledger, LedgerEntry
from restproof.wire.message import Headers
from restproof.wire.proof import ANYWHERE

NAMED = 3
"""The most that one line names; the rest is counted."""

UNANSWERED = "sent and not answered, and nothing deletes what it may have stored"
THERE = "and it is still there"
STILL = f"the delete was answered with success, {THERE}"
UNSHOWN = "no look showed it as this run's before the deletes"
MARKED = "deleted, as a read says, and the list still shows it"
UNLISTED = "it may have been stored, and the list that would show it cannot be read"
CHANGED = "changed by this run, as it seems, and it may be others': what was there before could not be put back"
UNREAD = "a list shows it as this run's, and a read does not"


@frozen
class Left:
    """Something that is left, or may be: the request target ``where`` (with ``headers``), and the request that removes
    it, ``how`` (empty where nothing says that it is the run's: a line is copied soon)."""

    resource: str
    where: str
    why: str
    how: str = ""
    headers: Headers = ()


def place_of(write: LedgerEntry) -> str:
    """Where something is, or may be, and what tells it from others."""
    if write.item is not None:
        return write.item
    marks = ", ".join(f"{name} {token}".removeprefix(f"{ANYWHERE} ") for name, token in write.marks or ())
    return write.collection.partition("?")[0] + (f" ({marks})" if marks else "")


def unlisted(nameless: Iterable[LedgerEntry]) -> list[Left]:
    """The writes whose answers named nothing, by their marks, where the list that would show them cannot be read."""
    return [Left(e.resource, place_of(e), UNLISTED) for e in nameless if e.marks and not e.refused]


def lines(found: Iterable[Left]) -> list[str]:
    """What is left, in the order in which each reason came up first. A line names up to three places, and the requests
    that remove these."""
    groups: dict[tuple[str, str, bool], dict[str, str]] = {}
    for left in found:
        place = left.where.partition("?")[0].replace(f"{APART}/", " ")
        groups.setdefault((left.resource, left.why, bool(left.how)), {}).setdefault(place, left.how)
    return [_line(resource, why, places) for (resource, why, _), places in groups.items()]


def changed(ledger: Ledger) -> Iterator[Left]:
    """What there is one of, where it may be what others have, and a write to it was not put back."""
    for where, resource in ledger.changed.items():
        if resource is not None:
            yield Left(resource, where, CHANGED)


def counted(unanswered: Mapping[tuple[str, str], int], undeletable: Mapping[str, int]) -> list[str]:
    """What no list shows (by resource and reason), and what nothing deletes, counted."""
    creates = [f"{name}: {n} creates whose answers name nothing, and {why}" for (name, why), n in unanswered.items()]
    return creates + [f"{name}: {n} (no delete operation)" for name, n in sorted(undeletable.items()) if n]


def _line(resource: str, why: str, places: dict[str, str]) -> str:
    more = len(places) - NAMED
    named = ", ".join(list(places)[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
    requests = ", ".join(how for how in list(places.values())[:NAMED] if how)
    return f"{resource} {named}: {why}" + (f" ({requests})" if requests else "")
