"""Bodies that Schemathesis generates: no more is left in them than a contract decides, and equal seeds agree."""

from __future__ import annotations

from typing import Any

import pytest

from restproof.plan.generated import generated_bodies, settled
from restproof.plan.ground import Ground

from .conftest import CONTRACTS, drawn, every, field_of, resolved

PROJECT = CONTRACTS["procore"].resources["project"]


def bodies(ground: Ground, number: int, count: int) -> list[dict[str, Any]]:
    return drawn(generated_bodies(ground), number, count)


def test_some_bodies_are_valid_and_some_are_not() -> None:
    field = field_of(CONTRACTS["procore"], PROJECT, "create")
    verdicts = {bool(field.bodies.refusals("create", resolved(field, body))) for body in bodies(field, 1, 40)}
    assert verdicts == {True, False}


def test_the_same_seed_gives_the_same_bodies() -> None:
    first, again = (bodies(field_of(CONTRACTS["procore"], PROJECT, "update"), 3, 10) for _ in range(2))
    assert first == again


@every("create", "update")
def test_no_body_breaks_a_business_rule_or_holds_what_no_contract_decides(ground: Ground) -> None:
    for body in bodies(ground, 2, 15):
        sent = resolved(ground, body)
        if ground.operation == "create" and not ground.bodies.refusals("create", sent):
            assert ground.bodies.validation.rules(None, sent) == []
        assert not ground.bodies.validation.unstorable(sent)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ({"description": "a\x00b\ud800c\u2028"}, {"description": "axbxcx"}),
        ({"square_feet": 5.0}, {"square_feet": 5}),
        ({"latitude": 1e300}, {"latitude": 2**31 - 1}),
        ({"active": 2**70}, {"active": 2**31 - 1}),
        ({"": 1}, {"x": 1}),
    ],
)
def test_what_servers_may_treat_in_their_own_way_is_taken_out(sent: dict[str, Any], left: dict[str, Any]) -> None:
    assert settled(field_of(CONTRACTS["procore"], PROJECT, "update"), sent) == left


def test_a_remainder_that_is_cut_to_nothing_leaves_a_number_that_names_nobody() -> None:
    field = field_of(CONTRACTS["procore"], PROJECT, "update")
    assert settled(field, {"office_id": -1e-9}) == {"office_id": field.bodies.plain("office_id")}


def test_what_is_compared_or_has_a_form_is_left_to_its_own_rules() -> None:
    field = field_of(CONTRACTS["procore"], PROJECT, "update")
    assert settled(field, {"estimated_start_date": "2015-02-30", "state_code": "zz"}) == {
        "state_code": field.bodies.plain("state_code")
    }
