"""What a list promises: all of its entries, exactly once, in order, cut as asked for."""

from contextlib import suppress
from itertools import islice
from math import ceil, isqrt
from urllib.parse import parse_qsl, urlsplit

from restproof.contract.model import ANY, Paging
from restproof.engine.subject import Query
from restproof.oracle.finding import an
from restproof.plan.candidates import fullest
from restproof.semantics.checker import is_valid
from restproof.suite import Ground, NotTested, Reply, Subject, for_each, links, must, requirement
from restproof.suite.lists import (
    FEW,
    declared,
    every_entry,
    is_numbered,
    is_paged,
    matches,
    narrowing,
    of_a_steady_list,
    settled,
    some,
    values_at,
)

SMALL = 25
_LONG = 2000


def parents_of_lists(ground: Ground):
    """The usual parent, and one that is new: nothing was ever made below it."""
    yield {"new": None}
    for parent in ground.resource.parents[-1:]:
        if ground.contract.resources[parent.resource].creatable:
            yield {"new": parent.resource}


@requirement("list.answers-ok", on="list", cost=2)
@for_each(parents_of_lists)
def test_a_list_answers_its_entries(subject: Subject, new):
    scope = subject.scope() if new is None else {**subject.scope(), new: subject.other(new).given(tag="new").id}
    listed = subject.list(scope=scope)
    must.have_status(listed, "listed", because="" if new is None else f"of {an(new)} that was just made")
    must.hold(listed.entries is not None, listed, "the answer to a list holds no array of entries", kind="no entries")


def told_at_length(subject: Subject, body: dict) -> dict:
    """``body`` with long texts, markup among them, and all members where the schema lets them: a list may be tempted to
    cut or to dress them."""
    told = dict(body)
    for name, value in body.items():
        schema = subject.bodies.writable[name]
        if name in {*subject.bodies.unique_fields, *subject.spec.references}:
            continue
        if isinstance(value, dict | list):
            told[name] = fullest(schema) or value
        elif isinstance(value, str):
            most = schema.get("maxLength", _LONG)
            longer = ((text * 40)[:most].strip() for text in (f"{value} <b>&amp; ", f"{value} "))
            told[name] = next((text for text in longer if is_valid(schema, text)), value)
    return told


@requirement("list.entry-agrees", on="list", needs=("create", "read"), cost=4)
def test_an_entry_agrees_with_the_read(subject: Subject):
    """Of a resource that was changed after it was listed, where it can be: what a list keeps for itself is old then."""
    bodies = subject.bodies
    made = subject.given(bodies.kept_rules(told_at_length(subject, bodies.full())))
    if subject.spec.supports("update"):
        subject.walk()
        subject.update(made.id, bodies.kept_rules(told_at_length(subject, bodies.other_values()), bodies.full()))
    entry = next((e for e in subject.walk() if isinstance(e, dict) and e.get(subject.spec.id.field) == made.id), None)
    if entry is None:
        raise NotTested("the list does not hold the resource")
    read = subject.read(made.id)
    must.have_status(read, "read")
    shared = {
        n: v
        for n, v in subject.stable(entry).items()
        if n in (read.entity or {}) and n in subject.spec.properties and n not in subject.spec.unlisted
    }
    must.agree(read, shared, read.entity, what="a read against the entry of the list")
    told = {n: declared(subject.spec.properties[n], read.entity[n]) for n in shared}
    must.agree(read, told, entry, what="the entry of the list against a read", pointer="")


def sizes(count: int, paging: Paging) -> list[int]:
    """Page sizes at the boundaries of a list of ``count``: exactly a page, one less (which leaves one entry for the
    last page), one more, about a third, and one that fills the last page."""
    wanted = {count, count - 1, count + 1, ceil(count / 3), *filling(count)}
    return sorted(s for s in wanted if paging.min <= s <= (paging.max or count + 1))


def filling(count: int) -> list[int]:
    """The largest page size that cuts ``count`` entries into several full pages, where there is one."""
    return [count // n for n in range(2, isqrt(max(count, 0)) + 1) if count % n == 0][:1]


@requirement("list.page-size", on="list", when=is_paged, cost=5)
@of_a_steady_list
def test_a_page_holds_what_was_asked_for(subject: Subject):
    entries, paging = some(subject), subject.spec.paging
    count = len(entries)
    # Others are tried where the pages are walked.
    for size in sorted({subject.allowed_size(n) for n in (max(1, paging.min), ceil(count / 3), count, count + 1)}):
        page = subject.list(subject.page_query(size))
        must.have_status(page, "listed", because=f"page of {size}")
        wanted = min(size, count)
        must.hold(
            len(page.entries or ()) == wanted,
            page,
            f"a page of {size} of {count} entries holds {len(page.entries or ())}",
            kind="page size",
            expected=wanted,
            actual=len(page.entries or ()),
        )


@requirement(
    "list.default-size",
    on="list",
    when=lambda c, r: is_paged(c, r) and r.paging.default is not None,
    cost=1,
    set_up=1,
)
@for_each(lambda ground: [{"fill": ground.is_first_with_operation and (ground.resource.paging.default or 0) <= SMALL}])
@of_a_steady_list
def test_a_page_has_the_default_size(subject: Subject, fill):
    """One entry more than fills the page, where a few are enough."""
    entries = some(subject, (subject.spec.paging.default or 0) + 1 if fill else FEW)
    page = subject.list()
    must.have_status(page, "listed")
    wanted = min(subject.spec.paging.default or 0, len(entries))
    must.hold(
        len(page.entries or ()) == wanted,
        page,
        f"a page without a size holds {len(page.entries or ())} of {len(entries)} entries",
        kind="page size",
        expected=wanted,
        actual=len(page.entries or ()),
    )


@requirement("list.pages-partition", on="list", when=is_paged, cost=9, set_up=1)
@of_a_steady_list
def test_the_pages_hold_every_entry_once(subject: Subject):
    entries = some(subject)
    if not filling(len(entries)) and subject.spec.creatable:
        subject.another("even")
        subject.world.listed.clear()
        entries = settled(subject)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    for size in sorted({s for s in sizes(len(entries), subject.spec.paging) if s > 1} - {len(entries) + 1}):
        pages = subject.pages(size)
        for page in pages:
            must.hold(
                len(page.entries or ()) <= size,
                page,
                f"a page of {size} holds {len(page.entries or ())} entries",
                kind="page size",
                expected="no more than was asked for",
                actual="more",
            )
        walked = subject.entry_ids(e for p in pages for e in p.entries or ())
        twice = [i for i in set(walked) if walked.count(i) > 1]
        must.hold(
            not twice,
            pages[-1],
            f"pages of {size} hold {len(twice)} of {len(entries)} entries more than once",
            kind="repeated",
            expected="each entry once",
            actual="an entry twice",
        )
        missing = set(subject.entry_ids(entries)) - set(walked)
        must.hold(
            not missing,
            pages[-1],
            f"pages of {size} leave out {len(missing)} of {len(entries)} entries",
            kind="left out",
            expected="every entry",
            actual="an entry is left out",
        )
    if subject.spec.paging.style == "offset":
        start_between_pages(subject)


def start_between_pages(subject: Subject) -> None:
    """An offset counts entries, not pages."""
    paging = subject.spec.paging
    size = subject.allowed_size(2)
    first = subject.list(subject.page_query(subject.allowed_size(size + 1)))
    cut = subject.list(((paging.offset, "1"), (paging.size, str(size))))
    must.have_status(cut, "listed", because="an offset between two pages")
    wanted, found = subject.entry_ids(first.entries or ())[1:], subject.entry_ids(cut.entries or ())
    must.hold(
        bool(found) and found[: len(wanted)] == wanted[: len(found)],
        cut,
        f"{size} entries from the second on are not those that follow the first",
        kind="offset",
        expected="what follows the first entry",
        actual="other entries",
    )


@requirement("list.past-the-end", on="list", when=is_numbered, cost=2)
def test_a_page_past_the_end_is_empty(subject: Subject):
    beyond = subject.list(subject.page_query(subject.largest_page(), 1000))
    must.have_status(beyond, "listed", because="a page past the end")
    must.hold(
        beyond.entries == [],
        beyond,
        "a page past the end holds entries",
        kind="past the end",
        expected="no entries",
        actual=f"{len(beyond.entries or ())} entries",
    )


def bad_pages(ground: Ground):
    """Every kind of bad value where a list is the first of those that are paged alike; a sample elsewhere."""
    paging = ground.resource.paging
    first = ground.resource is next(r for r in ground.contract if r.supports("list") and r.paging == paging)
    number = paging.page if paging.style == "page" else paging.offset
    least = 0 if paging.style == "page" else -1
    for value in (str(least), *(("restproof", "-1", "", "1_0") if first else ())):
        if paging.style in ("page", "offset"):
            yield {"name": number, "value": value}
    for value in (str(paging.min - 1), "restproof", *(("-1", "1.5", "") if first else ())):
        yield {"name": paging.size, "value": value}
    if paging.max and paging.over_max == "refused":
        yield {"name": paging.size, "value": str(paging.max + 1)}


@requirement("list.bad-page", on="list", when=is_paged)
@for_each(lambda ground: list({(c["name"], c["value"]): c for c in bad_pages(ground)}.values()))
def test_a_bad_page_is_refused(subject: Subject, name, value):
    must.be_refused(subject.list(((name, value),)), "bad_page", field=name, because=f"{name}={value!r}")


@requirement("list.max-size", on="list", when=lambda c, r: is_paged(c, r) and r.paging.max is not None, cost=2)
def test_the_largest_page_is_allowed(subject: Subject):
    paging = subject.spec.paging
    must.have_status(subject.list(((paging.size, str(paging.max)),)), "listed", because="the largest size of a page")
    if paging.over_max == "clamped":
        over = subject.list(((paging.size, str((paging.max or 0) + 1)),))
        must.have_status(over, "listed", because="a size that is cut to the largest")
        must.hold(
            len(over.entries or ()) <= (paging.max or 0),
            over,
            "a page is larger than the largest size",
            kind="page size",
        )


def harmless(subject: Subject):
    """Parameters that change the order of a list and not what it holds: a sort, and a filter that all entries match."""
    if subject.spec.sort:
        yield from subject.sort_query(subject.spec.sort[0])
    yield from every_entry(subject)


def relations(subject: Subject, page: Reply) -> dict[str, Query]:
    """The pages that an answer names: relation → query."""
    paging = subject.spec.paging
    found = {}
    if paging.links:
        targets = links(page).items()
        found = {name: tuple(parse_qsl(urlsplit(target).query, keep_blank_values=True)) for name, target in targets}
    if paging.next_field or paging.next_header:
        following = subject.next_query(page)
        found |= {"next": following} if following is not None else {}
    return found


def names_pages(contract, resource) -> bool:
    """Whether an answer of a numbered list names other pages."""
    paging = resource.paging
    return is_numbered(contract, resource) and bool(paging.links or paging.next_field or paging.next_header)


@requirement("list.links", on="list", when=names_pages, cost=5)
@of_a_steady_list
def test_link_relations_are_right(subject: Subject):
    entries = some(subject)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    # Where every parameter that is not known counts as a filter, an unknown one may be refused.
    free = subject.contract.query.filter != "{name}" or subject.spec.status("unknown_query").accepted
    kept = (*((("restproof", "kept & quoted+"),) if free else ()), *harmless(subject))
    count = len(entries)
    # Where the last page has one entry, if it can be, and where it is full: the whole list, or some pages of it.
    full = [count] if subject.allowed_size(count) == count else filling(count)
    uneven = [*filling(count - 1), ceil(count / 3)][0]
    for size in sorted({subject.allowed_size(n) for n in (uneven, *full)}):
        follow_links(subject, entries, size, kept)
    several = ((q, m) for q, m in few_matching(subject, entries) if len(m) > 1)
    for query, matching in [] if every_entry(subject) else [*islice(several, 1)]:
        follow_links(subject, matching, subject.allowed_size(ceil(len(matching) / 2)), query)


def follow_links(subject: Subject, entries: list, size: int, kept: Query) -> None:
    """Follow the links from the first page to the last, with parameters that each must keep."""
    last = ceil(len(entries) / size)
    asked, walked = (*subject.page_query(size, 1), *kept), []
    for number in range(1, last + 1):
        page = subject.list(asked)
        must.have_status(page, "listed")
        found = relations(subject, page)
        walked += subject.entry_ids(page.entries or ())
        expected = {"next": number < last}
        if subject.spec.paging.links:
            expected |= {"prev": number > 1, "first": True, "last": True}
        for name, there in expected.items():
            must.hold(
                (name in found) == there,
                page,
                f"page {number} of {last} has {'a' if name in found else 'no'} {name}",
                kind=f"link {name}",
                expected=name if there else f"no {name}",
                actual=", ".join(sorted(found)),
            )
        pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        for name in (n for n in pages if n in found):
            query = dict(found[name])
            for own, value in (*kept, *subject.request("list").query):
                must.hold(
                    query.get(own) == value,
                    page,
                    f"the link {name} drops the parameter {own}",
                    kind="link query",
                    expected="parameters kept",
                    actual="dropped",
                )
            for key, value in subject.page_query(size, pages[name]):
                must.hold(
                    query.get(key) == value,
                    page,
                    f"on page {number} of {last} the link {name} leads to {key}={query.get(key)}, not {value}",
                    kind=f"link {name}",
                    expected=f"{key} of the {name} page",
                    actual="another",
                )
        asked = found.get("next", ())
    must.hold(
        sorted(map(str, walked)) == sorted(map(str, subject.entry_ids(entries))),
        page,
        "following next does not give every entry once",
        kind="walk",
        expected="every entry once",
        actual="otherwise",
    )


def few_matching(subject: Subject, entries: list):
    """Filters that not all entries match, the one by id first, each with those that do."""
    found = [(n, f.field) for n, f in subject.spec.filters.items() if f.values is None]
    for name, field in sorted(found, key=lambda f: f[1] != subject.spec.id.field):
        for value in (v for e in entries for v in values_at(e, field)):
            matching = [e for e in entries if matches(e, field, value)]
            if isinstance(value, str | int | float) and value != "" and len(matching) < len(entries):
                yield subject.filter_query(name, value), matching


def mapped(subject: Subject, entries: list):
    """A value of a mapped filter that not all entries match, with the number of those that do."""
    for name, found in subject.spec.filters.items():
        for value, wanted in (found.values or {}).items():
            count = sum(wanted is ANY or matches(e, found.field, wanted) for e in entries)
            if count < len(entries):
                yield subject.filter_query(name, value), count
                return


@requirement(
    "list.totals",
    on="list",
    when=lambda c, r: bool(r.paging.total or r.paging.total_field or r.paging.size_header),
    cost=3,
    set_up=FEW,
)
@of_a_steady_list
def test_totals_tell_the_truth(subject: Subject):
    if subject.spec.creatable and subject.spec.supports("delete"):
        subject.delete(subject.another("gone").id)  # what is gone is not counted
    if subject.spec.creatable and subject.spec.parents:
        with suppress(NotTested):
            subject.elsewhere()  # nor is what another parent holds
    entries, paging = some(subject), subject.spec.paging
    largest, few = subject.largest_page(), subject.allowed_size(2)
    some_match = next(few_matching(subject, entries), None)
    several = [*mapped(subject, entries)]
    narrowed = [*([some_match[0]] if some_match else []), *(query for query, _ in several)]
    later = subject.next_query(subject.list(subject.page_query(few))) if paging.style == "token" else None
    for query, size, wanted in (
        ((), paging.default, len(entries)),
        *(((later, None, len(entries)),) if later else ()),
        *((subject.sort_query(name), paging.default, len(entries)) for name in subject.spec.sort[:1]),
        (subject.page_query(few), few, len(entries)),
        (subject.page_query(largest), largest, len(entries)),
        *(((subject.page_query(few, 1000), few, len(entries)),) if paging.style != "token" else ()),
        *(((some_match[0], paging.default, len(some_match[1])),) if some_match else ()),
        *((query, paging.default, count) for query, count in several),
    ):
        page = subject.list(query)
        must.have_status(page, "listed")
        what = f"{wanted} entries {'match' if query in narrowed else 'are there'}"
        if paging.total:
            total = page.header(paging.total)
            must.hold(
                total == str(wanted),
                page,
                f"{paging.total} says {total}, and {what}",
                kind="total",
                expected="the number of entries",
                actual=total,
                field=paging.total,
            )
        if paging.total_field:
            said = page.json
            for part in paging.total_field.strip("/").split("/"):
                said = said.get(part) if isinstance(said, dict) else None
            must.hold(
                said == wanted,
                page,
                f"{paging.total_field} says {said}, and {what}",
                kind="total",
                expected="the number of entries",
                actual=said,
                field=paging.total_field,
            )
        if paging.size_header and size:
            told = page.header(paging.size_header)
            must.hold(
                told == str(size),
                page,
                f"{paging.size_header} says {told}, and the page has the size {size}",
                kind="page size header",
                expected="the size of the page",
                actual=told,
                field=paging.size_header,
            )


@requirement("list.own-scope", on="list", needs="create", when=lambda c, r: bool(r.parents), cost=2, set_up=2)
def test_a_list_holds_nothing_of_another_parent(subject: Subject):
    here, there = subject.shared(), subject.elsewhere()
    listed = subject.list(subject.page_query(subject.largest_page()))
    must.have_status(listed, "listed")
    if there.id != here.id:
        must.hold(
            there.id not in subject.entry_ids(subject.walk()),
            listed,
            "the list holds an entry of another parent",
            kind="foreign entry",
            expected="own entries",
            actual="an entry of another parent",
        )
        for query in narrowing(subject, there):
            page = subject.list((*query, *subject.page_query(subject.largest_page())))
            must.hold(
                there.id not in subject.entry_ids(page.entries or ()),
                page,
                "a filtered list holds an entry of another parent",
                kind="foreign entry",
                expected="own entries",
                actual="an entry of another parent",
            )
    other = subject.entry_ids(subject.walk(scope=there.scope))
    must.hold(
        there.id in other and (here.id not in other or there.id == here.id),
        listed,
        "the other parent's list does not hold just its own",
        kind="foreign entry",
        expected="own entries",
        actual="others",
    )
