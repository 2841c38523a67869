"""The order of the plan: whatever a server does wrong, and to whichever of its resources, shows early."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.miniatures.bench import REGISTER, rules

from restproof.bundle import bundled_dir
from restproof.contract.load import load
from restproof.contract.model import OPERATIONS
from restproof.engine.case import may_rest
from restproof.engine.items import Item, items_of, sampled
from restproof.engine.order import FIRST_CASE, in_plan_order
from restproof.engine.register import FIRSTS, REQUESTS
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES

Place = tuple[str, str | None]


@pytest.fixture(scope="module")
def ordered() -> list[Item]:
    """The smoke plan of the bundled contract."""
    contract = load(bundled_dir() / "contracts" / "procore")
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found = [i for proof, test in rules() for i in items_of(proof, test, contract, PROFILES["smoke"], bodies)]
    return in_plan_order(reversed(found), REGISTER)


def places(items: Iterable[Item]) -> list[Place]:
    return [(i.proof.requirement, i.resource.name if i.resource else None) for i in items]


def test_a_rule_is_tried_on_most_resources_before_it_is_tried_twice_on_one(ordered: list[Item]) -> None:
    live = [i for i in ordered if not (i.proof.late or i.proof.observes)]
    found = places(live)
    first = [at for at, place in enumerate(found) if place not in found[:at]]
    again = [at for at in range(len(found)) if at not in set(first)]
    assert statistics.median(first) < len(found) / 3 < statistics.median(again)
    assert all(i.proof.late or i.proof.observes for i in ordered[len(live) :])


def test_a_second_operation_of_a_rule_that_kills_much_goes_before_the_first_of_one_that_kills_little(
    ordered: list[Item],
) -> None:
    likely = replace(REGISTER["input.malformed-json"], kills={"create": 9.0, "update": 8.0})
    unlikely = replace(REGISTER["update.idempotent"], kills={"update": 0.1})
    found = in_plan_order(ordered, {**REGISTER, likely.id: likely, unlikely.id: unlikely})
    at = {item.id: number for number, item in enumerate(found)}
    creates, updates = (at[f"input.malformed-json[office-{operation}]"] for operation in ("create", "update"))
    assert max(creates, updates) < at["update.idempotent[office-update]"]


def test_resources_are_mixed(ordered: list[Item]) -> None:
    assert {resource for _, resource in places(ordered[:60])} >= {"company", "project", "office", "department", "rfi"}


def test_what_kills_most_for_its_price_comes_first(ordered: list[Item]) -> None:
    likely = replace(REGISTER["robust.hostile-text"], kills=dict.fromkeys(OPERATIONS, 500.0))
    unlikely = replace(REGISTER["list.links"], kills={"list": 0.0001})  # what never was the first has 0.001
    found = in_plan_order(ordered, {**REGISTER, likely.id: likely, unlikely.id: unlikely})
    at: dict[str, int] = {}
    for number, item in enumerate(found):
        at.setdefault(item.proof.requirement, number)
    assert at[likely.id] == 0
    assert at[unlikely.id] > len([i for i in found if not (i.proof.late or i.proof.observes)]) - 20


def test_a_rule_is_as_dear_as_its_cases_were_seen_to_be(ordered: list[Item]) -> None:
    dear = replace(REGISTER["conflict.own-value"], requests={"update": 5000.0})
    rules = [i.proof.requirement for i in ordered]
    later = [i.proof.requirement for i in in_plan_order(ordered, {**REGISTER, dear.id: dear})]
    assert rules.index(dear.id) < 100
    assert later.index(dear.id) > rules.index(dear.id) + 500


@pytest.mark.parametrize("name", [FIRSTS, REQUESTS])
def test_what_was_measured_is_of_rules_and_operations_that_there_are(name: str) -> None:
    measured = json.loads((bundled_dir() / "suites" / name).read_text(encoding="utf-8"))
    assert measured.keys() <= REGISTER.keys()
    named = {operation.removesuffix(FIRST_CASE) for rule in measured.values() for operation in rule}
    assert named == {"", *OPERATIONS}


def test_what_a_test_that_rests_waits_for_is_sent_among_the_first(ordered: list[Item]) -> None:
    """A short run would have nothing left to do meanwhile."""
    sent = 0
    for item in ordered:
        if item.proof.requirement.startswith("limit."):
            break
        sent += item.cost
    assert item.proof.requirement == "limit.answers-429"
    assert sent <= sum(i.cost for i in ordered) / 20


def test_a_large_family_is_not_moved_for_the_one_of_it_that_rests(ordered: list[Item]) -> None:
    rests = next(i for i in ordered if may_rest(i))
    longer = replace(rests, proof=replace(rests.proof, requirement="update.after-a-while"))
    moved = in_plan_order([*ordered, longer], REGISTER)
    assert longer in moved
    others = [i for i in moved if i is not longer and not i.proof.requirement.startswith("limit.")]
    assert others == [i for i in ordered if i in others]


def test_a_profile_with_fewer_examples_than_a_property_needs_leaves_it_out(ordered: list[Item]) -> None:
    generated = [i for i in ordered if i.proof.requirement == "input.generated"]
    drawn = [i for i in ordered if i.proof.draw and i not in generated]
    kept = [i.id for i in sampled(ordered, REGISTER) if not i.left_out]
    assert len(generated) > 10
    assert drawn
    assert not {i.id for i in generated}.intersection(kept)
    assert {i.id for i in drawn}.intersection(kept)
    whole = [replace(i, profile=PROFILES["ci"]) for i in generated]
    assert not any(i.left_out for i in sampled(whole, REGISTER))


def test_a_sample_sees_what_each_write_to_each_resource_has_stored(ordered: list[Item]) -> None:
    """A delete that deletes nothing, of one resource alone, is answered as it should be."""
    kept = [i for i in sampled(ordered, REGISTER) if not i.left_out and i.resource and not i.proof.observes]
    looked = {
        i.label for i in kept if REGISTER[i.proof.requirement].core and REGISTER[i.proof.requirement].damage == "data"
    }
    writes = {
        f"{resource.name}-{operation}"
        for resource in ordered[0].contract
        for operation in ("create", "update", "delete")
        if resource.supports(operation) and resource.supports("read")
    }
    assert len(writes) > 10
    assert writes <= looked
    assert any(i.left_out for i in sampled(ordered, REGISTER))


def test_a_kind_of_case_that_another_resource_alone_knows_is_tried_there(ordered: list[Item]) -> None:
    kept = {i.id: i for i in sampled(ordered, REGISTER) if not i.left_out}
    richest, other = kept["input.business-rule[project-update]"], kept["input.business-rule[rfi-update]"]
    assert other.cases
    assert not {other.marks[at].kind for at in other.chosen} & {mark.kind for mark in richest.marks}
    assert "input.type[office-create]" not in kept
    assert "input.type[project-create]" in kept


def test_an_update_tries_one_value_beyond_each_bound_that_a_create_has_tried(ordered: list[Item]) -> None:
    kept = {i.id: i for i in sampled(ordered, REGISTER) if not i.left_out}
    update = kept["input.bounds[project-update]"]
    broken = [update.marks[at].family for at in update.chosen]
    assert len(broken) == len({*broken}) == len({mark.family for mark in update.marks}) > 5


def test_what_lists_show_is_tried_in_each_way_of_asking_and_where_most_can_be_done(ordered: list[Item]) -> None:
    totals = [i for i in sampled(ordered, REGISTER) if not i.left_out and i.proof.requirement == "list.totals"]
    assert [i.resource.supports("delete") for i in totals if i.resource] == [True]
    contract = load(Path(__file__).parents[1] / "kill" / "contracts" / "ways")
    bodies = {r.name: Bodies(contract, r) for r in contract}
    found = [i for proof, test in rules() for i in items_of(proof, test, contract, PROFILES["smoke"], bodies)]
    kept = [i for i in sampled(found, REGISTER) if not i.left_out and i.proof.requirement == "list.pages-partition"]
    assert {i.resource.name for i in kept if i.resource} == {"document", "record", "order", "export", "shelf"}


def test_a_plan_that_is_only_shown_keeps_numbers_and_no_inputs(ordered: list[Item]) -> None:
    item = next(i for i in ordered if i.proof.each is not None and i.count > 1)
    count, cost = item.count, item.cost
    item.forget_inputs()
    assert not {"known", "cases", "ground"} & vars(item).keys()
    assert (item.count, item.cost, len(item.cases or ())) == (count, cost, count)
