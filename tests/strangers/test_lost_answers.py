"""A server that begins anew while it answers an update: others may have what is under its ids since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven

from . import server as strangers
from .bench import Bench
from .harness import Plan, begin, write_contract
from .server import Answer, Asked, Server, listening


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Of an office, two texts may bear a mark, and one of them may be null."""
    schema = json.loads(strangers.SCHEMAS["office.json"])
    schema["properties"]["hint"] = {"type": ["string", "null"], "maxLength": 120}
    monkeypatch.setitem(strangers.SCHEMAS, "office.json", json.dumps(schema))
    monkeypatch.setitem(strangers.FIELDS, "office", schema)
    plan, server = Plan.of(load(write_contract(tmp_path / "contract"))), Server()
    with listening(server) as url:
        yield Bench(server, begin(plan, url, tmp_path), plan)


def made(bench: Bench, name: str) -> int:
    answer = bench.send("POST", "/offices", {"name": name, "hint": f"{bench.token()} behind the stairs"}).response
    assert answer is not None
    id: int = answer.json["id"]
    return id


@pytest.mark.parametrize("is_marked_twice", [True, False])
@pytest.mark.parametrize("by", ["the run", "clean-up"])
def test_a_null_proves_nothing_where_the_answer_was_lost(bench: Bench, is_marked_twice: bool, by: str) -> None:
    server, name = bench.server, f"{bench.token()} wing" if is_marked_twice else "a wing of its own"
    id = made(bench, name)

    def begins_anew(asked: Asked) -> Answer:
        server.update = server.update_honestly
        server.stranger("office", id, "of a colleague")["hint"] = None
        server.others["office"][id]["hint"] = None
        return Answer(0, lost=True)

    server.update = begins_anew
    bench.send("PATCH", f"/offices/{id}", {"hint": None})
    if by == "the run":
        with pytest.raises(NotProven):
            bench.send("DELETE", f"/offices/{id}")
    bench.clean_up()
    assert server.harm() == []


@pytest.mark.parametrize("change", [{"hint": None}, {"name": "a wing", "hint": "behind the stairs"}])
def test_what_it_has_done_is_known_again_where_it_goes_on(bench: Bench, change: dict[str, Any]) -> None:
    server, id = bench.server, made(bench, f"{bench.token()} wing")

    def hangs_up(asked: Asked) -> Answer:
        server.update = server.update_honestly
        server.update(asked)
        return Answer(0, lost=True)

    server.update = hangs_up
    assert bench.send("PATCH", f"/offices/{id}", change).status == 200
    assert (bench.clean_up(), server.ours()) == ([], {})


@pytest.mark.parametrize("by", ["the run", "clean-up"])
def test_a_null_proves_nothing_where_no_representation_was_answered(bench: Bench, by: str) -> None:
    """The database is put back later, and a colleague's office has the id, and no hint either."""
    server, id = bench.server, made(bench, f"{bench.token()} wing")

    def says_nothing(asked: Asked) -> Answer:
        server.update_honestly(asked)
        return Answer(204)

    server.update = says_nothing
    assert bench.send("PATCH", f"/offices/{id}", {"hint": None}).status == 204
    server.stranger("office", id, "of a colleague")["hint"] = None
    server.others["office"][id]["hint"] = None
    if by == "the run":
        with pytest.raises(NotProven):
            bench.send("DELETE", f"/offices/{id}")
    bench.clean_up()
    assert server.harm() == []
