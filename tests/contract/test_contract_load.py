"""Contracts load with every default resolved."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from restproof.contract.envelope import Envelope
from restproof.contract.load import DEFAULT_ORDER, STATUS_DEFAULTS, check, load
from restproof.contract.model import (
    ANY,
    Auth,
    Contract,
    DerivedAlternative,
    Filter,
    Id,
    Parent,
    Reference,
)
from restproof.contract.rules import Example, Never, Ordered
from restproof.errors import ContractError

SKETCHES = Path(__file__).parent / "sketches"


def write(
    folder: Path, text: str, schema: str = '{"type": "object", "properties": {"id": {}, "a": {}, "b": {}}}'
) -> Contract:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(dedent(text), encoding="utf-8")
    (folder / "item.json").write_text(schema, encoding="utf-8")
    return load(folder)


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


def test_the_smallest_contract_is_a_path_and_a_schema(tmp_path: Path) -> None:
    contract = write(tmp_path, "{contract: shop, resources: {item: {path: /items, schema: item.json}}}")
    assert (contract.title, contract.base_path, contract.transport) == ("shop", "", "any")
    assert contract.auth == Auth("none")
    assert contract.order == DEFAULT_ORDER
    assert contract.errors is None
    assert set(contract.statuses) == set(STATUS_DEFAULTS)
    item = contract.resources["item"]
    assert item.operations == ("list", "create", "read", "update", "delete")
    assert [item.method(o) for o in item.operations] == ["GET", "POST", "GET", "PATCH", "DELETE"]
    assert item.method("replace") == "PUT"
    assert item.envelope == Envelope()
    assert item.id == Id("id", "integer", "server")
    assert item.immutable == ("id",)
    assert item.paging.style == "none"
    assert item.item_path == "/items/{id}"
    assert item.line == 1


def test_the_construction_sketch_loads() -> None:
    assert check(SKETCHES / "construction") == []
    contract = load(SKETCHES / "construction" / "contract.yaml")
    assert contract.auth == Auth("bearer", "Authorization")
    assert contract.headers == {"Procore-Company-Id": "{company}"}
    assert contract.given == ("company",)
    project = contract.resources["project"]
    assert project.parents == (Parent("company", "company_id", "auto"),)
    assert [project.operation(o).parents[0].place for o in project.operations] == [
        "query",
        "body",
        "query",
        "body",
    ]
    assert project.unique == (("name",),)
    assert project.derived == {"display_name": ()}
    assert project.immutable == ("id", "created_at")
    assert project.references == {
        "office_id": Reference("office_id", "office", "office.id", many=False),
        "department_ids": Reference("department_ids", "department", "departments[].id", many=True),
    }
    assert project.rules == (Ordered("estimated_start_date", "estimated_completion_date"),)
    assert project.filters["by_status"] == Filter(
        "by_status", "active", {"All": ANY, "Active": True, "Inactive": False}
    )
    assert project.filters["id"] == Filter("id", "id")
    assert project.paging.max == 1000
    assert project.paging.links
    rfi = contract.resources["rfi"]
    assert rfi.parents == (Parent("project", "project", "path"),)
    assert contract.ancestors(rfi) == ("company", "project")
    assert rfi.rules == (Never("status", "closed", "draft"),)
    assert str(contract.status("deleted")) == "200 or 204"
    assert str(contract.status("reference")) == "422"


def test_texts_whose_schema_says_uuid_are_uuids(tmp_path: Path) -> None:
    """A convention may say that ids are texts (JSON:API does), and the schema which ones."""
    schema = {"type": "object", "properties": {"id": {"type": "string", "format": "uuid", "readOnly": True}}}
    words = {"path": "/zones", "schema": "zone.json", "id": {"type": "string"}}
    (tmp_path / "zone.json").write_text(json.dumps(schema))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "zones", "resources": {"zone": words}}))
    assert load(tmp_path).resources["zone"].id.type == "uuid"


def test_what_lists_its_ids_says_of_which_type_they_are(tmp_path: Path) -> None:
    """Where there is no ``type`` beside an ``enum``."""
    schema = {"type": "object", "properties": {"code": {"enum": ["de", "fr"]}}}
    words = {"path": "/words", "schema": "word.json", "id": {"field": "code", "chosen_by": "client"}}
    words["operations"] = ["list", "read", "replace"]
    (tmp_path / "word.json").write_text(json.dumps(schema))
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "words", "resources": {"word": words}}))
    assert load(tmp_path).resources["word"].id.type == "string"
    words["id"] = {"field": "code", "type": "integer", "chosen_by": "client"}
    (tmp_path / "contract.yaml").write_text(json.dumps({"contract": "words", "resources": {"word": words}}))
    with pytest.raises(ContractError, match="ids are of type integer, and the schema says of 'code': string"):
        load(tmp_path)


def test_the_sketch_of_a_different_api_loads() -> None:
    assert check(SKETCHES / "kinto") == []
    contract = load(SKETCHES / "kinto")
    record = contract.resources["record"]
    assert contract.auth == Auth("basic", "Authorization")
    assert [p.resource for p in record.parents] == ["bucket", "collection"]
    assert contract.given == ("bucket", "collection")
    assert record.envelope == Envelope("data", "data", "data")
    assert record.id == Id("id", "uuid", "either")
    assert (record.paging.style, record.paging.size, record.paging.next_header) == ("token", "_limit", "Next-Page")
    assert record.etag
    assert contract.status("unknown_field").accepted == "kept"
    assert contract.status("server_set").accepted == "ignored"
    assert str(contract.status("absent_parent")) == str(contract.status("malformed_parent")) == "403"
    assert 401 in contract.status("bad_credential")


def test_schemas_are_found_beside_the_contract_and_then_under_schemas(tmp_path: Path) -> None:
    text = "{contract: shop, resources: {item: {path: /items, schema: item.json}}}"
    write(tmp_path / "contracts" / "shop", text)
    folder = tmp_path / "schemas" / "shop"
    folder.mkdir(parents=True)
    shutil.move(tmp_path / "contracts" / "shop" / "item.json", folder / "item.json")
    assert load(tmp_path / "contracts" / "shop").resources["item"].schema_file == folder / "item.json"
    shutil.copy(folder / "item.json", tmp_path / "contracts" / "shop" / "item.json")
    beside = tmp_path / "contracts" / "shop" / "item.json"
    assert load(tmp_path / "contracts" / "shop").resources["item"].schema_file == beside


def test_a_relative_path_finds_schemas_from_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "{contract: shop, resources: {item: {path: /items, schema: item.json}}}"
    write(tmp_path / "contracts" / "shop", text)
    folder = tmp_path / "schemas" / "shop"
    folder.mkdir(parents=True)
    shutil.move(tmp_path / "contracts" / "shop" / "item.json", folder / "item.json")
    monkeypatch.chdir(tmp_path / "contracts" / "shop")
    assert load("contract.yaml").resources["item"].schema_file == folder / "item.json"
    assert load(".").name == "shop"


def test_followers_follow_what_the_contract_and_then_the_resource_says(tmp_path: Path) -> None:
    contract = write(
        tmp_path,
        """\
        contract: shop
        statuses: {absent: 403, invalid: 400, unknown_field: 406, rule: [409, 4xx]}
        resources:
          item: {path: /items, schema: item.json}
          other:
            path: /others
            schema: item.json
            statuses: {absent: 404, unknown_query: ignored}
        """,
    )
    item, other = contract.resources["item"], contract.resources["other"]
    assert str(item.status("malformed_id")) == str(item.status("wrong_parent")) == "403"
    assert str(item.status("gone")) == str(item.status("repeat_delete")) == "403 or 410"
    assert str(item.status("mistyped_parent")) == "403"
    assert str(item.status("server_set")) == str(item.status("unknown_query")) == "406"
    assert str(item.status("bad_page")) == "400"
    assert str(item.status("bad_filter")) == "400 or 2xx"
    assert str(item.status("bad_reference")) == "400 or 409 or 4xx"
    assert 418 in item.status("reference")
    assert str(other.status("gone")) == "404 or 410"
    assert str(other.status("unknown_field")) == "406"
    assert str(other.status("unknown_query")) == "ignored"


def test_all_words_reach_the_model(tmp_path: Path) -> None:
    contract = write(
        tmp_path,
        """\
        contract: shop
        title: The Shop
        base_path: /api/v2
        transport: https
        auth: {scheme: api_key}
        order:
          [throttled, missing_credential, forbidden, unsupported, absent,
           malformed, unknown_field, invalid, rule, conflict]
        errors: {type: object, required: [detail]}
        rate_limit: {limit: X-Limit, remaining: X-Left}
        query: {filter: "where[{name}]", sort: order_by, descending: "{field}:desc"}
        policies: [create.location, "conditional.*"]
        clauses:
          create.location: {source: "our guide, page 3", level: should}
          delete.answers: {sources: [a, b]}
        max_body: 1000
        latency_budget: 0.25
        idempotency_key: Idempotency-Key
        paging: {style: offset, default: 20, max: 50}
        resources:
          shop: {path: /shops, operations: [], id: {type: integer}}
          item:
            path: /shops/{shop}/items/
            schema: item.json
            operations: [delete, replace, create, list, read]
            methods: {replace: PATCH}
            id: {field: a, chosen_by: client, pattern: "[a-z]+"}
            unique: [a, [a, b]]
            unique_scope: global
            derived: {c: [{when: [a], template: "{a} {b}"}, {template: "{b}"}], d: "{a}"}
            touched: [e]
            touched_resolution: 0.5
            immutable: [d]
            volatile: [f]
            unordered: [e]
            create_only: [b]
            references: {g: {to: shop, on_delete: refuse}}
            rules: [{refused: {b: 1}, because: no ones}]
            filters: {q: {field: f}}
            responses: sparse
            secret: [b]
            examples: [{a: x}]
            paging: {max: 30}
          page: {path: /pages, schema: item.json, id: {field: a}, paging: {style: page}}
        """,
        """{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "c": {"readOnly": true},
            "d": {"readOnly": true}, "e": {"readOnly": true}, "f": {"readOnly": true}, "g": {"type": "integer"}}}""",
    )
    assert (contract.title, contract.base_path, contract.transport) == ("The Shop", "/api/v2", "https")
    assert contract.auth == Auth("api_key", "X-API-Key")
    assert contract.order[0] == "throttled"
    assert contract.errors == {"type": "object", "required": ["detail"]}
    assert contract.rate_limit is not None
    assert (contract.rate_limit.remaining, contract.rate_limit.reset) == ("X-Left", None)
    assert contract.resources["item"].query.descending == "{field}:desc"
    assert contract.policies == {"create.location", "conditional.*"}
    assert contract.clauses["create.location"].sources == ("our guide, page 3",)
    assert contract.clauses["create.location"].level == "should"
    assert contract.clauses["delete.answers"].sources == ("a", "b")
    assert (contract.max_body, contract.latency_budget, contract.idempotency_key) == (1000, 0.25, "Idempotency-Key")
    assert contract.resources["shop"].id.type == "integer"
    item = contract.resources["item"]
    assert item.operations == ("list", "create", "read", "replace", "delete")
    assert item.method("replace") == "PATCH"
    assert item.item_path == "/shops/{shop}/items/{id}/"
    assert item.id == Id("a", "string", "client", "[a-z]+")
    assert (item.unique, item.unique_scope) == ((("a",), ("a", "b")), "global")
    assert item.derived == {
        "c": (DerivedAlternative("{a} {b}", ("a",)), DerivedAlternative("{b}")),
        "d": (DerivedAlternative("{a}"),),
    }
    assert (item.touched, item.touched_resolution) == (("e",), 0.5)
    assert item.immutable == ("a", "d")
    assert (item.volatile, item.create_only, item.secret) == (("f",), ("b",), ("b",))
    assert item.unordered == ("e",)
    assert item.references == {"g": Reference("g", "shop", "g", many=False, on_delete="refuse")}
    assert item.rules == (Example({"b": 1}, "no ones"),)
    assert item.filters == {"q": Filter("q", "f")}
    assert item.sparse
    assert item.examples == ({"a": "x"},)
    assert (item.paging.style, item.paging.default, item.paging.max, item.paging.size) == ("offset", 20, 30, "limit")
    page = contract.resources["page"].paging
    assert (page.style, page.default, page.size) == ("page", None, "per_page")


def test_refs_are_written_out_and_annotations_beside_them_win(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"$defs": {"day": {"type": "string", "title": "Day", "format": "date"}}}')
    contract = write(
        tmp_path,
        "{contract: shop, resources: {item: {path: /items, schema: item.json}}}",
        """{"type": "object", "$defs": {"list": {"type": "array", "items": {"$ref": "other.json#/$defs/day"}}},
            "properties": {"id": {"type": "integer"}, "days": {"$ref": "#/$defs/list", "readOnly": true},
            "$ref": {"const": {"$ref": "plain data"}},
            "any": true,
            "one": {"anyOf": [{"$ref": "other.json#/$defs/day", "title": "One"}, {"type": "integer"}]}}}""",
    )
    day = {"type": "string", "title": "Day", "format": "date"}
    assert contract.resources["item"].schema == {
        "type": "object",
        "properties": {
            "id": {"type": "integer"},
            "days": {"type": "array", "items": day, "readOnly": True},
            "$ref": {"const": {"$ref": "plain data"}},
            "any": {},
            "one": {"anyOf": [{**day, "title": "One"}, {"type": "integer"}]},
        },
    }


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_what_stands_inside_itself_is_as_deep_wherever_it_was_met_before(
    order: tuple[str, ...], tmp_path: Path
) -> None:
    holding = {name: {"type": "object", "properties": {other: ref(other)}} for name, other in ("ab", "ba")}
    schema = {"type": "object", "properties": {"id": {}, **{name: ref(name) for name in order}}, "$defs": holding}
    smallest = "{contract: shop, resources: {item: {path: /items, schema: item.json}}}"
    item = write(tmp_path, smallest, json.dumps(schema)).resources["item"]
    assert [str(item.properties[name]).count("properties") for name in "ab"] == [5, 5]


def test_the_farthest_parent_comes_first_wherever_it_is_named(tmp_path: Path) -> None:
    contract = write(
        tmp_path,
        """\
        contract: shop
        resources:
          item: {path: "/shelves/{shelf}/items", schema: item.json, parent: {shop: {name: shop_id, in: query}}}
          shelf: {path: "/shops/{shop}/shelves", operations: []}
          shop: {path: /shops, operations: []}
        """,
    )
    item = contract.resources["item"]
    assert item.parents == (Parent("shop", "shop_id", "query"), Parent("shelf", "shelf", "path"))
    assert contract.ancestors(item) == ("shop", "shelf")
    assert item.operation("create").parents[0].place == "query"


def test_what_stands_beside_the_resource_and_no_body_at_all_have_words_of_their_own(tmp_path: Path) -> None:
    contract = write(
        tmp_path,
        """\
        contract: shop
        statuses: {unknown_field: kept, malformed: 400}
        resources:
          item: {path: /items, schema: item.json}
          other: {path: /others, schema: item.json, statuses: {unknown_beside: 406, empty_body: [201, 400]}}
        """,
    )
    item, other = contract.resources["item"], contract.resources["other"]
    assert str(item.status("unknown_beside")) == "ignored"
    assert str(item.status("empty_body")) == "400"
    assert str(other.status("unknown_beside")) == "406"
    assert str(other.status("empty_body")) == "201 or 400"
    assert (str(other.status("unknown_field")), str(other.status("malformed"))) == ("kept", "400")


def test_methods_besides_the_operations_and_the_smallest_page(tmp_path: Path) -> None:
    contract = write(
        tmp_path,
        """\
        contract: shop
        paging: {style: token, next_header: Next-Page, min: 0}
        resources:
          item:
            path: /items
            schema: item.json
            operations: [list, read]
            other_methods: {collection: [DELETE], item: [PUT, PATCH]}
          other: {path: /others, schema: item.json, paging: {min: 5, max: 5}}
        """,
    )
    item, other = contract.resources["item"], contract.resources["other"]
    assert item.other_methods == {"collection": ("DELETE",), "item": ("PUT", "PATCH")}
    assert other.other_methods == {}
    assert (item.paging.min, other.paging.min) == (0, 5)


def test_a_read_of_what_a_delete_may_leave_shows_it_or_that_it_is_gone(tmp_path: Path) -> None:
    item = write(
        tmp_path,
        """
        contract: x
        resources:
          item: {path: /items, schema: item.json, open: [delete], statuses: {gone: 410}}
        """,
    ).resources["item"]
    assert [code for code in (200, 403, 404, 410, 500) if code in item.status("gone", "read")] == [200, 410]
    assert 409 in item.status("gone", "update")  # a cancelled one may be closed
