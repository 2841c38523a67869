"""Three levels, of which each item has a path of its own (``/claims/{id}``), with ids that are texts and begin with
digits: what else such an id may be read as is looked at where it would be, whatever it is below. And a write to an item
that is not there leads to no list, since it names no parent."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.wire.failure import NotProven

from .bench import Bench
from .harness import Plan, begin
from .server import Answer, Asked, Server, listening

CONTRACT = """\
contract: shallow
base_path: /v1
transport: any
auth: none
resources:
  policy: {path: /policies, schema: one.json}
  claim: {path: "/policies/{policy}/claims", item_path: "/claims/{id}", schema: one.json}
  document: {path: "/claims/{claim}/documents", item_path: "/documents/{id}", schema: one.json}
"""
SCHEMA = {
    "type": "object",
    "required": ["text"],
    "properties": {"id": {"type": "string", "readOnly": True}, "text": {"type": "string"}},
}


class Claims(Server):
    """Gives out ids as ULIDs are: all begin with the same digits."""

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[tuple[str, str], dict[str, Any]] = {}
        self.numbers = itertools.count(10)

    def answer(self, asked: Asked) -> Answer:
        if "//" in asked.path:
            return Answer(308, None, {"Location": asked.path.replace("//", "/")})
        steps = asked.path.removeprefix("/v1/").split("/")
        kind = steps[-2] if len(steps) == 2 else steps[-1]
        if asked.method == "POST":
            made = {"id": f"01M8X{next(self.numbers)}", **asked.body}
            self.things[kind, made["id"]] = made
            return Answer(201, made)
        if len(steps) != 2:
            return Answer(200, [thing for (of, _), thing in self.things.items() if of == kind])
        found = self.things.get((kind, steps[-1]))
        return Answer(404, {"error": "absent"}) if found is None else Answer(200, found)


@pytest.fixture
def shallow(tmp_path: Path) -> Iterator[Bench]:
    place = tmp_path / "shallow"
    place.mkdir()
    (place / "contract.yaml").write_text(CONTRACT)
    (place / "one.json").write_text(json.dumps(SCHEMA))
    plan, server = Plan.of(load(place)), Claims()
    with listening(server) as url:
        yield Bench(server, begin(plan, url, tmp_path), plan)


def create(made: Bench, path: str) -> str:
    answer = made.send("POST", path, {"text": f"{made.token()} wing"}).response
    assert answer is not None
    return str(answer.json["id"])


def test_what_is_three_levels_deep_is_made(shallow: Bench) -> None:
    claim = create(shallow, f"/policies/{create(shallow, '/policies')}/claims")
    assert create(shallow, f"/claims/{claim}/documents").startswith("01M8X")


def test_nothing_is_made_below_what_may_be_read_as_a_claim_of_others(shallow: Bench) -> None:
    claim = create(shallow, f"/policies/{create(shallow, '/policies')}/claims")
    assert isinstance(shallow.server, Claims)
    shallow.server.things["claims", "1"] = {"id": "1", "text": "of others"}
    with pytest.raises(NotProven, match="claim 1"):
        create(shallow, f"/claims/{claim}/documents")


def test_nothing_is_told_to_be_left_where_nothing_was_there(shallow: Bench) -> None:
    """A list of all that are below no parent would lead elsewhere, and no read finds what the write named."""
    assert shallow.send("PATCH", "/claims/nobody", {"text": shallow.token()}).status == 404
    assert shallow.clean_up() == []
