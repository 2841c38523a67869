"""Paths of items: elsewhere than their collection, with something around the id, with slashes in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from restproof.contract.load import load
from restproof.contract.model import NO_BODY
from restproof.contract.routing import Router, filled_path, id_of_url, router_of
from restproof.engine.register import is_binding, level_of
from restproof.engine.register import load as load_register

CONTRACT = load(Path(__file__).parents[1] / "language" / "contracts" / "paths")


@pytest.mark.parametrize(
    ("name", "ids", "path"),
    [
        ("shop", {"id": 5}, "/v2/shops/no-5.json"),
        ("order", {"shop": 5, "id": 7}, "/v2/orders/7"),
        ("file", {"id": "docs/a b.txt"}, "/v2/files/docs/a%20b.txt"),
        ("file", {"id": "docs/../a"}, "/v2/files/docs%2F..%2Fa"),
        ("file", {"id": "/a"}, "/v2/files/%2Fa"),
    ],
)
def test_an_item_is_where_its_contract_says(name: str, ids: dict[str, object], path: str) -> None:
    resource = CONTRACT.resources[name]
    assert filled_path(CONTRACT, resource, resource.operation("read"), ids) == path


def test_a_contract_has_one_router() -> None:
    alike = replace(CONTRACT)
    assert router_of(CONTRACT) is router_of(CONTRACT)
    assert router_of(alike) is not router_of(CONTRACT)
    first = router_of(CONTRACT)
    others = [replace(CONTRACT) for _ in range(8)]
    assert first not in [router_of(other) for other in others]
    assert router_of(CONTRACT) is not first  # only those of the last few are kept


@pytest.mark.parametrize(
    ("path", "name", "id"),
    [
        ("/v2/shops/no-5.json", "shop", "5"),
        ("/v2/shops/5", None, None),
        ("/v2/shops/5/orders", "order", None),
        ("/v2/orders/7", "order", "7"),
        ("/v2/files/docs/a%20b.txt", "file", "docs/a b.txt"),
        ("/v2/files", "file", None),
    ],
)
def test_a_path_leads_to_its_resource(path: str, name: str | None, id: str | None) -> None:
    route = Router(CONTRACT).find(path)
    assert (route and route.resource.name, route and route.id) == (name, id)


@pytest.mark.parametrize(
    ("name", "url", "id"),
    [
        ("shop", "https://h/v2/shops/no-5.json", "5"),
        ("order", "/v2/orders/7?x=1", "7"),
        ("order", "https://elsewhere/o/7/", "7"),
        ("order", "/v2/orders/7/versions/1", "7"),
        ("order", "/v2/shops/5/orders?id=eq.7", None),
        ("file", "/v2/files/docs/a%20b.txt", "docs/a b.txt"),
        ("file", "", None),
    ],
)
def test_a_url_names_an_id_where_the_path_has_it(name: str, url: str, id: str | None) -> None:
    assert id_of_url(CONTRACT, CONTRACT.resources[name], url) == id


def test_a_slash_at_the_end_of_a_path_is_none_of_an_id_that_may_hold_slashes(tmp_path: Path) -> None:
    words = "contract: c\nresources:\n  a: {path: /a/, schema: a.json, id: {slashes: true}, operations: [list, read]}\n"
    (tmp_path / "contract.yaml").write_text(words, encoding="utf-8")
    (tmp_path / "a.json").write_text('{"type": "object", "properties": {"id": {"type": "string"}}}', encoding="utf-8")
    contract = load(tmp_path)
    path = filled_path(contract, contract.resources["a"], contract.resources["a"].operation("read"), {"id": "b/c"})
    route = Router(contract).find(path)
    assert (path, route and route.id) == ("/a/b/c/", "b/c")


@pytest.mark.parametrize(("said", "path"), [("", "/v1/b"), (", item_path: '/{id}/'", "/v1/b/")])
def test_a_collection_at_the_base_path_has_its_items_below(said: str, path: str, tmp_path: Path) -> None:
    words = f"resources:\n  a: {{path: /{said}, schema: a.json, operations: [list, read]}}\n"
    words = f"contract: c\nbase_path: /v1\n{words}"
    (tmp_path / "contract.yaml").write_text(words, encoding="utf-8")
    (tmp_path / "a.json").write_text('{"type": "object", "properties": {"id": {"type": "string"}}}', encoding="utf-8")
    contract = load(tmp_path)
    found = contract.resources["a"]
    assert filled_path(contract, found, found.operation("read"), {"id": "b"}) == path


def test_an_item_path_without_an_id_is_refused(tmp_path: Path) -> None:
    from restproof.contract.load import check

    words = "contract: c\nresources:\n  a: {path: /a, item_path: /b, operations: []}\n"
    (tmp_path / "contract.yaml").write_text(words, encoding="utf-8")
    assert "item_path" in str(check(tmp_path)[0])


def test_a_status_may_have_no_error_body() -> None:
    assert CONTRACT.error_schema(404) == NO_BODY
    assert CONTRACT.error_schema(422) == {"type": "object", "required": ["message"]}


def test_a_rule_may_not_be_promised() -> None:
    register = load_register(Path(__file__).parents[2] / "suites" / "requirements.yaml")
    named, answers = register["error.names-field"], register["create.answers-created"]
    assert not is_binding(named, CONTRACT)
    assert is_binding(answers, CONTRACT)
    assert level_of(named, CONTRACT) == named.level


def test_a_word_behind_the_id_is_no_part_of_it(tmp_path: Path) -> None:
    said = 'path: /a, schema: a.json, id: {link: /self}, responses: sparse, operations: {read: {path: "/a/{id}/more"}}'
    (tmp_path / "contract.yaml").write_text(f"contract: c\nresources:\n  a: {{{said}}}\n", encoding="utf-8")
    shown = '{"type": "object", "properties": {"id": {"type": "string", "readOnly": true}, "self": {"type": "string"}}}'
    (tmp_path / "a.json").write_text(shown, encoding="utf-8")
    link = load(tmp_path).resources["a"].envelope.link
    assert link is not None
    assert link.id_of("https://h/a/more-7") == "more-7"
