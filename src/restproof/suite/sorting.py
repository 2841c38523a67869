"""What suites of sorted lists share: their pages, and whether what those hold is in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from restproof.contract.shapes import type_of
from restproof.contract.syntax import SortKey
from restproof.engine.failure import NotTested
from restproof.engine.reply import Reply
from restproof.engine.subject import Subject
from restproof.semantics.ordering import Order
from restproof.suite import must
from restproof.suite.lists import may_hold
from restproof.wire.paging import Query

__all__ = ["keys_of", "must_be_sorted", "sorted_pages", "ways"]


def ways(descending: bool) -> str:
    """In which direction, in a word."""
    return "down" if descending else "up"


def keys_of(subject: Subject, entries: Iterable[Any], name: str) -> list[Any]:
    """The values by which entries are sorted; null, and what the schema does not allow, has no place in the order."""
    found = [e.get(name) for e in entries if isinstance(e, dict)]
    return [v for v in found if v is not None and may_hold(subject, name, v)]


def sorted_pages(subject: Subject, query: Query, by: str, size: int | None = None) -> Sequence[Reply]:
    """All pages of a sorted list. That one of them is refused is what the rule asks about, no matter of set-up."""
    judge = partial(must.have_status, case="listed", because=f"sorted by {by}")
    pages = subject.lists.pages(size, query, judge=judge)
    judge(pages[0])
    return pages


def must_be_sorted(subject: Subject, page: Reply, entries: Iterable[Any], name: str, descending: bool) -> None:
    """Entries, which begin on ``page``, are in order."""
    keys, way = keys_of(subject, entries, name), ways(descending)
    if len({"number" if type_of(k) == "integer" else type_of(k) for k in keys}) > 1:
        raise NotTested(f"entries hold values of several types in {name}, which have no order")
    must.hold(
        Order(subject.spec, (SortKey(name, descending),)).holds([(key,) for key in keys]),
        page,
        f"a list sorted {way} by {name} is not in order",
        kind="sort",
        expected=f"sorted {way}",
        actual="not in order",
        field=name,
    )
