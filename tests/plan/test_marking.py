"""The token of the case in the bodies of creates."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.plan.bodies import Bodies

TOKEN = "rpabcdefg0001"


CONTRACT = """
contract: shop
resources:
  item: {path: /items, schema: item.json}
"""
SCHEMA = """{
  "type": "object",
  "required": ["title"],
  "properties": {
    "id": {"type": "integer", "readOnly": true},
    "title": {"type": "string", "minLength": 1},
    "count": {"type": "integer"},
    "note": {"type": ["string", "null"]}
  }
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Contract:
    (tmp_path / "contract.yaml").write_text(CONTRACT)
    (tmp_path / "item.json").write_text(SCHEMA)
    return load(tmp_path / "contract.yaml")


def test_a_body_that_lacks_a_required_text_still_lacks_it(shop: Contract) -> None:
    bodies = Bodies(shop, shop.resources["item"])
    marked = bodies.marked({"count": 1}, TOKEN)
    assert "title" not in marked
    assert TOKEN in marked["note"]


def test_a_plain_text_takes_the_token(shop: Contract) -> None:
    bodies = Bodies(shop, shop.resources["item"])
    assert TOKEN in bodies.marked({"title": bodies.plain("title")}, TOKEN)["title"]
