"""Lists in recorded traffic: what a page says of itself, and what it must hold or not hold by what went before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.model import Contract, Filter, Status, removes
from restproof.frozen import frozen
from restproof.oracle.check import Checks, check, gap_check, gaps, status_check
from restproof.oracle.finding import an
from restproof.oracle.known import Instances, Known, agrees, since
from restproof.oracle.pages import bad_pages, fits, is_last, relations, total_of
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen, id_of


@frozen
class Query:
    """A list's query, understood. ``filters``: (filter, text) pairs. ``first``: whether it asks for the first page.
    ``size``: the page's size, as asked for or by default, ``None`` where neither is known. ``asked_size``: whether the
    request says it. ``known``: whether the contract knows every parameter."""

    filters: tuple[tuple[Filter, str], ...]
    first: bool
    size: int | None
    asked_size: bool
    known: bool


class Listed:
    """Judges the answers to lists."""

    def __init__(self, contract: Contract, instances: Instances) -> None:
        self._contract = contract
        self._instances = instances

    def judge(self, seen: Seen) -> Checks:
        """The checks of one exchange on a collection."""
        if seen.operation != "list" or seen.exchange.request.method == "HEAD":
            return
        against = list(self._refusals(seen))
        allowed = Status()
        for _, status, _, _ in against:
            allowed |= status
        for requirement, status, name, value in against:
            # A refusal may be for any of them, or for what lies outside of the request.
            if seen.ok or seen.status in allowed:
                wanted = status if seen.ok else allowed
                yield status_check(requirement, seen, wanted, f"{name}={value!r}", field=name)
        if not seen.ok:
            return
        if seen.entries is None or "response body" in seen.lacks:
            return
        query = self._query(seen)
        yield from self._page(seen, query)
        if seen.certain or not seen.resource.settles.queries:
            yield from self._filtered(seen, query)
        if seen.certain:
            yield from self._against_history(seen, query)

    # ------------------------------------------------------------- the request

    def _refusals(self, seen: Seen) -> Iterator[tuple[TrafficRule, Status, str, str]]:
        """Parameters that the contract refuses: the requirement, the status for it, the parameter and its value."""
        resource, syntax = seen.resource, seen.resource.query
        unknown = resource.status("unknown_query")
        before, _, after = syntax.filter.partition("{name}")
        own = self._own_parameters(seen)
        filters = {*resource.filters, *resource.comparisons}
        no_order = syntax.keys(dict(seen.query), resource.sort) is None
        for name, value in seen.query:
            is_filter = bool(before or after) and name.startswith(before) and name.endswith(after) and name not in own
            strange = (syntax.asks_for_order(name) and no_order) or (
                is_filter and name[len(before) : len(name) - len(after)] not in filters
            )
            if strange and not unknown.accepted:
                yield TrafficRule.LIST_UNKNOWN_QUERY_FIELD, unknown, name, value
        if resource.paging.style != "none":
            for name, value in bad_pages(seen):
                case = "bad_size" if name == resource.paging.size else "bad_page"
                yield TrafficRule.LIST_BAD_PAGE, resource.status(case), name, value

    def _own_parameters(self, seen: Seen) -> set[str]:
        paging = seen.resource.paging
        paged = {paging.page, paging.size, paging.offset, paging.token or ""} if paging.style != "none" else set()
        way = seen.resource.operation("list")
        ordered = seen.resource.query.order_parameters(seen.resource.sort)
        return {*ordered, *way.query, *paged, *(p.name for p in way.parameters)}

    def _query(self, seen: Seen) -> Query:
        paging, own = seen.resource.paging, self._own_parameters(seen)
        named = {seen.resource.query.named(n): f for n, f in seen.resource.filters.items()}
        filters, known, first = [], True, True
        given = Counter(name for name, _ in seen.query)
        parameters = dict(seen.query)
        for name, value in seen.query:
            if name in named and given[name] == 1:
                filters.append((named[name], value))
            elif name not in own or given[name] > 1:
                known = False
        if paging.style == "page":
            first = parameters.get(paging.page, str(paging.least)) == str(paging.least)
        elif paging.style == "offset":
            first = parameters.get(paging.offset, str(paging.least)) == str(paging.least)
        elif paging.style == "token":
            # Where the contract names no parameter, the token may be any.
            first = (paging.token not in parameters) if paging.token else known
        text = parameters.get(paging.size) if paging.style != "none" else None
        size = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 9 else None
        asked = text is not None
        if size is not None and paging.max is not None and size > paging.max:
            size = paging.max
        return Query(tuple(filters), first, size if asked else paging.default, asked, known)

    # ---------------------------------------------------------------- the page

    def _page(self, seen: Seen, query: Query) -> Checks:
        paging, entries = seen.resource.paging, seen.entries or []
        if paging.style != "none" and query.size:
            yield check(
                TrafficRule.LIST_PAGE_SIZE if query.asked_size else TrafficRule.LIST_DEFAULT_SIZE,
                seen,
                len(entries) > query.size,
                f"a page of {query.size} holds {len(entries)} entries",
                kind="page-size",
                expected="no more than the size of the page",
                actual="more",
            )
        total = total_of(seen, paging) if seen.certain or not seen.resource.settles.totals else None
        if total is not None:
            short = self._is_whole(seen, query, by_total=False)
            wrong = total < len(entries) or (short and total != len(entries))
            yield check(
                TrafficRule.LIST_TOTALS,
                seen,
                wrong,
                f"the total is {total}, and the page that holds all entries has {len(entries)}",
                kind="total",
                expected="the number of entries",
                actual="another number",
                field=paging.total or paging.total_field,
            )
        if paging.links and paging.style in ("page", "offset") and query.first and query.size:
            found = relations(seen)
            full = len(entries) >= query.size
            yield check(
                TrafficRule.LIST_LINKS,
                seen,
                "prev" in found or ("next" in found and not full),
                f"the {'first' if 'prev' in found else 'last'} page has a {'prev' if 'prev' in found else 'next'}",
                kind="link",
                expected="no such link",
                actual=", ".join(sorted(found)),
            )

    def _is_whole(self, seen: Seen, query: Query, *, by_total: bool = True) -> bool:
        """Whether the answer evidently holds all entries of the list, as far as the filters let them through."""
        paging, entries = seen.resource.paging, seen.entries or []
        if not query.known or not query.first:
            return False
        if paging.style == "none":
            return True
        if by_total and total_of(seen, paging) == len(entries):
            return True
        if paging.style == "token":
            return is_last(seen, paging)
        return query.size is not None and len(entries) < query.size

    def _filtered(self, seen: Seen, query: Query) -> Checks:
        for wanted, text in query.filters:
            for at, entry in enumerate(seen.entries or ()):
                right = fits(wanted, text, entry)
                if right is None:
                    break
                yield check(
                    TrafficRule.LIST_FILTER_SOUND,
                    seen,
                    not right,
                    f"a list that is filtered by {wanted.name} holds an entry that does not match",
                    kind="does-not-match",
                    expected="only matching entries",
                    actual="another entry",
                    field=wanted.field,
                    pointer=f"{_pointer(seen)}/{at}",
                )
                if not right:
                    break

    # ------------------------------------------------------------- what went before

    def _against_history(self, seen: Seen, query: Query) -> Checks:
        resource, entries = seen.resource, seen.entries or []
        ids = [id_of(resource, e) for e in entries]
        twice = [id for id, count in Counter(ids).items() if count > 1 and id is not None]
        own_twice = any((k := self._instances.at(seen, id)) is not None and k.own for id in twice)
        yield check(
            TrafficRule.CREATE_IS_LISTED if own_twice else TrafficRule.LIST_PAGES_PARTITION,
            seen,
            twice,
            "a page holds an entry twice",
            kind="repeated",
            expected="each entry once",
            actual="an entry twice",
            operation="create" if own_twice else "list",
        )
        for at, (id, entry) in enumerate(zip(ids, entries, strict=True)):
            known = None if id is None else self._instances.at(seen, id)
            if known is not None:
                yield from self._entry(seen, query, known, entry, f"{_pointer(seen)}/{at}")
        if self._is_whole(seen, query):
            if removes(resource) and not query.filters and self._instances.saw_own_delete(seen):
                yield check(TrafficRule.DELETE_UNLISTED, seen, operation="delete")
            if "list" not in resource.open:
                yield from self._complete(seen, query, {id for id in ids if id is not None})

    def _entry(self, seen: Seen, query: Query, known: Known, entry: Mapping[str, Any], pointer: str) -> Checks:
        resource = seen.resource
        if known.deleted:
            if removes(resource) and (known.own or resource.id.chosen_by == "server"):
                yield check(
                    TrafficRule.DELETE_UNLISTED,
                    seen,
                    True,
                    f"a list holds a deleted {resource.name}{since(known)}",
                    kind="listed",
                    expected="no deleted entry",
                    actual="a deleted entry",
                    operation="delete",
                    pointer=pointer,
                )
            return
        if not known.own:
            return
        yield check(
            TrafficRule.LIST_OWN_SCOPE,
            seen,
            not agrees(known.scope, seen.scope),
            f"a list holds {an(resource.name)} of another parent",
            kind="scope",
            expected="entries of the parent",
            actual="an entry of another",
            pointer=pointer,
        )
        if known.state is None or not query.known or known.refused is not None:
            return
        if known.agreed is not None and known.agreed[0] is known.state and known.agreed[1] == entry:
            return
        shared = {n: known.state[n] for n in known.state if n in entry and n in resource.properties}
        shared = {n: v for n, v in shared.items() if n not in resource.unlike_in_lists}
        gap = next(gaps(resource, shared, entry), None)
        known.agreed = known.state, entry
        if gap is not None:
            what = "an entry of the list against the resource"
            yield gap_check(TrafficRule.LIST_ENTRY_AGREES, seen, gap, what, pointer, after=since(known))
        else:
            yield check(TrafficRule.LIST_ENTRY_AGREES, seen)

    def _complete(self, seen: Seen, query: Query, ids: set[str]) -> Checks:
        """A whole list holds every own instance of its scope that matches."""
        due: list[Known] = []
        by_id = {text for f, text in query.filters if f.field == seen.resource.id.field and f.values is None}
        near = (self._instances.at(seen, id) for id in by_id) if by_id else self._instances.beside(seen)
        for known in near:
            if known is None or not known.alive or known.scope != seen.scope:
                continue
            if known.credential != seen.exchange.credential or known.refused is not None:
                continue
            matches = [fits(f, text, known.expected) for f, text in query.filters]
            if None not in matches and all(matches):
                due.append(known)
        if due:
            missing = next((k for k in due if k.id not in ids), None)
            yield check(
                TrafficRule.LIST_FILTER_COMPLETE if query.filters else TrafficRule.CREATE_IS_LISTED,
                seen,
                missing,
                f"a list that holds all entries lacks a {seen.resource.name} that was created{since(missing)}",
                kind="left-out" if query.filters else "listed",
                expected="every entry",
                actual="an entry is left out",
                operation="list" if query.filters else "create",
            )


def _pointer(seen: Seen) -> str:
    return seen.way.envelope.list_pointer
