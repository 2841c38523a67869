"""Faults of lists: entries, filters, order, pages, totals and links."""

from __future__ import annotations

import re
from typing import Any

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry

fault = Register()


@fault("list-misses-last", "create.is-listed", "the newest entry is not in the list")
def list_misses_last(seam: Seam) -> None:
    seam.around("scope_entries", lambda inner, call: inner(call)[:-1])


@fault("list-repeats-last", "create.is-listed", "the newest entry is in the list twice")
def list_repeats_last(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> list[Entry]:
        entries: list[Entry] = inner(call)
        return [*entries, *entries[-1:]]

    seam.around("scope_entries", advice)


@fault("list-shows-other-parents", "list.own-scope", "a list holds the entries of all parents")
def list_shows_other_parents(seam: Seam) -> None:
    seam.around("scope_entries", lambda inner, call: seam.steps.store.all(call.resource.name))


@fault("list-entry-differs", "list.entry-agrees", "text in a list's entries is cut after three characters")
def list_entry_differs(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        shown = answer.payload if isinstance(answer.payload, list) else next(iter(answer.payload.values()))
        for entry in shown:
            name = _first_text(call, entry)
            if name:
                entry[name] = entry[name][:3]
        return answer

    seam.around("answer_list", advice)


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
        found: list[Entry] = inner(call, ListQuery(query.filters, query.sort, False, query.page), entries)
        return found

    seam.around("sorted", advice)


@fault("sort-ignores-case", "list.sort", "sorting folds upper and lower case")
def sort_ignores_case(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        name = query.sort
        if name is None:
            return entries
        return sorted(entries, key=lambda e: str(seam.steps.entry_value(e, name)).lower(), reverse=query.descending)

    seam.around("sorted", advice)


@fault("page-skips-one", "list.pages-partition", "every page but the first begins one entry too late")
def page_skips_one(seam: Seam) -> None:
    _shifted(seam, 1)


@fault("page-repeats-one", "list.pages-partition", "every page but the first repeats an entry of the one before")
def page_repeats_one(seam: Seam) -> None:
    _shifted(seam, -1)


def _shifted(seam: Seam, by: int) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        start = seam.steps.page_start(query, entries)
        if not start or not query.page.size:
            found: list[Entry] = inner(call, query, entries)
            return found
        return entries[start + by : start + by + query.page.size]

    seam.around("paged", advice)


@fault("size-ignored", "list.page-size", "a page holds the default number of entries whatever is asked for")
def size_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        inner(call)
        return call.resource.paging.default or 100

    seam.around("read_size", advice)


@fault("page-too-long", "list.page-size", "a page holds one entry too many")
def page_too_long(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        start = seam.steps.page_start(query, entries)
        return entries[start : start + query.page.size + 1] if query.page.size else entries

    seam.around("paged", advice)


@fault("total-of-page", "list.totals", "the total is one too high")
def total_of_page(seam: Seam) -> None:
    seam.around("total", lambda inner, call, total: total + 1)


@fault("link-drops-query", "list.links", "links lose the request's other query parameters")
def link_drops_query(seam: Seam) -> None:
    def advice(inner: Any, call: Call, changed: dict[str, str]) -> str:
        query = "&".join(f"{n}={v}" for n, v in changed.items())
        return f"{call.base_url}{call.path}?{query}"

    seam.around("url", advice)


@fault("last-page-has-next", "list.links", "the last page links to a next one")
def last_page_has_next(seam: Seam) -> None:
    def advice(inner: Any, *arguments: Any) -> dict[str, str]:
        headers: dict[str, str] = inner(*arguments)
        link = headers.get("Link", "")
        if 'rel="next"' not in link and 'rel="last"' in link:
            last = re.search(r'<([^>]*)>; rel="last"', link)
            headers["Link"] = f'{link}, <{last[1] if last else ""}>; rel="next"'
        return headers

    seam.around("link_header", advice)


@fault("past-the-end-refused", "list.past-the-end", "a page past the end is 404")
def past_the_end_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        if not entries and call.parameter(call.resource.paging.page) not in (None, "1"):
            return Answer(404, {"message": "no such page"}, answer.headers)
        return answer

    seam.around("answer_list", advice)


@fault("bad-page-accepted", "list.bad-page", "a bad page or size counts as none")
def bad_page_accepted(seam: Seam) -> None:
    _forgiven(seam, "bad_page")


@fault("unknown-query-ignored", "list.unknown-query-field", "an unknown filter or sort field has no effect")
def unknown_query_ignored(seam: Seam) -> None:
    _forgiven(seam, "unknown_query")


def _forgiven(seam: Seam, case: str) -> None:
    def advice(inner: Any, call: Call) -> ListQuery:
        query: ListQuery = inner(call)
        call.refusals[:] = [r for r in call.refusals if r.case != case]
        return query

    seam.around("read_query", advice)
