"""Faults of how a list is cut into pages: sizes, totals and links."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults.advice import crash_on, forgiven
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.listing import ListQuery, Page
from restproof.sandbox.store import Entry


@fault("bad-page-accepted", "list.bad-page", "a bad page or size counts as none")
def bad_page_accepted(seam: Seam) -> None:
    forgiven(seam, "read_query", "bad_page", "bad_size")


@fault("max-size-unchecked", "list.bad-page", "a size beyond the largest is let through")
def max_size_unchecked(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        before = len(call.refusals)
        size: int = inner(call)
        text = call.parameter(call.resource.paging.size) or ""
        if text.isdecimal() and len(text) < 9 and int(text) > (call.resource.paging.max or 0):
            del call.refusals[before:]
            return int(text)
        return size

    seam.around("read_size", advice)


@fault("page-zero-accepted", "list.bad-page", "the page before the first is the first")
def page_zero_accepted(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Page:
        paging = call.resource.paging
        name = paging.page if paging.style == "page" else paging.offset
        if call.parameter(name) in (str(paging.least - 1), "-1"):
            call.query[:] = [(n, v) for n, v in call.query if n != name]
        page: Page = inner(call)
        return page

    seam.around("read_page", advice)


@fault("bad-page-500", "list.bad-page", "a page that is no number yields 500")
def bad_page_500(seam: Seam) -> None:
    crash_on(seam, "bad_page", "bad_size")


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


@fault("smallest-page-default", "list.page-size", "a page of the smallest size holds the default number of entries")
def smallest_page_default(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        size: int = inner(call)
        return (call.resource.paging.default or 100) if size == call.resource.paging.min else size

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


@fault("link-drops-id", "list.links", "links lose the filter by id")
def link_drops_id(seam: Seam) -> None:
    def advice(inner: Any, call: Call, changed: dict[str, str]) -> str:
        name = call.resource.query.named("id")
        kept = [(n, v) for n, v in call.query if n not in changed and n != name]
        return f"{call.base_url}{call.path}?{urlencode([*kept, *changed.items()])}"

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


@fault("more-for-ever", "list.pages-partition", "each page says that there is another one")
def more_for_ever(seam: Seam) -> None:
    seam.around("has_more", lambda inner, call, has_next: True)


@fault("more-untold", "list.pages-partition", "no page says that there is another one")
def more_untold(seam: Seam) -> None:
    seam.around("has_more", lambda inner, call, has_next: False)


@fault("past-the-end-refused", "list.past-the-end", "a page past the end is 404")
def past_the_end_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entries: list[Entry]) -> Answer:
        answer: Answer = inner(call, entries)
        if not entries and call.parameter(call.resource.paging.page) not in (None, str(call.resource.paging.least)):
            return Answer(404, {"message": "no such page"}, answer.headers)
        return answer

    seam.around("answer_list", advice)


@fault("all-cut", "list.all", "the size that asks for all entries gets a page of one fewer")
def all_cut(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found[:-1] if _asks_for_all(call) else found

    seam.around("paged", advice)


@fault("all-refused", "list.all", "the size that asks for all entries is refused")
def all_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        if _asks_for_all(call):
            call.refuse("bad_size", call.resource.paging.size, "must be a whole number from 1 up")
        size: int = inner(call)
        return size

    seam.around("read_size", advice)


def _asks_for_all(call: Call) -> bool:
    paging = call.resource.paging
    return paging.all is not None and call.parameter(paging.size) == paging.all


@fault("range-off-by-one", "list.totals", "Content-Range counts from 1 what was asked for from 0")
def range_off_by_one(seam: Seam) -> None:
    def advice(inner: Any, call: Call, count: int | str, page: list[Entry], start: int) -> str:
        text: str = inner(call, count, page, start + 1)
        return text

    seam.around("content_range", advice)


@fault("range-untold", "list.totals", "a page that is a part of the list does not say which")
def range_untold(seam: Seam) -> None:
    def advice(inner: Any, call: Call, answer: Answer, *rest: Any) -> None:
        inner(call, answer, *rest)
        answer.headers.pop("Content-Range", None)

    seam.around("describe_part", advice)


@fault("default-size-halved", "list.default-size", "a page without a size holds half the default")
def default_size_halved(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        size: int = inner(call)
        return size if call.parameter(call.resource.paging.size) is not None else max(1, size // 2)

    seam.around("read_size", advice)


@fault("max-size-refused", "list.max-size", "the largest size that is allowed is refused")
def max_size_refused(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        size: int = inner(call)
        if call.parameter(call.resource.paging.size) == str(call.resource.paging.max):
            call.refuse("bad_size", call.resource.paging.size, "is too large")
        return size

    seam.around("read_size", advice)


@fault("past-the-end-repeats", "list.past-the-end", "a page past the end is the last one again")
def past_the_end_repeats(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found or entries[-query.page.size :] if query.page.size else found

    seam.around("paged", advice)


@fault("full-last-page-has-next", "list.links", "a last page that is full links to a next one")
def full_last_page_has_next(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, total: int, page: list[Entry], start: int) -> dict[str, str]:
        full = query.page.size and len(page) == query.page.size and start + len(page) == total
        headers: dict[str, str] = inner(call, query, total + 1 if full else total, page, start)
        return headers

    seam.around("link_header", advice)


@fault("last-link-too-far", "list.links", "where the last page is full, the link to the last leads to one more")
def last_link_too_far(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: Any, total: int, page: list[Entry], start: int) -> dict[str, str]:
        headers: dict[str, str] = inner(call, query, total, page, start)
        if "Link" in headers and query.page.size and total % query.page.size == 0:
            right, wrong = (
                re.search(r'<([^>]*)>; rel="last"', h.get("Link", ""))
                for h in (headers, inner(call, query, total + 1, page, start))
            )
            if right and wrong:
                headers["Link"] = headers["Link"].replace(right[0], wrong[0])
        return headers

    seam.around("link_header", advice)


@fault("first-page-has-prev", "list.links", "the first page links to itself as the one before")
def first_page_has_prev(seam: Seam) -> None:
    def advice(inner: Any, *arguments: Any) -> dict[str, str]:
        headers: dict[str, str] = inner(*arguments)
        link = headers.get("Link", "")
        first = re.search(r'<([^>]*)>; rel="first"', link)
        if first and 'rel="prev"' not in link:
            headers["Link"] = f'{link}, <{first[1]}>; rel="prev"'
        return headers

    seam.around("link_header", advice)


@fault("total-counts-deleted", "list.totals", "the total counts what was deleted")
def total_counts_deleted(seam: Seam) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def total(inner: Any, call: Call, total: int) -> int:
        there: int = inner(call, total)
        return there + sum(e.resource == call.resource.name and e.scope == (call.scope or ()) for e in gone)

    seam.around("remove", remove)
    seam.around("total", total)


@fault("total-of-all-parents", "list.totals", "the total counts the entries of every parent")
def total_of_all_parents(seam: Seam) -> None:
    others: dict[str, set[tuple[int, ...]]] = {}

    def stored(inner: Any, call: Call, *rest: Any) -> Entry:
        entry: Entry = inner(call, *rest)
        others.setdefault(entry.resource, set()).add(entry.scope)
        return entry

    def total(inner: Any, call: Call, total: int) -> int:
        beside = others.get(call.resource.name, set()) - {call.scope or ()}
        there: int = inner(call, total)
        return there + len(beside)

    seam.around("store_new", stored)
    seam.around("total", total)


@fault("total-ignores-filter", "list.totals", "the total of a filtered list is that of the whole list")
def total_ignores_filter(seam: Seam) -> None:
    def advice(inner: Any, call: Call, total: int) -> int:
        return len(seam.steps.scope_entries(call))

    seam.around("total", advice)


@fault("last-page-empty", "list.pages-partition", "the last page is empty when it is full")
def last_page_empty(seam: Seam) -> None:
    def advice(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        start = seam.steps.page_start(query, entries)
        full = query.page.size and start and start + query.page.size == len(entries)
        return [] if full else found

    seam.around("paged", advice)


@fault("offset-in-whole-pages", "list.pages-partition", "an offset is rounded down to whole pages")
def offset_in_whole_pages(seam: Seam) -> None:
    def advice(inner: Any, query: ListQuery, entries: list[Entry]) -> int:
        start: int = inner(query, entries)
        return start // query.page.size * query.page.size if query.page.size else start

    seam.around("page_start", advice)


@fault("default-size-is-largest", "list.default-size", "without a size a page is as long as a page can be")
def default_size_is_largest(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> int:
        paging = call.resource.paging
        size: int = inner(call)
        return (paging.max or size) if call.parameter(paging.size) is None else size

    seam.around("read_size", advice)


@fault("largest-page-500", "list.max-size", "a page of the largest size yields 500")
def largest_page_500(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> Answer | None:
        early: Answer | None = inner(call)
        largest = call.parameter(call.resource.paging.size) == str(call.resource.paging.max)
        return Answer(500, {"message": "internal error"}) if call.operation == "list" and largest else early

    seam.around("preconditions", advice)
