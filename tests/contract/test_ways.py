"""Operations one by one: where each is asked for, by which verb, with what, and what is refused of it by lint."""

from __future__ import annotations

import uuid
from pathlib import Path
from textwrap import dedent

import pytest

from restproof.contract.load import check, load
from restproof.contract.model import Contract, Parent
from restproof.contract.routing import Router, one_of_list
from restproof.plan.parameters import fixed_headers, fixed_query

SCHEMA = '{"type": "object", "properties": {"id": {"type": "integer", "readOnly": true}, "a": {"type": "string"}}}'


def write(folder: Path, operations: str, more: str = "") -> Path:
    text = f"""\
        contract: ways
        base_path: /api
        auth: bearer
        statuses: {{absent: 403}}
        resources:
          shop: {{path: /shops, operations: [], id: {{type: integer}}}}
          order: {{path: "/shops/{{shop}}/orders", schema: item.json, operations: {operations}{more}}}
    """
    (folder / "contract.yaml").write_text(dedent(text), encoding="utf-8")
    (folder / "item.json").write_text(SCHEMA, encoding="utf-8")
    return folder


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return load(
        write(
            tmp_path,
            """{list: {auth: none, query: {expand: lines, deep: true, origin: {enum: [BER, PAR]}}}, create: ,
            read: {path: "/orders/{id}"}, update: {path: "/orders/{id}", method: PUT,
            headers: {X-A: b, X-Id: {type: string, format: uuid}, X-No: {type: integer, minimum: 7, maximum: 7}}},
            delete: {path: "/orders/{id}", parent: {shop: shop_id}, statuses: {absent: 204}}}""",
        )
    )


def test_each_operation_has_its_verb_and_path(contract: Contract) -> None:
    order = contract.resources["order"]
    ways = {n: (order.operation(n).method, order.operation(n).path) for n in order.operations}
    assert ways == {
        "list": ("GET", "/shops/{shop}/orders"),
        "create": ("POST", "/shops/{shop}/orders"),
        "read": ("GET", "/orders/{id}"),
        "update": ("PUT", "/orders/{id}"),
        "delete": ("DELETE", "/orders/{id}"),
    }


def test_each_operation_names_its_own_parents(contract: Contract) -> None:
    order = contract.resources["order"]
    assert order.operation("list").parents == (Parent("shop", "shop", "path"),)
    assert order.operation("read").parents == ()
    assert order.operation("delete").parents == (Parent("shop", "shop_id", "query"),)
    assert contract.ancestors(order) == ("shop",)


def test_statuses_and_credentials_are_those_of_the_operation(contract: Contract) -> None:
    order = contract.resources["order"]
    assert str(order.status("absent", "read")) == "403"
    assert str(order.status("absent", "delete")) == "204"
    assert str(order.status("repeat_delete", "delete")) == "204 or 410"
    assert [order.operation(n).auth for n in ("list", "read")] == ["none", "required"]


def test_parameters_have_a_value_of_their_schema(contract: Contract) -> None:
    way = contract.resources["order"].operation("list")
    assert fixed_query(way) == (("expand", "lines"), ("deep", "true"), ("origin", "BER"))
    assert fixed_query(way, {"origin"}) == (("expand", "lines"), ("deep", "true"))


def test_headers_have_a_value_of_their_schema_and_what_names_a_request_is_new_in_each(contract: Contract) -> None:
    way = contract.resources["order"].operation("update")
    first, second = (dict(fixed_headers(way)) for _ in range(2))
    assert (first["X-A"], first["X-No"]) == ("b", "7")
    assert uuid.UUID(first["X-Id"]) != uuid.UUID(second["X-Id"])


def test_paths_lead_to_their_operations(contract: Contract) -> None:
    router = Router(contract)
    there, one = router.find("/api/shops/7/orders"), router.find("/api/orders/5%2F6")
    assert there is not None
    assert dict(there.operations) == {"GET": "list", "POST": "create"}
    assert not there.is_item
    assert one is not None
    assert one.id == "5/6"
    assert set(one.operations) == {"GET", "PUT", "DELETE"}
    assert router.find("/api/shops/7/orders/5") is None


def test_what_a_list_shows_is_deleted_where_the_delete_has_it(contract: Contract) -> None:
    order = contract.resources["order"]
    assert one_of_list(contract, order, "delete", "/api/shops/7/orders?expand=lines", 5) == "/api/orders/5?shop_id=7"


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ("{list: {path: /orders/{id}}}", "the path of list names the id"),
        ("{read: {path: /orders}}", "the path of read does not name the id"),
        ("{create: {path: /orders}, list: }", "create does not name 'shop'"),
        ("{list: {parent: {depot: depot_id}}}", "unknown parent 'depot'"),
        ("{list: {parent: {shop: {name: 'X Shop', in: header}}, path: /orders}}", "'X Shop' is no name of a header"),
        ("{list: {path: '/depots/{depot}/orders'}}", "unknown resource 'depot'"),
        ("{read: {method: PATCH}, update: }", "read and update are both PATCH"),
        ("{list: {statuses: {absnt: 404}}}", "unknown status case 'absnt'"),
        ("{list: {query: {a: {type: strin}}}}", "not a valid JSON Schema"),
        ("{list: {auth: public}}", "'auth'"),
        ("{read: {returns: minimal}}", "only the answer to a write may be minimal"),
        ("{list: {returns: order.json}}", "only the answer to a write may be minimal"),
        ("{update: {returns: orders.json}}", "there is no schema file 'orders.json'"),
        ("{lst: {}}", "'lst'"),
        ("{read: {job: {path: '/jobs/{job}'}}}", "a read has no job"),
        ("{delete: {job: {path: '/jobs/{job}'}}}", "no answer says that it goes on"),
        ("{delete: {statuses: {deleted: 202}, job: {path: /jobs}}}", "the path of the job does not name it"),
        (
            "{delete: {statuses: {deleted: 202}, job: {path: '/x/{y}/{job}'}}}",
            "'y' in the path of the job is no parent",
        ),
        ("{create: {statuses: {created: 202}, job: {path: '/jobs/{job}'}}}", "does not name what was made"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path: Path, operations: str, said: str) -> None:
    quoted = operations.replace("path: /orders/{id}", 'path: "/orders/{id}"')
    found = check(write(tmp_path, quoted))
    assert any(said in problem.message for problem in found), [str(p) for p in found]
    assert all(problem.place and problem.place.line for problem in found)


def test_pages_may_be_counted_beside_the_entries_of_a_list_that_has_an_envelope_of_its_own(tmp_path: Path) -> None:
    paging = ", paging: {style: offset, total_field: total}"
    assert not check(write(tmp_path, "{list: {envelope: {list: rows}}, create: }", paging))
    assert check(write(tmp_path, "{list: , create: }", paging))


def test_what_sends_nothing_of_the_resource_names_no_parent_in_its_body(tmp_path: Path) -> None:
    """By whatever method: such requests held no parent, and servers were told to refuse it."""
    (tmp_path / "item.json").write_text(SCHEMA, encoding="utf-8")
    for place, wanted in (("body", []), ("auto", ["query"])):
        parent = f"parent: {{shop: {{name: shop_id, in: {place}}}}}"
        one = {name: f'{{method: POST, path: "/orders/{{id}}/{name}"}}' for name in ("read", "delete")}
        ways = f"{{list: , create: , update: , read: {one['read']}, delete: {one['delete']}}}"
        (tmp_path / "contract.yaml").write_text(
            "contract: c\nresources:\n  shop: {path: /shops, operations: [], id: {type: integer}}\n"
            f"  order: {{path: /orders, schema: item.json, {parent}, operations: {ways}}}\n",
            encoding="utf-8",
        )
        order = load(tmp_path).resources["order"]
        found = {name: [p.place for p in order.operation(name).parents] for name in order.operations}
        assert found == {"create": ["body"], "update": ["body"], **dict.fromkeys(("list", "read", "delete"), wanted)}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: integer}", "1"),
        ("{type: number}", "1"),
        ("{type: integer, format: int64}", "1"),
        ("{type: integer, maximum: -2}", "-2"),
        ("{type: integer, examples: [-7]}", "-7"),
    ],
)
def test_a_number_that_may_be_any_is_no_debt(schema: str, value: str, tmp_path: Path) -> None:
    (tmp_path / "item.json").write_text('{"type": "object", "properties": {"id": {"type": "integer"}}}')
    words = f"path: /items, schema: item.json, operations: {{list: {{query: {{pageSize: {schema}}}}}}}"
    (tmp_path / "contract.yaml").write_text(f"contract: shop\nresources:\n  item: {{{words}}}\n")
    assert fixed_query(load(tmp_path).resources["item"].operation("list")) == (("pageSize", value),)
