"""How a list is cut: pages of the size asked for, which hold every entry once, and links from one to the next."""

from collections.abc import Iterator
from math import ceil, isqrt
from typing import Any

from restproof.suite import Contract, Ground, NotTested, Reply, Resource, Subject, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.lists import (
    FEW,
    Paging,
    every_entry,
    few_matching,
    forget_list,
    is_numbered,
    is_paged,
    of_a_steady_list,
    settled,
    some,
    until_settled,
)
from restproof.suite.wire import Query, links, named_by

SMALL = 25


def sizes(count: int, paging: Paging) -> list[int]:
    """Page sizes at the boundaries of a list of ``count``: exactly a page, the largest that leaves one entry for the
    last page, one more, about a third, and one that fills the last page."""
    alone = [n for n in range(min(count - 1, paging.largest or count), 1, -1) if count % n == 1][:1]
    wanted = {count, *alone, count + 1, ceil(count / 3), *filling(count)}
    return sorted(s for s in wanted if paging.min <= s <= (paging.largest or count + 1))


def filling(count: int) -> list[int]:
    """The largest page size that cuts ``count`` entries into several full pages, where there is one."""
    return [count // n for n in range(2, isqrt(max(count, 0)) + 1) if count % n == 0][:1]


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
        pages = subject.lists.pages(size)
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
    known, found = subject.lists.ids(first.entries or ()), subject.lists.ids(cut.entries or ())
    both = min(len(known) - 1, len(found))  # where entries are members of an object, they have no order
    must.hold(
        bool(found) and (len({*known} & {*found}) == both if cut.envelope.key else found[:both] == known[1:][:both]),
        cut,
        f"{size} entries from the second on are not those that follow the first",
        kind="offset",
        expected="what follows the first entry",
        actual="other entries",
    )


def bad_pages(ground: Ground) -> Cases:
    """Every kind of bad value where a list is the first of those that are paged alike; a sample elsewhere."""
    paging = ground.resource.paging
    first = ground.resource is next(r for r in ground.contract if r.supports("list") and r.paging == paging)
    number = paging.page if paging.style == "page" else paging.offset
    for value in (str(paging.least - 1), *(("restproof", "-1", "", "1_0") if first else ())):
        if paging.style in ("page", "offset"):
            yield {"name": number, "value": value}
    for value in (str(paging.min - 1), "restproof", *(("-1", "1.5", "") if first else ())):
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


UNKNOWN = "restproof"
"""A parameter that no list knows."""


def harmless(subject: Subject) -> Iterator[tuple[str, str]]:
    """Parameters that change the order of a list and not what it holds: a sort, and a filter that all entries match."""
    if subject.spec.sort:
        yield from subject.lists.sort_query(subject.spec.sort[0])
    yield from every_entry(subject)


def relations(subject: Subject, page: Reply) -> dict[str, Query]:
    """The pages that an answer names: relation → query."""
    paging = subject.spec.paging
    found = {}
    if paging.links:
        found = {name: named_by(subject.spec, url) for name, url in links(page).items()}
    if paging.next_field or paging.next_header:
        following = subject.lists.next_query(page)
        found |= {"next": following} if following is not None else {}
    return found


def names_pages(contract: Contract, resource: Resource) -> bool:
    """Whether an answer of a numbered list names other pages."""
    paging = resource.paging
    return is_numbered(contract, resource) and bool(paging.links or paging.next_field or paging.next_header)


def unknown_parameter(subject: Subject) -> Query:
    """A parameter that the contract does not know, where a list takes one: all of them may count as filters, and those
    may be refused."""
    unknown, refused = ((UNKNOWN, "kept & quoted+"),), subject.spec.status("unknown_query", "list")
    if refused.accepted:
        return unknown
    if subject.spec.query.filter == "{name}" or subject.list(unknown).status in refused:
        return ()
    return unknown


@requirement("list.links", on="list", when=names_pages, cost=5)
@of_a_steady_list
def test_link_relations_are_right(subject: Subject) -> None:
    entries = some(subject)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    kept = (*unknown_parameter(subject), *harmless(subject))
    count = len(entries)
    # Where the last page has one entry, if it can be, and where it is full: the whole list, or some pages of it.
    full = [count] if subject.lists.allowed_size(count) == count else filling(count)
    uneven = [*filling(count - 1), ceil(count / 3)][0]
    for size in sorted({subject.lists.allowed_size(n) for n in (uneven, *full)}):
        follow_links(subject, entries, size, kept)
    filtered = sorted(few_matching(subject, entries), key=lambda found: len(found[1]) < 2)
    for query, matching in [] if every_entry(subject) else filtered[:1]:
        follow_links(subject, matching, subject.lists.allowed_size(ceil(len(matching) / 2)), query)


@until_settled("queries")
def follow_links(subject: Subject, entries: list[Any], size: int, kept: Query) -> None:
    """Follow the links from the first page to the last, with parameters that each must keep."""
    last = ceil(len(entries) / size)
    asked: Query = (*subject.lists.page_query(size, 1), *kept)
    walked: list[Any] = []
    for number in range(1, last + 1):
        page = subject.list(asked)
        must.have_status(page, "listed")
        found = relations(subject, page)
        walked += subject.lists.ids(page.entries or ())
        expected = {"next": number < last}
        if subject.spec.paging.links:
            ends = {"first": 1, "last": last}  # a page may leave out the link to itself
            expected |= {"prev": number > 1, **{name: True for name, at in ends.items() if at != number}}
        for name, there in expected.items():
            must.hold(
                (name in found) == there,
                page,
                f"page {number} of {last} has {'a' if name in found else 'no'} {name}",
                kind="link",
                expected=name if there else f"no {name}",
                actual=", ".join(sorted(found)),
            )
        pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        for name in (n for n in pages if n in found):
            query = dict(found[name])
            for own, value in (*kept, *subject.request("list").query):
                # A link may be without a parameter that the list does not know.
                must.hold(
                    query.get(own, value if own == UNKNOWN else None) == value,
                    page,
                    f"the link {name} drops the parameter {own}",
                    kind="link-query",
                    expected="parameters kept",
                    actual="dropped",
                )
            for key, value in subject.lists.page_query(size, pages[name]):
                must.hold(
                    query.get(key) == value,
                    page,
                    f"on page {number} of {last} the link {name} leads to {key}={query.get(key)}, not {value}",
                    kind="link",
                    expected=f"{key} of the {name} page",
                    actual="another",
                )
        asked = found.get("next", ())
    must.hold(
        sorted(map(str, walked)) == sorted(map(str, subject.lists.ids(entries))),
        page,
        "following next does not give every entry once",
        kind="walk",
        expected="every entry once",
        actual="otherwise",
    )
