"""Ids that stand elsewhere than in paths: how a contract says it, and what lint refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from restproof.contract.address import Address
from restproof.contract.addressing import Addressing, Asked
from restproof.contract.load import check, load
from restproof.contract.model import Contract, Resource

from .test_ways import write

ON_BODY = 'envelope: {constants: {/id: "{id}"}}'
EACH = f"""{{list: , create: , read: {{query: {{orderId: "{{id}}"}}}},
    update: {{method: PUT, path: /orders, {ON_BODY}}},
    delete: {{path: /order, headers: {{X-Order: "{{id}}"}}}}}}"""


def order(contract: Contract) -> Resource:
    return contract.resources["order"]


def test_each_operation_says_where_its_id_stands(tmp_path: Path) -> None:
    found = order(load(write(tmp_path, EACH)))
    ways = {o: (found.operation(o).sent_path, found.operation(o).address) for o in found.operations}
    assert ways == {
        "list": ("/shops/{shop}/orders", None),
        "create": ("/shops/{shop}/orders", None),
        "read": ("/shops/{shop}/orders", Address("query", "orderId")),
        "update": ("/orders", Address("body", "/id")),
        "delete": ("/order", Address("header", "X-Order")),
    }
    assert found.operation("read").query == {}
    assert found.operation("delete").headers == {}
    assert all(found.operation(o).on_item == (o in ("read", "update", "delete")) for o in found.operations)


def test_the_path_of_one_may_have_it_in_its_query(tmp_path: Path) -> None:
    more = ', item_path: "/order?view=full&id={id}"'
    found = order(load(write(tmp_path, "{list: , read: , delete: {path: '/orders/{id}'}}", more)))
    assert (found.operation("read").sent_path, found.operation("read").address) == ("/order", Address("query", "id"))
    assert found.operation("read").query == {"view": {"const": "full"}}
    assert (found.operation("delete").path, found.operation("delete").address) == ("/orders/{id}", None)


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ('{list: {query: {id: "{id}"}}}', "the list names the id of one order"),
        ('{read: {path: /order, envelope: {constants: {/id: "{id}"}}}}', "a read by GET has no body"),
        ("{read: {path: /order}}", "the path of read does not name the id of one order"),
        ('{list: , read: {query: {a: "{id}"}}}, filters: {a: equals}', "'a' is a filter of the list"),
        ('{read: {query: {a: "{id}"}}}, id: {link: /self}', "no link ends with an id that is not in the path"),
        ('{update: {method: GET, query: {a: "{id}"}}, read: {query: {a: "{id}"}}}', "are both GET on one path"),
        (
            '{create: , read: {method: POST, path: "/shops/{shop}/orders", ' + ON_BODY + "}}",
            "read and create are both POST on one path",
        ),
        (
            '{list: {method: POST}, update: {method: POST, path: "/shops/{shop}/orders", ' + ON_BODY + "}}",
            "update and list are both POST on one path",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(operations: str, message: str, tmp_path: Path) -> None:
    (problem, *_) = check(write(tmp_path, operations))
    assert message in str(problem)
    assert "contract.yaml:7" in str(problem)


SENT = [
    ("GET", "/api/shops/5/orders", (("orderId", "7"),), {}, None, "/api/shops/5/orders#/7"),
    ("HEAD", "/api/shops/5/orders", (("orderId", "7"), ("x", "y")), {}, None, "/api/shops/5/orders#/7"),
    ("GET", "/api/shops/5/orders", (), {}, None, None),
    ("GET", "/api/shops/5/orders", (("orderId", "7"), ("orderId", "8")), {}, None, None),
    ("GET", "/api/shops/5/orders", (("orderId", ""),), {}, None, None),
    ("PATCH", "/api/shops/5/orders", (("orderId", "a/b"),), {}, None, "/api/shops/5/orders#/a%2Fb"),
    ("PUT", "/api/orders", (), {}, b'{"id": 7, "a": "x"}', "/api/orders#/7"),
    ("PUT", "/api/orders", (), {}, b'{"id": null}', None),
    ("PUT", "/api/orders", (), {}, b'{"id": [7]}', None),
    ("PUT", "/api/orders", (), {}, b'{"id": 7', None),
    ("DELETE", "/api/order", (), {"x-order": "7"}, None, "/api/order#/7"),
    ("DELETE", "/api/order", (("id", "7"),), {}, None, None),
]


@pytest.mark.parametrize(("method", "path", "query", "headers", "body", "inside"), SENT)
def test_what_was_sent_is_read_again(
    method: str,
    path: str,
    query: tuple[tuple[str, str], ...],
    headers: dict[str, str],
    body: bytes | None,
    inside: str | None,
    tmp_path: Path,
) -> None:
    addressing = Addressing(load(write(tmp_path, EACH)))
    found = addressing.arrived(Asked(method, path, query, lambda name: headers.get(name.lower()), body))
    assert (None if found is None else found[0]) == inside
    if found is not None:
        assert "orderId" not in dict(found[1])
