"""Fields that no update changes in some states: as a rule, as inputs keep and break it, and in lint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from restproof.contract.load import check, load
from restproof.contract.rules import Frozen, Violation
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.inputs import kept_rule_bodies, rule_bodies
from restproof.plan.profile import PROFILES
from restproof.semantics.doubt import doubt

SCHEMA = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "amount": {"type": "integer", "minimum": 1},
        "note": {"type": "string"},
        "state": {"enum": ["draft", "sent", "paid"], "default": "draft"},
    },
}
RULE = Frozen(("amount",), {"state": ("sent", "paid")}, "it is sent")


def written(folder: Path, rule: dict[str, Any]) -> Path:
    said = {"contract": "bills", "resources": {"bill": {"path": "/bills", "schema": "bill.json", "rules": [rule]}}}
    (folder / "contract.yaml").write_text(json.dumps(said), encoding="utf-8")
    (folder / "bill.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
    return folder


def ground(folder: Path) -> Ground:
    rule = {"frozen": ["amount"], "when": {"state": ["sent", "paid"]}, "because": "it is sent"}
    contract = load(written(folder, rule))
    bill = contract.resources["bill"]
    assert bill.rules == (RULE,)
    return Ground(contract, bill, "update", PROFILES["ci"], Bodies(contract, bill))


def test_the_state_before_an_update_decides() -> None:
    paid = {"amount": 5, "state": "paid"}
    assert RULE.violation(None, paid) is None
    assert RULE.violation({**paid, "state": "draft"}, {**paid, "amount": 6}) is None
    assert RULE.violation(paid, {**paid, "state": "draft"}) is None
    assert RULE.violation(paid, {**paid, "amount": 6, "state": "draft"}) == Violation("amount", "it is sent")


def test_each_state_is_tried_on_both_sides(tmp_path: Path) -> None:
    update = ground(tmp_path)
    broken, kept = [list(cases(update)) for cases in (rule_bodies, kept_rule_bodies)]
    assert [case["given"]["state"] for case in broken] == ["sent", "paid"]
    assert [case["given"]["state"] for case in kept] == ["draft"]
    assert all(case["body"].keys() == {"amount"} for case in (*broken, *kept))
    assert all(case["body"]["amount"] != case["given"]["amount"] for case in broken)


def test_no_other_update_breaks_it(tmp_path: Path) -> None:
    bodies = ground(tmp_path).bodies
    change = {"amount": 9, "note": "x"}
    assert bodies.adjusted_to_rules(change, {"state": "paid", "amount": 5}) == {"note": "x"}
    assert bodies.adjusted_to_rules(change, {"state": "draft", "amount": 5}) == change
    assert "it is sent" in doubt(bodies.resource, "update", {"amount": 9})
    assert doubt(bodies.resource, "update", {"note": "x"}) == ""


def test_what_makes_no_sense_is_told(tmp_path: Path) -> None:
    (unknown,) = check(written(tmp_path, {"frozen": ["amuont"], "when": {"state": "paid"}}))
    assert "amuont" in str(unknown)
    (value,) = check(written(tmp_path, {"frozen": ["amount"], "when": {"state": "gone"}}))
    assert "'gone'" in str(value)
    (alone,) = check(written(tmp_path, {"frozen": ["amount"]}))
    assert "does not say when" in str(alone)
    (nothing,) = check(written(tmp_path, {"frozen": ["amount"], "when": {"state": []}}))
    assert "no value is named that 'state' would have" in str(nothing)
    for rule in (
        {"when": {"state": "paid"}, "then": {"amount": []}},
        {"when": {"amount": []}, "then": {"state": "paid"}},
    ):
        (empty,) = check(written(tmp_path, rule))
        assert "no value is named that 'amount' would have" in str(empty)
