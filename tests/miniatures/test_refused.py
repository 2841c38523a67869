"""What is refused and stored all the same: at once, or a while later by a server that projects events."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused, Row

_PLAIN: dict[str, Any] = {name: {} for name in ("list", "create", "read", "delete")}
BOUND = 0.3
LAG = 0.15


class Projected(Items):
    """An update is an event, which changes what is read a while later."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[float, Row, Row]] = []

    def answer(self, request: Any, path: str, query: Mapping[str, str]) -> Answer:
        due = [event for event in self.events if event[0] <= time.monotonic()]
        self.events = [event for event in self.events if event not in due]
        for _, row, fields in due:
            row.update(fields)
        return super().answer(request, path, query)

    def changed(self, path: str, row: Row, fields: Row) -> None:
        self.events.append((time.monotonic() + LAG, row, dict(fields)))


class TakesWhatItRefuses(Projected):
    """The event is written before it is validated."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        try:
            return super().do_update(path, id, fields)
        except Refused:
            known = {name: value for name, value in fields.items() if name in row and name != "id"}
            self.changed(path, row, known)
            raise


class Guarded(Items):
    """What is of kind ``b`` is never of kind ``a`` again."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if (self.found(path, id)["kind"], fields.get("kind")) == ("b", "a"):
            raise Refused(422, "never again", "kind")
        return super().do_update(path, id, fields)


class AsksTheGuardLate(Guarded):
    """The move is stored before the rule is asked."""

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        try:
            return super().do_update(path, id, fields)
        except Refused as refusal:
            if refusal.status == 422:
                self.found(path, id)["kind"] = fields["kind"]
            raise


def judged(server: Projected, folder: Path) -> dict[str, str]:
    contract, schemas = item(settles={"reads": BOUND})
    verdict = bench.run(server, contract, schemas, folder, only=("update.failed-leaves-nothing",), profile="ci")
    return {r.outcome: r.message for r in verdict.results}


def test_a_refused_update_that_is_stored_a_while_later_is_seen(tmp_path: Path) -> None:
    assert set(judged(Projected(), tmp_path / "honest")) == {"pass"}
    found = judged(TakesWhatItRefuses(), tmp_path / "broken")
    assert set(found) == {"fail"}
    assert f"{BOUND:.1f} s later" in found["fail"]


def test_a_refused_move_that_is_stored_is_seen_in_the_smallest_profile(tmp_path: Path) -> None:
    contract, schemas = item(rules=[{"never": {"kind": ["b", "a"]}}])
    for server, outcome in ((Guarded(), "pass"), (AsksTheGuardLate(), "fail")):
        folder = tmp_path / outcome
        verdict = bench.run(server, contract, schemas, folder, only=("input.business-rule",), profile="smoke")
        assert {r.outcome for r in verdict.results if r.operation == "update"} == {outcome}


class InTheBackground(Items):
    """A delete is only accepted; what is updated is so at once."""

    STATUS: Mapping[str, int] = {**Items.STATUS, "delete": 202}

    def do_delete(self, path: str, id: str) -> Answer:
        super().do_delete(path, id)
        return Answer(202)


class TakesAtOnce(InTheBackground):
    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        try:
            return super().do_update(path, id, fields)
        except Refused:
            self.found(path, id).update({n: v for n, v in fields.items() if n == "title"})
            raise


def test_an_update_that_is_refused_is_not_waited_for_where_only_a_delete_goes_on_in_the_background(
    tmp_path: Path,
) -> None:
    contract, schemas = item(statuses={"deleted": 202})
    for server, outcome in ((InTheBackground(), "pass"), (TakesAtOnce(), "fail")):
        began = time.monotonic()
        only = ("update.failed-leaves-nothing",)
        verdict = bench.run(server, contract, schemas, tmp_path / outcome, only=only, profile="ci")
        assert {r.outcome for r in verdict.results} == {outcome}
        assert time.monotonic() - began < 4


class Accepting(Projected):
    """Every update is only accepted, and shown a while later."""

    STATUS: Mapping[str, int] = {**Items.STATUS, "update": 202}

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        super().do_update(path, id, fields)
        return Answer(202)


class AcceptsWhatItRefuses(Accepting):
    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        try:
            return super().do_update(path, id, fields)
        except Refused:
            self.changed(path, row, {n: v for n, v in fields.items() if n in row and n != "id"})
            raise


def test_a_refused_update_is_waited_for_as_long_as_those_that_are_accepted_take(tmp_path: Path) -> None:
    """A 202 says that it takes a while, and not how long: a server's own pace says that."""
    contract, schemas = item(statuses={"updated": 202}, operations={"update": {"returns": "minimal"}, **_PLAIN})
    for server, outcome in ((Accepting(), "pass"), (AcceptsWhatItRefuses(), "fail")):
        only = ("update.answers-ok", "update.failed-leaves-nothing")
        verdict = bench.run(server, contract, schemas, tmp_path / outcome, only=only, profile="ci")
        found = {r.outcome for r in verdict.results if r.requirement == "update.failed-leaves-nothing"}
        assert found == {outcome}, [(r.item, r.outcome, r.message) for r in verdict.results]
