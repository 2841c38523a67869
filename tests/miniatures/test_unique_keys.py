"""Of several unique keys each is asked for by itself, in creates and in renames."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema

TEXT = {"type": "string", "minLength": 1, "maxLength": 60}
USER = schema("login", "email", login=TEXT, email=TEXT)


class Users(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": USER}
    UNIQUE: tuple[str, ...] = ("login", "email")


class Emails(Users):
    UNIQUE = ("email",)


class Logins(Users):
    UNIQUE = ("login",)


@pytest.mark.parametrize("item_id", ["conflict.duplicate[item-create]", "conflict.rename[item-update]"])
@pytest.mark.parametrize(("server", "outcome"), [(Users, "pass"), (Emails, "fail"), (Logins, "fail")])
def test_each_key_is_asked_for_alone(server: type[Users], outcome: str, item_id: str, tmp_path: Path) -> None:
    """Each rule in a run of its own: a duplicate that is accepted blocks what is told of renames."""
    contract, schemas = item(USER, unique=["login", "email"])
    found = bench.run(server(), contract, schemas, tmp_path, only=(item_id.partition("[")[0],), profile="ci")
    assert {r.item: r.outcome for r in found.results}[item_id] == outcome
