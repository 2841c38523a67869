"""Tenants that are told apart by their credentials, each with ids of its own: what a look with one of them has shown
says nothing of what another one, a wrong one or none at all leads to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.crossing import Crossing

from .harness import Plan, run, write_contract
from .server import CONTRACT, Answer, Asked, Server
from .test_strangers import untold

CREDENTIALS = {"full": "ours", "foreign": "theirs"}


class Tenants(Server):
    """The records of each tenant are another server's. ``default``: whose a request is that shows no credential, or
    one that is not known; ``None``: nobody's. ``more``: what the other tenants have beside what ours has."""

    def __init__(self, default: str | None, more: int = 200) -> None:
        super().__init__()
        self.default = default
        self.of = {"ours": self, "theirs": Server(), "default": Server()}
        for at, one in enumerate(self.of.values()):
            # What one tenant makes has an id that another one has by now.
            for resource in one.rows if at else ():
                for _ in range(more):
                    number = one.new_id(resource)
                    one.stranger(resource, f"t{number}" if resource == "tag" else number, f"of others {number}")

    def answer(self, asked: Asked) -> Answer:
        known = asked.headers.get("authorization", "").removeprefix("Bearer ")
        tenant = known if known in CREDENTIALS.values() else self.default
        if tenant is None:
            return Answer(401, {"error": "who is it?"}, {"WWW-Authenticate": "Bearer"})
        return Server.answer(self.of[tenant], asked)

    def harm(self) -> list[str]:
        return [line for one in self.of.values() for line in Server.harm(one)]

    def ours(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for one in self.of.values():
            for resource, keys in Server.ours(one).items():
                found[resource] = [*found.get(resource, ()), *keys]
        return found


@pytest.fixture(scope="module")
def auth(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """All that shows another credential than the usual one."""
    text = CONTRACT.replace("auth: none", "auth: bearer")
    plan = Plan.of(load(write_contract(tmp_path_factory.mktemp("tenants"), text)))
    plan.items = [item for item in plan.items if item.proof.requirement.startswith("auth.")]
    return plan


@pytest.mark.parametrize("default", [None, "theirs", "default"], ids=str)
def test_the_same_id_may_be_of_another_tenant(auth: Plan, tmp_path: Path, default: str | None) -> None:
    server = Tenants(default)
    told = run(auth, server, tmp_path, credentials=CREDENTIALS)
    assert server.harm() == []
    assert untold(server, told) == {}
    assert default is not None or told.outcomes["pass"] > 10, told.reasons


@pytest.mark.parametrize("default", [None, "default"], ids=str)
def test_the_look_by_the_way_of_the_request_is_needed(
    auth: Plan, tmp_path: Path, default: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Crossing, "_crosses", lambda *_: False)
    server = Tenants(default)
    run(auth, server, tmp_path, credentials=CREDENTIALS)
    assert server.harm(), "nothing came to harm without it: this test proves nothing"


def test_what_a_wrong_credential_has_made_is_told_where_ours_got_the_same_id(auth: Plan, tmp_path: Path) -> None:
    server = Tenants("default", more=0)
    told = run(auth, server, tmp_path, credentials=CREDENTIALS)
    left = Server.ours(server.of["default"])
    assert left
    assert {name for name in left if f"{name} " in " ".join(told.left)} == left.keys()
    assert server.harm() == []
