"""What a query asks of a list: only what matches, and all of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from math import ceil
from typing import Any

from restproof.suite import Ground, Inconclusive, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import Cases
from restproof.suite.lists import (
    ANY,
    SortKey,
    comparisons,
    filters_all,
    forget_list,
    is_normal,
    is_paged,
    is_told,
    known_among,
    lookalikes,
    matches,
    may_hold,
    may_match,
    of_a_steady_list,
    settled,
    some,
    surely_matches,
    until_settled,
    values_at,
)
from restproof.suite.scopes import absent_id
from restproof.suite.setup import another_token
from restproof.suite.states import named
from restproof.suite.values import Order, is_valid, same, type_of, types_of
from restproof.suite.wire import Query

_MOST = 6
"""Values of a field that has few which a filter by it is asked for."""


def filters(ground: Ground) -> Cases:
    for name, found in ground.resource.filters.items():
        yield {"name": name, "values": list(found.values) if found.values else None}
    yield from ({"name": name, "values": None, "compared": True} for name in ground.resource.comparisons)


def compare(subject: Subject, name: str, *, whole: bool) -> None:
    """A list that is filtered by a comparison holds only what may match, or (``whole``) all that surely does."""
    wanted, asked = subject.spec.comparisons[name], list(comparisons(subject, name))
    if not asked:
        raise Inconclusive(f"no entry holds a {wanted.field} to compare with")
    for text, value in asked:
        must_compare(subject, name, text, value, whole)


@until_settled("queries")
def must_compare(subject: Subject, name: str, text: str, value: Any, whole: bool) -> None:
    wanted = subject.spec.comparisons[name]
    page, *others = pages_filtered_by(subject, name, text)
    found = [e for p in (page, *others) for e in p.entries or ()]
    if whole:
        sure = [e for e in settled(subject) if surely_matches(wanted, held_by(e, wanted.field), value)]
        lacking = set(map(str, subject.lists.ids(sure))) - set(map(str, subject.lists.ids(found)))
    else:
        lacking = {str(e) for e in found if not may_match(wanted, held_by(e, wanted.field), value)}
        if "list" not in subject.spec.open:
            # What the whole list does not hold is of another parent, or of somebody else.
            whole_list = set(map(str, subject.lists.ids(settled(subject))))
            lacking |= {str(id) for id in subject.lists.ids(found)} - whole_list
    message = f"leaves out {len(lacking)} entries that match" if whole else f"holds {len(lacking)} that do not match"
    must.hold(
        not lacking,
        page,
        f"a list filtered by {name} {message}",
        kind="filter",
        expected="all that matches" if whole else "only what matches",
        actual="some left out" if whole else "others too",
        field=name,
    )


def pages_filtered_by(subject: Subject, name: str, value: Any, size: int | None = None) -> Sequence[Reply]:
    """All pages of a filtered list. That one of them is refused is what the rule asks about, no matter of set-up."""
    judge = partial(must.have_status, case="listed", because=f"filtered by {name}", field=name)
    pages = subject.lists.pages(size, subject.lists.filter_query(name, value), judge=judge)
    judge(pages[0])
    return pages


def held_by(entry: Any, field: str) -> Any:
    """What an entry holds there: one value, or several."""
    found = values_at(entry, field)
    return found[0] if len(found) == 1 else found


def moved_to(subject: Subject, name: str) -> list[Any]:
    """The value that an update gives the filter's field in one instance that the filter has found before: what is kept
    of that, and not kept up, misses it."""
    bodies, field = subject.bodies, subject.spec.filters[name].field
    both = bodies.writable.keys() & bodies.changeable.keys() - subject.spec.references.keys()
    if not subject.spec.creatable or field not in both:
        return []
    own = {field: bodies.plain(field)}
    first = bodies.adjusted_to_rules({**bodies.minimal(), **own}, fixed=own)
    change = bodies.adjusted_to_rules({field: bodies.another(field)}, first)
    if change.get(field) is None:
        return []
    # A list that does not agree is asked a second time: then this is made anew.
    token = another_token(subject)
    made = subject.given(subject.resolved(first, token=token))
    shown = named(subject, made.sent).get(field)
    subject.list(subject.lists.filter_query(name, shown if shown is not None else made.sent[field]))
    updated = subject.update(made.id, subject.resolved(change, token=token))
    forget_list(subject)
    value = named(subject, updated.sent).get(field) if updated.ok else None
    return [value] if isinstance(value, str | int | float) else []


def filtered(
    subject: Subject, name: str, values: list[Any] | None, moved: Sequence[Any] = ()
) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """Each value of the filter to try, the most frequent one first, with the entries of the whole list that match."""
    found = subject.spec.filters[name]
    made, entries = lookalikes(subject, found.field), some(subject)
    if values is not None:
        for value in (v for v in values if is_told(subject, entries, found.field, (found.values or {})[v])):
            wanted = (found.values or {})[value]
            yield value, entries, [e for e in entries if wanted is ANY or matches(e, found.field, wanted)]
        return
    shown = [v for e in entries for v in values_at(e, found.field) if may_hold(subject, found.field, v)]
    there = [v for v in shown if isinstance(v, str | int | float)]
    often = [v for v, count in Counter(v for v in there if v != "").most_common(1) if count > 1]
    candidates = [*often, *moved, *(made[:2] or list(dict.fromkeys(there))[:2])]
    if not candidates and found.field in subject.bodies.writable and found.field not in subject.spec.references:
        # Nothing holds a value there: one that could be held finds nothing.
        plain = subject.bodies.plain(found.field)
        candidates = [plain] if isinstance(plain, str | int | float) and "{" not in str(plain) else []
    for value in (v for v in dict.fromkeys(candidates) if v not in (None, "")):
        yield value, entries, [e for e in entries if matches(e, found.field, value)]


def near_misses(subject: Subject, name: str, values: list[Any] | None) -> Iterator[Any]:
    """Values that nothing equals and that a careless comparison takes for one that is there: an id cut short, text with
    blanks, in another case, with the wildcards of SQL. And an id that names nothing; and values that a careless server
    takes for none, or passes over: those of a few."""
    field = subject.spec.filters[name].field
    schema = subject.spec.properties.get(field, {})
    if values is None and field in subject.spec.properties and field not in subject.spec.references:
        few = [v for v in schema.get("enum", ()) if isinstance(v, str | int | float) and v != ""]
        zeros = [v for v in (0, False) if type_of(v) in types_of(schema)]
        fits = (v for v in (*zeros, *few[:_MOST]) if is_valid(schema, v))
        yield from (v for v in fits if is_told(subject, settled(subject), field, v))
    if field == subject.spec.id.field and values is None:
        yield absent_id(subject)
        known = next(iter(subject.lists.ids(settled(subject))), None)
        if isinstance(known, int) and known > 9:
            yield known // 10
        return
    made = lookalikes(subject, field) if values is None else []
    if not made and values is None and schema and "format" not in schema and field not in subject.spec.references:
        there = [v for e in settled(subject) for v in values_at(e, field) if isinstance(v, str)]
        yield from [v.swapcase() for v in there if v.swapcase() not in there][:1]
    for text in [t for t in made if isinstance(t, str) and len(t) > 3][:1]:
        yield from (f"{text} ", f" {text}", text.swapcase(), f"{text[:-2]}%", f"{text[:-1]}_", f"{text},{text}")
        yield f"{max((t for t in made if isinstance(t, str)), key=len)} of the third level"


def narrower(
    subject: Subject, field: str, entries: list[Any], matching: list[Any]
) -> Iterator[tuple[Query, list[Any]]]:
    """Another filter beside one that ``matching`` meets, with a value that not all of them have: a list must meet
    both."""
    for name, found in subject.spec.filters.items():
        if found.values is None and found.field != field:
            for value in (v for e in entries for v in values_at(e, found.field)):
                both = [e for e in matching if matches(e, found.field, value)]
                told = isinstance(value, str | int | float) and value != "" and may_hold(subject, found.field, value)
                if told and len(both) < len(matching):
                    yield subject.lists.filter_query(name, value), both
                    return


@requirement("list.filter-sound", on="list", when=lambda c, r: bool(r.filters or r.comparisons), cost=5, set_up=3)
@for_each(filters)
@of_a_steady_list
def test_a_filtered_list_holds_only_what_matches(
    subject: Subject, name: str, values: list[Any] | None, compared: bool = False
) -> None:
    if compared:
        compare(subject, name, whole=False)
        return
    field = subject.spec.filters[name].field
    near = near_misses(subject, name, values)
    found = [*filtered(subject, name, values)]
    near = (v for v in near if not any(same(v, value) for value, *_ in found))
    misses = [v for v in near if may_hold(subject, field, v) and is_normal(subject, field, v)]
    nothing = [(text, [e for e in settled(subject) if same(e.get(field), text)]) for text in misses]
    asked = [(subject.lists.filter_query(name, v), m) for v, m in [*((v, m) for v, _, m in found), *nothing]]
    for value, entries, matching in [f for f in found if len(f[2]) < len(f[1])][:1] or found[:1]:
        for order in subject.spec.sort[:1]:
            asked.append((subject.lists.filter_query(name, value) + subject.lists.sort_query(order), matching))
        more = narrower(subject, field, entries, matching)
        asked += [(subject.lists.filter_query(name, value) + q, m) for q, m in more]
    for query, matching in asked:
        must_hold_only(subject, name, query, matching)


@until_settled("queries")
def must_hold_only(subject: Subject, name: str, query: Query, matching: list[Any]) -> None:
    """The first page of a query holds only what matches, in order where the query asks for one."""
    field = subject.spec.filters[name].field
    page = subject.list((*query, *subject.lists.page_query(subject.lists.largest_page())))
    must.have_status(page, "listed", because=f"filtered by {name}", field=name)
    entries = known_among(subject, field, page)
    strangers = set(map(str, subject.lists.ids(entries))) - set(map(str, subject.lists.ids(matching)))
    must.hold(
        not strangers,
        page,
        f"a list filtered by {name} holds {len(strangers)} entries that do not match",
        kind="filter",
        expected="only what matches",
        actual="others too",
        field=name,
    )
    for order in [o for o in subject.spec.sort[:1] if set(subject.lists.sort_query(o)) <= set(query)]:
        must.hold(
            Order(subject.spec, (SortKey(order),)).holds([(v,) for e in entries for v in values_at(e, order)]),
            page,
            f"a list filtered by {name} and sorted by {order} is not in order",
            kind="sort",
            expected="sorted",
            actual="not in order",
            field=order,
        )


@requirement("list.filter-complete", on="list", when=filters_all, cost=5, set_up=3)
@for_each(filters)
@of_a_steady_list
def test_a_filtered_list_holds_all_that_matches(
    subject: Subject, name: str, values: list[Any] | None, compared: bool = False
) -> None:
    if compared:
        compare(subject, name, whole=True)
        return
    found = [*filtered(subject, name, values, [] if values else moved_to(subject, name))]
    for value, _, matching in found:
        must_hold_all(subject, name, value, matching)
    if any(matching for *_, matching in found) and is_paged(subject.contract, subject.spec):
        # One value shows how a filter goes with pages: that which most, and not all, entries match.
        value, _, matching = max(found, key=lambda f: (len(f[2]) < len(f[1]), len(f[2])))
        must_hold_in_pages(subject, name, value, matching)


@until_settled("queries")
def must_hold_all(subject: Subject, name: str, value: Any, matching: list[Any]) -> None:
    """A filtered list holds all that matches."""
    page, *others = pages_filtered_by(subject, name, value)
    walked = subject.lists.ids(e for p in (page, *others) for e in p.entries or ())
    missing = set(map(str, subject.lists.ids(matching))) - set(map(str, walked))
    must.hold(
        not missing,
        page,
        f"a list filtered by {name} leaves out {len(missing)} of {len(matching)} entries that match",
        kind="filter",
        expected="all that matches",
        actual="some left out",
        field=name,
    )


@until_settled("queries")
def must_hold_in_pages(subject: Subject, name: str, value: Any, matching: list[Any]) -> None:
    """A filtered list that is cut into pages holds each match once, and only the last page is not full."""
    size = subject.lists.allowed_size(ceil(len(matching) / 2))
    short, *others = pages_filtered_by(subject, name, value, size)
    walked = subject.lists.ids(e for p in (short, *others) for e in p.entries or ())
    full = (first := len(short.entries or ())) == min(size, len(matching))
    must.hold(
        full and sorted(map(str, walked)) == sorted(map(str, subject.lists.ids(matching))),
        others[-1] if full and others else short,
        f"pages of {size} of a list filtered by {name} hold {len(walked)} entries, {first} of them the first page; "
        f"{len(set(map(str, walked)))} are different, and not each of {len(matching)} matches is there once",
        kind="filter-pages" if full else "filter-page",
        expected="each match once",
        actual="otherwise",
        field=name,
    )
