"""Ids that are shown as text, though they are numbers: told of what shows them, and not of what is refused for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds_references import BADGE, SEAT, TEAM, Badges, Seats
from tests.miniatures.server import Refused, Row, Shop

TEAMS: dict[str, Any] = {"path": "/teams", "schema": "team.json"}


class Members(Seats):
    """A team shows its id as text."""

    UNIQUE = ("name",)

    def show(self, path: str, row: Row) -> Any:
        shown = super().show(path, row)
        return {**shown, "id": str(shown["id"])} if path == "/teams" else shown


class Loose(Members):
    """Besides, a name may be taken twice."""

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        pass


class Several(Badges):
    """The same, of an array of ids."""

    def show(self, path: str, row: Row) -> Any:
        shown = super().show(path, row)
        return {**shown, "id": str(shown["id"])} if path == "/teams" else shown

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        if path == "/badges" and not set(fields.get("team_ids", ())) <= self.rows["/teams"].keys():
            raise Refused(422, "there is no such team", "team_ids")


@pytest.mark.parametrize(("server", "failing"), [(Members, set()), (Loose, {"conflict.duplicate", "lifecycle.model"})])
def test_what_is_refused_for_an_id_as_it_is_shown_says_nothing(
    server: type[Shop], failing: set[str], tmp_path: Path
) -> None:
    reference = {"to": "team", "reads_as": "team.id", "on_delete": "refuse"}
    member = {"path": "/members", "schema": "member.json", "unique": ["name"], "references": {"team_id": reference}}
    contract = {"contract": "seats", "resources": {"team": TEAMS, "member": member}}
    found = bench.run(server(), contract, {"team.json": TEAM, "member.json": SEAT}, tmp_path, profile="ci")
    told = [r for r in found.results if r.outcome in ("fail", "error")]
    assert {"create.unique-id", "shape.resource"} <= {r.requirement for r in told if r.resource == "team"}
    assert {r.requirement for r in told if r.resource == "member"} == failing


def test_what_is_refused_for_an_array_of_such_ids_says_nothing(tmp_path: Path) -> None:
    badge = {
        "path": "/badges",
        "schema": "badge.json",
        "references": {"team_ids": {"to": "team", "on_delete": "clear"}},
    }
    contract = {"contract": "badges", "resources": {"team": TEAMS, "badge": badge}}
    found = bench.run(Several(), contract, {"team.json": TEAM, "badge.json": BADGE}, tmp_path, profile="ci")
    told = [r for r in found.results if r.outcome in ("fail", "error")]
    assert {r.resource for r in told} == {"team"}
