"""The read before a write that must name what it changes, and what that read puts into the write."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from restproof.config import Target
from restproof.contract.load import load
from restproof.wire.message import About, Exchange, Request, Response
from restproof.wire.preconditions import Preconditions

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "revision": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
    },
}
ITEM = "/shops/items/7"


def preconditions(folder: Path, version: str, more: str = "") -> Preconditions:
    words = "path: /shops/items, schema: item.json, parent: {shop: shop_id}, envelope: {request: item, response: item}"
    (folder / "item.json").write_text(json.dumps(SCHEMA))
    (folder / "contract.yaml").write_text(
        "contract: c\nresources:\n  shop: {path: /shops, operations: [], id: {type: integer}}\n"
        f"  item: {{{words}, conditional: {{version: {version}}}{more}}}\n"
    )
    return Preconditions(load(folder), Target("t", "http://127.0.0.1:1", credentials={}))


def update(body: Any, headers: tuple[tuple[str, str], ...] = ()) -> Request:
    content = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return Request("PATCH", ITEM, (), headers, content)


def seen(look: Request, status: int = 200) -> Exchange:
    body = json.dumps({"item": {"id": 7, "revision": 3, "name": "a"}}).encode()
    return Exchange(1, look, "", Response(status, "", (), body), None, 0, 0, None, About("item", "read"))


@pytest.mark.parametrize(
    ("version", "named", "header"),
    [
        ("revision", {"name": "b", "revision": 3}, None),
        ("{field: revision, in: header, name: X-Rev}", {"name": "b"}, "3"),
    ],
)
def test_a_write_names_what_a_read_below_its_parent_shows(
    tmp_path: Path, version: str, named: Any, header: Any
) -> None:
    made = preconditions(tmp_path, version)
    request = update({"shop_id": 5, "item": {"name": "b"}})
    look = made.look(request)
    assert look is not None
    assert (look.method, look.target) == ("GET", f"{ITEM}?shop_id=5")
    met = made.met(request, seen(look))
    assert json.loads(met.body or b"") == {"shop_id": 5, "item": named}
    assert met.header("X-Rev") == header
    assert made.met(request, seen(look, 404)) == request


def test_a_write_that_says_itself_of_which_tag_it_is_names_the_version_all_the_same(tmp_path: Path) -> None:
    made = preconditions(tmp_path, "revision, etag: true, required: true")
    request = update({"shop_id": 5, "item": {"name": "b"}}, (("If-Match", '"of another state"'),))
    look = made.look(request)
    assert look is not None
    met = made.met(request, seen(look))
    assert json.loads(met.body or b"") == {"shop_id": 5, "item": {"name": "b", "revision": 3}}
    assert met.header("If-Match") == '"of another state"'


@pytest.mark.parametrize(
    "request_",
    [
        update({"shop_id": 5, "item": {"name": "b", "revision": 2}}),
        update({"shop_id": 5, "item": {"name": "b"}}, (("If-Match", ""),)),
        update(b'{"shop_id": 5, "item": {"name": "b", "name": "b"}}'),
        update(b"{"),
        Request("DELETE", f"{ITEM}?shop_id=5", (), (), None),
    ],
)
def test_what_says_itself_what_it_changes_or_nothing_stays(tmp_path: Path, request_: Request) -> None:
    assert preconditions(tmp_path, "revision").look(request_) is None


@pytest.mark.parametrize("operation", ["create", "read"])
def test_a_write_that_names_no_parent_is_looked_for_below_that_of_earlier_requests(
    operation: str, tmp_path: Path
) -> None:
    ways = ", operations: {create: {}, read: {}, delete: {parent: {}}}"
    made = preconditions(tmp_path, "{field: revision, in: header, name: X-Rev}", ways)
    earlier = {
        "create": Request("POST", "/shops/items", (), (), b'{"shop_id":5,"item":{"name":"a"}}'),
        "read": Request("GET", ITEM, (("shop_id", "5"),)),
    }[operation]
    made.note(earlier, replace(seen(earlier), about=About("item", operation)))
    look = made.look(Request("DELETE", ITEM))
    assert look is not None
    assert look.target == f"{ITEM}?shop_id=5"


def test_what_was_refused_says_nothing_of_what_is_above_an_item(tmp_path: Path) -> None:
    """As a read below another parent, which the item is not in."""
    made = preconditions(
        tmp_path,
        "{field: revision, in: header, name: X-Rev}",
        ", operations: {create: {}, read: {}, delete: {parent: {}}}",
    )
    earlier = Request("GET", ITEM, (("shop_id", "6"),))
    made.note(earlier, seen(earlier, 404))
    look = made.look(Request("DELETE", ITEM))
    assert look is not None
    assert look.target == ITEM


def test_what_the_usual_credential_does_not_see_is_looked_at_by_its_own(tmp_path: Path) -> None:
    made = preconditions(tmp_path, "{field: revision, in: header, name: X-Rev}")
    made._target = replace(made._target, credentials={"full": "f", "foreign": "g"})
    asked: list[str | None] = []

    class Tenants:
        def send(self, request: Request, about: About, credential: str | None = "full", **_: Any) -> Exchange:
            asked.append(credential)
            return seen(request, 200 if credential == "foreign" else 404)

    request = update({"shop_id": 5, "item": {"name": "b"}})
    tagged = made.tagged(request, About("item", "update"), "foreign", Tenants())
    assert (tagged.header("X-Rev"), asked) == ("3", ["full", "foreign"])
