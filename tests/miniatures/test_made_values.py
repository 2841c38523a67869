"""What the server makes of members that a create leaves out, and rules that speak of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row, Shop

TITLE = {"type": "string", "minLength": 1, "maxLength": 60}
PLANS = schema(
    "title",
    title=TITLE,
    plan={"enum": ["free", "team"], "default": "free"},
    seats={"type": "integer", "minimum": 1, "maximum": 50},
)
SEATS = {"free": 1, "team": 5}


class Plans(Items):
    """How many seats there are follows from the plan, where nobody says it; a free plan has one."""

    SCHEMAS: Mapping[str, Any] = {"/items": PLANS}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if state["plan"] == "free" and state["seats"] not in (None, 1):
            raise Refused(422, "a free plan has one", "seats")

    def made(self, path: str, fields: Row) -> Row:
        made = super().made(path, fields)
        return {**made, "seats": made["seats"] or SEATS[made["plan"]]}


class Generous(Plans):
    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        """A free plan has as many as anybody likes."""


INVOICE = schema(
    "title",
    title=TITLE,
    issued={"type": "string", "format": "date"},
    due={"type": ["string", "null"], "format": "date"},
)
TODAY = "2026-11-28"


class Invoices(Items):
    """Issued today where nobody says when, and never due before that."""

    SCHEMAS: Mapping[str, Any] = {"/items": INVOICE}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if (state["due"] or "9999") < (state["issued"] or TODAY):
            raise Refused(422, "is due before it is issued", "due")

    def made(self, path: str, fields: Row) -> Row:
        made = super().made(path, fields)
        return {**made, "issued": made["issued"] or TODAY}


class Careless(Invoices):
    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        """Whatever is due is due."""


PLAN = {"defaults": {"seats": "server"}, "rules": [{"when": {"plan": "free"}, "then": {"seats": 1}}]}
ISSUE = {"defaults": {"issued": "today"}, "rules": [{"ordered": ["issued", "due"]}]}


@pytest.mark.parametrize(
    ("server", "words", "wrong"),
    [
        (Plans, PLAN, set[str]()),
        (Generous, PLAN, {"input.business-rule"}),
        (Invoices, ISSUE, set[str]()),
        (Careless, ISSUE, {"input.business-rule"}),
    ],
)
def test_a_member_that_is_left_out_breaks_no_rule_that_the_server_keeps(
    server: type[Shop], words: Mapping[str, Any], wrong: set[str], tmp_path: Path
) -> None:
    contract, schemas = item(server.SCHEMAS["/items"], **words)
    only = ("input.business-rule", "create", "update", "input.unstorable", "list.filter-complete")
    found = bench.run(server(), contract, schemas, tmp_path, only=only, profile="ci")
    failed = [r for r in found.results if r.outcome == "fail"]
    assert {r.requirement for r in failed} == wrong, [f.message for r in failed for f in r.findings]
