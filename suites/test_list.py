"""What a list promises: all of its entries, exactly once, in order, cut as asked for."""

from functools import wraps
from math import ceil
from urllib.parse import parse_qsl, urlsplit

from restproof.contract.model import ANY, Paging
from restproof.contract.shapes import type_of
from restproof.semantics.checker import is_valid
from restproof.semantics.state import same
from restproof.suite import Field, NotTested, Subject, for_each, links, must, requirement

FEW = 5


def is_paged(contract, resource) -> bool:
    return resource.paging.style != "none"


def is_numbered(contract, resource) -> bool:
    return resource.paging.style in ("page", "offset")


def of_a_steady_list(test):
    """A finding counts only if a second read of the whole list agrees with the first: where others write to it,
    nothing can be said of it as a whole."""

    @wraps(test)
    def steady(resource: Subject, **inputs):
        try:
            test(resource, **inputs)
        except AssertionError:
            first = resource.world.listed.get(resource.about[0] or "")
            if first is not None and resource.entry_ids(first) != resource.entry_ids(resource.walk()):
                raise NotTested("the list was changing") from None
            raise

    return steady


def settled(resource: Subject) -> list:
    """All entries of the list."""
    return resource.world.whole_list(resource)


def some(resource: Subject) -> list:
    """The whole list, with at least a few entries in it."""
    if resource.bodies.creatable:
        resource.world.at_least(resource, FEW)
    return settled(resource)


@requirement("list.answers-ok", on="list", tier=0)
def test_a_list_answers_its_entries(resource: Subject):
    listed = resource.list()
    must.have_status(listed, "listed")
    must.hold(listed.entries is not None, listed, "the answer to a list holds no array of entries", kind="no entries")


def with_long_texts(resource: Subject) -> dict:
    """The full body with long texts where the schema lets them: a list may be tempted to cut them."""
    body = resource.bodies.full()
    for name, value in body.items():
        schema = resource.bodies.writable[name]
        if isinstance(value, str) and name not in {*resource.bodies.unique_fields, *resource.resource.references}:
            longer = f"{value} " * 40
            longer = longer[: schema.get("maxLength", len(longer))].strip()
            body[name] = longer if is_valid(schema, longer) else value
    return body


@requirement("list.entry-agrees", on="list", needs=("create", "read"), cost=3)
def test_an_entry_agrees_with_the_read(resource: Subject):
    made = resource.given(with_long_texts(resource))
    entry = next(
        (e for e in resource.walk() if isinstance(e, dict) and e.get(resource.resource.id.field) == made.id), None
    )
    if entry is None:
        raise NotTested("the list does not hold the resource")
    read = resource.read(made.id)
    must.have_status(read, "read")
    shared = {
        n: v
        for n, v in resource.stable(entry).items()
        if n in (read.entity or {}) and n in resource.resource.properties
    }
    must.agree(read, shared, read.entity, what="a read against the entry of the list")


def sizes(count: int, paging: Paging) -> list[int]:
    """Page sizes at the boundaries of a list of ``count``: exactly a page, one less, one more, and about a third."""
    wanted = {count, count - 1, count + 1, ceil(count / 3)}
    return sorted(s for s in wanted if paging.min <= s <= (paging.max or count + 1))


@requirement("list.page-size", on="list", when=is_paged, cost=5, set_up=FEW)
@of_a_steady_list
def test_a_page_holds_what_was_asked_for(resource: Subject):
    entries = some(resource)
    for size in sizes(len(entries), resource.resource.paging):
        page = resource.list(resource.page_query(size))
        must.have_status(page, "listed", because=f"page of {size}")
        wanted = min(size, len(entries))
        must.hold(
            len(page.entries or ()) == wanted,
            page,
            f"a page of {size} of {len(entries)} entries holds {len(page.entries or ())}",
            kind="page size",
            expected=wanted,
            actual=len(page.entries or ()),
        )


@requirement(
    "list.default-size",
    on="list",
    when=lambda c, r: is_paged(c, r) and r.paging.default is not None,
    cost=1,
    set_up=FEW,
)
@of_a_steady_list
def test_a_page_has_the_default_size(resource: Subject):
    entries = some(resource)
    page = resource.list()
    must.have_status(page, "listed")
    wanted = min(resource.resource.paging.default or 0, len(entries))
    must.hold(
        len(page.entries or ()) == wanted,
        page,
        f"a page without a size holds {len(page.entries or ())} of {len(entries)} entries",
        kind="page size",
        expected=wanted,
        actual=len(page.entries or ()),
    )


@requirement("list.pages-partition", on="list", when=is_paged, cost=16, set_up=FEW)
@of_a_steady_list
def test_the_pages_hold_every_entry_once(resource: Subject):
    entries = some(resource)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    for size in {s for s in sizes(len(entries), resource.resource.paging) if s > 1} - {len(entries) + 1}:
        pages = resource.pages(size)
        walked = resource.entry_ids(e for p in pages for e in p.entries or ())
        twice = [i for i in set(walked) if walked.count(i) > 1]
        must.hold(
            not twice,
            pages[-1],
            f"pages of {size} hold {len(twice)} of {len(entries)} entries more than once",
            kind="repeated",
            expected="each entry once",
            actual="an entry twice",
        )
        missing = set(resource.entry_ids(entries)) - set(walked)
        must.hold(
            not missing,
            pages[-1],
            f"pages of {size} leave out {len(missing)} of {len(entries)} entries",
            kind="left out",
            expected="every entry",
            actual="an entry is left out",
        )


@requirement("list.past-the-end", on="list", when=is_numbered, cost=2)
def test_a_page_past_the_end_is_empty(resource: Subject):
    beyond = resource.list(resource.page_query(resource.largest_page(), 1000))
    must.have_status(beyond, "listed", because="a page past the end")
    must.hold(
        beyond.entries == [],
        beyond,
        "a page past the end holds entries",
        kind="past the end",
        expected="no entries",
        actual=f"{len(beyond.entries or ())} entries",
    )


def bad_pages(field: Field):
    paging = field.resource.paging
    number = paging.page if paging.style == "page" else paging.offset
    least = 0 if paging.style == "page" else -1
    for value in (str(least), "-1", "restproof", ""):
        if paging.style in ("page", "offset"):
            yield {"name": number, "value": value}
    for value in (str(paging.min - 1), "-1", "restproof", *(("1.5", "") if field.leads else ())):
        yield {"name": paging.size, "value": value}
    if paging.max and paging.over_max == "refused":
        yield {"name": paging.size, "value": str(paging.max + 1)}


@requirement("list.bad-page", on="list", when=is_paged)
@for_each(lambda field: list({(c["name"], c["value"]): c for c in bad_pages(field)}.values()))
def test_a_bad_page_is_refused(resource: Subject, name, value):
    must.be_refused(resource.list(((name, value),)), "bad_page", field=name, because=f"{name}={value!r}")


@requirement("list.max-size", on="list", when=lambda c, r: is_paged(c, r) and r.paging.max is not None, cost=2)
def test_the_largest_page_is_allowed(resource: Subject):
    paging = resource.resource.paging
    must.have_status(resource.list(((paging.size, str(paging.max)),)), "listed", because="the largest size of a page")
    if paging.over_max == "clamped":
        over = resource.list(((paging.size, str((paging.max or 0) + 1)),))
        must.have_status(over, "listed", because="a size that is cut to the largest")
        must.hold(
            len(over.entries or ()) <= (paging.max or 0),
            over,
            "a page is larger than the largest size",
            kind="page size",
        )


def harmless(resource: Subject):
    """Parameters that change the order of a list and not what it holds: a sort, and a filter that all entries match."""
    if resource.resource.sort:
        yield from resource.sort_query(resource.resource.sort[0])
    yield from every_entry(resource)


def every_entry(resource: Subject):
    """A filter that all entries match, where there is one."""
    for name, found in resource.resource.filters.items():
        for value, wanted in (found.values or {}).items():
            if wanted is ANY:
                return resource.filter_query(name, value)
    return ()


@requirement("list.links", on="list", when=lambda c, r: r.paging.links and is_numbered(c, r), cost=6, set_up=FEW)
@of_a_steady_list
def test_link_relations_are_right(resource: Subject):
    entries = some(resource)
    if len(entries) < 2:
        raise NotTested("the list has fewer than two entries")
    size = resource.allowed_size(ceil(len(entries) / 3))
    last = ceil(len(entries) / size)
    # Where every parameter that is not known counts as a filter, an unknown one may be refused.
    free = resource.contract.query.filter != "{name}" or resource.resource.status("unknown_query").accepted
    kept = (*((("restproof", "kept & quoted"),) if free else ()), *harmless(resource))
    ids = resource.entry_ids(entries)
    asked = (*resource.page_query(size, 1), *kept)
    walked: list = []
    for number in range(1, last + 1):
        page = resource.list(asked)
        must.have_status(page, "listed")
        found = links(page)
        walked += resource.entry_ids(page.entries or ())
        must.hold(
            ("next" in found) == (number < last),
            page,
            f"page {number} of {last} has {'a' if 'next' in found else 'no'} next",
            kind="link next",
            expected="next" if number < last else "no next",
            actual=", ".join(sorted(found)),
        )
        must.hold(
            ("prev" in found) == (number > 1),
            page,
            f"page {number} of {last} has {'a' if 'prev' in found else 'no'} prev",
            kind="link prev",
            expected="prev" if number > 1 else "no prev",
            actual=", ".join(sorted(found)),
        )
        for name in ("first", "last"):
            must.hold(
                name in found,
                page,
                f"page {number} of {last} has no link {name}",
                kind=f"link {name}",
                expected=name,
                actual=", ".join(sorted(found)),
            )
        for name, target in found.items():
            query = dict(parse_qsl(urlsplit(target).query, keep_blank_values=True))
            for own, value in (*kept, *resource.request("list").query):
                must.hold(
                    query.get(own) == value,
                    page,
                    f"the link {name} drops the parameter {own}",
                    kind="link query",
                    expected="parameters kept",
                    actual="dropped",
                )
            wanted = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}.get(name)
            if wanted:
                for key, value in resource.page_query(size, wanted):
                    must.hold(
                        query.get(key) == value,
                        page,
                        f"on page {number} of {last} the link {name} leads to {key}={query.get(key)}, not {value}",
                        kind=f"link {name}",
                        expected=f"{key} of the {name} page",
                        actual="another",
                    )
        if "next" in found:
            asked = tuple(p for p in parse_qsl(urlsplit(found["next"]).query, keep_blank_values=True))
    must.hold(
        sorted(map(str, walked)) == sorted(map(str, ids)),
        page,
        "following next does not give every entry once",
        kind="walk",
        expected="every entry once",
        actual="otherwise",
    )


@requirement(
    "list.totals",
    on="list",
    when=lambda c, r: bool(r.paging.total or r.paging.total_field or r.paging.size_header),
    cost=3,
    set_up=FEW,
)
@of_a_steady_list
def test_totals_tell_the_truth(resource: Subject):
    entries, paging = some(resource), resource.resource.paging
    largest, few = resource.largest_page(), resource.allowed_size(2)
    by_id = [n for n, f in resource.resource.filters.items() if f.field == resource.resource.id.field and not f.values]
    one = resource.filter_query(by_id[0], resource.entry_ids(entries)[0]) if by_id and entries else None
    for query, size, wanted in (
        ((), paging.default, len(entries)),
        (resource.page_query(few), few, len(entries)),
        (resource.page_query(largest), largest, len(entries)),
        (resource.page_query(few, 1000), few, len(entries)),
        *(((one, paging.default, 1),) if one else ()),
    ):
        page = resource.list(query)
        must.have_status(page, "listed")
        if paging.total:
            total = page.header(paging.total)
            must.hold(
                total == str(wanted),
                page,
                f"{paging.total} says {total}, and {wanted} entries {'match' if query == one else 'are there'}",
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
                f"{paging.total_field} says {said}, and {wanted} entries {'match' if query == one else 'are there'}",
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
        if paging.style == "token":
            return


def filters(field: Field):
    for name, found in field.resource.filters.items():
        yield {"name": name, "values": list(found.values) if found.values else None}


def filtered(resource: Subject, name: str, values):
    """Each value of the filter to try, with the entries of the whole list that match it."""
    found = resource.resource.filters[name]
    made = resource.world.lookalikes(resource, found.field) if resource.bodies.creatable else []
    entries = settled(resource)
    if values is not None:
        for value in values:
            wanted = found.values[value]
            yield value, entries, [e for e in entries if wanted is ANY or matches(e, found.field, wanted)]
        return
    there = [v for e in entries for v in values_at(e, found.field) if isinstance(v, str | int | float)]
    candidates = made[:3] or list(dict.fromkeys(there))[:3]
    for value in candidates:
        if value not in (None, ""):
            yield value, entries, [e for e in entries if matches(e, found.field, value)]


def values_at(entry: dict, field: str) -> list:
    """What an entry holds at ``name``, ``office.id`` or ``departments[].id``."""
    found: list = [entry]
    for step in field.split("."):
        found = [v.get(step.removesuffix("[]")) for v in found if isinstance(v, dict)]
        found = [inner for v in found for inner in (v if isinstance(v, list) else [v])]
    return found


def matches(entry: dict, field: str, wanted: object) -> bool:
    return any(same(value, wanted) for value in values_at(entry, field))


def near_misses(resource: Subject, name: str, values):
    """Values that nothing equals and that a careless comparison takes for one that is there: an id cut short, text with
    blanks, in another case, with the wildcards of SQL. And an id that names nothing."""
    field = resource.resource.filters[name].field
    if field == resource.resource.id.field and values is None:
        yield resource.world.absent_id(resource.resource)
        known = next(iter(resource.entry_ids(settled(resource))), None)
        if isinstance(known, int) and known > 9:
            yield known // 10
        return
    made = resource.world.lookalikes(resource, field) if resource.bodies.creatable and values is None else []
    for text in [t for t in made if isinstance(t, str) and len(t) > 3][:1]:
        yield from (f"{text} ", f" {text}", text.swapcase(), f"{text[:-2]}%", f"{text[:-1]}_")


@requirement("list.filter-sound", on="list", when=lambda c, r: bool(r.filters), cost=5, set_up=3)
@for_each(filters)
@of_a_steady_list
def test_a_filtered_list_holds_only_what_matches(resource: Subject, name, values):
    field = resource.resource.filters[name].field
    misses = list(near_misses(resource, name, values))
    nothing = [(text, [e for e in settled(resource) if same(e.get(field), text)]) for text in misses]
    for value, matching in [*((v, m) for v, _, m in filtered(resource, name, values)), *nothing]:
        page = resource.list((*resource.filter_query(name, value), *resource.page_query(resource.largest_page())))
        must.have_status(page, "listed", because=f"filtered by {name}", field=name)
        strangers = set(map(str, resource.entry_ids(page.entries or ()))) - set(map(str, resource.entry_ids(matching)))
        must.hold(
            not strangers,
            page,
            f"a list filtered by {name} holds {len(strangers)} entries that do not match",
            kind="filter",
            expected="only what matches",
            actual="others too",
            field=name,
        )


@requirement("list.filter-complete", on="list", when=lambda c, r: bool(r.filters), cost=5, set_up=3)
@for_each(filters)
@of_a_steady_list
def test_a_filtered_list_holds_all_that_matches(resource: Subject, name, values):
    for value, _, matching in filtered(resource, name, values):
        page, *others = resource.pages(None, resource.filter_query(name, value))
        walked = resource.entry_ids(e for p in (page, *others) for e in p.entries or ())
        missing = set(map(str, resource.entry_ids(matching))) - set(map(str, walked))
        must.hold(
            not missing,
            page,
            f"a list filtered by {name} leaves out {len(missing)} of {len(matching)} entries that match",
            kind="filter",
            expected="all that matches",
            actual="some left out",
            field=name,
        )
        if matching and is_paged(resource.contract, resource.resource):
            size = resource.allowed_size(min(3, len(matching)))
            short = resource.list((*resource.filter_query(name, value), *resource.page_query(size)))
            must.hold(
                len(short.entries or ()) == min(size, len(matching)),
                short,
                f"a page of {size} of a list filtered by {name} holds {len(short.entries or ())} entries",
                kind="filter page",
                expected="a full page of what matches",
                actual="another number",
                field=name,
            )


def bad_filters(field: Field):
    for name, found in field.resource.filters.items():
        schema = field.resource.properties.get(found.field, {})
        if found.values or schema.get("type") == "integer":
            yield {"name": name, "value": "restproof"}
        for value in list(found.values or ())[:1]:
            if value.swapcase() not in found.values:
                yield {"name": name, "value": value.swapcase()}


@requirement("list.bad-filter", on="list", when=lambda c, r: bool(r.filters))
@for_each(bad_filters)
def test_a_filter_value_of_an_impossible_kind_is_refused(resource: Subject, name, value):
    must.be_refused(
        resource.list(resource.filter_query(name, value)), "bad_filter", field=name, because=f"{name}={value!r}"
    )


def orders(field: Field):
    for name in field.resource.sort:
        for descending in (False, True):
            yield {"name": name, "descending": descending}


@requirement("list.sort", on="list", when=lambda c, r: bool(r.sort), cost=6, set_up=FEW)
@for_each(orders)
@of_a_steady_list
def test_a_sorted_list_is_in_order(resource: Subject, name, descending):
    if resource.bodies.creatable:
        resource.world.lookalikes(resource, name)
    entries = some(resource)
    query = resource.sort_query(name, descending=descending)
    way = "down" if descending else "up"
    largest = resource.largest_page() or 0
    for size in {largest} if descending else {resource.allowed_size(ceil(len(entries) / 3)) if largest else 0}:
        pages = resource.pages(size or None, query)
        must.have_status(pages[0], "listed", because=f"sorted by {name}")
        walked = [e for p in pages for e in p.entries or ()]
        keys = [e.get(name) for e in walked if isinstance(e, dict) and e.get(name) is not None]
        if len({"number" if type_of(k) == "integer" else type_of(k) for k in keys}) > 1:
            raise NotTested(f"entries hold values of several types in {name}, which have no order")
        ordered = sorted(keys, reverse=descending)
        must.hold(
            keys == ordered,
            pages[0],
            f"a list sorted {way} by {name} is not in order",
            kind="sort",
            expected=f"sorted {way}",
            actual="not in order",
            field=name,
        )
        ids = resource.entry_ids(walked)
        must.hold(
            len(ids) == len(set(ids)) == len(entries),
            pages[-1],
            f"a list sorted {way} by {name} does not hold every entry once across its pages",
            kind="sort pages",
            expected="every entry once",
            actual=f"{len(set(ids))} of {len(entries)} in {len(ids)}",
            field=name,
        )

    matching = every_entry(resource)
    if matching and resource.largest_page():
        page = resource.list((*query, *matching, *resource.page_query(resource.largest_page())))
        keys = [e[name] for e in page.entries or () if isinstance(e, dict) and e.get(name) is not None]
        must.hold(
            keys == sorted(keys, reverse=descending),
            page,
            f"a filtered list sorted {way} by {name} is not in order",
            kind="sort",
            expected=f"sorted {way}",
            actual="not in order",
            field=name,
        )


def unknown_queries(field: Field):
    if field.resource.sort or field.resource.filters:
        for name in ("restproof_unknown_field",):
            yield {"query": "sort", "name": name}
            yield {"query": "filter", "name": name}


@requirement("list.unknown-query-field", on="list", when=lambda c, r: not c.status("unknown_query").accepted)
@for_each(unknown_queries)
def test_an_unknown_query_field_gets_its_status(resource: Subject, query, name):
    asked = resource.sort_query(name) if query == "sort" else resource.filter_query(name, "1")
    must.be_refused(resource.list(asked), "unknown_query", because=f"{query} by a field that does not exist")
    if query == "sort":
        must.be_refused(
            resource.list(resource.sort_query(name, descending=True)),
            "unknown_query",
            because="sort down by a field that does not exist",
        )


@requirement("list.own-scope", on="list", needs="create", when=lambda c, r: bool(r.parents), cost=2, set_up=2)
def test_a_list_holds_nothing_of_another_parent(resource: Subject):
    here, there = (
        resource.shared(),
        resource.shared("other") if resource.has_other_root else resource.given(scope=resource.scope("other")),
    )
    listed = resource.list(resource.page_query(resource.largest_page()))
    must.have_status(listed, "listed")
    if there.id != here.id:
        must.hold(
            there.id not in resource.entry_ids(resource.walk()),
            listed,
            "the list holds an entry of another parent",
            kind="foreign entry",
            expected="own entries",
            actual="an entry of another parent",
        )
    other = resource.entry_ids(resource.walk(scope=there.scope))
    must.hold(
        there.id in other and (here.id not in other or there.id == here.id),
        listed,
        "the other parent's list does not hold just its own",
        kind="foreign entry",
        expected="own entries",
        actual="others",
    )
