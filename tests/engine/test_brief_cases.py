"""The first case of some rules is a short way to what the others look at in full: it tells with a request or two, of
what is there anyway."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.miniatures.bench import rules

from restproof.contract.model import Contract
from restproof.engine.items import Item, items_of
from restproof.wire.message import Headers, Request

from .conftest import Answer, Bench

MakeBench = Callable[..., Bench]
CONTRACT = """\
contract: shop
auth: bearer
paging: {style: page, links: true}
statuses: {conflict: 409, unknown_query: ignored}
resources:
  shelf: {path: /shelves, schema: shelf.json, unique: [name], sort: [name], filters: {id: equals}}
"""


@dataclass
class Shelves:
    """A list in numbered pages, with links to the others. Each fault is a word."""

    fault: str = ""
    names: list[str] = field(default_factory=lambda: ["b", "d"])

    def __call__(self, request: Request) -> Answer:
        if request.method == "POST":
            name = json.loads(request.body or b"")["name"]
            if name in self.names and self.fault != "taken":
                return 409, {"errors": {"name": ["is taken"]}}
            self.names.append(name)
            return 201, {"id": len(self.names), "name": name}
        if request.method == "DELETE":
            return 204, None
        return self.page(dict(request.query))

    def page(self, asked: dict[str, str]) -> Answer:
        number, size = int(asked.get("page", 1)), int(asked.get("per_page", 20))
        shelves = [{"id": at, "name": name} for at, name in enumerate(self.names, start=1)]
        if "id" in asked and self.fault != "unfiltered":
            shelves = [s for s in shelves if str(s["id"]) == asked["id"]]
        if "sort" in asked and self.fault != "unsorted":
            down = asked["sort"].startswith("-")
            by_page = [shelves[n : n + size] for n in range(0, len(shelves), size)]
            cut = by_page if self.fault == "sorted within pages" else [shelves]
            shelves = [s for part in cut for s in sorted(part, key=lambda s: str(s["name"]), reverse=down)]
        last = -(-len(shelves) // size) + (self.fault == "too far")
        pages = {"first": 1, "last": last}
        pages |= {"prev": number - 1} if number > 1 or self.fault == "before the first" else {}
        pages |= {"next": number + 1} if number < last or self.fault == "behind the last" else {}
        kept = {n: v for n, v in asked.items() if n != "page" and (n in ("per_page", "id") or self.fault != "dropped")}
        links = (f'</shelves?{urlencode({**kept, "page": at})}>; rel="{name}"' for name, at in pages.items())
        headers: Headers = (("Link", ", ".join(links)),)
        size = len(shelves) if self.fault == "whole" else size
        return 200, shelves[(number - 1) * size : number * size], headers


@pytest.fixture
def contract(contract_of: Callable[[str], Contract]) -> Contract:
    return contract_of(CONTRACT)


def first_of(running: Bench, rule: str, operation: str) -> Item:
    """The item of a rule, with its first case alone."""
    world = running.world
    profile = replace(world.profile, cases=None)
    named = [(proof, test) for proof, test in rules() if proof.requirement == rule]
    found = [i for proof, test in named for i in items_of(proof, test, world.contract, profile, world.bodies_by_name)]
    (item,) = (i for i in found if i.operation == operation)
    item.__dict__["cases"] = (item.known or ())[:1]
    return item


FAULTS: dict[tuple[str, str, int], tuple[str, ...]] = {
    ("list.links", "list", 3): ("unfiltered", "too far", "before the first", "behind the last", "dropped", "whole"),
    ("list.sort", "list", 2): ("unsorted", "sorted within pages"),
    ("conflict.duplicate", "create", 1): ("taken",),
}


@pytest.mark.parametrize(("rule", "operation", "count"), FAULTS)
def test_what_is_right_passes_with_few_requests(bench: MakeBench, rule: str, operation: str, count: int) -> None:
    running = bench(Shelves(), ids={})
    assert running.runner.run(first_of(running, rule, operation)).outcome == "pass"
    # What refused requests are sent to, other rules need as well.
    assert [e.about.setup for e in running.session.exchanges] == ["shelf:target", *[None] * count]


def test_two_entries_have_a_link_between_them(bench: MakeBench) -> None:
    running = bench(Shelves("dropped", names=[]), ids={})
    assert running.runner.run(first_of(running, "list.links", "list")).outcome == "fail"


@pytest.mark.parametrize(("rule", "fault"), [("list.links", "dropped"), ("list.sort", "unsorted")])
@pytest.mark.parametrize("wrong", [True, False])
def test_a_list_of_one_entry_gets_another(bench: MakeBench, rule: str, fault: str, wrong: bool) -> None:
    running = bench(Shelves(fault if wrong else "", names=[]), ids={})
    assert running.runner.run(first_of(running, rule, "list")).outcome == ("fail" if wrong else "pass")
    assert {"shelf:target", "shelf:0"} <= {e.about.setup for e in running.session.exchanges}


@pytest.mark.parametrize("fault", ["", *FAULTS["list.sort", "list", 2]])
def test_what_was_seen_in_order_by_one_rule_need_not_be_asked_for_by_another(bench: MakeBench, fault: str) -> None:
    running = bench(Shelves(fault), ids={})
    running.runner.run(first_of(running, "list.links", "list"))
    before = len(running.session.exchanges)
    assert running.runner.run(first_of(running, "list.sort", "list")).outcome == ("fail" if fault else "pass")
    assert (len(running.session.exchanges) == before) == (not fault)


@pytest.mark.parametrize(
    ("rule", "operation", "fault"),
    [(rule, operation, fault) for (rule, operation, _), faults in FAULTS.items() for fault in faults],
)
def test_what_is_wrong_is_told_by_it(bench: MakeBench, rule: str, operation: str, fault: str) -> None:
    running = bench(Shelves(fault), ids={})
    outcome = running.runner.run(first_of(running, rule, operation))
    assert outcome.outcome == "fail"
    assert [finding.message for finding in outcome.findings]


@pytest.mark.parametrize("rule", ["list.links", "list.sort"])
def test_what_others_change_in_between_is_held_against_nobody(bench: MakeBench, rule: str) -> None:
    server = Shelves("behind the last" if rule == "list.links" else "unsorted")

    def busy(request: Request) -> Any:
        server.names.append(f"n{len(server.names)}")
        return server(request)

    running = bench(busy, ids={})
    outcome = running.runner.run(first_of(running, rule, "list"))
    assert (outcome.outcome, outcome.reason) == ("not tested", "the list was changing")
