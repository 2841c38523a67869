"""How long a write is waited for: as long as the contract says, wherever one of its kind was ever seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.contract.settles import Settles
from restproof.engine.keep import LiveKeeper
from restproof.engine.settling import Settling
from restproof.suite import Subject

from .conftest import Answer, Bench

MakeBench = Callable[..., Bench]
SETTLES = 2.0


@dataclass
class Hands:
    """A clock that only sleep moves, and who sets it."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Slow:
    """Answers a create at once, and shows what ``shown`` makes of it after ``delay`` seconds."""

    clock: Hands
    delay: float = 0.0
    shown: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda sent: sent
    listed: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    sent: dict[str, Any] | None = None
    since: float = 0.0

    def __call__(self, request: Any) -> Answer:
        if request.method == "DELETE":
            return 204, None
        if request.method in ("POST", "PATCH"):
            self.sent = json.loads(request.body)
            self.since = self.clock.now
            return 201 if request.method == "POST" else 200, {"id": 1}
        found = self.shown({"id": 1, **(self.sent or {})}) if self.clock.now >= self.since + self.delay else None
        if request.path.endswith("/shelves"):
            return 200, [self.listed(found)] if found else []
        return (200, found) if found else (404, None)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def shelf(contract: Contract, bench: MakeBench, clock: Hands) -> Callable[[Slow], Subject]:
    spec = replace(contract.resources["shelf"], settles=Settles(*[SETTLES] * 4))
    late = replace(contract, resources={**contract.resources, "shelf": spec})

    def make(server: Slow) -> Subject:
        made = bench(server, contract=late)
        made.world.settling = Settling(clock, LiveKeeper())
        return made.subject("shelf")

    return make


def waited(clock: Hands, write: Callable[[], Any]) -> float:
    before = clock.now
    write()
    return clock.now - before


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"name": "a", "id": 99}, {}),
        ({"name": "a", "made_at": "2000-01-01T00:00:00Z"}, {"made_at": "2026-11-28T05:00:00Z"}),
        ({"name": "a", "pages": None}, {"pages": 1}),
        ({"name": None}, {"name": "untitled"}),
        ({"name": "a", "pages": "5"}, {"pages": 5}),
        ({"name": "a", "colour": "red"}, {"colour": "blue"}),
    ],
)
def test_what_the_server_makes_of_a_value_is_not_waited_for(
    body: dict[str, Any], shown: dict[str, Any], shelf: Callable[[Slow], Subject], clock: Hands
) -> None:
    server = Slow(clock, shown=lambda sent: {**sent, "id": 1, **shown})
    assert waited(clock, lambda: shelf(server).create(body)) == 0


def test_an_update_to_null_is_waited_for(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    server = Slow(clock)
    server.shown = lambda sent: {**sent, "pages": None if clock.now >= server.since + 0.4 else 7}
    assert 0.4 <= waited(clock, lambda: shelf(server).update(1, {"pages": None})) < SETTLES


def test_an_update_is_waited_for_in_the_list_too(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    server = Slow(clock)
    server.listed = lambda found: found if clock.now >= server.since + 0.4 else {**found, "name": "earlier"}
    assert 0.4 <= waited(clock, lambda: shelf(server).update(1, {"name": "a"})) < SETTLES


def test_one_that_was_seen_gives_patience_for_good(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    server = Slow(clock, delay=0.4)
    subject = shelf(server)
    subject.create({"name": "a"})
    server.delay = 1000
    for _ in range(20):
        assert waited(clock, lambda: subject.create({"name": "a"})) == pytest.approx(SETTLES)
    server.delay = 0.4
    assert 0.4 <= waited(clock, lambda: subject.create({"name": "a"})) < SETTLES


def test_what_never_comes_is_soon_waited_for_less(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    subject = shelf(Slow(clock, delay=1000))
    found = [waited(clock, lambda: subject.create({"name": "a"})) for _ in range(4)]
    assert found == pytest.approx([SETTLES] * 3 + [SETTLES / 10])


def test_other_values_are_no_proof_that_nothing_settles(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    subject = shelf(Slow(clock, shown=lambda sent: {**sent, "name": "another"}))
    found = [waited(clock, lambda: subject.update(1, {"name": "a"})) for _ in range(13)]
    assert found == pytest.approx([SETTLES] * 12 + [SETTLES / 10])


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_a_request_that_is_sent_as_it_is_is_waited_for_too(
    operation: str, shelf: Callable[[Slow], Subject], clock: Hands
) -> None:
    server = Slow(clock, delay=0.4)
    subject = shelf(server)
    if operation == "delete":
        server.shown = lambda sent: sent if clock.now < 0.4 else None
        server.delay = 0.0
    request = subject.request(operation, id=1, body=None if operation == "delete" else {"name": "a"})
    asked_id = None if operation == "create" else 1
    assert 0.4 <= waited(clock, lambda: subject.send(request, operation, asked_id=asked_id)) < SETTLES


def test_what_writes_nothing_is_not_waited_for(shelf: Callable[[Slow], Subject], clock: Hands) -> None:
    subject = shelf(Slow(clock, delay=1000))
    assert waited(clock, lambda: subject.send(subject.request("read", id=1), "update", asked_id=1)) == 0
    assert waited(clock, lambda: subject.read(1)) == 0


def test_what_another_tenant_wrote_is_looked_for_with_its_own_credential(
    shelf: Callable[[Slow], Subject], clock: Hands
) -> None:
    subject = shelf(Slow(clock, delay=0.1))
    subject.create({"name": "a"}, credential="foreign")
    exchanges: Any = subject.world.session.exchanges  # type: ignore[attr-defined]
    assert {e.credential for e in exchanges} == {"foreign"}
    subject.create({"name": "b"})
    assert exchanges[-1].credential == "full"


@pytest.mark.parametrize(("word", "waited"), [("rules", 3 * 0.5), ("unique", 0.0)])
def test_a_list_may_be_late_where_a_contract_does_not_know_all_rules(
    word: Any, waited: float, contract: Contract, bench: MakeBench, clock: Hands
) -> None:
    spec = replace(contract.resources["shelf"], open=(word,))
    made = bench(Slow(clock), contract=replace(contract, resources={**contract.resources, "shelf": spec}))
    settling, shelf = Settling(clock, LiveKeeper()), made.subject("shelf")

    def look() -> None:
        raise AssertionError("it is not there")

    for _ in range(9):
        settling.wait(shelf, shelf.read(1), 1)
        with pytest.raises(AssertionError):
            settling.again(shelf, ["lists"], look)
    assert sum(clock.slept) == pytest.approx(waited)


@pytest.mark.parametrize("is_said", [True, False])
def test_what_is_refused_is_waited_for_as_long_as_what_is_taken_where_only_a_202_says_so(
    is_said: bool, contract: Contract, bench: MakeBench, clock: Hands
) -> None:
    bounds = Settles(*[5.0] * 4, writes=None if is_said else frozenset({"update"}))
    spec = replace(contract.resources["shelf"], settles=bounds)
    server = Slow(clock, delay=0.1)
    made = bench(server, contract=replace(contract, resources={**contract.resources, "shelf": spec}))
    settling = made.world.settling = Settling(clock, LiveKeeper())
    assert settling.as_late(spec, "update") == 5.0, "of none it is known yet"
    made.subject("shelf").update(1, {"name": "a"})
    assert settling.as_late(spec, "update") == (5.0 if is_said else pytest.approx(0.25 + 3 * sum(clock.slept)))
    assert 0.1 <= sum(clock.slept) < 0.5
    assert settling.as_late(spec, "delete") == (5.0 if is_said else 0.0)


def test_a_delete_that_may_leave_what_it_names_is_not_waited_for(
    contract: Contract, bench: MakeBench, clock: Hands
) -> None:
    spec = replace(contract.resources["shelf"], settles=Settles(*[5.0] * 4), open=("delete",))
    made = bench(Slow(clock), contract=replace(contract, resources={**contract.resources, "shelf": spec}))
    made.world.settling = Settling(clock, LiveKeeper())
    made.subject("shelf").delete(1)
    assert clock.slept == []
