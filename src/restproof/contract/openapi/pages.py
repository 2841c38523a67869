"""How the lists of an OpenAPI document are cut into pages, where their parameters and answers make it plain."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from restproof.contract.openapi.answers import Reader, is_object
from restproof.contract.openapi.meeting import options
from restproof.contract.openapi.paths import Call
from restproof.contract.openapi.schemas import Schema
from restproof.contract.openapi.spreading import PAGE_SIZES
from restproof.contract.shapes import types_of
from restproof.contract.words import snake
from restproof.frozen import frozen
from restproof.pointer import step

_PAGES = (
    *("page", "page_number", "pageNumber", "page_no", "pageNo", "page_num", "pageNum", "page[number]"),
    *("page_index", "pageIndex", "pagination[page]"),
)
_SIZES = (
    *PAGE_SIZES,
    "count",
    "first",
    "page[size]",
    "page[limit]",
    "pagination[pageSize]",
    "pagination[limit]",
    "items_per_page",
    "itemsPerPage",
    "results_per_page",
    "resultsPerPage",
    "max_results",
    "maxResults",
    "take",
    "$top",
)
_OFFSETS = (
    *("offset", "skip", "start", "page[offset]", "$skip", "pagination[start]"),
    *("startIndex", "start_index", "startAt"),
)
_COUNTING = frozenset({"start_at", "start_index"})
"""Offsets, in snake case, that some servers count from 1, and others from 0."""
_CONTINUE = "continue"
"""The token of Kubernetes, which stands under the same name beside the entries, in ``metadata``."""
_TOKENS = (
    *("cursor", "page_token", "pageToken", "after", "starting_after", "continuation", "next", "iterator", "before"),
    *("next_token", "nextToken", "ending_before", "PageToken", "Page", "PageSize", "since", "page_info"),
    *("page[cursor]", "page[after]", "page[token]", "page[before]", "$skiptoken", _CONTINUE),
)
_AFTER_AN_ENTRY = "starting_after"
"""The parameter that, by its name, takes the id of the last entry of a page."""
_TOTALS = (
    *("total", "total_count", "totalCount", "count", "totalItems", "total_items", "totalElements", "total_elements"),
    *("totalResults", "total_results", "totalRecords", "total_records"),
)
_OF_SPRING = {"number", "numberOfElements", "totalPages"}
"""Members of a page as Spring Data writes it, which counts from 0 ("zero-based page index")."""
_SPEAKING = {
    *("next", "next_page", "next_url", "next_link", "next_page_url", "next_cursor", "next_token", "next_page_token"),
    *("last_page", "per_page", "page_size", "current_page", "page_count", "total_pages", "num_pages"),
    *("has_more", "has_next", "has_next_page"),
}
"""Members that only pages have."""
_URLS_BY_NAME = frozenset({"@odata.next_link", "odata.next_link", "next_url", "next_page_url", "next_page_uri"})
"""Members of an answer, in snake case, that hold the URL of the next page, whatever is said of their form."""
_NEXT_URLS = frozenset({"next", "next_link", "next_page", *_URLS_BY_NAME})
"""Members that hold it where their form is that of one."""
PAGING = frozenset({*_PAGES, *_SIZES, *_OFFSETS, *_TOKENS})
"""Names of parameters that speak of pages."""


def _first_of(names: Sequence[str], found: Collection[str]) -> str | None:
    """The first of the names that is among those of a document, as it is or in another spelling: ``PageSize``."""
    spelled = {snake(n): n for n in reversed(list(found))} | {n: n for n in found}
    return next((spelled[n] for n in names if n in spelled), None)


def is_token(name: str) -> bool:
    """Whether a parameter is called like the token of a page."""
    return snake(name).replace("-", "_") in _TOKENS


@frozen
class Pages:
    """Reads the pages of the lists of one document."""

    reader: Reader

    def queries(self, call: Call) -> dict[str, Schema]:
        """Optional query parameters with their schemas."""
        return {n: self.schema(p, call) for n, p in call.named("query", required=False).items()}

    def schema(self, parameter: Mapping[str, Any], call: Call) -> Schema:
        """The schema of a parameter, also where it stands under a media type."""
        content = parameter.get("content")
        if isinstance(content, dict) and content:
            return {}
        return self.reader.schemas.of(parameter.get("schema"), (*call.route, "parameters"))

    def words_of(self, parameter: Mapping[str, Any], call: Call) -> str:
        """What a document says of a parameter, beside its name or in its schema."""
        inside = self.reader.words_of(parameter.get("schema"), (*call.route, "parameters"))
        return f"{parameter.get('description', '')}\n{inside}"

    def paging(self, call: Call) -> tuple[dict[str, Any], str | None]:
        """The words of a list's pages; and what may cut the list where it is not plain how it goes on: a parameter, or
        the member of its answer that speaks of pages which nothing asks for."""
        queries = self.queries(call)
        size, page, offset = (_first_of(names, queries) for names in (_SIZES, _PAGES, _OFFSETS))
        token = next((n for n in _TOKENS if n in queries and n not in (page, size, offset)), None)
        answer = self.reader.success(call)
        members = dict(_members(answer))
        first = self._first(queries[page], from_zero=members.keys() >= _OF_SPRING) if page else None
        begins = {queries[offset].get(word) for word in ("minimum", "default")} - {None} if offset else set()
        if snake(offset or "") in _COUNTING and not begins:
            offset = None
        if first is not None or offset:
            numbered = {"style": "page", "page": page}
            found: dict[str, Any] = {"style": "offset", "offset": offset} if first is None else numbered
            if first == 0 or (first is None and begins == {1}):
                found["first"] = 1 if first is None else 0
            if size is None:
                by_url = self._next_url(members)
                return (by_url, None) if by_url else ({}, page or offset)
        elif by_url := self._next_url(members):
            # Each answer names the next page whole: no token need be given.
            found = {**by_url, **({"size": size} if size else {})}
        elif token:
            following = self._following(call, token, members)
            if following is None:
                return {}, token
            found = {"style": "token", "token": token, **following}
        else:
            return {}, page or size or _told_by(members) or self._packed(call)
        if size:
            found["size"] = size
            found |= dict(self._bounds(queries[size]))
        elif found["style"] == "token":
            found["size"] = "none"
            if "token" not in found:
                return found, None
        found["over_max"] = "unspecified"
        totals = {_last(n): n for n in reversed(members) if types_of(members[n]) <= {"integer", "number"}}
        counted = _first_of(_TOTALS, totals)
        total = totals[counted] if counted else None
        if total and found["style"] != "token":
            found["total_field"] = total
        if self.reader.headers(call, "2") & {"x-total-count"}:
            found["total"] = "X-Total-Count"
        if found["style"] != "token" and "link" in self.reader.headers(call, "2"):
            found["links"] = True
        return found, None

    def _packed(self, call: Call) -> str | None:
        """A parameter that is an object under a media type (``q`` of Flask-AppBuilder, in Rison) of which members speak
        of pages."""
        route = (*call.route, "parameters")
        for name, parameter in call.named("query", required=False).items():
            content = parameter.get("content")
            for said in content.values() if isinstance(content, dict) else ():
                members = self.reader.schemas.of(said.get("schema") if isinstance(said, dict) else None, route)
                if any(
                    _first_of(names, members.get("properties", {})) for names in (_PAGES, _SIZES, _OFFSETS, _TOKENS)
                ):
                    return name
        return None

    def _following(self, call: Call, token: str, members: Mapping[str, Schema]) -> dict[str, Any] | None:
        """Where an answer names the next page: a member, the id of its last entry, or the header for links."""
        form = rf"(?i)next(_?({re.escape(token)}|page|token|cursor|after))*"
        for name in (n for n, s in members.items() if not is_object(s)):
            called = name.rpartition("/")[0].rpartition("/")[2] == "next" and f"next_{_last(name)}"
            if re.fullmatch(form, called or _last(name)) or _last(name) == token == _CONTINUE:
                return {"next_field": name} if types_of(members[name]) & {"string"} else None
        more = next((n for n, s in members.items() if snake(n) == "has_more" and types_of(s) == {"boolean"}), None)
        if more is not None and snake(token) == _AFTER_AN_ENTRY and "id" in _of_entries(members):
            return {"next_entry": "id", "more": more}
        return {"links": True} if "link" in self.reader.headers(call, "2") else None

    def _next_url(self, members: Mapping[str, Schema]) -> dict[str, Any] | None:
        """The pages of a list of one size, where an answer plainly holds the URL of the next one; its total with it."""
        following = next((n for n in members if snake(_last(n)) in _NEXT_URLS), "")
        is_url = any("uri" in str(option.get("format")) for option in options(members.get(following, {})))
        if not is_url and not (snake(_last(following)) in _URLS_BY_NAME and types_of(members[following]) & {"string"}):
            return None
        return {"style": "token", "size": "none", "next_field": following}

    @staticmethod
    def _first(schema: Schema, *, from_zero: bool) -> int | None:
        """The number of the first page, where it is plain: nothing is below it, and it is what no number means.
        ``from_zero``: whether the answer is of a kind whose pages are counted from 0."""
        least, usual = schema.get("minimum"), schema.get("default")
        named = {n for n in (least, usual) if n is not None} or {1}
        return 1 if named == {1} else 0 if named == {0} and (usual == 0 or from_zero) else None

    @staticmethod
    def _bounds(schema: Schema) -> Iterator[tuple[str, int]]:
        words = {"default": "default", "min": "minimum", "max": "maximum"}
        values = {ours: schema.get(word) for ours, word in words.items()}
        whole = {w: v for w, v in values.items() if isinstance(v, int) and not isinstance(v, bool) and v >= 1}
        most = whole.get("max")
        if most is not None and (whole.get("default", 1) > most or whole.get("min", 1) > most):
            return
        yield from ((w, v) for w, v in whole.items() if not (w == "min" and v == 1) and v < 2**31 - 1)


_OF_PAGES = re.compile(
    r"(?i)_?(meta(_?data)?|links?|pag(e|es|ing|ination|ed)(_?(info|meta|data))?|cursors?|(page|result|list)_?info|data)"
)
_PAGE = re.compile(r"(?i)_?pag(e|es|ing|ination|ed)(_?(info|meta|data))?")
"""Objects that tell of pages, and may hold one that tells of the next page: ``{"paging": {"next": {"after": …}}}``."""


def _members(answer: Schema, *, of_pages: bool = False) -> Iterator[tuple[str, Schema]]:
    """The members of a list's answer that stand beside its entries, and those of objects there that tell of pages, with
    the pointers of those. ``of_pages``: whether the answer is such an object itself."""
    found = answer.get("properties", {}) if is_object(answer) else {}
    yield from found.items()
    for name, inner in found.items():
        if (_OF_PAGES.fullmatch(name) or (of_pages and name == "next")) and is_object(inner):
            for place, schema in _members(inner, of_pages=bool(_PAGE.fullmatch(name))):
                yield step(name) + (place if place.startswith("/") else step(place)), schema


def _told_by(members: Mapping[str, Schema]) -> str | None:
    """The member that says of a list that it is one page of several."""
    return next((name for name in members if snake(_last(name)).strip("_") in _SPEAKING), None)


def _of_entries(members: Mapping[str, Schema]) -> set[str]:
    """The members of the entries of a list, where one array alone can hold them."""
    arrays = [schema["items"] for schema in members.values() if types_of(schema) == {"array"} and "items" in schema]
    return {*arrays[0].get("properties", ())} if len(arrays) == 1 else set()


def _last(place: str) -> str:
    return place.rpartition("/")[2]
