"""Lists: which entries, in which order, which page, and the headers that go with it."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any
from urllib.parse import urlencode

from .resources import Kind
from .seeded import on
from .state import Refused, Row, State

DEFAULT, LARGEST = 100, 1000
Pairs = list[tuple[str, str]]


def number(text: str | None, default: int, largest: int | None) -> int:
    """A page number or a page size."""
    if text is None:
        return default
    if not re.fullmatch("[0-9]{1,4000}", text):
        if on("bad-page-500"):
            raise ValueError(f"invalid literal for int(): {text}")
        if on("bad-page-ignored"):
            return default
        if on("negative-page") and re.fullmatch("-[0-9]+", text):
            return 1
        raise Refused(400, "must be a whole number from 1", "page")
    value = int(text)
    if value < 1:
        if on("bad-page-ignored") or (on("page-zero") and largest is None):
            return default
        if on("size-zero-is-all") and largest is not None:
            return 10**6
        raise Refused(400, "must be a whole number from 1", "page")
    if largest is not None and value > largest:
        if on("size-unbounded"):
            return value
        if on("size-clamped"):
            return largest
        raise Refused(400, f"must be at most {largest}", "per_page")
    if on("size-small-maximum") and largest is not None and value > 500:
        raise Refused(400, "must be at most 500", "per_page")
    return value


def chosen(state: State, kind: Kind, rows: list[Row], query: Pairs) -> list[Row]:
    """The rows that match the filters."""
    for key, text in query:
        found = re.fullmatch(r"filters\[(.*)\]", key, re.DOTALL)
        if not found:
            continue
        name = found[1]
        if name not in kind.filters:
            if on("unknown-filter-ignored"):
                continue
            raise Refused(406, "is no filter", key)
        if name == "id":
            if not re.fullmatch("-?[0-9]{1,4000}", text):
                if on("filter-id-500"):
                    raise ValueError("invalid input syntax for type integer")
                if on("filter-id-lenient"):
                    rows = []
                    continue
                raise Refused(400, "must be an integer", key)
            if on("filter-id-ignored") and kind.name == "rfi":
                continue
            if on("filter-id-prefix"):
                rows = [r for r in rows if str(r.id).startswith(text)]
                continue
            if on("filter-id-unknown-404") and not any(r.id == int(text) for r in rows):
                raise Refused(404, "no such id", key)
            rows = [r for r in rows if r.id == int(text)]
        elif name == "name":
            rows = [r for r in rows if matches(r.values["name"], text)]
        else:
            rows = by_status(rows, text, key)
    return rows


def matches(name: str, text: str) -> bool:
    if on("filter-substring"):
        return text in name
    if on("filter-prefix"):
        return name.startswith(text)
    if on("filter-case"):
        return name.lower() == text.lower()
    if on("filter-trim"):
        return name.strip() == text.strip()
    if on("filter-like"):
        return re.fullmatch(re.escape(text).replace("%", ".*").replace("_", "."), name, re.DOTALL) is not None
    return name == text


def by_status(rows: list[Row], text: str, key: str) -> list[Row]:
    if text not in ("All", "Active", "Inactive"):
        if on("status-filter-lenient") or (on("status-filter-case") and text.title() in ("All", "Active", "Inactive")):
            return rows
        raise Refused(400, "must be All, Active or Inactive", key)
    if text == "All":
        return [r for r in rows if r.values["active"]] if on("status-filter-all") else rows
    wanted = (text == "Active") != on("status-filter-inverted")
    if on("status-filter-inactive-ignored") and text == "Inactive":
        return rows
    return [r for r in rows if r.values["active"] == wanted]


def ordered(state: State, kind: Kind, rows: list[Row], query: Pairs) -> list[Row]:
    """The rows in the order asked for, or in the server's own."""
    order = state.variety.order
    if order == "oldest":
        rows = sorted(rows, key=lambda r: r.serial)
    elif order == "newest":
        rows = sorted(rows, key=lambda r: -r.serial)
    else:
        rows = sorted(rows, key=lambda r: hashlib.sha256(str(r.id).encode()).digest())
    if on("unsorted-shuffled"):
        state.random.shuffle(rows)
    sort = next((v for n, v in query if n == "sort"), None)
    if sort is None:
        return rows
    descending = sort.startswith("-")
    name = sort.removeprefix("-")
    if name not in kind.sorts:
        if on("unknown-sort-ignored"):
            return rows
        raise Refused(400 if on("unknown-sort-400") else 406, "is no field to sort by", "sort")
    if on("sort-ignored") and kind.name == "project_stage":
        return rows
    if on("sort-filtered-ignored") and any(n.startswith("filters") for n, _ in query):
        return rows
    if on("sort-descending-ignored"):
        descending = False
    if on("sort-created-as-id") and name == "created_at":
        return sorted(rows, key=lambda r: r.id, reverse=descending)
    if on("sort-updated-by-created") and name == "updated_at":
        name = "created_at"
    if on("sort-unstable"):
        state.random.shuffle(rows)

    def key(row: Row) -> Any:
        if name == "created_at":
            return row.created
        if name == "updated_at":
            return row.updated
        text = row.values[name]
        if on("sort-insensitive"):
            return text.lower()
        if on("sort-locale"):
            return (re.sub(r"[^\w]", "", text).lower(), text)
        if on("sort-natural"):
            return [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in re.split(r"(\d+)", text)]
        if on("sort-utf16"):
            return text.encode("utf-16-be")
        return text

    return sorted(rows, key=key, reverse=descending)


def page_of(
    state: State, kind: Kind, rows: list[Row], query: Pairs, path: str, origin: str
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One page of a list with its headers."""
    everything = rows
    given = dict(reversed(query))
    late_filter = on("filter-after-paging")
    if not late_filter:
        rows = chosen(state, kind, rows, query)
    late_sort = on("sort-within-page")
    ordering = ordered(state, kind, rows, query)
    rows = ordered(state, kind, rows, []) if late_sort else ordering
    if on("newest-omitted") and len(rows) > 1:
        rows = [r for r in rows if r.serial != max(x.serial for x in rows)]
    if on("ghosts-listed") and kind.name == "department":
        rows = rows + [g for g in state.ghosts.values() if g.kind is kind and rows and g.home == rows[0].home]
    page = number(given.get("page"), 1, None)
    size = number(given.get("per_page"), 20 if on("default-size-20") else DEFAULT, LARGEST)
    if on("default-size-all") and "per_page" not in given:
        size = 10**6
    total = len(rows)
    last = max(1, math.ceil(total / size))
    start = (page - 1) * size
    if on("page-overlaps") and page > 1:
        start -= 1
    if on("page-skips") and page > 1:
        start += 1
    if on("page-zero-based") and "page" in given:
        start = page * size
    cut = rows[start : start + size]
    if on("last-page-cut") and page == last and page > 1:
        cut = cut[:-1]
    if on("full-page-plus-one") and len(rows) > size:
        cut = rows[start : start + size + 1]
    if page > last and on("past-the-end-404"):
        raise Refused(404, "no such page")
    if page > last and on("past-the-end-last"):
        cut = rows[(last - 1) * size :]
    if late_sort:
        cut = ordered(state, kind, cut, query)
    if late_filter:
        cut = chosen(state, kind, cut, query)
    told = len(cut) if on("total-of-page") else len(everything) if on("total-unfiltered") else total
    if on("total-of-all"):
        told = len(state.rows[kind.name])
    headers = {"Total": str(told), "Per-Page": str(DEFAULT if on("per-page-constant") else size)}
    if on("total-missing") and kind.name == "rfi":
        del headers["Total"]
    headers["Link"] = link(state, query, path, origin, page, last, size)
    entries = [state.shown(r, listed=True) for r in cut]
    if on("listed-stale"):
        entries = [r.first_seen.setdefault("entry", e) for r, e in zip(cut, entries, strict=True)]
    return entries, headers


def link(state: State, query: Pairs, path: str, origin: str, page: int, last: int, size: int) -> str:
    """The Link header of a page."""
    targets = {"first": 1, "prev": min(page - 1, last), "next": page + 1, "last": last}
    if on("last-floor"):
        targets["last"] = max(1, last - 1)
    if page <= 1 and not on("prev-on-first"):
        del targets["prev"]
    if page >= last and not on("next-on-last"):
        del targets["next"]
    if on("no-links"):
        return ""
    if on("first-missing"):
        del targets["first"]
    kept = [(n, v) for n, v in query if n not in ("page", "per_page")]
    if on("links-drop-query"):
        kept = [(n, v) for n, v in kept if n == "company_id"]
    if on("links-drop-filters"):
        kept = [(n, v) for n, v in kept if not n.startswith("filters")]
    sized = [] if on("links-drop-size") else [("per_page", str(size))]
    base = "" if state.variety.relative_links else origin
    parts = [
        f"<{base}{path}?{urlencode([*kept, ('page', str(target)), *sized])}>; rel={rel if state.variety.relative_links else chr(34) + rel + chr(34)}"
        for rel, target in targets.items()
    ]
    return ", ".join(parts)
