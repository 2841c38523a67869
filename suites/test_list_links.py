"""Links from one page of a list to the next: which there are, where they lead, and what they keep."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from restproof.suite import (
    Contract,
    Ground,
    Inconclusive,
    NotTested,
    Reply,
    Resource,
    Subject,
    for_each,
    must,
    requirement,
)
from restproof.suite.inputs import Cases
from restproof.suite.lists import (
    FEW,
    every_entry,
    few_matching,
    filling,
    is_numbered,
    note_ends,
    of_a_steady_list,
    see_an_entry,
    see_another_entry,
    some,
    until_settled,
)
from restproof.suite.wire import Query, links, named_by

UNKNOWN = "restproof"
"""A parameter that no list knows."""


def harmless(subject: Subject) -> Iterator[tuple[str, str]]:
    """Parameters that change the order of a list and not what it holds: a sort, and a filter that all entries match."""
    if subject.spec.sort:
        yield from subject.lists.sort_query(subject.spec.sort[0], descending=True)
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
    """A parameter that the contract does not know, where a list may take one: all of them may count as filters."""
    taken = subject.spec.status("unknown_query", "list").accepted or subject.spec.query.filter != "{name}"
    return ((UNKNOWN, "kept & quoted+"),) if taken else ()


def first_page(subject: Subject, size: int, kept: Query) -> tuple[Reply, Query]:
    """The first page, and the parameters that it was asked with: one that the contract does not know may be refused,
    and is then left out."""
    page = subject.list((*subject.lists.page_query(size, 1), *kept))
    if page.ok or page.status not in subject.spec.status("unknown_query", "list"):
        return page, kept
    known = tuple(each for each in kept if each[0] != UNKNOWN)
    return subject.list((*subject.lists.page_query(size, 1), *known)), known


def ways_through(ground: Ground) -> Cases:
    """From the first page to the last at once (``briefly``), where all cases are sent; then over each page between
    them."""
    yield from ({"briefly": briefly} for briefly in (True, False) if not briefly or ground.profile.cases is None)


@requirement("list.links", on="list", when=names_pages, cost=4)
@for_each(ways_through, apart=True)
@of_a_steady_list
def test_link_relations_are_right(subject: Subject, briefly: bool = False) -> None:
    """From three pages on, there is one between the first and the last."""
    smallest = subject.lists.allowed_size(1)
    kept = (*unknown_parameter(subject), *harmless(subject))
    if briefly:
        see_an_entry(subject)
        filter_by_id(subject, smallest)
        go_to_the_end(subject, smallest, kept)
        return
    entries = some(subject, min(2 * smallest + 1, FEW))  # no more than other rules make, however large a page is
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    count = len(entries)
    # Where the last page has one entry, if it can be, and where it is full: the whole list, or some pages of it.
    full = [count] if subject.lists.allowed_size(count) == count else filling(count)
    uneven = subject.lists.allowed_size([*filling(count - 1), max(1, (count - 1) // 2)][0])
    for size in sorted({uneven, *map(subject.lists.allowed_size, full)}):
        follow_links(subject, entries, size, kept)
    filtered = sorted(few_matching(subject, entries), key=lambda found: len(found[1]) < 2)
    for query, matching in [] if every_entry(subject) else filtered[:1]:
        follow_links(subject, matching, subject.lists.allowed_size(ceil(len(matching) / 2)), query)


def number_of(subject: Subject, query: Query, size: int) -> int | None:
    """The number of the page that a query asks for, if it asks for one of pages of that size."""
    found, paging = dict(query), subject.spec.paging
    text = found.get(paging.page if paging.style == "page" else paging.offset, "")
    if not text.isdecimal():
        return None
    at = int(text) - paging.least
    return at + 1 if paging.style == "page" else at // size + 1


def last_page(subject: Subject, page: Reply, size: int) -> tuple[Query, int]:
    """The page that an answer names the last, and its number; 0 where it names none."""
    end = relations(subject, page).get("last", ())
    return end, (end and number_of(subject, end, size)) or 0


@until_settled("queries")
def go_to_the_end(subject: Subject, size: int, kept: Query) -> None:
    """The first page, and the one that it calls the last; nobody needs to know how many there are between them."""
    page, kept = first_page(subject, size, kept)
    must_hold_some(page, size, 0)
    end, last = last_page(subject, page, size)
    if last < 2 and "next" not in relations(subject, page) and see_another_entry(subject):
        page = first_page(subject, size, kept)[0]
        end, last = last_page(subject, page, size)
    if last < 2:
        raise Inconclusive("the first page names no last one behind it")
    be_linked(subject, page, 1, last, size, kept)
    first, page = page, subject.list(end)
    must_hold_some(page, size, 1)
    be_linked(subject, page, last, last, size, kept)
    if subject.spec.sort and first.entries and page.entries:
        note_ends(subject, subject.spec.sort[0], [first.entries[0], page.entries[-1]])


def must_hold_some(page: Reply, size: int, least: int) -> None:
    must.have_status(page, "listed")
    must.hold(
        least <= len(page.entries or ()) <= size,
        page,
        f"one of the pages of {size} holds {len(page.entries or ())} entries",
        kind="walk",
        expected="no more than was asked for, and on the last one some",
        actual="otherwise",
    )


def filter_by_id(subject: Subject, size: int) -> None:
    """Of a list that is filtered by an id, the first page is the last as well."""
    identity, there = subject.spec.id.field, subject.target()
    named = [n for n, f in subject.spec.filters.items() if f.field == identity and f.values is None]
    is_shown = subject.spec.creatable and "list" not in subject.spec.open
    if named and is_shown and not every_entry(subject):
        follow_links(subject, [{identity: there.id}], size, subject.lists.filter_query(named[0], there.id))


def be_linked(subject: Subject, page: Reply, number: int, last: int, size: int, kept: Query) -> Query:
    """Page ``number`` of ``last`` names the other pages that it has to, and leads to them. Returns where the next one
    is."""
    found = relations(subject, page)
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
    return found.get("next", ())


@until_settled("queries")
def follow_links(subject: Subject, entries: list[Any], size: int, kept: Query) -> None:
    """Follow the links from the first page to the last, with parameters that each must keep."""
    last = ceil(len(entries) / size)
    page, kept = first_page(subject, size, kept)
    asked: Query = ()
    walked: list[Any] = []
    for number in range(1, last + 1):
        page = subject.list(asked) if number > 1 else page
        must.have_status(page, "listed")
        walked += subject.lists.ids(page.entries or ())
        asked = be_linked(subject, page, number, last, size, kept)
    must.hold(
        sorted(map(str, walked)) == sorted(map(str, subject.lists.ids(entries))),
        page,
        "following next does not give every entry once",
        kind="walk",
        expected="every entry once",
        actual="otherwise",
    )
