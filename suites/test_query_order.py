"""The order that a query asks of a list; and what no list can be asked for: fields that nothing is sorted or filtered
by, and values that a filter cannot have."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import ceil
from typing import Any

from restproof.suite import Ground, Inconclusive, NotTested, Subject, for_each, must, requirement
from restproof.suite.inputs import RUN, TOKEN_LENGTH, Cases
from restproof.suite.lists import (
    SortKey,
    ends,
    every_entry,
    forget_list,
    is_numbered,
    lookalikes,
    of_a_steady_list,
    see_an_entry,
    see_another_entry,
    settled,
    some,
    turn_round,
    until_settled,
)
from restproof.suite.setup import another_token
from restproof.suite.sorting import keys_of, must_be_sorted, sorted_pages, ways
from restproof.suite.values import Order, is_valid, type_of, types_of

TAILS = {"code-points": ("\u00e9", "f"), "utf-16": ("\u00e9", "f"), "no-case": ("Y", "b"), None: ("y", "b")}
"""By the collation of the contract: the ends of two texts, of which the second stands first but for the first two."""


def orders(ground: Ground) -> Cases:
    """The first field down, of what is there (``briefly``), where all cases are sent. Then each field up and down; the
    last one down first, so that a profile that tries each field once goes both ways.
    Then a text, with two more entries (``texts``) that stand the other way round in the order of a language, or, where
    the contract says no order of texts, that stand in all orders otherwise than they are made."""
    resource, bodies = ground.resource, ground.bodies
    if ground.profile.cases is None and is_numbered(ground.contract, resource) and resource.paging.size:
        yield {"name": resource.sort[0], "descending": True, "briefly": True}
    for name in resource.sort:
        is_last = name == resource.sort[-1]
        for descending in (is_last, not is_last):
            yield {"name": name, "descending": descending}
    texts = [f"{RUN} {tail}" for tail in TAILS[resource.query.collation]]
    for name in [n for n in resource.sort if n in bodies.writable and n not in resource.references][:1]:
        fit = all(is_valid(bodies.writable[name], text.replace(RUN, "x" * TOKEN_LENGTH)) for text in texts)
        if resource.creatable and fit:
            yield {"name": name, "descending": False, "texts": texts}


@requirement("list.sort", on="list", when=lambda c, r: bool(r.sort), cost=3, set_up=1)
@for_each(orders, apart=True)
@of_a_steady_list
def test_a_sorted_list_is_in_order(
    subject: Subject, name: str, descending: bool, texts: Sequence[str] = (), briefly: bool = False
) -> None:
    if briefly:
        seen = [(value,) for value in ends(subject, name) or ()]
        if not tells_order(subject, name, descending, seen):
            must_begin_in_order(subject, name, descending)
        return
    if subject.spec.query.collation:
        lookalikes(subject, name)
    turn_round(subject, name)
    # A list that does not agree is asked a second time: then these are made anew.
    token = another_token(subject) if texts else ""
    for n, text in enumerate(texts):
        subject.given(subject.resolved({**subject.bodies.minimal(f"s{n}"), name: text}, token=token))
        forget_list(subject)
    must_be_in_order(subject, some(subject), name, descending, whole=bool(texts))


def tells_order(subject: Subject, name: str, descending: bool, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether values that stood first and last where another rule asked for that order are in it, and differ."""
    order = Order(subject.spec, (SortKey(name, descending),))
    return order.tells(rows) and order.holds(rows)


@until_settled("queries")
def must_begin_in_order(subject: Subject, name: str, descending: bool) -> None:
    """The first two pages of a sorted list, of two entries or as few as can be, are in order."""
    see_an_entry(subject)
    query, size = subject.lists.sort_query(name, descending=descending), subject.lists.allowed_size(2)
    pages = [subject.list((*subject.lists.page_query(size, 1), *query))]
    must.have_status(pages[0], "listed", because=f"sorted by {name}")
    if len(pages[0].entries or ()) < size and see_another_entry(subject):
        pages = [subject.list((*subject.lists.page_query(size, 1), *query))]
    pages.append(subject.list((*subject.lists.page_query(size, 2), *query)))
    shown = [e for page in pages if page.ok for e in page.entries or ()]
    must_be_sorted(subject, pages[0], shown, name, descending)


@until_settled("queries")
def must_be_in_order(subject: Subject, entries: list[Any], name: str, descending: bool, *, whole: bool) -> None:
    """All pages of a sorted list (``whole``: as large ones as can be), and the first where it is filtered besides."""
    query = subject.lists.sort_query(name, descending=descending)
    way = ways(descending)
    largest = subject.lists.largest_page() or 0
    # The way down is cut into pages for one field: a page that is turned round by itself shows there.
    whole = whole or (descending and name != subject.spec.sort[-1])
    # Three pages, the last of which is not full: nobody has to ask for a fourth.
    size = largest if whole else subject.lists.allowed_size(ceil((len(entries) + 1) / 3)) if largest else 0
    pages = sorted_pages(subject, query, name, size or None)
    walked = [e for p in pages for e in p.entries or ()]
    must_be_sorted(subject, pages[0], walked, name, descending)
    keys = keys_of(subject, walked, name)
    order, rows = Order(subject.spec, (SortKey(name, descending),)), [(key,) for key in keys]
    ids = subject.lists.ids(walked)
    must.hold(
        len(ids) == len(set(ids)) == len(entries),
        pages[-1],
        f"a list sorted {way} by {name} does not hold every entry once across its pages",
        kind="sort-pages",
        expected="every entry once",
        actual=f"{len(set(ids))} of {len(entries)} in {len(ids)}",
        field=name,
    )

    matching = every_entry(subject)
    if matching and subject.lists.largest_page():
        page = subject.list((*query, *matching, *subject.lists.page_query(subject.lists.largest_page())))
        must.hold(
            order.holds([(key,) for key in keys_of(subject, page.entries or (), name)]),
            page,
            f"a filtered list sorted {way} by {name} is not in order",
            kind="sort",
            expected=f"sorted {way}",
            actual="not in order",
            field=name,
        )
    if len(set(keys)) > 1 and not order.tells(rows):
        raise NotTested(f"nothing says in which order the texts of {name} stand: `collation` in the contract would")


def pairs(ground: Ground) -> Cases:
    """Two fields, and both ways that the second differs from the first. What is unique comes second: nothing shares a
    value of it."""
    resource = ground.resource
    alone = {resource.id.field, *(key[0] for key in resource.unique if len(key) == 1)}
    for first in [n for n in resource.sort if n not in alone]:
        others = sorted((n for n in resource.sort if n != first), key=lambda n: n not in alone)
        for then in others[:2]:
            for descending in (False, True):
                yield {"first": first, "then": then, "descending": descending}


def with_both(subject: Subject, entries: Iterable[Any], *names: str) -> list[Any]:
    """The entries that have a place in the order of each of these fields."""
    return [e for e in entries if all(keys_of(subject, [e], n) for n in names)]


def make_two_alike(subject: Subject, first: str, then: str) -> None:
    """Two entries with one value of ``first``, and two of ``then`` where a create may set it."""
    bodies = subject.bodies
    for value in (bodies.plain(then), bodies.another(then)) if then in bodies.writable else (None, None):
        fixed = {first: bodies.plain(first), **({then: value} if value is not None else {})}
        body = bodies.adjusted_to_rules({**bodies.minimal(), **fixed}, fixed=fixed)
        subject.given(subject.resolved(body, token=another_token(subject)))
    forget_list(subject)


def tells_keys_apart(entries: list[Any], first: str, then: str) -> bool:
    """Whether entries share a value of the first field and differ in the second: only there the second key shows."""
    return any(a[first] == b[first] and a[then] != b[then] for a, b in combinations(entries, 2))


@requirement("list.sort-keys", on="list", when=lambda c, r: bool(r.query.between) and len(r.sort) > 1, cost=3, set_up=1)
@for_each(pairs)
@of_a_steady_list
def test_a_list_sorted_by_two_fields_is_in_order(subject: Subject, first: str, then: str, descending: bool) -> None:
    entries = with_both(subject, some(subject), first, then)
    if not tells_keys_apart(entries, first, then) and first in subject.bodies.writable and subject.spec.creatable:
        make_two_alike(subject, first, then)
        entries = with_both(subject, settled(subject), first, then)
    if any(len({type_of(e[n]) for e in entries} - {"integer", "number"}) > 1 for n in (first, then)):
        raise Inconclusive(f"entries hold values of several types in {first} or {then}, which have no order")
    if not tells_keys_apart(entries, first, then):
        raise Inconclusive(f"no two entries share their {first} and differ in {then}")
    must_be_in_order_of_both(subject, entries, first, then, descending)


@until_settled("queries")
def must_be_in_order_of_both(subject: Subject, entries: list[Any], first: str, then: str, descending: bool) -> None:
    known = set(map(str, subject.lists.ids(entries)))
    keys = SortKey(first, not descending), SortKey(then, descending)
    pages = sorted_pages(subject, subject.lists.order_query(*keys), f"{first} and {then}")
    walked = [e for p in pages for e in p.entries or () if str(subject.lists.ids([e])[0]) in known]
    found = [*zip(keys_of(subject, walked, first), keys_of(subject, walked, then), strict=True)]
    must.hold(
        Order(subject.spec, keys).holds(found),
        pages[0],
        f"a list sorted {ways(not descending)} by {first} and {ways(descending)} by {then} is not in order",
        kind="sort",
        expected="sorted by both",
        actual="not in order",
        field=then,
    )


def unknown_queries(ground: Ground) -> Cases:
    """A field that does not exist; and one that does, and that the list is not sorted or filtered by."""
    resource, query = ground.resource, ground.resource.query
    if resource.sort or resource.filters:
        for kind in ("sort", "filter"):
            yield {"query": kind, "name": "restproof_unknown_field"}
    others = {
        *query.order_parameters(resource.sort),
        resource.paging.page,
        resource.paging.size,
        resource.paging.offset,
        resource.paging.token,
    }
    others |= {p.name for r in ground.contract for p in r.parameter_parents} | resource.operation("list").query.keys()
    plain = [n for n, p in resource.properties.items() if not types_of(p) & {"object", "array"} and n not in others]
    for kind, known in (("sort", resource.sort), ("filter", resource.filters)):
        yield from ({"query": kind, "name": n} for n in [n for n in plain if n not in known][:1] if known)


@requirement(
    "list.unknown-query-field", on="list", when=lambda c, r: not c.status("unknown_query").accepted, undisturbed=True
)
@for_each(unknown_queries, apart=True)
def test_an_unknown_query_field_gets_its_status(subject: Subject, query: str, name: str) -> None:
    asked = subject.lists.sort_query(name) if query == "sort" else subject.lists.filter_query(name, "1")
    must.be_refused(subject.list(asked), "unknown_query", because=f"{query} by {name}")
    if query == "sort" and name not in subject.spec.properties:
        must.be_refused(
            subject.list(subject.lists.sort_query(name, descending=True)),
            "unknown_query",
            because=f"sort down by {name}",
        )


def bad_filters(ground: Ground) -> Cases:
    for name, found in ground.resource.filters.items():
        schema = ground.resource.properties.get(found.field, {})
        kinds = types_of(schema) - {"null"} if schema else set()
        if found.values or "enum" in schema or (kinds and kinds <= {"integer", "number", "boolean"}):
            yield {"name": name, "value": "restproof"}
        mapped = list(found.values or ())
        # In small letters: what a server makes of "aLL" before it compares may be no name of its own.
        for value in mapped[:1]:
            yield from [{"name": name, "value": v} for v in (value.lower(), value.upper()) if v not in mapped][:1]


@requirement("list.bad-filter", on="list", when=lambda c, r: bool(r.filters), undisturbed=True)
@for_each(bad_filters, apart=True)
def test_a_filter_value_of_an_impossible_kind_is_refused(subject: Subject, name: str, value: Any) -> None:
    reply = subject.list(subject.lists.filter_query(name, value))
    must.be_refused(reply, "bad_filter", field=name, because=f"{name}={value!r}")
    # What an unknown value of a mapped filter means, where it is none to refuse, no contract says.
    must.hold(
        not (reply.ok and reply.entries) or bool(subject.spec.filters[name].values),
        reply,
        f"a list filtered by a value that {name} cannot have is not empty",
        kind="impossible-filter",
        expected="no entry",
        actual=f"{len(reply.entries or ())} entries",
        field=name,
    )
