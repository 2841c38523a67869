"""Where a resource stands in a body: requests written and read, answers read and written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from restproof.contract.envelope import NOWHERE, Envelope, Key, Link, Standing
from restproof.contract.load import check, load
from restproof.contract.media import Media

JSON_API = Envelope(
    request="data",
    response="data",
    list="data",
    fields="attributes",
    beside=("id", "relationships"),
    constants={"/data/type": "articles", "/data/id": "{id}"},
)
HAL = Envelope(list="/_embedded/orders", link=Link("id", "/_links/self/href", number=True), empty_list="absent")


def test_a_request_holds_the_fields_and_the_constants_in_their_places() -> None:
    body = JSON_API.requested({"title": "x", "relationships": {"tag": 1}}, {"company_id": 5}, "7")
    assert body == {
        "company_id": 5,
        "data": {"type": "articles", "id": "7", "attributes": {"title": "x"}, "relationships": {"tag": 1}},
    }
    assert JSON_API.taken(body) == {"title": "x", "relationships": {"tag": 1}, "id": "7"}
    assert not list(JSON_API.strangers(body, {"company_id"}))
    assert not list(JSON_API.missing_constants(body, "7"))


def test_a_create_names_no_id() -> None:
    assert JSON_API.requested({"title": "x"}, {}) == {"data": {"type": "articles", "attributes": {"title": "x"}}}


def test_what_stands_beside_is_told_at_every_level() -> None:
    body = {"a": 1, "data": {"type": "articles", "b": 2, "attributes": {"c": 3}}}
    assert list(JSON_API.strangers(body, ())) == ["a", "b"]
    assert list(JSON_API.missing_constants({"data": {"type": "people", "id": 7}}, "7")) == ["/data/type"]


@pytest.mark.parametrize(
    "body", [{}, {"data": None}, {"data": []}, {"data": {}}, {"data": {"attributes": 1}}, {"title": "x"}, [], None]
)
def test_a_broken_envelope_holds_no_fields(body: Any) -> None:
    assert JSON_API.taken(body) is None
    assert JSON_API.shown(body) is None


def test_an_answer_shows_the_fields_side_by_side() -> None:
    entity = {"id": "7", "title": "x", "relationships": {}}
    body = JSON_API.answered(entity)
    assert body == {"data": {"id": "7", "attributes": {"title": "x"}, "relationships": {}}}
    assert JSON_API.shown(body) == entity
    assert JSON_API.listed({"data": [body["data"]]}) == [entity]
    assert [JSON_API.within(p) for p in ("/title", "/id", "")] == ["/attributes/title", "/id", "/attributes"]


def test_the_id_that_a_request_repeats_is_none_of_its_fields() -> None:
    """Else a server that refuses what it sets itself would refuse each update, which has to name what it changes."""
    body = {"data": {"id": "7", "attributes": {"title": "x"}}}
    assert JSON_API.taken(body, named=True) == {"title": "x"}
    assert JSON_API.taken(body) == {"id": "7", "title": "x"}  # a create, whose id a client may choose


def test_an_id_is_the_end_of_a_link() -> None:
    body = HAL.answered({"id": 7, "name": "x"}, Standing("http://localhost/orders/7"))
    assert body == {"name": "x", "_links": {"self": {"href": "http://localhost/orders/7"}}}
    assert HAL.shown(body) == {**body, "id": 7}
    assert Link("id", "x").id_of("/orders/a%20b/") == "a b"
    assert Link("id", "x", number=True, before="no-", after=".json").id_of("/orders/no-7.json") == 7
    assert Link("id", "x", under="files").id_of("http://localhost/v1/files/a/b%20c") == "a/b c"


def test_the_entries_of_a_list_may_hold_the_object_in_a_member() -> None:
    edges = Envelope(list="edges", entry="node")
    body = edges.answered_list([({"id": 7, "name": "x"}, NOWHERE)])
    assert body == {"edges": [{"node": {"id": 7, "name": "x"}}]}
    assert edges.listed({"edges": [{"cursor": "c", **body["edges"][0]}]}) == [{"id": 7, "name": "x"}]
    assert edges.places_listed(body) == ["/edges/0/node"]
    assert edges.listed({"edges": [{"id": 7}, 5]}) == [{"id": 7}, 5]  # no such member: they are judged as they are


def test_a_list_without_entries_may_lack_what_holds_them() -> None:
    assert HAL.listed({}) == []
    assert HAL.listed({"_embedded": {}}) == []
    assert HAL.listed([]) is None
    assert Envelope(list="items").listed({}) is None


def test_a_read_may_answer_a_list_of_one() -> None:
    one = Envelope(response="/0")
    assert one.answered({"id": 1}) == [{"id": 1}]
    assert one.shown([{"id": 1}]) == {"id": 1}
    assert one.shown([]) is None


@pytest.mark.parametrize(
    ("media", "read", "refused"),
    [
        (Media(), "application/vnd.api+json", "text/plain"),
        (Media("application/vnd.x+json"), "application/vnd.x+json; v=1", "application/json"),
    ],
)
def test_a_body_is_of_the_type_that_is_said(media: Media, read: str, refused: str) -> None:
    assert media.reads(read)
    assert not media.reads(refused)


def test_each_layer_says_some_of_it_anew() -> None:
    contract = load(Path(__file__).parents[1] / "language" / "contracts" / "envelopes")
    article, order = contract.resources["article"], contract.resources["order"]
    assert article.envelope.constants == {"/data/type": "articles"}
    assert article.operation("update").envelope.constants == {"/data/type": "articles", "/data/id": "{id}"}
    assert order.operation("list").envelope.list == "/_embedded/orders"
    assert order.operation("create").envelope.request == "order"
    assert order.operation("create").media == Media("application/json", "application/hal+json")
    assert order.operation("update").media.request == "application/vnd.order+json"
    assert article.operation("read").media.response == "application/vnd.api+json"


KEYED = Envelope(list="items", key=Key("id", number=True))


def test_the_entries_of_a_map_have_their_ids_from_its_keys() -> None:
    body = KEYED.answered_list([({"id": 7, "title": "x"}, NOWHERE), ({"id": 8, "title": "y"}, NOWHERE)])
    assert body == {"items": {"7": {"title": "x"}, "8": {"title": "y"}}}
    assert KEYED.listed(body) == [{"id": 7, "title": "x"}, {"id": 8, "title": "y"}]
    assert KEYED.places_listed(body) == ["/items/7", "/items/8"]
    assert KEYED.listed({"items": []}) == []
    assert KEYED.listed({"items": [{"id": 7}]}) is None


@pytest.mark.parametrize("key", ["0", "07", "x"])
def test_an_entry_that_shows_another_id_than_its_key_has_none(key: str) -> None:
    body = {"items": {key: {"id": 7, "title": "x"}}}
    assert KEYED.listed(body) == [{"title": "x"}]
    assert list(KEYED.mistaken_keys(body)) == [(key, 7, f"/items/{key}/id")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("sort: [title]", "'sort' is about the order of a list, which here is an object"),
        ("paging: {style: token, token: after, next_entry: id}", "'next_entry' is about the order"),
        ("id: none, operations: [list]", "the entries of a list stand under their ids, and have none"),
    ],
)
def test_a_list_that_is_a_map_has_ids_and_no_order(words: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text(
        "contract: mini\nresources:\n  item: {path: /items, schema: item.json, envelope: {list: items, keyed: true}, "
        f"{words}}}\n"
    )
    (tmp_path / "item.json").write_text(
        '{"type": "object", "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}'
    )
    assert [p for p in check(tmp_path) if message in str(p)]
