"""What there is just one of is written to below what the run has made, and nowhere else."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from restproof.config import Target
from restproof.contract.load import load
from restproof.wire.failure import NotProven
from restproof.wire.ledger import Ledger, Origin
from restproof.wire.message import About, Exchange, Request, Response
from restproof.wire.ownership import Ownership

CONTRACT = load(Path(__file__).parents[1] / "language" / "contracts" / "paths")
PREFIX = "rpsingle"
TOKEN = f"{PREFIX}00001"


class Shops:
    """Answers every read with a shop of that name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def send(
        self, request: Request, about: About, credential: str | None = "full", *, beyond_ceiling: bool = False
    ) -> Exchange:
        body = json.dumps({"id": 5, "name": self.name, "note": None}).encode()
        answer = Response(200, "OK", (("Content-Type", "application/json"),), body)
        return Exchange(1, request, f"http://127.0.0.1{request.path}", answer, None, 0.0, 0.0, None, about)


def guarded(folder: Path, request: Request, operation: str, name: str, **ids: int | str) -> None:
    """Ask whether a write may leave. Raises ``NotProven``."""
    origin = Origin(prefix=PREFIX, base_url="http://127.0.0.1", contract="c", target="t")
    target = Target("t", "http://127.0.0.1", credentials={}, ids=ids)
    guard = Ownership(CONTRACT, target, Ledger(folder / "l.jsonl", origin), PREFIX, clock=time.monotonic)
    guard.marks.add(CONTRACT.resources["shop"], [("name", TOKEN)])
    guard.before(request, About("settings", operation, "item", "item#1"), None, Shops(name))


def patch(folder: Path, path: str, name: str) -> None:
    guarded(folder, Request("PATCH", path, body=b'{"rows": 5}'), "update", name)


def test_below_what_the_run_has_made_it_is_written_to(tmp_path: Path) -> None:
    patch(tmp_path, "/v2/shops/5/settings", f"{TOKEN} shop")


@pytest.mark.parametrize("path", ["/v2/shops/5/settings", "/v2/me"])
def test_elsewhere_it_is_left_alone(path: str, tmp_path: Path) -> None:
    with pytest.raises(NotProven, match=r"not below anything|not proven"):
        patch(tmp_path, path, "somebody's shop" if "shops" in path else f"{TOKEN} shop")


def test_an_id_that_is_given_is_read_as_it_is(tmp_path: Path) -> None:
    """Its last 32 bits are not somebody else's."""
    given = 2**32 + 5
    body = json.dumps({"name": f"{TOKEN} order"}).encode()
    request = Request("POST", f"/v2/shops/{given}/orders/", body=body)
    guarded(tmp_path, request, "create", "somebody's shop", shop=given)
    with pytest.raises(NotProven, match="names shop"):
        guarded(tmp_path, request, "create", "somebody's shop", shop=7)
