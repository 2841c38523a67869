"""Words for lists: how many entries are on a page, and what becomes of a size that is too large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from restproof.contract.model import Contract, Resource
from restproof.frozen import frozen
from restproof.learning.sighting import Read
from restproof.learning.word import ENOUGH, Edit, Word, numbers
from restproof.oracle.seen import Seen
from restproof.pointer import member
from restproof.wire.paging import total_in


@frozen
class _Page:
    """A page that was asked for: ``asked`` entries (``None`` where no size was), and what came. ``more``: whether the
    answer says that there are more entries than it holds."""

    n: int
    asked: int | None
    count: int
    more: bool
    refused: bool


def list_words(reads: Sequence[Read], contract: Contract) -> Iterator[Word]:
    """The sizes of pages, for each resource whose lists are cut into pages by a size."""
    for resource in contract:
        if resource.paging.style == "none" or not resource.paging.size:
            continue
        pages = [p for r in reads if r.seen.resource.name == resource.name and (p := _page(r.seen)) is not None]
        yield from _default(resource, pages)
        yield from _largest(resource, pages)


def _page(seen: Seen) -> _Page | None:
    """A first page as it was asked for and answered; ``None`` for anything else."""
    paging, asked = seen.resource.paging, dict(seen.query)
    usual = {p.name for p in seen.way.parameters} | seen.way.query.keys() | {paging.size}
    if seen.operation != "list" or seen.exchange.request.method != "GET" or not asked.keys() <= usual:
        return None
    text = asked.get(paging.size)
    if text is not None and not (text.isascii() and text.isdecimal() and int(text) >= paging.min):
        return None
    size = None if text is None else int(text)
    if seen.refused:
        return None if size is None else _Page(seen.n, size, 0, False, True)
    entries = seen.entries
    return None if entries is None else _Page(seen.n, size, len(entries), _has_more(seen, len(entries)), False)


def _has_more(seen: Seen, count: int) -> bool:
    paging = seen.resource.paging
    total: object = None
    if paging.total:
        total = total_in(paging.total, seen.header(paging.total))
    elif paging.total_field:
        total = member(seen.json, paging.total_field)
    text = str(total)
    return text.isdecimal() and int(text) > count


def _default(resource: Resource, pages: Sequence[_Page]) -> Iterator[Word]:
    found = [p for p in pages if p.asked is None and not p.refused]
    cut = [p for p in found if p.more]
    if resource.paging.default is None and len(cut) >= ENOUGH and len({p.count for p in cut}) == 1:
        size = cut[0].count
        if all(p.count <= size for p in found):
            what = f"a page holds {size} entries where no size is asked for"
            yield Word(resource.name, ("paging", "default"), size, what, numbers(p.n for p in cut))


def _largest(resource: Resource, pages: Sequence[_Page]) -> Iterator[Word]:
    """The largest size: the one next to which a size is refused, or to which larger ones are cut."""
    if resource.paging.max is not None:
        return
    sized = [p for p in pages if p.asked is not None]
    right = [p for p in sized if not p.refused]
    refused = [p for p in sized if p.refused]
    largest = max((p.asked or 0 for p in right), default=0)
    if refused and min(p.asked or 0 for p in refused) == largest + 1:
        besides = [p for p in sized if p.asked in (largest, largest + 1)]
        what = f"a page of {largest} entries is given, one of {largest + 1} is refused"
        yield Word(resource.name, ("paging", "max"), largest, what, numbers(p.n for p in besides))
    cut = [p for p in right if p.more and p.count < (p.asked or 0)]
    if (
        not refused
        and len({p.asked for p in cut}) >= ENOUGH
        and {p.count for p in cut} == {max(p.count for p in right)}
    ):
        size = cut[0].count
        over = Edit(("resources", resource.name, "paging", "over_max"), "clamped")
        what = f"pages of {' and '.join(str(p.asked) for p in cut[:2])} entries hold {size}"
        yield Word(resource.name, ("paging", "max"), size, what, numbers(p.n for p in cut), (over,))
