"""A rule between two fields is learned of creates that nothing but their order can have refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures.server import Refused, Row

from restproof.contract.pairs import pairs
from restproof.plan.bodies import Bodies
from restproof.plan.rules import broken, kept
from restproof.plan.spans import bound_of

from . import desk
from .desk import OPEN, Desk, learned, written

_DATE = {"type": "string", "format": "date"}
SCHEMA = {**desk.SCHEMA, "properties": {**desk.SCHEMA["properties"], "starts_on": _DATE, "ends_on": _DATE}}


class Dated(Desk):
    SCHEMAS: Mapping[str, Any] = {"/desks": SCHEMA}

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.orders = "any-order" not in faults

    def valid(self, path: str, fields: Row, before: Row | None) -> Row:
        found = super().valid(path, fields, before)
        start, end = found.get("starts_on"), found.get("ends_on")
        if self.orders and start and end and end < start:
            raise Refused(422, "it ends before it starts", "ends_on")
        return found


@pytest.mark.parametrize(("faults", "rules"), [((), [{"ordered": ["starts_on", "ends_on"]}]), (("any-order",), None)])
def test_an_order_is_learned_where_it_is_kept(faults: tuple[str, ...], rules: Any, tmp_path: Path) -> None:
    open_ = {**OPEN, "statuses": {**OPEN["statuses"], "rule": "4xx"}}
    words = {".".join(w.name): w.value for w in learned(Dated(*faults), tmp_path, open_, SCHEMA).words}
    assert words.get("rules") == rules
    assert words.get("statuses.rule") == (422 if rules else None)


def test_valid_bodies_keep_the_order_that_names_suggest(tmp_path: Path) -> None:
    number = {"type": "number", "minimum": 0}
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "min_price": number, "max_price": number}}
    contract = written(tmp_path, schema=schema)
    bodies = Bodies(contract, contract.resources["desk"])
    assert bodies.full()["min_price"] < bodies.full()["max_price"]
    assert bodies.with_field("max_price", 0).get("min_price", 0) == 0
    # Where rules are open, what begins and ends has a span of its own.
    assert bodies.spans["starts_on"] == bodies.spans["ends_on"] == ("starts_on", "ends_on")
    begin, end = (bound_of(bodies.spans[n], n, _DATE, 1, datetime.now(UTC)) for n in ("starts_on", "ends_on"))
    assert begin < end
    assert bodies.with_field("ends_on", "1970-01-01").get("starts_on", "1970-01-01") == "1970-01-01"


def test_pairs_are_times_or_numbers() -> None:
    names = {"from": {"type": "string"}, "to": {"type": "string"}, "minPrice": {"type": "number"}}
    found = pairs({**names, "maxPrice": {"type": ["number", "null"]}, "startAt": _DATE, "endAt": {"type": "string"}})
    assert [(p.first, p.second) for p in found] == [("minPrice", "maxPrice")]


def test_no_update_breaks_a_rule_of_what_only_a_create_takes(tmp_path: Path) -> None:
    own = {**OPEN["resources"]["desk"], "rules": [{"ordered": ["starts_on", "ends_on"]}]}
    for words, there in ((own, True), ({**own, "create_only": ["starts_on", "ends_on"]}, False)):
        contract = written(tmp_path / str(there), {**OPEN, "resources": {"desk": words}}, SCHEMA)
        bodies = Bodies(contract, contract.resources["desk"])
        assert bool(list(broken(bodies, "update")) and list(kept(bodies, "update"))) is there
        assert list(broken(bodies, "create"))
