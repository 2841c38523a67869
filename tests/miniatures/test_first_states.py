"""A state that an update leads to, and that no create may hold: its rules are said, and tried where it was reached."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Answer, Refused, Row

STATES = ("draft", "open", "paid")
AMOUNT = {"type": "integer", "minimum": 0, "maximum": 1000}
FIELDS = {"title": {"type": "string", "minLength": 1, "maxLength": 60}, "amount": AMOUNT}
BILL = schema("title", "amount", **FIELDS, state={"enum": list(STATES), "default": "draft"})
NEW = schema("title", "amount", **FIELDS, state={"enum": ["draft", "open"], "default": "draft"})
CHANGE = schema(**FIELDS, state={"enum": list(STATES)})
RULES: list[dict[str, Any]] = [
    {"never": {"state": ["draft", "paid"]}},
    {"never": {"state": ["paid", "open"]}},
    {"frozen": ["amount"], "when": {"state": ["open", "paid"]}},
]
CONTRACT: dict[str, Any] = {
    "contract": "mini",
    "statuses": {"invalid": 400, "rule": 422},
    "resources": {
        "item": {
            "path": "/items",
            "schema": {"create": "new.json", "update": "change.json", "response": "bill.json"},
            "rules": RULES,
        }
    },
}


class Bills(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": BILL}

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        if row is None and fields.get("state") == "paid":
            raise Refused(400, "is not paid at once", "state")
        known = super().valid(path, fields, row)
        if row is not None and (row["state"], known.get("state", row["state"])) in self.refused():
            raise Refused(422, "does not go there", "state")
        if row is not None and self.is_frozen(row) and known.get("amount", row["amount"]) != row["amount"]:
            raise Refused(422, "is paid", "amount")
        return known

    def refused(self) -> list[tuple[str, str]]:
        return [("draft", "paid"), ("paid", "open")]

    def is_frozen(self, row: Row) -> bool:
        return bool(row["state"] != "draft")


class Reopened(Bills):
    def refused(self) -> list[tuple[str, str]]:
        return [("draft", "paid")]


class Cut(Bills):
    """An update keeps no amount above 100."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: min(v, 100) if n == "amount" else v for n, v in fields.items()})


class Soft(Bills):
    def is_frozen(self, row: Row) -> bool:
        return False


@pytest.mark.parametrize(("server", "outcome"), [(Bills, "pass"), (Reopened, "fail"), (Soft, "fail")])
def test_a_state_that_no_create_may_hold_is_reached_by_updates(
    server: type[Bills], outcome: str, tmp_path: Path
) -> None:
    files = {"bill.json": BILL, "new.json": NEW, "change.json": CHANGE}
    found = bench.run(
        server(), CONTRACT, files, tmp_path, only=("input.business-rule", "input.rule-kept"), profile="ci"
    )
    told = {r.item: r.outcome for r in found.results}
    assert told["input.business-rule[item-update]"] == outcome
    assert told["input.rule-kept[item-update]"] == "pass"


@pytest.mark.parametrize(("server", "outcome"), [(Bills, "pass"), (Cut, "fail")])
def test_what_a_state_freezes_is_tried_before_that_state(server: type[Bills], outcome: str, tmp_path: Path) -> None:
    files = {"bill.json": BILL, "new.json": NEW, "change.json": CHANGE}
    found = bench.run(server(), CONTRACT, files, tmp_path, only=("update.accepts-valid",), profile="ci")
    assert {r.item: r.outcome for r in found.results}["update.accepts-valid[item-update]"] == outcome


class Going(Bills):
    """A draft is opened by being paid alone."""

    def refused(self) -> list[tuple[str, str]]:
        return [("draft", "open")]

    def is_frozen(self, row: Row) -> bool:
        return False


class Mixed(Going):
    """An update of several fields loses the title."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: v for n, v in fields.items() if n != "title" or len(fields) < 2})


@pytest.mark.parametrize("profile", ["smoke", "ci"])
@pytest.mark.parametrize(("server", "outcome"), [(Going, "pass"), (Mixed, "fail")])
def test_all_fields_at_once_are_tried_in_any_state(
    server: type[Bills], outcome: str, profile: str, tmp_path: Path
) -> None:
    files = {"bill.json": BILL, "new.json": NEW, "change.json": CHANGE}
    rules = [{"never": {"state": [*step]}} for step in Going().refused()]
    item = {**CONTRACT["resources"]["item"], "rules": rules}
    found = bench.run(
        server(),
        {**CONTRACT, "resources": {"item": item}},
        files,
        tmp_path,
        only=("update.only-named",),
        profile=profile,
    )
    assert {r.item: r.outcome for r in found.results}["update.only-named[item-update]"] == outcome


class Stepping(Items):
    """What is new is a draft; a PUT names the next state."""

    SCHEMAS: Mapping[str, Any] = {"/items": BILL}
    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": {"GET": "list", "POST": "create"},
        "item": {"GET": "read", "PUT": "replace", "DELETE": "delete"},
    }

    def do_create(self, path: str, fields: Row) -> Answer:
        return super().do_create(path, {n: v for n, v in fields.items() if n != "state"})

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        if (row["state"], self.valid(path, fields, None).get("state")) in [("draft", "paid"), ("paid", "open")]:
            raise Refused(422, "does not go there", "state")
        return super().do_replace(path, id, fields)


class Capped(Stepping):
    """A replace keeps no amount above 100."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        cut = {n: min(v, 100) if n == "amount" and type(v) is int and v <= 1000 else v for n, v in fields.items()}
        return super().do_replace(path, id, cut)


@pytest.mark.parametrize(("server", "outcome"), [(Stepping, "pass"), (Capped, "fail")])
def test_a_replace_begins_at_the_first_state(server: type[Stepping], outcome: str, tmp_path: Path) -> None:
    item = {
        "path": "/items",
        "schema": {"create": "new.json", "replace": "put.json", "response": "bill.json"},
        "operations": ["list", "create", "read", "replace", "delete"],
        "rules": RULES[:2],
    }
    new = schema("title", "amount", **FIELDS)
    put = schema("title", "amount", "state", **FIELDS, state={"enum": list(STATES)})
    files = {"bill.json": BILL, "new.json": new, "put.json": put}
    contract = {**CONTRACT, "resources": {"item": item}}
    found = bench.run(server(), contract, files, tmp_path, only=("replace.answers",), profile="ci")
    assert {r.item: r.outcome for r in found.results}["replace.answers[item-replace]"] == outcome


class Slack(Stepping):
    """A replace that keeps the amount goes where it likes."""

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        self.found(path, id)["state"] = fields.get("state")
        return super().do_replace(path, id, fields)


class Named(Stepping):
    """A client names the item, and a replace need not repeat the name; what is paid keeps its amount."""

    SCHEMAS: Mapping[str, Any] = {
        "/items": {
            **BILL,
            "required": ["id", "title", "amount"],
            "properties": {**BILL["properties"], "id": {"type": "string", "minLength": 3, "maxLength": 40}},
        }
    }
    keeps = True

    def new_id(self, path: str, fields: Row) -> Any:
        return fields["id"]

    def do_create(self, path: str, fields: Row) -> Answer:
        if fields.get("id") in self.rows[path]:
            raise Refused(409, "is taken", "id")
        return Items.do_create(self, path, fields)

    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        row = self.found(path, id)
        if self.keeps and row["state"] == "paid" and fields.get("amount", row["amount"]) != row["amount"]:
            raise Refused(422, "is paid", "amount")
        return super().do_replace(path, id, {"id": id, **fields})


class Renamed(Named):
    def do_replace(self, path: str, id: str, fields: Row) -> Answer:
        self.found(path, id)["state"] = "open" if fields.get("state") == "open" else self.found(path, id)["state"]
        return super().do_replace(path, id, fields)


class Thawed(Named):
    keeps = False


@pytest.mark.parametrize(
    ("server", "outcome"),
    [(Stepping, "pass"), (Slack, "fail"), (Named, "pass"), (Renamed, "fail"), (Thawed, "fail")],
)
def test_rules_of_states_bind_a_replace(server: type[Stepping], outcome: str, tmp_path: Path) -> None:
    item: dict[str, Any] = {
        "path": "/items",
        "schema": {"create": "new.json", "replace": "put.json", "response": "bill.json"},
        "operations": ["list", "create", "read", "replace", "delete"],
        "rules": RULES[:2],
    }
    new = schema("title", "amount", **FIELDS)
    put = schema("title", "amount", "state", **FIELDS, state={"enum": list(STATES)})
    if issubclass(server, Named):
        frozen = {"frozen": ["amount"], "when": {"state": ["paid"]}}
        item.update(schema="bill.json", id={"chosen_by": "client"}, rules=[*RULES[:2], frozen])
    files = {"bill.json": server.SCHEMAS["/items"], "new.json": new, "put.json": put}
    contract = {**CONTRACT, "resources": {"item": item}}
    rules = ("input.business-rule", "input.rule-kept")
    found = bench.run(server(), contract, files, tmp_path, only=rules, profile="ci")
    told = {r.item: r.outcome for r in found.results}
    assert told["input.business-rule[item-replace]"] == outcome
    assert told["input.rule-kept[item-replace]"] == "pass"


PUBLISHED = schema("title", "amount", **FIELDS, count=AMOUNT, state={"enum": list(STATES)})


class Published(Items):
    """What is new is open, and nothing says so: whether an amount may change nobody knows beforehand."""

    SCHEMAS: Mapping[str, Any] = {"/items": PUBLISHED}

    def blank(self, path: str) -> Row:
        return {**super().blank(path), "state": "open"}

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        known = super().valid(path, fields, row)
        if row is not None and known.get("amount", row["amount"]) != row["amount"] and row["state"] != "draft":
            raise Refused(422, "is open", "amount")
        return known


class Counting(Published):
    """An update keeps no count above 100."""

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, {n: min(v, 100) if n == "count" else v for n, v in fields.items()})


@pytest.mark.parametrize(("server", "outcome"), [(Published, "pass"), (Counting, "fail")])
def test_what_may_be_frozen_hides_no_other_field(server: type[Published], outcome: str, tmp_path: Path) -> None:
    words = {"rules": [{"frozen": ["amount"], "when": {"state": ["open", "paid"]}}], "statuses": {"rule": 422}}
    contract, schemas = item(PUBLISHED, **words)
    found = bench.run(server(), contract, schemas, tmp_path, only=("update.accepts-valid",), profile="ci")
    assert {r.item: r.outcome for r in found.results}["update.accepts-valid[item-update]"] == outcome


TIMED = schema("title", **FIELDS, state={"enum": [*STATES]}, note={"type": ["string", "null"]})
TIMED["properties"]["at"] = {"type": "integer", "readOnly": True}


class Timed(Items):
    """No create holds a state: what is new is paid, and never another. Each change moves a time."""

    SCHEMAS: Mapping[str, Any] = {"/items": TIMED}

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "state": "paid", "at": time.time_ns()}

    def rule(self, path: str, after: Row, fields: Row, before: Row | None) -> None:
        if before is not None and before["state"] == "paid" and after["state"] != "paid":
            raise Refused(422, "is paid", "state")

    def changed(self, path: str, row: Row, fields: Row) -> None:
        moved = self.moves(fields) and any(row[n] != v for n, v in fields.items())
        super().changed(path, row, {**fields, **({"at": time.time_ns()} if moved else {})})

    def moves(self, fields: Row) -> bool:
        return True


class Timeless(Timed):
    """A change of the note moves no time."""

    def moves(self, fields: Row) -> bool:
        return "note" not in fields


@pytest.mark.parametrize(("server", "outcome"), [(Timed, "pass"), (Timeless, "fail")])
def test_a_time_is_asked_to_move_by_a_step_that_the_rules_allow(
    server: type[Timed], outcome: str, tmp_path: Path
) -> None:
    """Of what is in a state that no create may hold."""
    properties = {n: p for n, p in TIMED["properties"].items() if n not in ("at", "state")}
    new = {**TIMED, "properties": properties}
    change = {"type": "object", "properties": {"note": properties["note"], "state": {"enum": [*STATES]}}}
    resource = {
        "path": "/items",
        "schema": {"create": "new.json", "update": "change.json", "response": "timed.json"},
        "touched": ["at"],
        "touched_resolution": 0.01,
        "rules": [{"never": {"state": ["paid", "draft"]}}, {"never": {"state": ["paid", "open"]}}],
    }
    contract = {**CONTRACT, "resources": {"item": resource}}
    files = {"timed.json": TIMED, "new.json": new, "change.json": change}
    found = bench.run(server(), contract, files, tmp_path, only=("update.touches-updated-at",), profile="ci")
    assert {r.item: r.outcome for r in found.results}["update.touches-updated-at[item-update]"] == outcome


class Putting(Bills):
    """A list leaves out what is paid."""

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [row for row in super().listed(path, query) if row["state"] != "paid"]


@pytest.mark.parametrize(("server", "outcome"), [(Bills, "pass"), (Putting, "fail")])
def test_a_list_holds_what_updates_have_brought_to_its_last_state(
    server: type[Bills], outcome: str, tmp_path: Path
) -> None:
    files = {"bill.json": BILL, "new.json": NEW, "change.json": CHANGE}
    verdict = bench.run(server(), CONTRACT, files, tmp_path, only=("list.entry-agrees",), profile="ci")
    assert [(r.outcome, r.message) for r in verdict.results if r.outcome != outcome] == []
