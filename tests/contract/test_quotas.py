"""How much there may be at once: read, told by lint, stayed below, used up, and held by the sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests

import restproof
from restproof.contract.load import check, load
from restproof.contract.model import Contract
from restproof.plan.bodies import Bodies
from restproof.plan.ground import Ground
from restproof.plan.profile import PROFILES
from restproof.plan.quotas import moved_beyond, used_up
from restproof.semantics.checker import is_valid

ID = {"type": "integer", "readOnly": True}
SCHEMAS: dict[str, dict[str, Any]] = {
    "user": {"name": {"type": "string", "maxLength": 80}},
    "event": {"title": {"type": "string"}, "capacity": {"type": "integer", "minimum": 1}},
    "entry": {
        "user_id": {"type": "integer"},
        "day": {"type": "string", "format": "date"},
        "hours": {"type": "number", "minimum": 0.25, "maximum": 40, "multipleOf": 0.25},
        "state": {"enum": ["done", "running"], "default": "done"},
    },
    "seat": {
        "note": {"type": "string", "maxLength": 80},
        "places": {"type": "integer", "minimum": 1, "maximum": 4},
        "rows": {"type": "integer"},
    },
}
HOURS = {"at_most": 24, "of": "hours", "per": ["user_id", "day"], "because": "a day has 24 hours"}


def written(folder: Path, **rules: list[dict[str, Any]]) -> Path:
    """A contract of users, events, hours of users and seats of events, with these rules."""
    paths = {"seat": "/events/{event}/seats"}
    resources: dict[str, Any] = {
        name: {"path": paths.get(name, f"/{name}s"), "schema": f"{name}.json", "rules": rules.get(name, [])}
        for name in SCHEMAS
    }
    resources["entry"]["references"] = {"user_id": {"to": "user"}}
    (folder / "contract.yaml").write_text(json.dumps({"contract": "hours", "resources": resources}), encoding="utf-8")
    for name, properties in SCHEMAS.items():
        required = [n for n in properties if n in ("user_id", "day", "hours", "places")]
        schema = {"type": "object", "required": required, "properties": {"id": ID, **properties}}
        (folder / f"{name}.json").write_text(json.dumps(schema), encoding="utf-8")
    return folder


def ground(contract: Contract, name: str, operation: str = "create") -> Ground:
    resource = contract.resources[name]
    return Ground(contract, resource, operation, PROFILES["ci"], Bodies(contract, resource))


def test_bodies_stay_below_by_a_value_of_their_own(tmp_path: Path) -> None:
    contract = load(written(tmp_path, entry=[HOURS], seat=[{"at_most": "event.capacity", "of": "places"}]))
    entry, seat, event = (Bodies(contract, contract.resources[n]) for n in ("entry", "seat", "event"))
    assert entry.distinguishing_fields == {"day"}
    assert not entry.shared_quotas
    assert not seat.shared_quotas
    assert entry.minimal()["day"] == "{unique:entry:day:}"
    assert event.minimal()["capacity"] == 10_000
    assert entry.adjusted_to_rules({"user_id": 1, "day": "2020-01-01", "hours": 30})["hours"] <= 24


def test_what_leaves_out_what_counts_may_be_one_too_many_where_nobody_says_what_becomes_of_it(tmp_path: Path) -> None:
    contract = load(written(tmp_path, seat=[{"at_most": 2, "per": ["rows"]}], entry=[HOURS]))
    seat, entry = ground(contract, "seat").bodies, ground(contract, "entry").bodies
    assert seat.may_use_up("create", {"places": 1})
    assert not seat.may_use_up("create", {"places": 1, "rows": 3})
    assert not seat.may_use_up("update", {"places": 1})
    assert not entry.may_use_up("create", entry.minimal())


def test_where_only_a_reference_can_differ_each_body_has_its_own_referent(tmp_path: Path) -> None:
    contract = load(written(tmp_path, entry=[{"at_most": 1, "per": "user_id", "when": {"state": ["running"]}}]))
    entry = ground(contract, "entry")
    assert entry.bodies.minimal("a")["user_id"] == "{ref:user:owna}"
    (case,) = used_up(entry)
    assert {body["state"] for body in (*case["fill"], case["beyond"])} == {"running"}
    (change,) = moved_beyond(ground(contract, "entry", "update"))
    assert (change["other"]["state"], change["change"]) == ("done", {"state": "running"})


def test_a_quota_is_used_up_to_the_last(tmp_path: Path) -> None:
    several = {"at_most": 3, "per": ["user_id", "day"]}
    contract = load(written(tmp_path, entry=[HOURS, several], seat=[{"at_most": "event.capacity", "of": "places"}]))
    hours, entries = used_up(ground(contract, "entry"))
    assert sum(body["hours"] for body in hours["fill"]) == 24
    assert len(entries["fill"]) == 3
    assert len({(b["user_id"], b["day"]) for b in (*entries["fill"], entries["beyond"])}) == 1
    (seats,) = used_up(ground(contract, "seat"))
    assert (seats["owner"], seats["above"], [b["places"] for b in seats["fill"]]) == ("event", {"capacity": 2}, [2])
    known = contract.resources["entry"].properties["hours"]
    assert all(is_valid(known, body["hours"]) for case in (hours, entries) for body in (*case["fill"], case["beyond"]))


def test_what_a_rule_refuses_uses_nothing_up_and_is_not_held_apart(tmp_path: Path) -> None:
    few = {"at_most": 1, "per": "user_id", "when": {"state": ["running"]}}

    def tried(refused: str) -> list[list[str]]:
        rules: list[dict[str, Any]] = [few, {"refused": {"state": refused}, "because": "nothing begins so"}]
        contract = load(written(tmp_path, entry=rules))
        changes = list(moved_beyond(ground(contract, "entry", "update")))
        assert all(change["change"].keys() == {"user_id"} for change in changes)
        return [[b["state"] for b in (*c["fill"], c["other"])] for c in changes]

    assert tried("done") == [["running", "running"]]
    assert tried("running") == []


def test_what_counts_anywhere_counts_below_another_parent_too(tmp_path: Path) -> None:
    rules = [{"at_most": 2, "per": "note", "within": where} for where in ("parents", "anywhere")]
    contract = load(written(tmp_path, seat=rules))
    assert [(c["quota"], c["far"]) for c in used_up(ground(contract, "seat"))] == [(0, False), (1, False), (1, True)]


def test_what_uses_one_quota_up_is_within_the_others(tmp_path: Path) -> None:
    few = {"at_most": 4, "per": ["user_id", "day"]}
    contract = load(written(tmp_path, entry=[{**HOURS, "at_most": 2}, few]))
    hours, entries = used_up(ground(contract, "entry"))
    assert sum(body["hours"] for body in entries["fill"]) <= 1
    assert [body["hours"] for body in hours["fill"]] == [2]
    fewer = load(written(tmp_path, entry=[{**HOURS, "at_most": 0.75}, few]))
    assert [case["quota"] for case in used_up(ground(fewer, "entry"))] == [0]


def test_what_others_may_use_up_too_is_not_tried(tmp_path: Path) -> None:
    contract = load(written(tmp_path, user=[{"at_most": 5}], seat=[{"at_most": 30}, {"at_most": 4}]))
    user = ground(contract, "user")
    assert (len(user.bodies.shared_quotas), list(used_up(user))) == (1, [])
    assert [(case["quota"], case["owner"]) for case in used_up(ground(contract, "seat"))] == [(1, "event")]


@pytest.mark.parametrize(
    ("name", "rule", "message"),
    [
        ("entry", {**HOURS, "of": "state"}, "'state' holds no numbers"),
        ("entry", {**HOURS, "per": ["week"]}, "'week'"),
        ("entry", {"of": "hours"}, "'of' says what counts, and not how much"),
        ("entry", {**HOURS, "ordered": ["day", "state"]}, "'at_most' and 'ordered' are rules of their own"),
        ("entry", {**HOURS, "when": {"state": ["late"]}}, "does not allow 'late'"),
        ("entry", {**HOURS, "when": {"state": []}}, "no value is named that 'state' would have"),
        ("entry", {"at_most": "event.capacity"}, "'event' is no parent"),
        ("seat", {"at_most": "event.size"}, "'event' has no number 'size'"),
        ("seat", {"at_most": "event.capacity", "of": "rows"}, "how large one 'rows' may be"),
        ("seat", {"at_most": "event.capacity", "within": "anywhere"}, "holds below it"),
    ],
)
def test_what_makes_no_quota_is_told(name: str, rule: dict[str, Any], message: str, tmp_path: Path) -> None:
    assert any(message in str(problem) for problem in check(written(tmp_path, **{name: [rule]})))


def test_the_sandbox_counts_what_is_there(tmp_path: Path) -> None:
    running = {"at_most": 1, "per": "user_id", "when": {"state": ["running"]}, "within": "anywhere"}
    with restproof.stub(written(tmp_path, entry=[HOURS, running])) as stub:
        user = requests.post(f"{stub.base_url}/users", json={"name": "Ann"}).json()["id"]

        def made(hours: float, **more: Any) -> tuple[int, Any]:
            body = {"user_id": user, "day": "2026-11-28", "hours": hours, **more}
            answer = requests.post(f"{stub.base_url}/entrys", json=body)
            return answer.status_code, answer.json()

        (_, first), (_, second) = made(16), made(8)
        assert [made(0.25)[0], made(25, day="2026-11-29")[0], made(24, day="2026-11-29")[0]] == [422, 422, 201]
        url = f"{stub.base_url}/entrys/{second['id']}"
        told = [
            requests.patch(url, json=change).status_code for change in ({"hours": 8.25}, {"hours": 7}, {"hours": 8})
        ]
        assert told == [422, 200, 200]
        assert requests.delete(f"{stub.base_url}/entrys/{first['id']}").status_code == 204
        assert [made(16, state="running")[0], made(1, state="running", day="2026-12-01")[0]] == [201, 422]
