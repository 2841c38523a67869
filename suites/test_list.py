"""What a list promises: all of its entries, as a read shows them, counted truly, and nothing of another parent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from restproof.suite import Ground, NotTested, Reply, Subject, for_each, must, requirement
from restproof.suite.inputs import Body, Cases, fullest, late_states
from restproof.suite.lists import (
    ANY,
    FEW,
    few_matching,
    holds,
    is_numbered,
    is_told,
    matches,
    narrowing,
    of_a_steady_list,
    see_an_entry,
    some,
    until_settled,
)
from restproof.suite.operations import removes
from restproof.suite.setup import brought_to, elsewhere, spare
from restproof.suite.values import an, is_sure, member, named_members
from restproof.suite.wire import Query, total_in

_LONG = 2000
PARTIAL_CONTENT = 206


def parents_of_lists(ground: Ground) -> Cases:
    """The usual parent, and one that is new: nothing was ever made below it."""
    yield {"new": None}
    for parent in ground.resource.parents[-1:]:
        if ground.contract.resources[parent.resource].creatable:
            yield {"new": parent.resource}


@requirement("list.answers-ok", on="list", cost=2)
@for_each(parents_of_lists, apart=True)
def test_a_list_answers_its_entries(subject: Subject, new: str | None) -> None:
    scope = subject.scope() if new is None else {**subject.scope(), new: subject.other(new).given(tag="new").id}
    listed = subject.list(scope=scope)
    must.have_status(listed, "listed", because="" if new is None else f"of {an(new)} that was just made")
    must.hold(listed.entries is not None, listed, "the answer to a list holds no array of entries", kind="no-entries")


def at_length(subject: Subject, body: Body) -> Body:
    """``body`` with long texts, markup among them, and all members where the schema lets them: a list may be tempted to
    cut or to dress them."""
    long = dict(body)
    for name, value in body.items():
        schema = subject.bodies.settable[name]
        if name in {*subject.bodies.unique_fields, *subject.spec.references, subject.spec.id.field}:
            continue
        if isinstance(value, dict | list):
            long[name] = subject.bodies.referring(name, fullest(schema)) or value
        elif isinstance(value, str):
            most, value = schema.get("maxLength", _LONG), subject.resolved(value)
            longer = ((text * 40)[:most].strip() for text in (f"{value} <b>&amp; ", f"{value} "))
            fitting = (t for t in longer if subject.bodies.suits_both(name, t) and is_sure(schema, t))
            long[name] = next(fitting, value)
    return long


def states_of_entries(ground: Ground) -> Cases:
    yield from ({}, {"bare": True})
    if ground.resource.supports("update"):
        yield from ({"given": state["given"], "steps": state.get("steps", [])} for state in late_states(ground))


@requirement("list.entry-agrees", on="list", needs=("create", "read"), cost=4)
@for_each(states_of_entries)
def test_an_entry_agrees_with_the_read(
    subject: Subject, bare: bool = False, given: Body | None = None, steps: Sequence[Body] = ()
) -> None:
    """Of a resource that was changed after it was listed, where it can be: what a list keeps for itself is old then.
    And of one that holds as little as it can (``bare``): what a list makes of null shows there. And of those that
    updates have brought to what no create can hold (``steps``): a list may look at the state alone."""
    bodies = subject.bodies
    if steps:
        must_be_listed_as_read(subject, brought_to(subject, given, steps))
        return
    if bare:
        made = spare(subject)
    else:
        made = subject.given(bodies.adjusted_to_rules(at_length(subject, bodies.full())))
    if subject.spec.supports("update") and not bare:
        subject.lists.walk()
        subject.update(made.id, bodies.adjusted_to_rules(at_length(subject, bodies.other_values()), bodies.full()))
    must_be_listed_as_read(subject, made.id)


@until_settled("lists")
def must_be_listed_as_read(subject: Subject, id: Any) -> None:
    entries, read = subject.lists.walk(), subject.read(id)
    entry = next((e for e in entries if isinstance(e, dict) and e.get(subject.spec.id.field) == id), None)
    if entry is None:
        must.be_judged_whole(read)
        lacks = read.ok and str(id) not in map(str, subject.lists.ids(entries))
        must.hold(not lacks, read, "the list lacks what a read shows", kind="listed", expected=1, actual=0)
        raise NotTested("the list does not show which entry it is")
    must.have_status(read, "read")
    entity: Mapping[str, Any] = read.entity or {}
    shared = {
        n: v
        for n, v in subject.stable(entry).items()
        if n in entity and n in subject.spec.properties and n not in subject.spec.unlike_in_lists
    }
    must.agree(read, shared, read.entity, what="a read against the entry of the list")
    named = {n: named_members(subject.spec.properties[n], entity[n]) for n in shared}
    must.agree(read, named, entry, what="the entry of the list against a read")


def mapped(subject: Subject, entries: list[Any]) -> Iterator[tuple[Query, int]]:
    """A value of a mapped filter that not all entries match, with the number of those that do."""
    for name, found in subject.spec.filters.items():
        for value, wanted in (found.values or {}).items():
            count = sum(wanted is ANY or matches(e, found.field, wanted) for e in entries)
            if count < len(entries) and is_told(subject, entries, found.field, wanted):
                yield subject.lists.filter_query(name, value), count
                return


def lists_past_the_end(subject: Subject) -> bool:
    """Whether a page past the end is a list like any other."""
    spec = subject.spec
    return spec.paging.style != "token" and spec.status("past_the_end", "list") == spec.status("listed", "list")


def counted(subject: Subject, entries: list[Any]) -> Iterator[tuple[Query, int | None, int, str]]:
    """Queries of a list, each with the size of its page, the number of entries that its total has to say, and what the
    list says of them in words."""
    paging, lists = subject.spec.paging, subject.lists
    largest, few = lists.largest_page(), lists.allowed_size(2)
    some_match = next(few_matching(subject, entries), None)
    several = [*mapped(subject, entries)]
    later = lists.next_query(subject.list(lists.page_query(few))) if paging.style == "token" else None
    whole: list[tuple[Query, int | None]] = [
        ((), paging.default),
        *([(later, None)] if later else []),
        *((lists.sort_query(name), paging.default) for name in subject.spec.sort[:1]),
        (lists.page_query(few), few),
        (lists.page_query(largest), largest),
        *([(lists.page_query(few, 1000), few)] if lists_past_the_end(subject) else []),
    ]
    yield from ((query, size, len(entries), f"{len(entries)} entries are there") for query, size in whole)
    narrowed = [*([(some_match[0], len(some_match[1]))] if some_match else []), *several]
    yield from ((query, paging.default, count, f"{count} entries match") for query, count in narrowed)


@requirement(
    "list.totals",
    on="list",
    when=lambda c, r: bool(r.paging.total or r.paging.total_field or r.paging.size_header or r.paging.range),
    cost=3,
    set_up=FEW,
)
@of_a_steady_list
def test_totals_tell_the_truth(subject: Subject) -> None:
    if subject.spec.creatable and removes(subject.spec):
        subject.delete(subject.another("gone").id)  # what is gone is not counted
    if subject.spec.creatable and subject.spec.parents:
        with suppress(NotTested):
            elsewhere(subject)  # nor is what another parent holds
    for query, size, wanted, what in counted(subject, some(subject)):
        must_count(subject, query, size, wanted, what)


@until_settled("queries", "totals")
def must_count(subject: Subject, query: Query, size: int | None, wanted: int, what: str) -> None:
    """Whatever tells a total on the page says ``wanted``, and what tells the size of the page says ``size``."""
    paging, page = subject.spec.paging, subject.list(query)
    must.have_status(page, "listed")
    totals: list[tuple[str, Any, Any]] = []
    if paging.total:
        totals.append((paging.total, total_in(paging.total, page.header(paging.total)), str(wanted)))
    if paging.total_field:
        totals.append((paging.total_field, member(page.json, paging.total_field), wanted))
    for name, said, right in totals:
        if said is None and "totals" in subject.spec.open:
            continue
        must.hold(
            said == right,
            page,
            f"{name} says {said}, and {what}",
            kind="total",
            expected="the number of entries",
            actual=said,
            field=name,
        )
    if paging.size_header and size:
        said = page.header(paging.size_header)
        must.hold(
            said == str(size),
            page,
            f"{paging.size_header} says {said}, and the page has the size {size}",
            kind="page-size-header",
            expected="the size of the page",
            actual=said,
            field=paging.size_header,
        )
    if paging.range:
        must_tell_its_range(page, int(dict(query).get(paging.offset, paging.least)))


def must_tell_its_range(page: Reply, first: int) -> None:
    """A page that is a part of a list says which part it is (RFC 9110 §15.3.7), and so may any other."""
    said, count = page.header("Content-Range") or "", len(page.entries or ())
    part = re.search(r"(\d+)-(\d+)/", said)
    if part is None and (page.status != PARTIAL_CONTENT or not count):
        return
    right = f"{first}-{first + count - 1}"
    must.hold(
        part is not None and part[0] == f"{right}/",
        page,
        f"Content-Range says {said or 'nothing'}, and the page holds the entries {right}",
        kind="page-size-header",
        expected="the entries that the page holds",
        actual=said or "nothing",
        field="Content-Range",
    )


@requirement("list.own-scope", on="list", needs="create", where=lambda way: bool(way.parents), cost=2, set_up=2)
def test_a_list_holds_nothing_of_another_parent(subject: Subject) -> None:
    here, there = subject.shared(), elsewhere(subject)
    listed = subject.list(subject.lists.page_query(subject.lists.largest_page()))
    must.have_status(listed, "listed")
    differ = any(isinstance(v, str) and here.sent.get(n) != v for n, v in there.sent.items())
    are_told_apart = differ or (there.id != here.id and not subject.bodies.ids_are_few)
    if are_told_apart:
        must.hold(
            not holds(subject, subject.lists.walk(), there),
            listed,
            "the list holds an entry of another parent",
            kind="foreign-entry",
            expected="own entries",
            actual="an entry of another parent",
        )
        for query in narrowing(subject, there):
            page = subject.list((*query, *subject.lists.page_query(subject.lists.largest_page())))
            must.hold(
                not holds(subject, page.entries or (), there),
                page,
                "a filtered list holds an entry of another parent",
                kind="foreign-entry",
                expected="own entries",
                actual="an entry of another parent",
            )
    other = list(subject.lists.walk(scope=there.scope))
    is_there = there.id in subject.lists.ids(other)
    if not is_there:
        must.be_judged_whole(listed)
    must.hold(
        is_there and not (are_told_apart and holds(subject, other, here)),
        listed,
        "the other parent's list lacks its own entry, or holds one of this parent",
        kind="foreign-entry",
        expected="own entries",
        actual="others",
    )


@requirement("list.past-the-end", on="list", when=is_numbered, cost=2, set_up=1)
def test_a_page_past_the_end_is_empty(subject: Subject) -> None:
    see_an_entry(subject)  # of an empty list, no page is past the end
    beyond = subject.list(subject.lists.page_query(subject.lists.largest_page(), 1000))
    must.have_status(beyond, "past_the_end", because="a page past the end")
    must.hold(
        not beyond.ok or beyond.entries == [],
        beyond,
        "a page past the end holds entries",
        kind="past-the-end",
        expected="no entries",
        actual=f"{len(beyond.entries or ())} entries",
    )
