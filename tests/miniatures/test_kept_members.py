"""Maps in which a server keeps members of its own, beside those that a client names, and no word of a contract says
so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Row

TEXT = {"type": "string"}
CONTACT = schema("traits", traits={"type": "object", "additionalProperties": TEXT})
OPEN = ["unique", "rules"]


class Contacts(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": CONTACT}

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        checked = super().valid(path, fields, row)
        return {**checked, "traits": self.kept(checked["traits"])} if "traits" in checked else checked

    def kept(self, traits: Row) -> Row:
        return {**traits, "made_by": "form"}


class Forgetful(Contacts):
    """Keeps one member of each map."""

    def kept(self, traits: Row) -> Row:
        return dict(list(traits.items())[:1])


CASES = [(Contacts, OPEN, "pass"), (Contacts, ["unique"], "fail"), (Forgetful, OPEN, "fail")]


@pytest.mark.parametrize(("server", "left_open", "outcome"), CASES)
def test_a_server_may_keep_members_of_its_own_in_a_map(
    server: type[Contacts], left_open: list[str], outcome: str, tmp_path: Path
) -> None:
    contract, schemas = item(CONTACT, open=left_open)
    found = bench.run(server(), contract, schemas, tmp_path, only=("create.accepts-valid",))
    assert {r.item: r.outcome for r in found.results} == {"create.accepts-valid[item-create]": outcome}
