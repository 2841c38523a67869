"""Creates with an idempotency key: a repeated one is answered with the resource that the first has made, which is no
sign of a database that was restored."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load

from .bench import Bench
from .harness import Plan, begin, write_contract
from .server import Answer, Asked, Server, listening

CONTRACT = """\
contract: strangers
base_path: /v1
transport: any
auth: none
idempotency_key: Idempotency-Key
paging: {style: page, page: page, size: per_page, default: 1000, max: 1000}
resources:
  note: {path: /notes, schema: note.json}
  badge: {path: /badges, schema: badge.json}
"""


def replaying(server: Server) -> None:
    """The server gives the first answer again."""
    known: dict[str, Answer] = {}
    honest = server.create

    def create(asked: Asked) -> Answer:
        key = next((v for n, v in asked.headers.items() if n.lower() == "idempotency-key"), None)
        if key is None:
            return honest(asked)
        if key not in known:
            known[key] = honest(asked)
        return known[key]

    server.create = create


@pytest.mark.parametrize("keys", [("one", "one"), ("one", "two")], ids=["one key", "an id that comes again"])
def test_an_answer_that_is_replayed_puts_nothing_in_doubt(keys: tuple[str, str], tmp_path: Path) -> None:
    """What bears no token of the run is known by what was sent, as long as no id has come again by itself."""
    plan, server = Plan.of(load(write_contract(tmp_path, CONTRACT))), Server()
    replaying(server)
    with listening(server) as url:
        made = Bench(server, begin(plan, url, tmp_path), plan)
        assert made.send("POST", "/badges", {"number": 4711, "kind": "guest"}).status == 201
        text = made.token()
        for key in keys:
            assert made.send("POST", "/notes", {"text": text}, headers=(("Idempotency-Key", key),)).status == 201
            if keys[0] != keys[1]:
                server.next_id["note"] -= 1
                server.rows["note"].popitem()
        left = made.clean_up()
    assert ("badge" in server.ours(), bool(left)) == ((False, False) if keys[0] == keys[1] else (True, True))
