"""Faults of lists: entries, scope, filters and order."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from restproof.contract.shapes import types_of
from restproof.contract.syntax import SortKey
from restproof.pointer import follow
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import crash_on, forgiven, succeed_with
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("list-answers-206", "list.answers-ok", "a list answers 206")
def list_answers_206(seam: Seam) -> None:
    succeed_with(seam, "listed", 206)


@fault("descending-within-page", "list.sort", "a descending sort turns each page of the ascending one round")
def descending_within_page(seam: Seam) -> None:
    def ascending(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found[::-1] if query.order and query.order[0].descending else found

    seam.around("sorted", ascending)
    seam.around("paged", ascending)


_LONG = 200


@fault("empty-list-404", "list.answers-ok", "a list without entries below a parent is 404")
def empty_list_404(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        if call.parents and not seam.steps.scope_entries(call):
            return Answer(404, seam.steps.error_body(call, 404, Refusal("absent", None, "nothing is here")))
        answer: Answer = inner(call, entries)
        return answer

    seam.around("answer_list", advice)


@fault("empty-list-no-array", "list.answers-ok", "a list without entries below a parent is an empty object")
def empty_list_no_array(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        if call.parents and not seam.steps.scope_entries(call):
            answer.payload = {n: {} for n in answer.payload} if isinstance(answer.payload, dict) else {}
        return answer

    seam.around("answer_list", advice)


@fault("list-shows-other-parents", "list.own-scope", "a list holds the entries of all parents")
def list_shows_other_parents(seam: Seam) -> None:
    seam.around("scope_entries", lambda inner, call: seam.steps.store.all(call.resource.name))


@fault("list-entry-differs", "list.entry-agrees", "text in a list's entries is cut after three characters")
def list_entry_differs(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        for entry in _shown(call, answer):
            name = _first_text(call, entry)
            if name:
                entry[name] = entry[name][:3]
        return answer

    seam.around("answer_list", advice)


@fault("list-shows-empty-for-null", "list.entry-agrees", "null in a list's entries shows as an empty text")
def list_shows_empty_for_null(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        properties = call.resource.properties
        for entry in _shown(call, answer):
            entry.update({n: "" for n, v in entry.items() if v is None and "string" in types_of(properties.get(n, {}))})
        return answer

    seam.around("answer_list", advice)


@fault("list-cuts-long-text", "list.entry-agrees", "text in a list's entries is cut after two hundred characters")
def list_cuts_long_text(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        for entry in _shown(call, answer):
            entry.update({n: v[:_LONG] for n, v in entry.items() if isinstance(v, str)})
        return answer

    seam.around("answer_list", advice)


def _shown(call: Call, answer: Answer) -> list[dict[str, Any]]:
    """The objects of a list's entries, as they stand in the answer."""
    return [follow(answer.payload, place)[0] for place in call.way.envelope.places_listed(answer.payload)]


def _first_text(call: Call, entry: dict[str, Any]) -> str | None:
    fields = call.resource.shapes.create["properties"]
    return next((n for n, v in entry.items() if n in fields and isinstance(v, str) and len(v) > 3), None)


@fault("filter-ignored", "list.filter-sound", "filters have no effect")
def filter_ignored(seam: Seam) -> None:
    seam.around("filtered", lambda inner, call, query, entries: entries)


@fault("filter-misses-last", "list.filter-complete", "a filtered list lacks the last match")
def filter_misses_last(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found[:-1] if query.filters else found

    seam.around("filtered", advice)


@fault("sort-ignored", "list.sort", "sorting has no effect")
def sort_ignored(seam: Seam) -> None:
    seam.around("sorted", lambda inner, call, query, entries: entries)


@fault("descending-ignored", "list.sort", "a descending sort ascends")
def descending_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, replace(query, order=tuple(SortKey(k.field) for k in query.order)), entries)
        return found

    seam.around("sorted", advice)


@fault(
    "criteria-ignored", "list.filter-sound", "what the body of a list that is asked for by POST asks for has no effect"
)
def criteria_ignored(seam: Seam) -> None:
    seam.around("read_criteria", lambda inner, call, document: None)


@fault("second-key-ignored", "list.sort-keys", "of several fields to sort by only the first counts")
def second_key_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, replace(query, order=query.order[:1]), entries)
        return found

    seam.around("sorted", advice)


@fault("one-way-for-all-keys", "list.sort-keys", "the way of the first field to sort by is that of all of them")
def one_way_for_all_keys(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        order = tuple(SortKey(key.field, query.order[0].descending) for key in query.order)
        found: list[Entry] = inner(call, replace(query, order=order), entries)
        return found

    seam.around("sorted", advice)


@fault("sort-ignores-case", "list.sort", "sorting folds upper and lower case")
def sort_ignores_case(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        for key in reversed(query.order):
            texts = {e.seq: str(seam.steps.entry_value(e, key.field)).lower() for e in entries}
            entries = sorted(entries, key=lambda e: texts[e.seq], reverse=key.descending)
        return entries

    seam.around("sorted", advice)


@fault("unknown-query-ignored", "list.unknown-query-field", "an unknown filter or sort field has no effect")
def unknown_query_ignored(seam: Seam) -> None:
    forgiven(seam, "read_query", "unknown_query")


@fault("list-stale", "list.entry-agrees", "a list shows the state that a resource was created with")
def list_stale(seam: Seam) -> None:
    first: dict[int, Mapping[str, Any]] = {}

    def change(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        first.setdefault(entry.seq, entry.state)
        changed: Entry = inner(call, entry, state)
        return changed

    def listed(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        old = [Entry(e.seq, e.resource, e.key, e.scope, e.tenant, first.get(e.seq, e.state)) for e in entries]
        answer: Answer = inner(call, old)
        return answer

    seam.around("store_change", change)
    seam.around("answer_list", listed)


@fault("filter-drops-scope", "list.own-scope", "a filtered list holds the entries of all parents")
def filter_drops_scope(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, seam.steps.store.all(call.resource.name) if query.filters else entries)
        return found

    seam.around("filtered", advice)


@fault("text-filter-drops-scope", "list.own-scope", "a list filtered by text holds the entries of all parents")
def text_filter_drops_scope(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        by_text = any(isinstance(value, str) for _, value in query.filters)
        found: list[Entry] = inner(call, query, seam.steps.store.all(call.resource.name) if by_text else entries)
        return found

    seam.around("filtered", advice)


def _filtered(name: str, summary: str, equal: Callable[[str, str], bool]) -> None:
    """A fault that compares filtered text another way."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
            texts = [(f, v) for f, v in query.filters if isinstance(v, str)]
            rest = replace(query, filters=tuple(f for f in query.filters if f not in texts))
            found: list[Entry] = inner(call, rest, entries)
            return [e for e in found if all(equal(str(seam.steps.entry_value(e, f.field)), v) for f, v in texts)]

        seam.around("filtered", advice)

    fault(name, "list.filter-sound", summary)(install)


_filtered("filter-by-prefix", "a text filter matches what begins with it", lambda value, text: value.startswith(text))


_filtered("filter-ignores-case", "a text filter ignores case", lambda value, text: value.lower() == text.lower())


_filtered("filter-by-part", "a text filter matches what holds it", lambda value, text: text in value)


@fault("second-filter-ignored", "list.filter-sound", "of several filters only the first counts")
def second_filter_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, replace(query, filters=query.filters[:1]), entries)
        return found

    seam.around("filtered", advice)


@fault("filter-of-first-page", "list.filter-complete", "every page but the first forgets the filter")
def filter_of_first_page(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return entries if query.page.offset or query.page.after else found

    seam.around("filtered", advice)


@fault("filter-after-page", "list.filter-complete", "a page is cut before it is filtered")
def filter_after_page(seam: Seam) -> None:
    def filtered(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        if query.page.size and query.filters:
            entries = entries[: query.page.size]
        found: list[Entry] = inner(call, query, entries)
        return found

    seam.around("filtered", filtered)


@fault("sort-within-page", "list.sort", "each page is sorted by itself")
def sort_within_page(seam: Seam) -> None:
    plain = seam.steps.sorted
    seam.around("sorted", lambda inner, call, query, entries: entries)

    def paged(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        return plain(call, query, inner(call, query, entries))

    seam.around("paged", paged)


@fault("sort-by-utf16", "list.sort", "text is sorted by UTF-16 units")
def sort_by_utf16(seam: Seam) -> None:
    _sort_texts(seam, lambda text: text.encode("utf-16-be", "surrogatepass"))


@fault("sort-ignores-accents", "list.sort", "sorting takes a letter with an accent for the one without")
def sort_ignores_accents(seam: Seam) -> None:
    _sort_texts(seam, lambda text: unicodedata.normalize("NFD", text))


def _sort_texts(seam: Seam, key_of: Callable[[str], Any]) -> None:
    """Texts stand in the order of what ``key_of`` makes of them."""

    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        for key in reversed(query.order):
            texts = {e.seq: seam.steps.entry_value(e, key.field) for e in found}
            if all(isinstance(text, str) for text in texts.values()):
                keys = {seq: key_of(text) for seq, text in texts.items()}
                found = sorted(found, key=lambda e: keys[e.seq], reverse=key.descending)
        return found

    seam.around("sorted", advice)


@fault("bad-filter-empty", "list.bad-filter", "a filter value that no entry can have gives an empty list")
def bad_filter_empty(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        answer: Answer = seam.steps.answer_list(call, []) if refusal.case == "bad_filter" else inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault("filter-name-capitalised", "list.bad-filter", "a filter by a name takes it in any case")
def filter_name_capitalised(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Any:
        filters = {call.resource.query.named(n): f.values for n, f in call.resource.filters.items() if f.values}
        call.query = [(n, v.capitalize() if v.capitalize() in (filters.get(n) or ()) else v) for n, v in call.query]
        return inner(call)

    seam.around("read_filters", advice)


@fault("unknown-sort-500", "list.unknown-query-field", "an unknown field to sort or filter by yields 500")
def unknown_sort_500(seam: Seam) -> None:
    crash_on(seam, "unknown_query")


@fault("bad-filter-500", "list.bad-filter", "a filter by a value of an impossible kind yields 500")
def bad_filter_500(seam: Seam) -> None:
    crash_on(seam, "bad_filter")
