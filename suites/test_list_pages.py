"""How a list is cut: pages of the size asked for, which hold every entry once."""

from functools import partial
from math import ceil
from typing import Any

from restproof.suite import Ground, NotTested, Subject, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.lists import (
    FEW,
    Paging,
    filling,
    forget_list,
    is_paged,
    of_a_steady_list,
    settled,
    some,
)

SMALL = 25


def sizes(count: int, paging: Paging) -> list[int]:
    """Page sizes at the boundaries of a list of ``count``: exactly a page, the largest that leaves one entry for the
    last page, one more, about a third, and one that fills the last page."""
    alone = [n for n in range(min(count - 1, paging.largest or count), 1, -1) if count % n == 1][:1]
    wanted = {count, *alone, count + 1, ceil(count / 3), *filling(count)}
    return sorted(s for s in wanted if paging.min <= s <= (paging.largest or count + 1))


@requirement("list.page-size", on="list", when=is_paged, cost=5)
@of_a_steady_list
def test_a_page_holds_what_was_asked_for(subject: Subject) -> None:
    """Where no largest size is said, nor what becomes of a larger one, pages may end at one: the same for all."""
    count, paging, full = len(some(subject)), subject.spec.paging, 1
    most, may_be_cut = count, paging.max is None and paging.over_max == "unspecified"
    tried = (max(1, paging.min), ceil(count / 3), count, count + 1)  # others where the pages are walked
    for size in sorted({subject.lists.allowed_size(n) for n in tried}):
        page = subject.list(subject.lists.page_query(size))
        must.have_status(page, "listed", because=f"page of {size}")
        shown = len(page.entries or ())
        if may_be_cut and most == count and full <= shown < min(size, count):
            most = shown
        wanted, full = min(size, most), max(full, shown)
        must.hold(
            shown == wanted,
            page,
            f"a page of {size} of {count} entries holds {shown}",
            kind="page-size",
            expected=wanted,
            actual=shown,
        )


@requirement(
    "list.default-size",
    on="list",
    when=lambda c, r: is_paged(c, r) and r.paging.default is not None,
    cost=1,
    set_up=1,
)
@for_each(lambda ground: [{"fill": ground.speaks_for_all and (ground.resource.paging.default or 0) <= SMALL}])
@of_a_steady_list
def test_a_page_has_the_default_size(subject: Subject, fill: bool) -> None:
    """One entry more than fills the page, where a few are enough."""
    entries = some(subject, (subject.spec.paging.default or 0) + 1 if fill else FEW)
    page = subject.list()
    must.have_status(page, "listed")
    wanted = min(subject.spec.paging.default or 0, len(entries))
    must.hold(
        len(page.entries or ()) == wanted,
        page,
        f"a page without a size holds {len(page.entries or ())} of {len(entries)} entries",
        kind="page-size",
        expected=wanted,
        actual=len(page.entries or ()),
    )


@requirement("list.pages-partition", on="list", when=is_paged, cost=9, set_up=1)
@of_a_steady_list
def test_the_pages_hold_every_entry_once(subject: Subject) -> None:
    entries = some(subject)
    if not filling(len(entries)) and subject.spec.creatable:
        subject.another("even")
        forget_list(subject)
        entries = settled(subject)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    for size in sorted({s for s in sizes(len(entries), subject.spec.paging) if s > 1} - {len(entries) + 1}):
        judge = partial(must.have_status, case="listed", because=f"one of the pages of {size}")
        pages = subject.lists.pages(size, judge=judge)
        for page in pages:
            must.hold(
                len(page.entries or ()) <= size,
                page,
                f"a page of {size} holds {len(page.entries or ())} entries",
                kind="page-size",
                expected="no more than was asked for",
                actual="more",
            )
        must.hold(
            not subject.spec.paging.more or bool(pages[-1].entries),
            pages[-1],
            f"after the last of the pages of {size} there is said to be another one",
            kind="link",
            expected="no more pages",
            actual="one more",
            field=subject.spec.paging.more,
        )
        walked = [*map(str, subject.lists.ids(e for p in pages for e in p.entries or ()))]
        twice = [i for i in set(walked) if walked.count(i) > 1]
        must.hold(
            not twice,
            pages[-1],
            f"pages of {size} hold {len(twice)} of {len(entries)} entries more than once",
            kind="repeated",
            expected="each entry once",
            actual="an entry twice",
        )
        missing = set(map(str, subject.lists.ids(entries))) - set(walked)
        must.hold(
            not missing,
            pages[-1],
            f"pages of {size} leave out {len(missing)} of {len(entries)} entries",
            kind="left-out",
            expected="every entry",
            actual="an entry is left out",
        )
    if subject.spec.paging.style == "offset":
        start_between_pages(subject)


def start_between_pages(subject: Subject) -> None:
    """An offset counts entries, not pages."""
    paging = subject.spec.paging
    size = subject.lists.allowed_size(2)
    first = subject.list(subject.lists.page_query(subject.lists.allowed_size(size + 1)))
    cut = subject.list(((paging.offset, str(paging.least + 1)), (paging.size, str(size))))
    must.have_status(cut, "listed", because="an offset between two pages")
    entries, found = [*(first.entries or ())], subject.lists.ids(cut.entries or ())
    follow = subject.lists.ids(entries[1:])
    both = min(len(follow), len(found))
    # Where entries are members of an object, they have no order.
    shared = len({*subject.lists.ids(entries)} & {*found})
    must.hold(
        bool(found) and (shared == both if cut.envelope.key else found[:both] == follow[:both]),
        cut,
        f"{size} entries from the second on are not those that follow the first",
        kind="offset",
        expected="what follows the first entry",
        actual="other entries",
    )


def bad_pages(ground: Ground) -> Cases:
    """Every kind of bad value where a list is the first of those that are paged alike; elsewhere those that most often
    go wrong by themselves."""
    paging = ground.resource.paging
    first = ground.resource is next(r for r in ground.contract if r.supports("list") and r.paging == paging)
    number = paging.page if paging.style == "page" else paging.offset
    for value in (str(paging.least - 1), "restproof", "-1", *(("", "1_0") if first else ())):
        if paging.style in ("page", "offset"):
            yield {"name": number, "value": value}
    for value in (str(paging.min - 1), "restproof", "1.5", *(("-1", "") if first else ())):
        if value != paging.all:
            yield {"name": paging.size, "value": value}
    if paging.max and paging.over_max == "refused":
        yield {"name": paging.size, "value": str(paging.max + 1)}


@requirement("list.bad-page", on="list", when=is_paged, undisturbed=True)
@for_each(lambda ground: list({(c["name"], c["value"]): c for c in bad_pages(ground)}.values()), apart=True)
def test_a_bad_page_is_refused(subject: Subject, name: str, value: Any) -> None:
    listed = subject.list(((name, value),))
    if value == "" and listed.ok:
        return  # Many servers read an empty value as none; then the answer is an ordinary list.
    must.be_refused(
        listed, f"bad_{'size' if name == subject.spec.paging.size else 'page'}", field=name, because=f"{name}={value!r}"
    )
