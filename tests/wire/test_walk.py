"""Walks over lists that would lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from restproof.contract.model import Contract, Filter, Id, Paging, Resource
from restproof.contract.routing import filled_path
from restproof.contract.settles import Settles
from restproof.wire.message import Response
from restproof.wire.paging import MOST_PAGES, Page, Query, Walk, quick_look
from restproof.wire.walk import CLEANUP, listed, listed_one

from .conftest import answer


@pytest.mark.parametrize(
    "following", ["https://elsewhere.example/steal?after={}", "/v1/teams/5/notes?after={}", "?after={}"]
)
def test_a_walk_ends_at_a_page_that_was_there_already_and_leaves_the_server_never(
    following: str, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    """The pages go round in a circle of three."""

    def handler(request: bytes) -> bytes:
        page = int(request.partition(b"after=")[2][:1] or b"0")
        link = f'<{following.format((page + 1) % 3)}>; rel="next"'
        return answer(200, json.dumps([{"id": page, "name": "a"}]).encode(), Link=link)

    server = serve(handler)
    note = replace(contract.resources["note"], paging=Paging(style="token", size="limit", token="after"))
    found = list(listed(connect(server.url).session, note, "/v1/teams/5/notes", setup=CLEANUP))
    assert {entry["id"] for entry in found} == {0, 1, 2}
    assert len(server.requests) <= 4


@pytest.mark.parametrize(
    ("named", "token", "next_query", "next_path"),
    [
        ("/v1/query/01g-2000", None, (), "/v1/query/01g-2000"),
        ("https://elsewhere.example/v1/query/01g-2000", None, (), "/v1/query/01g-2000"),
        ("/internal/notes?after=5", None, (("after", "5"),), None),
        ("/ab/cd==", "after", (("after", "/ab/cd=="),), None),  # base64 holds slashes
        ("notes?after=5", "after", (("after", "5"),), None),
    ],
)
def test_a_next_page_is_named_by_a_path_of_its_own_a_query_or_a_token(
    named: str, token: str | None, next_query: Query, next_path: str | None
) -> None:
    paging = Paging(style="token", size="", token=token, next_field="next")
    page = Page(paging, Response(200, "OK", (), b""), {"next": named}, [])
    assert (page.next_query(()), page.next_path) == (next_query, next_path)


def test_pages_with_paths_of_their_own_are_walked(
    serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    def handler(request: bytes) -> bytes:
        at = int(request.partition(b"/v1/more/")[2][:1] or b"0")
        entry = json.dumps({"id": at, "name": "a"})
        following = f', "next": "/v1/more/{at + 1}"' if at < 2 else ""
        return answer(200, f'{{"rows": [{entry}]{following}}}'.encode())

    server = serve(handler)
    note = contract.resources["note"]
    note = replace(
        note, envelope=replace(note.envelope, list="rows"), paging=Paging(style="token", size="", next_field="next")
    )
    found = list(listed(connect(server.url).session, note, "/v1/teams/5/notes", setup=CLEANUP))
    assert [entry["id"] for entry in found] == [0, 1, 2]


def test_an_id_with_a_lone_surrogate_has_a_path(contract: Contract) -> None:
    note = contract.resources["note"]
    ids = {**dict.fromkeys((p.resource for p in note.parents), 5), "id": "a\ud800"}
    assert filled_path(contract, note, note.operation("read"), ids).endswith("/a%ED%A0%80")


class Numbered:
    """A server with entries from 0 on, of which a page holds ``cap`` at most; behind the end it answers ``behind``."""

    def __init__(self, count: int, cap: int, behind: int = 200, told: bool = False) -> None:
        self.count, self.cap, self.behind, self.told = count, cap, behind, told
        self.asked: list[Query] = []

    def header(self, name: str) -> str | None:
        return str(self.count) if self.told else None

    def all(self, name: str) -> list[str]:
        return []

    def page(self, query: Query) -> list[int] | None:
        """The entries of a page, ``None`` where it is refused."""
        self.asked.append(query)
        said = {name: int(value) for name, value in query}
        size = min(said.get("per_page", self.cap), self.cap)
        start = said["offset"] if "offset" in said else (said["page"] - 1) * size
        found = list(range(self.count))[start : start + size]
        return None if not found and start and self.behind != 200 else found

    def walked(self, paging: Paging, size: int | None, *, wary: bool = False) -> list[int]:
        found: list[int] = []
        walk = Walk(paging, size, wary=wary)
        while walk.query is not None:
            entries = self.page(walk.query)
            if entries is None:
                assert walk.ends_with(self.behind)
                return found
            found += entries
            walk.turn(Page(paging, self, None, entries), entries)
        assert not walk.is_endless
        return found


@pytest.mark.parametrize("style", ["page", "offset"])
@pytest.mark.parametrize("behind", [200, 404])
@pytest.mark.parametrize("count", [0, 1, 4, 5, 8, 9])
def test_a_size_that_the_contract_does_not_promise_may_be_cut(style: Any, behind: int, count: int) -> None:
    """A server that gives four where 100 were asked for has more than the first page."""
    assert Numbered(count, 4, behind).walked(Paging(style=style), 100) == list(range(count))


@pytest.mark.parametrize("style", ["page", "offset"])
def test_who_looks_for_what_is_ours_does_not_believe_in_a_size(style: Any) -> None:
    paging = Paging(style=style, max=100)
    assert Numbered(9, 4).walked(paging, 100, wary=True) == list(range(9))
    assert Numbered(9, 4).walked(paging, None, wary=True) == list(range(9))


@pytest.mark.parametrize(
    ("paging", "size", "wary", "pages"),
    [
        (Paging(style="page", max=4), 4, False, 2),  # the contract promises pages of that size
        (Paging(style="page", default=4), 4, False, 2),
        (Paging(style="page"), 4, False, 3),
        (Paging(style="page", total="Total"), 4, False, 2),
        (Paging(style="page", max=4, total="Total"), 4, True, 2),
        (Paging(style="page", max=4), 4, True, 3),
    ],
)
def test_a_walk_asks_no_more_than_it_must(paging: Paging, size: int, wary: bool, pages: int) -> None:
    server = Numbered(7, 4, told=paging.total is not None)
    assert server.walked(paging, size, wary=wary) == list(range(7))
    assert len(server.asked) == pages


def test_a_total_that_is_too_small_hides_nothing() -> None:
    """Else the walk would agree with it."""
    server = Numbered(9, 4, told=True)
    server.header = lambda name: "4"  # type: ignore[method-assign]
    assert server.walked(Paging(style="page", max=4, total="Total"), 4) == list(range(9))


def test_a_walk_ends_whatever_a_server_says() -> None:
    walk = Walk(Paging(style="page", max=1), 1)
    for number in range(MOST_PAGES):
        assert walk.query is not None
        walk.turn(Page(Paging(style="page"), Numbered(1, 1), None, [number]), [number])
    assert walk.query is None
    assert walk.is_endless


@pytest.mark.parametrize(
    ("more", "bodies", "asked"),
    [
        ("/has_more", [True, True, False], [None, "a/2", "4"]),
        (None, [None, None, None, None], [None, "a/2", "4", "5"]),  # a page without entries is past the last
    ],
)
def test_the_last_entry_leads_to_the_next_page(more: str | None, bodies: list[Any], asked: list[str | None]) -> None:
    paging = Paging(style="token", token="starting_after", size="", next_entry="id", more=more)
    pages: list[list[dict[str, Any]]] = [[{"id": 1}, {"id": "a/2"}], [{"id": 3}, {"id": 4}], [{"id": 5}], []]
    walk, found = Walk(paging, None), []
    for body, entries in zip(bodies, pages, strict=False):
        assert walk.query is not None
        found.append(dict(walk.query).get("starting_after"))
        walk.turn(Page(paging, Numbered(1, 1), {"has_more": body}, entries), entries)
    assert walk.query is None
    assert found == asked


@pytest.mark.parametrize(
    ("name", "value", "total"),
    [
        ("Total", " 9 ", 9),
        ("content-range", "items 0-4/9", 9),
        ("Content-Range", "0-4/*", None),
        ("Total", "0-4/9", None),
    ],
)
def test_a_total_stands_in_its_header(name: str, value: str, total: int | None) -> None:
    response = Response(200, "", ((name, value),), b"")
    assert Page(Paging(style="page", total=name), response, None, []).total == total


def test_the_first_page_is_there(contract: Contract) -> None:
    """A 404 of it is no end of a list."""
    assert not Walk(Paging(style="page"), 10).ends_with(404)
    assert not Walk(Paging(), None).ends_with(404)


def many(contract: Contract) -> Resource:
    """Notes in pages of ten, which a query finds by their id."""
    paging = Paging(style="page", max=10)
    return replace(contract.resources["note"], paging=paging, id=Id(), filters={"id": Filter("id", "id")})


def test_one_entry_is_looked_for_by_its_id_or_among_the_newest(contract: Contract) -> None:
    note = many(contract)
    first = (("page", "1"), ("per_page", "10"))
    assert quick_look(note, 25) == (("id", "25"), *first)
    newest = replace(note, filters={}, sort=("id",))
    assert quick_look(newest, 25) == (("sort", "-id"), *first)
    for without in (
        replace(newest, sort=()),
        replace(note, operations=("list", "read")),
        replace(newest, id=Id(type="uuid")),
        replace(note, paging=Paging()),
        replace(note, settles=Settles(queries=5.0)),  # the index may show what was before
    ):
        assert quick_look(without, 25) is None


@pytest.mark.parametrize(("heeded", "requests"), [("yes", 1), ("no", 4), ("refused", 4)])
def test_one_entry_is_found_wherever_it_is(
    heeded: str, requests: int, serve: Callable[..., Any], connect: Callable[..., Any], contract: Contract
) -> None:
    """Also where a server passes over the filter, or refuses it."""

    def handler(request: bytes) -> bytes:
        target = request.split(b" ")[1].decode()
        wanted = dict(pair.split("=") for pair in target.partition("?")[2].split("&"))
        if "id" in wanted and heeded == "refused":
            return answer(400, b"{}")
        first = (int(wanted["page"]) - 1) * 10 + 1
        ids = [int(wanted["id"])] if "id" in wanted and heeded == "yes" else range(first, first + 10)
        return answer(200, json.dumps([{"id": id} for id in ids if id <= 30]).encode())

    server = serve(handler)
    session = connect(server.url).session
    found = listed_one(session, many(contract), "/v1/teams/5/notes", (), "25", credential="full", setup=CLEANUP)
    assert found == {"id": 25}
    assert len(server.requests) == requests
