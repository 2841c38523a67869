"""How the pages of a list are asked for, as a contract says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.media import TOKEN
from restproof.contract.model import Paging
from restproof.contract.scope import Scope

RANGED: Mapping[str, Any] = {
    "listed": [200, 206],
    "past_the_end": ["listed", 416],
    "bad_page": ["2xx", 400, 416, 422],
}
"""Statuses of lists whose pages are ranges, where a contract says nothing else: a range that is none may be passed over
(RFC 9110 §14.2), and one behind the last entry cannot be satisfied (§15.5.17)."""


_BY_ENTRY = frozenset({"last", "end", "range"})
_BY_SIZE = frozenset({"size", "all"})
_FIRST, _COUNT = "first entry", "number of entries"
"""What stands in for parameters that no request has, under names that none has: a filter may be called ``limit``."""


class PagingReader:
    """Reads the pages of one resource: its own words over those of the contract, unless it has another style."""

    def __init__(self, raw: Mapping[str, Any], scope: Scope, route: Route) -> None:
        own: Mapping[str, Any] = raw.get("paging", {})
        shared = scope.paging
        if "style" in own and own["style"] != shared.get("style", "none"):
            shared = {}
        # Who says where a page ends says so instead of what the contract has for all.
        instead = {*_BY_ENTRY} if own.keys() & (_BY_ENTRY | _BY_SIZE) else set()
        instead |= _BY_SIZE if own.keys() & _BY_ENTRY else set()
        self.said = {**{word: said for word, said in shared.items() if word not in instead}, **own}
        self.style = self.said.get("style", "none")
        self.scope = scope
        self.route: Route = (*route, "paging") if own else ("paging",)

    def problem(self, message: str, hint: str, *word: str) -> None:
        self.scope.problems.add(message, self.scope.document.place((*self.route, *word)), hint)

    def read(self) -> Paging:
        said = dict(self.said)
        if self.style == "none" and set(said) - {"style", "total", "total_field"}:
            self.problem("paging without a style pages nothing", "add style: page, offset or token")
        self.tokens()
        self.sizes()
        self.spans()
        usual = "per_page" if self.style == "page" else "limit"
        said["size"] = "" if said.get("size") == "none" else said.get("size", usual)
        if said.keys() & _BY_ENTRY:
            said["size"] = _COUNT
        if "range" in said:
            said["offset"] = _FIRST
        for word in ("next_field", "total_field", "more"):
            if "/" in said.get(word, "") and not said[word].startswith("/"):
                said[word] = f"/{said[word]}"  # meta/next is the pointer /meta/next
        if "all" in said:
            said["all"] = str(said["all"])
        return Paging(**said)

    def tokens(self) -> None:
        """What leads to a page is named in an answer, and taken by a request."""
        said, style = self.said, self.style
        if style == "token" and "first" in said:
            self.problem("pages that a token leads to are not numbered", "leave 'first' out: a token has no number")
        if style == "token" and not any(said.get(w) for w in ("next_header", "next_field", "links", "next_entry")):
            hint = "add next_header, next_field, next_entry or links: true"
            self.problem("paging by token does not say where the next page is named", hint)
        if said.get("next_entry") and (style != "token" or "token" not in said):
            hint = "say style: token, and token: with the parameter that takes it, as starting_after"
            self.problem("a field of the last entry is the token of no parameter", hint)
        if said.get("token_in") == "header" and not (style == "token" and TOKEN.fullmatch(said.get("token", ""))):
            hint = "say style: token, and token: with the name of the header field"
            self.problem("no header field of a request is said to hold the token", hint)
        if said.get("more") and not said.get("next_entry"):
            self.problem("'more' does not say which page is next", "say next_entry: and its field")

    def sizes(self) -> None:
        """The usual size and the smallest are none above the largest."""
        said = self.said
        for word, which in (("default", "default"), ("min", "smallest")):
            if said.get(word, 1) > said.get("max", said.get(word, 1)):
                message = f"the {which} page size ({said[word]}) is above the largest ({said['max']})"
                self.problem(message, "correct one of them", word)
        if said.get("size") == "none" and self.style != "token":
            hint = "name the parameter of the size, or say style: token where an answer names its next page"
            self.problem("pages without a parameter of their size are not counted", hint)

    def spans(self) -> None:
        """What stands in the place of a page's size stands alone."""
        said = self.said
        words = [word for word in ("last", "end", "range") if word in said]  # in this order they are told
        if not words:
            return
        if self.style != "offset":
            self.problem(f"'{words[0]}' is about entries that are counted", "say style: offset", words[0])
        for other in [*words[1:], *(w for w in ("size", "all") if w in said)]:
            hint = "leave one of the two out: a page ends where its size says, or at the entry that is named"
            self.problem(f"both '{words[0]}' and '{other}' say where a page ends", hint, other)
        if "range" in said and "offset" in said:
            hint = "leave 'offset' out: the header field holds the first entry too"
            self.problem("both 'range' and 'offset' say where a page begins", hint, "offset")
        by_url = said.get("links") or said.get("next_header") or said.get("next_field")
        if "range" in said and by_url:
            hint = "leave out links, next_header and next_field: a range is asked for by a header field"
            self.problem("no URL leads to a page that a header field names", hint, "range")
