"""The lists of a resource: queries in the contract's words, and the walk over all pages."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from restproof.contract.model import USUAL_PAGE, Contract, Resource
from restproof.contract.syntax import SortKey
from restproof.contract.texts import text_of, whole
from restproof.engine.asking import may_be_asked_amiss
from restproof.engine.failure import NotTested, SetUpFailed
from restproof.engine.reply import Observation, Reply
from restproof.plan.bodies import Bodies
from restproof.semantics.normal import kept
from restproof.wire.links import link_targets
from restproof.wire.message import Request
from restproof.wire.paging import MOST_PAGES, Page, Query, Walk, has_no_range, newest_first, page_query, quick_look
from restproof.wire.searching import asked_for, named_by

USUAL = "usual"
"""Stands for the credential that the subject speaks with anyway."""


class Asker(Protocol):
    """Who asks for the pages; ``engine.subject.Subject`` is one."""

    contract: Contract
    spec: Resource
    bodies: Bodies

    def request(self, operation: str, *, scope: Mapping[str, Any] | None = None, query: Query = ()) -> Request: ...

    def list(
        self,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        path: str | None = None,
    ) -> Reply: ...


def is_of_none(reply: Reply) -> bool:
    """Whether the answer to a list says that it has no first entry."""
    paging = reply.resource.paging
    if reply.operation != "list" or not has_no_range(paging, reply.status):
        return False
    return dict(asked_for(reply.resource, reply.exchange.request)).get(paging.offset) == str(paging.least)


class SubjectLists:
    """Asks for the lists of one resource. ``endless``: request targets of lists that have more pages than one walks,
    shared by all of the run."""

    def __init__(self, asker: Asker, endless: set[str]) -> None:
        self._asker = asker
        self._endless = endless
        self._spec = asker.spec

    def page_query(self, size: int | None, number: int = 1) -> Query:
        """The query of page ``number`` (from 1) with ``size`` entries, in the contract's style of paging."""
        return () if size is None else page_query(self._spec.paging, size, number)

    def largest_page(self) -> int | None:
        """The most entries that a page may be asked for; ``None`` where lists come whole."""
        paging = self._spec.paging
        return None if paging.style == "none" else (paging.max or max(paging.default or USUAL_PAGE, paging.min))

    def allowed_size(self, size: int) -> int:
        """The page size nearest to ``size`` that is sure to be allowed."""
        paging = self._spec.paging
        return max(paging.min, min(size, paging.largest or size))

    def pages(
        self,
        size: int | None = None,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        judge: Callable[[Reply], None] | None = None,
    ) -> Sequence[Reply]:
        """All pages of a list, followed to the end. Raises ``SetUpFailed`` where a page is no list, ``NotTested`` where
        it has more pages than one walks, and not because they repeat themselves. ``judge``: what a rule that asks for
        these very pages has to say of one that is no list, before it is taken for a matter of set-up."""
        walk = Walk(self._spec.paging, size or self.largest_page(), query)
        target = self._asker.request("list", scope=scope, query=walk.query or ()).target
        if target in self._endless:
            raise self._too_many()
        found: list[Reply] = []
        while walk.query is not None:
            reply = self._asker.list(walk.query, scope=scope, credential=credential, path=walk.path)
            if walk.ends_with(reply.status):
                return found or [reply]
            response = reply.exchange.response
            if not reply.ok or reply.entries is None or response is None:
                if amiss := may_be_asked_amiss(reply):
                    raise NotTested(amiss)
                if judge is not None:
                    judge(reply)
                why = reply.status or reply.exchange.error
                raise SetUpFailed(f"set-up: a list of {self._spec.name} answered {why} without its entries")
            found.append(reply)
            walk.turn(Page(self._spec.paging, response, reply.json, reply.entries), reply.entries)
        if walk.is_endless:
            ids = self.ids(entry for page in found for entry in page.entries or ())
            if len({repr(id) for id in ids}) == len(ids):
                self._endless.add(target)
                raise self._too_many()
        return found

    def _too_many(self) -> NotTested:
        return NotTested(f"a list of {self._spec.name} has more than {MOST_PAGES} pages")

    def next_query(self, reply: Reply) -> Query | None:
        """The query of the next page that an answer names; ``None`` on the last."""
        response = reply.exchange.response
        if response is None:
            return None
        page = Page(self._spec.paging, response, reply.json, reply.entries or ())
        if page.next_url is not None:
            return named_by(self._spec, page.next_url)
        return page.next_query(asked_for(self._spec, reply.exchange.request))

    def go_on_after(self, reply: Reply) -> bool:
        """Whether there may be pages behind the first, which ``reply`` is to a list that was asked for no size."""
        response = reply.exchange.response
        if not reply.ok or reply.entries is None or response is None:
            return False
        walk = Walk(self._spec.paging, self._spec.paging.default)
        walk.turn(Page(self._spec.paging, response, reply.json, reply.entries), reply.entries)
        return walk.query is not None

    def looked_through(
        self, *, scope: Mapping[str, Any] | None = None, credential: str | None = USUAL
    ) -> Iterator[Reply]:
        """The pages that show what was made last, if a list shows it at all: the newest first, else one after the
        other, however many others stand before it."""
        newest = newest_first(self._spec)
        if newest is not None:
            yield self._asker.list(newest, scope=scope, credential=credential)
        else:
            yield from self.pages(scope=scope, credential=credential)

    def find(self, id: Any, scope: Mapping[str, Any] | None = None) -> tuple[Observation | None, Reply]:
        """The entry with an id, on the page that most likely shows it, else wherever it is, and the page that was read
        last; ``None`` where no page holds it."""
        quick = quick_look(self._spec, id)
        if quick is not None:
            reply = self._asker.list(quick, scope=scope)
            if reply.ok and (found := self._held(id, reply)) is not None:
                return found, reply
        pages = self.pages(scope=scope)
        return next((e for e in (self._held(id, page) for page in pages) if e is not None), None), pages[-1]

    def _held(self, id: Any, page: Reply) -> Observation | None:
        """The entry with an id on a page."""
        entries = (e for e in page.entries or () if isinstance(e, Observation))
        return next((e for e in entries if e.get(self._spec.id.field) == id), None)

    def walk(
        self,
        query: Query = (),
        *,
        scope: Mapping[str, Any] | None = None,
        credential: str | None = USUAL,
        size: int | None = None,
    ) -> Sequence[Any]:
        """All entries of a list, over all its pages."""
        pages = self.pages(size, query, scope=scope, credential=credential)
        return [entry for page in pages for entry in page.entries or ()]

    def holding(self, sent: Any) -> Sequence[Any]:
        """The entries of the list that hold the unique values of what was sent; none where these cannot tell it from
        another one (too few values, or none that a list shows)."""
        bodies, shown = self._asker.bodies, self._spec.shapes.response["properties"]
        stored, unsaid = kept(self._spec, sent) if isinstance(sent, dict) else ({}, frozenset[str]())
        values = {n: stored[n] for n in bodies.unique_fields - unsaid if n in stored and n in shown}
        if (
            bodies.values_may_run_out
            or not bodies.distinguishing_fields & values.keys()
            or not self._spec.supports("list")
        ):
            return []
        return [e for e in self.walk() if isinstance(e, dict) and all(e.get(n) == v for n, v in values.items())]

    def ids(self, entries: Iterable[Any]) -> Sequence[Any]:
        """The ids of a list's entries; of those that have none their content, equal ones numbered."""
        found = [e for e in entries if isinstance(e, dict)]
        if self._spec.id.field:
            return [e.get(self._spec.id.field) for e in found]
        texts, seen = [json.dumps(e, sort_keys=True) for e in found], Counter[str]()
        numbered = []
        for text in texts:
            seen[text] += 1
            numbered.append(f"{text} {seen[text]}")
        return numbered

    def filter_query(self, name: str, value: Any) -> Query:
        """The query that filters by ``name``, in the contract's words."""
        return ((self._spec.query.named(name), text_of(whole(value))),)

    def sort_query(self, name: str, *, descending: bool = False) -> Query:
        """The query that sorts by ``name``, in the contract's words."""
        return self.order_query(SortKey(name, descending))

    def order_query(self, *keys: SortKey) -> Query:
        """The query that sorts by several fields, the first of them first."""
        return self._spec.query.order(keys)


def links(reply: Reply) -> dict[str, str]:
    """Link relations of an answer (RFC 8288 §3): relation → target."""
    return link_targets([reply.members("Link") or ""])
